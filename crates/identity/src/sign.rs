//! Proofs that this server mints for a customer's back end (`POST /api/v1/signatures`).

use serde_json::{Map, Value as JsonValue};

use crate::jwk::Algorithm;
use crate::jws;
use crate::keys::{Key, Material};
use crate::presented::{Presented, Value};
use crate::profile::{
    AudienceRule, ClaimRule, EmailRule, Field, HmacRecipe, JwtRecipe, Mode, Path, Profile,
};
use crate::text::{self, TextFault};
use crate::verify::{is_absent, looks_like_token};

/// Seconds that a minted token lives.
pub const LIFETIME: i64 = 600;

/// Why nothing is signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignFault {
    /// The customer holds the private key, we do not.
    #[error("the signing key is yours; this server has only its public half")]
    KeyIsPublic,
    /// The key belongs to another profile or is retired.
    #[error("the key does not sign for this profile")]
    KeyElsewhere,
    /// A name that the profile's proofs cannot carry.
    #[error("`{0}` is no claim of this profile")]
    Unknown(String),
    /// A claim that the profile demands is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A claim that would be refused when it came back.
    #[error("`{0}` cannot be signed: {1}")]
    Value(&'static str, TextFault),
    /// An id that would make the signature of a token out of a digest.
    #[error("`{0}` has the shape of a token and is not signed")]
    MessageIsToken(&'static str),
    /// `jkt` is no thumbprint.
    #[error("`jkt` must be the SHA-256 thumbprint of a key: 43 characters")]
    Thumbprint,
}

/// Mints every proof that `key` can make of `claims`: the request field and its value.
///
/// `claims` may use the names of the profile's claims or of its page fields, and `jti` and `jkt`
/// for tokens. A key serves one mode, so it makes one proof; ask again with a key of the other.
pub fn sign(
    profile: &'static Profile,
    key: &Key,
    claims: &Presented,
    audience: &str,
    now: i64,
) -> Result<Vec<(String, String)>, SignFault> {
    let Material::Shared { mac, .. } = &key.material else { return Err(SignFault::KeyIsPublic) };
    if !key.serves(profile, key.mode()) {
        return Err(SignFault::KeyElsewhere);
    }
    refuse_unknown(profile, claims)?;
    let (name, proof) = match (key.mode(), &profile.hmac, &profile.jwt) {
        (Mode::Hmac, Some(recipe), _) => {
            let message = message(profile, recipe, claims)?;
            (&recipe.proof, recipe.digest.write(&mac.digest(message.as_bytes())))
        }
        (Mode::Jwt, _, Some(recipe)) => {
            let payload = payload(profile, recipe, claims, audience, now)?;
            let header = jws::header_written(&header(profile, key));
            let signature = |signed: &[u8]| Ok(mac.digest(signed).to_vec());
            (&recipe.proof, jws::written(&header, payload.as_bytes(), signature)?)
        }
        _ => return Err(SignFault::KeyElsewhere),
    };
    Ok(vec![(name.clone(), proof)])
}

/// The header: the native format names the key, vendors' verifiers do not expect it.
fn header(profile: &Profile, key: &Key) -> String {
    let mut header = serde_json::json!({ "alg": Algorithm::Hs256.name(), "typ": "JWT" });
    if profile.accepts_public_keys() {
        header["kid"] = key.id().into();
    }
    header.to_string()
}

fn refuse_unknown(profile: &Profile, claims: &Presented) -> Result<(), SignFault> {
    let rules = profile.jwt.iter().flat_map(|recipe| &recipe.claims);
    let paths = || {
        let own = rules.clone().flat_map(|rule| [Some(&rule.claim), rule.or.as_ref()]).flatten();
        own.chain(profile.said.iter().map(|(path, _)| path))
    };
    for (name, value) in claims.entries() {
        let known = |part: Option<&str>| {
            paths().any(|path| path.head == name && path.part.as_deref() == part)
        };
        let fits = match value {
            Value::Text(_) => known(None) || matches!(name, "jti" | "jkt"),
            Value::Parts(parts) => parts.iter().all(|(part, _)| known(Some(part))),
        };
        if !fits {
            return Err(SignFault::Unknown(name.to_owned()));
        }
    }
    Ok(())
}

fn message(
    profile: &'static Profile,
    recipe: &'static HmacRecipe,
    claims: &Presented,
) -> Result<String, SignFault> {
    let name = recipe.message.whole.as_str();
    let text = claims
        .at(&recipe.message)
        .or_else(|| page_value(profile, claims, recipe.field))
        .ok_or(SignFault::Missing(name))?;
    if looks_like_token(text) {
        return Err(SignFault::MessageIsToken(name));
    }
    value(recipe.field, name, text)
}

fn payload(
    profile: &'static Profile,
    recipe: &'static JwtRecipe,
    claims: &Presented,
    audience: &str,
    now: i64,
) -> Result<String, SignFault> {
    let mut payload = Map::new();
    for rule in &recipe.claims {
        match claimed(profile, rule, claims).filter(|text| !is_absent(rule.field, text)) {
            Some(text) => {
                let value = value(rule.field, &rule.claim.whole, text)?;
                put(&mut payload, &rule.claim, value);
            }
            None if rule.required => return Err(SignFault::Missing(&rule.claim.whole)),
            None => {}
        }
    }
    if let Some(jti) = claims.text("jti") {
        payload.insert("jti".into(), value(Field::Id, "jti", jti)?.into());
    }
    if let Some(jkt) = claims.text("jkt") {
        if !crate::claims::is_thumbprint(jkt) {
            return Err(SignFault::Thumbprint);
        }
        payload.insert("cnf".into(), serde_json::json!({ "jkt": jkt }));
    }
    if recipe.audience != AudienceRule::WhenPresent {
        payload.insert("aud".into(), audience.into());
    }
    payload.insert("iat".into(), now.into());
    payload.insert("exp".into(), (now + LIFETIME).into());
    Ok(JsonValue::Object(payload).to_string())
}

/// The claim under its own name, its other name, or the name that the page has for it.
fn claimed<'a>(
    profile: &'static Profile,
    rule: &'static ClaimRule,
    claims: &'a Presented,
) -> Option<&'a str> {
    let other = || rule.or.as_ref().and_then(|path| claims.at(path));
    let page = || page_value(profile, claims, rule.field);
    claims.at(&rule.claim).or_else(other).or_else(page)
}

fn page_value<'a>(
    profile: &'static Profile,
    claims: &'a Presented,
    field: Field,
) -> Option<&'a str> {
    let named = |(path, own): &(Path, Field)| (*own == field).then(|| claims.at(path)).flatten();
    profile.said.iter().find_map(named)
}

fn value(field: Field, name: &'static str, text: &str) -> Result<String, SignFault> {
    text::value(field, text, EmailRule::Normalise)
        .map(std::borrow::Cow::into_owned)
        .map_err(|fault| SignFault::Value(name, fault))
}

fn put(payload: &mut Map<String, JsonValue>, path: &Path, text: String) {
    let Some(part) = &path.part else {
        payload.insert(path.head.clone(), text.into());
        return;
    };
    let object = payload.entry(path.head.as_str()).or_insert_with(|| Map::new().into());
    if let Some(object) = object.as_object_mut() {
        object.insert(part.clone(), text.into());
    }
}
