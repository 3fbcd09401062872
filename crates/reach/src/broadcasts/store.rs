//! The only file that knows where broadcasts and topics are kept.

use countersign_base::{BroadcastId, ContactId, Fault, Moment, TenantId};
use countersign_door::{App, Cx};
use countersign_infra::db::{Reach, Row, Sql, Tx, Value};
use countersign_infra::vault::Place;
use countersign_people::contacts;

use super::model::{Audience, Broadcast, Order, State};
use super::topics::{Subscribed, Subscriber};

const INSERT: &str = "
    insert into broadcast (tenant, id, type, topic, state, sealed, total, done, skipped, last,
        created_at, changed_at)
    values ($1, $2, $3, $4, 'running', $5, $6, 0, 0, $7, $8, $8)";
const FIND: &str = "
    select id, type, topic, state, total, done, skipped, created_at, changed_at
    from broadcast where tenant = $1 and id = $2";
const LIST: &str = "
    select id, type, topic, state, total, done, skipped, created_at, changed_at
    from broadcast where tenant = $1 and id < $2 order by id desc limit $3";
/// Of all tenants, because the worker belongs to none; the index has running ones only.
const DUE: &str = "
    select tenant, id from broadcast where state = 'running' order by created_at limit $1";
/// On PostgreSQL another node passes by what one is carrying out; SQLite has one node.
const CLAIM: Sql = Sql {
    lite: "select sealed, last, done, created_at from broadcast
        where tenant = $1 and id = $2 and state = 'running'",
    pg: "select sealed, last, done, created_at from broadcast
        where tenant = $1 and id = $2 and state = 'running' for update skip locked",
};
const ADVANCE: &str = "
    update broadcast set last = $3, done = done + $4, skipped = skipped + $5, state = $6,
        total = case when $6 = 'done' then done + $4 else total end,
        sealed = case when $6 = 'done' then null else sealed end, changed_at = $7
    where tenant = $1 and id = $2";
const END: &str = "
    update broadcast set state = $3, sealed = null, changed_at = $4
    where tenant = $1 and id = $2 and state = 'running'";
const SUBSCRIBERS_THEN: &str = "
    select contact from topic_subscriber
    where tenant = $1 and topic = $2 and contact > $3 and created_at <= $4
    order by contact limit $5";
const HOW_MANY: &str = "select count(*) from topic_subscriber where tenant = $1 and topic = $2";
const SUBSCRIBE: Sql = Sql {
    lite: "insert into topic_subscriber (tenant, topic, created_at, contact)
        values ($1, $2, $3, $4) on conflict (tenant, topic, contact) do nothing",
    pg: "insert into topic_subscriber (tenant, topic, created_at, contact)
        select $1, $2, $3, contact from unnest($4::bytea[]) as one (contact)
        on conflict (tenant, topic, contact) do nothing",
};
const UNSUBSCRIBE: Sql = Sql {
    lite: "delete from topic_subscriber where tenant = $1 and topic = $2 and contact = $3",
    pg: "delete from topic_subscriber where tenant = $1 and topic = $2 and contact = any($3)",
};
const REMOVE_TOPIC: &str = "delete from topic_subscriber where tenant = $1 and topic = $2";
const TOPICS: &str = "
    select topic, count(*) from topic_subscriber where tenant = $1
    group by topic order by topic limit $2";
const SUBSCRIBERS: &str = "
    select contact, created_at from topic_subscriber
    where tenant = $1 and topic = $2 and contact > $3 order by contact limit $4";

/// A broadcast that this transaction carries on with.
pub(super) struct Running {
    pub(super) id: BroadcastId,
    pub(super) order: Order,
    pub(super) last: [u8; 16],
    pub(super) done: i64,
    pub(super) accepted_at: Moment,
}

/// How far a chunk brought a broadcast.
pub(super) struct Step {
    pub(super) last: [u8; 16],
    pub(super) done: i64,
    pub(super) skipped: i64,
    pub(super) state: State,
}

pub(super) async fn insert(cx: &mut Cx<'_>, new: &Broadcast, order: &Order) -> Result<(), Fault> {
    let json = serde_json::to_vec(order)
        .map_err(|_| Fault::Store("a broadcast cannot be written as JSON".into()))?;
    let sealed = cx.keys().own().seal(&place(cx, new.id), &json);
    let values: [Value<'_>; 8] = [
        cx.tenant().into(),
        new.id.into(),
        (&new.kind).into(),
        topic(&new.to).into(),
        (&sealed).into(),
        new.total.into(),
        [0; 16].into(),
        cx.now().into(),
    ];
    cx.exec(INSERT, &values).await.map(drop)
}

pub(super) async fn find(cx: &mut Cx<'_>, id: BroadcastId) -> Result<Option<Broadcast>, Fault> {
    cx.row(FIND, &[cx.tenant().into(), id.into()], columns).await
}

/// Broadcasts, newest first, before one of them.
pub(super) async fn list(
    cx: &mut Cx<'_>,
    before: Option<[u8; 16]>,
    limit: usize,
) -> Result<Vec<Broadcast>, Fault> {
    let values = [cx.tenant().into(), before.unwrap_or([255; 16]).into(), many(limit).into()];
    cx.rows(LIST, &values, columns).await
}

/// What is to be carried out, of all tenants.
pub(super) async fn running(app: &App) -> Result<Vec<(TenantId, BroadcastId)>, Fault> {
    app.db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.rows(DUE, &[1_000_i64.into()], |row| Ok((row.col(0)?, row.col(1)?))).await
        })
        .await
}

/// Takes a broadcast for this transaction, unless it has ended or another node has it.
pub(super) async fn claim(cx: &mut Cx<'_>, id: BroadcastId) -> Result<Option<Running>, Fault> {
    let read = |row: &Row<'_>| Ok((row.col(0)?, row.col(1)?, row.col(2)?, row.col(3)?));
    let found: Option<(Vec<u8>, [u8; 16], i64, Moment)> =
        cx.row(CLAIM, &[cx.tenant().into(), id.into()], read).await?;
    let Some((sealed, last, done, accepted_at)) = found else { return Ok(None) };
    let plain = cx.keys().own().open(&place(cx, id), &sealed)?;
    let order = serde_json::from_slice(&plain)
        .map_err(|_| Fault::Corrupt("a broadcast's order cannot be read"))?;
    Ok(Some(Running { id, order, last, done, accepted_at }))
}

/// The recipients after the last one, of those who were there when it was accepted (NB1).
pub(super) async fn next(
    cx: &mut Cx<'_>,
    running: &Running,
    limit: usize,
) -> Result<Vec<ContactId>, Fault> {
    let Some(topic) = topic(&running.order.to) else {
        return contacts::known_after(cx, running.last, running.accepted_at, limit).await;
    };
    let values = [
        cx.tenant().into(),
        topic.into(),
        running.last.into(),
        running.accepted_at.into(),
        many(limit).into(),
    ];
    cx.rows(SUBSCRIBERS_THEN, &values, |row| row.col(0)).await
}

pub(super) async fn advance(cx: &mut Cx<'_>, id: BroadcastId, step: &Step) -> Result<(), Fault> {
    let values: [Value<'_>; 7] = [
        cx.tenant().into(),
        id.into(),
        step.last.into(),
        step.done.into(),
        step.skipped.into(),
        step.state.name().into(),
        cx.now().into(),
    ];
    cx.exec(ADVANCE, &values).await.map(drop)
}

/// Ends a broadcast that is running; false when it was not.
pub(super) async fn end(cx: &mut Cx<'_>, id: BroadcastId, state: State) -> Result<bool, Fault> {
    let values = [cx.tenant().into(), id.into(), state.name().into(), cx.now().into()];
    Ok(cx.exec(END, &values).await? > 0)
}

/// How many contacts an audience has.
pub(super) async fn size(cx: &mut Cx<'_>, audience: &Audience) -> Result<i64, Fault> {
    let Some(topic) = topic(audience) else { return contacts::how_many_known(cx).await };
    let found = cx.row(HOW_MANY, &[cx.tenant().into(), topic.into()], |row| row.col(0)).await?;
    Ok(found.unwrap_or(0))
}

/// Adds contacts to a topic; how many were not in it.
pub(super) async fn subscribe(
    cx: &mut Cx<'_>,
    topic: &str,
    contacts: &[ContactId],
) -> Result<u64, Fault> {
    let rows: Vec<_> = contacts.iter().map(|contact| [(*contact).into()]).collect();
    let same = [cx.tenant().into(), topic.into(), cx.now().into()];
    cx.exec_each(SUBSCRIBE, &same, &rows).await
}

/// Takes contacts out of a topic; how many were in it.
pub(super) async fn unsubscribe(
    cx: &mut Cx<'_>,
    topic: &str,
    contacts: &[ContactId],
) -> Result<u64, Fault> {
    let rows: Vec<_> = contacts.iter().map(|contact| [(*contact).into()]).collect();
    cx.exec_each(UNSUBSCRIBE, &[cx.tenant().into(), topic.into()], &rows).await
}

pub(super) async fn remove_topic(cx: &mut Cx<'_>, topic: &str) -> Result<u64, Fault> {
    cx.exec(REMOVE_TOPIC, &[cx.tenant().into(), topic.into()]).await
}

/// Topics by name, with how many subscribers each has.
pub(super) async fn topics(cx: &mut Cx<'_>, limit: i64) -> Result<Vec<Subscribed>, Fault> {
    cx.rows(TOPICS, &[cx.tenant().into(), limit.into()], |row| {
        Ok(Subscribed { topic: row.col(0)?, subscribers: row.col(1)? })
    })
    .await
}

/// The subscribers of a topic, after one of them.
pub(super) async fn subscribers(
    cx: &mut Cx<'_>,
    topic: &str,
    after: [u8; 16],
    limit: usize,
) -> Result<Vec<Subscriber>, Fault> {
    let values = [cx.tenant().into(), topic.into(), after.into(), many(limit).into()];
    cx.rows(SUBSCRIBERS, &values, |row| {
        Ok(Subscriber { contact: row.col(0)?, subscribed_at: row.col(1)? })
    })
    .await
}

fn columns(row: &Row<'_>) -> Result<Broadcast, Fault> {
    let (topic, state): (Option<String>, String) = (row.col(2)?, row.col(3)?);
    Ok(Broadcast {
        id: row.col(0)?,
        kind: row.col(1)?,
        to: topic.map_or(Audience::Everybody, Audience::Topic),
        state: State::named(&state).ok_or(Fault::Corrupt("a broadcast has an unknown state"))?,
        total: row.col(4)?,
        done: row.col(5)?,
        skipped: row.col(6)?,
        created_at: row.col(7)?,
        changed_at: row.col(8)?,
    })
}

fn topic(audience: &Audience) -> Option<&str> {
    match audience {
        Audience::Topic(topic) => Some(topic),
        Audience::Everybody => None,
    }
}

fn place(cx: &Cx<'_>, id: BroadcastId) -> Place {
    Place::new(cx.tenant(), "broadcast", "sealed", id.bytes())
}

fn many(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
