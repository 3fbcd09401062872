//! Networks: the part of an address that one person holds, and blocks that an operator names.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The network of an address: /24 of IPv4, /64 of IPv6.
///
/// What limits count by. It is personal data: keep only a keyed hash of [`Network::bytes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Ipv4Addr::new(a, b, c, 0).into()
            }
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        })
    }
}

impl Network {
    /// The family (4 or 6) and the prefix, to be hashed.
    pub fn bytes(&self) -> [u8; 9] {
        let mut bytes = [0; 9];
        match self.0 {
            IpAddr::V4(address) => {
                bytes[0] = 4;
                bytes[1..4].copy_from_slice(&address.octets()[..3]);
            }
            IpAddr::V6(address) => {
                bytes[0] = 6;
                bytes[1..].copy_from_slice(&address.octets()[..8]);
            }
        }
        bytes
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

/// A block of addresses in CIDR notation: `10.0.0.0/8`, `2001:db8::/32`, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    first: IpAddr,
    length: u8,
}

/// The text is no block of addresses; the message says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBlock {
    /// It is nothing like a block.
    #[error("a block is an address and a length, such as `10.0.0.0/8` or `2001:db8::/32`")]
    Shape,
    /// Bits are set after the prefix, so that one of the two is a slip.
    #[error("the address has bits after its prefix: write `{0}`")]
    Bits(Block),
    /// Addresses of IPv4 come as such, so this block would never match.
    #[error("write an IPv4 block in its own notation, such as `10.0.0.0/8`")]
    Mapped,
}

impl Block {
    /// Whether `address` lies in the block.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && masked(address, self.length) == self.first
    }
}

impl FromStr for Block {
    type Err = BadBlock;

    fn from_str(text: &str) -> Result<Self, BadBlock> {
        let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
        let address: IpAddr = address.parse().map_err(|_| BadBlock::Shape)?;
        if address.to_canonical() != address {
            return Err(BadBlock::Mapped);
        }
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(most), plain_number)?;
        if length > most {
            return Err(BadBlock::Shape);
        }
        let block = Self { first: masked(address, length), length };
        if block.first == address { Ok(block) } else { Err(BadBlock::Bits(block)) }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.length)
    }
}

/// Digits only, without a leading zero.
fn plain_number(text: &str) -> Result<u8, BadBlock> {
    let number: u8 = text.parse().map_err(|_| BadBlock::Shape)?;
    if number.to_string() == text { Ok(number) } else { Err(BadBlock::Shape) }
}

/// The first `length` bits of `address`.
fn masked(address: IpAddr, length: u8) -> IpAddr {
    let length = u32::from(length);
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;
