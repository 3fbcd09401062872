//! A visitor's routes; each reaches the feed of its own contact only (N4).

use countersign_base::{ContactId, Fault, Moment};
use countersign_door::{Allowed, Answer, AnyVisitor, App, Cursor, Cx, Json, Page, Paging, Query};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::feed;
use super::super::item::{Item, Slice};
use super::super::preferences::{self, Choice, Preference};
use super::super::refusal::Refusal;
use super::{ChangedItems, HowMany, Unread};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_own_notifications, change_own_notifications))
        .routes(routes!(count_own_unread))
        .routes(routes!(see_all_own_notifications))
        .routes(routes!(list_own_preferences, choose_own_preferences))
}

/// The visitor's feed, newest first.
#[utoipa::path(get, path = "/notifications", tag = "notifications", params(Paging),
    responses((status = 200, body = Page<Item>),
        (status = 400, description = "`bad_cursor`, `bad_limit`")))]
async fn list_own_notifications(
    who: Allowed<AnyVisitor>,
    Query(paging): Query<Paging>,
) -> Answer<Page<Item>> {
    let contact = own(&who);
    let cursor = Cursor::new(who.keys().own(), who.scope().tenant, "own feed", contact.bytes());
    let limit = paging.limit()?;
    let before = paging.after(&cursor)?.map(|(at, id)| (Moment::from_millis(at), id));
    let found = who
        .read(async move |cx: &mut Cx<'_>| feed::feed(cx, contact, &Slice { before, limit }).await)
        .await?;
    Ok(Json(Page::of(found, limit, &cursor, super::place)))
}

/// Marks items of the visitor's feed; ids that are not its own change nothing.
#[utoipa::path(patch, path = "/notifications", tag = "notifications",
    request_body = ChangedItems,
    responses((status = 200, body = HowMany), (status = 422, description = "`too_many`")))]
async fn change_own_notifications(
    who: Allowed<AnyVisitor>,
    Json(changed): Json<ChangedItems>,
) -> Answer<HowMany> {
    let contact = own(&who);
    let answer = who
        .write(async move |cx: &mut Cx<'_>| {
            let many = feed::change(cx, contact, &changed.ids, &changed.changes()).await?;
            Ok::<_, Refusal>(HowMany { changed: many, unread: feed::unread(cx, contact).await? })
        })
        .await?;
    Ok(Json(answer))
}

/// How many items of the visitor's feed are unread.
#[utoipa::path(get, path = "/notifications/unread", tag = "notifications",
    responses((status = 200, body = Unread)))]
async fn count_own_unread(who: Allowed<AnyVisitor>) -> Answer<Unread> {
    let contact = own(&who);
    let unread: Result<_, Fault> =
        who.read(async move |cx: &mut Cx<'_>| feed::unread(cx, contact).await).await;
    Ok(Json(Unread { unread: unread? }))
}

/// Shows everything in the visitor's feed as read.
#[utoipa::path(post, path = "/notifications/seen", tag = "notifications",
    responses((status = 200, body = Unread)))]
async fn see_all_own_notifications(who: Allowed<AnyVisitor>) -> Answer<Unread> {
    let contact = own(&who);
    let unread: Result<_, Fault> = who
        .write(async move |cx: &mut Cx<'_>| {
            feed::see_all(cx, contact).await?;
            feed::unread(cx, contact).await
        })
        .await;
    Ok(Json(Unread { unread: unread? }))
}

/// What the visitor gets, and what it can choose.
#[utoipa::path(get, path = "/notification_preferences", tag = "notifications",
    responses((status = 200, body = Page<Preference>)))]
async fn list_own_preferences(who: Allowed<AnyVisitor>) -> Answer<Page<Preference>> {
    let contact = own(&who);
    let items: Result<_, Fault> =
        who.read(async move |cx: &mut Cx<'_>| preferences::of_contact(cx, contact).await).await;
    Ok(Json(Page { items: items?, next_cursor: None }))
}

/// Chooses, all or nothing; only what the types offer.
#[utoipa::path(patch, path = "/notification_preferences", tag = "notifications",
    request_body = Vec<Choice>,
    responses((status = 200, body = Page<Preference>),
        (status = 422, description = "`unknown_notification_type`, `not_offered`, `too_many`")))]
async fn choose_own_preferences(
    who: Allowed<AnyVisitor>,
    Json(choices): Json<Vec<Choice>>,
) -> Answer<Page<Preference>> {
    let contact = own(&who);
    let items = who
        .write(async move |cx: &mut Cx<'_>| {
            preferences::choose(cx, contact, &choices).await?;
            Ok::<_, Refusal>(preferences::of_contact(cx, contact).await?)
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// The contact of the visitor's proof.
fn own(who: &Allowed<AnyVisitor>) -> ContactId {
    who.contact().expect("only a visitor is allowed what any visitor is")
}
