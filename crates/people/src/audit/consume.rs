//! Builds the log from what happened, after the commit.

use std::collections::BTreeMap;

use countersign_base::{AuditId, Fault, Moment, TenantId};
use countersign_door::work::{Consumer, Happened};
use countersign_door::{App, Cx, Pending};

use super::model::{Audited, id_of, pos_of};
use super::store;

/// Writes the audit log.
#[derive(Clone, Copy, Debug)]
pub struct Log;

/// An entry that is to be written.
type New = (AuditId, Moment, Audited);

impl Consumer for Log {
    fn name(&self) -> Option<&'static str> {
        Some("audit")
    }

    /// Many events of one look cost one transaction.
    fn is_urgent(&self) -> bool {
        false
    }

    fn take<'a>(&'a self, app: &'a App, events: &'a [Happened]) -> Pending<'a, Result<(), Fault>> {
        Box::pin(async move {
            for (tenant, new) in by_tenant(events) {
                append(app, tenant, new).await?;
            }
            Ok(())
        })
    }
}

fn by_tenant(events: &[Happened]) -> BTreeMap<TenantId, Vec<New>> {
    let mut found: BTreeMap<TenantId, Vec<New>> = BTreeMap::new();
    for event in events {
        let Some(said) = event.event::<Audited>() else { continue };
        let new = (id_of(event.pos, event.at), event.at, said);
        found.entry(event.tenant).or_default().push(new);
    }
    found
}

/// Appends what is not there yet.
///
/// Events come in the order of their places, so the newest entry tells how far the log has
/// come (A3). Two nodes that append at once take the same number: one of them is undone and
/// comes back.
async fn append(app: &App, tenant: TenantId, new: Vec<New>) -> Result<(), Fault> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(()) };
    let system = app.system(scope).await?;
    system
        .write(async move |cx: &mut Cx<'_>| {
            let mut last = store::last(cx).await?;
            for (id, at, said) in new {
                let is_new = last.as_ref().is_none_or(|last| pos_of(last.id) < pos_of(id));
                if is_new {
                    last = Some(store::append(cx, last.as_ref(), id, at, said).await?);
                }
            }
            Ok(())
        })
        .await
}
