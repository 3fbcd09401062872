//! Profiles: how a vendor's back ends sign, as data.
//!
//! All are read once from `profiles.toml`. A new vendor is a new row there; what a row can say
//! is the types of this file.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::hmac::DigestForm;
use crate::jwk::Algorithm;
use crate::presented::{Presented, Value};

/// A vendor's way to prove who a visitor is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    name: String,
    source: String,
    proves: String,
    secret: SecretForm,
    #[serde(default)]
    public_keys: Vec<Algorithm>,
    pub(crate) emails: EmailRule,
    pub(crate) beside: Beside,
    #[serde(default)]
    pub(crate) foreign: Vec<String>,
    #[serde(default)]
    ignored: Vec<String>,
    pub(crate) said: Vec<(Path, Field)>,
    pub(crate) hmac: Option<HmacRecipe>,
    pub(crate) jwt: Option<JwtRecipe>,
    #[serde(skip)]
    modes: Vec<Mode>,
    #[serde(skip)]
    fields: BTreeSet<String>,
}

/// The profile of this name.
pub fn profile(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}

/// All profiles, the native one first.
pub fn profiles() -> impl Iterator<Item = &'static Profile> {
    PROFILES.iter()
}

impl Profile {
    /// The name that an administrator chooses it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the vendor documents the format.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What a proof of this profile proves, in words.
    pub fn proves(&self) -> &str {
        &self.proves
    }

    /// The most that a proof of this profile is worth.
    pub fn strength(&self) -> Strength {
        if self.jwt.is_some() { Strength::Jwt } else { Strength::Hmac }
    }

    /// The form of its shared secrets.
    pub fn secret_form(&self) -> SecretForm {
        self.secret
    }

    /// The ways to sign that it knows; each has secrets of its own.
    pub fn modes(&self) -> &[Mode] {
        &self.modes
    }

    /// Whether a customer may register a public key instead of sharing a secret.
    pub fn accepts_public_keys(&self) -> bool {
        !self.public_keys.is_empty()
    }

    /// The algorithms that a registered public key may have.
    pub fn public_keys(&self) -> &[Algorithm] {
        &self.public_keys
    }

    /// The names that the `identity` object of a request may have.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(String::as_str)
    }

    /// The field of the request that carries the proof of `mode`.
    pub fn proof_field(&self, mode: Mode) -> Option<&str> {
        match mode {
            Mode::Hmac => self.hmac.as_ref().map(|recipe| recipe.proof.as_str()),
            Mode::Jwt => self.jwt.as_ref().map(|recipe| recipe.proof.as_str()),
        }
    }

    /// Refuses a request whose `identity` object this profile does not know (400).
    pub fn admit(&self, presented: &Presented) -> Result<(), UnknownField> {
        for (name, value) in presented.entries() {
            if !self.fields.contains(name) {
                return Err(UnknownField::Unknown(name.to_owned()));
            }
            if !self.ignored.iter().any(|ignored| ignored == name) {
                self.admit_value(name, value)?;
            }
        }
        Ok(())
    }

    fn admit_value(&self, name: &str, value: &Value) -> Result<(), UnknownField> {
        let parts: Vec<&str> =
            self.said.iter().filter_map(|(path, _)| path.part_of(name)).collect();
        match value {
            Value::Text(_) if parts.is_empty() => Ok(()),
            Value::Text(_) => Err(UnknownField::NotAnObject(name.to_owned())),
            Value::Parts(_) if parts.is_empty() => Err(UnknownField::NotText(name.to_owned())),
            Value::Parts(own) => match own.iter().find(|(own, _)| !parts.contains(&own.as_str())) {
                Some((own, _)) => Err(UnknownField::Unknown(format!("{name}.{own}"))),
                None => Ok(()),
            },
        }
    }

    /// What follows from the row: its modes and all its field names.
    fn completed(mut self) -> Self {
        let proof = |mode| self.proof_field(mode).map(str::to_owned);
        let proofs = [proof(Mode::Hmac), proof(Mode::Jwt)];
        self.modes.extend(self.hmac.is_some().then_some(Mode::Hmac));
        self.modes.extend(self.jwt.is_some().then_some(Mode::Jwt));
        self.fields.extend(proofs.into_iter().flatten());
        self.fields.extend(self.foreign.iter().chain(&self.ignored).cloned());
        self.fields.extend(self.said.iter().map(|(path, _)| path.head.clone()));
        self
    }
}

/// What an administrator can rely on once a proof is accepted, the weaker first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// One identifier, hashed once and for all: it never expires.
    Hmac,
    /// A signed token with claims and, where the profile says so, a short life.
    Jwt,
}

/// A way to sign; no key serves two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A digest over one identifier.
    Hmac,
    /// A signed token.
    Jwt,
}

/// The text form of a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum SecretForm {
    /// 64 hexadecimal digits in lower case.
    #[serde(rename = "hex64")]
    Hex64,
    /// 32 characters of standard base64.
    #[serde(rename = "base64_32")]
    Text32Base64,
    /// A prefix, 32 bytes in base64url, and a checksum: for HMAC.
    #[serde(rename = "cs_idh_")]
    PrefixedHmac,
    /// A prefix, 32 bytes in base64url, and a checksum: for tokens.
    #[serde(rename = "cs_idj_")]
    PrefixedJwt,
}

/// A fact about a person that a proof or a page can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The customer's own id of the person.
    Id,
    /// The person's email address.
    Email,
    /// The person's name.
    Name,
    /// The customer's own id of the company that the person belongs to.
    CompanyId,
    /// That company's name.
    CompanyName,
    /// Where a picture of the person is.
    AvatarUrl,
    /// The person's telephone number.
    Phone,
}

impl Field {
    /// The name in the contract, in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Email => "email",
            Self::Name => "name",
            Self::CompanyId => "company_id",
            Self::CompanyName => "company_name",
            Self::AvatarUrl => "avatar_url",
            Self::Phone => "phone",
        }
    }
}

/// The `identity` object does not fit the profile: the request is wrong, whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownField {
    /// The profile knows no such field.
    #[error("the widget's identity profile has no field `{0}`")]
    Unknown(String),
    /// An object stands where the profile wants a string.
    #[error("`{0}` must be a string")]
    NotText(String),
    /// A string stands where the profile wants an object.
    #[error("`{0}` must be an object of strings")]
    NotAnObject(String),
}

/// What the profile does with an email that is not trimmed and lower-cased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EmailRule {
    Normalise,
    Refuse,
}

/// What happens to a field of the page that says other than the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Beside {
    Dropped,
    Refused,
}

/// How a digest is made and where it stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HmacRecipe {
    pub(crate) proof: String,
    pub(crate) key: KeyText,
    pub(crate) message: Path,
    pub(crate) field: Field,
    pub(crate) digest: DigestForm,
}

/// What a token must and may claim and where it stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JwtRecipe {
    pub(crate) proof: String,
    pub(crate) key: KeyText,
    pub(crate) audience: AudienceRule,
    pub(crate) times: TimesRule,
    pub(crate) lifetime: Option<i64>,
    pub(crate) claims: Vec<ClaimRule>,
}

/// How the text of a secret becomes key bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyText {
    /// The UTF-8 bytes of the whole text, as shown.
    Text,
    /// The bytes that its hexadecimal digits stand for.
    Hex,
}

/// Which `aud` a token must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AudienceRule {
    /// The widget's public key, as a string.
    Text,
    /// The same, or a list of nothing but it, as Go's usual library writes it.
    One,
    /// As `One`, but a token need not have any.
    WhenPresent,
}

/// Whether `iat` and `exp` must be there; what is there is always enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TimesRule {
    Required,
    WhenPresent,
}

/// A claim that the profile knows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimRule {
    pub(crate) claim: Path,
    /// A second name of the same claim.
    pub(crate) or: Option<Path>,
    pub(crate) field: Field,
    #[serde(default)]
    pub(crate) required: bool,
}

/// A name, or a name in the object of that name: `email`, `company.id`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Path {
    pub(crate) head: String,
    pub(crate) part: Option<String>,
    pub(crate) whole: String,
}

impl Path {
    /// The part that this path names in the object `head`.
    fn part_of(&self, head: &str) -> Option<&str> {
        self.part.as_deref().filter(|_| self.head == head)
    }
}

impl From<String> for Path {
    fn from(whole: String) -> Self {
        match whole.split_once('.') {
            Some((head, part)) => {
                Self { head: head.to_owned(), part: Some(part.to_owned()), whole }
            }
            None => Self { head: whole.clone(), part: None, whole },
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    profile: Vec<Profile>,
}

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../profiles.toml"))
        .expect("profiles.toml is part of the build and a test reads it");
    table.profile.into_iter().map(Profile::completed).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read_and_signs_somehow() {
        let names: Vec<_> = profiles().map(Profile::name).collect();
        assert_eq!(names, ["countersign", "woes-jwt", "woes-hmac", "notificationapi", "fogbender"]);
        for profile in profiles() {
            assert!(!profile.modes().is_empty(), "{}", profile.name());
            assert!(profile.source().len() > 10 && !profile.proves().is_empty());
        }
        assert!(profile("guess").is_none());
    }

    #[test]
    fn only_the_fields_of_the_profile_are_admitted() {
        let native = profile("countersign").unwrap();
        let fogbender = profile("fogbender").unwrap();
        let cases = [
            (native, r#"{"token":"x","id":"1","company":{"id":"c","name":"C"}}"#, Ok(())),
            (native, r#"{"jwt":"x"}"#, Err(UnknownField::Unknown("jwt".into()))),
            (native, r#"{"company":"C"}"#, Err(UnknownField::NotAnObject("company".into()))),
            (native, r#"{"id":{"a":"b"}}"#, Err(UnknownField::NotText("id".into()))),
            (
                native,
                r#"{"company":{"url":"x"}}"#,
                Err(UnknownField::Unknown("company.url".into())),
            ),
            (fogbender, r#"{"userJWT":"x","userId":"1","versions":{"fogbender":"1"}}"#, Ok(())),
            (fogbender, r#"{"userjwt":"x"}"#, Err(UnknownField::Unknown("userjwt".into()))),
        ];
        for (profile, json, expected) in cases {
            let presented = serde_json::from_str(json).unwrap();
            assert_eq!(profile.admit(&presented), expected, "{json}");
        }
    }
}
