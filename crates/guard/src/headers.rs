//! One reading of a request: what decides something comes once.

use std::borrow::Cow;
use std::collections::HashSet;

/// Something came twice of which two parties might each believe another one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Twice {
    /// A header that decides something.
    #[error("the header `{0}` may come once only")]
    Header(&'static str),
    /// A query parameter.
    #[error("the query parameter `{0}` may come once only")]
    Parameter(String),
    /// More query parameters than any route has.
    #[error("a query has at most {MOST_PARAMETERS} parameters")]
    Parameters,
}

/// Refuses a request in which a header that decides something comes twice.
///
/// Takes each header's name, as often as the header came.
pub fn single_headers<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), Twice> {
    let mut seen = 0_u32;
    for name in names {
        let Some(at) = SINGLE.iter().position(|single| single.eq_ignore_ascii_case(name)) else {
            continue;
        };
        if seen & 1 << at != 0 {
            return Err(Twice::Header(SINGLE[at]));
        }
        seen |= 1 << at;
    }
    Ok(())
}

/// Refuses a query in which a parameter comes twice, in whatever spelling.
pub fn single_parameters(query: &str) -> Result<(), Twice> {
    let mut seen: HashSet<Cow<'_, str>> = HashSet::new();
    for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
        if seen.len() == MOST_PARAMETERS {
            return Err(Twice::Parameters);
        }
        if seen.contains(&name) {
            return Err(Twice::Parameter(name.escape_debug().take(LONGEST_SHOWN).collect()));
        }
        seen.insert(name);
    }
    Ok(())
}

/// Headers that decide who asks, for what, or where a message ends.
const SINGLE: [&str; 20] = [
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "dpop",
    "host",
    "idempotency-key",
    "last-event-id",
    "origin",
    "referer",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "transfer-encoding",
    "upgrade",
    "x-countersign-request",
];

const MOST_PARAMETERS: usize = 64;
const LONGEST_SHOWN: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_decides_comes_once() {
        for name in SINGLE {
            assert_eq!(single_headers(["accept", name, "accept"]), Ok(()), "{name}");
            let upper = name.to_uppercase();
            assert_eq!(single_headers([name, "accept", &upper]), Err(Twice::Header(name)));
        }
        assert_eq!(single_headers(["x-forwarded-for", "accept", "x-forwarded-for"]), Ok(()));
    }

    #[test]
    fn parameters_are_compared_as_they_are_read() {
        let cases = [
            ("", Ok(())),
            ("a=1&b=2&A=3", Ok(())),
            ("&&a=1&", Ok(())),
            ("a=1&a=1", Err("a")),
            ("limit=1&lim%69t=2", Err("limit")),
            ("a+b=1&a%20b=2", Err("a b")),
            ("=1&=2", Err("")),
            ("a&a", Err("a")),
            ("%00=1&%00=2", Err("\\0")),
        ];
        for (query, answer) in cases {
            let answer = answer.map_err(|name: &str| Twice::Parameter(name.to_owned()));
            assert_eq!(single_parameters(query), answer, "{query}");
        }
    }

    #[test]
    fn a_query_has_an_end() {
        let query = (0..1_000).map(|n| format!("p{n}")).collect::<Vec<_>>().join("&");
        assert_eq!(single_parameters(&query), Err(Twice::Parameters));
    }

    proptest! {
        #[test]
        fn any_repeated_name_is_found(name in "[a-z]{1,8}", at in 0..8_usize, query in "[a-z=&%+]{0,60}") {
            let at = at % name.len();
            let spelt = format!("{}%{:02X}{}", &name[..at], name.as_bytes()[at], &name[at + 1..]);
            let query = format!("{name}=1&{query}&{spelt}=2");
            prop_assert!(single_parameters(&query).is_err());
        }

        #[test]
        fn nothing_breaks_it(query in any::<String>(), names in prop::collection::vec(any::<String>(), 0..40)) {
            let _ = single_parameters(&query);
            let _ = single_headers(names.iter().map(String::as_str));
        }
    }
}
