//! What notifications tell: ids, never texts.

use countersign_base::{ContactId, Event, NotificationId, Topic};
use serde::{Deserialize, Serialize};

/// An item was added to a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemAdded {
    /// Which.
    pub notification: NotificationId,
    /// Whose feed it is.
    pub contact: ContactId,
}

impl Event for ItemAdded {
    const KIND: &'static str = "notification.added";

    fn topic(&self) -> Topic {
        Topic::Contact(self.contact)
    }
}

/// Items of a feed were seen, opened, archived or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedChanged {
    /// Whose feed it is.
    pub contact: ContactId,
}

impl Event for FeedChanged {
    const KIND: &'static str = "notification.feed_changed";

    fn topic(&self) -> Topic {
        Topic::Contact(self.contact)
    }
}
