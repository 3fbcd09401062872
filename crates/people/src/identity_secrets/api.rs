//! Identity secrets and signatures over HTTP.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use countersign_base::{IdentitySecretId, Role, WidgetId};
use countersign_door::{Allowed, Answer, App, Json, Page, Path, Permission, Problem, Query};
use countersign_identity::Presented;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{IdentitySecret, NewSecret};
use crate::widgets::api::ManageWidgets;

/// What a member or a back end may do with identity secrets.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_identity_secrets, create_identity_secret))
        .routes(routes!(retire_identity_secret))
}

/// What only a back end may do.
pub fn server_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sign))
}

/// A secret with its text, which is shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CreatedSecret {
    #[serde(flatten)]
    shown: IdentitySecret,
    /// The secret: store it now, it is not shown again. A public key has none.
    secret: Option<String>,
}

/// The identity secrets and public keys of a widget, newest first.
#[utoipa::path(get, path = "/widgets/{id}/identity_secrets", tag = "identity",
    params(("id" = WidgetId, Path)),
    responses((status = 200, body = Page<IdentitySecret>), (status = 404, description = "`not_found`")))]
async fn list_identity_secrets(
    who: Allowed<ManageWidgets>,
    Path(widget): Path<WidgetId>,
) -> Answer<Page<IdentitySecret>> {
    let items = who.read(async move |cx| super::list(cx, widget).await).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Makes a secret, or registers your public key.
#[utoipa::path(post, path = "/widgets/{id}/identity_secrets", tag = "identity",
    params(("id" = WidgetId, Path)), request_body = NewSecret,
    responses((status = 201, body = CreatedSecret), (status = 404, description = "`not_found`"),
        (status = 409, description = "`too_many_secrets`"),
        (status = 422, description = "`bad_mode`, `bad_key`")))]
async fn create_identity_secret(
    who: Allowed<ManageWidgets>,
    Path(widget): Path<WidgetId>,
    Json(new): Json<NewSecret>,
) -> Result<(StatusCode, Json<CreatedSecret>), Problem> {
    let created = who.write(async move |cx| super::create(cx, widget, new).await).await?;
    let secret = created.secret.map(|secret| secret.expose().to_owned());
    Ok((StatusCode::CREATED, Json(CreatedSecret { shown: created.shown, secret })))
}

/// Retires a key: it proves nothing from the next request on.
#[utoipa::path(delete, path = "/widgets/{id}/identity_secrets/{secret}", tag = "identity",
    params(("id" = WidgetId, Path), ("secret" = IdentitySecretId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn retire_identity_secret(
    who: Allowed<ManageWidgets>,
    Path((widget, id)): Path<(WidgetId, IdentitySecretId)>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx| super::retire(cx, widget, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs identities for the customer's back end.
#[derive(Debug)]
enum Sign {}

impl Permission for Sign {
    const NAME: &'static str = "identity.sign";
    const ROLE: Option<Role> = None;

    fn allows(caller: &countersign_base::Caller) -> bool {
        matches!(caller, countersign_base::Caller::Key(_))
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhichWidget {
    /// The widget; needed when the organization has several.
    #[serde(default)]
    widget: Option<WidgetId>,
}

/// What was signed, by the field that the page sends it in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Signatures {
    signatures: BTreeMap<String, String>,
}

/// Signs a user's claims with the widget's newest secret: the page's proof, ten minutes long.
#[utoipa::path(post, path = "/signatures", tag = "identity", params(WhichWidget),
    request_body(content = Object, description = "the user's claims, in the profile's field names"),
    responses((status = 200, body = Signatures), (status = 400, description = "`widget_required`, `bad_claims`"),
        (status = 409, description = "`signing_key_is_yours`, `no_identity_secret`")))]
async fn sign(
    who: Allowed<Sign>,
    Query(which): Query<WhichWidget>,
    Json(claims): Json<Presented>,
) -> Answer<Signatures> {
    let signed =
        who.read(async move |cx| super::signatures(cx, which.widget, &claims).await).await?;
    Ok(Json(Signatures { signatures: signed.into_iter().collect() }))
}
