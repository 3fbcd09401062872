//! Why notifications say no, and how that is answered.

use axum::http::StatusCode;
use countersign_base::Fault;
use countersign_door::{FieldError, Problem};

use super::template::BadTemplate;

/// Why notifications say no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No notification in reach has this id.
    #[error("there is no such notification")]
    NoSuchNotification,
    /// No type has this name.
    #[error("there is no notification type `{0}`; create it first")]
    NoSuchType(String),
    /// No contact has this id.
    #[error("`to` names no contact; give `id`, your own id of the person, to make one")]
    NoSuchContact,
    /// A name is empty, too long, or has control characters.
    #[error("`{0}` has 1 to 128 characters, no control characters and no blanks at its ends")]
    Name(&'static str),
    /// A text is too long.
    #[error("`{what}` has at most {most} characters")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Its limit.
        most: usize,
    },
    /// Templates do not parse.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Templates(Vec<BadText>),
    /// The channels of a type contradict each other.
    #[error("{0}")]
    Channels(&'static str),
    /// A number is out of its range.
    #[error("`{what}` is from {least} to {most}")]
    Range {
        /// Which number.
        what: &'static str,
        /// Its least value.
        least: i64,
        /// Its greatest value.
        most: i64,
    },
    /// Parameters are too large.
    #[error("`parameters` has at most {0} bytes of JSON")]
    Parameters(usize),
    /// The moment is too far away.
    #[error("`at` is at most a year away")]
    TooFar,
    /// It is not waiting any more.
    #[error("this notification is not waiting any more: it was sent or cancelled")]
    NotWaiting,
    /// Too many of something.
    #[error("at most {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        most: usize,
    },
    /// The person cannot choose this.
    #[error("`{delivery}` on `{channel}` cannot be chosen for `{kind}`")]
    NotOffered {
        /// The type.
        kind: String,
        /// The channel.
        channel: &'static str,
        /// What was asked for.
        delivery: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// A text that is no template.
#[derive(Debug, thiserror::Error)]
#[error("`{what}` is no template: {why}")]
pub struct BadText {
    /// Which one, as the contract calls it.
    pub what: &'static str,
    /// Where, and why.
    pub why: BadTemplate,
}

impl From<&BadText> for FieldError {
    fn from(BadText { what, why }: &BadText) -> Self {
        Self { field: what, line: why.line, column: why.column, detail: why.what.clone() }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let (status, code) = match refusal {
            Refusal::Store(fault) => return fault.into(),
            Refusal::NoSuchNotification => return Self::not_found(),
            Refusal::NoSuchType(_) => (S::UNPROCESSABLE_ENTITY, "unknown_notification_type"),
            Refusal::NoSuchContact => (S::UNPROCESSABLE_ENTITY, "unknown_contact"),
            Refusal::Name(_) => (S::UNPROCESSABLE_ENTITY, "bad_name"),
            Refusal::TooLong { .. } => (S::UNPROCESSABLE_ENTITY, "bad_text"),
            Refusal::Templates(_) => (S::UNPROCESSABLE_ENTITY, "bad_template"),
            Refusal::Channels(_) => (S::UNPROCESSABLE_ENTITY, "bad_channels"),
            Refusal::Range { .. } => (S::UNPROCESSABLE_ENTITY, "out_of_range"),
            Refusal::Parameters(_) => (S::UNPROCESSABLE_ENTITY, "parameters_too_large"),
            Refusal::TooFar => (S::UNPROCESSABLE_ENTITY, "too_far_away"),
            Refusal::NotWaiting => (S::CONFLICT, "not_waiting"),
            Refusal::TooMany { .. } => (S::UNPROCESSABLE_ENTITY, "too_many"),
            Refusal::NotOffered { .. } => (S::UNPROCESSABLE_ENTITY, "not_offered"),
        };
        let problem = Self::new(status, code, refusal.to_string());
        match refusal {
            Refusal::Templates(bad) => problem.at(bad.iter().map(FieldError::from).collect()),
            _ => problem,
        }
    }
}

impl From<countersign_people::contacts::Refusal> for Refusal {
    fn from(refusal: countersign_people::contacts::Refusal) -> Self {
        match refusal {
            countersign_people::contacts::Refusal::Store(fault) => Self::Store(fault),
            _ => Self::NoSuchContact,
        }
    }
}
