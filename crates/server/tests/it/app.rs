//! A server with nothing in it, at a time that stands still, and the actors who use it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use countersign_base::{Environment, MemberId, Role, Scope};
use countersign_door::live::Limits as LiveLimits;
use countersign_door::protect::{Gate, Rules};
use countersign_door::{App, Cx, Origins};
use countersign_guard::{Limits, Proxies, Rule, Trail};
use countersign_identity::{Key, Mode as KeyMode, Presented, profile, sign};
use countersign_infra::clock::Clock;
use countersign_infra::db::{Db, Options, Pooling, Reach, Tx};
use countersign_infra::fetch::Private;
use countersign_infra::mail::Mailer;
use countersign_infra::vault::Vault;
use countersign_people::identity_secrets::{self, NewSecret};
use countersign_people::widgets::{self, Mode, New, Widget};
use countersign_people::{api_keys, members, organizations};
use countersign_reach::notifications::outbox::Outbox;
use countersign_server::boot::{Ground, Server};
use countersign_server::router::router;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// The moment at which every test begins.
pub(crate) const BEGINNING: i64 = 1_795_000_000_000;
/// The one origin of the test server.
pub(crate) const ORIGIN: &str = "http://localhost:7777";
/// A page that may embed the widgets of the tests.
pub(crate) const PAGE: &str = "https://app.example.com";
/// The password of every member of the tests.
pub(crate) const PASSWORD: &str = "correct horse battery staple 9";

/// A running server, alone with its own store.
pub(crate) struct TestApp {
    pub(crate) router: Router,
    pub(crate) app: App,
    pub(crate) db: Db,
    pub(crate) vault: Arc<Vault>,
    pub(crate) folder: Arc<tempfile::TempDir>,
    clock: Arc<AtomicI64>,
    server: Server,
}

/// What carries things out of the server.
#[derive(Default)]
pub(crate) struct Outgoing {
    pub(crate) outbox: Outbox,
    pub(crate) mail: Option<Mailer>,
}

/// An organization with a widget and a member of each role.
#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) scope: Scope,
    pub(crate) widget: Widget,
    pub(crate) secret: String,
    pub(crate) key: String,
    pub(crate) owner: MemberId,
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON; `null` when there is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Status and stable code, for refusals.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_at(ORIGIN, BEGINNING).await
    }

    /// A server that answers at `origin`, at this time of day.
    pub(crate) async fn start_at(origin: &str, millis: i64) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let db = store(&folder).await;
        let clock = Arc::new(AtomicI64::new(millis));
        let vault = Arc::new(Vault::new(&[7; 32]));
        Self::on(folder, db, vault, clock, origin, Outgoing::default()).await
    }

    /// A server from which things go out.
    pub(crate) async fn start_with(outgoing: Outgoing) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let db = store(&folder).await;
        let (vault, clock) = (Arc::new(Vault::new(&[7; 32])), Arc::new(AtomicI64::new(BEGINNING)));
        Self::on(folder, db, vault, clock, ORIGIN, outgoing).await
    }

    /// Another process on the same store, at the same time of day.
    pub(crate) async fn beside(&self) -> Self {
        let (folder, vault) = (Arc::clone(&self.folder), Arc::new(Vault::new(&[7; 32])));
        let (db, clock) = (self.db.clone(), Arc::clone(&self.clock));
        let outgoing = Outgoing { outbox: Outbox::of(&self.app), mail: self.app.mail.clone() };
        Self::on(folder, db, vault, clock, ORIGIN, outgoing).await
    }

    /// Writes what waits in memory, as a server does that is asked to stop.
    pub(crate) async fn settle(&self) {
        self.server.settle().await;
    }

    async fn on(
        folder: Arc<tempfile::TempDir>,
        db: Db,
        vault: Arc<Vault>,
        clock: Arc<AtomicI64>,
        origin: &str,
        outgoing: Outgoing,
    ) -> Self {
        let Outgoing { outbox, mail } = outgoing;
        let ground = Ground {
            db: db.clone(),
            vault: Arc::clone(&vault),
            clock: Clock::Held(Arc::clone(&clock)),
            algorithm: "ES256".to_owned(),
            private: Private::Allowed,
            outbox,
            mail,
            folder: None,
        };
        let origin: countersign_guard::Origin = origin.parse().unwrap();
        let origins = Origins { public: origin.clone(), widget: origin };
        let server = ground.start(origins, LiveLimits::default()).await.unwrap();
        let gate = gate(&clock, MANY);
        let router = router(&server.app, server.people.clone(), gate);
        let app = server.app.clone();
        Self { router, app, db, vault, folder, clock, server }
    }

    /// The same server behind a gate that lets a network offer so many wrong proofs a minute.
    pub(crate) fn guarded(&self, proofs: u32) -> Router {
        router(&self.app, self.server.people.clone(), gate(&self.clock, proofs))
    }

    /// Lets time pass, and waits until the server has noticed.
    pub(crate) async fn forward(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000, Ordering::SeqCst);
        for _ in 0..2_000 {
            if !self.app.watch.is_blind(self.app.clock.now()) {
                return;
            }
            self.app.bell.echo();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the watch did not look");
    }

    /// Moves the clock before the server can notice.
    pub(crate) fn jump(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// An organization whose widget takes the native profile and enforces it.
    pub(crate) async fn tenant(&self, name: &str) -> Tenant {
        self.tenant_with(name, "countersign", Mode::Enforce).await
    }

    pub(crate) async fn tenant_with(&self, name: &str, profile_name: &str, mode: Mode) -> Tenant {
        let scope = self.organization(name, Environment::Live).await;
        let (widget, secret) = self.widget_in(scope, name, profile_name, mode).await;
        let system = self.app.system(scope).await.unwrap();
        let key = system
            .write(async move |cx: &mut Cx<'_>| api_keys::create(cx, "test".to_owned()).await)
            .await
            .unwrap();
        let owner = self.member(scope, &format!("owner@{name}.example"), Role::Owner).await;
        Tenant { scope, widget, secret, key: key.secret_key.expose().to_owned(), owner }
    }

    /// An organization whose back end makes both a hash and a token for each user.
    pub(crate) async fn tenant_of_both(&self, name: &str) -> Tenant {
        let tenant = self.tenant_with(name, "fogbender", Mode::Enforce).await;
        let secrets = format!("/api/v1/widgets/{}/identity_secrets", tenant.widget.id);
        for mode in ["hmac", "jwt"] {
            let new = json!({ "mode": mode });
            assert_eq!(tenant.back_end(self).call("POST", &secrets, &new).await.status, 201);
        }
        tenant
    }

    /// Another widget, and its first secret.
    pub(crate) async fn widget_in(
        &self,
        scope: Scope,
        name: &str,
        profile_name: &str,
        mode: Mode,
    ) -> (Widget, String) {
        let profile = profile(profile_name).unwrap();
        let new = New {
            name: name.to_owned(),
            profile,
            mode,
            anonymous: true,
            allow_bearer: true,
            origins: vec![PAGE.parse().unwrap()],
        };
        let key_mode = *profile.modes().last().unwrap();
        let system = self.app.system(scope).await.unwrap();
        let widget = system
            .write(async move |cx: &mut Cx<'_>| widgets::create(cx, &new).await)
            .await
            .unwrap();
        let id = widget.id;
        let created = system
            .write(async move |cx: &mut Cx<'_>| {
                identity_secrets::create(cx, id, NewSecret::shared(key_mode)).await
            })
            .await
            .unwrap();
        (widget, created.secret.unwrap().expose().to_owned())
    }

    /// The tenant of the organization of this name in `environment`.
    pub(crate) async fn organization(&self, name: &str, environment: Environment) -> Scope {
        let (name, vault, now) = (name.to_owned(), Arc::clone(&self.vault), self.app.clock.now());
        self.db
            .write(Reach::All, async move |tx: &mut Tx<'_>| {
                let organization = organizations::ensure(tx, &name, now).await?;
                organizations::ensure_tenant(tx, &vault, organization, environment, now).await
            })
            .await
            .unwrap_or_else(|fault: countersign_base::Fault| panic!("{fault}"))
    }

    /// A member with this role, whose password is [`PASSWORD`].
    pub(crate) async fn member(&self, scope: Scope, email: &str, role: Role) -> MemberId {
        members::ensure(
            &self.db,
            &self.vault,
            scope.organization,
            email,
            PASSWORD,
            role,
            self.app.clock.now(),
        )
        .await
        .unwrap()
    }

    /// Makes any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let mut request = request;
        let peer: SocketAddr = "127.0.0.1:40000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Makes a request with these headers and, unless it is `null`, this body.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header("host", "localhost:7777");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Value::Null => request.body(Body::empty()),
            body => request
                .header("content-type", "application/json")
                .body(Body::from(body.to_string())),
        };
        self.send(request.unwrap()).await
    }

    /// Opens a session with this `identity`, or an anonymous one.
    pub(crate) async fn open(&self, tenant: &Tenant, identity: Option<Value>) -> Answer {
        let mut body = json!({ "widget": tenant.widget.public_key });
        if let Some(identity) = identity {
            body["identity"] = identity;
        }
        self.call("POST", "/widget/v1/sessions", &[], &body).await
    }

    /// A visitor whom the tenant's back end has proven.
    pub(crate) async fn visitor(&self, tenant: &Tenant, id: &str) -> Visitor<'_> {
        let token = tenant.token(self, id);
        Visitor::of(self, &self.open(tenant, Some(json!({ "token": token }))).await)
    }

    /// A visitor who proves nothing.
    pub(crate) async fn stranger(&self, tenant: &Tenant) -> Visitor<'_> {
        Visitor::of(self, &self.open(tenant, None).await)
    }

    /// What becomes of a change of the tenant's widget that its owner makes.
    pub(crate) async fn change_widget(&self, tenant: &Tenant, change: &Value) -> Answer {
        let owner = self.signed_in(&format!("owner@{}.example", tenant.widget.name)).await;
        owner.call("PATCH", &format!("/dashboard/v1/widgets/{}", tenant.widget.id), change).await
    }

    /// A member who has signed in.
    pub(crate) async fn signed_in(&self, email: &str) -> Member<'_> {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = self.call("POST", "/dashboard/v1/sessions", &Member::headers(""), &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        Member { app: self, cookie }
    }
}

/// Requests and proofs a minute, where a test is not about them.
const MANY: u32 = 100_000;

fn gate(clock: &Arc<AtomicI64>, proofs: u32) -> Gate {
    let a_minute = |limit| Rule { limit, window_ms: 60_000 };
    Gate::new(Rules {
        clock: Clock::Held(Arc::clone(clock)),
        proxies: Proxies::default(),
        trail: axum::http::HeaderName::from_static(Trail::default().header()),
        limits: Limits::new(1_000),
        requests: a_minute(MANY),
        proofs: a_minute(proofs),
    })
}

impl Tenant {
    /// What the tenant's back end signs for its user `id`.
    pub(crate) fn token(&self, app: &TestApp, id: &str) -> String {
        self.token_of(
            app,
            &Presented::default()
                .with("sub", id)
                .with("email", format!("{id}@customer.example"))
                .with("name", id),
        )
    }

    pub(crate) fn token_of(&self, app: &TestApp, claims: &Presented) -> String {
        without_kid(&self.signed(app, claims, "test"), &self.secret)
    }

    /// The hash and the token of its user `id`, where it [makes both](TestApp::tenant_of_both).
    pub(crate) async fn both(&self, app: &TestApp, id: &str) -> (Value, Value) {
        let claims = json!({ "userId": id });
        let signed = self.back_end(app).call("POST", "/api/v1/signatures", &claims).await.json();
        let signed = &signed["signatures"];
        let hash = json!({ "userId": id, "userHMAC": signed["userHMAC"] });
        (hash, json!({ "userJWT": signed["userJWT"] }))
    }

    /// The same under a header that names the key.
    pub(crate) fn token_named(&self, app: &TestApp, id: &str, kid: &str) -> String {
        self.signed(app, &Presented::default().with("sub", id), kid)
    }

    fn signed(&self, app: &TestApp, claims: &Presented, kid: &str) -> String {
        let profile = profile(&self.widget.profile).unwrap();
        let key = Key::imported(profile, KeyMode::Jwt, kid, &self.secret).unwrap();
        let (audience, now) = (&self.widget.public_key, app.now() / 1_000);
        sign(profile, &key, claims, audience, now).unwrap()[0].1.clone()
    }

    /// A back end with the tenant's secret key.
    pub(crate) fn back_end<'a>(&'a self, app: &'a TestApp) -> BackEnd<'a> {
        BackEnd { app, key: &self.key }
    }
}

/// The same token under a header without `kid`, as a JWT library of a customer writes it.
fn without_kid(token: &str, secret: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let payload = token.split('.').nth(1).unwrap();
    let signed = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let signature = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

/// A person in the widget, with the tokens of a session.
pub(crate) struct Visitor<'a> {
    app: &'a TestApp,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) opened: Value,
}

impl<'a> Visitor<'a> {
    pub(crate) fn of(app: &'a TestApp, answer: &Answer) -> Self {
        let opened = answer.json();
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
        let text = |name: &str| opened[name].as_str().unwrap().to_owned();
        Self {
            app,
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
            opened,
        }
    }

    pub(crate) fn contact(&self) -> &str {
        self.opened["contact"]["id"].as_str().unwrap()
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.access_token);
        self.app.call(method, path, &[("authorization", &bearer)], body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &Value::Null).await
    }

    /// A new conversation; its id.
    pub(crate) async fn converses(&self, text: &str) -> String {
        let answer = self.call("POST", "/widget/v1/conversations", &json!({ "text": text })).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn says(&self, conversation: &str, client_id: &str, text: &str) -> Answer {
        let path = format!("/widget/v1/conversations/{conversation}/messages");
        self.call("POST", &path, &json!({ "client_id": client_id, "text": text })).await
    }
}

/// Somebody at the dashboard.
pub(crate) struct Member<'a> {
    app: &'a TestApp,
    pub(crate) cookie: String,
}

impl Member<'_> {
    fn headers(cookie: &str) -> [(&'static str, &str); 4] {
        [
            ("cookie", cookie),
            ("origin", ORIGIN),
            ("x-countersign-request", "1"),
            ("sec-fetch-site", "same-origin"),
        ]
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let mut headers = Self::headers(&self.cookie).to_vec();
        if body.is_null() {
            headers.push(("content-type", "application/json"));
        }
        self.app.call(method, path, &headers, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &Value::Null).await
    }
}

/// A customer's server.
pub(crate) struct BackEnd<'a> {
    app: &'a TestApp,
    key: &'a str,
}

impl BackEnd<'_> {
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        self.app.call(method, path, &[("authorization", &bearer)], body).await
    }
}

/// The store that the tests run on: SQLite, or PostgreSQL when the environment says so.
async fn store(folder: &tempfile::TempDir) -> Db {
    match std::env::var("COUNTERSIGN_TEST_STORE").as_deref() {
        Ok("postgres") => postgres().await.1,
        Ok("pgbouncer") => behind_pgbouncer().await,
        _ => Db::open(&folder.path().join("countersign.db"), &Options::default()).unwrap(),
    }
}

/// The server that the tests' databases are made on.
pub(crate) fn postgres_server() -> String {
    std::env::var("COUNTERSIGN_TEST_POSTGRES")
        .unwrap_or_else(|_| "postgres://countersign@127.0.0.1:54329".to_owned())
}

/// A new database on the test server, reached through `PgBouncer` in transaction mode.
async fn behind_pgbouncer() -> Db {
    let (name, _) = postgres().await;
    let url = format!("postgres://countersign@127.0.0.1:54330/{name}");
    Db::connect(&url, Pooling::Transaction).await.unwrap()
}

/// A new database on the test server, by name.
pub(crate) async fn postgres() -> (String, Db) {
    let server = postgres_server();
    let name = format!("it_{:x}", u64::from_be_bytes(countersign_infra::chance::bytes()));
    let (client, connection) =
        tokio_postgres::connect(&format!("{server}/postgres"), tokio_postgres::NoTls)
            .await
            .expect("PostgreSQL runs: start it with .ci/services");
    tokio::spawn(connection);
    client.batch_execute(&format!("create database {name}")).await.unwrap();
    let db = Db::connect(&format!("{server}/{name}"), Pooling::Session).await.unwrap();
    (name, db)
}
