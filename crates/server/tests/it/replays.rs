//! What is used twice: proofs of possession and tokens (rules S11 and S12 of `people::sessions`), and
//! static proofs (rules Z1 to Z3 of `people::replays`).

use countersign_identity::Presented;
use countersign_people::widgets::Mode;
use serde_json::{Value, json};

use crate::app::{Answer, Tenant, TestApp};
use crate::dpop::BrowserKey;

const SESSIONS: &str = "/widget/v1/sessions";
const ME: &str = "/widget/v1/me";

/// A session bound to a key of the browser.
struct Bound {
    key: BrowserKey,
    access_token: String,
    nonce: String,
}

impl Bound {
    async fn open(app: &TestApp, tenant: &Tenant) -> Self {
        let key = BrowserKey::new();
        let body = json!({ "widget": tenant.widget.public_key, "key": key.jwk(),
            "identity": { "token": tenant.token(app, "alice") } });
        let proof = key.proof(app, "POST", SESSIONS, None, None);
        let asked = app.call("POST", SESSIONS, &[("dpop", &proof)], &body).await;
        let nonce = asked.header("dpop-nonce");
        let proof = key.proof(app, "POST", SESSIONS, None, Some(nonce));
        let opened = app.call("POST", SESSIONS, &[("dpop", &proof)], &body).await;
        assert_eq!(opened.status, 201, "{}", opened.text);
        let access_token = opened.json()["access_token"].as_str().unwrap().to_owned();
        Self { key, access_token, nonce: opened.header("dpop-nonce").to_owned() }
    }

    fn proof(&self, app: &TestApp, nonce: &str) -> String {
        self.key.proof(app, "GET", ME, Some(&self.access_token), Some(nonce))
    }

    async fn me(&self, app: &TestApp, proof: &str) -> Answer {
        let authorization = format!("DPoP {}", self.access_token);
        let headers = [("authorization", authorization.as_str()), ("dpop", proof)];
        app.call("GET", ME, &headers, &Value::Null).await
    }

    /// A call with a fresh proof, made again once if another nonce is asked for.
    async fn calls(&mut self, app: &TestApp) -> u16 {
        let answer = self.me(app, &self.proof(app, &self.nonce)).await;
        if answer.refusal() != (401, "use_dpop_nonce".to_owned()) {
            return answer.status;
        }
        answer.header("dpop-nonce").clone_into(&mut self.nonce);
        self.me(app, &self.proof(app, &self.nonce)).await.status
    }
}

fn used_before() -> (u16, String) {
    (401, "dpop_required".to_owned())
}

#[tokio::test]
async fn s11_a_proof_that_one_node_took_is_worth_nothing_on_another_or_after_a_restart() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let bound = Bound::open(&app, &tenant).await;
    let proof = bound.proof(&app, &bound.nonce);
    assert_eq!(bound.me(&app, &proof).await.status, 200);
    assert_eq!(bound.me(&app, &proof).await.refusal(), used_before());
    // To the process that was started later, all others are what it was before its restart.
    let other = app.beside().await;
    let elsewhere = bound.me(&other, &proof).await;
    assert_eq!(elsewhere.refusal(), (401, "use_dpop_nonce".to_owned()));
    let nonce = elsewhere.header("dpop-nonce").to_owned();
    let proof = bound.proof(&app, &nonce);
    assert_eq!(bound.me(&other, &proof).await.status, 200);
    assert_eq!(bound.me(&app, &proof).await.refusal(), used_before());
    assert_eq!(bound.me(&other, &proof).await.refusal(), used_before());
    assert_eq!(bound.me(&app.beside().await, &proof).await.refusal(), used_before());
}

#[tokio::test]
async fn s11_of_many_uses_at_once_on_two_nodes_one_holds() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let other = app.beside().await;
    let bound = Bound::open(&app, &tenant).await;
    let asked = bound.me(&other, &bound.proof(&app, &bound.nonce)).await;
    let proof = bound.proof(&app, asked.header("dpop-nonce"));
    let nodes = [&app, &other].into_iter().cycle().take(16);
    let calls = nodes.map(|node| bound.me(node, &proof));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn s11_calls_that_wander_between_nodes_are_asked_again_once_at_most() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let other = app.beside().await;
    let mut bound = Bound::open(&app, &tenant).await;
    for seconds in [0, 400] {
        app.forward(seconds).await;
        other.forward(0).await;
        for node in [&app, &other, &other, &app] {
            assert_eq!(bound.calls(node).await, 200);
        }
    }
}

async fn demand_single_use(app: &TestApp, tenant: &Tenant) {
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let change = json!({ "single_use_tokens": true });
    let changed = tenant.back_end(app).call("PATCH", &path, &change).await;
    assert_eq!(changed.json()["single_use_tokens"], json!(true), "{}", changed.text);
}

fn with_jti(app: &TestApp, tenant: &Tenant, jti: &str) -> Value {
    let claims = Presented::default().with("sub", "alice").with("jti", jti);
    json!({ "token": tenant.token_of(app, &claims), "id": "alice" })
}

#[tokio::test]
async fn s12_a_token_opens_one_session_on_whichever_node() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let other = app.beside().await;
    demand_single_use(&app, &tenant).await;
    other.forward(0).await;
    let token = with_jti(&app, &tenant, "one");
    assert_eq!(app.open(&tenant, Some(token.clone())).await.status, 201);
    for node in [&app, &other] {
        let again = node.open(&tenant, Some(token.clone())).await;
        assert_eq!(again.refusal(), (401, "identity_refused".to_owned()));
    }
    assert_eq!(crate::refusals::list(&app, &tenant, 2).await[0]["reason"], json!("spent"));
    let asked = json!({ "presented": token });
    let explained = tenant.back_end(&app).call("POST", "/api/v1/identity/explain", &asked).await;
    assert_eq!(explained.json()["reason"], json!("spent"));
    let token = with_jti(&app, &tenant, "two");
    let nodes = [&app, &other].into_iter().cycle().take(12);
    let opened = nodes.map(|node| node.open(&tenant, Some(token.clone())));
    let opened = futures_util::future::join_all(opened).await;
    assert_eq!(opened.iter().filter(|answer| answer.status == 201).count(), 1);
}

#[tokio::test]
async fn s12_in_observe_a_used_token_proves_nothing_and_is_counted() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "countersign", Mode::Observe).await;
    demand_single_use(&app, &tenant).await;
    let token = with_jti(&app, &tenant, "one");
    let first = app.open(&tenant, Some(token.clone())).await.json();
    let again = app.open(&tenant, Some(token)).await.json();
    assert_eq!((&first["trust"], &again["trust"]), (&json!("jwt"), &json!("claimed")));
    assert_ne!(first["contact"]["id"], again["contact"]["id"]);
    let path = format!("/api/v1/widgets/{}/coverage", tenant.widget.id);
    let coverage = tenant.back_end(&app).call("GET", &path, &Value::Null).await.json();
    assert_eq!(coverage["by_reason"], json!([{ "reason": "spent", "many": 1 }]));
}

#[tokio::test]
async fn s12_what_could_be_used_twice_is_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    demand_single_use(&app, &tenant).await;
    let without = json!({ "token": tenant.token(&app, "alice") });
    assert_eq!(app.open(&tenant, Some(without)).await.status, 401);
    let hashed = app.tenant_with("initech", "notificationapi", Mode::Enforce).await;
    demand_single_use(&app, &hashed).await;
    let user = json!({ "userId": "u1" });
    let signed = hashed.back_end(&app).call("POST", "/api/v1/signatures", &user).await.json();
    let proof = json!({ "userId": "u1", "userIdHash": signed["signatures"]["userIdHash"] });
    assert_eq!(app.open(&hashed, Some(proof)).await.status, 401);
    for tenant in [&tenant, &hashed] {
        let refusals = crate::refusals::list(&app, tenant, 1).await;
        assert_eq!(refusals[0]["reason"], json!("not_single_use"));
    }
}

/// What the ledger of a widget shows.
async fn ledger(app: &TestApp, tenant: &Tenant) -> Value {
    let path = format!("/api/v1/widgets/{}/replays", tenant.widget.id);
    let answer = tenant.back_end(app).call("GET", &path, &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].clone()
}

/// Opens a session with this proof from a browser with this name, at a page of this origin.
async fn opens_in(app: &TestApp, tenant: &Tenant, proof: &Value, browser: &str, origin: &str) {
    let body = json!({ "widget": tenant.widget.public_key, "identity": proof });
    let headers = [("user-agent", browser), ("origin", origin)];
    let opened = app.call("POST", SESSIONS, &headers, &body).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
}

async fn hmac(app: &TestApp, tenant: &Tenant, user: &str) -> Value {
    let claims = json!({ "userId": user });
    let signed = tenant.back_end(app).call("POST", "/api/v1/signatures", &claims).await.json();
    json!({ "userId": user, "userIdHash": signed["signatures"]["userIdHash"] })
}

#[tokio::test]
async fn z2_a_static_proof_at_several_places_is_shown_with_its_contact() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Enforce).await;
    let (alice, bob) = (hmac(&app, &tenant, "alice").await, hmac(&app, &tenant, "bob").await);
    let (page, ours) = (crate::app::PAGE, crate::app::ORIGIN);
    for proof in [&alice, &alice, &bob] {
        opens_in(&app, &tenant, proof, "Firefox", page).await;
    }
    app.settle().await;
    assert_eq!(ledger(&app, &tenant).await, json!([]), "one place each");
    app.forward(3_600).await;
    opens_in(&app, &tenant, &alice, "curl", ours).await;
    app.settle().await;
    let shown = ledger(&app, &tenant).await;
    let one = &shown[0];
    assert_eq!(shown.as_array().unwrap().len(), 1, "{shown}");
    let counts = (&one["browsers"], &one["many"]);
    assert_eq!(counts, (&json!(2), &json!(3)));
    let mut origins = vec![page, ours];
    origins.sort_unstable();
    assert_eq!(one["origins"], json!(origins));
    let contact = app.open(&tenant, Some(alice.clone())).await.json()["contact"]["id"].clone();
    assert_eq!(one["contact"], contact);
    assert!(one["first_at"].as_str().unwrap() < one["last_at"].as_str().unwrap());
    let hash = alice["userIdHash"].as_str().unwrap();
    assert!(!shown.to_string().contains(hash), "the ledger holds no proof");
    let other = app.tenant("initech").await;
    let path = format!("/api/v1/widgets/{}/replays", tenant.widget.id);
    let theirs = other.back_end(&app).call("GET", &path, &Value::Null).await;
    assert_eq!(theirs.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn z1_what_ends_by_itself_is_not_remembered() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let token = json!({ "token": tenant.token(&app, "alice") });
    for browser in ["Firefox", "curl"] {
        opens_in(&app, &tenant, &token, browser, crate::app::PAGE).await;
    }
    app.settle().await;
    assert_eq!(ledger(&app, &tenant).await, json!([]));
}

#[tokio::test]
async fn z3_what_is_seen_is_written_later_and_forgotten_after_a_month() {
    use countersign_door::work::take_out;
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Enforce).await;
    let proof = hmac(&app, &tenant, "alice").await;
    for browser in ["Firefox", "curl"] {
        opens_in(&app, &tenant, &proof, browser, crate::app::PAGE).await;
    }
    assert_eq!(ledger(&app, &tenant).await, json!([]), "it waits");
    app.settle().await;
    assert_eq!(ledger(&app, &tenant).await[0]["browsers"], json!(2));
    app.forward(31 * 24 * 3_600).await;
    let gone = take_out(&app.app, countersign_people::replays::OLD).await.unwrap();
    assert_eq!(gone, 2);
    assert_eq!(ledger(&app, &tenant).await, json!([]));
}
