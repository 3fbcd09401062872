//! What an entry says, and the links of the chain.

use countersign_base::{AuditId, Caller, Digest, Event, MemberId, Moment, Topic};
use serde::{Deserialize, Serialize};

/// Something that was done, as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = AuditEvent)]
pub struct Entry {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Moment,
    /// Who did it.
    pub actor: Actor,
    /// What was done, such as `identity_secret.retired`.
    pub action: String,
    /// To what: an id.
    pub target: String,
    /// What else is known: for a sign-in, the keyed mark of its network.
    pub detail: Option<String>,
    /// Its place in the chain.
    #[serde(skip)]
    pub(super) number: i64,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = AuditActor)]
pub struct Actor {
    /// What kind of caller.
    pub kind: ActorKind,
    /// Their id: a contact, a member or a secret key; others have none.
    pub id: Option<String>,
}

/// The kinds of callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditActorKind)]
pub enum ActorKind {
    /// A person in the widget.
    Visitor,
    /// Somebody at the dashboard.
    Member,
    /// A customer's back end.
    Key,
    /// The server itself.
    System,
    /// Somebody who could not prove who they are.
    Unknown,
}

impl Actor {
    /// Who did it, by the proof of the call.
    pub(crate) fn of(caller: Caller) -> Self {
        let (kind, id) = match caller {
            Caller::Visitor { contact, .. } => (ActorKind::Visitor, Some(contact.to_string())),
            Caller::Member { id, .. } => (ActorKind::Member, Some(id.to_string())),
            Caller::Key(id) => (ActorKind::Key, Some(id.to_string())),
            Caller::System => (ActorKind::System, None),
        };
        Self { kind, id }
    }

    /// A member who has just proven it, before there is a sign-in to call with.
    pub(crate) fn member(id: MemberId) -> Self {
        Self { kind: ActorKind::Member, id: Some(id.to_string()) }
    }

    /// Somebody who could not prove who they are.
    pub(crate) fn unknown() -> Self {
        Self { kind: ActorKind::Unknown, id: None }
    }
}

/// Something was done that belongs in the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Audited {
    pub(super) actor: Actor,
    pub(super) action: String,
    pub(super) target: String,
    pub(super) detail: Option<String>,
}

impl Event for Audited {
    const KIND: &'static str = "audited";

    fn topic(&self) -> Topic {
        Topic::Tenant
    }
}

/// An entry as it is sealed: with its number and moment, so that neither can be changed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sealed {
    pub(super) number: i64,
    pub(super) at: i64,
    pub(super) said: Audited,
}

/// A link of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link(pub(super) Digest);

impl Link {
    /// What the first entry is chained to.
    pub(super) const FIRST: Self = Self(Digest([0; 32]));

    /// The link of the entry that comes next.
    pub(super) fn next(self, sealed: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(32 + sealed.len());
        bytes.extend(self.0.0);
        bytes.extend(sealed);
        Self(Digest::of(&bytes))
    }
}

/// The id of the entry of the event at `pos`: the same event always gives the same id (A3).
pub(super) fn id_of(pos: i64, at: Moment) -> AuditId {
    let mut rest = [0; 10];
    rest[2..].copy_from_slice(&pos.to_be_bytes());
    AuditId::new(at.millis(), rest)
}

/// The place of an entry's event; the two bits that mark a UUID's variant are no part of it.
pub(super) fn pos_of(id: AuditId) -> i64 {
    let mut pos = [0; 8];
    pos.copy_from_slice(&id.bytes()[8..]);
    pos[0] &= 0x3f;
    i64::from_be_bytes(pos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a3_the_place_of_an_event_survives_in_the_id_of_its_entry() {
        for pos in [0, 1, 255, 1 << 20, 123_456_789 << 12, (1 << 62) - 1] {
            for at in [0, 1_795_000_000_000] {
                let id = id_of(pos, Moment::from_millis(at));
                assert_eq!(pos_of(id), pos, "{pos} {at}");
                assert_eq!(id, id_of(pos, Moment::from_millis(at)));
            }
        }
    }

    #[test]
    fn a2_a_link_depends_on_everything_before_it() {
        let (a, b) = (Link::FIRST.next(b"a"), Link::FIRST.next(b"b"));
        assert_ne!(a, b);
        assert_ne!(a.next(b"c"), b.next(b"c"));
        assert_ne!(Link::FIRST.next(b""), Link::FIRST);
    }
}
