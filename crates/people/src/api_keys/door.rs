//! Lets a back end's request in.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, ORIGIN};
use axum::http::request::Parts;
use countersign_base::{
    ApiKeyId, Caller, Digest, Environment, Fault, Scope, TenantId, Token, TokenKind, tokens,
};
use countersign_door::{Admitted, App, Cx, Problem};

use super::{ApiKeys, store};

/// Milliseconds after which a key's use is written down again.
const TOUCH: i64 = 60_000;

/// A key that was used lately.
pub(super) struct LiveKey {
    scope: Scope,
    digest: Digest,
    written: AtomicI64,
}

/// Whoever the request's secret key belongs to (K2, K3, K4).
pub async fn admit(app: &App, keys: &ApiKeys, parts: &Parts) -> Result<Admitted, Problem> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, text) =
        header.and_then(|header| header.split_once(' ')).ok_or_else(Problem::unauthorized)?;
    let (environment, bytes) = read(text).ok_or_else(Problem::unauthorized)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::unauthorized());
    }
    if parts.headers.contains_key(ORIGIN) || parts.headers.contains_key("sec-fetch-site") {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "secret_key_in_browser",
            "a secret key belongs on your back end; this request comes from a browser: \
             revoke the key if it was in a page",
        ));
    }
    let now = app.clock.now();
    if app.watch.is_blind(now) {
        return Err(Problem::unavailable("revocations cannot be read; nobody is let in"));
    }
    let parts = split(&bytes).ok_or_else(Problem::unauthorized)?;
    let found = keys.0.find_or(parts.id.bytes(), find(app, parts.tenant, parts.id)).await?;
    let live = found.ok_or_else(Problem::unauthorized)?;
    let is_right = live.scope.tenant == parts.tenant
        && live.scope.environment == environment
        && live.digest.matches(&Digest::of(parts.secret));
    if !is_right {
        return Err(Problem::unauthorized());
    }
    touch(app, parts.id, &live, now.millis()).await?;
    Ok(Admitted { caller: Caller::Key(parts.id), scope: live.scope })
}

fn read(text: &str) -> Option<(Environment, [u8; 64])> {
    fn bytes<K: TokenKind>(text: &str) -> Option<[u8; 64]> {
        Token::<K, 64>::read(text).ok().map(|token| *token.bytes())
    }
    let live = bytes::<tokens::SecretKeyLive>(text).map(|bytes| (Environment::Live, bytes));
    live.or_else(|| bytes::<tokens::SecretKeyTest>(text).map(|bytes| (Environment::Test, bytes)))
}

struct KeyParts<'a> {
    tenant: TenantId,
    id: ApiKeyId,
    secret: &'a [u8],
}

fn split(bytes: &[u8; 64]) -> Option<KeyParts<'_>> {
    Some(KeyParts {
        tenant: TenantId::from_bytes(bytes[..16].try_into().ok()?),
        id: ApiKeyId::from_bytes(bytes[16..32].try_into().ok()?),
        secret: &bytes[32..],
    })
}

async fn find(app: &App, tenant: TenantId, id: ApiKeyId) -> Result<Option<LiveKey>, Fault> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(None) };
    let system = app.system(scope).await?;
    let digest = system.read(async move |cx: &mut Cx<'_>| store::digest(cx, id).await).await?;
    Ok(digest.map(|digest| LiveKey { scope, digest, written: AtomicI64::new(0) }))
}

async fn touch(app: &App, id: ApiKeyId, live: &LiveKey, now: i64) -> Result<(), Problem> {
    let written = live.written.load(Ordering::Acquire);
    if now - written < TOUCH {
        return Ok(());
    }
    live.written.fetch_max(now, Ordering::AcqRel);
    let system = app.system(live.scope).await?;
    Ok(system.write(async move |cx: &mut Cx<'_>| store::used(cx, id).await).await?)
}
