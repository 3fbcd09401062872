//! The opening handshake: who may become a WebSocket, and the stream taken over from HTTP.

use std::fmt;

use aws_lc_rs::digest;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version, header,
    request::Parts,
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::{rt::TokioIo, server::conn::auto};
use tokio::net::TcpStream;

/// A request that asked correctly to become a WebSocket.
pub struct Handshake {
    accept: HeaderValue,
    offered: Vec<String>,
    upgrade: OnUpgrade,
}

impl Handshake {
    /// The subprotocols the client offered, in its order; they may be secret (a ticket).
    pub fn offered(&self) -> &[String] {
        &self.offered
    }

    /// The answer that agrees, with the subprotocol chosen, and the stream that follows it.
    pub(super) fn agree<B: Default>(self, chosen: Option<&str>) -> (Response<B>, OnUpgrade) {
        let mut response = Response::new(B::default());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        if let Some(chosen) = chosen.and_then(|chosen| HeaderValue::from_str(chosen).ok()) {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, chosen);
        }
        (response, self.upgrade)
    }
}

/// Hides the subprotocols: one of them may be a ticket.
impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake").field("offered", &self.offered.len()).finish_non_exhaustive()
    }
}

impl TryFrom<&mut Parts> for Handshake {
    type Error = Refusal;

    fn try_from(parts: &mut Parts) -> Result<Self, Refusal> {
        if parts.method != Method::GET {
            return Err(Refusal::Method);
        }
        if parts.version != Version::HTTP_11 {
            return Err(Refusal::Version);
        }
        let headers = &parts.headers;
        if !lists(headers, &header::CONNECTION, "upgrade")
            || !lists(headers, &header::UPGRADE, "websocket")
        {
            return Err(Refusal::Upgrade);
        }
        if only(headers, &header::SEC_WEBSOCKET_VERSION) != Some("13") {
            return Err(Refusal::Draft);
        }
        if headers.contains_key(header::TRANSFER_ENCODING)
            || only(headers, &header::CONTENT_LENGTH).is_some_and(|length| length != "0")
        {
            return Err(Refusal::Body);
        }
        let accept =
            only(headers, &header::SEC_WEBSOCKET_KEY).and_then(accept).ok_or(Refusal::Key)?;
        let offered = offered(headers)?;
        let upgrade = parts.extensions.remove::<OnUpgrade>().ok_or(Refusal::Upgrade)?;
        Ok(Self { accept, offered, upgrade })
    }
}

/// Why a request cannot become a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Anything but GET.
    #[error("open a WebSocket with GET")]
    Method,
    /// HTTP/1.0 and HTTP/2.
    #[error("open a WebSocket over HTTP/1.1")]
    Version,
    /// A plain request.
    #[error("this address speaks WebSocket: send `Connection: Upgrade` and `Upgrade: websocket`")]
    Upgrade,
    /// An older or newer draft.
    #[error("send `Sec-WebSocket-Version: 13`")]
    Draft,
    /// Missing, twice, or not 16 bytes.
    #[error("send one `Sec-WebSocket-Key` of 16 bytes in base64")]
    Key,
    /// Not a list of different tokens.
    #[error("`Sec-WebSocket-Protocol` must be a list of at most {OFFERS_MOST} different tokens")]
    Protocols,
    /// It would be read as frames.
    #[error("open a WebSocket without a body")]
    Body,
}

impl Refusal {
    /// The status to answer with.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Version => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::Upgrade | Self::Draft => StatusCode::UPGRADE_REQUIRED,
            Self::Key | Self::Protocols | Self::Body => StatusCode::BAD_REQUEST,
        }
    }

    /// The headers that tell the client what would be right.
    pub fn headers(self) -> HeaderMap {
        let hints: &[(HeaderName, &str)] = match self {
            Self::Method => &[(header::ALLOW, "GET")],
            Self::Upgrade => &[(header::UPGRADE, "websocket"), (header::CONNECTION, "Upgrade")],
            Self::Draft => &[
                (header::UPGRADE, "websocket"),
                (header::CONNECTION, "Upgrade"),
                (header::SEC_WEBSOCKET_VERSION, "13"),
            ],
            Self::Version | Self::Key | Self::Protocols | Self::Body => &[],
        };
        hints.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }
}

/// The bare socket beneath an upgraded connection, and the bytes that HTTP had read too far.
///
/// # Errors
/// Gives the connection back when something else (TLS) lies beneath.
pub(super) fn bare(upgraded: Upgraded) -> Result<(TcpStream, Bytes), Upgraded> {
    let upgraded = match auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded) {
        Ok(parts) => return Ok((parts.io.into_inner(), parts.read_buf)),
        Err(upgraded) => upgraded,
    };
    let parts = upgraded.downcast::<TokioIo<TcpStream>>()?;
    Ok((parts.io.into_inner(), parts.read_buf))
}

const OFFERS_MOST: usize = 8;

/// RFC 6455 §4.2.2: proves that the key was read by a WebSocket server.
fn accept(key: &str) -> Option<HeaderValue> {
    const SALT: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    BASE64_STANDARD.decode(key).ok().filter(|key| key.len() == 16)?;
    let mut sha1 = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    sha1.update(key.as_bytes());
    sha1.update(SALT);
    HeaderValue::from_str(&BASE64_STANDARD.encode(sha1.finish())).ok()
}

fn offered(headers: &HeaderMap) -> Result<Vec<String>, Refusal> {
    let mut offered: Vec<String> = Vec::new();
    for value in headers.get_all(header::SEC_WEBSOCKET_PROTOCOL) {
        for token in value.to_str().map_err(|_| Refusal::Protocols)?.split(',') {
            let token = token.trim_matches([' ', '\t']);
            let known = offered.iter().any(|other| other == token);
            if !is_token(token) || known || offered.len() == OFFERS_MOST {
                return Err(Refusal::Protocols);
            }
            offered.push(token.to_owned());
        }
    }
    Ok(offered)
}

fn is_token(text: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(sign)
}

/// The header's value, if it stands there exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then(|| first.to_str().ok())?
}

fn lists(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|entry| entry.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 4] = [
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    fn refusal(mut parts: Parts) -> Refusal {
        Handshake::try_from(&mut parts).expect_err("these parts carry no connection")
    }

    fn with(changes: &[(&'static str, &'static str)]) -> Parts {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        for (name, value) in GOOD.iter().chain(changes) {
            parts.headers.append(*name, HeaderValue::from_static(value));
        }
        parts
    }

    fn instead(name: &'static str, value: &'static str) -> Parts {
        let mut parts = with(&[]);
        parts.headers.insert(name, HeaderValue::from_static(value));
        parts
    }

    #[test]
    fn the_example_of_the_rfc_is_accepted() {
        assert_eq!(accept("dGhlIHNhbXBsZSBub25jZQ==").unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn l10_wrong_requests_are_refused_with_what_would_be_right() {
        let mut post = with(&[]);
        post.method = Method::POST;
        let mut old = with(&[]);
        old.version = Version::HTTP_10;
        let cases = [
            (post, Refusal::Method, 405),
            (old, Refusal::Version, 505),
            (instead("connection", "close"), Refusal::Upgrade, 426),
            (instead("upgrade", "h2c"), Refusal::Upgrade, 426),
            (instead("sec-websocket-version", "8"), Refusal::Draft, 426),
            (with(&[("sec-websocket-version", "13")]), Refusal::Draft, 426),
            (instead("sec-websocket-key", "c2hvcnQ="), Refusal::Key, 400),
            (instead("sec-websocket-key", "not base64!"), Refusal::Key, 400),
            (with(&[("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")]), Refusal::Key, 400),
            (with(&[("content-length", "5")]), Refusal::Body, 400),
            (with(&[("transfer-encoding", "chunked")]), Refusal::Body, 400),
            (with(&[("sec-websocket-protocol", "a,,b")]), Refusal::Protocols, 400),
            (with(&[("sec-websocket-protocol", "a, a")]), Refusal::Protocols, 400),
            (with(&[("sec-websocket-protocol", "a b")]), Refusal::Protocols, 400),
            (with(&[("sec-websocket-protocol", "1,2,3,4,5,6,7,8,9")]), Refusal::Protocols, 400),
            (with(&[]), Refusal::Upgrade, 426),
        ];
        for (parts, expected, status) in cases {
            let shown = format!("{:?}", parts.headers);
            let refusal = refusal(parts);
            assert_eq!(refusal, expected, "{shown}");
            assert_eq!(refusal.status().as_u16(), status, "{shown}");
        }
        assert_eq!(Refusal::Draft.headers()["sec-websocket-version"], "13");
    }

    #[test]
    fn protocols_are_a_list_over_all_their_headers() {
        let parts = with(&[
            ("sec-websocket-protocol", "countersign.v1,\tcs_tkt_abc"),
            ("sec-websocket-protocol", "other"),
        ]);
        assert_eq!(offered(&parts.headers).unwrap(), ["countersign.v1", "cs_tkt_abc", "other"]);
    }
}
