//! The only file that knows where the counts are kept.

use countersign_base::{Fault, WidgetId};
use countersign_door::Cx;
use countersign_door::work::Old;

use super::{Came, Spot};

const ADD: &str = "
    insert into coverage (tenant, widget, hour, outcome, name, many, at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (tenant, widget, hour, outcome, name) do update
    set many = coverage.many + excluded.many";
const SINCE: &str = "
    select hour, outcome, name, many from coverage
    where tenant = $1 and widget = $2 and hour >= $3";

const OLD_COUNTS: &str = "delete from coverage where at < $1";

/// Counts are kept for 90 days.
pub const OLD: Old = Old { sql: OLD_COUNTS, seconds: 90 * 24 * 3_600 };

pub(super) async fn add(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    hour: i64,
    came: &Came,
    many: u64,
) -> Result<(), Fault> {
    let values = [
        cx.tenant().into(),
        widget.into(),
        hour.into(),
        came.outcome().into(),
        came.name().into(),
        i64::try_from(many).unwrap_or(i64::MAX).into(),
        cx.now().into(),
    ];
    cx.exec(ADD, &values).await.map(drop)
}

pub(super) async fn since(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    hour: i64,
) -> Result<Vec<(Spot, u64)>, Fault> {
    let values = [cx.tenant().into(), widget.into(), hour.into()];
    cx.rows(SINCE, &values, |row| {
        let (outcome, name): (String, String) = (row.col(1)?, row.col(2)?);
        let came = Came::stored(&outcome, name);
        let came = came.ok_or(Fault::Corrupt("a count has an unknown outcome"))?;
        Ok(((row.col(0)?, came), u64::try_from(row.col::<i64>(3)?).unwrap_or_default()))
    })
    .await
}
