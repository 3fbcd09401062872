//! Public keys in PEM and DER: the three `SubjectPublicKeyInfo` that are accepted, and PKCS #1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::jwk::PublicKeyFault;
use crate::jwk::numbers::Numbers;

/// The key in a `BEGIN PUBLIC KEY` PEM.
pub(super) fn pem(text: &str) -> Result<Numbers, PublicKeyFault> {
    if text.contains("PRIVATE KEY") {
        return Err(PublicKeyFault::Private);
    }
    if text.contains("BEGIN CERTIFICATE") {
        return Err(PublicKeyFault::Certificate);
    }
    let body = text
        .strip_prefix("-----BEGIN PUBLIC KEY-----")
        .and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----"))
        .ok_or(PublicKeyFault::Unreadable)?;
    let body: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(body).map_err(|_| PublicKeyFault::Unreadable)?;
    if let Some(Ok(point)) = der.strip_prefix(P256_PREFIX).map(TryInto::try_into) {
        return Ok(Numbers::P256(point));
    }
    if let Some(Ok(bytes)) = der.strip_prefix(ED25519_PREFIX).map(TryInto::try_into) {
        return Ok(Numbers::Ed25519(bytes));
    }
    rsa_in(&der).ok_or(PublicKeyFault::Kind)
}

/// `SEQUENCE { INTEGER n, INTEGER e }`, the PKCS #1 form.
pub(super) fn rsa(der: &[u8]) -> Option<Numbers> {
    let (0x30, body, []) = element(der)? else { return None };
    let (0x02, n, rest) = element(body)? else { return None };
    let (0x02, e, []) = element(rest)? else { return None };
    let unsigned = |bytes: &[u8]| bytes.strip_prefix(&[0]).unwrap_or(bytes).to_vec();
    Some(Numbers::rsa(unsigned(n), unsigned(e)))
}

/// `SEQUENCE { rsaEncryption, BIT STRING { PKCS #1 } }`
fn rsa_in(der: &[u8]) -> Option<Numbers> {
    let (0x30, body, []) = element(der)? else { return None };
    let (0x30, RSA_ENCRYPTION, rest) = element(body)? else { return None };
    let (0x03, [0, key @ ..], []) = element(rest)? else { return None };
    rsa(key)
}

/// The `SubjectPublicKeyInfo` of a key.
pub(super) fn spki(numbers: &Numbers) -> Vec<u8> {
    match numbers {
        Numbers::P256(point) => [P256_PREFIX, point].concat(),
        Numbers::Ed25519(bytes) => [ED25519_PREFIX, bytes].concat(),
        Numbers::Rsa { n, e, .. } => {
            let key = written(0x30, &[positive(n), positive(e)].concat());
            let bits = written(0x03, &[&[0], key.as_slice()].concat());
            written(0x30, &[written(0x30, RSA_ENCRYPTION), bits].concat())
        }
    }
}

/// The `BEGIN PUBLIC KEY` PEM of a key.
pub(super) fn pem_of(numbers: &Numbers) -> String {
    let body = STANDARD.encode(spki(numbers));
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for line in body.as_bytes().chunks(64) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem + "-----END PUBLIC KEY-----\n"
}

/// An INTEGER that is not negative.
fn positive(bytes: &[u8]) -> Vec<u8> {
    match bytes.first() {
        Some(0x80..) => written(0x02, &[&[0], bytes].concat()),
        _ => written(0x02, bytes),
    }
}

/// A DER element; its content has fewer than 65,536 bytes, as every key has.
fn written(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let head: &[u8] = match (high, low) {
        (0, 0..=0x7f) => &[tag, low],
        (0, _) => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    [head, content].concat()
}

/// The tag and the content of the first DER element, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=127 => (usize::from(first), rest),
        0x81 => (usize::from(*rest.first()?), &rest[1..]),
        0x82 => {
            let (bytes, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*bytes)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// The object identifier 1.2.840.113549.1.1.1 and NULL.
const RSA_ENCRYPTION: &[u8] =
    &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// The `SubjectPublicKeyInfo` of an uncompressed P-256 point, up to and without the 65 bytes.
pub(super) const P256_PREFIX: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The `SubjectPublicKeyInfo` of an Ed25519 key, up to and without the 32 bytes.
const ED25519_PREFIX: &[u8] =
    &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
