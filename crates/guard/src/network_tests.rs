//! Networks and blocks, at their edges.

use proptest::prelude::*;

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn neighbours_share_a_network() {
    let cases = [
        ("203.0.113.1", "203.0.113.254", true),
        ("203.0.113.1", "203.0.114.1", false),
        ("203.0.113.1", "::ffff:203.0.113.9", true),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true),
        ("2001:db8::1", "2001:db8:0:1::1", false),
        ("0.0.0.0", "::", false),
    ];
    for (one, other, is_same) in cases {
        let (one, other) = (Network::from(ip(one)), Network::from(ip(other)));
        assert_eq!(one == other, is_same);
        assert_eq!(one.bytes() == other.bytes(), is_same);
    }
    assert_eq!(Network::from(ip("203.0.113.7")).bytes(), [4, 203, 0, 113, 0, 0, 0, 0, 0]);
}

#[test]
fn a_network_prints_nothing_of_the_address() {
    assert_eq!(format!("{:?}", Network::from(ip("203.0.113.7"))), "Network");
}

#[test]
fn blocks_contain_what_they_say() {
    let cases = [
        ("10.0.0.0/8", "10.255.255.255", true),
        ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("0.0.0.0/0", "255.1.2.3", true),
        ("0.0.0.0/0", "::1", false),
        ("::/0", "2001:db8::1", true),
        ("::/0", "1.2.3.4", false),
        ("127.0.0.1", "127.0.0.1", true),
        ("127.0.0.1", "127.0.0.2", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false),
    ];
    for (block, address, is_in) in cases {
        assert_eq!(
            block.parse::<Block>().unwrap().contains(ip(address)),
            is_in,
            "{block} {address}"
        );
    }
}

#[test]
fn slips_in_blocks_are_told() {
    for bad in [
        "",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "::/129",
        "10.0/8",
        "10.0.0.0/8/8",
        "a",
    ] {
        assert_eq!(bad.parse::<Block>(), Err(BadBlock::Shape), "{bad}");
    }
    assert_eq!("::ffff:10.0.0.0/104".parse::<Block>(), Err(BadBlock::Mapped));
    let told = "10.1.2.3/8".parse::<Block>().unwrap_err().to_string();
    assert_eq!(told, "the address has bits after its prefix: write `10.0.0.0/8`");
}

proptest! {
    #[test]
    fn a_block_survives_its_text_and_holds_its_first_address(bits in any::<u128>(), length in 0..=128_u8) {
        let v6 = Block { first: masked(Ipv6Addr::from_bits(bits).into(), length), length };
        let short = length / 4;
        let v4 = Block { first: masked(Ipv4Addr::from_bits((bits >> 96) as u32).into(), short), length: short };
        for block in [v6, v4] {
            if block.first.to_canonical() == block.first {
                prop_assert_eq!(block.to_string().parse(), Ok(block));
                prop_assert!(block.contains(block.first));
            }
        }
    }

    #[test]
    fn nothing_breaks_the_parser(text in any::<String>()) {
        let _ = text.parse::<Block>();
    }
}
