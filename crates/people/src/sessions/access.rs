//! Access tokens: signed once, and their signature checked once.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use countersign_base::{Digest, Moment, SessionId, TenantId};
use countersign_infra::chance;
use serde::Deserialize;

use super::model::{ACCESS, Session};
use crate::signing::SigningKeys;

const SHARDS: usize = 64;
/// Tokens that one shard remembers at most, in each of two generations.
const MOST: usize = 4_096;

/// Signs and checks access tokens.
pub(super) struct AccessTokens {
    keys: SigningKeys,
    /// Tokens whose signature was good, by SHA-256. It stands for the signature only: expiry
    /// and session are looked at every time.
    checked: Vec<Shard>,
}

/// What an access token says.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    /// The session.
    pub(super) sid: SessionId,
    /// The tenant.
    pub(super) ws: TenantId,
    /// The generation of the refresh token that it came with.
    pub(super) generation: i64,
    /// When it expires, in seconds since 1970.
    exp: i64,
}

impl Claims {
    pub(super) fn is_expired(&self, now: Moment) -> bool {
        now.millis() >= self.exp * 1_000
    }
}

/// A new access token.
pub(super) struct Issued {
    pub(super) token: String,
    pub(super) expires_in: i64,
}

impl AccessTokens {
    pub(super) fn new(keys: SigningKeys) -> Self {
        let shard = || RwLock::new([HashMap::new(), HashMap::new()]);
        Self { keys, checked: (0..SHARDS).map(|_| shard()).collect() }
    }

    pub(super) fn jwks(&self) -> &str {
        self.keys.jwks()
    }

    /// Signs a token for the session, on a thread of its own: RSA takes most of a millisecond.
    pub(super) async fn issue(
        &self,
        issuer: &str,
        tenant: TenantId,
        session: &Session,
        now: Moment,
    ) -> Result<Issued, countersign_base::Fault> {
        let (claims, expires_in) = claims(issuer, tenant, session, now);
        let signer = Arc::clone(&self.keys.signer);
        let signed = tokio::task::spawn_blocking(move || signer.sign(claims.as_bytes()));
        let token = signed
            .await
            .map_err(|_| countersign_base::Fault::Store("a token could not be signed".into()))?;
        Ok(Issued { token, expires_in })
    }

    /// What the token says, if its signature is ours.
    pub(super) fn check(&self, token: &str) -> Option<Arc<Claims>> {
        let digest = Digest::of(token.as_bytes());
        let shard = &self.checked[usize::from(digest.0[0]) % SHARDS];
        if let Some(claims) = remembered(shard, &digest) {
            return Some(claims);
        }
        let claims = self.keys.checker.check(token).ok()?;
        let claims: Arc<Claims> = Arc::new(serde_json::from_slice(&claims).ok()?);
        remember(shard, digest, &claims);
        Some(claims)
    }
}

type Shard = RwLock<[HashMap<Digest, Arc<Claims>>; 2]>;

fn remembered(shard: &Shard, digest: &Digest) -> Option<Arc<Claims>> {
    let [young, old] = &*shard.read().ok()?;
    young.get(digest).or_else(|| old.get(digest)).map(Arc::clone)
}

fn remember(shard: &Shard, digest: Digest, claims: &Arc<Claims>) {
    let Ok(mut generations) = shard.write() else { return };
    if generations[0].len() >= MOST {
        generations[1] = std::mem::take(&mut generations[0]);
    }
    generations[0].insert(digest, Arc::clone(claims));
}

/// Ids are plain ASCII and the issuer is a checked origin, so nothing here needs escaping.
fn claims(issuer: &str, tenant: TenantId, session: &Session, now: Moment) -> (String, i64) {
    let [a, b] = chance::bytes::<2>();
    let jitter = i64::from(u16::from_be_bytes([a, b])) % (ACCESS / 20);
    let end = session.expires_at.seconds().min(session.idle_at.seconds());
    let exp = (now.seconds() + ACCESS - jitter).min(end);
    let jti = SessionId::new(now.millis(), chance::bytes()).to_string();
    let bound = session.thumbprint.as_deref().map(|jkt| format!(r#","cnf":{{"jkt":"{jkt}"}}"#));
    let json = format!(
        r#"{{"iss":"{issuer}","aud":"{issuer}/widget/v1","sub":"{contact}","sid":"{sid}","ws":"{tenant}","generation":{generation},"iat":{iat},"exp":{exp},"jti":"{jti}"{bound}}}"#,
        contact = session.contact,
        sid = session.id,
        generation = session.generation,
        iat = now.seconds(),
        jti = &jti[4..],
        bound = bound.unwrap_or_default(),
    );
    (json, exp - now.seconds())
}
