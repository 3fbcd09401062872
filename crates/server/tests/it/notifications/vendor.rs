//! `NotificationAPI`'s own calls: rules NA1 to NA11, G1 to G3.

mod python;
mod replay;
mod shapes;
mod traps;

use std::net::SocketAddr;
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_people::widgets::Mode;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use url::form_urlencoded::byte_serialize;

use super::order_type;
use crate::app::{Answer, Tenant, TestApp};

const SOON: Duration = Duration::from_secs(20);

fn hash(secret: &str, user: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, user.as_bytes()))
}

async fn secure(app: &TestApp) -> Tenant {
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Enforce).await;
    order_type(app, &tenant, json!({ "channels": ["inapp"] })).await;
    tenant
}

/// A call with this decoded token; `path` follows the client id.
async fn call(
    app: &TestApp,
    tenant: &Tenant,
    method: &str,
    path: &str,
    token: &[u8],
    body: &Value,
) -> Answer {
    let uri = format!("/compat/notificationapi/{}{path}", tenant.widget.public_key);
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let token = [tenant.widget.public_key.as_bytes(), b":", token].concat();
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header("host", "localhost:7777")
        .header("content-type", "text/plain;charset=UTF-8")
        .header("authorization", format!("Basic {}", BASE64_STANDARD.encode(token)));
    app.send(request.body(body).unwrap()).await
}

async fn as_user(
    app: &TestApp,
    tenant: &Tenant,
    method: &str,
    path: &str,
    user: &str,
    body: &Value,
) -> Answer {
    let token = format!("{user}:{}", hash(&tenant.secret, user));
    call(app, tenant, method, path, token.as_bytes(), body).await
}

async fn sent(app: &TestApp, tenant: &Tenant, user: &str, order: &str) -> Answer {
    let body = json!({ "type": "order", "to": { "id": user }, "parameters": { "id": order } });
    call(app, tenant, "POST", "/sender", tenant.secret.as_bytes(), &body).await
}

async fn items(app: &TestApp, tenant: &Tenant, user: &str) -> Value {
    let path = format!("/users/{user}/notifications/INAPP_WEB?count=100&before=undefined");
    let page = as_user(app, tenant, "GET", &path, user, &Value::Null).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.json()["notifications"].clone()
}

#[tokio::test]
async fn na1_the_token_decides_who_a_path_means() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    for (path, user) in [
        ("/users/alice/", "alice"),
        ("/users/a%20b", "a b"),
        ("/users/a+b%2Bc", "a b+c"),
        ("/users/a%20b/c", "a b/c"),
        ("/users/a%3Ab/", "a:b"),
        ("/users/jos%C3%A9/", "jos\u{e9}"),
    ] {
        let answer = as_user(&app, &tenant, "POST", path, user, &json!({})).await;
        assert_eq!((answer.status, &answer.json()["id"]), (200, &json!(user)), "{path}");
    }
    let latin = [b"jos\xe9:", hash(&tenant.secret, "jos\u{e9}").as_bytes()].concat();
    let answer = call(&app, &tenant, "GET", "/users/jos%C3%A9/", &latin, &Value::Null).await;
    assert_eq!(answer.status, 200, "a browser's btoa writes Latin-1");
    let newline = format!("alice:{}\n", hash(&tenant.secret, "alice"));
    let answer =
        call(&app, &tenant, "GET", "/users/alice/", newline.as_bytes(), &Value::Null).await;
    assert_eq!(answer.status, 200, "Ruby's base64 ends in a newline");
    let other = as_user(&app, &tenant, "GET", "/users/alice/", "mallory", &Value::Null).await;
    assert_eq!((other.status, other.text.as_str()), (401, ""));
}

#[tokio::test]
async fn na2_without_the_hash_nothing_is_told_or_changed() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    assert_eq!(sent(&app, &tenant, "alice", "1").await.status, 200);
    let wrong = format!("alice:{}", hash("another secret", "alice"));
    for token in ["alice", "alice:", "alice:undefined", wrong.as_str()] {
        for (method, path) in [
            ("POST", "/users/alice/"),
            ("GET", "/users/alice/"),
            ("GET", "/users/alice/notifications/INAPP_WEB?count=5"),
            ("PATCH", "/users/alice/notifications/INAPP_WEB"),
            ("GET", "/users/alice/preferences"),
            ("POST", "/users/alice/preferences"),
            ("DELETE", "/users/alice/preferences"),
            ("GET", "/users/alice/account_metadata"),
        ] {
            let body = json!({ "email": "evil@x.example", "trackingIds": [] });
            let refused = call(&app, &tenant, method, path, token.as_bytes(), &body).await;
            assert_eq!(
                (refused.status, refused.text.as_str()),
                (401, ""),
                "{token} {method} {path}"
            );
            assert_eq!(refused.header("access-control-allow-origin"), "*");
            assert_eq!(refused.header("www-authenticate"), "");
        }
    }
    let user = as_user(&app, &tenant, "GET", "/users/alice/", "alice", &Value::Null).await.json();
    assert_eq!(user["email"], Value::Null);
    let server = call(&app, &tenant, "POST", "/sender", b"wrong", &json!({})).await;
    assert_eq!((server.status, server.text.as_str()), (401, ""));
}

#[tokio::test]
async fn na4_no_title_is_run() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let answer = sent(&app, &tenant, "alice", "<img src=x onerror=alert(1)>50{% off").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let item = items(&app, &tenant, "alice").await[0].clone();
    let title = "Order &lt;img src=x onerror=alert(1)&gt;50{% off left";
    assert_eq!((&item["title"], &item["parameters"]["_t"]), (&json!(title), &json!(title)));
    assert_eq!(item["template"]["instant"]["title"], json!("{{ _t }}"));
}

#[tokio::test]
async fn na5_who_was_proven_once_is_not_given_to_a_page_that_says_so() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Off).await;
    order_type(&app, &tenant, json!({ "channels": ["inapp"] })).await;
    sent(&app, &tenant, "bob", "1").await;
    let path = "/users/bob/notifications/INAPP_WEB";
    let said = call(&app, &tenant, "GET", path, b"bob", &Value::Null).await;
    assert_eq!(said.json()["notifications"].as_array().unwrap().len(), 1, "Secure Mode is off");
    assert_eq!(as_user(&app, &tenant, "POST", "/users/bob", "bob", &json!({})).await.status, 200);
    let said = call(&app, &tenant, "GET", path, b"bob", &Value::Null).await;
    assert_eq!((said.status, said.text.as_str()), (401, ""));
}

#[tokio::test]
async fn a_feed_of_one_millisecond_is_paged_by_date_without_loss() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    for number in 0..25 {
        sent(&app, &tenant, "alice", &number.to_string()).await;
    }
    let (mut titles, mut before) = (Vec::new(), String::new());
    loop {
        let path = format!("/users/alice/notifications/INAPP_WEB?count=10{before}");
        let page = as_user(&app, &tenant, "GET", &path, "alice", &Value::Null).await.json();
        let list = page["notifications"].as_array().unwrap();
        titles.extend(list.iter().map(|item| item["title"].as_str().unwrap().to_owned()));
        if page["couldLoadMore"] == json!(false) {
            break;
        }
        before = format!("&before={}", page["oldestReceived"].as_str().unwrap());
    }
    titles.dedup();
    assert_eq!(titles.len(), 25);
}

#[tokio::test]
async fn sendings_of_a_server_are_answered_as_its_clients_expect() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let secret = tenant.secret.as_bytes();
    let unknown = json!({ "notificationId": "nope", "user": { "id": "alice" } });
    let cases = [
        (
            json!({ "notificationId": "order", "user": { "id": "a" }, "mergeTags": { "id": 1 } }),
            200,
        ),
        (unknown, 202),
        (json!({ "type": "order", "to": { "id": "a" }, "forceChannels": ["FAX"] }), 400),
        (json!({ "type": "order", "to": { "id": "a" }, "templateId": "other" }), 202),
        (json!({ "to": { "id": "alice" } }), 400),
        (json!({ "type": "order" }), 400),
        (json!({ "type": "order", "to": { "id": "a" }, "schedule": "soon" }), 400),
        (
            json!({ "type": "order", "to": { "id": "a" }, "parameters": { "x": "y".repeat(150_000) } }),
            400,
        ),
    ];
    for (body, status) in cases {
        let answer = call(&app, &tenant, "POST", "/sender", secret, &body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.json()["trackingId"].is_string());
    }
    let later = json!({ "type": "order", "to": { "id": "b" }, "schedule": "2027-01-01T00:00:00Z" });
    let kept = call(&app, &tenant, "POST", "/sender", secret, &later).await.json();
    let path = format!("/schedule/{}", kept["trackingId"].as_str().unwrap());
    let wrapped = json!({ "sendRequest": { "parameters": { "id": "9" } } });
    for (method, status) in [("PATCH", 200), ("PUT", 200), ("DELETE", 200), ("DELETE", 404)] {
        let answer = call(&app, &tenant, method, &path, secret, &wrapped).await;
        assert_eq!(answer.status, status, "{method} {}", answer.text);
    }
}

#[tokio::test]
async fn preferences_are_two_views_of_one_store() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    sent(&app, &tenant, "alice", "1").await;
    let path = "/users/alice/preferences";
    let off = json!([{ "notificationId": "order", "channel": "INAPP_WEB", "delivery": "off" }]);
    assert_eq!(as_user(&app, &tenant, "POST", path, "alice", &off).await.status, 200);
    let shown = as_user(&app, &tenant, "GET", path, "alice", &Value::Null).await.json();
    assert_eq!(shown["preferences"], off);
    assert_eq!(
        shown["notifications"][0]["options"]["INAPP_WEB"]["off"],
        json!({ "enabled": true })
    );
    let reset = json!({ "notificationId": "order" });
    assert_eq!(as_user(&app, &tenant, "DELETE", path, "alice", &reset).await.status, 200);
    let shown = as_user(&app, &tenant, "GET", path, "alice", &Value::Null).await.json();
    assert_eq!(shown["preferences"][0]["delivery"], json!("instant"));
    let daily = json!({ "preferences": [
        { "notificationId": "order", "channel": "INAPP_WEB", "delivery": "daily" }] });
    assert_eq!(as_user(&app, &tenant, "POST", path, "alice", &daily).await.status, 400);
}

type Socket = WebSocketStream<TcpStream>;

async fn serve(app: &TestApp) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

async fn socket(at: SocketAddr, tenant: &Tenant, user: &str, hash: &str) -> Option<Socket> {
    let hash: String = byte_serialize(hash.as_bytes()).collect();
    let client = &tenant.widget.public_key;
    let url =
        format!("ws://{at}/compat/notificationapi/?envId={client}&userId={user}&userIdHash={hash}");
    let stream = TcpStream::connect(at).await.unwrap();
    client_async(url, stream).await.ok().map(|(socket, _)| socket)
}

async fn heard(socket: &mut Socket, route: &str) -> Value {
    loop {
        let message = timeout(SOON, socket.next()).await.expect("in time").expect("open").unwrap();
        if let Message::Text(text) = message {
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["route"] == route {
                return frame["payload"].clone();
            }
        }
    }
}

#[tokio::test]
async fn g1_a_socket_needs_the_hash_and_hears_only_its_own_feed() {
    let app = TestApp::start().await;
    let tenant = secure(&app).await;
    let at = serve(&app).await;
    assert!(socket(at, &tenant, "alice", "").await.is_none());
    assert!(socket(at, &tenant, "alice", &hash("wrong", "alice")).await.is_none());
    assert!(
        socket(at, &tenant, "alice&userId=bob", &hash(&tenant.secret, "alice")).await.is_none()
    );
    let mut alice = socket(at, &tenant, "alice", &hash(&tenant.secret, "alice")).await.unwrap();
    sent(&app, &tenant, "bob", "0").await;
    sent(&app, &tenant, "alice", "1").await;
    let pushed = heard(&mut alice, "inapp_web/new_notifications").await;
    assert_eq!(pushed["notifications"][0]["title"], json!("Order 1 left"), "without a word said");
    let id = pushed["notifications"][0]["id"].clone();
    let say = async |socket: &mut Socket, frame: Value| {
        socket.send(Message::text(frame.to_string())).await.unwrap();
    };
    say(&mut alice, json!({ "route": "nonsense" })).await;
    say(&mut alice, json!({ "route": "inapp_web/unread_count" })).await;
    assert_eq!(heard(&mut alice, "inapp_web/unread_count").await, json!({ "count": 1 }));
    say(
        &mut alice,
        json!({ "route": "inapp_web/unread_clear", "payload": { "notificationId": id } }),
    )
    .await;
    say(&mut alice, json!({ "route": "inapp_web/notifications", "payload": { "count": 50 } }))
        .await;
    let page = heard(&mut alice, "inapp_web/notifications").await;
    assert_eq!(page["notifications"][0]["seen"], json!(true));
    let off = json!([{ "notificationId": "order",
        "channelPreferences": [{ "channel": "INAPP_WEB", "state": false }] }]);
    say(&mut alice, json!({ "route": "user_preferences/patch_preferences", "payload": off })).await;
    say(&mut alice, json!({ "route": "user_preferences/get_preferences" })).await;
    let tree = heard(&mut alice, "user_preferences/preferences").await;
    assert_eq!(tree["userPreferences"][0]["settings"][0]["state"], json!(false));
}

#[tokio::test]
async fn g2_na3_secure_mode_and_retired_secrets_cut_open_sockets() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Off).await;
    let at = serve(&app).await;
    let mut said = socket(at, &tenant, "alice", "").await.unwrap();
    let mut proven = socket(at, &tenant, "bob", &hash(&tenant.secret, "bob")).await.unwrap();
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    let back_end = tenant.back_end(&app);
    let enforced = back_end.call("PATCH", &path, &json!({ "mode": "enforce" })).await;
    assert_eq!(enforced.status, 200, "{}", enforced.text);
    closed(&mut said).await;
    assert_eq!(
        call(&app, &tenant, "GET", "/users/alice/", b"alice", &Value::Null).await.status,
        401
    );
    proven
        .send(Message::text(json!({ "route": "inapp_web/unread_count" }).to_string()))
        .await
        .unwrap();
    assert_eq!(heard(&mut proven, "inapp_web/unread_count").await, json!({ "count": 0 }));
    let secrets = format!("{path}/identity_secrets");
    let all = back_end.call("GET", &secrets, &Value::Null).await.json();
    let one = format!("{secrets}/{}", all["items"][0]["id"].as_str().unwrap());
    assert_eq!(back_end.call("DELETE", &one, &Value::Null).await.status, 204);
    closed(&mut proven).await;
}

#[tokio::test]
async fn na3_the_next_request_already_needs_the_hash() {
    let app = TestApp::start().await;
    let tenant = app.tenant_with("acme", "notificationapi", Mode::Off).await;
    assert_eq!(
        call(&app, &tenant, "GET", "/users/alice/", b"alice", &Value::Null).await.status,
        200
    );
    let path = format!("/api/v1/widgets/{}", tenant.widget.id);
    tenant.back_end(&app).call("PATCH", &path, &json!({ "mode": "enforce" })).await;
    assert_eq!(
        call(&app, &tenant, "GET", "/users/alice/", b"alice", &Value::Null).await.status,
        401
    );
}

async fn closed(socket: &mut Socket) {
    loop {
        match timeout(SOON, socket.next()).await.expect("in time") {
            None | Some(Ok(Message::Close(_)) | Err(_)) => return,
            Some(Ok(_)) => {}
        }
    }
}
