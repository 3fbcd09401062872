//! Who listens to what: topics with their sockets, sessions with theirs, and the clock for all.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::Notify,
    time::{Instant, MissedTickBehavior},
};

use super::{Code, Limits, Session, Topic, outlet::Outlet};

/// All sockets of this server; a clone is the same hub.
#[derive(Clone, Debug)]
pub struct Hub {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limits: Limits,
    topics: Sharded,
    sessions: Sharded,
    started: Instant,
    open: AtomicUsize,
    resyncs: AtomicU64,
    closing: AtomicBool,
    left: Notify,
}

impl Hub {
    /// A hub with its ticker; the ticker ends with the hub. Call it inside a tokio runtime.
    pub fn start(limits: Limits) -> Self {
        let shared = Arc::new(Shared {
            limits,
            topics: Sharded::new(),
            sessions: Sharded::new(),
            started: Instant::now(),
            open: AtomicUsize::new(0),
            resyncs: AtomicU64::new(0),
            closing: AtomicBool::new(false),
            left: Notify::new(),
        });
        tokio::spawn(tick(Arc::downgrade(&shared)));
        Self { shared }
    }

    /// A place for one socket, which hears these topics from now on but holds them back.
    ///
    /// # Errors
    /// When the server has all the sockets it may have, or is about to stop.
    pub fn register(&self, session: Session, topics: &[Topic]) -> Result<Seat, Full> {
        if self.shared.open.fetch_add(1, Ordering::AcqRel) >= self.shared.limits.sockets {
            self.leave();
            return Err(Full);
        }
        let outlet = Arc::new(Outlet::new(session, self.now(), &self.shared.limits));
        let mut topics = topics.to_vec();
        topics.sort_unstable();
        topics.dedup();
        self.shared.sessions.join(session, &outlet);
        for topic in &topics {
            self.shared.topics.join(*topic, &outlet);
        }
        let seat = Seat { hub: self.clone(), outlet, topics: topics.into() };
        // Asked last: `close_all` sets it first and then looks for the sockets.
        if self.shared.closing.load(Ordering::SeqCst) { Err(Full) } else { Ok(seat) }
    }

    /// Gives an encoded frame to every socket of the topic, and says how many those are.
    ///
    /// Positions grow from 1 in the order of the calls, over all topics that one socket may hear; a
    /// position that a socket already passed is a repetition and is not sent to it again.
    pub fn publish(&self, topic: &Topic, position: u64, frame: &Bytes) -> usize {
        self.shared.topics.each(topic, |outlet| outlet.push(position, frame, &self.shared.limits))
    }

    /// Gives a frame without a position to every socket of the topic that has room for it.
    pub fn publish_fleeting(&self, topic: &Topic, frame: &Bytes) -> usize {
        self.shared.topics.each(topic, |outlet| outlet.push_fleeting(frame, &self.shared.limits))
    }

    /// Ends all sockets of a session at once, and says how many those are.
    pub fn close_session(&self, session: &Session, code: Code, reason: &str) -> usize {
        self.shared.sessions.each(session, |outlet| outlet.close(code, reason))
    }

    /// Ends all sockets that hear a topic, and says how many those are.
    pub fn close_topic(&self, topic: &Topic, code: Code, reason: &str) -> usize {
        self.shared.topics.each(topic, |outlet| outlet.close(code, reason))
    }

    /// Ends every socket whose session the question picks; looks at all of them.
    pub fn close_where(&self, picks: impl Fn(&Session) -> bool, code: Code, reason: &str) {
        self.shared.sessions.all(|outlet| {
            if picks(&outlet.session) {
                outlet.close(code, reason);
            }
        });
    }

    /// Ends every socket and refuses new ones; wait for [`Hub::emptied`] after it.
    pub fn close_all(&self, code: Code, reason: &str) {
        self.shared.closing.store(true, Ordering::SeqCst);
        self.close_where(|_| true, code, reason);
    }

    /// Whether a socket of this server hears the topic.
    pub fn is_heard(&self, topic: &Topic) -> bool {
        self.shared.topics.each(topic, |_| ()) > 0
    }

    /// Whether nobody listens here.
    pub fn is_empty(&self) -> bool {
        self.shared.open.load(Ordering::Acquire) == 0
    }

    /// Returns when no socket is open; at the latest `linger` and two ticks after `close_all`.
    pub async fn emptied(&self) {
        loop {
            let left = self.shared.left.notified();
            if self.is_empty() {
                return;
            }
            left.await;
        }
    }

    /// How the sockets are; looks at all of them.
    pub fn counters(&self) -> Counters {
        let mut counters = Counters {
            open: self.shared.open.load(Ordering::Relaxed),
            resyncs: self.shared.resyncs.load(Ordering::Relaxed),
            ..Counters::default()
        };
        self.shared.sessions.all(|outlet| {
            let (frames, bytes) = outlet.waiting();
            counters.queued_frames += frames;
            counters.queued_bytes += bytes;
        });
        counters
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    pub(super) fn resynced(&self) {
        self.shared.resyncs.fetch_add(1, Ordering::Relaxed);
    }

    /// Milliseconds since the hub started.
    pub(super) fn now(&self) -> u64 {
        self.shared.now()
    }

    fn leave(&self) {
        if self.shared.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.shared.left.notify_waiters();
        }
    }
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).expect("the hub is not that old")
    }
}

/// One socket's place in the hub; dropping it leaves.
#[derive(Debug)]
pub struct Seat {
    hub: Hub,
    outlet: Arc<Outlet>,
    topics: Box<[Topic]>,
}

impl Seat {
    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }

    pub(super) fn outlet(&self) -> &Outlet {
        &self.outlet
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        for topic in &self.topics {
            self.hub.shared.topics.leave(topic, &self.outlet);
        }
        self.hub.shared.sessions.leave(&self.outlet.session, &self.outlet);
        self.hub.leave();
    }
}

/// There is no place for another socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server has as many sockets as it may have; try again in a moment")]
pub struct Full;

/// How the sockets are at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Sockets, from their handshake to their end.
    pub open: usize,
    /// Frames that wait, counted once for each socket.
    pub queued_frames: usize,
    /// Their bytes, counted once for each socket; in memory they are shared.
    pub queued_bytes: usize,
    /// Times a socket was told to fetch everything again, since the start.
    pub resyncs: u64,
}

/// Sockets by key, in parts so that different keys seldom wait for each other.
#[derive(Debug)]
struct Sharded {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
}

type Shard = HashMap<[u8; 16], Vec<Arc<Outlet>>>;

impl Sharded {
    fn new() -> Self {
        const SHARDS: usize = 64;
        let shards = std::iter::repeat_with(Mutex::default).take(SHARDS).collect();
        Self { shards, hasher: RandomState::new() }
    }

    fn join(&self, key: [u8; 16], outlet: &Arc<Outlet>) {
        // One socket is the usual number for a visitor's topic, so no room is made ahead.
        let mut shard = self.shard(&key);
        let sockets = shard.entry(key).or_insert_with(|| Vec::with_capacity(1));
        sockets.push(Arc::clone(outlet));
    }

    fn leave(&self, key: &[u8; 16], outlet: &Arc<Outlet>) {
        let mut shard = self.shard(key);
        let Some(sockets) = shard.get_mut(key) else { return };
        if let Some(at) = sockets.iter().position(|other| Arc::ptr_eq(other, outlet)) {
            sockets.swap_remove(at);
        }
        if sockets.is_empty() {
            shard.remove(key);
        }
    }

    /// The lock is held meanwhile, so that two publishers keep one order for all sockets.
    fn each(&self, key: &[u8; 16], act: impl Fn(&Outlet)) -> usize {
        let shard = self.shard(key);
        let Some(sockets) = shard.get(key) else { return 0 };
        for outlet in sockets {
            act(outlet);
        }
        sockets.len()
    }

    fn all(&self, mut act: impl FnMut(&Outlet)) {
        for shard in &self.shards {
            let shard = lock(shard);
            shard.values().flatten().for_each(|outlet| act(outlet));
        }
    }

    fn shard(&self, key: &[u8; 16]) -> MutexGuard<'_, Shard> {
        let hash = usize::try_from(self.hasher.hash_one(key) >> 40).expect("24 bits fit");
        lock(&self.shards[hash % self.shards.len()])
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One clock for all sockets: a timer in each would cost more than the rest of it.
async fn tick(hub: Weak<Shared>) {
    let Some(limits) = hub.upgrade().map(|hub| hub.limits) else { return };
    let shortest = (limits.ping_every.min(limits.first_message) / 4).min(limits.linger);
    let period = shortest.clamp(Duration::from_millis(10), Duration::from_secs(1));
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(hub) = hub.upgrade() else { return };
        let now = hub.now();
        hub.sessions.all(|outlet| outlet.tick(now, &limits));
    }
}
