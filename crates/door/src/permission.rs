//! A thing that a caller may be allowed to do.

use countersign_base::{Caller, Role, Trust};

/// The three ways in, each with a proof of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    /// Browsers of visitors: `/widget/v1`.
    Widget,
    /// Customers' back ends: `/api/v1`.
    Server,
    /// Members: `/dashboard/v1`.
    Dashboard,
}

/// A privilege that a handler states in its signature.
pub trait Permission: Send + Sync + 'static {
    /// Its name in roles, in the audit log and in the API description.
    const NAME: &'static str;

    /// The least role of a member that has it; `None` when no member has it.
    const ROLE: Option<Role>;

    /// Whether `caller` has it. A secret key has everything that a member can have.
    fn allows(caller: &Caller) -> bool {
        match (caller, Self::ROLE) {
            (Caller::Member { role, .. }, Some(least)) => *role >= least,
            (Caller::Key(_), Some(_)) | (Caller::System, _) => true,
            _ => false,
        }
    }
}

/// Any visitor with a session, proven or not: reaches only what is the contact's own.
#[derive(Debug)]
pub enum AnyVisitor {}

impl Permission for AnyVisitor {
    const NAME: &'static str = "visitor";
    const ROLE: Option<Role> = None;

    fn allows(caller: &Caller) -> bool {
        matches!(caller, Caller::Visitor { .. })
    }
}

/// A visitor whose identity was proven by HMAC at least.
#[derive(Debug)]
pub enum ProvenVisitor {}

impl Permission for ProvenVisitor {
    const NAME: &'static str = "visitor.proven";
    const ROLE: Option<Role> = None;

    fn allows(caller: &Caller) -> bool {
        matches!(caller, Caller::Visitor { trust, .. } if *trust >= Trust::Hmac)
    }
}
