//! From a sending to the browser.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_reach::notifications::outbox::carry_due;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{OWN, push_type, send, subscribe};
use crate::app::{Tenant, TestApp};

/// What became of a sending in browsers: its state, and why.
async fn outcome(app: &TestApp, tenant: &Tenant, sent: &Value) -> (String, String) {
    let path = format!("/api/v1/notifications/{}", sent["id"].as_str().unwrap());
    let found = tenant.back_end(app).call("GET", &path, &Value::Null).await.json();
    crate::notifications::outcome(&found, "web_push")
}

/// Waits until that is what became of it.
async fn becomes(app: &TestApp, tenant: &Tenant, sent: &Value, state: &str, why: &str) {
    let expected = (state.to_owned(), why.to_owned());
    for _ in 0..1_000 {
        if outcome(app, tenant, sent).await == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{:?} instead of {expected:?}", outcome(app, tenant, sent).await);
}

#[tokio::test]
async fn np1_a_notification_reaches_each_browser_of_its_contact_encrypted() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    push_type(&app, &tenant).await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let (first, second, other) =
        (Browser::start().await, Browser::start().await, Browser::start().await);
    subscribe(&alice, &first).await;
    subscribe(&alice, &second).await;
    subscribe(&bob, &other).await;
    let sent = send(&app, &tenant, "alice", "<b> & {{ x }}").await;
    assert_eq!(crate::notifications::outcome(&sent, "web_push").0, "queued");
    becomes(&app, &tenant, &sent, "delivered", "").await;
    for browser in [&first, &second] {
        let messages = browser.messages();
        assert_eq!(messages.len(), 1);
        assert_eq!(
            messages[0].text,
            json!({
                "title": "Order A-1", "message": "It left: <b> & {{ x }}",
                "icon": "https://shop.example/icon.png", "url": "/orders/A-1", "tag": sent["id"],
            })
        );
    }
    assert_eq!(other.many(), 0);
    let used = alice.get(OWN).await.json()["items"][0]["last_used_at"].clone();
    assert_eq!(used, json!("2026-11-18T11:06:40.000Z"));
}

#[tokio::test]
async fn np2_the_push_service_is_told_who_sends_and_how_long_it_matters() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    push_type(&app, &tenant).await;
    let alice = app.visitor(&tenant, "alice").await;
    let key = alice.get("/widget/v1/push_key").await.json()["public_key"].clone();
    let browser = Browser::start().await;
    subscribe(&alice, &browser).await;
    let sent = send(&app, &tenant, "alice", "now").await;
    becomes(&app, &tenant, &sent, "delivered", "").await;
    let headers = browser.messages().remove(0).headers;
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(
        [header("ttl"), header("urgency"), header("content-encoding")],
        ["86400", "normal", "aes128gcm"]
    );
    assert!(header("topic").len() <= 32, "{}", header("topic"));
    let said = header("authorization");
    let (token, public) = said.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(json!(public), key, "the key that the browser subscribed to");
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let origin = browser.endpoint.strip_suffix("/send/secret-place").unwrap();
    let expires = app.now() / 1_000 + 12 * 3_600;
    assert_eq!(claims, json!({ "aud": origin, "exp": expires, "sub": crate::app::ORIGIN }));
}

#[tokio::test]
async fn np1_a_text_that_is_too_long_is_cut_and_arrives() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    push_type(&app, &tenant).await;
    let alice = app.visitor(&tenant, "alice").await;
    let browser = Browser::start().await;
    subscribe(&alice, &browser).await;
    let sent = send(&app, &tenant, "alice", &"long ".repeat(2_000)).await;
    becomes(&app, &tenant, &sent, "delivered", "").await;
    let text = browser.messages().remove(0).text;
    assert!(text["message"].as_str().unwrap().ends_with('\u{2026}'), "{text}");
    assert_eq!(text["url"], json!("/orders/A-1"));
}

#[tokio::test]
async fn np7_a_browser_that_is_gone_is_taken_out() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    push_type(&app, &tenant).await;
    let alice = app.visitor(&tenant, "alice").await;
    for status in [404, 410] {
        let browser = Browser::start().await;
        browser.says(&[(status, None)]);
        subscribe(&alice, &browser).await;
        let sent = send(&app, &tenant, "alice", "1").await;
        becomes(&app, &tenant, &sent, "failed", "the contact takes web push in no browser").await;
        assert_eq!(alice.get(OWN).await.json()["items"], json!([]), "{status}");
    }
    let sent = send(&app, &tenant, "alice", "2").await;
    assert_eq!(
        crate::notifications::outcome(&sent, "web_push"),
        ("skipped".into(), "the contact takes web push in no browser".into())
    );
}

#[tokio::test]
async fn np7_what_a_service_refuses_for_good_fails_with_its_reason() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    push_type(&app, &tenant).await;
    let alice = app.visitor(&tenant, "alice").await;
    let browser = Browser::start().await;
    subscribe(&alice, &browser).await;
    for status in [400, 403, 413] {
        browser.says(&[(status, None)]);
        let sent = send(&app, &tenant, "alice", "1").await;
        becomes(&app, &tenant, &sent, "failed", &format!("127.0.0.1 answered {status}")).await;
    }
    assert_eq!(browser.many(), 3, "none was tried again");
    let sent = send(&app, &tenant, "alice", "1").await;
    becomes(&app, &tenant, &sent, "delivered", "").await;
}

#[tokio::test]
async fn np7_np8_what_cannot_be_taken_now_comes_again_when_the_service_wants_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    push_type(&app, &tenant).await;
    let alice = app.visitor(&tenant, "alice").await;
    let (slow, quick) = (Browser::start().await, Browser::start().await);
    slow.says(&[(429, Some("600")), (503, None)]);
    subscribe(&alice, &slow).await;
    subscribe(&alice, &quick).await;
    let sent = send(&app, &tenant, "alice", "1").await;
    becomes(&app, &tenant, &sent, "queued", "127.0.0.1 answered 429").await;
    app.forward(599).await;
    carry_due(&app.app).await.unwrap();
    assert_eq!(slow.many(), 1, "not before the service wants it");
    app.forward(1).await;
    becomes(&app, &tenant, &sent, "queued", "127.0.0.1 answered 503").await;
    app.forward(60).await;
    becomes(&app, &tenant, &sent, "delivered", "").await;
    assert_eq!((slow.many(), quick.many()), (3, 1), "who has it does not get it again");
    let topics: Vec<_> =
        slow.messages().iter().map(|message| message.headers["topic"].clone()).collect();
    assert!(topics.iter().all(|topic| *topic == topics[0]), "{topics:?}");
}

#[tokio::test]
async fn np8_two_nodes_bring_it_once() {
    let app = TestApp::start().await;
    let beside = app.beside().await;
    let tenant = app.tenant("acme").await;
    push_type(&app, &tenant).await;
    let alice = app.visitor(&tenant, "alice").await;
    let browser = Browser::start().await;
    subscribe(&alice, &browser).await;
    let mut all = Vec::new();
    for number in 0..10 {
        all.push(send(&app, &tenant, "alice", &number.to_string()).await);
    }
    tokio::try_join!(carry_due(&app.app), carry_due(&beside.app)).unwrap();
    for sent in &all {
        becomes(&beside, &tenant, sent, "delivered", "").await;
    }
    assert_eq!(browser.many(), 10);
}
