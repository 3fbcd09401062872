//! Who asks.

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

crate::named! {
    /// What a member may do, from least to most.
    pub enum Role {
        /// Answers conversations.
        Agent = "agent",
        /// Also manages widgets, secrets and keys.
        Admin = "admin",
        /// Also lowers protection and manages people.
        Owner = "owner",
    }
}
