//! Widgets: rules W1 to W9 of `people::widgets`.

use countersign_base::Role;
use countersign_identity::{Key, Mode as KeyMode, Presented, profile, sign};
use countersign_people::widgets::Mode;
use serde_json::{Value, json};

use crate::app::{Tenant, TestApp, Visitor};

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
    let before = crate::audit::log(&app, &tenant, 1).await.len();
    for mode in ["observe", "observe", "off", "enforce"] {
        let changed = app.change_widget(&tenant, &json!({ "mode": mode })).await;
        assert_eq!(changed.status, 200);
    }
    let log = crate::audit::log(&app, &tenant, before + 7).await;
    let switches: Vec<_> = log
        .iter()
        .filter_map(|entry| entry["action"].as_str()?.strip_prefix("widget.identity_"))
        .collect();
    assert_eq!(switches, ["enforced", "off", "observed"]);
}

#[tokio::test]
async fn w7_what_was_signed_before_is_void_and_the_sessions_end() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let change = async |body: Value| tenant.back_end(&app).call("PATCH", &path, &body).await;
    let opens = async |token: &str| app.open(&tenant, Some(json!({ "token": token }))).await.status;
    let alice = app.visitor(&tenant, "alice").await;
    let before = tenant.token(&app, "alice");
    app.forward(60).await;
    let now = countersign_base::Moment::from_millis(app.now());
    let future = change(json!({ "proofs_valid_from": now.plus_seconds(1) })).await;
    assert_eq!(future.refusal(), (422, "bad_date".to_owned()));
    assert_eq!(opens(&before).await, 201);
    let changed = change(json!({ "proofs_valid_from": now })).await;
    assert_eq!(changed.json()["proofs_valid_from"], json!(now));
    assert_eq!(alice.get("/widget/v1/me").await.status, 401, "its session has ended");
    assert_eq!(opens(&before).await, 401);
    assert_eq!(crate::refusals::list(&app, &tenant, 1).await[0]["reason"], json!("void"));
    assert_eq!(opens(&tenant.token(&app, "alice")).await, 201, "signed since");
    app.member(tenant.scope, "admin@acme.example", Role::Admin).await;
    let admin = app.signed_in("admin@acme.example").await;
    let path = format!("/dashboard/v1/widgets/{}", tenant.widget.id);
    let earlier = json!({ "proofs_valid_from": now.plus_seconds(-90) });
    let back = admin.call("PATCH", &path, &earlier).await;
    assert_eq!(back.refusal(), (403, "owner_required".to_owned()), "that lowers the protection");
}

#[tokio::test]
async fn w7_a_proof_without_a_date_is_as_old_as_its_key() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Enforce).await;
    let back_end = tenant.back_end(&app);
    let user = json!({ "userId": "u1" });
    let proof = async || {
        let signed = back_end.call("POST", "/api/v1/signatures", &user).await.json();
        json!({ "userId": "u1", "userIdHash": signed["signatures"]["userIdHash"] })
    };
    let old = proof().await;
    assert_eq!(app.open(&tenant, Some(old.clone())).await.status, 201);
    app.forward(60).await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let now = countersign_base::Moment::from_millis(app.now());
    assert_eq!(
        back_end.call("PATCH", &path, &json!({ "proofs_valid_from": now })).await.status,
        200
    );
    assert_eq!(app.open(&tenant, Some(old)).await.status, 401);
    let secrets = format!("{path}/identity_secrets");
    assert_eq!(back_end.call("POST", &secrets, &json!({})).await.status, 201);
    assert_eq!(app.open(&tenant, Some(proof().await)).await.status, 201);
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
    for (email, code) in
        [("agent@acme.example", "forbidden"), ("admin@acme.example", "owner_required")]
    {
        let member = app.signed_in(email).await;
        let refused = member.call("PATCH", &path, &lower).await;
        assert_eq!(refused.refusal(), (403, code.to_owned()), "{email}");
    }
    assert_eq!(app.change_widget(&tenant, &lower).await.json()["mode"], json!("off"));
}

#[tokio::test]
async fn w5_a_secret_key_raises_the_protection_and_does_not_lower_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let now = countersign_base::Moment::from_millis(app.now());
    let back_end = tenant.back_end(&app);
    let raised = json!({
        "anonymous": false, "allow_bearer": false, "single_use_tokens": true,
        "proofs_valid_from": now,
    });
    assert_eq!(back_end.call("PATCH", &path, &raised).await.status, 200);
    let before = back_end.call("GET", &path, &Value::Null).await.json();
    for lower in [
        json!({ "mode": "off" }),
        json!({ "mode": "observe" }),
        json!({ "anonymous": true }),
        json!({ "allow_bearer": true }),
        json!({ "single_use_tokens": false }),
        json!({ "proofs_valid_from": now.plus_seconds(-60) }),
        json!({ "profile": "woes-hmac" }),
    ] {
        let refused = back_end.call("PATCH", &path, &lower).await;
        assert_eq!(refused.refusal(), (403, "owner_required".to_owned()), "{lower}");
    }
    assert_eq!(back_end.call("GET", &path, &Value::Null).await.json(), before);
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

#[tokio::test]
async fn w8_every_listed_format_can_be_chosen_and_no_refused_one() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let back_end = tenant.back_end(&app);
    let formats = back_end.call("GET", "/api/v1/identity/formats", &Value::Null).await.json();
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let names = |of: &str| -> Vec<String> {
        let listed = formats[of].as_array().unwrap();
        listed.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("profiles")[0], "countersign", "the native one first");
    let owner = app.signed_in("owner@acme.example").await;
    let theirs = format!("/dashboard/v1/widgets/{}", tenant.widget.id);
    for name in names("profiles") {
        let changed = owner.call("PATCH", &theirs, &json!({ "profile": name })).await.json();
        assert_eq!(changed["profile"], json!(name));
    }
    for name in names("refused") {
        let answer = back_end.call("PATCH", &path, &json!({ "profile": name })).await;
        assert_eq!(answer.refusal(), (422, "unknown_profile".to_owned()), "{name}");
    }
}

#[tokio::test]
async fn w8_a_listed_format_says_what_it_proves_and_what_it_leaves_said() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let formats = tenant.back_end(&app).call("GET", "/api/v1/identity/formats", &Value::Null).await;
    let formats = formats.json();
    let of = |name: &str| {
        let mut all = formats["profiles"].as_array().unwrap().iter();
        all.find(|one| one["name"] == json!(name)).unwrap().clone()
    };
    let hashed = of("woes-hmac");
    assert_eq!(hashed["title"], json!("Woes, HMAC of email"));
    let mode = json!({
        "mode": "hmac", "proof_field": "email_hash", "shares_secrets": true,
        "algorithms": ["HS256"], "proven": ["email"],
        "leaves_said": ["name", "company_name", "id"], "lifetime": null,
    });
    assert_eq!(hashed["modes"], json!([mode]));
    let native = of("countersign");
    assert_eq!(native["public_keys"], json!(["ES256", "Ed25519"]));
    assert_eq!(native["modes"][0]["lifetime"], json!(900));
}

/// A token of the vendor's own recipe, made for the install `id`; `naming` is whom it names by.
fn vendors_token(app: &TestApp, tenant: &Tenant, naming: &str, id: &str) -> Value {
    let profile = profile(&tenant.widget.profile).unwrap();
    let key = Key::imported(profile, KeyMode::Jwt, "k", &tenant.secret).unwrap();
    let claims = Presented::default().with(naming, "u1@customer.example");
    let made = sign(profile, &key, &claims, id, app.now() / 1_000).unwrap();
    json!({ &made[0].0: made[0].1 })
}

#[tokio::test]
async fn w9_a_proof_names_the_widget_by_its_key_or_by_the_vendors_id_and_never_by_either() {
    let app = TestApp::start().await;
    for (profile, naming) in [
        ("pusher-beams", "userId"),
        ("tiledesk", "_id"),
        ("pylon-jwt", "email"),
        ("woes-jwt", "email"),
        ("clad", "sub"),
    ] {
        let tenant = app.tenant_with(profile, profile, Mode::Enforce).await;
        let path = format!("/api/v1/widgets/{}", tenant.widget.id);
        let back_end = tenant.back_end(&app);
        let own = tenant.widget.public_key.as_str();
        let opens = async |id: &str| {
            app.open(&tenant, Some(vendors_token(&app, &tenant, naming, id))).await.status
        };
        assert_eq!((opens(own).await, opens("0a1b-2c3d").await), (201, 401), "{profile}");
        let set = back_end.call("PATCH", &path, &json!({ "audience": "0a1b-2c3d" })).await;
        assert_eq!(set.json()["audience"], json!("0a1b-2c3d"), "{}", set.text);
        assert_eq!((opens(own).await, opens("0a1b-2c3d").await), (401, 201), "{profile}");
        assert_eq!(opens("0a1b-2c3d-").await, 401);
        let taken_back = back_end.call("PATCH", &path, &json!({ "audience": null })).await;
        assert_eq!(taken_back.json()["audience"], Value::Null);
        assert_eq!((opens(own).await, opens("0a1b-2c3d").await), (201, 401), "{profile}");
    }
}

#[tokio::test]
async fn w9_what_is_no_id_of_the_vendors_is_refused_when_it_is_saved() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "pusher-beams", Mode::Enforce).await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let change = async |body: Value| tenant.back_end(&app).call("PATCH", &path, &body).await;
    let bad = (422, "bad_audience".to_owned());
    let (long, other) = ("x".repeat(129), tenant.widget.public_key.clone());
    for text in ["", " ", "a b", "https://a.pushnotifications.pusher.com", "é", &long, &other] {
        let refused = change(json!({ "audience": text })).await;
        assert_eq!(refused.refusal(), bad, "{text}");
        assert!(refused.text.contains("instance id at the vendor"), "{}", refused.text);
    }
    assert_eq!(change(json!({ "audience": "0a1b" })).await.status, 200);
    let native = change(json!({ "profile": "countersign" })).await.json();
    assert_eq!(native["audience"], Value::Null, "it was the other vendor's");
    assert_eq!(change(json!({ "audience": "0a1b" })).await.refusal(), bad);
    let both = change(json!({ "profile": "tiledesk", "audience": "0a1b" })).await.json();
    assert_eq!(both["audience"], json!("0a1b"));
}

#[tokio::test]
async fn w9_a_change_ends_the_sessions_is_minted_with_and_a_wrong_one_is_explained() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "pusher-beams", Mode::Enforce).await;
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let back_end = tenant.back_end(&app);
    let token = vendors_token(&app, &tenant, "userId", &tenant.widget.public_key);
    let before = Visitor::of(&app, &app.open(&tenant, Some(token)).await);
    back_end.call("PATCH", &path, &json!({ "audience": "0a1b" })).await;
    assert_eq!(before.get("/widget/v1/me").await.status, 401, "it was opened for another name");
    let minted = back_end.call("POST", "/api/v1/signatures", &json!({ "userId": "u1" })).await;
    let minted = json!({ "token": minted.json()["signatures"]["token"] });
    assert_eq!(app.open(&tenant, Some(minted)).await.status, 201);
    let other = vendors_token(&app, &tenant, "userId", "ffff");
    let asked = json!({ "presented": other });
    let told = back_end.call("POST", "/api/v1/identity/explain", &asked).await.json();
    let finding = json!({
        "code": "audience",
        "cause": "`iss` is \"https://ffff.pushnotifications.pusher.com\", and for this widget it \
                  is \"https://0a1b.pushnotifications.pusher.com\"",
        "mend": "if \"ffff\" is your instance id at the vendor, set it as the widget's `audience`; \
                 if not, look whose token it is",
    });
    assert_eq!(told["findings"], json!([finding]), "{told}");
}
