//! Notifications: rules N1 to N13 of `reach::notifications`, and those of its outbox.

mod bad;
mod email;
mod feed;
mod outbox;
mod post_office;
mod sending;
mod staff;
mod vendor;

use serde_json::{Value, json};

use crate::app::{Answer, Tenant, TestApp};

/// A type that is sent in the product and by email, with a template for the feed.
pub(crate) async fn order_type(app: &TestApp, tenant: &Tenant, more: Value) {
    let mut settings = json!({
        "title": "Orders",
        "channels": ["inapp", "email"],
        "templates": { "inapp": { "title": "Order {{ id }} left", "url": "/orders/{{ id }}" } },
    });
    let more = more.as_object().expect("settings are an object").clone();
    settings.as_object_mut().expect("an object").extend(more);
    let path = "/api/v1/notification_types/order";
    let answer = tenant.back_end(app).call("PUT", path, &settings).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Sends the type of [`order_type`] to the person with this id.
pub(crate) async fn send(app: &TestApp, tenant: &Tenant, to: &str, order: &str) -> Answer {
    let body = json!({ "type": "order", "to": { "id": to }, "parameters": { "id": order } });
    send_as(app, tenant, &body).await
}

pub(crate) async fn send_as(app: &TestApp, tenant: &Tenant, body: &Value) -> Answer {
    tenant.back_end(app).call("POST", "/api/v1/notifications", body).await
}

/// What became of a sending on a channel, and why.
pub(crate) fn outcome(sent: &Value, channel: &str) -> (String, String) {
    let all = sent["deliveries"].as_array().expect("a sending has deliveries");
    let of = all.iter().find(|one| one["channel"] == channel).expect("the channel is there");
    let text = |name: &str| of[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("reason"))
}
