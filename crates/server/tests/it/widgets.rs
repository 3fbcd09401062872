//! Widgets: rules W1 to W5 of `people::widgets`.

use countersign_base::Role;
use serde_json::{Value, json};

use crate::app::TestApp;

#[tokio::test]
async fn w3_a_stricter_mode_ends_the_sessions_of_the_weaker_one() {
    let app = TestApp::start().await;
    let tenant =
        app.tenant_with("acme", "countersign", countersign_people::widgets::Mode::Off).await;
    let claimed = app.open(&tenant, Some(json!({ "id": "bob" }))).await;
    let bearer = format!("Bearer {}", claimed.json()["access_token"].as_str().unwrap());
    let me = async || {
        app.call("GET", "/widget/v1/me", &[("authorization", &bearer)], &Value::Null).await
    };
    assert_eq!(me().await.status, 200);
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let changed = tenant.back_end(&app).call("PATCH", &path, &json!({ "mode": "enforce" })).await;
    assert_eq!(changed.json()["mode"], json!("enforce"));
    assert_eq!(me().await.status, 401);
    assert_eq!(app.open(&tenant, Some(json!({ "id": "bob" }))).await.status, 401);
}

#[tokio::test]
async fn w3_a_switch_of_the_mode_is_audited_by_name() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let before = crate::audit::log(&app, &tenant, 1).await.len();
    for mode in ["observe", "observe", "off", "enforce"] {
        let body = json!({ "mode": mode });
        assert_eq!(tenant.back_end(&app).call("PATCH", &path, &body).await.status, 200);
    }
    let log = crate::audit::log(&app, &tenant, before + 7).await;
    let switches: Vec<_> = log
        .iter()
        .filter_map(|entry| entry["action"].as_str()?.strip_prefix("widget.identity_"))
        .collect();
    assert_eq!(switches, ["enforced", "off", "observed"]);
}

#[tokio::test]
async fn w4_what_is_no_exact_origin_is_refused_with_what_would_be_right() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    for bad in
        ["app.example.com", "https://*.example.com", "https://a.example/x", "http://a.example", ""]
    {
        let body = json!({ "origins": ["https://ok.example", bad] });
        let answer = tenant.back_end(&app).call("PATCH", &path, &body).await;
        assert_eq!(answer.refusal(), (422, "bad_origin".to_owned()), "{bad}");
    }
    let kept = tenant.back_end(&app).call("GET", &path, &Value::Null).await.json();
    assert_eq!(kept["origins"], json!([crate::app::PAGE]), "a refused change changes nothing");
}

#[tokio::test]
async fn w6_names_show_what_they_are() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    for bad in ["", " ", "a\nb", "Support\u{202e}gro.live", "in\u{200b}visible", &"x".repeat(201)] {
        let answer = tenant.back_end(&app).call("PATCH", &path, &json!({ "name": bad })).await;
        assert_eq!(answer.refusal(), (422, "bad_text".to_owned()), "{bad:?}");
    }
    let good = json!({ "name": "دعم 🙂 Support" });
    assert_eq!(tenant.back_end(&app).call("PATCH", &path, &good).await.status, 200);
}

#[tokio::test]
async fn w5_only_an_owner_lowers_the_protection() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    app.member(tenant.scope, "admin@acme.example", Role::Admin).await;
    app.member(tenant.scope, "agent@acme.example", Role::Agent).await;
    let path = format!("/dashboard/v1/widgets/{}", tenant.widget.id);
    let lower = json!({ "mode": "off" });
    for (email, status) in
        [("agent@acme.example", 403), ("admin@acme.example", 403), ("owner@acme.example", 200)]
    {
        let member = app.signed_in(email).await;
        assert_eq!(member.call("PATCH", &path, &lower).await.status, status, "{email}");
    }
}

#[tokio::test]
async fn another_tenants_widget_is_not_there() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    for (method, body) in [("GET", Value::Null), ("PATCH", json!({ "name": "mine" }))] {
        let answer = other.back_end(&app).call(method, &path, &body).await;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()));
    }
}

#[tokio::test]
async fn the_frame_may_be_embedded_by_allowed_pages_only() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let path = format!("/embed/{}", tenant.widget.public_key);
    let frame = app.call("GET", &path, &[], &Value::Null).await;
    let policy = frame.header("content-security-policy");
    assert!(policy.ends_with("; frame-ancestors https://app.example.com"), "{policy}");
    let dashboard = app.call("GET", "/dashboard/", &[], &Value::Null).await;
    let policy = dashboard.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}
