//! Identity secrets: rules I1 to I9, and the organizations and signing keys around them.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_identity::Presented;
use countersign_people::widgets::{Mode, Widget};
use serde_json::{Value, json};

use crate::app::{Tenant, TestApp};

fn path(tenant: &Tenant) -> String {
    format!("/api/v1/widgets/{}/identity_secrets", tenant.widget.id)
}

#[tokio::test]
async fn i1_a_secret_is_made_in_the_form_of_its_profile_and_shown_once() {
    let app = TestApp::start().await;
    for (profile, begins, length) in [
        ("countersign", "cs_idj_", 55),
        ("notificationapi", "cs_idh_", 55),
        ("woes-jwt", "", 64),
        ("woes-hmac", "", 64),
        ("fogbender", "", 32),
    ] {
        let tenant = app.tenant_with(profile, profile, Mode::Enforce).await;
        let mode = if matches!(profile, "notificationapi" | "woes-hmac") { "hmac" } else { "jwt" };
        let made =
            tenant.back_end(&app).call("POST", &path(&tenant), &json!({ "mode": mode })).await;
        assert_eq!(made.status, 201, "{profile} {}", made.text);
        let secret = made.json()["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with(begins) && secret.len() == length, "{profile} {}", secret.len());
        assert!(secret.ends_with(made.json()["hint"].as_str().unwrap()));
        let list = tenant.back_end(&app).call("GET", &path(&tenant), &Value::Null).await;
        assert!(!list.text.contains(&secret));
        assert_eq!(list.json()["items"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn i2_rotation_overlaps_and_twenty_keys_are_enough() {
    let app = TestApp::start().await;
    let mut tenant = app.tenant("acme").await;
    let old = tenant.token(&app, "alice");
    for number in 2..=20 {
        let made = tenant.back_end(&app).call("POST", &path(&tenant), &json!({})).await;
        assert_eq!(made.status, 201, "{number} {}", made.text);
        tenant.secret = made.json()["secret"].as_str().unwrap().to_owned();
        let new = tenant.token(&app, "alice");
        for token in [&old, &new] {
            let opened = app.open(&tenant, Some(json!({ "token": token }))).await;
            assert_eq!(opened.status, 201, "{}", opened.text);
        }
    }
    let one_more = tenant.back_end(&app).call("POST", &path(&tenant), &json!({})).await;
    assert_eq!(one_more.refusal(), (409, "too_many_secrets".to_owned()));
}

#[tokio::test]
async fn i3_a_retired_key_cannot_be_retired_again_nor_by_another_tenant() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let list = tenant.back_end(&app).call("GET", &path(&tenant), &Value::Null).await.json();
    let one = format!("{}/{}", path(&tenant), list["items"][0]["id"].as_str().unwrap());
    let theirs = other.back_end(&app).call("DELETE", &one, &Value::Null).await;
    assert_eq!(theirs.refusal(), (404, "not_found".to_owned()));
    assert_eq!(tenant.back_end(&app).call("DELETE", &one, &Value::Null).await.status, 204);
    let again = tenant.back_end(&app).call("DELETE", &one, &Value::Null).await;
    assert_eq!(again.refusal(), (404, "not_found".to_owned()));
    let token = tenant.token(&app, "alice");
    assert_eq!(app.open(&tenant, Some(json!({ "token": token }))).await.status, 401);
    let signed =
        tenant.back_end(&app).call("POST", "/api/v1/signatures", &json!({ "sub": "a" })).await;
    assert_eq!(signed.refusal(), (409, "no_identity_secret".to_owned()));
}

const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;

#[tokio::test]
async fn i4_a_widget_whose_key_is_the_customers_own_signs_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let back_end = tenant.back_end(&app);
    let made =
        back_end.call("POST", &path(&tenant), &json!({ "public_key": P256, "kid": "k1" })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["kind"], json!("public"));
    assert_eq!(made.json()["secret"], Value::Null);
    let both = back_end.call("POST", "/api/v1/signatures", &json!({ "sub": "a" })).await;
    assert_eq!(both.status, 200, "the shared secret still signs");
    let list = back_end.call("GET", &path(&tenant), &Value::Null).await.json();
    let shared =
        list["items"].as_array().unwrap().iter().find(|one| one["kind"] == "shared").unwrap();
    let one = format!("{}/{}", path(&tenant), shared["id"].as_str().unwrap());
    assert_eq!(back_end.call("DELETE", &one, &Value::Null).await.status, 204);
    let signed = back_end.call("POST", "/api/v1/signatures", &json!({ "sub": "a" })).await;
    assert_eq!(signed.refusal(), (409, "signing_key_is_yours".to_owned()));
}

#[tokio::test]
async fn i5_what_is_no_key_is_refused_when_it_is_saved_and_its_fault_is_named() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let private =
        P256.replace("\"kty\"", "\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\",\"kty\"");
    let modulus = URL_SAFE_NO_PAD.encode([0xff; 128]);
    let pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    let public = |key: &str| json!({ "public_key": key });
    let secret = |text: &str| json!({ "secret": text });
    for (bad, named) in [
        (public(""), "cannot be used"),
        (public("x"), "cannot be used"),
        (public("{}"), "cannot be used"),
        (public(&private), "private key"),
        (public(pem), "private key"),
        (public(&P256.replace("MKBC", "MKBD")), "curve"),
        (public(&format!(r#"{{"kty":"RSA","e":"AQAB","n":"{modulus}"}}"#)), "1024"),
        (public(r#"{"kty":"oct","k":"c2hvcnQ"}"#), "secret"),
        (secret("short"), "at least 32 bytes"),
        (secret(pem), "private key"),
        (secret(P256), "public key"),
        (secret("cs_sk_live_0123456789012345678901234"), "another use"),
        (json!({ "secret": "short", "public_key": P256 }), "not both"),
    ] {
        let made = tenant.back_end(&app).call("POST", &path(&tenant), &bad).await;
        assert_eq!(made.refusal(), (422, "bad_key".to_owned()), "{bad}");
        let detail = made.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(named), "{bad}: {detail}");
        assert!(!made.text.contains("870MB6"), "a refusal repeats no key");
    }
    let list = tenant.back_end(&app).call("GET", &path(&tenant), &Value::Null).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

async fn secrets(app: &TestApp, tenant: &Tenant) -> Vec<Value> {
    let list = tenant.back_end(app).call("GET", &path(tenant), &Value::Null).await;
    list.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn i3_a_key_with_a_date_proves_until_then_and_the_date_can_be_taken_back() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let back_end = tenant.back_end(&app);
    let id = secrets(&app, &tenant).await[0]["id"].as_str().unwrap().to_owned();
    let one = format!("{}/{id}", path(&tenant));
    let opens = async || {
        let token = tenant.token(&app, "alice");
        app.open(&tenant, Some(json!({ "token": token }))).await.status
    };
    assert_eq!(opens().await, 201);
    let begins = countersign_base::Moment::from_millis(app.now());
    let date = |seconds| json!({ "retire_at": begins.plus_seconds(seconds) });
    for past in [0, -3_600] {
        let past = back_end.call("PATCH", &one, &date(past)).await;
        assert_eq!(past.refusal(), (422, "bad_date".to_owned()));
    }
    assert_eq!(back_end.call("PATCH", &one, &json!({})).await.status, 400);
    let set = back_end.call("PATCH", &one, &date(60)).await.json();
    assert_eq!((&set["state"], &set["retired_at"]), (&json!("retiring"), &Value::Null));
    let back = back_end.call("PATCH", &one, &json!({ "retire_at": null })).await.json();
    assert_eq!((&back["state"], &back["retire_at"]), (&json!("in_use"), &Value::Null));
    assert_eq!(back_end.call("PATCH", &one, &date(120)).await.status, 200);
    app.forward(119).await;
    assert_eq!(opens().await, 201);
    app.forward(1).await;
    assert_eq!(opens().await, 401, "without a change, by its date");
    let ended = secrets(&app, &tenant).await[0].clone();
    assert_eq!((&ended["state"], &ended["retire_at"]), (&json!("retired"), &Value::Null));
    assert_eq!(ended["retired_at"], json!(begins.plus_seconds(120)));
    let late = back_end.call("PATCH", &one, &json!({ "retire_at": null })).await;
    assert_eq!(late.refusal(), (404, "not_found".to_owned()), "retired for good");
}

/// The keys, once each is marked as used: that is written off the visitor's way.
async fn all_in_use(app: &TestApp, tenant: &Tenant) -> Vec<Value> {
    for _ in 0..400 {
        let listed = secrets(app, tenant).await;
        if listed.iter().all(|one| one["state"] == json!("in_use")) {
            return listed;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("a key was not marked as used");
}

#[tokio::test]
async fn i6_each_key_shows_its_rotation() {
    let app = TestApp::start().await;
    let mut tenant = app.tenant("acme").await;
    let opens = async |tenant: &Tenant| {
        let token = tenant.token(&app, "alice");
        assert_eq!(app.open(tenant, Some(json!({ "token": token }))).await.status, 201);
    };
    let old = secrets(&app, &tenant).await[0].clone();
    assert_eq!((&old["state"], &old["share"]), (&json!("next"), &json!(0.0)));
    opens(&tenant).await;
    all_in_use(&app, &tenant).await;
    app.forward(60).await;
    let made = tenant.back_end(&app).call("POST", &path(&tenant), &json!({})).await.json();
    assert_eq!(made["state"], json!("next"));
    made["secret"].as_str().unwrap().clone_into(&mut tenant.secret);
    for _ in 0..3 {
        opens(&tenant).await;
    }
    let listed = all_in_use(&app, &tenant).await;
    let shares: Vec<_> = listed.iter().map(|one| one["share"].clone()).collect();
    assert_eq!(shares, [json!(0.75), json!(0.25)], "newest first");
    assert_eq!(listed[1]["first_used_at"], old["created_at"]);
    assert_eq!(listed[0]["first_used_at"], listed[0]["created_at"]);
}

#[tokio::test]
async fn i7_a_kid_names_one_key_of_its_widget_and_never_another_again() {
    let app = TestApp::start().await;
    let mut tenant = app.tenant("acme").await;
    let other = app.tenant("initech").await;
    let list = path(&tenant);
    let first = secrets(&app, &tenant).await[0].clone();
    let made = tenant.back_end(&app).call("POST", &list, &json!({ "kid": "2026-11" })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["secret"].as_str().unwrap().clone_into(&mut tenant.secret);
    let back_end = tenant.back_end(&app);
    let opens = async |tenant: &Tenant, kid: &str| {
        let token = tenant.token_named(&app, "alice", kid);
        app.open(tenant, Some(json!({ "token": token }))).await.status
    };
    assert_eq!(opens(&tenant, "2026-11").await, 201, "a shared secret by its own name");
    assert_eq!(opens(&tenant, made.json()["id"].as_str().unwrap()).await, 401);
    assert_eq!(opens(&tenant, first["kid"].as_str().unwrap()).await, 401, "another one's name");
    assert_eq!(opens(&other, "2026-11").await, 401, "a name of another tenant");
    let taken = (409, "kid_taken".to_owned());
    let public = json!({ "public_key": P256, "kid": "2026-11" });
    assert_eq!(back_end.call("POST", &list, &public).await.refusal(), taken);
    let one = format!("{list}/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(back_end.call("DELETE", &one, &Value::Null).await.status, 204);
    assert_eq!(back_end.call("POST", &list, &public).await.refusal(), taken, "not again");
    for bad in [first["id"].as_str().unwrap(), "", "a b", "é", &"x".repeat(129)] {
        let refused = back_end.call("POST", &list, &json!({ "kid": bad })).await;
        assert_eq!(refused.refusal(), (422, "bad_key".to_owned()), "{bad:?}");
    }
    assert_eq!(other.back_end(&app).call("POST", &path(&other), &public).await.status, 201);
}

#[tokio::test]
async fn i8_a_secret_is_brought_along_once_and_for_one_mode() {
    let app = TestApp::start().await;
    let mut tenant = app.tenant_with("acme", "fogbender", Mode::Enforce).await;
    let list = path(&tenant);
    let own = "a secret of the vendor, long enough for anybody";
    let new = json!({ "mode": "jwt", "secret": own });
    let made = tenant.back_end(&app).call("POST", &list, &new).await;
    assert_eq!((made.status, &made.json()["secret"]), (201, &Value::Null), "{}", made.text);
    assert!(!made.text.contains(own));
    own.clone_into(&mut tenant.secret);
    let token = tenant.token_of(&app, &Presented::default().with("userId", "u1"));
    assert_eq!(app.open(&tenant, Some(json!({ "userJWT": token }))).await.status, 201);
    let back_end = tenant.back_end(&app);
    for mode in ["jwt", "hmac"] {
        let again = back_end.call("POST", &list, &json!({ "mode": mode, "secret": own })).await;
        assert_eq!(again.refusal(), (409, "same_key".to_owned()), "{mode}");
    }
    let one = format!("{list}/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(back_end.call("DELETE", &one, &Value::Null).await.status, 204);
    assert_eq!(back_end.call("POST", &list, &new).await.refusal(), (409, "same_key".to_owned()));
    for bad in ["", "short", "cs_sk_live_0123456789012345678901234"] {
        let bad = back_end.call("POST", &list, &json!({ "mode": "jwt", "secret": bad })).await;
        assert_eq!(bad.refusal(), (422, "bad_key".to_owned()));
    }
    let both = json!({ "mode": "jwt", "secret": own, "public_key": P256 });
    assert_eq!(back_end.call("POST", &list, &both).await.refusal(), (422, "bad_key".to_owned()));
}

#[tokio::test]
async fn i8_a_secret_serves_one_mode_at_all_widgets_of_the_tenant_in_whatever_spelling() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "woes-hmac", Mode::Enforce).await;
    let (tokens, _) = app.widget_in(tenant.scope, "Tokens", "woes-jwt", Mode::Enforce).await;
    let (sealed, _) =
        app.widget_in(tenant.scope, "Sealed", "fogbender-paseto", Mode::Enforce).await;
    let (hashes, _) = app.widget_in(tenant.scope, "Hashes", "woes-hmac", Mode::Enforce).await;
    let stranger = app.tenant_with("initech", "woes-jwt", Mode::Enforce).await;
    let (hex, plain) = ("61".repeat(32), "a".repeat(32));
    let brings = async |of: &Tenant, widget: &Widget, secret: &str| {
        let path = format!("/api/v1/widgets/{}/identity_secrets", widget.id);
        of.back_end(&app).call("POST", &path, &json!({ "secret": secret })).await
    };
    assert_eq!(brings(&tenant, &tenant.widget, &hex).await.status, 201);
    for (widget, secret) in [(&tokens, &hex), (&sealed, &plain)] {
        let refused = brings(&tenant, widget, secret).await;
        assert_eq!(refused.refusal(), (409, "same_key".to_owned()), "{}", widget.name);
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("another widget of yours has, or had"), "{detail}");
        assert!(!detail.contains(&hex));
    }
    assert_eq!(brings(&tenant, &hashes, &hex).await.status, 201, "the same mode, a second site");
    assert_eq!(brings(&stranger, &stranger.widget, &hex).await.status, 201, "nobody hears of it");
}

#[tokio::test]
async fn i8_a_public_key_is_registered_once_in_whatever_spelling() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let back_end = tenant.back_end(&app);
    let new = |key: &str| json!({ "public_key": key });
    assert_eq!(back_end.call("POST", &path(&tenant), &new(P256)).await.status, 201);
    let spelled = P256.replace(":\"EC\"", ": \"EC\"");
    let again = back_end.call("POST", &path(&tenant), &new(&spelled)).await;
    assert_eq!(again.refusal(), (409, "same_key".to_owned()));
}

/// A token of Tiledesk's recipe for user `u1`, signed with `algorithm` whatever `named` says.
fn tiledesk(app: &TestApp, tenant: &Tenant, named: &str, algorithm: hmac::Algorithm) -> Value {
    let now = app.now() / 1_000;
    let claims = json!({
        "_id": "u1", "sub": "userexternal", "iat": now, "exp": now + 60,
        "aud": format!("https://tiledesk.com/projects/{}", tenant.widget.public_key),
    });
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(json!({ "alg": named, "typ": "JWT" })), part(claims));
    let key = hmac::Key::new(algorithm, tenant.secret.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
    json!({ "customToken": format!("{signed}.{signature}") })
}

#[tokio::test]
async fn i9_a_secret_has_the_algorithm_that_was_chosen_with_it_and_no_other() {
    const SIGNED: [(&str, hmac::Algorithm); 3] =
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)];
    let app = TestApp::start().await;
    for (chosen, _) in SIGNED {
        let mut tenant = app.tenant_with(chosen, "tiledesk", Mode::Enforce).await;
        app.forward(1).await;
        let own = format!("the vendor's own secret, for {chosen} alone");
        let new = json!({ "secret": own, "algorithm": chosen });
        let made = tenant.back_end(&app).call("POST", &path(&tenant), &new).await;
        assert_eq!((made.status, &made.json()["algorithm"]), (201, &json!(chosen)));
        assert_eq!(secrets(&app, &tenant).await[0]["algorithm"], json!(chosen));
        own.clone_into(&mut tenant.secret);
        for (named, _) in SIGNED {
            for (signed, algorithm) in SIGNED {
                let identity = tiledesk(&app, &tenant, named, algorithm);
                let opened = app.open(&tenant, Some(identity)).await.status;
                let fits = named == chosen && signed == chosen;
                assert_eq!(opened, if fits { 201 } else { 401 }, "{chosen} {named} {signed}");
            }
        }
        let claims = json!({ "_id": "u1" });
        let minted = tenant.back_end(&app).call("POST", "/api/v1/signatures", &claims).await;
        let token = &minted.json()["signatures"]["customToken"];
        assert_eq!(app.open(&tenant, Some(json!({ "customToken": token }))).await.status, 201);
    }
}

#[tokio::test]
async fn i9_an_algorithm_is_one_of_the_profile_and_a_wrong_one_can_be_mended() {
    let app = TestApp::start().await;
    let mut tenant = app.tenant_with("acme", "tiledesk", Mode::Enforce).await;
    let list = path(&tenant);
    let own = "a secret of the vendor, long enough for anybody";
    let with = |algorithm: &str| json!({ "secret": own, "algorithm": algorithm });
    for bad in ["hs512", "RS256", "none", ""] {
        let refused = tenant.back_end(&app).call("POST", &list, &with(bad)).await;
        assert_eq!(refused.refusal(), (422, "bad_algorithm".to_owned()), "{bad:?}");
        assert!(refused.text.contains("HS256, HS384, HS512"), "{}", refused.text);
    }
    assert_eq!(secrets(&app, &tenant).await[0]["algorithm"], json!("HS256"), "the first one");
    let native = app.tenant("initech").await;
    let public = json!({ "public_key": P256, "algorithm": "HS256" });
    let refused = native.back_end(&app).call("POST", &path(&native), &public).await;
    assert_eq!(refused.refusal(), (422, "bad_algorithm".to_owned()));

    let made = tenant.back_end(&app).call("POST", &list, &with("HS256")).await.json();
    own.clone_into(&mut tenant.secret);
    let back_end = tenant.back_end(&app);
    let identity = tiledesk(&app, &tenant, "HS512", hmac::HMAC_SHA512);
    let asked = json!({ "presented": identity });
    let told = back_end.call("POST", "/api/v1/identity/explain", &asked).await.json();
    assert_eq!(told["findings"][0]["code"], json!("algorithm"), "{told}");
    let mend = told["findings"][0]["mend"].as_str().unwrap();
    assert!(mend.ends_with("or bring the secret along for HS512"), "{mend}");
    let same = (409, "same_key".to_owned());
    assert_eq!(back_end.call("POST", &list, &with("HS512")).await.refusal(), same);
    let one = format!("{list}/{}", made["id"].as_str().unwrap());
    assert_eq!(back_end.call("DELETE", &one, &Value::Null).await.status, 204);
    assert_eq!(back_end.call("POST", &list, &with("HS256")).await.refusal(), same);
    assert_eq!(back_end.call("POST", &list, &with("HS512")).await.status, 201);
    assert_eq!(app.open(&tenant, Some(identity)).await.status, 201);
}

#[tokio::test]
async fn o1_an_organization_is_made_once_and_its_environments_share_nothing() {
    use countersign_base::{Environment, Fault};
    use countersign_infra::db::{Reach, Tx};
    use countersign_people::organizations;
    let app = TestApp::start().await;
    let mut tenants = Vec::new();
    for environment in [Environment::Live, Environment::Live, Environment::Test] {
        let (vault, now) = (std::sync::Arc::clone(&app.vault), app.app.clock.now());
        let scope = app
            .db
            .write(Reach::All, async move |tx: &mut Tx<'_>| {
                let organization = organizations::ensure(tx, "acme", now).await?;
                organizations::ensure_tenant(tx, &vault, organization, environment, now).await
            })
            .await;
        tenants.push(scope.unwrap_or_else(|fault: Fault| panic!("{fault}")));
    }
    assert_eq!(tenants[0], tenants[1]);
    assert_eq!(tenants[0].organization, tenants[2].organization);
    assert_ne!(tenants[0].tenant, tenants[2].tenant);
}

#[tokio::test]
async fn g1_a_signing_key_is_ciphertext_in_the_store_and_g2_published() {
    use countersign_base::Fault;
    use countersign_infra::db::{Reach, Tx};
    let app = TestApp::start().await;
    let kept = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.rows("select kid, sealed from signing_key", &[], |row| {
                Ok((row.col::<String>(0)?, row.col::<Vec<u8>>(1)?))
            })
            .await
        })
        .await
        .unwrap_or_else(|fault: Fault| panic!("{fault}"));
    let [(kid, sealed)] = kept.as_slice() else { panic!("one key, not {}", kept.len()) };
    assert!(
        aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(
            &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            sealed
        )
        .is_err()
    );
    let jwks = app.call("GET", "/.well-known/jwks.json", &[], &Value::Null).await.json();
    assert_eq!(jwks["keys"][0]["kid"], json!(kid));
    assert_eq!(jwks["keys"][0]["d"], Value::Null);
}

#[tokio::test]
async fn g2_the_published_keys_check_a_living_token() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let jwks = app.call("GET", "/.well-known/jwks.json", &[], &Value::Null).await;
    let checker = countersign_identity::Checker::from_jwks(&jwks.text).unwrap();
    assert!(checker.check(&alice.access_token).is_ok());
}
