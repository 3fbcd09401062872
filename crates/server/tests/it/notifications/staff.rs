//! What members see and do: previews, and a contact's feed and preferences as the contact sees them.

use countersign_base::Role;
use serde_json::{Value, json};

use super::{order_type, send};
use crate::app::{Member, Tenant, TestApp};
use crate::audit::log;

const PREVIEWS: &str = "/dashboard/v1/notification_previews";

async fn agent<'a>(app: &'a TestApp, tenant: &Tenant) -> Member<'a> {
    app.member(tenant.scope, "agent@acme.example", Role::Agent).await;
    app.signed_in("agent@acme.example").await
}

#[tokio::test]
async fn a_preview_says_what_would_be_sent_and_sends_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let agent = agent(&app, &tenant).await;
    let draft = json!({
        "title": "Orders",
        "templates": {
            "inapp": { "title": "<b>{{ name }}</b>", "url": "javascript:{{ id }}" },
            "email": { "subject": "Order\n{{ id }}", "html": "<p>{{ name }}, {{ order.day }}</p>" },
        },
        "parameters": { "name": "<Ann>", "id": 7 },
    });
    let shown = agent.call("POST", PREVIEWS, &draft).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    let expected = json!({
        "inapp": { "title": "<b>&lt;Ann&gt;</b>", "url": null, "image": null },
        "email": { "subject": "Order 7", "html": "<p>&lt;Ann&gt;, </p>" },
        "web_push": null, "sms": null, "call": null, "mobile_push": null, "slack": null,
        "missing": ["order.day"],
        "notes": ["`inapp.url` is left out: it is neither http, https nor a path"],
    });
    assert_eq!(shown.json(), expected);
    let without = json!({ "title": "A & B", "templates": {} });
    let shown = agent.call("POST", PREVIEWS, &without).await.json();
    assert_eq!(shown["inapp"]["title"], json!("A &amp; B"), "its title stands in the feed");
    for path in ["/api/v1/notifications", "/api/v1/notification_types"] {
        let list = tenant.back_end(&app).call("GET", path, &Value::Null).await;
        assert_eq!(list.json()["items"], json!([]), "{path}");
    }
}

#[tokio::test]
async fn n8_saving_and_previewing_name_each_bad_template_with_its_place() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let owner = app.signed_in("owner@acme.example").await;
    let templates = json!({
        "inapp": { "title": "a\nb {{ x", "url": "/fine" },
        "email": { "subject": "fine", "html": "{% include 'x' %}" },
    });
    let draft = json!({ "title": "Orders", "templates": templates });
    let settings = json!({ "title": "Orders", "channels": ["inapp"], "templates": templates });
    let previewed = owner.call("POST", PREVIEWS, &draft).await;
    let saved = owner.call("PUT", "/dashboard/v1/notification_types/order", &settings).await;
    for refused in [previewed, saved] {
        assert_eq!(refused.refusal(), (422, "bad_template".to_owned()));
        let errors = refused.json()["errors"].as_array().unwrap().clone();
        let places: Vec<_> =
            errors.iter().map(|one| (&one["field"], &one["line"], &one["column"])).collect();
        let (inapp, email) = (json!("templates.inapp.title"), json!("templates.email.html"));
        assert_eq!(places, [(&inapp, &json!(2), &json!(6)), (&email, &json!(1), &json!(4))]);
        assert!(errors.iter().all(|one| !one["detail"].as_str().unwrap().is_empty()));
    }
    let large =
        json!({ "title": "a", "templates": {}, "parameters": { "a": "x".repeat(150_000) } });
    let refused = owner.call("POST", PREVIEWS, &large).await;
    assert!(matches!(refused.status, 413 | 422), "{}", refused.text);
    let list = tenant.back_end(&app).call("GET", "/api/v1/notification_types", &Value::Null).await;
    assert_eq!(list.json()["items"], json!([]), "nothing was stored");
}

#[tokio::test]
async fn a_member_sees_a_feed_as_the_contact_does_and_changes_nothing_by_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    send(&app, &tenant, "alice", "A-1").await;
    send(&app, &tenant, "alice", "A-2").await;
    let alice = app.visitor(&tenant, "alice").await;
    let agent = agent(&app, &tenant).await;
    let feed = format!("/dashboard/v1/contacts/{}/notifications", alice.contact());
    let seen = agent.get(&feed).await.json();
    assert_eq!(seen["items"], alice.get("/widget/v1/notifications").await.json()["items"]);
    let unread = agent.get(&format!("{feed}/unread")).await;
    assert_eq!((unread.status, unread.json()), (200, json!({ "unread": 2 })));
    let own = alice.get("/widget/v1/notifications/unread").await.json();
    assert_eq!(own, json!({ "unread": 2 }), "looking is not reading");
}

#[tokio::test]
async fn a_choice_on_somebody_s_behalf_needs_the_permission_and_is_audited() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    send(&app, &tenant, "alice", "A-1").await;
    let alice = app.visitor(&tenant, "alice").await;
    let path = format!("/dashboard/v1/contacts/{}/notification_preferences", alice.contact());
    let off = json!([{ "type": "order", "channel": "inapp", "delivery": "off" }]);
    let agent = agent(&app, &tenant).await;
    assert_eq!(agent.call("PATCH", &path, &off).await.refusal(), (403, "forbidden".to_owned()));
    let before = log(&app, &tenant, 1).await.len();
    let owner = app.signed_in("owner@acme.example").await;
    let chosen = owner.call("PATCH", &path, &off).await;
    assert_eq!(chosen.status, 200, "{}", chosen.text);
    let own = alice.get("/widget/v1/notification_preferences").await.json();
    assert_eq!(own, chosen.json());
    assert_eq!(own["items"][0]["channels"][0]["delivery"], json!("off"));
    let entries = log(&app, &tenant, before + 2).await;
    let noted = entries.iter().find(|one| one["action"] == "notification_preferences.changed");
    assert_eq!(noted.expect("it is in the log")["target"], json!(alice.contact()));
}
