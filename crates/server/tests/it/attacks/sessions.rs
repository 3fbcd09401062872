//! Leaving, revoking and joining, raced and replayed.

use serde_json::{Value, json};

use crate::app::{TestApp, Visitor};

const SESSIONS: &str = "/widget/v1/sessions";
const CURRENT: &str = "/widget/v1/sessions/current";

async fn resumes(app: &TestApp, widget: &str, left: &Visitor<'_>) -> bool {
    let body = json!({ "widget": widget, "visitor_token": left.opened["visitor_token"] });
    let again = Visitor::of(app, &app.call("POST", SESSIONS, &[], &body).await);
    again.contact() == left.contact()
}

#[tokio::test]
async fn s8_no_visitor_token_outlives_the_end_of_the_contacts_sessions() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let stranger = app.stranger(&tenant).await;
    let path = format!("/api/v1/contacts/{}/sessions", stranger.contact());
    assert_eq!(tenant.back_end(&app).call("DELETE", &path, &Value::Null).await.status, 204);
    assert!(!resumes(&app, &tenant.widget.public_key, &stranger).await);
}

#[tokio::test]
async fn s8_no_visitor_token_outlives_the_visitors_leaving() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let stranger = app.stranger(&tenant).await;
    assert_eq!(stranger.call("DELETE", CURRENT, &Value::Null).await.status, 204);
    assert!(!resumes(&app, &tenant.widget.public_key, &stranger).await);
}

#[tokio::test]
async fn s7_of_many_who_join_at_once_one_does_and_the_others_are_told() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    for _ in 0..10 {
        let stranger = app.stranger(&tenant).await;
        stranger.converses("before I signed in").await;
        let bodies: Vec<_> = (0..8)
            .map(|n| {
                json!({ "widget": tenant.widget.public_key,
                    "identity": { "token": tenant.token(&app, &format!("user-{n}")) },
                    "join": { "access_token": stranger.access_token } })
            })
            .collect();
        let calls = bodies.iter().map(|body| app.call("POST", SESSIONS, &[], body));
        let answers = futures_util::future::join_all(calls).await;
        let joined = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = (401, "join_refused".to_owned());
        let told = answers.iter().filter(|answer| answer.refusal() == refused).count();
        assert_eq!((joined, told), (1, 7));
    }
}

#[tokio::test]
async fn i1_a_kid_is_plain_text() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let path = format!("/api/v1/widgets/{}/identity_secrets", tenant.widget.id);
    for kid in ["", " ", "a b", "\0", "a\0b", "\n", "é", "\u{202e}x", &"k".repeat(129)] {
        let body = json!({ "kid": kid });
        let refused = tenant.back_end(&app).call("POST", &path, &body).await.refusal();
        assert_eq!(refused, (422, "bad_key".to_owned()), "{kid:?}");
    }
    let good = json!({ "kid": "2026-11:key_1" });
    assert_eq!(tenant.back_end(&app).call("POST", &path, &good).await.status, 201);
}
