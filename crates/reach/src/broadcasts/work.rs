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
    let named: Vec<_> = to.iter().map(|contact| (*contact, item(cx, &running, *contact))).collect();
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

/// The id of a contact's item: the same whoever carries the broadcast out, so that it can be
/// written once only.
fn item(cx: &Cx<'_>, running: &Running, contact: ContactId) -> NotificationId {
    let both = [running.id.bytes(), contact.bytes()].concat();
    let mark = cx.keys().mark("item of a broadcast", &both);
    let mut chance = [0; 10];
    chance.copy_from_slice(&mark[..10]);
    Id::new(running.accepted_at.millis(), chance)
}
