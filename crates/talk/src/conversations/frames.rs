//! Frames of the live stream: what happened, as each audience is told.

use bytes::Bytes;
use countersign_base::{ContactId, ConversationId, Event, Fault, RequestId, TenantId};
use countersign_door::live::frame;
use countersign_door::work::Happened;
use countersign_door::{Cursor, Cx};
use countersign_infra::vault::TenantKeys;
use countersign_people::{contacts, merges, refusals};
use countersign_reach::broadcasts::{self, Broadcast, BroadcastMoved};
use countersign_reach::notifications::item::Item;
use countersign_reach::notifications::{self, FeedChanged, ItemAdded};
use serde::Serialize;

use super::events::{ConversationChanged, MessageCreated};
use super::model::{AuthorKind, Conversation, Message, Side};
use super::store::{conversation, log, message};
use super::typing::Typing;
use super::view::{self, Names};

/// Who listens: one contact's browsers, or the dashboards of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    Visitor(ContactId),
    Staff,
}

impl Audience {
    /// The topic of the live connections, and the owner of their cursors.
    pub(super) fn topic(self, tenant: TenantId) -> [u8; 16] {
        match self {
            Self::Visitor(contact) => contact.bytes(),
            Self::Staff => tenant.bytes(),
        }
    }

    pub(super) fn side(self) -> Side {
        match self {
            Self::Visitor(contact) => Side::Visitor(contact),
            Self::Staff => Side::Staff,
        }
    }

    /// The cursor of `pos` for this audience only (C11).
    pub(super) fn cursor(self, keys: &TenantKeys, tenant: TenantId, pos: i64) -> String {
        self.cursors(keys, tenant).write(pos, [0; 16])
    }

    /// The position of a cursor, if it is this audience's.
    pub(super) fn position(self, keys: &TenantKeys, tenant: TenantId, text: &str) -> Option<i64> {
        self.cursors(keys, tenant).read(text).map(|(pos, _)| pos)
    }

    fn cursors(self, keys: &TenantKeys, tenant: TenantId) -> Cursor<'_> {
        Cursor::new(keys.own(), tenant, "stream", self.topic(tenant))
    }
}

/// An event of the log, as a consumer gets it or as a replay reads it.
pub(super) trait Logged {
    fn event<E: Event>(&self) -> Option<E>;
}

impl Logged for Happened {
    fn event<E: Event>(&self) -> Option<E> {
        self.event()
    }
}

impl Logged for log::Entry {
    fn event<E: Event>(&self) -> Option<E> {
        self.event()
    }
}

/// What streams tell of.
#[derive(Clone, Copy, Debug)]
pub(super) enum News {
    Message(MessageCreated),
    Conversation(ConversationChanged),
    Contact(contacts::Changed),
    Refusal(refusals::Recorded),
    Item(ItemAdded),
    Feed(FeedChanged),
    Broadcast(BroadcastMoved),
}

impl News {
    /// The contact whose browsers alone are told, if it is nobody else's business.
    pub(super) fn only_for(self) -> Option<ContactId> {
        match self {
            Self::Item(ItemAdded { contact, .. }) | Self::Feed(FeedChanged { contact }) => {
                Some(contact)
            }
            _ => None,
        }
    }

    /// The news in an event, if streams tell of its kind.
    pub(super) fn of(event: &impl Logged) -> Option<Self> {
        let message = event.event().map(Self::Message);
        let conversation = || event.event().map(Self::Conversation);
        let contact = || event.event().map(Self::Contact);
        let refusal = || event.event().map(Self::Refusal);
        let item = || event.event().map(Self::Item);
        let feed = || event.event().map(Self::Feed);
        let broadcast = || event.event().map(Self::Broadcast);
        let talk = message.or_else(conversation);
        let reach = talk.or_else(item).or_else(feed).or_else(broadcast);
        reach.or_else(contact).or_else(refusal)
    }
}

/// News with what the store knows of it now, read once for all audiences.
pub(super) enum Facts {
    Message(ContactId, Message),
    Conversation { shown: Conversation, unread_visitor: i64 },
    Contact(ContactId),
    Refusal(RequestId),
    Item { contact: ContactId, item: Item, unread: i64 },
    Feed { contact: ContactId, unread: i64 },
    Broadcast(Broadcast),
}

/// Reads what there is to tell; `None` when it is gone.
///
/// The conversation's contact is asked for and not taken from the event: it may have joined a
/// proven contact since. Of a merged contact the survivor is told. A row that cannot be opened is told to nobody, and does not stop the
/// news that come after it.
pub(super) async fn facts(
    cx: &mut Cx<'_>,
    names: &mut Names,
    news: News,
) -> Result<Option<Facts>, Fault> {
    let read = match news {
        News::Message(event) => message_facts(cx, names, event).await,
        News::Conversation(event) => conversation_facts(cx, names, event.conversation).await,
        News::Contact(event) => Ok(Some(Facts::Contact(event.contact))),
        News::Refusal(event) => Ok(Some(Facts::Refusal(event.reference))),
        News::Item(event) => item_facts(cx, event).await,
        News::Broadcast(event) => broadcast_facts(cx, event).await,
        News::Feed(FeedChanged { contact }) => {
            let contact = merges::survivor(cx, contact).await?;
            let unread = notifications::unread(cx, contact).await;
            unread.map(|unread| Some(Facts::Feed { contact, unread }))
        }
    };
    match read {
        Err(Fault::Corrupt(cause)) => {
            tracing::error!(cause, "news cannot be read and are told to nobody");
            Ok(None)
        }
        read => read,
    }
}

impl Facts {
    /// The frame for `audience`; `None` when it is none of its business.
    pub(super) fn frame(&self, audience: Audience, cursor: &str) -> Option<Bytes> {
        let side = audience.side();
        match (self, audience) {
            (Self::Message(contact, _), Audience::Visitor(who)) if who != *contact => None,
            (Self::Message(_, message), _) => {
                Some(told("message.created", cursor, message.clone().seen_by(side)))
            }
            (Self::Conversation { shown, .. }, Audience::Visitor(who))
                if who != shown.contact.id =>
            {
                None
            }
            (Self::Conversation { shown, unread_visitor }, Audience::Visitor(_)) => {
                let shown = shown.clone().for_visitor(*unread_visitor);
                Some(told("conversation.changed", cursor, shown))
            }
            (Self::Conversation { shown, .. }, Audience::Staff) => {
                Some(told("conversation.changed", cursor, shown))
            }
            (Self::Contact(id), Audience::Staff) => {
                Some(told("contact.changed", cursor, ContactData { id: *id }))
            }
            (Self::Broadcast(broadcast), Audience::Staff) => {
                Some(told("broadcast.moved", cursor, broadcast))
            }
            (Self::Refusal(reference), Audience::Staff) => {
                Some(told("refusal.recorded", cursor, RefusalData { reference: *reference }))
            }
            (Self::Item { contact, item, unread }, Audience::Visitor(who)) if who == *contact => {
                let data = ItemData { notification: item, unread: *unread };
                Some(told("notification.added", cursor, data))
            }
            (Self::Feed { contact, unread }, Audience::Visitor(who)) if who == *contact => {
                Some(told("notifications.changed", cursor, FeedData { unread: *unread }))
            }
            (Self::Contact(_) | Self::Refusal(_) | Self::Broadcast(_), Audience::Visitor(_))
            | (Self::Item { .. } | Self::Feed { .. }, _) => None,
        }
    }

    /// The contact whose browsers are told too.
    pub(super) fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Message(contact, _) | Self::Item { contact, .. } | Self::Feed { contact, .. } => {
                Some(*contact)
            }
            Self::Conversation { shown, .. } => Some(shown.contact.id),
            Self::Contact(_) | Self::Refusal(_) | Self::Broadcast(_) => None,
        }
    }
}

/// You have everything up to here.
pub(super) fn ready(cursor: &str) -> Bytes {
    encode(&Mark { kind: "ready", cursor })
}

/// You missed too much: fetch the lists and go on from here.
pub(super) fn resync(cursor: &str) -> Bytes {
    encode(&Mark { kind: "resync", cursor })
}

/// Somebody types.
pub(super) fn typing(typing: &Typing) -> Bytes {
    let author = TypingAuthor {
        kind: typing.writer.kind,
        id: typing.writer.shown_id(),
        name: typing.name.as_deref(),
    };
    let data = TypingData { conversation: typing.conversation, author };
    encode(&Frame { kind: "typing", cursor: None, data })
}

async fn message_facts(
    cx: &mut Cx<'_>,
    names: &mut Names,
    event: MessageCreated,
) -> Result<Option<Facts>, Fault> {
    let found = message::at(cx, event.conversation, event.seq).await?;
    let Some((contact, stored)) = found else { return Ok(None) };
    let Some(shown) = view::message(cx, names, contact, stored).await? else { return Ok(None) };
    Ok(Some(Facts::Message(merges::survivor(cx, contact).await?, shown)))
}

/// An item that was retracted meanwhile is told to nobody.
async fn item_facts(cx: &mut Cx<'_>, event: ItemAdded) -> Result<Option<Facts>, Fault> {
    let ItemAdded { contact, notification } = event;
    let contact = merges::survivor(cx, contact).await?;
    let Some(item) = notifications::look(cx, contact, notification).await? else {
        return Ok(None);
    };
    let unread = notifications::unread(cx, contact).await?;
    Ok(Some(Facts::Item { contact, item, unread }))
}

async fn broadcast_facts(
    cx: &mut Cx<'_>,
    BroadcastMoved { broadcast }: BroadcastMoved,
) -> Result<Option<Facts>, Fault> {
    match broadcasts::find(cx, broadcast).await {
        Ok(found) => Ok(Some(Facts::Broadcast(found))),
        Err(broadcasts::Refusal::Notification(notifications::Refusal::Store(fault))) => Err(fault),
        Err(_) => Ok(None),
    }
}

async fn conversation_facts(
    cx: &mut Cx<'_>,
    names: &mut Names,
    id: ConversationId,
) -> Result<Option<Facts>, Fault> {
    let Some(contact) = conversation::owner(cx, id).await? else { return Ok(None) };
    let Some(stored) = conversation::find(cx, contact, id).await? else { return Ok(None) };
    let shown = view::conversation(cx, names, Side::Staff, &stored).await?;
    Ok(Some(Facts::Conversation { shown, unread_visitor: stored.unread_visitor }))
}

#[derive(Serialize)]
struct Frame<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    cursor: Option<&'a str>,
    data: T,
}

#[derive(Serialize)]
struct Mark<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    cursor: &'a str,
}

#[derive(Serialize)]
struct ContactData {
    id: ContactId,
}

#[derive(Serialize)]
struct ItemData<'a> {
    notification: &'a Item,
    unread: i64,
}

#[derive(Serialize)]
struct FeedData {
    unread: i64,
}

#[derive(Serialize)]
struct RefusalData {
    reference: RequestId,
}

#[derive(Serialize)]
struct TypingData<'a> {
    conversation: ConversationId,
    author: TypingAuthor<'a>,
}

#[derive(Serialize)]
struct TypingAuthor<'a> {
    kind: AuthorKind,
    id: Option<String>,
    name: Option<&'a str>,
}

fn told(kind: &'static str, cursor: &str, data: impl Serialize) -> Bytes {
    encode(&Frame { kind, cursor: Some(cursor), data })
}

fn encode(value: &impl Serialize) -> Bytes {
    let text = serde_json::to_string(value).expect("texts, ids and numbers become JSON");
    frame::text(&text)
}
