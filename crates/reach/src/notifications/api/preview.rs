//! The route that shows what a type would say, while somebody writes it.

use std::collections::BTreeSet;

use countersign_door::{Allowed, Answer, App, Json, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::kind::{EmailText, InappText, PushText, Templates};
use super::super::order::{self, Composed};
use super::staff::ReadNotifications;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(preview_notification))
}

/// What somebody is writing, with values to try it.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Draft {
    /// The title of the type, which stands in the feed where there is no template.
    title: String,
    /// What it says.
    templates: Templates,
    /// Values for the merge tags, at most 150,000 bytes of JSON.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: Map<String, Value>,
}

/// What a draft says, as it would be delivered.
#[derive(Serialize, utoipa::ToSchema)]
struct Preview {
    /// In the feed.
    inapp: Option<InappText>,
    /// In an email.
    email: Option<EmailText>,
    /// In a browser's notification.
    web_push: Option<PushText>,
    /// Merge tags that no parameter answered; they are empty in the texts.
    missing: BTreeSet<String>,
    /// What else there is to know: links left out, texts that stand as they are.
    notes: Vec<String>,
}

impl From<Composed> for Preview {
    fn from(Composed { inapp, email, web_push, missing, notes }: Composed) -> Self {
        Self { inapp, email, web_push, missing, notes }
    }
}

/// Fills in templates that need not be saved; nothing is sent, and nothing is kept.
#[utoipa::path(post, path = "/notification_previews", tag = "notifications",
    request_body = Draft,
    responses((status = 200, body = Preview),
        (status = 422, description =
            "`parameters_too_large`; `bad_template`, `errors` with field, line and column")))]
async fn preview_notification(
    _: Allowed<ReadNotifications>,
    Json(Draft { title, templates, parameters }): Json<Draft>,
) -> Answer<Preview> {
    // Loops may run for a second: not on a thread that others wait for.
    let work = move || order::preview(&title, &templates, parameters);
    let composed = tokio::task::spawn_blocking(work).await;
    let composed = composed.map_err(|failed| Problem::bug(&failed.to_string()))??;
    Ok(Json(composed.into()))
}
