//! Web push over HTTP: a visitor's own browsers, and what staff see of them.

use axum::http::StatusCode;
use countersign_base::{Caller, ContactId, Fault, PushSubscriptionId};
use countersign_door::{Allowed, Answer, AnyVisitor, App, Cx, Json, Page, Path, Problem};
use countersign_people::contacts;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Given, Maker, New, Refusal, Shown};
use crate::notifications::api::{ManageNotifications, ReadNotifications};

/// What a visitor may do with its own browsers.
pub fn visitor_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(find_push_key))
        .routes(routes!(list_own_push_subscriptions, make_push_subscription))
        .routes(routes!(remove_own_push_subscription))
}

/// What a member or a back end may do with a contact's browsers.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_contact_push_subscriptions))
        .routes(routes!(remove_contact_push_subscription))
}

/// The key that browsers subscribe to.
#[derive(Serialize, utoipa::ToSchema)]
struct PushKey {
    /// `applicationServerKey`: a point of P-256, uncompressed, in base64url.
    public_key: String,
}

/// The key that a browser subscribes to; the same for all widgets of the environment.
#[utoipa::path(get, path = "/push_key", tag = "notifications",
    responses((status = 200, body = PushKey)))]
async fn find_push_key(who: Allowed<AnyVisitor>) -> Answer<PushKey> {
    let key: Result<_, Fault> = who.write(async move |cx: &mut Cx<'_>| super::key(cx).await).await;
    Ok(Json(PushKey { public_key: key?.public().to_owned() }))
}

/// The browsers where the visitor is reached.
#[utoipa::path(get, path = "/push_subscriptions", tag = "notifications",
    responses((status = 200, body = Page<Shown>)))]
async fn list_own_push_subscriptions(who: Allowed<AnyVisitor>) -> Answer<Page<Shown>> {
    let (contact, _) = own(&who);
    let items: Result<_, Fault> =
        who.read(async move |cx: &mut Cx<'_>| super::list(cx, contact).await).await;
    Ok(Json(Page { items: items?, next_cursor: None }))
}

/// Reaches the visitor in this browser, until its session is ended by somebody.
#[utoipa::path(post, path = "/push_subscriptions", tag = "notifications", request_body = Given,
    responses((status = 201, body = Shown),
        (status = 422, description = "`bad_endpoint`, `bad_push_keys`")))]
async fn make_push_subscription(
    who: Allowed<AnyVisitor>,
    Json(given): Json<Given>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let (contact, maker) = own(&who);
    let new = New::read(who.app(), given).await?;
    let subscribe = async move |cx: &mut Cx<'_>| super::subscribe(cx, contact, &new, &maker).await;
    Ok((StatusCode::CREATED, Json(who.write(subscribe).await?)))
}

/// Reaches the visitor in one of its browsers no more.
#[utoipa::path(delete, path = "/push_subscriptions/{id}", tag = "notifications",
    params(("id" = PushSubscriptionId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn remove_own_push_subscription(
    who: Allowed<AnyVisitor>,
    Path(id): Path<PushSubscriptionId>,
) -> Result<StatusCode, Problem> {
    let (contact, _) = own(&who);
    who.write(async move |cx: &mut Cx<'_>| super::unsubscribe(cx, contact, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The browsers where a contact is reached.
#[utoipa::path(get, path = "/contacts/{id}/push_subscriptions", tag = "notifications",
    params(("id" = ContactId, Path)),
    responses((status = 200, body = Page<Shown>), (status = 404, description = "`not_found`")))]
async fn list_contact_push_subscriptions(
    who: Allowed<ReadNotifications>,
    Path(id): Path<ContactId>,
) -> Answer<Page<Shown>> {
    let items = who
        .read(async move |cx: &mut Cx<'_>| {
            contacts::find(cx, id).await.map_err(|_| Refusal::NoSuchSubscription)?;
            Ok::<_, Refusal>(super::list(cx, id).await?)
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Reaches a contact in one of its browsers no more.
#[utoipa::path(delete, path = "/contacts/{id}/push_subscriptions/{subscription}",
    tag = "notifications",
    params(("id" = ContactId, Path), ("subscription" = PushSubscriptionId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn remove_contact_push_subscription(
    who: Allowed<ManageNotifications>,
    Path((contact, id)): Path<(ContactId, PushSubscriptionId)>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx: &mut Cx<'_>| super::unsubscribe(cx, contact, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The contact of the visitor's proof, and what ends what it makes.
fn own(who: &Allowed<AnyVisitor>) -> (ContactId, Maker) {
    let Caller::Visitor { session, contact, widget, .. } = who.caller() else {
        unreachable!("only a visitor is allowed what any visitor is")
    };
    (contact, Maker { widget, session: Some(session), trace: None })
}
