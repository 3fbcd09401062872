//! The signature of a call, as a receiver makes it again to compare (NH2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// `v1,` and the HMAC-SHA256 of `id.timestamp.body` under the secret's text, in base64.
///
/// # Panics
///
/// Never: HMAC takes keys of every length.
pub fn signature(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes every key");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Held against `printf '%s' 'ntf_1.sms.1795000000.{"a":1}' | openssl dgst -sha256 -hmac
    /// cs_whsec_test -binary | base64`.
    #[test]
    fn nh2_the_signature_is_the_one_that_openssl_makes() {
        let made = signature("cs_whsec_test", "ntf_1.sms", "1795000000", b"{\"a\":1}");
        assert_eq!(made, "v1,trOYM/ZQxWRcItaIIYHmgE/uDAUJXZbQbb1MRkWvkiI=");
    }
}
