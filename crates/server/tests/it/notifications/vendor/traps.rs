//! What the vendor's clients do that others do not: rules NA1, NA2, NA4, NA8 to NA11.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_people::widgets::Mode;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tower::ServiceExt as _;

use super::shapes::{self, shaped};
use super::{SOON, Socket, as_user, call, hash, heard, items, secure, sent, serve, socket};
use crate::app::{Answer, Tenant, TestApp};

/// A call with this `Authorization`, word for word.
async fn worded(app: &TestApp, tenant: &Tenant, path: &str, header: &str) -> Answer {
    let uri = format!("/compat/notificationapi/{}{path}", tenant.widget.public_key);
    let request = Request::builder().uri(uri).header("host", "a").header("authorization", header);
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn na1_the_scheme_has_any_case_and_other_schemes_are_none() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let key = &tenant.widget.public_key;
    let token = BASE64_STANDARD.encode(format!("{key}:alice:{}", hash(&tenant.secret, "alice")));
    let padless = token.trim_end_matches('=').to_owned();
    for (header, status) in [
        (format!("BASIC {token}"), 200),
        (format!("basic  {token} "), 200),
        (format!("Basic {padless}"), 200),
        (format!("Bearer {token}"), 401),
        (format!("Basic{token}"), 401),
        (format!("Basic {token}!"), 401),
        ("Basic".to_owned(), 401),
        (token, 401),
    ] {
        let answer = worded(&app, &tenant, "/users/alice/", &header).await;
        assert_eq!(answer.status, status, "{header}");
    }
}

#[tokio::test]
async fn na1_a_path_is_decoded_once_or_not_at_all_as_its_token_says() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    for (path, user, status) in [
        ("/users/a%2520b/", "a%20b", 200),
        ("/users/a%2520b/", "a b", 401),
        ("/users/a%41/", "a%41", 200),
        ("/users/a%41/", "aA", 200),
        ("/users/a%zz/", "a%zz", 200),
        ("/users/x%2Fy/", "x/y", 200),
        ("/users/x/y/", "x/y", 200),
        ("/users/x%252Fy/", "x/y", 401),
        ("/users/%2e%2e/", "..", 200),
        ("/users/a%3Fb%23c/", "a?b#c", 200),
        ("/users/%E4%B8%AD%E6%96%87", "\u{4e2d}\u{6587}", 200),
        ("//users//alice", "/alice", 200),
        ("/users/a%FFb/", "a\u{fffd}b", 401),
    ] {
        let answer = as_user(&app, &tenant, "GET", path, user, &Value::Null).await;
        assert_eq!(answer.status, status, "{path} for {user} {}", answer.text);
        if status == 200 {
            assert_eq!(answer.json()["id"], json!(user), "{path}");
        }
    }
    // .NET writes `?` for what is not ASCII, in token and hash: that is another user.
    let token = format!("jos?:{}", hash(&tenant.secret, "jos?"));
    let path = "/users/jos%C3%A9/";
    assert_eq!(call(&app, &tenant, "GET", path, token.as_bytes(), &Value::Null).await.status, 401);
}

#[tokio::test]
async fn na1_a_hash_is_taken_as_its_back_end_meant_it_and_never_guessed() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    // A hash in which each of the alphabet's special characters occurs.
    let user = (0..10_000).map(|number| format!("u{number}")).find(|user| {
        let hash = hash(&tenant.secret, user);
        hash.contains('+') && hash.contains('/')
    });
    let user = user.expect("one in three has both");
    let good = hash(&tenant.secret, &user);
    let bytes = BASE64_STANDARD.decode(&good).unwrap();
    let hexadecimal = bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    for (written, status) in [
        (good.clone(), 200),
        (format!("{good}\n"), 200),
        (format!(" {good}\r\n"), 200),
        (good.replace('+', "-").replace('/', "_"), 200),
        (good.replace('+', " "), 200),
        (good.trim_end_matches('=').to_owned(), 200),
        (format!("b'{good}'"), 401),
        (hexadecimal, 401),
        (good[..40].to_owned(), 401),
        (good.to_lowercase(), 401),
        (format!("{good}{good}"), 401),
    ] {
        let token = format!("{user}:{written}");
        let path = format!("/users/{user}/?hashedUserId=anything");
        let answer = call(&app, &tenant, "GET", &path, token.as_bytes(), &Value::Null).await;
        assert_eq!(answer.status, status, "{written:?}");
        let at = serve(&app).await;
        assert_eq!(
            socket(at, &tenant, &user, &written).await.is_some(),
            status == 200,
            "{written:?}"
        );
    }
}

#[tokio::test]
async fn na1_a_servers_secret_is_good_on_users_routes_too() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let secret = tenant.secret.as_bytes();
    let set = json!({ "email": "set@x.example" });
    let told = call(&app, &tenant, "POST", "/users/a%20b", secret, &set).await;
    assert_eq!((told.status, &told.json()["id"]), (200, &json!("a b")), "{}", told.text);
    let said = json!({ "email": "said@x.example" });
    let told = as_user(&app, &tenant, "POST", "/users/a%20b", "a b", &said).await;
    assert_eq!(told.json()["email"], json!("set@x.example"), "what a back end set stays");
    let other = json!({ "id": "somebody else" });
    let refused = as_user(&app, &tenant, "POST", "/users/a%20b", "a b", &other).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
}

#[tokio::test]
async fn na2_without_secure_mode_every_form_of_a_token_is_heard() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Off).await;
    let wrong = format!("alice:{}", hash("wrong", "alice"));
    for token in ["alice", "alice:", "alice:undefined", wrong.as_str()] {
        let answer =
            call(&app, &tenant, "GET", "/users/alice/", token.as_bytes(), &Value::Null).await;
        assert_eq!(answer.status, 200, "{token}");
    }
    let other = call(&app, &tenant, "GET", "/users/alice/", b"mallory", &Value::Null).await;
    assert_eq!((other.status, other.text.as_str()), (401, ""));
}

#[tokio::test]
async fn na4_links_that_run_are_left_out_and_titles_of_preferences_are_text() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let secret = tenant.secret.as_bytes();
    for url in
        ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "\u{1}javascript:x"]
    {
        let inapp = json!({ "title": "{{ 1 | plus: 1 }}{{ _t }}", "url": url, "image": url });
        let body = json!({ "type": "order", "to": { "id": "alice" }, "inapp": inapp });
        let taken = call(&app, &tenant, "POST", "/sender", secret, &body).await;
        assert_eq!(taken.status, 202, "whoever sends is told: {}", taken.text);
    }
    for item in items(&app, &tenant, "alice").await.as_array().unwrap() {
        assert_eq!((&item["redirectURL"], &item["imageURL"]), (&Value::Null, &Value::Null));
        assert_eq!(item["template"]["instant"]["redirectURL"], Value::Null);
        assert_eq!(item["template"]["instant"]["title"], json!("{{ _t }}"));
    }
    let path = "/notifications/order/subNotifications/p%201";
    let title = json!({ "title": "<img src=x onerror=alert(1)>" });
    assert_eq!(call(&app, &tenant, "PUT", path, secret, &title).await.status, 200);
    let at = serve(&app).await;
    let mut alice = socket(at, &tenant, "alice", &hash(&tenant.secret, "alice")).await.unwrap();
    say(&mut alice, r#"{"route":"user_preferences/get_preferences"}"#).await;
    let tree = heard(&mut alice, "user_preferences/preferences").await;
    let sub = &tree["userPreferences"][0]["subNotificationPreferences"][0];
    assert_eq!(sub["title"], json!("&lt;img src=x onerror=alert(1)&gt;"), "{tree}");
}

#[tokio::test]
async fn na8_who_guesses_hashes_is_not_heard_any_more_and_who_has_none_does_not_count() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let limited = app.guarded(5);
    let path = format!("/compat/notificationapi/{}/users/alice/", tenant.widget.public_key);
    let good = format!("alice:{}", hash(&tenant.secret, "alice"));
    let ask = async |token: &str| {
        let token = BASE64_STANDARD.encode(format!("{}:{token}", tenant.widget.public_key));
        let request =
            Request::builder().uri(&path).header("authorization", format!("Basic {token}"));
        limited.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    };
    let status = async |token: &str| ask(token).await.status().as_u16();
    for _ in 0..20 {
        assert_eq!((status("alice").await, status(&good).await), (401, 200));
    }
    for number in 0..5 {
        let guess = format!("alice:{}", hash(&number.to_string(), "alice"));
        assert_eq!(status(&guess).await, 401);
    }
    assert_eq!((status(&good).await, status("wrong secret").await), (429, 429));
    let refused = ask(&good).await;
    assert_eq!(refused.headers()["access-control-allow-origin"], "*", "pages can read it");
    assert!(refused.headers().contains_key("retry-after"));
    assert!(axum::body::to_bytes(refused.into_body(), 1_000).await.unwrap().is_empty());
    let preflight = Request::builder().method("OPTIONS").uri(&path).body(Body::empty()).unwrap();
    assert_eq!(limited.clone().oneshot(preflight).await.unwrap().status(), 204);
    app.forward(61).await;
    assert_eq!(status(&good).await, 200);
}

#[tokio::test]
async fn na9_types_are_ignored_and_refusals_can_be_read_by_pages_and_have_no_body() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let key = &tenant.widget.public_key;
    let token = format!("{key}:alice:{}", hash(&tenant.secret, "alice"));
    let token = format!("Basic {}", BASE64_STANDARD.encode(token));
    let ask = async |method: &str, path: &str, kind: Option<&str>, body: &str| {
        let uri = format!("/compat/notificationapi/{key}{path}");
        let mut request =
            Request::builder().method(method).uri(uri).header("authorization", &token);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let answer = app.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{method} {path}");
        answer
    };
    let email = r#"{"email":"a@x.example"}"#;
    let kinds =
        ["application/json", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded"];
    for kind in kinds.into_iter().map(Some).chain([None]) {
        assert_eq!(ask("POST", "/users/alice/", kind, email).await.status, 200, "{kind:?}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in ["{", "nul", r#"{"email":"#, deep.as_str()] {
        let refused = ask("POST", "/users/alice/", None, body).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        shaped::<shapes::Refused>(&refused.text);
    }
    let large = " ".repeat(1024 * 1024 + 1);
    for (method, path, body, status) in [
        ("POST", "/users/alice/", large.as_str(), 413),
        ("PUT", "/users/alice/", "", 404),
        ("GET", "/users/alice/preferences?a=1&a=2", "", 400),
        ("GET", "", "", 404),
        ("GET", "/nothing", "", 401),
    ] {
        let refused = ask(method, path, None, body).await;
        assert_eq!((refused.status, refused.text.as_str()), (status, ""), "{method} {path}");
    }
    let user = as_user(&app, &tenant, "GET", "/users/alice/", "alice", &Value::Null).await;
    assert_eq!(user.json()["email"], json!("a@x.example"));
}

#[tokio::test]
async fn na10_what_cannot_be_read_ends_its_own_socket_and_no_other() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let at = serve(&app).await;
    let enter = async || {
        socket(at, &tenant, "alice", &hash(&tenant.secret, "alice"))
            .await
            .expect("the hash is good")
    };
    let mut quiet = enter().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let bad = [
        (Message::binary(vec![1, 2, 3]), 1003),
        (Message::text("{"), 4400),
        (Message::text(deep), 4400),
    ];
    for (message, code) in bad {
        let mut loud = enter().await;
        loud.send(message).await.unwrap();
        assert_eq!(ended(&mut loud).await, Some(code));
    }
    let mut large = enter().await;
    // It may be cut before all of it is sent.
    large.send(Message::text("x".repeat(1024 * 1024))).await.ok();
    assert!(matches!(ended(&mut large).await, None | Some(1009)));
    let mut odd = enter().await;
    for frame in [
        "null",
        "[]",
        "7",
        r#"{"route":7}"#,
        r#"{"route":"inapp_web/unread_clear","payload":{"notificationId":"x"}}"#,
        r#"{"route":"inapp_web/notifications","payload":{"count":-1,"before":"soon"}}"#,
        r#"{"route":"user_preferences/patch_preferences","payload":[{"notificationId":"nope"}]}"#,
    ] {
        say(&mut odd, frame).await;
    }
    for socket in [&mut odd, &mut quiet] {
        say(socket, r#"{"route":"inapp_web/unread_count"}"#).await;
        assert_eq!(heard(socket, "inapp_web/unread_count").await, json!({ "count": 0 }));
    }
}

#[tokio::test]
async fn na10_several_sockets_of_a_user_hear_the_same_and_a_parameter_comes_once() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let at = serve(&app).await;
    let good = hash(&tenant.secret, "alice");
    for twice in ["bob&userId=alice", "alice&userId=alice", "alice&envId=x"] {
        assert!(socket(at, &tenant, twice, &good).await.is_none(), "{twice}");
    }
    let mut one = socket(at, &tenant, "alice", &good).await.unwrap();
    let mut other = socket(at, &tenant, "alice", &good).await.unwrap();
    sent(&app, &tenant, "alice", "1").await;
    for socket in [&mut one, &mut other] {
        let pushed = heard(socket, "inapp_web/new_notifications").await;
        let [item] = &pushed["notifications"].as_array().unwrap()[..] else { panic!("{pushed}") };
        shaped::<shapes::Item>(&item.to_string());
    }
    say(&mut one, r#"{"route":"inapp_web/unread_clear"}"#).await;
    assert_eq!(heard(&mut other, "inapp_web/unread_count").await, json!({ "count": 0 }));
}

#[tokio::test]
async fn na11_a_page_says_whether_there_is_more_also_where_the_server_gave_less_than_was_asked() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    for number in 0..1_003 {
        sent(&app, &tenant, "alice", &number.to_string()).await;
    }
    let page = async |query: &str| {
        let path = format!("/users/alice/notifications/INAPP_WEB{query}");
        let page = as_user(&app, &tenant, "GET", &path, "alice", &Value::Null).await;
        shaped::<shapes::Feed>(&page.text)
    };
    assert_eq!(page("").await.notifications.len(), 10);
    assert_eq!(page("?count=undefined&before=undefined").await.notifications.len(), 10);
    let first = page("?count=5000").await;
    assert_eq!((first.notifications.len(), first.could_load_more), (1_000, true));
    let last = page(&format!("?count=5000&before={}", first.oldest_received)).await;
    assert_eq!((last.notifications.len(), last.could_load_more), (3, false));
    let all = first.notifications.iter().chain(&last.notifications);
    let dates: Vec<_> = all.map(|item| item.date.clone()).collect();
    assert!(dates.is_sorted_by(|newer, older| newer > older), "no two are equal");
    let none = page(&format!("?count=10&before={}", last.oldest_received)).await;
    assert!(none.notifications.is_empty() && !none.could_load_more);
}

#[tokio::test]
async fn na11_a_change_clears_sets_and_leaves_as_it_says_for_a_thousand_at_once() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let id = sent(&app, &tenant, "alice", "1").await.json()["trackingId"].clone();
    let theirs = sent(&app, &tenant, "bob", "1").await.json()["trackingId"].clone();
    let path = "/users/alice/notifications/INAPP_WEB";
    let change = async |body: Value| as_user(&app, &tenant, "PATCH", path, "alice", &body).await;
    let at = "2026-11-01T00:00:00.000Z";
    let mut ids: Vec<Value> = (0..998).map(|number| json!(format!("{number}"))).collect();
    ids.extend([id.clone(), theirs]);
    let opened = json!({ "trackingIds": ids, "opened": at, "clicked": at });
    assert_eq!(change(opened).await.json(), json!({ "success": true }));
    let reply =
        json!({ "trackingIds": [id], "clicked": null, "reply": { "date": at, "message": "nice" } });
    assert_eq!(change(reply).await.status, 200);
    let item = items(&app, &tenant, "alice").await[0].clone();
    assert_eq!(
        (&item["opened"], &item["clicked"], &item["seen"]),
        (&json!(at), &Value::Null, &json!(true))
    );
    assert_eq!(item["replies"], json!([{ "date": at, "message": "nice" }]));
    let bob = items(&app, &tenant, "bob").await[0].clone();
    assert_eq!((&bob["opened"], bob.get("replies")), (&Value::Null, None), "no list where none is");
    let many: Vec<Value> = (0..1_001).map(|number| json!(format!("{number}"))).collect();
    for bad in [
        json!({ "trackingIds": many }),
        json!({ "trackingIds": id }),
        json!({ "trackingIds": [id], "opened": "soon" }),
    ] {
        assert_eq!(change(bad).await.status, 400);
    }
}

async fn say(socket: &mut Socket, frame: &str) {
    socket.send(Message::text(frame)).await.unwrap();
}

/// The code with which a socket is closed; none where the connection was cut.
async fn ended(socket: &mut Socket) -> Option<u16> {
    loop {
        match timeout(SOON, socket.next()).await.expect("in time") {
            Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
            Some(Ok(_)) => {}
            None | Some(Err(_)) => return None,
        }
    }
}
