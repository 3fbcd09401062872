//! Why a conversation says no, and how that is answered.

use axum::http::StatusCode;
use countersign_base::Fault;
use countersign_door::Problem;

use super::model::{ClientId, Text};

/// Why a conversation says no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No conversation in reach has this id.
    #[error("there is no such conversation")]
    NoSuchConversation,
    /// No contact has this id.
    #[error("`contact` names no contact")]
    NoSuchContact,
    /// It is closed.
    #[error("this conversation is closed; start a new one")]
    Closed,
    /// A message with this `client_id` is there already; everything was undone.
    #[error("a message with this `client_id` is there already")]
    Posted,
    /// The `client_id` was used for something else.
    #[error("this `client_id` was used for another text; take a new one for each message")]
    Reused,
    /// The text is empty, too long, or has control characters.
    #[error("`text` has 1 to {most} characters, not only blanks, and no control characters but line breaks and tabs", most = Text::MOST)]
    Text,
    /// The `client_id` is empty, too long, or has other characters.
    #[error("`client_id` has 1 to {most} of the characters A-Z a-z 0-9 . _ : -", most = ClientId::MOST)]
    ClientId,
    /// Files cannot be sent.
    #[error("files cannot be sent in conversations yet; please send the text alone")]
    Attachments,
    /// Nobody can have seen what is not written.
    #[error("`seq` is from 0 to {0}, the number of the last message")]
    Ahead(i64),
    /// The assignee is nobody here.
    #[error("`assignee` is `null` or a member of the organization")]
    Assignee,
    /// A secret key is no member.
    #[error("`assignee=me` is for members; give a member's id")]
    NotAMember,
    /// The filter names nobody.
    #[error("`assignee` is `me`, `none` or a member's id")]
    AssigneeFilter,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let (status, code) = match refusal {
            Refusal::Store(fault) => return fault.into(),
            Refusal::NoSuchConversation => return Self::not_found(),
            Refusal::NoSuchContact => (S::UNPROCESSABLE_ENTITY, "unknown_contact"),
            Refusal::Closed => (S::CONFLICT, "conversation_closed"),
            Refusal::Posted | Refusal::Reused => (S::CONFLICT, "client_id_reused"),
            Refusal::Text => (S::UNPROCESSABLE_ENTITY, "bad_text"),
            Refusal::ClientId => (S::UNPROCESSABLE_ENTITY, "bad_client_id"),
            Refusal::Attachments => (S::UNPROCESSABLE_ENTITY, "attachments_not_available"),
            Refusal::Ahead(_) => (S::UNPROCESSABLE_ENTITY, "seq_ahead"),
            Refusal::Assignee => (S::UNPROCESSABLE_ENTITY, "unknown_assignee"),
            Refusal::NotAMember | Refusal::AssigneeFilter => (S::BAD_REQUEST, "bad_assignee"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
