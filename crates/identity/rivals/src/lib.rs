//! Two other libraries of Rust, each set as strictly as it can be without code of one's own.

use std::time::SystemTime;

use josekit::jws::alg::hmac::HmacJwsVerifier;
use josekit::jws::{HS256, JwsVerifier as _};
use josekit::jwt::{JwtPayloadValidator, decode_with_verifier};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::Value;

/// `jsonwebtoken` with a shared secret; `clock` says whether `exp` and `nbf` are held against now.
pub struct Jsonwebtoken {
    key: DecodingKey,
    rules: Validation,
}

impl Jsonwebtoken {
    /// Checks HS256, the audience, and with a clock the times.
    pub fn new(secret: &str, audience: &str, clock: bool) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[audience]);
        rules.leeway = 0;
        (rules.validate_exp, rules.validate_nbf) = (clock, clock);
        if !clock {
            rules.required_spec_claims.clear();
        }
        Self { key: DecodingKey::from_secret(secret.as_bytes()), rules }
    }

    /// Whether it takes the token.
    pub fn accepts(&self, token: &str) -> bool {
        decode::<Value>(token, &self.key, &self.rules).is_ok()
    }
}

/// `josekit` with a shared secret.
pub struct Josekit {
    verifier: HmacJwsVerifier,
    rules: JwtPayloadValidator,
}

impl Josekit {
    /// Checks HS256, the audience, and the times at `now`.
    pub fn new(secret: &str, audience: &str, now: SystemTime) -> Self {
        let verifier = HS256.verifier_from_bytes(secret).expect("a secret of 32 bytes");
        let mut rules = JwtPayloadValidator::new();
        rules.set_audience(audience);
        rules.set_base_time(now);
        Self { verifier, rules }
    }

    /// Whether it takes the token.
    ///
    /// # Panics
    /// When the token has a time beyond those that the clock can have.
    pub fn accepts(&self, token: &str) -> bool {
        let Ok((claims, header)) = decode_with_verifier(token, &self.verifier) else {
            return false;
        };
        header.claim("alg").and_then(Value::as_str) == Some(self.verifier.algorithm().name())
            && self.rules.validate(&claims).is_ok()
    }
}
