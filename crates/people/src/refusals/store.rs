//! The only file that knows where refusals are kept.

use countersign_base::{Fault, Moment, RequestId, WidgetId};
use countersign_door::Cx;
use countersign_door::work::Old;
use countersign_infra::db::{Row, Value};
use countersign_infra::vault::Place;
use serde::{Deserialize, Serialize};

use super::Refused;

const INSERT: &str = "
    insert into refusal (tenant, id, widget, reason, many, sealed, at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant, id) do nothing";
const LIST: &str = "
    select id, widget, reason, many, sealed, at from refusal
    where tenant = $1 and (at, id) < ($2, $3) order by at desc, id desc limit $4";
const FIND: &str = "
    select id, widget, reason, many, sealed, at from refusal where tenant = $1 and id = $2";

const OLD_REFUSALS: &str = "delete from refusal where at < $1";

/// A refusal is kept for 90 days.
pub const OLD: Old = Old { sql: OLD_REFUSALS, seconds: 90 * 24 * 3_600 };

/// A refused proof as an administrator sees it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Shown {
    /// The number that the browser showed.
    pub reference: RequestId,
    /// When.
    pub at: Moment,
    /// Which widget.
    pub widget: WidgetId,
    /// The reason's stable name.
    pub reason: String,
    /// How many like it this one stands for.
    pub many: i64,
    /// The cause in words.
    pub cause: String,
    /// What would be right.
    pub mend: String,
    /// The page's origin.
    pub origin: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    cause: String,
    mend: String,
    origin: Option<String>,
}

pub(super) async fn insert(
    cx: &mut Cx<'_>,
    reference: RequestId,
    refused: &Refused,
    many: u64,
) -> Result<(), Fault> {
    let sealed = Sealed {
        cause: refused.found.cause.clone(),
        mend: refused.found.mend.clone(),
        origin: refused.origin.clone(),
    };
    let json = serde_json::to_vec(&sealed)
        .map_err(|_| Fault::Store("a refusal cannot be written as JSON".into()))?;
    let sealed = cx.keys().own().seal(&place(cx, reference), &json);
    let values: [Value<'_>; 7] = [
        cx.tenant().into(),
        reference.into(),
        refused.widget.into(),
        refused.found.reason.into(),
        i64::try_from(many).unwrap_or(i64::MAX).into(),
        (&sealed).into(),
        cx.now().into(),
    ];
    cx.exec(INSERT, &values).await.map(drop)
}

/// Refusals, newest first, or the one with this number.
pub async fn list(
    cx: &mut Cx<'_>,
    reference: Option<RequestId>,
    after: Option<(i64, [u8; 16])>,
    limit: usize,
) -> Result<Vec<Shown>, Fault> {
    let tenant = cx.tenant();
    let found = if let Some(id) = reference {
        cx.rows(FIND, &[tenant.into(), id.into()], read).await?
    } else {
        let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let (at, id) = after.unwrap_or((i64::MAX, [255; 16]));
        let values = [tenant.into(), at.into(), id.into(), most.into()];
        cx.rows(LIST, &values, read).await?
    };
    found.into_iter().map(|(shown, sealed)| open(cx, shown, &sealed)).collect()
}

fn open(cx: &Cx<'_>, mut shown: Shown, sealed: &[u8]) -> Result<Shown, Fault> {
    let plain = cx.keys().own().open(&place(cx, shown.reference), sealed)?;
    let sealed: Sealed =
        serde_json::from_slice(&plain).map_err(|_| Fault::Corrupt("a refusal cannot be read"))?;
    shown.cause = sealed.cause;
    shown.mend = sealed.mend;
    shown.origin = sealed.origin;
    Ok(shown)
}

fn place(cx: &Cx<'_>, id: RequestId) -> Place {
    Place::new(cx.tenant(), "refusal", "sealed", id.bytes())
}

fn read(row: &Row<'_>) -> Result<(Shown, Vec<u8>), Fault> {
    let shown = Shown {
        reference: row.col(0)?,
        widget: row.col(1)?,
        reason: row.col(2)?,
        many: row.col(3)?,
        at: row.col(5)?,
        cause: String::new(),
        mend: String::new(),
        origin: None,
    };
    Ok((shown, row.col(4)?))
}
