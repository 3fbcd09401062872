//! Rows of what has to be carried out of the house.

use countersign_base::{ContactId, Fault, Moment, NotificationId, Scope, TenantId};
use countersign_door::{App, Cx};
use countersign_infra::db::{Reach, Row, Tx};
use countersign_infra::vault::{Key, Place};

use super::super::channel::Channel;
use super::super::outbox::{Content, Job};
use super::{json, read as read_json};

/// Of all tenants, because a timer belongs to none; the index has waiting rows only.
const DUE: &str = "
    select tenant, dispatch, next_at from delivery
    where channel = $1 and state = 'queued' and next_at <= $2 order by next_at, dispatch limit $3";
const LEASE: &str = "
    update delivery set next_at = $5, attempts = attempts + 1
    where tenant = $1 and dispatch = $2 and channel = $3 and state = 'queued' and next_at = $4
    returning contact, sealed, at, attempts";
const DONE: &str = "
    update delivery set state = $5, reason = $6, at = $7, sealed = null, next_at = null
    where tenant = $1 and dispatch = $2 and channel = $3 and state = 'queued' and next_at = $4";
/// What is part of a digest shares what becomes of it (ND3).
const FOLLOW: &str = "
    update delivery set state = $3, reason = $4, at = $5
    where tenant = $1 and leader = $2 and state = 'queued'";
const AGAIN: &str = "
    update delivery set reason = $5, next_at = $6
    where tenant = $1 and dispatch = $2 and channel = $3 and state = 'queued' and next_at = $4";

/// A parcel that is due.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Due {
    pub(in super::super) tenant: TenantId,
    id: NotificationId,
    next_at: Moment,
}

/// A parcel that belongs to whoever took it, for a while.
#[derive(Debug)]
pub(in super::super) struct Leased {
    pub(in super::super) scope: Scope,
    pub(in super::super) id: NotificationId,
    /// Since when it waits.
    pub(in super::super) queued_at: Moment,
    /// Which attempt this is, from 1.
    pub(in super::super) attempt: i64,
    /// What to carry, or why it cannot be known any more.
    pub(in super::super) job: Result<Job, &'static str>,
    channel: Channel,
    until: Moment,
}

/// What is carried, under the key of its contact.
pub(in super::super) fn sealed(
    cx: &Cx<'_>,
    key: &Key,
    id: NotificationId,
    channel: Channel,
    content: &Content,
) -> Result<Vec<u8>, Fault> {
    Ok(key.seal(&place(cx, id, channel), &json(content)?))
}

/// What was sealed for a channel.
pub(super) fn opened(
    cx: &Cx<'_>,
    key: &Key,
    id: NotificationId,
    channel: Channel,
    sealed: &[u8],
) -> Result<Content, Fault> {
    read_json(&key.open(&place(cx, id, channel), sealed)?)
}

fn place(cx: &Cx<'_>, id: NotificationId, channel: Channel) -> Place {
    Place::new(cx.tenant(), "delivery", channel.name(), id.bytes())
}

/// What is due on a channel, of all tenants, the oldest first.
pub(in super::super) async fn due(
    app: &App,
    channel: Channel,
    most: usize,
) -> Result<Vec<Due>, Fault> {
    let (now, most) = (app.clock.now(), i64::try_from(most).unwrap_or(i64::MAX));
    let read =
        |row: &Row<'_>| Ok(Due { tenant: row.col(0)?, id: row.col(1)?, next_at: row.col(2)? });
    app.db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.rows(DUE, &[channel.name().into(), now.into(), most.into()], read).await
        })
        .await
}

/// Takes a parcel until a moment; nothing when another was first.
pub(in super::super) async fn lease(
    cx: &mut Cx<'_>,
    channel: Channel,
    due: Due,
    until: Moment,
) -> Result<Option<Leased>, Fault> {
    type Columns = (ContactId, Vec<u8>, Moment, i64);
    let read = |row: &Row<'_>| Ok((row.col(0)?, row.col(1)?, row.col(2)?, row.col(3)?));
    let Due { tenant, id, next_at } = due;
    let values = [tenant.into(), id.into(), channel.name().into(), next_at.into(), until.into()];
    let taken: Option<Columns> = cx.row(LEASE, &values, read).await?;
    let Some((contact, sealed, queued_at, attempt)) = taken else { return Ok(None) };
    let scope = cx.scope();
    let job = match cx.contact_key(contact).await? {
        None => Err("the contact was erased"),
        Some(key) => {
            let content = opened(cx, &key, id, channel, &sealed);
            let job = |content| Job { scope, id, contact, channel, queued_at, attempt, content };
            content.map(job).map_err(|_| "it cannot be read any more")
        }
    };
    Ok(Some(Leased { scope, id, queued_at, attempt, job, channel, until }))
}

/// Ends a parcel's way, unless the lease has ended and another carries it now.
pub(in super::super) async fn done(
    cx: &mut Cx<'_>,
    leased: &Leased,
    state: &'static str,
    reason: Option<&str>,
) -> Result<(), Fault> {
    let values = [
        cx.tenant().into(),
        leased.id.into(),
        leased.channel.name().into(),
        leased.until.into(),
        state.into(),
        reason.into(),
        cx.now().into(),
    ];
    let was_ours = cx.exec(DONE, &values).await? > 0;
    if was_ours && leased.channel == Channel::Email {
        let tenant = cx.tenant().into();
        let values = [tenant, leased.id.into(), state.into(), reason.into(), cx.now().into()];
        cx.exec(FOLLOW, &values).await?;
    }
    Ok(())
}

/// Lets a parcel come again, unless the lease has ended and another carries it now.
pub(in super::super) async fn again(
    cx: &mut Cx<'_>,
    leased: &Leased,
    why: &str,
    next_at: Moment,
) -> Result<(), Fault> {
    let values = [
        cx.tenant().into(),
        leased.id.into(),
        leased.channel.name().into(),
        leased.until.into(),
        why.into(),
        next_at.into(),
    ];
    cx.exec(AGAIN, &values).await.map(drop)
}
