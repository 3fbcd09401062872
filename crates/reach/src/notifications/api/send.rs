//! Routes that send.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use countersign_base::{ContactId, Moment, NotificationId};
use countersign_door::{
    Allowed, Answer, App, Cursor, Cx, Json, Page, Paging, Path, Problem, Query,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::channel::Channel;
use super::super::kind::{Name, Templates};
use super::super::log::Sent;
use super::super::many::known_each;
use super::super::order::Order;
use super::super::refusal::Refusal;
use super::super::request::{Person, Request, To, kind_of, prepared};
use super::super::schedule;
use super::super::send;
use super::staff::{ReadNotifications, SendNotifications};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_sent_notifications, send_notification))
        .routes(routes!(find_sent_notification, change_notification, cancel_notification))
        .routes(routes!(retract_notifications))
}

/// A notification to send.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNotification {
    /// The name of a notification type.
    #[serde(rename = "type")]
    kind: String,
    /// To whom.
    to: Recipient,
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
    /// When to send it, at most a year ahead; now without it.
    #[serde(default)]
    at: Option<Moment>,
}

/// To whom: a contact, or a person by your own id.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum Recipient {
    /// A contact that exists.
    Contact(KnownContact),
    /// A person; a contact is made if there is none.
    Person(Person),
}

/// A contact that exists.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownContact {
    /// Its id.
    contact: ContactId,
}

impl From<Recipient> for To {
    fn from(recipient: Recipient) -> Self {
        match recipient {
            Recipient::Contact(KnownContact { contact }) => Self::Contact(contact),
            Recipient::Person(person) => Self::Person(person),
        }
    }
}

impl NewNotification {
    fn request(self) -> Result<Request, Refusal> {
        let order = Order {
            parameters: self.parameters,
            texts: self.texts,
            only: self.channels,
            replace: Vec::new(),
        };
        order.texts.check()?;
        let sub = self.sub.map(Name::try_from).transpose()?;
        Ok(Request { kind: self.kind, sub, to: self.to.into(), order, at: self.at })
    }
}

/// Which sendings a list has.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhichSent {
    /// Those to one contact; all without it.
    #[serde(default)]
    contact: Option<ContactId>,
    /// How many items, 1 to 100.
    #[serde(default)]
    limit: Option<u16>,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
}

/// Sends a notification, or keeps it for its moment; the answer says what became of it.
#[utoipa::path(post, path = "/notifications", tag = "notifications",
    request_body = NewNotification,
    responses((status = 201, body = Sent),
        (status = 422, description =
            "`unknown_notification_type`, `unknown_contact`, `bad_name`, `bad_template`, \
             `parameters_too_large`, `too_far_away`")))]
async fn send_notification(
    who: Allowed<SendNotifications>,
    Json(new): Json<NewNotification>,
) -> Result<Response, Problem> {
    let request = new.request()?;
    let asked = request.clone();
    let kind = who.read(async move |cx: &mut Cx<'_>| kind_of(cx, &asked).await).await?;
    let prepared = prepared(who.app(), kind, request)?;
    let sent = who.write(async move |cx: &mut Cx<'_>| send::send(cx, &prepared).await).await?;
    Ok((StatusCode::CREATED, Json(sent)).into_response())
}

/// What was sent and what became of it, newest first.
#[utoipa::path(get, path = "/notifications", tag = "notifications", params(WhichSent),
    responses((status = 200, body = Page<Sent>),
        (status = 400, description = "`bad_cursor`, `bad_limit`")))]
async fn list_sent_notifications(
    who: Allowed<ReadNotifications>,
    Query(which): Query<WhichSent>,
) -> Answer<Page<Sent>> {
    let (tenant, contact) = (who.scope().tenant, which.contact);
    let list = format!("notifications {contact:?}");
    let cursor = Cursor::new(who.keys().own(), tenant, &list, tenant.bytes());
    let paging = Paging::new(which.limit, which.cursor);
    let limit = paging.limit()?;
    let after = paging.after(&cursor)?;
    let found = who
        .read(async move |cx: &mut Cx<'_>| send::sent(cx, contact, after, limit + 1).await)
        .await?;
    let place = |sent: &Sent| (sent.created_at.millis(), sent.id.bytes());
    Ok(Json(Page::of(found, limit, &cursor, place)))
}

/// What became of one sending.
#[utoipa::path(get, path = "/notifications/{id}", tag = "notifications",
    params(("id" = NotificationId, Path)),
    responses((status = 200, body = Sent), (status = 404, description = "`not_found`")))]
async fn find_sent_notification(
    who: Allowed<ReadNotifications>,
    Path(id): Path<NotificationId>,
) -> Answer<Sent> {
    let sent = who.read(async move |cx: &mut Cx<'_>| send::find(cx, id).await).await?;
    Ok(Json(sent))
}

/// What changes about a notification that waits; what is absent stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedNotification {
    /// Values for the merge tags, in place of those before.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    parameters: Option<Map<String, Value>>,
    /// Texts in place of the type's templates.
    #[serde(default)]
    texts: Option<Templates>,
    /// When to send it, at most a year ahead.
    #[serde(default)]
    at: Option<Moment>,
}

/// Changes a notification that waits for its moment.
#[utoipa::path(patch, path = "/notifications/{id}", tag = "notifications",
    params(("id" = NotificationId, Path)), request_body = ChangedNotification,
    responses((status = 200, body = Sent), (status = 404, description = "`not_found`"),
        (status = 409, description = "`not_waiting`"),
        (status = 422, description = "`bad_template`, `parameters_too_large`, `too_far_away`")))]
async fn change_notification(
    who: Allowed<SendNotifications>,
    Path(id): Path<NotificationId>,
    Json(new): Json<ChangedNotification>,
) -> Answer<Sent> {
    if let Some(texts) = &new.texts {
        texts.check()?;
    }
    let changed = who
        .write(async move |cx: &mut Cx<'_>| {
            let ChangedNotification { parameters, texts, at } = new;
            let edit = |order: &mut Order| {
                order.parameters = parameters.unwrap_or(std::mem::take(&mut order.parameters));
                order.texts = texts.unwrap_or(std::mem::take(&mut order.texts));
            };
            schedule::change(cx, id, at, edit).await
        })
        .await?;
    Ok(Json(changed))
}

/// Cancels a notification that waits for its moment.
#[utoipa::path(delete, path = "/notifications/{id}", tag = "notifications",
    params(("id" = NotificationId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`"),
        (status = 409, description = "`not_waiting`")))]
async fn cancel_notification(
    who: Allowed<SendNotifications>,
    Path(id): Path<NotificationId>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx: &mut Cx<'_>| schedule::cancel(cx, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which items are taken back.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Retraction {
    /// The type.
    #[serde(rename = "type")]
    kind: String,
    /// Only those of this sub-notification.
    #[serde(default)]
    sub: Option<String>,
    /// Whose.
    to: Recipient,
}

/// How many items were taken back.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Retracted {
    /// Items that are not in the feed any more.
    retracted: u64,
}

/// Takes a type's items out of a contact's feed.
#[utoipa::path(post, path = "/notifications/retract", tag = "notifications",
    request_body = Retraction, responses((status = 200, body = Retracted)))]
async fn retract_notifications(
    who: Allowed<SendNotifications>,
    Json(Retraction { kind, sub, to }): Json<Retraction>,
) -> Answer<Retracted> {
    let retracted: Result<u64, Refusal> = who
        .write(async move |cx: &mut Cx<'_>| {
            let known = known_each(cx, &[to.into()]).await?;
            let Some(contact) = known.into_iter().flatten().next() else { return Ok(0) };
            Ok(send::retract(cx, contact, &kind, sub.as_deref()).await?)
        })
        .await;
    Ok(Json(Retracted { retracted: retracted? }))
}
