//! The audit log over HTTP.

use countersign_base::Role;
use countersign_door::{Allowed, Answer, App, Cursor, Json, Page, Paging, Permission, Query};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Entry;

/// What a member or a back end may do with the audit log.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_audit_events))
}

/// Reads the audit log.
#[derive(Debug)]
pub enum ReadAudit {}

impl Permission for ReadAudit {
    const NAME: &'static str = "audit.read";
    const ROLE: Option<Role> = Some(Role::Admin);
}

/// Who did what to what, newest first.
#[utoipa::path(get, path = "/audit_events", tag = "audit", params(Paging),
    responses((status = 200, body = Page<Entry>), (status = 400, description = "`bad_cursor`, `bad_limit`"),
        (status = 403, description = "`forbidden`")))]
async fn list_audit_events(
    who: Allowed<ReadAudit>,
    Query(paging): Query<Paging>,
) -> Answer<Page<Entry>> {
    let limit = paging.limit()?;
    let tenant = who.scope().tenant;
    let cursor = Cursor::new(who.keys().own(), tenant, "audit", tenant.bytes());
    let before = paging.after(&cursor)?.map(|(number, _)| number);
    let found = who.read(async move |cx| super::list(cx, before, limit).await).await?;
    Ok(Json(Page::of(found, limit, &cursor, |entry| (entry.number, entry.id.bytes()))))
}
