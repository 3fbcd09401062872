//! Bad input: each case is refused with what would be right, and changes nothing.

use serde_json::{Value, json};

use super::{order_type, send_as};
use crate::app::TestApp;

#[tokio::test]
async fn n8_a_template_that_does_not_parse_is_refused_when_it_is_saved() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let path = "/api/v1/notification_types/order";
    let settings = json!({ "title": "Orders", "channels": ["inapp"],
        "templates": { "inapp": { "title": "a\nb {{ x" } } });
    let refused = tenant.back_end(&app).call("PUT", path, &settings).await;
    assert_eq!(refused.refusal(), (422, "bad_template".to_owned()));
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("line 2, column 6"), "{detail}");
    let found = tenant.back_end(&app).call("GET", path, &Value::Null).await;
    assert_eq!(found.status, 404, "nothing was stored");
}

#[tokio::test]
async fn sendings_that_cannot_be_are_refused_and_leave_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let to = json!({ "id": "alice" });
    let year = countersign_base::Moment::from_millis(app.now() + 2 * 366 * 86_400_000);
    let nobody = countersign_base::ContactId::from_bytes([7; 16]);
    let cases = [
        (json!({ "type": "ordr", "to": to }), 422, "unknown_notification_type"),
        (json!({ "type": "order", "to": { "contact": nobody } }), 422, "unknown_contact"),
        (json!({ "type": "order", "to": { "id": "" } }), 422, "bad_name"),
        (json!({ "type": "order", "to": { "id": "a\u{7}" } }), 422, "bad_name"),
        (json!({ "type": "order", "to": to, "at": year }), 422, "too_far_away"),
        (json!({ "type": "order", "to": to, "channels": ["fax"] }), 400, "malformed_json"),
        (json!({ "type": "order", "to": to, "surprise": 1 }), 400, "malformed_json"),
        (
            json!({ "type": "order", "to": to, "texts": { "inapp": { "title": "{% if %}" } } }),
            422,
            "bad_template",
        ),
    ];
    for (body, status, code) in cases {
        let refused = send_as(&app, &tenant, &body).await;
        assert_eq!(refused.refusal(), (status, code.to_owned()), "{body}");
    }
    let path = "/api/v1/notifications";
    let sent = tenant.back_end(&app).call("GET", path, &Value::Null).await;
    assert_eq!(sent.json()["items"], json!([]));
    let contacts = tenant.back_end(&app).call("GET", "/api/v1/contacts", &Value::Null).await;
    assert_eq!(contacts.json()["items"], json!([]));
}

#[tokio::test]
async fn a_moment_that_has_passed_is_now() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let body = json!({ "type": "order", "to": { "id": "a" }, "at": "2020-01-01T00:00:00.000Z" });
    let sent = send_as(&app, &tenant, &body).await;
    assert_eq!(sent.json()["state"], json!("sent"), "{}", sent.text);
}

#[tokio::test]
async fn a_type_with_impossible_settings_is_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let path = "/api/v1/notification_types/order";
    let cases = [
        (json!({ "title": " ", "channels": ["inapp"] }), "bad_name"),
        (json!({ "title": "a".repeat(201), "channels": ["inapp"] }), "bad_text"),
        (json!({ "title": "a", "channels": [] }), "bad_channels"),
        (
            json!({ "title": "a", "channels": ["inapp"], "offers": { "inapp": ["daily"] } }),
            "bad_channels",
        ),
        (
            json!({ "title": "a", "channels": ["inapp"], "critical": true,
                "offers": { "inapp": ["instant", "off"] } }),
            "bad_channels",
        ),
        (json!({ "title": "a", "channels": ["inapp"], "retention_days": 0 }), "out_of_range"),
    ];
    for (settings, code) in cases {
        let refused = tenant.back_end(&app).call("PUT", path, &settings).await;
        assert_eq!(refused.refusal(), (422, code.to_owned()), "{settings}");
    }
    let list = tenant.back_end(&app).call("GET", "/api/v1/notification_types", &Value::Null).await;
    assert_eq!(list.json()["items"], json!([]));
}
