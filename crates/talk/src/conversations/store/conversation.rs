//! Rows of conversations.

use countersign_base::{ContactId, ConversationId, Fault, MemberId, MessageId, Moment, WidgetId};
use countersign_door::Cx;
use countersign_infra::db::{Row, Sql, Value};

use super::super::model::{AuthorKind, ClientId, State};

/// A conversation as it is stored, with its last message.
pub(in super::super) struct Stored {
    pub(in super::super) id: ConversationId,
    pub(in super::super) contact: ContactId,
    pub(in super::super) state: State,
    pub(in super::super) assignee: Option<MemberId>,
    pub(in super::super) last_seq: i64,
    pub(in super::super) seen_visitor: i64,
    pub(in super::super) seen_member: i64,
    pub(in super::super) unread_visitor: i64,
    pub(in super::super) unread_member: i64,
    pub(in super::super) created_at: Moment,
    pub(in super::super) last_message_at: Option<Moment>,
    pub(in super::super) active_at: Moment,
    pub(in super::super) last: Option<Last>,
}

/// The last message of a conversation.
pub(in super::super) struct Last {
    pub(in super::super) id: MessageId,
    pub(in super::super) author: AuthorKind,
    pub(in super::super) sealed: Vec<u8>,
}

/// What an operation must know of a conversation before it changes it.
pub(in super::super) struct Held {
    pub(in super::super) state: State,
    pub(in super::super) assignee: Option<MemberId>,
    pub(in super::super) last_seq: i64,
    pub(in super::super) seen_visitor: i64,
    pub(in super::super) seen_member: i64,
}

/// Where a list goes on, and how far.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// The place of the last item of the page before.
    pub after: Option<(i64, [u8; 16])>,
    /// Items at most.
    pub limit: i64,
}

/// Whose work a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// Anybody's and nobody's.
    Any,
    /// Nobody's yet.
    Nobody,
    /// One member's.
    To(MemberId),
}

impl Assigned {
    fn values(self) -> [Value<'static>; 2] {
        match self {
            Self::Any => ["any".into(), Value::Id(None)],
            Self::Nobody => ["none".into(), Value::Id(None)],
            Self::To(member) => ["one".into(), member.into()],
        }
    }
}

const OWNED: &str =
    "select contact from conversation where tenant = $1 and contact = $2 and id = $3";
const OWNER: &str = "select contact from conversation where tenant = $1 and id = $2";
const FIND: &str = "
    select c.id, c.contact, c.state, c.assignee, c.last_seq, c.seen_visitor, c.seen_member,
        c.unread_visitor, c.unread_member, c.created_at, c.last_message_at, c.active_at,
        m.id, m.author_kind, m.sealed
    from conversation c left join message m
        on m.tenant = $1 and m.conversation = c.id and m.seq = c.last_seq
    where c.tenant = $1 and c.contact = $2 and c.id = $3";
const FIND_BY_CLIENT_ID: &str = "
    select id from conversation where tenant = $1 and contact = $2 and client_id = $3";
const OF_CONTACT: &str = "
    select c.id, c.contact, c.state, c.assignee, c.last_seq, c.seen_visitor, c.seen_member,
        c.unread_visitor, c.unread_member, c.created_at, c.last_message_at, c.active_at,
        m.id, m.author_kind, m.sealed
    from conversation c left join message m
        on m.tenant = $1 and m.conversation = c.id and m.seq = c.last_seq
    where c.tenant = $1 and c.contact = $2 and (c.active_at, c.id) < ($3, $4)
        and (c.state = $5 or $5 = 'all')
        and ($6 = 'any' or ($6 = 'none' and c.assignee is null) or c.assignee = $7)
    order by c.active_at desc, c.id desc limit $8";
const OF_STATE: &str = "
    select c.id, c.contact, c.state, c.assignee, c.last_seq, c.seen_visitor, c.seen_member,
        c.unread_visitor, c.unread_member, c.created_at, c.last_message_at, c.active_at,
        m.id, m.author_kind, m.sealed
    from conversation c left join message m
        on m.tenant = $1 and m.conversation = c.id and m.seq = c.last_seq
    where c.tenant = $1 and c.state = $2 and (c.active_at, c.id) < ($3, $4)
        and ($5 = 'any' or ($5 = 'none' and c.assignee is null) or c.assignee = $6)
    order by c.active_at desc, c.id desc limit $7";
const INSERT: &str = "
    insert into conversation (tenant, contact, id, widget, client_id, state, joined, last_seq,
        seen_visitor, seen_member, unread_visitor, unread_member, created_at, active_at)
    values ($1, $2, $3, $4, $5, 'open', false, 0, 0, 0, 0, 0, $6, $6)
    on conflict (tenant, contact, client_id) do nothing";
const ADVANCE_BY_VISITOR: &str = "
    update conversation set last_seq = last_seq + 1, unread_member = unread_member + 1,
        last_message_at = $4,
        active_at = case when active_at < $4 then $4 else active_at end
    where tenant = $1 and contact = $2 and id = $3 and state = 'open'
    returning last_seq, contact";
const ADVANCE_BY_STAFF: &str = "
    update conversation set last_seq = last_seq + 1, unread_visitor = unread_visitor + 1,
        last_message_at = $3,
        active_at = case when active_at < $3 then $3 else active_at end
    where tenant = $1 and id = $2 and state = 'open'
    returning last_seq, contact";
/// Where several write at once the row is locked, or a count could miss a message that commits
/// meanwhile.
const HOLD: Sql = Sql {
    lite: "select state, assignee, last_seq, seen_visitor, seen_member
        from conversation where tenant = $1 and contact = $2 and id = $3",
    pg: "select state, assignee, last_seq, seen_visitor, seen_member
        from conversation where tenant = $1 and contact = $2 and id = $3 for update",
};
const SEE_AS_VISITOR: &str = "
    update conversation set seen_visitor = $4, unread_visitor = (
        select count(*) from message where tenant = $1 and conversation = $3 and seq > $4
            and author_kind <> 'visitor')
    where tenant = $1 and contact = $2 and id = $3 and seen_visitor < $4";
const SEE_AS_STAFF: &str = "
    update conversation set seen_member = $4, unread_member = (
        select count(*) from message where tenant = $1 and conversation = $3 and seq > $4
            and author_kind = 'visitor')
    where tenant = $1 and contact = $2 and id = $3 and seen_member < $4";
const CHANGE: &str = "
    update conversation set state = $4, assignee = $5
    where tenant = $1 and contact = $2 and id = $3";

/// The contact whose conversation it is, if it is `contact`'s.
pub(in super::super) async fn owned(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: ConversationId,
) -> Result<Option<ContactId>, Fault> {
    let values = [cx.tenant().into(), contact.into(), id.into()];
    cx.row(OWNED, &values, |row| row.col(0)).await
}

/// The contact whose conversation it is.
pub(in super::super) async fn owner(
    cx: &mut Cx<'_>,
    id: ConversationId,
) -> Result<Option<ContactId>, Fault> {
    cx.row(OWNER, &[cx.tenant().into(), id.into()], |row| row.col(0)).await
}

pub(in super::super) async fn find(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: ConversationId,
) -> Result<Option<Stored>, Fault> {
    cx.row(FIND, &[cx.tenant().into(), contact.into(), id.into()], read).await
}

pub(in super::super) async fn find_by_client_id(
    cx: &mut Cx<'_>,
    contact: ContactId,
    client_id: &ClientId,
) -> Result<Option<ConversationId>, Fault> {
    let values = [cx.tenant().into(), contact.into(), client_id.as_str().into()];
    cx.row(FIND_BY_CLIENT_ID, &values, |row| row.col(0)).await
}

pub(in super::super) async fn of_contact(
    cx: &mut Cx<'_>,
    contact: ContactId,
    state: Option<State>,
    assigned: Assigned,
    slice: Slice,
) -> Result<Vec<Stored>, Fault> {
    let (at, id) = slice.start();
    let [which, member] = assigned.values();
    let state = state.map_or("all", State::name);
    let values = [
        cx.tenant().into(),
        contact.into(),
        at.into(),
        id.into(),
        state.into(),
        which,
        member,
        slice.limit.into(),
    ];
    cx.rows(OF_CONTACT, &values, read).await
}

pub(in super::super) async fn of_state(
    cx: &mut Cx<'_>,
    state: State,
    assigned: Assigned,
    slice: Slice,
) -> Result<Vec<Stored>, Fault> {
    let (at, id) = slice.start();
    let [which, member] = assigned.values();
    let values = [
        cx.tenant().into(),
        state.name().into(),
        at.into(),
        id.into(),
        which,
        member,
        slice.limit.into(),
    ];
    cx.rows(OF_STATE, &values, read).await
}

impl Slice {
    /// Later than everything when this is the first page.
    fn start(self) -> (i64, [u8; 16]) {
        self.after.unwrap_or((i64::MAX, [255; 16]))
    }
}

/// Opens a conversation; says whether it is new.
pub(in super::super) async fn insert(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: ConversationId,
    widget: WidgetId,
    client_id: Option<&ClientId>,
) -> Result<bool, Fault> {
    let values = [
        cx.tenant().into(),
        contact.into(),
        id.into(),
        widget.into(),
        client_id.map(ClientId::as_str).into(),
        cx.now().into(),
    ];
    Ok(cx.exec(INSERT, &values).await? == 1)
}

/// Takes the next number for a visitor's message; the row stays locked until the commit.
pub(in super::super) async fn advance_by_visitor(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: ConversationId,
) -> Result<Option<(i64, ContactId)>, Fault> {
    let values = [cx.tenant().into(), contact.into(), id.into(), cx.now().into()];
    cx.row(ADVANCE_BY_VISITOR, &values, |row| Ok((row.col(0)?, row.col(1)?))).await
}

/// Takes the next number for a message of the organization.
pub(in super::super) async fn advance_by_staff(
    cx: &mut Cx<'_>,
    id: ConversationId,
) -> Result<Option<(i64, ContactId)>, Fault> {
    let values = [cx.tenant().into(), id.into(), cx.now().into()];
    cx.row(ADVANCE_BY_STAFF, &values, |row| Ok((row.col(0)?, row.col(1)?))).await
}

/// Reads a conversation that is about to change, so that nobody else changes it meanwhile.
pub(in super::super) async fn hold(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: ConversationId,
) -> Result<Option<Held>, Fault> {
    cx.row(HOLD, &[cx.tenant().into(), contact.into(), id.into()], |row| {
        Ok(Held {
            state: state(row, 0)?,
            assignee: row.col(1)?,
            last_seq: row.col(2)?,
            seen_visitor: row.col(3)?,
            seen_member: row.col(4)?,
        })
    })
    .await
}

pub(in super::super) async fn see_as_visitor(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: ConversationId,
    seq: i64,
) -> Result<u64, Fault> {
    let values = [cx.tenant().into(), contact.into(), id.into(), seq.into()];
    cx.exec(SEE_AS_VISITOR, &values).await
}

pub(in super::super) async fn see_as_staff(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: ConversationId,
    seq: i64,
) -> Result<u64, Fault> {
    let values = [cx.tenant().into(), contact.into(), id.into(), seq.into()];
    cx.exec(SEE_AS_STAFF, &values).await
}

pub(in super::super) async fn change(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: ConversationId,
    state: State,
    assignee: Option<MemberId>,
) -> Result<(), Fault> {
    let values =
        [cx.tenant().into(), contact.into(), id.into(), state.name().into(), assignee.into()];
    cx.exec(CHANGE, &values).await.map(drop)
}

fn read(row: &Row<'_>) -> Result<Stored, Fault> {
    Ok(Stored {
        id: row.col(0)?,
        contact: row.col(1)?,
        state: state(row, 2)?,
        assignee: row.col(3)?,
        last_seq: row.col(4)?,
        seen_visitor: row.col(5)?,
        seen_member: row.col(6)?,
        unread_visitor: row.col(7)?,
        unread_member: row.col(8)?,
        created_at: row.col(9)?,
        last_message_at: row.col(10)?,
        active_at: row.col(11)?,
        last: last(row)?,
    })
}

fn last(row: &Row<'_>) -> Result<Option<Last>, Fault> {
    let Some(id) = row.col(12)? else { return Ok(None) };
    Ok(Some(Last { id, author: super::message::author_kind(row, 13)?, sealed: row.col(14)? }))
}

fn state(row: &Row<'_>, index: usize) -> Result<State, Fault> {
    let name: String = row.col(index)?;
    State::named(&name).ok_or(Fault::Corrupt("a conversation has an unknown state"))
}
