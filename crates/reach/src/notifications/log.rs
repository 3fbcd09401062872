//! What was sent, and what became of it: the delivery log.

use countersign_base::{ContactId, Moment, NotificationId, Provenance};
use serde::Serialize;

use super::channel::Channel;

countersign_base::named! {
    /// How far a sending has come.
    pub enum Stage {
        /// It waits for its moment.
        Scheduled = "scheduled",
        /// It was sent; the deliveries say what became of it.
        Sent = "sent",
        /// It was not sent at all; the notes and the deliveries say why.
        Ignored = "ignored",
        /// It was cancelled before its moment.
        Cancelled = "cancelled",
    }
}

/// A sending, with what became of it on each channel.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Sent {
    /// Its id, which an item in the feed shares.
    pub id: NotificationId,
    /// To whom.
    pub contact: ContactId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its sub-notification.
    pub sub: Option<String>,
    /// How far it has come.
    pub state: Stage,
    /// When it is or was to be sent.
    pub due_at: Moment,
    /// When it was asked for.
    pub created_at: Moment,
    /// What became of it on each channel.
    pub deliveries: Vec<Delivered>,
    /// What whoever sends should know; only in the answer to the sending itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What became of a sending on one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Delivered {
    /// The channel.
    pub channel: Channel,
    /// `held` for a digest, `queued`, `delivered`, `failed` or `skipped`.
    pub state: String,
    /// Why it was not delivered, or not yet.
    pub reason: Option<String>,
    /// How we know the address that it goes to, where there is one.
    pub provenance: Option<Provenance>,
    /// Since when.
    pub at: Moment,
}

/// What becomes of a sending on one channel, decided when it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is there.
    Delivered,
    /// It waits to be carried.
    Queued(Queued),
    /// It waits for the others of its digest.
    Held(Queued),
    /// It is not delivered, for this reason.
    Skipped(&'static str),
}

/// What waits to be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Queued {
    pub(super) contact: ContactId,
    pub(super) provenance: Option<Provenance>,
    pub(super) sealed: Vec<u8>,
    pub(super) next_at: Moment,
}

impl Outcome {
    /// How it is told on a channel.
    pub(super) fn delivered(&self, channel: Channel, at: Moment) -> Delivered {
        Delivered {
            channel,
            state: self.state().to_owned(),
            reason: self.reason().map(ToOwned::to_owned),
            provenance: self.queued().and_then(|queued| queued.provenance),
            at,
        }
    }

    pub(super) const fn state(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Queued(_) => "queued",
            Self::Held(_) => "held",
            Self::Skipped(_) => "skipped",
        }
    }

    pub(super) const fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Skipped(reason) => Some(reason),
            Self::Delivered | Self::Queued(_) | Self::Held(_) => None,
        }
    }

    pub(super) const fn queued(&self) -> Option<&Queued> {
        match self {
            Self::Queued(queued) | Self::Held(queued) => Some(queued),
            Self::Delivered | Self::Skipped(_) => None,
        }
    }
}
