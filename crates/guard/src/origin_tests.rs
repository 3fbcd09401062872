//! What an origin is, what it is not, and that none can break out of a header.

use proptest::prelude::*;

use super::*;

fn origin(text: &str) -> Origin {
    text.parse().unwrap()
}

#[test]
fn origins_have_one_spelling() {
    let cases = [
        ("https://app.example.com", "https://app.example.com"),
        ("HTTPS://App.Example.COM:443", "https://app.example.com"),
        ("https://app.example.com:8443", "https://app.example.com:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://localhost:80", "http://localhost"),
        ("http://demo.localhost", "http://demo.localhost"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://my_host-1.example", "https://my_host-1.example"),
        ("https://203.0.113.7", "https://203.0.113.7"),
    ];
    for (text, spelling) in cases {
        assert_eq!(text.parse::<Origin>().map(|origin| origin.0), Ok(spelling.to_owned()));
    }
}

#[test]
fn what_is_no_origin_says_what_would_be() {
    use BadOrigin::{Host, Insecure, Path, Shape, Spelling, User, Wildcard};
    let at = |text: &str| text.to_owned();
    let cases = [
        ("https://a.example/", Path(at("https://a.example"))),
        ("https://a.example/path", Path(at("https://a.example"))),
        ("https://a.example?q", Path(at("https://a.example"))),
        ("https://A.example#f", Path(at("https://a.example"))),
        ("https://a.example\\", Path(at("https://a.example"))),
        ("http://a.example", Insecure),
        ("http://localhost.evil.example", Insecure),
        ("http://10.0.0.1", Insecure),
        ("https://*.example", Wildcard),
        ("*", Shape),
        ("null", Shape),
        ("", Shape),
        ("a.example", Shape),
        ("https:a.example", Shape),
        ("https:/a.example", Shape),
        ("https:///a.example", Shape),
        ("https://", Shape),
        ("https://a.example:", Shape),
        (" https://a.example", Shape),
        ("https://a.example\n", Shape),
        ("https://a.ex\tample", Shape),
        ("ftp://a.example", Shape),
        ("javascript://a.example", Shape),
        ("https://user@a.example", User),
        ("https://a.example@evil.example", User),
        ("https://a.example:99999", Host(at("a.example:99999"))),
        ("https://a.example;sandbox", Host(at("a.example;sandbox"))),
        ("https://a.example,b", Host(at("a.example,b"))),
        ("https://'none'", Host(at("'none'"))),
        ("https://a%2eexample", Host(at("a%2eexample"))),
        ("https://a..example", Host(at("a..example"))),
        ("https://a.example.", Host(at("a.example."))),
        ("https://0x7f.1", Spelling(at("127.0.0.1"))),
        ("https://2130706433", Spelling(at("127.0.0.1"))),
        ("https://[0:0::1]", Spelling(at("[::1]"))),
    ];
    for (text, refusal) in cases {
        assert_eq!(text.parse::<Origin>(), Err(refusal), "{text:?}");
    }
}

#[test]
fn only_exact_origins_may_ask() {
    let (own, allowed) = (origin("https://widget.example"), [origin("https://app.example:8443")]);
    let verdict = |header| origin_verdict(header, &allowed, &own);
    for header in [None, Some("https://widget.example"), Some("https://app.example:8443")] {
        assert_eq!(verdict(header), Ok(()), "{header:?}");
    }
    assert_eq!(verdict(Some("null")), Err(OriginRefusal::Opaque));
    for unknown in
        ["https://app.example", "https://sub.app.example:8443", "https://widget.example:8443"]
    {
        assert_eq!(verdict(Some(unknown)), Err(OriginRefusal::Unknown(origin(unknown))));
    }
    for unreadable in ["", "*", "http://widget.example", "https://widget.example/", "HTTPS://x y"] {
        assert!(
            matches!(verdict(Some(unreadable)), Err(OriginRefusal::Unreadable(_))),
            "{unreadable}"
        );
    }
    assert!(verdict(Some("HTTPS://WIDGET.EXAMPLE")).is_err(), "browsers send one spelling");
}

#[test]
fn ancestors_are_named_one_by_one_or_there_are_none() {
    assert_eq!(frame_ancestors(&[]), "frame-ancestors 'none'");
    let pages = [origin("https://a.example"), origin("http://localhost:3000")];
    assert_eq!(frame_ancestors(&pages), "frame-ancestors https://a.example http://localhost:3000");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_origin_is_its_own_spelling_and_safe_in_a_header(
        text in prop_oneof![
            "https?://\\PC{1,30}",
            "https://[a-z0-9.:@;,'*%/\\[\\]-]{1,30}",
            any::<String>(),
        ],
    ) {
        if let Ok(origin) = text.parse::<Origin>() {
            prop_assert_eq!(origin.0.parse(), Ok(origin.clone()));
            let rest = origin.0.split_once("://").unwrap().1;
            let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_.:[]".contains(c);
            prop_assert!(rest.chars().all(is_safe), "{}", origin);
            prop_assert!(origin_verdict(Some(origin.as_str()), std::slice::from_ref(&origin), &origin).is_ok());
        }
    }
}
