//! Hears of revocations that other nodes committed, within half a second.
//!
//! The bus alone is not trusted: every node reads the revocations from the database. A node
//! that cannot read them for two seconds does not know who may still come in, so it lets
//! nobody in until it can.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use countersign_base::{Fault, Moment, TenantId};
use countersign_infra::clock::Clock;
use countersign_infra::db::{Reach, Sql, Tx};

use crate::app::App;
use crate::cx::{Revocation, Target};

const EVERY: Duration = Duration::from_millis(500);
/// Milliseconds without a successful look after which nobody is let in.
const BLIND: i64 = 2_000;

/// Where the watch begins. On PostgreSQL it is below the oldest running transaction, for the
/// same reason: what commits after the beginning may stand before what has committed.
const NEWEST: Sql = Sql {
    lite: "select coalesce(max(pos), 0) from revocation",
    pg: "select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 12) - 1",
};
/// On PostgreSQL rows can commit late: reading stops below the oldest running transaction.
const SINCE: Sql = Sql {
    lite: "select pos, tenant, kind, target from revocation where pos > $1 order by pos",
    pg: "select pos, tenant, kind, target from revocation
        where pos > $1 and pos < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 12)
        order by pos",
};

/// Whether this node knows of every revocation.
#[derive(Clone, Debug)]
pub struct Watch {
    clock: Clock,
    seen: Arc<AtomicI64>,
}

impl Watch {
    /// A watch that begins now.
    pub fn new(clock: Clock) -> Self {
        let seen = Arc::new(AtomicI64::new(clock.now().millis()));
        Self { clock, seen }
    }

    /// Whether a session that was not revoked can be believed.
    pub fn is_blind(&self, now: Moment) -> bool {
        now.millis() - self.seen.load(Ordering::Acquire) > BLIND
    }

    fn looked(&self) {
        self.seen.store(self.clock.now().millis(), Ordering::Release);
    }
}

/// Watches until the process ends.
pub async fn watch(app: App) {
    let mut after = loop {
        match newest(&app).await {
            Ok(newest) => break newest,
            Err(fault) => tracing::error!(%fault, "revocations cannot be read"),
        }
        tokio::time::sleep(EVERY).await;
    };
    // What this node commits it has felt already: see `App::tell`.
    let mut bell = app.bell.listen_to_others();
    loop {
        match since(&app, after).await {
            Ok(found) => {
                for (pos, revocation) in found {
                    app.doorkeeper.revoked(&app, &revocation);
                    after = pos;
                }
                app.watch.looked();
            }
            Err(fault) => tracing::error!(%fault, "revocations cannot be read"),
        }
        drop(tokio::time::timeout(EVERY, bell.changed()).await);
    }
}

async fn newest(app: &App) -> Result<i64, Fault> {
    let newest = app
        .db
        .read_apart(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.row(NEWEST, &[], |row| row.col(0)).await
        })
        .await?;
    Ok(newest.unwrap_or(0))
}

async fn since(app: &App, after: i64) -> Result<Vec<(i64, Revocation)>, Fault> {
    app.db
        .read_apart(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.rows(SINCE, &[after.into()], |row| {
                let (tenant, kind): (TenantId, String) = (row.col(1)?, row.col(2)?);
                let target = Target::stored(&kind, row.col(3)?);
                let target = target.ok_or(Fault::Corrupt("an unknown kind of revocation"))?;
                Ok((row.col(0)?, Revocation { tenant, target }))
            })
            .await
        })
        .await
}
