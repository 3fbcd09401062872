//! Rows of what was asked to be sent, and of what became of it on each channel.

use countersign_base::{ContactId, Fault, Moment, NotificationId, Provenance, TenantId};
use countersign_door::{App, Cx};
use countersign_infra::db::{Reach, Row, Sql, Tx, Value};
use countersign_infra::vault::{Key, Place};

use super::super::channel::Channel;
use super::super::log::{Delivered, Outcome, Sent, Stage};
use super::super::order::Order;
use super::{json, read as read_json};

/// A sending as it is written down.
pub(in super::super) struct New<'a> {
    pub(in super::super) id: NotificationId,
    pub(in super::super) contact: ContactId,
    pub(in super::super) kind: &'a str,
    pub(in super::super) sub: Option<&'a str>,
    pub(in super::super) stage: Stage,
    pub(in super::super) mark: Option<&'a [u8; 32]>,
    pub(in super::super) sealed: Option<&'a Vec<u8>>,
    pub(in super::super) due_at: Moment,
}

const INSERT: &str = "
    insert into dispatch (tenant, id, contact, type, sub, state, mark, sealed, due_at, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const FIND: &str = "
    select id, contact, type, sub, state, due_at, created_at from dispatch
    where tenant = $1 and id = $2";
pub(super) const INSERT_DELIVERY: Sql = Sql {
    lite: "insert into delivery (tenant, at, dispatch, channel, state, reason, contact, provenance,
            sealed, next_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    pg: "insert into delivery (tenant, at, dispatch, channel, state, reason, contact, provenance,
            sealed, next_at)
        select $1, $2, one.*
        from unnest($3::bytea[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::text[],
            $9::bytea[], $10::bigint[]) as one",
};
const LIST: &str = "
    select id, contact, type, sub, state, due_at, created_at from dispatch
    where tenant = $1 and id < $2 order by id desc limit $3";
const LIST_OF_CONTACT: &str = "
    select id, contact, type, sub, state, due_at, created_at from dispatch
    where tenant = $1 and id < $2 and contact = $4 order by id desc limit $3";
const SAME: &str = "
    select 1 from dispatch
    where tenant = $1 and mark = $2 and due_at >= $3 and state = 'sent' limit 1";
const RECENT: &str = "
    select count(*) from (select 1 from dispatch
        where tenant = $1 and contact = $2 and due_at >= $3 and type = $4 and state = 'sent'
            and mark is not null
        limit $5) as recent";
/// Of all tenants, because a timer belongs to none; the index has waiting rows only.
const DUE: &str = "
    select tenant, id from dispatch where state = 'scheduled' and due_at <= $1
    order by due_at limit $2";
const WAITING: &str = "
    select contact, type, sub, sealed from dispatch
    where tenant = $1 and id = $2 and state = 'scheduled'";
/// What went out together with a sending: itself, and what was in its digest.
const TOGETHER: &str = "
    select distinct type, sub from dispatch
    where tenant = $1 and (id = $2 or id in
        (select dispatch from delivery where tenant = $1 and leader = $2))
    order by type, sub";
const CHANGE: &str = "
    update dispatch set sealed = $3, due_at = $4
    where tenant = $1 and id = $2 and state = 'scheduled'";
const SETTLE: &str = "
    update dispatch set state = $3, mark = $4, sealed = null
    where tenant = $1 and id = $2 and state = 'scheduled'";
const CANCEL: &str = "
    update dispatch set state = 'cancelled', sealed = null
    where tenant = $1 and id = $2 and state = 'scheduled'";
const DELIVERIES: &str = "
    select channel, state, reason, at, provenance from delivery where tenant = $1 and dispatch = $2
    order by channel";

/// What to send, for the time until then.
pub(in super::super) fn sealed(
    cx: &Cx<'_>,
    key: &Key,
    id: NotificationId,
    order: &Order,
) -> Result<Vec<u8>, Fault> {
    Ok(key.seal(&place(cx, id), &json(order)?))
}

fn place(cx: &Cx<'_>, id: NotificationId) -> Place {
    Place::new(cx.tenant(), "dispatch", "sealed", id.bytes())
}

/// A sending that waits for its moment.
pub(in super::super) struct Waiting {
    pub(in super::super) contact: ContactId,
    pub(in super::super) kind: String,
    pub(in super::super) sub: Option<String>,
    pub(in super::super) order: Order,
}

/// What has reached its moment, of all tenants.
pub(in super::super) async fn due(
    app: &App,
    limit: i64,
) -> Result<Vec<(TenantId, NotificationId)>, Fault> {
    let now = app.clock.now();
    app.db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.rows(DUE, &[now.into(), limit.into()], |row| Ok((row.col(0)?, row.col(1)?))).await
        })
        .await
}

/// A sending that still waits.
pub(in super::super) async fn waiting(
    cx: &mut Cx<'_>,
    id: NotificationId,
) -> Result<Option<Waiting>, Fault> {
    type Columns = (ContactId, String, Option<String>, Option<Vec<u8>>);
    let read = |row: &Row<'_>| Ok((row.col(0)?, row.col(1)?, row.col(2)?, row.col(3)?));
    let found: Option<Columns> = cx.row(WAITING, &[cx.tenant().into(), id.into()], read).await?;
    let Some((contact, kind, sub, Some(sealed))) = found else { return Ok(None) };
    let Some(key) = cx.contact_key(contact).await? else { return Ok(None) };
    let order = read_json(&key.open(&place(cx, id), &sealed)?)?;
    Ok(Some(Waiting { contact, kind, sub, order }))
}

/// Replaces what waits; false when it waits no more.
pub(in super::super) async fn change(
    cx: &mut Cx<'_>,
    id: NotificationId,
    sealed: &Vec<u8>,
    due_at: Moment,
) -> Result<bool, Fault> {
    let values = [cx.tenant().into(), id.into(), sealed.into(), due_at.into()];
    Ok(cx.exec(CHANGE, &values).await? > 0)
}

/// Ends the waiting; false when another was first.
pub(in super::super) async fn settle(
    cx: &mut Cx<'_>,
    id: NotificationId,
    stage: Stage,
    mark: Option<&[u8; 32]>,
) -> Result<bool, Fault> {
    let values = [cx.tenant().into(), id.into(), stage.name().into(), mark.into()];
    Ok(cx.exec(SETTLE, &values).await? > 0)
}

/// Takes back what waits; false when it waits no more.
pub(in super::super) async fn cancel(cx: &mut Cx<'_>, id: NotificationId) -> Result<bool, Fault> {
    Ok(cx.exec(CANCEL, &[cx.tenant().into(), id.into()]).await? > 0)
}

pub(in super::super) async fn insert(cx: &mut Cx<'_>, new: &New<'_>) -> Result<(), Fault> {
    let values: [Value<'_>; 10] = [
        cx.tenant().into(),
        new.id.into(),
        new.contact.into(),
        new.kind.into(),
        new.sub.into(),
        new.stage.name().into(),
        new.mark.into(),
        new.sealed.into(),
        new.due_at.into(),
        cx.now().into(),
    ];
    cx.exec(INSERT, &values).await.map(drop)
}

pub(in super::super) async fn find(
    cx: &mut Cx<'_>,
    id: NotificationId,
) -> Result<Option<Sent>, Fault> {
    let Some(mut sent) = cx.row(FIND, &[cx.tenant().into(), id.into()], columns).await? else {
        return Ok(None);
    };
    sent.deliveries = deliveries(cx, id).await?;
    Ok(Some(sent))
}

/// What was sent before something, newest first: to one contact, or to anybody.
pub(in super::super) async fn list(
    cx: &mut Cx<'_>,
    contact: Option<ContactId>,
    before: Option<[u8; 16]>,
    limit: i64,
) -> Result<Vec<Sent>, Fault> {
    let before = before.unwrap_or([255; 16]);
    let values = [cx.tenant().into(), before.into(), limit.into(), contact.into()];
    let mut found = match contact {
        Some(_) => cx.rows(LIST_OF_CONTACT, &values, columns).await?,
        None => cx.rows(LIST, &values[..3], columns).await?,
    };
    for sent in &mut found {
        sent.deliveries = deliveries(cx, sent.id).await?;
    }
    Ok(found)
}

/// The types and sub-notifications of what went out together with a sending.
pub(in super::super) async fn together(
    cx: &mut Cx<'_>,
    id: NotificationId,
) -> Result<Vec<(String, Option<String>)>, Fault> {
    let values = [cx.tenant().into(), id.into()];
    cx.rows(TOGETHER, &values, |row| Ok((row.col(0)?, row.col(1)?))).await
}

/// Whether the same was sent to the same contact since a moment (N10).
pub(in super::super) async fn is_repeated(
    cx: &mut Cx<'_>,
    mark: &[u8; 32],
    since: Moment,
) -> Result<bool, Fault> {
    let values = [cx.tenant().into(), mark.into(), since.into()];
    Ok(cx.row(SAME, &values, |_| Ok(())).await?.is_some())
}

/// How many of a type were sent to a contact since a moment, counted up to `most` (N11).
pub(in super::super) async fn recent(
    cx: &mut Cx<'_>,
    contact: ContactId,
    kind: &str,
    since: Moment,
    most: i64,
) -> Result<i64, Fault> {
    let values = [cx.tenant().into(), contact.into(), since.into(), kind.into(), most.into()];
    Ok(cx.row(RECENT, &values, |row| row.col(0)).await?.unwrap_or(0))
}

/// Writes down what becomes of a sending on a channel.
pub(in super::super) async fn deliver(
    cx: &mut Cx<'_>,
    id: NotificationId,
    channel: Channel,
    outcome: &Outcome,
) -> Result<(), Fault> {
    let same = [cx.tenant().into(), cx.now().into()];
    cx.exec_each(INSERT_DELIVERY, &same, &[row(id, channel, outcome)]).await.map(drop)
}

/// A delivery as it is written down.
pub(super) fn row(id: NotificationId, channel: Channel, outcome: &Outcome) -> [Value<'_>; 8] {
    let queued = outcome.queued();
    [
        id.into(),
        channel.name().into(),
        outcome.state().into(),
        outcome.reason().into(),
        queued.map(|queued| queued.contact).into(),
        queued.and_then(|queued| queued.provenance).map(Provenance::name).into(),
        queued.map(|queued| &queued.sealed).into(),
        queued.map(|queued| queued.next_at).into(),
    ]
}

async fn deliveries(cx: &mut Cx<'_>, id: NotificationId) -> Result<Vec<Delivered>, Fault> {
    cx.rows(DELIVERIES, &[cx.tenant().into(), id.into()], |row| {
        let channel: String = row.col(0)?;
        let unknown = Fault::Corrupt("a delivery has an unknown channel");
        Ok(Delivered {
            channel: Channel::named(&channel).ok_or(unknown)?,
            state: row.col(1)?,
            reason: row.col(2)?,
            at: row.col(3)?,
            provenance: provenance(row.col(4)?)?,
        })
    })
    .await
}

fn provenance(name: Option<String>) -> Result<Option<Provenance>, Fault> {
    let unknown = Fault::Corrupt("a delivery has an unknown provenance");
    name.map(|name| Provenance::named(&name).ok_or(unknown)).transpose()
}

fn columns(row: &Row<'_>) -> Result<Sent, Fault> {
    let stage: String = row.col(4)?;
    let unknown = Fault::Corrupt("a sending has an unknown state");
    Ok(Sent {
        id: row.col(0)?,
        contact: row.col(1)?,
        kind: row.col(2)?,
        sub: row.col(3)?,
        state: Stage::named(&stage).ok_or(unknown)?,
        due_at: row.col(5)?,
        created_at: row.col(6)?,
        deliveries: Vec::new(),
        notes: Vec::new(),
    })
}
