//! Every route of the contract, without a proof and with somebody else's.

use countersign_identity::Presented;
use countersign_server::contract;
use countersign_server::router::document;
use serde_json::{Value, json};

use crate::app::TestApp;

/// Routes that need no proof, each for the reason that its handler states.
const OPEN: [&str; 9] = [
    "GET /.well-known/jwks.json",
    "GET /healthz",
    "GET /readyz",
    "GET /unsubscribe/{token}",
    "GET /widget/v1/config",
    "POST /dashboard/v1/sessions",
    "POST /unsubscribe/{token}",
    "POST /widget/v1/sessions",
    "POST /widget/v1/sessions/refresh",
];

/// Method and path of every route, with ids of things that are nobody's.
fn routes() -> Vec<(String, String, Value)> {
    let document: Value = serde_json::from_str(&contract::text(&document())).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            routes.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    assert!(routes.len() > 40, "{}", routes.len());
    routes
}

fn is_open(operation: &Value) -> bool {
    operation["security"] == json!([]) || operation["security"] == json!([{}])
}

#[tokio::test]
async fn every_route_without_a_proof_refuses_or_stands_in_the_list() {
    let app = TestApp::start().await;
    let mut open = Vec::new();
    for (method, path, operation) in routes() {
        let route = format!("{method} {path}");
        if is_open(&operation) {
            open.push(route);
            continue;
        }
        let answer = app.call(&method, &path, &[], &json!({})).await;
        assert_eq!(answer.refusal(), (401, "unauthorized".to_owned()), "{route} {}", answer.text);
    }
    open.sort();
    assert_eq!(open, OPEN);
}

#[tokio::test]
async fn every_route_refuses_a_proof_of_another_plane() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let member = app.signed_in("owner@acme.example").await;
    for (method, path, operation) in routes() {
        if is_open(&operation) {
            continue;
        }
        let (bearer, key) =
            (format!("Bearer {}", alice.access_token), format!("Bearer {}", tenant.key));
        let wrong: Vec<(&str, &str)> = match path.split('/').nth(1) {
            Some("widget") => vec![("authorization", &key), ("cookie", &member.cookie)],
            Some("api") => vec![("authorization", &bearer), ("cookie", &member.cookie)],
            _ => vec![("authorization", &key)],
        };
        let answer = app.call(&method, &path, &wrong, &json!({})).await;
        assert_eq!(answer.status, 401, "{method} {path} {}", answer.text);
    }
}

#[tokio::test]
async fn every_route_with_an_id_answers_404_to_another_tenant() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let alice = app.visitor(&tenant, "alice").await;
    let conversation = alice.converses("hello").await;
    let session = alice.opened["session"]["id"].as_str().unwrap();
    let secrets = format!("/api/v1/widgets/{}/identity_secrets", tenant.widget.id);
    let secrets = tenant.back_end(&app).call("GET", &secrets, &Value::Null).await.json();
    let keys = tenant.back_end(&app).call("GET", "/api/v1/api_keys", &Value::Null).await.json();
    let claims = Presented::default().with("sub", "carol").with_parts("company", &[("id", "C1")]);
    let token = tenant.token_of(&app, &claims);
    assert_eq!(app.open(&tenant, Some(json!({ "token": token }))).await.status, 201);
    let companies =
        tenant.back_end(&app).call("GET", "/api/v1/companies", &Value::Null).await.json();
    let company = companies["items"][0]["id"].as_str().unwrap();
    crate::notifications::order_type(&app, &tenant, json!({})).await;
    let sent = crate::notifications::send(&app, &tenant, "alice", "1").await.json();
    let sent = sent["id"].as_str().unwrap();
    let everybody = json!({ "type": "order", "to": "everybody" });
    let broadcast =
        tenant.back_end(&app).call("POST", "/api/v1/broadcasts", &everybody).await.json();
    let mut swept = 0;
    for (method, path, _) in routes() {
        if !path.contains('{') || !path.starts_with("/api/") {
            continue;
        }
        let id = match path.split('/').nth(3).unwrap() {
            "conversations" => conversation.clone(),
            "notifications" => sent.to_owned(),
            "broadcasts" => broadcast["id"].as_str().unwrap().to_owned(),
            // Found by the tenant's own words or a channel, not by an id.
            "notification_types" | "notification_topics" | "notification_hooks" => continue,
            "contacts" => alice.contact().to_owned(),
            "sessions" => session.to_owned(),
            "widgets" => tenant.widget.id.to_string(),
            "companies" => company.to_owned(),
            "api_keys" => keys["items"][0]["id"].as_str().unwrap().to_owned(),
            unknown => panic!("teach the sweep about `{unknown}`"),
        };
        let secret = secrets["items"][0]["id"].as_str().unwrap();
        let filled = path.replace("{id}", &id).replace("{secret}", secret);
        let filled = filled.replace("{merged}", alice.contact());
        let filled = match path.rsplit('/').next().unwrap() {
            "preview" => format!("{filled}?contact={}", alice.contact()),
            _ => filled,
        };
        let body = match (method.as_str(), path.rsplit('/').next().unwrap()) {
            ("POST", "messages") => json!({ "client_id": "a", "text": "b" }),
            ("POST", "merges") => json!({ "contact": alice.contact(), "reason": "why" }),
            ("PUT", "seen") => json!({ "seq": 1 }),
            ("PUT", "jwks") => json!({ "url": "https://keys.example/jwks.json" }),
            ("PATCH", "{secret}") => json!({ "retire_at": null }),
            ("PATCH", "notification_preferences") => json!([]),
            ("PATCH", _) if path.contains("contacts") => json!({ "fields": {} }),
            ("GET" | "DELETE", _) => Value::Null,
            _ => json!({}),
        };
        let answer = other.back_end(&app).call(&method, &filled, &body).await;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{method} {filled}");
        swept += 1;
    }
    assert!(swept > 12, "{swept}");
    assert_eq!(alice.get("/widget/v1/me").await.status, 200, "nothing was changed");
}

#[tokio::test]
async fn another_visitors_conversation_is_not_there() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let id = alice.converses("hello").await;
    for (method, rest, body) in [
        ("GET", "", Value::Null),
        ("GET", "/messages", Value::Null),
        ("POST", "/messages", json!({ "client_id": "a", "text": "b" })),
        ("PUT", "/seen", json!({ "seq": 1 })),
        ("POST", "/typing", json!({})),
    ] {
        let path = format!("/widget/v1/conversations/{id}{rest}");
        let answer = bob.call(method, &path, &body).await;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{method} {path}");
    }
}

#[tokio::test]
async fn the_committed_document_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    let now = contract::text(&document());
    if std::fs::read_to_string(path).ok().as_deref() != Some(now.as_str()) {
        std::fs::write(path, &now).unwrap();
        panic!("openapi.json was not current; it is now: look at the change and commit it");
    }
}

#[test]
fn every_schema_that_the_contract_names_is_in_it() {
    let document: Value = serde_json::from_str(&contract::text(&document())).unwrap();
    let mut names = Vec::new();
    references(&document, &mut names);
    assert!(names.len() > 40, "{}", names.len());
    let missing: Vec<_> = names
        .iter()
        .filter(|name| document.pointer(name.trim_start_matches('#')).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn references(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            names.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| references(field, names));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        _ => {}
    }
}
