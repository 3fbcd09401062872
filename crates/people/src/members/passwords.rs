//! Hashes passwords with argon2id: slowly, elsewhere, and not more at once than there are cores.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use countersign_base::{Fault, Secret};
use countersign_infra::chance;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::model::{Password, Refusal};

/// 19 MiB, two passes, one lane: the second choice of RFC 9106 cut to what OWASP asks for.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many may wait for each core.
const WAITING_PER_CORE: usize = 8;

/// What an unknown email's password is compared with: the hash of no password (M2).
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The queue in front of the cores (M9).
pub(super) struct Passwords {
    places: Arc<Semaphore>,
    cores: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::new(cores, cores * WAITING_PER_CORE)
    }
}

/// What was found of a password.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It is not the one.
    Wrong,
    /// It is the one.
    Right {
        /// What to keep instead, when the cost has risen since (M8).
        renewed: Option<String>,
    },
}

impl Passwords {
    fn new(cores: usize, waiting: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(cores + waiting)),
            cores: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Compares a password with a hash; without one, takes as long for nothing (M2).
    pub(super) async fn check(
        &self,
        password: Secret,
        hash: Option<String>,
    ) -> Result<Found, Refusal> {
        let turn = self.turn().await?;
        blocking(move || {
            let found = compare(&password, hash.as_deref());
            drop(turn);
            found
        })
        .await?
        .map_err(Refusal::Store)
    }

    /// A place in the queue, then a core; both are held until the work ends, even when whoever
    /// asked has gone.
    async fn turn(&self) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), Refusal> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| Refusal::Busy)?;
        Ok((place, core))
    }
}

/// What is kept of a password; on a thread of its own, outside of any transaction.
pub(super) async fn hash(password: &Password) -> Result<String, Fault> {
    let secret = password.secret().clone();
    blocking(move || hash_now(&secret)).await?
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Fault::Store("a password could not be hashed".into()))
}

fn compare(password: &Secret, hash: Option<&str>) -> Result<Found, Fault> {
    let kept = PasswordHash::new(hash.unwrap_or(NOBODYS))
        .map_err(|_| Fault::Corrupt("a password hash cannot be read"))?;
    let is_right = argon2().verify_password(password.expose().as_bytes(), &kept).is_ok();
    if !is_right || hash.is_none() {
        return Ok(Found::Wrong);
    }
    let renewed = is_outdated(&kept).then(|| hash_now(password)).transpose()?;
    Ok(Found::Right { renewed })
}

fn hash_now(password: &Secret) -> Result<String, Fault> {
    let salt: [u8; 16] = chance::bytes();
    let made = argon2().hash_password_with_salt(password.expose().as_bytes(), &salt);
    made.map(|hash| hash.to_string())
        .map_err(|_| Fault::Store("a password cannot be hashed".into()))
}

/// Whether a hash costs less than ours, or is of another kind (M8).
fn is_outdated(kept: &PasswordHash) -> bool {
    let is_ours = kept.algorithm == Algorithm::Argon2id.ident()
        && kept.version == Some(Version::V0x13.into());
    let is_enough = Params::try_from(kept).is_ok_and(|params| {
        params.m_cost() >= MEMORY && params.t_cost() >= PASSES && params.p_cost() >= LANES
    });
    !(is_ours && is_enough)
}

fn argon2() -> Argon2<'static> {
    let params =
        Params::new(MEMORY, PASSES, LANES, Some(32)).expect("the numbers are within argon2's");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    #[test]
    fn m2_nobodys_hash_costs_what_a_real_one_does() {
        let nobodys = PasswordHash::new(NOBODYS).expect("it is whole");
        assert!(!is_outdated(&nobodys));
        let real = hash_now(&secret("correct horse")).expect("hashed");
        let real = PasswordHash::new(&real).expect("whole");
        assert_eq!(Params::try_from(&real), Params::try_from(&nobodys));
        assert_eq!(compare(&secret(""), None), Ok(Found::Wrong));
    }

    #[test]
    fn every_character_counts() {
        let long = "x".repeat(1_024);
        for (kept, given) in
            [("a\0b", "a\0c"), (&*long, &long[1..]), ("é", "e\u{301}"), ("a", "A"), ("a", "a ")]
        {
            let hash = hash_now(&secret(kept)).expect("hashed");
            assert_eq!(compare(&secret(kept), Some(&hash)), Ok(Found::Right { renewed: None }));
            assert_eq!(compare(&secret(given), Some(&hash)), Ok(Found::Wrong));
        }
    }

    #[test]
    fn m8_a_cheaper_hash_is_renewed() {
        let cheap = Params::new(8_192, 1, 1, Some(32)).expect("within argon2's");
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, cheap);
        let kept =
            cheap.hash_password_with_salt(b"correct horse", &[7; 16]).expect("hashed").to_string();
        let Ok(Found::Right { renewed: Some(renewed) }) =
            compare(&secret("correct horse"), Some(&kept))
        else {
            panic!("it is right and outdated");
        };
        let again = compare(&secret("correct horse"), Some(&renewed));
        assert_eq!(again, Ok(Found::Right { renewed: None }));
        assert_eq!(compare(&secret("wrong horse"), Some(&kept)), Ok(Found::Wrong));
    }

    #[tokio::test]
    async fn m9_who_finds_the_queue_full_is_told_so() {
        let passwords = Passwords::new(1, 1);
        let running = passwords.turn().await.expect("a core is free");
        let waiting = passwords.turn();
        let mut waiting = std::pin::pin!(waiting);
        let is_waiting = std::future::poll_fn(|cx| {
            std::task::Poll::Ready(waiting.as_mut().poll(cx).is_pending())
        });
        assert!(is_waiting.await);
        assert!(matches!(passwords.turn().await, Err(Refusal::Busy)));
        drop(running);
        assert!(waiting.await.is_ok());
        assert!(passwords.turn().await.is_ok());
    }

    #[tokio::test]
    async fn m9_who_goes_away_while_waiting_gives_the_place_back() {
        let passwords = Passwords::new(1, 1);
        let running = passwords.turn().await.expect("a core is free");
        for _ in 0..100 {
            let mut waiting = Box::pin(passwords.turn());
            let is_waiting = std::future::poll_fn(|cx| {
                std::task::Poll::Ready(waiting.as_mut().poll(cx).is_pending())
            });
            assert!(is_waiting.await, "there is a place");
        }
        drop(running);
        assert!(passwords.turn().await.is_ok());
    }

    #[test]
    fn a_hash_that_cannot_be_read_is_a_fault() {
        assert!(matches!(compare(&secret("a"), Some("$argon2id$")), Err(Fault::Corrupt(_))));
    }
}
