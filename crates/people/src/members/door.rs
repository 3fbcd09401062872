//! Lets a member's request in: cookie, sign-in, and a call that was meant.

use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use countersign_base::{Caller, Fault, MemberId, Moment, Scope};
use countersign_door::{Admitted, App, Problem};
use countersign_guard::{CookieCall, CsrfRefusal};
use countersign_infra::db::{Reach, Tx};

use super::cookie::{self, Claimed};
use super::live::{Known, LiveSignIn};
use super::{Members, store};
use crate::People;

/// Whoever the request's cookie belongs to (M4, M5, M6, M7).
pub async fn admit(app: &App, members: &Members, parts: &Parts) -> Result<Admitted, Problem> {
    let known = living(app, members, parts).await?;
    was_meant(app, &parts.method, &parts.headers).map_err(cross_site)?;
    let caller = Caller::Member { id: known.member, sign_in: known.id, role: known.role };
    Ok(Admitted { caller, scope: known.scope })
}

/// What a cookie opens on the live stream.
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

/// Whoever opens a live stream with this cookie, from the dashboard's own page only.
///
/// A handshake is a GET that browsers send across sites with the cookie: here the `Origin`
/// must be there, and exactly ours.
pub async fn stream_pass(app: &App, people: &People, parts: &Parts) -> Result<MemberPass, Problem> {
    let known = living(app, &people.members, parts).await?;
    let is_own = text(&parts.headers, ORIGIN.as_str()).is_some_and(|it| app.origins.public.is(it));
    if !is_own {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "origin_not_allowed",
            format!("open the stream from a page of {}", app.origins.public),
        ));
    }
    Ok(MemberPass {
        sign_in: known.id.bytes(),
        scope: known.scope,
        member: known.member,
        expires_at: known.expires_at,
    })
}

/// Whether our own page made this call, not another site's (M7).
pub(super) fn was_meant(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(), CsrfRefusal> {
    let call = CookieCall {
        site: text(headers, "sec-fetch-site"),
        origin: text(headers, ORIGIN.as_str()),
        content_type: text(headers, CONTENT_TYPE.as_str()),
        request: text(headers, "x-countersign-request"),
    };
    call.verdict(method.as_str(), &app.origins.public)
}

/// What a call is told that another site's page may have made.
pub(super) fn cross_site(refusal: CsrfRefusal) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "cross_site_request", refusal.to_string())
}

/// A header's text; one that is no text equals nothing that is allowed.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or(""))
}

/// The living sign-in of the request's cookie.
async fn living(app: &App, members: &Members, parts: &Parts) -> Result<Known, Problem> {
    let claimed = cookie::claimed(&parts.headers).ok_or_else(Problem::unauthorized)?;
    let now = app.clock.now();
    if app.watch.is_blind(now) {
        return Err(Problem::unavailable("revocations cannot be read; nobody is let in"));
    }
    let known = members.live.0.find_or(claimed.id, read(app, claimed, now)).await?;
    let known = known.filter(|known| known.is(&claimed, now)).ok_or_else(Problem::unauthorized)?;
    if known.is_stale(now) {
        ask_again(app, &known, now).await?;
    }
    Ok(known)
}

/// The sign-in from the store, if the claim is true.
///
/// What does not match is not remembered, or a stranger could push the known ones out.
async fn read(app: &App, claimed: Claimed, now: Moment) -> Result<Option<LiveSignIn>, Fault> {
    let found = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            store::living(tx, claimed.organization, claimed.id, now).await
        })
        .await?;
    Ok(found.filter(|known| known.is(&claimed, now)))
}

/// Asks the store whether the sign-in still holds, and notes there that it was used.
///
/// Another node may have seen the member since, so the store alone knows who was idle.
async fn ask_again(app: &App, known: &LiveSignIn, now: Moment) -> Result<(), Problem> {
    let (organization, id) = (known.organization, known.id);
    let holds: Result<bool, Fault> = app
        .db
        .write(Reach::All, async move |tx: &mut Tx<'_>| {
            store::touch(tx, organization, id, now).await
        })
        .await;
    if !holds? {
        known.end();
        return Err(Problem::unauthorized());
    }
    known.used(now);
    Ok(())
}
