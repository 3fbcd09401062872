//! Secret keys over HTTP.

use axum::http::StatusCode;
use countersign_base::{ApiKeyId, Role};
use countersign_door::{
    Allowed, Answer, App, Cursor, Json, Page, Paging, Path, Permission, Problem, Query,
};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ApiKey, store};

/// What a member or a back end may do with secret keys.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_api_keys, create_api_key))
        .routes(routes!(revoke_api_key))
}

/// Makes, sees and revokes secret keys.
#[derive(Debug)]
pub enum ManageApiKeys {}

impl Permission for ManageApiKeys {
    const NAME: &'static str = "api_keys.manage";
    const ROLE: Option<Role> = Some(Role::Admin);
}

/// Every secret key, newest first, revoked ones too.
#[utoipa::path(get, path = "/api_keys", tag = "api_keys", params(Paging),
    responses((status = 200, body = Page<ApiKey>), (status = 400, description = "`bad_cursor`, `bad_limit`"),
        (status = 403, description = "`forbidden`")))]
async fn list_api_keys(
    who: Allowed<ManageApiKeys>,
    Query(paging): Query<Paging>,
) -> Answer<Page<ApiKey>> {
    let limit = paging.limit()?;
    let tenant = who.scope().tenant;
    let cursor = Cursor::new(who.keys().own(), tenant, "api_keys", tenant.bytes());
    let after = paging.after(&cursor)?;
    let found = who.read(async move |cx| store::list(cx, after, limit).await).await?;
    Ok(Json(Page::of(found, limit, &cursor, |key| (key.created_at.millis(), key.id.bytes()))))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApiKey {
    /// What it is for: 1 to 100 characters.
    name: String,
}

/// A key with its text, which is shown this once.
#[derive(Serialize, utoipa::ToSchema)]
struct CreatedApiKey {
    #[serde(flatten)]
    shown: ApiKey,
    /// The key: store it now, it is not shown again.
    secret_key: String,
}

/// Makes a secret key.
#[utoipa::path(post, path = "/api_keys", tag = "api_keys", request_body = NewApiKey,
    responses((status = 201, body = CreatedApiKey), (status = 403, description = "`forbidden`"),
        (status = 409, description = "`too_many_keys`"), (status = 422, description = "`bad_text`")))]
async fn create_api_key(
    who: Allowed<ManageApiKeys>,
    Json(new): Json<NewApiKey>,
) -> Result<(StatusCode, Json<CreatedApiKey>), Problem> {
    let created = who.write(async move |cx| super::create(cx, new.name).await).await?;
    let secret_key = created.secret_key.expose().to_owned();
    Ok((StatusCode::CREATED, Json(CreatedApiKey { shown: created.shown, secret_key })))
}

/// Revokes a secret key: it is refused on the next request.
#[utoipa::path(delete, path = "/api_keys/{id}", tag = "api_keys", params(("id" = ApiKeyId, Path)),
    responses((status = 204), (status = 403, description = "`forbidden`"),
        (status = 404, description = "`not_found`")))]
async fn revoke_api_key(
    who: Allowed<ManageApiKeys>,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx| super::revoke(cx, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}
