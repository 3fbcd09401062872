//! What a broadcast is.

use axum::http::StatusCode;
use countersign_base::{BroadcastId, Fault, Moment};
use countersign_door::{App, Problem};
use serde::{Deserialize, Serialize};

use crate::notifications;
use crate::notifications::kind::{Kind, Name};
use crate::notifications::{Prepared, Request, To, order, prepared};

/// To whom a broadcast goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The subscribers of this topic.
    Topic(String),
    /// Every contact but the anonymous ones.
    Everybody,
}

/// How far a broadcast has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is being carried out.
    Running,
    /// Everybody was told.
    Done,
    /// It was cancelled; those who were told stay told.
    Cancelled,
    /// It could not be read any more; the server's log says why.
    Failed,
}

impl State {
    const ALL: [Self; 4] = [Self::Running, Self::Done, Self::Cancelled, Self::Failed];

    /// Its name in the store and in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// The state with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Something that is told to many, and how far it is (NB5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Broadcast {
    /// Its id.
    pub id: BroadcastId,
    /// The type that is sent.
    #[serde(rename = "type")]
    pub kind: String,
    /// To whom.
    pub to: Audience,
    /// How far it has come.
    pub state: State,
    /// How many recipients there are.
    pub total: i64,
    /// How many of them were dealt with.
    pub done: i64,
    /// How many of those were reached on no channel; each one's entry in the log says why.
    pub skipped: i64,
    /// When it was accepted.
    pub created_at: Moment,
    /// When it last moved.
    pub changed_at: Moment,
}

/// What is to be told; kept sealed until it is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The name of the type.
    pub kind: String,
    /// The type as it was when the broadcast was accepted.
    pub settings: notifications::kind::Settings,
    /// The sub-notification.
    pub sub: Option<String>,
    /// To whom.
    pub to: Audience,
    /// What to say.
    pub order: order::Order,
}

impl Order {
    /// The order with its texts filled in.
    pub fn prepared(&self, app: &App) -> Result<Prepared, Refusal> {
        let name = Name::try_from(self.kind.clone())?;
        let sub = self.sub.clone().map(Name::try_from).transpose()?;
        let kind = Kind { name, settings: self.settings.clone() };
        let (order, to) = (self.order.clone(), To::Several);
        Ok(prepared(app, kind, Request { kind: self.kind.clone(), sub, to, order, at: None })?)
    }
}

/// Why broadcasts say no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No broadcast in reach has this id.
    #[error("there is no such broadcast")]
    NoSuchBroadcast,
    /// It has ended.
    #[error("this broadcast is not running any more: it is done or was cancelled")]
    NotRunning,
    /// A topic's name is empty, too long, or has control characters.
    #[error("a topic's name has 1 to 128 characters, no control characters, no blanks at its ends")]
    Topic,
    /// A list is empty or too long.
    #[error("`to` names 1 to {0} recipients; a topic can have any number")]
    List(usize),
    /// One of the list cannot be told.
    #[error("`to[{0}]`: {1}")]
    Recipient(usize, Box<notifications::Refusal>),
    /// A rule of notifications.
    #[error(transparent)]
    Notification(#[from] notifications::Refusal),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Notification(fault.into())
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let text = refusal.to_string();
        match refusal {
            Refusal::Notification(refusal) => refusal.into(),
            Refusal::NoSuchBroadcast => Self::not_found(),
            Refusal::NotRunning => Self::new(S::CONFLICT, "not_running", text),
            Refusal::Topic => Self::new(S::UNPROCESSABLE_ENTITY, "bad_topic", text),
            Refusal::List(_) => Self::new(S::UNPROCESSABLE_ENTITY, "bad_list", text),
            Refusal::Recipient(_, refusal) => match *refusal {
                notifications::Refusal::Store(fault) => fault.into(),
                _ => Self::new(S::UNPROCESSABLE_ENTITY, "bad_recipient", text),
            },
        }
    }
}
