//! Notification types and their sub-notifications: made, changed, removed.

use countersign_base::Fault;
use countersign_door::Cx;
use countersign_people::audit;

use super::channel::Channel;
use super::kind::{Kind, Name, Settings, text};
use super::refusal::Refusal;
use super::store::kind as rows;

pub use super::store::kind::Sub;

/// Types that a tenant has at most.
const MOST: i64 = 1_000;
/// Sub-notifications that a type has at most.
const MOST_SUBS: i64 = 10_000;

/// One type.
pub async fn find(cx: &mut Cx<'_>, name: &str) -> Result<Kind, Refusal> {
    rows::find(cx, name).await?.ok_or(Refusal::NoSuchNotification)
}

/// Types by name, after one of them.
pub async fn list(cx: &mut Cx<'_>, after: &str, limit: i64) -> Result<Vec<Kind>, Fault> {
    rows::list(cx, after, limit).await
}

/// Whether any type is sent over a channel.
pub async fn use_channel(cx: &mut Cx<'_>, channel: Channel) -> Result<bool, Fault> {
    let all = rows::list(cx, "", MOST).await?;
    Ok(all.iter().any(|kind| kind.settings.channels.contains(&channel)))
}

/// Makes a type, or changes it; its templates must parse (N8).
pub async fn put(cx: &mut Cx<'_>, name: Name, settings: Settings) -> Result<Kind, Refusal> {
    settings.check()?;
    let is_new = rows::find(cx, name.as_str()).await?.is_none();
    if is_new && rows::many(cx).await? >= MOST {
        return Err(Refusal::TooMany { what: "notification types", most: 1_000 });
    }
    let kind = Kind { name, settings };
    rows::put(cx, &kind).await?;
    audit::note(cx, "notification_type.changed", kind.name.as_str()).await?;
    Ok(kind)
}

/// Removes a type: nothing is sent of it any more; what was sent stays.
pub async fn remove(cx: &mut Cx<'_>, name: &str) -> Result<(), Refusal> {
    if rows::remove(cx, name).await? == 0 {
        return Err(Refusal::NoSuchNotification);
    }
    audit::note(cx, "notification_type.removed", name).await?;
    Ok(())
}

/// Makes a sub-notification, or gives it another title.
pub async fn put_sub(
    cx: &mut Cx<'_>,
    kind: &str,
    name: Name,
    title: String,
) -> Result<Sub, Refusal> {
    text("title", &title, 200)?;
    find(cx, kind).await?;
    if rows::many_subs(cx, kind).await? >= MOST_SUBS {
        return Err(Refusal::TooMany { what: "sub-notifications of a type", most: 10_000 });
    }
    let sub = Sub { kind: kind.to_owned(), name: name.as_str().to_owned(), title };
    rows::put_sub(cx, &sub).await?;
    Ok(sub)
}

/// Removes a sub-notification.
pub async fn remove_sub(cx: &mut Cx<'_>, kind: &str, name: &str) -> Result<(), Refusal> {
    let removed = rows::remove_sub(cx, kind, name).await?;
    if removed == 0 { Err(Refusal::NoSuchNotification) } else { Ok(()) }
}
