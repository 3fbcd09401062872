//! What made a subscription ends it: NP6 and NA7.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_people::widgets::Mode;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{push_type, reached, send, subscribe, until};
use crate::app::{Answer, Tenant, TestApp};

/// Waits until a contact is reached in so many browsers.
async fn is_reached_in(app: &TestApp, tenant: &Tenant, contact: &str, many: usize) {
    until(async || reached(app, tenant, contact).await == many).await;
}

/// The consumers have seen everything: a browser of a session that ends afterwards is gone.
async fn settled(app: &TestApp, tenant: &Tenant) {
    let last = app.visitor(tenant, "last").await;
    subscribe(&last, &Browser::start().await).await;
    assert_eq!(last.call("DELETE", "/widget/v1/sessions/current", &Value::Null).await.status, 204);
    is_reached_in(app, tenant, last.contact(), 0).await;
}

#[tokio::test]
async fn np6_a_session_takes_the_browsers_along_that_it_made() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (here, there, bob) = (
        app.visitor(&tenant, "alice").await,
        app.visitor(&tenant, "alice").await,
        app.visitor(&tenant, "bob").await,
    );
    for visitor in [&here, &there, &bob] {
        subscribe(visitor, &Browser::start().await).await;
    }
    assert_eq!(reached(&app, &tenant, here.contact()).await, 2);
    assert_eq!(here.call("DELETE", "/widget/v1/sessions/current", &Value::Null).await.status, 204);
    is_reached_in(&app, &tenant, here.contact(), 1).await;
    let path = format!("/api/v1/sessions/{}", there.opened["session"]["id"].as_str().unwrap());
    assert_eq!(tenant.back_end(&app).call("DELETE", &path, &Value::Null).await.status, 204);
    is_reached_in(&app, &tenant, here.contact(), 0).await;
    assert_eq!(reached(&app, &tenant, bob.contact()).await, 1);
}

#[tokio::test]
async fn np6_signing_out_everywhere_reaches_every_browser_of_the_contact() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    for visitor in [&alice, &alice, &bob] {
        subscribe(visitor, &Browser::start().await).await;
    }
    let path = format!("/api/v1/contacts/{}/sessions", alice.contact());
    assert_eq!(tenant.back_end(&app).call("DELETE", &path, &Value::Null).await.status, 204);
    is_reached_in(&app, &tenant, alice.contact(), 0).await;
    assert_eq!(reached(&app, &tenant, bob.contact()).await, 1);
    app.forward(1).await;
    let again = app.visitor(&tenant, "alice").await;
    subscribe(&again, &Browser::start().await).await;
    settled(&app, &tenant).await;
    assert_eq!(reached(&app, &tenant, alice.contact()).await, 1, "who comes back is reached");
}

#[tokio::test]
async fn np6_an_incident_ends_the_browsers_of_a_widgets_sessions() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    subscribe(&alice, &Browser::start().await).await;
    app.forward(5).await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let from = json!({ "proofs_valid_from": "2026-11-18T11:06:44.000Z" });
    let changed = tenant.back_end(&app).call("PATCH", &path, &from).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    is_reached_in(&app, &tenant, alice.contact(), 0).await;
}

#[tokio::test]
async fn np6_a_refresh_token_used_twice_ends_the_browser_too() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    subscribe(&alice, &Browser::start().await).await;
    let refresh = json!({ "refresh_token": alice.refresh_token });
    let path = "/widget/v1/sessions/refresh";
    let next = app.call("POST", path, &[], &refresh).await;
    let next = crate::app::Visitor::of(&app, &next);
    assert_eq!(next.get("/widget/v1/me").await.status, 200);
    app.forward(120).await;
    assert_eq!(app.call("POST", path, &[], &refresh).await.status, 401);
    is_reached_in(&app, &tenant, alice.contact(), 0).await;
}

#[tokio::test]
async fn np6_the_natural_end_of_a_session_leaves_push_to_who_is_away() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    push_type(&app, &tenant).await;
    let alice = app.visitor(&tenant, "alice").await;
    let browser = Browser::start().await;
    subscribe(&alice, &browser).await;
    app.forward(40 * 24 * 3_600).await;
    assert_eq!(alice.get("/widget/v1/me").await.status, 401, "the session is over");
    send(&app, &tenant, "alice", "1").await;
    countersign_reach::notifications::outbox::carry_due(&app.app).await.unwrap();
    until(async || browser.many() == 1).await;
    app.forward(21 * 24 * 3_600).await;
    countersign_door::work::take_out(&app.app, countersign_reach::web_push::OLD).await.unwrap();
    assert_eq!(reached(&app, &tenant, alice.contact()).await, 0, "60 days without a sign");
}

/// A call of the vendor's clients, with the hash of this secret or, without one, with none.
async fn identify(
    app: &TestApp,
    tenant: &Tenant,
    user: &str,
    secret: &str,
    body: &Value,
) -> Answer {
    let client = &tenant.widget.public_key;
    let token = if secret.is_empty() {
        format!("{client}:{user}")
    } else {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let hash = BASE64_STANDARD.encode(hmac::sign(&key, user.as_bytes()));
        format!("{client}:{user}:{hash}")
    };
    let token = format!("Basic {}", BASE64_STANDARD.encode(token));
    let path = format!("/compat/notificationapi/{client}/users/{user}/");
    app.call("POST", &path, &[("authorization", &token)], body).await
}

async fn contact(app: &TestApp, tenant: &Tenant, user: &str) -> String {
    send(app, tenant, user, "who").await["contact"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn na7_a_token_is_registered_by_identify_and_reached() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Enforce).await;
    push_type(&app, &tenant).await;
    let browser = Browser::start().await;
    let tokens = json!({ "webPushTokens": [{ "sub": browser.subscription() }] });
    let refused = identify(&app, &tenant, "alice", "wrong", &tokens).await;
    assert_eq!((refused.status, refused.text.as_str()), (401, ""));
    let alice = contact(&app, &tenant, "alice").await;
    assert_eq!(reached(&app, &tenant, &alice).await, 0);
    for body in [&tokens, &tokens, &json!({})] {
        let known = identify(&app, &tenant, "alice", &tenant.secret, body).await;
        assert_eq!(known.status, 200, "{}", known.text);
        assert!(!known.text.contains("secret-place"), "{}", known.text);
        assert_eq!(reached(&app, &tenant, &alice).await, 1, "they add up, each once");
    }
    let bad = json!({ "email": "a@x.example", "webPushTokens": [{ "sub": browser.at("http:") }] });
    let refused = identify(&app, &tenant, "bob", &tenant.secret, &bad).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let list = tenant.back_end(&app).call("GET", "/api/v1/contacts", &Value::Null).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "a refused call makes nobody");
    send(&app, &tenant, "alice", "hello").await;
    until(async || browser.many() == 1).await;
    assert_eq!(browser.messages()[0].text["message"], json!("It left: hello"));
}

#[tokio::test]
async fn na7_a_retired_secret_takes_along_what_it_registered() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Enforce).await;
    push_type(&app, &tenant).await;
    let back_end = tenant.back_end(&app);
    let path = format!("/api/v1/widgets/{}/identity_secrets", tenant.widget.id);
    let old = back_end.call("GET", &path, &Value::Null).await.json()["items"][0]["id"].clone();
    let new = back_end.call("POST", &path, &json!({})).await.json();
    let new = new["secret"].as_str().unwrap();
    for (user, secret) in [("alice", tenant.secret.as_str()), ("bob", new)] {
        let browser = Browser::start().await;
        let tokens = json!({ "webPushTokens": [{ "sub": browser.subscription() }] });
        assert_eq!(identify(&app, &tenant, user, secret, &tokens).await.status, 200, "{user}");
    }
    let alice = contact(&app, &tenant, "alice").await;
    let bob = contact(&app, &tenant, "bob").await;
    assert_eq!(reached(&app, &tenant, &alice).await, 1);
    let retired = format!("{path}/{}", old.as_str().unwrap());
    assert_eq!(back_end.call("DELETE", &retired, &Value::Null).await.status, 204);
    is_reached_in(&app, &tenant, &alice, 0).await;
    assert_eq!(reached(&app, &tenant, &bob).await, 1, "the other secret is good");
}

#[tokio::test]
async fn na7_a_secret_that_has_reached_its_date_reaches_nobody() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Enforce).await;
    push_type(&app, &tenant).await;
    let browser = Browser::start().await;
    let tokens = json!({ "webPushTokens": [{ "sub": browser.subscription() }] });
    assert_eq!(identify(&app, &tenant, "alice", &tenant.secret, &tokens).await.status, 200);
    let back_end = tenant.back_end(&app);
    let path = format!("/api/v1/widgets/{}/identity_secrets", tenant.widget.id);
    let secret = back_end.call("GET", &path, &Value::Null).await.json()["items"][0]["id"].clone();
    let date = json!({ "retire_at": "2026-11-18T12:00:00.000Z" });
    let dated = format!("{path}/{}", secret.as_str().unwrap());
    assert_eq!(back_end.call("PATCH", &dated, &date).await.status, 200);
    let alice = contact(&app, &tenant, "alice").await;
    until(async || browser.many() == 1).await;
    app.forward(3_600).await;
    assert_eq!(reached(&app, &tenant, &alice).await, 1, "nothing tells that a date has come");
    send(&app, &tenant, "alice", "2").await;
    is_reached_in(&app, &tenant, &alice, 0).await;
    assert_eq!(browser.many(), 1);
}

#[tokio::test]
async fn na7_secure_mode_takes_along_what_was_merely_said() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Off).await;
    push_type(&app, &tenant).await;
    for (user, secret) in [("alice", ""), ("bob", tenant.secret.as_str())] {
        let browser = Browser::start().await;
        let tokens = json!({ "webPushTokens": [{ "sub": browser.subscription() }] });
        assert_eq!(identify(&app, &tenant, user, secret, &tokens).await.status, 200, "{user}");
    }
    let alice = contact(&app, &tenant, "alice").await;
    let bob = contact(&app, &tenant, "bob").await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let enforced = json!({ "mode": "enforce" });
    assert_eq!(tenant.back_end(&app).call("PATCH", &path, &enforced).await.status, 200);
    is_reached_in(&app, &tenant, &alice, 0).await;
    assert_eq!(reached(&app, &tenant, &bob).await, 1, "its hash still counts");
}
