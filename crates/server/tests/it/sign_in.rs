//! Members' sign-ins: rules M1 to M12 of `people::members`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use countersign_base::{Digest, Fault, MemberId, Role, Token, tokens};
use countersign_infra::db::{Reach, Tx};
use countersign_people::members::{self, Refusal};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::{Answer, Member, ORIGIN, PASSWORD, Tenant, TestApp};

const SESSIONS: &str = "/dashboard/v1/sessions";
const CURRENT: &str = "/dashboard/v1/sessions/current";
const ME: &str = "/dashboard/v1/me";
const OWNER: &str = "owner@acme.example";

/// The hash of [`PASSWORD`] at less than half of what one costs now.
const CHEAP: &str = "$argon2id$v=19$m=8192,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw\
    $mj7WLZF3UzvB0D8GKjeuXHDlzSQAdZRxeNOL4Faq0hE";

/// Tries to sign in from the network of `address`.
async fn try_from(app: &TestApp, address: &str, email: &str, password: &str) -> Answer {
    let request = Request::post(SESSIONS)
        .header("host", "localhost:7777")
        .header("origin", ORIGIN)
        .header("content-type", "application/json")
        .header("x-countersign-request", "1");
    let body = json!({ "email": email, "password": password }).to_string();
    let mut request = request.body(Body::from(body)).unwrap();
    let peer: SocketAddr = format!("{address}:40000").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let (parts, body) = app.router.clone().oneshot(request).await.unwrap().into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, text }
}

async fn try_in(app: &TestApp, email: &str, password: &str) -> Answer {
    try_from(app, "127.0.0.1", email, password).await
}

/// An answer without what differs from call to call.
fn said(answer: &Answer) -> (u16, Value, BTreeSet<String>) {
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    (answer.status, body, answer.headers.keys().map(ToString::to_string).collect())
}

/// The actions in the audit log with their targets, oldest first, once there are `at_least`.
async fn audited(app: &TestApp, tenant: &Tenant, prefix: &str, at_least: usize) -> Vec<Value> {
    for _ in 0..400 {
        let path = "/api/v1/audit_events?limit=100";
        let page = tenant.back_end(app).call("GET", path, &Value::Null).await.json();
        let mut found = page["items"].as_array().unwrap().clone();
        found.retain(|entry| entry["action"].as_str().unwrap().starts_with(prefix));
        found.reverse();
        if found.len() >= at_least {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("fewer than {at_least} entries of {prefix}");
}

async fn password_hash(app: &TestApp, member: MemberId) -> String {
    let found: Result<Option<String>, Fault> = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            let sql = "select password_hash from member where id = $1";
            tx.row(sql, &[member.into()], |row| row.col(0)).await
        })
        .await;
    found.unwrap().unwrap()
}

async fn set_password_hash(app: &TestApp, member: MemberId, hash: &'static str) {
    let done: Result<u64, Fault> = app
        .db
        .write(Reach::All, async move |tx: &mut Tx<'_>| {
            let sql = "update member set password_hash = $2 where id = $1";
            tx.exec(sql, &[member.into(), hash.into()]).await
        })
        .await;
    assert_eq!(done, Ok(1));
}

#[tokio::test]
async fn signing_in_is_the_whole_answer() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let answer = try_in(&app, OWNER, PASSWORD).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let me = json!({
        "member": { "id": tenant.owner, "name": "owner", "email": OWNER, "role": "owner" },
        "organization": { "id": tenant.scope.organization, "name": "acme" },
        "environment": "live",
        "permissions": [
            "api_keys.manage", "audit.read", "contacts.manage", "contacts.merge", "contacts.read",
            "conversations.manage", "conversations.read", "conversations.reply", "members.read",
            "notifications.manage", "notifications.read", "notifications.send",
            "protection.lower", "refusals.read", "sessions.manage", "widgets.manage",
            "widgets.read",
        ],
    });
    assert_eq!(answer.json(), me);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.header("x-ratelimit-limit").is_empty());
    let member = app.signed_in(OWNER).await;
    assert_eq!(member.get(ME).await.json(), me);
}

#[tokio::test]
async fn a_body_that_is_not_exact_is_refused() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let member = app.signed_in(OWNER).await;
    for body in [
        json!({}),
        json!({ "email": OWNER }),
        json!({ "email": OWNER, "password": 1 }),
        json!({ "email": OWNER, "password": PASSWORD, "role": "owner" }),
    ] {
        let answer = member.call("POST", SESSIONS, &body).await;
        assert_eq!(answer.refusal(), (400, "malformed_json".to_owned()), "{body}");
    }
}

#[tokio::test]
async fn m2_an_unknown_email_is_answered_as_a_wrong_password_is() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let wrong = said(&try_in(&app, OWNER, "wrong horse battery staple").await);
    assert_eq!((wrong.0, &wrong.1["code"]), (401, &json!("sign_in_refused")));
    for (email, password) in [
        ("nobody@acme.example", PASSWORD),
        ("no email", PASSWORD),
        ("", ""),
        (OWNER, ""),
        (OWNER, &*"x".repeat(5_000)),
    ] {
        let from = "192.0.2.7";
        assert_eq!(said(&try_from(&app, from, email, password).await), wrong, "{email}");
    }
}

#[tokio::test]
async fn m3_five_failures_lock_the_pair_and_nobody_else() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    for email in [OWNER, "nobody@acme.example"] {
        for _ in 0..5 {
            assert_eq!(try_in(&app, email, "wrong horse battery").await.status, 401);
        }
        let locked = try_in(&app, email, PASSWORD).await;
        assert_eq!(locked.refusal(), (429, "too_many_requests".to_owned()), "{email}");
        assert_eq!(locked.header("retry-after"), "30");
        let spelt = email.to_uppercase();
        assert_eq!(try_in(&app, &spelt, PASSWORD).await.status, 429, "the same email in capitals");
    }
    assert_eq!(try_from(&app, "192.0.2.7", OWNER, PASSWORD).await.status, 201);
    app.forward(30).await;
    assert_eq!(try_in(&app, OWNER, PASSWORD).await.status, 201);
}

#[tokio::test]
async fn m3_failures_that_run_at_once_cannot_outnumber_the_free_ones() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let tries = (0..20).map(|_| try_in(&app, OWNER, "wrong horse battery"));
    let answers = futures_util::future::join_all(tries).await;
    let judged = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!(judged, 5);
    assert!(answers.iter().all(|answer| matches!(answer.status, 401 | 429)));
}

#[tokio::test]
async fn m4_the_cookie_is_kept_as_a_digest_and_refused_when_it_comes_twice() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let answer = try_in(&app, OWNER, PASSWORD).await;
    let (cookie, attributes) = answer.header("set-cookie").split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
    let text = cookie.strip_prefix("__Host-cs_s=").unwrap();
    let token = Token::<tokens::SignIn, 64>::read(text).unwrap();
    let kept: Result<Vec<Digest>, Fault> = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.rows("select digest from sign_in", &[], |row| row.col(0)).await
        })
        .await;
    assert_eq!(kept, Ok(vec![token.digest()]));
    let asks =
        async |cookie: &str| app.call("GET", ME, &[("cookie", cookie)], &Value::Null).await.status;
    assert_eq!(asks(cookie).await, 200);
    assert_eq!(asks(&format!("theme=dark; {cookie}")).await, 200);
    let mut other = *token.bytes();
    other[63] ^= 1;
    let other = Token::<tokens::SignIn, 64>::from_bytes(other).reveal();
    for bad in [
        format!("{cookie}; {cookie}"),
        format!("__Host-cs_s=; {cookie}"),
        format!("__Host-cs_s={other}"),
        format!("cs_s={text}"),
        cookie[..cookie.len() - 1].to_owned(),
    ] {
        assert_eq!(asks(&bad).await, 401, "{bad}");
    }
    assert_eq!(asks(cookie).await, 200, "a wrong cookie does not end the right one");
}

#[tokio::test]
async fn m5_a_sign_in_ends_when_it_is_idle() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let member = app.signed_in(OWNER).await;
    for _ in 0..3 {
        app.forward(29 * 60 + 59).await;
        assert_eq!(member.get(ME).await.status, 200);
    }
    app.forward(30 * 60).await;
    assert_eq!(member.get(ME).await.refusal(), (401, "unauthorized".to_owned()));
    assert_eq!(member.get(ME).await.status, 401);
}

#[tokio::test]
async fn m5_a_sign_in_ends_after_twelve_hours() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let member = app.signed_in(OWNER).await;
    for _ in 0..28 {
        app.forward(25 * 60).await;
        assert_eq!(member.get(ME).await.status, 200);
    }
    app.forward(20 * 60 - 1).await;
    assert_eq!(member.get(ME).await.status, 200);
    app.forward(1).await;
    assert_eq!(member.get(ME).await.status, 401);
}

#[tokio::test]
async fn m6_signing_out_ends_this_sign_in_and_no_other() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let (here, there) = (app.signed_in(OWNER).await, app.signed_in(OWNER).await);
    let gone = here.call("DELETE", CURRENT, &Value::Null).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    let cookie = gone.header("set-cookie");
    assert_eq!(cookie, "__Host-cs_s=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    assert_eq!(here.get(ME).await.status, 401);
    assert_eq!(here.call("DELETE", CURRENT, &Value::Null).await.status, 401);
    assert_eq!(there.get(ME).await.status, 200);
}

#[tokio::test]
async fn m6_a_rotated_password_ends_every_sign_in_within_a_minute() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let member = app.signed_in(OWNER).await;
    assert_eq!(member.get(ME).await.status, 200, "it is remembered");
    let organization = tenant.scope.organization;
    let now = app.app.clock.now();
    let rotate = async |rotate| {
        members::ensure_owner(&app.db, &app.vault, organization, OWNER, rotate, now).await
    };
    let (id, password) = rotate(false).await.unwrap();
    assert!(id == tenant.owner && password.is_none());
    assert_eq!(member.get(ME).await.status, 200);
    let (id, password) = rotate(true).await.unwrap();
    assert_eq!(id, tenant.owner);
    app.forward(60).await;
    assert_eq!(member.get(ME).await.status, 401);
    assert_eq!(try_in(&app, OWNER, PASSWORD).await.status, 401);
    let password = password.unwrap();
    assert_eq!(try_in(&app, OWNER, password.expose()).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn m6_no_sign_in_survives_a_rotation_that_it_races() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let organization = tenant.scope.organization;
    let mut password = PASSWORD.to_owned();
    for round in 0..12_u64 {
        let network = format!("10.0.{round}.1");
        let now = app.app.clock.now();
        let rotation = async {
            tokio::time::sleep(Duration::from_millis(round * 3)).await;
            members::ensure_owner(&app.db, &app.vault, organization, OWNER, true, now).await
        };
        let (answer, rotated) = tokio::join!(try_from(&app, &network, OWNER, &password), rotation);
        password = rotated.unwrap().1.unwrap().expose().to_owned();
        app.forward(60).await;
        if answer.status == 201 {
            let cookie = answer.header("set-cookie").split(';').next().unwrap();
            let me = app.call("GET", ME, &[("cookie", cookie)], &Value::Null).await;
            assert_eq!(me.status, 401, "round {round}");
        } else {
            assert_eq!(answer.refusal(), (401, "sign_in_refused".to_owned()), "round {round}");
        }
    }
}

#[tokio::test]
async fn m7_an_unsafe_call_comes_from_the_dashboards_own_page() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let member = app.signed_in(OWNER).await;
    let good = [
        ("cookie", member.cookie.as_str()),
        ("origin", ORIGIN),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/json"),
        ("x-countersign-request", "1"),
    ];
    let with = |name: &str, value: &'static str| {
        let mut headers = good.to_vec();
        headers.retain(|(known, _)| *known != name);
        if let (Some((known, _)), false) =
            (good.iter().find(|(known, _)| *known == name), value.is_empty())
        {
            headers.push((known, value));
        }
        headers
    };
    let refused = (403, "cross_site_request".to_owned());
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("content-type", "text/plain"),
        ("content-type", ""),
        ("x-countersign-request", ""),
        ("x-countersign-request", "0"),
    ] {
        let answer = app.call("DELETE", CURRENT, &with(name, value), &Value::Null).await;
        assert_eq!(answer.refusal(), refused, "{name}: {value}");
    }
    assert_eq!(member.get(ME).await.status, 200, "nothing was ended");
    let body = json!({ "email": OWNER, "password": PASSWORD });
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("x-countersign-request", ""),
    ] {
        let mut headers = with(name, value);
        headers.retain(|(name, _)| *name != "content-type");
        let answer = app.call("POST", SESSIONS, &headers, &body).await;
        assert_eq!(answer.refusal(), refused, "signing in, {name}: {value}");
        assert!(answer.header("set-cookie").is_empty());
    }
    let safe = app.call("GET", ME, &[good[0]], &Value::Null).await;
    assert_eq!(safe.status, 200, "reading needs the cookie only");
    assert_eq!(app.call("DELETE", CURRENT, &good, &Value::Null).await.status, 204);
}

#[tokio::test]
async fn m8_a_cheap_hash_is_renewed_by_signing_in() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let now = password_hash(&app, tenant.owner).await;
    assert!(now.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{now}");
    set_password_hash(&app, tenant.owner, CHEAP).await;
    assert_eq!(try_in(&app, OWNER, "wrong horse battery").await.status, 401);
    assert_eq!(password_hash(&app, tenant.owner).await, CHEAP);
    assert_eq!(try_in(&app, OWNER, PASSWORD).await.status, 201);
    let renewed = password_hash(&app, tenant.owner).await;
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    assert_eq!(try_in(&app, OWNER, PASSWORD).await.status, 201);
    assert_eq!(password_hash(&app, tenant.owner).await, renewed, "it is renewed once");
}

#[tokio::test]
async fn m10_an_email_is_one_members_in_any_case() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    assert_eq!(try_in(&app, " Owner@ACME.example ", PASSWORD).await.status, 201);
    let again = app.member(tenant.scope, "OWNER@acme.example", Role::Agent).await;
    assert_eq!(again, tenant.owner);
    let (organization, now) = (other.scope.organization, app.app.clock.now());
    let taken = members::ensure_owner(&app.db, &app.vault, organization, OWNER, true, now).await;
    assert!(matches!(taken, Err(Refusal::EmailTaken)));
    assert_eq!(try_in(&app, OWNER, PASSWORD).await.status, 201, "nothing was changed");
}

#[tokio::test]
async fn m11_signing_in_failing_to_and_signing_out_are_in_the_audit_log() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    try_in(&app, "nobody@acme.example", PASSWORD).await;
    try_in(&app, OWNER, "wrong horse battery").await;
    audited(&app, &tenant, "member.", 1).await;
    let member = app.signed_in(OWNER).await;
    member.call("DELETE", CURRENT, &Value::Null).await;
    let found = audited(&app, &tenant, "member.", 3).await;
    let actions: Vec<_> = found.iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["member.sign_in_refused", "member.signed_in", "member.signed_out"]);
    let owner = json!({ "kind": "member", "id": tenant.owner });
    assert_eq!(found[0]["actor"], json!({ "kind": "unknown", "id": null }));
    assert_eq!(found[0]["target"], json!(tenant.owner));
    assert_eq!((&found[1]["actor"], &found[2]["actor"]), (&owner, &owner));
    assert_eq!(found[1]["target"], found[2]["target"], "the same sign-in");
    assert_eq!(found[0]["detail"], found[1]["detail"], "the same network");
    let text = serde_json::to_string(&found).unwrap();
    assert!(!text.contains("acme.example") && !text.contains("127.0.0"), "{text}");
}

#[tokio::test]
async fn m12_a_member_sees_exactly_the_permissions_of_their_role() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    app.member(tenant.scope, "admin@acme.example", Role::Admin).await;
    app.member(tenant.scope, "agent@acme.example", Role::Agent).await;
    let mut stated = stated_permissions();
    stated.insert(("protection.lower".to_owned(), Role::Owner));
    for (email, role) in [
        ("agent@acme.example", Role::Agent),
        ("admin@acme.example", Role::Admin),
        (OWNER, Role::Owner),
    ] {
        let member = app.signed_in(email).await;
        let shown = member.get(ME).await.json();
        let shown: Vec<_> = shown["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_str().unwrap())
            .collect();
        let may = stated.iter().filter(|(_, least)| role >= *least);
        let may: Vec<_> = may.map(|(name, _)| name.as_str()).collect();
        assert_eq!(shown, may, "{email}");
        let keys = member.get("/dashboard/v1/api_keys").await.status;
        assert_eq!(keys == 200, shown.contains(&"api_keys.manage"), "{email}");
    }
}

/// What the sources say beside the routes: every permission with its least role.
fn stated_permissions() -> BTreeSet<(String, Role)> {
    let stated = regex::Regex::new(
        r#"const NAME: &'static str = "([a-z_.]+)";\s+const ROLE: Option<Role> = Some\(Role::(\w+)\)"#,
    )
    .unwrap();
    let mut found = BTreeSet::new();
    for krate in ["people", "reach", "talk"] {
        let root = format!("{}/../{krate}/src", env!("CARGO_MANIFEST_DIR"));
        let mut folders = vec![std::path::PathBuf::from(root)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for it in stated.captures_iter(&text) {
                    let role = Role::named(&it[2].to_lowercase()).unwrap();
                    found.insert((it[1].to_owned(), role));
                }
            }
        }
    }
    assert!(found.len() > 10, "{found:?}");
    found
}

#[tokio::test]
async fn members_are_listed_in_pages_to_their_own_organization() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    for name in ["a", "b", "c"] {
        app.member(tenant.scope, &format!("{name}@acme.example"), Role::Agent).await;
    }
    let agent = app.signed_in("b@acme.example").await;
    let names = async |member: &Member<'_>, path: &str| {
        let page = member.get(path).await.json();
        let items = page["items"].as_array().unwrap().clone();
        let names: Vec<_> =
            items.iter().map(|it| it["email"].as_str().unwrap().to_owned()).collect();
        (names, page["next_cursor"].clone())
    };
    let (first, cursor) = names(&agent, "/dashboard/v1/members?limit=3").await;
    let path = format!("/dashboard/v1/members?limit=3&cursor={}", cursor.as_str().unwrap());
    let (second, end) = names(&agent, &path).await;
    let all: BTreeSet<_> = first.iter().chain(&second).cloned().collect();
    let expected = ["a@acme.example", "b@acme.example", "c@acme.example", OWNER];
    assert_eq!(all, expected.map(str::to_owned).into());
    assert_eq!((first.len(), second.len(), end), (3, 1, Value::Null));
    let stranger = app.signed_in("owner@initech.example").await;
    assert_eq!(names(&stranger, "/dashboard/v1/members").await.0, ["owner@initech.example"]);
    let answer = stranger.get(&path).await;
    assert_eq!(answer.refusal(), (400, "bad_cursor".to_owned()), "{:?}", other.scope);
}
