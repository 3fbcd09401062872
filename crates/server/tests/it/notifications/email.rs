//! Emails: rules NE1 to NE5, with a mail server of the test's own.

use std::time::Duration;

use countersign_base::Provenance;
use countersign_door::Cx;
use countersign_people::contacts::{self, FieldName};
use countersign_reach::notifications::outbox::carry_due;
use serde_json::{Value, json};

use super::post_office::PostOffice;
use super::{order_type, outcome, send_as};
use crate::app::{Outgoing, Tenant, TestApp};

pub(crate) async fn posting(office: &PostOffice) -> TestApp {
    let mail = Some(office.mailer());
    TestApp::start_with(Outgoing { mail, ..Outgoing::default() }).await
}

/// A type that is sent by email only.
async fn emailed(app: &TestApp, tenant: &Tenant, more: Value) {
    let email = json!({ "subject": "Order {{ id }}", "html": "<p>Order <b>{{ id }}</b> left</p>" });
    let mut settings = json!({ "channels": ["email"], "templates": { "email": email } });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    order_type(app, tenant, settings).await;
}

async fn order(app: &TestApp, tenant: &Tenant, order: &str) -> Value {
    let to = json!({ "id": "alice", "email": "alice@customer.example" });
    let body = json!({ "type": "order", "to": to, "parameters": { "id": order } });
    let sent = send_as(app, tenant, &body).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    sent.json()
}

async fn found(app: &TestApp, tenant: &Tenant, sent: &Value) -> Value {
    let path = format!("/api/v1/notifications/{}", sent["id"].as_str().unwrap());
    tenant.back_end(app).call("GET", &path, &Value::Null).await.json()
}

/// Waits until an email is no more `queued`, or is queued with a reason.
async fn settled(app: &TestApp, tenant: &Tenant, sent: &Value) -> (String, String) {
    for _ in 0..1_000 {
        let outcome = outcome(&found(app, tenant, sent).await, "email");
        if outcome.0 != "queued" || !outcome.1.is_empty() {
            return outcome;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the email was not carried");
}

/// The path of the link by which a letter's reader does without such letters.
fn link(letter: &str) -> Option<String> {
    let line = letter.lines().find(|line| line.starts_with("List-Unsubscribe: "))?;
    let url = line.split(['<', '>']).nth(1).unwrap();
    Some(url.strip_prefix(crate::app::ORIGIN).expect("the widget's origin").to_owned())
}

#[tokio::test]
async fn ne1_only_an_address_that_was_proven_or_set_is_written_to() {
    let office = PostOffice::open().await;
    let app = posting(&office).await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant, json!({})).await;
    let send = async |to: Value| {
        let body = json!({ "type": "order", "to": to, "parameters": { "id": "1" } });
        send_as(&app, &tenant, &body).await.json()
    };
    let sent = send(json!({ "id": "nobody" })).await;
    let none = ("skipped".to_owned(), "the contact has no email address".to_owned());
    assert_eq!(outcome(&sent, "email"), none);

    let said = send(json!({ "id": "said" })).await["contact"].as_str().unwrap().to_owned();
    let system = app.app.system(tenant.scope).await.unwrap();
    let say = async move |cx: &mut Cx<'_>| {
        let told = [(FieldName::Email, "eve@customer.example".to_owned())];
        contacts::learn(cx, "said", Provenance::Said, &told).await
    };
    system.write(say).await.unwrap();
    let sent = send(json!({ "contact": said })).await;
    let (state, why) = outcome(&sent, "email");
    assert!(state == "skipped" && why.contains("only said"), "{state} {why}");

    let wrong =
        send(json!({ "id": "wrong", "email": "a@x.example\r\nRCPT TO:<b@x.example>" })).await;
    let (state, why) = outcome(&wrong, "email");
    assert!(state == "skipped" && why.contains("none that mail goes to"), "{state} {why}");

    let alice = app.visitor(&tenant, "alice").await;
    let sent = send(json!({ "contact": alice.contact() })).await;
    assert_eq!(settled(&app, &tenant, &sent).await.0, "delivered");
    assert_eq!(found(&app, &tenant, &sent).await["deliveries"][0]["provenance"], json!("proven"));
    let letters = office.letters();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].starts_with("RCPT TO:<alice@customer.example>\n"), "{}", letters[0]);
}

#[tokio::test]
async fn ne2_a_letter_is_html_and_text_and_the_same_at_every_attempt() {
    let office = PostOffice::open().await;
    let app = posting(&office).await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant, json!({})).await;
    let sent = order(&app, &tenant, "7").await;
    assert_eq!(settled(&app, &tenant, &sent).await.0, "delivered");
    let letter = office.letters().remove(0);
    let id = sent["id"].as_str().unwrap();
    for line in [
        "From: Acme <notify@acme.example>",
        "Reply-To: help@acme.example",
        "Subject: Order 7",
        &format!("Message-ID: <{id}.email@acme.example>"),
        "Content-Type: text/plain; charset=utf-8",
        "Order 7 left",
        "Content-Type: text/html; charset=utf-8",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ] {
        assert!(letter.lines().any(|found| found == line), "`{line}` is missing in\n{letter}");
    }
    let whole = letter.replace("=\n", "");
    assert!(whole.contains("multipart/alternative") && whole.contains("<b>7</b>"), "{whole}");
}

#[tokio::test]
async fn ne3_no_text_becomes_a_header() {
    let office = PostOffice::open().await;
    let app = posting(&office).await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant, json!({})).await;
    let sent = order(&app, &tenant, "1\r\nBcc: eve@evil.example\r\n\r\n<p>x").await;
    assert_eq!(settled(&app, &tenant, &sent).await.0, "delivered");
    let letter = office.letters().remove(0);
    let head = letter.split("\n\n").next().unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{letter}");
    assert!(head.contains("Subject: Order 1 Bcc: eve@evil.example"), "{letter}");
    assert_eq!(letter.matches("RCPT TO").count(), 1);
}

#[tokio::test]
async fn ne4_a_post_to_the_link_unsubscribes_and_opening_it_changes_nothing() {
    let office = PostOffice::open().await;
    let app = posting(&office).await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant, json!({})).await;
    let sent = order(&app, &tenant, "1").await;
    assert_eq!(settled(&app, &tenant, &sent).await.0, "delivered");
    let link = link(&office.letters()[0]).expect("there is a link");

    let page = app.call("GET", &link, &[], &Value::Null).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("“Orders”") && page.text.contains("method=\"post\""),
        "{}",
        page.text
    );
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let still = order(&app, &tenant, "2").await;
    assert_eq!(outcome(&still, "email").0, "queued", "a GET changes nothing");
    settled(&app, &tenant, &still).await;

    let mut wrong = link.clone().into_bytes();
    let last = wrong.last_mut().unwrap();
    *last = if *last == b'A' { b'Q' } else { b'A' };
    let wrong = String::from_utf8(wrong).unwrap();
    for bad in [wrong.as_str(), "/unsubscribe/x", "/unsubscribe/%00", &format!("{link}A")] {
        for method in ["GET", "POST"] {
            assert_eq!(
                app.call(method, bad, &[], &Value::Null).await.status,
                404,
                "{method} {bad}"
            );
        }
    }
    assert_eq!(outcome(&order(&app, &tenant, "3").await, "email").0, "queued");

    // As mail programs do it: a form, without a proof and without cookies.
    let form = axum::http::Request::post(&link)
        .header("host", "localhost:7777")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("List-Unsubscribe=One-Click"));
    let done = app.send(form.unwrap()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let off = ("skipped".to_owned(), "the contact has turned this off".to_owned());
    assert_eq!(outcome(&order(&app, &tenant, "4").await, "email"), off);

    emailed(&app, &tenant, json!({ "critical": true })).await;
    assert_eq!(app.call("POST", &link, &[], &Value::Null).await.status, 409);
    let needed = order(&app, &tenant, "5").await;
    assert_eq!(settled(&app, &tenant, &needed).await.0, "delivered");
    let letter = office.letters().pop().unwrap();
    assert_eq!(self::link(&letter), None);
    assert!(!letter.contains("Unsubscribe"), "{letter}");
}

#[tokio::test]
async fn ne4_the_link_of_somebody_who_was_merged_counts_for_the_survivor() {
    let office = PostOffice::open().await;
    let app = posting(&office).await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant, json!({})).await;
    let sent = order(&app, &tenant, "1").await;
    assert_eq!(settled(&app, &tenant, &sent).await.0, "delivered");
    let link = link(&office.letters()[0]).expect("there is a link");
    let to = json!({ "id": "bob", "email": "bob@customer.example" });
    let to_bob = json!({ "type": "order", "to": to, "parameters": { "id": "2" } });
    let bob = send_as(&app, &tenant, &to_bob).await.json();
    assert_eq!(outcome(&bob, "email").0, "queued");
    let path = format!("/api/v1/contacts/{}/merges", bob["contact"].as_str().unwrap());
    let body = json!({ "contact": sent["contact"], "reason": "she changed her account" });
    let merged = tenant.back_end(&app).call("POST", &path, &body).await;
    assert!(matches!(merged.status, 200 | 201), "{}", merged.text);
    assert_eq!(app.call("POST", &link, &[], &Value::Null).await.status, 200);
    let bob = send_as(&app, &tenant, &to_bob).await.json();
    assert_eq!(outcome(&bob, "email").1, "the contact has turned this off");
}

#[tokio::test]
async fn ne5_what_is_refused_for_now_comes_again_and_what_is_refused_for_good_does_not() {
    let office = PostOffice::open().await;
    let app = posting(&office).await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant, json!({})).await;
    office.refuse("550 5.1.1 <alice@customer.example> does not exist");
    let sent = order(&app, &tenant, "1").await;
    let refused = ("failed".to_owned(), "the mail server answers 550 5.1.1".to_owned());
    assert_eq!(settled(&app, &tenant, &sent).await, refused);

    office.refuse("450 4.2.1 try again later");
    let sent = order(&app, &tenant, "2").await;
    let busy = ("queued".to_owned(), "the mail server answers 450 4.2.1".to_owned());
    assert_eq!(settled(&app, &tenant, &sent).await, busy);
    app.forward(6).await;
    carry_due(&app.app).await.unwrap();
    for _ in 0..1_000 {
        if office.letters().len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(office.letters().len(), 1);
}

#[tokio::test]
async fn ne5_a_mail_server_that_is_not_there_is_waited_for() {
    let relay = "smtp://127.0.0.1:9".parse().unwrap(); // the port of `discard`, which nobody opens
    let sender = countersign_infra::mail::Sender::new("notify@acme.example", None).unwrap();
    let mail = Some(countersign_infra::mail::Mailer::new(&relay, sender).unwrap());
    let app = TestApp::start_with(Outgoing { mail, ..Outgoing::default() }).await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant, json!({})).await;
    let sent = order(&app, &tenant, "1").await;
    let down = ("queued".to_owned(), "the mail server cannot be reached".to_owned());
    assert_eq!(settled(&app, &tenant, &sent).await, down);
}
