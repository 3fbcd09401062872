//! Routes of notification types and their sub-notifications.

use axum::http::StatusCode;
use countersign_door::{Allowed, Answer, App, Cx, Json, Page, Path, Problem};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::kind::{Kind, Name, Settings};
use super::super::kinds::{self, Sub};
use super::super::refusal::Refusal;
use super::staff::{ManageNotifications, ReadNotifications};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_notification_types))
        .routes(routes!(find_notification_type, put_notification_type, remove_notification_type))
        .routes(routes!(put_sub_notification, remove_sub_notification))
}

/// A notification type as it is shown.
#[derive(Serialize, utoipa::ToSchema)]
struct NotificationType {
    /// What back ends call it.
    name: String,
    /// How it is sent.
    settings: Settings,
}

impl From<Kind> for NotificationType {
    fn from(kind: Kind) -> Self {
        Self { name: kind.name.as_str().to_owned(), settings: kind.settings }
    }
}

/// What a sub-notification is called.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SubTitle {
    /// What people see among their preferences, 1 to 200 characters.
    title: String,
}

/// Every notification type, by name; at most 1,000.
#[utoipa::path(get, path = "/notification_types", tag = "notifications",
    responses((status = 200, body = Page<NotificationType>)))]
async fn list_notification_types(
    who: Allowed<ReadNotifications>,
) -> Answer<Page<NotificationType>> {
    let found = who.read(async |cx: &mut Cx<'_>| kinds::list(cx, "", 1_000).await).await?;
    let items = found.into_iter().map(NotificationType::from).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

/// One notification type.
#[utoipa::path(get, path = "/notification_types/{name}", tag = "notifications",
    params(("name" = String, Path)),
    responses((status = 200, body = NotificationType),
        (status = 404, description = "`not_found`")))]
async fn find_notification_type(
    who: Allowed<ReadNotifications>,
    Path(name): Path<String>,
) -> Answer<NotificationType> {
    let kind = who.read(async move |cx: &mut Cx<'_>| kinds::find(cx, &name).await).await?;
    Ok(Json(kind.into()))
}

/// Makes a notification type, or replaces its settings; every template must parse.
#[utoipa::path(put, path = "/notification_types/{name}", tag = "notifications",
    params(("name" = String, Path)), request_body = Settings,
    responses((status = 200, body = NotificationType),
        (status = 422, description =
            "`bad_name`, `bad_text`, `bad_channels`, `out_of_range`, `too_many`; \
             `bad_template`, `errors` with field, line and column")))]
async fn put_notification_type(
    who: Allowed<ManageNotifications>,
    Path(name): Path<String>,
    Json(settings): Json<Settings>,
) -> Answer<NotificationType> {
    let name = Name::try_from(name)?;
    settings.check()?;
    let kind = who.write(async move |cx: &mut Cx<'_>| kinds::put(cx, name, settings).await).await?;
    Ok(Json(kind.into()))
}

/// Removes a notification type: nothing is sent of it any more; what was sent stays.
#[utoipa::path(delete, path = "/notification_types/{name}", tag = "notifications",
    params(("name" = String, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn remove_notification_type(
    who: Allowed<ManageNotifications>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx: &mut Cx<'_>| kinds::remove(cx, &name).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a sub-notification, or gives it another title.
#[utoipa::path(put, path = "/notification_types/{name}/subs/{sub}", tag = "notifications",
    params(("name" = String, Path), ("sub" = String, Path)), request_body = SubTitle,
    responses((status = 200, body = Sub), (status = 404, description = "`not_found`"),
        (status = 422, description = "`bad_name`, `bad_text`, `too_many`")))]
async fn put_sub_notification(
    who: Allowed<ManageNotifications>,
    Path((name, sub)): Path<(String, String)>,
    Json(SubTitle { title }): Json<SubTitle>,
) -> Answer<Sub> {
    let sub = Name::try_from(sub)?;
    let made =
        who.write(async move |cx: &mut Cx<'_>| kinds::put_sub(cx, &name, sub, title).await).await?;
    Ok(Json(made))
}

/// Removes a sub-notification.
#[utoipa::path(delete, path = "/notification_types/{name}/subs/{sub}", tag = "notifications",
    params(("name" = String, Path), ("sub" = String, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn remove_sub_notification(
    who: Allowed<ManageNotifications>,
    Path((name, sub)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx: &mut Cx<'_>| {
        kinds::remove_sub(cx, &name, &sub).await?;
        Ok::<_, Refusal>(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
