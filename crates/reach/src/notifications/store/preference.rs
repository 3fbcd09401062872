//! Rows of what contacts chose.

use std::collections::HashMap;

use countersign_base::{ContactId, Fault};
use countersign_door::Cx;
use countersign_infra::db::{Row, Sql, Value};

use super::super::channel::{Channel, Delivery};

/// What a contact chose for a channel of a type, or of one of its sub-notifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Chosen {
    pub(in super::super) kind: String,
    pub(in super::super) sub: Option<String>,
    pub(in super::super) channel: Channel,
    pub(in super::super) delivery: Delivery,
}

const OF_CONTACT: &str = "
    select type, sub, channel, delivery from notification_preference
    where tenant = $1 and contact = $2 order by type, sub, channel limit 10000";
const OF_KIND: &str = "
    select type, sub, channel, delivery from notification_preference
    where tenant = $1 and contact = $2 and type = $3 and (sub = '' or sub = $4)";
const OF_KIND_EACH: Sql = Sql {
    lite: "select contact, type, sub, channel, delivery from notification_preference
        where tenant = $1 and type = $2 and (sub = '' or sub = $3) and contact = $4",
    pg: "select contact, type, sub, channel, delivery from notification_preference
        where tenant = $1 and type = $2 and (sub = '' or sub = $3) and contact = any($4)",
};
const PUT: &str = "
    insert into notification_preference (tenant, contact, type, sub, channel, delivery, changed_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (tenant, contact, type, sub, channel)
        do update set delivery = excluded.delivery, changed_at = excluded.changed_at";
const REMOVE: &str = "
    delete from notification_preference
    where tenant = $1 and contact = $2 and (type = $3 or $3 is null) and (sub = $4 or $4 is null)";
const RECEIVED: &str = "
    select type from notification_received where tenant = $1 and contact = $2
    union select type from notification_preference where tenant = $1 and contact = $2
    order by 1 limit 1000";

pub(in super::super) async fn of_contact(
    cx: &mut Cx<'_>,
    contact: ContactId,
) -> Result<Vec<Chosen>, Fault> {
    cx.rows(OF_CONTACT, &[cx.tenant().into(), contact.into()], columns).await
}

/// What was chosen for a type and for one of its sub-notifications.
pub(in super::super) async fn of_kind(
    cx: &mut Cx<'_>,
    contact: ContactId,
    kind: &str,
    sub: Option<&str>,
) -> Result<Vec<Chosen>, Fault> {
    let values = [cx.tenant().into(), contact.into(), kind.into(), sub.unwrap_or_default().into()];
    cx.rows(OF_KIND, &values, columns).await
}

/// What each contact chose for a type and for one of its sub-notifications.
pub(in super::super) async fn of_kind_each(
    cx: &mut Cx<'_>,
    contacts: &[ContactId],
    kind: &str,
    sub: Option<&str>,
) -> Result<HashMap<ContactId, Vec<Chosen>>, Fault> {
    let rows: Vec<_> = contacts.iter().map(|contact| [(*contact).into()]).collect();
    let same = [cx.tenant().into(), kind.into(), sub.unwrap_or_default().into()];
    let read = |row: &Row<'_>| Ok((row.col(0)?, chosen(row, 1)?));
    let mut all: HashMap<ContactId, Vec<Chosen>> = HashMap::new();
    for (contact, chosen) in cx.rows_each(OF_KIND_EACH, &same, &rows, read).await? {
        all.entry(contact).or_default().push(chosen);
    }
    Ok(all)
}

pub(in super::super) async fn put(
    cx: &mut Cx<'_>,
    contact: ContactId,
    chosen: &Chosen,
) -> Result<(), Fault> {
    let values: [Value<'_>; 7] = [
        cx.tenant().into(),
        contact.into(),
        (&chosen.kind).into(),
        chosen.sub.as_deref().unwrap_or_default().into(),
        chosen.channel.name().into(),
        chosen.delivery.name().into(),
        cx.now().into(),
    ];
    cx.exec(PUT, &values).await.map(drop)
}

pub(in super::super) async fn remove(
    cx: &mut Cx<'_>,
    contact: ContactId,
    kind: Option<&str>,
    sub: Option<&str>,
) -> Result<u64, Fault> {
    cx.exec(REMOVE, &[cx.tenant().into(), contact.into(), kind.into(), sub.into()]).await
}

/// The types that a contact has received once, or has chosen something for.
pub(in super::super) async fn received(
    cx: &mut Cx<'_>,
    contact: ContactId,
) -> Result<Vec<String>, Fault> {
    cx.rows(RECEIVED, &[cx.tenant().into(), contact.into()], |row| row.col(0)).await
}

fn columns(row: &Row<'_>) -> Result<Chosen, Fault> {
    chosen(row, 0)
}

/// A choice, whose columns begin with `first`.
fn chosen(row: &Row<'_>, first: usize) -> Result<Chosen, Fault> {
    let (sub, channel, delivery): (String, String, String) =
        (row.col(first + 1)?, row.col(first + 2)?, row.col(first + 3)?);
    let unknown = || Fault::Corrupt("a preference has an unknown name");
    Ok(Chosen {
        kind: row.col(first)?,
        sub: (!sub.is_empty()).then_some(sub),
        channel: Channel::named(&channel).ok_or_else(unknown)?,
        delivery: Delivery::named(&delivery).ok_or_else(unknown)?,
    })
}
