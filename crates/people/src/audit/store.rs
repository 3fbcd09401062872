//! The only file that knows where the audit log is kept.

use countersign_base::{AuditId, Digest, Fault, Moment};
use countersign_door::Cx;
use countersign_infra::db::{Row, Value};
use countersign_infra::vault::Place;

use super::model::{Audited, Entry, Link, Sealed};

const LAST: &str = "
    select number, id, sealed, chain, at from audit
    where tenant = $1 order by number desc limit 1";
const BEFORE: &str = "
    select number, id, sealed, chain, at from audit
    where tenant = $1 and number < $2 order by number desc limit $3";
const AFTER: &str = "
    select number, id, sealed, chain, at from audit
    where tenant = $1 and number > $2 order by number limit 500";
const INSERT: &str = "
    insert into audit (tenant, number, id, sealed, chain, at) values ($1, $2, $3, $4, $5, $6)";

/// An entry as it is kept.
pub(super) struct Kept {
    pub(super) number: i64,
    pub(super) id: AuditId,
    pub(super) sealed: Vec<u8>,
    pub(super) chain: Link,
    pub(super) at: Moment,
}

/// The newest entry.
pub(super) async fn last(cx: &mut Cx<'_>) -> Result<Option<Kept>, Fault> {
    cx.row(LAST, &[cx.tenant().into()], read).await
}

/// Entries below a number, the newest first; one more than `limit` where there are more.
pub(super) async fn before(cx: &mut Cx<'_>, number: i64, limit: usize) -> Result<Vec<Kept>, Fault> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    cx.rows(BEFORE, &[cx.tenant().into(), number.into(), most.into()], read).await
}

/// Some entries above a number, the oldest first.
pub(super) async fn after(cx: &mut Cx<'_>, number: i64) -> Result<Vec<Kept>, Fault> {
    cx.rows(AFTER, &[cx.tenant().into(), number.into()], read).await
}

/// Adds an entry behind `last`.
pub(super) async fn append(
    cx: &mut Cx<'_>,
    last: Option<&Kept>,
    id: AuditId,
    at: Moment,
    said: Audited,
) -> Result<Kept, Fault> {
    let number = last.map_or(0, |last| last.number) + 1;
    let json = serde_json::to_vec(&Sealed { number, at: at.millis(), said })
        .map_err(|_| Fault::Store("an entry of the audit log cannot be written as JSON".into()))?;
    let sealed = cx.keys().own().seal(&place(cx, id), &json);
    let chain = last.map_or(Link::FIRST, |last| last.chain).next(&sealed);
    let values: [Value<'_>; 6] = [
        cx.tenant().into(),
        number.into(),
        id.into(),
        (&sealed).into(),
        (&chain.0).into(),
        at.into(),
    ];
    cx.exec(INSERT, &values).await?;
    Ok(Kept { number, id, sealed, chain, at })
}

/// Reads an entry; one that was moved to another number or moment cannot be read.
pub(super) fn open(cx: &Cx<'_>, kept: &Kept) -> Result<Entry, Fault> {
    let broken = Fault::Corrupt("an entry of the audit log was changed");
    let plain = cx.keys().own().open(&place(cx, kept.id), &kept.sealed)?;
    let sealed: Sealed = serde_json::from_slice(&plain).map_err(|_| broken.clone())?;
    if (sealed.number, sealed.at) != (kept.number, kept.at.millis()) {
        return Err(broken);
    }
    let Audited { actor, action, target, detail } = sealed.said;
    Ok(Entry { id: kept.id, at: kept.at, actor, action, target, detail, number: kept.number })
}

fn place(cx: &Cx<'_>, id: AuditId) -> Place {
    Place::new(cx.tenant(), "audit", "sealed", id.bytes())
}

fn read(row: &Row<'_>) -> Result<Kept, Fault> {
    Ok(Kept {
        number: row.col(0)?,
        id: row.col(1)?,
        sealed: row.col(2)?,
        chain: Link(row.col::<Digest>(3)?),
        at: row.col(4)?,
    })
}
