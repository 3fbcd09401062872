//! Says to a push service who sends: RFC 8292, a token signed with ES256.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_base::{Fault, Moment};
use serde_json::json;
use url::Url;
use zeroize::Zeroizing;

/// Seconds that a token is good for; a push service refuses more than a day.
const LIFE: i64 = 12 * 3_600;

/// An environment's key: browsers subscribe to it, push services check it.
pub struct VapidKey {
    pair: EcdsaKeyPair,
    public: String,
}

impl std::fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VapidKey({})", self.public)
    }
}

impl VapidKey {
    /// A new private key, in PKCS #8.
    ///
    /// # Panics
    ///
    /// Where the operating system gives no randomness.
    pub fn generate() -> Zeroizing<Vec<u8>> {
        let made =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Zeroizing::new(made.expect("the operating system gives randomness").as_ref().to_vec())
    }

    /// The key in these bytes of PKCS #8.
    pub fn open(pkcs8: &[u8]) -> Result<Self, Fault> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map_err(|_| Fault::Corrupt("a web push key cannot be read"))?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        Ok(Self { pair, public })
    }

    /// The public key as browsers take it: an uncompressed point in base64url.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The `Authorization` for a message to `endpoint`, with where to complain about it.
    ///
    /// # Panics
    ///
    /// Where the operating system gives no randomness.
    pub fn authorization(&self, endpoint: &Url, subject: &str, now: Moment) -> String {
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": now.seconds() + LIFE,
            "sub": subject,
        });
        let message = [r#"{"typ":"JWT","alg":"ES256"}"#.to_owned(), claims.to_string()]
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .join(".");
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes());
        let signature = signature.expect("the operating system gives randomness");
        let signature = URL_SAFE_NO_PAD.encode(signature);
        format!("vapid t={message}.{signature}, k={}", self.public)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn np2_a_push_service_can_check_who_sends() {
        let key = VapidKey::open(&VapidKey::generate()).unwrap();
        let endpoint = Url::parse("https://push.example:8443/send/abc?d=1").unwrap();
        let said = key.authorization(
            &endpoint,
            "https://cs.example",
            Moment::from_millis(1_795_000_000_000),
        );
        let (token, public) = said.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(public, key.public());
        let (message, signature) = token.rsplit_once('.').unwrap();
        let point = URL_SAFE_NO_PAD.decode(public).unwrap();
        assert_eq!((point.len(), point[0]), (65, 4));
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
            .unwrap();
        let parts: Vec<serde_json::Value> = message
            .split('.')
            .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
            .collect();
        assert_eq!(parts[0], json!({ "typ": "JWT", "alg": "ES256" }));
        assert_eq!(
            parts[1],
            json!({
                "aud": "https://push.example:8443", "exp": 1_795_043_200,
                "sub": "https://cs.example",
            })
        );
    }

    #[test]
    fn np2_a_key_shows_nothing_but_its_public_half() {
        let pkcs8 = VapidKey::generate();
        let key = VapidKey::open(&pkcs8).unwrap();
        assert_eq!(format!("{key:?}"), format!("VapidKey({})", key.public()));
        assert!(VapidKey::open(&pkcs8[1..]).is_err());
    }
}
