//! A browser's key, as the widget has one, to which sessions are bound (RFC 9449).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING as ES256, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::Url;

use super::forgery::now;

/// A key that is made for one look and forgotten.
pub(super) struct Browser(EcdsaKeyPair);

/// The machine makes no keys.
#[derive(Debug)]
pub(super) struct NoKey;

impl Browser {
    pub(super) fn new() -> Result<Self, NoKey> {
        EcdsaKeyPair::generate(&ES256).map(Self).map_err(|_| NoKey)
    }

    /// The public half, as a JWK.
    pub(super) fn key(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let half = |from: usize| URL_SAFE_NO_PAD.encode(&point[from..from + 32]);
        json!({ "kty": "EC", "crv": "P-256", "x": half(1), "y": half(33) })
    }

    /// The proof for one call, and for the access token that comes with it.
    pub(super) fn proof(
        &self,
        method: &str,
        url: &Url,
        nonce: &str,
        token: Option<&str>,
    ) -> Result<String, NoKey> {
        let random = SystemRandom::new();
        let jti: [u8; 16] = aws_lc_rs::rand::generate(&random).map_err(|_| NoKey)?.expose();
        let mut claims = json!({ "htm": method, "htu": url.as_str(), "iat": now(),
            "jti": URL_SAFE_NO_PAD.encode(jti) });
        if !nonce.is_empty() {
            claims["nonce"] = nonce.into();
        }
        if let Some(token) = token {
            claims["ath"] = URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes())).into();
        }
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.key() });
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(&random, text.as_bytes()).map_err(|_| NoKey)?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
