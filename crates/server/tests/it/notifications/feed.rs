//! The feed, what a contact does with it, and its preferences.

use serde_json::{Value, json};

use super::{order_type, outcome, send, send_as};
use crate::app::{TestApp, Visitor};

const FEED: &str = "/widget/v1/notifications";

async fn unread(visitor: &Visitor<'_>) -> Value {
    visitor.get("/widget/v1/notifications/unread").await.json()["unread"].clone()
}

#[tokio::test]
async fn n1_who_is_told_by_id_is_the_contact_who_proves_that_id() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let to = json!({ "id": "alice", "email": "alice@set.example" });
    let sent = send_as(&app, &tenant, &json!({ "type": "order", "to": to })).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let contact = sent.json()["contact"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/contacts/{contact}");
    let before = tenant.back_end(&app).call("GET", &path, &Value::Null).await.json();
    assert_eq!(before["fields"]["email"]["provenance"], json!("set"));
    assert_eq!(before["trust"], json!("claimed"));
    let alice = app.visitor(&tenant, "alice").await;
    assert_eq!(alice.contact(), contact);
    assert_eq!(alice.get(FEED).await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn n2_items_of_one_millisecond_are_paged_without_loss() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    for number in 0..25 {
        assert_eq!(send(&app, &tenant, "alice", &number.to_string()).await.status, 201);
    }
    let alice = app.visitor(&tenant, "alice").await;
    let (mut titles, mut times, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = alice.get(&format!("{FEED}?limit=10{cursor}")).await.json();
        for item in page["items"].as_array().unwrap() {
            titles.push(item["title"].as_str().unwrap().to_owned());
            times.push(item["at"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let expected: Vec<_> = (0..25).rev().map(|number| format!("Order {number} left")).collect();
    assert_eq!(titles, expected);
    assert!(times.is_sorted_by(|newer, older| newer > older), "{times:?}");
    let now = json!(countersign_base::Moment::from_millis(app.now()));
    assert!(times[0].as_str() > now.as_str().unwrap(), "a burst lies ahead, and is there at once");
}

#[tokio::test]
async fn n3_the_count_follows_every_change() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let alice = app.visitor(&tenant, "alice").await;
    for number in ["1", "2", "3"] {
        send(&app, &tenant, "alice", number).await;
    }
    assert_eq!(unread(&alice).await, json!(3));
    let items = alice.get(FEED).await.json()["items"].clone();
    let opened = json!({ "ids": [items[0]["id"]], "opened_at": "2026-11-21T10:00:00.000Z" });
    let changed = alice.call("PATCH", FEED, &opened).await;
    assert_eq!(changed.json(), json!({ "changed": 1, "unread": 2 }), "{}", changed.text);
    let again = alice.call("PATCH", FEED, &opened).await;
    assert_eq!(again.json(), json!({ "changed": 0, "unread": 2 }));
    let archived = json!({ "ids": [items[1]["id"]], "archived_at": "2026-11-21T10:00:00.000Z" });
    assert_eq!(alice.call("PATCH", FEED, &archived).await.json()["unread"], json!(1));
    let back = json!({ "ids": [items[1]["id"]], "archived_at": null });
    assert_eq!(alice.call("PATCH", FEED, &back).await.json()["unread"], json!(2));
    assert_eq!(alice.call("POST", "/widget/v1/notifications/seen", &json!({})).await.status, 200);
    assert_eq!(unread(&alice).await, json!(0));
}

#[tokio::test]
async fn n14_marks_that_several_devices_set_at_once_all_hold() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let (desk, phone) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "alice").await);
    for number in 0..12 {
        let id = send(&app, &tenant, "alice", &number.to_string()).await.json()["id"].clone();
        let moment = "2026-11-21T10:00:00.000Z";
        let archived = json!({ "ids": [id], "archived_at": moment });
        let clicked = json!({ "ids": [id], "clicked_at": moment });
        let nothing = json!({});
        let (one, other, all) = tokio::join!(
            desk.call("PATCH", FEED, &archived),
            phone.call("PATCH", FEED, &clicked),
            phone.call("POST", "/widget/v1/notifications/seen", &nothing),
        );
        assert_eq!((one.status, other.status, all.status), (200, 200, 200));
        let item = desk.get(&format!("{FEED}?limit=1")).await.json()["items"][0].clone();
        let marks = ["archived_at", "clicked_at", "seen_at"].map(|mark| item[mark].is_string());
        assert_eq!(marks, [true; 3], "{item}");
    }
}

#[tokio::test]
async fn n4_another_contacts_item_cannot_be_read_or_changed() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let id = send(&app, &tenant, "alice", "1").await.json()["id"].clone();
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    assert_eq!(bob.get(FEED).await.json()["items"], json!([]));
    let seen = json!({ "ids": [id], "seen_at": "2026-11-21T10:00:00.000Z" });
    assert_eq!(bob.call("PATCH", FEED, &seen).await.json()["changed"], json!(0));
    assert_eq!(unread(&alice).await, json!(1));
}

#[tokio::test]
async fn n7_values_are_escaped_and_links_that_run_are_left_out() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let templates = json!({ "inapp": { "title": "<b>{{ who }}</b>", "url": "{{ link }}" } });
    order_type(&app, &tenant, json!({ "templates": templates })).await;
    let parameters =
        json!({ "who": "<img src=x onerror=alert(1)>", "link": "javascript:alert(1)" });
    let body = json!({ "type": "order", "to": { "id": "alice" }, "parameters": parameters });
    let sent = send_as(&app, &tenant, &body).await.json();
    assert!(sent["notes"][0].as_str().unwrap().contains("`inapp.url` is left out"), "{sent}");
    let alice = app.visitor(&tenant, "alice").await;
    let item = alice.get(FEED).await.json()["items"][0].clone();
    assert_eq!(item["title"], json!("<b>&lt;img src=x onerror=alert(1)&gt;</b>"));
    assert_eq!(item["url"], Value::Null);
}

#[tokio::test]
async fn n9_what_is_turned_off_is_not_sent_and_the_log_says_so() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let alice = app.visitor(&tenant, "alice").await;
    let path = "/widget/v1/notification_preferences";
    assert_eq!(alice.get(path).await.json()["items"], json!([]), "nothing was received yet");
    let off = json!([{ "type": "order", "channel": "inapp", "delivery": "off" }]);
    let chosen = alice.call("PATCH", path, &off).await;
    assert_eq!(chosen.json()["items"][0]["channels"][0]["delivery"], json!("off"));
    let sent = send(&app, &tenant, "alice", "1").await.json();
    let why = ("skipped".to_owned(), "the contact has turned this off".to_owned());
    assert_eq!(outcome(&sent, "inapp"), why);
    let log = format!("/api/v1/notifications/{}", sent["id"].as_str().unwrap());
    let logged = tenant.back_end(&app).call("GET", &log, &Value::Null).await.json();
    assert_eq!(outcome(&logged, "inapp"), why);
    assert_eq!(alice.get(FEED).await.json()["items"], json!([]));
}

#[tokio::test]
async fn n9_a_critical_type_cannot_be_turned_off() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let path = "/widget/v1/notification_preferences";
    let off = json!([{ "type": "order", "channel": "inapp", "delivery": "off" }]);
    order_type(&app, &tenant, json!({})).await;
    assert_eq!(alice.call("PATCH", path, &off).await.status, 200);
    order_type(&app, &tenant, json!({ "critical": true })).await;
    let refused = alice.call("PATCH", path, &off).await;
    assert_eq!(refused.refusal(), (422, "not_offered".to_owned()));
    let sent = send(&app, &tenant, "alice", "1").await.json();
    assert_eq!(outcome(&sent, "inapp").0, "delivered", "what was chosen before does not hold");
}
