//! The only file that knows where published keys are kept.

use countersign_base::{Fault, WidgetId};
use countersign_door::Cx;
use countersign_infra::db::Value;

use super::Source;

const FIND: &str = "
    select url, body, fetched_at, checked_at, fault, failing_since
    from jwks where tenant = $1 and widget = $2";
const PUT: &str = "
    insert into jwks (tenant, widget, url, body, fetched_at, checked_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (tenant, widget) do update
    set url = excluded.url, body = excluded.body, fetched_at = excluded.fetched_at,
        checked_at = excluded.checked_at, fault = null, failing_since = null";
const UPDATE: &str = "
    update jwks set body = $4, fetched_at = $5, checked_at = $6, fault = $7, failing_since = $8
    where tenant = $1 and widget = $2 and url = $3";
const DELETE: &str = "delete from jwks where tenant = $1 and widget = $2";

pub(super) async fn find(cx: &mut Cx<'_>, widget: WidgetId) -> Result<Option<Source>, Fault> {
    cx.row(FIND, &[cx.tenant().into(), widget.into()], |row| {
        Ok(Source {
            url: row.col(0)?,
            body: row.col(1)?,
            fetched_at: row.col(2)?,
            checked_at: row.col(3)?,
            fault: row.col(4)?,
            failing_since: row.col(5)?,
        })
    })
    .await
}

pub(super) async fn put(cx: &mut Cx<'_>, widget: WidgetId, source: &Source) -> Result<(), Fault> {
    let values: [Value<'_>; 6] = [
        cx.tenant().into(),
        widget.into(),
        (&source.url).into(),
        (&source.body).into(),
        source.fetched_at.into(),
        source.checked_at.into(),
    ];
    cx.exec(PUT, &values).await.map(drop)
}

/// Keeps what a try led to, unless the URL is another one by now; says how many were kept.
pub(super) async fn update(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    source: &Source,
) -> Result<u64, Fault> {
    let values: [Value<'_>; 8] = [
        cx.tenant().into(),
        widget.into(),
        (&source.url).into(),
        (&source.body).into(),
        source.fetched_at.into(),
        source.checked_at.into(),
        source.fault.as_ref().into(),
        source.failing_since.into(),
    ];
    cx.exec(UPDATE, &values).await
}

pub(super) async fn delete(cx: &mut Cx<'_>, widget: WidgetId) -> Result<u64, Fault> {
    cx.exec(DELETE, &[cx.tenant().into(), widget.into()]).await
}
