//! Broadcasts: the same news for everybody, for the subscribers of a topic, or for a list.
//!
//! - **NB1** A broadcast goes to those who were there when it was accepted; who comes later is
//!   not told. Everybody means every contact but the anonymous ones.
//! - **NB2** Accepting it is one transaction. Then any node carries it out, a chunk a
//!   transaction, and a chunk that was carried out is never carried out again: each contact gets
//!   exactly one item, however many nodes work.
//! - **NB3** A node that dies in the middle of a chunk leaves nothing of it; another one, or the
//!   next start, goes on there.
//! - **NB4** For each recipient the rules of a single sending hold (N9 to N11). Whom it does not
//!   reach is counted, and the log says why.
//! - **NB5** How far it is can be asked, and dashboards hear of each chunk.
//! - **NB6** Cancelling stops it before the next chunk; what was told stays told.
//! - **NB7** A list of up to 1,000 is told in one call, all or nobody, with an answer for each; who
//!   is named twice is told once.
//! - **NB8** A topic is its subscribers. Subscribing twice is subscribing once, and nobody is made
//!   by unsubscribing.
//! - **NB9** Another tenant's broadcasts, topics and contacts do not exist.

pub mod api;
mod model;
mod store;
pub mod topics;
mod work;

use std::collections::HashSet;

use countersign_base::{BroadcastId, ContactId, Event, Fault, NotificationId, Topic};
use countersign_door::Cx;
use countersign_people::audit;
use serde::{Deserialize, Serialize};

pub use self::model::{Audience, Broadcast, Order, Refusal, State};
pub use self::work::{CHUNK, carry_out, keep_going, step};
use crate::notifications::{self, Person, Prepared, To, Told};

/// A broadcast was accepted, has come further, or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroadcastMoved {
    /// Which.
    pub broadcast: BroadcastId,
}

impl Event for BroadcastMoved {
    const KIND: &'static str = "broadcast.moved";

    fn topic(&self) -> Topic {
        Topic::Tenant
    }
}

/// How many contacts an audience has now; ask it in a view of its own, it can be many.
pub async fn size(cx: &mut Cx<'_>, audience: &Audience) -> Result<i64, Fault> {
    store::size(cx, audience).await
}

/// Accepts a broadcast, of which so many recipients are expected (NB2).
pub async fn accept(
    cx: &mut Cx<'_>,
    order: &Order,
    prepared: &Prepared,
    total: i64,
) -> Result<Broadcast, Refusal> {
    let id: BroadcastId = cx.id();
    notifications::share(cx, id.bytes(), prepared).await?;
    let broadcast = Broadcast {
        id,
        kind: order.kind.clone(),
        to: order.to.clone(),
        state: State::Running,
        total,
        done: 0,
        skipped: 0,
        created_at: cx.now(),
        changed_at: cx.now(),
    };
    store::insert(cx, &broadcast, order).await?;
    audit::note(cx, "broadcast.accepted", id).await?;
    cx.emit(&BroadcastMoved { broadcast: id }).await?;
    Ok(broadcast)
}

/// One broadcast.
pub async fn find(cx: &mut Cx<'_>, id: BroadcastId) -> Result<Broadcast, Refusal> {
    store::find(cx, id).await?.ok_or(Refusal::NoSuchBroadcast)
}

/// Broadcasts, newest first.
pub async fn list(
    cx: &mut Cx<'_>,
    after: Option<(i64, [u8; 16])>,
    limit: usize,
) -> Result<Vec<Broadcast>, Fault> {
    store::list(cx, after.map(|(_, id)| id), limit).await
}

/// Stops a broadcast before its next chunk (NB6).
pub async fn cancel(cx: &mut Cx<'_>, id: BroadcastId) -> Result<(), Refusal> {
    find(cx, id).await?;
    if !store::end(cx, id, State::Cancelled).await? {
        return Err(Refusal::NotRunning);
    }
    audit::note(cx, "broadcast.cancelled", id).await?;
    cx.emit(&BroadcastMoved { broadcast: id }).await?;
    Ok(())
}

/// Tells everyone on a list, in one transaction (NB7).
pub async fn tell(
    cx: &mut Cx<'_>,
    prepared: &Prepared,
    people: &[To],
) -> Result<Vec<Told>, Refusal> {
    let contacts = recipients(cx, people).await?;
    let to: Vec<_> = contacts.into_iter().map(|contact| (contact, cx.id())).collect();
    let shared: NotificationId = cx.id();
    let text = notifications::share(cx, shared.bytes(), prepared).await?;
    Ok(notifications::send_each(cx, prepared, text, &to).await?)
}

/// The contacts of people, in their order, each once; missing ones are made (N1).
async fn recipients(cx: &mut Cx<'_>, people: &[To]) -> Result<Vec<ContactId>, Refusal> {
    let known = notifications::known_each(cx, people).await?;
    let mut contacts = Vec::with_capacity(people.len());
    let mut named = HashSet::with_capacity(people.len());
    for (number, (one, known)) in people.iter().zip(known).enumerate() {
        let is_told_about = one.person().is_some_and(Person::says_more);
        let contact = match known {
            Some(contact) if !is_told_about => contact,
            _ => {
                let made = notifications::recipient(cx, one).await;
                made.map_err(|why| Refusal::Recipient(number, Box::new(why)))?
            }
        };
        if named.insert(contact) {
            contacts.push(contact);
        }
    }
    Ok(contacts)
}
