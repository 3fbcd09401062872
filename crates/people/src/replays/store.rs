//! The only file that knows where sightings are kept.

use countersign_base::{Fault, WidgetId};
use countersign_door::Cx;
use countersign_door::work::Old;
use countersign_infra::db::Value;

use super::{Replay, Seen, Sighting};

const ADD: &str = "
    insert into sighting (tenant, widget, proof, contact, browser, network, origin, many,
        first_at, last_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (tenant, widget, proof, contact, browser, network, origin) do update
    set many = sighting.many + excluded.many, last_at = excluded.last_at";
const WANDERING: &str = "
    select proof, contact, count(distinct browser), count(distinct network),
        cast(sum(many) as bigint), min(first_at), max(last_at)
    from sighting where tenant = $1 and widget = $2
    group by proof, contact
    having count(distinct browser) > 1 or count(distinct network) > 1
        or count(distinct origin) > 1
    order by count(distinct network) desc, max(last_at) desc limit 100";
const ORIGINS: &str = "
    select distinct origin from sighting
    where tenant = $1 and widget = $2 and proof = $3 and origin <> '' order by origin limit 20";

const OLD_SIGHTINGS: &str = "delete from sighting where last_at < $1";

/// A place is forgotten 30 days after the proof was last seen there.
pub const OLD: Old = Old { sql: OLD_SIGHTINGS, seconds: 30 * 24 * 3_600 };

pub(super) async fn add(cx: &mut Cx<'_>, sighting: &Sighting, seen: Seen) -> Result<(), Fault> {
    let values: [Value<'_>; 10] = [
        cx.tenant().into(),
        sighting.widget.into(),
        (&sighting.proof).into(),
        sighting.contact.into(),
        (&sighting.browser).into(),
        (&sighting.network).into(),
        (&sighting.origin).into(),
        seen.many.into(),
        seen.first_at.into(),
        seen.last_at.into(),
    ];
    cx.exec(ADD, &values).await.map(drop)
}

/// Proofs that were seen at several places, each without its origins.
pub(super) async fn wandering(
    cx: &mut Cx<'_>,
    widget: WidgetId,
) -> Result<Vec<(Vec<u8>, Replay)>, Fault> {
    cx.rows(WANDERING, &[cx.tenant().into(), widget.into()], |row| {
        let replay = Replay {
            contact: row.col(1)?,
            browsers: row.col(2)?,
            networks: row.col(3)?,
            origins: Vec::new(),
            many: row.col(4)?,
            first_at: row.col(5)?,
            last_at: row.col(6)?,
        };
        Ok((row.col(0)?, replay))
    })
    .await
}

pub(super) async fn origins(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    proof: &Vec<u8>,
) -> Result<Vec<String>, Fault> {
    let values = [cx.tenant().into(), widget.into(), proof.into()];
    cx.rows(ORIGINS, &values, |row| row.col(0)).await
}
