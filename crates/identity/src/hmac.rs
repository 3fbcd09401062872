//! HMAC-SHA256 with the key prepared once, and the ways that vendors write its digest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// A key that is ready to hash: cloned for a message, never derived again.
#[derive(Clone)]
pub(crate) struct Mac(Hmac<Sha256>);

impl Mac {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    pub(crate) fn digest(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// Whether `digest` belongs to `message`, in a time that does not tell where it differs.
    pub(crate) fn fits(&self, message: &[u8], digest: &[u8; 32]) -> bool {
        self.digest(message).ct_eq(digest).into()
    }
}

/// How a digest of 32 bytes is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigestForm {
    /// 64 hexadecimal digits, lower case only.
    HexLower,
    /// 64 hexadecimal digits, written in lower case and read in any.
    HexAny,
    /// Standard base64 with padding; one newline at the end is forgiven.
    Base64,
}

impl DigestForm {
    /// The digest in `text`, if it is written in exactly this form.
    pub fn read(self, text: &str) -> Option<[u8; 32]> {
        match self {
            Self::HexLower if text.bytes().any(|byte| byte.is_ascii_uppercase()) => None,
            Self::HexLower | Self::HexAny => hex(text),
            Self::Base64 => base64(text.strip_suffix('\n').unwrap_or(text)),
        }
    }

    /// The text of a digest.
    pub fn write(self, digest: &[u8; 32]) -> String {
        match self {
            Self::HexLower | Self::HexAny => hex_of(digest),
            Self::Base64 => STANDARD.encode(digest),
        }
    }

    /// The form in words, for an administrator.
    pub fn words(self) -> &'static str {
        match self {
            Self::HexLower => "64 hexadecimal digits in lower case",
            Self::HexAny => "64 hexadecimal digits",
            Self::Base64 => "44 characters of standard base64 with padding",
        }
    }
}

/// 32 bytes from 64 hexadecimal digits of any case.
pub(crate) fn hex(text: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 32];
    let mut wrong = 0;
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        let (high, low) = (NIBBLE[usize::from(pair[0])], NIBBLE[usize::from(pair[1])]);
        wrong |= high | low;
        *byte = high << 4 | low;
    }
    (wrong < 16).then_some(bytes)
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex_of(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn base64(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 33];
    if text.len() != 44 {
        return None;
    }
    let length = STANDARD.decode_slice(text, &mut bytes).ok()?;
    bytes[..length].try_into().ok()
}

/// The value of a hexadecimal digit, or 255.
static NIBBLE: [u8; 256] = {
    let mut table = [255; 256];
    let mut value: u8 = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value as usize] as usize] = value;
        table[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_in_its_form_only() {
        let digest = core::array::from_fn(|n| u8::try_from(n * 8).unwrap());
        let lower = DigestForm::HexLower.write(&digest);
        let upper = lower.to_ascii_uppercase();
        let base64 = DigestForm::Base64.write(&digest);
        let newline = format!("{base64}\n");
        let two = format!("{newline}\n");
        let cases = [
            (DigestForm::HexLower, lower.as_str(), true),
            (DigestForm::HexLower, &upper, false),
            (DigestForm::HexLower, &base64, false),
            (DigestForm::HexLower, &lower[..62], false),
            (DigestForm::HexLower, "", false),
            (DigestForm::HexAny, &lower, true),
            (DigestForm::HexAny, &upper, true),
            (DigestForm::Base64, &base64, true),
            (DigestForm::Base64, &newline, true),
            (DigestForm::Base64, &two, false),
            (DigestForm::Base64, base64.trim_end_matches('='), false),
            (DigestForm::Base64, &lower, false),
        ];
        for (form, text, good) in cases {
            assert_eq!(form.read(text), good.then_some(digest), "{form:?} {text:?}");
        }
        assert_eq!(hex(&format!("{}zz", &lower[..62])), None);
        assert_eq!(hex(&format!("{}é", &lower[..62])), None);
    }

    #[test]
    fn rfc_4231_case_2() {
        let digest = Mac::new(b"Jefe").digest(b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex_of(&digest), expected);
        assert!(Mac::new(b"Jefe").fits(b"what do ya want for nothing?", &digest));
        assert!(!Mac::new(b"Jefe").fits(b"what do ya want for nothing!", &digest));
    }
}
