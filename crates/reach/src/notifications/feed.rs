//! A contact's feed: its items, how many are unread, and what the contact does with them.

use countersign_base::{ContactId, Fault, Moment, NotificationId};
use countersign_door::Cx;

use super::events::FeedChanged;
use super::item::{Changes, Item, Marks, Slice};
use super::refusal::Refusal;
use super::store::item;

/// Items that one call may change.
pub const MOST_CHANGED: usize = 1_000;

/// Items, newest first; one more than asked for where there are more.
pub async fn feed(cx: &mut Cx<'_>, contact: ContactId, slice: &Slice) -> Result<Vec<Item>, Fault> {
    let before = slice.before.unwrap_or(Moment::from_millis(i64::MAX));
    let limit = i64::try_from(slice.limit).unwrap_or(i64::MAX).saturating_add(1);
    item::page(cx, contact, before, limit).await
}

/// One item of the contact's, if it is still there (N4).
pub async fn look(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: NotificationId,
) -> Result<Option<Item>, Fault> {
    item::find(cx, contact, id).await
}

/// How many items were neither seen nor put away, up to 100,000 (N3).
pub async fn unread(cx: &mut Cx<'_>, contact: ContactId) -> Result<i64, Fault> {
    item::unread(cx, contact).await
}

/// Changes items of the contact's; ids that are not its own change nothing (N4). Says how many
/// changed. One after the other on a feed, so that no mark of another device is lost (N14).
pub async fn change(
    cx: &mut Cx<'_>,
    contact: ContactId,
    ids: &[NotificationId],
    changes: &Changes,
) -> Result<usize, Refusal> {
    if ids.len() > MOST_CHANGED {
        return Err(Refusal::TooMany { what: "ids in one call", most: MOST_CHANGED });
    }
    item::hold_existing(cx, contact).await?;
    let mut changed = 0;
    for id in ids {
        let Some(mut found) = item::find(cx, contact, *id).await? else { continue };
        let marks: Marks = changes.after(found.marks);
        if marks == found.marks && changes.reply.is_none() {
            continue;
        }
        found.marks = marks;
        found.replies.extend(changes.reply.clone());
        if found.replies.len() > 100 {
            return Err(Refusal::TooMany { what: "replies to one item", most: 100 });
        }
        if changes.reply.is_some() {
            item::reply(cx, contact, &found).await?;
        } else {
            item::mark(cx, contact, &found).await?;
        }
        changed += 1;
    }
    if changed > 0 {
        cx.emit(&FeedChanged { contact }).await?;
    }
    Ok(changed)
}

/// Shows everything as read.
pub async fn see_all(cx: &mut Cx<'_>, contact: ContactId) -> Result<(), Fault> {
    item::hold_existing(cx, contact).await?;
    if item::see_all(cx, contact).await? > 0 {
        cx.emit(&FeedChanged { contact }).await?;
    }
    Ok(())
}
