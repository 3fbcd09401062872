//! The contract: `/openapi.json`, and a page that a person can read.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use countersign_door::App;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

mod page;

/// What the document begins with.
pub fn head() -> OpenApi {
    let bearer = |format: &str, words: &str| {
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format(format)
                .description(Some(words))
                .build(),
        )
    };
    let cookie = ApiKey::Cookie(ApiKeyValue::new("__Host-cs_s"));
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Countersign")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(include_str!("contract/intro.md")))
                .build(),
        )
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme(
                    "visitor",
                    bearer(
                        "JWT",
                        "a visitor's access token; with `DPoP` when the session is bound to a key",
                    ),
                )
                .security_scheme(
                    "secret_key",
                    bearer("cs_sk_…", "a secret key, from a back end only"),
                )
                .security_scheme("member", SecurityScheme::ApiKey(cookie))
                .build(),
        ))
        .build()
}

/// The document as it is served: every plane with its own kind of proof.
pub fn text(document: &OpenApi) -> String {
    let mut document = document.clone();
    for (path, item) in &mut document.paths.paths {
        let (plane, scheme) = match path.split('/').nth(1) {
            Some("widget") => ("widget", Some("visitor")),
            Some("api") => ("server", Some("secret_key")),
            Some("dashboard") => ("dashboard", Some("member")),
            _ => ("public", None),
        };
        let operations =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            if let Some(name) = &operation.operation_id {
                operation.operation_id = Some(format!("{plane}_{name}"));
            }
            if operation.security.is_none() {
                let requirement =
                    scheme.map(|scheme| SecurityRequirement::new(scheme, Vec::<String>::new()));
                operation.security = Some(requirement.into_iter().collect());
            }
        }
    }
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// Where the contract answers.
pub fn routes(document: &OpenApi) -> Router<App> {
    let json: Arc<str> = text(document).into();
    let html: Arc<str> = page::render(document).into();
    Router::new()
        .route(
            "/openapi.json",
            get(async move || ([(CONTENT_TYPE, "application/json")], json.to_string())),
        )
        .route("/docs", get(async move || with_policy(&html)))
        .route("/docs/style.css", get(async || ([(CONTENT_TYPE, "text/css")], page::STYLE)))
}

fn with_policy(html: &str) -> impl IntoResponse + use<> {
    let policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                  frame-ancestors 'none'";
    ([(CONTENT_SECURITY_POLICY, policy)], Html(html.to_owned()))
}
