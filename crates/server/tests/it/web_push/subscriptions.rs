//! Who is reached in which browser.

use serde_json::{Value, json};

use super::OWN;
use super::browser::Browser;
use crate::app::TestApp;

#[tokio::test]
async fn np2_an_environment_has_one_key_for_all_its_browsers() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let carol = app.visitor(&other, "carol").await;
    let (first, second) =
        tokio::join!(alice.get("/widget/v1/push_key"), bob.get("/widget/v1/push_key"));
    assert_eq!((first.status, &first.text), (200, &second.text));
    let key = first.json()["public_key"].as_str().unwrap().to_owned();
    assert_eq!(key.len(), 87, "65 bytes in base64url without padding");
    let elsewhere = app.beside().await;
    let there = crate::app::Visitor::of(&elsewhere, &elsewhere.open(&tenant, None).await);
    assert_eq!(there.get("/widget/v1/push_key").await.json()["public_key"], json!(key));
    assert_ne!(carol.get("/widget/v1/push_key").await.json()["public_key"], json!(key));
}

#[tokio::test]
async fn np3_a_browser_belongs_to_whoever_was_in_it_last() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let browser = Browser::start().await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let made = alice.call("POST", OWN, &browser.subscription()).await;
    let id = made.json()["id"].clone();
    assert_eq!(
        (made.status, made.json()),
        (
            201,
            json!({
                "id": id, "host": "127.0.0.1", "created_at": "2026-11-18T11:06:40.000Z",
                "renewed_at": "2026-11-18T11:06:40.000Z", "last_used_at": null,
            })
        )
    );
    app.forward(1).await;
    let again = alice.call("POST", OWN, &browser.subscription()).await.json();
    assert_eq!((&again["id"], &again["created_at"]), (&id, &made.json()["created_at"]));
    assert_eq!(again["renewed_at"], json!("2026-11-18T11:06:41.000Z"));
    assert_eq!(bob.call("POST", OWN, &browser.subscription()).await.status, 201);
    assert_eq!(alice.get(OWN).await.json()["items"], json!([]));
    assert_eq!(bob.get(OWN).await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn np3_of_a_contact_the_twenty_that_came_last_are_kept() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let browser = Browser::start().await;
    let alice = app.visitor(&tenant, "alice").await;
    for number in 0..21 {
        app.forward(1).await;
        let subscription = browser.at(&format!("https://push{number}.example/x"));
        assert_eq!(alice.call("POST", OWN, &subscription).await.status, 201);
    }
    let items = alice.get(OWN).await.json()["items"].clone();
    let hosts = items.as_array().unwrap().iter().map(|item| item["host"].as_str().unwrap());
    let expected: Vec<_> = (1..21).rev().map(|number| format!("push{number}.example")).collect();
    assert_eq!(hosts.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn np3_on_disk_a_browsers_address_and_keys_are_ciphertext() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let browser = Browser::start().await;
    let subscription = browser.subscription();
    assert_eq!(alice.call("POST", OWN, &subscription).await.status, 201);
    let rows: Vec<Vec<u8>> = app
        .db
        .read(
            countersign_infra::db::Reach::All,
            async move |tx: &mut countersign_infra::db::Tx<'_>| {
                tx.rows("select sealed from push_subscription", &[], |row| row.col(0)).await
            },
        )
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    for secret in
        [&subscription["keys"]["auth"], &subscription["keys"]["p256dh"], &json!("secret-place")]
    {
        let text = secret.as_str().unwrap().as_bytes();
        assert!(!rows[0].windows(text.len()).any(|window| window == text));
    }
}

#[tokio::test]
async fn np4_what_cannot_be_written_to_is_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let browser = Browser::start().await;
    for endpoint in ["", "push", "ftp://push.example/x", "https://a:b@push.example/", "https://"] {
        let answer = alice.call("POST", OWN, &browser.at(endpoint)).await;
        assert_eq!(answer.refusal(), (422, "bad_endpoint".to_owned()), "{endpoint}");
    }
    let long = format!("https://push.example/{}", "x".repeat(2_000));
    let answer = alice.call("POST", OWN, &browser.at(&long)).await;
    assert_eq!(answer.refusal(), (422, "bad_endpoint".to_owned()));
    let good = browser.subscription();
    // A point that does not lie on the curve, and lengths that are none.
    let beside = format!("BA{}", "A".repeat(85));
    let short = good["keys"]["p256dh"].as_str().unwrap()[..80].to_owned();
    for (name, value) in
        [("p256dh", beside), ("p256dh", short), ("p256dh", "%".repeat(87)), ("auth", "AAAA".into())]
    {
        let mut bad = good.clone();
        bad["keys"][name] = json!(value);
        let answer = alice.call("POST", OWN, &bad).await;
        assert_eq!(answer.refusal(), (422, "bad_push_keys".to_owned()), "{name} {value}");
    }
    assert_eq!(alice.get(OWN).await.json()["items"], json!([]));
}

#[tokio::test]
async fn np5_a_contact_reaches_its_own_and_staff_see_the_host() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let browser = Browser::start().await;
    let made = alice.call("POST", OWN, &browser.subscription()).await.json();
    let id = made["id"].as_str().unwrap();
    let own = format!("{OWN}/{id}");
    assert_eq!(bob.call("DELETE", &own, &Value::Null).await.refusal(), (404, "not_found".into()));
    let path = format!("/api/v1/contacts/{}/push_subscriptions", alice.contact());
    let staff = tenant.back_end(&app);
    let listed = staff.call("GET", &path, &Value::Null).await;
    assert_eq!((listed.status, listed.json()["items"].clone()), (200, json!([made])));
    assert!(!listed.text.contains("secret-place"), "{}", listed.text);
    let stranger = other.back_end(&app);
    for (method, path) in [("GET", path.clone()), ("DELETE", format!("{path}/{id}"))] {
        assert_eq!(stranger.call(method, &path, &Value::Null).await.status, 404, "{method}");
    }
    let bobs = format!("/api/v1/contacts/{}/push_subscriptions/{id}", bob.contact());
    assert_eq!(staff.call("DELETE", &bobs, &Value::Null).await.status, 404);
    assert_eq!(staff.call("DELETE", &format!("{path}/{id}"), &Value::Null).await.status, 204);
    assert_eq!(alice.call("DELETE", &own, &Value::Null).await.status, 404);
    assert_eq!(alice.call("POST", OWN, &browser.subscription()).await.status, 201);
    let id = alice.get(OWN).await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(alice.call("DELETE", &format!("{OWN}/{id}"), &Value::Null).await.status, 204);
    assert_eq!(alice.get(OWN).await.json()["items"], json!([]));
}
