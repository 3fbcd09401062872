//! Coverage: rules V1 to V3 of `people::coverage`.

use countersign_people::widgets::Mode;
use serde_json::{Value, json};

use crate::app::{Tenant, TestApp};

async fn coverage(app: &TestApp, tenant: &Tenant) -> Value {
    let path = format!("/api/v1/widgets/{}/coverage", tenant.widget.id);
    let answer = tenant.back_end(app).call("GET", &path, &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn set(app: &TestApp, tenant: &Tenant, change: Value) {
    let answer = app.change_widget(tenant, &change).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// One attempt of each outcome.
async fn all_four(app: &TestApp, tenant: &Tenant) {
    let good = tenant.token(app, "alice");
    app.open(tenant, Some(json!({ "token": good }))).await;
    app.open(tenant, Some(json!({ "token": "a.b.c" }))).await;
    app.open(tenant, Some(json!({ "id": "bob" }))).await;
    app.open(tenant, None).await;
}

fn totals(valid: u64, invalid: u64, missing: u64, anonymous: u64) -> Value {
    json!({ "valid": valid, "invalid": invalid, "missing": missing, "anonymous": anonymous })
}

#[tokio::test]
async fn v1_every_attempt_counts_once_in_every_mode() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "countersign", Mode::Off).await;
    for (times, mode) in (1..).zip(["off", "observe", "enforce"]) {
        set(&app, &tenant, json!({ "mode": mode })).await;
        all_four(&app, &tenant).await;
        let found = coverage(&app, &tenant).await;
        assert_eq!(found["totals"], totals(times, times, times, times), "{mode}");
        let secrets = format!("/api/v1/widgets/{}/identity_secrets", tenant.widget.id);
        let secrets = tenant.back_end(&app).call("GET", &secrets, &Value::Null).await.json();
        assert_eq!(found["by_key"], json!([{ "key": secrets["items"][0]["id"], "many": times }]));
        assert_eq!(found["by_reason"][0]["many"], json!(times), "{found}");
        let days = found["days"].as_array().unwrap();
        assert_eq!((days.len(), &days[6]["date"]), (7, &json!("2026-11-18")));
        assert_eq!(days[6]["valid"], json!(times));
    }
}

#[tokio::test]
async fn v1_a_weaker_proof_than_before_is_counted_as_what_enforce_would_refuse() {
    let app = TestApp::start().await;
    let tenant = app.tenant_of_both("acme").await;
    let (hmac, jwt) = tenant.both(&app, "u1").await;
    app.open(&tenant, Some(jwt)).await;
    assert_eq!(app.open(&tenant, Some(hmac.clone())).await.status, 401);
    set(&app, &tenant, json!({ "mode": "observe" })).await;
    assert_eq!(app.open(&tenant, Some(hmac)).await.status, 201);
    let found = coverage(&app, &tenant).await;
    assert_eq!(found["totals"], totals(1, 2, 0, 0));
    assert_eq!(found["by_reason"], json!([{ "reason": "weaker_proof", "many": 2 }]));
}

#[tokio::test]
async fn v2_counts_are_written_when_the_server_stops_and_add_up_over_nodes() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let other = app.beside().await;
    all_four(&app, &tenant).await;
    all_four(&other, &tenant).await;
    assert_eq!(coverage(&other, &tenant).await["totals"], totals(1, 1, 1, 1), "its own");
    app.settle().await;
    app.settle().await;
    assert_eq!(coverage(&other, &tenant).await["totals"], totals(2, 2, 2, 2));
    other.settle().await;
    app.forward(3_600).await;
    other.forward(0).await;
    all_four(&app, &tenant).await;
    app.settle().await;
    assert_eq!(coverage(&other, &tenant).await["totals"], totals(3, 3, 3, 3));
    app.forward(7 * 24 * 3_600).await;
    other.forward(0).await;
    assert_eq!(coverage(&other, &tenant).await["totals"], totals(0, 0, 0, 0));
}

#[tokio::test]
async fn v3_the_verdict_is_one_plain_sentence_and_never_too_hopeful() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "countersign", Mode::Observe).await;
    let verdict = async || coverage(&app, &tenant).await["verdict"].clone();
    assert_eq!(
        verdict().await,
        json!({ "safe_to_enforce": false, "would_be_refused": 0, "sentence":
            "Nobody has come in the last 7 days, so there is nothing to judge by." })
    );
    app.open(&tenant, None).await;
    assert_eq!(
        verdict().await["sentence"],
        json!("Not yet safe to enforce: in the last 7 days nobody has brought a proof.")
    );
    app.open(&tenant, Some(json!({ "token": tenant.token(&app, "alice") }))).await;
    assert_eq!(
        verdict().await,
        json!({ "safe_to_enforce": true, "would_be_refused": 0, "sentence":
            "Safe to enforce: all 2 attempts of the last 7 days would have been let in." })
    );
    set(&app, &tenant, json!({ "anonymous": false })).await;
    assert_eq!(verdict().await["would_be_refused"], json!(1));
    app.open(&tenant, Some(json!({ "id": "bob" }))).await;
    app.open(&tenant, Some(json!({ "id": "bob" }))).await;
    assert_eq!(
        verdict().await,
        json!({ "safe_to_enforce": false, "would_be_refused": 3, "sentence":
            "Not yet safe to enforce: 3 of 4 attempts of the last 7 days would have been refused, \
             most of them because the page sends no proof." })
    );
    set(&app, &tenant, json!({ "mode": "enforce" })).await;
    assert!(verdict().await["sentence"].as_str().unwrap().starts_with("Enforced: 3 of 4"));
}
