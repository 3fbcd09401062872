//! Notifications over HTTP: what both sides send, and the routes of each.

mod preview;
mod send;
mod staff;
mod types;
mod unsubscribe;
mod visitor;

use countersign_base::{Moment, NotificationId};
use countersign_door::App;
use serde::{Deserialize, Deserializer};
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::send::Recipient;
pub use self::staff::{ManageNotifications, ReadNotifications, SendNotifications};
use super::item::{Changes, Item, Mark};

/// What a visitor may do with its own feed.
pub fn visitor_routes() -> OpenApiRouter<App> {
    visitor::routes()
}

/// What the reader of an email may do.
pub fn reader_routes() -> OpenApiRouter<App> {
    unsubscribe::routes()
}

/// What a member or a back end may do with notifications.
pub fn staff_routes() -> OpenApiRouter<App> {
    types::routes().merge(preview::routes()).merge(send::routes()).merge(staff::routes())
}

/// How many items are unread.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct Unread {
    /// Items neither seen nor put away; 100,000 means that many or more.
    unread: i64,
}

/// What happens to some items; what is absent stays, `null` takes a mark away.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedItems {
    /// Which, at most 1,000.
    ids: Vec<NotificationId>,
    /// Whether they are shown as read.
    #[serde(default, deserialize_with = "mark")]
    #[schema(value_type = Option<Moment>)]
    seen_at: Mark,
    /// Whether they were opened.
    #[serde(default, deserialize_with = "mark")]
    #[schema(value_type = Option<Moment>)]
    opened_at: Mark,
    /// Whether they were clicked.
    #[serde(default, deserialize_with = "mark")]
    #[schema(value_type = Option<Moment>)]
    clicked_at: Mark,
    /// Whether they were put away.
    #[serde(default, deserialize_with = "mark")]
    #[schema(value_type = Option<Moment>)]
    archived_at: Mark,
}

fn mark<'de, D: Deserializer<'de>>(from: D) -> Result<Mark, D::Error> {
    Ok(Option::<Moment>::deserialize(from)?.map_or(Mark::Cleared, Mark::Set))
}

impl ChangedItems {
    fn changes(&self) -> Changes {
        Changes {
            seen: self.seen_at,
            opened: self.opened_at,
            clicked: self.clicked_at,
            archived: self.archived_at,
            ..Changes::default()
        }
    }
}

/// How many items changed.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct HowMany {
    /// Items that are different now.
    changed: usize,
    /// Items neither seen nor put away.
    unread: i64,
}

/// Where an item stands in its feed.
fn place(item: &Item) -> (i64, [u8; 16]) {
    (item.at.millis(), item.id.bytes())
}
