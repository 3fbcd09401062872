//! Routes of members and of customers' back ends.

use axum::Extension;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_base::{Caller, ContactId, ConversationId, MemberId, Role};
use countersign_door::{
    Allowed, Answer, App, Cursor, Cx, Json, Page, Paging, Path, Permission, Problem, Query,
};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::model::{Assignment, ClientId, Conversation, Message, Side, State, Text};
use super::super::refusal::Refusal;
use super::super::typing::Throttle;
use super::super::{Assigned, Change, Listed, Slice};
use super::{NewMessage, SeenUpTo, WhichMessages, one_more};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_conversations, open_conversation))
        .routes(routes!(find_conversation, change_conversation))
        .routes(routes!(list_messages, post_message))
        .routes(routes!(see_conversation))
        .routes(routes!(type_in_conversation))
}

/// Sees conversations and their messages.
#[derive(Debug)]
pub enum ReadConversations {}

impl Permission for ReadConversations {
    const NAME: &'static str = "conversations.read";
    const ROLE: Option<Role> = Some(Role::Agent);
}

/// Opens conversations and writes into them.
#[derive(Debug)]
pub enum Reply {}

impl Permission for Reply {
    const NAME: &'static str = "conversations.reply";
    const ROLE: Option<Role> = Some(Role::Agent);
}

/// Closes, opens again and assigns conversations.
#[derive(Debug)]
pub enum ManageConversations {}

impl Permission for ManageConversations {
    const NAME: &'static str = "conversations.manage";
    const ROLE: Option<Role> = Some(Role::Agent);
}

/// Which conversations a list has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum WantedState {
    /// Open ones.
    Open,
    /// Closed ones.
    Closed,
    /// Both.
    #[default]
    All,
}

impl WantedState {
    const fn state(self) -> Option<State> {
        match self {
            Self::Open => Some(State::Open),
            Self::Closed => Some(State::Closed),
            Self::All => None,
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `open`, `closed` or, unless asked otherwise, `all`.
    #[serde(default)]
    #[param(inline)]
    state: WantedState,
    /// `me`, `none` or a member's id.
    #[serde(default)]
    assignee: Option<String>,
    /// Of this contact only.
    #[serde(default)]
    contact: Option<ContactId>,
    /// How many items, 1 to 100.
    #[serde(default)]
    limit: Option<u16>,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
}

impl Which {
    fn assigned(&self, caller: Caller) -> Result<Assigned, Refusal> {
        match (self.assignee.as_deref(), caller) {
            (None, _) => Ok(Assigned::Any),
            (Some("none"), _) => Ok(Assigned::Nobody),
            (Some("me"), Caller::Member { id, .. }) => Ok(Assigned::To(id)),
            (Some("me"), _) => Err(Refusal::NotAMember),
            (Some(member), _) => {
                member.parse().map(Assigned::To).map_err(|_| Refusal::AssigneeFilter)
            }
        }
    }
}

/// A conversation to open with a contact.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewConversation {
    /// With whom.
    contact: ContactId,
    /// What the client calls it, so that a retry opens no second one.
    #[serde(default)]
    client_id: Option<String>,
    /// The first message.
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    #[schema(ignore)]
    attachments: Option<Value>,
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedConversation {
    /// Whether anybody may still write.
    #[serde(default)]
    state: Option<State>,
    /// Who takes care of it; `null` is nobody.
    #[serde(default)]
    #[schema(value_type = Option<MemberId>)]
    assignee: Assignment,
}

/// Conversations, newest activity first.
#[utoipa::path(get, path = "/conversations", tag = "conversations", params(Which),
    responses((status = 200, body = Page<Conversation>),
        (status = 400, description = "`bad_cursor`, `bad_limit`, `bad_assignee`")))]
async fn list_conversations(
    who: Allowed<ReadConversations>,
    Query(which): Query<Which>,
) -> Answer<Page<Conversation>> {
    let assigned = which.assigned(who.caller())?;
    let (state, contact) = (which.state.state(), which.contact);
    let tenant = who.scope().tenant;
    let list = format!("conversations {state:?} {assigned:?} {contact:?}");
    let cursor = Cursor::new(who.keys().own(), tenant, &list, tenant.bytes());
    let paging = Paging::new(which.limit, which.cursor);
    let limit = paging.limit()?;
    let slice = Slice { after: paging.after(&cursor)?, limit: one_more(limit) };
    let found = who
        .read(async move |cx: &mut Cx<'_>| match contact {
            Some(contact) => {
                super::super::of_contact(cx, Side::Staff, contact, state, assigned, slice).await
            }
            None => super::super::of_tenant(cx, state, assigned, slice).await,
        })
        .await?;
    let page = Page::of(found, limit, &cursor, |listed: &Listed| listed.at);
    Ok(Json(page.map(|listed| listed.conversation)))
}

/// Opens a conversation with a contact; the same `client_id` again answers 200 with the first one.
#[utoipa::path(post, path = "/conversations", tag = "conversations", request_body = NewConversation,
    responses((status = 201, body = Conversation), (status = 200, body = Conversation),
        (status = 409, description = "`client_id_reused`"),
        (status = 422, description =
            "`bad_text`, `bad_client_id`, `unknown_contact`, `attachments_not_available`")))]
async fn open_conversation(
    who: Allowed<Reply>,
    Json(new): Json<NewConversation>,
) -> Result<Response, Problem> {
    if new.attachments.is_some() {
        return Err(Refusal::Attachments.into());
    }
    let contact = new.contact;
    let client_id = new.client_id.map(ClientId::try_from).transpose()?;
    let text = new.text.map(Text::try_from).transpose()?;
    let opened = who
        .write(async move |cx: &mut Cx<'_>| {
            super::super::open_with(cx, contact, client_id.as_ref(), text.as_ref()).await
        })
        .await?;
    super::opened(&who, Side::Staff, opened).await
}

/// One conversation.
#[utoipa::path(get, path = "/conversations/{id}", tag = "conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), (status = 404, description = "`not_found`")))]
async fn find_conversation(
    who: Allowed<ReadConversations>,
    Path(id): Path<ConversationId>,
) -> Answer<Conversation> {
    let found = who
        .read(async move |cx: &mut Cx<'_>| super::super::find(cx, Side::Staff, id).await)
        .await?;
    Ok(Json(found))
}

/// Closes, opens again or assigns a conversation.
#[utoipa::path(patch, path = "/conversations/{id}", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = ChangedConversation,
    responses((status = 200, body = Conversation), (status = 404, description = "`not_found`"),
        (status = 422, description = "`unknown_assignee`")))]
async fn change_conversation(
    who: Allowed<ManageConversations>,
    Path(id): Path<ConversationId>,
    Json(change): Json<ChangedConversation>,
) -> Answer<Conversation> {
    let change = Change { state: change.state, assignee: change.assignee };
    let changed = who
        .write(async move |cx: &mut Cx<'_>| {
            super::super::change(cx, id, change).await?;
            super::super::find(cx, Side::Staff, id).await
        })
        .await?;
    Ok(Json(changed))
}

/// The messages of a conversation, by their number.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "conversations",
    params(("id" = ConversationId, Path), WhichMessages),
    responses((status = 200, body = Page<Message>),
        (status = 400, description = "`bad_cursor`, `bad_limit`"),
        (status = 404, description = "`not_found`")))]
async fn list_messages(
    who: Allowed<ReadConversations>,
    Path(id): Path<ConversationId>,
    Query(which): Query<WhichMessages>,
) -> Answer<Page<Message>> {
    super::messages(&who, Side::Staff, id, which).await.map(Json)
}

/// Writes a message; the same `client_id` again answers 200 with the first one.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = NewMessage,
    responses((status = 201, body = Message), (status = 200, body = Message),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`conversation_closed`, `client_id_reused`"),
        (status = 422, description = "`bad_text`, `bad_client_id`, `attachments_not_available`")))]
async fn post_message(
    who: Allowed<Reply>,
    Path(id): Path<ConversationId>,
    Json(new): Json<NewMessage>,
) -> Result<Response, Problem> {
    super::post(&who, id, new).await
}

/// Marks everything up to a message as seen by the organization; never moves back.
#[utoipa::path(put, path = "/conversations/{id}/seen", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = SeenUpTo,
    responses((status = 204), (status = 404, description = "`not_found`"),
        (status = 422, description = "`seq_ahead`")))]
async fn see_conversation(
    who: Allowed<Reply>,
    Path(id): Path<ConversationId>,
    Json(seen): Json<SeenUpTo>,
) -> Result<StatusCode, Problem> {
    super::see(&who, Side::Staff, id, seen).await
}

/// Tells the visitor and the dashboards that the caller types; send it at most every 3 s.
#[utoipa::path(post, path = "/conversations/{id}/typing", tag = "conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`"),
        (status = 429, description = "`too_many_requests`")))]
async fn type_in_conversation(
    who: Allowed<Reply>,
    Extension(throttle): Extension<Throttle>,
    Path(id): Path<ConversationId>,
) -> Result<StatusCode, Problem> {
    super::type_in(&who, &throttle, Side::Staff, id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_given_differs_from_null() {
        let member = MemberId::from_bytes([7; 16]);
        let cases = [
            ("{}".to_owned(), Some((None, Assignment::Unchanged))),
            (r#"{"assignee":null}"#.to_owned(), Some((None, Assignment::Nobody))),
            (format!(r#"{{"assignee":"{member}"}}"#), Some((None, Assignment::To(member)))),
            (
                r#"{"state":"closed"}"#.to_owned(),
                Some((Some(State::Closed), Assignment::Unchanged)),
            ),
            (r#"{"state":"all"}"#.to_owned(), None),
            (r#"{"assignee":"con_0"}"#.to_owned(), None),
            (r#"{"last_seq":7}"#.to_owned(), None),
            (r#"{"state":"open","state":"closed"}"#.to_owned(), None),
        ];
        for (text, expected) in cases {
            let read = serde_json::from_str::<ChangedConversation>(&text).ok();
            assert_eq!(read.map(|change| (change.state, change.assignee)), expected, "{text}");
        }
    }
}
