//! Whether the process lives, and whether it can serve.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_base::Fault;
use countersign_door::{App, Json, Problem, Public, Reason};
use countersign_infra::db::{Reach, Tx};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Where health answers.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz))
}

struct ForProbes;

impl Reason for ForProbes {
    const WHY: &'static str = "load balancers ask it, and it tells nothing but yes or no";
}

#[derive(Serialize, utoipa::ToSchema)]
struct Health {
    status: &'static str,
}

/// The process lives.
#[utoipa::path(get, path = "/healthz", tag = "health", security(()), responses((status = 200, body = Health)))]
async fn healthz(_: Public<ForProbes>) -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The process can serve: the store answers, and every revocation is known.
#[utoipa::path(get, path = "/readyz", tag = "health", security(()),
    responses((status = 200, body = Health), (status = 503, description = "`unavailable`")))]
async fn readyz(public: Public<ForProbes>) -> Response {
    let app = public.app();
    let asked: Result<Option<i64>, Fault> = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.row("select count(*) from setting", &[], |row| row.col(0)).await
        })
        .await;
    if asked.is_err() || app.watch.is_blind(app.clock.now()) {
        return Problem::unavailable("the store does not answer").into_response();
    }
    (StatusCode::OK, Json(Health { status: "ready" })).into_response()
}
