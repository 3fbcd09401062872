//! The only file that knows where browsers' subscriptions and the environment's key are kept.

use std::sync::Arc;

use countersign_base::{ContactId, Fault, Moment, NotificationId, PushSubscriptionId, WidgetId};
use countersign_door::Cx;
use countersign_door::work::Old;
use countersign_infra::db::{Row, Value};
use countersign_infra::vault::{Key, Place};
use countersign_people::identity_secrets::Trace;

use super::model::{Given, Kept, Maker, New};
use super::vapid::VapidKey;

/// Browsers of a contact that are kept at most (NP3).
const MOST: i64 = 20;

const KEY: &str = "select sealed from push_key where tenant = $1";
const INSERT_KEY: &str = "
    insert into push_key (tenant, sealed, created_at) values ($1, $2, $3)
    on conflict (tenant) do nothing";
const PUT: &str = "
    insert into push_subscription (tenant, mark, id, contact, widget, session, signer, signed_at,
        sealed, created_at, renewed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
    on conflict (tenant, mark) do update
    set contact = excluded.contact, widget = excluded.widget, session = excluded.session,
        signer = excluded.signer, signed_at = excluded.signed_at, sealed = excluded.sealed, renewed_at = excluded.renewed_at";
const OF_CONTACT: &str = "
    select mark, id, sealed, widget, session, signer, signed_at, created_at, renewed_at, used_at,
        used_for
    from push_subscription where tenant = $1 and contact = $2 order by renewed_at desc, id desc limit $3";
const FIND: &str = "
    select mark, id, sealed, widget, session, signer, signed_at, created_at, renewed_at, used_at,
        used_for
    from push_subscription where tenant = $1 and contact = $2 and mark = $3";
const SURPLUS: &str = "
    delete from push_subscription where tenant = $1 and contact = $2 and id not in (
        select id from push_subscription where tenant = $1 and contact = $2
        order by renewed_at desc, id desc limit $3)";
const END_SESSION: &str = "delete from push_subscription where tenant = $1 and session = $2";
const END_CONTACT: &str = "
    delete from push_subscription where tenant = $1 and contact = $2 and renewed_at <= $3";
const END_SESSIONS: &str = "
    delete from push_subscription
    where tenant = $1 and widget = $2 and session is not null and renewed_at <= $3";
const TRACES: &str = "
    select distinct signer, signed_at from push_subscription
    where tenant = $1 and widget = $2 and session is null";
const END_TRACE: &str = "
    delete from push_subscription
    where tenant = $1 and widget = $2 and session is null
        and coalesce(signer, '') = $3 and coalesce(signed_at, 0) = $4";
const IS_THERE: &str = "
    select 1 from push_subscription where tenant = $1 and contact = $2 limit 1";
const USED: &str = "
    update push_subscription set used_at = $3, used_for = $4 where tenant = $1 and id = $2";
const REMOVE: &str = "delete from push_subscription where tenant = $1 and contact = $2 and id = $3";

const OLD_SUBSCRIPTIONS: &str = "delete from push_subscription where renewed_at < $1";

/// A browser that has not shown itself for 60 days is not reached any more.
pub const OLD: Old = Old { sql: OLD_SUBSCRIPTIONS, seconds: 60 * 24 * 3_600 };

/// The environment's key.
pub(super) async fn key(cx: &mut Cx<'_>) -> Result<Option<VapidKey>, Fault> {
    let sealed: Option<Vec<u8>> = cx.row(KEY, &[cx.tenant().into()], |row| row.col(0)).await?;
    let open = |sealed: Vec<u8>| {
        let pkcs8 = cx.keys().own().open(&key_place(cx), &sealed)?;
        VapidKey::open(&pkcs8)
    };
    sealed.map(open).transpose()
}

/// Makes the environment's key, unless another call has just done so.
pub(super) async fn make_key(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let sealed = cx.keys().own().seal(&key_place(cx), &VapidKey::generate());
    cx.exec(INSERT_KEY, &[cx.tenant().into(), (&sealed).into(), cx.now().into()]).await.map(drop)
}

/// Keeps a subscription; one with the same address becomes this one.
pub(super) async fn put(
    cx: &mut Cx<'_>,
    contact: ContactId,
    new: &New,
    maker: &Maker,
) -> Result<(), Fault> {
    let key = contact_key(cx, contact).await?;
    let mark = mark(cx, new);
    let plain = serde_json::to_vec(&new.given)
        .map_err(|_| Fault::Corrupt("a web push subscription cannot be written"))?;
    let sealed = key.seal(&place(cx, &mark), &plain);
    let id: PushSubscriptionId = cx.id();
    let values: [Value<'_>; 10] = [
        cx.tenant().into(),
        (&mark).into(),
        id.into(),
        contact.into(),
        maker.widget.into(),
        maker.session.into(),
        maker.trace.as_ref().map(|trace| trace.signer.as_str()).into(),
        maker.trace.as_ref().and_then(|trace| trace.signed_at).into(),
        (&sealed).into(),
        cx.now().into(),
    ];
    cx.exec(PUT, &values).await.map(drop)
}

/// Takes out those beyond the most that a contact may have, which came first (NP3).
pub(super) async fn take_out_surplus(cx: &mut Cx<'_>, contact: ContactId) -> Result<(), Fault> {
    cx.exec(SURPLUS, &[cx.tenant().into(), contact.into(), MOST.into()]).await.map(drop)
}

/// A contact's subscription with the address of `new`.
pub(super) async fn find(
    cx: &mut Cx<'_>,
    contact: ContactId,
    new: &New,
) -> Result<Option<Kept>, Fault> {
    let mark = mark(cx, new);
    let found = cx.row(FIND, &[cx.tenant().into(), contact.into(), (&mark).into()], read).await?;
    let key = contact_key(cx, contact).await?;
    found.map(|found| open(cx, &key, found)).transpose()
}

/// The subscriptions of a contact, those that were renewed last first.
pub(super) async fn of_contact(cx: &mut Cx<'_>, contact: ContactId) -> Result<Vec<Kept>, Fault> {
    let values = [cx.tenant().into(), contact.into(), MOST.into()];
    let found = cx.rows(OF_CONTACT, &values, read).await?;
    // Of a contact that was erased nothing can be read.
    let Some(key) = cx.contact_key(contact).await? else { return Ok(Vec::new()) };
    found.into_iter().map(|found| open(cx, &key, found)).collect()
}

pub(super) async fn remove(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: PushSubscriptionId,
) -> Result<u64, Fault> {
    cx.exec(REMOVE, &[cx.tenant().into(), contact.into(), id.into()]).await
}

pub(super) async fn end_session(cx: &mut Cx<'_>, session: [u8; 16]) -> Result<u64, Fault> {
    cx.exec(END_SESSION, &[cx.tenant().into(), session.into()]).await
}

/// Takes out those of a contact that were there at a moment.
pub(super) async fn end_contact(
    cx: &mut Cx<'_>,
    contact: [u8; 16],
    at: Moment,
) -> Result<u64, Fault> {
    cx.exec(END_CONTACT, &[cx.tenant().into(), contact.into(), at.into()]).await
}

/// Takes out those that sessions of a widget had made at a moment.
pub(super) async fn end_sessions(
    cx: &mut Cx<'_>,
    widget: [u8; 16],
    at: Moment,
) -> Result<u64, Fault> {
    cx.exec(END_SESSIONS, &[cx.tenant().into(), widget.into(), at.into()]).await
}

/// What has made those of a widget that no session made.
pub(super) async fn traces(cx: &mut Cx<'_>, widget: WidgetId) -> Result<Vec<Option<Trace>>, Fault> {
    cx.rows(TRACES, &[cx.tenant().into(), widget.into()], |row| {
        let Some(signer) = row.col(0)? else { return Ok(None) };
        Ok(Some(Trace { signer, signed_at: row.col(1)? }))
    })
    .await
}

/// Takes out those of a widget that this has made.
pub(super) async fn end_trace(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    trace: Option<&Trace>,
) -> Result<u64, Fault> {
    let signer = trace.map_or("", |trace| &trace.signer);
    let signed_at = trace.and_then(|trace| trace.signed_at).map_or(0, Moment::millis);
    let values = [cx.tenant().into(), widget.into(), signer.into(), signed_at.into()];
    cx.exec(END_TRACE, &values).await
}

/// Whether a contact has a subscription at all.
pub(super) async fn is_there(cx: &mut Cx<'_>, contact: ContactId) -> Result<bool, Fault> {
    let found = cx.row(IS_THERE, &[cx.tenant().into(), contact.into()], |_| Ok(())).await?;
    Ok(found.is_some())
}

/// Notes that a push service took a notification.
pub(super) async fn used(
    cx: &mut Cx<'_>,
    id: PushSubscriptionId,
    notification: NotificationId,
) -> Result<(), Fault> {
    let values = [cx.tenant().into(), id.into(), cx.now().into(), notification.into()];
    cx.exec(USED, &values).await.map(drop)
}

/// A row as it stands.
struct Stored {
    mark: [u8; 32],
    id: PushSubscriptionId,
    sealed: Vec<u8>,
    maker: Maker,
    created_at: Moment,
    renewed_at: Moment,
    used_at: Option<Moment>,
    used_for: Option<NotificationId>,
}

fn read(row: &Row<'_>) -> Result<Stored, Fault> {
    Ok(Stored {
        mark: row.col(0)?,
        id: row.col(1)?,
        sealed: row.col(2)?,
        maker: Maker { widget: row.col(3)?, session: row.col(4)?, trace: trace(row)? },
        created_at: row.col(7)?,
        renewed_at: row.col(8)?,
        used_at: row.col(9)?,
        used_for: row.col(10)?,
    })
}

fn trace(row: &Row<'_>) -> Result<Option<Trace>, Fault> {
    let Some(signer) = row.col(5)? else { return Ok(None) };
    Ok(Some(Trace { signer, signed_at: row.col(6)? }))
}

fn open(cx: &Cx<'_>, key: &Key, row: Stored) -> Result<Kept, Fault> {
    let plain = key.open(&place(cx, &row.mark), &row.sealed)?;
    let given: Given = serde_json::from_slice(&plain)
        .map_err(|_| Fault::Corrupt("a web push subscription cannot be read"))?;
    Ok(Kept {
        id: row.id,
        new: New::kept(given)?,
        maker: row.maker,
        created_at: row.created_at,
        renewed_at: row.renewed_at,
        used_at: row.used_at,
        used_for: row.used_for,
    })
}

async fn contact_key(cx: &mut Cx<'_>, contact: ContactId) -> Result<Arc<Key>, Fault> {
    cx.contact_key(contact).await?.ok_or(Fault::Corrupt("a contact has no key"))
}

/// What finds an address without telling it.
fn mark(cx: &Cx<'_>, new: &New) -> [u8; 32] {
    cx.keys().mark("push endpoint", new.endpoint.as_str().as_bytes())
}

/// An address keeps its place when it goes over to another contact.
fn place(cx: &Cx<'_>, mark: &[u8; 32]) -> Place {
    let row = mark.first_chunk().expect("32 bytes begin with 16");
    Place::new(cx.tenant(), "push_subscription", "sealed", *row)
}

fn key_place(cx: &Cx<'_>) -> Place {
    Place::new(cx.tenant(), "push_key", "sealed", cx.tenant().bytes())
}
