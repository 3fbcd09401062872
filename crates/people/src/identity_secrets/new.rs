//! What is asked for when a key is made, brought along or registered.

use countersign_base::{IdentitySecretId, Secret};
use countersign_identity::{Algorithm, Mode, Profile};
use serde::{Deserialize, Deserializer};

use super::refusal::Refusal;

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
