//! The one shape in which the server says no: RFC 9457.

use std::borrow::Cow;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_base::Fault;
use serde::Serialize;

use crate::body::Json;
use crate::request::request_id;

/// What a handler answers.
pub type Answer<T> = Result<Json<T>, Problem>;

/// A refusal as the caller sees it.
#[derive(Debug)]
pub struct Problem(Box<Refusal>);

#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    headers: HeaderMap,
    replay: Option<Response>,
}

/// The body of every refusal (RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body {
    /// Always `about:blank`: `code` says which problem it is.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    kind: &'static str,
    /// The name of the status.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A stable name that programs can act on.
    code: &'static str,
    /// What was wrong and what would be right, for people.
    detail: Cow<'static, str>,
    /// The number of this request: give it to an administrator to learn more.
    request_id: Option<String>,
    /// Each field that is wrong, where a form can show it; absent for most problems.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// A field of the request that is wrong, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Its path in the body: `templates.inapp.title`.
    pub field: &'static str,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong there.
    pub detail: String,
}

impl Problem {
    /// A problem with a stable `code` that programs can act on.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (detail, headers, errors) = (detail.into(), HeaderMap::new(), Vec::new());
        Self(Box::new(Refusal { status, code, detail, errors, headers, replay: None }))
    }

    /// The request cannot be read.
    pub fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// There is no such thing, or it is somebody else's: the answer is the same.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here with this id")
    }

    /// No proof, or one that is not valid any more.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "this needs a valid proof: it is missing, expired or revoked",
        )
    }

    /// The caller is known, but may not do this.
    pub fn forbidden(permission: &'static str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            format!("this needs the permission `{permission}`"),
        )
    }

    /// A visitor's identity was refused: one constant answer for every reason.
    pub fn identity_refused() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "identity_refused",
            "this identity was refused; an administrator can look up the reason by the request id",
        )
    }

    /// Too many of these; `seconds` says when to come back.
    pub fn too_many(seconds: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "too many requests; wait and try again",
        )
        .with_retry_after(seconds)
    }

    /// The server cannot do it now, and nothing was done.
    pub fn unavailable(detail: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).with_retry_after(1)
    }

    /// Something in the code is wrong; the cause goes to the log only.
    pub fn bug(cause: &str) -> Self {
        tracing::error!(cause, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong on our side; nothing was changed",
        )
    }

    /// An answer that was given before, which ends the request as a refusal would.
    pub(crate) fn replay(response: Response) -> Self {
        let mut problem = Self::new(response.status(), "replay", "");
        problem.0.replay = Some(response);
        problem
    }

    /// Names the fields that are wrong.
    #[must_use]
    pub fn at(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// The stable name.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    fn with_retry_after(self, seconds: u64) -> Self {
        self.with(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match &fault {
            Fault::Busy => Self::unavailable("too much is waiting; nothing was done, try again"),
            Fault::Full => {
                tracing::error!(%fault, "store");
                Self::unavailable("the disk of the server is full; nothing was done")
            }
            Fault::Retry(_) => {
                tracing::warn!(%fault, "store");
                Self::unavailable("the change was given up; nothing was done, try again")
            }
            Fault::Unique | Fault::Store(_) | Fault::Corrupt(_) => Self::bug(&fault.to_string()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let refusal = *self.0;
        if let Some(response) = refusal.replay {
            return response;
        }
        let body = Body {
            kind: "about:blank",
            title: refusal.status.canonical_reason().unwrap_or("Error"),
            status: refusal.status.as_u16(),
            code: refusal.code,
            detail: refusal.detail,
            request_id: request_id().map(|id| id.to_string()),
            errors: refusal.errors,
        };
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (refusal.status, bytes).into_response();
        let headers = response.headers_mut();
        headers.extend(refusal.headers);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
