//! Carries what happened to the live connections of this node, after its commit.

use bytes::Bytes;
use countersign_base::{Fault, TenantId};
use countersign_door::live::Topic;
use countersign_door::work::{Consumer, Happened};
use countersign_door::{App, Cx, Pending};

use super::frames::{self, Audience, Facts, News};
use super::view::Names;

/// Tells live connections what happens from now on; who was away asks the log.
#[derive(Clone, Copy, Debug)]
pub struct Frames;

impl Consumer for Frames {
    fn name(&self) -> Option<&'static str> {
        None
    }

    fn take<'a>(&'a self, app: &'a App, events: &'a [Happened]) -> Pending<'a, Result<(), Fault>> {
        Box::pin(async move {
            if app.hub.is_empty() {
                return Ok(()); // who comes now reads the log, which has these already
            }
            for (tenant, news) in by_tenant(app, events) {
                publish(app, tenant, news).await?;
            }
            Ok(())
        })
    }
}

/// A frame on its way to the connections of a topic.
struct Addressed {
    topic: Topic,
    pos: i64,
    frame: Bytes,
}

/// The news of each tenant, in their order; no socket hears two tenants.
///
/// What only a contact's browsers are told is left out where none of them listens.
fn by_tenant(app: &App, events: &[Happened]) -> Vec<(TenantId, Vec<(i64, News)>)> {
    let mut tenants: Vec<(TenantId, Vec<(i64, News)>)> = Vec::new();
    for event in events {
        let Some(news) = News::of(event) else { continue };
        if news.only_for().is_some_and(|contact| !app.hub.is_heard(&contact.bytes())) {
            continue;
        }
        match tenants.iter_mut().find(|(tenant, _)| *tenant == event.tenant) {
            Some((_, all)) => all.push((event.pos, news)),
            None => tenants.push((event.tenant, vec![(event.pos, news)])),
        }
    }
    tenants
}

/// Builds every frame in one view of the rows, then publishes: a batch that fails is not told in
/// part, and one that comes again is recognised by its positions.
async fn publish(app: &App, tenant: TenantId, news: Vec<(i64, News)>) -> Result<(), Fault> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(()) };
    let system = app.system(scope).await?;
    let frames = system
        .read(async move |cx: &mut Cx<'_>| {
            let mut names = Names::default();
            let mut frames = Vec::with_capacity(2 * news.len());
            for (pos, news) in news {
                if let Some(facts) = frames::facts(cx, &mut names, news).await? {
                    address(cx, pos, &facts, &mut frames);
                }
            }
            Ok::<_, Fault>(frames)
        })
        .await?;
    for Addressed { topic, pos, frame } in frames {
        app.hub.publish(&topic, pos.unsigned_abs(), &frame);
    }
    Ok(())
}

fn address(cx: &Cx<'_>, pos: i64, facts: &Facts, frames: &mut Vec<Addressed>) {
    let visitor = facts.contact().map(Audience::Visitor);
    for audience in visitor.into_iter().chain([Audience::Staff]) {
        let cursor = audience.cursor(cx.keys(), cx.tenant(), pos);
        if let Some(frame) = facts.frame(audience, &cursor) {
            frames.push(Addressed { topic: audience.topic(cx.tenant()), pos, frame });
        }
    }
}
