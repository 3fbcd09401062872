//! Merges over HTTP.

use axum::extract::Extension;
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, StatusCode};
use countersign_base::{ContactId, Role};
use countersign_door::{
    Allowed, Answer, AnyVisitor, App, Json, Page, Path, Permission, Problem, Query,
};
use countersign_identity::Presented;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::by_proofs;
use super::{Because, Merged, Preview};
use crate::People;
use crate::audit::Actor;
use crate::contacts::Contact;
use crate::contacts::api::ReadContacts;

/// What a member or a back end may do with merges.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_merges, merge_contact))
        .routes(routes!(preview_merge))
        .routes(routes!(undo_merge))
}

/// What a browser may do.
pub fn visitor_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(merge_own_contacts))
}

/// Makes two contacts one, and two again.
#[derive(Debug)]
pub enum MergeContacts {}

impl Permission for MergeContacts {
    const NAME: &'static str = "contacts.merge";
    const ROLE: Option<Role> = Some(Role::Admin);
}

/// Who else this contact is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMerge {
    /// The contact that becomes a part of this one.
    contact: ContactId,
    /// Why both are one person: 1 to 500 characters, kept with the merge and in the audit log.
    reason: String,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// The contact that would become a part of this one.
    contact: ContactId,
}

/// The contacts that were merged into this one, the first one first.
#[utoipa::path(get, path = "/contacts/{id}/merges", tag = "contacts",
    params(("id" = ContactId, Path)),
    responses((status = 200, body = Page<Merged>), (status = 404, description = "`not_found`")))]
async fn list_merges(
    who: Allowed<ReadContacts>,
    Path(id): Path<ContactId>,
) -> Answer<Page<Merged>> {
    let items = who.read(async move |cx| super::list(cx, id).await).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// What merging `contact` into this one would come to; refused as the merge would be.
#[utoipa::path(get, path = "/contacts/{id}/merges/preview", tag = "contacts",
    params(("id" = ContactId, Path), Which),
    responses((status = 200, body = Preview), (status = 404, description = "`not_found`"),
        (status = 409, description = "`contact_is_merged`, `contact_has_merged`"),
        (status = 422, description = "`same_contact`, `too_many`")))]
async fn preview_merge(
    who: Allowed<MergeContacts>,
    Path(id): Path<ContactId>,
    Query(which): Query<Which>,
) -> Answer<Preview> {
    Ok(Json(who.read(async move |cx| super::preview(cx, id, which.contact).await).await?))
}

/// Merges another contact into this one. Both contacts' sessions end; nothing is moved, so it
/// can be taken back.
#[utoipa::path(post, path = "/contacts/{id}/merges", tag = "contacts",
    params(("id" = ContactId, Path)), request_body = NewMerge,
    responses((status = 201, body = Page<Merged>, description = "all that were merged into it"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`contact_is_merged`, `contact_has_merged`"),
        (status = 422, description = "`same_contact`, `bad_text`, `too_many`")))]
async fn merge_contact(
    who: Allowed<MergeContacts>,
    Path(id): Path<ContactId>,
    Json(new): Json<NewMerge>,
) -> Result<(StatusCode, Json<Page<Merged>>), Problem> {
    let because = Because::told(Actor::of(who.caller()), &new.reason)?;
    let items = who
        .write(async move |cx| {
            super::merge(cx, id, new.contact, because).await?;
            super::list(cx, id).await
        })
        .await?;
    Ok((StatusCode::CREATED, Json(Page { items, next_cursor: None })))
}

/// Takes a merge back: identities, fields, conversations and notifications are again whose they
/// were. Both contacts' sessions end. What came after the merge stays with the survivor.
#[utoipa::path(delete, path = "/contacts/{id}/merges/{merged}", tag = "contacts",
    params(("id" = ContactId, Path), ("merged" = ContactId, Path)),
    responses((status = 200, body = Contact, description = "the contact that is its own again"),
        (status = 404, description = "`not_found`"), (status = 409, description = "`not_merged`")))]
async fn undo_merge(
    who: Allowed<MergeContacts>,
    Path((id, merged)): Path<(ContactId, ContactId)>,
) -> Answer<Contact> {
    Ok(Json(who.write(async move |cx| super::undo(cx, id, merged).await).await?))
}

/// Another proof of the same person.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct OtherProof {
    /// Exactly the fields of the widget's identity profile, for the other identity.
    #[schema(value_type = Object)]
    identity: Presented,
}

/// Merges the contact that `identity` proves into the caller's own.
///
/// Both must be proven by signed tokens with an end: the caller's session by one, `identity` by
/// another. Both contacts' sessions end, the caller's among them: open a new one.
#[utoipa::path(post, path = "/merges", tag = "sessions", request_body = OtherProof,
    responses((status = 204), (status = 400, description = "`unknown_field`"),
        (status = 401, description = "`identity_refused`"),
        (status = 403, description = "`tokens_required`"),
        (status = 409, description = "`contact_is_merged`, `contact_has_merged`"),
        (status = 422, description = "`same_contact`, `too_many`"),
        (status = 429, description = "`too_many_requests`")))]
async fn merge_own_contacts(
    who: Allowed<AnyVisitor>,
    Extension(people): Extension<People>,
    headers: HeaderMap,
    Json(other): Json<OtherProof>,
) -> Result<StatusCode, Problem> {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    by_proofs::merge(&who, &people, origin, &other.identity).await?;
    Ok(StatusCode::NO_CONTENT)
}
