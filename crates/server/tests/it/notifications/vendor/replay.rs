//! Every request and frame that the vendor's own packages were recorded sending, sent to our server.
//!
//! `recordings.json` holds 138 of them, from thirteen packages in seven languages. Replaced are the
//! client id and the secret, which the recordings name `env_test` and `sk_test_secret`: hashes
//! that were good are made anew, wrong ones stay. `tid1` and `t1`, which no server has given out,
//! become the id of a sending that waits; whose feed is read was told something first. The bytes of the tokens, the paths, the bodies, the
//! types and the order are as they were.
//!
//! Calls about schedules name 2030 and 2031, and nothing may wait for more than a year: they come
//! last, when it is 2030.
//!
//! What our answer differs in is listed in [`DIFFERENT`]. The calls of the renamed product
//! (pingram, [`RENAMED`]) have another form of proof and other paths and are out of scope: they
//! are sent too, and are refused. Nothing is skipped.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_people::widgets::Mode;
use futures_util::SinkExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use url::form_urlencoded::byte_serialize;

use super::python::{allow, python_hash};
use super::shapes::{self, shaped};
use super::{Socket, as_user, call, hash, heard, serve};
use crate::app::{Answer, Tenant, TestApp};

/// The entries that are answered otherwise than the recording stub did, and why.
const DIFFERENT: [(usize, u16, &str); 2] = [
    (9, 200, "a user id with a slash reached no route of the stub"),
    (87, 200, "the Python package's unescaped slash belongs to the user id"),
];
/// The calls of the renamed product.
const RENAMED: std::ops::RangeInclusive<usize> = 130..=137;
/// When the recordings were made, and 2030-01-01T00:30:00Z.
const RECORDED: i64 = 1_795_229_100_000;
const LATER: i64 = 1_893_457_800_000;
/// What a back end sent with its secret: a user's own call, which has a hash, does not replace it.
const SET: &str = "a@x.io";
/// Everybody whose hash was recorded.
const USERS: [&str; 12] = [
    "alice",
    "a b/c?d#e%41+\u{fc}:\u{e9}\u{20ac}",
    "bob smith",
    "jos\u{e9}",
    "a b",
    "a:b",
    "x/y",
    "a+b@c.d",
    "carol+http",
    "dave",
    "a b/c+d:\u{e9}",
    "\u{4e2d}\u{6587}",
];

#[derive(Deserialize)]
struct Recordings {
    entries: Vec<Entry>,
}

/// A request, or a frame of the socket that was opened last.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    kind: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    target: String,
    auth_scheme: Option<String>,
    auth_decoded_latin1: Option<String>,
    content_type: Option<String>,
    user_agent: Option<String>,
    origin: Option<String>,
    acr_method: Option<String>,
    acr_headers: Option<String>,
    body: Option<String>,
    data: Option<String>,
    stub_answered: Option<u16>,
}

impl Entry {
    fn is_about_a_schedule(&self) -> bool {
        let body = self.body.as_deref().unwrap_or_default();
        self.target.contains("/schedule/") || body.contains("\"schedule\"")
    }

    fn expected(&self, at: usize) -> u16 {
        let different = DIFFERENT.iter().find(|(one, ..)| *one == at).map(|(_, status, _)| *status);
        different.or(self.stub_answered).expect("a request was answered")
    }
}

/// The server to which all of it is sent, and the environment that takes the place of `env_test`.
struct Replay {
    app: TestApp,
    tenant: Tenant,
    at: SocketAddr,
    hashes: Vec<(String, String)>,
}

#[tokio::test]
async fn every_recorded_request_is_answered_in_the_shape_that_its_client_reads() {
    let Recordings { entries } = serde_json::from_str(include_str!("recordings.json")).unwrap();
    assert_eq!(entries.len(), 138);
    let replay = Replay::start().await;
    let mut replayed = BTreeSet::new();
    let (last, first): (Vec<_>, Vec<_>) =
        entries.iter().enumerate().partition(|(_, entry)| entry.is_about_a_schedule());
    replayed.extend(replay.all(&first).await);
    replay.app.forward((LATER - RECORDED) / 1_000).await;
    replayed.extend(replay.all(&last).await);
    assert_eq!(replayed, (0..entries.len()).collect());
    for user in ["alice", "carol+http"] {
        let path = format!("/users/{}/", user.replace('+', "%2B"));
        let told = as_user(&replay.app, &replay.tenant, "GET", &path, user, &Value::Null).await;
        let told: shapes::User = shaped(&told.text);
        assert!(!told.email.unwrap().starts_with("evil"), "what was refused has changed {user}");
    }
}

impl Replay {
    async fn start() -> Self {
        let app = TestApp::start_at(crate::app::ORIGIN, RECORDED).await;
        let tenant = app.tenant_with("acme", "notificationapi", Mode::Enforce).await;
        allow(&app, &tenant, true).await;
        let settings = json!({ "title": "Orders", "channels": ["inapp", "email"],
            "offers": { "email": ["instant", "off", "daily", "weekly"] },
            "templates": { "inapp": { "title": "Order" } } });
        let path = "/api/v1/notification_types/order_tracking";
        assert_eq!(tenant.back_end(&app).call("PUT", path, &settings).await.status, 200);
        let (before, after) = ("sk_test_secret", &tenant.secret);
        let hmacs = USERS.iter().map(|user| (hash(before, user), hash(after, user)));
        let plain = USERS.iter().map(|user| (python_hash(before, user), python_hash(after, user)));
        let hashes = hmacs.chain(plain).collect();
        let at = serve(&app).await;
        Self { app, tenant, at, hashes }
    }

    /// Sends entries in their order; says which were sent.
    async fn all(&self, entries: &[(usize, &Entry)]) -> Vec<usize> {
        let (mut sent, mut socket) = (Vec::new(), None);
        for (at, entry) in entries {
            match entry.kind.as_str() {
                "http" => self.request(*at, entry).await,
                "ws-upgrade" => socket = self.socket(*at, entry).await,
                "ws-client-frame" => self.frame(socket.as_mut().unwrap(), entry).await,
                other => panic!("{other}"),
            }
            sent.push(*at);
        }
        sent
    }

    /// Names of the recording, as those of our environment.
    fn ours(&self, text: &str) -> String {
        let text = text.replace("env_test", &self.tenant.widget.public_key);
        let text = text.replace("sk_test_secret", &self.tenant.secret);
        self.hashes.iter().fold(text, |text, (before, after)| {
            let escaped = |hash: &str| byte_serialize(hash.as_bytes()).collect::<String>();
            text.replace(before, after).replace(&escaped(before), &escaped(after))
        })
    }

    async fn request(&self, at: usize, entry: &Entry) {
        let mut uri = format!("/compat/notificationapi{}", self.ours(&entry.target));
        if let Some(rest) = entry.target.strip_prefix("/env_test/schedule/") {
            uri = uri.replace(rest, &self.waiting().await);
        }
        if entry.target.contains("/INAPP_WEB?") {
            let user = entry.target.split('/').nth(3).unwrap();
            self.tell(user, &Value::Null).await;
        }
        let mut request = Request::builder().method(&*entry.method).uri(uri).header("host", "a");
        let headers = [
            ("content-type", &entry.content_type),
            ("user-agent", &entry.user_agent),
            ("origin", &entry.origin),
            ("access-control-request-method", &entry.acr_method),
            ("access-control-request-headers", &entry.acr_headers),
        ];
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        if let (Some(scheme), Some(token)) = (&entry.auth_scheme, &entry.auth_decoded_latin1) {
            request = request.header("authorization", format!("{scheme} {}", self.token(token)));
        }
        let body = entry.body.clone().map_or_else(Body::empty, Body::from);
        let answer = self.app.send(request.body(body).unwrap()).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{at}");
        assert_eq!(answer.header("www-authenticate"), "", "{at}");
        judge(at, entry, &answer);
    }

    /// The token as it went over the wire: the recording shows its bytes as Latin-1.
    fn token(&self, decoded: &str) -> String {
        let latin = |sign: char| u8::try_from(u32::from(sign)).expect("one byte a character");
        let bytes: Vec<u8> = self.ours(decoded).chars().map(latin).collect();
        BASE64_STANDARD.encode(bytes)
    }

    /// The id of a sending that waits.
    async fn waiting(&self) -> String {
        self.tell("erin", &json!("2030-06-01T00:00:00.000Z")).await
    }

    async fn tell(&self, user: &str, schedule: &Value) -> String {
        let body = json!({ "type": "order_tracking", "to": { "id": user }, "schedule": schedule });
        let secret = self.tenant.secret.as_bytes();
        let sent = call(&self.app, &self.tenant, "POST", "/sender", secret, &body).await;
        sent.json()["trackingId"].as_str().unwrap().to_owned()
    }

    async fn socket(&self, at: usize, entry: &Entry) -> Option<Socket> {
        let url = format!("ws://{}/compat/notificationapi{}", self.at, self.ours(&entry.target));
        let stream = TcpStream::connect(self.at).await.unwrap();
        let status = match client_async(url, stream).await {
            Ok((socket, answer)) => {
                assert_eq!(answer.status().as_u16(), entry.expected(at), "{at}");
                return Some(socket);
            }
            Err(SocketError::Http(answer)) => answer.status().as_u16(),
            Err(other) => panic!("{at}: {other}"),
        };
        assert_eq!(status, entry.expected(at), "{at}");
        None
    }

    /// Says a frame and hears what answers it.
    async fn frame(&self, socket: &mut Socket, entry: &Entry) {
        let text = entry.data.clone().unwrap();
        let said: Value = serde_json::from_str(&text).unwrap();
        socket.send(Message::text(text)).await.unwrap();
        let route = said["route"].as_str().unwrap();
        let mut answer = async |route: &str| heard(socket, route).await.to_string();
        match route {
            "environment/data" => drop(shaped::<shapes::EnvironmentData>(&answer(route).await)),
            "inapp_web/unread_count" => drop(shaped::<shapes::Count>(&answer(route).await)),
            "inapp_web/notifications" => drop(shaped::<shapes::Feed>(&answer(route).await)),
            "user_preferences/get_preferences" => {
                drop(shaped::<shapes::Tree>(&answer("user_preferences/preferences").await));
            }
            // Answered by nothing; that it was heard shows in the next answer.
            "inapp_web/unread_clear" | "user_preferences/patch_preferences" => {
                socket.send(Message::text(r#"{"route":"inapp_web/unread_count"}"#)).await.unwrap();
                heard(socket, "inapp_web/unread_count").await;
            }
            other => panic!("nobody knows what answers {other}"),
        }
    }
}

fn judge(at: usize, entry: &Entry, answer: &Answer) {
    let why = format!("{at} {} {}: {} {}", entry.method, entry.target, answer.status, answer.text);
    let status = entry.expected(at);
    if RENAMED.contains(&at) {
        assert!(matches!(answer.status, 401 | 404) && answer.text.is_empty(), "{why}");
    } else if status == 401 || status == 204 {
        assert_eq!((answer.status, answer.text.as_str()), (status, ""), "{why}");
    } else {
        assert_eq!(answer.header("content-type"), "application/json", "{why}");
        if !entry.target.ends_with("/sender") {
            assert_eq!(answer.status, status, "{why}");
        }
        shape(entry, status, answer);
    }
    if entry.method == "OPTIONS" {
        let allowed = |what: &str| answer.header(&format!("access-control-allow-{what}"));
        assert!(allowed("methods").contains(entry.acr_method.as_deref().unwrap()), "{why}");
        assert!(allowed("headers").contains(entry.acr_headers.as_deref().unwrap()), "{why}");
    }
}

/// Reads the whole answer as what this call is answered with.
fn shape(entry: &Entry, status: u16, answer: &Answer) {
    let text = answer.text.as_str();
    let path = entry.target.split('?').next().unwrap().trim_end_matches('/');
    let of_user = path.contains("/users/");
    match (entry.method.as_str(), path) {
        ("POST", path) if path.ends_with("/sender") => sent(status, answer),
        ("POST", path) if path.ends_with("/retract") => reads::<shapes::Nothing>(text),
        ("POST", path) if path.ends_with("/query") => reads::<shapes::Logs>(text),
        (_, path) if path.contains("/schedule/") => reads::<shapes::Message>(text),
        ("PUT", path) if path.contains("/subNotifications/") => {
            let put: shapes::PutSub = shaped(text);
            assert!(!put.title.is_empty() && !put.sub_notification_id.contains('%'), "{text}");
        }
        ("GET", path) if path.ends_with("/INAPP_WEB") => feed(entry, &shaped(text)),
        ("PATCH", path) if path.ends_with("/INAPP_WEB") => {
            assert!(shaped::<shapes::Success>(text).success, "{text}");
        }
        ("GET", path) if path.ends_with("/preferences") => preferences(&shaped(text)),
        ("DELETE", path) if path.ends_with("/preferences") => {
            reads::<shapes::Nothing>(text);
        }
        ("POST", path) if path.ends_with("/preferences") || !of_user => {
            let said: Value = serde_json::from_str(entry.body.as_deref().unwrap()).unwrap();
            assert_eq!(answer.json(), said, "no client reads it: what was said");
        }
        ("GET", path) if path.ends_with("/account_metadata") => {
            reads::<shapes::Metadata>(text);
        }
        ("GET", path) if path.ends_with("/channels") => reads::<shapes::Slack>(text),
        ("GET" | "POST", _) if of_user => user(entry, &shaped(text)),
        (method, path) => panic!("nobody knows what answers {method} {path}"),
    }
}

/// Nothing of this answer is looked at beyond its shape.
fn reads<T: serde::de::DeserializeOwned>(text: &str) {
    let _: T = shaped(text);
}

/// Taken, taken with a warning, or not at all.
fn sent(status: u16, answer: &Answer) {
    if status == 400 {
        let refused: shapes::Refused = shaped(&answer.text);
        assert_eq!((answer.status, refused.tracking_id.as_str()), (400, ""));
        assert!(!refused.error.code.is_empty() && refused.error.message.contains("type"));
        return;
    }
    let sent: shapes::Sent = shaped(&answer.text);
    assert_eq!(answer.status, if sent.messages.is_empty() { 200 } else { 202 }, "{}", answer.text);
    assert_eq!(sent.tracking_id.is_empty(), status == 202, "only what does not exist is not sent");
    assert!(sent.messages.iter().all(|why| !why.starts_with("INAPP_WEB")), "{:?}", sent.messages);
}

fn user(entry: &Entry, told: &shapes::User) {
    let said: Value = serde_json::from_str(entry.body.as_deref().unwrap_or("{}")).unwrap();
    assert!(USERS.contains(&told.id.as_str()), "{}", told.id);
    for (name, kept) in [("email", &told.email), ("number", &told.number)] {
        if let Some(said) = said[name].as_str() {
            let kept = kept.as_deref();
            assert!(kept == Some(said) || kept == Some(SET), "{} {kept:?}", entry.target);
        }
    }
}

fn feed(entry: &Entry, page: &shapes::Feed) {
    assert_eq!(page.could_load_more, page.has_more);
    let dates: Vec<_> = page.notifications.iter().map(|item| item.date.as_str()).collect();
    assert!(dates.is_sorted_by(|newer, older| newer > older), "{dates:?}");
    for date in dates.iter().chain([&page.oldest_received.as_str()]) {
        assert!(date.len() == "2026-11-21T02:45:11.254Z".len() && date.ends_with('Z'), "{date}");
    }
    let before = entry.target.split("before=").nth(1).unwrap().replace("%3A", ":");
    assert!(dates.iter().all(|date| **date < *before), "{before} {dates:?}");
    assert!(!dates.is_empty(), "{} was told something", entry.target);
}

fn preferences(shown: &shapes::Preferences) {
    for row in &shown.preferences {
        let of = |kind: &&shapes::Kind| kind.notification_id == row.notification_id;
        let kind = shown.notifications.iter().find(of).expect("a row has its notification");
        assert!(kind.channels.contains(&row.channel));
        assert!(
            kind.options[&row.channel].get(&row.delivery).is_some(),
            "what is chosen is offered"
        );
        let offered = kind.options[&row.channel].as_object().unwrap();
        let enabled = |(name, one): (&String, &Value)| {
            name == "defaultDeliveryOption" || one["enabled"] == json!(true)
        };
        assert!(offered.iter().all(enabled), "clients show every key");
    }
}
