//! Lets a member's request in: cookie, sign-in, and the page that it comes from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use axum::http::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use axum::http::request::Parts;
use axum::http::StatusCode;
use countersign_base::{Caller, Digest, MemberId, Moment, OrganizationId, Role, Scope, SignInId};
use countersign_door::{Admitted, App, Cx, Problem};
use countersign_guard::CookieCall;
use countersign_infra::db::{Reach, Tx};

use super::model::SignInToken;
use super::{Members, store};
use crate::People;

/// The name of the cookie: this host only, over TLS or loopback only, on every path.
pub(super) const COOKIE_NAME: &str = "__Host-cs_s";
/// Seconds without a request after which a sign-in is over (M3).
const IDLE: i64 = 30 * 60;
/// Seconds after which its use is written down again.
const TOUCH: i64 = 60;

/// A sign-in that was used lately.
pub(super) struct LiveSignIn {
    member: MemberId,
    role: Role,
    scope: Scope,
    digest: Digest,
    expires_at: Moment,
    used: AtomicI64,
    written: AtomicI64,
    ended: AtomicBool,
}

impl LiveSignIn {
    /// Nobody comes in with it any more.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    fn is_over(&self, now: Moment) -> bool {
        let idle = Moment::from_millis(self.used.load(Ordering::Acquire)).plus_seconds(IDLE);
        self.ended.load(Ordering::Acquire) || now >= idle || now >= self.expires_at
    }
}

/// Whoever the request's cookie belongs to (M3, M4, M5).
pub async fn admit(app: &App, members: &Members, parts: &Parts) -> Result<Admitted, Problem> {
    let now = app.clock.now();
    let (id, live) = living(app, members, parts, now).await?;
    own_page(app, parts)?;
    touch(app, id, &live, now).await?;
    let caller = Caller::Member { id: live.member, sign_in: id, role: live.role };
    Ok(Admitted { caller, scope: live.scope })
}

async fn living(
    app: &App,
    members: &Members,
    parts: &Parts,
    now: Moment,
) -> Result<(SignInId, Arc<LiveSignIn>), Problem> {
    let token = cookie(parts).ok_or_else(Problem::unauthorized)?;
    let token = SignInToken::read(token).map_err(|_| Problem::unauthorized())?;
    if app.watch.is_blind(now) {
        return Err(Problem::unavailable("revocations cannot be read; nobody is let in"));
    }
    let (organization, id, secret) = split(&token).ok_or_else(Problem::unauthorized)?;
    let found = members.live.find_or(id.bytes(), read(app, organization, id)).await?;
    let live = found.ok_or_else(Problem::unauthorized)?;
    let is_theirs = live.scope.organization == organization
        && live.digest.matches(&Digest::of(secret));
    if !is_theirs || live.is_over(now) {
        return Err(Problem::unauthorized());
    }
    Ok((id, live))
}

fn split(token: &SignInToken) -> Option<(OrganizationId, SignInId, &[u8])> {
    let bytes = token.bytes();
    let organization = OrganizationId::from_bytes(bytes[..16].try_into().ok()?);
    Some((organization, SignInId::from_bytes(bytes[16..32].try_into().ok()?), &bytes[32..]))
}

async fn read(
    app: &App,
    organization: OrganizationId,
    id: SignInId,
) -> Result<Option<LiveSignIn>, Problem> {
    let row = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| store::sign_in(tx, organization, id).await)
        .await?;
    let Some(row) = row.filter(|row| row.revoked_at.is_none()) else { return Ok(None) };
    let Some(scope) = app.scope(row.tenant).await? else { return Ok(None) };
    Ok(Some(LiveSignIn {
        member: row.member,
        role: row.role,
        scope,
        digest: row.digest,
        expires_at: row.expires_at,
        used: AtomicI64::new(row.last_used_at.millis()),
        written: AtomicI64::new(row.last_used_at.millis()),
        ended: AtomicBool::new(false),
    }))
}

/// The one cookie of this name; two are none.
fn cookie(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(COOKIE)?.to_str().ok()?;
    let mut ours = header.split(';').filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE_NAME).then_some(value)
    });
    let first = ours.next()?;
    ours.next().is_none().then_some(first)
}

/// Whether a changing call comes from the dashboard's own page (M4).
pub(super) fn own_page(app: &App, parts: &Parts) -> Result<(), Problem> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let call = CookieCall {
        site: header("sec-fetch-site"),
        origin: header(ORIGIN.as_str()),
        content_type: header(CONTENT_TYPE.as_str()),
        request: header("x-countersign-request"),
    };
    call.verdict(parts.method.as_str(), &app.origins.public).map_err(|refusal| {
        Problem::new(StatusCode::FORBIDDEN, "cross_site_request", refusal.to_string())
    })
}

async fn touch(app: &App, id: SignInId, live: &LiveSignIn, now: Moment) -> Result<(), Problem> {
    live.used.fetch_max(now.millis(), Ordering::AcqRel);
    let written = live.written.load(Ordering::Acquire);
    if now.millis() - written < TOUCH * 1_000 {
        return Ok(());
    }
    live.written.fetch_max(now.millis(), Ordering::AcqRel);
    let system = app.system(live.scope).await?;
    Ok(system.write(async move |cx: &mut Cx<'_>| store::touch(cx, id).await).await?)
}

/// What opens a member's stream.
#[derive(Clone, Copy, Debug)]
pub struct MemberPass {
    /// The sign-in that the socket lives and dies with.
    pub sign_in: [u8; 16],
    /// Whose rows are in reach.
    pub scope: Scope,
    /// The member.
    pub member: MemberId,
    /// When the sign-in ends at the latest.
    pub expires_at: Moment,
}

/// Lets a member's WebSocket in: the cookie, and exactly the dashboard's own origin.
pub async fn stream_pass(app: &App, people: &People, parts: &Parts) -> Result<MemberPass, Problem> {
    let (id, live) = living(app, &people.members, parts, app.clock.now()).await?;
    let origin = parts.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    if !origin.is_some_and(|origin| app.origins.public.is(origin)) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "origin_not_allowed",
            "the dashboard's stream is for the dashboard's own page",
        ));
    }
    Ok(MemberPass {
        sign_in: id.bytes(),
        scope: live.scope,
        member: live.member,
        expires_at: live.expires_at,
    })
}

/// Whether the sign-in of a pass still holds; asked again once its socket has a seat.
pub async fn still_holds(app: &App, people: &People, parts: &Parts) -> Result<(), Problem> {
    living(app, &people.members, parts, app.clock.now()).await.map(drop)
}
