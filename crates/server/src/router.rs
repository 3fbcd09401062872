//! Every route, in one place.

use axum::Extension;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use countersign_compat::notificationapi;
use countersign_door::idempotency::once;
use countersign_door::protect::{Gate, protect};
use countersign_door::{App, Plane, Problem};
use countersign_people::{
    People, api_keys, audit, contacts, coverage, identity_secrets, jwks, members, merges, refusals,
    replays, sessions, signing, widgets,
};
use countersign_reach::{broadcasts, notifications, web_push};
use countersign_talk::conversations;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::places::{self, Places};
use crate::{assets, contract, health};

/// Everything that the server answers, and the document that describes it.
pub fn router(app: &App, people: People, gate: Gate) -> Router {
    let (routes, document) = described().split_for_parts();
    let places = Places::new(&app.origins);
    routes
        .merge(assets::routes())
        .merge(contract::routes(&document))
        .merge(notificationapi::routes())
        .fallback(async || Problem::not_found())
        .layer(from_fn_with_state(app.clone(), once))
        .layer(from_fn(places::share_with_pages))
        .layer(Extension(people))
        .layer(from_fn_with_state(places, places::keep_apart))
        .layer(from_fn_with_state(gate, protect))
        .layer(from_fn(notificationapi::share))
        .with_state(app.clone())
}

/// The OpenAPI document.
pub fn document() -> OpenApi {
    described().split_for_parts().1
}

fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(contract::head())
        .nest("/widget/v1", visitors().layer(Extension(Plane::Widget)))
        .nest("/api/v1", back_ends().layer(Extension(Plane::Server)))
        .nest("/dashboard/v1", members_only().layer(Extension(Plane::Dashboard)))
        .merge(signing::public_routes())
        .merge(notifications::api::reader_routes())
        .merge(health::routes())
}

fn visitors() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(widgets::api::visitor_routes())
        .merge(sessions::api::visitor_routes())
        .merge(merges::api::visitor_routes())
        .merge(conversations::api::visitor_routes())
        .merge(notifications::api::visitor_routes())
        .merge(web_push::api::visitor_routes())
}

fn back_ends() -> OpenApiRouter<App> {
    staff().merge(identity_secrets::api::server_routes())
}

fn members_only() -> OpenApiRouter<App> {
    staff().merge(members::api::dashboard_routes()).merge(conversations::api::dashboard_routes())
}

/// What members and back ends share: the same handlers, each plane with its own proof.
fn staff() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(conversations::api::staff_routes())
        .merge(notifications::api::staff_routes())
        .merge(broadcasts::api::staff_routes())
        .merge(web_push::api::staff_routes())
        .merge(contacts::api::staff_routes())
        .merge(merges::api::staff_routes())
        .merge(sessions::api::staff_routes())
        .merge(widgets::api::staff_routes())
        .merge(identity_secrets::api::staff_routes())
        .merge(refusals::api::staff_routes())
        .merge(coverage::api::staff_routes())
        .merge(jwks::api::staff_routes())
        .merge(replays::api::staff_routes())
        .merge(api_keys::api::staff_routes())
        .merge(audit::api::staff_routes())
}
