//! Wrong passwords slow down whoever sends them, and lock nobody else out.
//!
//! - **L1** A pair (an email from a network) has five free failures; then it waits 30 s, and twice
//!   as long after each further failure, up to 15 minutes.
//! - **L2** A network with 20 failures within five minutes waits 15 minutes, whatever the emails.
//! - **L3** An email is never locked by itself: from another network its owner gets in.
//! - **L4** A place is taken when an attempt begins: those that run at once cannot outnumber the
//!   free ones.
//! - **L5** Success forgets the pair's failures, not the network's.
//! - **L6** An attempt that is dropped without a verdict has failed.
//! - **L7** A pair is forgotten a day after its last failure; memory is bounded.
//!
//! Nothing here knows which emails exist, so unknown ones are treated alike.

use std::collections::VecDeque;
use std::fmt;
use std::hash::RandomState;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::keep::{Forgettable, Keep};
use crate::key::{Key, RetryAfter};

/// Remembers failed sign-ins; clones share what they remember.
#[derive(Clone)]
pub struct Lockout(Arc<Mutex<Memory>>);

impl Lockout {
    /// Room for `capacity` pairs and as many networks.
    pub fn new(capacity: usize) -> Self {
        let pairs = Keep::new(capacity, RandomState::new());
        let networks = Keep::new(capacity, RandomState::new());
        Self(Arc::new(Mutex::new(Memory { pairs, networks })))
    }

    /// Takes a place for an attempt; ask before the account is looked up.
    ///
    /// `pair` is a keyed hash of email and network (or of email and device, where the browser
    /// proves one that signed in before), `network` one of the network alone.
    pub fn begin(
        &self,
        pair: impl Into<Key>,
        network: impl Into<Key>,
        now: i64,
    ) -> Result<Attempt, RetryAfter> {
        let (pair, network) = (pair.into(), network.into());
        self.memory().begin(pair, network, now).map_err(RetryAfter::from_millis)?;
        Ok(Attempt { lockout: self.clone(), pair, network, begun: now, is_settled: false })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Lockout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lockout")
    }
}

/// A place that was taken; say how it ended, or it counts as failed.
#[derive(Debug)]
#[must_use = "an attempt that is dropped has failed"]
pub struct Attempt {
    lockout: Lockout,
    pair: Key,
    network: Key,
    begun: i64,
    is_settled: bool,
}

impl Attempt {
    /// The password was wrong, or there is no such account; tells how long the pair now waits.
    pub fn failed(mut self, now: i64) -> Option<RetryAfter> {
        self.is_settled = true;
        let wait = self.lockout.memory().failed(self.pair, self.network, now);
        wait.map(RetryAfter::from_millis)
    }

    /// The password was right.
    pub fn succeeded(mut self) {
        self.is_settled = true;
        self.lockout.memory().released(self.pair, self.network, Ended::Well);
    }

    /// Nobody looked at the password, because the server was too busy or broken.
    pub fn withdrawn(mut self) {
        self.is_settled = true;
        self.lockout.memory().released(self.pair, self.network, Ended::Unjudged);
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.is_settled {
            self.lockout.memory().failed(self.pair, self.network, self.begun);
        }
    }
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// Failures of a pair that cost nothing.
const FREE: u32 = 5;
const FIRST_WAIT: i64 = 30 * SECOND;
const LONGEST_WAIT: i64 = 15 * MINUTE;
const PAIR_FORGOTTEN_AFTER: i64 = 24 * 60 * MINUTE;

/// Failures of a network within [`NETWORK_WINDOW`] that lock it.
const NETWORK_FREE: usize = 20;
const NETWORK_WINDOW: i64 = 5 * MINUTE;
const NETWORK_WAIT: i64 = 15 * MINUTE;

/// How long to wait for attempts that are still running.
const RUNNING_WAIT: i64 = SECOND;

struct Memory {
    pairs: Keep<Key, Pair>,
    networks: Keep<Key, Source>,
}

#[derive(Clone, Copy)]
enum Ended {
    Well,
    Unjudged,
}

impl Memory {
    fn begin(&mut self, pair: Key, network: Key, now: i64) -> Result<(), i64> {
        let hash = self.networks.hash(&network);
        let network = self.networks.entry(network, hash, now, Source::default);
        network.wait(now).map_or(Ok(()), Err)?;
        let hash = self.pairs.hash(&pair);
        let pair = self.pairs.entry(pair, hash, now, Pair::default);
        pair.wait(now).map_or(Ok(()), Err)?;
        pair.running += 1;
        network.running += 1;
        Ok(())
    }

    fn failed(&mut self, pair: Key, network: Key, now: i64) -> Option<i64> {
        let hash = self.networks.hash(&network);
        self.networks.entry(network, hash, now, Source::default).failed(now);
        let hash = self.pairs.hash(&pair);
        self.pairs.entry(pair, hash, now, Pair::default).failed(now)
    }

    fn released(&mut self, pair: Key, network: Key, ended: Ended) {
        if let Some(network) = self.networks.find(&network) {
            network.running = network.running.saturating_sub(1);
        }
        if let Some(pair) = self.pairs.find(&pair) {
            let running = pair.running.saturating_sub(1);
            *pair = match ended {
                Ended::Well => Pair { running, ..Pair::default() },
                Ended::Unjudged => Pair { running, ..*pair },
            };
        }
    }
}

/// One email from one network.
#[derive(Clone, Copy, Default)]
struct Pair {
    failures: u32,
    running: u32,
    last: i64,
    until: i64,
}

impl Pair {
    fn wait(&mut self, now: i64) -> Option<i64> {
        if self.is_spent(now) {
            *self = Self::default();
        }
        if let Some(left) = left(self.until, now, LONGEST_WAIT) {
            return Some(left);
        }
        let places = FREE.saturating_sub(self.failures).max(1);
        (self.running >= places).then_some(RUNNING_WAIT)
    }

    fn failed(&mut self, now: i64) -> Option<i64> {
        self.running = self.running.saturating_sub(1);
        self.failures = self.failures.saturating_add(1);
        self.last = now;
        let doublings = self.failures.checked_sub(FREE)?;
        let wait = (FIRST_WAIT << doublings.min(16)).min(LONGEST_WAIT);
        self.until = now + wait;
        Some(wait)
    }
}

impl Forgettable for Pair {
    fn is_spent(&self, now: i64) -> bool {
        self.running == 0 && (self.failures == 0 || now - self.last >= PAIR_FORGOTTEN_AFTER)
    }

    fn is_held(&self) -> bool {
        self.running > 0 || self.failures >= FREE
    }
}

/// One network, whatever the emails.
#[derive(Default)]
struct Source {
    failures: VecDeque<i64>,
    running: usize,
    until: i64,
}

impl Source {
    fn wait(&mut self, now: i64) -> Option<i64> {
        if let Some(left) = left(self.until, now, NETWORK_WAIT) {
            return Some(left);
        }
        self.failures.retain(|at| now - at < NETWORK_WINDOW);
        (self.failures.len() + self.running >= NETWORK_FREE).then_some(RUNNING_WAIT)
    }

    fn failed(&mut self, now: i64) {
        self.running = self.running.saturating_sub(1);
        self.failures.retain(|at| now - at < NETWORK_WINDOW);
        self.failures.push_back(now);
        if self.failures.len() >= NETWORK_FREE {
            self.failures.clear();
            self.until = now + NETWORK_WAIT;
        }
    }
}

impl Forgettable for Source {
    fn is_spent(&self, now: i64) -> bool {
        let is_quiet = self.failures.back().is_none_or(|at| now - at >= NETWORK_WINDOW);
        self.running == 0 && now >= self.until && is_quiet
    }

    fn is_held(&self) -> bool {
        self.running > 0 || !self.failures.is_empty()
    }
}

/// What is left until `until`; more than the longest wait means that the clock stepped back.
fn left(until: i64, now: i64, longest: i64) -> Option<i64> {
    Some(until - now).filter(|left| (1..=longest).contains(left))
}

#[cfg(test)]
#[path = "lockout_tests.rs"]
mod tests;
