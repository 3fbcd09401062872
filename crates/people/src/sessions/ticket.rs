//! Tickets for sockets: a browser cannot put a proof on a WebSocket handshake, so it fetches
//! a ticket with its proof and opens the socket with that, once, within 30 seconds.

use axum::http::request::Parts;
use countersign_base::{
    ContactId, Digest, Fault, Moment, Scope, SessionId, TenantId, Token, tokens,
};
use countersign_door::{App, Cx, Problem};
use countersign_infra::vault::Place;

use super::live::Known;
use super::store;
use crate::People;

/// Seconds that a ticket lives.
pub(super) const LIFE: i64 = 30;

/// Nonce, sealed session, tenant and end, tag.
type Ticket = Token<tokens::Ticket, 68>;

/// What a spent ticket opens.
#[derive(Clone, Copy, Debug)]
pub struct StreamPass {
    /// The session that the socket lives and dies with.
    pub session: [u8; 16],
    /// Whose rows are in reach.
    pub scope: Scope,
    /// The visitor's contact.
    pub contact: ContactId,
    /// When the session ends, as far as this node knows: a refresh may have moved it.
    pub ends_at: Moment,
}

/// A ticket for this session.
pub(super) fn write(people: &People, session: &super::live::LiveSession, now: Moment) -> String {
    let mut plain = [0; 40];
    plain[..16].copy_from_slice(&session.id.bytes());
    plain[16..32].copy_from_slice(&session.scope.tenant.bytes());
    plain[32..].copy_from_slice(&now.plus_seconds(LIFE).millis().to_be_bytes());
    let sealed = people.sessions.secrets.seal(&place(), &plain);
    let mut bytes = [0; 68];
    bytes.copy_from_slice(&sealed);
    Ticket::from_bytes(bytes).reveal()
}

/// Spends a ticket: it must be ours, young and unspent, and its session alive.
pub async fn spend_ticket(
    app: &App,
    people: &People,
    parts: &Parts,
    text: &str,
) -> Result<StreamPass, Problem> {
    let now = app.clock.now();
    let ticket = Ticket::read(text).map_err(|_| Problem::unauthorized())?;
    let (session, tenant, ends) = open(people, &ticket).ok_or_else(Problem::unauthorized)?;
    if now >= ends {
        return Err(Problem::unauthorized());
    }
    let session = alive(app, people, session, tenant, now).await?;
    let install = people.widgets.by_id(app, tenant, session.widget).await?;
    install.ok_or_else(Problem::unauthorized)?.hears(app, parts)?;
    let mark = Digest::of(ticket.bytes());
    let first = app
        .system(session.scope)
        .await?
        .write(async move |cx: &mut Cx<'_>| store::spend_proof(cx, &mark.0, ends).await)
        .await?;
    if !first {
        return Err(Problem::unauthorized());
    }
    Ok(StreamPass {
        session: session.id.bytes(),
        scope: session.scope,
        contact: session.contact,
        ends_at: session.ends_at,
    })
}

/// Whether the session of a pass still holds; asked again once its socket has a seat.
pub async fn still_holds(app: &App, people: &People, pass: &StreamPass) -> Result<(), Problem> {
    let id = SessionId::from_bytes(pass.session);
    alive(app, people, id, pass.scope.tenant, app.clock.now()).await.map(drop)
}

/// When the session of a pass ends now; `None` if it is over (S6).
pub async fn ends_at(app: &App, pass: &StreamPass) -> Result<Option<Moment>, Fault> {
    let (id, now) = (SessionId::from_bytes(pass.session), app.clock.now());
    let session = app
        .system(pass.scope)
        .await?
        .read(async move |cx: &mut Cx<'_>| store::find(cx, id).await)
        .await?;
    Ok(session.filter(|session| !session.is_over(now)).map(|session| session.ends_at()))
}

async fn alive(
    app: &App,
    people: &People,
    id: SessionId,
    tenant: TenantId,
    now: Moment,
) -> Result<Known, Problem> {
    if app.watch.is_blind(now) {
        return Err(Problem::unavailable("revocations cannot be read; nobody is let in"));
    }
    let session = super::door::known(app, people, id, tenant).await?;
    if session.is_over(now) { Err(Problem::unauthorized()) } else { Ok(session) }
}

fn open(people: &People, ticket: &Ticket) -> Option<(SessionId, TenantId, Moment)> {
    let plain = people.sessions.secrets.open(&place(), ticket.bytes()).ok()?;
    let ends = i64::from_be_bytes(plain.get(32..40)?.try_into().ok()?);
    Some((
        SessionId::from_bytes(plain.get(..16)?.try_into().ok()?),
        TenantId::from_bytes(plain.get(16..32)?.try_into().ok()?),
        Moment::from_millis(ends),
    ))
}

fn place() -> Place {
    Place::installation("stream ticket")
}
