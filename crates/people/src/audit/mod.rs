//! The audit log: who did what, chained so that nothing can be taken out unseen.
//!
//! - **A1** Every sensitive operation notes itself in its own transaction.
//! - **A2** Entries are numbered without gaps per tenant and chained by SHA-256.
//! - **A3** An event that comes twice is written once.
//! - **A4** Entries are ciphertext on disk.

pub mod api;
mod store;

use std::fmt::Display;

use countersign_base::{AuditId, Caller, Event, Fault, Moment, Topic};
use countersign_door::work::{Consumer, Happened};
use countersign_door::{App, Cx, Pending};
use serde::{Deserialize, Serialize};

pub use self::store::{list, verify};

/// Something was done that a reviewer may ask for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Audited {
    actor: Actor,
    action: String,
    target: String,
}

impl Event for Audited {
    const KIND: &'static str = "audited";

    fn topic(&self) -> Topic {
        Topic::Tenant
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Actor {
    /// `visitor`, `member`, `key` or `system`.
    pub kind: String,
    /// Their id; the system has none.
    pub id: Option<String>,
}

/// An entry of the log.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Entry {
    /// Its id.
    pub id: AuditId,
    /// When it happened.
    pub at: Moment,
    /// Who did it.
    pub actor: Actor,
    /// What was done, such as `widget.changed`.
    pub action: String,
    /// What it was done to.
    pub target: String,
}

impl From<Caller> for Actor {
    fn from(caller: Caller) -> Self {
        let (kind, id) = match caller {
            Caller::Visitor { contact, .. } => ("visitor", Some(contact.to_string())),
            Caller::Member { id, .. } => ("member", Some(id.to_string())),
            Caller::Key(id) => ("key", Some(id.to_string())),
            Caller::System => ("system", None),
        };
        Self { kind: kind.to_owned(), id }
    }
}

/// Notes that the caller did `action` to `target` (A1).
pub async fn note(
    cx: &mut Cx<'_>,
    action: &'static str,
    target: impl Display,
) -> Result<(), Fault> {
    let actor = Actor::from(cx.caller());
    cx.emit(&Audited { actor, action: action.to_owned(), target: target.to_string() }).await
}

/// Writes the log from the events.
pub struct Log;

impl Consumer for Log {
    fn name(&self) -> Option<&'static str> {
        Some("audit")
    }

    fn take<'a>(&'a self, app: &'a App, events: &'a [Happened]) -> Pending<'a, Result<(), Fault>> {
        Box::pin(async move {
            for event in events {
                if let Some(audited) = event.event::<Audited>() {
                    write(app, event, audited).await?;
                }
            }
            Ok(())
        })
    }
}

async fn write(app: &App, event: &Happened, audited: Audited) -> Result<(), Fault> {
    let scope = app.scope(event.tenant).await?.ok_or(Fault::Corrupt("a tenant is gone"))?;
    let (pos, at) = (event.pos, event.at);
    app.system(scope)
        .await?
        .write(async move |cx: &mut Cx<'_>| store::append(cx, pos, at, audited).await)
        .await
}
