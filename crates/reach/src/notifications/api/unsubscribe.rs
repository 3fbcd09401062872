//! The page behind the link of an email, for people without a session (NE4).

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_base::Digest;
use countersign_door::{App, Cx, Path, Problem, Public, Reason, System};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::email::unsubscribe::{self, Token};
use super::super::refusal::Refusal;
use super::super::template::escaped;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_unsubscribe, unsubscribe))
}

struct LinkOfEmail;

impl Reason for LinkOfEmail {
    const WHY: &'static str = "the link of an email carries a keyed mark of its sending, and can \
                               only turn such emails off for whoever got it";
}

/// Asks whether such emails should stop; changes nothing, because programs open links, too.
#[utoipa::path(get, path = "/unsubscribe/{token}", tag = "notifications", security(()),
    params(("token" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String),
        (status = 404, description = "the link is not good, or its email is older than 90 days")))]
async fn show_unsubscribe(
    door: Public<LinkOfEmail>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let asked = async {
        let (system, token) = system(door.app(), &token).await?;
        system.read(async move |cx: &mut Cx<'_>| unsubscribe::about(cx, &token).await).await
    };
    page(asked.await, "Stop these emails?", |title| {
        format!(
            "<p>You will get no more emails about “{title}”.</p>\
             <form method=\"post\"><button>Stop them</button></form>"
        )
    })
}

/// Turns such emails off, at once (RFC 8058); what the body says does not matter.
#[utoipa::path(post, path = "/unsubscribe/{token}", tag = "notifications", security(()),
    params(("token" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String),
        (status = 404, description = "the link is not good, or its email is older than 90 days"),
        (status = 409, description = "such emails cannot be turned off any more")))]
async fn unsubscribe(
    door: Public<LinkOfEmail>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let done = async {
        let (system, token) = system(door.app(), &token).await?;
        system.write(async move |cx: &mut Cx<'_>| unsubscribe::unsubscribe(cx, &token).await).await
    };
    page(done.await, "Done", |title| format!("<p>You get no more emails about “{title}”.</p>"))
}

async fn system(app: &App, token: &str) -> Result<(System, Token), Refusal> {
    let token: Token = token.parse()?;
    let scope = app.scope(token.tenant).await?.ok_or(Refusal::NoSuchNotification)?;
    Ok((app.system(scope).await?, token))
}

const STYLE: &str = "body{font:1rem/1.5 system-ui;margin:15vh auto;max-width:30rem;padding:0 1rem}\
                     button{font:inherit;padding:.5rem 1rem}:root{color-scheme:light dark}";

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Digest::of(STYLE.as_bytes()).0);
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
});

fn page(
    found: Result<String, Refusal>,
    head: &str,
    body: impl FnOnce(&str) -> String,
) -> Result<Response, Problem> {
    let (status, head, body) = match found {
        Ok(title) => (StatusCode::OK, head, body(&escaped(&title))),
        Err(Refusal::NoSuchNotification) => {
            let body = "<p>It may be too old, or not copied as a whole.</p>";
            (StatusCode::NOT_FOUND, "This link is not good", body.to_owned())
        }
        Err(Refusal::NotOffered { .. }) => {
            let body = "<p>They are needed, such as those about security or invoices.</p>";
            (StatusCode::CONFLICT, "These emails cannot be stopped", body.to_owned())
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{head}</title>\
         <style>{STYLE}</style></head><body><h1>{head}</h1>{body}</body></html>"
    );
    let headers = [(CONTENT_SECURITY_POLICY, POLICY.as_str()), (CACHE_CONTROL, "no-store")];
    Ok((status, headers, Html(html)).into_response())
}
