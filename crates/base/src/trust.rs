//! How much of a visitor is proven.

use serde::{Deserialize, Serialize};

/// What was proven when a session was opened, from nothing to a signed token.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Nobody in particular.
    Anonymous,
    /// The page gave fields; nothing is proven.
    Claimed,
    /// One identifier was proven by an HMAC, which never expires.
    Hmac,
    /// A signed token with a lifetime proved every claim in it.
    Jwt,
}

impl Trust {
    /// Whether an identifier was proven at all.
    pub const fn is_proven(self) -> bool {
        matches!(self, Self::Hmac | Self::Jwt)
    }

    /// Its name in the store and in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Claimed => "claimed",
            Self::Hmac => "hmac",
            Self::Jwt => "jwt",
        }
    }

    /// The trust with this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Anonymous, Self::Claimed, Self::Hmac, Self::Jwt]
            .into_iter()
            .find(|trust| trust.name() == name)
    }
}

/// Where a field of a contact comes from; proven beats all, said comes last.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// Guessed by the product.
    Inferred,
    /// The page or the visitor said so.
    Said,
    /// A member or the customer's back end wrote it.
    Set,
    /// A valid proof said so.
    Proven,
}

impl Provenance {
    /// Its name in the store and in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inferred => "inferred",
            Self::Said => "said",
            Self::Set => "set",
            Self::Proven => "proven",
        }
    }

    /// The provenance with this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Inferred, Self::Said, Self::Set, Self::Proven]
            .into_iter()
            .find(|provenance| provenance.name() == name)
    }
}
