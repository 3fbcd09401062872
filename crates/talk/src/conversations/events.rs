//! What conversations tell: ids and numbers, never texts.

use countersign_base::{ContactId, ConversationId, Event, Topic};
use serde::{Deserialize, Serialize};

/// A message was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCreated {
    /// Where.
    pub conversation: ConversationId,
    /// Whose conversation it is.
    pub contact: ContactId,
    /// The number of the message.
    pub seq: i64,
}

impl Event for MessageCreated {
    const KIND: &'static str = "message.created";

    fn topic(&self) -> Topic {
        Topic::Contact(self.contact)
    }
}

/// A conversation was opened, or its state, assignee or seen marks changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationChanged {
    /// Which.
    pub conversation: ConversationId,
    /// Whose it is.
    pub contact: ContactId,
}

impl Event for ConversationChanged {
    const KIND: &'static str = "conversation.changed";

    fn topic(&self) -> Topic {
        Topic::Contact(self.contact)
    }
}
