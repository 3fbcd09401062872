//! The feed, for REST and socket alike.

use countersign_base::{Moment, NotificationId};
use countersign_door::Cx;
use countersign_reach::notifications::item::{Changes, Mark, Reply, Slice};
use countersign_reach::notifications::{MOST_CHANGED, change, feed, see_all, unread};
use serde_json::{Value, json};

use super::answer::Failure;
use super::entry::Person;
use super::shape;

/// Items in one answer at most.
const MOST: usize = 1_000;

/// A page of the feed: what lies before a moment, newest first.
pub(super) async fn page(
    cx: &mut Cx<'_>,
    person: &Person,
    count: usize,
    before: Option<Moment>,
) -> Result<Value, Failure> {
    let limit = count.clamp(1, MOST);
    let place = before.map(|at| (at, [0; 16]));
    let mut items = match person.find(cx).await? {
        Some(contact) => feed(cx, contact, &Slice { before: place, limit }).await?,
        None => Vec::new(),
    };
    let more = items.len() > limit;
    items.truncate(limit);
    let oldest = items.last().map_or_else(|| before.unwrap_or_else(|| cx.now()), |item| item.at);
    let shown: Vec<_> = items.iter().map(shape::item).collect();
    Ok(json!({
        "notifications": shown, "couldLoadMore": more, "hasMore": more, "oldestReceived": oldest,
    }))
}

/// How many items are unread.
pub(super) async fn count(cx: &mut Cx<'_>, person: &Person) -> Result<i64, Failure> {
    match person.find(cx).await? {
        Some(contact) => Ok(unread(cx, contact).await?),
        None => Ok(0),
    }
}

/// Shows one item, or all, as read; an id that is not the user's changes nothing.
pub(super) async fn clear(
    cx: &mut Cx<'_>,
    person: &Person,
    only: Option<&str>,
) -> Result<(), Failure> {
    let Some(contact) = person.find(cx).await? else { return Ok(()) };
    let Some(id) = only else { return Ok(see_all(cx, contact).await?) };
    let Ok(id) = id.parse() else { return Ok(()) };
    let changes = Changes { seen: Mark::Set(cx.now()), ..Changes::default() };
    change(cx, contact, &[id], &changes).await?;
    Ok(())
}

/// A change of items as clients send it.
pub(super) struct Edit {
    ids: Vec<NotificationId>,
    changes: Changes,
}

impl Edit {
    /// Reads a change; ids that cannot be ours are left out, for they change nothing.
    pub(super) fn read(body: &Value) -> Result<Self, Failure> {
        let ids = body["trackingIds"].as_array();
        let ids = ids.ok_or_else(|| Failure::bad("`trackingIds` is a list of ids"))?;
        if ids.len() > MOST_CHANGED {
            return Err(Failure::bad("at most 1000 `trackingIds` in one call"));
        }
        let ids = ids.iter().filter_map(|id| id.as_str()?.parse().ok()).collect();
        let mark = |name: &str| {
            let why = || Failure::bad(format!("`{name}` is an ISO 8601 date or null"));
            shape::mark(body.get(name)).ok_or_else(why)
        };
        let changes = Changes {
            opened: mark("opened")?,
            clicked: mark("clicked")?,
            archived: mark("archived")?,
            actioned1: mark("actioned1")?,
            actioned2: mark("actioned2")?,
            reply: reply(&body["reply"])?,
            ..Changes::default()
        };
        Ok(Self { ids, changes })
    }

    /// Carries the change out.
    pub(super) async fn apply(&self, cx: &mut Cx<'_>, person: &Person) -> Result<(), Failure> {
        if let Some(contact) = person.find(cx).await? {
            change(cx, contact, &self.ids, &self.changes).await?;
        }
        Ok(())
    }
}

fn reply(value: &Value) -> Result<Option<Reply>, Failure> {
    if value.is_null() {
        return Ok(None);
    }
    let at = value["date"].as_str().and_then(shape::moment);
    let message = value["message"].as_str().filter(|text| text.chars().count() <= 10_000);
    match (at, message) {
        (Some(at), Some(message)) => Ok(Some(Reply { at, message: message.to_owned() })),
        _ => Err(Failure::bad("`reply` has a `date` and a `message` of at most 10,000 characters")),
    }
}
