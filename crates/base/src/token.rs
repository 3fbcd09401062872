//! Secrets that we hand out, and what we keep of them.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A text that must not be seen: wiped when dropped, and `Debug` prints nothing of it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The SHA-256 of a random token: what is kept of it.
///
/// A token of 256 random bits needs no slow hash, and bcrypt would even be wrong for
/// anything longer than 72 bytes (`docs/security/tokens.md`).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Whether both are equal, in a time that does not depend on where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}

/// A kind of token that we hand out; each is refused at every other door.
pub trait TokenKind: Send + Sync + 'static {
    /// What its text begins with, underscore included.
    const PREFIX: &'static str;
}

/// The kinds of tokens.
pub mod tokens {
    macro_rules! kinds {
        ($($name:ident $prefix:literal $doc:literal)*) => {$(
            #[doc = $doc]
            #[derive(Debug)]
            pub enum $name {}
            impl super::TokenKind for $name { const PREFIX: &'static str = $prefix; }
        )*};
    }
    kinds! {
        SecretKeyLive "cs_sk_live_" "A secret key of the live environment."
        SecretKeyTest "cs_sk_test_" "A secret key of the test environment."
        PublicKeyLive "cs_pk_live_" "The public key of a live widget: an address, not a secret."
        PublicKeyTest "cs_pk_test_" "The public key of a test widget: an address, not a secret."
        Refresh "cs_rt_" "A refresh token of a visitor's session."
        Visitor "cs_vt_" "What an unproven visitor's browser keeps."
        Ticket "cs_tkt_" "Opens one WebSocket."
        Webhook "cs_whsec_" "The secret under which what we send to a customer is signed."
        SignIn "cs_si_" "The cookie of a member's sign-in."
    }
}

/// A token of kind `K`: a prefix, `N` bytes in base64url, and a checksum.
///
/// The checksum tells a mistyped or cut token from a wrong one before anything is looked up.
pub struct Token<K, const N: usize>(Zeroizing<[u8; N]>, PhantomData<fn() -> K>);

/// The text is no token of this kind.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no whole `{0}…` token")]
pub struct BadToken(pub &'static str);

impl<K: TokenKind, const N: usize> Token<K, N> {
    /// The token over `bytes`.
    pub fn from_bytes(bytes: [u8; N]) -> Self {
        Self(Zeroizing::new(bytes), PhantomData)
    }

    /// The bytes under the prefix.
    pub fn bytes(&self) -> &[u8; N] {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_slice())
    }

    /// The text that is handed out.
    pub fn reveal(&self) -> String {
        let mut bytes = Zeroizing::new(self.0.to_vec());
        bytes.extend(crc32(self.0.as_slice()).to_be_bytes());
        format!("{}{}", K::PREFIX, URL_SAFE_NO_PAD.encode(bytes.as_slice()))
    }

    /// Reads a text that was handed out.
    pub fn read(text: &str) -> Result<Self, BadToken> {
        let bad = || BadToken(K::PREFIX);
        let body = text.strip_prefix(K::PREFIX).ok_or_else(bad)?;
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(body).map_err(|_| bad())?);
        let (body, sum) = bytes.split_at_checked(N).ok_or_else(bad)?;
        if *sum != crc32(body).to_be_bytes() {
            return Err(bad());
        }
        body.try_into().map(Self::from_bytes).map_err(|_| bad())
    }
}

impl<K: TokenKind, const N: usize> fmt::Debug for Token<K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", K::PREFIX)
    }
}

/// CRC-32 (ISO 3309) of `bytes`.
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

    type Ticket = Token<tokens::Ticket, 32>;

    #[test]
    fn the_checksum_is_the_standard_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_token_survives_its_text_and_prints_nothing() {
        let token = Ticket::from_bytes([9; 32]);
        let text = token.reveal();
        assert_eq!(Ticket::read(&text).map(|read| *read.bytes()), Ok([9; 32]));
        assert_eq!(format!("{token:?}"), "cs_tkt_…");
    }

    #[test]
    fn a_changed_or_cut_token_is_refused() {
        let text = Ticket::from_bytes([9; 32]).reveal();
        let other = text.replace("cs_tkt_", "cs_rt_");
        let longer = format!("{text}A");
        let changed = text.replacen("CQk", "CQg", 1);
        for bad in ["", "cs_tkt_", &text[..text.len() - 1], &other, &longer, &changed] {
            assert!(Ticket::read(bad).is_err(), "{bad}");
        }
    }
}
