//! What is wrong with a token: who signed it, and what it claims.

use crate::claims;
use crate::explain::mistake::Mistake;
use crate::explain::secret::{makers, own_mistake};
use crate::hmac::Mac;
use crate::json::{self, Json, Object};
use crate::jws::{Compact, JwsFault};
use crate::keys::Key;
use crate::paseto;
use crate::profile::{JwtRecipe, Mode, TokenForm, WidgetText};
use crate::reason::Reason;
use crate::token::fits;
use crate::verify::Case;

/// The mistakes that made a token which no key in use signed; nothing if they are not known.
pub(super) fn made(case: &Case<'_>, reason: Reason) -> Option<Vec<Mistake>> {
    let recipe = case.profile.jwt.as_ref()?;
    let text = case.presented.text(&recipe.proof)?;
    if let Some(what) = wrapping(text) {
        return Some(vec![Mistake::Wrapped(what)]);
    }
    let known = match (recipe.form, reason) {
        (_, Reason::Token(_)) => None,
        (TokenForm::PasetoV2Local, _) => sealer(case, text),
        (TokenForm::Jws, _) => signer(case, &Compact::split(text).ok()?),
    };
    known.filter(|mistakes| !mistakes.is_empty())
}

/// What stands around a token that should stand alone.
fn wrapping(text: &str) -> Option<&'static str> {
    let inside = text.trim();
    if text != inside {
        return Some("space or line breaks around it");
    }
    match inside.as_bytes() {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => Some("quotes around it"),
        _ if inside.starts_with("Bearer ") => Some("the word `Bearer` before it"),
        _ => None,
    }
}

/// The key that signed a token, or the wrong use of a secret that did.
fn signer(case: &Case<'_>, token: &Compact<'_>) -> Option<Vec<Mistake>> {
    let signed = |key: &&Key| matches!(fits(key, token), Ok(true));
    if let Some(key) = case.keys.iter().find(signed) {
        return Some(own_mistake(key, Mode::Jwt).into_iter().collect());
    }
    if is_der(token) && case.keys.iter().any(Key::is_public) {
        return Some(vec![Mistake::DerSignature]);
    }
    let digest = token.signature_of::<32>().ok()??;
    let mut all = makers(case.profile, case.keys, Mode::Jwt).into_iter();
    let found = all.find(|maker| Mac::new(&maker.bytes).fits(token.signed, &digest));
    found.map(|maker| maker.mistakes)
}

/// Whether the signature is an ASN.1 sequence of two numbers of about 32 bytes.
fn is_der(token: &Compact<'_>) -> bool {
    let signature = token.signature().unwrap_or_default();
    matches!(signature[..], [0x30, length, 0x02, ..] if usize::from(length) + 2 == signature.len())
}

/// The wrong key that sealed a token.
fn sealer(case: &Case<'_>, text: &str) -> Option<Vec<Mistake>> {
    let sealed = paseto::read(text).ok()?;
    let mut all = makers(case.profile, case.keys, Mode::Jwt).into_iter();
    all.find(|maker| paseto::open(&maker.bytes, &sealed).is_some()).map(|maker| maker.mistakes)
}

/// What the claims would be refused for, whether or not the signature fits.
pub(super) fn claim_faults(case: &Case<'_>) -> impl Iterator<Item = Reason> {
    let faults = case.profile.jwt.as_ref().zip(payload(case)).map(|(recipe, payload)| {
        let (audience, now) = (case.audience, case.now);
        let emails = case.profile.emails;
        claims::Expected { recipe, emails, audience, now }.faults(&payload)
    });
    faults.into_iter().flatten()
}

/// A reason with what the token itself tells about it.
pub(super) fn precise(case: &Case<'_>, reason: Reason) -> Mistake {
    let general = Mistake::Refused(reason);
    let Some(recipe) = &case.profile.jwt else { return general };
    if reason == Reason::Algorithm {
        return algorithm(case, recipe).unwrap_or(general);
    }
    let Some(payload) = payload(case) else { return general };
    let Ok(claims) = json::object(&payload) else { return general };
    let told = match reason {
        Reason::Audience | Reason::ClaimType("aud") => {
            named_as(case, "aud", &recipe.audience_is, claims.get("aud"))
        }
        Reason::ClaimUnfit(claim) => {
            let right = recipe.fixed.iter().find(|(path, _)| path.whole == claim);
            right.and_then(|(_, right)| named_as(case, claim, right, claims.get(claim)))
        }
        Reason::ClaimMissing(wanted) => elsewhere(case, wanted, &claims),
        Reason::ClaimType(claim @ ("exp" | "iat" | "nbf")) => milliseconds(claim, &claims),
        Reason::ClaimType(claim) => other_type(claim, &claims),
        Reason::Expired { by } => integer(&claims, "iat")
            .filter(|issued| *issued <= case.now)
            .map(|issued| Mistake::Expired { by, age: case.now - issued }),
        _ => None,
    };
    told.unwrap_or(general)
}

fn algorithm(case: &Case<'_>, recipe: &JwtRecipe) -> Option<Mistake> {
    const KNOWN: [&str; 13] = [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "ES256", "ES384",
        "EdDSA", "Ed25519", "none",
    ];
    let token = Compact::split(case.presented.text(&recipe.proof)?).ok()?;
    let header = token.header().ok()?;
    let named = KNOWN.into_iter().find(|name| header.algorithm.eq_ignore_ascii_case(name));
    let mut wanted: Vec<_> =
        case.in_use(Mode::Jwt).map(|(_, key)| key.algorithm().name()).collect();
    wanted.dedup();
    let wanted = format!("{}, written just so", wanted.join(" or "));
    let named = named.unwrap_or("an unknown algorithm");
    let is_known = recipe.shared.iter().any(|known| known.name() == named);
    Some(Mistake::Algorithm { named, wanted, is_known: is_known && recipe.key.is_some() })
}

/// What a claim with one right value says instead: whom the token is for, if it names a widget.
fn named_as(
    case: &Case<'_>,
    claim: &'static str,
    right: &'static WidgetText,
    found: Option<&Json<'_>>,
) -> Option<Mistake> {
    let named = match found? {
        Json::Text(named) => format!("{:?}", named.chars().take(80).collect::<String>()),
        Json::List(list) => format!("a list of {}", list.len()),
        other => kind(other).to_owned(),
    };
    let wanted = right.of(case.audience);
    if !right.names_a_widget() {
        return Some(Mistake::ClaimIsNot { claim, named, wanted });
    }
    let theirs = match found? {
        Json::Text(text) => right.named_in(text).filter(|id| !id.starts_with("cs_pk_")),
        _ => None,
    };
    let theirs = theirs.map(|id| format!("{:?}", id.chars().take(80).collect::<String>()));
    let theirs = theirs.zip(case.profile.install_id());
    Some(Mistake::Audience { claim, named, wanted, theirs })
}

/// The name under which other vendors have a claim that is missing here.
fn elsewhere(case: &Case<'_>, wanted: &'static str, claims: &Object<'_>) -> Option<Mistake> {
    const IDS: [&str; 9] = [
        "sub",
        "user_id",
        "userId",
        "id",
        "external_id",
        "externalId",
        "uid",
        "contact_external_id",
        "user",
    ];
    const EMAILS: [&str; 4] = ["email", "userEmail", "user_email", "mail"];
    let rules = &case.profile.jwt.as_ref()?.claims;
    let field = rules.iter().find(|rule| rule.claim.whole == wanted)?.field;
    let names = if field == crate::profile::Field::Email { &EMAILS[..] } else { &IDS[..] };
    let known = |name: &str| rules.iter().any(|rule| rule.claim.whole == name);
    let found = names.iter().copied().find(|name| claims.get(name).is_some() && !known(name))?;
    Some(Mistake::ClaimElsewhere { wanted, found })
}

fn milliseconds(claim: &'static str, claims: &Object<'_>) -> Option<Mistake> {
    let is_far = integer(claims, claim).is_some_and(|time| time > 1_000_000_000_000);
    if is_far { Some(Mistake::Milliseconds(claim)) } else { other_type(claim, claims) }
}

fn other_type(claim: &'static str, claims: &Object<'_>) -> Option<Mistake> {
    let value = claims.get(claim)?;
    let times = matches!(claim, "exp" | "iat" | "nbf");
    (!times).then(|| Mistake::ClaimIs { claim, found: kind(value) })
}

fn integer(claims: &Object<'_>, name: &str) -> Option<i64> {
    match claims.get(name)? {
        Json::Integer(seconds) => Some(*seconds),
        _ => None,
    }
}

fn kind(value: &Json<'_>) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Integer(_) | Json::Number(_) => "a number",
        Json::Text(_) => "a string",
        Json::List(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// The claims of a signed token, believed by nobody.
fn payload(case: &Case<'_>) -> Option<Vec<u8>> {
    let recipe = case.profile.jwt.as_ref().filter(|recipe| recipe.form == TokenForm::Jws)?;
    let token = case.presented.text(&recipe.proof)?;
    let payload: Result<_, JwsFault> = Compact::split(token).and_then(|token| token.payload());
    payload.ok()
}
