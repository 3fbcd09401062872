//! Public keys: read from a JWK or a PEM, written as a JWK, named by their thumbprint.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::json::{self, Json, Object};

/// A signature algorithm; a key has exactly one, whatever a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Algorithm {
    /// HMAC-SHA256 with a shared secret.
    #[serde(rename = "HS256")]
    Hs256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// `EdDSA` on Curve25519.
    Ed25519,
}

impl Algorithm {
    /// The name in a token's header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::Ed25519 => "Ed25519",
        }
    }

    /// Whether `name` means this algorithm: exactly its name, or the older `EdDSA` for Ed25519.
    pub fn answers_to(self, name: &str) -> bool {
        name == self.name() || (self == Self::Ed25519 && name == "EdDSA")
    }
}

/// Why a text is no public key for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyFault {
    /// Neither a JWK nor the PEM of a public key.
    #[error("it is neither a JWK nor a `BEGIN PUBLIC KEY` PEM")]
    Unreadable,
    /// It has the private half: whoever sent it must replace it.
    #[error("it contains the private key, which must not leave your servers: replace it")]
    Private,
    /// Another kind of key or curve, or too short an RSA key.
    #[error("it is no P-256, Ed25519 or RSA key of 2048 bits or more")]
    Kind,
    /// `use` or `alg` speaks of something else.
    #[error("its `{0}` does not fit a key that checks signatures")]
    Purpose(&'static str),
}

/// A public key, parsed once.
pub struct PublicKey {
    numbers: Numbers,
    parsed: ParsedPublicKey,
    thumbprint: String,
}

impl PublicKey {
    /// Reads a JWK or a PEM.
    pub fn read(text: &str) -> Result<Self, PublicKeyFault> {
        let text = text.trim();
        if text.starts_with('{') {
            let object = json::object(text.as_bytes()).map_err(|_| PublicKeyFault::Unreadable)?;
            return Self::from_jwk(&object);
        }
        Self::new(pem(text)?)
    }

    /// Reads a JWK; a private member anywhere in it is refused.
    pub fn from_jwk(jwk: &Object<'_>) -> Result<Self, PublicKeyFault> {
        const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
        if PRIVATE.iter().any(|name| jwk.get(name).is_some()) {
            return Err(PublicKeyFault::Private);
        }
        let key = Self::new(Numbers::from_jwk(jwk)?)?;
        key.fits_purpose(jwk)?;
        Ok(key)
    }

    /// Reads the two integers of an RSA key from its PKCS #1 form.
    pub(crate) fn from_rsa_der(der: &[u8]) -> Result<Self, PublicKeyFault> {
        Self::new(rsa_numbers(der).ok_or(PublicKeyFault::Unreadable)?)
    }

    pub(crate) fn from_p256(point: &[u8]) -> Result<Self, PublicKeyFault> {
        Self::new(Numbers::P256(point.try_into().map_err(|_| PublicKeyFault::Kind)?))
    }

    pub(crate) fn from_ed25519(bytes: &[u8]) -> Result<Self, PublicKeyFault> {
        Self::new(Numbers::Ed25519(bytes.try_into().map_err(|_| PublicKeyFault::Kind)?))
    }

    /// The one algorithm that this key checks.
    pub fn algorithm(&self) -> Algorithm {
        self.numbers.algorithm()
    }

    /// The RFC 7638 thumbprint: SHA-256 in base64url, 43 characters.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The JWK to publish, with `alg`, `use` and `kid`.
    pub fn jwk(&self) -> String {
        let (members, name) = (self.numbers.members(), self.algorithm().name());
        format!(r#"{{{members},"alg":"{name}","use":"sig","kid":"{}"}}"#, self.thumbprint)
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }

    fn new(numbers: Numbers) -> Result<Self, PublicKeyFault> {
        let thumbprint =
            URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{{{}}}", numbers.members())));
        let parsed = numbers.parsed()?;
        Ok(Self { numbers, parsed, thumbprint })
    }

    fn fits_purpose(&self, jwk: &Object<'_>) -> Result<(), PublicKeyFault> {
        match jwk.get("use") {
            None => {}
            Some(Json::Text(text)) if text == "sig" => {}
            Some(_) => return Err(PublicKeyFault::Purpose("use")),
        }
        match jwk.get("alg") {
            None => Ok(()),
            Some(Json::Text(name)) if self.algorithm().answers_to(name) => Ok(()),
            Some(_) => Err(PublicKeyFault::Purpose("alg")),
        }
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({} {})", self.algorithm().name(), self.thumbprint)
    }
}

/// What a public key consists of.
enum Numbers {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256([u8; 65]),
    Ed25519([u8; 32]),
}

impl Numbers {
    fn from_jwk(jwk: &Object<'_>) -> Result<Self, PublicKeyFault> {
        let text = |name| match jwk.get(name) {
            Some(Json::Text(text)) => Ok(text.as_ref()),
            _ => Err(PublicKeyFault::Unreadable),
        };
        let bytes =
            |name| URL_SAFE_NO_PAD.decode(text(name)?).map_err(|_| PublicKeyFault::Unreadable);
        match text("kty")? {
            "RSA" => Ok(Self::Rsa { n: bytes("n")?, e: bytes("e")? }),
            "EC" if text("crv")? == "P-256" => {
                let coordinates = [bytes("x")?, bytes("y")?];
                if coordinates.iter().any(|bytes| bytes.len() != 32) {
                    return Err(PublicKeyFault::Unreadable);
                }
                let point = [&[4], coordinates[0].as_slice(), &coordinates[1]].concat();
                point.try_into().map(Self::P256).map_err(|_| PublicKeyFault::Unreadable)
            }
            "OKP" if text("crv")? == "Ed25519" => {
                bytes("x")?.try_into().map(Self::Ed25519).map_err(|_| PublicKeyFault::Unreadable)
            }
            _ => Err(PublicKeyFault::Kind),
        }
    }

    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// The members that make the thumbprint, in its order and without spaces.
    fn members(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa { n, e } => format!(r#""e":"{}","kty":"RSA","n":"{}""#, text(e), text(n)),
            Self::P256(point) => {
                let (x, y) = (text(&point[1..33]), text(&point[33..]));
                format!(r#""crv":"P-256","kty":"EC","x":"{x}","y":"{y}""#)
            }
            Self::Ed25519(bytes) => {
                format!(r#""crv":"Ed25519","kty":"OKP","x":"{}""#, text(bytes))
            }
        }
    }

    fn parsed(&self) -> Result<ParsedPublicKey, PublicKeyFault> {
        match self {
            Self::Rsa { n, .. } if n.first().is_none_or(|byte| *byte == 0) => {
                Err(PublicKeyFault::Unreadable)
            }
            Self::Rsa { n, .. } if n.len() < 256 => Err(PublicKeyFault::Kind),
            Self::Rsa { n, e } => PublicKeyComponents { n, e }
                .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
                .map_err(|_| PublicKeyFault::Kind),
            Self::P256(point) => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .map_err(|_| PublicKeyFault::Kind),
            Self::Ed25519(bytes) => {
                ParsedPublicKey::new(&ED25519, bytes).map_err(|_| PublicKeyFault::Kind)
            }
        }
    }
}

/// The key in a `BEGIN PUBLIC KEY` PEM: the two fixed forms of P-256 and Ed25519.
fn pem(text: &str) -> Result<Numbers, PublicKeyFault> {
    if text.contains("PRIVATE KEY") {
        return Err(PublicKeyFault::Private);
    }
    let body = text
        .strip_prefix("-----BEGIN PUBLIC KEY-----")
        .and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----"))
        .ok_or(PublicKeyFault::Unreadable)?;
    let body: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(body).map_err(|_| PublicKeyFault::Unreadable)?;
    if let Some(Ok(point)) = der.strip_prefix(P256_PREFIX).map(TryInto::try_into) {
        return Ok(Numbers::P256(point));
    }
    match der.strip_prefix(ED25519_PREFIX).map(TryInto::try_into) {
        Some(Ok(bytes)) => Ok(Numbers::Ed25519(bytes)),
        _ => Err(PublicKeyFault::Kind),
    }
}

/// `SEQUENCE { INTEGER n, INTEGER e }` of a key that our own library wrote.
fn rsa_numbers(der: &[u8]) -> Option<Numbers> {
    let (0x30, body, []) = element(der)? else { return None };
    let (0x02, n, rest) = element(body)? else { return None };
    let (0x02, e, []) = element(rest)? else { return None };
    let unsigned = |bytes: &[u8]| bytes.strip_prefix(&[0]).unwrap_or(bytes).to_vec();
    Some(Numbers::Rsa { n: unsigned(n), e: unsigned(e) })
}

/// The tag and the content of the first DER element, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=127 => (usize::from(first), rest),
        0x81 => (usize::from(*rest.first()?), &rest[1..]),
        0x82 => {
            let (bytes, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*bytes)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// The `SubjectPublicKeyInfo` of an uncompressed P-256 point, up to and without the 65 bytes.
const P256_PREFIX: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The `SubjectPublicKeyInfo` of an Ed25519 key, up to and without the 32 bytes.
const ED25519_PREFIX: &[u8] =
    &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.2 and A.3.
    const RFC_8037: &str =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    /// RFC 7515, appendix A.3.
    const RFC_7515: &str = r#"{"kty":"EC","crv":"P-256",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        let key = PublicKey::read(RFC_8037).unwrap();
        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(key.algorithm(), Algorithm::Ed25519);
        let again = PublicKey::read(&key.jwk()).unwrap();
        assert_eq!(again.thumbprint(), key.thumbprint());
    }

    #[test]
    fn a_pem_is_the_same_key_as_its_jwk() {
        let key = PublicKey::read(RFC_7515).unwrap();
        let Numbers::P256(point) = &key.numbers else { panic!("P-256") };
        let der = [P256_PREFIX, point].concat();
        let body = STANDARD.encode(der);
        let (first, rest) = body.split_at(64);
        let pem =
            format!("-----BEGIN PUBLIC KEY-----\n{first}\n{rest}\n-----END PUBLIC KEY-----\n");
        assert_eq!(PublicKey::read(&pem).unwrap().thumbprint(), key.thumbprint());
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let with = |more: &str| RFC_8037.replacen('{', &format!("{{{more},"), 1);
        let cases = [
            (String::new(), PublicKeyFault::Unreadable),
            ("{}".into(), PublicKeyFault::Unreadable),
            (with(r#""d":"AA""#), PublicKeyFault::Private),
            (with(r#""kty":"OKP""#), PublicKeyFault::Unreadable),
            (with(r#""use":"enc""#), PublicKeyFault::Purpose("use")),
            (with(r#""alg":"HS256""#), PublicKeyFault::Purpose("alg")),
            (r#"{"kty":"oct","k":"AA"}"#.into(), PublicKeyFault::Private),
            (RFC_7515.replace("P-256", "P-384"), PublicKeyFault::Kind),
            (RFC_7515.replace("x_FE", "x_FF"), PublicKeyFault::Kind),
            (RFC_8037.replace("URo", "URp"), PublicKeyFault::Unreadable),
            (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#.into(), PublicKeyFault::Kind),
            ("-----BEGIN EC PRIVATE KEY-----\nAA==\n".into(), PublicKeyFault::Private),
            ("-----BEGIN CERTIFICATE-----\nAA==\n".into(), PublicKeyFault::Unreadable),
        ];
        for (text, fault) in cases {
            assert_eq!(PublicKey::read(&text).unwrap_err(), fault, "{text}");
        }
    }
}
