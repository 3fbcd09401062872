//! Takes what is due out of the outbox and has it carried, a channel at a time.

use std::time::Duration;

use countersign_base::{Fault, TenantId};
use countersign_door::{App, Cx};
use countersign_infra::chance;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::super::channel::Channel;
use super::super::store::outbox::{self as store, Due, Leased};
use super::{Failed, Job, Outbox, patience};

/// How often a channel looks without being woken.
const EVERY: Duration = Duration::from_secs(1);
/// Parcels that a channel carries at once (NO4).
const AT_ONCE: usize = 32;
/// The time that carrying one may take.
const WHOLE: Duration = Duration::from_secs(45);
/// Seconds for which a parcel belongs to whoever took it: longer than [`WHOLE`] (NO2).
const LEASE: i64 = 60;

/// Carries what is due on every channel, until the process ends.
pub async fn keep_carrying(app: App) {
    let mut channels: JoinSet<()> =
        Outbox::of(&app).channels().map(|channel| keep_channel(app.clone(), channel)).collect();
    while channels.join_next().await.is_some() {}
}

/// Carries what is due now, and waits until it is there or has failed.
pub async fn carry_due(app: &App) -> Result<(), Fault> {
    for channel in Outbox::of(app).channels() {
        loop {
            let leased = lease(app, channel, AT_ONCE).await?;
            let is_last = leased.len() < AT_ONCE;
            let mut running = JoinSet::new();
            start(app, &mut running, leased);
            running.join_all().await;
            if is_last {
                break;
            }
        }
    }
    Ok(())
}

async fn keep_channel(app: App, channel: Channel) {
    let mut bell = app.outgoing.listen();
    let mut running = JoinSet::new();
    loop {
        let free = AT_ONCE - running.len();
        let leased = lease(&app, channel, free).await.unwrap_or_else(|fault| {
            tracing::error!(%fault, channel = channel.name(), "the outbox cannot be read");
            Vec::new()
        });
        let is_last = leased.len() < free;
        start(&app, &mut running, leased);
        if is_last {
            drop(timeout(EVERY, bell.changed()).await);
            while running.try_join_next().is_some() {}
        } else {
            while running.len() > AT_ONCE / 2 {
                running.join_next().await;
            }
        }
    }
}

fn start(app: &App, running: &mut JoinSet<()>, leased: Vec<Leased>) {
    for leased in leased {
        running.spawn(one(app.clone(), leased));
    }
}

/// Takes up to `most` parcels; a compare-and-set on each lets one node have it (NO2).
async fn lease(app: &App, channel: Channel, most: usize) -> Result<Vec<Leased>, Fault> {
    let mut leased = Vec::new();
    if most == 0 {
        return Ok(leased);
    }
    let mut due = store::due(app, channel, most).await?;
    due.sort_by_key(|due| due.tenant);
    for of_one in due.chunk_by(|one, next| one.tenant == next.tenant) {
        let tenant = of_one[0].tenant;
        match lease_of(app, tenant, channel, of_one.to_vec()).await {
            Ok(taken) => leased.extend(taken),
            Err(fault) => tracing::error!(%fault, %tenant, "parcels cannot be taken"),
        }
    }
    Ok(leased)
}

async fn lease_of(
    app: &App,
    tenant: TenantId,
    channel: Channel,
    due: Vec<Due>,
) -> Result<Vec<Leased>, Fault> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(Vec::new()) };
    let lease = async move |cx: &mut Cx<'_>| {
        let until = cx.now().plus_seconds(LEASE);
        let mut leased = Vec::with_capacity(due.len());
        for due in due {
            leased.extend(store::lease(cx, channel, due, until).await?);
        }
        Ok(leased)
    };
    app.system(scope).await?.write(lease).await
}

/// Carries one parcel and writes down what became of it.
async fn one(app: App, leased: Leased) {
    let carried = match &leased.job {
        Ok(job) => carry(&app, job).await,
        Err(why) => Err(Failed::never(*why)),
    };
    let (scope, id) = (leased.scope, leased.id);
    let settle = async move |cx: &mut Cx<'_>| settle(cx, leased, carried).await;
    let settled = match app.system(scope).await {
        Ok(system) => system.write(settle).await,
        Err(fault) => Err(fault),
    };
    if let Err(fault) = settled {
        tracing::error!(%fault, %id, "what became of a parcel cannot be written");
    }
}

async fn carry(app: &App, job: &Job) -> Result<(), Failed> {
    let outbox = Outbox::of(app);
    let Some(carrier) = outbox.carrier(job.channel) else {
        return Err(Failed::later("channel not configured"));
    };
    let carried = timeout(WHOLE, carrier.carry(app, job)).await;
    carried.unwrap_or_else(|_| Err(Failed::later("it took longer than 45 seconds")))
}

/// Ends a lease: the parcel is there, has failed, or comes again (NO3).
async fn settle(cx: &mut Cx<'_>, leased: Leased, carried: Result<(), Failed>) -> Result<(), Fault> {
    let (why, after) = match carried {
        Ok(()) => return store::done(cx, &leased, "delivered", None).await,
        Err(Failed::Never(why)) => return store::done(cx, &leased, "failed", Some(&why)).await,
        Err(Failed::Later { why, after }) => (why, after),
    };
    let chance = u16::from_be_bytes(chance::bytes());
    let next = patience::next(leased.queued_at, cx.now(), leased.attempt, after, chance);
    if let Some(next) = next {
        return store::again(cx, &leased, &why, next).await;
    }
    let why = format!("given up after 24 hours: {why}");
    store::done(cx, &leased, "failed", Some(&why)).await
}
