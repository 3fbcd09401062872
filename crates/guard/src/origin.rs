//! Exact origins: who may embed a widget, and which page a request comes from.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// One origin in the spelling that browsers send: `https://app.example.com`, `http://localhost:3000`.
///
/// Made by parsing, which lower-cases the host, turns an international one into punycode and
/// drops the scheme's own port; everything else that is not an origin is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// The text is no origin; the message says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOrigin {
    /// There is more than scheme, host and port.
    #[error("an origin ends after host and port: write `{0}`, without path or slash")]
    Path(String),
    /// Cookies and tokens would cross the network in clear.
    #[error("only `localhost` and loopback addresses may use http: write `https://…`")]
    Insecure,
    /// A `*` stands for hosts that nobody has checked.
    #[error("wildcards are not allowed: list each origin, such as `https://app.example.com`")]
    Wildcard,
    /// Name and password have no place in an origin.
    #[error("an origin has no user or password: write `https://host`")]
    User,
    /// The host is written in a way that browsers do not send.
    #[error("write the host as browsers send it: `{0}`")]
    Spelling(String),
    /// There is a host, but none that a browser could be at.
    #[error("`{0}` is no host name: letters, digits, `-`, `_` and `.` make one")]
    Host(String),
    /// It is nothing like an origin.
    #[error("an origin is scheme, host and perhaps port, such as `https://app.example.com:8443`")]
    Shape,
}

/// A page that is not allowed asks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginRefusal {
    /// The page hides its origin: a sandboxed frame, a file, a redirect across origins.
    #[error("the page hides its origin (`null`)")]
    Opaque,
    /// A page that nobody allowed; adding exactly this origin would allow it.
    #[error("`{0}` is not among the allowed origins")]
    Unknown(Origin),
    /// A text that could not be allowed either.
    #[error("the `Origin` header names no origin that can be allowed: {0}")]
    Unreadable(BadOrigin),
}

impl Origin {
    /// Its spelling, as browsers send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `header` is this origin, byte for byte.
    pub fn is(&self, header: &str) -> bool {
        self.0 == header
    }
}

impl FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        let (scheme, authority, after) = parts(text)?;
        let url = Url::parse(&format!("{scheme}://{authority}"))
            .map_err(|_| BadOrigin::Host(short(authority)))?;
        let host = url.host().ok_or(BadOrigin::Shape)?;
        check_host(&host, authority)?;
        if url.scheme() == "http" && !is_loopback(&host) {
            return Err(BadOrigin::Insecure);
        }
        let origin = url.origin().ascii_serialization();
        if after.is_empty() { Ok(Self(origin)) } else { Err(BadOrigin::Path(origin)) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a request with this `Origin` header may come in.
///
/// Ours and the allowed ones may; so may a request without the header, which no browser sends
/// where it matters.
pub fn origin_verdict(
    header: Option<&str>,
    allowed: &[Origin],
    own: &Origin,
) -> Result<(), OriginRefusal> {
    let Some(header) = header else { return Ok(()) };
    if own.is(header) || allowed.iter().any(|origin| origin.is(header)) {
        return Ok(());
    }
    if header == "null" {
        return Err(OriginRefusal::Opaque);
    }
    Err(header.parse().map_or_else(OriginRefusal::Unreadable, OriginRefusal::Unknown))
}

/// The directive of `Content-Security-Policy` that lets only `allowed` pages embed ours.
pub fn frame_ancestors(allowed: &[Origin]) -> String {
    if allowed.is_empty() {
        return "frame-ancestors 'none'".to_owned();
    }
    let origins: Vec<&str> = allowed.iter().map(Origin::as_str).collect();
    format!("frame-ancestors {}", origins.join(" "))
}

/// Scheme, host with port, and what comes after; the parser alone would take many more spellings.
fn parts(text: &str) -> Result<(&str, &str, &str), BadOrigin> {
    let (scheme, rest) = text.split_once("://").ok_or(BadOrigin::Shape)?;
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    if !is_web || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(BadOrigin::Shape);
    }
    let (authority, after) = rest.split_at(rest.find(END_OF_AUTHORITY).unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err(BadOrigin::User);
    }
    if authority.contains('*') {
        return Err(BadOrigin::Wildcard);
    }
    if authority.is_empty() || authority.ends_with(':') {
        return Err(BadOrigin::Shape);
    }
    Ok((scheme, authority, after))
}

const END_OF_AUTHORITY: [char; 4] = ['/', '?', '#', '\\'];

/// The parser lets `;`, `,` and quotes through, which would end the directive in a header.
fn check_host(host: &Host<&str>, authority: &str) -> Result<(), BadOrigin> {
    match host {
        Host::Domain(name) => {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let is_spelt = !authority.contains('%');
            let is_host = is_spelt
                && name.chars().all(is_plain)
                && !name.split('.').any(str::is_empty)
                && name.len() <= 253;
            if is_host { Ok(()) } else { Err(BadOrigin::Host(short(authority))) }
        }
        Host::Ipv4(address) => same_spelling(authority, &address.to_string()),
        Host::Ipv6(address) => same_spelling(authority, &format!("[{address}]")),
    }
}

/// `0x7f.1` and `[0:0::1]` are addresses too, but no browser sends them.
fn same_spelling(authority: &str, host: &str) -> Result<(), BadOrigin> {
    let rest = authority.strip_prefix(host);
    if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':')) {
        return Ok(());
    }
    Err(BadOrigin::Spelling(host.to_owned()))
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Enough of a text to recognise it in a message.
fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
#[path = "origin_tests.rs"]
mod tests;
