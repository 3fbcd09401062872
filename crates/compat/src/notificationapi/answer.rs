//! Answers as the vendor's clients need them.

use axum::Extension;
use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CONTENT_LENGTH, CONTENT_TYPE,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_base::Fault;
use countersign_door::Problem;
use countersign_door::protect::WrongProof;
use countersign_people::contacts;
use countersign_reach::{notifications, web_push};
use serde_json::{Value, json};

/// Why a call is not answered.
#[derive(Debug)]
pub(super) enum Failure {
    /// No proof: 401 without a body, because one client takes any body for an answer.
    Unauthorized,
    /// A proof that does not hold, which looks the same and counts as a guess (NA8).
    WrongProof,
    /// Nothing is here.
    NotFound,
    /// The call cannot be read or done.
    Bad(String),
    /// The store failed.
    Fault(Fault),
}

impl Failure {
    pub(super) fn bad(why: impl Into<String>) -> Self {
        Self::Bad(why.into())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<notifications::Refusal> for Failure {
    fn from(refusal: notifications::Refusal) -> Self {
        match refusal {
            notifications::Refusal::Store(fault) => Self::Fault(fault),
            notifications::Refusal::NoSuchNotification | notifications::Refusal::NotWaiting => {
                Self::NotFound
            }
            refusal => Self::Bad(refusal.to_string()),
        }
    }
}

impl From<web_push::Refusal> for Failure {
    fn from(refusal: web_push::Refusal) -> Self {
        match refusal {
            web_push::Refusal::Store(fault) => Self::Fault(fault),
            refusal => Self::Bad(refusal.to_string()),
        }
    }
}

impl From<contacts::Refusal> for Failure {
    fn from(refusal: contacts::Refusal) -> Self {
        match refusal {
            contacts::Refusal::Store(fault) => Self::Fault(fault),
            contacts::Refusal::Weaker => Self::Unauthorized,
            refusal => Self::Bad(refusal.to_string()),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED.into_response(),
            Self::WrongProof => (StatusCode::UNAUTHORIZED, Extension(WrongProof)).into_response(),
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Bad(message) => {
                let error = json!({ "code": "bad_request", "message": message });
                with(StatusCode::BAD_REQUEST, &json!({ "trackingId": "", "error": error }))
            }
            Self::Fault(fault) => Problem::from(fault).into_response().status().into_response(),
        }
    }
}

/// 200 with this JSON.
pub(super) fn ok(body: &Value) -> Response {
    with(StatusCode::OK, body)
}

/// This status with this JSON.
pub(super) fn with(status: StatusCode, body: &Value) -> Response {
    let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (status, [json], body.to_string()).into_response()
}

/// The same without its body.
pub(super) fn without_body(mut response: Response) -> Response {
    for name in [CONTENT_TYPE, CONTENT_LENGTH] {
        response.headers_mut().remove(name);
    }
    *response.body_mut() = Body::empty();
    response
}

/// Lets pages of any origin read the answer: no cookie is involved, the token is the right.
pub(super) fn shared(mut response: Response) -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
