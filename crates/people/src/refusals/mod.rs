//! Refused proofs, for the administrator: what was wrong and what would be right.
//!
//! - **R1** A refusal is recorded after nothing was changed, and holds no proof.
//! - **R2** Past 100 a minute of one widget and reason they are counted, not stored.
//! - **R3** Recording never slows a visitor down: what does not fit the queue is counted.
//! - **R4** An explanation says what opening a session would say, and stores nothing of the proof.
//! - **R5** A tenant asks for 30 explanations a minute at most.
//! - **R6** A wrong recipe is named and stays refused.
//! - **R7** An explanation recognises the keys of the organization's other widgets, profiles and
//!   environment, and those that are retired; never those of another organization.

pub mod api;
mod explain;
mod judge;
mod store;

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_base::{Event, Fault, Moment, RequestId, Scope, Topic, WidgetId};
use countersign_door::{App, Cx};
use countersign_identity::{self as identity, Presented, Refused as RefusedProof, UnknownField};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

pub use self::explain::{Explanation, elsewhere, explain};
pub use self::judge::{Judgement, judge, judge_python, trust};
pub use self::store::{OLD, Shown, list};
use crate::coverage::Came;
use crate::widgets::Install;

/// Refusals that may wait to be written.
const WAITING: usize = 1_024;
/// Refusals of one widget and reason that are stored a minute (R2).
const MOST: u64 = 100;
/// The reason where no proof was there.
const MISSING: &str = "proof_missing";

/// Takes refusals on their way to the store.
pub struct Refusals {
    queue: mpsc::Sender<(Refused, u64)>,
    minute: Mutex<Minute>,
    lost: AtomicU64,
    explained: explain::Asked,
}

/// How many refusals each widget and reason had in this minute.
#[derive(Default)]
struct Minute {
    number: i64,
    many: HashMap<(WidgetId, &'static str), u64>,
}

/// A refused proof.
#[derive(Debug)]
pub struct Refused {
    /// The number that the browser shows.
    pub reference: Option<RequestId>,
    /// Whose widget it is.
    pub scope: Scope,
    /// Which widget it is.
    pub widget: WidgetId,
    /// The page's origin.
    pub origin: Option<String>,
    /// What was wrong.
    pub found: Found,
}

/// What was wrong with a proof.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its stable name.
    pub reason: &'static str,
    /// The cause in words.
    pub cause: String,
    /// What would be right.
    pub mend: String,
}

impl Found {
    /// How it counts.
    pub fn came(&self) -> Came {
        if self.reason == MISSING { Came::Missing } else { Came::Invalid(self.reason.into()) }
    }

    /// No proof was there.
    pub fn missing() -> Self {
        Self {
            reason: MISSING,
            cause: "no proof was sent, and the widget demands one".into(),
            mend: "give the widget an `identity`, or allow anonymous visitors in its settings"
                .into(),
        }
    }

    /// The page sends what the profile does not know.
    pub fn unknown_field(unknown: &UnknownField) -> Self {
        let mend = "send the fields of the widget's profile and no others".into();
        Self { reason: "unknown_field", cause: unknown.to_string(), mend }
    }

    /// The proof was made for another browser's key.
    pub fn other_key() -> Self {
        Self {
            reason: "other_key",
            cause: "the token's `cnf.jkt` names another key than the browser's".into(),
            mend: "sign the `jkt` that the widget's `identity` callback was given".into(),
        }
    }

    /// The proof was signed before the moment from which proofs count.
    pub fn void() -> Self {
        Self {
            reason: "void",
            cause: "it was signed before the widget's `proofs_valid_from`, and with it void".into(),
            mend: "sign a new token; a proof without a date needs a key made since then".into(),
        }
    }

    /// The proof can be used again and again, where the widget demands single use.
    pub fn reusable() -> Self {
        Self {
            reason: "not_single_use",
            cause: "the widget takes single-use tokens only, and this has no `jti` or no `exp`"
                .into(),
            mend: "give each token a `jti` of its own and an `exp`; an HMAC cannot be single-use"
                .into(),
        }
    }

    /// The token has opened a session before.
    pub fn spent() -> Self {
        Self {
            reason: "spent",
            cause: "a session was opened with this token (`jti`) before".into(),
            mend: "make a new token for each session; a page that keeps one, or whoever copied \
                   it, sent it again"
                .into(),
        }
    }

    /// The same identifier was proven more strongly before.
    pub fn weaker() -> Self {
        Self {
            reason: "weaker_proof",
            cause:
                "a signed token proved this identifier before; an HMAC does not suffice any more"
                    .into(),
            mend: "send the signed token on every page".into(),
        }
    }

    /// What the verifier and the explainer say.
    pub fn explained(
        install: &Install,
        presented: &Presented,
        refused: &RefusedProof,
        now: Moment,
    ) -> Self {
        let audience = install.widget.expected_audience();
        let found = identity::explain(
            install.profile,
            install.keys.keys(),
            presented,
            audience,
            now.seconds(),
        );
        let mut found = found.into_iter();
        let Some(first) = found.next() else {
            let mend = "check the secret and the recipe of the profile".to_owned();
            return Self { reason: refused.reason.code(), cause: refused.to_string(), mend };
        };
        let also = found.take(2).map(|more| format!("; also: {}", more.cause));
        let (cause, mend) = (first.cause, first.mend + &also.collect::<String>());
        Self { reason: refused.reason.code(), cause, mend }
    }
}

/// A refusal was recorded.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// The number that the browser showed.
    pub reference: RequestId,
}

impl Event for Recorded {
    const KIND: &'static str = "refusal.recorded";

    fn topic(&self) -> Topic {
        Topic::Tenant
    }
}

/// The other end of the queue, for [`write()`].
pub struct Queue(mpsc::Receiver<(Refused, u64)>);

impl Refusals {
    /// A queue and its other end.
    pub fn new() -> (Self, Queue) {
        let (queue, receiver) = mpsc::channel(WAITING);
        let (minute, lost) = (Mutex::default(), AtomicU64::new(0));
        let refusals = Self { queue, minute, lost, explained: explain::Asked::default() };
        (refusals, Queue(receiver))
    }

    /// Records a refusal soon; the caller does not wait (R3).
    pub fn record(&self, refused: Refused) {
        metrics::counter!("countersign_refusals_total", "reason" => refused.found.reason)
            .increment(1);
        let now = refused.reference.map_or(0, minute_of);
        let many = self.count(now, refused.widget, refused.found.reason);
        let is_stored = many <= MOST || many.is_multiple_of(MOST);
        if is_stored && self.queue.try_send((refused, many)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn count(&self, number: i64, widget: WidgetId, reason: &'static str) -> u64 {
        let Ok(mut minute) = self.minute.lock() else { return 1 };
        if minute.number != number || minute.many.len() > 10_000 {
            minute.many.clear();
            minute.number = number;
        }
        let many = minute.many.entry((widget, reason)).or_default();
        *many += 1;
        *many
    }
}

/// The minute in which a request arrived: its id begins with its milliseconds.
fn minute_of(id: RequestId) -> i64 {
    let mut millis = [0; 8];
    millis[2..].copy_from_slice(&id.bytes()[..6]);
    i64::from_be_bytes(millis) / 60_000
}

/// Writes refusals until the process ends (R1).
pub async fn write(app: App, mut queue: Queue) {
    while let Some((refused, many)) = queue.0.recv().await {
        if let Err(fault) = write_one(&app, refused, many).await {
            tracing::error!(%fault, "a refusal cannot be recorded");
        }
    }
}

async fn write_one(app: &App, refused: Refused, many: u64) -> Result<(), Fault> {
    let system = app.system(refused.scope).await?;
    system
        .write(async move |cx: &mut Cx<'_>| {
            let reference = refused.reference.unwrap_or_else(|| cx.id());
            let stands_for = if many > MOST { MOST } else { 1 };
            store::insert(cx, reference, &refused, stands_for).await?;
            cx.emit(&Recorded { reference }).await
        })
        .await
}
