//! PASETO `v2.local`: a payload encrypted and authenticated with a shared key of 32 bytes.
//!
//! Only for a vendor whose back ends make it. `pasetors` decrypts; a footer is refused, because
//! nothing we know of reads one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pasetors::Local;
use pasetors::keys::SymmetricKey;
use pasetors::token::UntrustedToken;
use pasetors::version2::{LocalToken, V2};

use crate::jws::{JwsFault, LONGEST};

/// A token of the right shape, nothing decrypted yet.
pub(crate) type Sealed = UntrustedToken<Local, V2>;

/// Reads the text of a token, or says why it is none.
pub(crate) fn read(token: &str) -> Result<Sealed, JwsFault> {
    if token.len() > LONGEST {
        return Err(JwsFault::TooLong);
    }
    let body = token.strip_prefix(LocalToken::HEADER).ok_or(JwsFault::NotPaseto)?;
    if body.contains('.') {
        return Err(JwsFault::Footer);
    }
    if URL_SAFE_NO_PAD.decode(body).is_err() {
        return Err(JwsFault::Spelling("token"));
    }
    Sealed::try_from(token).map_err(|_| JwsFault::NotPaseto)
}

/// The payload, if `key` sealed it.
pub(crate) fn open(key: &[u8], token: &Sealed) -> Option<Vec<u8>> {
    let key = SymmetricKey::<V2>::from(key).ok()?;
    let opened = LocalToken::decrypt(&key, token, None).ok()?;
    Some(opened.payload().as_bytes().to_vec())
}

/// A token over `payload`; nothing if the key has not 32 bytes or the machine has no randomness.
pub(crate) fn seal(key: &[u8], payload: &[u8]) -> Option<String> {
    let key = SymmetricKey::<V2>::from(key).ok()?;
    LocalToken::encrypt(&key, payload, None).ok()
}
