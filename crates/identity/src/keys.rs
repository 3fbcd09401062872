//! Keys: a secret or a public key together with the profile, the mode and the algorithm that
//! it serves, so that nothing in a request can choose them.

use std::fmt;

use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::hmac::Mac;
use crate::jwk::{PublicKey, PublicKeyFault};
use crate::jws::header_written;
use crate::profile::{KeyText, Mode, Profile};
use crate::secret_text::{check_form, check_origin};

/// A key of a widget. `Debug` shows its id and mode, and nothing of the material.
pub struct Key {
    id: Box<str>,
    profile: &'static Profile,
    mode: Mode,
    pub(crate) material: Material,
    standing: Standing,
    headers: Vec<String>,
}

/// Whether a key may prove anything.
enum Standing {
    InUse,
    Retired,
    /// It is somebody else's, in words.
    Elsewhere(Box<str>),
}

pub(crate) enum Material {
    Shared { algorithm: Algorithm, mac: Mac, bytes: Zeroizing<Vec<u8>>, text: Zeroizing<String> },
    Public(PublicKey),
}

/// Why a text cannot be a key of this profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The profile does not sign in this mode.
    #[error("the profile has no such mode")]
    Mode,
    /// Not in the form of the profile's secrets.
    #[error("it is not a secret of this profile: {0}")]
    Form(&'static str),
    /// A secret that could be guessed.
    #[error("a secret of this profile has at least {0} bytes")]
    Short(usize),
    /// The profile takes registered public keys only.
    #[error("the profile takes no shared secret: register the public half of your own key")]
    Shared,
    /// A private key where a secret or a public key should be.
    #[error("it is a private key, which must not leave your servers: replace it")]
    Private,
    /// A public key where a secret should be: everybody knows it.
    #[error("it is a public key, which is no secret: register it as a public key")]
    PublicAsSecret,
    /// No algorithm of the profile's shared secrets.
    #[error("the profile's secrets do not sign with this algorithm")]
    Algorithm,
    /// A token of ours that has another use.
    #[error("it begins with `cs_` and is made for another use")]
    OtherUse,
    /// The profile takes no public keys, or none of this algorithm.
    #[error("the profile takes no public key of this kind")]
    Public,
    /// No public key at all.
    #[error("the public key cannot be used: {0}")]
    Unusable(#[from] PublicKeyFault),
}

impl Key {
    /// A secret that this server made, in the profile's form.
    ///
    /// `id` is what a token's `kid` must be to name this key.
    pub fn shared(
        profile: &'static Profile,
        mode: Mode,
        id: &str,
        secret_text: &str,
    ) -> Result<Self, KeyFault> {
        if !profile.modes().contains(&mode) {
            return Err(KeyFault::Mode);
        }
        check_form(profile.secret_form().ok_or(KeyFault::Shared)?, secret_text)?;
        Self::imported(profile, mode, id, secret_text)
    }

    /// A secret that came from the vendor's own dashboard: any text of at least
    /// [`Profile::shortest_secret`] and at most 512 bytes, unless the profile decodes it.
    ///
    /// So a team can change over without touching its back end.
    pub fn imported(
        profile: &'static Profile,
        mode: Mode,
        id: &str,
        secret_text: &str,
    ) -> Result<Self, KeyFault> {
        let (key_text, algorithm) = signing(profile, mode)?;
        check_origin(profile.secret_form().ok_or(KeyFault::Shared)?, secret_text)?;
        let bytes = Zeroizing::new(key_text.bytes(secret_text)?);
        if bytes.len() < profile.shortest_secret() {
            return Err(KeyFault::Short(profile.shortest_secret()));
        }
        if profile.seals(mode) && bytes.len() != 32 {
            return Err(KeyFault::Form("text of exactly 32 bytes"));
        }
        let text = Zeroizing::new(secret_text.to_owned());
        let mac = Mac::of(algorithm, &bytes);
        let material = Material::Shared { algorithm, mac, bytes, text };
        Ok(Self::new(profile, mode, id, material))
    }

    /// The same secret for another of the algorithms that the profile's secrets sign with; the
    /// usual one needs no call.
    pub fn signing_with(mut self, algorithm: Algorithm) -> Result<Self, KeyFault> {
        let listed = self.profile.shared_algorithms(self.mode).contains(&algorithm);
        let Material::Shared { algorithm: own, mac, bytes, .. } = &mut self.material else {
            return Err(KeyFault::Algorithm);
        };
        if !listed {
            return Err(KeyFault::Algorithm);
        }
        *mac = Mac::of(algorithm, bytes);
        *own = algorithm;
        if self.mode == Mode::Jwt {
            self.headers = headers(algorithm, &self.id);
        }
        Ok(self)
    }

    /// A public key that the customer registered, as a JWK or a PEM.
    pub fn public(profile: &'static Profile, id: &str, jwk_or_pem: &str) -> Result<Self, KeyFault> {
        if !profile.accepts_public_keys() {
            return Err(KeyFault::Public);
        }
        Self::registered(profile, id, PublicKey::read(jwk_or_pem)?)
    }

    /// A public key that was read already.
    ///
    /// An RSA key serves the one RSA algorithm that the profile takes, if there is one only.
    pub(crate) fn registered(
        profile: &'static Profile,
        id: &str,
        key: PublicKey,
    ) -> Result<Self, KeyFault> {
        let takes = |algorithm| profile.public_keys().contains(&algorithm);
        let only_pss = takes(Algorithm::Ps256) && !takes(Algorithm::Rs256);
        let key = match key.algorithm() {
            Algorithm::Rs256 if only_pss => key.for_pss().ok_or(KeyFault::Public)?,
            algorithm if takes(algorithm) => key,
            _ => return Err(KeyFault::Public),
        };
        let material = Material::Public(key);
        Ok(Self::new(profile, Mode::Jwt, id, material))
    }

    /// A secret of any bytes, for vectors that are no text.
    #[cfg(test)]
    pub(crate) fn of_bytes(profile: &'static Profile, id: &str, bytes: Vec<u8>) -> Self {
        let (mac, text) = (Mac::of(Algorithm::Hs256, &bytes), Zeroizing::default());
        let (algorithm, bytes) = (Algorithm::Hs256, Zeroizing::new(bytes));
        let material = Material::Shared { algorithm, mac, bytes, text };
        Self::new(profile, Mode::Jwt, id, material)
    }

    /// The same key out of use: `verify` passes over it, `explain` recognises its proofs.
    #[must_use]
    pub fn retired(mut self) -> Self {
        self.standing = Standing::Retired;
        self
    }

    /// The same key as one of another widget or environment, such as "the test widget's": `verify`
    /// passes over it, `explain` recognises its proofs.
    #[must_use]
    pub fn elsewhere(mut self, whose: &str) -> Self {
        self.standing = Standing::Elsewhere(whose.into());
        self
    }

    /// The id that a `kid` must be.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The mode that it serves.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether it is out of use.
    pub fn is_retired(&self) -> bool {
        matches!(self.standing, Standing::Retired)
    }

    /// Whose it is, if it is one of [elsewhere](Self::elsewhere).
    pub(crate) fn whose(&self) -> Option<&str> {
        match &self.standing {
            Standing::Elsewhere(whose) => Some(whose),
            Standing::InUse | Standing::Retired => None,
        }
    }

    /// Whether it is a registered public key, with which this server cannot sign.
    pub fn is_public(&self) -> bool {
        matches!(self.material, Material::Public(_))
    }

    /// The one algorithm that it checks.
    pub fn algorithm(&self) -> Algorithm {
        match &self.material {
            Material::Shared { algorithm, .. } => *algorithm,
            Material::Public(key) => key.algorithm(),
        }
    }

    /// Whether both are one key: the same secret, as text or as the bytes that it stands for, or
    /// the same public key in whatever spelling.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (&self.material, &other.material) {
            (
                Material::Shared { bytes, text, .. },
                Material::Shared { bytes: others, text: theirs, .. },
            ) => text == theirs || bytes == others,
            (Material::Public(key), Material::Public(theirs)) => {
                key.thumbprint() == theirs.thumbprint()
            }
            _ => false,
        }
    }

    /// Whether `header`, as it stands in a token, is one that libraries write for this key: it
    /// names the key and its algorithm, and needs no reading.
    pub(crate) fn writes(&self, header: &str) -> bool {
        self.headers.iter().any(|own| own == header)
    }

    fn new(profile: &'static Profile, mode: Mode, id: &str, material: Material) -> Self {
        let (id, standing) = (id.into(), Standing::InUse);
        let mut key = Self { id, profile, mode, material, standing, headers: Vec::new() };
        if mode == Mode::Jwt {
            key.headers = headers(key.algorithm(), &key.id);
        }
        key
    }

    /// The bytes of a shared secret.
    pub(crate) fn secret_bytes(&self) -> Option<&[u8]> {
        match &self.material {
            Material::Shared { bytes, .. } => Some(bytes),
            Material::Public(_) => None,
        }
    }

    /// Whether it may be tried for a proof of this profile and mode.
    pub(crate) fn serves(&self, profile: &'static Profile, mode: Mode) -> bool {
        matches!(self.standing, Standing::InUse)
            && self.mode == mode
            && std::ptr::eq(self.profile, profile)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?}, {:?})", self.id, self.mode)
    }
}

/// How the secrets of a mode become key bytes, and what they sign with if nobody says otherwise.
fn signing(profile: &Profile, mode: Mode) -> Result<(KeyText, Algorithm), KeyFault> {
    match (mode, &profile.hmac, &profile.jwt) {
        (Mode::Hmac, Some(recipe), _) => Ok((recipe.key, Algorithm::Hs256)),
        (Mode::Jwt, _, Some(recipe)) => {
            let usual = recipe.shared.first().copied().unwrap_or(Algorithm::Hs256);
            recipe.key.map(|key| (key, usual)).ok_or(KeyFault::Shared)
        }
        _ => Err(KeyFault::Mode),
    }
}

/// The usual headers that name `id`, in the spelling of a token; none if JSON must escape it.
fn headers(algorithm: Algorithm, id: &str) -> Vec<String> {
    if !id.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')) {
        return Vec::new();
    }
    let (alg, typ) = (format!(r#""alg":"{}""#, algorithm.name()), r#""typ":"JWT""#);
    let kid = format!(r#""kid":"{id}""#);
    let written = |parts: &[&str]| header_written(&format!("{{{}}}", parts.join(",")));
    vec![
        written(&[&alg, &kid, typ]),
        written(&[&alg, typ, &kid]),
        written(&[typ, &alg, &kid]),
        written(&[&alg, &kid]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::profile;
    use crate::secret_text::{HEX64, PREFIXED, new_secret_text};

    #[test]
    fn a_secret_of_another_form_or_use_is_refused() {
        let native = profile("countersign").unwrap();
        let hashed = profile("notificationapi").unwrap();
        let woes = profile("woes-hmac").unwrap();
        let good = new_secret_text(native, Mode::Jwt, &[7; 32]);
        let changed = good.replacen("Bw", "Bx", 1);
        let upper = "A7".repeat(32);
        let shared: &[(_, _, &str, KeyFault)] = &[
            (native, Mode::Hmac, &good, KeyFault::Mode),
            (native, Mode::Jwt, "", PREFIXED),
            (native, Mode::Jwt, "short", PREFIXED),
            (native, Mode::Jwt, &changed, PREFIXED),
            (native, Mode::Jwt, &good[..54], PREFIXED),
            (hashed, Mode::Hmac, &good, PREFIXED),
            (woes, Mode::Hmac, &upper, HEX64),
        ];
        for (profile, mode, text, fault) in shared {
            assert_eq!(Key::shared(profile, *mode, "k", text).unwrap_err(), *fault, "{text}");
        }
        let imported: &[(_, _, &str, KeyFault)] = &[
            (hashed, Mode::Hmac, "", KeyFault::Short(32)),
            (hashed, Mode::Hmac, "12345", KeyFault::Short(32)),
            (hashed, Mode::Hmac, &good, KeyFault::OtherUse),
            (hashed, Mode::Hmac, "cs_sk_live_0123456789012345678901234", KeyFault::OtherUse),
            (woes, Mode::Hmac, "0123456789abcdef0123456789abcdef", HEX64),
        ];
        for (profile, mode, text, fault) in imported {
            assert_eq!(Key::imported(profile, *mode, "k", text).unwrap_err(), *fault, "{text}");
        }
        assert!(Key::imported(hashed, Mode::Hmac, "k", &"0123456789abcdef".repeat(4)).is_ok());
    }

    #[test]
    fn a_secret_is_the_same_in_another_spelling_and_a_public_key_too() {
        let (hex, plain) = ("61".repeat(32), "a".repeat(32));
        let key = |name, mode, text: &str| Key::imported(profile(name).unwrap(), mode, "k", text);
        let decoded = key("woes-hmac", Mode::Hmac, &hex).unwrap();
        let as_text = key("woes-jwt", Mode::Jwt, &hex).unwrap();
        let sealing = key("fogbender-paseto", Mode::Jwt, &plain).unwrap();
        assert!(decoded.is_same_as(&as_text), "one text, of which one user could be made another");
        assert!(decoded.is_same_as(&sealing), "one key in two spellings");
        assert!(!as_text.is_same_as(&sealing));
    }

    #[test]
    fn public_keys_are_for_profiles_that_take_them() {
        let jwk =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let key = Key::public(profile("countersign").unwrap(), "k", jwk).unwrap();
        assert_eq!((key.algorithm(), key.is_public()), (Algorithm::Ed25519, true));
        let refused = Key::public(profile("woes-jwt").unwrap(), "k", jwk);
        assert_eq!(refused.unwrap_err(), KeyFault::Public);
    }
}
