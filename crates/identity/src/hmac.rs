//! HMAC-SHA256 with the key prepared once, and the ways that vendors write its digest.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::Output;
use hmac::{Hmac, KeyInit as _, Mac as Mac_};
use serde::Deserialize;
use sha2::{Sha256, Sha384, Sha512};

use crate::algorithm::Algorithm;

/// A key that is ready to hash: cloned for a message, never derived again.
#[derive(Clone)]
pub(crate) enum Mac {
    Sha256(Hmac<Sha256>),
    Sha384(Box<Hmac<Sha384>>),
    Sha512(Box<Hmac<Sha512>>),
}

impl Mac {
    /// HMAC-SHA256, as all digests of one identifier are.
    pub(crate) fn new(key: &[u8]) -> Self {
        Self::Sha256(Hmac::new_from_slice(key).expect(ANY_LENGTH))
    }

    /// The MAC of a shared secret's `algorithm`.
    pub(crate) fn of(algorithm: Algorithm, key: &[u8]) -> Self {
        match algorithm {
            Algorithm::Hs384 => {
                Self::Sha384(Box::new(Hmac::new_from_slice(key).expect(ANY_LENGTH)))
            }
            Algorithm::Hs512 => {
                Self::Sha512(Box::new(Hmac::new_from_slice(key).expect(ANY_LENGTH)))
            }
            _ => Self::new(key),
        }
    }

    pub(crate) fn digest(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256(mac) => finished(mac.clone(), message).to_vec(),
            Self::Sha384(mac) => finished(mac.as_ref().clone(), message).to_vec(),
            Self::Sha512(mac) => finished(mac.as_ref().clone(), message).to_vec(),
        }
    }

    /// Whether `digest` belongs to `message`, in a time that does not tell where it differs.
    pub(crate) fn fits(&self, message: &[u8], digest: &[u8]) -> bool {
        match self {
            Self::Sha256(mac) => same(&finished(mac.clone(), message), digest),
            Self::Sha384(mac) => same(&finished(mac.as_ref().clone(), message), digest),
            Self::Sha512(mac) => same(&finished(mac.as_ref().clone(), message), digest),
        }
    }
}

const ANY_LENGTH: &str = "HMAC takes a key of any length";

fn same(right: &[u8], found: &[u8]) -> bool {
    verify_slices_are_equal(right, found).is_ok()
}

fn finished<M: Mac_>(mut mac: M, message: &[u8]) -> Output<M> {
    mac.update(message);
    mac.finalize().into_bytes()
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
    /// Base64url without padding.
    Base64url,
    /// The id of the key, a colon, and 64 hexadecimal digits in lower case.
    KeyAndHex,
}

impl DigestForm {
    /// The digest in `text`, if it is written in exactly this form.
    pub fn read(self, text: &str) -> Option<[u8; 32]> {
        match self {
            Self::HexLower if text.bytes().any(|byte| byte.is_ascii_uppercase()) => None,
            Self::HexLower | Self::HexAny => hex(text),
            Self::Base64 => base64(text.strip_suffix('\n').unwrap_or(text)),
            Self::Base64url if text.len() == 43 => {
                URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
            }
            Self::Base64url => None,
            Self::KeyAndHex => Self::HexLower.read(text.rsplit_once(':')?.1),
        }
    }

    /// The id of the key that `text` names, in a form that has one.
    pub fn key_id(self, text: &str) -> Option<&str> {
        if self == Self::KeyAndHex { text.rsplit_once(':').map(|(key, _)| key) } else { None }
    }

    /// The text of a digest made with the key `key_id`.
    pub fn write(self, key_id: &str, digest: &[u8]) -> String {
        match self {
            Self::HexLower | Self::HexAny => hex_of(digest),
            Self::Base64 => STANDARD.encode(digest),
            Self::Base64url => URL_SAFE_NO_PAD.encode(digest),
            Self::KeyAndHex => format!("{key_id}:{}", hex_of(digest)),
        }
    }

    /// The form in words, for an administrator.
    pub fn words(self) -> &'static str {
        match self {
            Self::HexLower => "64 hexadecimal digits in lower case",
            Self::HexAny => "64 hexadecimal digits",
            Self::Base64 => "44 characters of standard base64 with padding",
            Self::Base64url => "43 characters of base64url without padding",
            Self::KeyAndHex => "the key's id, a colon and 64 hexadecimal digits in lower case",
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
        let digest: [u8; 32] = core::array::from_fn(|n| u8::try_from(n * 8 + 3).unwrap());
        let lower = DigestForm::HexLower.write("k", &digest);
        let upper = lower.to_ascii_uppercase();
        let base64 = DigestForm::Base64.write("k", &digest);
        let url = DigestForm::Base64url.write("k", &digest);
        let named = DigestForm::KeyAndHex.write("k:1", &digest);
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
            (DigestForm::Base64, &url, false),
            (DigestForm::Base64url, &url, true),
            (DigestForm::Base64url, &base64, false),
            (DigestForm::Base64url, &lower, false),
            (DigestForm::KeyAndHex, &named, true),
            (DigestForm::KeyAndHex, &lower, false),
        ];
        for (form, text, good) in cases {
            assert_eq!(form.read(text), good.then_some(digest), "{form:?} {text:?}");
        }
        assert_eq!(DigestForm::KeyAndHex.key_id(&named), Some("k:1"));
        assert_eq!(DigestForm::HexAny.key_id(&named), None);
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
