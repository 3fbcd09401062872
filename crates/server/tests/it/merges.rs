//! Merging contacts: rules X1 to X9 of `people::merges`.

use std::sync::Arc;
use std::time::Duration;

use countersign_base::Role;
use countersign_people::widgets::Mode;
use serde_json::{Value, json};

use crate::app::{Answer, Member, PAGE, Tenant, TestApp, Visitor};
use crate::audit::log;
use crate::notifications::{order_type, send, send_as};

const CONVERSATIONS: &str = "/widget/v1/conversations";
const FEED: &str = "/widget/v1/notifications";

async fn staff(app: &TestApp, tenant: &Tenant, method: &str, path: &str, body: Value) -> Answer {
    tenant.back_end(app).call(method, &format!("/api/v1{path}"), &body).await
}

async fn merge(app: &TestApp, tenant: &Tenant, survivor: &str, merged: &str) -> Answer {
    let body = json!({ "contact": merged, "reason": "she changed her account" });
    staff(app, tenant, "POST", &format!("/contacts/{survivor}/merges"), body).await
}

async fn undo(app: &TestApp, tenant: &Tenant, survivor: &str, merged: &str) -> Answer {
    let path = format!("/contacts/{survivor}/merges/{merged}");
    staff(app, tenant, "DELETE", &path, Value::Null).await
}

async fn contact(app: &TestApp, tenant: &Tenant, id: &str) -> Value {
    let answer = staff(app, tenant, "GET", &format!("/contacts/{id}"), Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// The texts of a visitor's conversations, newest first.
async fn texts(visitor: &Visitor<'_>) -> Vec<String> {
    let list = visitor.get(CONVERSATIONS).await.json();
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["preview"]["text"].as_str().unwrap().to_owned()).collect()
}

/// The titles of a visitor's feed, newest first, two at a time.
async fn titles(visitor: &Visitor<'_>) -> Vec<String> {
    let (mut titles, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = visitor.get(&format!("{FEED}?limit=2{cursor}")).await.json();
        let items = page["items"].as_array().unwrap().iter();
        titles.extend(items.map(|item| item["title"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return titles };
        cursor = format!("&cursor={next}");
    }
}

fn code(answer: &Answer) -> (u16, String) {
    answer.refusal()
}

#[tokio::test]
async fn x1_an_administrator_merges_with_a_reason_and_nobody_below() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    let path = format!("/dashboard/v1/contacts/{}/merges", a.contact());
    let body = json!({ "contact": b.contact(), "reason": "the same person" });
    app.member(tenant.scope, "agent@acme.example", Role::Agent).await;
    let agent = app.signed_in("agent@acme.example").await;
    assert_eq!(code(&agent.call("POST", &path, &body).await), (403, "forbidden".to_owned()));
    let owner = app.signed_in("owner@acme.example").await;
    for reason in ["", "  ", "\u{200b}", &"x".repeat(501)] {
        let body = json!({ "contact": b.contact(), "reason": reason });
        let refused = owner.call("POST", &path, &body).await;
        assert_eq!(code(&refused), (422, "bad_text".to_owned()), "{reason:?}");
    }
    let merged = owner.call("POST", &path, &body).await;
    assert_eq!(merged.status, 201, "{}", merged.text);
    assert_eq!(merged.json()["items"][0]["reason"], json!("the same person"));
    assert_eq!(merged.json()["items"][0]["by"]["kind"], json!("member"));
    let seen = agent.get(&path).await.json();
    assert_eq!(seen["items"][0]["contact"]["id"], json!(b.contact()), "an agent may look");
    assert_eq!(seen["items"][0]["contact"]["email"], json!("b@customer.example"));
    let path = format!("{path}/{}", b.contact());
    let refused = agent.call("DELETE", &path, &Value::Null).await;
    assert_eq!(code(&refused), (403, "forbidden".to_owned()));
}

#[tokio::test]
async fn x1_an_equal_email_in_the_page_merges_nobody() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "countersign", Mode::Observe).await;
    let alice = app.visitor(&tenant, "alice").await;
    alice.converses("hers").await;
    let says = json!({ "email": "alice@customer.example" });
    let liar = Visitor::of(&app, &app.open(&tenant, Some(says)).await);
    assert_ne!(liar.contact(), alice.contact());
    assert!(texts(&liar).await.is_empty());
    let merges =
        staff(&app, &tenant, "GET", &format!("/contacts/{}/merges", alice.contact()), Value::Null)
            .await;
    assert_eq!(merges.json()["items"], json!([]));
    let token = tenant.token(&app, "bob");
    let refused =
        liar.call("POST", "/widget/v1/merges", &json!({ "identity": { "token": token } })).await;
    assert_eq!(code(&refused), (403, "tokens_required".to_owned()), "a claim is no proof");
}

#[tokio::test]
async fn x1_a_visitor_who_proves_both_is_one() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    b.converses("from b").await;
    let both = json!({ "identity": { "token": tenant.token(&app, "b") } });
    let merged = a.call("POST", "/widget/v1/merges", &both).await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    assert_eq!(a.get("/widget/v1/me").await.status, 401, "its own session ends too");
    let again = app.visitor(&tenant, "b").await;
    assert_eq!(again.contact(), a.contact());
    assert_eq!(texts(&again).await, ["from b"]);
    let path = format!("/contacts/{}/merges", a.contact());
    let list = staff(&app, &tenant, "GET", &path, Value::Null).await.json();
    assert_eq!(list["items"][0]["by"], json!({ "kind": "visitor", "id": a.contact() }));
    let twice = again.call("POST", "/widget/v1/merges", &both).await;
    assert_eq!(code(&twice), (409, "contact_is_merged".to_owned()));
    let itself = json!({ "identity": { "token": tenant.token(&app, "a") } });
    let itself = again.call("POST", "/widget/v1/merges", &itself).await;
    assert_eq!(code(&itself), (422, "same_contact".to_owned()));
}

#[tokio::test]
async fn x1_a_wrong_second_proof_is_refused_alike_and_merges_nobody() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    let other = app.tenant("initech").await;
    for token in [other.token(&app, "b"), "nonsense".to_owned(), String::new()] {
        let proof = json!({ "identity": { "token": token } });
        let refused = a.call("POST", "/widget/v1/merges", &proof).await;
        assert_eq!(code(&refused), (401, "identity_refused".to_owned()), "{token}");
    }
    let unknown = json!({ "identity": { "token": "x", "password": "y" } });
    let refused = a.call("POST", "/widget/v1/merges", &unknown).await;
    assert_eq!(code(&refused), (400, "unknown_field".to_owned()));
    assert_eq!(a.get("/widget/v1/me").await.status, 200);
    assert_eq!(app.visitor(&tenant, "b").await.contact(), b.contact());
    app.settle().await;
    let refusals = staff(&app, &tenant, "GET", "/refusals", Value::Null).await.json();
    assert!(!refusals["items"].as_array().unwrap().is_empty(), "the administrator is told");
}

#[tokio::test]
async fn x1_a_static_proof_merges_nobody() {
    let app = TestApp::start().await;
    let tenant = with_both_secrets(&app).await;
    let token = async |id: &str| identity(&app, &tenant, id, "userJWT").await;
    let a = Visitor::of(&app, &app.open(&tenant, Some(token("a").await)).await);
    let hash = identity(&app, &tenant, "b", "userHMAC").await;
    let refused = a.call("POST", "/widget/v1/merges", &json!({ "identity": hash })).await;
    assert_eq!(code(&refused), (403, "tokens_required".to_owned()));
    let weak = Visitor::of(&app, &app.open(&tenant, Some(hash)).await);
    assert_ne!(weak.contact(), a.contact());
    let proof = json!({ "identity": token("c").await });
    let refused = weak.call("POST", "/widget/v1/merges", &proof).await;
    assert_eq!(code(&refused), (403, "tokens_required".to_owned()));
}

/// A tenant whose widget takes tokens and HMACs.
async fn with_both_secrets(app: &TestApp) -> Tenant {
    let tenant = app.tenant_with("acme", "fogbender", Mode::Enforce).await;
    let secrets = format!("/widgets/{}/identity_secrets", tenant.widget.id);
    for mode in ["hmac", "jwt"] {
        let made = staff(app, &tenant, "POST", &secrets, json!({ "mode": mode })).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    tenant
}

/// What a page of the `fogbender` profile presents.
async fn identity(app: &TestApp, tenant: &Tenant, id: &str, proof: &str) -> Value {
    let claims = json!({ "userId": id, "customerId": "C1" });
    let signed = staff(app, tenant, "POST", "/signatures", claims).await.json();
    let mut identity = json!({ proof: signed["signatures"][proof] });
    if proof == "userHMAC" {
        identity["userId"] = json!(id);
    }
    identity
}

#[tokio::test]
async fn x2_each_proof_leads_to_the_survivor_and_the_strongest_one_is_demanded() {
    let app = TestApp::start().await;
    let tenant = with_both_secrets(&app).await;
    let token = identity(&app, &tenant, "a", "userJWT").await;
    let hash = identity(&app, &tenant, "b", "userHMAC").await;
    let a = Visitor::of(&app, &app.open(&tenant, Some(token.clone())).await);
    let b = Visitor::of(&app, &app.open(&tenant, Some(hash.clone())).await);
    assert_eq!(merge(&app, &tenant, a.contact(), b.contact()).await.status, 201);
    let refused = app.open(&tenant, Some(hash.clone())).await;
    assert_eq!(code(&refused), (401, "identity_refused".to_owned()), "an HMAC reached less before");
    let stronger = identity(&app, &tenant, "b", "userJWT").await;
    let by_b = Visitor::of(&app, &app.open(&tenant, Some(stronger)).await);
    assert_eq!(by_b.contact(), a.contact());
    assert_eq!(undo(&app, &tenant, a.contact(), b.contact()).await.status, 200);
    let own = app.open(&tenant, Some(hash)).await;
    assert_eq!(
        code(&own),
        (401, "identity_refused".to_owned()),
        "it proved itself by a token since"
    );
    let own = identity(&app, &tenant, "b", "userJWT").await;
    let own = Visitor::of(&app, &app.open(&tenant, Some(own)).await);
    assert_eq!(own.contact(), b.contact());
}

#[tokio::test]
async fn x2_resetting_the_ratchet_holds_for_every_part() {
    let app = TestApp::start().await;
    let tenant = with_both_secrets(&app).await;
    let token = identity(&app, &tenant, "a", "userJWT").await;
    let hash = identity(&app, &tenant, "b", "userHMAC").await;
    let a = Visitor::of(&app, &app.open(&tenant, Some(hash.clone())).await);
    let b = Visitor::of(&app, &app.open(&tenant, Some(token)).await);
    assert_eq!(merge(&app, &tenant, a.contact(), b.contact()).await.status, 201);
    assert_eq!(app.open(&tenant, Some(hash.clone())).await.status, 401);
    let reset = format!("/contacts/{}/ratchet/reset", b.contact());
    let refused = staff(&app, &tenant, "POST", &reset, Value::Null).await;
    assert_eq!(code(&refused), (409, "contact_is_merged".to_owned()));
    let reset = format!("/contacts/{}/ratchet/reset", a.contact());
    assert_eq!(staff(&app, &tenant, "POST", &reset, Value::Null).await.status, 200);
    assert_eq!(app.open(&tenant, Some(hash)).await.status, 201);
}

#[tokio::test]
async fn x3_the_survivor_has_both_and_taking_it_back_leaves_each_its_own() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    let (hers, his) = (a.converses("of a").await, b.converses("of b").await);
    for (to, order) in [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4")] {
        assert_eq!(send(&app, &tenant, to, order).await.status, 201);
    }
    let before =
        (contact(&app, &tenant, a.contact()).await, contact(&app, &tenant, b.contact()).await);
    assert_eq!(merge(&app, &tenant, a.contact(), b.contact()).await.status, 201);

    let one = app.visitor(&tenant, "b").await;
    assert_eq!(one.contact(), a.contact());
    let mut all = texts(&one).await;
    all.sort();
    assert_eq!(all, ["of a", "of b"]);
    assert_eq!(one.says(&his, "m1", "in b's").await.status, 201);
    assert_eq!(one.get(&format!("{CONVERSATIONS}/{hers}")).await.status, 200);
    let shown = one.get(&format!("{CONVERSATIONS}/{his}")).await.json();
    assert_eq!(shown["contact"]["id"], json!(a.contact()), "who it is for is the survivor");
    let mut orders = titles(&one).await;
    orders.sort();
    assert_eq!(orders, ["Order 1 left", "Order 2 left", "Order 3 left", "Order 4 left"]);
    let unread = one.get(&format!("{FEED}/unread")).await.json();
    assert_eq!(unread["unread"], json!(4));
    assert_eq!(
        one.call("POST", &format!("{FEED}/seen"), &json!({})).await.json()["unread"],
        json!(0)
    );
    one.converses("after the merge").await;
    let sent = send(&app, &tenant, "b", "5").await.json();
    assert_eq!(sent["contact"], json!(a.contact()), "what is sent to b goes to the survivor");

    let back = undo(&app, &tenant, a.contact(), b.contact()).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert_eq!(one.get("/widget/v1/me").await.status, 401, "opened as the survivor, by b's proof");
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    assert_eq!(texts(&b).await, ["in b's"]);
    let mut hers = texts(&a).await;
    hers.sort();
    assert_eq!(hers, ["after the merge", "of a"], "what came after stays with the survivor");
    assert_eq!(titles(&b).await.len(), 2);
    assert_eq!(titles(&a).await.len(), 3);
    assert_eq!(a.get(&format!("{CONVERSATIONS}/{his}")).await.status, 404);
    for before in [before.0, before.1] {
        let after = contact(&app, &tenant, before["id"].as_str().unwrap()).await;
        assert_eq!(after["fields"], before["fields"], "values, provenance and moments");
        assert_eq!(after["trust"], before["trust"]);
        assert_eq!(after["merged_into"], Value::Null);
    }
}

#[tokio::test]
async fn x3_what_is_told_of_either_is_learned_of_that_one() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let set = async |id: &str, email: &str| {
        let to = json!({ "id": id, "email": email });
        let sent = send_as(&app, &tenant, &json!({ "type": "order", "to": to })).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        sent.json()["contact"].as_str().unwrap().to_owned()
    };
    let (a, b) = (set("a", "a@x.example").await, set("b", "b@x.example").await);
    assert_eq!(merge(&app, &tenant, &a, &b).await.status, 201);
    assert_eq!(set("b", "new-b@x.example").await, a);
    let email =
        async |id: &str| contact(&app, &tenant, id).await["fields"]["email"]["value"].clone();
    assert_eq!(email(&a).await, json!("a@x.example"));
    assert_eq!(email(&b).await, json!("new-b@x.example"));
}

#[tokio::test]
async fn x3_an_item_of_the_same_millisecond_in_both_feeds_is_paged_without_loss() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    for order in 0..5 {
        for to in ["a", "b"] {
            assert_eq!(send(&app, &tenant, to, &format!("{order}{to}")).await.status, 201);
        }
    }
    assert_eq!(merge(&app, &tenant, a.contact(), b.contact()).await.status, 201);
    let mut all = titles(&app.visitor(&tenant, "a").await).await;
    assert_eq!(all.len(), 10);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 10);
}

#[tokio::test]
async fn x4_both_contacts_sessions_end_at_the_merge_and_at_its_undoing() {
    let app = TestApp::start().await;
    let beside = app.beside().await;
    let tenant = app.tenant("acme").await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    let bystander = app.visitor(&tenant, "c").await;
    assert_eq!(merge(&app, &tenant, a.contact(), b.contact()).await.status, 201);
    let over = async |visitor: &Visitor<'_>| {
        assert_eq!(visitor.get("/widget/v1/me").await.status, 401);
        let renewal = json!({ "refresh_token": visitor.refresh_token });
        let refused = app.call("POST", "/widget/v1/sessions/refresh", &[], &renewal).await;
        assert_eq!(refused.refusal(), (401, "session_over".to_owned()));
    };
    over(&a).await;
    over(&b).await;
    assert_eq!(bystander.get("/widget/v1/me").await.status, 200);
    let one = app.visitor(&tenant, "b").await;
    let bearer = format!("Bearer {}", one.access_token);
    let there = async || {
        let headers = [("authorization", bearer.as_str())];
        beside.call("GET", "/widget/v1/me", &headers, &Value::Null).await.status
    };
    assert_eq!(there().await, 200);
    assert_eq!(undo(&app, &tenant, a.contact(), b.contact()).await.status, 200);
    over(&one).await;
    for _ in 0..400 {
        if there().await == 401 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("another node does not hear of it");
}

#[tokio::test]
async fn x4_a_visitor_token_of_the_merged_does_not_open_the_survivor() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (alice, guest) = (app.visitor(&tenant, "alice").await, app.stranger(&tenant).await);
    guest.converses("as a guest").await;
    let token = guest.opened["visitor_token"].clone();
    assert_eq!(merge(&app, &tenant, alice.contact(), guest.contact()).await.status, 201);
    let body = json!({ "widget": tenant.widget.public_key, "visitor_token": token });
    let back = app.call("POST", "/widget/v1/sessions", &[("origin", PAGE)], &body).await;
    let back = Visitor::of(&app, &back);
    assert_ne!(back.contact(), alice.contact());
    assert_ne!(back.contact(), guest.contact());
    let alice = app.visitor(&tenant, "alice").await;
    assert_eq!(texts(&alice).await, ["as a guest"]);
}

#[tokio::test]
async fn x5_no_chain_no_circle_not_itself_not_twice() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(app.visitor(&tenant, name).await.contact().to_owned());
    }
    let [a, b, c] = [&ids[0], &ids[1], &ids[2]];
    assert_eq!(code(&merge(&app, &tenant, a, a).await), (422, "same_contact".to_owned()));
    assert_eq!(merge(&app, &tenant, a, b).await.status, 201);
    let is_merged = (409, "contact_is_merged".to_owned());
    for (survivor, merged) in [(a, b), (b, a), (c, b), (b, c)] {
        assert_eq!(code(&merge(&app, &tenant, survivor, merged).await), is_merged);
        let path = format!("/contacts/{survivor}/merges/preview?contact={merged}");
        let preview = staff(&app, &tenant, "GET", &path, Value::Null).await;
        assert_eq!(code(&preview), is_merged, "and the preview says so");
    }
    let has_merged = (409, "contact_has_merged".to_owned());
    assert_eq!(code(&merge(&app, &tenant, c, a).await), has_merged);
    assert_eq!(merge(&app, &tenant, a, c).await.status, 201, "several into one");
    assert_eq!(code(&undo(&app, &tenant, b, a).await), (409, "not_merged".to_owned()));
    assert_eq!(undo(&app, &tenant, a, b).await.status, 200);
    assert_eq!(code(&undo(&app, &tenant, a, b).await), (409, "not_merged".to_owned()));
    assert_eq!(app.visitor(&tenant, "c").await.contact(), a, "the other merge stands");
    assert_eq!(app.visitor(&tenant, "b").await.contact(), b);
}

#[tokio::test]
async fn x5_of_merges_at_once_exactly_one_happens() {
    let app = Arc::new(TestApp::start().await);
    let tenant = Arc::new(app.tenant("acme").await);
    let a = app.visitor(&tenant, "a").await.contact().to_owned();
    let b = app.visitor(&tenant, "b").await.contact().to_owned();
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..12 {
        let (app, tenant, a, b) = (app.clone(), tenant.clone(), a.clone(), b.clone());
        calls.spawn(async move {
            let (into, from) = if number % 2 == 0 { (a, b) } else { (b, a) };
            merge(&app, &tenant, &into, &from).await.status
        });
    }
    let statuses = calls.join_all().await;
    let many = |wanted| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!(many(201), 1, "{statuses:?}");
    assert_eq!(many(201) + many(409) + many(503), 12, "{statuses:?}");
    let merged = async |id: &str| !contact(&app, &tenant, id).await["merged_into"].is_null();
    assert!(merged(&a).await ^ merged(&b).await);
}

#[tokio::test]
async fn x5_a_session_that_is_opened_meanwhile_does_not_outlive_the_undoing() {
    let app = Arc::new(TestApp::start().await);
    let tenant = Arc::new(app.tenant("acme").await);
    let a = app.visitor(&tenant, "a").await.contact().to_owned();
    let b = app.visitor(&tenant, "b").await.contact().to_owned();
    for _ in 0..5 {
        assert_eq!(merge(&app, &tenant, &a, &b).await.status, 201);
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (app, tenant) = (app.clone(), tenant.clone());
            calls.spawn(async move {
                let token = tenant.token(&app, "b");
                app.open(&tenant, Some(json!({ "token": token }))).await
            });
        }
        assert_eq!(undo(&app, &tenant, &a, &b).await.status, 200);
        for opened in calls.join_all().await {
            if opened.status == 503 {
                continue;
            }
            let visitor = Visitor::of(&app, &opened);
            if visitor.contact() == a {
                assert_eq!(visitor.get("/widget/v1/me").await.status, 401);
            } else {
                assert_eq!(visitor.contact(), b);
            }
        }
    }
}

#[tokio::test]
async fn x5_a_contact_takes_in_twenty() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let a = app.visitor(&tenant, "a").await;
    for number in 0..20 {
        let other = app.visitor(&tenant, &format!("other{number}")).await;
        assert_eq!(merge(&app, &tenant, a.contact(), other.contact()).await.status, 201);
    }
    let other = app.visitor(&tenant, "onemore").await;
    let refused = merge(&app, &tenant, a.contact(), other.contact()).await;
    assert_eq!(code(&refused), (422, "too_many".to_owned()));
}

#[tokio::test]
async fn x6_another_tenants_contact_is_nobody() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let (ours, theirs) = (app.visitor(&tenant, "a").await, app.visitor(&other, "b").await);
    let nobody = (404, "not_found".to_owned());
    let answer = merge(&app, &tenant, ours.contact(), theirs.contact()).await;
    assert_eq!(code(&answer), nobody);
    assert_eq!(code(&merge(&app, &tenant, theirs.contact(), ours.contact()).await), nobody);
    assert_eq!(code(&undo(&app, &tenant, theirs.contact(), ours.contact()).await), nobody);
    let own = app.visitor(&other, "c").await;
    assert_eq!(merge(&app, &other, theirs.contact(), own.contact()).await.status, 201);
    let stranger = undo(&app, &tenant, theirs.contact(), own.contact()).await;
    assert_eq!(code(&stranger), nobody);
    assert_eq!(app.visitor(&other, "c").await.contact(), theirs.contact());
    assert_eq!(theirs.get("/widget/v1/me").await.status, 401);
    assert_eq!(ours.get("/widget/v1/me").await.status, 200);
}

#[tokio::test]
async fn x7_the_log_names_both_who_did_it_and_why() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    let before = log(&app, &tenant, 1).await.len();
    merge(&app, &tenant, a.contact(), b.contact()).await;
    undo(&app, &tenant, a.contact(), b.contact()).await;
    let entries = log(&app, &tenant, before + 2).await;
    assert_eq!(entries[1]["action"], json!("contact.merged"));
    assert_eq!(entries[1]["target"], json!(b.contact()));
    assert_eq!(entries[1]["actor"]["kind"], json!("key"));
    let detail = format!("into {}: she changed her account", a.contact());
    assert_eq!(entries[1]["detail"], json!(detail));
    assert_eq!(entries[0]["action"], json!("contact.unmerged"));
    assert_eq!(entries[0]["detail"], json!(format!("from {}", a.contact())));
}

#[tokio::test]
async fn x8_the_preview_tells_what_follows_and_changes_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    let guest = app.stranger(&tenant).await;
    let owner = app.signed_in("owner@acme.example").await;
    let preview = async |owner: &Member<'_>, merged: &str| {
        let path =
            format!("/dashboard/v1/contacts/{}/merges/preview?contact={merged}", a.contact());
        let answer = owner.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };
    let both = preview(&owner, b.contact()).await;
    assert_eq!(both["survivor"]["id"], json!(a.contact()));
    assert_eq!(both["merged"]["email"], json!("b@customer.example"));
    assert_eq!((&both["sessions"], &both["demanded"]), (&json!(2), &json!("jwt")));
    assert_eq!(both["warnings"], json!(["both_proven"]));
    assert_eq!(preview(&owner, guest.contact()).await["warnings"], json!(["unproven"]));
    assert_eq!(a.get("/widget/v1/me").await.status, 200);
    assert_eq!(contact(&app, &tenant, b.contact()).await["merged_into"], Value::Null);
}

#[tokio::test]
async fn x9_a_merged_contact_is_shown_and_not_written_to() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    order_type(&app, &tenant, json!({})).await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    assert_eq!(merge(&app, &tenant, a.contact(), b.contact()).await.status, 201);
    let path = format!("/contacts/{}", b.contact());
    let change = json!({ "fields": { "phone": "+49 1" } });
    let refused = staff(&app, &tenant, "PATCH", &path, change).await;
    assert_eq!(code(&refused), (409, "contact_is_merged".to_owned()));
    assert_eq!(contact(&app, &tenant, b.contact()).await["merged_into"], json!(a.contact()));
    let body = json!({ "contact": b.contact(), "text": "hello" });
    let opened = staff(&app, &tenant, "POST", "/conversations", body).await;
    assert_eq!(opened.json()["contact"]["id"], json!(a.contact()), "{}", opened.text);
    let list = staff(&app, &tenant, "GET", "/contacts", Value::Null).await.json();
    let ids: Vec<_> = list["items"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
    assert_eq!(ids, [json!(a.contact())], "one person, once in the list");
    let found =
        staff(&app, &tenant, "GET", "/contacts?query=b@customer.example", Value::Null).await;
    assert_eq!(found.json()["items"][0]["merged_into"], json!(a.contact()), "found by what it was");
}
