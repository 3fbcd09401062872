//! A visitor's routes; each reaches the conversations of its own contact only (C1).

use axum::Extension;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_base::{Caller, ContactId, ConversationId, WidgetId};
use countersign_door::{
    Allowed, Answer, AnyVisitor, App, Cursor, Cx, Json, Page, Paging, Path, Problem, Query,
};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::model::{ClientId, Conversation, Message, Side, Text};
use super::super::refusal::Refusal;
use super::super::typing::Throttle;
use super::super::{Assigned, Listed, Slice};
use super::{NewMessage, SeenUpTo, WhichMessages, one_more};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_own_conversations, open_own_conversation))
        .routes(routes!(find_own_conversation))
        .routes(routes!(list_own_messages, post_own_message))
        .routes(routes!(see_own_conversation))
        .routes(routes!(type_in_own_conversation))
}

/// A conversation to open.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnConversation {
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

/// The visitor's conversations, newest activity first.
#[utoipa::path(get, path = "/conversations", tag = "conversations", params(Paging),
    responses((status = 200, body = Page<Conversation>),
        (status = 400, description = "`bad_cursor`, `bad_limit`")))]
async fn list_own_conversations(
    who: Allowed<AnyVisitor>,
    Query(paging): Query<Paging>,
) -> Answer<Page<Conversation>> {
    let contact = own(&who).0;
    let tenant = who.scope().tenant;
    let cursor = Cursor::new(who.keys().own(), tenant, "conversations", contact.bytes());
    let limit = paging.limit()?;
    let slice = Slice { after: paging.after(&cursor)?, limit: one_more(limit) };
    let side = Side::Visitor(contact);
    let found = who
        .read(async move |cx: &mut Cx<'_>| {
            super::super::of_contact(cx, side, contact, None, Assigned::Any, slice).await
        })
        .await?;
    let page = Page::of(found, limit, &cursor, |listed: &Listed| listed.at);
    Ok(Json(page.map(|listed| listed.conversation)))
}

/// Opens a conversation; the same `client_id` again answers 200 with the first one.
#[utoipa::path(post, path = "/conversations", tag = "conversations", request_body = OwnConversation,
    responses((status = 201, body = Conversation), (status = 200, body = Conversation),
        (status = 409, description = "`client_id_reused`"),
        (status = 422, description = "`bad_text`, `bad_client_id`, `attachments_not_available`")))]
async fn open_own_conversation(
    who: Allowed<AnyVisitor>,
    Json(new): Json<OwnConversation>,
) -> Result<Response, Problem> {
    let (contact, widget) = own(&who);
    if new.attachments.is_some() {
        return Err(Refusal::Attachments.into());
    }
    let client_id = new.client_id.map(ClientId::try_from).transpose()?;
    let text = new.text.map(Text::try_from).transpose()?;
    let opened = who
        .write(async move |cx: &mut Cx<'_>| {
            super::super::open(cx, contact, widget, client_id.as_ref(), text.as_ref()).await
        })
        .await?;
    super::opened(&who, Side::Visitor(contact), opened).await
}

/// One conversation.
#[utoipa::path(get, path = "/conversations/{id}", tag = "conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), (status = 404, description = "`not_found`")))]
async fn find_own_conversation(
    who: Allowed<AnyVisitor>,
    Path(id): Path<ConversationId>,
) -> Answer<Conversation> {
    let side = side(&who);
    let found =
        who.read(async move |cx: &mut Cx<'_>| super::super::find(cx, side, id).await).await?;
    Ok(Json(found))
}

/// The messages of a conversation, by their number.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "conversations",
    params(("id" = ConversationId, Path), WhichMessages),
    responses((status = 200, body = Page<Message>),
        (status = 400, description = "`bad_cursor`, `bad_limit`"),
        (status = 404, description = "`not_found`")))]
async fn list_own_messages(
    who: Allowed<AnyVisitor>,
    Path(id): Path<ConversationId>,
    Query(which): Query<WhichMessages>,
) -> Answer<Page<Message>> {
    super::messages(&who, side(&who), id, which).await.map(Json)
}

/// Writes a message; the same `client_id` again answers 200 with the first one.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = NewMessage,
    responses((status = 201, body = Message), (status = 200, body = Message),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`conversation_closed`, `client_id_reused`"),
        (status = 422, description = "`bad_text`, `bad_client_id`, `attachments_not_available`")))]
async fn post_own_message(
    who: Allowed<AnyVisitor>,
    Path(id): Path<ConversationId>,
    Json(new): Json<NewMessage>,
) -> Result<Response, Problem> {
    super::post(&who, id, new).await
}

/// Marks everything up to a message as seen by the visitor; never moves back.
#[utoipa::path(put, path = "/conversations/{id}/seen", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = SeenUpTo,
    responses((status = 204), (status = 404, description = "`not_found`"),
        (status = 422, description = "`seq_ahead`")))]
async fn see_own_conversation(
    who: Allowed<AnyVisitor>,
    Path(id): Path<ConversationId>,
    Json(seen): Json<SeenUpTo>,
) -> Result<StatusCode, Problem> {
    super::see(&who, side(&who), id, seen).await
}

/// Tells the organization that the visitor types; send it at most every 3 s.
#[utoipa::path(post, path = "/conversations/{id}/typing", tag = "conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`"),
        (status = 429, description = "`too_many_requests`")))]
async fn type_in_own_conversation(
    who: Allowed<AnyVisitor>,
    Extension(throttle): Extension<Throttle>,
    Path(id): Path<ConversationId>,
) -> Result<StatusCode, Problem> {
    super::type_in(&who, &throttle, side(&who), id).await
}

fn side(who: &Allowed<AnyVisitor>) -> Side {
    Side::Visitor(own(who).0)
}

/// The contact and the widget of the visitor's proof.
fn own(who: &Allowed<AnyVisitor>) -> (ContactId, WidgetId) {
    match who.caller() {
        Caller::Visitor { contact, widget, .. } => (contact, widget),
        other => unreachable!("only a visitor is allowed what any visitor is, not {other:?}"),
    }
}
