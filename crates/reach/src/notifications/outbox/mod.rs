//! The outbox: what has to be carried out of the house, each thing durably until it is there.
//!
//! - **NO1** What a channel has to carry is written in the transaction of its sending, sealed under
//!   the contact's key: none is lost with the process, and none is carried of what was undone.
//! - **NO2** Of several nodes one carries a parcel at a time; one that dies over it leaves it to
//!   the next when its lease ends. So a parcel is carried at least once.
//! - **NO3** What fails for the moment is tried again, later and later, for 24 hours; what fails
//!   for good is not. The log says which, and why.
//! - **NO4** No transaction is open while something is carried, and a channel carries so many
//!   parcels at once and no more; a slow channel does not hold up another.

mod carry;
mod patience;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use countersign_base::{ContactId, Fault, Moment, NotificationId, Provenance, Scope};
use countersign_door::{App, Cx, Pending};
use serde::{Deserialize, Serialize};

pub use self::carry::{carry_due, keep_carrying};
use super::channel::Channel;
use super::digest::Digest;
use super::kind::{EmailText, MessageText, PushText};
use super::order::Composed;

/// A future within a transaction, which stays on its thread.
pub type Within<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Brings what a channel is for to where it belongs.
pub trait Carrier: Send + Sync {
    /// Whether it can reach a contact, asked in the transaction of each sending on its channel.
    fn reaches<'a>(
        &'a self,
        cx: &'a mut Cx<'_>,
        contact: ContactId,
    ) -> Within<'a, Result<Reach, Fault>>;

    /// Brings one parcel there; a repetition must do no harm, or say that it is one (NO2).
    ///
    /// It has 45 seconds. No transaction is open (NO4).
    fn carry<'a>(&'a self, app: &'a App, job: &'a Job) -> Pending<'a, Result<(), Failed>>;
}

/// Whether a carrier can reach a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It can; how the address is known, where there is one.
    Yes(Option<Provenance>),
    /// It cannot, for this reason, which stands in the log.
    No(&'static str),
}

/// Why a parcel did not arrive; the reasons stand in the log and name no person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// Not now: it is tried again.
    Later {
        /// Why.
        why: String,
        /// Not before this time has passed, where the other side has said so.
        after: Option<Duration>,
    },
    /// Never.
    Never(String),
}

impl Failed {
    /// Not now, for this reason.
    pub fn later(why: impl Into<String>) -> Self {
        Self::Later { why: why.into(), after: None }
    }

    /// Never, for this reason.
    pub fn never(why: impl Into<String>) -> Self {
        Self::Never(why.into())
    }
}

/// A parcel on its way.
#[derive(Clone, Debug)]
pub struct Job {
    /// Whose it is.
    pub scope: Scope,
    /// The sending that it belongs to; with the channel the same at every attempt.
    pub id: NotificationId,
    /// To whom.
    pub contact: ContactId,
    /// The channel.
    pub channel: Channel,
    /// Since when it waits.
    pub queued_at: Moment,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// What is in it.
    pub content: Content,
}

/// What is in a parcel, as it lies sealed in the store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The type.
    pub kind: String,
    /// The sub-notification.
    pub sub: Option<String>,
    /// The texts.
    pub parcel: Parcel,
}

impl std::fmt::Debug for Content {
    /// What people are told stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Content({})", self.kind)
    }
}

/// The texts of a parcel, by channel.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parcel {
    /// An email.
    Email(EmailText),
    /// Emails that were held, in one.
    Digest(Digest),
    /// A browser's notification.
    WebPush(PushText),
    /// A notification of a telephone.
    MobilePush(PushText),
    /// What an SMS, a call or Slack says.
    Message(MessageText),
}

impl Parcel {
    /// What a sending says on a channel, if it says anything there.
    pub(super) fn of(channel: Channel, composed: &Composed) -> Option<Self> {
        match channel {
            Channel::Email => composed.email.clone().map(Self::Email),
            Channel::WebPush => composed.web_push.clone().map(Self::WebPush),
            Channel::MobilePush => composed.mobile_push.clone().map(Self::MobilePush),
            Channel::Sms => composed.sms.clone().map(Self::Message),
            Channel::Call => composed.call.clone().map(Self::Message),
            Channel::Slack => composed.slack.clone().map(Self::Message),
            Channel::Inapp => None,
        }
    }
}

/// The carriers of an installation, by channel.
#[derive(Clone, Default)]
pub struct Outbox(Arc<BTreeMap<Channel, Arc<dyn Carrier>>>);

impl Outbox {
    /// The outbox with a carrier for one more channel; a channel that has one keeps it.
    #[must_use]
    pub fn with(mut self, channel: Channel, carrier: impl Carrier + 'static) -> Self {
        Arc::make_mut(&mut self.0).entry(channel).or_insert_with(|| Arc::new(carrier));
        self
    }

    /// The outbox that the server was started with; one without carriers if there is none.
    pub fn of(app: &App) -> Self {
        app.part::<Self>().cloned().unwrap_or_default()
    }

    /// Who carries what goes over this channel, if anybody does.
    pub fn carrier(&self, channel: Channel) -> Option<&dyn Carrier> {
        self.0.get(&channel).map(|carrier| &**carrier)
    }

    /// The channels that something is carried over.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        self.0.keys().copied()
    }
}
