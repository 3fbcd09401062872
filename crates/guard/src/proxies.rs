//! Where a client is, when proxies stand in between.

use std::net::{IpAddr, SocketAddr};

use crate::network::Block;

/// The header in which the operator's own proxies say who asked them.
///
/// One is chosen, never both: a proxy that writes one of them passes the other on as the
/// client sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trail {
    /// `X-Forwarded-For`, which nearly every proxy writes.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl Trail {
    /// The header's name in lower case.
    pub const fn header(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }
}

/// The proxies that the operator trusts, and what they write.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// Where the proxies are; without any, the header is never read.
    pub blocks: Vec<Block>,
    /// What they write.
    pub trail: Trail,
}

impl Proxies {
    /// The client's address, from the connection's other end and all values of the trail's
    /// header in the order they came.
    ///
    /// The trail is read from its end. The first address that is no trusted proxy is the
    /// client; what stands before it, the client may have invented. Where the trail cannot be
    /// read, the last proxy that could be counts as the client.
    pub fn client<'a>(&self, peer: IpAddr, values: impl IntoIterator<Item = &'a str>) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        let read = match self.trail {
            Trail::XForwardedFor => listed,
            Trail::Forwarded => forwarded,
        };
        let hops: Vec<_> = values.into_iter().flat_map(read).collect();
        for hop in hops.into_iter().rev().take(MOST_HOPS) {
            let Some(address) = hop else { break };
            client = address;
            if !self.trusts(client) {
                break;
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.blocks.iter().any(|block| block.contains(address))
    }
}

/// Proxies in a row; a longer trail is somebody's game.
const MOST_HOPS: usize = 32;

/// An address as proxies write it: bare, in brackets, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let in_brackets = || {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        inner.parse::<std::net::Ipv6Addr>().ok().map(IpAddr::from)
    };
    bare().or_else(with_port).or_else(in_brackets).map(|address| address.to_canonical())
}

/// The hops of one `X-Forwarded-For` value, oldest first; `None` names no address.
fn listed(value: &str) -> Vec<Option<IpAddr>> {
    value.split(',').map(|hop| address(hop.trim())).collect()
}

/// The hops of one `Forwarded` value.
///
/// A value that breaks the grammar is one unreadable hop: a client must not swallow a proxy's
/// element by opening a quote before it.
fn forwarded(value: &str) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    let mut rest = Some(value);
    while let Some(text) = rest {
        let Some((hop, after)) = element(text) else { return vec![None] };
        hops.push(hop);
        rest = after;
    }
    hops
}

/// One element, its `for`, and what follows the comma.
fn element(text: &str) -> Option<(Option<IpAddr>, Option<&str>)> {
    let (mut hop, mut rest) = (None, text.trim_start_matches(BLANK));
    loop {
        let (name, after) = rest.split_once('=')?;
        if name.is_empty() || !name.chars().all(is_token) {
            return None;
        }
        let (value, after) = pair_value(after)?;
        if name.eq_ignore_ascii_case("for") {
            if hop.is_some() {
                return None;
            }
            hop = Some(address(&value));
        }
        let after = after.trim_start_matches(BLANK);
        match after.chars().next() {
            None => return Some((hop.flatten(), None)),
            Some(',') => return Some((hop.flatten(), Some(&after[1..]))),
            Some(';') => rest = after[1..].trim_start_matches(BLANK),
            Some(_) => return None,
        }
    }
}

/// A token or a quoted text, and what follows it.
fn pair_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

const BLANK: [char; 2] = [' ', '\t'];

/// Characters of a token; `:` too, since many proxies write a port without quotes.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:".contains(c)
}

#[cfg(test)]
#[path = "proxies_tests.rs"]
mod tests;
