//! Idempotency keys under clients that hang up, and across sessions of one person.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{Answer, TestApp, Visitor};

const CONVERSATIONS: &str = "/widget/v1/conversations";

async fn keyed(
    app: &TestApp,
    by: &Visitor<'_>,
    key: &str,
    (method, path, body): (&str, &str, &Value),
) -> Answer {
    let bearer = format!("Bearer {}", by.access_token);
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    app.call(method, path, &headers, body).await
}

#[tokio::test]
async fn d1_a_client_that_hangs_up_gets_the_same_answer_when_it_comes_back() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let body = json!({ "text": "once" });
    let call = ("POST", CONVERSATIONS, &body);
    for n in 0..30_u64 {
        let (key, soon) = (format!("key-{n}"), Duration::from_micros(n * 200));
        drop(tokio::time::timeout(soon, keyed(&app, &alice, &key, call)).await);
        let mut again = keyed(&app, &alice, &key, call).await;
        for _ in 0..200 {
            if again.status != 409 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            again = keyed(&app, &alice, &key, call).await;
        }
        assert_eq!(again.status, 201, "after {soon:?}: {}", again.text);
    }
    let list = alice.get(&format!("{CONVERSATIONS}?limit=100")).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn d3_the_end_of_one_session_does_not_answer_for_another() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let call = ("DELETE", "/widget/v1/sessions/current", &Value::Null);
    for _ in 0..2 {
        let alice = app.visitor(&tenant, "alice").await;
        assert_eq!(keyed(&app, &alice, "sign out", call).await.status, 400, "a blank is no key");
        assert_eq!(keyed(&app, &alice, "sign-out", call).await.status, 204);
        assert_eq!(alice.get("/widget/v1/me").await.status, 401);
    }
}
