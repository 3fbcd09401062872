//! `NotificationAPI`'s REST and WebSocket, under `/compat/notificationapi`.
//!
//! An environment is a widget with the profile `notificationapi`: its public key is the
//! `clientId`, its identity secrets are `clientSecret`s, several at once while one replaces
//! another, and `enforce` is Secure Mode.
//!
//! - **NA1** The path says who is meant, the token must say the same; the token also decides which
//!   reading of an ambiguous path holds.
//! - **NA2** In Secure Mode a call without a valid hash is answered 401 with no body, and changes
//!   nothing; the socket is refused in the handshake.
//! - **NA3** Secure Mode and retired secrets count from the next request on, and cut the sockets
//!   whose hash does not hold any more.
//! - **NA4** No title is run: neither as markup from a parameter nor as a template.
//! - **NA5** A name that was proven once is not given to a page that merely says it, also where
//!   Secure Mode is off.
//! - **NA6** The Python package's SHA-256 of secret and id counts in its three calls alone, and
//!   only where the environment's owner allowed it.
//! - **NA7** A browser's web push token stands on the proof that it came with, and falls with it.
//! - **NA8** Hashes and secrets that are guessed meet the limit of proofs; a call without any does
//!   not count, and whoever is past the limit is not heard.
//! - **NA9** A page of any origin can read every answer, and a refusal has no body that a client
//!   could take for data.
//! - **NA10** What a socket says that cannot be read ends that socket, changes nothing and reaches
//!   no other.
//! - **NA11** Paging by the date of the last item loses none and shows none twice, to the end.

mod address;
mod answer;
mod browser;
mod choices;
mod entry;
mod feed;
mod push;
mod server;
mod shape;
mod socket;
mod user;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, OriginalUri, Request};
use axum::handler::Handler as _;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use countersign_door::{App, Public, Reason};
use countersign_people::People;
use http_body_util::{BodyExt as _, Limited};

use self::address::Place;
use self::answer::{Failure, shared, without_body};
use self::entry::Call;
pub use self::push::Push;

/// Where the routes stand.
pub(crate) const ROOT: &str = "/compat/notificationapi";
/// Bytes of a body at most: 150,000 of parameters, and the texts of a call.
const MOST_BODY: usize = 1024 * 1024;

/// The vendor's clients put their proof into each call's `Authorization`, in their own format.
#[derive(Debug)]
pub enum ProofInEachCall {}

impl Reason for ProofInEachCall {
    const WHY: &'static str = "the proof is the vendor's Basic token or socket query, read here";
}

/// Every route of the vendor.
pub fn routes() -> Router<App> {
    let handler = any(answer.layer(DefaultBodyLimit::max(MOST_BODY)));
    Router::new()
        .route(ROOT, handler.clone())
        .route(&format!("{ROOT}/"), handler.clone())
        .route(&format!("{ROOT}/{{*rest}}"), handler)
}

/// Lets pages of any origin read every answer under `ROOT`; what refused a call before it came
/// here loses its body (NA9).
pub async fn share(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(ROOT) {
        return next.run(request).await;
    }
    let answer = next.run(request).await;
    let kind = answer.headers().get(CONTENT_TYPE);
    let is_problem = kind.is_some_and(|kind| kind == "application/problem+json");
    shared(if is_problem { without_body(answer) } else { answer })
}

async fn answer(
    door: Public<ProofInEachCall>,
    Extension(people): Extension<People>,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Response {
    if request.method() == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let (mut parts, body) = request.into_parts();
    let path = uri.path().strip_prefix(ROOT).unwrap_or_default().trim_start_matches('/');
    if path.is_empty() {
        return socket::open(door.app(), &people, &mut parts).await;
    }
    let Some(place) = Place::read(path) else { return Failure::NotFound.into_response() };
    let body = match Limited::new(body, MOST_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    let call = Call { app: door.app(), people: &people, parts: &parts, body: &body };
    dispatch(call, place).await.unwrap_or_else(Failure::into_response)
}

async fn dispatch(call: Call<'_>, place: Place<'_>) -> Result<Response, Failure> {
    match place {
        Place::User { client, tail } => user::answer(call, &client, tail).await,
        Place::Server { client, rest } => server::answer(call, &client, &rest).await,
    }
}

/// A body as JSON, whatever its type claims; an empty one is an empty object.
fn json(body: &Bytes) -> Result<serde_json::Value, Failure> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(serde_json::json!({}));
    }
    serde_json::from_slice(body).map_err(|_| Failure::bad("the body is not JSON"))
}
