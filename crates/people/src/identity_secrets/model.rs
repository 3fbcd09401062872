//! What an identity secret is.

use axum::http::StatusCode;
use countersign_base::{Fault, IdentitySecretId, Moment, Secret};
use countersign_door::Problem;
use countersign_identity::{Key, KeyFault, Mode, Profile};
use serde::{Deserialize, Serialize, Serializer};

use crate::widgets;

/// Whether both sides hold the key, or the customer alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Both sides hold it: whoever steals it can sign.
    Shared,
    /// The customer holds the private half: nobody can steal it here.
    Public,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Public => "public",
        }
    }
}

/// An identity secret or public key, without the secret.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct IdentitySecret {
    /// Its id.
    pub id: IdentitySecretId,
    /// The profile that it was made for.
    pub profile: String,
    /// `hmac` or `jwt`; a key of one mode proves nothing in the other.
    #[serde(serialize_with = "mode_name")]
    #[schema(value_type = String)]
    pub mode: Mode,
    /// Shared or public.
    pub kind: Kind,
    /// What tokens name it by.
    pub kid: String,
    /// Its last four characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it last proved someone.
    pub last_used_at: Option<Moment>,
    /// Since when it proves nothing.
    pub retired_at: Option<Moment>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn mode_name<S: Serializer>(mode: &Mode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name(*mode))
}

pub(super) const fn name(mode: Mode) -> &'static str {
    match mode {
        Mode::Hmac => "hmac",
        Mode::Jwt => "jwt",
    }
}

/// The last four characters of a shared secret, or what kind of public key it is.
pub(super) fn hint(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Public => "public key".to_owned(),
        Kind::Shared => text.chars().skip(text.chars().count().saturating_sub(4)).collect(),
    }
}

/// A secret as it is kept.
pub(super) struct Kept {
    pub(super) shown: IdentitySecret,
    pub(super) text: Secret,
}

impl Kept {
    /// The key that it is.
    pub(super) fn key(&self, profile: &'static Profile) -> Result<Key, KeyFault> {
        let id = self.shown.id.to_string();
        match self.shown.kind {
            Kind::Public => Key::public(profile, &self.shown.kid, self.text.expose()),
            Kind::Shared => Key::shared(profile, self.shown.mode, &id, self.text.expose()),
        }
    }
}

/// A secret that was just made.
pub struct Created {
    /// What is known of it from now on.
    pub shown: IdentitySecret,
    /// The secret, once; a public key has none.
    pub secret: Option<Secret>,
    pub(super) text: Secret,
}

/// What a new key is to be.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecret {
    /// `hmac` or `jwt`; needed where the profile has both.
    #[serde(default)]
    mode: Option<ModeName>,
    /// Your public key, as PEM or JWK; then no secret is made.
    #[serde(default)]
    pub(super) public_key: Option<String>,
    /// What your tokens name the key by.
    #[serde(default)]
    pub(super) kid: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum ModeName {
    Hmac,
    Jwt,
}

impl NewSecret {
    /// The first secret of `mode`, as `bootstrap` makes it.
    pub fn shared(mode: Mode) -> Self {
        let mode = match mode {
            Mode::Hmac => ModeName::Hmac,
            Mode::Jwt => ModeName::Jwt,
        };
        Self { mode: Some(mode), public_key: None, kid: None }
    }

    /// A `kid` is compared byte by byte, stored, and shown: plain, short text.
    pub(super) fn check_kid(&self) -> Result<(), Refusal> {
        let is_plain = |kid: &String| {
            (1..=128).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if self.kid.as_ref().is_none_or(is_plain) { Ok(()) } else { Err(Refusal::Kid) }
    }

    pub(super) fn mode(&self, profile: &Profile) -> Result<Mode, Refusal> {
        let asked = self.mode.map(|mode| match mode {
            ModeName::Hmac => Mode::Hmac,
            ModeName::Jwt => Mode::Jwt,
        });
        match (asked, profile.modes()) {
            (Some(mode), modes) if modes.contains(&mode) => Ok(mode),
            (Some(_), _) => Err(Refusal::NoSuchMode),
            (None, [only]) => Ok(*only),
            (None, _) if self.public_key.is_some() => Ok(Mode::Jwt),
            (None, _) => Err(Refusal::WhichMode),
        }
    }
}

/// Why an identity secret says no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The widget says no.
    #[error(transparent)]
    Widget(#[from] widgets::Refusal),
    /// No secret has this id.
    #[error("there is no such active secret")]
    NoSuchSecret,
    /// The profile has both modes.
    #[error("say which `mode` the secret is for: `hmac` or `jwt`")]
    WhichMode,
    /// The profile has no such mode.
    #[error("the widget's profile has no proofs of this mode")]
    NoSuchMode,
    /// The widget's profile is unknown to this binary.
    #[error("this binary does not know the widget's profile")]
    Profile,
    /// Too many are active.
    #[error("at most {0} keys of a mode are active at a time; retire one first")]
    TooMany(usize),
    /// The text is no key.
    #[error("{0}")]
    Key(KeyFault),
    /// The name of the key cannot stand in a token's header as it is.
    #[error("a `kid` has 1 to 128 visible ASCII characters")]
    Kid,
    /// The widget's keys are the customer's own.
    #[error("the widget's signing key is yours: sign the token with your private key")]
    YourKey,
    /// There is nothing to sign with.
    #[error("the widget has no active identity secret; create one first")]
    NoSecret,
    /// The claims do not fit the profile.
    #[error("{0}")]
    Claims(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let (status, code) = match refusal {
            Refusal::Store(fault) => return fault.into(),
            Refusal::Widget(refusal) => return refusal.into(),
            Refusal::NoSuchSecret => return Self::not_found(),
            Refusal::Profile => return Self::bug("a widget has an unknown profile"),
            Refusal::WhichMode | Refusal::NoSuchMode => (S::UNPROCESSABLE_ENTITY, "bad_mode"),
            Refusal::TooMany(_) => (S::CONFLICT, "too_many_secrets"),
            Refusal::Key(_) | Refusal::Kid => (S::UNPROCESSABLE_ENTITY, "bad_key"),
            Refusal::YourKey => (S::CONFLICT, "signing_key_is_yours"),
            Refusal::NoSecret => (S::CONFLICT, "no_identity_secret"),
            Refusal::Claims(_) => (S::BAD_REQUEST, "bad_claims"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
