//! Coverage over HTTP.

use axum::extract::Extension;
use countersign_base::WidgetId;
use countersign_door::{Allowed, Answer, App, Json, Path};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Coverage;
use crate::People;
use crate::widgets::{self, api::ReadWidgets};

/// What a member or a back end may do with coverage.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find_coverage))
}

/// Who brought a good proof in the last 7 days, by key, by reason and by day, and whether the
/// widget can be enforced.
///
/// Other nodes' counts are up to a minute old.
#[utoipa::path(get, path = "/widgets/{id}/coverage", tag = "identity", params(("id" = WidgetId, Path)),
    responses((status = 200, body = Coverage), (status = 404, description = "`not_found`")))]
async fn find_coverage(
    who: Allowed<ReadWidgets>,
    Extension(people): Extension<People>,
    Path(id): Path<WidgetId>,
) -> Answer<Coverage> {
    let waiting = people.coverage.waiting(who.scope(), id);
    let coverage = who
        .read(async move |cx| {
            let widget = widgets::find(cx, id).await?;
            Ok::<_, widgets::Refusal>(super::coverage(cx, &widget, waiting).await?)
        })
        .await?;
    Ok(Json(coverage))
}
