//! Broadcasts, topics and lists: rules NB1 to NB9 of `reach::broadcasts`.

mod crash;

use countersign_base::{BroadcastId, TenantId};
use countersign_infra::db::{Reach, Tx};
use countersign_reach::broadcasts::{CHUNK, carry_out, step};
use serde_json::{Value, json};

use crate::app::{Answer, Tenant, TestApp};
use crate::notifications::{order_type, outcome};

const FEED: &str = "/widget/v1/notifications";
const BROADCASTS: &str = "/api/v1/broadcasts";

fn people(names: &[&str]) -> Value {
    json!({ "to": names.iter().map(|name| json!({ "id": name })).collect::<Vec<_>>() })
}

async fn subscribe(app: &TestApp, tenant: &Tenant, topic: &str, to: &Value) -> Answer {
    let path = format!("/api/v1/notification_topics/{topic}/subscribers");
    tenant.back_end(app).call("POST", &path, to).await
}

/// Subscribes so many people, in calls as large as they may be.
async fn subscribe_many(app: &TestApp, tenant: &Tenant, topic: &str, many: usize) {
    let ids: Vec<_> = (0..many).map(|number| json!({ "id": format!("p{number}") })).collect();
    for part in ids.chunks(1_000) {
        let answer = subscribe(app, tenant, topic, &json!({ "to": part })).await;
        assert_eq!(answer.json(), json!({ "changed": part.len() }), "{}", answer.text);
    }
}

async fn broadcast(app: &TestApp, tenant: &Tenant, to: &Value) -> Value {
    let body = json!({ "type": "order", "to": to, "parameters": { "id": "7" } });
    let answer = tenant.back_end(app).call("POST", BROADCASTS, &body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()
}

fn path(broadcast: &Value) -> String {
    format!("{BROADCASTS}/{}", broadcast["id"].as_str().unwrap())
}

/// The broadcast once it has ended.
async fn ended(app: &TestApp, tenant: &Tenant, broadcast: &Value) -> Value {
    for _ in 0..2_000 {
        carry_out(&app.app).await.unwrap();
        let found = tenant.back_end(app).call("GET", &path(broadcast), &Value::Null).await.json();
        if found["state"] != json!("running") {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the broadcast does not end");
}

/// How many contacts have items, and how many items there are.
async fn items(app: &TestApp, tenant: TenantId) -> (i64, i64) {
    const COUNT: &str =
        "select count(distinct contact), count(*) from notification where tenant = $1";
    let counted: Result<_, countersign_base::Fault> = app
        .db
        .read(Reach::Tenant(tenant), async move |tx: &mut Tx<'_>| {
            tx.row(COUNT, &[tenant.into()], |row| Ok((row.col(0)?, row.col(1)?))).await
        })
        .await;
    counted.unwrap().unwrap()
}

#[tokio::test]
async fn x3_a_person_of_two_contacts_is_told_once() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    let back_end = tenant.back_end(&app);
    let merges = format!("/api/v1/contacts/{}/merges", a.contact());
    let body = json!({ "contact": b.contact(), "reason": "the same person" });
    assert_eq!(back_end.call("POST", &merges, &body).await.status, 201);
    let accepted = broadcast(&app, &tenant, &json!("everybody")).await;
    ended(&app, &tenant, &accepted).await;
    assert_eq!(items(&app, tenant.scope.tenant).await, (1, 1), "of everybody");
    let to = json!([{ "id": "b" }, { "contact": b.contact() }, { "id": "a" }]);
    let body = json!({ "type": "order", "to": to, "parameters": { "id": "8" } });
    let told = back_end.call("POST", "/api/v1/notifications/many", &body).await;
    assert!(told.status < 300, "{}", told.text);
    assert_eq!(items(&app, tenant.scope.tenant).await, (1, 2), "of a list");
    let one = app.visitor(&tenant, "b").await;
    assert_eq!(one.get(FEED).await.json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn nb1_who_was_there_is_told_and_who_comes_later_is_not() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    subscribe(&app, &tenant, "news", &people(&["alice", "bob"])).await;
    let stranger = app.stranger(&tenant).await;
    let (topic, everybody) =
        (json!({ "topic": "news" }), broadcast(&app, &tenant, &json!("everybody")).await);
    let topic = broadcast(&app, &tenant, &topic).await;
    app.forward(1).await;
    subscribe(&app, &tenant, "news", &people(&["carol"])).await;
    for accepted in [topic, everybody] {
        assert_eq!((&accepted["total"], &accepted["done"]), (&json!(2), &json!(0)));
        let done = ended(&app, &tenant, &accepted).await;
        assert_eq!(done["state"], json!("done"));
        assert_eq!((&done["total"], &done["done"]), (&json!(2), &json!(2)));
        assert_eq!(done["skipped"], json!(0));
    }
    let items = async |name: &str| {
        let feed = app.visitor(&tenant, name).await.get(FEED).await.json();
        feed["items"].as_array().unwrap().clone()
    };
    let alices = items("alice").await;
    assert_eq!(alices.len(), 2);
    assert_eq!(
        (&alices[0]["title"], &alices[0]["url"]),
        (&json!("Order 7 left"), &json!("/orders/7"))
    );
    assert_eq!(alices[0]["parameters"], json!({ "id": "7" }));
    assert_eq!((items("bob").await.len(), items("carol").await.len()), (2, 0));
    assert_eq!(stranger.get(FEED).await.json()["items"], json!([]));
}

#[tokio::test]
async fn nb2_on_several_nodes_each_contact_gets_exactly_one_item() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let many = 2 * CHUNK + 7;
    subscribe_many(&app, &tenant, "news", many).await;
    let other = app.beside().await;
    let accepted = broadcast(&app, &tenant, &json!({ "topic": "news" })).await;
    let (one, two, three) =
        tokio::join!(carry_out(&app.app), carry_out(&other.app), carry_out(&other.app));
    one.and(two).and(three).unwrap();
    let done = ended(&app, &tenant, &accepted).await;
    assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(many)));
    let many = i64::try_from(many).unwrap();
    assert_eq!(items(&app, tenant.scope.tenant).await, (many, many));
}

#[tokio::test]
async fn nb2_a_repeated_call_is_one_broadcast() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    subscribe(&app, &tenant, "news", &people(&["alice"])).await;
    let bearer = format!("Bearer {}", tenant.key);
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "once")];
    let body = json!({ "type": "order", "to": { "topic": "news" } });
    let first = app.call("POST", BROADCASTS, &headers, &body).await;
    let again = app.call("POST", BROADCASTS, &headers, &body).await;
    assert_eq!((first.status, &first.text), (202, &again.text));
    let list = tenant.back_end(&app).call("GET", BROADCASTS, &Value::Null).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nb3_another_node_goes_on_where_one_stopped() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    subscribe_many(&app, &tenant, "news", 2 * CHUNK).await;
    let accepted = broadcast(&app, &tenant, &json!({ "topic": "news" })).await;
    let id: BroadcastId = accepted["id"].as_str().unwrap().parse().unwrap();
    step(&app.app, tenant.scope.tenant, id).await.unwrap();
    let half = tenant.back_end(&app).call("GET", &path(&accepted), &Value::Null).await.json();
    assert!(half["done"].as_u64().unwrap() >= CHUNK as u64, "{half}");
    let other = app.beside().await;
    drop(app);
    let done = ended(&other, &tenant, &accepted).await;
    assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(2 * CHUNK)));
    let many = i64::try_from(2 * CHUNK).unwrap();
    assert_eq!(items(&other, tenant.scope.tenant).await, (many, many));
}

#[tokio::test]
async fn nb4_preferences_limits_and_repetitions_hold_for_each() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let throttle = json!({ "most": 1, "seconds": 60 });
    order_type(&app, &tenant, json!({ "throttle": throttle, "channels": ["inapp"] })).await;
    subscribe(&app, &tenant, "news", &people(&["alice", "bob", "carol"])).await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let off = json!([{ "type": "order", "channel": "inapp", "delivery": "off" }]);
    let chosen = alice.call("PATCH", "/widget/v1/notification_preferences", &off).await;
    assert_eq!(chosen.status, 200, "{}", chosen.text);
    assert_eq!(crate::notifications::send(&app, &tenant, "bob", "1").await.status, 201);
    app.forward(1).await;
    let accepted = broadcast(&app, &tenant, &json!({ "topic": "news" })).await;
    let done = ended(&app, &tenant, &accepted).await;
    assert_eq!((&done["done"], &done["skipped"]), (&json!(3), &json!(2)));
    let why = async |contact: &str| {
        let log = format!("/api/v1/notifications?contact={contact}&limit=1");
        let log = tenant.back_end(&app).call("GET", &log, &Value::Null).await.json();
        outcome(&log["items"][0], "inapp").1
    };
    assert_eq!(why(alice.contact()).await, "the contact has turned this off");
    assert!(why(bob.contact()).await.starts_with("throttled"));
    assert_eq!(items(&app, tenant.scope.tenant).await, (2, 2), "bob's first, and carol's");
    app.forward(61).await;
    order_type(&app, &tenant, json!({ "deduplicate_seconds": 600, "channels": ["inapp"] })).await;
    let again = broadcast(&app, &tenant, &json!({ "topic": "news" })).await;
    let again = ended(&app, &tenant, &again).await;
    assert_eq!(again["skipped"], json!(2), "alice, and carol, who has it already");
}

#[tokio::test]
async fn nb5_progress_is_shown_and_lists_are_paged() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    subscribe(&app, &tenant, "news", &people(&["alice"])).await;
    for _ in 0..3 {
        let accepted = broadcast(&app, &tenant, &json!({ "topic": "news" })).await;
        ended(&app, &tenant, &accepted).await;
        app.forward(1).await;
    }
    let get = async |path: &str| tenant.back_end(&app).call("GET", path, &Value::Null).await.json();
    let first = get(&format!("{BROADCASTS}?limit=2")).await;
    let rest =
        get(&format!("{BROADCASTS}?cursor={}", first["next_cursor"].as_str().unwrap())).await;
    let all: Vec<_> = [first, rest]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap().clone())
        .map(|one| (one["created_at"].as_str().unwrap().to_owned(), one["done"].clone()))
        .collect();
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted_by(|newer, older| newer.0 > older.0), "{all:?}");
    assert!(all.iter().all(|(_, done)| *done == json!(1)));
}

#[tokio::test]
async fn nb6_what_was_cancelled_goes_no_further() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    subscribe_many(&app, &tenant, "news", 4 * CHUNK).await;
    let accepted = broadcast(&app, &tenant, &json!({ "topic": "news" })).await;
    let cancelled = tenant.back_end(&app).call("DELETE", &path(&accepted), &Value::Null).await;
    assert_eq!(cancelled.status, 204, "{}", cancelled.text);
    let ended = ended(&app, &tenant, &accepted).await;
    assert_eq!(ended["state"], json!("cancelled"));
    let told = items(&app, tenant.scope.tenant).await.1;
    assert_eq!(ended["done"], json!(told), "what was told stays told");
    let again = tenant.back_end(&app).call("DELETE", &path(&accepted), &Value::Null).await;
    assert_eq!(again.refusal(), (409, "not_running".to_owned()));
}

#[tokio::test]
async fn nb7_a_list_is_told_at_once_with_an_answer_for_each() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let alice = app.visitor(&tenant, "alice").await;
    let off = json!([{ "type": "order", "channel": "inapp", "delivery": "off" }]);
    alice.call("PATCH", "/widget/v1/notification_preferences", &off).await;
    let to = json!([{ "id": "alice" }, { "id": "bob" }, { "contact": alice.contact() }]);
    let many = async |to: &Value| {
        let body = json!({ "type": "order", "to": to });
        tenant.back_end(&app).call("POST", "/api/v1/notifications/many", &body).await
    };
    let told = many(&to).await;
    assert_eq!(told.status, 201, "{}", told.text);
    let told = told.json();
    assert_eq!(told["items"].as_array().unwrap().len(), 2, "alice was named twice");
    assert_eq!(told["notes"], json!(["the parameter `id` is missing"]));
    let of = |contact: &str| {
        let mut all = told["items"].as_array().unwrap().iter();
        all.find(|one| one["contact"] == contact).unwrap().clone()
    };
    assert_eq!(of(alice.contact())["reason"], json!("the contact has turned this off"));
    let bob = app.visitor(&tenant, "bob").await;
    assert_eq!(of(bob.contact())["state"], json!("sent"));
    assert_eq!(of(bob.contact())["reason"], Value::Null);
    let item = bob.get(FEED).await.json()["items"][0].clone();
    assert_eq!(item["id"], of(bob.contact())["id"]);
    let sent = format!("/api/v1/notifications/{}", item["id"].as_str().unwrap());
    let sent = tenant.back_end(&app).call("GET", &sent, &Value::Null).await.json();
    assert_eq!(outcome(&sent, "inapp").0, "delivered");
}

#[tokio::test]
async fn nb7_a_list_with_one_fault_tells_nobody() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let nobody = format!("con_{}", "0".repeat(26));
    let long: Vec<_> = (0..1_001).map(|number| json!({ "id": format!("p{number}") })).collect();
    for (to, code) in [
        (json!([]), "bad_list"),
        (json!(long), "bad_list"),
        (json!([{ "id": "bob" }, { "contact": nobody }]), "bad_recipient"),
        (json!([{ "id": "bob" }, { "id": " " }]), "bad_recipient"),
    ] {
        let body = json!({ "type": "order", "to": to });
        let path = "/api/v1/notifications/many";
        let refused = tenant.back_end(&app).call("POST", path, &body).await;
        assert_eq!(refused.refusal(), (422, code.to_owned()), "{}", refused.text);
    }
    let contacts = tenant.back_end(&app).call("GET", "/api/v1/contacts", &Value::Null).await;
    assert_eq!(contacts.json()["items"], json!([]), "bob was not made either");
}

#[tokio::test]
async fn nb8_a_topic_is_its_subscribers() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let back_end = tenant.back_end(&app);
    let both = people(&["alice", "bob"]);
    assert_eq!(subscribe(&app, &tenant, "news", &both).await.json(), json!({ "changed": 2 }));
    assert_eq!(subscribe(&app, &tenant, "news", &both).await.json(), json!({ "changed": 0 }));
    let topics = "/api/v1/notification_topics";
    let list = back_end.call("GET", topics, &Value::Null).await.json();
    assert_eq!(list["items"], json!([{ "topic": "news", "subscribers": 2 }]));
    let subscribers = format!("{topics}/news/subscribers");
    let first = back_end.call("GET", &format!("{subscribers}?limit=1"), &Value::Null).await.json();
    let next = format!("{subscribers}?cursor={}", first["next_cursor"].as_str().unwrap());
    let second = back_end.call("GET", &next, &Value::Null).await.json();
    assert_ne!(first["items"][0]["contact"], second["items"][0]["contact"]);
    assert_eq!(second["next_cursor"], Value::Null);
    let gone = people(&["alice", "nobody"]);
    let removed = back_end.call("POST", &format!("{subscribers}/remove"), &gone).await;
    assert_eq!(removed.json(), json!({ "changed": 1 }), "{}", removed.text);
    let contacts = back_end.call("GET", "/api/v1/contacts", &Value::Null).await.json();
    assert_eq!(contacts["items"].as_array().unwrap().len(), 2, "nobody was made");
    let emptied = back_end.call("DELETE", &format!("{topics}/news"), &Value::Null).await;
    assert_eq!(emptied.json(), json!({ "changed": 1 }));
    let refused = subscribe(&app, &tenant, "%0A", &both).await;
    assert_eq!(refused.refusal(), (422, "bad_topic".to_owned()));
}

#[tokio::test]
async fn nb9_another_tenants_broadcasts_topics_and_contacts_do_not_exist() {
    let app = TestApp::start().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    for tenant in [&acme, &other] {
        order_type(&app, tenant, json!({})).await;
    }
    subscribe(&app, &acme, "news", &people(&["alice"])).await;
    let alice = app.visitor(&acme, "alice").await;
    let accepted = broadcast(&app, &acme, &json!({ "topic": "news" })).await;
    for method in ["GET", "DELETE"] {
        let refused = other.back_end(&app).call(method, &path(&accepted), &Value::Null).await;
        assert_eq!(refused.refusal(), (404, "not_found".to_owned()));
    }
    let theirs = json!({ "to": [{ "contact": alice.contact() }] });
    let refused = subscribe(&app, &other, "news", &theirs).await;
    assert_eq!(refused.refusal(), (422, "bad_recipient".to_owned()));
    let same_name = broadcast(&app, &other, &json!({ "topic": "news" })).await;
    let done = ended(&app, &other, &same_name).await;
    assert_eq!((&done["total"], &done["done"]), (&json!(0), &json!(0)));
    let everybody = broadcast(&app, &other, &json!("everybody")).await;
    assert_eq!(ended(&app, &other, &everybody).await["done"], json!(0));
    assert_eq!(items(&app, other.scope.tenant).await, (0, 0));
}

#[tokio::test]
async fn an_agent_may_look_at_broadcasts_and_not_send_them() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    app.member(tenant.scope, "agent@acme.example", countersign_base::Role::Agent).await;
    let agent = app.signed_in("agent@acme.example").await;
    assert_eq!(agent.get("/dashboard/v1/broadcasts").await.status, 200);
    let body = json!({ "type": "order", "to": "everybody" });
    let refused = agent.call("POST", "/dashboard/v1/broadcasts", &body).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let refused = agent
        .call("POST", "/dashboard/v1/notification_topics/news/subscribers", &people(&["bob"]))
        .await;
    assert_eq!(refused.status, 403, "{}", refused.text);
}
