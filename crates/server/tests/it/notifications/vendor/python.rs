//! The Python package's hash: rules NA6 and G3.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_base::Role;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{as_user, call, secure, serve, socket};
use crate::app::{Answer, Tenant, TestApp};

/// The three calls in which the package sends it.
const TAKEN: [(&str, &str); 3] = [
    ("POST", "/users/alice"),
    ("PATCH", "/users/alice/notifications/INAPP_WEB"),
    ("DELETE", "/users/alice/preferences?notificationId=order"),
];

pub(super) fn python_hash(secret: &str, user: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(format!("{secret}{user}")))
}

async fn as_python(app: &TestApp, tenant: &Tenant, method: &str, path: &str) -> Answer {
    let token = format!("alice:{}", python_hash(&tenant.secret, "alice"));
    let body = json!({ "email": "py@x.example", "trackingIds": [] });
    call(app, tenant, method, path, token.as_bytes(), &body).await
}

pub(super) async fn allow(app: &TestApp, tenant: &Tenant, is_allowed: bool) {
    let changed = app.change_widget(tenant, &json!({ "allow_python_hash": is_allowed })).await;
    assert_eq!(changed.json()["allow_python_hash"], json!(is_allowed), "{}", changed.text);
}

#[tokio::test]
async fn g3_na6_the_python_hash_counts_where_it_was_allowed_and_in_three_calls_only() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    for (method, path) in TAKEN {
        let refused = as_python(&app, &tenant, method, path).await;
        assert_eq!((refused.status, refused.text.as_str()), (401, ""), "off by default: {path}");
    }
    allow(&app, &tenant, true).await;
    for (method, path) in TAKEN {
        let taken = as_python(&app, &tenant, method, path).await;
        assert_eq!(taken.status, 200, "{method} {path} {}", taken.text);
    }
    for (method, path) in [
        ("GET", "/users/alice/"),
        ("GET", "/users/alice/notifications/INAPP_WEB?count=5"),
        ("GET", "/users/alice/preferences"),
        ("POST", "/users/alice/preferences"),
        ("GET", "/users/alice/account_metadata"),
        ("GET", "/users/alice/slack/channels"),
        ("POST", "/users/mallory"),
    ] {
        assert_eq!(as_python(&app, &tenant, method, path).await.status, 401, "{method} {path}");
    }
    let at = serve(&app).await;
    let hash = python_hash(&tenant.secret, "alice");
    assert!(socket(at, &tenant, "alice", &hash).await.is_none(), "never on the socket");
    let user = as_user(&app, &tenant, "GET", "/users/alice/", "alice", &Value::Null).await.json();
    assert_eq!(user["email"], json!("py@x.example"));
    allow(&app, &tenant, false).await;
    let (method, path) = TAKEN[0];
    assert_eq!(as_python(&app, &tenant, method, path).await.status, 401, "from the next call on");
}

#[tokio::test]
async fn na6_a_refusal_of_it_is_explained() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    as_python(&app, &tenant, "POST", "/users/alice").await;
    let [refusal] = &crate::refusals::list(&app, &tenant, 1).await[..] else { panic!("one only") };
    let text = |name: &str| refusal[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("reason"), "signature");
    assert!(text("cause").contains("plain SHA-256"), "{refusal}");
    assert!(text("mend").contains("`allow_python_hash`"), "{refusal}");
    let presented =
        json!({ "userId": "alice", "userIdHash": python_hash(&tenant.secret, "alice") });
    let body = json!({ "widget": tenant.widget.id, "presented": presented });
    let explained = tenant.back_end(&app).call("POST", "/api/v1/identity/explain", &body).await;
    assert_eq!(explained.json()["findings"][0]["code"], json!("concatenated"));
}

#[tokio::test]
async fn w5_only_an_owner_allows_the_python_hash() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    app.member(tenant.scope, "admin@acme.example", Role::Admin).await;
    let admin = app.signed_in("admin@acme.example").await;
    let path = format!("/dashboard/v1/widgets/{}", tenant.widget.id);
    let refused = admin.call("PATCH", &path, &json!({ "allow_python_hash": true })).await;
    assert_eq!(refused.refusal(), (403, "owner_required".to_owned()));
    allow(&app, &tenant, true).await;
    let taken_back = admin.call("PATCH", &path, &json!({ "allow_python_hash": false })).await;
    assert_eq!(taken_back.status, 200, "{}", taken_back.text);
}
