//! Passwords: argon2id, a few at a time, on threads of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version};
use countersign_base::{Fault, Secret};
use tokio::sync::Semaphore;

use super::model::{Password, Refusal};

/// KiB of memory, passes and lanes: about 45 ms (OWASP's second choice).
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Checks that may wait for their turn; one more is told to come again.
const WAITING: usize = 64;

/// Checks passwords, two at a time.
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// The hash of a password that nobody has: what unknown names are checked against (M1).
    nobody: Arc<str>,
}

impl Default for Passwords {
    fn default() -> Self {
        let nobody = hash(&Password::generate()).unwrap_or_default();
        let turns = Arc::new(Semaphore::new(2));
        Self { turns, waiting: AtomicUsize::new(0), nobody: nobody.into() }
    }
}

impl Passwords {
    /// Whether `given` is the password of `kept`; nobody's is as much work as somebody's.
    pub(super) async fn check(&self, given: Secret, kept: Option<String>) -> Result<bool, Refusal> {
        if self.waiting.fetch_add(1, Ordering::AcqRel) >= WAITING {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(Refusal::Busy);
        }
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        let turn = turn.map_err(|_| Refusal::Busy)?;
        let is_somebody = kept.is_some();
        let kept = kept.unwrap_or_else(|| self.nobody.to_string());
        let checked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            verify(given.expose(), &kept)
        });
        Ok(checked.await.map_err(|_| Refusal::Busy)? && is_somebody)
    }
}

fn argon2() -> Result<Argon2<'static>, Fault> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None)
        .map_err(|_| Fault::Store("argon2 refuses its parameters".into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What is kept of a password.
pub(super) fn hash(password: &Password) -> Result<String, Refusal> {
    let salt = countersign_infra::chance::bytes::<16>();
    let hash = argon2()?.hash_password_with_salt(password.expose().as_bytes(), &salt);
    let hash = hash.map_err(|_| Fault::Store("a password cannot be hashed".into()))?;
    Ok(hash.to_string())
}

fn verify(given: &str, kept: &str) -> bool {
    let (Ok(argon2), Ok(kept)) = (argon2(), PasswordHash::new(kept)) else { return false };
    argon2.verify_password(given.as_bytes(), &kept).is_ok()
}
