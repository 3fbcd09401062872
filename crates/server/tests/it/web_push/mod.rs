//! Web push: rules NP1 to NP8 of `reach::web_push`, and NA7.

mod browser;
mod delivery;
mod ended;
mod subscriptions;

use std::time::Duration;

use serde_json::{Value, json};

use self::browser::Browser;
use crate::app::{Tenant, TestApp, Visitor};

const OWN: &str = "/widget/v1/push_subscriptions";

/// A type that is sent to browsers.
async fn push_type(app: &TestApp, tenant: &Tenant) {
    let settings = json!({
        "title": "Orders",
        "channels": ["inapp", "web_push"],
        "templates": { "web_push": {
            "title": "Order {{ id }}", "message": "It left: {{ text }}",
            "icon": "https://shop.example/icon.png", "url": "/orders/{{ id }}",
        } },
    });
    let path = "/api/v1/notification_types/order";
    let answer = tenant.back_end(app).call("PUT", path, &settings).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Sends it to a person by id, and answers what became of it so far.
async fn send(app: &TestApp, tenant: &Tenant, to: &str, text: &str) -> Value {
    let parameters = json!({ "id": "A-1", "text": text });
    let body = json!({ "type": "order", "to": { "id": to }, "parameters": parameters });
    let sent = tenant.back_end(app).call("POST", "/api/v1/notifications", &body).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    sent.json()
}

async fn subscribe(visitor: &Visitor<'_>, browser: &Browser) {
    let made = visitor.call("POST", OWN, &browser.subscription()).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

/// The hosts where a contact is reached, as staff see them.
async fn reached(app: &TestApp, tenant: &Tenant, contact: &str) -> usize {
    let path = format!("/api/v1/contacts/{contact}/push_subscriptions");
    let listed = tenant.back_end(app).call("GET", &path, &Value::Null).await;
    listed.json()["items"].as_array().unwrap().len()
}

/// Waits until that is so, some seconds at most.
async fn until(is_so: impl AsyncFn() -> bool) {
    for _ in 0..1_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it has not become so");
}
