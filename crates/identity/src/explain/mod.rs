//! Why a proof was refused, told to an administrator: the cause, and what to change.
//!
//! The known wrong recipes are tried here, and only here. Nothing of it ever accepts a proof,
//! and no secret or proof is repeated in a finding. It costs some hundred digests a key, so the
//! caller limits how often it is asked.

mod digest;
mod mend;
mod mistake;
mod secret;
mod slip;
mod token;

use crate::keys::Key;
use crate::presented::Presented;
use crate::profile::{Profile, profiles};
use crate::reason::Reason;
use crate::verify::{Case, Outcome, verify};

pub use mistake::Mistake;
pub use slip::{DigestSlip, MessageSlip, SecretSlip};

/// One thing that is wrong, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, for programs; [`Mistake::code`] is stable.
    pub mistake: Mistake,
    /// What is wrong, in a sentence without a full stop.
    pub cause: String,
    /// What to change, in a sentence without a full stop.
    pub mend: String,
}

impl From<Mistake> for Finding {
    fn from(mistake: Mistake) -> Self {
        let (cause, mend) = (mistake.to_string(), mistake.mend());
        Self { mistake, cause, mend }
    }
}

/// Everything found wrong with what was presented, the likeliest cause first; nothing if it
/// would be accepted.
///
/// Takes what [`verify`] takes. `keys` may also hold [retired](Key::retired) keys, those of other
/// modes, and those of [elsewhere](Key::elsewhere), such as the test widget's: proofs made with
/// them are recognised and stay refused. Verify with the same `keys` and the answer is the same.
pub fn explain(
    profile: &'static Profile,
    keys: &[Key],
    presented: &Presented,
    audience: &str,
    now: i64,
) -> Vec<Finding> {
    let case = Case { profile, keys, presented, audience, now };
    let mut mistakes = Vec::new();
    if let Err(fault) = profile.admit(presented) {
        let takes = profile.fields().collect::<Vec<_>>().join(", ");
        mistakes.push(Mistake::Field { fault, takes });
    }
    match verify(profile, keys, presented, audience, now) {
        Ok(Outcome::Proven(_)) => {}
        Ok(Outcome::Missing(_)) => mistakes.extend(missing(&case)),
        Err(refused) => mistakes.extend(causes(&case, refused.reason)),
    }
    let mut findings: Vec<Finding> = Vec::new();
    for mistake in mistakes {
        if findings.iter().all(|known| known.mistake != mistake) {
            findings.push(mistake.into());
        }
    }
    findings
}

/// No proof of this profile: perhaps one of another.
fn missing(case: &Case<'_>) -> Vec<Mistake> {
    let other = other_profile(case.presented).filter(|name| *name != case.profile.name());
    let proofs = case.profile.modes().iter().filter_map(|mode| case.profile.proof_field(*mode));
    let proofs = proofs.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    other.map(Mistake::OtherProfile).into_iter().chain([Mistake::NoProof { proofs }]).collect()
}

/// The first profile whose proof is there and that knows every field beside it.
fn other_profile(presented: &Presented) -> Option<&'static str> {
    let is_there = |profile: &&'static Profile| {
        let mut proofs = profile.modes().iter().filter_map(|mode| profile.proof_field(*mode));
        proofs.any(|name| presented.text(name).is_some()) && profile.admit(presented).is_ok()
    };
    profiles().find(is_there).map(Profile::name)
}

/// The wrong recipe that made the proof, or else what the verifier says, and whatever else the
/// claims would be refused for.
fn causes(case: &Case<'_>, reason: Reason) -> Vec<Mistake> {
    let mut found = match reason {
        Reason::ForeignProof(_) => {
            other_profile(case.presented).map(Mistake::OtherProfile).into_iter().collect()
        }
        Reason::Signature
        | Reason::NoKey(_)
        | Reason::UnknownKey
        | Reason::KeyUnnamed
        | Reason::Algorithm
        | Reason::Token(_)
        | Reason::DigestForm(..) => {
            token::made(case, reason).or_else(|| digest::made(case)).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    if found.is_empty() {
        found.push(token::precise(case, reason));
    }
    found.extend(token::claim_faults(case).map(|reason| token::precise(case, reason)));
    found
}
