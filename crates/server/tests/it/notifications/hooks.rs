//! Hooks: rules NH1 to NH5, with a provider of the test's own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use countersign_base::Provenance;
use countersign_door::Cx;
use countersign_people::contacts::{self, FieldName};
use countersign_reach::notifications::hook::signature;
use countersign_reach::notifications::outbox::carry_due;
use serde_json::{Value, json};

use super::{outcome, send_as};
use crate::app::{Answer, Tenant, TestApp};

/// A provider on a port of its own: keeps what it gets, and answers what it is told.
#[derive(Clone, Default)]
struct Provider {
    calls: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Provider {
    async fn open(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/sms", listener.local_addr().unwrap());
        let provider = self.clone();
        let answer = async move |headers: HeaderMap, body: Bytes| {
            provider.calls.lock().unwrap().push((headers, body));
            let status = provider.answers.lock().unwrap().pop_front().unwrap_or(204);
            let status = StatusCode::from_u16(status).unwrap();
            let wait = if status == StatusCode::SERVICE_UNAVAILABLE { "120" } else { "1" };
            (status, [("retry-after", wait), ("location", "/elsewhere")]).into_response()
        };
        let router = axum::Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    fn call(&self, which: usize) -> (HeaderMap, Bytes) {
        self.calls.lock().unwrap()[which].clone()
    }

    fn times(&self) -> usize {
        self.calls.lock().unwrap().len()
    }
}

async fn set(app: &TestApp, tenant: &Tenant, channel: &str, url: &str) -> Answer {
    let path = format!("/api/v1/notification_hooks/{channel}");
    tenant.back_end(app).call("PUT", &path, &json!({ "url": url })).await
}

async fn code_type(app: &TestApp, tenant: &Tenant) {
    let text = json!({ "message": "Code {{ code }}" });
    let push = json!({ "title": "Code", "message": "{{ code }}" });
    let settings = json!({
        "title": "Codes", "channels": ["sms", "mobile_push"],
        "templates": { "sms": text, "mobile_push": push },
    });
    let path = "/api/v1/notification_types/code";
    let answer = tenant.back_end(app).call("PUT", path, &settings).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn send(app: &TestApp, tenant: &Tenant) -> Value {
    let to = json!({ "id": "alice", "phone": "+15550100" });
    let body = json!({ "type": "code", "to": to, "parameters": { "code": "1234" } });
    send_as(app, tenant, &body).await.json()
}

async fn settled(app: &TestApp, tenant: &Tenant, sent: &Value, channel: &str) -> (String, String) {
    let path = format!("/api/v1/notifications/{}", sent["id"].as_str().unwrap());
    for _ in 0..1_000 {
        let sent = tenant.back_end(app).call("GET", &path, &Value::Null).await.json();
        let outcome = outcome(&sent, channel);
        if outcome.0 != "queued" || !outcome.1.is_empty() {
            return outcome;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the hook was not called");
}

#[tokio::test]
async fn nh1_a_hook_is_an_environments_own_and_its_secret_is_shown_once() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    code_type(&app, &tenant).await;
    let none = ("skipped".to_owned(), "channel not configured".to_owned());
    assert_eq!(outcome(&send(&app, &tenant).await, "sms"), none);

    let url = "https://provider.example/sms?tenant=canaryurl";
    let first = set(&app, &tenant, "sms", url).await;
    let secret = first.json()["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("cs_whsec_"), "{}", first.text);
    let second = set(&app, &tenant, "sms", url).await.json();
    assert_ne!(second["secret"], json!(secret), "a new one each time");
    let list = "/api/v1/notification_hooks";
    let listed = tenant.back_end(&app).call("GET", list, &Value::Null).await.json();
    assert_eq!(listed["items"][0]["url"], json!(url));
    assert_eq!(
        (listed["items"].as_array().unwrap().len(), &listed["items"][0]["secret"]),
        (1, &Value::Null)
    );
    let others = other.back_end(&app).call("GET", list, &Value::Null).await.json();
    assert_eq!(others["items"], json!([]));

    for (channel, url, code) in [
        ("email", url, "no_hook_here"),
        ("inapp", url, "no_hook_here"),
        ("sms", "ftp://provider.example", "bad_hook_url"),
        ("sms", "https://user:password@provider.example", "bad_hook_url"),
        ("sms", "provider", "bad_hook_url"),
    ] {
        let refused = set(&app, &tenant, channel, url).await;
        assert_eq!(refused.refusal(), (422, code.to_owned()), "{channel} {url}");
    }
    if std::env::var("COUNTERSIGN_TEST_STORE").is_err() {
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(app.folder.path()).unwrap() {
            bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        for canary in ["canaryurl", "cs_whsec_"] {
            assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()));
        }
    }
    let path = "/api/v1/notification_hooks/sms";
    assert_eq!(tenant.back_end(&app).call("DELETE", path, &Value::Null).await.status, 204);
    assert_eq!(tenant.back_end(&app).call("DELETE", path, &Value::Null).await.status, 404);
    assert_eq!(outcome(&send(&app, &tenant).await, "sms"), none);
}

#[tokio::test]
async fn nh2_each_call_is_signed_and_a_repetition_can_be_told() {
    let provider = Provider::default();
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    code_type(&app, &tenant).await;
    let set = set(&app, &tenant, "sms", &provider.open().await).await.json();
    let secret = set["secret"].as_str().unwrap();
    provider.answers.lock().unwrap().push_back(500);
    let sent = send(&app, &tenant).await;
    let failed = ("queued".to_owned(), "the hook answers 500".to_owned());
    assert_eq!(settled(&app, &tenant, &sent, "sms").await, failed);
    app.forward(10).await;
    carry_due(&app.app).await.unwrap();
    for _ in 0..1_000 {
        if provider.times() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ((first, body), (second, again)) = (provider.call(0), provider.call(1));
    let header = |headers: &HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(body, again);
    assert_eq!(header(&first, "webhook-id"), header(&second, "webhook-id"));
    for (headers, seconds) in [(&first, 1_795_000_000), (&second, 1_795_000_010)] {
        let timestamp = header(headers, "webhook-timestamp");
        assert_eq!(timestamp, seconds.to_string());
        let expected = signature(secret, &header(headers, "webhook-id"), &timestamp, &body);
        assert_eq!(header(headers, "webhook-signature"), expected);
    }
}

#[tokio::test]
async fn nh3_an_answer_decides_whether_a_call_comes_again() {
    let provider = Provider::default();
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    code_type(&app, &tenant).await;
    set(&app, &tenant, "sms", &provider.open().await).await;
    for (status, state) in [
        (200, "delivered"),
        (202, "delivered"),
        (302, "failed"),
        (400, "failed"),
        (404, "failed"),
        (429, "queued"),
        (500, "queued"),
        (503, "queued"),
    ] {
        provider.answers.lock().unwrap().push_back(status);
        let sent = send(&app, &tenant).await;
        let reason = format!("the hook answers {status}");
        let reason = if state == "delivered" { String::new() } else { reason };
        assert_eq!(settled(&app, &tenant, &sent, "sms").await, (state.to_owned(), reason));
    }
    let before = provider.times();
    app.forward(60).await;
    carry_due(&app.app).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(provider.times(), before + 2, "503 asked for two minutes");

    set(&app, &tenant, "sms", "http://127.0.0.1:9/").await;
    let sent = send(&app, &tenant).await;
    let down = ("queued".to_owned(), "the hook cannot be reached".to_owned());
    assert_eq!(settled(&app, &tenant, &sent, "sms").await, down);
}

#[tokio::test]
async fn nh5_a_hook_gets_what_its_channel_needs() {
    let provider = Provider::default();
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    code_type(&app, &tenant).await;
    let url = provider.open().await;
    set(&app, &tenant, "sms", &url).await;
    set(&app, &tenant, "mobile_push", &url).await;
    let sent = send(&app, &tenant).await;
    settled(&app, &tenant, &sent, "sms").await;
    settled(&app, &tenant, &sent, "mobile_push").await;
    let bodies = [provider.call(0).1, provider.call(1).1];
    let mut bodies = bodies.map(|body| serde_json::from_slice::<Value>(&body).unwrap());
    bodies.sort_by_key(|body| body["channel"].as_str().unwrap().to_owned());
    let body = |channel: &str, to: Value, text: Value| {
        json!({ "notification": sent["id"], "channel": channel, "type": "code", "sub": null,
            "to": to, "text": text })
    };
    let (contact, id) = (&sent["contact"], "alice");
    let push = json!({ "title": "Code", "message": "1234", "icon": null, "url": null });
    assert_eq!(bodies[0], body("mobile_push", json!({ "contact": contact, "id": id }), push));
    let to = json!({ "contact": contact, "id": id, "phone": "+15550100" });
    assert_eq!(bodies[1], body("sms", to, json!({ "message": "Code 1234" })));

    let bob =
        send_as(&app, &tenant, &json!({ "type": "code", "to": { "id": "bob" } })).await.json();
    assert_eq!(outcome(&bob, "sms").1, "the contact has no telephone number");
    let bob = bob["contact"].as_str().unwrap().to_owned();
    let system = app.app.system(tenant.scope).await.unwrap();
    let say = async move |cx: &mut Cx<'_>| {
        let told = [(FieldName::Phone, "+15550199".to_owned())];
        contacts::learn(cx, "bob", Provenance::Said, &told).await
    };
    system.write(say).await.unwrap();
    let sent = send_as(&app, &tenant, &json!({ "type": "code", "to": { "contact": bob } })).await;
    let why = outcome(&sent.json(), "sms").1;
    assert!(why.contains("only said"), "{why}");
}
