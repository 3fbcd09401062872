//! Rows of many sendings at once, and of what became of each.

use std::collections::{HashMap, HashSet};

use countersign_base::{ContactId, Fault, Moment, NotificationId};
use countersign_door::Cx;
use countersign_infra::db::{Row, Sql, Value};

use super::super::channel::Channel;
use super::super::log::{Outcome, Stage};
use super::dispatch::{INSERT_DELIVERY, row};

const INSERT_EACH: Sql = Sql {
    lite: "insert into dispatch (tenant, type, sub, due_at, created_at, id, contact, state, mark)
        values ($1, $2, $3, $4, $4, $5, $6, $7, $8)",
    pg: "insert into dispatch (tenant, type, sub, due_at, created_at, id, contact, state, mark)
        select $1, $2, $3, $4, $4, id, contact, state, mark
        from unnest($5::bytea[], $6::bytea[], $7::text[], $8::bytea[])
            as one (id, contact, state, mark)",
};
const SAME_EACH: Sql = Sql {
    lite: "select contact from dispatch
        where tenant = $1 and mark = $3 and due_at >= $2 and state = 'sent' limit 1",
    pg: "select contact from dispatch
        where tenant = $1 and mark = any($3) and due_at >= $2 and state = 'sent'",
};
const RECENT_EACH: Sql = Sql {
    lite: "select contact, count(*) from dispatch
        where tenant = $1 and type = $2 and due_at >= $3 and state = 'sent' and contact = $4
            and mark is not null
        group by contact",
    pg: "select contact, count(*) from dispatch
        where tenant = $1 and type = $2 and due_at >= $3 and state = 'sent' and contact = any($4)
            and mark is not null
        group by contact",
};
/// One of many sendings that are decided together.
pub(in super::super) struct One {
    pub(in super::super) id: NotificationId,
    pub(in super::super) contact: ContactId,
    pub(in super::super) stage: Stage,
    pub(in super::super) mark: Option<[u8; 32]>,
    pub(in super::super) outcomes: Vec<(Channel, Outcome)>,
}

/// Writes down many sendings of one type, and what becomes of each on each channel.
pub(in super::super) async fn insert_each(
    cx: &mut Cx<'_>,
    kind: &str,
    sub: Option<&str>,
    all: &[One],
) -> Result<(), Fault> {
    let (tenant, now): (Value<'_>, Value<'_>) = (cx.tenant().into(), cx.now().into());
    let mut rows: Vec<[Value<'_>; 4]> = Vec::with_capacity(all.len());
    for one in all {
        let (state, mark) = (one.stage.name().into(), one.mark.as_ref().into());
        rows.push([one.id.into(), one.contact.into(), state, mark]);
    }
    cx.exec_each(INSERT_EACH, &[tenant, kind.into(), sub.into(), now], &rows).await?;
    let mut deliveries = Vec::with_capacity(all.len());
    for one in all {
        deliveries
            .extend(one.outcomes.iter().map(|(channel, outcome)| row(one.id, *channel, outcome)));
    }
    cx.exec_each(INSERT_DELIVERY, &[tenant, now], &deliveries).await.map(drop)
}

/// To whom the same was sent since a moment (N10).
pub(in super::super) async fn repeated_each(
    cx: &mut Cx<'_>,
    marks: &[[u8; 32]],
    since: Moment,
) -> Result<HashSet<ContactId>, Fault> {
    let rows: Vec<_> = marks.iter().map(|mark| [mark.into()]).collect();
    let same = [cx.tenant().into(), since.into()];
    Ok(cx.rows_each(SAME_EACH, &same, &rows, |row| row.col(0)).await?.into_iter().collect())
}

/// How many of a type were sent to each contact since a moment (N11).
pub(in super::super) async fn recent_each(
    cx: &mut Cx<'_>,
    contacts: &[ContactId],
    kind: &str,
    since: Moment,
) -> Result<HashMap<ContactId, i64>, Fault> {
    let rows: Vec<_> = contacts.iter().map(|contact| [(*contact).into()]).collect();
    let same = [cx.tenant().into(), kind.into(), since.into()];
    let read = |row: &Row<'_>| Ok((row.col(0)?, row.col(1)?));
    Ok(cx.rows_each(RECENT_EACH, &same, &rows, read).await?.into_iter().collect())
}
