//! The only file that knows where widgets are kept.

use countersign_base::{Fault, WidgetId};
use countersign_door::Cx;
use countersign_infra::db::{Row, Value};

use super::{Appearance, Mode, Widget};

const LIST: &str = "
    select id, name, public_key, profile, mode, anonymous, allow_bearer, origins, appearance,
        created_at, proofs_valid_from, single_use_tokens, audience, allow_python_hash
    from widget where tenant = $1 order by created_at, id";
const FIND: &str = "
    select id, name, public_key, profile, mode, anonymous, allow_bearer, origins, appearance,
        created_at, proofs_valid_from, single_use_tokens, audience, allow_python_hash
    from widget where tenant = $1 and id = $2";
const INSERT: &str = "
    insert into widget (tenant, id, name, public_key, profile, mode, anonymous, allow_bearer,
        origins, appearance, created_at, single_use_tokens, allow_python_hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const UPDATE: &str = "
    update widget set name = $3, profile = $4, mode = $5, anonymous = $6, allow_bearer = $7,
        origins = $8, appearance = $9, proofs_valid_from = $10, single_use_tokens = $11,
        audience = $12, allow_python_hash = $13
    where tenant = $1 and id = $2";

pub(super) async fn list(cx: &mut Cx<'_>) -> Result<Vec<Widget>, Fault> {
    let environment = cx.scope().environment;
    cx.rows(LIST, &[cx.tenant().into()], |row| read(row, environment)).await
}

pub(super) async fn find(cx: &mut Cx<'_>, id: WidgetId) -> Result<Option<Widget>, Fault> {
    let environment = cx.scope().environment;
    cx.row(FIND, &[cx.tenant().into(), id.into()], |row| read(row, environment)).await
}

pub(super) async fn insert(cx: &mut Cx<'_>, widget: &Widget) -> Result<(), Fault> {
    let (origins, appearance) = texts(widget)?;
    let values: [Value<'_>; 13] = [
        cx.tenant().into(),
        widget.id.into(),
        (&widget.name).into(),
        (&widget.public_key).into(),
        (&widget.profile).into(),
        widget.mode.name().into(),
        widget.anonymous.into(),
        widget.allow_bearer.into(),
        (&origins).into(),
        (&appearance).into(),
        widget.created_at.into(),
        widget.single_use_tokens.into(),
        widget.allow_python_hash.into(),
    ];
    cx.exec(INSERT, &values).await.map(drop)
}

pub(super) async fn update(cx: &mut Cx<'_>, widget: &Widget) -> Result<(), Fault> {
    let (origins, appearance) = texts(widget)?;
    let values: [Value<'_>; 13] = [
        cx.tenant().into(),
        widget.id.into(),
        (&widget.name).into(),
        (&widget.profile).into(),
        widget.mode.name().into(),
        widget.anonymous.into(),
        widget.allow_bearer.into(),
        (&origins).into(),
        (&appearance).into(),
        widget.proofs_valid_from.into(),
        widget.single_use_tokens.into(),
        widget.audience.as_ref().into(),
        widget.allow_python_hash.into(),
    ];
    cx.exec(UPDATE, &values).await.map(drop)
}

fn texts(widget: &Widget) -> Result<(String, String), Fault> {
    let fault = |_| Fault::Store("settings cannot be written as JSON".into());
    let origins = serde_json::to_string(&widget.origins).map_err(fault)?;
    Ok((origins, serde_json::to_string(&widget.appearance).map_err(fault)?))
}

fn read(row: &Row<'_>, environment: countersign_base::Environment) -> Result<Widget, Fault> {
    let corrupt = Fault::Corrupt("a widget's row cannot be read");
    let (mode, origins, appearance): (String, String, String) =
        (row.col(4)?, row.col(7)?, row.col(8)?);
    let appearance: Appearance = serde_json::from_str(&appearance).map_err(|_| corrupt.clone())?;
    Ok(Widget {
        id: row.col(0)?,
        name: row.col(1)?,
        public_key: row.col(2)?,
        environment,
        profile: row.col(3)?,
        mode: Mode::named(&mode).ok_or_else(|| corrupt.clone())?,
        anonymous: row.col(5)?,
        allow_bearer: row.col(6)?,
        origins: serde_json::from_str(&origins).map_err(|_| corrupt)?,
        appearance,
        created_at: row.col(9)?,
        proofs_valid_from: row.col(10)?,
        single_use_tokens: row.col(11)?,
        audience: row.col(12)?,
        allow_python_hash: row.col(13)?,
    })
}
