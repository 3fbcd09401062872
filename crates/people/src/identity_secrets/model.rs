//! What an identity secret is.

use countersign_base::{IdentitySecretId, Moment, Secret};
use countersign_identity::{Algorithm, Key, KeyFault, Mode, Profile, profile};
use serde::{Serialize, Serializer};

countersign_base::named! {
    /// Whether both sides hold the key, or the customer alone.
    pub enum Kind {
        /// Both sides hold it: whoever steals it can sign.
        Shared = "shared",
        /// The customer holds the private half: nobody can steal it here.
        Public = "public",
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

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
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
