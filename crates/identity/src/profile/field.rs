//! The facts about a person that proofs and pages carry.

use serde::Deserialize;

/// A fact about a person that a proof or a page can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The customer's own id of the person.
    Id,
    /// The person's email address.
    Email,
    /// The person's name.
    Name,
    /// The customer's own id of the company that the person belongs to.
    CompanyId,
    /// That company's name.
    CompanyName,
    /// Where a picture of the person is.
    AvatarUrl,
    /// The person's telephone number.
    Phone,
}

impl Field {
    /// The name in the contract, in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Email => "email",
            Self::Name => "name",
            Self::CompanyId => "company_id",
            Self::CompanyName => "company_name",
            Self::AvatarUrl => "avatar_url",
            Self::Phone => "phone",
        }
    }

    /// Whether a person is found by it.
    pub(crate) fn identifies(self) -> bool {
        matches!(self, Self::Id | Self::Email)
    }
}
