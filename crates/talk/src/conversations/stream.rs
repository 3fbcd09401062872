//! The handshakes of the live stream, for visitors and for the dashboard.

use std::time::Duration;

use axum::extract::{Extension, Request};
use axum::http::header::{COOKIE, SEC_WEBSOCKET_PROTOCOL};
use axum::http::request::Parts;
use axum::response::Response;
use countersign_base::{ContactId, Fault, Moment};
use countersign_door::live::{self, Code, Full, Handshake, Session, Topic};
use countersign_door::{App, Cx, Problem, Public, Reason, System};
use countersign_people::sessions::{self, StreamPass};
use countersign_people::{People, members, merges};

use super::frames::Audience;
use super::listener::{Deadline, Listener, Who};
use super::model::{AuthorKind, Writer};
use super::typing::Throttle;

/// The subprotocol that clients and server agree on.
const PROTOCOL: &str = "countersign.v1";

/// A browser cannot put a proof on a WebSocket handshake.
#[derive(Debug)]
pub enum TicketInHandshake {}

impl Reason for TicketInHandshake {
    const WHY: &'static str = "the proof is a ticket among the offered subprotocols, spent here";
}

/// A handshake is a GET that browsers send across sites, so its `Origin` is checked with the cookie.
#[derive(Debug)]
pub enum CookieInHandshake {}

impl Reason for CookieInHandshake {
    const WHY: &'static str =
        "the proof is the sign-in's cookie with the exact origin, checked here";
}

/// The visitor's live stream, a WebSocket.
#[utoipa::path(get, path = "/stream", tag = "conversations",
    responses((status = 101, description = "subprotocol `countersign.v1`"),
        (status = 400, description = "`bad_handshake`, `bad_subprotocol`"),
        (status = 401, description = "`unauthorized`: the ticket is wrong, old or spent"),
        (status = 403, description = "`origin_not_allowed`"),
        (status = 426, description = "`bad_handshake`"),
        (status = 503, description = "`unavailable`")))]
pub(super) async fn open_visitor_stream(
    door: Public<TicketInHandshake>,
    Extension(people): Extension<People>,
    Extension(throttle): Extension<Throttle>,
    request: Request,
) -> Result<Response, Problem> {
    let app = door.app();
    let (mut parts, _) = request.into_parts();
    let ticket = ticket(&parts).ok_or_else(Problem::unauthorized)?;
    let handshake = handshake(&mut parts)?;
    let pass = sessions::spend_ticket(app, &people, &parts, &ticket).await?;
    let audience = Audience::Visitor(pass.contact);
    let system = app.system(pass.scope).await?;
    let topics = topics(&system, pass.contact).await?;
    let seat = app.hub.register(pass.session, &topics).map_err(full)?;
    // A revocation before the seat was taken is not seen by it.
    sessions::still_holds(app, &people, &pass).await?;
    let writer = Writer { kind: AuthorKind::Visitor, id: pass.contact.bytes(), trust: None };
    let deadline = idle_deadline(app, pass);
    let who = Who { tenant: pass.scope.tenant, audience, writer };
    let listener = Listener::new(app.clone(), system, who, throttle, deadline);
    Ok(live::open(handshake, Some(PROTOCOL), seat, listener))
}

/// What a visitor's browser hears: news of its contact, and of those that were merged into it.
async fn topics(system: &System, contact: ContactId) -> Result<Vec<Topic>, Fault> {
    let whole = async move |cx: &mut Cx<'_>| merges::whole(cx, contact).await;
    Ok(system.read(whole).await?.into_iter().map(ContactId::bytes).collect())
}

/// The dashboard's live stream, a WebSocket: every conversation of the tenant.
#[utoipa::path(get, path = "/stream", tag = "conversations",
    responses((status = 101, description = "subprotocol `countersign.v1`"),
        (status = 400, description = "`bad_handshake`, `bad_subprotocol`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`origin_not_allowed`"),
        (status = 426, description = "`bad_handshake`"),
        (status = 503, description = "`unavailable`")))]
pub(super) async fn open_dashboard_stream(
    door: Public<CookieInHandshake>,
    Extension(people): Extension<People>,
    Extension(throttle): Extension<Throttle>,
    request: Request,
) -> Result<Response, Problem> {
    let app = door.app();
    let (mut parts, _) = request.into_parts();
    if !parts.headers.contains_key(COOKIE) {
        return Err(Problem::unauthorized());
    }
    let pass = members::stream_pass(app, &people, &parts).await?;
    let handshake = handshake(&mut parts)?;
    let topic = Audience::Staff.topic(pass.scope.tenant);
    let seat = app.hub.register(pass.sign_in, &[topic]).map_err(full)?;
    // A revocation before the seat was taken is not seen by it.
    members::stream_pass(app, &people, &parts).await?;
    let writer = Writer { kind: AuthorKind::Member, id: pass.member.bytes(), trust: None };
    let who = Who { tenant: pass.scope.tenant, audience: Audience::Staff, writer };
    let deadline = deadline(app, pass.sign_in, pass.expires_at);
    let listener =
        Listener::new(app.clone(), app.system(pass.scope).await?, who, throttle, deadline);
    Ok(live::open(handshake, Some(PROTOCOL), seat, listener))
}

/// Why a handshake is refused before its proof is looked at.
enum BadOffer {
    Handshake(live::Refusal),
    Protocol,
}

impl From<BadOffer> for Problem {
    fn from(bad: BadOffer) -> Self {
        let refusal = match bad {
            BadOffer::Handshake(refusal) => refusal,
            BadOffer::Protocol => {
                let detail =
                    "offer the subprotocol `countersign.v1`, and a visitor's ticket after it";
                return Self::bad_request("bad_subprotocol", detail);
            }
        };
        let mut problem = Self::new(refusal.status(), "bad_handshake", refusal.to_string());
        for (name, value) in &refusal.headers() {
            problem = problem.with(name.clone(), value.clone());
        }
        problem
    }
}

/// What a client offers beside our protocol; whoever offers nothing has no proof.
fn ticket(parts: &Parts) -> Option<String> {
    let offers = parts.headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    let offers = offers.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    offers.map(str::trim).find(|offer| *offer != PROTOCOL).map(ToOwned::to_owned)
}

fn handshake(parts: &mut Parts) -> Result<Handshake, BadOffer> {
    let handshake = Handshake::try_from(parts).map_err(BadOffer::Handshake)?;
    let is_ours = handshake.offered().iter().any(|protocol| protocol == PROTOCOL);
    is_ours.then_some(handshake).ok_or(BadOffer::Protocol)
}

fn full(_: Full) -> Problem {
    Problem::unavailable("there is no room for another live connection now")
}

/// Ends the sign-in's sockets at its end, which nobody else would notice.
fn deadline(app: &App, session: Session, ends: Moment) -> Deadline {
    let app = app.clone();
    let task = tokio::spawn(async move {
        tokio::time::sleep(left(&app, ends)).await;
        app.hub.close_session(&session, Code::SESSION_OVER, "the session is over");
    });
    Deadline(task.abort_handle())
}

/// Ends the session's sockets when it was not refreshed for too long, or is too old.
fn idle_deadline(app: &App, pass: StreamPass) -> Deadline {
    let app = app.clone();
    let task = tokio::spawn(async move {
        let mut ends = pass.ends_at;
        loop {
            tokio::time::sleep(left(&app, ends)).await;
            // Refreshes move the end, on any node; a store that cannot tell ends the socket.
            match sessions::ends_at(&app, &pass).await {
                Ok(Some(later)) => ends = later,
                _ => break,
            }
        }
        app.hub.close_session(&pass.session, Code::SESSION_OVER, "the session is over");
    });
    Deadline(task.abort_handle())
}

fn left(app: &App, ends: Moment) -> Duration {
    let left = ends.millis() - app.clock.now().millis();
    Duration::from_millis(u64::try_from(left).unwrap_or(0))
}
