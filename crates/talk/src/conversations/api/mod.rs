//! Conversations over HTTP: what both sides send, and the routes of each.

mod staff;
mod visitor;

use axum::Extension;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use countersign_base::{ConversationId, Fault};
use countersign_door::{Allowed, App, Cursor, Cx, Json, Page, Paging, Permission, Problem};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::staff::{ManageConversations, ReadConversations, Reply};
use super::model::{ClientId, Message, Side, Text, Writer};
use super::refusal::Refusal;
use super::typing::{Throttle, Typing};
use super::view::Names;
use super::{Opened, Order, Slice, stream};

/// What a visitor may do with its own conversations.
pub fn visitor_routes() -> OpenApiRouter<App> {
    visitor::routes()
        .routes(routes!(stream::open_visitor_stream))
        .layer(Extension(Throttle::default()))
}

/// What a member or a back end may do with conversations.
pub fn staff_routes() -> OpenApiRouter<App> {
    staff::routes().layer(Extension(Throttle::default()))
}

/// What only the dashboard has: its live stream.
pub fn dashboard_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(stream::open_dashboard_stream))
        .layer(Extension(Throttle::default()))
}

/// A message to write.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    /// What the client calls it, 1 to 64 of the characters A-Z a-z 0-9 . _ : -
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$")]
    client_id: String,
    /// 1 to 10,000 characters.
    #[schema(min_length = 1, max_length = 10_000)]
    text: String,
    #[serde(default)]
    #[schema(ignore)]
    attachments: Option<Value>,
}

impl NewMessage {
    fn read(self) -> Result<(ClientId, Text), Refusal> {
        if self.attachments.is_some() {
            return Err(Refusal::Attachments);
        }
        Ok((self.client_id.try_into()?, self.text.try_into()?))
    }
}

/// How far a side has seen a conversation.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenUpTo {
    /// The number of the last message seen.
    #[schema(minimum = 0)]
    seq: i64,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhichMessages {
    /// The first message first, or the last one.
    #[serde(default)]
    #[param(inline)]
    order: Order,
    /// How many items, 1 to 100.
    #[serde(default)]
    limit: Option<u16>,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
}

/// A page of messages; its cursors fit this conversation and this order only (C8).
async fn messages<P: Permission>(
    who: &Allowed<P>,
    side: Side,
    id: ConversationId,
    which: WhichMessages,
) -> Result<Page<Message>, Problem> {
    let list = match which.order {
        Order::Asc => "messages.asc",
        Order::Desc => "messages.desc",
    };
    let cursor = Cursor::new(who.keys().own(), who.scope().tenant, list, id.bytes());
    let paging = Paging::new(which.limit, which.cursor);
    let limit = paging.limit()?;
    let slice = Slice { after: paging.after(&cursor)?, limit: one_more(limit) };
    let order = which.order;
    let found = who
        .read(async move |cx: &mut Cx<'_>| super::messages(cx, side, id, order, slice).await)
        .await?;
    Ok(Page::of(found, limit, &cursor, |message| (message.seq, [0; 16])))
}

/// Writes a message: 201, or 200 with the first one for a retry (C2).
///
/// The name of the author is looked up after the commit, so that the one writer of an embedded
/// store does not wait for it.
async fn post<P: Permission>(
    who: &Allowed<P>,
    id: ConversationId,
    new: NewMessage,
) -> Result<Response, Problem> {
    let (client_id, text) = new.read()?;
    let (mine, said) = (client_id.clone(), text.clone());
    let posted =
        who.write(async move |cx: &mut Cx<'_>| super::post(cx, id, &mine, &said).await).await;
    match posted {
        Ok(mut message) => {
            let name = who.read(async |cx: &mut Cx<'_>| super::callers_name(cx).await).await;
            message.author.name = name.map_err(|fault: Fault| fault)?;
            Ok((StatusCode::CREATED, Json(message)).into_response())
        }
        Err(refusal @ (Refusal::Posted | Refusal::Closed)) => {
            let before = who
                .read(async move |cx: &mut Cx<'_>| {
                    super::posted_before(cx, id, &client_id, &text).await
                })
                .await?;
            Ok(Json(before.ok_or(refusal)?).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Answers 201 with a new conversation, 200 with one that the same `client_id` had opened.
async fn opened<P: Permission>(
    who: &Allowed<P>,
    side: Side,
    opened: Opened,
) -> Result<Response, Problem> {
    let (status, id) = match opened {
        Opened::New(id) => (StatusCode::CREATED, id),
        Opened::Before(id) => (StatusCode::OK, id),
    };
    let shown = who.read(async move |cx: &mut Cx<'_>| super::find(cx, side, id).await).await?;
    Ok((status, Json(shown)).into_response())
}

async fn see<P: Permission>(
    who: &Allowed<P>,
    side: Side,
    id: ConversationId,
    seen: SeenUpTo,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx: &mut Cx<'_>| super::see(cx, side, id, seen.seq).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells live connections that the caller types (C14).
async fn type_in<P: Permission>(
    who: &Allowed<P>,
    throttle: &Throttle,
    side: Side,
    id: ConversationId,
) -> Result<StatusCode, Problem> {
    let writer = Writer::from(who.caller());
    let verdict = throttle.count(writer, who.app().clock.now());
    if let Some(wait) = verdict.retry_after {
        return Err(Problem::too_many(wait.seconds().into()));
    }
    let typing = who
        .read(async move |cx: &mut Cx<'_>| {
            let contact = super::reach(cx, side, id).await?;
            let name = Names::default().writer(cx, contact, writer).await?;
            let tenant = cx.tenant();
            Ok::<_, Refusal>(Typing { tenant, contact, conversation: id, writer, name })
        })
        .await?;
    typing.tell(who.app());
    Ok(StatusCode::NO_CONTENT)
}

/// One more than a page has, to know whether there are more.
fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1
}
