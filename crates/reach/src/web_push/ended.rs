//! Takes out the browsers whose proof has ended (NP6).

use countersign_base::{Fault, WidgetId};
use countersign_door::work::{Consumer, Happened};
use countersign_door::{App, Cx, Pending, Revoked, Target};
use countersign_people::widgets;

use super::store;

/// Follows what is revoked, with a cursor of its own: nothing that ended while no process ran
/// is missed.
#[derive(Clone, Copy, Debug)]
pub struct Ended;

impl Consumer for Ended {
    fn name(&self) -> Option<&'static str> {
        Some("web_push")
    }

    /// What a subscription stands on is looked at before each message, so nobody waits for this.
    fn is_urgent(&self) -> bool {
        false
    }

    fn take<'a>(&'a self, app: &'a App, events: &'a [Happened]) -> Pending<'a, Result<(), Fault>> {
        Box::pin(async move {
            for event in events {
                if let Some(Revoked { target }) = event.event() {
                    end(app, event, target).await?;
                }
            }
            Ok(())
        })
    }
}

async fn end(app: &App, event: &Happened, target: Target) -> Result<(), Fault> {
    let (Some(scope), at) = (app.scope(event.tenant).await?, event.at) else { return Ok(()) };
    let system = app.system(scope).await?;
    system
        .write(async move |cx: &mut Cx<'_>| match target {
            Target::Session(id) => store::end_session(cx, id).await.map(drop),
            Target::Contact(id) => store::end_contact(cx, id, at).await.map(drop),
            Target::Widget(id) => {
                store::end_sessions(cx, id, at).await?;
                end_traces(cx, WidgetId::from_bytes(id)).await
            }
            Target::Settings(id) => end_traces(cx, WidgetId::from_bytes(id)).await,
            Target::ApiKey(_) | Target::SignIn(_) => Ok(()),
        })
        .await
}

/// Takes out what stands on proofs that the widget would not take any more.
async fn end_traces(cx: &mut Cx<'_>, widget: WidgetId) -> Result<(), Fault> {
    let traces = store::traces(cx, widget).await?;
    if traces.is_empty() {
        return Ok(());
    }
    let install = widgets::installed(cx, widget).await?;
    for trace in traces {
        let trace = trace.as_ref();
        if !install.as_ref().is_some_and(|install| install.still_takes(trace)) {
            store::end_trace(cx, widget, trace).await?;
        }
    }
    Ok(())
}
