//! Explanations over HTTP: rules R4 to R6 of `people::refusals`.

use countersign_base::{Environment, Role};
use countersign_people::widgets::Mode;
use serde_json::{Value, json};

use crate::app::{Answer, Tenant, TestApp};

const PATH: &str = "/api/v1/identity/explain";

async fn explain(app: &TestApp, tenant: &Tenant, presented: Value) -> Answer {
    let body = json!({ "widget": tenant.widget.id, "presented": presented });
    tenant.back_end(app).call("POST", PATH, &body).await
}

#[tokio::test]
async fn r4_an_explanation_says_what_opening_would_say_and_stores_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let good = json!({ "token": tenant.token(&app, "alice") });
    let accepted = explain(&app, &tenant, good).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text);
    let accepted = accepted.json();
    assert_eq!(accepted["outcome"], json!("accepted"));
    assert_eq!((&accepted["reason"], &accepted["trust"]), (&Value::Null, &json!("jwt")));
    assert_eq!(accepted["fields"]["id"], json!({ "value": "alice", "provenance": "proven" }));
    assert_eq!(accepted["findings"], json!([]));

    let forged = tenant.token(&app, "alice");
    let (signed, signature) = forged.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{signed}.{first}{}", &signature[1..]);
    for (presented, reason) in [
        (json!({ "token": forged }), "signature"),
        (json!({ "token": " " }), "blank_proof"),
        (json!({ "id": "alice" }), "proof_missing"),
        (json!({}), "proof_missing"),
    ] {
        let refused = explain(&app, &tenant, presented.clone()).await.json();
        assert_eq!(refused["outcome"], json!("refused"), "{presented}");
        assert_eq!(refused["trust"], Value::Null);
        assert!(refused["findings"][0]["mend"].as_str().unwrap().len() > 10, "{refused}");
        assert_eq!(refused["reason"], json!(reason), "{presented}");
        assert!(!refused.to_string().contains(&forged[..40]), "a finding repeats no proof");
        let opened = app.open(&tenant, Some(presented.clone())).await;
        assert_eq!(opened.status, 401, "{presented}");
    }
    let unknown = explain(&app, &tenant, json!({ "jwt": "x" })).await.json();
    assert_eq!(unknown["reason"], json!("unknown_field"));
    let refusals = crate::refusals::list(&app, &tenant, 4).await;
    assert_eq!(refusals.len(), 4, "only the sessions' own");
    let contacts = tenant.back_end(&app).call("GET", "/api/v1/contacts", &Value::Null).await;
    assert_eq!(contacts.json()["items"], json!([]));
}

#[tokio::test]
async fn r4_the_ratchet_is_explained_too() {
    let app = TestApp::start().await;
    let tenant = app.tenant_of_both("acme").await;
    let (hmac, jwt) = tenant.both(&app, "u1").await;
    let before = explain(&app, &tenant, hmac.clone()).await.json();
    assert_eq!(before["trust"], json!("hmac"));
    assert_eq!(app.open(&tenant, Some(jwt)).await.status, 201);
    let after = explain(&app, &tenant, hmac).await.json();
    assert_eq!(after["reason"], json!("weaker_proof"));
}

#[tokio::test]
async fn r5_a_tenant_asks_for_thirty_a_minute() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    for _ in 0..30 {
        assert_eq!(explain(&app, &tenant, json!({})).await.status, 200);
    }
    let refused = explain(&app, &tenant, json!({})).await;
    assert_eq!(refused.refusal(), (429, "too_many_requests".to_owned()));
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(explain(&app, &other, json!({})).await.status, 200);
    app.forward(61).await;
    assert_eq!(explain(&app, &tenant, json!({})).await.status, 200);
}

#[tokio::test]
async fn r6_a_wrong_recipe_is_named_and_stays_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "woes-hmac", Mode::Enforce).await;
    // The secret's digits are used as text, where the profile takes the bytes they stand for.
    let wrong = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, tenant.secret.as_bytes());
    let right: Vec<u8> = (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(&tenant.secret[at..at + 2], 16).unwrap())
        .collect();
    let right = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &right);
    let mut outcomes = Vec::new();
    for key in [wrong, right] {
        let digest = aws_lc_rs::hmac::sign(&key, b"alice@customer.example");
        let write = |text: String, byte: &u8| text + &format!("{byte:02x}");
        let hex = digest.as_ref().iter().fold(String::new(), write);
        let presented = json!({ "email": "alice@customer.example", "email_hash": hex });
        let explained = explain(&app, &tenant, presented.clone()).await.json();
        let opened = app.open(&tenant, Some(presented)).await;
        assert_eq!(explained["outcome"] == json!("accepted"), opened.status == 201);
        if opened.status != 201 {
            assert!(!explained.to_string().contains(&hex), "a finding repeats no proof");
            assert!(!explained.to_string().contains(&tenant.secret));
            assert!(explained["findings"][0]["cause"].as_str().unwrap().contains("used as text"));
        }
        outcomes.push(opened.status);
    }
    outcomes.sort_unstable();
    assert_eq!(outcomes, [201, 401], "one of the two recipes is the profile's");
}

/// What `countersign explain` prints, and whether it found the proof good.
fn command(folder: &std::path::Path, arguments: &[&str]) -> (bool, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
        .arg("explain")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn r6_the_command_says_the_same_without_a_server() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let token = tenant.token(&app, "alice");
    write("secret.txt", &format!("{}\n", tenant.secret));
    write("good.json", &json!({ "token": token }).to_string());
    write("bad.json", "{\"token\": 1}");
    write("none.json", "{}");
    let now = countersign_base::Moment::from_millis(app.now()).to_string();
    let late = countersign_base::Moment::from_millis(app.now()).plus_seconds(3_600).to_string();
    let explain = |profile: &str, at: &str, file: &str| {
        let widget = &tenant.widget.public_key;
        let arguments = ["--profile", profile, "--widget", widget, "--at", at];
        command(
            folder.path(),
            &[&arguments, ["--secret-file", "secret.txt", file].as_slice()].concat(),
        )
    };
    let (held, said) = explain("countersign", &now, "good.json");
    assert!(held, "{said}");
    assert_eq!(said.lines().next(), Some("accepted, trust jwt"));
    assert!(said.contains("id proven: alice"), "{said}");
    for (profile, at, file, named) in [
        ("countersign", &late, "good.json", "expired"),
        ("countersign", &now, "none.json", "proof_missing"),
        ("countersign", &now, "bad.json", "bad.json: "),
        ("countersign", &now, "absent.json", "absent.json: "),
        ("nobody", &now, "good.json", "--profile: one of "),
        ("woes-hmac", &now, "good.json", "secret.txt: "),
    ] {
        let (held, said) = explain(profile, at, file);
        assert!(!held && said.contains(named), "{profile} {file}: {said}");
        assert!(!said.contains(&tenant.secret) && !said.contains(&token));
    }
}

#[tokio::test]
async fn only_who_manages_identity_may_ask() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    app.member(tenant.scope, "agent@acme.example", Role::Agent).await;
    let body = json!({ "presented": {} });
    let path = "/dashboard/v1/identity/explain";
    let agent = app.signed_in("agent@acme.example").await;
    assert_eq!(agent.call("POST", path, &body).await.refusal(), (403, "forbidden".to_owned()));
    let owner = app.signed_in("owner@acme.example").await;
    assert_eq!(owner.call("POST", path, &body).await.status, 200);
    let body = json!({ "widget": tenant.widget.id, "presented": {} });
    let theirs = other.back_end(&app).call("POST", PATH, &body).await;
    assert_eq!(theirs.refusal(), (404, "not_found".to_owned()));
    let odd = json!({ "presented": { "token": 1 } });
    let odd = tenant.back_end(&app).call("POST", PATH, &odd).await;
    assert_eq!(odd.refusal(), (400, "malformed_json".to_owned()));
}

#[tokio::test]
async fn r7_a_key_of_another_widget_environment_or_profile_is_named() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let beside = app.widget_in(tenant.scope, "Shop", "countersign", Mode::Enforce).await;
    let test = app.organization("acme", Environment::Test).await;
    let trial = app.widget_in(test, "Trial", "countersign", Mode::Enforce).await;
    let stranger = app.tenant("initech").await;
    let mut signed = Vec::new();
    for (secret, whose) in [
        (&beside.1, Some("a key of the widget \"Shop\"")),
        (&trial.1, Some("a key of the widget \"Trial\" in the test environment")),
        (&stranger.secret, None),
    ] {
        let forged = Tenant { secret: secret.clone(), ..tenant.clone() };
        let presented = json!({ "token": forged.token(&app, "alice") });
        let told = explain(&app, &tenant, presented.clone()).await.json();
        let finding = &told["findings"][0];
        assert_eq!((&told["outcome"], &told["reason"]), (&json!("refused"), &json!("signature")));
        match whose {
            Some(whose) => {
                assert_eq!(finding["code"], json!("key_of_elsewhere"));
                let cause = finding["cause"].as_str().unwrap();
                assert!(cause.ends_with(&format!(", which is {whose}")), "{cause}");
            }
            None => assert_eq!(finding["code"], json!("signature")),
        }
        signed.push(presented);
    }
    let list = format!("/api/v1/widgets/{}/identity_secrets", beside.0.id);
    let listed = tenant.back_end(&app).call("GET", &list, &Value::Null).await.json();
    let retired = format!("{list}/{}", listed["items"][0]["id"].as_str().unwrap());
    assert_eq!(tenant.back_end(&app).call("DELETE", &retired, &Value::Null).await.status, 204);
    let told = explain(&app, &tenant, signed[0].clone()).await.json();
    let cause = told["findings"][0]["cause"].as_str().unwrap();
    assert!(cause.ends_with("a key of the widget \"Shop\", and retired"), "{cause}");
    for presented in signed {
        assert_eq!(app.open(&tenant, Some(presented)).await.status, 401);
    }

    let token = tenant.token(&app, "alice");
    assert_eq!(app.change_widget(&tenant, &json!({ "profile": "woes-jwt" })).await.status, 200);
    let told = explain(&app, &tenant, json!({ "jwt": token })).await.json();
    let cause = told["findings"][0]["cause"].as_str().unwrap();
    assert!(cause.ends_with("a key of this widget for the profile `countersign`"), "{cause}");
}
