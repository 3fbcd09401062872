//! Rows of notification types and their sub-notifications.

use countersign_base::Fault;
use countersign_door::Cx;
use countersign_infra::db::Row;
use countersign_infra::vault::Place;
use serde::{Deserialize, Serialize};

use super::super::kind::{Kind, Name, Settings};
use super::super::refusal::Refusal;
use super::{json, read, row_of};

/// A sub-notification: one project, one team, one thread among those of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Sub {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What back ends call it.
    pub name: String,
    /// What people see among their preferences.
    pub title: String,
}

#[derive(Serialize, Deserialize)]
struct SealedSub {
    title: String,
}

const FIND: &str = "select name, sealed from notification_type where tenant = $1 and name = $2";
const LIST: &str = "
    select name, sealed from notification_type
    where tenant = $1 and name > $2 order by name limit $3";
const COUNT: &str = "select count(*) from notification_type where tenant = $1";
const PUT: &str = "
    insert into notification_type (tenant, name, sealed, created_at, changed_at)
    values ($1, $2, $3, $4, $4)
    on conflict (tenant, name) do update set sealed = excluded.sealed,
        changed_at = excluded.changed_at";
const REMOVE: &str = "delete from notification_type where tenant = $1 and name = $2";
const REMOVE_SUBS: &str = "delete from sub_notification where tenant = $1 and type = $2";
const PUT_SUB: &str = "
    insert into sub_notification (tenant, type, name, sealed, created_at)
    values ($1, $2, $3, $4, $5)
    on conflict (tenant, type, name) do update set sealed = excluded.sealed";
const REMOVE_SUB: &str =
    "delete from sub_notification where tenant = $1 and type = $2 and name = $3";
const COUNT_SUBS: &str = "select count(*) from sub_notification where tenant = $1 and type = $2";
const SUBS: &str = "
    select name, sealed from sub_notification where tenant = $1 and type = $2
    order by name limit $3";

pub(in super::super) async fn find(cx: &mut Cx<'_>, name: &str) -> Result<Option<Kind>, Fault> {
    let found = cx.row(FIND, &[cx.tenant().into(), name.into()], columns).await?;
    found.map(|(name, sealed)| open(cx, name, &sealed)).transpose()
}

/// Types by name, after one of them.
pub(in super::super) async fn list(
    cx: &mut Cx<'_>,
    after: &str,
    limit: i64,
) -> Result<Vec<Kind>, Fault> {
    let values = [cx.tenant().into(), after.into(), limit.into()];
    let found = cx.rows(LIST, &values, columns).await?;
    found.into_iter().map(|(name, sealed)| open(cx, name, &sealed)).collect()
}

pub(in super::super) async fn many(cx: &mut Cx<'_>) -> Result<i64, Fault> {
    Ok(cx.row(COUNT, &[cx.tenant().into()], |row| row.col(0)).await?.unwrap_or(0))
}

pub(in super::super) async fn put(cx: &mut Cx<'_>, kind: &Kind) -> Result<(), Fault> {
    let name = kind.name.as_str();
    let sealed = cx.keys().own().seal(&place(cx, name), &json(&kind.settings)?);
    let values = [cx.tenant().into(), name.into(), (&sealed).into(), cx.now().into()];
    cx.exec(PUT, &values).await.map(drop)
}

pub(in super::super) async fn remove(cx: &mut Cx<'_>, name: &str) -> Result<u64, Fault> {
    cx.exec(REMOVE_SUBS, &[cx.tenant().into(), name.into()]).await?;
    cx.exec(REMOVE, &[cx.tenant().into(), name.into()]).await
}

pub(in super::super) async fn put_sub(cx: &mut Cx<'_>, sub: &Sub) -> Result<(), Fault> {
    let place = sub_place(cx, &sub.kind, &sub.name);
    let sealed = cx.keys().own().seal(&place, &json(&SealedSub { title: sub.title.clone() })?);
    let values = [
        cx.tenant().into(),
        (&sub.kind).into(),
        (&sub.name).into(),
        (&sealed).into(),
        cx.now().into(),
    ];
    cx.exec(PUT_SUB, &values).await.map(drop)
}

pub(in super::super) async fn remove_sub(
    cx: &mut Cx<'_>,
    kind: &str,
    name: &str,
) -> Result<u64, Fault> {
    cx.exec(REMOVE_SUB, &[cx.tenant().into(), kind.into(), name.into()]).await
}

pub(in super::super) async fn many_subs(cx: &mut Cx<'_>, kind: &str) -> Result<i64, Fault> {
    let values = [cx.tenant().into(), kind.into()];
    Ok(cx.row(COUNT_SUBS, &values, |row| row.col(0)).await?.unwrap_or(0))
}

/// The sub-notifications of a type, by name.
pub(in super::super) async fn subs(
    cx: &mut Cx<'_>,
    kind: &str,
    limit: i64,
) -> Result<Vec<Sub>, Fault> {
    let values = [cx.tenant().into(), kind.into(), limit.into()];
    let found = cx.rows(SUBS, &values, columns).await?;
    let open = |(name, sealed): (String, Vec<u8>)| {
        let plain = cx.keys().own().open(&sub_place(cx, kind, &name), &sealed)?;
        let SealedSub { title } = read(&plain)?;
        Ok(Sub { kind: kind.to_owned(), name, title })
    };
    found.into_iter().map(open).collect()
}

fn columns(row: &Row<'_>) -> Result<(String, Vec<u8>), Fault> {
    Ok((row.col(0)?, row.col(1)?))
}

fn open(cx: &Cx<'_>, name: String, sealed: &[u8]) -> Result<Kind, Fault> {
    let plain = cx.keys().own().open(&place(cx, &name), sealed)?;
    let settings: Settings = read(&plain)?;
    let name = Name::try_from(name)
        .map_err(|_: Refusal| Fault::Corrupt("a notification type has an impossible name"))?;
    Ok(Kind { name, settings })
}

fn place(cx: &Cx<'_>, name: &str) -> Place {
    let row = row_of(cx.keys(), "notification type", name);
    Place::new(cx.tenant(), "notification_type", "sealed", row)
}

fn sub_place(cx: &Cx<'_>, kind: &str, name: &str) -> Place {
    let both = format!("{}:{kind}{name}", kind.len());
    let row = row_of(cx.keys(), "sub notification", &both);
    Place::new(cx.tenant(), "sub_notification", "sealed", row)
}
