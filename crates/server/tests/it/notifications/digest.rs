//! Digests: rules ND1 to ND3.

use std::time::Duration;

use countersign_reach::notifications::digest::gather_due;
use serde_json::{Value, json};

use super::email::posting;
use super::post_office::PostOffice;
use super::{outcome, send_as};
use crate::app::{Tenant, TestApp};

/// Two types that are sent by email, at once unless somebody wants them together.
async fn types(app: &TestApp, tenant: &Tenant) {
    for (name, title) in [("order", "Orders"), ("invoice", "Invoices")] {
        let email =
            json!({ "subject": format!("{name} {{{{ id }}}}"), "html": "<p>No. {{ id }}</p>" });
        let settings = json!({
            "title": title, "channels": ["email"], "templates": { "email": email },
            "offers": { "email": ["instant", "hourly", "daily", "weekly", "monthly", "off"] },
        });
        let path = format!("/api/v1/notification_types/{name}");
        let answer = tenant.back_end(app).call("PUT", &path, &settings).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

async fn send(app: &TestApp, tenant: &Tenant, kind: &str, number: &str) -> Value {
    let to = json!({ "id": "alice", "email": "alice@customer.example" });
    let body = json!({ "type": kind, "to": to, "parameters": { "id": number } });
    let sent = send_as(app, tenant, &body).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    sent.json()
}

async fn choose(app: &TestApp, tenant: &Tenant, contact: &str, delivery: &str) {
    let choice = |kind: &str| json!({ "type": kind, "channel": "email", "delivery": delivery });
    let path = format!("/api/v1/contacts/{contact}/notification_preferences");
    let choices = json!([choice("order"), choice("invoice")]);
    let chosen = tenant.back_end(app).call("PATCH", &path, &choices).await;
    assert_eq!(chosen.status, 200, "{}", chosen.text);
}

async fn state(app: &TestApp, tenant: &Tenant, sent: &Value) -> (String, String) {
    let path = format!("/api/v1/notifications/{}", sent["id"].as_str().unwrap());
    outcome(&tenant.back_end(app).call("GET", &path, &Value::Null).await.json(), "email")
}

/// Waits until a sending's email has this state.
async fn becomes(app: &TestApp, tenant: &Tenant, sent: &Value, expected: &str) {
    for _ in 0..1_000 {
        if state(app, tenant, sent).await.0 == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{expected} expected, it is {:?}", state(app, tenant, sent).await);
}

/// Alice, who gets one order at once and wants everything from now on at this rhythm.
async fn alice(app: &TestApp, tenant: &Tenant, delivery: &str) -> String {
    types(app, tenant).await;
    let first = send(app, tenant, "order", "0").await;
    becomes(app, tenant, &first, "delivered").await;
    let contact = first["contact"].as_str().unwrap().to_owned();
    choose(app, tenant, &contact, delivery).await;
    contact
}

#[tokio::test]
async fn nd1_what_is_held_goes_out_in_one_email_in_order_and_counted() {
    let office = PostOffice::open().await;
    let app = posting(&office).await;
    let tenant = app.tenant("acme").await;
    alice(&app, &tenant, "daily").await;
    let mut held = Vec::new();
    for (kind, number) in [("order", "1"), ("invoice", "2"), ("order", "3")] {
        held.push(send(&app, &tenant, kind, number).await);
        app.forward(1).await;
    }
    assert_eq!(outcome(&held[0], "email").0, "held");
    // It is 11:06:43; the day's digests go out at 08:00.
    app.forward(20 * 3_600 + 53 * 60 + 16).await;
    gather_due(&app.app).await.unwrap();
    assert_eq!(state(&app, &tenant, &held[0]).await.0, "held", "it is 07:59:59");
    app.forward(1).await;
    gather_due(&app.app).await.unwrap();
    for sent in &held {
        becomes(&app, &tenant, sent, "delivered").await;
    }
    let letters = office.letters();
    assert_eq!(letters.len(), 2, "the one before, and one digest");
    let digest = &letters[1];
    assert!(digest.contains("Subject: 3 notifications: 1 Invoices, 2 Orders\n"), "{digest}");
    let places = ["- order 1 (Orders)", "- invoice 2 (Invoices)", "- order 3 (Orders)"];
    let places: Vec<_> = places.iter().map(|line| digest.find(line).expect(line)).collect();
    assert!(places.is_sorted(), "{digest}");
    assert!(digest.contains("No. 2"), "{digest}");
}

#[tokio::test]
async fn nd2_who_changes_their_mind_gets_what_is_held_at_once_or_not_or_at_another_time() {
    let office = PostOffice::open().await;
    let app = posting(&office).await;
    let tenant = app.tenant("acme").await;
    let alice = alice(&app, &tenant, "monthly").await;

    let both = [send(&app, &tenant, "order", "1").await, send(&app, &tenant, "invoice", "2").await];
    choose(&app, &tenant, &alice, "instant").await;
    for sent in &both {
        becomes(&app, &tenant, sent, "delivered").await;
    }
    assert_eq!(office.letters().len(), 2, "one email for both");

    choose(&app, &tenant, &alice, "weekly").await;
    let dropped = send(&app, &tenant, "order", "3").await;
    choose(&app, &tenant, &alice, "off").await;
    becomes(&app, &tenant, &dropped, "skipped").await;
    let why = "the contact has turned this off".to_owned();
    assert_eq!(state(&app, &tenant, &dropped).await.1, why);

    choose(&app, &tenant, &alice, "monthly").await;
    let sooner = send(&app, &tenant, "order", "4").await;
    choose(&app, &tenant, &alice, "hourly").await;
    gather_due(&app.app).await.unwrap();
    assert_eq!(state(&app, &tenant, &sooner).await.0, "held", "the hour is not over");
    app.forward(3_600).await;
    becomes(&app, &tenant, &sooner, "delivered").await;

    let gone = send(&app, &tenant, "order", "5").await;
    let path = "/api/v1/notification_types/order";
    assert_eq!(tenant.back_end(&app).call("DELETE", path, &Value::Null).await.status, 204);
    app.forward(3_600).await;
    becomes(&app, &tenant, &gone, "skipped").await;
    assert_eq!(office.letters().len(), 3);
}

#[tokio::test]
async fn nd3_each_is_in_one_digest_and_shares_what_becomes_of_it() {
    let office = PostOffice::open().await;
    let app = posting(&office).await;
    let other = app.beside().await;
    let tenant = app.tenant("acme").await;
    alice(&app, &tenant, "hourly").await;
    let both = [send(&app, &tenant, "order", "1").await, send(&app, &tenant, "invoice", "2").await];
    office.refuse("550 5.7.1 not here");
    app.jump(3_600);
    let (here, there) = tokio::join!(gather_due(&app.app), gather_due(&other.app));
    here.and(there).unwrap();
    app.forward(0).await;
    for sent in &both {
        becomes(&app, &tenant, sent, "failed").await;
        assert_eq!(state(&app, &tenant, sent).await.1, "the mail server answers 550 5.7.1");
    }
    let both = [send(&app, &tenant, "order", "3").await, send(&app, &tenant, "invoice", "4").await];
    app.forward(3_600).await;
    for sent in &both {
        becomes(&app, &tenant, sent, "delivered").await;
    }
    assert_eq!(office.letters().len(), 2);

    // The link of a digest is about everything that is in it.
    let letter = office.letters().pop().unwrap();
    let line = letter.lines().find(|line| line.starts_with("List-Unsubscribe: ")).unwrap();
    let url = line.split(['<', '>']).nth(1).unwrap();
    let link = url.strip_prefix(crate::app::ORIGIN).unwrap();
    let done = app.call("POST", link, &[], &Value::Null).await;
    assert!(done.text.contains("Invoices, Orders"), "{}", done.text);
    for kind in ["order", "invoice"] {
        assert_eq!(outcome(&send(&app, &tenant, kind, "5").await, "email").0, "skipped");
    }
}
