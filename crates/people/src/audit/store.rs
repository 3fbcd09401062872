//! The only file that knows where the audit log is kept.

use countersign_base::{AuditId, Digest, Fault, Moment};
use countersign_door::Cx;
use countersign_infra::db::Value;
use countersign_infra::vault::Place;
use serde::{Deserialize, Serialize};

use super::{Audited, Actor, Entry};

const LAST: &str = "
    select number, sealed, id, chain from audit where tenant = $1 order by number desc limit 1";
const INSERT: &str = "
    insert into audit (tenant, number, id, sealed, chain, at) values ($1, $2, $3, $4, $5, $6)";
const LIST: &str = "
    select number, id, sealed from audit
    where tenant = $1 and number < $2 order by number desc limit $3";
const FROM: &str = "
    select number, sealed, chain from audit
    where tenant = $1 and number > $2 order by number limit 500";

#[derive(Serialize, Deserialize)]
struct Sealed {
    event: i64,
    at: Moment,
    actor: Actor,
    action: String,
    target: String,
}

/// Adds an entry, unless the log is past this event already (A2, A3).
pub(super) async fn append(
    cx: &mut Cx<'_>,
    event: i64,
    at: Moment,
    audited: Audited,
) -> Result<(), Fault> {
    let last = cx
        .row(LAST, &[cx.tenant().into()], |row| {
            let number: i64 = row.col(0)?;
            Ok((number, row.col::<Vec<u8>>(1)?, row.col::<AuditId>(2)?, row.col::<Digest>(3)?))
        })
        .await?;
    let (number, before) = match last {
        None => (1, Digest::of(&cx.tenant().bytes())),
        Some((number, sealed, id, chain)) => {
            if open(cx, id, &sealed)?.event >= event {
                return Ok(());
            }
            (number + 1, chain)
        }
    };
    let id: AuditId = cx.id();
    let entry =
        Sealed { event, at, actor: audited.actor, action: audited.action, target: audited.target };
    let json = serde_json::to_vec(&entry)
        .map_err(|_| Fault::Store("an entry cannot be written as JSON".into()))?;
    let sealed = cx.keys().own().seal(&place(cx, id), &json);
    let chain = link(&before, &sealed);
    let values: [Value<'_>; 6] = [
        cx.tenant().into(),
        number.into(),
        id.into(),
        (&sealed).into(),
        (&chain).into(),
        at.into(),
    ];
    cx.exec(INSERT, &values).await.map(drop)
}

/// Entries, newest first, with their numbers.
pub async fn list(
    cx: &mut Cx<'_>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<(i64, Entry)>, Fault> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let values = [cx.tenant().into(), before.unwrap_or(i64::MAX).into(), most.into()];
    let found = cx
        .rows(LIST, &values, |row| {
            Ok((row.col::<i64>(0)?, row.col::<AuditId>(1)?, row.col::<Vec<u8>>(2)?))
        })
        .await?;
    let open = |(number, id, sealed): (i64, AuditId, Vec<u8>)| {
        let entry = open(cx, id, &sealed)?;
        let Sealed { at, actor, action, target, .. } = entry;
        Ok((number, Entry { id, at, actor, action, target }))
    };
    found.into_iter().map(open).collect()
}

/// The first number at which the chain does not hold, if there is one (A2).
pub async fn verify(cx: &mut Cx<'_>) -> Result<Option<i64>, Fault> {
    let (mut number, mut chain) = (0_i64, Digest::of(&cx.tenant().bytes()));
    loop {
        let values = [cx.tenant().into(), number.into()];
        let found = cx
            .rows(FROM, &values, |row| {
                Ok((row.col::<i64>(0)?, row.col::<Vec<u8>>(1)?, row.col::<Digest>(2)?))
            })
            .await?;
        if found.is_empty() {
            return Ok(None);
        }
        for (next, sealed, kept) in found {
            chain = link(&chain, &sealed);
            if next != number + 1 || chain != kept {
                return Ok(Some(number + 1));
            }
            number = next;
        }
    }
}

fn link(before: &Digest, sealed: &[u8]) -> Digest {
    Digest::of(&[before.0.as_slice(), sealed].concat())
}

fn open(cx: &Cx<'_>, id: AuditId, sealed: &[u8]) -> Result<Sealed, Fault> {
    let plain = cx.keys().own().open(&place(cx, id), sealed)?;
    serde_json::from_slice(&plain).map_err(|_| Fault::Corrupt("an audit entry cannot be read"))
}

fn place(cx: &Cx<'_>, id: AuditId) -> Place {
    Place::new(cx.tenant(), "audit", "sealed", id.bytes())
}
