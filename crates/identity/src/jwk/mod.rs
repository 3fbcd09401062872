//! Public keys: read from a JWK or a PEM, written as a JWK, named by their thumbprint.

mod der;
mod numbers;

use aws_lc_rs::signature::ParsedPublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::algorithm::Algorithm;
use crate::json::{self, Json, Object};
use numbers::Numbers;

/// Why a text is no public key for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyFault {
    /// Neither a JWK nor the PEM of a public key.
    #[error("it is neither a JWK nor a `BEGIN PUBLIC KEY` PEM")]
    Unreadable,
    /// It has the private half: whoever sent it must replace it.
    #[error("it contains the private key, which must not leave your servers: replace it")]
    Private,
    /// A shared secret in the form of a JWK.
    #[error("it is a shared secret (`kty` is `oct`), not a public key")]
    Secret,
    /// A certificate.
    #[error("it is a certificate; send the public key in it: openssl x509 -pubkey -noout")]
    Certificate,
    /// Another kind of key or curve.
    #[error("it is no P-256, Ed25519 or RSA key")]
    Kind,
    /// A member of a JWK is missing, or not the number that it should be.
    #[error("its `{0}` is missing, or not a number of the right length in base64url")]
    Member(&'static str),
    /// Too few bits.
    #[error("its RSA modulus has {0} bits; at least 2048 are needed")]
    ShortRsa(usize),
    /// Too many bits.
    #[error("its RSA modulus has {0} bits; at most 8192 are taken")]
    LongRsa(usize),
    /// An exponent that no key has.
    #[error("its RSA exponent is not an odd number of 3 or more")]
    Exponent,
    /// Coordinates that are no point.
    #[error("its point is not on the curve")]
    OffCurve,
    /// `use`, `key_ops` or `alg` speaks of something else.
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
        Self::new(der::pem(text)?)
    }

    /// Reads a JWK; a private member anywhere in it is refused.
    pub fn from_jwk(jwk: &Object<'_>) -> Result<Self, PublicKeyFault> {
        const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
        if matches!(jwk.get("kty"), Some(Json::Text(kind)) if kind == "oct") {
            return Err(PublicKeyFault::Secret);
        }
        if PRIVATE.iter().any(|name| jwk.get(name).is_some()) {
            return Err(PublicKeyFault::Private);
        }
        let mut numbers = Numbers::from_jwk(jwk)?;
        if let (Numbers::Rsa { pss, .. }, Some(Json::Text(name))) = (&mut numbers, jwk.get("alg")) {
            *pss = name == Algorithm::Ps256.name();
        }
        let key = Self::new(numbers)?;
        key.fits_purpose(jwk)?;
        Ok(key)
    }

    /// Reads the two integers of an RSA key from its PKCS #1 form.
    pub(crate) fn from_rsa_der(der: &[u8]) -> Result<Self, PublicKeyFault> {
        Self::new(der::rsa(der).ok_or(PublicKeyFault::Unreadable)?)
    }

    pub(crate) fn from_p256(point: &[u8]) -> Result<Self, PublicKeyFault> {
        Self::new(Numbers::P256(point.try_into().map_err(|_| PublicKeyFault::Kind)?))
    }

    pub(crate) fn from_ed25519(bytes: &[u8]) -> Result<Self, PublicKeyFault> {
        Self::new(Numbers::Ed25519(bytes.try_into().map_err(|_| PublicKeyFault::Kind)?))
    }

    /// The same RSA key for RSASSA-PSS; nothing of any other kind.
    pub(crate) fn for_pss(self) -> Option<Self> {
        let Numbers::Rsa { n, e, .. } = self.numbers else { return None };
        Self::new(Numbers::Rsa { n, e, pss: true }).ok()
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

    /// The key as a `BEGIN PUBLIC KEY` PEM, with a newline at its end.
    pub fn pem(&self) -> String {
        der::pem_of(&self.numbers)
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
        match jwk.get("key_ops") {
            None => {}
            Some(Json::List(list)) if list.contains(&Json::Text("verify".into())) => {}
            Some(_) => return Err(PublicKeyFault::Purpose("key_ops")),
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
        let pem = "-----BEGIN PUBLIC KEY-----\n\
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n\
            6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n\
            -----END PUBLIC KEY-----\n";
        assert_eq!(key.pem(), pem);
        assert_eq!(PublicKey::read(pem).unwrap().thumbprint(), key.thumbprint());
        for text in [RFC_8037, &rsa(256, "AQAB"), &rsa(1024, "Aw")] {
            let key = PublicKey::read(text).unwrap();
            let again = PublicKey::read(&key.pem()).unwrap();
            assert_eq!(again.thumbprint(), key.thumbprint());
        }
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let with = |more: &str| RFC_8037.replacen('{', &format!("{{{more},"), 1);
        let cases = [
            (String::new(), PublicKeyFault::Unreadable),
            ("{}".into(), PublicKeyFault::Member("kty")),
            (with(r#""d":"AA""#), PublicKeyFault::Private),
            (with(r#""kty":"OKP""#), PublicKeyFault::Unreadable),
            (with(r#""use":"enc""#), PublicKeyFault::Purpose("use")),
            (with(r#""key_ops":["sign"]"#), PublicKeyFault::Purpose("key_ops")),
            (with(r#""alg":"HS256""#), PublicKeyFault::Purpose("alg")),
            (r#"{"kty":"oct","k":"AA"}"#.into(), PublicKeyFault::Secret),
            (RFC_7515.replace("P-256", "P-384"), PublicKeyFault::Kind),
            (RFC_7515.replace("x_FE", "x_FF"), PublicKeyFault::OffCurve),
            (RFC_7515.replace("x_FE", "FE"), PublicKeyFault::Member("y")),
            (RFC_8037.replace("URo", "URp"), PublicKeyFault::Member("x")),
            (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#.into(), PublicKeyFault::ShortRsa(17)),
            (rsa(128, "AQAB"), PublicKeyFault::ShortRsa(1024)),
            (rsa(1025, "AQAB"), PublicKeyFault::LongRsa(8200)),
            (rsa(256, "AA"), PublicKeyFault::Exponent),
            (rsa(256, "AQAA"), PublicKeyFault::Exponent),
            (rsa(256, "AQ"), PublicKeyFault::Exponent),
            ("-----BEGIN EC PRIVATE KEY-----\nAA==\n".into(), PublicKeyFault::Private),
            ("-----BEGIN CERTIFICATE-----\nAA==\n".into(), PublicKeyFault::Certificate),
            (
                "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----".into(),
                PublicKeyFault::Kind,
            ),
        ];
        for (text, fault) in cases {
            assert_eq!(PublicKey::read(&text).unwrap_err(), fault, "{text}");
        }
    }

    #[test]
    fn an_rsa_key_serves_the_algorithm_that_it_names() {
        let plain = PublicKey::read(&rsa(256, "AQAB")).unwrap();
        assert_eq!(plain.algorithm(), Algorithm::Rs256);
        let named = rsa(256, "AQAB").replacen('{', r#"{"alg":"PS256","#, 1);
        let named = PublicKey::read(&named).unwrap();
        assert_eq!(named.algorithm(), Algorithm::Ps256);
        assert_eq!(named.thumbprint(), plain.thumbprint());
        assert_eq!(plain.for_pss().unwrap().algorithm(), Algorithm::Ps256);
        assert!(PublicKey::read(RFC_8037).unwrap().for_pss().is_none());
    }

    /// A JWK with an odd modulus of so many bytes, which nobody has factored, nor multiplied.
    fn rsa(bytes: usize, e: &str) -> String {
        let n = URL_SAFE_NO_PAD.encode(vec![0xFF; bytes]);
        format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#)
    }
}
