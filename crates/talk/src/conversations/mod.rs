//! Conversations between a visitor and the organization.
//!
//! - **C1** A visitor reaches its own contact's conversations only; any other id is 404.
//! - **C2** A message is kept once for each `client_id` of its author: a retry answers with the
//!   first one, another text under the same `client_id` is refused.
//! - **C3** Messages are numbered from 1 without gaps, however many are written at once.
//! - **C4** A text has 1 to 10,000 characters, is not blank, and is kept exactly as it was sent.
//! - **C5** Nobody writes into a closed conversation.
//! - **C6** On disk a text is ciphertext under a key of the contact's own.
//! - **C7** What was seen never becomes unseen, and `unread` is counted, not guessed.
//! - **C8** A cursor goes on in the list it was made for, and nowhere else.
//! - **C9** Only a member of the organization can be the assignee; closing, opening again and
//!   assigning stand in the audit log.
//! - **C10** A `client_id` is shown to its author's side only.
//! - **C11** A stream that resumes brings everything after its cursor, in order, each once; a
//!   foreign cursor ends it with 4400.
//! - **C12** Who was away for more than 2,000 events is told to fetch the lists again.
//! - **C13** A stream ends with its session.
//! - **C14** That somebody types is told and forgotten, never stored, and seldom enough.
//! - **C15** Files are refused politely.
//! - **C16** The same `client_id` opens the same conversation again.
//! - **C17** A visitor is not told what the organization is warned of.

pub mod api;
mod consume;
mod events;
mod frames;
mod listener;
mod model;
mod refusal;
mod store;
pub mod stream;
mod typing;
mod view;

use countersign_base::{ContactId, ConversationId, Fault, WidgetId};
use countersign_door::Cx;
use countersign_people::{audit, contacts, members, merges};

pub use self::consume::Frames;
pub use self::events::{ConversationChanged, MessageCreated};
pub use self::model::{
    Assignment, Author, AuthorKind, ClientId, Conversation, Message, Preview, Seen, Side, State,
    Text, Writer,
};
pub use self::refusal::Refusal;
pub use self::store::conversation::{Assigned, Slice};
pub use self::store::message::Order;
use self::store::{conversation as rows, message};
use self::view::Names;

/// What opening a conversation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is new.
    New(ConversationId),
    /// The same `client_id` had opened it before (C16).
    Before(ConversationId),
}

/// What a member changes.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Whether anybody may still write; `None` leaves it as it is.
    pub state: Option<State>,
    /// Who takes care of it.
    pub assignee: Assignment,
}

/// A conversation in a list, with the moment that the list is ordered by.
#[derive(Debug)]
pub struct Listed {
    /// The place in the list.
    pub at: (i64, [u8; 16]),
    /// The conversation.
    pub conversation: Conversation,
}

/// Opens a conversation for `contact`, with its first message if there is a text (C16).
pub async fn open(
    cx: &mut Cx<'_>,
    contact: ContactId,
    widget: WidgetId,
    client_id: Option<&ClientId>,
    text: Option<&Text>,
) -> Result<Opened, Refusal> {
    let id = cx.id();
    if !rows::insert(cx, contact, id, widget, client_id).await? {
        return opened_before(cx, contact, client_id, text).await.map(Opened::Before);
    }
    cx.emit(&ConversationChanged { conversation: id, contact }).await?;
    if let Some(text) = text {
        append(cx, id, client_id, text).await?;
    }
    Ok(Opened::New(id))
}

/// Opens a conversation in the organization's name; the contact must exist.
pub async fn open_with(
    cx: &mut Cx<'_>,
    contact: ContactId,
    client_id: Option<&ClientId>,
    text: Option<&Text>,
) -> Result<Opened, Refusal> {
    if !contacts::exists(cx, contact).await? {
        return Err(Refusal::NoSuchContact);
    }
    let contact = merges::survivor(cx, contact).await?;
    open(cx, contact, NO_WIDGET, client_id, text).await
}

/// Writes a message in the caller's name.
///
/// [`Refusal::Posted`] undoes everything and means that [`posted_before`] has the answer (C2).
pub async fn post(
    cx: &mut Cx<'_>,
    id: ConversationId,
    client_id: &ClientId,
    text: &Text,
) -> Result<Message, Refusal> {
    append(cx, id, Some(client_id), text).await
}

/// The message that the caller has posted under this `client_id` before, if its text is the same.
pub async fn posted_before(
    cx: &mut Cx<'_>,
    id: ConversationId,
    client_id: &ClientId,
    text: &Text,
) -> Result<Option<Message>, Refusal> {
    let (side, writer) = (Side::from(cx.caller()), Writer::from(cx.caller()));
    let contact = reach(cx, side, id).await?;
    let found = message::by_client_id(cx, contact, id, writer, client_id).await?;
    let Some(found) = found else { return Ok(None) };
    let shown = view::message(cx, &mut Names::default(), contact, found).await?;
    match shown {
        Some(shown) if shown.text == text.as_str() => Ok(Some(shown)),
        _ => Err(Refusal::Reused),
    }
}

/// What the caller is called, for a message that they have just written.
pub async fn callers_name(cx: &mut Cx<'_>) -> Result<Option<String>, Fault> {
    let writer = Writer::from(cx.caller());
    let contact = cx.caller().contact().unwrap_or(ContactId::from_bytes([0; 16]));
    Names::default().writer(cx, contact, writer).await
}

/// One conversation as this side sees it (C1).
pub async fn find(
    cx: &mut Cx<'_>,
    side: Side,
    id: ConversationId,
) -> Result<Conversation, Refusal> {
    let contact = reach(cx, side, id).await?;
    let found = rows::find(cx, contact, id).await?.ok_or(Refusal::NoSuchConversation)?;
    Ok(view::conversation(cx, &mut Names::default(), side, &found).await?)
}

/// A contact's conversations and those of contacts merged into it, newest activity first.
pub async fn of_contact(
    cx: &mut Cx<'_>,
    side: Side,
    contact: ContactId,
    state: Option<State>,
    assigned: Assigned,
    slice: Slice,
) -> Result<Vec<Listed>, Fault> {
    let mut found = Vec::new();
    for part in merges::whole(cx, contact).await? {
        found.extend(rows::of_contact(cx, part, state, assigned, slice).await?);
    }
    view::conversations(cx, side, newest(found, slice)).await
}

/// The organization's conversations, newest activity first.
///
/// Without a state the two lists, each in the order of its index, are merged.
pub async fn of_tenant(
    cx: &mut Cx<'_>,
    state: Option<State>,
    assigned: Assigned,
    slice: Slice,
) -> Result<Vec<Listed>, Fault> {
    let mut found = Vec::new();
    for wanted in [State::Open, State::Closed] {
        if state.is_none_or(|state| state == wanted) {
            found.extend(rows::of_state(cx, wanted, assigned, slice).await?);
        }
    }
    view::conversations(cx, Side::Staff, newest(found, slice)).await
}

/// Of several lists, each in its order, the first page.
fn newest(mut found: Vec<rows::Stored>, slice: Slice) -> Vec<rows::Stored> {
    found.sort_unstable_by_key(|row| std::cmp::Reverse((row.active_at, row.id)));
    found.truncate(usize::try_from(slice.limit).unwrap_or(usize::MAX));
    found
}

/// Messages of a conversation, by their number.
pub async fn messages(
    cx: &mut Cx<'_>,
    side: Side,
    id: ConversationId,
    order: Order,
    slice: Slice,
) -> Result<Vec<Message>, Refusal> {
    let contact = reach(cx, side, id).await?;
    let mut names = Names::default();
    let mut shown = Vec::new();
    for stored in message::page(cx, contact, id, order, slice).await? {
        let message = view::message(cx, &mut names, contact, stored).await?;
        shown.extend(message.map(|message| message.seen_by(side)));
    }
    Ok(shown)
}

/// Marks everything up to `seq` as seen by this side; never moves back (C7).
pub async fn see(cx: &mut Cx<'_>, side: Side, id: ConversationId, seq: i64) -> Result<(), Refusal> {
    let contact = reach(cx, side, id).await?;
    let held = rows::hold(cx, contact, id).await?.ok_or(Refusal::NoSuchConversation)?;
    if !(0..=held.last_seq).contains(&seq) {
        return Err(Refusal::Ahead(held.last_seq));
    }
    let changed = match side {
        Side::Visitor(_) if seq > held.seen_visitor => {
            rows::see_as_visitor(cx, contact, id, seq).await?
        }
        Side::Staff if seq > held.seen_member => rows::see_as_staff(cx, contact, id, seq).await?,
        _ => 0,
    };
    if changed > 0 {
        cx.emit(&ConversationChanged { conversation: id, contact }).await?;
    }
    Ok(())
}

/// Closes, opens again or assigns a conversation (C9).
pub async fn change(cx: &mut Cx<'_>, id: ConversationId, change: Change) -> Result<(), Refusal> {
    let contact = reach(cx, Side::Staff, id).await?;
    let held = rows::hold(cx, contact, id).await?.ok_or(Refusal::NoSuchConversation)?;
    let state = change.state.unwrap_or(held.state);
    let assignee = change.assignee.after(held.assignee);
    if state == held.state && assignee == held.assignee {
        return Ok(());
    }
    if assignee != held.assignee
        && let Some(member) = assignee
    {
        members::named(cx, member).await?.ok_or(Refusal::Assignee)?;
    }
    rows::change(cx, contact, id, state, assignee).await?;
    if state != held.state {
        audit::note(cx, noted(state), id).await?;
    }
    if assignee != held.assignee {
        audit::note(cx, "conversation.assigned", id).await?;
    }
    cx.emit(&ConversationChanged { conversation: id, contact }).await?;
    Ok(())
}

/// The contact of a conversation that this side may reach (C1): the visitor's own or one that
/// was merged into it.
pub(crate) async fn reach(
    cx: &mut Cx<'_>,
    side: Side,
    id: ConversationId,
) -> Result<ContactId, Refusal> {
    let contact = match side {
        Side::Visitor(contact) => owner(cx, contact, id).await?,
        Side::Staff => rows::owner(cx, id).await?,
    };
    contact.ok_or(Refusal::NoSuchConversation)
}

/// Most contacts are alone: the others are asked for only when it is not the contact's own.
async fn owner(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: ConversationId,
) -> Result<Option<ContactId>, Fault> {
    if let Some(own) = rows::owned(cx, contact, id).await? {
        return Ok(Some(own));
    }
    for merged in merges::into(cx, contact).await? {
        if let Some(owner) = rows::owned(cx, merged, id).await? {
            return Ok(Some(owner));
        }
    }
    Ok(None)
}

/// Two statements and the event: every message takes this way, so there is nothing else on it.
async fn append(
    cx: &mut Cx<'_>,
    id: ConversationId,
    client_id: Option<&ClientId>,
    text: &Text,
) -> Result<Message, Refusal> {
    let advanced = match cx.caller().contact() {
        Some(contact) => rows::advance_by_visitor(cx, contact, id).await?,
        None => rows::advance_by_staff(cx, id).await?,
    };
    let (seq, contact) = match advanced {
        Some(advanced) => advanced,
        None => advance_merged(cx, id).await?,
    };
    let key = cx.contact_key(contact).await?.ok_or(Refusal::NoSuchConversation)?;
    let stored = message::sealed(cx, &key, id, seq, client_id, text);
    if !message::insert(cx, &stored).await? {
        return Err(Refusal::Posted);
    }
    cx.emit(&MessageCreated { conversation: id, contact, seq }).await?;
    Ok(view::written(stored, text))
}

/// The same in a conversation of a contact that was merged into the visitor's; closed or not
/// within reach, it is refused.
async fn advance_merged(cx: &mut Cx<'_>, id: ConversationId) -> Result<(i64, ContactId), Refusal> {
    let owner = reach(cx, Side::from(cx.caller()), id).await?;
    let is_anothers = cx.caller().contact().is_some_and(|own| own != owner);
    let advanced = if is_anothers { rows::advance_by_visitor(cx, owner, id).await? } else { None };
    advanced.ok_or(Refusal::Closed)
}

async fn opened_before(
    cx: &mut Cx<'_>,
    contact: ContactId,
    client_id: Option<&ClientId>,
    text: Option<&Text>,
) -> Result<ConversationId, Refusal> {
    let again = || Fault::Retry("a conversation was opened meanwhile".to_owned());
    let client_id = client_id.ok_or_else(again)?;
    let id = rows::find_by_client_id(cx, contact, client_id).await?.ok_or_else(again)?;
    if let Some(text) = text {
        posted_before(cx, id, client_id, text).await?.ok_or(Refusal::Reused)?;
    }
    Ok(id)
}

fn noted(state: State) -> &'static str {
    match state {
        State::Open => "conversation.reopened",
        State::Closed => "conversation.closed",
    }
}

/// Where a conversation stands that was not opened in any widget.
const NO_WIDGET: WidgetId = WidgetId::from_bytes([0; 16]);
