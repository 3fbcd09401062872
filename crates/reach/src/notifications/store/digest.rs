//! Rows of what is held for a digest.

use countersign_base::{ContactId, Fault, Moment, NotificationId, TenantId};
use countersign_door::{App, Cx};
use countersign_infra::db::{Reach, Row, Tx};

use super::super::channel::Channel;
use super::super::outbox::Content;
use super::outbox::opened;

/// Of all tenants, because a timer belongs to none; the index has held rows only.
const DUE: &str = "
    select tenant, contact from delivery where state = 'held' and next_at <= $1
    group by tenant, contact limit $2";
const TAKE: &str = "
    update delivery set state = 'queued', next_at = null
    where tenant = $1 and contact = $2 and state = 'held' and next_at <= $3
    returning dispatch, at, sealed";
const HOLD: &str = "
    update delivery set state = 'held', next_at = $4
    where tenant = $1 and dispatch = $2 and channel = $3";
const END: &str = "
    update delivery set state = 'skipped', reason = $4, at = $5, sealed = null
    where tenant = $1 and dispatch = $2 and channel = $3";
const LEAD: &str = "
    update delivery set sealed = $4, at = $5, next_at = $5
    where tenant = $1 and dispatch = $2 and channel = $3";
const JOIN: &str = "
    update delivery set leader = $4, at = $5, sealed = null
    where tenant = $1 and dispatch = $2 and channel = $3";
const RECONSIDER: &str = "
    update delivery set next_at = $3 where tenant = $1 and contact = $2 and state = 'held'";

/// Something that was held, taken by one node.
pub(in super::super) struct Taken {
    pub(in super::super) id: NotificationId,
    /// When it was sent.
    pub(in super::super) at: Moment,
    /// What it says; nothing where that cannot be read any more.
    pub(in super::super) content: Option<Content>,
}

/// Contacts for whom a boundary has come, of all tenants.
pub(in super::super) async fn due(
    app: &App,
    limit: i64,
) -> Result<Vec<(TenantId, ContactId)>, Fault> {
    let now = app.clock.now();
    app.db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.rows(DUE, &[now.into(), limit.into()], |row| Ok((row.col(0)?, row.col(1)?))).await
        })
        .await
}

/// Takes what is held of a contact and due.
pub(in super::super) async fn take(
    cx: &mut Cx<'_>,
    contact: ContactId,
) -> Result<Vec<Taken>, Fault> {
    type Columns = (NotificationId, Moment, Vec<u8>);
    let read = |row: &Row<'_>| Ok((row.col(0)?, row.col(1)?, row.col(2)?));
    let values = [cx.tenant().into(), contact.into(), cx.now().into()];
    let rows: Vec<Columns> = cx.rows(TAKE, &values, read).await?;
    let key = cx.contact_key(contact).await?;
    let taken = rows.into_iter().map(|(id, at, sealed)| {
        let key = key.as_ref();
        let content = key.and_then(|key| opened(cx, key, id, Channel::Email, &sealed).ok());
        Taken { id, at, content }
    });
    Ok(taken.collect())
}

/// Holds what was taken until a moment.
pub(in super::super) async fn hold(
    cx: &mut Cx<'_>,
    id: NotificationId,
    until: Moment,
) -> Result<(), Fault> {
    let values = [cx.tenant().into(), id.into(), Channel::Email.name().into(), until.into()];
    cx.exec(HOLD, &values).await.map(drop)
}

/// Ends what was taken, for this reason.
pub(in super::super) async fn end(
    cx: &mut Cx<'_>,
    id: NotificationId,
    reason: &'static str,
) -> Result<(), Fault> {
    let email = Channel::Email.name().into();
    let values = [cx.tenant().into(), id.into(), email, reason.into(), cx.now().into()];
    cx.exec(END, &values).await.map(drop)
}

/// Has what was taken carry the whole digest, now.
pub(in super::super) async fn lead(
    cx: &mut Cx<'_>,
    id: NotificationId,
    sealed: &Vec<u8>,
) -> Result<(), Fault> {
    let email = Channel::Email.name().into();
    let values = [cx.tenant().into(), id.into(), email, sealed.into(), cx.now().into()];
    cx.exec(LEAD, &values).await.map(drop)
}

/// Has what was taken share what becomes of another.
pub(in super::super) async fn join(
    cx: &mut Cx<'_>,
    id: NotificationId,
    leader: NotificationId,
) -> Result<(), Fault> {
    let email = Channel::Email.name().into();
    let values = [cx.tenant().into(), id.into(), email, leader.into(), cx.now().into()];
    cx.exec(JOIN, &values).await.map(drop)
}

/// Has everything that is held of a contact looked at now.
pub(in super::super) async fn reconsider(cx: &mut Cx<'_>, contact: ContactId) -> Result<(), Fault> {
    let values = [cx.tenant().into(), contact.into(), cx.now().into()];
    cx.exec(RECONSIDER, &values).await.map(drop)
}
