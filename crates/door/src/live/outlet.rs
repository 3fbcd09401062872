//! What waits for one socket: the side that publishers and the hub see.

use std::{
    collections::VecDeque,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Waker},
};

use bytes::Bytes;

use super::{Code, Limits, Session, frame};

/// One socket's bounded queue of shared frames.
#[derive(Debug)]
pub(super) struct Outlet {
    pub(super) session: Session,
    queue: Mutex<Queue>,
}

#[derive(Debug)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    /// The last position that was queued, dropped or replayed; what is at or below it is old.
    floor: u64,
    phase: Phase,
    /// Frames were dropped, and the client has not been told.
    lost: bool,
    ping: bool,
    unanswered: u8,
    next_ping: u64,
    first_by: Option<u64>,
    /// Armed while the socket has nothing to do.
    waker: Option<Waker>,
}

#[derive(Debug)]
enum Phase {
    /// The replay runs; what is published meanwhile waits with its position.
    Holding(Vec<(u64, Bytes)>),
    Flowing,
    /// Ends with this frame, if it was not taken yet, and by this moment, if one was set.
    Closing {
        goodbye: Option<Bytes>,
        by: Option<u64>,
    },
    Dead,
}

/// What the socket should do before it waits again.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// Frames were dropped up to this position.
    pub(super) resync: Option<u64>,
    pub(super) ping: bool,
    pub(super) goodbye: Option<Bytes>,
    pub(super) dead: bool,
}

impl Outlet {
    /// Holding, with `now` in milliseconds of the hub's clock.
    pub(super) fn new(session: Session, now: u64, limits: &Limits) -> Self {
        let queue = Queue {
            frames: VecDeque::new(),
            bytes: 0,
            floor: 0,
            phase: Phase::Holding(Vec::new()),
            lost: false,
            ping: false,
            unanswered: 0,
            next_ping: now + millis(limits.ping_every),
            first_by: Some(now + millis(limits.first_message)),
            waker: None,
        };
        Self { session, queue: Mutex::new(queue) }
    }

    /// Queues a frame that stands in the log at `position`, unless it is old.
    pub(super) fn push(&self, position: u64, frame: &Bytes, limits: &Limits) {
        let mut queue = self.queue();
        if position <= queue.floor {
            return;
        }
        queue.floor = position;
        let waker = queue.add(Some(position), frame, limits);
        drop(queue);
        wake(waker);
    }

    /// Queues a frame that nobody misses, such as "is typing".
    pub(super) fn push_fleeting(&self, frame: &Bytes, limits: &Limits) {
        let waker = self.queue().add(None, frame, limits);
        wake(waker);
    }

    /// Lets everything published after `position` flow.
    pub(super) fn release(&self, position: u64) {
        let mut queue = self.queue();
        queue.floor = queue.floor.max(position);
        if !matches!(queue.phase, Phase::Holding(_)) {
            return;
        }
        if let Phase::Holding(held) = mem::replace(&mut queue.phase, Phase::Flowing) {
            queue
                .frames
                .extend(held.into_iter().filter(|(at, _)| *at > position).map(|(_, frame)| frame));
            queue.bytes = queue.frames.iter().map(Bytes::len).sum();
        }
    }

    /// Ends the socket: what waits is dropped, the close frame is the last thing sent.
    pub(super) fn close(&self, code: Code, reason: &str) {
        let goodbye = frame::close(code, reason);
        self.end(Phase::Closing { goodbye: Some(goodbye), by: None });
    }

    fn end(&self, phase: Phase) {
        let mut queue = self.queue();
        if matches!(queue.phase, Phase::Holding(_) | Phase::Flowing) {
            queue.phase = phase;
        } else if matches!(phase, Phase::Dead) {
            queue.phase = Phase::Dead;
        }
        queue.frames = VecDeque::new();
        queue.bytes = 0;
        let waker = queue.waker.take();
        drop(queue);
        wake(waker);
    }

    /// The client sent a frame; `spoke` if it was a message.
    pub(super) fn heard(&self, spoke: bool) {
        let mut queue = self.queue();
        queue.unanswered = 0;
        if spoke {
            queue.first_by = None;
        }
    }

    /// What is due; when there is an empty place for it, also everything that waits.
    pub(super) fn take(&self, cx: &Context<'_>, into: Option<&mut VecDeque<Bytes>>) -> Due {
        let mut queue = self.queue();
        if !queue.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            queue.waker = Some(cx.waker().clone());
        }
        let flowing = matches!(queue.phase, Phase::Flowing);
        let mut due = Due { ping: mem::take(&mut queue.ping), ..Due::default() };
        match &mut queue.phase {
            Phase::Closing { goodbye, .. } => due.goodbye = goodbye.take(),
            Phase::Dead => due.dead = true,
            Phase::Flowing | Phase::Holding(_) => {}
        }
        if let Some(into) = into.filter(|into| flowing && into.is_empty()) {
            mem::swap(into, &mut queue.frames);
            queue.bytes = 0;
            due.resync = mem::take(&mut queue.lost).then_some(queue.floor);
        }
        due
    }

    /// Pings, and ends what is past its time; called by the hub's ticker.
    pub(super) fn tick(&self, now: u64, limits: &Limits) {
        let late = self.queue().late(now, limits);
        match late {
            Late::No => {}
            Late::Ping(waker) => wake(waker),
            Late::Silent => self.close(Code::SILENT, "no first message"),
            Late::Dead => self.end(Phase::Dead),
        }
    }

    /// How many frames and bytes wait.
    pub(super) fn waiting(&self) -> (usize, usize) {
        let queue = self.queue();
        match &queue.phase {
            Phase::Holding(held) => (held.len(), queue.bytes),
            _ => (queue.frames.len(), queue.bytes),
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Adds a frame or, when there is no room, drops everything for a resync.
    fn add(&mut self, position: Option<u64>, frame: &Bytes, limits: &Limits) -> Option<Waker> {
        let waiting = match &self.phase {
            Phase::Holding(held) => held.len(),
            _ => self.frames.len(),
        };
        let full = waiting >= limits.queue_frames || self.bytes + frame.len() > limits.queue_bytes;
        match (&mut self.phase, position) {
            (Phase::Closing { .. } | Phase::Dead, _) | (Phase::Holding(_), None) => return None,
            _ if self.lost || (full && position.is_none()) => return None,
            _ if full => {
                self.lose();
                return self.waker.take();
            }
            (Phase::Holding(held), Some(position)) => held.push((position, frame.clone())),
            (Phase::Flowing, _) => self.frames.push_back(frame.clone()),
        }
        self.bytes += frame.len();
        if self.frames.len() == 1 { self.waker.take() } else { None }
    }

    fn lose(&mut self) {
        self.lost = true;
        self.bytes = 0;
        self.frames = VecDeque::new();
        if let Phase::Holding(held) = &mut self.phase {
            *held = Vec::new();
        }
    }

    fn late(&mut self, now: u64, limits: &Limits) -> Late {
        match &mut self.phase {
            Phase::Dead => return Late::No,
            Phase::Closing { by: Some(by), .. } if *by <= now => return Late::Dead,
            Phase::Closing { by, .. } => {
                by.get_or_insert(now + millis(limits.linger));
                return Late::No;
            }
            Phase::Holding(_) | Phase::Flowing => {}
        }
        if self.first_by.is_some_and(|by| by <= now) {
            return Late::Silent;
        }
        if self.next_ping > now {
            return Late::No;
        }
        if self.unanswered >= PINGS_MISSED {
            return Late::Dead;
        }
        self.ping(now + millis(limits.ping_every))
    }

    fn ping(&mut self, next: u64) -> Late {
        self.ping = true;
        self.unanswered += 1;
        self.next_ping = next;
        Late::Ping(self.waker.take())
    }
}

enum Late {
    No,
    Ping(Option<Waker>),
    Silent,
    Dead,
}

const PINGS_MISSED: u8 = 2;

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
#[path = "outlet_tests.rs"]
mod tests;
