//! Rows of many feeds at once, with the text that their new items share.

use std::collections::HashMap;

use countersign_base::{ContactId, Fault, Moment, NotificationId};
use countersign_door::Cx;
use countersign_infra::db::{Row, Sql, Value};

use super::super::item::Content;
use super::item::{TextId, text_place};
use super::json;

const INSERT_TEXT: &str = "
    insert into notification_text (tenant, id, sealed, created_at, expires_at)
    values ($1, $2, $3, $4, $5)";
const HOLD_EACH: Sql = Sql {
    lite: "insert into feed (tenant, contact, last_at) values ($1, $2, 0)
        on conflict (tenant, contact) do nothing",
    pg: "insert into feed (tenant, contact, last_at)
        select $1, contact, 0 from unnest($2::bytea[]) as one (contact)
        on conflict (tenant, contact) do update set last_at = feed.last_at",
};
const NEXT_EACH: Sql = Sql {
    lite: "insert into feed (tenant, contact, last_at) values ($1, $3, $2)
        on conflict (tenant, contact) do update set last_at =
            case when feed.last_at < excluded.last_at then excluded.last_at
                else feed.last_at + 1 end
        returning contact, last_at",
    pg: "insert into feed (tenant, contact, last_at)
        select $1, contact, $2 from unnest($3::bytea[]) as one (contact)
        on conflict (tenant, contact) do update set last_at =
            case when feed.last_at < excluded.last_at then excluded.last_at
                else feed.last_at + 1 end
        returning contact, last_at",
};
const INSERT_EACH: Sql = Sql {
    lite: "insert into notification (tenant, type, sub, text, expires_at, contact, at, id)
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
    pg: "insert into notification (tenant, type, sub, text, expires_at, contact, at, id)
        select $1, $2, $3, $4, $5, contact, at, id
        from unnest($6::bytea[], $7::bigint[], $8::bytea[]) as one (contact, at, id)",
};
const RECEIVED_EACH: Sql = Sql {
    lite: "insert into notification_received (tenant, type, contact) values ($1, $2, $3)
        on conflict (tenant, contact, type) do nothing",
    pg: "insert into notification_received (tenant, type, contact)
        select $1, $2, contact from unnest($3::bytea[]) as one (contact)
        on conflict (tenant, contact, type) do nothing",
};
/// Items with one text, to be added to many feeds.
pub(in super::super) struct Shared<'a> {
    pub(in super::super) kind: &'a str,
    pub(in super::super) sub: Option<&'a str>,
    pub(in super::super) text: TextId,
    pub(in super::super) expires_at: Option<Moment>,
}

/// Keeps a text that many items show.
pub(in super::super) async fn share(
    cx: &mut Cx<'_>,
    text: TextId,
    content: &Content,
    expires_at: Option<Moment>,
) -> Result<(), Fault> {
    let sealed = cx.keys().own().seal(&text_place(cx, text), &json(content)?);
    let values: [Value<'_>; 5] =
        [cx.tenant().into(), text.into(), (&sealed).into(), cx.now().into(), expires_at.into()];
    cx.exec(INSERT_TEXT, &values).await.map(drop)
}

/// Adds an item to each feed, at its next moment (N2); no contact may be named twice.
pub(in super::super) async fn add_each(
    cx: &mut Cx<'_>,
    shared: &Shared<'_>,
    to: &[(ContactId, NotificationId)],
) -> Result<(), Fault> {
    let tenant: Value<'_> = cx.tenant().into();
    let feeds: Vec<[Value<'_>; 1]> = to.iter().map(|(contact, _)| [(*contact).into()]).collect();
    let same = [tenant, cx.now().into()];
    let read = |row: &Row<'_>| Ok((row.col(0)?, row.col(1)?));
    let moments: HashMap<ContactId, Moment> =
        cx.rows_each(NEXT_EACH, &same, &feeds, read).await?.into_iter().collect();
    let missing = || Fault::Store("a feed gave no moment".into());
    let item = |(contact, id): &(ContactId, NotificationId)| {
        let at = moments.get(contact).ok_or_else(missing)?;
        Ok([(*contact).into(), (*at).into(), (*id).into()])
    };
    let items = to.iter().map(item).collect::<Result<Vec<[Value<'_>; 3]>, Fault>>()?;
    let (kind, sub) = (shared.kind.into(), shared.sub.into());
    let same = [tenant, kind, sub, shared.text.into(), shared.expires_at.into()];
    cx.exec_each(INSERT_EACH, &same, &items).await?;
    cx.exec_each(RECEIVED_EACH, &[tenant, kind], &feeds).await.map(drop)
}

/// Locks the feeds of contacts until the commit.
pub(in super::super) async fn hold_each(
    cx: &mut Cx<'_>,
    contacts: &[ContactId],
) -> Result<(), Fault> {
    let feeds: Vec<_> = contacts.iter().map(|contact| [(*contact).into()]).collect();
    cx.exec_each(HOLD_EACH, &[cx.tenant().into()], &feeds).await.map(drop)
}
