//! Rows of hooks; URL and secret are sealed.

use countersign_base::{Fault, Moment};
use countersign_door::Cx;
use countersign_infra::db::{Row, Value};
use countersign_infra::vault::Place;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::super::channel::Channel;
use super::super::hook::{Secret, Shown};
use super::{json, read as read_json};

const LIST: &str = "
    select channel, sealed, changed_at from notification_hook where tenant = $1 order by channel";
const FIND: &str = "select sealed from notification_hook where tenant = $1 and channel = $2";
const EXISTS: &str = "select 1 from notification_hook where tenant = $1 and channel = $2";
const PUT: &str = "
    insert into notification_hook (tenant, channel, sealed, changed_at) values ($1, $2, $3, $4)
    on conflict (tenant, channel)
        do update set sealed = excluded.sealed, changed_at = excluded.changed_at";
const REMOVE: &str = "delete from notification_hook where tenant = $1 and channel = $2";

/// What is sealed of a hook.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Sealed {
    url: String,
    secret: String,
}

pub(in super::super) async fn list(cx: &mut Cx<'_>) -> Result<Vec<Shown>, Fault> {
    type Columns = (String, Vec<u8>, Moment);
    let read = |row: &Row<'_>| Ok((row.col(0)?, row.col(1)?, row.col(2)?));
    let rows: Vec<Columns> = cx.rows(LIST, &[cx.tenant().into()], read).await?;
    let show = |(channel, sealed, changed_at): Columns| {
        let unknown = Fault::Corrupt("a hook has an unknown channel");
        let channel = Channel::named(&channel).ok_or(unknown)?;
        let url = open(cx, channel, &sealed)?.url.clone();
        Ok(Shown { channel, url, secret: None, changed_at })
    };
    rows.into_iter().map(show).collect()
}

pub(in super::super) async fn exists(cx: &mut Cx<'_>, channel: Channel) -> Result<bool, Fault> {
    let values = [cx.tenant().into(), channel.name().into()];
    Ok(cx.row(EXISTS, &values, |_| Ok(())).await?.is_some())
}

/// The URL and the secret of a channel's hook.
pub(in super::super) async fn find(
    cx: &mut Cx<'_>,
    channel: Channel,
) -> Result<Option<(String, Secret)>, Fault> {
    let values = [cx.tenant().into(), channel.name().into()];
    let sealed: Option<Vec<u8>> = cx.row(FIND, &values, |row| row.col(0)).await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let opened = open(cx, channel, &sealed)?;
    let secret = Secret::read(&opened.secret);
    let secret = secret.map_err(|_| Fault::Corrupt("a hook has no whole secret"))?;
    Ok(Some((opened.url.clone(), secret)))
}

pub(in super::super) async fn put(
    cx: &mut Cx<'_>,
    channel: Channel,
    url: &str,
    secret: &Secret,
) -> Result<(), Fault> {
    let sealed = Sealed { url: url.to_owned(), secret: secret.reveal() };
    let sealed = cx.keys().own().seal(&place(cx, channel), &json(&sealed)?);
    let values: [Value<'_>; 4] =
        [cx.tenant().into(), channel.name().into(), (&sealed).into(), cx.now().into()];
    cx.exec(PUT, &values).await.map(drop)
}

pub(in super::super) async fn remove(cx: &mut Cx<'_>, channel: Channel) -> Result<u64, Fault> {
    cx.exec(REMOVE, &[cx.tenant().into(), channel.name().into()]).await
}

fn open(cx: &Cx<'_>, channel: Channel, sealed: &[u8]) -> Result<Sealed, Fault> {
    read_json(&cx.keys().own().open(&place(cx, channel), sealed)?)
}

fn place(cx: &Cx<'_>, channel: Channel) -> Place {
    Place::new(cx.tenant(), "notification_hook", channel.name(), cx.tenant().bytes())
}
