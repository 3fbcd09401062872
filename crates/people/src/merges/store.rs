//! The only file that knows what of a contact's row tells of its merge.

use countersign_base::{ContactId, Fault, Moment, Trust};
use countersign_door::Cx;
use countersign_infra::db::{Row, Sql};
use countersign_infra::vault::Place;

use super::model::Because;
use crate::contacts::trust;

const STANDING: &str = "
    select id, trust, merged_into from contact where tenant = $1 and id = $2";
/// Where several write at once the row is locked, so that a merge and a session that is opened
/// meanwhile cannot overtake each other.
const HOLD: Sql = Sql {
    lite: "select id, trust, merged_into from contact where tenant = $1 and id = $2",
    pg: "select id, trust, merged_into from contact where tenant = $1 and id = $2 for update",
};
const INTO: &str = "
    select id, trust, merged_into from contact where tenant = $1 and merged_into = $2 order by id";
const MERGED: &str = "
    select id, merged_at, merge_sealed from contact where tenant = $1 and merged_into = $2
    order by merged_at, id";
const MERGE: &str = "
    update contact set merged_into = $3, merged_at = $4, merge_sealed = $5
    where tenant = $1 and id = $2 and merged_into is null";
const UNDO: &str = "
    update contact set merged_into = null, merged_at = null, merge_sealed = null
    where tenant = $1 and id = $2 and merged_into = $3";

/// How a contact stands to others.
pub(super) struct Standing {
    pub(super) contact: ContactId,
    pub(super) trust: Trust,
    pub(super) merged_into: Option<ContactId>,
}

/// A merge as it is stored.
pub(super) struct Found {
    pub(super) contact: ContactId,
    pub(super) at: Moment,
    pub(super) because: Because,
}

pub(super) async fn standing(
    cx: &mut Cx<'_>,
    contact: ContactId,
) -> Result<Option<Standing>, Fault> {
    cx.row(STANDING, &[cx.tenant().into(), contact.into()], read).await
}

/// The same, and nobody changes it until the commit.
pub(super) async fn hold(cx: &mut Cx<'_>, contact: ContactId) -> Result<Option<Standing>, Fault> {
    cx.row(HOLD, &[cx.tenant().into(), contact.into()], read).await
}

/// The contacts that were merged into this one.
pub(super) async fn into(cx: &mut Cx<'_>, survivor: ContactId) -> Result<Vec<Standing>, Fault> {
    cx.rows(INTO, &[cx.tenant().into(), survivor.into()], read).await
}

/// The same with who did it and why, in their order.
pub(super) async fn merged(cx: &mut Cx<'_>, survivor: ContactId) -> Result<Vec<Found>, Fault> {
    let rows = cx
        .rows(MERGED, &[cx.tenant().into(), survivor.into()], |row| {
            Ok((row.col::<ContactId>(0)?, row.col::<Moment>(1)?, row.col::<Vec<u8>>(2)?))
        })
        .await?;
    let open = |(contact, at, sealed): (ContactId, Moment, Vec<u8>)| {
        let plain = cx.keys().own().open(&place(cx, contact), &sealed)?;
        let because = serde_json::from_slice(&plain)
            .map_err(|_| Fault::Corrupt("the reason of a merge cannot be read"))?;
        Ok(Found { contact, at, because })
    };
    rows.into_iter().map(open).collect()
}

/// Leads `merged` to `survivor`; whoever comes second changes nothing and is told to try again.
pub(super) async fn merge(
    cx: &mut Cx<'_>,
    survivor: ContactId,
    merged: ContactId,
    because: &Because,
) -> Result<(), Fault> {
    let plain = serde_json::to_vec(because).expect("a caller and a text become JSON");
    let sealed = cx.keys().own().seal(&place(cx, merged), &plain);
    let values =
        [cx.tenant().into(), merged.into(), survivor.into(), cx.now().into(), (&sealed).into()];
    match cx.exec(MERGE, &values).await? {
        1 => Ok(()),
        _ => Err(Fault::Retry("a contact was merged meanwhile".into())),
    }
}

/// Takes it back; says whether there was anything to take back.
pub(super) async fn undo(
    cx: &mut Cx<'_>,
    survivor: ContactId,
    merged: ContactId,
) -> Result<bool, Fault> {
    let values = [cx.tenant().into(), merged.into(), survivor.into()];
    Ok(cx.exec(UNDO, &values).await? == 1)
}

fn read(row: &Row<'_>) -> Result<Standing, Fault> {
    Ok(Standing { contact: row.col(0)?, trust: trust(row, 1)?, merged_into: row.col(2)? })
}

fn place(cx: &Cx<'_>, contact: ContactId) -> Place {
    Place::new(cx.tenant(), "contact", "merge_sealed", contact.bytes())
}
