//! Sessions over HTTP.

use axum::body::Body;
use axum::extract::{Extension, FromRequest};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_base::{Caller, ContactId, Moment, Role, Scope, SessionId, Trust};
use countersign_door::{
    Allowed, Answer, AnyVisitor, App, Cx, Json, Page, Path, Permission, Problem, Public, Query,
    Reason,
};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{DPOP_NONCE, Refusal, Session};
use super::open::NewSession;
use super::{SessionShown, open, refresh, ticket};
use crate::People;
use crate::contacts::{self, Contact, FieldName, Fields};

/// What a browser may do with sessions.
pub fn visitor_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open_session))
        .routes(routes!(refresh_session))
        .routes(routes!(end_own_session))
        .routes(routes!(me))
        .routes(routes!(stream_ticket))
}

/// What a member or a back end may do with sessions.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_sessions)).routes(routes!(end_session))
}

struct ProvesItself;

impl Reason for ProvesItself {
    const WHY: &'static str = "the proof is in the body, and the handler checks it";
}

/// The tokens of a session.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Tokens {
    /// Goes into `Authorization`.
    access_token: String,
    /// `DPoP` when the session is bound to a key, else `Bearer`.
    token_type: &'static str,
    /// Seconds that the access token lives.
    expires_in: i64,
    /// Renews both tokens, once.
    refresh_token: String,
    /// Resumes an unproven visitor in this browser later.
    visitor_token: Option<String>,
    /// What was proven.
    trust: Trust,
    /// The session.
    session: SessionBrief,
    /// Whom it is for.
    contact: ContactBrief,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SessionBrief {
    id: SessionId,
    /// When it ends at the latest.
    expires_at: Moment,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ContactBrief {
    id: ContactId,
    name: Option<String>,
    email: Option<String>,
}

impl ContactBrief {
    fn of(contact: &Contact) -> Self {
        let text = |name| contact.fields.value(name).map(ToOwned::to_owned);
        Self { id: contact.id, name: text(FieldName::Name), email: text(FieldName::Email) }
    }
}

/// Opens a session for what the body proves.
#[utoipa::path(post, path = "/sessions", tag = "sessions", security(()), request_body = NewSession,
    responses((status = 201, body = Tokens),
        (status = 400, description = "`malformed_json`, `unknown_field`, `bad_key`"),
        (status = 401, description = "`identity_refused`, `dpop_required`, `use_dpop_nonce`, `join_refused`"),
        (status = 403, description = "`origin_not_allowed`"),
        (status = 404, description = "`unknown_widget`"),
        (status = 429, description = "`too_many_requests`")))]
async fn open_session(
    public: Public<ProvesItself>,
    Extension(people): Extension<People>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let app = public.app();
    let (parts, body) = request.into_parts();
    let new = Json::<NewSession>::from_request(with_parts(&parts, body), &()).await?.0;
    let install = people.widgets.find(app, &new.widget).await?;
    install.hears(app, &parts)?;
    let opened = open::open(app, &people, &install, &parts, &new).await?;
    let issued = Issued {
        refresh_token: opened.refresh_token,
        visitor_token: opened.visitor_token,
        contact: ContactBrief::of(&opened.contact),
    };
    let tokens = issue(app, &people, install.scope, &opened.session, issued).await?;
    Ok((StatusCode::CREATED, nonce(&people, app), Json(tokens)).into_response())
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Renewal {
    /// The refresh token, which is used up by this.
    refresh_token: String,
}

/// Renews a session's tokens. Callers that race get the identical refresh token.
#[utoipa::path(post, path = "/sessions/refresh", tag = "sessions", security(()),
    request_body = Renewal,
    responses((status = 200, body = Tokens),
        (status = 401, description = "`session_over`, `dpop_required`, `use_dpop_nonce`"),
        (status = 429, description = "`too_many_requests`")))]
async fn refresh_session(
    public: Public<ProvesItself>,
    Extension(people): Extension<People>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let app = public.app();
    let (parts, body) = request.into_parts();
    let renewal = Json::<Renewal>::from_request(with_parts(&parts, body), &()).await?.0;
    let (session, scope, refresh_token) =
        refresh::refresh(app, &people, &parts, &renewal.refresh_token).await?;
    let install = people.widgets.by_id(app, scope.tenant, session.widget).await?;
    install.ok_or(Refusal::Over)?.hears(app, &parts)?;
    let id = session.contact;
    let system = app.system(scope).await?;
    let contact = system.read(async move |cx: &mut Cx<'_>| contacts::find(cx, id).await).await?;
    let contact = ContactBrief::of(&contact);
    let issued = Issued { refresh_token, visitor_token: None, contact };
    let tokens = issue(app, &people, scope, &session, issued).await?;
    Ok((nonce(&people, app), Json(tokens)).into_response())
}

struct Issued {
    refresh_token: String,
    visitor_token: Option<String>,
    contact: ContactBrief,
}

async fn issue(
    app: &App,
    people: &People,
    scope: Scope,
    session: &Session,
    issued: Issued,
) -> Result<Tokens, Problem> {
    let issuer = app.origins.public.to_string();
    let now = app.clock.now();
    let access = people.sessions.access.issue(&issuer, scope.tenant, session, now).await?;
    Ok(Tokens {
        access_token: access.token,
        token_type: if session.thumbprint.is_some() { "DPoP" } else { "Bearer" },
        expires_in: access.expires_in,
        refresh_token: issued.refresh_token,
        visitor_token: issued.visitor_token,
        trust: session.trust,
        session: SessionBrief { id: session.id, expires_at: session.expires_at },
        contact: issued.contact,
    })
}

fn nonce(people: &People, app: &App) -> [(axum::http::HeaderName, HeaderValue); 1] {
    let nonce = people.sessions.binding.nonce(app.clock.now());
    let value = HeaderValue::from_str(&nonce).unwrap_or(HeaderValue::from_static(""));
    [(DPOP_NONCE, value)]
}

/// The same request again, for an extractor that takes it whole.
fn with_parts(parts: &Parts, body: Body) -> Request<Body> {
    let mut request = Request::new(body);
    request.headers_mut().clone_from(&parts.headers);
    request
}

/// Ends the caller's own session; its sockets close, and no visitor token resumes it.
#[utoipa::path(delete, path = "/sessions/current", tag = "sessions", responses((status = 204)))]
async fn end_own_session(who: Allowed<AnyVisitor>) -> Result<StatusCode, Problem> {
    let Caller::Visitor { session, contact, .. } = who.caller() else {
        return Err(Problem::unauthorized());
    };
    who.write(async move |cx| super::leave(cx, session, contact).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The visitor's own contact.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Me {
    id: ContactId,
    /// What was proven when this session was opened.
    trust: Trust,
    /// What is known, and where it comes from.
    fields: Fields,
}

/// The visitor's own contact, with the provenance of each field.
#[utoipa::path(get, path = "/me", tag = "sessions", responses((status = 200, body = Me)))]
async fn me(who: Allowed<AnyVisitor>) -> Answer<Me> {
    let Caller::Visitor { contact, trust, .. } = who.caller() else {
        return Err(Problem::unauthorized());
    };
    let contact = who.read(async move |cx| contacts::find(cx, contact).await).await?;
    Ok(Json(Me { id: contact.id, trust, fields: contact.fields }))
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct TicketShown {
    /// Goes into `Sec-WebSocket-Protocol` beside `countersign.v1`, once.
    ticket: String,
    /// Seconds that it lives.
    expires_in: i64,
}

/// A ticket for one WebSocket.
#[utoipa::path(post, path = "/stream/tickets", tag = "stream", responses((status = 201, body = TicketShown)))]
async fn stream_ticket(
    who: Allowed<AnyVisitor>,
    Extension(people): Extension<People>,
) -> Result<(StatusCode, Json<TicketShown>), Problem> {
    let Caller::Visitor { session, .. } = who.caller() else {
        return Err(Problem::unauthorized());
    };
    let app = who.app();
    let session = super::door::known(app, &people, session, who.scope().tenant).await?;
    let ticket = ticket::write(&people, &session, app.clock.now());
    Ok((StatusCode::CREATED, Json(TicketShown { ticket, expires_in: ticket::LIFE })))
}

/// Sees and ends visitors' sessions.
#[derive(Debug)]
pub enum ManageSessions {}

impl Permission for ManageSessions {
    const NAME: &'static str = "sessions.manage";
    const ROLE: Option<Role> = Some(Role::Agent);
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfContact {
    /// Whose sessions.
    contact: ContactId,
}

/// The living sessions of a contact, newest first.
#[utoipa::path(get, path = "/sessions", tag = "sessions", params(OfContact),
    responses((status = 200, body = Page<SessionShown>)))]
async fn list_sessions(
    who: Allowed<ManageSessions>,
    Query(of): Query<OfContact>,
) -> Answer<Page<SessionShown>> {
    let items = who.read(async move |cx| super::of_contact(cx, of.contact).await).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Ends a visitor's session: refused on the next request, sockets closed.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "sessions", params(("id" = SessionId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn end_session(
    who: Allowed<ManageSessions>,
    Path(id): Path<SessionId>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx| super::end(cx, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}
