//! Members and sign-ins over HTTP.

use axum::extract::Extension;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_base::{Caller, Environment, OrganizationId, Role, Scope, Secret};
use countersign_door::{
    Allowed, Answer, App, Arrival, Cursor, Json, Page, Paging, Permission, Problem, Public, Query,
    Reason,
};
use countersign_infra::db::{Reach, Tx};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Member, cookie, door, permissions, sign_in};
use crate::{People, organizations};

/// What a member may do with members and their own sign-in.
pub fn dashboard_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open_sign_in))
        .routes(routes!(end_own_sign_in))
        .routes(routes!(who_am_i))
        .routes(routes!(list_members))
}

struct ProvesByPassword;

impl Reason for ProvesByPassword {
    const WHY: &'static str = "the proof is the password in the body, and the handler checks it";
}

/// Any member, whatever their role.
#[derive(Debug)]
pub enum AnyMember {}

impl Permission for AnyMember {
    const NAME: &'static str = "member";
    const ROLE: Option<Role> = None;

    fn allows(caller: &Caller) -> bool {
        matches!(caller, Caller::Member { .. })
    }
}

/// Sees who works here.
#[derive(Debug)]
pub enum ReadMembers {}

impl Permission for ReadMembers {
    const NAME: &'static str = "members.read";
    const ROLE: Option<Role> = Some(Role::Agent);
}

/// What somebody signs in with; without `Debug`, for it holds a password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The email address.
    email: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
}

/// The member who is signed in, and what they may do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DashboardMe)]
struct Me {
    member: Member,
    organization: OrganizationBrief,
    /// Which of the organization's environments is shown.
    environment: Environment,
    /// The names of what the member may do.
    permissions: Vec<&'static str>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct OrganizationBrief {
    id: OrganizationId,
    name: String,
}

/// Signs a member in and sets the cookie `__Host-cs_s`.
#[utoipa::path(post, path = "/sessions", tag = "members", security(()), request_body = Credentials,
    responses((status = 201, body = Me, headers(("set-cookie" = String, description = "the sign-in"))),
        (status = 401, description = "`sign_in_refused`"),
        (status = 403, description = "`cross_site_request`"),
        (status = 429, description = "`too_many_requests`"),
        (status = 503, description = "`unavailable`")))]
async fn open_sign_in(
    public: Public<ProvesByPassword>,
    Extension(people): Extension<People>,
    Extension(arrival): Extension<Arrival>,
    method: Method,
    headers: HeaderMap,
    Json(given): Json<Credentials>,
) -> Result<Response, Problem> {
    let app = public.app();
    door::was_meant(app, &method, &headers).map_err(door::cross_site)?;
    let password = Secret::from(given.password);
    let entered = sign_in::sign_in(app, &people.members, arrival, &given.email, password).await?;
    let me = me(app, entered.member, entered.scope).await?;
    Ok((StatusCode::CREATED, [(SET_COOKIE, entered.cookie)], Json(me)).into_response())
}

/// Signs the member out: the cookie is refused on the next request, sockets close.
#[utoipa::path(delete, path = "/sessions/current", tag = "members",
    responses((status = 204), (status = 403, description = "`cross_site_request`")))]
async fn end_own_sign_in(who: Allowed<AnyMember>) -> Result<Response, Problem> {
    who.write(async move |cx| sign_in::sign_out(cx).await).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie::gone())]).into_response())
}

/// The member who is signed in, and what they may do.
#[utoipa::path(get, path = "/me", tag = "members", responses((status = 200, body = Me)))]
async fn who_am_i(who: Allowed<AnyMember>) -> Answer<Me> {
    let member = who.read(async move |cx| super::myself(cx).await).await?;
    Ok(Json(me(who.app(), member, who.scope()).await?))
}

async fn me(app: &App, member: Member, scope: Scope) -> Result<Me, Problem> {
    let id = scope.organization;
    let name = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| organizations::name(tx, id).await)
        .await?;
    Ok(Me {
        permissions: permissions::of(member.role),
        member,
        organization: OrganizationBrief { id, name: name.unwrap_or_default() },
        environment: scope.environment,
    })
}

/// Everyone who works here, in the order they came.
#[utoipa::path(get, path = "/members", tag = "members", params(Paging),
    responses((status = 200, body = Page<Member>), (status = 400, description = "`bad_cursor`, `bad_limit`")))]
async fn list_members(
    who: Allowed<ReadMembers>,
    Query(paging): Query<Paging>,
) -> Answer<Page<Member>> {
    let limit = paging.limit()?;
    let scope = who.scope();
    let cursor = Cursor::new(who.keys().own(), scope.tenant, "members", scope.tenant.bytes());
    let after = paging.after(&cursor)?;
    let found = who.read(async move |cx| super::list(cx, after, limit).await).await?;
    let page = Page::of(found, limit, &cursor, |(member, at)| (at.millis(), member.id.bytes()));
    Ok(Json(page.map(|(member, _)| member)))
}
