//! The tenant whose rows an operation may see.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{OrganizationId, TenantId};

/// Live or test; nothing is ever shared between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Real customers.
    Live,
    /// Trials and tests.
    Test,
}

/// The text names no environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an environment is `live` or `test`")]
pub struct BadEnvironment;

impl Environment {
    /// Its name in keys and in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Environment {
    type Err = BadEnvironment;

    fn from_str(text: &str) -> Result<Self, BadEnvironment> {
        match text {
            "live" => Ok(Self::Live),
            "test" => Ok(Self::Test),
            _ => Err(BadEnvironment),
        }
    }
}

/// One organization in one environment: the only rows in reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The tenant, first column of every row.
    pub tenant: TenantId,
    /// The organization that owns the tenant.
    pub organization: OrganizationId,
    /// Which of the organization's two environments this is.
    pub environment: Environment,
}
