//! What conversations and messages are; making one of these types checks it.

use std::sync::Arc;

use countersign_base::{ApiKeyId, Caller, ContactId, ConversationId, MemberId, MessageId};
use countersign_base::{Moment, Trust};
use countersign_people::contacts::Brief;
use countersign_people::members::Named;
use serde::{Deserialize, Deserializer, Serialize};

use super::refusal::Refusal;

/// From whose side a conversation is looked at; a visitor sees one contact's only (C1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The contact's own browsers.
    Visitor(ContactId),
    /// Members and back ends of the organization.
    Staff,
}

impl From<Caller> for Side {
    fn from(caller: Caller) -> Self {
        caller.contact().map_or(Self::Staff, Self::Visitor)
    }
}

/// The text of a message: 1 to 10,000 characters, kept exactly as it was sent (C4).
#[derive(Clone, PartialEq, Eq)]
pub struct Text(Arc<str>);

impl Text {
    /// Characters (Unicode scalar values) that a message has at most.
    pub const MOST: usize = 10_000;

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Text {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        let fits = (1..=Self::MOST).contains(&text.chars().count());
        let wild = |sign: char| sign.is_control() && sign != '\n' && sign != '\t';
        if !fits || text.trim().is_empty() || text.contains(wild) {
            return Err(Refusal::Text);
        }
        Ok(Self(text.into()))
    }
}

impl std::fmt::Debug for Text {
    /// What people write stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Text")
    }
}

/// What a client calls its own attempt, so that a retry is recognised (C2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientId(String);

impl ClientId {
    /// Characters that it has at most.
    pub const MOST: usize = 64;

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
        let good = (1..=Self::MOST).contains(&text.len()) && text.bytes().all(plain);
        good.then_some(Self(text)).ok_or(Refusal::ClientId)
    }
}

countersign_base::named! {
    /// Whether anybody may still write.
    pub enum State {
        /// Both sides may write.
        Open = "open",
        /// Nobody may.
        Closed = "closed",
    }
}

/// Who is to take care of a conversation from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Assignment {
    /// Whoever did so far.
    #[default]
    Unchanged,
    /// Nobody.
    Nobody,
    /// This member.
    To(MemberId),
}

impl Assignment {
    /// Who takes care of it then, when `before` did so far.
    pub fn after(self, before: Option<MemberId>) -> Option<MemberId> {
        match self {
            Self::Unchanged => before,
            Self::Nobody => None,
            Self::To(member) => Some(member),
        }
    }
}

/// A `null` is nobody; a field that is left out is not read at all.
impl<'de> Deserialize<'de> for Assignment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|given| given.map_or(Self::Nobody, Self::To))
    }
}

countersign_base::named! {
    /// What sort of author wrote a message.
    pub enum AuthorKind {
        /// The contact.
        Visitor = "visitor",
        /// A member at the dashboard.
        Member = "member",
        /// A back end with a secret key, or the server itself.
        System = "system",
    }
}

/// Who writes: the kind and the id as they stand in the store, and what was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writer {
    /// What sort of author.
    pub kind: AuthorKind,
    /// The contact, member or key; zeros for the server itself.
    pub id: [u8; 16],
    /// What the visitor's session had proven.
    pub trust: Option<Trust>,
}

impl From<Caller> for Writer {
    fn from(caller: Caller) -> Self {
        let (kind, id, trust) = match caller {
            Caller::Visitor { contact, trust, .. } => {
                (AuthorKind::Visitor, contact.bytes(), Some(trust))
            }
            Caller::Member { id, .. } => (AuthorKind::Member, id.bytes(), None),
            Caller::Key(id) => (AuthorKind::System, id.bytes(), None),
            Caller::System => (AuthorKind::System, [0; 16], None),
        };
        Self { kind, id, trust }
    }
}

impl Writer {
    /// The id as it is shown; the server itself has none.
    pub fn shown_id(&self) -> Option<String> {
        match self.kind {
            AuthorKind::Visitor => Some(ContactId::from_bytes(self.id).to_string()),
            AuthorKind::Member => Some(MemberId::from_bytes(self.id).to_string()),
            AuthorKind::System if self.id == [0; 16] => None,
            AuthorKind::System => Some(ApiKeyId::from_bytes(self.id).to_string()),
        }
    }
}

/// A conversation as one side sees it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Whether anybody may still write.
    pub state: State,
    /// Whose it is.
    pub contact: Brief,
    /// The member who takes care of it.
    pub assignee: Option<Named>,
    /// The number of its last message; 0 when there is none.
    pub last_seq: i64,
    /// Messages of the other side that this side has not seen.
    pub unread: i64,
    /// How far each side has seen it.
    pub seen: Seen,
    /// How its last message begins.
    pub preview: Option<Preview>,
    /// When it was opened.
    pub created_at: Moment,
    /// When its last message was written.
    pub last_message_at: Option<Moment>,
}

/// The last message that each side has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Seen {
    /// By the contact.
    pub visitor: i64,
    /// By any member.
    pub member: i64,
}

/// How the last message begins.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Preview {
    /// Its first 120 characters.
    pub text: String,
    /// What sort of author wrote it.
    pub author: AuthorKind,
}

impl Preview {
    /// Characters of the last message that a list shows.
    pub const MOST: usize = 120;
}

impl std::fmt::Debug for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Preview")
    }
}

/// A message as one side sees it.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Where it was written.
    pub conversation: ConversationId,
    /// Its number in the conversation, from 1 and without gaps (C3).
    pub seq: i64,
    /// What the author's client calls it; `null` for the other side (C10).
    pub client_id: Option<String>,
    /// What was written.
    pub text: String,
    /// Who wrote it.
    pub author: Author,
    /// When.
    pub created_at: Moment,
}

impl std::fmt::Debug for Message {
    /// What people write stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({}, {})", self.id, self.seq)
    }
}

/// Who wrote a message.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Author {
    /// What sort of author.
    pub kind: AuthorKind,
    /// The contact, the member or, for members only, the secret key.
    pub id: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// What was proven when it was written; `null` unless a visitor wrote it.
    pub trust: Option<Trust>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c4_a_text_has_1_to_10_000_characters_and_is_not_trimmed() {
        let cases = [
            ("a".to_owned(), true),
            (" a \n\tb ".to_owned(), true),
            ("é".repeat(10_000), true),
            ("👩‍👩‍👧".to_owned(), true),
            (String::new(), false),
            (" \n\t\u{3000}".to_owned(), false),
            ("é".repeat(10_001), false),
            ("a\0b".to_owned(), false),
            ("a\r\nb".to_owned(), false),
            ("a\u{1b}[0m".to_owned(), false),
            ("a\u{7f}".to_owned(), false),
            ("a\u{85}".to_owned(), false),
        ];
        for (text, good) in cases {
            let read = Text::try_from(text.clone());
            assert_eq!(read.is_ok(), good, "{text:?}");
            if let Ok(read) = read {
                assert_eq!(read.as_str(), text);
            }
        }
    }

    #[test]
    fn c2_a_client_id_is_short_and_plain() {
        let cases = [
            ("a".to_owned(), true),
            ("A-z.0:9_".to_owned(), true),
            ("x".repeat(64), true),
            (String::new(), false),
            ("x".repeat(65), false),
            ("a b".to_owned(), false),
            ("é".to_owned(), false),
            ("a\0".to_owned(), false),
            ("a/b".to_owned(), false),
        ];
        for (text, good) in cases {
            assert_eq!(ClientId::try_from(text.clone()).is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn names_are_read_back_as_they_are_written() {
        for state in [State::Open, State::Closed] {
            assert_eq!(State::named(state.name()), Some(state));
        }
        for kind in [AuthorKind::Visitor, AuthorKind::Member, AuthorKind::System] {
            assert_eq!(AuthorKind::named(kind.name()), Some(kind));
        }
        assert_eq!((State::named("all"), AuthorKind::named("")), (None, None));
    }
}
