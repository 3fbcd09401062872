//! A browser's key, as a test holds it.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_identity::PublicKey;
use serde_json::{Value, json};

use crate::app::{ORIGIN, TestApp};

/// A P-256 key pair.
pub(crate) struct BrowserKey(EcdsaKeyPair);

impl BrowserKey {
    pub(crate) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub(crate) fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]) })
    }

    pub(crate) fn thumbprint(&self) -> String {
        PublicKey::read(&self.jwk().to_string()).unwrap().thumbprint().to_owned()
    }

    /// A proof for one call (RFC 9449, section 4.2).
    pub(crate) fn proof(
        &self,
        app: &TestApp,
        method: &str,
        path: &str,
        access_token: Option<&str>,
        nonce: Option<&str>,
    ) -> String {
        let id = u64::from_be_bytes(countersign_infra::chance::bytes());
        let mut claims = json!({ "htm": method, "htu": format!("{ORIGIN}{path}"),
            "jti": format!("{id:x}"), "iat": app.now() / 1_000 });
        if let Some(token) = access_token {
            let hash = countersign_base::Digest::of(token.as_bytes());
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(hash.0));
        }
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        self.signed(&json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() }), &claims)
    }

    /// A token with this header and these claims.
    pub(crate) fn signed(&self, header: &Value, claims: &Value) -> String {
        let text = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", text(header), text(claims));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}
