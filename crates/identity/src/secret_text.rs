//! The texts of shared secrets: made, checked, and turned into key bytes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::hmac::{hex, hex_of};
use crate::keys::KeyFault;
use crate::profile::{KeyText, Mode, Profile, SecretForm};

/// The text of a new secret over 32 random bytes, in the profile's form, for a profile that
/// [shares secrets](Profile::shares_secrets) at all.
///
/// The two modes of a profile without prefixes get secrets of the same form: what keeps them
/// apart is the row that holds them, never the text.
pub fn new_secret_text(profile: &Profile, _mode: Mode, entropy: &[u8; 32]) -> String {
    match profile.secret_form() {
        Some(SecretForm::Hex64) => hex_of(entropy),
        Some(SecretForm::Text32Base64) => STANDARD.encode(&entropy[..24]),
        Some(SecretForm::PrefixedHmac) => prefixed(HMAC_PREFIX, entropy),
        Some(SecretForm::PrefixedJwt) | None => prefixed(JWT_PREFIX, entropy),
    }
}

impl KeyText {
    pub(crate) fn bytes(self, secret_text: &str) -> Result<Vec<u8>, KeyFault> {
        match self {
            Self::Text => Ok(secret_text.as_bytes().to_vec()),
            Self::Hex => hex(secret_text).map(|bytes| bytes.to_vec()).ok_or(HEX64),
            Self::Base64 => STANDARD.decode(secret_text).map_err(|_| BASE64_ANY),
        }
    }
}

const HMAC_PREFIX: &str = "cs_idh_";
const JWT_PREFIX: &str = "cs_idj_";
pub(crate) const HEX64: KeyFault = KeyFault::Form("64 hexadecimal digits in lower case");
const BASE64: KeyFault = KeyFault::Form("32 characters of base64");
const BASE64_ANY: KeyFault = KeyFault::Form("standard base64 with padding");
pub(crate) const PREFIXED: KeyFault =
    KeyFault::Form("a prefix, 43 characters and a checksum, unchanged");

/// Refuses a text that this server would not have made for `form`.
pub(crate) fn check_form(form: SecretForm, text: &str) -> Result<(), KeyFault> {
    match form {
        SecretForm::Hex64 => {
            let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
            hex(text).filter(|_| lower).map(drop).ok_or(HEX64)
        }
        SecretForm::Text32Base64 => {
            let whole = text.len() == 32 && STANDARD.decode(text).is_ok_and(|it| it.len() == 24);
            whole.then_some(()).ok_or(BASE64)
        }
        SecretForm::PrefixedHmac => check_prefixed(HMAC_PREFIX, text),
        SecretForm::PrefixedJwt => check_prefixed(JWT_PREFIX, text),
    }
}

/// Refuses a secret of ours that was made for another mode or another use altogether.
pub(crate) fn check_origin(form: SecretForm, text: &str) -> Result<(), KeyFault> {
    if text.contains("PRIVATE KEY-----") {
        return Err(KeyFault::Private);
    }
    if text.contains("-----BEGIN ") || text.trim_start().starts_with('{') {
        return Err(KeyFault::PublicAsSecret);
    }
    if text.len() > 512 || text.chars().any(char::is_control) {
        return Err(KeyFault::Form("text of at most 512 bytes in one line"));
    }
    let own = match form {
        SecretForm::PrefixedHmac => HMAC_PREFIX,
        SecretForm::PrefixedJwt => JWT_PREFIX,
        SecretForm::Hex64 | SecretForm::Text32Base64 => "cs_id?",
    };
    if text.starts_with("cs_") && !text.starts_with(own) {
        return Err(KeyFault::OtherUse);
    }
    if text.starts_with(own) { check_prefixed(own, text) } else { Ok(()) }
}

fn prefixed(prefix: &str, entropy: &[u8; 32]) -> String {
    let mut bytes = Zeroizing::new([0; 36]);
    bytes[..32].copy_from_slice(entropy);
    bytes[32..].copy_from_slice(&crc32(entropy).to_be_bytes());
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes.as_slice()))
}

fn check_prefixed(prefix: &str, text: &str) -> Result<(), KeyFault> {
    let body = text.strip_prefix(prefix).ok_or(PREFIXED)?;
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(body).map_err(|_| PREFIXED)?);
    let (secret, sum) = bytes.split_at_checked(32).ok_or(PREFIXED)?;
    if *sum == crc32(secret).to_be_bytes() { Ok(()) } else { Err(PREFIXED) }
}

/// CRC-32 (ISO 3309), so that a cut or mistyped secret is told from a wrong one.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Key;
    use crate::profile::{profile, profiles};

    #[test]
    fn a_new_secret_has_the_form_of_its_profile() {
        for profile in profiles() {
            for mode in profile.modes().iter().filter(|mode| profile.shares_secrets(**mode)) {
                let text = new_secret_text(profile, *mode, &[0xA7; 32]);
                let key = Key::shared(profile, *mode, "k1", &text).unwrap();
                let shown = format!("{key:?}");
                assert!(!shown.contains(&text[8..16]), "{shown}");
            }
        }
        let text = |name| new_secret_text(profile(name).unwrap(), Mode::Jwt, &[0xA7; 32]);
        assert_eq!(text("woes-jwt"), "a7".repeat(32));
        assert_eq!(text("fogbender"), "p6en".repeat(8));
        assert!(text("countersign").starts_with("cs_idj_p6en"));
        assert!(text("notificationapi").starts_with("cs_idh_p6en"));
        assert_eq!(text("countersign").len(), 7 + 48);
    }
}
