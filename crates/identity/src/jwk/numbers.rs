//! What public keys consist of, and whether they can be used.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::algorithm::Algorithm;
use crate::json::{Json, Object};
use crate::jwk::PublicKeyFault;

/// What a public key consists of.
pub(super) enum Numbers {
    Rsa { n: Vec<u8>, e: Vec<u8>, pss: bool },
    P256([u8; 65]),
    Ed25519([u8; 32]),
}

impl Numbers {
    pub(super) fn rsa(n: Vec<u8>, e: Vec<u8>) -> Self {
        Self::Rsa { n, e, pss: false }
    }

    pub(super) fn from_jwk(jwk: &Object<'_>) -> Result<Self, PublicKeyFault> {
        match text(jwk, "kty")? {
            "RSA" => Ok(Self::rsa(bytes(jwk, "n")?, bytes(jwk, "e")?)),
            "EC" if text(jwk, "crv")? == "P-256" => {
                let mut point = [4; 65];
                point[1..33].copy_from_slice(&coordinate(jwk, "x")?);
                point[33..].copy_from_slice(&coordinate(jwk, "y")?);
                Ok(Self::P256(point))
            }
            "OKP" if text(jwk, "crv")? == "Ed25519" => coordinate(jwk, "x").map(Self::Ed25519),
            _ => Err(PublicKeyFault::Kind),
        }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { pss: true, .. } => Algorithm::Ps256,
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// The members that make the thumbprint, in its order and without spaces.
    pub(super) fn members(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa { n, e, .. } => {
                format!(r#""e":"{}","kty":"RSA","n":"{}""#, text(e), text(n))
            }
            Self::P256(point) => {
                let (x, y) = (text(&point[1..33]), text(&point[33..]));
                format!(r#""crv":"P-256","kty":"EC","x":"{x}","y":"{y}""#)
            }
            Self::Ed25519(bytes) => {
                format!(r#""crv":"Ed25519","kty":"OKP","x":"{}""#, text(bytes))
            }
        }
    }

    pub(super) fn parsed(&self) -> Result<ParsedPublicKey, PublicKeyFault> {
        match self {
            Self::Rsa { n, e, pss } => {
                check_modulus(n)?;
                check_exponent(e)?;
                let rules =
                    if *pss { &RSA_PSS_2048_8192_SHA256 } else { &RSA_PKCS1_2048_8192_SHA256 };
                let key = PublicKeyComponents { n, e }.to_parsed_public_key(rules);
                key.map_err(|_| PublicKeyFault::Exponent)
            }
            Self::P256(point) => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .map_err(|_| PublicKeyFault::OffCurve),
            Self::Ed25519(bytes) => {
                ParsedPublicKey::new(&ED25519, bytes).map_err(|_| PublicKeyFault::OffCurve)
            }
        }
    }
}

/// From 2048 to 8192 bits, written without zeros in front, and odd.
fn check_modulus(n: &[u8]) -> Result<(), PublicKeyFault> {
    let (Some(&first), Some(&last)) = (n.first(), n.last()) else {
        return Err(PublicKeyFault::Member("n"));
    };
    if first == 0 || last % 2 == 0 {
        return Err(PublicKeyFault::Member("n"));
    }
    match n.len() * 8 - first.leading_zeros() as usize {
        bits @ ..2048 => Err(PublicKeyFault::ShortRsa(bits)),
        2048..=8192 => Ok(()),
        bits => Err(PublicKeyFault::LongRsa(bits)),
    }
}

/// Odd and at least 3: with 1, every text would be its own signature.
fn check_exponent(e: &[u8]) -> Result<(), PublicKeyFault> {
    match e {
        [] | [0, ..] | [1] => Err(PublicKeyFault::Exponent),
        [.., last] if last % 2 == 0 => Err(PublicKeyFault::Exponent),
        _ => Ok(()),
    }
}

fn text<'a>(jwk: &'a Object<'_>, name: &'static str) -> Result<&'a str, PublicKeyFault> {
    match jwk.get(name) {
        Some(Json::Text(text)) => Ok(text),
        _ => Err(PublicKeyFault::Member(name)),
    }
}

fn bytes(jwk: &Object<'_>, name: &'static str) -> Result<Vec<u8>, PublicKeyFault> {
    URL_SAFE_NO_PAD.decode(text(jwk, name)?).map_err(|_| PublicKeyFault::Member(name))
}

fn coordinate(jwk: &Object<'_>, name: &'static str) -> Result<[u8; 32], PublicKeyFault> {
    bytes(jwk, name)?.try_into().map_err(|_| PublicKeyFault::Member(name))
}
