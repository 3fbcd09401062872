//! The audit log: who did what to what, in an order that nobody can change unseen.
//!
//! - **A1** A change and its entry stand or fall together: no change without an entry, no
//!   entry of a change that was undone.
//! - **A2** Entries of a tenant are numbered from 1 without gaps, encrypted with their number,
//!   and chained: each carries SHA-256 over the chain before it and its own ciphertext.
//! - **A3** An event that comes twice makes one entry.
//! - **A4** An entry that was altered, moved or taken out is found, with its number.
//! - **A5** An admin or a back end reads the log of its own tenant, nobody else's.
//! - **A6** The log is listed newest first, in pages without loss or repeat.
//!
//! The chain is not keyed, so it shows tampering with single entries, not a log whose end was
//! cut off: that takes a copy of the last link kept elsewhere.

pub mod api;
mod consume;
mod model;
mod store;

use std::fmt::Display;

use countersign_base::Fault;
use countersign_door::Cx;

pub use self::consume::Log;
pub use self::model::{Actor, ActorKind, Entry};
use self::model::{Audited, Link};

/// Notes that the caller did `action` to `target`; it counts only if the operation succeeds.
pub async fn note(
    cx: &mut Cx<'_>,
    action: &'static str,
    target: impl Display,
) -> Result<(), Fault> {
    note_as(cx, Actor::of(cx.caller()), action, target, None).await
}

/// Notes what somebody else than the transaction's caller did: who has just proven who they
/// are, or could not.
pub(crate) async fn note_as(
    cx: &mut Cx<'_>,
    actor: Actor,
    action: &'static str,
    target: impl Display,
    detail: Option<String>,
) -> Result<(), Fault> {
    let target = target.to_string();
    cx.emit(&Audited { actor, action: action.to_owned(), target, detail }).await
}

/// Entries, newest first, below the one numbered `before`; one more than `limit` where there
/// are more.
pub async fn list(cx: &mut Cx<'_>, before: Option<i64>, limit: usize) -> Result<Vec<Entry>, Fault> {
    let kept = store::before(cx, before.unwrap_or(i64::MAX), limit).await?;
    kept.iter().map(|kept| store::open(cx, kept)).collect()
}

/// The number of the first entry that is not what was written, if there is one (A4).
///
/// Reads the whole log, some hundred entries at a time.
pub async fn verify(cx: &mut Cx<'_>) -> Result<Option<i64>, Fault> {
    let mut link = Link::FIRST;
    let mut number = 0;
    loop {
        let some = store::after(cx, number).await?;
        if some.is_empty() {
            return Ok(None);
        }
        for kept in some {
            number += 1;
            link = link.next(&kept.sealed);
            let is_next = kept.number == number && kept.chain == link;
            if !is_next || store::open(cx, &kept).is_err() {
                return Ok(Some(number));
            }
        }
    }
}
