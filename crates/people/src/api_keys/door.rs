//! Lets a back end's request in: a bearer key, and no browser around it.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, ORIGIN};
use axum::http::request::Parts;
use countersign_base::{ApiKeyId, Caller, Digest, Moment, Scope};
use countersign_door::{Admitted, App, Cx, Problem};

use super::model::Claimed;
use super::{ApiKeys, store};

/// Milliseconds between two notes of a key's use (K5).
const MINUTE: i64 = 60_000;

/// A key that was used lately.
pub(super) struct Known {
    scope: Scope,
    digest: Digest,
    noted: AtomicI64,
    ended: AtomicBool,
}

impl Known {
    /// Makes everybody who still holds it refuse it (K3).
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    fn is(&self, claimed: &Claimed) -> bool {
        self.digest.matches(&claimed.digest)
            && self.scope.tenant == claimed.tenant
            && self.scope.environment == claimed.environment
            && !self.ended.load(Ordering::Acquire)
    }

    /// Whether its use is to be noted now; says so to one caller a minute.
    fn is_to_be_noted(&self, now: Moment) -> bool {
        let (now, noted) = (now.millis(), self.noted.load(Ordering::Acquire));
        now - noted >= MINUTE
            && self.noted.compare_exchange(noted, now, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// Whoever the request's secret key belongs to (K2, K3, K4).
pub async fn admit(app: &App, keys: &ApiKeys, parts: &Parts) -> Result<Admitted, Problem> {
    let claimed = bearer(parts).and_then(Claimed::read).ok_or_else(Problem::unauthorized)?;
    if is_a_browsers(parts) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "secret_key_in_browser",
            "a secret key belongs on your back end; this request comes from a browser: revoke \
             the key if it was in a page",
        ));
    }
    let now = app.clock.now();
    if app.watch.is_blind(now) {
        return Err(Problem::unavailable("revocations cannot be read; nobody is let in"));
    }
    let known = keys.0.find_or(claimed.id, read(app, &claimed)).await?;
    let known = known.filter(|known| known.is(&claimed)).ok_or_else(Problem::unauthorized)?;
    if known.is_to_be_noted(now) {
        note_use(app, known.scope, claimed.id);
    }
    Ok(Admitted { caller: Caller::Key(claimed.id), scope: known.scope })
}

/// Browsers send these and let no page remove them.
fn is_a_browsers(parts: &Parts) -> bool {
    parts.headers.contains_key(ORIGIN) || parts.headers.contains_key("sec-fetch-site")
}

fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, key) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key)
}

/// The key from the store, if it is in use and the claim is true.
///
/// What does not match is not remembered, or a stranger could push the known ones out.
async fn read(app: &App, claimed: &Claimed) -> Result<Option<Known>, Problem> {
    let Some(scope) = app.scope(claimed.tenant).await? else { return Ok(None) };
    let id = claimed.id;
    let system = app.system(scope).await?;
    let digest = system.read(async move |cx: &mut Cx<'_>| store::living(cx, id).await).await?;
    let known = digest.map(|digest| Known {
        scope,
        digest,
        noted: AtomicI64::new(0),
        ended: AtomicBool::new(false),
    });
    Ok(known.filter(|known| known.is(claimed)))
}

/// Notes the use off the caller's way; a note that fails is made a minute later.
fn note_use(app: &App, scope: Scope, id: ApiKeyId) {
    let app = app.clone();
    tokio::spawn(async move {
        let system = app.system(scope).await?;
        system.write(async move |cx: &mut Cx<'_>| store::used(cx, id).await).await
    });
}
