//! Two origins: nothing that is embedded in other pages shares one with the dashboard.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HOST, ORIGIN, VARY,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_door::{Origins, Problem};
use countersign_guard::Origin;

/// What the widget's origin answers, and nothing else.
const EMBEDDED: [&str; 5] = ["/embed", "/widget/v1", "/sdk", "/compat", "/unsubscribe"];
/// What only the public origin answers.
const APART: [&str; 2] = ["/dashboard", "/docs"];

/// The host names of the two origins.
#[derive(Clone)]
pub struct Places(Arc<(String, String)>);

impl Places {
    /// The places of these origins.
    pub fn new(origins: &Origins) -> Self {
        Self(Arc::new((authority(&origins.public), authority(&origins.widget))))
    }
}

fn authority(origin: &Origin) -> String {
    let text = origin.as_str();
    text.split_once("://").map_or(text, |(_, authority)| authority).to_owned()
}

/// Answers each path only where it belongs.
pub async fn keep_apart(State(places): State<Places>, request: Request, next: Next) -> Response {
    let (public, widget) = &*places.0;
    if public == widget {
        return next.run(request).await;
    }
    let host = host(&request);
    let path = request.uri().path();
    let under = |roots: &[&str]| {
        roots.iter().any(|root| {
            path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    let belongs = if host.eq_ignore_ascii_case(widget) {
        under(&EMBEDDED) || path == "/healthz"
    } else if under(&APART) {
        host.eq_ignore_ascii_case(public)
    } else {
        !under(&["/embed", "/sdk", "/unsubscribe"])
    };
    if belongs { next.run(request).await } else { Problem::not_found().into_response() }
}

/// The host that is asked; the request line says it with more right than the header (RFC 9112).
fn host(request: &Request) -> &str {
    let header = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    request.uri().authority().map(Authority::as_str).or(header).unwrap_or_default()
}

/// Lets pages of other origins read answers of `/widget/v1`.
///
/// No cookie and no other ambient right is involved: whether that origin may use the widget
/// is checked by the handler, which knows the widget.
pub async fn share_with_pages(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/widget/v1/") {
        return next.run(request).await;
    }
    let Some(origin) = request.headers().get(ORIGIN).cloned() else {
        return next.run(request).await;
    };
    let mut response = match *request.method() {
        Method::OPTIONS => preflight(),
        _ => next.run(request).await,
    };
    if response.status() != StatusCode::FORBIDDEN {
        share(response.headers_mut(), origin);
    }
    response
}

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, dpop, idempotency-key"),
    );
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

fn share(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(VARY, HeaderValue::from_static("Origin"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("dpop-nonce, retry-after, x-request-id"),
    );
}
