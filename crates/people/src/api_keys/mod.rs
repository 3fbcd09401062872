//! Secret keys: how a customer's back end proves itself.
//!
//! - **K1** A key is shown once; kept is its SHA-256.
//! - **K2** A key in a browser is refused: a request with an `Origin` is no back end's.
//! - **K3** A revoked key is refused on the next request.
//! - **K4** A key works in its own tenant and environment only.

pub mod api;
mod door;
mod store;

use axum::http::StatusCode;
use countersign_base::{
    ApiKeyId, Digest, Environment, Fault, Moment, Secret, Token, TokenKind, tokens,
};
use countersign_door::{Cx, Problem, Revocation, Target};
use countersign_infra::chance;
use serde::Serialize;

pub use self::door::admit;
use crate::audit;
use crate::remember::Remembered;

/// Keys that are remembered at most.
const MOST: usize = 10_000;

/// Secret keys that were used lately.
pub struct ApiKeys(Remembered<[u8; 16], door::LiveKey>);

impl Default for ApiKeys {
    fn default() -> Self {
        Self(Remembered::new(MOST))
    }
}

impl ApiKeys {
    /// Forgets a key that was revoked (K3).
    pub fn forget(&self, revocation: &Revocation) {
        let id = revocation.target.id();
        self.0.forget(|known, _| *known == id, |_| {});
    }
}

/// A secret key, without the secret.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What members call it.
    pub name: String,
    /// Its last four characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Moment>,
    /// Since when it is refused.
    pub revoked_at: Option<Moment>,
}

/// A key that was just made.
pub struct Created {
    /// What is known of it from now on.
    pub key: ApiKey,
    /// The key itself, shown once (K1).
    pub secret_key: Secret,
}

/// Why a secret key says no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No key has this id.
    #[error("there is no such key")]
    NoSuchKey,
    /// The name is empty or too long.
    #[error("`name` has 1 to 80 characters and no control characters")]
    Name,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Store(fault) => fault.into(),
            Refusal::NoSuchKey => Self::not_found(),
            Refusal::Name => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_text", refusal.to_string())
            }
        }
    }
}

/// Every key of the tenant, newest first.
pub async fn list(cx: &mut Cx<'_>) -> Result<Vec<ApiKey>, Refusal> {
    Ok(store::list(cx).await?)
}

/// Makes a key (K1, K4).
pub async fn create(cx: &mut Cx<'_>, name: String) -> Result<Created, Refusal> {
    let many = name.chars().count();
    if name.trim().is_empty() || many > 80 || name.chars().any(char::is_control) {
        return Err(Refusal::Name);
    }
    let id: ApiKeyId = cx.id();
    let mut bytes = [0; 64];
    bytes[..16].copy_from_slice(&cx.tenant().bytes());
    bytes[16..32].copy_from_slice(&id.bytes());
    bytes[32..].copy_from_slice(&chance::bytes::<32>());
    let text = match cx.scope().environment {
        Environment::Live => reveal::<tokens::SecretKeyLive>(bytes),
        Environment::Test => reveal::<tokens::SecretKeyTest>(bytes),
    };
    let hint = text.expose().chars().skip(text.expose().len() - 4).collect();
    let key =
        ApiKey { id, name, hint, created_at: cx.now(), last_used_at: None, revoked_at: None };
    store::insert(cx, &key, &Digest::of(&bytes[32..])).await?;
    audit::note(cx, "api_key.created", id).await?;
    Ok(Created { key, secret_key: text })
}

fn reveal<K: TokenKind>(bytes: [u8; 64]) -> Secret {
    Secret::from(Token::<K, 64>::from_bytes(bytes).reveal())
}

/// Ends a key (K3).
pub async fn revoke(cx: &mut Cx<'_>, id: ApiKeyId) -> Result<(), Refusal> {
    if store::revoke(cx, id).await? == 0 {
        return Err(Refusal::NoSuchKey);
    }
    audit::note(cx, "api_key.revoked", id).await?;
    cx.revoke(Target::ApiKey(id.bytes())).await?;
    Ok(())
}
