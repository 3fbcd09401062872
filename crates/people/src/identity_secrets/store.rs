//! The only file that knows where identity secrets are kept.

use countersign_base::{Fault, IdentitySecretId, Moment, Secret, WidgetId};
use countersign_door::Cx;
use countersign_identity::{Algorithm, Mode};
use countersign_infra::db::{Row, Value};
use countersign_infra::vault::Place;

use super::model::{IdentitySecret, Kept, Kind, State, name};
use crate::widgets::Widget;

const LIST: &str = "
    select id, profile, mode, kind, kid, hint, sealed, created_at, first_used_at, last_used_at,
        retired_at, algorithm
    from identity_secret where tenant = $1 and widget = $2 order by created_at desc, id desc";
const ELSEWHERE: &str = "
    select s.id, s.profile, s.mode, s.kind, s.kid, s.hint, s.sealed, s.created_at,
        s.first_used_at, s.last_used_at, s.retired_at, s.algorithm, w.id, w.name
    from identity_secret s join widget w on w.tenant = s.tenant and w.id = s.widget
    where s.tenant = $1 and not (s.widget = $2 and s.profile = $3)
    order by s.created_at desc, s.id desc limit 32";
const OF_OTHER_MODES: &str = "
    select id, profile, mode, kind, kid, hint, sealed, created_at, first_used_at, last_used_at,
        retired_at, algorithm
    from identity_secret where tenant = $1 and kind = 'shared' and mode <> $2";
const INSERT: &str = "
    insert into identity_secret (tenant, id, widget, profile, mode, kind, kid, hint, sealed,
        created_at, algorithm)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (tenant, widget, kid) do nothing";
const RETIRE: &str = "
    update identity_secret set retired_at = $4
    where tenant = $1 and widget = $2 and id = $3 and (retired_at is null or retired_at > $5)";
const USED: &str = "
    update identity_secret set last_used_at = $3, first_used_at = coalesce(first_used_at, $3)
    where tenant = $1 and id = $2 and (last_used_at is null or last_used_at < $4)";

pub(super) async fn list(cx: &mut Cx<'_>, widget: WidgetId) -> Result<Vec<Kept>, Fault> {
    let values = [cx.tenant().into(), widget.into()];
    let now = cx.now();
    let read = |row: &Row<'_>| Ok((read(row, now)?, row.col::<Vec<u8>>(6)?));
    let found = cx.rows(LIST, &values, read).await?;
    found.into_iter().map(|(shown, sealed)| open(cx, shown, &sealed)).collect()
}

/// Every secret of the tenant that is for another mode, whichever widget it is of.
pub(super) async fn of_other_modes(cx: &mut Cx<'_>, mode: Mode) -> Result<Vec<Kept>, Fault> {
    let values = [cx.tenant().into(), name(mode).into()];
    let now = cx.now();
    let read = |row: &Row<'_>| Ok((read(row, now)?, row.col::<Vec<u8>>(6)?));
    let found = cx.rows(OF_OTHER_MODES, &values, read).await?;
    found.into_iter().map(|(shown, sealed)| open(cx, shown, &sealed)).collect()
}

/// A widget that a key belongs to.
pub(super) struct Owner {
    pub(super) id: WidgetId,
    pub(super) name: String,
}

/// The newest keys of the tenant that are not of `widget` and its profile.
pub(super) async fn elsewhere(
    cx: &mut Cx<'_>,
    widget: &Widget,
) -> Result<Vec<(Kept, Owner)>, Fault> {
    let values = [cx.tenant().into(), widget.id.into(), (&widget.profile).into()];
    let now = cx.now();
    let read = |row: &Row<'_>| {
        let owner = Owner { id: row.col(12)?, name: row.col(13)? };
        Ok((read(row, now)?, row.col::<Vec<u8>>(6)?, owner))
    };
    let found = cx.rows(ELSEWHERE, &values, read).await?;
    found.into_iter().map(|(shown, sealed, of)| Ok((open(cx, shown, &sealed)?, of))).collect()
}

fn open(cx: &Cx<'_>, shown: IdentitySecret, sealed: &[u8]) -> Result<Kept, Fault> {
    let plain = cx.keys().own().open(&place(cx, shown.id), sealed)?;
    let text = String::from_utf8(plain.to_vec())
        .map_err(|_| Fault::Corrupt("an identity secret is no text"))?;
    Ok(Kept { shown, text: Secret::from(text) })
}

/// Keeps a key, unless its `kid` is another one's; says how many were kept.
pub(super) async fn insert(cx: &mut Cx<'_>, widget: WidgetId, kept: &Kept) -> Result<u64, Fault> {
    let Kept { shown, text } = kept;
    let algorithm = shown.algorithm.map(|algorithm| algorithm.name().to_owned());
    let sealed = cx.keys().own().seal(&place(cx, shown.id), text.expose().as_bytes());
    let values: [Value<'_>; 11] = [
        cx.tenant().into(),
        shown.id.into(),
        widget.into(),
        (&shown.profile).into(),
        name(shown.mode).into(),
        shown.kind.name().into(),
        (&shown.kid).into(),
        (&shown.hint).into(),
        (&sealed).into(),
        shown.created_at.into(),
        algorithm.as_ref().into(),
    ];
    cx.exec(INSERT, &values).await
}

/// Sets when a key that is in use ends; says how many there were.
pub(super) async fn retire(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    id: IdentitySecretId,
    at: Option<Moment>,
) -> Result<u64, Fault> {
    let values = [cx.tenant().into(), widget.into(), id.into(), at.into(), cx.now().into()];
    cx.exec(RETIRE, &values).await
}

pub(super) async fn used(cx: &mut Cx<'_>, id: IdentitySecretId) -> Result<(), Fault> {
    let minute_ago = cx.now().plus_seconds(-60);
    let values = [cx.tenant().into(), id.into(), cx.now().into(), minute_ago.into()];
    cx.exec(USED, &values).await.map(drop)
}

fn place(cx: &Cx<'_>, id: IdentitySecretId) -> Place {
    Place::new(cx.tenant(), "identity_secret", "sealed", id.bytes())
}

fn read(row: &Row<'_>, now: Moment) -> Result<IdentitySecret, Fault> {
    let (mode, kind): (String, String) = (row.col(2)?, row.col(3)?);
    let algorithm = row.col::<Option<String>>(11)?.map(|name| {
        Algorithm::named(&name).ok_or(Fault::Corrupt("a key has an unknown algorithm"))
    });
    let secret = IdentitySecret {
        id: row.col(0)?,
        profile: row.col(1)?,
        mode: if mode == "hmac" { Mode::Hmac } else { Mode::Jwt },
        kind: Kind::named(&kind).ok_or(Fault::Corrupt("a key is of an unknown kind"))?,
        algorithm: algorithm.transpose()?,
        kid: row.col(4)?,
        hint: row.col(5)?,
        state: State::Next,
        created_at: row.col(7)?,
        first_used_at: row.col(8)?,
        last_used_at: row.col(9)?,
        retire_at: None,
        retired_at: None,
    };
    Ok(secret.ending(row.col(10)?, now))
}
