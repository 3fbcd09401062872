//! Turns a signed-in user into an identity token, as any JWT library would.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::Site;

/// Seconds that a token lives.
const LIFE: i64 = 600;

pub(super) fn mint(site: &Site, mut claims: Value, jkt: Option<&str>, now: i64) -> String {
    claims["aud"] = json!(site.public_key);
    claims["iat"] = json!(now);
    claims["exp"] = json!(now + LIFE);
    if let Some(jkt) = jkt {
        claims["cnf"] = json!({ "jkt": jkt });
    }
    let text = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", text(&json!({ "alg": "HS256", "typ": "JWT" })), text(&claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(site.secret.as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}
