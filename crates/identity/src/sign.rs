//! Proofs that this server mints for a customer's back end (`POST /api/v1/signatures`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as JsonValue};

use crate::digest;
use crate::jws;
use crate::keys::{Key, Material};
use crate::paseto;
use crate::presented::{Presented, Value};
use crate::profile::{
    AudienceRule, ClaimRule, EmailRule, Field, HmacRecipe, JwtRecipe, KeyIdRule, Mode, Path,
    PayloadForm, Profile,
};
use crate::reason::Reason;
use crate::text::{self, TextFault};
use crate::verify::is_absent;

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
    /// A text that would let what is signed be read in two ways.
    #[error("`{0}` contains the text that stands after it in what is signed")]
    Ambiguous(&'static str),
    /// `jkt` is no thumbprint.
    #[error("`jkt` must be the SHA-256 thumbprint of a key: 43 characters")]
    Thumbprint,
    /// The machine had no randomness to seal with.
    #[error("the token could not be sealed")]
    Sealing,
}

/// Mints every proof that `key` can make of `claims`: the request fields and their values, the
/// proof itself first.
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
    if key.is_public() {
        return Err(SignFault::KeyIsPublic);
    }
    if !key.serves(profile, key.mode()) {
        return Err(SignFault::KeyElsewhere);
    }
    let minting = Minting { profile, key, claims, audience, now };
    minting.refuse_unknown()?;
    match (key.mode(), &profile.hmac, &profile.jwt) {
        (Mode::Hmac, Some(recipe), _) => minting.digest(recipe),
        (Mode::Jwt, _, Some(recipe)) => Ok(vec![(recipe.proof.clone(), minting.token(recipe)?)]),
        _ => Err(SignFault::KeyElsewhere),
    }
}

struct Minting<'a> {
    profile: &'static Profile,
    key: &'a Key,
    claims: &'a Presented,
    audience: &'a str,
    now: i64,
}

impl Minting<'_> {
    fn refuse_unknown(&self) -> Result<(), SignFault> {
        let profile = self.profile;
        let of_tokens = profile.jwt.iter().flat_map(|recipe| &recipe.claims);
        let of_digests = profile.hmac.iter().flat_map(|recipe| &recipe.claims);
        let rules = of_tokens.chain(of_digests);
        let own = rules.flat_map(|rule| [Some(&rule.claim), rule.or.as_ref()]).flatten();
        let hashed = profile.hmac.iter().flat_map(|recipe| &recipe.message.0).map(|(path, _)| path);
        let said = profile.said.iter().map(|(path, _)| path);
        let paths: Vec<&Path> = own.chain(hashed).chain(said).collect();
        for (name, value) in self.claims.entries() {
            let known = |part: Option<&str>| {
                paths.iter().any(|path| path.head == name && path.part.as_deref() == part)
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

    /// The digest and those fields of its message that the caller does not know already.
    fn digest(&self, recipe: &'static HmacRecipe) -> Result<Vec<(String, String)>, SignFault> {
        let Material::Shared { mac, .. } = &self.key.material else {
            return Err(SignFault::KeyIsPublic);
        };
        let (page, made) = self.page(recipe)?;
        let parts = digest::fields(self.profile, recipe, &page).map_err(fault_of)?;
        let [text, normalised] = digest::messages(recipe, &parts).map_err(fault_of)?;
        let message = normalised.or(text).ok_or(SignFault::Missing(&recipe.proof))?;
        let digest = recipe.digest.write(self.key.id(), &mac.digest(message.as_bytes()));
        Ok(std::iter::once((recipe.proof.clone(), digest)).chain(made).collect())
    }

    /// The page that the proof will come with, and which of its fields are made here.
    fn page(
        &self,
        recipe: &'static HmacRecipe,
    ) -> Result<(Presented, Vec<(String, String)>), SignFault> {
        let mut made = Vec::new();
        if let Some(payload) = &recipe.payload {
            let json = JsonValue::Object(self.fields(&recipe.claims)?).to_string();
            let text = match payload.form {
                PayloadForm::Json => json,
                PayloadForm::Base64 => STANDARD.encode(json),
            };
            made.push((payload.field.clone(), text));
        }
        if let Some(time) = &recipe.time {
            made.push((time.clone(), (self.now * 1_000).to_string()));
        }
        let mut page = self.claims.clone();
        for (path, _) in &recipe.message.0 {
            let field = self.profile.said_as(path);
            let other = field.and_then(|field| self.page_value(field)).map(str::to_owned);
            if let (None, Some(text)) = (page.at(path), other) {
                page = page.with(&path.head, text);
            }
        }
        let page = made.iter().fold(page, |page, (name, text)| page.with(name, text.as_str()));
        Ok((page, made))
    }

    fn token(&self, recipe: &'static JwtRecipe) -> Result<String, SignFault> {
        let Material::Shared { mac, bytes, .. } = &self.key.material else {
            return Err(SignFault::KeyIsPublic);
        };
        let payload = self.payload(recipe)?;
        if self.profile.seals(Mode::Jwt) {
            return paseto::seal(bytes, payload.as_bytes()).ok_or(SignFault::Sealing);
        }
        let header = jws::header_written(&self.header(recipe));
        jws::written(&header, payload.as_bytes(), |signed| Ok(mac.digest(signed)))
    }

    /// The header: the native format names the key, and so do those of vendors that demand it.
    fn header(&self, recipe: &JwtRecipe) -> String {
        let mut header = serde_json::json!({ "alg": self.key.algorithm().name(), "typ": "JWT" });
        if self.profile.accepts_public_keys() || recipe.key_id == KeyIdRule::Required {
            header["kid"] = self.key.id().into();
        }
        header.to_string()
    }

    fn payload(&self, recipe: &'static JwtRecipe) -> Result<String, SignFault> {
        let mut payload = self.fields(&recipe.claims)?;
        for (path, text) in &recipe.fixed {
            put(&mut payload, path, text.of(self.audience));
        }
        for path in &recipe.present {
            put(&mut payload, path, self.audience.to_owned());
        }
        if let Some(jti) = self.claims.text("jti") {
            payload.insert("jti".into(), value(Field::Id, "jti", jti)?.into());
        }
        if let Some(jkt) = self.claims.text("jkt") {
            if !crate::claims::is_thumbprint(jkt) {
                return Err(SignFault::Thumbprint);
            }
            payload.insert("cnf".into(), serde_json::json!({ "jkt": jkt }));
        }
        if recipe.audience != AudienceRule::WhenPresent {
            payload.insert("aud".into(), recipe.audience_is.of(self.audience).into());
        }
        payload.insert("iat".into(), self.now.into());
        payload.insert("exp".into(), (self.now + LIFETIME).into());
        Ok(JsonValue::Object(payload).to_string())
    }

    /// The claims by these rules.
    fn fields(&self, rules: &'static [ClaimRule]) -> Result<Map<String, JsonValue>, SignFault> {
        let mut payload = Map::new();
        for rule in rules {
            match self.claimed(rule).filter(|text| !is_absent(rule.field, text)) {
                Some(text) => {
                    let text = value(rule.field, &rule.claim.whole, text)?;
                    let prefix = rule.prefix.as_deref().unwrap_or("");
                    put(&mut payload, &rule.claim, format!("{prefix}{text}"));
                    if let Some(when) = &rule.when {
                        payload.insert(when.clone(), true.into());
                    }
                }
                None if rule.required => return Err(SignFault::Missing(&rule.claim.whole)),
                None => {}
            }
        }
        let named = |rule: &&ClaimRule| rule.field.identifies();
        let naming = rules.iter().filter(named);
        if !naming.clone().any(|rule| self.claimed(rule).is_some()) {
            let first = naming.clone().next().map_or("sub", |rule| &rule.claim.whole);
            return Err(SignFault::Missing(first));
        }
        Ok(payload)
    }

    /// The claim under its own name, its other name, or the name that the page has for it.
    fn claimed(&self, rule: &'static ClaimRule) -> Option<&str> {
        let other = || rule.or.as_ref().and_then(|path| self.claims.at(path));
        self.claims.at(&rule.claim).or_else(other).or_else(|| self.page_value(rule.field))
    }

    fn page_value(&self, field: Field) -> Option<&str> {
        let named =
            |(path, own): &(Path, Field)| (*own == field).then(|| self.claims.at(path)).flatten();
        self.profile.said.iter().find_map(named)
    }
}

/// A reason for which a proof would be refused is one for which it is not made.
fn fault_of(reason: Reason) -> SignFault {
    match reason {
        Reason::MessageMissing(name) => SignFault::Missing(name),
        Reason::MessageIsToken(name) => SignFault::MessageIsToken(name),
        Reason::AmbiguousJoin(name) => SignFault::Ambiguous(name),
        Reason::Value(name, fault) => SignFault::Value(name, fault),
        _ => SignFault::KeyElsewhere,
    }
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
