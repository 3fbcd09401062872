//! Profiles: how a vendor's back ends sign, as data.
//!
//! All are read once from `profiles.toml`. A new vendor is a new row there; what a row can say
//! is the types of this file.

mod facts;
mod field;
mod recipe;
mod refused;
mod template;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::algorithm::Algorithm;
use crate::presented::{Presented, Value};

pub use field::Field;
pub(crate) use recipe::{
    AudienceRule, Beside, ClaimRule, EmailRule, Hashed, HmacRecipe, JwtRecipe, KeyIdRule, KeyText,
    PayloadForm, TimesRule, TokenForm,
};
pub use refused::{RefusedFormat, Why, refused_formats};
pub(crate) use template::{Path, WidgetText};

/// A vendor's way to prove who a visitor is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    name: String,
    vendor: String,
    source: String,
    proves: String,
    #[serde(default)]
    limits: Option<String>,
    #[serde(default)]
    inferred: Vec<String>,
    secret: Option<SecretForm>,
    #[serde(default = "usual_shortest")]
    shortest: usize,
    #[serde(default)]
    public_keys: Vec<Algorithm>,
    install: Option<String>,
    #[serde(default)]
    pub(crate) emails: EmailRule,
    #[serde(default)]
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

    /// Whose format it is, as people write the name.
    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    /// Where the vendor documents the format, or whose code shows it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What a proof of this profile proves, in words.
    pub fn proves(&self) -> &str {
        &self.proves
    }

    /// The form of the secrets that are made here; nothing if it shares none.
    pub fn secret_form(&self) -> Option<SecretForm> {
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

    /// Whether secrets are shared for `mode`; if not, only registered public keys are checked.
    pub fn shares_secrets(&self, mode: Mode) -> bool {
        match mode {
            Mode::Hmac => self.hmac.is_some(),
            Mode::Jwt => self.jwt.as_ref().is_some_and(|recipe| recipe.key.is_some()),
        }
    }

    /// Bytes that a secret from the vendor's dashboard has at least.
    pub fn shortest_secret(&self) -> usize {
        self.shortest
    }

    /// The algorithms that a registered public key may have.
    pub fn public_keys(&self) -> &[Algorithm] {
        &self.public_keys
    }

    /// What the vendor calls the id by which its tokens name an install, such as `app id`.
    ///
    /// Where there is one it may be the `audience` of [`verify`](crate::verify), instead of the
    /// widget's public key, so that a back end changes nothing.
    pub fn install_id(&self) -> Option<&str> {
        self.install.as_deref()
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

    /// Whether its proofs of `mode` are encrypted, not signed.
    pub(crate) fn seals(&self, mode: Mode) -> bool {
        let form = self.jwt.as_ref().map(|recipe| recipe.form);
        mode == Mode::Jwt && form == Some(TokenForm::PasetoV2Local)
    }

    /// The field that the page's name `path` is.
    pub(crate) fn said_as(&self, path: &Path) -> Option<Field> {
        self.said.iter().find(|(own, _)| own.whole == path.whole).map(|(_, field)| *field)
    }

    /// What follows from the row: its modes and all its field names.
    fn completed(mut self) -> Self {
        let proof = |mode| self.proof_field(mode).map(str::to_owned);
        let proofs = [proof(Mode::Hmac), proof(Mode::Jwt)];
        self.modes.extend(self.hmac.is_some().then_some(Mode::Hmac));
        self.modes.extend(self.jwt.is_some().then_some(Mode::Jwt));
        self.fields.extend(proofs.into_iter().flatten());
        let message = self.hmac.iter().flat_map(|recipe| &recipe.message.0);
        self.fields.extend(message.map(|(path, _)| path.head.clone()));
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

fn usual_shortest() -> usize {
    32
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    profile: Vec<Profile>,
}

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../../profiles.toml"))
        .expect("profiles.toml is part of the build and a test reads it");
    table.profile.into_iter().map(Profile::completed).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read_and_signs_somehow() {
        let names: Vec<_> = profiles().map(Profile::name).collect();
        let first = ["countersign", "woes-jwt", "woes-hmac", "notificationapi", "fogbender"];
        assert_eq!(names[..5], first);
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
