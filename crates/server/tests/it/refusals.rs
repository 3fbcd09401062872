//! Refusals: rules R1 to R3 of `people::refusals`, and the ratchet of contacts.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{Tenant, TestApp};

pub(crate) async fn list(app: &TestApp, tenant: &Tenant, at_least: usize) -> Vec<Value> {
    for _ in 0..200 {
        let page =
            tenant.back_end(app).call("GET", "/api/v1/refusals?limit=100", &Value::Null).await;
        let items = page.json()["items"].as_array().unwrap().clone();
        if items.len() >= at_least {
            return items;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("fewer than {at_least} refusals");
}

#[tokio::test]
async fn r1_a_refusal_holds_the_reason_and_no_proof() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let token = tenant.token(&app, "alice");
    let cut = &token[..token.len() - 4];
    app.open(&tenant, Some(json!({ "token": cut }))).await;
    let refusals = list(&app, &tenant, 1).await;
    assert_eq!(refusals[0]["widget"], json!(tenant.widget.id));
    assert_eq!(refusals[0]["many"], json!(1));
    assert!(!refusals[0].to_string().contains(&cut[..40]));
    let contacts = tenant.back_end(&app).call("GET", "/api/v1/contacts", &Value::Null).await;
    assert_eq!(contacts.json()["items"], json!([]));
}

#[tokio::test]
async fn r2_past_a_hundred_a_minute_they_are_counted() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    for _ in 0..230 {
        app.open(&tenant, Some(json!({ "token": "a.b.c" }))).await;
    }
    // They are written one after the other: when this later one is there, all of them are.
    app.forward(1).await;
    app.open(&tenant, Some(json!({ "token": "" }))).await;
    let last = json!("blank_proof");
    for tries in 0.. {
        if list(&app, &tenant, 1).await[0]["reason"] == last {
            break;
        }
        assert!(tries < 1_000, "the last refusal was not recorded");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let path = "/api/v1/refusals?limit=100";
    let first = tenant.back_end(&app).call("GET", path, &Value::Null).await.json();
    let path = format!("{path}&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = tenant.back_end(&app).call("GET", &path, &Value::Null).await.json();
    let all: Vec<_> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap().clone())
        .filter(|one| one["reason"] != last)
        .collect();
    assert_eq!(all.len(), 101, "a hundred, and one that stands for a hundred");
    let many: i64 = all.iter().map(|one| one["many"].as_i64().unwrap()).sum();
    assert_eq!(many, 200);
}

#[tokio::test]
async fn r3_the_visitor_does_not_wait_for_the_record() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let answers = (0..50).map(|_| app.open(&tenant, Some(json!({ "token": "a.b.c" }))));
    let answers = futures_util::future::join_all(answers).await;
    assert!(answers.iter().all(|answer| answer.status == 401));
    assert_eq!(list(&app, &tenant, 50).await.len(), 50);
}

#[tokio::test]
async fn p4_once_a_token_proved_somebody_an_hmac_does_not_suffice() {
    let app = TestApp::start().await;
    let tenant = app.tenant_of_both("acme").await;
    let (hmac, jwt) = tenant.both(&app, "u1").await;
    assert_eq!(app.open(&tenant, Some(hmac.clone())).await.json()["trust"], json!("hmac"));
    let proven = app.open(&tenant, Some(jwt)).await.json();
    assert_eq!(proven["trust"], json!("jwt"));
    let weaker = app.open(&tenant, Some(hmac.clone())).await;
    assert_eq!(weaker.refusal(), (401, "identity_refused".to_owned()));
    let refusals = list(&app, &tenant, 1).await;
    assert_eq!(refusals[0]["reason"], json!("weaker_proof"));
    let observed = app.change_widget(&tenant, &json!({ "mode": "observe" })).await;
    assert_eq!(observed.status, 200);
    let flagged = app.open(&tenant, Some(hmac)).await.json();
    assert_ne!(flagged["contact"]["id"], proven["contact"]["id"]);
}

#[tokio::test]
async fn p4_an_admin_takes_it_back_for_one_contact() {
    let app = TestApp::start().await;
    let tenant = app.tenant_of_both("acme").await;
    let back_end = tenant.back_end(&app);
    let mut proofs = Vec::new();
    for id in ["u1", "u2"] {
        let (hmac, jwt) = tenant.both(&app, id).await;
        let opened = app.open(&tenant, Some(jwt)).await.json();
        assert_eq!(app.open(&tenant, Some(hmac.clone())).await.status, 401);
        proofs.push((hmac, opened["contact"]["id"].clone()));
    }
    let (hmac, contact) = proofs[0].clone();
    let path = format!("/contacts/{}/ratchet/reset", contact.as_str().unwrap());
    app.member(tenant.scope, "agent@acme.example", countersign_base::Role::Agent).await;
    let agent = app.signed_in("agent@acme.example").await;
    let refused = agent.call("POST", &format!("/dashboard/v1{path}"), &json!({})).await;
    assert_eq!(refused.refusal(), (403, "forbidden".to_owned()));
    let reset = back_end.call("POST", &format!("/api/v1{path}"), &Value::Null).await;
    assert_eq!(reset.json()["trust"], json!("hmac"), "{}", reset.text);
    let opened = app.open(&tenant, Some(hmac)).await.json();
    assert_eq!((&opened["trust"], &opened["contact"]["id"]), (&json!("hmac"), &contact));
    assert_eq!(app.open(&tenant, Some(proofs[1].0.clone())).await.status, 401, "only for one");
    let stranger = app.open(&tenant, None).await.json()["contact"]["id"].clone();
    let path = format!("/api/v1/contacts/{}/ratchet/reset", stranger.as_str().unwrap());
    let unproven = back_end.call("POST", &path, &Value::Null).await;
    assert_eq!(unproven.refusal(), (409, "not_proven".to_owned()));
}

#[tokio::test]
async fn s10_a_node_that_cannot_hear_of_revocations_lets_nobody_in() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    assert_eq!(alice.get("/widget/v1/me").await.status, 200);
    app.jump(3);
    let blind = alice.get("/widget/v1/me").await;
    assert_eq!(blind.refusal(), (503, "unavailable".to_owned()));
    app.forward(0).await;
    assert_eq!(alice.get("/widget/v1/me").await.status, 200);
}
