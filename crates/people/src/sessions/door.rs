//! Lets a visitor's request in: token, session, key.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use countersign_base::{Caller, Fault, Moment, SessionId, TenantId};
use countersign_door::{Admitted, App, Cx, Problem};

use super::bind::Call;
use super::live::{Known, LiveSession};
use super::store;
use crate::People;

/// Whoever the request's proof belongs to (S2, S5, S10).
pub async fn admit(app: &App, people: &People, parts: &Parts) -> Result<Admitted, Problem> {
    let session = session(app, people, parts, app.clock.now()).await?;
    let caller = Caller::Visitor {
        session: session.id,
        contact: session.contact,
        widget: session.widget,
        trust: session.trust,
    };
    Ok(Admitted { caller, scope: session.scope })
}

/// The living session of the request's proof.
pub(super) async fn session(
    app: &App,
    people: &People,
    parts: &Parts,
    now: Moment,
) -> Result<Known, Problem> {
    let (scheme, token) = credentials(parts).ok_or_else(Problem::unauthorized)?;
    let session = living(app, people, token, now).await?;
    match (&session.thumbprint, scheme) {
        (None, Scheme::Bearer) => {}
        (Some(thumbprint), Scheme::Dpop) => {
            let call = Call { parts, scope: session.scope, access_token: Some(token), now };
            let key = people.sessions.binding.check(app, call).await?;
            if key != *thumbprint {
                return Err(Problem::unauthorized());
            }
        }
        _ => return Err(Problem::unauthorized()),
    }
    if parts.headers.contains_key("origin") {
        let install = people.widgets.by_id(app, session.scope.tenant, session.widget).await?;
        let install = install.ok_or_else(Problem::unauthorized)?;
        install.hears(app, parts)?;
    }
    Ok(session)
}

/// The session of an access token, if both are alive.
pub(super) async fn living(
    app: &App,
    people: &People,
    token: &str,
    now: Moment,
) -> Result<Known, Problem> {
    let claims = people.sessions.access.check(token).ok_or_else(Problem::unauthorized)?;
    if claims.is_expired(now) {
        return Err(Problem::unauthorized());
    }
    if app.watch.is_blind(now) {
        return Err(Problem::unavailable("revocations cannot be read; nobody is let in"));
    }
    let session = known(app, people, claims.sid, claims.ws).await?;
    if session.is_over(now) {
        return Err(Problem::unauthorized());
    }
    if session.confirms(claims.generation) {
        confirm(app, &session, claims.generation).await?;
    }
    Ok(session)
}

/// The session in memory, or from the store; an unknown one is never assumed valid.
pub(super) async fn known(
    app: &App,
    people: &People,
    id: SessionId,
    tenant: TenantId,
) -> Result<Known, Problem> {
    let found = people.sessions.live.0.find_or(id.bytes(), read(app, id, tenant)).await?;
    let session = found.ok_or_else(Problem::unauthorized)?;
    if session.scope.tenant != tenant {
        return Err(Problem::unauthorized());
    }
    Ok(session)
}

async fn read(app: &App, id: SessionId, tenant: TenantId) -> Result<Option<LiveSession>, Problem> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(None) };
    let now = app.clock.now();
    let found = app
        .system(scope)
        .await?
        .read(async move |cx: &mut Cx<'_>| store::find(cx, id).await)
        .await?;
    Ok(found
        .filter(|session| !session.is_over(now))
        .map(|session| LiveSession::new(scope, session)))
}

/// Notes that the tokens of a refresh have arrived: from now on an older one is reuse.
async fn confirm(app: &App, session: &LiveSession, generation: i64) -> Result<(), Fault> {
    let id = session.id;
    app.system(session.scope)
        .await?
        .write(async move |cx: &mut Cx<'_>| store::confirm(cx, id, generation).await)
        .await
}

/// How the token came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Bearer,
    Dpop,
}

fn credentials(parts: &Parts) -> Option<(Scheme, &str)> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    let scheme = match scheme {
        _ if scheme.eq_ignore_ascii_case("bearer") => Scheme::Bearer,
        _ if scheme.eq_ignore_ascii_case("dpop") => Scheme::Dpop,
        _ => return None,
    };
    Some((scheme, token))
}
