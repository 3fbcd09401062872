//! Identity secrets and signatures over HTTP.

use std::collections::BTreeMap;

use axum::extract::Extension;
use axum::http::StatusCode;
use countersign_base::{IdentitySecretId, Moment, Role, WidgetId};
use countersign_door::{Allowed, Answer, App, Cx, Json, Page, Path, Permission, Problem, Query};
use countersign_identity::Presented;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{IdentitySecret, NewSecret, Refusal};
use crate::widgets::api::ManageWidgets;
use crate::{People, coverage};

/// What a member or a back end may do with identity secrets.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_identity_secrets, create_identity_secret))
        .routes(routes!(schedule_identity_secret, retire_identity_secret))
}

/// What only a back end may do.
pub fn server_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sign))
}

/// A secret with its text, which is shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CreatedSecret {
    #[serde(flatten)]
    shown: IdentitySecret,
    /// The secret that was made: store it now, it is not shown again.
    secret: Option<String>,
}

/// A key with its part of the traffic.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct UsedSecret {
    #[serde(flatten)]
    shown: IdentitySecret,
    /// What part of the valid proofs of the last 7 days it made, from 0 to 1.
    share: f64,
}

/// The identity secrets and public keys of a widget, newest first.
#[utoipa::path(get, path = "/widgets/{id}/identity_secrets", tag = "identity",
    params(("id" = WidgetId, Path)),
    responses((status = 200, body = Page<UsedSecret>), (status = 404, description = "`not_found`")))]
async fn list_identity_secrets(
    who: Allowed<ManageWidgets>,
    Extension(people): Extension<People>,
    Path(widget): Path<WidgetId>,
) -> Answer<Page<UsedSecret>> {
    let waiting = people.coverage.waiting(who.scope(), widget);
    let (listed, week) = who
        .read(async move |cx| {
            let listed = super::list(cx, widget).await?;
            Ok::<_, Refusal>((listed, coverage::week(cx, widget, waiting).await?))
        })
        .await?;
    let used =
        |shown: IdentitySecret| UsedSecret { share: week.share(&shown.id.to_string()), shown };
    Ok(Json(Page { items: listed.into_iter().map(used).collect(), next_cursor: None }))
}

/// Makes a secret, takes over the one that you sign with, or registers your public key.
#[utoipa::path(post, path = "/widgets/{id}/identity_secrets", tag = "identity",
    params(("id" = WidgetId, Path)), request_body = NewSecret,
    responses((status = 201, body = CreatedSecret), (status = 404, description = "`not_found`"),
        (status = 409, description = "`too_many_secrets`, `kid_taken`, `same_key`"),
        (status = 422, description = "`bad_mode`, `bad_key`, `bad_algorithm`")))]
async fn create_identity_secret(
    who: Allowed<ManageWidgets>,
    Path(widget): Path<WidgetId>,
    Json(new): Json<NewSecret>,
) -> Result<(StatusCode, Json<CreatedSecret>), Problem> {
    let created = who.write(async move |cx| super::create(cx, widget, new).await).await?;
    let secret = created.secret.map(|secret| secret.expose().to_owned());
    Ok((StatusCode::CREATED, Json(CreatedSecret { shown: created.shown, secret })))
}

/// When a key is to retire.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Schedule {
    /// The moment from which it proves nothing; `null` takes the date back.
    #[serde(deserialize_with = "Option::deserialize")]
    retire_at: Option<Moment>,
}

/// Sets the date from which a key proves nothing, or takes it back.
#[utoipa::path(patch, path = "/widgets/{id}/identity_secrets/{secret}", tag = "identity",
    params(("id" = WidgetId, Path), ("secret" = IdentitySecretId, Path)), request_body = Schedule,
    responses((status = 200, body = IdentitySecret), (status = 404, description = "`not_found`"),
        (status = 422, description = "`bad_date`")))]
async fn schedule_identity_secret(
    who: Allowed<ManageWidgets>,
    Path((widget, id)): Path<(WidgetId, IdentitySecretId)>,
    Json(to): Json<Schedule>,
) -> Answer<IdentitySecret> {
    let set = async move |cx: &mut Cx<'_>| super::schedule(cx, widget, id, to.retire_at).await;
    Ok(Json(who.write(set).await?))
}

/// Retires a key: it proves nothing from the next request on.
#[utoipa::path(delete, path = "/widgets/{id}/identity_secrets/{secret}", tag = "identity",
    params(("id" = WidgetId, Path), ("secret" = IdentitySecretId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`")))]
async fn retire_identity_secret(
    who: Allowed<ManageWidgets>,
    Path((widget, id)): Path<(WidgetId, IdentitySecretId)>,
) -> Result<StatusCode, Problem> {
    who.write(async move |cx| super::retire(cx, widget, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs identities for the customer's back end.
#[derive(Debug)]
enum Sign {}

impl Permission for Sign {
    const NAME: &'static str = "identity.sign";
    const ROLE: Option<Role> = None;

    fn allows(caller: &countersign_base::Caller) -> bool {
        matches!(caller, countersign_base::Caller::Key(_))
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhichWidget {
    /// The widget; needed when the organization has several.
    #[serde(default)]
    widget: Option<WidgetId>,
}

/// What was signed, by the field that the page sends it in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Signatures {
    signatures: BTreeMap<String, String>,
}

/// Signs a user's claims with the widget's newest secret: the page's proof, ten minutes long.
#[utoipa::path(post, path = "/signatures", tag = "identity", params(WhichWidget),
    request_body(content = Object, description = "the user's claims, in the profile's field names"),
    responses((status = 200, body = Signatures), (status = 400, description = "`widget_required`, `bad_claims`"),
        (status = 409, description = "`signing_key_is_yours`, `no_identity_secret`")))]
async fn sign(
    who: Allowed<Sign>,
    Query(which): Query<WhichWidget>,
    Json(claims): Json<Presented>,
) -> Answer<Signatures> {
    let signed =
        who.read(async move |cx| super::signatures(cx, which.widget, &claims).await).await?;
    Ok(Json(Signatures { signatures: signed.into_iter().collect() }))
}
