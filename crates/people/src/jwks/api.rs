//! Published keys over HTTP.

use axum::extract::Extension;
use axum::http::StatusCode;
use countersign_base::WidgetId;
use countersign_door::{Allowed, Answer, App, Cx, Json, Path, Problem};
use countersign_identity::profile;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Refusal, Shown};
use crate::People;
use crate::widgets::{self, api::ManageWidgets};

/// What a member or a back end may do with published keys.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find_jwks, set_jwks, remove_jwks))
}

/// The published keys of a widget, and whether they can be fetched.
#[utoipa::path(get, path = "/widgets/{id}/jwks", tag = "identity", params(("id" = WidgetId, Path)),
    responses((status = 200, body = Shown), (status = 404, description = "`not_found`")))]
async fn find_jwks(who: Allowed<ManageWidgets>, Path(id): Path<WidgetId>) -> Answer<Shown> {
    Ok(Json(shown(&who, id).await?))
}

/// Where a widget's keys are published.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewJwks {
    /// An `https` address that answers a JWK Set (RFC 7517) to anybody.
    url: String,
}

/// Takes the keys that you publish, after fetching them once.
#[utoipa::path(put, path = "/widgets/{id}/jwks", tag = "identity", params(("id" = WidgetId, Path)),
    request_body = NewJwks,
    responses((status = 200, body = Shown), (status = 404, description = "`not_found`"),
        (status = 422, description = "`bad_jwks`")))]
async fn set_jwks(
    who: Allowed<ManageWidgets>,
    Extension(people): Extension<People>,
    Path(id): Path<WidgetId>,
    Json(new): Json<NewJwks>,
) -> Answer<Shown> {
    let widget = who.read(async move |cx| widgets::find(cx, id).await).await?;
    let source = super::fetched(who.app(), &people, &widget, new.url).await?;
    who.write(async move |cx: &mut Cx<'_>| super::set(cx, id, source).await).await?;
    Ok(Json(shown(&who, id).await?))
}

/// Takes the published keys no longer.
#[utoipa::path(delete, path = "/widgets/{id}/jwks", tag = "identity", params(("id" = WidgetId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn remove_jwks(
    who: Allowed<ManageWidgets>,
    Path(id): Path<WidgetId>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx| super::remove(cx, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn shown(who: &Allowed<ManageWidgets>, id: WidgetId) -> Result<Shown, Problem> {
    let read = async move |cx: &mut Cx<'_>| {
        let widget = widgets::find(cx, id).await?;
        let profile = profile(&widget.profile).ok_or(Refusal::Profile)?;
        let source = super::find(cx, id).await?.ok_or(Refusal::None)?;
        Ok::<_, Refusal>(source.shown(profile))
    };
    Ok(who.read(read).await?)
}
