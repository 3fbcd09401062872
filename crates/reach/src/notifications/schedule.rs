//! What is sent for later: changed, cancelled, and sent when its moment comes (N12).

use std::time::Duration;

use countersign_base::{Fault, Moment, NotificationId, TenantId};
use countersign_door::{App, Cx};

use super::kind::Name;
use super::log::Sent;
use super::order::Order;
use super::refusal::Refusal;
use super::request::{Prepared, Request, To, kind_of, prepared};
use super::send;
use super::store::dispatch;

/// How often the timer looks.
const EVERY: Duration = Duration::from_secs(1);
/// What it takes at a time.
const BATCH: i64 = 500;

/// Sends what has reached its moment, until the process ends.
pub async fn keep_time(app: App) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(fault) = deliver_due(&app).await {
            tracing::error!(%fault, "what was sent for later cannot be sent");
        }
    }
}

/// Sends everything that has reached its moment; on several nodes each of it once.
pub async fn deliver_due(app: &App) -> Result<(), Fault> {
    loop {
        let due = dispatch::due(app, BATCH).await?;
        let is_last = i64::try_from(due.len()).is_ok_and(|many| many < BATCH);
        for (tenant, id) in due {
            match deliver(app, tenant, id).await {
                Ok(()) => {}
                Err(Refusal::Store(fault)) => return Err(fault),
                Err(refusal) => tracing::error!(%refusal, %id, "a sending is given up"),
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

async fn deliver(app: &App, tenant: TenantId, id: NotificationId) -> Result<(), Refusal> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(()) };
    let system = app.system(scope).await?;
    let waiting = system.read(async move |cx: &mut Cx<'_>| dispatch::waiting(cx, id).await).await?;
    let Some(waiting) = waiting else {
        return system.write(async move |cx: &mut Cx<'_>| send::give_up(cx, id).await).await;
    };
    let sub = waiting.sub.map(Name::try_from).transpose()?;
    let to = To::Contact(waiting.contact);
    let request = Request { kind: waiting.kind, sub, to, order: waiting.order, at: None };
    let asked = request.clone();
    let kind = system.read(async move |cx: &mut Cx<'_>| kind_of(cx, &asked).await).await;
    let prepared: Prepared = match kind {
        Ok(kind) => prepared(app, kind, request)?,
        Err(Refusal::NoSuchType(_)) => {
            return system.write(async move |cx: &mut Cx<'_>| send::give_up(cx, id).await).await;
        }
        Err(refusal) => return Err(refusal),
    };
    let contact = waiting.contact;
    system.write(async move |cx: &mut Cx<'_>| send::kept(cx, id, contact, &prepared).await).await
}

/// Changes what waits: its order, its moment, or both.
pub async fn change(
    cx: &mut Cx<'_>,
    id: NotificationId,
    at: Option<Moment>,
    edit: impl FnOnce(&mut Order),
) -> Result<Sent, Refusal> {
    let sent = send::find(cx, id).await?;
    let Some(mut waiting) = dispatch::waiting(cx, id).await? else {
        return Err(Refusal::NotWaiting);
    };
    edit(&mut waiting.order);
    waiting.order.check()?;
    let at = at.unwrap_or(sent.due_at);
    send::check_moment(cx, at)?;
    let key = cx.contact_key(waiting.contact).await?.ok_or(Refusal::NotWaiting)?;
    let sealed = dispatch::sealed(cx, &key, id, &waiting.order)?;
    if !dispatch::change(cx, id, &sealed, at).await? {
        return Err(Refusal::NotWaiting);
    }
    send::find(cx, id).await
}

/// Takes back what waits.
pub async fn cancel(cx: &mut Cx<'_>, id: NotificationId) -> Result<(), Refusal> {
    send::find(cx, id).await?;
    if dispatch::cancel(cx, id).await? { Ok(()) } else { Err(Refusal::NotWaiting) }
}
