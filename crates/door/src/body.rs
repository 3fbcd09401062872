//! Strict extractors: one reading of a request, or a clear 400.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// Bytes of JSON that a request may have.
const LARGEST: usize = 128 * 1024;
/// How long a body may take to arrive: a stalled one would hold its connection for ever.
const PATIENCE: Duration = Duration::from_secs(15);

/// A JSON body, in or out.
///
/// Coming in, unknown fields and duplicate keys are refused by the types (each has
/// `deny_unknown_fields`), and anything but `application/json` is 415. Going out, it is
/// never cached.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers().get(CONTENT_TYPE)) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "send the body as `Content-Type: application/json`",
            ));
        }
        read(&whole(request.into_body()).await?).map(Self)
    }
}

fn is_json(value: Option<&HeaderValue>) -> bool {
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// The bytes of a body that is neither too large nor too slow.
pub(crate) async fn whole(body: Body) -> Result<Bytes, Problem> {
    let collected = tokio::time::timeout(PATIENCE, Limited::new(body, LARGEST).collect()).await;
    let Ok(collected) = collected else {
        return Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_too_slow",
            format!("a body arrives within {} s", PATIENCE.as_secs()),
        ));
    };
    collected.map(http_body_util::Collected::to_bytes).map_err(|error| too_large(&*error))
}

fn too_large(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Problem {
    if error.is::<http_body_util::LengthLimitError>() {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!("a body has at most {LARGEST} bytes"),
        );
    }
    Problem::bad_request("body_incomplete", "the body ended before it was whole")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::bad_request("malformed_json", format!("the body cannot be read: {error}"))
    })
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let bytes = match serde_json::to_vec(&self.0) {
            Ok(bytes) => bytes,
            Err(error) => return Problem::bug(&error.to_string()).into_response(),
        };
        let mut response = bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Query parameters; unknown and duplicate ones are refused.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|error| {
            let detail = std::error::Error::source(&error).map(ToString::to_string);
            let detail = detail.unwrap_or_else(|| error.to_string());
            Problem::bad_request("malformed_query", format!("the query cannot be read: {detail}"))
        })
    }
}

/// An id in the path; what is no id of that kind is 404, as an unknown one is.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0)).map_err(|_| Problem::not_found())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stops_or_drips_holds_nothing_for_ever() {
        let began = tokio::time::Instant::now();
        let stalled = Body::from_stream(futures_util::stream::pending::<Result<Bytes, BoxError>>());
        let refused = whole(stalled).await.expect_err("it never ends");
        assert_eq!((refused.status().as_u16(), refused.code()), (408, "body_too_slow"));
        let drop_by_drop = futures_util::stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((Ok::<_, BoxError>(Bytes::from_static(b" ")), ()))
        });
        let refused = whole(Body::from_stream(drop_by_drop)).await.expect_err("it never ends");
        assert_eq!(refused.code(), "body_too_slow");
        assert_eq!(began.elapsed(), 2 * PATIENCE);
        let large = whole(Body::from(vec![b' '; LARGEST + 1])).await.expect_err("too large");
        assert_eq!(large.status().as_u16(), 413);
        assert_eq!(whole(Body::from("{}")).await.expect("whole"), "{}");
    }

    type BoxError = Box<dyn std::error::Error + Send + Sync>;
}
