//! The log of events, read for one listener who comes back.
//!
//! Where several write at once, reading stops below the oldest running transaction, as consumers
//! do: an event that commits late would otherwise be skipped.

use countersign_base::{Event, Fault};
use countersign_door::{App, Cx};
use countersign_infra::db::{Reach, Sql, Tx, Value};

/// An event as it stands in the log.
pub(in super::super) struct Entry {
    pub(in super::super) pos: i64,
    kind: String,
    body: String,
}

impl Entry {
    /// The event itself, if it is an `E`.
    pub(in super::super) fn event<E: Event>(&self) -> Option<E> {
        (self.kind == E::KIND).then(|| serde_json::from_str(&self.body).ok()).flatten()
    }
}

/// The first and the last position that the log holds now.
pub(in super::super) struct Span {
    pub(in super::super) oldest: i64,
    pub(in super::super) newest: i64,
}

/// Of all tenants: a position is a place in the one order of the whole installation.
///
/// Two questions, because each alone is answered by one look at the end of an index; together
/// they would read the whole log.
const SPAN: Sql = Sql {
    lite: "select coalesce((select min(pos) from event), 0),
            coalesce((select max(pos) from event), 0)",
    pg: "select coalesce((select min(pos) from event), 0),
            coalesce((select max(pos) from event
                where pos < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 12)), 0)",
};
const OF_TOPIC: Sql = Sql {
    lite: "select pos, kind, body from event
        where tenant = $1 and topic = $2 and pos > $3 order by pos limit $4",
    pg: "select pos, kind, body from event
        where tenant = $1 and topic = $2 and pos > $3
            and pos < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 12)
        order by pos limit $4",
};
const OF_TENANT: Sql = Sql {
    lite: "select pos, kind, body from event where tenant = $1 and pos > $2 order by pos limit $3",
    pg: "select pos, kind, body from event
        where tenant = $1 and pos > $2
            and pos < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 12)
        order by pos limit $3",
};
const MANY_OF_TOPIC: &str = "select count(*) from (
    select 1 from event where tenant = $1 and topic = $2 and pos > $3 limit $4) as missed";
const MANY_OF_TENANT: &str = "select count(*) from (
    select 1 from event where tenant = $1 and pos > $2 limit $3) as missed";

/// What the log holds now.
pub(in super::super) async fn span(app: &App) -> Result<Span, Fault> {
    let span = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.row(SPAN, &[], |row| Ok(Span { oldest: row.col(0)?, newest: row.col(1)? })).await
        })
        .await?;
    Ok(span.unwrap_or(Span { oldest: 0, newest: 0 }))
}

/// The next events of a contact or, without one, of the whole tenant.
pub(in super::super) async fn since(
    cx: &mut Cx<'_>,
    contact: Option<[u8; 16]>,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, Fault> {
    let tenant: Value<'_> = cx.tenant().into();
    let read = |row: &countersign_infra::db::Row<'_>| {
        Ok(Entry { pos: row.col(0)?, kind: row.col(1)?, body: row.col(2)? })
    };
    match contact {
        Some(contact) => {
            let values = [tenant, contact.into(), after.into(), limit.into()];
            cx.rows(OF_TOPIC, &values, read).await
        }
        None => cx.rows(OF_TENANT, &[tenant, after.into(), limit.into()], read).await,
    }
}

/// How many events came since, counted up to `most`.
pub(in super::super) async fn missed(
    cx: &mut Cx<'_>,
    contact: Option<[u8; 16]>,
    after: i64,
    most: i64,
) -> Result<i64, Fault> {
    let tenant: Value<'_> = cx.tenant().into();
    let many = if let Some(contact) = contact {
        let values = [tenant, contact.into(), after.into(), most.into()];
        cx.row(MANY_OF_TOPIC, &values, |row| row.col(0)).await?
    } else {
        let values = [tenant, after.into(), most.into()];
        cx.row(MANY_OF_TENANT, &values, |row| row.col(0)).await?
    };
    Ok(many.unwrap_or(0))
}
