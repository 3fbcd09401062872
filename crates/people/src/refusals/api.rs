//! Refusals over HTTP.

use countersign_base::{RequestId, Role};
use countersign_door::{Allowed, Answer, App, Cursor, Json, Page, Paging, Permission, Query};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shown;

/// What a member or a back end may do with refusals.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_refusals))
}

/// Sees why proofs were refused.
#[derive(Debug)]
pub enum ReadRefusals {}

impl Permission for ReadRefusals {
    const NAME: &'static str = "refusals.read";
    const ROLE: Option<Role> = Some(Role::Agent);
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// The number that the browser showed.
    #[serde(default)]
    reference: Option<RequestId>,
    /// How many items, 1 to 100.
    #[serde(default)]
    limit: Option<u16>,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
}

/// Refused proofs with their exact reason, newest first.
#[utoipa::path(get, path = "/refusals", tag = "identity", params(Which),
    responses((status = 200, body = Page<Shown>), (status = 400, description = "`bad_cursor`, `bad_limit`")))]
async fn list_refusals(
    who: Allowed<ReadRefusals>,
    Query(which): Query<Which>,
) -> Answer<Page<Shown>> {
    let paging = Paging::new(which.limit, which.cursor);
    let limit = paging.limit()?;
    let tenant = who.scope().tenant;
    let cursor = Cursor::new(who.keys().own(), tenant, "refusals", tenant.bytes());
    let after = paging.after(&cursor)?;
    let found =
        who.read(async move |cx| super::list(cx, which.reference, after, limit).await).await?;
    let position = |shown: &Shown| (shown.at.millis(), shown.reference.bytes());
    Ok(Json(Page::of(found, limit, &cursor, position)))
}
