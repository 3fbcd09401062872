//! Items of a feed, as people and back ends see them.

use countersign_base::{Moment, NotificationId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One item of a contact's feed.
#[derive(Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Item {
    /// Its id: that of the sending.
    pub id: NotificationId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its sub-notification.
    pub sub: Option<String>,
    /// HTML in which every value was escaped.
    pub title: String,
    /// Where a click leads: `https:`, `http:` or a path.
    pub url: Option<String>,
    /// A picture beside it.
    pub image: Option<String>,
    /// What the back end gave for the templates.
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// What the contact replied.
    pub replies: Vec<Reply>,
    /// When it was added; no two items of a feed share a millisecond (N2).
    pub at: Moment,
    /// What the contact did with it.
    #[serde(flatten)]
    pub marks: Marks,
}

impl std::fmt::Debug for Item {
    /// What people are told stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Item({})", self.id)
    }
}

/// What a contact did with an item, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Marks {
    /// It was shown as read.
    pub seen_at: Option<Moment>,
    /// It was opened.
    pub opened_at: Option<Moment>,
    /// It was clicked.
    pub clicked_at: Option<Moment>,
    /// It was put away.
    pub archived_at: Option<Moment>,
    /// Its first action was taken.
    pub actioned1_at: Option<Moment>,
    /// Its second action was taken.
    pub actioned2_at: Option<Moment>,
}

/// A change of one mark; `null` takes it away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// As it was.
    #[default]
    Unchanged,
    /// Taken away.
    Cleared,
    /// Set to this moment.
    Set(Moment),
}

impl Mark {
    /// The mark afterwards.
    pub fn after(self, before: Option<Moment>) -> Option<Moment> {
        match self {
            Self::Unchanged => before,
            Self::Cleared => None,
            Self::Set(at) => Some(at),
        }
    }
}

/// What a contact does with items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whether it was shown as read.
    pub seen: Mark,
    /// Whether it was opened; opening shows it as read, too.
    pub opened: Mark,
    /// Whether it was clicked.
    pub clicked: Mark,
    /// Whether it was put away.
    pub archived: Mark,
    /// Whether its first action was taken.
    pub actioned1: Mark,
    /// Whether its second action was taken.
    pub actioned2: Mark,
    /// What was replied.
    pub reply: Option<Reply>,
}

impl Changes {
    /// The marks afterwards.
    pub fn after(&self, before: Marks) -> Marks {
        let opened_at = self.opened.after(before.opened_at);
        let seen = match self.opened {
            Mark::Set(at) if before.seen_at.is_none() => Mark::Set(at),
            _ => self.seen,
        };
        Marks {
            seen_at: seen.after(before.seen_at),
            opened_at,
            clicked_at: self.clicked.after(before.clicked_at),
            archived_at: self.archived.after(before.archived_at),
            actioned1_at: self.actioned1.after(before.actioned1_at),
            actioned2_at: self.actioned2.after(before.actioned2_at),
        }
    }
}

/// What a contact replied to an item.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reply {
    /// When.
    pub at: Moment,
    /// What, at most 10,000 characters.
    pub message: String,
}

impl std::fmt::Debug for Reply {
    /// What people write stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reply")
    }
}

/// The sealed part of an item.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) title: String,
    pub(super) url: Option<String>,
    pub(super) image: Option<String>,
    #[serde(default)]
    pub(super) parameters: Map<String, Value>,
    #[serde(default)]
    pub(super) replies: Vec<Reply>,
}

/// A page of a feed.
#[derive(Debug)]
pub struct Slice {
    /// Items before this moment and, at this moment, before this id; all without it.
    pub before: Option<(Moment, [u8; 16])>,
    /// Items at most.
    pub limit: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_shows_an_item_as_read_and_closing_again_does_not_hide_it() {
        let (first, later) = (Moment::from_millis(1), Moment::from_millis(2));
        let opened = Changes { opened: Mark::Set(first), ..Changes::default() };
        let marks = opened.after(Marks::default());
        assert_eq!((marks.seen_at, marks.opened_at), (Some(first), Some(first)));
        let closed = Changes { opened: Mark::Cleared, ..Changes::default() };
        let marks = closed.after(marks);
        assert_eq!((marks.seen_at, marks.opened_at), (Some(first), None));
        let again = Changes { opened: Mark::Set(later), ..Changes::default() };
        assert_eq!(again.after(marks).seen_at, Some(first));
    }
}
