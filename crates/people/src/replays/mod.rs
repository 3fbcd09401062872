//! Static proofs, and where each was seen: an HMAC never expires, so its copies show here.
//!
//! - **Z1** A proof without an end that opens a session is remembered with the browser, the
//!   network and the origin that it came from: by keyed marks, but for the origin.
//! - **Z2** An administrator sees the proofs that came from more than one of them, with the
//!   contact, those from the most networks first.
//! - **Z3** Remembering costs the visitor nothing: it is written once a minute and when the
//!   server stops, and forgotten 30 days after the proof was last seen there.

pub mod api;
mod store;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_base::{ContactId, Fault, Moment, Scope, WidgetId};
use countersign_door::{App, Cx};
use serde::Serialize;

pub use self::store::OLD;
use crate::{People, widgets};

/// How often what was seen is written (Z3).
const EVERY: Duration = Duration::from_mins(1);
/// Sightings that wait at most; past them they are lost, and a metric says so.
const MOST: usize = 100_000;

/// What was seen since it was last written.
#[derive(Default)]
pub struct Sightings(Mutex<Waiting>);

type Waiting = HashMap<(Scope, Sighting), Seen>;

/// A proof at one place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sighting {
    /// Whose widget it opened.
    pub widget: WidgetId,
    /// The keyed mark of the proof.
    pub proof: [u8; 32],
    /// Whom it proved.
    pub contact: ContactId,
    /// The keyed mark of the browser.
    pub browser: [u8; 32],
    /// The keyed mark of the network; empty where it is not known.
    pub network: Vec<u8>,
    /// The page's origin; empty where there was none.
    pub origin: String,
}

/// How often, and when.
#[derive(Clone, Copy, Debug)]
struct Seen {
    many: i64,
    first_at: Moment,
    last_at: Moment,
}

/// A proof that was seen at several places.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Replay {
    /// Whom it proves.
    pub contact: ContactId,
    /// How many browsers sent it.
    pub browsers: i64,
    /// How many networks (/24 or /64) it came from.
    pub networks: i64,
    /// The pages' origins, at most 20.
    pub origins: Vec<String>,
    /// How many sessions it opened.
    pub many: i64,
    /// When it was first seen.
    pub first_at: Moment,
    /// When it was last seen.
    pub last_at: Moment,
}

impl Sightings {
    /// Remembers a proof and where it came from (Z1).
    pub fn note(&self, scope: Scope, sighting: Sighting, now: Moment) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (scope, sighting);
        if waiting.len() >= MOST && !waiting.contains_key(&key) {
            metrics::counter!("countersign_sightings_lost_total").increment(1);
            return;
        }
        let new = Seen { many: 0, first_at: now, last_at: now };
        let seen = waiting.entry(key).or_insert(new);
        seen.many += 1;
        seen.last_at = now;
    }

    fn take(&self) -> Waiting {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes what was seen, once a minute, until the process ends (Z3).
pub async fn keep(app: App, people: People) {
    loop {
        tokio::time::sleep(EVERY).await;
        write(&app, &people.replays).await;
    }
}

/// Writes what was seen, a tenant at a time.
pub async fn write(app: &App, sightings: &Sightings) {
    let mut by_scope: HashMap<Scope, Vec<(Sighting, Seen)>> = HashMap::new();
    for ((scope, sighting), seen) in sightings.take() {
        by_scope.entry(scope).or_default().push((sighting, seen));
    }
    for (scope, seen) in by_scope {
        if let Err(fault) = write_some(app, scope, seen).await {
            tracing::error!(%fault, "where proofs were seen cannot be written");
        }
    }
}

async fn write_some(app: &App, scope: Scope, some: Vec<(Sighting, Seen)>) -> Result<(), Fault> {
    let system = app.system(scope).await?;
    system
        .write(async move |cx: &mut Cx<'_>| {
            for (sighting, seen) in &some {
                store::add(cx, sighting, *seen).await?;
            }
            Ok(())
        })
        .await
}

/// The widget's proofs that were seen at several places (Z2).
pub async fn list(cx: &mut Cx<'_>, widget: WidgetId) -> Result<Vec<Replay>, widgets::Refusal> {
    widgets::find(cx, widget).await?;
    let mut replays = Vec::new();
    for (proof, mut replay) in store::wandering(cx, widget).await? {
        replay.origins = store::origins(cx, widget, &proof).await?;
        replays.push(replay);
    }
    Ok(replays)
}
