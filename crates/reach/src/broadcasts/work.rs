//! Carries broadcasts out, a chunk at a time (NB2, NB3).

use std::time::Duration;

use countersign_base::{BroadcastId, ContactId, Fault, Id, NotificationId, TenantId};
use countersign_door::{App, Cx};

use super::BroadcastMoved;
use super::model::{Refusal, State};
use super::store::{self, Running, Step};
use crate::notifications::{self, Told};

/// Recipients that one transaction takes; other writers wait for no more than that.
pub const CHUNK: usize = 500;
/// How often a node looks for broadcasts.
const EVERY: Duration = Duration::from_millis(500);

/// Carries out what was accepted, until the process ends.
pub async fn keep_going(app: App) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(fault) = carry_out(&app).await {
            tracing::error!(%fault, "broadcasts cannot be carried out");
        }
    }
}

/// Carries out every running broadcast, a chunk of each in turn, until none moves any more.
pub async fn carry_out(app: &App) -> Result<(), Fault> {
    loop {
        let mut has_moved = false;
        for (tenant, id) in store::running(app).await? {
            has_moved |= step(app, tenant, id).await?;
        }
        if !has_moved {
            return Ok(());
        }
    }
}

/// Carries out the next chunk; false when there is none, or when another node is at it.
pub async fn step(app: &App, tenant: TenantId, id: BroadcastId) -> Result<bool, Fault> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(false) };
    let system = app.system(scope).await?;
    let own = app.clone();
    match system.write(async move |cx: &mut Cx<'_>| chunk(cx, &own, id).await).await {
        Ok(has_moved) => Ok(has_moved),
        Err(Refusal::Notification(notifications::Refusal::Store(fault)))
            if !matches!(fault, Fault::Corrupt(_)) =>
        {
            Err(fault)
        }
        Err(refusal) => {
            tracing::error!(%refusal, %id, "a broadcast is given up");
            system.write(async move |cx: &mut Cx<'_>| give_up(cx, id).await).await
        }
    }
}

async fn chunk(cx: &mut Cx<'_>, app: &App, id: BroadcastId) -> Result<bool, Refusal> {
    let Some(running) = store::claim(cx, id).await? else { return Ok(false) };
    let to = store::next(cx, &running, CHUNK).await?;
    let prepared = running.order.prepared(app)?;
    let text = notifications::shared(id.bytes(), &prepared, running.accepted_at);
    let named = ids(cx, &running, &to);
    let told = notifications::send_each(cx, &prepared, text, &named).await?;
    store::advance(cx, id, &progress(&running, &to, &told)).await?;
    cx.emit(&BroadcastMoved { broadcast: id }).await?;
    Ok(true)
}

fn progress(running: &Running, to: &[ContactId], told: &[Told]) -> Step {
    let skipped = told.iter().filter(|one| one.reason.is_some()).count();
    Step {
        last: to.last().map_or(running.last, |contact| contact.bytes()),
        done: i64::try_from(to.len()).unwrap_or(i64::MAX),
        skipped: i64::try_from(skipped).unwrap_or(i64::MAX),
        state: if to.len() < CHUNK { State::Done } else { State::Running },
    }
}

async fn give_up(cx: &mut Cx<'_>, id: BroadcastId) -> Result<bool, Fault> {
    if store::end(cx, id, State::Failed).await? {
        cx.emit(&BroadcastMoved { broadcast: id }).await?;
    }
    Ok(false)
}

/// The ids of a chunk's items: the same whoever carries it out, so that a chunk that came twice
/// could not be written.
///
/// They grow with the recipients, behind one another in every index. Ids by chance touch a page of
/// each index for each recipient: a trial with 100,000 took 22 seconds in place of 3.
fn ids(cx: &Cx<'_>, running: &Running, to: &[ContactId]) -> Vec<(ContactId, NotificationId)> {
    let first = u64::try_from(running.done).unwrap_or(0);
    let id = |(number, contact): (u64, &ContactId)| {
        let both = [running.id.bytes(), contact.bytes()].concat();
        let mark = cx.keys().mark("item of a broadcast", &both);
        (*contact, Id::new(running.accepted_at.millis(), chance(number, mark)))
    };
    (first..).zip(to).map(id).collect()
}

/// The free bits of an id, 12 and 62 of them: 34 for the number, 40 of the mark.
fn chance(number: u64, mark: [u8; 32]) -> [u8; 10] {
    let [_, _, _, _, _, _, high, low] = (number >> 22).to_be_bytes();
    let mut chance = [0; 10];
    chance[..2].copy_from_slice(&[high, low]);
    chance[2..].copy_from_slice(&((number & 0x3f_ffff) << 40).to_be_bytes());
    chance[5..].copy_from_slice(&mark[..5]);
    chance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_broadcast_grow_with_its_recipients() {
        let id = |number, mark| NotificationId::new(7, chance(number, [mark; 32]));
        let numbers = [0, 1, 255, 256, 0x3f_ffff, 0x40_0000, 0x40_0001, 0x3_ffff_ffff];
        let ids: Vec<_> = numbers.iter().flat_map(|at| [id(*at, 0), id(*at, 255)]).collect();
        assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    }
}
