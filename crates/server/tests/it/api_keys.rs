//! Secret keys: rules K1 to K6 of `people::api_keys`.

use std::sync::Arc;
use std::time::Duration;

use countersign_base::{Digest, Environment, Fault, Role, Secret, Token, tokens};
use countersign_door::Cx;
use countersign_infra::db::{Reach, Tx};
use countersign_people::{api_keys, organizations};
use serde_json::{Value, json};

use crate::app::{Answer, Tenant, TestApp};

const KEYS: &str = "/api/v1/api_keys";

async fn with(app: &TestApp, key: &str, path: &str) -> Answer {
    app.call("GET", path, &[("authorization", &format!("Bearer {key}"))], &Value::Null).await
}

/// A new key by name: its id and its text.
async fn made(app: &TestApp, tenant: &Tenant, name: &str) -> (String, String) {
    let answer = tenant.back_end(app).call("POST", KEYS, &json!({ "name": name })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let text = |field: &str| answer.json()[field].as_str().unwrap().to_owned();
    (text("id"), text("secret_key"))
}

#[tokio::test]
async fn k1_a_key_is_shown_once_and_kept_as_a_digest() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let answer = tenant.back_end(&app).call("POST", KEYS, &json!({ "name": " deploy " })).await;
    let mut body = answer.json();
    let text = body["secret_key"].take().as_str().unwrap().to_owned();
    let id = body["id"].clone();
    let shown = json!({
        "id": id, "name": "deploy", "hint": text[text.len() - 4..],
        "created_at": "2026-11-18T11:06:40.000Z", "last_used_at": null, "revoked_at": null,
    });
    body.as_object_mut().unwrap().remove("secret_key");
    assert_eq!((answer.status, &body), (201, &shown));
    let list = tenant.back_end(&app).call("GET", KEYS, &Value::Null).await;
    assert!(list.json()["items"].as_array().unwrap().contains(&shown), "{}", list.text);
    assert!(!list.text.contains(&text[20..60]) && !list.text.contains("secret_key"));
    let kept: Result<Vec<Digest>, Fault> = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            let sql = "select digest from api_key where name = 'deploy'";
            tx.rows(sql, &[], |row| row.col(0)).await
        })
        .await;
    let token = Token::<tokens::SecretKeyLive, 64>::read(&text).unwrap();
    assert_eq!(kept, Ok(vec![token.digest()]));
}

#[tokio::test]
async fn k2_a_key_is_of_its_own_tenant_and_environment() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (organization, vault, now) =
        (tenant.scope.organization, Arc::clone(&app.vault), app.app.clock.now());
    let test = app.db.write(Reach::All, async move |tx: &mut Tx<'_>| {
        organizations::ensure_tenant(tx, &vault, organization, Environment::Test, now).await
    });
    let test = test.await.unwrap_or_else(|fault: Fault| panic!("{fault}"));
    let system = app.app.system(test).await.unwrap();
    let key: Result<Secret, api_keys::Refusal> = system
        .write(async move |cx: &mut Cx<'_>| {
            api_keys::create(cx, "test".to_owned()).await.map(|made| made.secret_key)
        })
        .await;
    let key = key.unwrap();
    assert!(tenant.key.starts_with("cs_sk_live_") && key.expose().starts_with("cs_sk_test_"));
    let seen = with(&app, key.expose(), "/api/v1/widgets").await;
    assert_eq!((seen.status, seen.json()["items"].clone()), (200, json!([])), "nothing of live");
    let live = Token::<tokens::SecretKeyLive, 64>::read(&tenant.key).unwrap();
    let other = Token::<tokens::SecretKeyTest, 64>::from_bytes(*live.bytes()).reveal();
    assert_eq!(with(&app, &other, KEYS).await.refusal(), (401, "unauthorized".to_owned()));
    let foreign = app.tenant("initech").await;
    let foreign = Token::<tokens::SecretKeyLive, 64>::read(&foreign.key).unwrap();
    let mut mixed = *live.bytes();
    mixed[..16].copy_from_slice(&foreign.bytes()[..16]);
    let mixed = Token::<tokens::SecretKeyLive, 64>::from_bytes(mixed).reveal();
    assert_eq!(with(&app, &mixed, KEYS).await.status, 401, "another tenant's name on it");
    assert_eq!(with(&app, &tenant.key, KEYS).await.status, 200);
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let key = &tenant.key;
    for header in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {key}"),
        key.clone(),
        format!("Bearer  {key}"),
        format!("Bearer {key}x"),
        format!("Bearer {}", &key[..key.len() - 1]),
        format!("Bearer {}", tenant.widget.public_key),
        format!("Bearer {}", tenant.secret),
    ] {
        let answer = app.call("GET", KEYS, &[("authorization", &header)], &Value::Null).await;
        assert_eq!(answer.refusal(), (401, "unauthorized".to_owned()), "{header}");
    }
    let answer =
        app.call("GET", KEYS, &[("authorization", &format!("bearer {key}"))], &Value::Null).await;
    assert_eq!(answer.status, 200, "the scheme's case says nothing");
}

#[tokio::test]
async fn k3_a_revoked_key_is_refused_on_the_next_request() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (id, key) = made(&app, &tenant, "old").await;
    assert_eq!(with(&app, &key, KEYS).await.status, 200);
    let path = format!("{KEYS}/{id}");
    let gone = tenant.back_end(&app).call("DELETE", &path, &Value::Null).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(with(&app, &key, KEYS).await.refusal(), (401, "unauthorized".to_owned()));
    let again = tenant.back_end(&app).call("DELETE", &path, &Value::Null).await;
    assert_eq!(again.refusal(), (404, "not_found".to_owned()));
    assert_eq!(with(&app, &tenant.key, KEYS).await.status, 200, "others go on");
}

#[tokio::test]
async fn k3_a_key_that_revokes_itself_has_ended() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (id, key) = made(&app, &tenant, "self").await;
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str())];
    let gone = app.call("DELETE", &format!("{KEYS}/{id}"), &headers, &Value::Null).await;
    assert_eq!(gone.status, 204);
    assert_eq!(with(&app, &key, KEYS).await.status, 401);
}

#[tokio::test]
async fn k4_a_browsers_call_is_refused_even_with_a_good_key() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let bearer = format!("Bearer {}", tenant.key);
    for (name, value) in [
        ("origin", "https://app.example.com"),
        ("origin", "null"),
        ("origin", crate::app::ORIGIN),
        ("sec-fetch-site", "none"),
        ("sec-fetch-site", "same-origin"),
    ] {
        let headers = [("authorization", bearer.as_str()), (name, value)];
        let answer = app.call("GET", KEYS, &headers, &Value::Null).await;
        let refused = (403, "secret_key_in_browser".to_owned());
        assert_eq!(answer.refusal(), refused, "{name}: {value}");
    }
}

#[tokio::test]
async fn k5_the_last_use_is_noted_once_a_minute() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (id, key) = made(&app, &tenant, "used").await;
    let last_used = async || {
        let list = tenant.back_end(&app).call("GET", KEYS, &Value::Null).await.json();
        let items = list["items"].as_array().unwrap().clone();
        items.iter().find(|item| item["id"] == json!(id)).unwrap()["last_used_at"].clone()
    };
    let becomes = async |moment: &str| {
        for _ in 0..400 {
            if last_used().await == json!(moment) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{} is not {moment}", last_used().await);
    };
    assert_eq!(last_used().await, Value::Null);
    with(&app, &key, KEYS).await;
    becomes("2026-11-18T11:06:40.000Z").await;
    app.forward(59).await;
    with(&app, &key, KEYS).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    becomes("2026-11-18T11:06:40.000Z").await;
    app.forward(1).await;
    with(&app, &key, KEYS).await;
    becomes("2026-11-18T11:07:40.000Z").await;
}

#[tokio::test]
async fn k6_only_admins_and_back_ends_of_the_tenant_manage_its_keys() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    app.member(tenant.scope, "admin@acme.example", Role::Admin).await;
    app.member(tenant.scope, "agent@acme.example", Role::Agent).await;
    let (agent, admin) =
        (app.signed_in("agent@acme.example").await, app.signed_in("admin@acme.example").await);
    let (id, key) = made(&app, &tenant, "mine").await;
    let path = "/dashboard/v1/api_keys";
    let one = format!("{path}/{id}");
    for (method, path, body) in [
        ("GET", path, Value::Null),
        ("POST", path, json!({ "name": "a" })),
        ("DELETE", &*one, Value::Null),
    ] {
        let answer = agent.call(method, path, &body).await;
        assert_eq!(answer.refusal(), (403, "forbidden".to_owned()), "{method}");
    }
    let foreign = other.back_end(&app).call("DELETE", &format!("{KEYS}/{id}"), &Value::Null).await;
    assert_eq!(foreign.refusal(), (404, "not_found".to_owned()));
    let seen = other.back_end(&app).call("GET", KEYS, &Value::Null).await;
    assert!(!seen.text.contains(&id));
    assert_eq!(with(&app, &key, KEYS).await.status, 200, "nothing was ended");
    assert_eq!(admin.call("DELETE", &one, &Value::Null).await.status, 204);
}

#[tokio::test]
async fn k6_a_hundred_keys_are_in_use_at_most() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let mut last = String::new();
    for n in 1..100 {
        last = made(&app, &tenant, &format!("key {n}")).await.0;
    }
    let more = json!({ "name": "one more" });
    let answer = tenant.back_end(&app).call("POST", KEYS, &more).await;
    assert_eq!(answer.refusal(), (409, "too_many_keys".to_owned()));
    tenant.back_end(&app).call("DELETE", &format!("{KEYS}/{last}"), &Value::Null).await;
    assert_eq!(tenant.back_end(&app).call("POST", KEYS, &more).await.status, 201);
    let mut seen = std::collections::BTreeSet::new();
    let mut path = format!("{KEYS}?limit=40");
    for many in [40, 40, 21] {
        let page = tenant.back_end(&app).call("GET", &path, &Value::Null).await.json();
        let items = page["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), many);
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        path =
            format!("{KEYS}?limit=40&cursor={}", page["next_cursor"].as_str().unwrap_or_default());
    }
    assert_eq!(seen.len(), 101, "revoked ones too");
}

#[tokio::test]
async fn a_name_that_says_nothing_is_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    for name in ["", "   ", "a\u{0}b", "a\nb", &*"x".repeat(101)] {
        let answer = tenant.back_end(&app).call("POST", KEYS, &json!({ "name": name })).await;
        assert_eq!(answer.refusal(), (422, "bad_text".to_owned()), "{name:?}");
    }
    for body in [json!({}), json!({ "name": 1 }), json!({ "name": "a", "id": "b" })] {
        let answer = tenant.back_end(&app).call("POST", KEYS, &body).await;
        assert_eq!(answer.refusal(), (400, "malformed_json".to_owned()), "{body}");
    }
}
