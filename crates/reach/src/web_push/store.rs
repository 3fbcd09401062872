//! The only file that knows where browsers' subscriptions and the environment's key are kept.

use std::sync::Arc;

use countersign_base::{ContactId, Fault, Moment, PushSubscriptionId, WidgetId};
use countersign_door::Cx;
use countersign_door::work::Old;
use countersign_infra::db::{Row, Value};
use countersign_infra::vault::{Key, Place};

use super::model::{Given, Kept, Maker, New};
use super::vapid::VapidKey;

/// Browsers of a contact that are kept at most (NP3).
const MOST: i64 = 20;

const KEY: &str = "select sealed from push_key where tenant = $1";
const INSERT_KEY: &str = "
    insert into push_key (tenant, sealed, created_at) values ($1, $2, $3)
    on conflict (tenant) do nothing";
const PUT: &str = "
    insert into push_subscription (tenant, mark, id, contact, widget, session, signer, sealed,
        created_at, renewed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
    on conflict (tenant, mark) do update
    set contact = excluded.contact, widget = excluded.widget, session = excluded.session,
        signer = excluded.signer, sealed = excluded.sealed, renewed_at = excluded.renewed_at";
const OF_CONTACT: &str = "
    select mark, id, sealed, widget, session, signer, created_at, renewed_at, used_at
    from push_subscription where tenant = $1 and contact = $2 order by renewed_at desc, id desc limit $3";
const FIND: &str = "
    select mark, id, sealed, widget, session, signer, created_at, renewed_at, used_at
    from push_subscription where tenant = $1 and contact = $2 and mark = $3";
const SURPLUS: &str = "
    delete from push_subscription where tenant = $1 and contact = $2 and id not in (
        select id from push_subscription where tenant = $1 and contact = $2
        order by renewed_at desc, id desc limit $3)";
const END_SESSION: &str = "delete from push_subscription where tenant = $1 and session = $2";
const END_CONTACT: &str = "
    delete from push_subscription where tenant = $1 and contact = $2 and renewed_at <= $3";
const END_WIDGET: &str = "
    delete from push_subscription where tenant = $1 and widget = $2 and renewed_at <= $3";
const SIGNERS: &str = "
    select distinct signer from push_subscription
    where tenant = $1 and widget = $2 and signer is not null";
const END_SIGNER: &str = "
    delete from push_subscription where tenant = $1 and widget = $2 and signer = $3";
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
    let values: [Value<'_>; 9] = [
        cx.tenant().into(),
        (&mark).into(),
        id.into(),
        contact.into(),
        maker.widget.into(),
        maker.session.into(),
        maker.signer.as_deref().into(),
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

/// Takes out those of a widget that were there at a moment.
pub(super) async fn end_widget(
    cx: &mut Cx<'_>,
    widget: [u8; 16],
    at: Moment,
) -> Result<u64, Fault> {
    cx.exec(END_WIDGET, &[cx.tenant().into(), widget.into(), at.into()]).await
}

/// Whose keys have proven those of a widget.
pub(super) async fn signers(cx: &mut Cx<'_>, widget: WidgetId) -> Result<Vec<String>, Fault> {
    cx.rows(SIGNERS, &[cx.tenant().into(), widget.into()], |row| row.col(0)).await
}

pub(super) async fn end_signer(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    signer: &str,
) -> Result<u64, Fault> {
    cx.exec(END_SIGNER, &[cx.tenant().into(), widget.into(), signer.into()]).await
}

/// A row as it stands.
struct Sealed {
    mark: [u8; 32],
    id: PushSubscriptionId,
    sealed: Vec<u8>,
    maker: Maker,
    created_at: Moment,
    renewed_at: Moment,
    used_at: Option<Moment>,
}

fn read(row: &Row<'_>) -> Result<Sealed, Fault> {
    Ok(Sealed {
        mark: row.col(0)?,
        id: row.col(1)?,
        sealed: row.col(2)?,
        maker: Maker { widget: row.col(3)?, session: row.col(4)?, signer: row.col(5)? },
        created_at: row.col(6)?,
        renewed_at: row.col(7)?,
        used_at: row.col(8)?,
    })
}

fn open(cx: &Cx<'_>, key: &Key, row: Sealed) -> Result<Kept, Fault> {
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
