//! Reads the event table from a cursor and hands every event on, in order, at least once.

use std::time::Duration;

use countersign_base::{Event, Fault, Moment, TenantId};
use countersign_infra::db::{Reach, Sql, Tx};

use crate::app::{App, Pending};

/// Events that one look takes at most.
const MOST: usize = 500;
/// How long a consumer waits for the bell before it looks anyway; how often one without hurry looks.
const PATIENCE: Duration = Duration::from_millis(500);

/// On PostgreSQL below the oldest running transaction, whose events are yet to come.
const NEWEST: Sql = Sql {
    lite: "select coalesce(max(pos), 0) from event",
    pg: "select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 12) - 1",
};
const SINCE: Sql = Sql {
    lite: "select pos, tenant, topic, kind, body, at from event
        where pos > $1 order by pos limit $2",
    pg: "select pos, tenant, topic, kind, body, at from event
        where pos > $1 and pos < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 12)
        order by pos limit $2",
};
const CURSOR: &str = "select pos from consumer where name = $1";
const KEEP_CURSOR: &str = "insert into consumer (name, pos) values ($1, $2)
    on conflict (name) do update set pos = excluded.pos";

/// Something that happened, as it stands in the event table.
#[derive(Clone, Debug)]
pub struct Happened {
    /// Its place in the order of everything that happened.
    pub pos: i64,
    /// Whose it is.
    pub tenant: TenantId,
    /// The key under which live connections listen.
    pub topic: [u8; 16],
    /// Its kind.
    pub kind: String,
    /// When it happened.
    pub at: Moment,
    body: String,
}

impl Happened {
    /// The event itself, if it is an `E`.
    pub fn event<E: Event>(&self) -> Option<E> {
        (self.kind == E::KIND).then(|| serde_json::from_str(&self.body).ok()).flatten()
    }
}

/// Acts on events after their commit.
pub trait Consumer: Send + Sync {
    /// The name of its cursor; `None` when it begins with what happens from now on.
    fn name(&self) -> Option<&'static str>;

    /// Whether somebody waits for what it does: it then looks at every ring of the bell.
    fn is_urgent(&self) -> bool {
        true
    }

    /// Acts on events, in order. They come again when it fails or the process dies.
    fn take<'a>(&'a self, app: &'a App, events: &'a [Happened]) -> Pending<'a, Result<(), Fault>>;
}

/// Feeds `consumer` until the process ends.
pub async fn consume(app: App, consumer: Box<dyn Consumer>) {
    let mut bell = app.bell.listen();
    let mut after = None;
    loop {
        match step(&app, &*consumer, &mut after).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(fault) => tracing::error!(%fault, "events cannot be handed on"),
        }
        if consumer.is_urgent() {
            drop(tokio::time::timeout(PATIENCE, bell.changed()).await);
        } else {
            tokio::time::sleep(PATIENCE).await;
        }
    }
}

/// Hands on what there is; says whether there may be more.
async fn step(app: &App, consumer: &dyn Consumer, after: &mut Option<i64>) -> Result<bool, Fault> {
    let from = match *after {
        Some(from) => from,
        None => *after.insert(start(app, consumer.name()).await?),
    };
    let events = since(app, from).await?;
    let Some(last) = events.last().map(|event| event.pos) else { return Ok(false) };
    consumer.take(app, &events).await?;
    if let Some(name) = consumer.name() {
        keep(app, name, last).await?;
    }
    *after = Some(last);
    Ok(events.len() == MOST)
}

async fn start(app: &App, name: Option<&'static str>) -> Result<i64, Fault> {
    let pos = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| match name {
            Some(name) => tx.row(CURSOR, &[name.into()], |row| row.col(0)).await,
            None => tx.row(NEWEST, &[], |row| row.col(0)).await,
        })
        .await?;
    Ok(pos.unwrap_or(0))
}

async fn since(app: &App, after: i64) -> Result<Vec<Happened>, Fault> {
    app.db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.rows(SINCE, &[after.into(), i64::try_from(MOST).unwrap_or(i64::MAX).into()], |row| {
                Ok(Happened {
                    pos: row.col(0)?,
                    tenant: row.col(1)?,
                    topic: row.col(2)?,
                    kind: row.col(3)?,
                    body: row.col(4)?,
                    at: row.col(5)?,
                })
            })
            .await
        })
        .await
}

async fn keep(app: &App, name: &'static str, pos: i64) -> Result<(), Fault> {
    app.db
        .write(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.exec(KEEP_CURSOR, &[name.into(), pos.into()]).await.map(drop)
        })
        .await
}
