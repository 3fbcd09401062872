//! Why a proof was refused, told to an administrator: the cause, and what to change.
//!
//! The known wrong recipes are tried here, and only here. Nothing of it ever accepts a proof,
//! and no secret or proof is repeated in a finding. It costs some hundred digests a call, so the
//! caller limits how often it is asked.

use crate::claims;
use crate::json;
use crate::jws::{Compact, JwsFault};
use crate::keys::Key;
use crate::presented::Presented;
use crate::profile::{Mode, Profile};
use crate::reason::Reason;
use crate::recipes;
use crate::verify::{Outcome, verify};

/// One thing that is wrong, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, in a sentence without a full stop.
    pub cause: String,
    /// What to change, in a sentence without a full stop.
    pub mend: String,
}

/// Everything found wrong with what was presented; nothing if it would be accepted.
///
/// `keys` may hold retired ones and those of other modes: proofs made with them are recognised
/// and stay refused.
pub fn explain(
    profile: &'static Profile,
    keys: &[Key],
    presented: &Presented,
    audience: &str,
    now: i64,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(fault) = profile.admit(presented) {
        let fields: Vec<_> = profile.fields().collect();
        let mend = format!("this profile takes the fields {}", fields.join(", "));
        findings.push(Finding { cause: fault.to_string(), mend });
    }
    match verify(profile, keys, presented, audience, now) {
        Ok(Outcome::Proven(_)) => {}
        Ok(Outcome::Missing(_)) => findings.push(missing(profile)),
        Err(refused) => {
            findings.extend(causes(profile, keys, presented, refused.reason));
            let others = claim_faults(profile, presented, audience, now);
            let new = others.into_iter().filter(|reason| *reason != refused.reason);
            findings.extend(new.map(general));
            findings.extend(audiences(profile, presented, audience));
            findings.extend(clocks(profile, presented, now));
        }
    }
    findings
}

fn missing(profile: &Profile) -> Finding {
    let proofs = profile.modes().iter().filter_map(|mode| profile.proof_field(*mode));
    let proofs: Vec<_> = proofs.map(|name| format!("`{name}`")).collect();
    Finding {
        cause: "the page sent no proof at all".into(),
        mend: format!("make it on your server and send it as {}", proofs.join(" or ")),
    }
}

/// The wrong recipe that made the proof, or else what the verifier says.
fn causes(
    profile: &'static Profile,
    keys: &[Key],
    presented: &Presented,
    reason: Reason,
) -> Vec<Finding> {
    let found = match reason {
        Reason::Signature | Reason::NoKey(_) | Reason::UnknownKey | Reason::Algorithm => {
            let token = profile.proof_field(Mode::Jwt).and_then(|name| presented.text(name));
            match token {
                Some(token) => recipes::token(keys, token),
                None => recipes::digest(profile, keys, presented),
            }
        }
        Reason::DigestForm(..) => recipes::digest(profile, keys, presented),
        Reason::Token(JwsFault::Spelling(_)) => vec![Finding {
            cause: "the token is not in the one spelling of base64url".into(),
            mend: "send the library's token unchanged: no padding, no quotes, no line breaks"
                .into(),
        }],
        _ => Vec::new(),
    };
    if found.is_empty() { vec![general(reason)] } else { found }
}

/// What the claims would be refused for, whether or not the signature fits.
fn claim_faults(
    profile: &'static Profile,
    presented: &Presented,
    audience: &str,
    now: i64,
) -> Vec<Reason> {
    let Some(recipe) = &profile.jwt else { return Vec::new() };
    let expected = claims::Expected { recipe, emails: profile.emails, audience, now };
    payload(profile, presented).map_or_else(Vec::new, |payload| expected.faults(&payload))
}

/// Whom the token is for, where that is somebody else.
fn audiences(profile: &'static Profile, presented: &Presented, audience: &str) -> Option<Finding> {
    let payload = payload(profile, presented)?;
    let claims = json::object(&payload).ok()?;
    let Some(json::Json::Text(named)) = claims.get("aud") else { return None };
    (named != audience).then(|| {
        let shown: String = named.chars().take(80).collect();
        Finding {
            cause: format!("`aud` is {shown:?}, and this widget's public key is {audience:?}"),
            mend: match (named.contains("_test_"), audience.contains("_live_")) {
                (true, true) => "sign with the live widget's key and secret on the live site",
                _ => "check that the page and the server use the same widget",
            }
            .into(),
        }
    })
}

/// Clocks that are wrong and times in the wrong unit.
fn clocks(profile: &'static Profile, presented: &Presented, now: i64) -> Option<Finding> {
    let payload = payload(profile, presented)?;
    let claims = json::object(&payload).ok()?;
    let time = |name| match claims.get(name) {
        Some(json::Json::Integer(seconds)) => Some(*seconds),
        _ => None,
    };
    let (issued, expires) = (time("iat")?, time("exp")?);
    if expires > 100_000_000_000 || issued > 100_000_000_000 {
        return Some(Finding {
            cause: "`iat` or `exp` is in milliseconds".into(),
            mend: "divide by 1000 and round down: times are whole seconds since 1970".into(),
        });
    }
    let ahead = issued - now;
    (ahead > claims::CLOCK_SKEW).then(|| Finding {
        cause: format!("the clock of the server that signs is about {ahead} s ahead of ours"),
        mend: "let that server keep its time by NTP".into(),
    })
}

fn payload(profile: &'static Profile, presented: &Presented) -> Option<Vec<u8>> {
    let token = presented.text(profile.proof_field(Mode::Jwt)?)?;
    Compact::split(token).ok()?.payload().ok()
}

fn general(reason: Reason) -> Finding {
    Finding { cause: reason.to_string(), mend: mend(reason).to_owned() }
}

/// What to do about a reason when nothing more is known.
fn mend(reason: Reason) -> &'static str {
    match reason {
        Reason::ForeignProof(_) => "choose the widget's profile that this proof belongs to",
        Reason::BlankProof(_) => "find out why your server answered without a proof",
        Reason::NoKey(_) => "create a secret of this mode for the widget",
        Reason::DigestForm(..) => "write the digest in the form that the profile names",
        Reason::MessageMissing(_) => "send the text that was signed beside its proof",
        Reason::MessageIsToken(_) => "never sign an id that its user chose; sign your own id",
        Reason::Signature => "compare the secret on your server with the newest one shown here",
        Reason::Token(fault) => token_mend(fault),
        Reason::Algorithm => "sign with the algorithm of the key that is registered here",
        Reason::Kind => "leave `typ` out or set it to `JWT`; do not send a token of another kind",
        Reason::UnknownKey => "set `kid` to the id of a key in use, or leave it out",
        Reason::AmbiguousKey => "give each key an id of its own",
        Reason::ClaimMissing(_) => "add the claim on the server that signs",
        Reason::ClaimType(_) => "write texts as strings, and leave out what has no value",
        Reason::Contradiction(_) => "let page and token speak of the same person, or sign only",
        Reason::Value(..) => "mend the value on the server that signs",
        Reason::FieldType(_) => "send a string",
        Reason::Audience => "set `aud` to the public key in the install snippet, as a string",
        Reason::Expired { .. } => "make a new token for each session instead of keeping one",
        Reason::NotYetValid { .. } => "leave `nbf` out, or let the server keep its time by NTP",
        Reason::IssuedAhead { .. } => "set `iat` to now, and let the server keep its time by NTP",
        Reason::Lifetime { .. } => "set `exp` to at most 15 minutes after `iat`",
        Reason::Backwards => "set `exp` after `iat`",
        Reason::Confirmation => "set `cnf` to {\"jkt\": …} with what the page's callback was given",
    }
}

fn token_mend(fault: JwsFault) -> &'static str {
    match fault {
        JwsFault::TooLong => "sign only who the person is, not everything that is known of them",
        JwsFault::Segments(_) => "send a signed token in compact form, not an encrypted one",
        JwsFault::Unsigned => "sign the token; `none` is not an algorithm here",
        JwsFault::Spelling(_) => "send the library's token unchanged",
        JwsFault::Header(_) | JwsFault::HeaderType(_) => "let a JWT library write the header",
        JwsFault::HeaderName(_) => "leave the other header names out",
        JwsFault::Claims(json::JsonFault::Duplicate(_)) => {
            "write each claim once; Fogbender's own signer writes `userId` twice"
        }
        JwsFault::Claims(_) => "make the payload one JSON object",
    }
}
