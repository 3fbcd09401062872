//! Contacts over HTTP.

use axum::http::StatusCode;
use countersign_base::{CompanyId, ContactId, Role};
use countersign_door::{
    Allowed, Answer, App, Cursor, Json, Page, Paging, Path, Permission, Problem, Query,
};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Change, Company, Contact};
use crate::sessions::SessionShown;
use crate::widgets::api::ManageWidgets;

/// What a member or a back end may do with contacts.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_contacts))
        .routes(routes!(find_contact, change_contact))
        .routes(routes!(reset_contact_ratchet))
        .routes(routes!(list_contact_sessions, end_contact_sessions))
        .routes(routes!(list_companies))
        .routes(routes!(find_company))
}

/// Sees contacts.
#[derive(Debug)]
pub enum ReadContacts {}

impl Permission for ReadContacts {
    const NAME: &'static str = "contacts.read";
    const ROLE: Option<Role> = Some(Role::Agent);
}

/// Writes to contacts and ends their sessions.
#[derive(Debug)]
pub enum ManageContacts {}

impl Permission for ManageContacts {
    const NAME: &'static str = "contacts.manage";
    const ROLE: Option<Role> = Some(Role::Agent);
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// An exact email or id, or how a name begins.
    #[serde(default)]
    query: String,
    /// How many items, 1 to 100.
    #[serde(default)]
    limit: Option<u16>,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
}

/// Contacts, those seen last first.
#[utoipa::path(get, path = "/contacts", tag = "contacts", params(Which),
    responses((status = 200, body = Page<Contact>), (status = 400, description = "`bad_cursor`, `bad_limit`")))]
async fn list_contacts(
    who: Allowed<ReadContacts>,
    Query(which): Query<Which>,
) -> Answer<Page<Contact>> {
    let paging = Paging::new(which.limit, which.cursor);
    let limit = paging.limit()?;
    let tenant = who.scope().tenant;
    // What a query finds is one page: a cursor of the whole list does not fit it.
    let query = which.query;
    let list = if query.trim().is_empty() { "contacts" } else { "contacts found" };
    let cursor = Cursor::new(who.keys().own(), tenant, list, tenant.bytes());
    let after = paging.after(&cursor)?;
    let found = who.read(async move |cx| super::search(cx, &query, after, limit).await).await?;
    let position = |contact: &Contact| (contact.last_seen_at.millis(), contact.id.bytes());
    Ok(Json(Page::of(found, limit, &cursor, position)))
}

/// One contact, with what is proven, set and said of it.
#[utoipa::path(get, path = "/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path)),
    responses((status = 200, body = Contact), (status = 404, description = "`not_found`")))]
async fn find_contact(who: Allowed<ReadContacts>, Path(id): Path<ContactId>) -> Answer<Contact> {
    Ok(Json(who.read(async move |cx| super::find(cx, id).await).await?))
}

/// Writes fields as *set*; what is proven cannot be replaced.
#[utoipa::path(patch, path = "/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path)),
    request_body = Change,
    responses((status = 200, body = Contact), (status = 404, description = "`not_found`"),
        (status = 409, description = "`field_is_proven`"), (status = 422, description = "`bad_text`")))]
async fn change_contact(
    who: Allowed<ManageContacts>,
    Path(id): Path<ContactId>,
    Json(change): Json<Change>,
) -> Answer<Contact> {
    Ok(Json(who.write(async move |cx| super::change(cx, id, change).await).await?))
}

/// Lets an HMAC prove the contact again, after a signed token did.
#[utoipa::path(post, path = "/contacts/{id}/ratchet/reset", tag = "contacts",
    params(("id" = ContactId, Path)),
    responses((status = 200, body = Contact), (status = 404, description = "`not_found`"),
        (status = 409, description = "`not_proven`")))]
async fn reset_contact_ratchet(
    who: Allowed<ManageWidgets>,
    Path(id): Path<ContactId>,
) -> Answer<Contact> {
    Ok(Json(who.write(async move |cx| super::reset_ratchet(cx, id).await).await?))
}

/// Companies that contacts were proven to belong to, newest first.
#[utoipa::path(get, path = "/companies", tag = "contacts", params(Paging),
    responses((status = 200, body = Page<Company>), (status = 400, description = "`bad_cursor`, `bad_limit`")))]
async fn list_companies(
    who: Allowed<ReadContacts>,
    Query(paging): Query<Paging>,
) -> Answer<Page<Company>> {
    let limit = paging.limit()?;
    let tenant = who.scope().tenant;
    let cursor = Cursor::new(who.keys().own(), tenant, "companies", tenant.bytes());
    let after = paging.after(&cursor)?;
    let found = who.read(async move |cx| super::companies(cx, after, limit).await).await?;
    let page = Page::of(found, limit, &cursor, |(at, company)| (at.millis(), company.id.bytes()));
    Ok(Json(page.map(|(_, company)| company)))
}

/// One company.
#[utoipa::path(get, path = "/companies/{id}", tag = "contacts", params(("id" = CompanyId, Path)),
    responses((status = 200, body = Company), (status = 404, description = "`not_found`")))]
async fn find_company(who: Allowed<ReadContacts>, Path(id): Path<CompanyId>) -> Answer<Company> {
    Ok(Json(who.read(async move |cx| super::find_company(cx, id).await).await?))
}

/// The contact's living sessions, newest first.
#[utoipa::path(get, path = "/contacts/{id}/sessions", tag = "contacts",
    params(("id" = ContactId, Path)),
    responses((status = 200, body = Page<SessionShown>), (status = 404, description = "`not_found`")))]
async fn list_contact_sessions(
    who: Allowed<ReadContacts>,
    Path(id): Path<ContactId>,
) -> Answer<Page<SessionShown>> {
    let items = who
        .read(async move |cx| {
            super::find(cx, id).await?;
            Ok::<_, super::Refusal>(crate::sessions::of_contact(cx, id).await?)
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Ends every session of the contact: refused on the next request, sockets closed.
#[utoipa::path(delete, path = "/contacts/{id}/sessions", tag = "contacts",
    params(("id" = ContactId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn end_contact_sessions(
    who: Allowed<ManageContacts>,
    Path(id): Path<ContactId>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx| super::end_sessions(cx, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}
