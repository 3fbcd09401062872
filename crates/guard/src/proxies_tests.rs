//! Trails as proxies write them, and as clients forge them.

use proptest::prelude::*;

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn proxies(trail: Trail) -> Proxies {
    let blocks = ["10.0.0.0/8", "2001:db8:ffff::/48"];
    Proxies { blocks: blocks.map(|block| block.parse().unwrap()).to_vec(), trail }
}

#[test]
fn the_client_is_the_last_that_nobody_trusts() {
    let cases: [(&str, &[&str], &str); 15] = [
        ("203.0.113.7", &[], "203.0.113.7"),
        ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
        ("::ffff:203.0.113.7", &[], "203.0.113.7"),
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["6.6.6.6", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", &["6.6.6.6,,198.51.100.1 ,10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", &["6.6.6.6, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", &["6.6.6.6, "], "10.0.0.1"),
        ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", &["[2001:db8::1]:4711, 2001:db8:ffff::5"], "2001:db8::1"),
        ("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
    ];
    for (peer, values, client) in cases {
        let found = proxies(Trail::XForwardedFor).client(ip(peer), values.iter().copied());
        assert_eq!(found, ip(client), "{peer} {values:?}");
    }
}

#[test]
fn forwarded_is_read_by_its_grammar() {
    let cases: [(&[&str], &str); 17] = [
        (&["for=198.51.100.1"], "198.51.100.1"),
        (&["For=198.51.100.1;proto=https;by=10.0.0.1"], "198.51.100.1"),
        (&["for=\"[2001:db8::1]:4711\""], "2001:db8::1"),
        (&["for=198.51.100.1:80"], "198.51.100.1"),
        (&["for=6.6.6.6, for=198.51.100.1"], "198.51.100.1"),
        (&["for=6.6.6.6", "for=198.51.100.1, for=10.0.0.2"], "198.51.100.1"),
        (&["by=\"a,b\\\"c\";for=198.51.100.1"], "198.51.100.1"),
        (&["for=unknown"], "10.0.0.1"),
        (&["for=6.6.6.6, for=_hidden, for=10.0.0.2"], "10.0.0.2"),
        (&["for=6.6.6.6, proto=https"], "10.0.0.1"),
        (&["for=6.6.6.6;for=7.7.7.7"], "10.0.0.1"),
        (&["for=6.6.6.6;by=\", for=198.51.100.1"], "10.0.0.1"),
        (&["for=6.6.6.6;by=\", for=\"[2001:db8::1]\""], "10.0.0.1"),
        (&["for=6.6.6.6,"], "10.0.0.1"),
        (&["for=198.51.100.1 by=x"], "10.0.0.1"),
        (&["by=\"x\"for=6.6.6.6"], "10.0.0.1"),
        (&[""], "10.0.0.1"),
    ];
    for (values, client) in cases {
        let found = proxies(Trail::Forwarded).client(ip("10.0.0.1"), values.iter().copied());
        assert_eq!(found, ip(client), "{values:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_client_cannot_write_itself_another_address(
        forged in prop_oneof!["[a-z0-9=;,.:\" \\\\\\[\\]]{0,60}", any::<String>()],
        is_quoted in any::<bool>(),
    ) {
        let (real, peer) = (ip("2001:db8::77"), ip("10.0.0.1"));
        let by_list = format!("{forged}, {real}");
        prop_assert_eq!(proxies(Trail::XForwardedFor).client(peer, [by_list.as_str()]), real);
        let appended = if is_quoted { "for=\"[2001:db8::77]:80\"" } else { "for=198.51.100.9" };
        let real = if is_quoted { real } else { ip("198.51.100.9") };
        let by_grammar = format!("{forged}, {appended}");
        let found = proxies(Trail::Forwarded).client(peer, [by_grammar.as_str()]);
        prop_assert!(found == real || found == peer, "{} {}", by_grammar, found);
        let apart = [forged.as_str(), appended];
        prop_assert_eq!(proxies(Trail::Forwarded).client(peer, apart), real);
    }
}
