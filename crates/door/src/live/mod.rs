//! Live connections: sockets that many frames are published to, with little cost for each.
//!
//! - **L1** A frame published to a topic reaches each of its sockets exactly once, in order.
//! - **L2** A socket that resumes loses and doubles nothing between its replay and its release.
//! - **L3** A slow reader holds up nobody: its queue is bounded and becomes one resync.
//! - **L4** A closed session's sockets end at once, and nothing that waited goes out.
//! - **L5** A client that does not speak first, in time, is closed with 4408.
//! - **L6** A client that leaves two pings unanswered is dropped.
//! - **L7** A client that breaks RFC 6455 is closed with the fitting code and harms nobody.
//! - **L8** A client that sends more frames a second than the limit is closed with 1008.
//! - **L9** An idle socket holds no buffer.
//! - **L10** A request that is no correct handshake is refused with what would be right.
//!
//! The way in: make a [`Handshake`] of the request, take a [`Seat`] in the [`Hub`], *then* look once
//! more whether the session still holds (a revocation before the seat is not seen by it), and [`open`].

mod accept;
mod backlog;
mod decode;
pub mod frame;
mod hub;
mod outlet;
mod socket;

use std::{future::Future, time::Duration};

use bytes::Bytes;
use http::Response;
use hyper_util::rt::TokioIo;

use self::{accept::bare, socket::Socket};
pub use self::{
    accept::{Handshake, Refusal},
    decode::{Decoder, Incoming, Violation},
    frame::Code,
    hub::{Counters, Full, Hub, Seat},
};

/// What frames are published to: a contact, a tenant, a widget.
pub type Topic = [u8; 16];

/// The session a socket lives and dies with.
pub type Session = [u8; 16];

/// Answers the handshake and lets the conversation begin once the client has the answer.
///
/// `protocol` must be one that the client offered. Call it inside a tokio runtime.
pub fn open<B: Default>(
    handshake: Handshake,
    protocol: Option<&str>,
    seat: Seat,
    conversation: impl Conversation,
) -> Response<B> {
    let (response, upgrade) = handshake.agree(protocol);
    if conversation.begins_live() {
        seat.outlet().heard(true);
        seat.outlet().release(0);
    }
    tokio::spawn(async move {
        let Ok(upgraded) = upgrade.await else { return };
        match bare(upgraded) {
            Ok((tcp, early)) => {
                // Without it a frame would wait for the acknowledgement of the one before.
                if tcp.set_nodelay(true).is_ok() {
                    tokio::spawn(Socket::new(tcp, &early, seat, conversation));
                }
            }
            Err(other) => {
                tokio::spawn(Socket::new(TokioIo::new(other), &[], seat, conversation));
            }
        }
    });
    response
}

/// What one client's messages mean; one value a socket, so keep it small.
///
/// Nothing published reaches the client before an answer carries [`Answer::release`], unless it
/// begins live.
pub trait Conversation: Send + Unpin + 'static {
    /// Answers a message; the next one is read when this answer is on its way.
    fn message(&mut self, text: String) -> impl Future<Output = Answer> + Send;

    /// Whether everything flows from the beginning, for clients that only listen (not L5).
    fn begins_live(&self) -> bool {
        false
    }

    /// Goes on after an answer with [`Then::More`] was written out, for a replay in pages.
    fn more(&mut self) -> impl Future<Output = Answer> + Send {
        async { Answer::default() }
    }

    /// The frame for a client that missed everything up to and including this position.
    fn resync(&mut self, position: u64) -> Bytes;
}

/// What to do about a message.
#[derive(Debug, Default)]
pub struct Answer {
    /// Sent in this order, before anything that is released.
    pub frames: Vec<Bytes>,
    /// From now on everything published after this position flows; what is at or below it does not.
    pub release: Option<u64>,
    /// What comes after the frames.
    pub then: Then,
}

/// What comes after an answer's frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Then {
    /// Wait for the next message.
    #[default]
    Listen,
    /// Ask [`Conversation::more`].
    More,
    /// End the socket when the frames are written.
    Close(Code, &'static str),
}

/// How much one socket, and all of them, may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Open sockets; the next is refused.
    pub sockets: usize,
    /// From the handshake to the first message.
    pub first_message: Duration,
    /// Between two pings; a client is dropped after two without an answer.
    pub ping_every: Duration,
    /// How long a closed socket may take to say goodbye.
    pub linger: Duration,
    /// Frames of any kind that a client may send in a second.
    pub frames_a_second: u32,
    /// The largest message of a client, in bytes.
    pub message_bytes: usize,
    /// Frames that may wait for one socket.
    pub queue_frames: usize,
    /// Bytes that may wait for one socket; they are shared with all others that wait for the same.
    pub queue_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sockets: 100_000,
            first_message: Duration::from_secs(10),
            ping_every: Duration::from_secs(30),
            linger: Duration::from_secs(1),
            frames_a_second: 20,
            message_bytes: 64 * 1024,
            queue_frames: 1_024,
            queue_bytes: 1024 * 1024,
        }
    }
}
