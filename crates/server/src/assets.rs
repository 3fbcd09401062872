//! The pages that come with the binary: the dashboard, the frame of the widget, the loader.

use axum::Extension;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use countersign_door::{App, Problem};
use countersign_guard::frame_ancestors;
use countersign_people::People;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Files;

const DASHBOARD_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; font-src 'self'; frame-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";
/// Where the dashboard shows an email that somebody is writing: it runs nothing and asks nobody,
/// so the page around it may write into it.
const PAPER_POLICY: &str = "sandbox allow-same-origin; default-src 'none'; \
    style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'";
const PAPER: &str = "<!doctype html><html lang=\"en\"><title>Preview</title></html>";
const FRAME_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// Where the pages answer.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(async || Redirect::temporary("/dashboard/")))
        .route("/dashboard", get(async || Redirect::permanent("/dashboard/")))
        .route("/dashboard/", get(dashboard))
        .route("/dashboard/paper", get(paper))
        .route("/dashboard/{*path}", get(dashboard_file))
        .route("/embed/{widget}", get(frame))
        .route("/embed/assets/{*path}", get(frame_file))
        .route(
            "/sdk/countersign.js",
            get(async |headers: HeaderMap| script("countersign", &headers)),
        )
        .route("/sdk/push.js", get(async |headers: HeaderMap| script("push", &headers)))
        .route("/.well-known/security.txt", get(security))
}

async fn dashboard() -> Response {
    page("dashboard/index.html", DASHBOARD_POLICY)
}

/// An empty page.
async fn paper() -> Response {
    let headers = [(CONTENT_TYPE, kind(".html")), (CONTENT_SECURITY_POLICY, PAPER_POLICY)];
    (headers, PAPER).into_response()
}

/// A file of the dashboard, or the page itself: its routes live in the browser.
async fn dashboard_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    if path.starts_with("v1/") {
        return Problem::not_found().into_response();
    }
    match path.strip_prefix("assets/") {
        Some(_) => immutable(&format!("dashboard/{path}"), &headers),
        None => page("dashboard/index.html", DASHBOARD_POLICY),
    }
}

/// The page of a widget's frame, for its allowed origins only.
async fn frame(
    State(app): State<App>,
    Extension(people): Extension<People>,
    Path(widget): Path<String>,
) -> Result<Response, Problem> {
    let install = people.widgets.find(&app, &widget).await?;
    let policy = format!("{FRAME_POLICY}; {}", frame_ancestors(&install.origins));
    Ok(page("embed/index.html", &policy))
}

async fn frame_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    immutable(&format!("embed/assets/{path}"), &headers)
}

/// A script for other people's pages: the loader, or the worker for web push.
fn script(name: &str, headers: &HeaderMap) -> Response {
    let mut response = file(&format!("sdk/{name}.js"), headers, "public, max-age=300");
    let any_page = HeaderValue::from_static("cross-origin");
    response
        .headers_mut()
        .insert(HeaderName::from_static("cross-origin-resource-policy"), any_page);
    response
}

async fn security() -> Response {
    let text = "Contact: https://github.com/countersign/countersign/security/advisories/new\n\
                Expires: 2027-12-31T23:59:59Z\nPreferred-Languages: en\n";
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

fn page(name: &str, policy: &str) -> Response {
    let mut response = file(name, &HeaderMap::new(), "no-store");
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn immutable(name: &str, headers: &HeaderMap) -> Response {
    file(name, headers, "public, max-age=31536000, immutable")
}

fn file(name: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let Some(found) = Files::get(name) else { return Problem::not_found().into_response() };
    let tag = tag(&found);
    let asked = headers.get(IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
    if asked == Some(tag.as_str()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let kind = kind(name);
    let mut response =
        ([(CONTENT_TYPE, kind), (CACHE_CONTROL, cache)], found.data.into_owned()).into_response();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn tag(file: &EmbeddedFile) -> String {
    let [a, b, c, d, ..] = file.metadata.sha256_hash();
    format!("\"{:08x}\"", u32::from_be_bytes([a, b, c, d]))
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    }
}
