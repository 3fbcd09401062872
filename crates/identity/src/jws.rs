//! A compact JWS read strictly: three segments, one spelling, three header names.
//!
//! A header may have `alg`, `typ` and `kid`, nothing else: what is not understood is not
//! ignored. So `crit`, `b64`, `zip`, `cty`, `jku`, `x5u`, `jwk` and their like are refused
//! before anything is verified, and nothing is ever fetched.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json::{self, Json, JsonFault};

/// Characters that a token may have; nothing longer is decoded.
pub const LONGEST: usize = 8 * 1024;

/// Why a text is no token that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsFault {
    /// More than [`LONGEST`] characters.
    #[error("the token is longer than {LONGEST} characters")]
    TooLong,
    /// Not `header.payload.signature`.
    #[error("a token has three segments between two dots, this one has {0}")]
    Segments(usize),
    /// The signature is empty.
    #[error("the token is not signed")]
    Unsigned,
    /// A segment is not base64url in its one correct spelling.
    #[error("the {0} is not base64url without padding, spaces or spare bits")]
    Spelling(&'static str),
    /// The header is not strict JSON.
    #[error("the header cannot be read: {0}")]
    Header(JsonFault),
    /// The header names something that we do not honour.
    #[error("the header may have only `alg`, `typ` and `kid`, and has `{0}`")]
    HeaderName(HeaderName),
    /// `alg` is missing, or one of the three is no string.
    #[error("`{0}` in the header is missing or no string")]
    HeaderType(&'static str),
    /// Not an encrypted token of the one version that the profile takes.
    #[error("the token does not begin with `v2.local.` or has not its length")]
    NotPaseto,
    /// An encrypted token with a footer.
    #[error("the token has a footer, which nothing here reads")]
    Footer,
    /// The payload is not strict JSON.
    #[error("the claims cannot be read: {0}")]
    Claims(JsonFault),
}

/// A header name that is refused, as far as it is one of those known to be dangerous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderName(&'static str);

impl std::fmt::Display for HeaderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl HeaderName {
    const KNOWN: [&str; 14] = [
        "crit", "b64", "zip", "cty", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "enc", "epk",
        "p2c", "p2s",
    ];

    fn of(name: &str) -> Self {
        Self(Self::KNOWN.into_iter().find(|known| *known == name).unwrap_or("another name"))
    }
}

/// A token in its three segments, nothing decoded yet.
#[derive(Debug, Clone, Copy)]
pub struct Compact<'a> {
    /// What the signature covers: header, dot, payload, as sent.
    pub signed: &'a [u8],
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

/// What a header says, all of it hostile until the signature fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// `alg`, compared as bytes with the name of the key's own algorithm.
    pub algorithm: Cow<'static, str>,
    /// `typ`
    pub kind: Option<Cow<'static, str>>,
    /// `kid`
    pub key: Option<String>,
}

impl<'a> Compact<'a> {
    /// Splits a token, or says why it is none.
    pub fn split(token: &'a str) -> Result<Self, JwsFault> {
        if token.len() > LONGEST {
            return Err(JwsFault::TooLong);
        }
        let mut segments = token.split('.');
        let [Some(header), Some(payload), Some(signature), None] =
            [(); 4].map(|()| segments.next())
        else {
            return Err(JwsFault::Segments(token.split('.').count()));
        };
        if signature.is_empty() {
            return Err(JwsFault::Unsigned);
        }
        let signed = &token.as_bytes()[..header.len() + 1 + payload.len()];
        Ok(Self { signed, header, payload, signature })
    }

    /// The header as sent, for comparison with one that we wrote.
    pub fn header_text(&self) -> &'a str {
        self.header
    }

    /// The header under the rules for tokens.
    pub fn header(&self) -> Result<Header, JwsFault> {
        if USUAL.contains(&self.header) {
            let (algorithm, kind) = (Cow::Borrowed("HS256"), Some(Cow::Borrowed("JWT")));
            return Ok(Header { algorithm, kind, key: None });
        }
        let bytes = self.header_bytes()?;
        let object = json::object(&bytes).map_err(JwsFault::Header)?;
        if let Some((name, _)) =
            object.members().find(|(name, _)| !matches!(*name, "alg" | "typ" | "kid"))
        {
            return Err(JwsFault::HeaderName(HeaderName::of(name)));
        }
        let text = |name: &'static str| match object.get(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text.clone().into_owned())),
            Some(_) => Err(JwsFault::HeaderType(name)),
        };
        let algorithm = text("alg")?.ok_or(JwsFault::HeaderType("alg"))?;
        let kind = text("typ")?.map(Cow::Owned);
        Ok(Header { algorithm: Cow::Owned(algorithm), kind, key: text("kid")? })
    }

    /// The decoded header.
    pub fn header_bytes(&self) -> Result<Vec<u8>, JwsFault> {
        decoded(self.header, "header")
    }

    /// The decoded payload.
    pub fn payload(&self) -> Result<Vec<u8>, JwsFault> {
        decoded(self.payload, "payload")
    }

    /// The decoded signature.
    pub fn signature(&self) -> Result<Vec<u8>, JwsFault> {
        decoded(self.signature, "signature")
    }

    /// The decoded signature if it has exactly `N` bytes, without an allocation.
    ///
    /// One of another length is `None`: it fits no key, and is not misspelt.
    pub fn signature_of<const N: usize>(&self) -> Result<Option<[u8; N]>, JwsFault> {
        let mut bytes = [0; N];
        if self.signature.len() != (N * 4).div_ceil(3) {
            return self.signature().map(|_| None);
        }
        match URL_SAFE_NO_PAD.decode_slice(self.signature, &mut bytes) {
            Ok(length) if length == N => Ok(Some(bytes)),
            _ => Err(JwsFault::Spelling("signature")),
        }
    }
}

/// A token over `payload`, to which `sign` gives the signature.
pub fn written<E>(
    header: &str,
    payload: &[u8],
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<String, E> {
    let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + 520);
    token.push_str(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// A header in the spelling of a token.
pub fn header_written(json: &str) -> String {
    URL_SAFE_NO_PAD.encode(json)
}

/// `{"alg":"HS256","typ":"JWT"}` and the same in the other order: what nearly all libraries
/// write for a shared secret, and so not worth decoding each time.
const USUAL: [&str; 2] =
    ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9"];

fn decoded(segment: &str, what: &'static str) -> Result<Vec<u8>, JwsFault> {
    URL_SAFE_NO_PAD.decode(segment).map_err(|_| JwsFault::Spelling(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(json: &str) -> Result<Header, JwsFault> {
        Compact::split(&format!("{}.e30.AA", header_written(json))).unwrap().header()
    }

    #[test]
    fn only_three_segments_are_a_token() {
        let long = "a".repeat(LONGEST + 1);
        let cases = [
            ("", JwsFault::Segments(1)),
            ("a.b", JwsFault::Segments(2)),
            ("a.b.c.d", JwsFault::Segments(4)),
            ("a.b.c.d.e", JwsFault::Segments(5)),
            ("a.b.", JwsFault::Unsigned),
            (&long, JwsFault::TooLong),
        ];
        for (token, fault) in cases {
            assert_eq!(Compact::split(token).unwrap_err(), fault);
        }
    }

    #[test]
    fn a_segment_has_one_spelling() {
        for bad in ["e30=", "e3 0", "e30\n", "+/+/", "e31", "e", ""] {
            let token = format!("e30.{bad}.AA");
            let token = Compact::split(&token).unwrap();
            let read = token.payload();
            assert!(bad.is_empty() == read.is_ok(), "{bad:?}");
        }
        assert_eq!(
            Compact::split("e30.e30.AB").unwrap().signature_of::<1>(),
            Err(JwsFault::Spelling("signature"))
        );
        assert_eq!(Compact::split("e30.e30.AAA").unwrap().signature_of::<1>(), Ok(None));
    }

    #[test]
    fn the_usual_headers_mean_what_they_say() {
        for usual in USUAL {
            let bytes = URL_SAFE_NO_PAD.decode(usual).unwrap();
            let spaced = format!(" {}", String::from_utf8(bytes).unwrap());
            let token = format!("{usual}.e30.AA");
            assert_eq!(Compact::split(&token).unwrap().header(), header(&spaced));
        }
    }

    #[test]
    fn a_header_has_three_names_and_strings() {
        let name = |name| Err(JwsFault::HeaderName(HeaderName(name)));
        assert_eq!(
            header(r#"{"alg":"HS256","typ":"JWT","kid":"k"}"#),
            Ok(Header {
                algorithm: "HS256".into(),
                kind: Some("JWT".into()),
                key: Some("k".into())
            })
        );
        assert_eq!(header(r#"{"alg":"HS256","crit":[]}"#), name("crit"));
        assert_eq!(header(r#"{"alg":"HS256","b64":false}"#), name("b64"));
        assert_eq!(header(r#"{"alg":"HS256","jku":"https://x"}"#), name("jku"));
        assert_eq!(header(r#"{"alg":"HS256","odd":1}"#), name("another name"));
        assert_eq!(header(r"{}"), Err(JwsFault::HeaderType("alg")));
        assert_eq!(header(r#"{"alg":null}"#), Err(JwsFault::HeaderType("alg")));
        assert_eq!(header(r#"{"alg":"HS256","kid":1}"#), Err(JwsFault::HeaderType("kid")));
        assert_eq!(
            header(r#"{"alg":"HS256","\u0061lg":"none"}"#),
            Err(JwsFault::Header(JsonFault::Duplicate(25)))
        );
    }
}
