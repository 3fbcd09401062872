//! Coverage: how many visitors bring a good proof, so that a widget can be enforced without fear.
//!
//! - **V1** Every attempt to open a session counts once, in every mode: `valid` by the key that
//!   signed, `invalid` by its reason, `missing` where the page speaks of somebody without a proof,
//!   `anonymous` where it speaks of nobody.
//! - **V2** Counting writes nothing on the visitor's way: it happens in memory, is written by the
//!   hour once a minute and when the server stops; a kill loses a minute at most.
//! - **V3** The verdict says `safe_to_enforce` only when somebody was proven in the last 7 days
//!   and `enforce` would have refused nobody.

pub mod api;
mod model;
mod store;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_base::{Fault, Scope, WidgetId};
use countersign_door::{App, Cx};

pub use self::model::{Came, Coverage, Week};
pub use self::store::OLD;
use crate::People;
use crate::widgets::Widget;

/// How often the counts are written (V2).
const EVERY: Duration = Duration::from_mins(1);
/// Widgets whose counts wait at most, and kinds of counts of one widget; past them counts are
/// lost, and a metric says so.
const WIDGETS: usize = 10_000;
const KINDS: usize = 1_000;

/// What was counted since it was last written.
#[derive(Default)]
pub struct Counts(Mutex<Waiting>);

type Waiting = HashMap<(Scope, WidgetId), HashMap<Spot, u64>>;

/// What is counted: an hour since 1970, and what came in it.
type Spot = (i64, Came);

impl Counts {
    /// Counts an attempt (V1); says whether it is the first like it since the last writing.
    pub fn count(&self, app: &App, scope: Scope, widget: WidgetId, came: Came) -> bool {
        let hour = model::hour(app.clock.now());
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = waiting.len() < WIDGETS || waiting.contains_key(&(scope, widget));
        let counts = has_room.then(|| waiting.entry((scope, widget)).or_default());
        let Some(counts) = counts.filter(|counts| counts.len() < KINDS) else {
            metrics::counter!("countersign_coverage_lost_total").increment(1);
            return false;
        };
        let many = counts.entry((hour, came)).or_default();
        *many += 1;
        *many == 1
    }

    /// What waits for one widget on this node.
    pub fn waiting(&self, scope: Scope, widget: WidgetId) -> Vec<(Spot, u64)> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_widget = waiting.get(&(scope, widget)).into_iter().flatten();
        of_widget.map(|(spot, many)| (spot.clone(), *many)).collect()
    }

    fn take(&self) -> Waiting {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts back what could not be written.
    fn put_back(&self, of: (Scope, WidgetId), counts: HashMap<Spot, u64>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = waiting.entry(of).or_default();
        for (spot, many) in counts {
            *waiting.entry(spot).or_default() += many;
        }
    }
}

/// Writes what was counted, once a minute, until the process ends (V2).
pub async fn keep(app: App, people: People) {
    loop {
        tokio::time::sleep(EVERY).await;
        write(&app, &people.coverage).await;
    }
}

/// Writes what was counted; what cannot be written waits for the next time.
pub async fn write(app: &App, counts: &Counts) {
    for (of, counted) in counts.take() {
        if let Err(fault) = write_one(app, of, counted.clone()).await {
            tracing::error!(%fault, "counts of proofs cannot be written; they wait");
            counts.put_back(of, counted);
        }
    }
}

async fn write_one(
    app: &App,
    (scope, widget): (Scope, WidgetId),
    counted: HashMap<Spot, u64>,
) -> Result<(), Fault> {
    let system = app.system(scope).await?;
    system
        .write(async move |cx: &mut Cx<'_>| {
            for ((hour, came), many) in counted {
                store::add(cx, widget, hour, &came, many).await?;
            }
            Ok(())
        })
        .await
}

/// The counts of the last 7 days, with `waiting` of this node on top.
pub async fn week(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    waiting: Vec<(Spot, u64)>,
) -> Result<Week, Fault> {
    let mut week = Week::until(cx.now());
    let written = store::since(cx, widget, week.first_hour()).await?;
    for ((hour, came), many) in written.into_iter().chain(waiting) {
        week.add(hour, came, many);
    }
    Ok(week)
}

/// What the last 7 days say about enforcing `widget` (V3).
pub async fn coverage(
    cx: &mut Cx<'_>,
    widget: &Widget,
    waiting: Vec<(Spot, u64)>,
) -> Result<Coverage, Fault> {
    Ok(week(cx, widget.id, waiting).await?.judged(widget))
}
