//! Who asks.

use serde::{Deserialize, Serialize};

use crate::{ApiKeyId, ContactId, MemberId, SessionId, SignInId, Trust, WidgetId};

/// Who asks, as their proof said; never as the request said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A person in the widget, with whatever trust the session has.
    Visitor {
        /// The session that was proven.
        session: SessionId,
        /// The contact that the session is for.
        contact: ContactId,
        /// The widget that the session was opened in.
        widget: WidgetId,
        /// What was proven when it was opened.
        trust: Trust,
    },
    /// A member at the dashboard.
    Member {
        /// The member.
        id: MemberId,
        /// Their sign-in.
        sign_in: SignInId,
        /// What the member may do.
        role: Role,
    },
    /// A customer's back end with a secret key.
    Key(ApiKeyId),
    /// The server itself: timers, consumers, the command line.
    System,
}

impl Caller {
    /// The contact of a visitor; everyone else has none.
    pub const fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Visitor { contact, .. } => Some(*contact),
            _ => None,
        }
    }
}

/// What a member may do, from least to most.
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
pub enum Role {
    /// Answers conversations.
    Agent,
    /// Also manages widgets, secrets and keys.
    Admin,
    /// Also lowers protection and manages people.
    Owner,
}

impl Role {
    /// Its name in the store and in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role with this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Agent, Self::Admin, Self::Owner].into_iter().find(|role| role.name() == name)
    }
}
