//! Members over HTTP.

use axum::body::Body;
use axum::extract::{Extension, FromRequest};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_base::{Caller, Environment, MemberId, OrganizationId, Role, Scope, Secret};
use countersign_door::{
    Allowed, Answer, App, Arrival, Cx, Json, Page, Problem, Public, Reason,
};
use countersign_infra::db::{Reach, Tx};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::Shown;
use super::{door, sign_in, store};
use crate::widgets::api::ReadWidgets;
use crate::{People, organizations};

/// What a member may do with their own sign-in.
pub fn dashboard_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in_member))
        .routes(routes!(sign_out))
        .routes(routes!(who_am_i))
        .routes(routes!(list_members))
}

struct PasswordInBody;

impl Reason for PasswordInBody {
    const WHY: &'static str = "the password is in the body, and the handler checks it";
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: String,
}

/// The signed-in member.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SignedInMember {
    member: Shown,
    organization: Organization,
    environment: Environment,
    /// What the member may do, by name.
    permissions: Vec<&'static str>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Organization {
    id: OrganizationId,
    name: String,
}

/// Signs a member in; the cookie is the proof of every other call.
#[utoipa::path(post, path = "/sessions", tag = "members", security(()), request_body = Credentials,
    responses((status = 201, body = SignedInMember),
        (status = 401, description = "`sign_in_refused`"),
        (status = 403, description = "`cross_site_request`"),
        (status = 429, description = "`too_many_requests`")))]
async fn sign_in_member(
    public: Public<PasswordInBody>,
    Extension(people): Extension<People>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let app = public.app();
    let (parts, body) = request.into_parts();
    door::own_page(app, &parts)?;
    let mut whole = Request::new(body);
    whole.headers_mut().clone_from(&parts.headers);
    let given = Json::<Credentials>::from_request(whole, &()).await?.0;
    let arrival = parts.extensions.get::<Arrival>();
    let password = Secret::from(given.password);
    let made = sign_in::sign_in(app, &people.members, arrival, &given.email, password).await?;
    let shown = shown(app, made.scope, made.member).await?;
    let cookie = format!(
        "{}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}",
        door::COOKIE_NAME,
        made.token,
        sign_in::ABSOLUTE
    );
    let cookie = HeaderValue::from_str(&cookie).map_err(|_| Problem::bug("a cookie is no header"))?;
    Ok((StatusCode::CREATED, [(SET_COOKIE, cookie)], Json(shown)).into_response())
}

async fn shown(app: &App, scope: Scope, id: MemberId) -> Result<SignedInMember, Problem> {
    let system = app.system(scope).await?;
    let member = system.read(async move |cx: &mut Cx<'_>| store::find(cx, id).await).await?;
    let member = member.ok_or_else(|| Problem::bug("a member is gone"))?;
    let organization = scope.organization;
    let name = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| organizations::name(tx, organization).await)
        .await?;
    Ok(SignedInMember {
        permissions: permissions(member.role),
        member,
        organization: Organization { id: organization, name: name.unwrap_or_default() },
        environment: scope.environment,
    })
}

/// The names of what a role may do.
fn permissions(role: Role) -> Vec<&'static str> {
    let agent = [
        "conversations.read",
        "conversations.reply",
        "contacts.read",
        "contacts.manage",
        "sessions.manage",
        "widgets.read",
        "refusals.read",
    ];
    let admin = ["widgets.manage", "api_keys.manage", "audit.read"];
    let mut names = agent.to_vec();
    if role >= Role::Admin {
        names.extend(admin);
    }
    if role >= Role::Owner {
        names.push("protection.lower");
    }
    names
}

/// Ends the caller's sign-in; its sockets close.
#[utoipa::path(delete, path = "/sessions/current", tag = "members", responses((status = 204)))]
async fn sign_out(who: Allowed<ReadWidgets>) -> Result<Response, Problem> {
    let Caller::Member { sign_in, .. } = who.caller() else {
        return Err(Problem::unauthorized());
    };
    who.write(async move |cx| super::sign_out(cx, sign_in).await).await?;
    let gone = format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", door::COOKIE_NAME);
    let gone = HeaderValue::from_str(&gone).map_err(|_| Problem::bug("a cookie is no header"))?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, gone)]).into_response())
}

/// The signed-in member.
#[utoipa::path(get, path = "/me", tag = "members", responses((status = 200, body = SignedInMember)))]
async fn who_am_i(who: Allowed<ReadWidgets>) -> Answer<SignedInMember> {
    let Caller::Member { id, .. } = who.caller() else {
        return Err(Problem::unauthorized());
    };
    Ok(Json(shown(who.app(), who.scope(), id).await?))
}

/// The members of the organization.
#[utoipa::path(get, path = "/members", tag = "members", responses((status = 200, body = Page<Shown>)))]
async fn list_members(who: Allowed<ReadWidgets>) -> Answer<Page<Shown>> {
    let items = who.read(async move |cx| super::list(cx).await).await?;
    Ok(Json(Page { items, next_cursor: None }))
}
