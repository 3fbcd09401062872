//! Which addresses belong to the public internet, and so may be asked on a customer's behalf.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether nobody's own network, this machine or a special purpose has the address.
///
/// The tables are IANA's registries of special-purpose addresses. An IPv6 address that carries an
/// IPv4 one (mapped, NAT64, 6to4, Teredo, ISATAP) is as public as that one.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match carried(address) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(address),
        },
    }
}

/// First address and prefix length.
const SPECIAL_V4: [([u8; 4], u32); 20] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    // The wire server of a large cloud: public by its number, and never meant.
    ([168, 63, 129, 16], 32),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 52, 193, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([192, 175, 48, 0], 24),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    ([255, 255, 255, 255], 32),
];

/// First address and prefix length, within `2000::/3`; all else is special.
const SPECIAL_V6: [(u128, u32); 6] = [
    (0x2001 << 112, 23),
    (0x2001_0db8 << 96, 32),
    (0x2002 << 112, 16),
    (0x2620_004f_8000 << 80, 48),
    (0x3fff << 112, 20),
    (0x5f00 << 112, 16),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|(first, prefix)| {
        let first = u32::from_be_bytes(*first);
        (address.to_bits() ^ first) >> (32 - prefix) == 0
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let is_global = bits >> 125 == 1;
    is_global && !SPECIAL_V6.iter().any(|(first, prefix)| (bits ^ first) >> (128 - prefix) == 0)
}

/// The IPv4 address that an IPv6 one stands for.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let low = |shift: u32, flip: u32| {
        let part = u32::try_from(bits >> shift & 0xffff_ffff).unwrap_or_default();
        Some(Ipv4Addr::from_bits(part ^ flip))
    };
    let isatap = matches!(bits >> 32 & 0xffff_ffff, 0x0000_5efe | 0x0200_5efe);
    match (bits >> 32, bits >> 80, bits >> 96, bits >> 112) {
        (0xffff | 0, ..) => low(0, 0),
        (_, _, 0x0064_ff9b, _) if bits << 32 >> 64 == 0 => low(0, 0),
        (_, 0x0064_ff9b_0001, ..) => low(0, 0),
        (_, _, 0x2001_0000, _) => low(0, u32::MAX),
        (_, _, _, 0x2002) => low(80, 0),
        _ if isatap => low(0, 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        let cases = [
            ("1.1.1.1", true),
            ("8.8.8.8", true),
            ("93.184.216.34", true),
            ("172.15.255.255", true),
            ("172.32.0.0", true),
            ("100.63.255.255", true),
            ("198.20.0.0", true),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("100.100.100.200", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("168.63.129.16", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.192", false),
            ("192.168.1.1", false),
            ("198.19.0.1", false),
            ("203.0.113.7", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700:4700::1111", true),
            ("2a00:1450:4001:80b::200e", true),
            ("::", false),
            ("::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("ff02::1", false),
            ("100::1", false),
            ("2001:db8::1", false),
            ("2001:2::1", false),
            ("3fff::1", false),
            ("5f00::1", false),
            ("4000::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:1.1.1.1", true),
            ("::127.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::101:101", true),
            ("64:ff9b:1::a00:1", false),
            ("2002:7f00:1::1", false),
            ("2002:a9fe:a9fe::1", false),
            ("2001:0:4136:e378:8000:63bf:80ff:fffe", false),
            ("2a00:1450::5efe:c0a8:101", false),
        ];
        for (text, public) in cases {
            assert_eq!(is_public(text.parse().unwrap()), public, "{text}");
        }
    }
}
