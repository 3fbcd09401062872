//! Static proofs and where they were seen, over HTTP.

use countersign_base::WidgetId;
use countersign_door::{Allowed, Answer, App, Json, Page, Path};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Replay;
use crate::widgets::api::ManageWidgets;

/// What a member or a back end may see.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_replays))
}

/// Static proofs that came from more than one browser, network or origin in the last 30 days,
/// those from the most networks first; at most 100.
///
/// A person has several devices and moves between networks. Many networks, or an origin that is
/// not yours, are a proof that was copied.
#[utoipa::path(get, path = "/widgets/{id}/replays", tag = "identity", params(("id" = WidgetId, Path)),
    responses((status = 200, body = Page<Replay>), (status = 404, description = "`not_found`")))]
async fn list_replays(
    who: Allowed<ManageWidgets>,
    Path(id): Path<WidgetId>,
) -> Answer<Page<Replay>> {
    let items = who.read(async move |cx| super::list(cx, id).await).await?;
    Ok(Json(Page { items, next_cursor: None }))
}
