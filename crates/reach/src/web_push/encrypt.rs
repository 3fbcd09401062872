//! Encrypts a message for one browser: RFC 8291 over RFC 8188 (`aes128gcm`), in one record.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use countersign_infra::chance;

use super::model::{BrowserKeys, POINT};

/// Bytes of a message at most: a push service takes 4,096, and 103 of them are the envelope.
pub const MOST: usize = 3_993;

/// The size of the one record: it is the whole body.
const RECORD: u32 = 4_096;
/// Bytes of the salt.
const SALT: usize = 16;
/// What stands behind the text of the last record.
const LAST: u8 = 2;

/// The message does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a web push message has at most {MOST} bytes, this one has {0}")]
pub struct TooLong(pub usize);

/// The message as only this browser can read it, with the envelope that a push service wants.
///
/// # Panics
///
/// Where the operating system gives no randomness.
pub fn encrypt(browser: &BrowserKeys, plain: &[u8]) -> Result<Vec<u8>, TooLong> {
    let once = PrivateKey::generate(&ECDH_P256).expect("the operating system gives randomness");
    sealed(browser, plain, &once, chance::bytes())
}

/// With the key pair and the salt of this one message.
fn sealed(
    browser: &BrowserKeys,
    plain: &[u8],
    once: &PrivateKey,
    salt: [u8; SALT],
) -> Result<Vec<u8>, TooLong> {
    if plain.len() > MOST {
        return Err(TooLong(plain.len()));
    }
    let public = once.compute_public_key().expect("a private key has a public one");
    let shared = shared(browser, once, public.as_ref());
    let prk = Salt::new(HKDF_SHA256, &salt).extract(&shared);
    let key: [u8; 16] = expand(&prk, &[b"Content-Encoding: aes128gcm\0"]);
    let nonce: [u8; NONCE_LEN] = expand(&prk, &[b"Content-Encoding: nonce\0"]);

    let mut body = Vec::with_capacity(SALT + 5 + POINT + plain.len() + 17);
    body.extend(salt);
    body.extend(RECORD.to_be_bytes());
    body.push(u8::try_from(POINT).expect("65 fits"));
    body.extend(public.as_ref());
    let text = body.len();
    body.extend(plain);
    body.push(LAST);
    let key = UnboundKey::new(&AES_128_GCM, &key).expect("the key has 16 bytes");
    let tag = LessSafeKey::new(key)
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut body[text..],
        )
        .expect("a record of 4,096 bytes can be sealed");
    body.extend(tag.as_ref());
    Ok(body)
}

/// What the two sides have in common (RFC 8291, section 3.4).
fn shared(browser: &BrowserKeys, once: &PrivateKey, public: &[u8]) -> [u8; 32] {
    let peer = UnparsedPublicKey::new(&ECDH_P256, &browser.point);
    agree(once, peer, Unspecified, |secret| {
        let prk = Salt::new(HKDF_SHA256, &browser.auth).extract(secret);
        Ok(expand(&prk, &[b"WebPush: info\0", &browser.point, public]))
    })
    .expect("a point that was checked to lie on the curve has a common secret")
}

struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> [u8; N] {
    let mut out = [0; N];
    prk.expand(info, Bytes(N))
        .and_then(|okm| okm.fill(&mut out))
        .expect("HKDF gives some tens of bytes");
    out
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// A browser, which has the private key.
    fn browser() -> (BrowserKeys, PrivateKey) {
        let private = PrivateKey::generate(&ECDH_P256).unwrap();
        let point = URL_SAFE_NO_PAD.encode(private.compute_public_key().unwrap());
        let auth = URL_SAFE_NO_PAD.encode(chance::bytes::<16>());
        (BrowserKeys::read(&point, &auth).unwrap(), private)
    }

    /// What a browser does with a body, written from the RFCs and not from the code above.
    fn read(keys: &BrowserKeys, private: &PrivateKey, body: &[u8]) -> Option<Vec<u8>> {
        let (salt, rest) = body.split_at(16);
        let (record, rest) = rest.split_at(4);
        assert!(body.len() <= u32::from_be_bytes(record.try_into().unwrap()) as usize);
        let (sender, record) = rest[1..].split_at(usize::from(rest[0]));
        let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
        let secret = agree(private, peer, (), |secret| Ok(secret.to_vec())).unwrap();
        let hkdf = |salt: &[u8], key: &[u8], info: &[u8], length| {
            let mut out = vec![0; length];
            let prk = Salt::new(HKDF_SHA256, salt).extract(key);
            prk.expand(&[info], Bytes(length)).unwrap().fill(&mut out).unwrap();
            out
        };
        let info = [b"WebPush: info\0", keys.point.as_slice(), sender].concat();
        let ikm = hkdf(&keys.auth, &secret, &info, 32);
        let key = hkdf(salt, &ikm, b"Content-Encoding: aes128gcm\0", 16);
        let nonce = hkdf(salt, &ikm, b"Content-Encoding: nonce\0", 12);
        let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let mut text = record.to_vec();
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let plain = key.open_in_place(nonce, Aad::empty(), &mut text).ok()?;
        plain.strip_suffix(&[2]).map(<[u8]>::to_vec)
    }

    /// RFC 8291, appendix A.
    #[test]
    fn np1_the_example_of_the_standard_comes_out_to_the_byte() {
        let keys = BrowserKeys::read(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        );
        let once = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let once = PrivateKey::from_private_key(&ECDH_P256, &once).unwrap();
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let plain = b"When I grow up, I want to be a watermelon";
        let body = sealed(&keys.unwrap(), plain, &once, salt).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(body), expected);
    }

    #[test]
    fn np1_a_message_that_does_not_fit_is_refused() {
        let (keys, private) = browser();
        let body = encrypt(&keys, &[b'x'; MOST]).unwrap();
        assert_eq!(body.len(), 4_096, "the largest message fills the body");
        assert_eq!(read(&keys, &private, &body).unwrap(), [b'x'; MOST]);
        assert_eq!(encrypt(&keys, &[b'x'; MOST + 1]), Err(TooLong(3_994)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn np1_the_browser_reads_what_was_written_and_nobody_else(
            plain in proptest::collection::vec(any::<u8>(), 0..=MOST),
            at in any::<proptest::sample::Index>(),
        ) {
            let (keys, private) = browser();
            let mut body = encrypt(&keys, &plain).unwrap();
            prop_assert_eq!(read(&keys, &private, &body), Some(plain));
            let (_, other) = browser();
            prop_assert_eq!(read(&keys, &other, &body), None);
            let text = 86 + at.index(body.len() - 86);
            body[text] ^= 1;
            prop_assert_eq!(read(&keys, &private, &body), None);
        }
    }
}
