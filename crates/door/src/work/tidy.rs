//! Takes out what nobody can ask for any more, once an hour.

use std::time::Duration;

use countersign_base::Fault;
use countersign_infra::db::{Reach, Tx};

use crate::app::App;

const EVERY: Duration = Duration::from_hours(1);
const DAY: i64 = 24 * 3_600;

/// Rows that are older than so many seconds go.
#[derive(Clone, Copy, Debug)]
pub struct Old {
    /// Deletes what lies before the moment `$1`.
    pub sql: &'static str,
    /// How old they must be.
    pub seconds: i64,
}

const EVENTS: &str = "delete from event where at < $1";
const REVOCATIONS: &str = "delete from revocation where at < $1";
const ANSWERS: &str = "delete from idempotency where at < $1";

/// What the door itself keeps: a stream resumes for 30 days.
pub const DOOR: [Old; 3] = [
    Old { sql: EVENTS, seconds: 30 * DAY },
    Old { sql: REVOCATIONS, seconds: DAY },
    Old { sql: ANSWERS, seconds: DAY },
];

/// Takes out what is old, until the process ends.
pub async fn tidy(app: App, old: Vec<Old>) {
    loop {
        tokio::time::sleep(EVERY).await;
        for one in &old {
            if let Err(fault) = take_out(&app, *one).await {
                tracing::error!(%fault, "old rows cannot be taken out");
            }
        }
    }
}

/// Takes out the rows of one kind; says how many.
pub async fn take_out(app: &App, old: Old) -> Result<u64, Fault> {
    let before = app.clock.now().plus_seconds(-old.seconds);
    app.db
        .write(Reach::All, async move |tx: &mut Tx<'_>| tx.exec(old.sql, &[before.into()]).await)
        .await
}
