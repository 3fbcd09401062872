//! The doctor looks at a real server and at customers' pages, good ones and bad ones.

use std::sync::Mutex;

use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{any, get};
use countersign_people::widgets::Mode;
use countersign_server::doctor::{Asked, Finding, Verdict, examine};
use serde_json::{Value, json};
use url::Url;

use crate::app::{Tenant, TestApp};

/// Serves on loopback until the test ends.
async fn on_loopback(router: Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}/").parse().unwrap()
}

async fn server(app: &TestApp) -> Url {
    let service = app.router.clone();
    on_loopback(Router::new().fallback_service(service)).await
}

fn asked(server: Url) -> Asked {
    Asked { server, page: None, tokens: None, widget: None }
}

fn of<'a>(findings: &'a [Finding], check: &str) -> &'a Finding {
    findings
        .iter()
        .find(|finding| finding.check == check)
        .unwrap_or_else(|| panic!("{findings:#?}"))
}

fn verdict(findings: &[Finding], check: &str) -> Verdict {
    of(findings, check).verdict
}

async fn look(asked: &Asked) -> Vec<Finding> {
    examine(asked, &|_| {}).await
}

/// A page that loads the widget, with a policy and whatever else stands in it.
fn page(tenant: &Tenant, policy: &'static str, more: &str) -> Router {
    let html = format!(
        "<!doctype html><title>Acme</title><script src=/app.js></script>
        <script>Countersign('boot', {{ widget: '{}' }})</script>{more}",
        tenant.widget.public_key
    );
    Router::new()
        .route("/", get(move || async move { ([("content-security-policy", policy)], Html(html)) }))
        .route("/app.js", get(|| async { "const nothing = 1" }))
}

#[tokio::test]
async fn h1_what_it_opens_it_ends_again() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "woes-hmac", Mode::Observe).await;
    let mut what = asked(server(&app).await);
    what.widget = Some(tenant.widget.public_key.clone());
    let findings = look(&what).await;
    assert_eq!(verdict(&findings, "forgery: no proof"), Verdict::Warning);
    assert_eq!(verdict(&findings, "identity mode"), Verdict::Warning);
    let sessions = tenant.back_end(&app).call("GET", "/api/v1/contacts", &Value::Null).await.json();
    assert_ne!(sessions["items"], json!([]), "the session was there");
    for contact in sessions["items"].as_array().unwrap() {
        let path = format!("/api/v1/sessions?contact={}", contact["id"].as_str().unwrap());
        let live = tenant.back_end(&app).call("GET", &path, &Value::Null).await.json();
        assert_eq!(live["items"], json!([]), "{live}");
    }
}

#[tokio::test]
async fn h2_a_sound_installation_is_called_so_and_one_that_is_away_is_named() {
    let app = TestApp::start().await;
    let findings = look(&asked(server(&app).await)).await;
    for check in ["server", "readiness", "clock", "signing keys", "headers", "metrics"] {
        assert_eq!(verdict(&findings, check), Verdict::Good, "{:?}", of(&findings, check));
    }
    assert_eq!(verdict(&findings, "transport"), Verdict::Warning, "loopback needs no TLS");
    let away = look(&asked("http://127.0.0.1:9/".parse().unwrap())).await;
    assert_eq!(verdict(&away, "server"), Verdict::Failed);
    let other = on_loopback(Router::new().route("/healthz", get(|| async { "hello" }))).await;
    let other = look(&asked(other)).await;
    assert!(of(&other, "server").seen.contains("no Countersign"), "{other:?}");
    let plain = look(&asked("http://countersign.invalid/".parse().unwrap())).await;
    assert_eq!(verdict(&plain, "transport"), Verdict::Failed);
}

#[tokio::test]
async fn h3_a_page_that_keeps_the_widget_out_or_gives_a_secret_away_is_told() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let server = server(&app).await;
    let good = on_loopback(page(&tenant, "script-src 'self' http:; frame-src http:", "")).await;
    let what = Asked { page: Some(good), ..asked(server.clone()) };
    let findings = look(&what).await;
    for check in ["secrets in the page", "page policy", "widget"] {
        assert_eq!(verdict(&findings, check), Verdict::Good, "{:?}", of(&findings, check));
    }
    let leak = format!("<script>const key = '{}'</script>", tenant.key);
    let bad = on_loopback(page(&tenant, "default-src 'self'", &leak)).await;
    let findings = look(&Asked { page: Some(bad), ..what }).await;
    let secrets = of(&findings, "secrets in the page");
    assert_eq!(secrets.verdict, Verdict::Failed);
    assert!(!secrets.seen.contains(&tenant.key[..24]), "a finding holds no secret");
    let policy = of(&findings, "page policy");
    assert_eq!(policy.verdict, Verdict::Failed);
    let origin = server.origin().ascii_serialization();
    let mend = format!("add: script-src {origin}; frame-src {origin}");
    assert_eq!(policy.mend.as_deref(), Some(mend.as_str()));
}

#[tokio::test]
async fn h4_every_forgery_is_tried_and_refused() {
    let app = TestApp::start().await;
    for (name, profile, many) in [
        ("a", "countersign", 4),
        ("b", "woes-hmac", 3),
        ("c", "fogbender", 6),
        ("d", "notificationapi", 3),
    ] {
        let tenant = app.tenant_with(name, profile, Mode::Enforce).await;
        let mut what = asked(server(&app).await);
        what.widget = Some(tenant.widget.public_key.clone());
        let findings = look(&what).await;
        let forgeries: Vec<_> =
            findings.iter().filter(|finding| finding.check.starts_with("forgery")).collect();
        assert_eq!(forgeries.len(), many, "{profile}: {forgeries:#?}");
        for forgery in forgeries {
            assert_eq!(forgery.verdict, Verdict::Good, "{profile}: {forgery:?}");
            assert!(forgery.seen.contains("req_"), "{forgery:?}");
        }
    }
    let mut what = asked(server(&app).await);
    what.widget = Some("cs_pk_live_AAAA".to_owned());
    assert_eq!(verdict(&look(&what).await, "widget settings"), Verdict::Failed);
}

#[tokio::test]
async fn h4_a_widget_that_demands_a_browser_key_is_attacked_with_one() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let app = TestApp::start_at(&origin, i64::try_from(now.as_millis()).unwrap()).await;
    let router = app.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    for (mode, expected) in [(Mode::Enforce, Verdict::Good), (Mode::Observe, Verdict::Warning)] {
        let tenant = app.tenant_with(&format!("{mode:?}"), "woes-hmac", mode).await;
        let path = format!("/api/v1/widgets/{}", tenant.widget.id);
        let bound = json!({ "allow_bearer": false });
        let changed = tenant.back_end(&app).call("PATCH", &path, &bound).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let mut what = asked(origin.parse().unwrap());
        what.widget = Some(tenant.widget.public_key.clone());
        let findings = look(&what).await;
        assert_eq!(verdict(&findings, "session binding"), Verdict::Good);
        let forgery = of(&findings, "forgery: no proof");
        assert_eq!(forgery.verdict, expected, "{forgery:?}");
        what.server.set_host(Some("localhost")).unwrap();
        assert_eq!(verdict(&look(&what).await, "forgery: no proof"), Verdict::Skipped);
    }
}

#[tokio::test]
async fn h5_a_token_endpoint_that_signs_for_a_stranger_is_found() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let token = tenant.token(&app, "alice");
    let fixed = any(move || async move { token });
    let (secret, widget) = (tenant.secret.clone(), tenant.widget.public_key.clone());
    let oracle = get(move |Query(asked): Query<std::collections::HashMap<String, String>>| {
        let name = asked.get("user_id").cloned().unwrap_or_default();
        async move { signed(&secret, &widget, &name) }
    });
    let refusing = any(|| async { (StatusCode::UNAUTHORIZED, "sign in first") });
    let routes =
        Router::new().route("/oracle", oracle).route("/fixed", fixed).route("/refusing", refusing);
    let site = on_loopback(routes).await;
    let server = server(&app).await;
    for (path, expected, words) in [
        ("/oracle", Verdict::Failed, "whoever the request names"),
        ("/fixed", Verdict::Failed, "not signed in"),
        ("/refusing", Verdict::Good, "401"),
        ("/nothing", Verdict::Skipped, "not there"),
    ] {
        let what = Asked { tokens: Some(site.join(path).unwrap()), ..asked(server.clone()) };
        let findings = look(&what).await;
        let found = of(&findings, "token endpoint");
        assert_eq!(found.verdict, expected, "{path}: {found:?}");
        assert!(found.seen.contains(words), "{path}: {found:?}");
    }
}

/// What a careless back end answers: a token for the name in the request.
fn signed(secret: &str, widget: &str, name: &str) -> String {
    use base64::Engine as _;
    let part = |value: Value| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "sub": name, "aud": widget });
    let text = format!("{}.{}", part(json!({ "alg": "HS256" })), part(claims));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&key, text.as_bytes());
    format!("{text}.{}", base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(tag))
}

#[tokio::test]
async fn h6_what_was_not_looked_at_is_said_and_every_finding_is_told_at_once() {
    let app = TestApp::start().await;
    let told = Mutex::new(Vec::new());
    let findings = examine(&asked(server(&app).await), &|finding: &Finding| {
        told.lock().unwrap().push(finding.check);
    })
    .await;
    assert_eq!(verdict(&findings, "forgery"), Verdict::Skipped);
    assert_eq!(verdict(&findings, "token endpoint"), Verdict::Skipped);
    assert!(findings.iter().all(|it| (it.verdict == Verdict::Good) == it.mend.is_none()));
    let checks: Vec<_> = findings.iter().map(|finding| finding.check).collect();
    assert_eq!(*told.lock().unwrap(), checks);
}
