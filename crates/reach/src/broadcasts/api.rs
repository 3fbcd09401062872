//! Broadcasts and topics over HTTP.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use countersign_base::BroadcastId;
use countersign_door::{
    Allowed, Answer, App, Cursor, Cx, Json, Page, Paging, Path, Problem, Query,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Audience, Broadcast, Order, Refusal};
use super::topics::{self, MOST_NAMED, Subscribed, Subscriber};
use crate::notifications::api::{ReadNotifications, Recipient, SendNotifications};
use crate::notifications::channel::Channel;
use crate::notifications::kind::{Name, Templates};
use crate::notifications::{self, Request, To, Told, kind_of, order};

/// What a member or a back end may do with broadcasts and topics.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(tell_many))
        .routes(routes!(list_broadcasts, start_broadcast))
        .routes(routes!(find_broadcast, cancel_broadcast))
        .routes(routes!(list_topics))
        .routes(routes!(remove_topic))
        .routes(routes!(list_subscribers, subscribe_to_topic))
        .routes(routes!(unsubscribe_from_topic))
}

/// The same news for many.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct News<T> {
    /// The name of a notification type.
    #[serde(rename = "type")]
    kind: String,
    /// To whom.
    to: T,
    /// One of the type's sub-notifications.
    #[serde(default)]
    sub: Option<String>,
    /// Values for the merge tags, at most 150,000 bytes of JSON.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: Map<String, Value>,
    /// Texts of this one call, in place of the type's templates.
    #[serde(default)]
    texts: Templates,
    /// The only channels to use, of those that the type has.
    #[serde(default)]
    channels: Option<BTreeSet<Channel>>,
}

impl<T> News<T> {
    /// What is asked for, and to whom.
    fn request(self) -> Result<(Request, T), Refusal> {
        let order = order::Order {
            parameters: self.parameters,
            texts: self.texts,
            only: self.channels,
            replace: Vec::new(),
        };
        order.texts.check()?;
        let sub = self.sub.map(Name::try_from).transpose()?;
        Ok((Request { kind: self.kind, sub, to: To::Several, order, at: None }, self.to))
    }
}

/// What became of telling many.
#[derive(Serialize, utoipa::ToSchema)]
struct ToldMany {
    /// An answer for each recipient; who was named twice has one.
    items: Vec<Told>,
    /// What whoever sends should know.
    notes: Vec<String>,
}

/// Tells up to 1,000 recipients the same, all or nobody.
#[utoipa::path(post, path = "/notifications/many", tag = "notifications",
    request_body = News<Vec<Recipient>>,
    responses((status = 201, body = ToldMany),
        (status = 422, description = "`unknown_notification_type`, `bad_list`, `bad_recipient`, \
            `bad_name`, `bad_template`, `parameters_too_large`")))]
async fn tell_many(
    who: Allowed<SendNotifications>,
    Json(news): Json<News<Vec<Recipient>>>,
) -> Result<(StatusCode, Json<ToldMany>), Problem> {
    let (request, to) = news.request()?;
    let people = list(to)?;
    let asked = request.clone();
    let kind = who.read(async move |cx: &mut Cx<'_>| kind_of(cx, &asked).await).await?;
    let prepared = notifications::prepared(who.app(), kind, request)?;
    let notes = prepared.notes();
    let items =
        who.write(async move |cx: &mut Cx<'_>| super::tell(cx, &prepared, &people).await).await?;
    Ok((StatusCode::CREATED, Json(ToldMany { items, notes })))
}

/// Tells everybody, or everyone who subscribed to a topic, in the background.
#[utoipa::path(post, path = "/broadcasts", tag = "notifications", request_body = News<Audience>,
    responses((status = 202, body = Broadcast),
        (status = 422, description = "`unknown_notification_type`, `bad_topic`, `bad_name`, \
            `bad_template`, `parameters_too_large`")))]
async fn start_broadcast(
    who: Allowed<SendNotifications>,
    Json(news): Json<News<Audience>>,
) -> Result<(StatusCode, Json<Broadcast>), Problem> {
    let (request, to) = news.request()?;
    if let Audience::Topic(topic) = &to {
        topics::named(topic)?;
    }
    let (asked, audience) = (request.clone(), to.clone());
    let (kind, total) = who
        .read(async move |cx: &mut Cx<'_>| {
            let kind = kind_of(cx, &asked).await?;
            Ok::<_, Refusal>((kind, super::size(cx, &audience).await?))
        })
        .await?;
    let order = Order {
        kind: kind.name.as_str().to_owned(),
        settings: kind.settings.clone(),
        sub: request.sub.as_ref().map(|sub| sub.as_str().to_owned()),
        to,
        order: request.order.clone(),
    };
    let prepared = notifications::prepared(who.app(), kind, request)?;
    let accepted = who
        .write(async move |cx: &mut Cx<'_>| super::accept(cx, &order, &prepared, total).await)
        .await?;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

/// Broadcasts, newest first.
#[utoipa::path(get, path = "/broadcasts", tag = "notifications", params(Paging),
    responses((status = 200, body = Page<Broadcast>),
        (status = 400, description = "`bad_cursor`, `bad_limit`")))]
async fn list_broadcasts(
    who: Allowed<ReadNotifications>,
    Query(paging): Query<Paging>,
) -> Answer<Page<Broadcast>> {
    let tenant = who.scope().tenant;
    let cursor = Cursor::new(who.keys().own(), tenant, "broadcasts", tenant.bytes());
    let limit = paging.limit()?;
    let after = paging.after(&cursor)?;
    let found =
        who.read(async move |cx: &mut Cx<'_>| super::list(cx, after, limit + 1).await).await?;
    let place = |one: &Broadcast| (one.created_at.millis(), one.id.bytes());
    Ok(Json(Page::of(found, limit, &cursor, place)))
}

/// How far a broadcast is.
#[utoipa::path(get, path = "/broadcasts/{id}", tag = "notifications",
    params(("id" = BroadcastId, Path)),
    responses((status = 200, body = Broadcast), (status = 404, description = "`not_found`")))]
async fn find_broadcast(
    who: Allowed<ReadNotifications>,
    Path(id): Path<BroadcastId>,
) -> Answer<Broadcast> {
    let found = who.read(async move |cx: &mut Cx<'_>| super::find(cx, id).await).await?;
    Ok(Json(found))
}

/// Stops a broadcast; those who were told stay told.
#[utoipa::path(delete, path = "/broadcasts/{id}", tag = "notifications",
    params(("id" = BroadcastId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`"),
        (status = 409, description = "`not_running`")))]
async fn cancel_broadcast(
    who: Allowed<SendNotifications>,
    Path(id): Path<BroadcastId>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx: &mut Cx<'_>| super::cancel(cx, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The topics that have subscribers, by name; at most 1,000.
#[utoipa::path(get, path = "/notification_topics", tag = "notifications",
    responses((status = 200, body = Page<Subscribed>)))]
async fn list_topics(who: Allowed<ReadNotifications>) -> Answer<Page<Subscribed>> {
    let items = who.read(async |cx: &mut Cx<'_>| topics::list(cx, 1_000).await).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Takes everybody out of a topic.
#[utoipa::path(delete, path = "/notification_topics/{topic}", tag = "notifications",
    params(("topic" = String, Path)), responses((status = 200, body = Changed)))]
async fn remove_topic(
    who: Allowed<SendNotifications>,
    Path(topic): Path<String>,
) -> Answer<Changed> {
    let changed = who.write(async move |cx: &mut Cx<'_>| topics::remove(cx, &topic).await).await?;
    Ok(Json(Changed { changed }))
}

/// The subscribers of a topic.
#[utoipa::path(get, path = "/notification_topics/{topic}/subscribers", tag = "notifications",
    params(("topic" = String, Path), Paging),
    responses((status = 200, body = Page<Subscriber>),
        (status = 400, description = "`bad_cursor`, `bad_limit`")))]
async fn list_subscribers(
    who: Allowed<ReadNotifications>,
    Path(topic): Path<String>,
    Query(paging): Query<Paging>,
) -> Answer<Page<Subscriber>> {
    let tenant = who.scope().tenant;
    let list = format!("subscribers {topic}");
    let cursor = Cursor::new(who.keys().own(), tenant, &list, tenant.bytes());
    let limit = paging.limit()?;
    let after = paging.after(&cursor)?.map_or([0; 16], |(_, id)| id);
    let found = who
        .read(async move |cx: &mut Cx<'_>| topics::subscribers(cx, &topic, after, limit + 1).await)
        .await?;
    Ok(Json(Page::of(found, limit, &cursor, |one| (0, one.contact.bytes()))))
}

/// Who is meant.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Named {
    /// 1 to 1,000 contacts, or people by your own id.
    to: Vec<Recipient>,
}

/// How many subscriptions are different now.
#[derive(Serialize, utoipa::ToSchema)]
struct Changed {
    /// Contacts that were not in the topic before, or are not any more.
    changed: u64,
}

/// Subscribes people to a topic; contacts are made where there are none.
#[utoipa::path(post, path = "/notification_topics/{topic}/subscribers", tag = "notifications",
    params(("topic" = String, Path)), request_body = Named,
    responses((status = 200, body = Changed),
        (status = 422, description = "`bad_topic`, `bad_list`, `bad_recipient`")))]
async fn subscribe_to_topic(
    who: Allowed<SendNotifications>,
    Path(topic): Path<String>,
    Json(Named { to }): Json<Named>,
) -> Answer<Changed> {
    let people = list(to)?;
    let changed = who
        .write(async move |cx: &mut Cx<'_>| topics::subscribe(cx, &topic, &people).await)
        .await?;
    Ok(Json(Changed { changed }))
}

/// Takes people out of a topic.
#[utoipa::path(post, path = "/notification_topics/{topic}/subscribers/remove",
    tag = "notifications", params(("topic" = String, Path)), request_body = Named,
    responses((status = 200, body = Changed), (status = 422, description = "`bad_list`")))]
async fn unsubscribe_from_topic(
    who: Allowed<SendNotifications>,
    Path(topic): Path<String>,
    Json(Named { to }): Json<Named>,
) -> Answer<Changed> {
    let people = list(to)?;
    let changed = who
        .write(async move |cx: &mut Cx<'_>| topics::unsubscribe(cx, &topic, &people).await)
        .await?;
    Ok(Json(Changed { changed }))
}

/// A list that is neither empty nor too long.
fn list(to: Vec<Recipient>) -> Result<Vec<To>, Refusal> {
    if !(1..=MOST_NAMED).contains(&to.len()) {
        return Err(Refusal::List(MOST_NAMED));
    }
    Ok(to.into_iter().map(To::from).collect())
}
