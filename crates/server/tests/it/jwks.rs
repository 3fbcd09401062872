//! Published keys: rules J1 to J5 of `people::jwks`, with a real issuer beside the server.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::app::{Answer, Tenant, TestApp};
use crate::dpop::BrowserKey;

/// What the issuer answers.
#[derive(Clone)]
enum Says {
    Keys(Value),
    Broken,
    Page,
    Huge,
    Slow,
    Elsewhere,
}

/// A customer's server that publishes keys, and counts who asks.
struct Issuer {
    url: String,
    says: Arc<Mutex<(Says, usize)>>,
}

impl Issuer {
    async fn start(keys: &[(&str, &BrowserKey)]) -> Self {
        let says = Arc::new(Mutex::new((Says::Keys(set(keys)), 0)));
        let shared = Arc::clone(&says);
        let router = Router::new().route(
            "/jwks.json",
            get(async move || {
                let says = {
                    let mut says = shared.lock().unwrap();
                    says.1 += 1;
                    says.0.clone()
                };
                answer(says).await
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { url, says }
    }

    fn says(&self, says: Says) {
        self.says.lock().unwrap().0 = says;
    }

    fn publishes(&self, keys: &[(&str, &BrowserKey)]) {
        self.says(Says::Keys(set(keys)));
    }

    fn asked(&self) -> usize {
        self.says.lock().unwrap().1
    }
}

fn set(keys: &[(&str, &BrowserKey)]) -> Value {
    let keys = keys.iter().map(|(kid, key)| {
        let mut jwk = key.jwk();
        jwk["kid"] = json!(kid);
        jwk
    });
    json!({ "keys": keys.collect::<Vec<_>>() })
}

async fn answer(says: Says) -> Response {
    match says {
        Says::Keys(keys) => axum::Json(keys).into_response(),
        Says::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Says::Page => Html("<h1>Sign in</h1>").into_response(),
        Says::Huge => "x".repeat(300 * 1024).into_response(),
        Says::Slow => {
            tokio::time::sleep(std::time::Duration::from_mins(1)).await;
            StatusCode::OK.into_response()
        }
        Says::Elsewhere => Redirect::temporary("file:///etc/passwd").into_response(),
    }
}

fn path(tenant: &Tenant) -> String {
    format!("/api/v1/widgets/{}/jwks", tenant.widget.id)
}

async fn put(app: &TestApp, tenant: &Tenant, url: &str) -> Answer {
    tenant.back_end(app).call("PUT", &path(tenant), &json!({ "url": url })).await
}

async fn shown(app: &TestApp, tenant: &Tenant) -> Value {
    tenant.back_end(app).call("GET", &path(tenant), &Value::Null).await.json()
}

/// The status of opening a session with a token of this key, by this name or by none.
async fn opens(app: &TestApp, tenant: &Tenant, key: &BrowserKey, kid: Option<&str>) -> u16 {
    let now = app.now() / 1_000;
    let claims = json!({ "sub": "alice", "aud": tenant.widget.public_key,
        "iat": now, "exp": now + 600 });
    let mut header = json!({ "alg": "ES256", "typ": "JWT" });
    if let Some(kid) = kid {
        header["kid"] = json!(kid);
    }
    let token = key.signed(&header, &claims);
    app.open(tenant, Some(json!({ "token": token }))).await.status
}

#[tokio::test]
async fn j1_a_url_is_taken_only_if_it_answers_good_keys_now() {
    let app = TestApp::start().await;
    let (tenant, key) = (app.tenant("acme").await, BrowserKey::new());
    let issuer = Issuer::start(&[("a", &key)]).await;
    let mut private = set(&[("a", &key)]);
    private["keys"][0]["d"] = json!("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE");
    let of = |jwk: Value| Says::Keys(json!({ "keys": [set(&[("a", &key)])["keys"][0], jwk] }));
    let short = URL_SAFE_NO_PAD.encode([0xff; 128]);
    let mut off_curve = set(&[("b", &key)])["keys"][0].clone();
    off_curve["x"] = off_curve["y"].clone();
    for (says, named) in [
        (of(json!({ "kid": "b", "kty": "RSA", "e": "AQAB", "n": short })), "1024"),
        (of(off_curve), "curve"),
        (of(json!({ "kid": "b", "kty": "oct", "k": "c2hvcnQ" })), "secret"),
        (of(json!({ "kty": "OKP" })), "`kid`"),
        (Says::Slow, "five seconds"),
        (Says::Broken, "500"),
        (Says::Page, "cannot be read"),
        (Says::Huge, "bytes"),
        (Says::Elsewhere, "https://"),
        (Says::Keys(json!({ "keys": [] })), "no key set"),
        (Says::Keys(key.jwk()), "one key and no set"),
        (Says::Keys(set(&[("a", &key), ("a", &key)])), "\"a\""),
        (Says::Keys(private), "private key"),
    ] {
        issuer.says(says);
        let refused = put(&app, &tenant, &issuer.url).await;
        assert_eq!(refused.refusal(), (422, "bad_jwks".to_owned()));
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(named), "{detail}");
        assert!(!detail.contains("870MB6"), "a refusal repeats no key");
    }
    for url in ["", "keys", "file:///etc/passwd", "http://ann@127.0.0.1/", "http://127.0.0.1:1/"] {
        assert_eq!(put(&app, &tenant, url).await.refusal(), (422, "bad_jwks".to_owned()), "{url}");
    }
    assert_eq!(shown(&app, &tenant).await["code"], json!("not_found"));
    issuer.publishes(&[("a", &key)]);
    let taken = put(&app, &tenant, &issuer.url).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(taken.json()["keys"], json!([{ "kid": "a", "algorithm": "ES256" }]));
    assert_eq!(opens(&app, &tenant, &key, Some("a")).await, 201);
    assert_eq!(opens(&app, &tenant, &key, None).await, 201);
    let hashed = app
        .tenant_with("initech", "notificationapi", countersign_people::widgets::Mode::Enforce)
        .await;
    assert_eq!(put(&app, &hashed, &issuer.url).await.refusal(), (422, "bad_jwks".to_owned()));
}

#[tokio::test]
async fn j2_a_new_key_is_known_at_once_and_an_old_one_gone_in_ten_minutes() {
    let app = TestApp::start().await;
    let (tenant, old, new) = (app.tenant("acme").await, BrowserKey::new(), BrowserKey::new());
    let issuer = Issuer::start(&[("old", &old)]).await;
    assert_eq!(put(&app, &tenant, &issuer.url).await.status, 200);
    app.forward(60).await;
    issuer.publishes(&[("new", &new)]);
    assert_eq!(opens(&app, &tenant, &old, Some("old")).await, 201, "remembered");
    assert_eq!(opens(&app, &tenant, &new, Some("new")).await, 201, "asked for");
    assert_eq!(opens(&app, &tenant, &old, Some("old")).await, 401);
    assert_eq!(issuer.asked(), 2);
    let strangers = (0..20).map(|_| opens(&app, &tenant, &new, Some("unknown")));
    let strangers = futures_util::future::join_all(strangers).await;
    assert!(strangers.iter().all(|status| *status == 401));
    assert_eq!(issuer.asked(), 2, "once in 30 s, whoever asks");
    app.forward(31).await;
    let strangers = (0..20).map(|_| opens(&app, &tenant, &new, Some("unknown")));
    futures_util::future::join_all(strangers).await;
    assert_eq!(issuer.asked(), 3, "once for all of them");
    issuer.publishes(&[("old", &old)]);
    app.forward(600).await;
    assert_eq!(opens(&app, &tenant, &new, Some("new")).await, 401, "taken back");
    assert_eq!(opens(&app, &tenant, &old, Some("old")).await, 201);
}

#[tokio::test]
async fn j3_while_the_issuer_is_away_the_keys_stay_and_the_administrator_knows() {
    let app = TestApp::start().await;
    let (tenant, key) = (app.tenant("acme").await, BrowserKey::new());
    let issuer = Issuer::start(&[("a", &key)]).await;
    assert_eq!(put(&app, &tenant, &issuer.url).await.status, 200);
    for says in [Says::Slow, Says::Broken, Says::Page, Says::Huge, Says::Elsewhere] {
        issuer.says(says);
        app.forward(601).await;
        let asked = issuer.asked();
        assert_eq!(opens(&app, &tenant, &key, Some("a")).await, 201);
        while issuer.asked() == asked {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
    let failing = loop {
        let shown = shown(&app, &tenant).await;
        if shown["fault"].as_str().is_some_and(|fault| fault.contains("https://")) {
            break shown;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    let due = failing["due_at"].as_str().unwrap();
    assert!(due > failing["checked_at"].as_str().unwrap(), "tried again, thirty seconds later");
    assert!(failing["failing_since"].as_str().unwrap() < failing["checked_at"].as_str().unwrap());
    assert!(failing["fetched_at"].as_str().unwrap() < failing["failing_since"].as_str().unwrap());
    issuer.publishes(&[("a", &key)]);
    app.forward(31).await;
    assert_eq!(opens(&app, &tenant, &key, Some("a")).await, 201);
    while shown(&app, &tenant).await["fault"] != Value::Null {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let log = crate::audit::log(&app, &tenant, 6).await;
    let told: Vec<_> = log
        .iter()
        .filter(|entry| entry["action"].as_str().unwrap().starts_with("jwks."))
        .map(|entry| (entry["action"].as_str().unwrap(), entry["detail"].is_string()))
        .collect();
    let expected = [("jwks.recovered", false), ("jwks.failing", true), ("jwks.set", false)];
    assert_eq!(told, expected, "each outage once");
}

#[tokio::test]
async fn j4_without_the_url_the_published_keys_prove_nothing() {
    let app = TestApp::start().await;
    let (tenant, key) = (app.tenant("acme").await, BrowserKey::new());
    let issuer = Issuer::start(&[("a", &key)]).await;
    assert_eq!(put(&app, &tenant, &issuer.url).await.status, 200);
    assert_eq!(opens(&app, &tenant, &key, Some("a")).await, 201);
    let back_end = tenant.back_end(&app);
    assert_eq!(back_end.call("DELETE", &path(&tenant), &Value::Null).await.status, 204);
    assert_eq!(opens(&app, &tenant, &key, Some("a")).await, 401);
    let again = back_end.call("DELETE", &path(&tenant), &Value::Null).await;
    assert_eq!(again.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn j5_a_registered_key_keeps_its_name() {
    let app = TestApp::start().await;
    let (tenant, ours, theirs) = (app.tenant("acme").await, BrowserKey::new(), BrowserKey::new());
    let secrets = format!("/api/v1/widgets/{}/identity_secrets", tenant.widget.id);
    let new = json!({ "public_key": ours.jwk().to_string(), "kid": "a" });
    assert_eq!(tenant.back_end(&app).call("POST", &secrets, &new).await.status, 201);
    let issuer = Issuer::start(&[("a", &theirs), ("b", &theirs)]).await;
    assert_eq!(put(&app, &tenant, &issuer.url).await.status, 200);
    assert_eq!(opens(&app, &tenant, &ours, Some("a")).await, 201);
    assert_eq!(opens(&app, &tenant, &theirs, Some("a")).await, 401);
    assert_eq!(opens(&app, &tenant, &theirs, Some("b")).await, 201);
    let coverage = format!("/api/v1/widgets/{}/coverage", tenant.widget.id);
    let coverage = tenant.back_end(&app).call("GET", &coverage, &Value::Null).await.json();
    let keys: Vec<_> =
        coverage["by_key"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect();
    assert!(keys.contains(&json!("jwks:b")), "{coverage}");
}
