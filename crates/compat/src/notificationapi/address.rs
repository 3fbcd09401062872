//! Who is meant, from path and token, which clients write in many ways (NA1).

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// What a path names.
pub(super) enum Place<'a> {
    /// `/{client}/users/…`; the tail holds the user and what is done.
    User { client: String, tail: &'a str },
    /// Any other route.
    Server { client: String, rest: Vec<String> },
}

impl<'a> Place<'a> {
    /// Reads a path without its leading slashes.
    pub(super) fn read(path: &'a str) -> Option<Self> {
        let (client, rest) = path.split_once('/')?;
        let client = percent(client)?;
        let rest = rest.trim_start_matches('/');
        if let Some(tail) = rest.strip_prefix("users/") {
            return Some(Self::User { client, tail });
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let rest = rest.split('/').map(percent).collect::<Option<_>>()?;
        Some(Self::Server { client, rest })
    }
}

/// What is done with a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    User,
    Items,
    Preferences,
    Metadata,
    Slack,
}

const ACTIONS: [(&str, Action); 4] = [
    ("/notifications/INAPP_WEB", Action::Items),
    ("/preferences", Action::Preferences),
    ("/account_metadata", Action::Metadata),
    ("/slack/channels", Action::Slack),
];

/// Every reading of a tail, the most likely first: slashes and plus signs may belong to the user,
/// and some clients do not escape at all. None is decoded twice.
pub(super) fn readings(tail: &str) -> Vec<(String, Action)> {
    let tail = tail.strip_suffix('/').unwrap_or(tail);
    let mut found = Vec::new();
    let mut add = |raw: &str, action| {
        let unescaped = Some(raw.to_owned());
        for id in [percent(raw), percent(&raw.replace('+', " ")), unescaped].into_iter().flatten() {
            if !id.is_empty() && !found.contains(&(id.clone(), action)) {
                found.push((id, action));
            }
        }
    };
    for (end, action) in ACTIONS {
        if let Some(raw) = tail.strip_suffix(end) {
            add(raw, action);
        }
    }
    add(tail, Action::User);
    found
}

fn percent(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = text.get(at + 1..at + 3)?;
            // `from_str_radix` would take a sign.
            let digits = Some(digits).filter(|two| two.bytes().all(|one| one.is_ascii_hexdigit()));
            out.push(u8::from_str_radix(digits?, 16).ok()?);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

/// The decoded token of a call.
pub(super) struct Token(Vec<u8>);

impl Token {
    /// Reads an `Authorization` header; `Basic` in any case, and the alphabet with or without
    /// padding.
    pub(super) fn read(header: &str) -> Option<Self> {
        let (scheme, text) = header.trim().split_once(' ')?;
        let text = text.trim();
        let padded = format!(
            "{:=<1$}",
            text.trim_end_matches('='),
            text.trim_end_matches('=').len().next_multiple_of(4)
        );
        let bytes = BASE64_STANDARD.decode(padded).ok()?;
        scheme.eq_ignore_ascii_case("basic").then_some(Self(bytes))
    }

    /// What follows `client:` in the token, as UTF-8 and as Latin-1.
    fn after(&self, client: &str) -> Vec<Cow<'_, str>> {
        let latin: String = self.0.iter().map(|byte| char::from(*byte)).collect();
        let utf8 = std::str::from_utf8(&self.0).ok().map(Cow::Borrowed);
        let texts = utf8.into_iter().chain([Cow::Owned(latin)]);
        let strip = |text: Cow<'_, str>| {
            let rest = text.strip_prefix(client)?.strip_prefix(':')?;
            Some(Cow::Owned(rest.to_owned()))
        };
        texts.filter_map(strip).collect()
    }

    /// The hash in a token for this user: empty when there is none, `None` when the token is
    /// somebody else's.
    pub(super) fn hash(&self, client: &str, user: &str) -> Option<String> {
        self.after(client).iter().find_map(|rest| {
            let rest = rest.strip_prefix(user)?;
            if rest.is_empty() {
                Some(String::new())
            } else {
                Some(rest.strip_prefix(':')?.to_owned())
            }
        })
    }

    /// The secret of a server's token.
    pub(super) fn secret(&self, client: &str) -> Option<String> {
        self.after(client).first().map(|rest| rest.trim_end_matches(['\r', '\n']).to_owned())
    }
}

/// A hash as clients meant it: white space, the URL's alphabet and missing padding are mended.
pub(super) fn mended(hash: &str) -> Option<String> {
    let hash = hash.trim_matches(|sign: char| sign.is_ascii_whitespace());
    if hash.is_empty() || hash == "undefined" {
        return None;
    }
    let plain: String = hash
        .trim_end_matches('=')
        .chars()
        .map(|sign| match sign {
            '-' | ' ' => '+',
            '_' => '/',
            sign => sign,
        })
        .collect();
    Some(format!("{plain:=<0$}", plain.len().next_multiple_of(4)))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use url::form_urlencoded::byte_serialize;

    use super::*;

    #[test]
    fn na1_a_path_has_few_readings_and_the_token_decides() {
        let ids = |tail: &str| {
            readings(tail)
                .into_iter()
                .map(|(id, action)| format!("{id} {action:?}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(ids("alice/"), ["alice User"]);
        assert_eq!(ids("a%20b%2Fc"), ["a b/c User", "a%20b%2Fc User"]);
        assert_eq!(ids("a+b%2Bc"), ["a+b+c User", "a b+c User", "a+b%2Bc User"]);
        assert_eq!(ids("a b/c"), ["a b/c User"]);
        assert_eq!(ids("a%2520b"), ["a%20b User", "a%2520b User"], "never decoded twice");
        assert_eq!(ids("a/preferences"), ["a Preferences", "a/preferences User"]);
        for raw in ["%zz", "%", "%+4", "%4"] {
            assert_eq!(ids(raw), [format!("{raw} User")], "no escape");
        }
    }

    proptest! {
        #[test]
        fn na1_any_user_is_among_the_readings_of_its_path_and_only_its_own_token_fits(
            user in "\\PC{1,20}",
            other in "\\PC{1,20}",
            hash in "[A-Za-z0-9+/]{0,44}",
        ) {
            let form: String = byte_serialize(user.as_bytes()).collect();
            for path in [form.replace('+', "%20"), form] {
                let path = format!("{path}/preferences");
                prop_assert!(readings(&path).contains(&(user.clone(), Action::Preferences)));
            }
            let token = Token(format!("env:{user}:{hash}").into_bytes());
            prop_assert_eq!(token.hash("env", &user), Some(hash.clone()));
            let fits = token.hash("env", &other).is_some();
            prop_assert_eq!(fits, format!("{user}:{hash}:").starts_with(&format!("{other}:")));
        }

        #[test]
        fn na1_no_path_header_or_hash_brings_it_down(
            text in "\\PC{0,60}",
            bytes in vec(any::<u8>(), 1..60),
        ) {
            readings(&text);
            Place::read(&text);
            Token::read(&text);
            mended(&text);
            let header = format!("Basic {}", BASE64_STANDARD.encode(bytes));
            prop_assert!(Token::read(&header).is_some());
        }
    }

    #[test]
    fn na1_a_token_names_one_user_in_either_alphabet() {
        let token = |bytes: &[u8]| Token(bytes.to_vec());
        assert_eq!(token(b"env:alice:abc=").hash("env", "alice").as_deref(), Some("abc="));
        assert_eq!(token(b"env:alice").hash("env", "alice").as_deref(), Some(""));
        assert_eq!(token(b"env:alice:").hash("env", "alice").as_deref(), Some(""));
        assert_eq!(token(b"env:a:b:h").hash("env", "a:b").as_deref(), Some("h"));
        assert_eq!(token(b"env:jos\xe9:h").hash("env", "jos\u{e9}").as_deref(), Some("h"));
        assert_eq!(
            token("env:jos\u{e9}:h".as_bytes()).hash("env", "jos\u{e9}").as_deref(),
            Some("h")
        );
        assert_eq!(token(b"env:mallory:h").hash("env", "alice"), None);
        assert_eq!(token(b"env:alicex:h").hash("env", "alice"), None);
        assert_eq!(token(b"other:alice:h").hash("env", "alice"), None);
    }

    #[test]
    fn a_hash_is_mended_and_never_guessed() {
        assert_eq!(mended("ab-_ c").as_deref(), Some("ab+/+c=="));
        assert_eq!(mended("abcd\n").as_deref(), Some("abcd"));
        assert_eq!((mended(""), mended("undefined"), mended(" \n")), (None, None, None));
    }

    #[test]
    fn schemes_are_compared_without_case() {
        assert!(Token::read("BASIC ZW52OmE=").is_some());
        assert!(Token::read("basic ZW52OmE").is_some());
        assert!(Token::read("Bearer ZW52OmE=").is_none());
        assert!(Token::read("Basic %%").is_none());
    }
}
