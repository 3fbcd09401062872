//! `Idempotency-Key`: rules D1 to D4 of `door::idempotency`.

use countersign_infra::db::{Reach, Tx};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, Visitor};

async fn create(app: &TestApp, visitor: &Visitor<'_>, key: &str, text: &str) -> Answer {
    let bearer = format!("Bearer {}", visitor.access_token);
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    app.call("POST", "/widget/v1/conversations", &headers, &json!({ "text": text })).await
}

async fn many(visitor: &Visitor<'_>) -> usize {
    let list = visitor.get("/widget/v1/conversations").await.json();
    list["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn d1_a_repeated_call_gets_the_first_answer_and_does_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let first = create(&app, &alice, "one", "hello").await;
    let again = create(&app, &alice, "one", "hello").await;
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(many(&alice).await, 1);
}

/// What a server that stops between the work's commit and the answer's leaves in the store.
const ANSWER_LOST: &str = "update idempotency set status = 0, sealed = null where status = 201";

#[tokio::test]
async fn d5_what_was_done_is_not_done_again_when_its_answer_is_lost() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    assert_eq!(create(&app, &alice, "one", "hello").await.status, 201);
    let lost = app
        .db
        .write(Reach::All, async move |tx: &mut Tx<'_>| tx.exec(ANSWER_LOST, &[]).await)
        .await;
    assert_eq!(lost.unwrap(), 1);
    let soon = create(&app, &alice, "one", "hello").await;
    assert_eq!(soon.refusal(), (409, "idempotency_in_progress".to_owned()));
    app.forward(60).await;
    let late = create(&app, &alice, "one", "hello").await;
    assert_eq!(late.refusal(), (409, "idempotency_answer_lost".to_owned()));
    assert_eq!(many(&alice).await, 1);
}

#[tokio::test]
async fn d2_the_same_key_for_another_request_is_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    create(&app, &alice, "one", "hello").await;
    let other = create(&app, &alice, "one", "something else").await;
    assert_eq!(other.refusal(), (422, "idempotency_key_reused".to_owned()));
    assert_eq!(many(&alice).await, 1);
    for bad in ["", " ", "ä", &"x".repeat(256)] {
        let refused = create(&app, &alice, bad, "hello").await;
        assert_eq!(refused.refusal(), (400, "bad_idempotency_key".to_owned()), "{bad}");
    }
}

#[tokio::test]
async fn d3_a_key_is_of_use_to_its_caller_only_and_for_a_day() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let hers = create(&app, &alice, "one", "hello").await;
    let his = create(&app, &bob, "one", "hello").await;
    assert_ne!(hers.json()["id"], his.json()["id"]);
    app.forward(24 * 3_600 + 1).await;
    let alice = app.visitor(&tenant, "alice").await;
    create(&app, &alice, "one", "hello").await;
    assert_eq!(many(&alice).await, 2);
}

#[tokio::test]
async fn d4_what_was_not_let_in_is_not_kept() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let headers = [("authorization", "Bearer wrong"), ("idempotency-key", "one")];
    let body = json!({ "text": "hello" });
    let refused = app.call("POST", "/widget/v1/conversations", &headers, &body).await;
    assert_eq!(refused.status, 401);
    assert_eq!(create(&app, &alice, "one", "hello").await.status, 201);
    assert_eq!(alice.call("GET", "/widget/v1/me", &Value::Null).await.status, 200);
}
