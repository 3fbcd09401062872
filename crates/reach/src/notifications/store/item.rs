//! Rows of feeds and their items; an item is reached through its contact only (N4).

use countersign_base::{ContactId, Fault, Moment, NotificationId, TenantId};
use countersign_door::Cx;
use countersign_infra::db::{Row, Sql, Value};
use countersign_infra::vault::{Key, Place};

use super::super::item::{Content, Item, Marks};
use super::{json, read};

/// An item to be added to one feed.
pub(in super::super) struct New<'a> {
    pub(in super::super) id: NotificationId,
    pub(in super::super) kind: &'a str,
    pub(in super::super) sub: Option<&'a str>,
    pub(in super::super) content: &'a Content,
    pub(in super::super) expires_at: Option<Moment>,
}

/// The id of a text that many items show.
pub(in super::super) type TextId = [u8; 16];

/// Takes the next moment of a feed; the row stays locked until the commit (N2).
const NEXT: &str = "
    insert into feed (tenant, contact, last_at) values ($1, $2, $3)
    on conflict (tenant, contact) do update set last_at =
        case when feed.last_at < excluded.last_at then excluded.last_at else feed.last_at + 1 end
    returning last_at";
/// Locks a feed without moving it.
const HOLD: &str = "
    insert into feed (tenant, contact, last_at) values ($1, $2, 0)
    on conflict (tenant, contact) do update set last_at = feed.last_at";
/// Locks a feed that may not be there, where several write at once.
const HOLD_EXISTING: Sql = Sql {
    lite: "select last_at from feed where tenant = $1 and contact = $2",
    pg: "select last_at from feed where tenant = $1 and contact = $2 for update",
};
const INSERT: &str = "
    insert into notification (tenant, contact, at, id, type, sub, sealed, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const RECEIVED: &str = "
    insert into notification_received (tenant, contact, type) values ($1, $2, $3)
    on conflict (tenant, contact, type) do nothing";
const FIND: &str = "
    select item.id, type, sub, item.sealed, at, seen_at, opened_at, clicked_at, archived_at,
        actioned1_at, actioned2_at, text, shared.sealed
    from notification as item
        left join notification_text as shared
            on shared.tenant = item.tenant and shared.id = item.text
    where item.tenant = $1 and contact = $2 and item.id = $3";
const PAGE: &str = "
    select item.id, type, sub, item.sealed, at, seen_at, opened_at, clicked_at, archived_at,
        actioned1_at, actioned2_at, text, shared.sealed
    from notification as item
        left join notification_text as shared
            on shared.tenant = item.tenant and shared.id = item.text
    where item.tenant = $1 and contact = $2 and (at, item.id) < ($3, $4)
        and (item.expires_at is null or item.expires_at > $5)
    order by at desc limit $6";
const UNREAD: &str = "
    select count(*) from (select 1 from notification
        where tenant = $1 and contact = $2 and seen_at is null and archived_at is null
            and (expires_at is null or expires_at > $3)
        limit 100000) as unread";
const MARK: &str = "
    update notification set seen_at = $4, opened_at = $5, clicked_at = $6, archived_at = $7,
        actioned1_at = $8, actioned2_at = $9, sealed = coalesce($10, sealed)
    where tenant = $1 and contact = $2 and id = $3";
const SEE_ALL: &str = "
    update notification set seen_at = $3
    where tenant = $1 and contact = $2 and seen_at is null";
const RETRACT: &str = "
    delete from notification where tenant = $1 and contact = $2 and type = $3
        and (sub = $4 or $4 is null)";

/// Adds an item at the next moment of the contact's feed; says which that was.
pub(in super::super) async fn add(
    cx: &mut Cx<'_>,
    contact: ContactId,
    key: &Key,
    new: New<'_>,
) -> Result<Moment, Fault> {
    let tenant = cx.tenant();
    let at: Option<Moment> =
        cx.row(NEXT, &[tenant.into(), contact.into(), cx.now().into()], |row| row.col(0)).await?;
    let at = at.ok_or(Fault::Store("a feed gave no moment".into()))?;
    let sealed = key.seal(&place(tenant, new.id), &json(new.content)?);
    let values: [Value<'_>; 8] = [
        tenant.into(),
        contact.into(),
        at.into(),
        new.id.into(),
        new.kind.into(),
        new.sub.into(),
        (&sealed).into(),
        new.expires_at.into(),
    ];
    cx.exec(INSERT, &values).await?;
    cx.exec(RECEIVED, &[tenant.into(), contact.into(), new.kind.into()]).await?;
    Ok(at)
}

/// Locks a contact's feed until the commit.
pub(in super::super) async fn hold(cx: &mut Cx<'_>, contact: ContactId) -> Result<(), Fault> {
    cx.exec(HOLD, &[cx.tenant().into(), contact.into()]).await.map(drop)
}

/// Locks a feed until the commit, if there is one: what has no items changes nothing.
pub(in super::super) async fn hold_existing(
    cx: &mut Cx<'_>,
    contact: ContactId,
) -> Result<(), Fault> {
    cx.row(HOLD_EXISTING, &[cx.tenant().into(), contact.into()], |_| Ok(())).await.map(drop)
}

pub(in super::super) async fn find(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: NotificationId,
) -> Result<Option<Item>, Fault> {
    let values = [cx.tenant().into(), contact.into(), id.into()];
    let found = cx.row(FIND, &values, columns).await?;
    let Some(key) = cx.contact_key(contact).await? else { return Ok(None) };
    found.map_or(Ok(None), |closed| open(cx, &key, closed))
}

/// Items before a place, newest first.
pub(in super::super) async fn page(
    cx: &mut Cx<'_>,
    contact: ContactId,
    before: Option<(Moment, [u8; 16])>,
    limit: usize,
) -> Result<Vec<Item>, Fault> {
    let (at, id) = before.unwrap_or((Moment::from_millis(i64::MAX), [255; 16]));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values =
        [cx.tenant().into(), contact.into(), at.into(), id.into(), cx.now().into(), limit.into()];
    let found = cx.rows(PAGE, &values, columns).await?;
    let Some(key) = cx.contact_key(contact).await? else { return Ok(Vec::new()) };
    found.into_iter().filter_map(|closed| open(cx, &key, closed).transpose()).collect()
}

/// How many items were neither seen nor put away, up to 100,000 (N3).
pub(in super::super) async fn unread(cx: &mut Cx<'_>, contact: ContactId) -> Result<i64, Fault> {
    let values = [cx.tenant().into(), contact.into(), cx.now().into()];
    Ok(cx.row(UNREAD, &values, |row| row.col(0)).await?.unwrap_or(0))
}

/// Writes an item's marks.
pub(in super::super) async fn mark(
    cx: &mut Cx<'_>,
    contact: ContactId,
    item: &Item,
) -> Result<(), Fault> {
    write(cx, contact, item, None).await
}

/// Writes an item's marks and replies; one that showed a shared text has its own from now on.
pub(in super::super) async fn reply(
    cx: &mut Cx<'_>,
    contact: ContactId,
    item: &Item,
) -> Result<(), Fault> {
    let Some(key) = cx.contact_key(contact).await? else { return Ok(()) };
    let content = Content {
        title: item.title.clone(),
        url: item.url.clone(),
        image: item.image.clone(),
        parameters: item.parameters.clone(),
        replies: item.replies.clone(),
    };
    let sealed = key.seal(&place(cx.tenant(), item.id), &json(&content)?);
    write(cx, contact, item, Some(&sealed)).await
}

async fn write(
    cx: &mut Cx<'_>,
    contact: ContactId,
    item: &Item,
    sealed: Option<&Vec<u8>>,
) -> Result<(), Fault> {
    let marks = item.marks;
    let values: [Value<'_>; 10] = [
        cx.tenant().into(),
        contact.into(),
        item.id.into(),
        marks.seen_at.into(),
        marks.opened_at.into(),
        marks.clicked_at.into(),
        marks.archived_at.into(),
        marks.actioned1_at.into(),
        marks.actioned2_at.into(),
        sealed.into(),
    ];
    cx.exec(MARK, &values).await.map(drop)
}

pub(in super::super) async fn see_all(cx: &mut Cx<'_>, contact: ContactId) -> Result<u64, Fault> {
    cx.exec(SEE_ALL, &[cx.tenant().into(), contact.into(), cx.now().into()]).await
}

pub(in super::super) async fn retract(
    cx: &mut Cx<'_>,
    contact: ContactId,
    kind: &str,
    sub: Option<&str>,
) -> Result<u64, Fault> {
    cx.exec(RETRACT, &[cx.tenant().into(), contact.into(), kind.into(), sub.into()]).await
}

/// A row before its sealed part is opened.
struct Closed {
    item: Item,
    own: Option<Vec<u8>>,
    shared: Option<(TextId, Vec<u8>)>,
}

fn columns(row: &Row<'_>) -> Result<Closed, Fault> {
    let marks = Marks {
        seen_at: row.col(5)?,
        opened_at: row.col(6)?,
        clicked_at: row.col(7)?,
        archived_at: row.col(8)?,
        actioned1_at: row.col(9)?,
        actioned2_at: row.col(10)?,
    };
    let item = Item {
        id: row.col(0)?,
        kind: row.col(1)?,
        sub: row.col(2)?,
        title: String::new(),
        url: None,
        image: None,
        parameters: serde_json::Map::new(),
        replies: Vec::new(),
        at: row.col(4)?,
        marks,
    };
    let (text, shared): (Option<TextId>, Option<Vec<u8>>) = (row.col(11)?, row.col(12)?);
    Ok(Closed { item, own: row.col(3)?, shared: text.zip(shared) })
}

/// Opens what an item says: its own words under its contact's key, shared ones under the tenant's.
fn open(cx: &Cx<'_>, key: &Key, closed: Closed) -> Result<Option<Item>, Fault> {
    let Closed { item, own, shared } = closed;
    let plain = match (own, shared) {
        (Some(sealed), _) => key.open(&place(cx.tenant(), item.id), &sealed)?,
        (None, Some((text, sealed))) => cx.keys().own().open(&text_place(cx, text), &sealed)?,
        (None, None) => return Ok(None),
    };
    let Content { title, url, image, parameters, replies } = read(&plain)?;
    Ok(Some(Item { title, url, image, parameters, replies, ..item }))
}

fn place(tenant: TenantId, id: NotificationId) -> Place {
    Place::new(tenant, "notification", "sealed", id.bytes())
}

pub(super) fn text_place(cx: &Cx<'_>, text: TextId) -> Place {
    Place::new(cx.tenant(), "notification_text", "sealed", text)
}
