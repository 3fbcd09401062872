//! An invented product that embeds the widget, on a site of its own.
//!
//! It is what a customer of Countersign writes: a sign-in, and ten lines that turn the
//! signed-in user into an identity token. `examples/node` is the same in Node.

mod token;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use countersign_infra::chance;
use countersign_infra::clock::Clock;
use serde::Deserialize;
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../../../examples/host/index.html");
const SCRIPT: &str = "text/javascript; charset=utf-8";
const FILES: [(&str, &str, &str); 4] = [
    ("/app.js", SCRIPT, include_str!("../../../../examples/host/app.js")),
    ("/attacks.js", SCRIPT, include_str!("../../../../examples/host/attacks.js")),
    ("/session.js", SCRIPT, include_str!("../../../../examples/host/session.js")),
    ("/style.css", "text/css; charset=utf-8", include_str!("../../../../examples/host/style.css")),
];

/// What the product knows of Countersign.
pub struct Site {
    /// Where the present moment comes from.
    pub clock: Clock,
    /// The dashboard's origin.
    pub public: String,
    /// The widget's origin.
    pub widget: String,
    /// The widget's public key.
    pub public_key: String,
    /// The identity secret, which never leaves this back end.
    pub secret: String,
}

/// A customer of the invented product.
#[derive(Clone, Copy, Debug)]
struct User {
    id: &'static str,
    name: &'static str,
    email: &'static str,
    company: (&'static str, &'static str),
}

const USERS: [User; 2] = [
    User {
        id: "u_alice",
        name: "Alice Chesterton",
        email: "alice@northwind.example",
        company: ("c_northwind", "Northwind"),
    },
    User {
        id: "u_bob",
        name: "Bob Tanaka",
        email: "bob@initech.example",
        company: ("c_initech", "Initech"),
    },
];

#[derive(Clone)]
struct Product {
    site: Arc<Site>,
    sessions: Arc<Mutex<HashMap<String, User>>>,
}

/// The pages of the product.
pub fn site(site: Site) -> Router {
    let product = Product { site: Arc::new(site), sessions: Arc::default() };
    let files = FILES.into_iter().fold(Router::new(), |router, (path, kind, text)| {
        router.route(path, get(async move || ([(CONTENT_TYPE, kind)], text)))
    });
    files
        .route("/", get(page))
        .route("/countersign-push.js", get(worker))
        .route("/api/me", get(me))
        .route("/api/sign-in", post(sign_in))
        .route("/api/sign-out", post(sign_out))
        .route("/api/countersign-token", get(mint))
        .route("/api/expired-token", get(expired))
        .with_state(product)
}

async fn page(State(product): State<Product>) -> Response {
    let widget = &product.site.widget;
    let policy = format!(
        "default-src 'none'; script-src 'self' {widget}; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' {widget}; frame-src {widget}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, &policy)], PAGE)
        .into_response()
}

/// The worker of web push has to come from the product's own site.
async fn worker(State(product): State<Product>) -> Response {
    let import = format!("importScripts('{}/sdk/push.js')\n", product.site.widget);
    ([(CONTENT_TYPE, SCRIPT)], import).into_response()
}

async fn me(State(product): State<Product>, headers: HeaderMap) -> Json<Value> {
    let site = &product.site;
    let user = product.user(&headers).map(|user| {
        json!({ "id": user.id, "name": user.name, "email": user.email, "company": user.company.1 })
    });
    Json(json!({ "user": user, "widget": site.widget, "public_key": site.public_key,
        "dashboard": format!("{}/dashboard/", site.public) }))
}

#[derive(Deserialize)]
struct SignIn {
    who: String,
}

/// The demo's own sign-in: choosing a name is enough, because nobody here is real.
async fn sign_in(
    State(product): State<Product>,
    headers: HeaderMap,
    Json(asked): Json<SignIn>,
) -> Response {
    let user = USERS.iter().find(|user| user.id == asked.who);
    let (Some(user), true) = (user, is_own_page(&headers)) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let session = u128::from_be_bytes(chance::bytes());
    let session = format!("{session:032x}");
    if let Ok(mut sessions) = product.sessions.lock() {
        sessions.insert(session.clone(), *user);
    }
    cookie(&format!("tally={session}; Path=/; HttpOnly; SameSite=Lax"))
}

async fn sign_out(State(product): State<Product>, headers: HeaderMap) -> Response {
    if !is_own_page(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if let (Some(session), Ok(mut sessions)) = (session(&headers), product.sessions.lock()) {
        sessions.remove(session);
    }
    cookie("tally=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}

#[derive(Deserialize)]
struct ForKey {
    #[serde(default)]
    jkt: Option<String>,
}

/// The ten lines: who is signed in *here* becomes a token, for that browser's key only.
async fn mint(
    State(product): State<Product>,
    headers: HeaderMap,
    Query(asked): Query<ForKey>,
) -> Response {
    let Some(user) = product.user(&headers) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let now = product.site.clock.now().seconds();
    let jkt = asked.jkt.as_deref().filter(|jkt| !jkt.is_empty());
    token::mint(&product.site, user.claims(), jkt, now).into_response()
}

/// What an attacker may have found in an old log: a token of Bob's that has expired.
async fn expired(State(product): State<Product>) -> String {
    let long_ago = product.site.clock.now().seconds() - 3_600;
    token::mint(&product.site, USERS[1].claims(), None, long_ago)
}

impl User {
    fn claims(&self) -> Value {
        json!({ "sub": self.id, "name": self.name, "email": self.email,
            "company": { "id": self.company.0, "name": self.company.1 } })
    }
}

impl Product {
    fn user(&self, headers: &HeaderMap) -> Option<User> {
        self.sessions.lock().ok()?.get(session(headers)?).copied()
    }
}

fn session(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|pair| pair.trim().strip_prefix("tally="))
}

/// Whether a changing call comes from the product's own page.
fn is_own_page(headers: &HeaderMap) -> bool {
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    origin.is_some_and(|origin| origin == format!("http://{host}"))
}

fn cookie(text: &str) -> Response {
    match HeaderValue::from_str(text) {
        Ok(value) => (StatusCode::NO_CONTENT, [(SET_COOKIE, value)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
