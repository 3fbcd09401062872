//! Routes that look at a contact's feed and preferences as the contact sees them.

use countersign_base::{ContactId, Role};
use countersign_door::{
    Allowed, Answer, App, Cursor, Cx, Json, Page, Paging, Path, Permission, Query,
};
use countersign_people::contacts;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::feed;
use super::super::item::{Item, Slice};
use super::super::preferences::{self, Choice, Preference};
use super::super::refusal::Refusal;
use super::Unread;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_contact_notifications))
        .routes(routes!(count_contact_unread))
        .routes(routes!(list_contact_preferences, choose_for_contact))
}

/// Sees what was sent, and contacts' feeds and preferences.
#[derive(Debug)]
pub enum ReadNotifications {}

impl Permission for ReadNotifications {
    const NAME: &'static str = "notifications.read";
    const ROLE: Option<Role> = Some(Role::Agent);
}

/// Sends, cancels and retracts notifications.
#[derive(Debug)]
pub enum SendNotifications {}

impl Permission for SendNotifications {
    const NAME: &'static str = "notifications.send";
    const ROLE: Option<Role> = Some(Role::Admin);
}

/// Makes notification types, and chooses for contacts.
#[derive(Debug)]
pub enum ManageNotifications {}

impl Permission for ManageNotifications {
    const NAME: &'static str = "notifications.manage";
    const ROLE: Option<Role> = Some(Role::Admin);
}

/// A contact's feed, newest first.
#[utoipa::path(get, path = "/contacts/{id}/notifications", tag = "notifications",
    params(("id" = ContactId, Path), Paging),
    responses((status = 200, body = Page<Item>),
        (status = 400, description = "`bad_cursor`, `bad_limit`"),
        (status = 404, description = "`not_found`")))]
async fn list_contact_notifications(
    who: Allowed<ReadNotifications>,
    Path(id): Path<ContactId>,
    Query(paging): Query<Paging>,
) -> Answer<Page<Item>> {
    let tenant = who.scope().tenant;
    let cursor = Cursor::new(who.keys().own(), tenant, "feed", id.bytes());
    let limit = paging.limit()?;
    let before = paging.after(&cursor)?.map(|(at, _)| countersign_base::Moment::from_millis(at));
    let found = who
        .read(async move |cx: &mut Cx<'_>| {
            contacts::find(cx, id).await.map_err(|_| Refusal::NoSuchNotification)?;
            Ok::<_, Refusal>(feed::feed(cx, id, &Slice { before, limit }).await?)
        })
        .await?;
    Ok(Json(Page::of(found, limit, &cursor, super::place)))
}

/// How many items of a contact's feed are unread.
#[utoipa::path(get, path = "/contacts/{id}/notifications/unread", tag = "notifications",
    params(("id" = ContactId, Path)),
    responses((status = 200, body = Unread), (status = 404, description = "`not_found`")))]
async fn count_contact_unread(
    who: Allowed<ReadNotifications>,
    Path(id): Path<ContactId>,
) -> Answer<Unread> {
    let unread = who
        .read(async move |cx: &mut Cx<'_>| {
            contacts::find(cx, id).await.map_err(|_| Refusal::NoSuchNotification)?;
            Ok::<_, Refusal>(feed::unread(cx, id).await?)
        })
        .await?;
    Ok(Json(Unread { unread }))
}

/// What a contact gets, and what it can choose.
#[utoipa::path(get, path = "/contacts/{id}/notification_preferences", tag = "notifications",
    params(("id" = ContactId, Path)),
    responses((status = 200, body = Page<Preference>),
        (status = 404, description = "`not_found`")))]
async fn list_contact_preferences(
    who: Allowed<ReadNotifications>,
    Path(id): Path<ContactId>,
) -> Answer<Page<Preference>> {
    let items = who
        .read(async move |cx: &mut Cx<'_>| {
            contacts::find(cx, id).await.map_err(|_| Refusal::NoSuchNotification)?;
            Ok::<_, Refusal>(preferences::of_contact(cx, id).await?)
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Chooses for a contact, all or nothing; only what the types offer. The audit log tells who did.
#[utoipa::path(patch, path = "/contacts/{id}/notification_preferences", tag = "notifications",
    params(("id" = ContactId, Path)), request_body = Vec<Choice>,
    responses((status = 200, body = Page<Preference>),
        (status = 404, description = "`not_found`"),
        (status = 422, description = "`unknown_notification_type`, `not_offered`, `too_many`")))]
async fn choose_for_contact(
    who: Allowed<ManageNotifications>,
    Path(id): Path<ContactId>,
    Json(choices): Json<Vec<Choice>>,
) -> Answer<Page<Preference>> {
    let items = who
        .write(async move |cx: &mut Cx<'_>| {
            contacts::find(cx, id).await.map_err(|_| Refusal::NoSuchNotification)?;
            preferences::choose_for(cx, id, &choices).await?;
            Ok::<_, Refusal>(preferences::of_contact(cx, id).await?)
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}
