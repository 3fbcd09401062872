//! Rows of messages; each is reached through its conversation's contact.

use countersign_base::{ContactId, ConversationId, Fault, MessageId, Moment, Trust};
use countersign_door::Cx;
use countersign_infra::db::{Row, Value};
use countersign_infra::vault::Key;

use super::super::model::{AuthorKind, ClientId, Text, Writer};
use super::super::view::place;
use super::conversation::Slice;

/// A message as it is stored.
pub(in super::super) struct Stored {
    pub(in super::super) id: MessageId,
    pub(in super::super) conversation: ConversationId,
    pub(in super::super) seq: i64,
    pub(in super::super) writer: Writer,
    pub(in super::super) client_id: Option<String>,
    pub(in super::super) sealed: Vec<u8>,
    pub(in super::super) created_at: Moment,
}

/// The two orders in which messages can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The first message first.
    #[default]
    Asc,
    /// The last message first.
    Desc,
}

const INSERT: &str = "
    insert into message (tenant, conversation, seq, id, author_kind, author, trust, client_id,
        sealed, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (tenant, conversation, author, client_id) do nothing";
const AT: &str = "
    select m.id, m.conversation, m.seq, m.author_kind, m.author, m.trust, m.client_id, m.sealed,
        m.created_at, c.contact
    from message m join conversation c on c.tenant = $1 and c.id = m.conversation
    where m.tenant = $1 and m.conversation = $2 and m.seq = $3";
const BY_CLIENT_ID: &str = "
    select m.id, m.conversation, m.seq, m.author_kind, m.author, m.trust, m.client_id, m.sealed,
        m.created_at
    from message m join conversation c on c.tenant = $1 and c.id = m.conversation
    where m.tenant = $1 and c.contact = $2 and m.conversation = $3 and m.author = $4
        and m.client_id = $5";
const FORWARD: &str = "
    select m.id, m.conversation, m.seq, m.author_kind, m.author, m.trust, m.client_id, m.sealed,
        m.created_at
    from message m join conversation c on c.tenant = $1 and c.id = m.conversation
    where m.tenant = $1 and c.contact = $2 and m.conversation = $3 and m.seq > $4
    order by m.seq limit $5";
const BACKWARD: &str = "
    select m.id, m.conversation, m.seq, m.author_kind, m.author, m.trust, m.client_id, m.sealed,
        m.created_at
    from message m join conversation c on c.tenant = $1 and c.id = m.conversation
    where m.tenant = $1 and c.contact = $2 and m.conversation = $3 and m.seq < $4
    order by m.seq desc limit $5";

/// The row of a message that the caller writes now (C6).
pub(in super::super) fn sealed(
    cx: &Cx<'_>,
    key: &Key,
    conversation: ConversationId,
    seq: i64,
    client_id: Option<&ClientId>,
    text: &Text,
) -> Stored {
    let id = cx.id();
    Stored {
        id,
        conversation,
        seq,
        writer: cx.caller().into(),
        client_id: client_id.map(|id| id.as_str().to_owned()),
        sealed: key.seal(&place(cx.tenant(), id), text.as_str().as_bytes()),
        created_at: cx.now(),
    }
}

/// Writes a message unless its author has used the `client_id` in this conversation before;
/// says whether it did.
pub(in super::super) async fn insert(cx: &mut Cx<'_>, message: &Stored) -> Result<bool, Fault> {
    let values: [Value<'_>; 10] = [
        cx.tenant().into(),
        message.conversation.into(),
        message.seq.into(),
        message.id.into(),
        message.writer.kind.name().into(),
        message.writer.id.into(),
        message.writer.trust.map(Trust::name).into(),
        message.client_id.as_ref().into(),
        (&message.sealed).into(),
        message.created_at.into(),
    ];
    Ok(cx.exec(INSERT, &values).await? == 1)
}

/// A message and the contact whose conversation it stands in now.
pub(in super::super) async fn at(
    cx: &mut Cx<'_>,
    conversation: ConversationId,
    seq: i64,
) -> Result<Option<(ContactId, Stored)>, Fault> {
    let values = [cx.tenant().into(), conversation.into(), seq.into()];
    cx.row(AT, &values, |row| Ok((row.col(9)?, read(row)?))).await
}

pub(in super::super) async fn by_client_id(
    cx: &mut Cx<'_>,
    contact: ContactId,
    conversation: ConversationId,
    writer: Writer,
    client_id: &ClientId,
) -> Result<Option<Stored>, Fault> {
    let values = [
        cx.tenant().into(),
        contact.into(),
        conversation.into(),
        writer.id.into(),
        client_id.as_str().into(),
    ];
    cx.row(BY_CLIENT_ID, &values, read).await
}

pub(in super::super) async fn page(
    cx: &mut Cx<'_>,
    contact: ContactId,
    conversation: ConversationId,
    order: Order,
    slice: Slice,
) -> Result<Vec<Stored>, Fault> {
    let (sql, start) = match order {
        Order::Asc => (FORWARD, 0),
        Order::Desc => (BACKWARD, i64::MAX),
    };
    let after = slice.after.map_or(start, |(seq, _)| seq);
    let values =
        [cx.tenant().into(), contact.into(), conversation.into(), after.into(), slice.limit.into()];
    cx.rows(sql, &values, read).await
}

fn read(row: &Row<'_>) -> Result<Stored, Fault> {
    let trust: Option<String> = row.col(5)?;
    let known = |name: String| Trust::named(&name).ok_or(Fault::Corrupt("an unknown trust"));
    Ok(Stored {
        id: row.col(0)?,
        conversation: row.col(1)?,
        seq: row.col(2)?,
        writer: Writer {
            kind: author_kind(row, 3)?,
            id: row.col(4)?,
            trust: trust.map(known).transpose()?,
        },
        client_id: row.col(6)?,
        sealed: row.col(7)?,
        created_at: row.col(8)?,
    })
}

pub(super) fn author_kind(row: &Row<'_>, index: usize) -> Result<AuthorKind, Fault> {
    let name: String = row.col(index)?;
    AuthorKind::named(&name).ok_or(Fault::Corrupt("a message has an unknown kind of author"))
}
