//! One key: seals, opens, marks, and derives others.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use countersign_base::{Fault, TenantId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::chance;

/// A key of 256 bits, its schedules computed once.
pub struct Key {
    raw: Zeroizing<[u8; 32]>,
    sealing: LessSafeKey,
    marking: Hmac<Sha256>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// Where a ciphertext stands: associated data of its seal.
#[derive(Clone, Debug)]
pub struct Place(Vec<u8>);

impl Place {
    /// A column of a row of a tenant.
    pub fn new(tenant: TenantId, table: &str, column: &str, row: [u8; 16]) -> Self {
        let mut bytes = Vec::with_capacity(34 + table.len() + column.len());
        bytes.extend(tenant.bytes());
        bytes.extend(row);
        bytes.extend(table.as_bytes());
        bytes.push(b'.');
        bytes.extend(column.as_bytes());
        Self(bytes)
    }

    /// Something of the installation, by name.
    pub fn installation(name: &str) -> Self {
        Self(name.as_bytes().to_vec())
    }
}

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

impl Key {
    /// The key of these bytes.
    ///
    /// # Panics
    ///
    /// Never: HKDF and AES-256 take every 32 bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        let sealing =
            UnboundKey::new(&AES_256_GCM, expand(bytes, "seal").as_slice()).expect("32 bytes");
        let marking =
            Hmac::new_from_slice(expand(bytes, "mark").as_slice()).expect("HMAC takes any key");
        Self { raw: Zeroizing::new(*bytes), sealing: LessSafeKey::new(sealing), marking }
    }

    /// Another key, which tells nothing about this one.
    #[must_use]
    pub fn derive(&self, what: &str) -> Self {
        Self::new(&expand(&self.raw, what))
    }

    /// Encrypts `plain` for this place: nonce, ciphertext, tag.
    ///
    /// # Panics
    ///
    /// Never: AES-GCM seals every text that fits in memory.
    pub fn seal(&self, place: &Place, plain: &[u8]) -> Vec<u8> {
        let nonce = chance::bytes::<NONCE_LEN>();
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + 16);
        sealed.extend(nonce);
        sealed.extend(plain);
        let tag = self
            .sealing
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(&place.0),
                &mut sealed[NONCE_LEN..],
            )
            .expect("a text that fits in memory can be sealed");
        sealed.extend(tag.as_ref());
        sealed
    }

    /// Decrypts what was sealed for this place.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let unreadable = Fault::Corrupt("a sealed value does not open with this master key");
        let Some((nonce, body)) = sealed.split_first_chunk::<NONCE_LEN>() else {
            return Err(unreadable);
        };
        let mut body = Zeroizing::new(body.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.sealing.open_in_place(nonce, Aad::from(&place.0), &mut body);
        let length = plain.map_err(|_| unreadable)?.len();
        body.truncate(length);
        Ok(body)
    }

    /// The keyed mark of `value` among `what`.
    pub fn mark(&self, what: &str, value: &[u8]) -> [u8; 32] {
        let mut mac = self.marking.clone();
        mac.update(&(what.len() as u64).to_be_bytes());
        mac.update(what.as_bytes());
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

fn expand(bytes: &[u8; 32], what: &str) -> Zeroizing<[u8; 32]> {
    let key = Salt::new(HKDF_SHA256, b"countersign").extract(bytes);
    let mut out = Zeroizing::new([0; 32]);
    key.expand(&[what.as_bytes()], Bytes32)
        .and_then(|okm| okm.fill(out.as_mut_slice()))
        .expect("HKDF gives 32 bytes");
    out
}
