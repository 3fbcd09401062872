//! `/widget/v1/sessions`: rules S1 to S10 of `people::sessions`.

use axum::http::HeaderName;
use countersign_identity::Presented;
use countersign_people::widgets::Mode;
use serde_json::{Value, json};

use crate::app::{Answer, PAGE, TestApp, Visitor};

const SESSIONS: &str = "/widget/v1/sessions";

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.call("POST", "/widget/v1/sessions/refresh", &[], &json!({ "refresh_token": token })).await
}

/// Refusals are recorded after the answer: wait for the first one.
async fn first_refusal(app: &TestApp, tenant: &crate::app::Tenant, reference: &str) -> Value {
    let path = format!("/api/v1/refusals?reference={reference}");
    for _ in 0..100 {
        let found = tenant.back_end(app).call("GET", &path, &Value::Null).await.json();
        if let Some(first) = found["items"].get(0) {
            return first.clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("no refusal was recorded");
}

#[tokio::test]
async fn a_proven_visitor_gets_the_whole_answer() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let answer = app.open(&tenant, Some(json!({ "token": tenant.token(&app, "alice") }))).await;
    assert_eq!(answer.status, 201);
    let mut body = answer.json();
    for secret in ["access_token", "refresh_token"] {
        assert!(body[secret].as_str().is_some_and(|text| text.len() > 60), "{secret}");
        body[secret] = json!("…");
    }
    let expires_in = body["expires_in"].as_i64().unwrap();
    assert!((570..=600).contains(&expires_in), "{expires_in}");
    body["expires_in"] = json!(600);
    body["session"]["id"] = json!("ses");
    body["contact"]["id"] = json!("con");
    assert_eq!(
        body,
        json!({
            "access_token": "…", "token_type": "Bearer", "expires_in": 600, "refresh_token": "…",
            "visitor_token": null, "trust": "jwt",
            "session": { "id": "ses", "expires_at": "2026-12-18T11:06:40.000Z" },
            "contact": { "id": "con", "name": "alice", "email": "alice@customer.example" },
        })
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-ratelimit-limit"), "100000");
    assert!(!answer.header("dpop-nonce").is_empty());
}

#[tokio::test]
async fn s1_every_refused_proof_is_one_constant_answer_and_changes_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let other = app.tenant("initech").await;
    let good = tenant.token(&app, "alice");
    let (start, end) = good.split_at(good.len() - 10);
    let tampered = format!("{start}{}{}", if end.starts_with('A') { 'B' } else { 'A' }, &end[1..]);
    let mut bodies = Vec::new();
    for identity in [
        json!({ "token": "" }),
        json!({ "token": " " }),
        json!({}),
        json!({ "id": "bob" }),
        json!({ "token": "not.a.token" }),
        json!({ "token": tampered }),
        json!({ "token": other.token(&app, "alice") }),
        json!({ "token": format!("{good}\n") }),
    ] {
        let answer = app.open(&tenant, Some(identity.clone())).await;
        assert_eq!(answer.refusal(), (401, "identity_refused".to_owned()), "{identity}");
        let mut body = answer.json();
        assert!(body["request_id"].as_str().unwrap().starts_with("req_"));
        body["request_id"] = json!("…");
        bodies.push(body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let contacts = tenant.back_end(&app).call("GET", "/api/v1/contacts", &Value::Null).await;
    assert_eq!(contacts.json(), json!({ "items": [], "next_cursor": null }));
}

#[tokio::test]
async fn s1_what_is_no_identity_at_all_is_a_400() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    for identity in [
        json!(null),
        json!([]),
        json!("alice"),
        json!({ "token": null }),
        json!({ "token": 7 }),
        json!({ "userId": "alice" }),
    ] {
        let answer = app.open(&tenant, Some(identity.clone())).await;
        assert_eq!(answer.status, 400, "{identity} {}", answer.text);
    }
    let twice = format!(r#"{{"widget":"{0}","widget":"{0}"}}"#, tenant.widget.public_key);
    let request = axum::http::Request::post(SESSIONS)
        .header("content-type", "application/json")
        .body(axum::body::Body::from(twice));
    assert_eq!(app.send(request.unwrap()).await.refusal(), (400, "malformed_json".to_owned()));
}

#[tokio::test]
async fn s1_the_administrator_learns_the_exact_reason_by_the_reference() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let other = app.tenant("initech").await;
    let token = other.token(&app, "alice");
    let answer = app.open(&tenant, Some(json!({ "token": token }))).await;
    let reference = answer.json()["request_id"].as_str().unwrap().to_owned();
    let refusal = first_refusal(&app, &tenant, &reference).await;
    assert_eq!(refusal["reference"], json!(reference));
    assert!(!refusal["cause"].as_str().unwrap().is_empty());
    assert!(!refusal["mend"].as_str().unwrap().is_empty());
    assert!(!refusal.to_string().contains(&token), "a refusal holds no proof");
    let theirs = format!("/api/v1/refusals?reference={reference}");
    let theirs = other.back_end(&app).call("GET", &theirs, &Value::Null).await;
    assert_eq!(theirs.json()["items"], json!([]), "another tenant's refusal");
}

#[tokio::test]
async fn s2_a_session_that_was_ended_is_refused_on_the_next_request() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let bob = app.visitor(&tenant, "bob").await;
    assert_eq!(alice.get("/widget/v1/me").await.status, 200);
    let ended = alice.call("DELETE", "/widget/v1/sessions/current", &Value::Null).await;
    assert_eq!(ended.status, 204);
    assert_eq!(alice.get("/widget/v1/me").await.refusal(), (401, "unauthorized".to_owned()));
    assert_eq!(
        refresh(&app, &alice.refresh_token).await.refusal(),
        (401, "session_over".to_owned())
    );
    assert_eq!(bob.get("/widget/v1/me").await.status, 200);
}

#[tokio::test]
async fn s2_a_member_ends_all_sessions_of_a_contact_and_no_other() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let other = app.tenant("initech").await;
    let here = app.visitor(&tenant, "alice").await;
    let there = app.visitor(&tenant, "alice").await;
    let bob = app.visitor(&tenant, "bob").await;
    let path = format!("/api/v1/contacts/{}/sessions", here.contact());
    let foreign = other.back_end(&app).call("DELETE", &path, &Value::Null).await;
    assert_eq!(foreign.refusal(), (404, "not_found".to_owned()));
    assert_eq!(here.get("/widget/v1/me").await.status, 200);
    assert_eq!(tenant.back_end(&app).call("DELETE", &path, &Value::Null).await.status, 204);
    for ended in [&here, &there] {
        assert_eq!(ended.get("/widget/v1/me").await.status, 401);
    }
    assert_eq!(bob.get("/widget/v1/me").await.status, 200);
}

#[tokio::test]
async fn s3_callers_that_race_get_the_identical_successor() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let calls = (0..8).map(|_| refresh(&app, &alice.refresh_token));
    let answers = futures_util::future::join_all(calls).await;
    let tokens: Vec<_> =
        answers.iter().map(|answer| answer.json()["refresh_token"].clone()).collect();
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert!(tokens.windows(2).all(|pair| pair[0] == pair[1]), "{tokens:?}");
    assert_ne!(tokens[0], json!(alice.refresh_token));
    let renewed = Visitor::of(&app, &answers[0]);
    assert_eq!(renewed.get("/widget/v1/me").await.status, 200);
}

#[tokio::test]
async fn s3_a_lost_answer_is_given_again_however_late() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let lost = refresh(&app, &alice.refresh_token).await.json();
    app.forward(3_600).await;
    let again = refresh(&app, &alice.refresh_token).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["refresh_token"], lost["refresh_token"]);
}

#[tokio::test]
async fn s4_reuse_after_the_successor_was_used_ends_this_session_only() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let elsewhere = app.visitor(&tenant, "alice").await;
    let renewed = Visitor::of(&app, &refresh(&app, &alice.refresh_token).await);
    assert_eq!(renewed.get("/widget/v1/me").await.status, 200);
    app.forward(11).await;
    let stolen = refresh(&app, &alice.refresh_token).await;
    assert_eq!(stolen.refusal(), (401, "session_over".to_owned()));
    assert_eq!(renewed.get("/widget/v1/me").await.status, 401);
    assert_eq!(refresh(&app, &renewed.refresh_token).await.status, 401);
    assert_eq!(elsewhere.get("/widget/v1/me").await.status, 200);
}

#[tokio::test]
async fn s4_a_token_that_was_never_ours_changes_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    for wrong in ["", "cs_rt_", "cs_rt_AAAA", &tenant.key, &alice.access_token] {
        assert_eq!(refresh(&app, wrong).await.refusal(), (401, "session_over".to_owned()));
    }
    assert_eq!(alice.get("/widget/v1/me").await.status, 200);
}

#[tokio::test]
async fn s6_an_access_token_ends_after_ten_minutes_and_a_session_after_a_day_of_silence() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    app.forward(601).await;
    assert_eq!(alice.get("/widget/v1/me").await.status, 401);
    let renewed = Visitor::of(&app, &refresh(&app, &alice.refresh_token).await);
    assert_eq!(renewed.get("/widget/v1/me").await.status, 200);
    app.forward(24 * 3_600).await;
    assert_eq!(refresh(&app, &renewed.refresh_token).await.status, 401);
}

#[tokio::test]
async fn s6_no_sliding_passes_thirty_days() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let mut alice = app.visitor(&tenant, "alice").await;
    for _ in 0..29 {
        app.forward(86_000).await;
        alice = Visitor::of(&app, &refresh(&app, &alice.refresh_token).await);
    }
    app.forward(86_000).await;
    let last = refresh(&app, &alice.refresh_token).await;
    assert!(last.json()["expires_in"].as_i64().unwrap() <= 600);
    app.forward(86_000).await;
    assert_eq!(refresh(&app, last.json()["refresh_token"].as_str().unwrap()).await.status, 401);
}

#[tokio::test]
async fn s7_anonymous_conversations_join_a_proven_contact_once_with_their_own_proof() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let stranger = app.stranger(&tenant).await;
    let conversation = stranger.converses("before I signed in").await;
    let token = tenant.token(&app, "alice");
    let body = |proof: &str| {
        json!({ "widget": tenant.widget.public_key, "identity": { "token": token },
            "join": { "access_token": proof } })
    };
    let forged = app.call("POST", SESSIONS, &[], &body("eyJ.eyJ.sig")).await;
    assert_eq!(forged.refusal(), (401, "join_refused".to_owned()));
    let proven = app.visitor(&tenant, "bob").await;
    let not_anonymous = app.call("POST", SESSIONS, &[], &body(&proven.access_token)).await;
    assert_eq!(not_anonymous.refusal(), (401, "join_refused".to_owned()));
    let alice =
        Visitor::of(&app, &app.call("POST", SESSIONS, &[], &body(&stranger.access_token)).await);
    let path = format!("/widget/v1/conversations/{conversation}/messages");
    let messages = alice.get(&path).await.json();
    assert_eq!(messages["items"][0]["text"], json!("before I signed in"));
    assert_eq!(stranger.get("/widget/v1/me").await.status, 401, "the anonymous session ended");
    let resumed = json!({ "widget": tenant.widget.public_key,
        "visitor_token": stranger.opened["visitor_token"] });
    let resumed = Visitor::of(&app, &app.call("POST", SESSIONS, &[], &resumed).await);
    assert_eq!(resumed.get(&path).await.status, 404, "the visitor token was voided");
}

#[tokio::test]
async fn s8_a_visitor_token_resumes_an_unproven_contact_once() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let first = app.stranger(&tenant).await;
    let body = json!({ "widget": tenant.widget.public_key,
        "visitor_token": first.opened["visitor_token"] });
    let again = Visitor::of(&app, &app.call("POST", SESSIONS, &[], &body).await);
    assert_eq!(again.contact(), first.contact());
    assert_ne!(again.opened["visitor_token"], first.opened["visitor_token"]);
    let spent = Visitor::of(&app, &app.call("POST", SESSIONS, &[], &body).await);
    assert_ne!(spent.contact(), first.contact());
}

#[tokio::test]
async fn s9_anonymous_visitors_come_in_only_where_the_widget_says_so() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    assert_eq!(app.open(&tenant, None).await.json()["trust"], json!("anonymous"));
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let changed = tenant.back_end(&app).call("PATCH", &path, &json!({ "anonymous": false })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(app.open(&tenant, None).await.refusal(), (401, "identity_refused".to_owned()));
}

#[tokio::test]
async fn an_origin_that_is_not_allowed_is_refused_with_what_to_add() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let body = json!({ "widget": tenant.widget.public_key });
    for (origin, status) in [
        (PAGE, 201),
        (crate::app::ORIGIN, 201),
        ("https://evil.example", 403),
        ("null", 403),
        ("https://app.example.com.evil.example", 403),
        ("http://app.example.com", 403),
    ] {
        let answer = app.call("POST", SESSIONS, &[("origin", origin)], &body).await;
        assert_eq!(answer.status, status, "{origin} {}", answer.text);
        if status == 403 {
            assert_eq!(answer.refusal().1, "origin_not_allowed");
            assert!(answer.text.contains(origin), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn an_unknown_widget_is_named_as_such() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    for widget in
        ["", "cs_pk_live_x", "wgt_0", "cs_pk_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
    {
        let answer = app.call("POST", SESSIONS, &[], &json!({ "widget": widget })).await;
        assert_eq!(answer.refusal(), (404, "unknown_widget".to_owned()), "{widget}");
    }
}

#[tokio::test]
async fn a_request_that_can_be_read_in_two_ways_is_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let bearer = format!("Bearer {}", alice.access_token);
    let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
    let answer = app.call("GET", "/widget/v1/me", &twice, &Value::Null).await;
    assert_eq!(answer.refusal(), (400, "ambiguous_request".to_owned()));
    let path = "/widget/v1/conversations?limit=1&limit=2";
    let answer = app.call("GET", path, &[("authorization", &bearer)], &Value::Null).await;
    assert_eq!(answer.refusal(), (400, "ambiguous_request".to_owned()));
    let path = "/widget/v1/conversations?nothing=1";
    let answer = app.call("GET", path, &[("authorization", &bearer)], &Value::Null).await;
    assert_eq!(answer.refusal(), (400, "malformed_query".to_owned()));
}

#[tokio::test]
async fn in_mode_off_and_observe_the_page_is_believed_as_said_only() {
    let app = TestApp::start().await;
    for mode in [Mode::Off, Mode::Observe] {
        let tenant = app.tenant_with(mode.name(), "countersign", mode).await;
        let said = json!({ "id": "bob", "email": "bob@customer.example", "name": "Bob" });
        let visitor = Visitor::of(&app, &app.open(&tenant, Some(said)).await);
        let me = visitor.get("/widget/v1/me").await.json();
        assert_eq!(me["trust"], json!("claimed"));
        assert_eq!(me["fields"]["email"]["provenance"], json!("said"));
        let bad = app.open(&tenant, Some(json!({ "token": "x.y.z", "id": "bob" }))).await;
        assert_eq!(bad.json()["trust"], json!("claimed"));
        let proven = app.visitor(&tenant, "bob").await;
        assert_eq!(proven.opened["trust"], json!("jwt"));
        assert_ne!(proven.contact(), visitor.contact());
    }
}

#[tokio::test]
async fn every_profile_opens_a_session_with_what_signatures_gives() {
    let app = TestApp::start().await;
    for (name, claims, identity) in [
        ("countersign", json!({ "sub": "u1", "email": "u1@x.example" }), json!({})),
        ("woes-jwt", json!({ "email": "u1@x.example" }), json!({})),
        ("woes-hmac", json!({ "email": "u1@x.example" }), json!({ "email": "u1@x.example" })),
        ("notificationapi", json!({ "userId": "u1" }), json!({ "userId": "u1" })),
        ("fogbender", json!({ "userId": "u1", "customerId": "C1" }), json!({ "userId": "u1" })),
    ] {
        let tenant = app.tenant_with(name, name, Mode::Enforce).await;
        let signed = tenant.back_end(&app).call("POST", "/api/v1/signatures", &claims).await;
        assert_eq!(signed.status, 200, "{name} {}", signed.text);
        let mut identity = identity;
        for (field, value) in signed.json()["signatures"].as_object().unwrap() {
            identity[field] = value.clone();
        }
        let answer = app.open(&tenant, Some(identity)).await;
        assert_eq!(answer.status, 201, "{name} {}", answer.text);
        assert!(matches!(answer.json()["trust"].as_str(), Some("hmac" | "jwt")));
    }
}

#[tokio::test]
async fn signatures_are_for_back_ends_only() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let claims = json!({ "sub": "bob" });
    let path = "/api/v1/signatures";
    let bearer = |token: &str| format!("Bearer {token}");
    let with =
        async |headers: &[(&str, &str)]| app.call("POST", path, headers, &claims).await.status;
    assert_eq!(with(&[]).await, 401);
    assert_eq!(with(&[("authorization", &bearer(&alice.access_token))]).await, 401);
    assert_eq!(with(&[("authorization", &bearer(&tenant.widget.public_key))]).await, 401);
    assert_eq!(with(&[("authorization", &bearer(&tenant.secret))]).await, 401);
    let browser = [("authorization", &*bearer(&tenant.key)), ("origin", PAGE)];
    assert_eq!(with(&browser).await, 403);
    assert_eq!(with(&[("authorization", &bearer(&tenant.key))]).await, 200);
}

#[tokio::test]
async fn a_retired_secret_proves_nothing_from_the_next_request_on() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let token = tenant.token(&app, "alice");
    assert_eq!(app.open(&tenant, Some(json!({ "token": token }))).await.status, 201);
    let path = format!("/api/v1/widgets/{}/identity_secrets", tenant.widget.id);
    let back_end = tenant.back_end(&app);
    let secrets = back_end.call("GET", &path, &Value::Null).await.json();
    assert!(!secrets.to_string().contains(&tenant.secret));
    let id = secrets["items"][0]["id"].as_str().unwrap();
    let retired = back_end.call("DELETE", &format!("{path}/{id}"), &Value::Null).await;
    assert_eq!(retired.status, 204);
    assert_eq!(app.open(&tenant, Some(json!({ "token": token }))).await.status, 401);
}

#[tokio::test]
async fn the_access_token_can_be_checked_by_anyone_with_the_published_keys() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let jwks = app.call("GET", "/.well-known/jwks.json", &[], &Value::Null).await;
    let checker = countersign_identity::Checker::from_jwks(&jwks.text).unwrap();
    let claims = checker.check(&alice.access_token).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["sub"], json!(alice.contact()));
    assert_eq!(jwks.header("cache-control"), "max-age=300");
}

#[tokio::test]
async fn s5_a_bound_session_needs_a_fresh_proof_by_its_key_for_every_call() {
    use crate::dpop::BrowserKey;
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (key, thief) = (BrowserKey::new(), BrowserKey::new());
    let token = tenant.token(&app, "alice");
    let body = json!({ "widget": tenant.widget.public_key, "identity": { "token": token },
        "key": key.jwk() });
    let dpop = HeaderName::from_static("dpop");
    let no_proof = app.call("POST", SESSIONS, &[], &body).await;
    assert_eq!(no_proof.refusal(), (401, "dpop_required".to_owned()));
    let proof = key.proof(&app, "POST", SESSIONS, None, None);
    let no_nonce = app.call("POST", SESSIONS, &[(dpop.as_str(), &proof)], &body).await;
    assert_eq!(no_nonce.refusal(), (401, "use_dpop_nonce".to_owned()));
    let nonce = no_nonce.header("dpop-nonce").to_owned();
    let wrong = thief.proof(&app, "POST", SESSIONS, None, Some(&nonce));
    let wrong = app.call("POST", SESSIONS, &[("dpop", &wrong)], &body).await;
    assert_eq!(wrong.refusal(), (401, "dpop_required".to_owned()));
    let proof = key.proof(&app, "POST", SESSIONS, None, Some(&nonce));
    let opened = app.call("POST", SESSIONS, &[("dpop", &proof)], &body).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    assert_eq!(opened.json()["token_type"], json!("DPoP"));
    let access = opened.json()["access_token"].as_str().unwrap().to_owned();
    let me = async |scheme: &str, proof: Option<String>| {
        let authorization = format!("{scheme} {access}");
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(proof.as_deref().map(|proof| ("dpop", proof)));
        app.call("GET", "/widget/v1/me", &headers, &Value::Null).await.status
    };
    let path = "/widget/v1/me";
    let good = || key.proof(&app, "GET", path, Some(&access), Some(&nonce));
    assert_eq!(me("DPoP", Some(good())).await, 200);
    assert_eq!(me("Bearer", None).await, 401, "a stolen token as bearer");
    assert_eq!(me("DPoP", None).await, 401, "without a proof");
    let stolen = thief.proof(&app, "GET", path, Some(&access), Some(&nonce));
    assert_eq!(me("DPoP", Some(stolen)).await, 401, "another key");
    let once = good();
    assert_eq!(me("DPoP", Some(once.clone())).await, 200);
    assert_eq!(me("DPoP", Some(once)).await, 401, "the same proof twice");
    let elsewhere = key.proof(&app, "GET", "/widget/v1/conversations", Some(&access), Some(&nonce));
    assert_eq!(me("DPoP", Some(elsewhere)).await, 401, "made for another route");
    let other_method = key.proof(&app, "POST", path, Some(&access), Some(&nonce));
    assert_eq!(me("DPoP", Some(other_method)).await, 401, "made for another method");
    let unbound = key.proof(&app, "GET", path, None, Some(&nonce));
    assert_eq!(me("DPoP", Some(unbound)).await, 401, "without the token's hash");
    let renewal = json!({ "refresh_token": opened.json()["refresh_token"] });
    let path = "/widget/v1/sessions/refresh";
    let stolen = app.call("POST", path, &[], &renewal).await;
    assert_eq!(stolen.refusal(), (401, "dpop_required".to_owned()));
    let proof = key.proof(&app, "POST", path, None, Some(&nonce));
    assert_eq!(app.call("POST", path, &[("dpop", &proof)], &renewal).await.status, 200);
    app.forward(400).await;
    assert_eq!(me("DPoP", Some(good())).await, 401, "an old nonce");
}

#[tokio::test]
async fn a_token_for_one_browser_key_opens_nothing_for_another() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let key = crate::dpop::BrowserKey::new();
    let claims = Presented::default().with("sub", "alice").with("jkt", key.thumbprint());
    let token = tenant.token_of(&app, &claims);
    let answer = app.open(&tenant, Some(json!({ "token": token }))).await;
    assert_eq!(answer.refusal(), (401, "identity_refused".to_owned()));
}

#[tokio::test]
async fn a_widget_that_forbids_bearer_demands_a_key() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let alice = app.visitor(&tenant, "alice").await;
    let changed =
        tenant.back_end(&app).call("PATCH", &path, &json!({ "allow_bearer": false })).await;
    assert_eq!(changed.status, 200);
    assert_eq!(alice.get("/widget/v1/me").await.status, 401, "opened under the weaker rule");
    let token = tenant.token(&app, "alice");
    let answer = app.open(&tenant, Some(json!({ "token": token }))).await;
    assert_eq!(answer.refusal(), (401, "dpop_required".to_owned()));
}

#[tokio::test]
async fn s4_whoever_knows_a_session_cannot_end_it_with_a_made_up_token() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use countersign_base::{Token, tokens};
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let body = alice.refresh_token.strip_prefix("cs_rt_").unwrap();
    let known = URL_SAFE_NO_PAD.decode(body).unwrap();
    let mut made_up = [7; 84];
    made_up[..36].copy_from_slice(&known[..36]);
    let made_up = Token::<tokens::Refresh, 84>::from_bytes(made_up).reveal();
    assert_eq!(refresh(&app, &made_up).await.refusal(), (401, "session_over".to_owned()));
    assert_eq!(alice.get("/widget/v1/me").await.status, 200);
    assert_eq!(refresh(&app, &alice.refresh_token).await.status, 200);
}

#[tokio::test]
async fn what_is_old_goes_and_what_lives_stays() {
    use countersign_door::work::take_out;
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let old = || countersign_people::sessions::old().into_iter().collect::<Vec<_>>();
    for one in old() {
        assert_eq!(take_out(&app.app, one).await, Ok(0));
    }
    assert_eq!(alice.get("/widget/v1/me").await.status, 200);
    app.forward(61 * 24 * 3_600).await;
    let mut gone = 0;
    for one in old() {
        gone += take_out(&app.app, one).await.unwrap();
    }
    assert_eq!(gone, 1, "the session, 30 days after its end");
}
