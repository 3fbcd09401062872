//! A contact's feed: its items, how many are unread, and what the contact does with them. The
//! feeds of contacts that were merged into it are read with its own (X3 of `people::merges`).

use countersign_base::{ContactId, Fault, NotificationId};
use countersign_door::Cx;
use countersign_people::merges;

use super::events::FeedChanged;
use super::item::{Changes, Item, Marks, Slice};
use super::refusal::Refusal;
use super::store::item;

/// Items that one call may change.
pub const MOST_CHANGED: usize = 1_000;

/// Items, newest first; one more than asked for where there are more.
pub async fn feed(cx: &mut Cx<'_>, contact: ContactId, slice: &Slice) -> Result<Vec<Item>, Fault> {
    let limit = slice.limit.saturating_add(1);
    let mut items = Vec::new();
    for part in merges::whole(cx, contact).await? {
        items.extend(item::page(cx, part, slice.before, limit).await?);
    }
    items.sort_unstable_by_key(|item| std::cmp::Reverse((item.at, item.id)));
    items.truncate(limit);
    Ok(items)
}

/// One item of the contact's, if it is still there (N4).
pub async fn look(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: NotificationId,
) -> Result<Option<Item>, Fault> {
    let whole = merges::whole(cx, contact).await?;
    Ok(find(cx, &whole, id).await?.map(|(_, item)| item))
}

/// An item, and whose it is.
async fn find(
    cx: &mut Cx<'_>,
    whole: &[ContactId],
    id: NotificationId,
) -> Result<Option<(ContactId, Item)>, Fault> {
    for part in whole {
        if let Some(item) = item::find(cx, *part, id).await? {
            return Ok(Some((*part, item)));
        }
    }
    Ok(None)
}

/// How many items were neither seen nor put away, up to 100,000 (N3).
pub async fn unread(cx: &mut Cx<'_>, contact: ContactId) -> Result<i64, Fault> {
    let mut unread = 0;
    for part in merges::whole(cx, contact).await? {
        unread += item::unread(cx, part).await?;
    }
    Ok(unread)
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
    let whole = merges::whole(cx, contact).await?;
    for part in &whole {
        item::hold_existing(cx, *part).await?;
    }
    let mut changed = 0;
    for id in ids {
        let Some((owner, mut found)) = find(cx, &whole, *id).await? else { continue };
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
            item::reply(cx, owner, &found).await?;
        } else {
            item::mark(cx, owner, &found).await?;
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
    let mut seen = 0;
    for part in merges::whole(cx, contact).await? {
        item::hold_existing(cx, part).await?;
        seen += item::see_all(cx, part).await?;
    }
    if seen > 0 {
        cx.emit(&FeedChanged { contact }).await?;
    }
    Ok(())
}
