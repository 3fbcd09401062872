//! Refusals over HTTP.

use axum::extract::Extension;
use countersign_base::{RequestId, Role, WidgetId};
use countersign_door::{
    Allowed, Answer, App, Cursor, Cx, Json, Page, Paging, Permission, Problem, Query,
};
use countersign_identity::Presented;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Explanation, Shown};
use crate::People;
use crate::widgets::{self, api::ManageWidgets};

/// What a member or a back end may do with refusals.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_refusals)).routes(routes!(explain_identity))
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

/// What a page sent, to be explained.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ToExplain {
    /// The widget; needed when the organization has several.
    #[serde(default)]
    widget: Option<WidgetId>,
    /// The `identity` object that the page sent.
    #[schema(value_type = Object)]
    presented: Presented,
}

/// Says what the widget makes of a proof, and how to mend it. Nothing of it is stored.
#[utoipa::path(post, path = "/identity/explain", tag = "identity", request_body = ToExplain,
    responses((status = 200, body = Explanation),
        (status = 400, description = "`malformed_json`, `widget_required`"),
        (status = 404, description = "`not_found`"), (status = 409, description = "`no_widget`"),
        (status = 429, description = "`too_many_requests`")))]
async fn explain_identity(
    who: Allowed<ManageWidgets>,
    Extension(people): Extension<People>,
    Json(asked): Json<ToExplain>,
) -> Answer<Explanation> {
    let (app, tenant) = (who.app(), who.scope().tenant);
    people.refusals.explained.once_more(tenant, app.clock.now())?;
    let widget = who.read(async move |cx| widgets::chosen(cx, asked.widget).await).await?;
    let install = people.widgets.by_id(app, tenant, widget.id).await?;
    let install = install.ok_or_else(Problem::not_found)?;
    let elsewhere = super::elsewhere(app, &install).await?;
    let explain = async move |cx: &mut Cx<'_>| {
        super::explain(cx, &install, &asked.presented, elsewhere).await
    };
    let explained = who.read(explain).await?;
    Ok(Json(explained))
}
