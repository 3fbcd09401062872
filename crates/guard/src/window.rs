//! At most so many in any such time: an exact moving window.
//!
//! - **W1** Never more than `limit` pass within any `window_ms`, whenever it begins.
//! - **W2** What was refused or only looked at does not count, and who waits as told passes.
//! - **W3** Up to 60 in less than 8,000 s are counted to the millisecond. A longer window is
//!   counted in steps of at most a four-millionth of it and gives a place back up to two steps
//!   late; a larger limit is counted in parts of a 59th and gives it back up to one part late.
//! - **W4** A key costs at most 256 bytes, and there are never more keys than were asked for.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::keep::{Forgettable, Keep};
use crate::key::{Key, RetryAfter};

/// How many may pass in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// How many may pass; counted up to 16,777,215.
    pub limit: u32,
    /// In how many milliseconds.
    pub window_ms: u32,
}

/// Whether one more may pass, with the numbers for the answer's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// For `X-RateLimit-Limit`.
    pub limit: u32,
    /// For `X-RateLimit-Remaining`.
    pub remaining: u32,
    /// For `Retry-After`; there is one exactly when this one may not pass.
    pub retry_after: Option<RetryAfter>,
}

impl Verdict {
    /// Whether this one may pass.
    pub const fn passes(&self) -> bool {
        self.retry_after.is_none()
    }
}

/// Moving windows for many keys, shared by all threads.
pub struct Limits {
    shards: Box<[Mutex<Keep<Name, Window>>]>,
    seed: RandomState,
}

impl Limits {
    /// Room for about `capacity` keys; past that, those that came once are forgotten first.
    pub fn new(capacity: usize) -> Self {
        let seed = RandomState::new();
        let each = capacity.div_ceil(SHARDS);
        let shards = (0..SHARDS).map(|_| Mutex::new(Keep::new(each, seed.clone()))).collect();
        Self { shards, seed }
    }

    /// Lets one more pass under `key`, if `rule` allows; the same key may have several rules.
    ///
    /// `now_ms` are milliseconds since 1970. A clock that steps back is taken as standing
    /// still until it has caught up, unless it stepped further than the window is long.
    pub fn check(&self, key: impl Into<Key>, rule: Rule, now_ms: i64) -> Verdict {
        let name = Name { key: key.into(), rule };
        let hash = self.seed.hash_one(name);
        self.shard(hash).entry(name, hash, now_ms, Window::default).check(rule, now_ms)
    }

    /// What [`check`](Self::check) would say, and nothing counts.
    pub fn look(&self, key: impl Into<Key>, rule: Rule, now_ms: i64) -> Verdict {
        let name = Name { key: key.into(), rule };
        let mut shard = self.shard(self.seed.hash_one(name));
        let mut window = shard.find(&name).cloned().unwrap_or_default();
        window.check(rule, now_ms)
    }

    fn shard(&self, hash: u64) -> MutexGuard<'_, Keep<Name, Window>> {
        let shard = &self.shards[(hash >> 32) as usize % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limits")
    }
}

const SHARDS: usize = 64;

/// Cells of a key: instants while the limit is no larger, else counts of parts of the window.
const CELLS: u32 = 60;

/// A cell has three bytes: 60 of them, the name and the index fit into 256.
const CELL_MOST: u32 = (1 << 24) - 1;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Name {
    key: Key,
    rule: Rule,
}

/// What one key did lately.
#[derive(Clone)]
struct Window {
    /// When the newest passed.
    newest: i64,
    /// The window in milliseconds.
    span: u32,
    /// How many are counted.
    count: u32,
    cells: [[u8; 3]; CELLS as usize],
    /// The cell of the oldest instant.
    oldest: u8,
}

impl Default for Window {
    fn default() -> Self {
        Self { newest: 0, span: 0, count: 0, cells: [[0; 3]; CELLS as usize], oldest: 0 }
    }
}

impl Forgettable for Window {
    fn is_spent(&self, now: i64) -> bool {
        !self.reaches(now)
    }
}

impl Window {
    fn check(&mut self, rule: Rule, now: i64) -> Verdict {
        let limit = rule.limit.min(CELL_MOST);
        self.span = rule.window_ms;
        if !self.reaches(now) {
            *self = Self { newest: now, span: rule.window_ms, ..Self::default() };
        }
        let now = now.max(self.newest);
        let wait = match limit {
            0 => Some(i64::from(rule.window_ms)),
            1..=CELLS => self.pass_instant(limit, now),
            _ => self.pass_part(limit, now),
        };
        Verdict {
            limit: rule.limit,
            remaining: limit - self.count,
            retry_after: wait.map(RetryAfter::from_millis),
        }
    }

    /// Whether anything counted can lie within the window before `now`.
    ///
    /// Counted parts end up to one part late, hence the margin. A clock that stepped back by
    /// more than that would hold the key for as long: the key begins anew instead.
    fn reaches(&self, now: i64) -> bool {
        let reach = i64::from(self.span) + 2 * part_of(self.span);
        self.count > 0 && now.abs_diff(self.newest) < reach.unsigned_abs()
    }

    /// Keeps the instants themselves, modulo 2^24 steps; none is older than two windows here.
    fn pass_instant(&mut self, limit: u32, now: i64) -> Option<i64> {
        let step = self.span / LONGEST_IN_STEPS + 1;
        let steps = if step == 1 { self.span } else { self.span.div_ceil(step) + 1 };
        let step = i64::from(step);
        let now_step = low_bits(now.div_euclid(step));
        while self.count > 0 && self.age(now_step) >= steps {
            self.oldest = ring(u32::from(self.oldest) + 1);
            self.count -= 1;
        }
        if self.count == limit {
            return Some(i64::from(steps - self.age(now_step)) * step);
        }
        self.put(ring(u32::from(self.oldest) + self.count), now_step);
        self.count += 1;
        self.newest = now;
        None
    }

    /// Steps since the oldest instant.
    fn age(&self, now_step: u32) -> u32 {
        now_step.wrapping_sub(self.cell(self.oldest)) & CELL_MOST
    }

    /// Counts by parts; 59 whole ones cover the window, and the one of `now` comes on top.
    fn pass_part(&mut self, limit: u32, now: i64) -> Option<i64> {
        let width = part_of(self.span);
        let (part, newest) = (now.div_euclid(width), self.newest.div_euclid(width));
        for ended in (newest + 1..=part).take(CELLS as usize) {
            self.count -= self.cell(part_cell(ended));
            self.put(part_cell(ended), 0);
        }
        self.newest = now;
        if self.count == limit {
            let mut parts = part - i64::from(CELLS) + 1..=part;
            let first = parts.find(|part| self.cell(part_cell(*part)) > 0).unwrap_or(part);
            return Some((first + i64::from(CELLS)) * width - now);
        }
        self.put(part_cell(part), self.cell(part_cell(part)) + 1);
        self.count += 1;
        None
    }

    fn cell(&self, at: u8) -> u32 {
        let [low, middle, high] = self.cells[usize::from(at)];
        u32::from_le_bytes([low, middle, high, 0])
    }

    fn put(&mut self, at: u8, value: u32) {
        let [low, middle, high, _] = value.to_le_bytes();
        self.cells[usize::from(at)] = [low, middle, high];
    }
}

/// The longest window that is counted to the millisecond: two of them, and two parts, fit into
/// the 2^24 steps that a cell tells apart.
const LONGEST_IN_STEPS: u32 = 8_000_000;

fn part_of(window: u32) -> i64 {
    i64::from(window.div_ceil(CELLS - 1).max(1))
}

fn part_cell(part: i64) -> u8 {
    u8::try_from(part.rem_euclid(i64::from(CELLS))).expect("the rest is below 60")
}

fn low_bits(step: i64) -> u32 {
    u32::try_from(step & i64::from(CELL_MOST)).expect("24 bits are left")
}

fn ring(at: u32) -> u8 {
    u8::try_from(at % CELLS).expect("the rest is below 60")
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
