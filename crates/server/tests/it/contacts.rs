//! Contacts: rules P1 to P6 of `people::contacts`.

use countersign_identity::Presented;
use countersign_people::widgets::Mode;
use serde_json::{Value, json};

use crate::app::{Tenant, TestApp, Visitor};

async fn contact(app: &TestApp, tenant: &Tenant, id: &str) -> Value {
    let path = format!("/api/v1/contacts/{id}");
    let answer = tenant.back_end(app).call("GET", &path, &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn p1_a_member_cannot_replace_what_was_proven() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let path = format!("/api/v1/contacts/{}", alice.contact());
    let back_end = tenant.back_end(&app);
    let refused =
        back_end.call("PATCH", &path, &json!({ "fields": { "email": "x@y.example" } })).await;
    assert_eq!(refused.refusal(), (409, "field_is_proven".to_owned()));
    let set = back_end.call("PATCH", &path, &json!({ "fields": { "phone": "+49 1" } })).await;
    assert_eq!(set.json()["fields"]["phone"]["provenance"], json!("set"));
    assert_eq!(set.json()["fields"]["email"]["value"], json!("alice@customer.example"));
}

#[tokio::test]
async fn p2_the_same_proof_leads_to_the_same_contact_and_another_to_another() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let other = app.tenant("initech").await;
    let first = app.visitor(&tenant, "alice").await;
    let again = app.visitor(&tenant, "alice").await;
    let bob = app.visitor(&tenant, "bob").await;
    let theirs = app.visitor(&other, "alice").await;
    assert_eq!(first.contact(), again.contact());
    assert_ne!(first.contact(), bob.contact());
    assert_ne!(first.contact(), theirs.contact());
}

#[tokio::test]
async fn p2_an_id_never_equals_an_email() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let proven = async |claims: Presented| {
        let token = tenant.token_of(&app, &claims);
        let answer = app.open(&tenant, Some(json!({ "token": token }))).await;
        Visitor::of(&app, &answer).contact().to_owned()
    };
    let by_email =
        proven(Presented::default().with("sub", "u1").with("email", "bob@x.example")).await;
    let by_id = proven(Presented::default().with("sub", "bob@x.example")).await;
    assert_ne!(by_email, by_id);
    let other_id =
        proven(Presented::default().with("sub", "u2").with("email", "bob@x.example")).await;
    assert_ne!(by_email, other_id, "an email does not lead to somebody with another proven id");
}

#[tokio::test]
async fn p3_an_unproven_claim_gets_a_flagged_contact_of_its_own_and_the_same_answer() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "countersign", Mode::Observe).await;
    let alice = app.visitor(&tenant, "alice").await;
    let conversation = alice.converses("a secret").await;
    let said = json!({ "id": "alice", "email": "alice@customer.example", "name": "Alice" });
    let liar = Visitor::of(&app, &app.open(&tenant, Some(said)).await);
    let nobody = json!({ "id": "nobody", "email": "nobody@customer.example", "name": "Alice" });
    let honest = Visitor::of(&app, &app.open(&tenant, Some(nobody)).await);
    assert_ne!(liar.contact(), alice.contact());
    let shape = |visitor: &Visitor<'_>| {
        let mut keys: Vec<_> = visitor.opened.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        (keys, visitor.opened["trust"].clone())
    };
    assert_eq!(shape(&liar), shape(&honest));
    let list = liar.get("/widget/v1/conversations").await.json();
    assert_eq!(list["items"], json!([]));
    let path = format!("/widget/v1/conversations/{conversation}");
    assert_eq!(liar.get(&path).await.refusal(), (404, "not_found".to_owned()));
    let flagged = contact(&app, &tenant, liar.contact()).await;
    assert_eq!(flagged["flags"], json!(["contradicts_proven_id"]));
    assert_eq!(flagged["fields"]["email"]["provenance"], json!("said"));
    assert_eq!(contact(&app, &tenant, honest.contact()).await["flags"], json!([]));
    assert_eq!(contact(&app, &tenant, alice.contact()).await["trust"], json!("jwt"));
}

#[tokio::test]
async fn p5_names_emails_and_texts_are_not_in_the_file() {
    if std::env::var("COUNTERSIGN_TEST_STORE").as_deref() == Ok("postgres") {
        return p5_nor_in_a_dump_of_postgres().await;
    }
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "canaryname").await;
    alice.converses("canarytext is here").await;
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(app.folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    assert!(bytes.len() > 10_000);
    for canary in
        ["canaryname", "canarytext", "canaryname@customer.example", &tenant.secret, PASSWORD]
    {
        let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
        assert!(!found, "`{canary}` stands in the file in clear");
    }
}

const PASSWORD: &str = crate::app::PASSWORD;

async fn p5_nor_in_a_dump_of_postgres() {
    use countersign_infra::db::{Reach, Tx};
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "canaryname").await;
    alice.converses("canarytext is here").await;
    let rows = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            let sql = "select encode(sealed, 'escape') from contact union all
                select encode(sealed, 'escape') from message";
            tx.rows(sql, &[], |row| row.col::<String>(0)).await
        })
        .await
        .unwrap_or_else(|fault: countersign_base::Fault| panic!("{fault}"));
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| !row.contains("canary")));
}

#[tokio::test]
async fn p6_a_company_is_joined_by_proof_only() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "fogbender", Mode::Observe).await;
    let claims = json!({ "userId": "u1", "customerId": "C1", "customerName": "Netflix" });
    let signed = tenant.back_end(&app).call("POST", "/api/v1/signatures", &claims).await.json();
    let identity = json!({ "userJWT": signed["signatures"]["userJWT"] });
    let proven = Visitor::of(&app, &app.open(&tenant, Some(identity)).await);
    let said = json!({ "userId": "u2", "customerId": "C1", "customerName": "Netflix" });
    let said = Visitor::of(&app, &app.open(&tenant, Some(said)).await);
    let proven = contact(&app, &tenant, proven.contact()).await;
    assert_eq!(proven["company"]["external_id"], json!("C1"));
    assert_eq!(proven["company"]["name"], json!("Netflix"));
    let said = contact(&app, &tenant, said.contact()).await;
    assert_eq!(said["company"], Value::Null);
    assert_eq!(said["fields"]["company_id"]["provenance"], json!("said"));
}

#[tokio::test]
async fn contacts_are_found_by_email_id_and_the_beginning_of_a_name() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let other = app.tenant("initech").await;
    let alice = app.visitor(&tenant, "alice").await;
    app.visitor(&tenant, "bob").await;
    let found = async |tenant: &Tenant, query: &str| {
        let path = format!("/api/v1/contacts?query={query}");
        let page = tenant.back_end(&app).call("GET", &path, &Value::Null).await.json();
        let ids = page["items"].as_array().unwrap().iter();
        ids.map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for query in ["alice", "ALICE@customer.example", "ali", alice.contact()] {
        assert_eq!(found(&tenant, query).await, [alice.contact()], "{query}");
        assert!(found(&other, query).await.is_empty(), "{query}");
    }
    assert_eq!(found(&tenant, "").await.len(), 2);
}
