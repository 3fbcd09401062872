//! Sending: deduplication, limits, schedules, retraction.

use serde_json::{Value, json};

use super::{order_type, outcome, send, send_as};
use crate::app::TestApp;

const FEED: &str = "/widget/v1/notifications";

#[tokio::test]
async fn n5_titles_and_parameters_are_not_in_the_file() {
    if std::env::var("COUNTERSIGN_TEST_STORE").is_ok() {
        return; // the file is SQLite's; P5 looks into a dump of PostgreSQL
    }
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let templates = json!({ "inapp": { "title": "canarytemplate {{ id }}" } });
    order_type(&app, &tenant, json!({ "templates": templates })).await;
    assert_eq!(send(&app, &tenant, "canaryperson", "canaryvalue").await.status, 201);
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(app.folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    for canary in ["canarytemplate", "canaryvalue", "canaryperson"] {
        let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
        assert!(!found, "`{canary}` stands in the file in clear");
    }
}

#[tokio::test]
async fn n6_an_unknown_type_sends_nothing_and_makes_nobody() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let refused = send(&app, &tenant, "alice", "1").await;
    assert_eq!(refused.refusal(), (422, "unknown_notification_type".to_owned()));
    let contacts = tenant.back_end(&app).call("GET", "/api/v1/contacts", &Value::Null).await;
    assert_eq!(contacts.json()["items"], json!([]));
}

#[tokio::test]
async fn n10_of_the_same_sent_at_once_exactly_one_arrives() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({ "deduplicate_seconds": 60 })).await;
    let same = || send(&app, &tenant, "alice", "1");
    let (a, b, c, d) = tokio::join!(same(), same(), same(), same());
    let states: Vec<_> = [a, b, c, d].iter().map(|sent| outcome(&sent.json(), "inapp").0).collect();
    assert_eq!(states.iter().filter(|state| *state == "delivered").count(), 1, "{states:?}");
    let other = send(&app, &tenant, "alice", "2").await;
    assert_eq!(outcome(&other.json(), "inapp").0, "delivered", "another content is another one");
    app.forward(61).await;
    assert_eq!(outcome(&send(&app, &tenant, "alice", "1").await.json(), "inapp").0, "delivered");
    let alice = app.visitor(&tenant, "alice").await;
    assert_eq!(alice.get(FEED).await.json()["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn n11_more_than_the_limit_is_not_sent() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({ "throttle": { "most": 2, "seconds": 60 } })).await;
    let mut states = Vec::new();
    for number in ["1", "2", "3"] {
        let sent = send(&app, &tenant, "alice", number).await.json();
        states.push((sent["state"].clone(), outcome(&sent, "inapp").1));
    }
    assert_eq!(states[1], (json!("sent"), String::new()));
    assert_eq!(states[2].0, json!("ignored"));
    assert!(states[2].1.starts_with("throttled"), "{}", states[2].1);
    assert_eq!(send(&app, &tenant, "bob", "1").await.json()["state"], json!("sent"));
    app.forward(61).await;
    assert_eq!(send(&app, &tenant, "alice", "4").await.json()["state"], json!("sent"));
}

#[tokio::test]
async fn n12_what_is_sent_for_later_waits_and_can_be_changed_and_cancelled() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let alice = app.visitor(&tenant, "alice").await;
    let at = countersign_base::Moment::from_millis(app.now() + 3_600_000);
    let later = |order: &str| json!({ "type": "order", "to": { "id": "alice" }, "parameters": { "id": order }, "at": at });
    let (first, second) =
        (send_as(&app, &tenant, &later("1")).await, send_as(&app, &tenant, &later("2")).await);
    assert_eq!(first.json()["state"], json!("scheduled"), "{}", first.text);
    assert_eq!(alice.get(FEED).await.json()["items"], json!([]));
    let path = |sent: &Value| format!("/api/v1/notifications/{}", sent["id"].as_str().unwrap());
    let (first, second) = (path(&first.json()), path(&second.json()));
    let back_end = tenant.back_end(&app);
    let changed = back_end.call("PATCH", &second, &json!({ "parameters": { "id": "9" } })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let cancelled = back_end.call("DELETE", &first, &Value::Null).await;
    assert_eq!(cancelled.status, 204, "{}", cancelled.text);
    let again = back_end.call("DELETE", &first, &Value::Null).await;
    assert_eq!(again.refusal(), (409, "not_waiting".to_owned()));
    app.forward(3_601).await;
    countersign_reach::notifications::deliver_due(&app.app).await.unwrap();
    let alice = app.visitor(&tenant, "alice").await; // her first session's token has ended
    let items = alice.get(FEED).await.json()["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    assert_eq!(items[0]["title"], json!("Order 9 left"));
    let done = back_end.call("GET", &second, &Value::Null).await.json();
    assert_eq!((&done["state"], outcome(&done, "inapp").0), (&json!("sent"), "delivered".into()));
    countersign_reach::notifications::deliver_due(&app.app).await.unwrap();
    assert_eq!(alice.get(FEED).await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn n13_retracting_takes_a_types_items_out() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    for to in ["alice", "alice", "bob"] {
        send(&app, &tenant, to, "1").await;
    }
    let body = json!({ "type": "order", "to": { "id": "alice" } });
    let path = "/api/v1/notifications/retract";
    let retracted = tenant.back_end(&app).call("POST", path, &body).await;
    assert_eq!(retracted.json(), json!({ "retracted": 2 }), "{}", retracted.text);
    assert_eq!(alice.get(FEED).await.json()["items"], json!([]));
    assert_eq!(bob.get(FEED).await.json()["items"].as_array().unwrap().len(), 1);
    let nobody = json!({ "type": "order", "to": { "id": "nobody" } });
    let retracted = tenant.back_end(&app).call("POST", path, &nobody).await;
    assert_eq!(retracted.json(), json!({ "retracted": 0 }));
}
