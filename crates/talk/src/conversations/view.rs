//! Makes of stored rows what a side is shown: names are looked up, texts are opened.

use std::collections::HashMap;

use countersign_base::{ContactId, Fault, MemberId, MessageId, TenantId, Trust};
use countersign_door::Cx;
use countersign_infra::vault::{Key, Place};
use countersign_people::contacts::{self, Brief};
use countersign_people::members::{self, Named};

use super::Listed;
use super::model::{Author, AuthorKind, Conversation, Message, Preview, Seen, Side, Text, Writer};
use super::store::{conversation, message};

/// Names that were looked up already.
#[derive(Default)]
pub(super) struct Names {
    contacts: HashMap<ContactId, Brief>,
    members: HashMap<MemberId, Option<Named>>,
}

impl Names {
    /// What is shown of a contact, of a merged one the survivor; of one that is gone, its id.
    pub(super) async fn contact(&mut self, cx: &mut Cx<'_>, id: ContactId) -> Result<Brief, Fault> {
        if let Some(known) = self.contacts.get(&id) {
            return Ok(known.clone());
        }
        let found = contacts::briefs(cx, &[id]).await?.remove(&id);
        let gone = Brief {
            id,
            name: None,
            email: None,
            company: None,
            trust: Trust::Anonymous,
            flags: Vec::new(),
        };
        let brief = found.unwrap_or(gone);
        self.contacts.insert(id, brief.clone());
        Ok(brief)
    }

    /// A member with their name.
    pub(super) async fn member(
        &mut self,
        cx: &mut Cx<'_>,
        id: MemberId,
    ) -> Result<Option<Named>, Fault> {
        if let Some(known) = self.members.get(&id) {
            return Ok(known.clone());
        }
        let named = members::named(cx, id).await?;
        self.members.insert(id, named.clone());
        Ok(named)
    }

    /// What the writer of a message in a conversation of `contact` is called.
    ///
    /// A visitor's is the contact's present name: what was written before it joined a proven
    /// contact is that contact's now.
    pub(super) async fn writer(
        &mut self,
        cx: &mut Cx<'_>,
        contact: ContactId,
        writer: Writer,
    ) -> Result<Option<String>, Fault> {
        Ok(match writer.kind {
            AuthorKind::Visitor => self.contact(cx, contact).await?.name,
            AuthorKind::Member => {
                let named = self.member(cx, MemberId::from_bytes(writer.id)).await?;
                named.map(|named| named.name)
            }
            AuthorKind::System => None,
        })
    }
}

/// Conversations of a list.
pub(super) async fn conversations(
    cx: &mut Cx<'_>,
    side: Side,
    found: Vec<conversation::Stored>,
) -> Result<Vec<Listed>, Fault> {
    let mut names = Names::default();
    let mut listed = Vec::with_capacity(found.len());
    for stored in &found {
        let at = (stored.active_at.millis(), stored.id.bytes());
        let conversation = conversation(cx, &mut names, side, stored).await?;
        listed.push(Listed { at, conversation });
    }
    Ok(listed)
}

/// A conversation as `side` sees it.
pub(super) async fn conversation(
    cx: &mut Cx<'_>,
    names: &mut Names,
    side: Side,
    stored: &conversation::Stored,
) -> Result<Conversation, Fault> {
    let assignee = match stored.assignee {
        Some(member) => names.member(cx, member).await?,
        None => None,
    };
    let shown = Conversation {
        id: stored.id,
        state: stored.state,
        contact: names.contact(cx, stored.contact).await?,
        assignee,
        last_seq: stored.last_seq,
        unread: stored.unread_member,
        seen: Seen { visitor: stored.seen_visitor, member: stored.seen_member },
        preview: preview(cx, stored).await?,
        created_at: stored.created_at,
        last_message_at: stored.last_message_at,
    };
    Ok(match side {
        Side::Visitor(_) => shown.for_visitor(stored.unread_visitor),
        Side::Staff => shown,
    })
}

impl Conversation {
    /// What the visitor may see of what the organization sees.
    ///
    /// No flags: one that says "contradicts a proven id" would tell a stranger who claims an id
    /// whether that id has been proven (C17).
    pub(super) fn for_visitor(mut self, unread: i64) -> Self {
        self.unread = unread;
        self.contact.flags = Vec::new();
        self
    }
}

/// A message with everything in it, before [`Message::seen_by`] takes away what a side must not
/// see; `None` when its contact was erased.
pub(super) async fn message(
    cx: &mut Cx<'_>,
    names: &mut Names,
    contact: ContactId,
    stored: message::Stored,
) -> Result<Option<Message>, Fault> {
    let Some(key) = cx.contact_key(contact).await? else { return Ok(None) };
    let text = open(&key, cx.tenant(), stored.id, &stored.sealed)?;
    let name = names.writer(cx, contact, stored.writer).await?;
    Ok(Some(shown(stored, text, name)))
}

/// A message that was just written; its author is the caller, whose name is looked up later.
pub(super) fn written(stored: message::Stored, text: &Text) -> Message {
    shown(stored, text.as_str().to_owned(), None)
}

impl Message {
    /// What `side` may see of it: its own `client_id`s only (C10), and no ids of secret keys
    /// unless it is the organization's.
    pub(super) fn seen_by(mut self, side: Side) -> Self {
        let by_visitor = self.author.kind == AuthorKind::Visitor;
        if by_visitor != matches!(side, Side::Visitor(_)) {
            self.client_id = None;
        }
        if self.author.kind == AuthorKind::System && side != Side::Staff {
            self.author.id = None;
        }
        self
    }
}

/// Where the text of a message stands.
pub(super) fn place(tenant: TenantId, id: MessageId) -> Place {
    Place::new(tenant, "message", "sealed", id.bytes())
}

fn shown(stored: message::Stored, text: String, name: Option<String>) -> Message {
    let writer = stored.writer;
    Message {
        id: stored.id,
        conversation: stored.conversation,
        seq: stored.seq,
        client_id: stored.client_id,
        text,
        author: Author { kind: writer.kind, id: writer.shown_id(), name, trust: writer.trust },
        created_at: stored.created_at,
    }
}

async fn preview(cx: &mut Cx<'_>, stored: &conversation::Stored) -> Result<Option<Preview>, Fault> {
    let Some(last) = &stored.last else { return Ok(None) };
    let Some(key) = cx.contact_key(stored.contact).await? else { return Ok(None) };
    let text = open(&key, cx.tenant(), last.id, &last.sealed)?;
    Ok(Some(Preview { text: beginning(text), author: last.author }))
}

fn beginning(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(Preview::MOST) {
        text.truncate(end);
    }
    text
}

fn open(key: &Key, tenant: TenantId, id: MessageId, sealed: &[u8]) -> Result<String, Fault> {
    let plain = key.open(&place(tenant, id), sealed)?;
    String::from_utf8(plain.to_vec()).map_err(|_| Fault::Corrupt("a message is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_cut_between_characters() {
        for (text, expected) in [
            (String::new(), String::new()),
            ("é".repeat(120), "é".repeat(120)),
            ("é".repeat(121), "é".repeat(120)),
            ("a".repeat(9_000), "a".repeat(120)),
        ] {
            assert_eq!(beginning(text), expected);
        }
    }
}
