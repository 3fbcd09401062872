//! Signature algorithms, by the names of RFC 7518 and RFC 9864.

use serde::Deserialize;

/// A signature algorithm; a key has exactly one, whatever a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Algorithm {
    /// HMAC-SHA256 with a shared secret.
    #[serde(rename = "HS256")]
    Hs256,
    /// HMAC-SHA384 with a shared secret.
    #[serde(rename = "HS384")]
    Hs384,
    /// HMAC-SHA512 with a shared secret.
    #[serde(rename = "HS512")]
    Hs512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// `EdDSA` on Curve25519.
    Ed25519,
}

impl Algorithm {
    const ALL: [Self; 7] = [
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Rs256,
        Self::Ps256,
        Self::Es256,
        Self::Ed25519,
    ];

    /// The algorithm of exactly this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The name in a token's header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Ed25519 => "Ed25519",
        }
    }

    /// Whether its keys are shared secrets.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }

    /// Whether `name` means this algorithm: exactly its name, or the older `EdDSA` for Ed25519.
    pub fn answers_to(self, name: &str) -> bool {
        name == self.name() || (self == Self::Ed25519 && name == "EdDSA")
    }
}
