//! Routes of hooks.

use axum::http::StatusCode;
use countersign_door::{Allowed, Answer, App, Cx, Json, Page, Path, Problem};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::channel::Channel;
use super::super::hook::{self, Shown};
use super::staff::ManageNotifications;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_notification_hooks))
        .routes(routes!(set_notification_hook, remove_notification_hook))
}

/// Where a channel's hook is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHook {
    /// An `https` address of your own, which the internet reaches.
    url: String,
}

/// The hooks of this environment, without their secrets.
#[utoipa::path(get, path = "/notification_hooks", tag = "notifications",
    responses((status = 200, body = Page<Shown>)))]
async fn list_notification_hooks(who: Allowed<ManageNotifications>) -> Answer<Page<Shown>> {
    let items = who.read(async |cx: &mut Cx<'_>| hook::list(cx).await).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Has a channel carried by your own provider; the answer shows the new secret, once.
#[utoipa::path(put, path = "/notification_hooks/{channel}", tag = "notifications",
    params(("channel" = Channel, Path)), request_body = NewHook,
    responses((status = 200, body = Shown),
        (status = 422, description = "`bad_hook_url`, `no_hook_here`")))]
async fn set_notification_hook(
    who: Allowed<ManageNotifications>,
    Path(channel): Path<Channel>,
    Json(NewHook { url }): Json<NewHook>,
) -> Answer<Shown> {
    hook::admitted(who.app(), &url)?;
    let set = who.write(async move |cx: &mut Cx<'_>| hook::set(cx, channel, url).await).await?;
    Ok(Json(set))
}

/// Has a channel carried no more.
#[utoipa::path(delete, path = "/notification_hooks/{channel}", tag = "notifications",
    params(("channel" = Channel, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn remove_notification_hook(
    who: Allowed<ManageNotifications>,
    Path(channel): Path<Channel>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx: &mut Cx<'_>| hook::remove(cx, channel).await).await?;
    Ok(StatusCode::NO_CONTENT)
}
