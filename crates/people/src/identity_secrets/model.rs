//! What an identity secret is.

use axum::http::StatusCode;
use countersign_base::{Fault, IdentitySecretId, Moment, Secret};
use countersign_door::Problem;
use countersign_identity::{Algorithm, Key, KeyFault, Mode, Profile, profile};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    /// The one algorithm that it checks, whatever a proof says; nothing for a secret that seals.
    #[serde(serialize_with = "algorithm_name")]
    #[schema(value_type = Option<String>)]
    pub algorithm: Option<Algorithm>,
    /// What tokens name it by.
    pub kid: String,
    /// Its last four characters.
    pub hint: String,
    /// Where it stands in its rotation.
    pub state: State,
    /// When it was made.
    pub created_at: Moment,
    /// When it first proved someone.
    pub first_used_at: Option<Moment>,
    /// When it last proved someone, to the minute.
    pub last_used_at: Option<Moment>,
    /// When it will prove nothing any more, if a date is set.
    pub retire_at: Option<Moment>,
    /// Since when it proves nothing.
    pub retired_at: Option<Moment>,
}

/// Where a key stands in its rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IdentitySecretState)]
pub enum State {
    /// Accepted, and nobody has been proven with it yet.
    Next,
    /// Accepted and used.
    InUse,
    /// Accepted until its date.
    Retiring,
    /// It proves nothing.
    Retired,
}

impl IdentitySecret {
    /// The same with `ends` as the moment of its retirement, seen at `now`.
    pub(super) fn ending(mut self, ends: Option<Moment>, now: Moment) -> Self {
        let is_retired = ends.is_some_and(|ends| ends <= now);
        (self.retired_at, self.retire_at) = if is_retired { (ends, None) } else { (None, ends) };
        self.state = match (is_retired, ends, self.first_used_at) {
            (true, ..) => State::Retired,
            (false, Some(_), _) => State::Retiring,
            (false, None, Some(_)) => State::InUse,
            (false, None, None) => State::Next,
        };
        self
    }

    /// Whether it still proves anything.
    pub fn is_active(&self) -> bool {
        self.state != State::Retired
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn mode_name<S: Serializer>(mode: &Mode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name(*mode))
}

#[expect(clippy::ref_option, reason = "serde asks for a reference")]
fn algorithm_name<S: Serializer>(
    algorithm: &Option<Algorithm>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    algorithm.map(Algorithm::name).serialize(serializer)
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
    /// The key that it is, under the `kid` by which tokens name it (I7).
    pub(super) fn key(&self, profile: &'static Profile) -> Result<Key, KeyFault> {
        let (kid, text) = (&self.shown.kid, self.text.expose());
        match self.shown.kind {
            Kind::Public => Key::public(profile, kid, text),
            Kind::Shared => {
                let key = Key::imported(profile, self.shown.mode, kid, text)?;
                match self.shown.algorithm {
                    Some(algorithm) => key.signing_with(algorithm),
                    None => Ok(key),
                }
            }
        }
    }

    /// Whether the other one is this key again, which is refused (I8).
    ///
    /// One that never proved anyone comes back for another algorithm: it was brought along for
    /// the wrong one.
    pub(super) fn is_same_key(&self, other: &Self) -> bool {
        let was_in_vain = !self.shown.is_active() && self.shown.first_used_at.is_none();
        let is_mended = was_in_vain && self.shown.algorithm != other.shown.algorithm;
        self.is_one_with(other) && !is_mended
    }

    /// Whether both are one secret or one public key, whatever each is for.
    pub(super) fn is_one_with(&self, other: &Self) -> bool {
        let key = |kept: &Self| kept.key(profile(&kept.shown.profile)?).ok();
        key(self).zip(key(other)).is_some_and(|(own, theirs)| own.is_same_as(&theirs))
    }
}

/// A key that was just made or registered.
pub struct Created {
    /// What is known of it from now on.
    pub shown: IdentitySecret,
    /// The secret that was made, once; a key that the customer gave is not shown back.
    pub secret: Option<Secret>,
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
    public_key: Option<String>,
    /// What your back end signs with, of the profile's `algorithms` for shared secrets; else the
    /// first of them.
    #[serde(default)]
    algorithm: Option<String>,
    /// The secret that your back end signs with already; then none is made.
    #[serde(default, deserialize_with = "secret")]
    #[schema(value_type = Option<String>)]
    secret: Option<Secret>,
    /// What your tokens name the key by; else its id.
    #[serde(default)]
    pub(super) kid: Option<String>,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(Secret::from))
}

/// Where the text of a key comes from.
pub(super) enum Source {
    /// It is made here.
    Made,
    /// The customer's back end signs with it already.
    Imported(Secret),
    /// The customer keeps the private half.
    Public(Secret),
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
        Self { mode: Some(mode), ..Self::default() }
    }

    /// A `kid` is compared byte by byte, stored, and shown: plain, short text. Our own ids name
    /// the keys that they belong to.
    pub(super) fn check_kid(&self) -> Result<(), Refusal> {
        let is_plain = |kid: &String| {
            (1..=128).contains(&kid.len())
                && kid.bytes().all(|byte| byte.is_ascii_graphic())
                && kid.parse::<IdentitySecretId>().is_err()
        };
        if self.kid.as_ref().is_none_or(is_plain) { Ok(()) } else { Err(Refusal::Kid) }
    }

    /// Where the key's text is to come from.
    pub(super) fn source(&mut self) -> Result<Source, Refusal> {
        match (self.secret.take(), self.public_key.take()) {
            (None, None) => Ok(Source::Made),
            (Some(secret), None) => Ok(Source::Imported(secret)),
            (None, Some(text)) => Ok(Source::Public(Secret::from(text))),
            (Some(_), Some(_)) => Err(Refusal::TwoSources),
        }
    }

    /// The algorithm of a shared secret (I9).
    pub(super) fn algorithm(
        &self,
        profile: &Profile,
        mode: Mode,
    ) -> Result<Option<Algorithm>, Refusal> {
        let known = profile.shared_algorithms(mode);
        let Some(asked) = &self.algorithm else { return Ok(known.first().copied()) };
        let chosen = known.iter().find(|algorithm| algorithm.name() == asked);
        let chosen = chosen.filter(|_| self.public_key.is_none());
        chosen.copied().map(Some).ok_or_else(|| Refusal::Algorithm(names(known)))
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

fn names(algorithms: &[Algorithm]) -> String {
    let names: Vec<_> = algorithms.iter().map(|algorithm| algorithm.name()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
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
    /// No algorithm of a shared secret of this profile and mode.
    #[error("`algorithm` is for shared secrets, and here is one of: {0}")]
    Algorithm(String),
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
    #[error("a `kid` has 1 to 128 visible ASCII characters, and is no id of ours")]
    Kid,
    /// The name belongs to another key, or did.
    #[error("another key of this widget has, or had, this `kid`; choose a new one")]
    KidTaken,
    /// The key is or was registered.
    #[error("this widget has, or had, this very key; make a new one")]
    SameKey,
    /// Another widget has the secret for the other mode.
    #[error(
        "another widget of yours has, or had, this very secret for {0}; one that signs both lets \
         a user who chooses an id forge a token: make a new one"
    )]
    OtherMode(&'static str),
    /// Both a secret and a public key.
    #[error("give a `secret` or a `public_key`, not both")]
    TwoSources,
    /// The date of retirement has passed.
    #[error("`retire_at` lies in the past; to retire a key now, delete it")]
    Past,
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
            Refusal::Algorithm(_) => (S::UNPROCESSABLE_ENTITY, "bad_algorithm"),
            Refusal::TooMany(_) => (S::CONFLICT, "too_many_secrets"),
            Refusal::Key(_) | Refusal::Kid | Refusal::TwoSources => {
                (S::UNPROCESSABLE_ENTITY, "bad_key")
            }
            Refusal::KidTaken => (S::CONFLICT, "kid_taken"),
            Refusal::SameKey | Refusal::OtherMode(_) => (S::CONFLICT, "same_key"),
            Refusal::Past => (S::UNPROCESSABLE_ENTITY, "bad_date"),
            Refusal::YourKey => (S::CONFLICT, "signing_key_is_yours"),
            Refusal::NoSecret => (S::CONFLICT, "no_identity_secret"),
            Refusal::Claims(_) => (S::BAD_REQUEST, "bad_claims"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
