//! Secret keys over HTTP.

use axum::http::StatusCode;
use countersign_base::{ApiKeyId, Role};
use countersign_door::{Allowed, Answer, App, Json, Page, Path, Permission, Problem};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiKey;

/// What a member or a back end may do with secret keys.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_api_keys, create_api_key)).routes(routes!(revoke_api_key))
}

/// Makes and ends secret keys.
#[derive(Debug)]
pub enum ManageApiKeys {}

impl Permission for ManageApiKeys {
    const NAME: &'static str = "api_keys.manage";
    const ROLE: Option<Role> = Some(Role::Admin);
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApiKey {
    /// What members call it.
    name: String,
}

/// A key with its secret, which is shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CreatedApiKey {
    #[serde(flatten)]
    key: ApiKey,
    /// The key: store it now, it is not shown again.
    secret_key: String,
}

/// The secret keys of the tenant, newest first.
#[utoipa::path(get, path = "/api_keys", tag = "api_keys", responses((status = 200, body = Page<ApiKey>)))]
async fn list_api_keys(who: Allowed<ManageApiKeys>) -> Answer<Page<ApiKey>> {
    let items = who.read(async move |cx| super::list(cx).await).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Makes a secret key.
#[utoipa::path(post, path = "/api_keys", tag = "api_keys", request_body = NewApiKey,
    responses((status = 201, body = CreatedApiKey), (status = 422, description = "`bad_text`")))]
async fn create_api_key(
    who: Allowed<ManageApiKeys>,
    Json(new): Json<NewApiKey>,
) -> Result<(StatusCode, Json<CreatedApiKey>), Problem> {
    let created = who.write(async move |cx| super::create(cx, new.name).await).await?;
    let secret_key = created.secret_key.expose().to_owned();
    Ok((StatusCode::CREATED, Json(CreatedApiKey { key: created.key, secret_key })))
}

/// Ends a secret key: it is refused on the next request.
#[utoipa::path(delete, path = "/api_keys/{id}", tag = "api_keys", params(("id" = ApiKeyId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn revoke_api_key(
    who: Allowed<ManageApiKeys>,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx| super::revoke(cx, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}
