//! What is measured of notifications: one, many, everybody, and how soon somebody sees it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::client::{Connection, request};
use crate::postgres;
use crate::process::Server;
use crate::report::Report;
use crate::tasks::{load, open, stream};

/// Recipients that one call names.
const LIST: usize = 1_000;
/// Contacts of a broadcast.
const EVERYBODY: usize = 100_000;
/// Open sockets, each of another contact.
const SOCKETS: usize = 5_000;
/// Sendings a second while the time until somebody sees one is measured, and for how long.
const RATE: u64 = 1_000;
const SECONDS: u64 = 6;
/// How long an item may be on its way before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(10);

const STORES: [&str; 2] = ["SQLite FULL", "PostgreSQL"];

async fn start(store: &str) -> Server {
    let database = if store == "PostgreSQL" { Some(postgres::database().await) } else { None };
    let server = Server::start("ES256", database.as_deref()).await;
    let texts = json!({ "inapp": { "title": "Order {{ id }} left", "url": "/orders/{{ id }}" } });
    let kind = json!({ "title": "Orders", "channels": ["inapp"], "templates": texts });
    call(&server, "PUT", "/api/v1/notification_types/order", &kind).await;
    server
}

fn staff(server: &Server, method: &str, path: &str, body: &Value) -> Vec<u8> {
    let headers = format!("authorization: Bearer {}\r\n", server.text(&["secret_key"]));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    request(method, path, &headers, &body)
}

async fn call(server: &Server, method: &str, path: &str, body: &Value) -> Value {
    let mut connection = Connection::open(server.address).await;
    connection.json(&staff(server, method, path, body)).await
}

fn people(from: usize, many: usize) -> Value {
    (from..from + many).map(|number| json!({ "id": format!("person-{number}") })).collect()
}

/// One call, one recipient.
pub(crate) async fn sends(report: &Report) {
    if !report.wants("sends") {
        return;
    }
    for store in STORES {
        for writers in [1, 64] {
            let server = start(store).await;
            let path = "/api/v1/notification_topics/all/subscribers";
            call(&server, "POST", path, &json!({ "to": people(0, LIST) })).await;
            let head = format!("authorization: Bearer {}\r\n", server.text(&["secret_key"]));
            let number = AtomicU64::new(0);
            let next = move |_| {
                let number = number.fetch_add(1, Ordering::Relaxed);
                let to = json!({ "id": format!("person-{}", number % LIST as u64) });
                let body = json!({ "type": "order", "to": to, "parameters": { "id": number } });
                Arc::new(request("POST", "/api/v1/notifications", &head, &body.to_string()))
            };
            let (many, wall, cpu) = load(&server, writers, next).await;
            let name = format!("notifications sent, {store}, {writers} writers");
            report.figure(&name, many, wall, cpu, Some("fsync"));
        }
    }
}

/// One call, a thousand recipients who are there already.
pub(crate) async fn lists(report: &Report) {
    if !report.wants("lists") {
        return;
    }
    for store in STORES {
        let server = start(store).await;
        let path = "/api/v1/notification_topics/all/subscribers";
        for part in 0..4 {
            call(&server, "POST", path, &json!({ "to": people(part * LIST, LIST) })).await;
        }
        let lists: Vec<_> = (0..4)
            .map(|part| {
                let to = people(part * LIST, LIST);
                let body = json!({ "type": "order", "to": to, "parameters": { "id": "7" } });
                Arc::new(staff(&server, "POST", "/api/v1/notifications/many", &body))
            })
            .collect();
        let (many, wall, cpu) = load(&server, 4, move |writer| Arc::clone(&lists[writer])).await;
        let name = format!("recipients of lists of {LIST}, {store}");
        report.figure(&name, many * LIST as u64, wall, cpu, None);
    }
}

/// A broadcast to everybody, from its acceptance to its end.
pub(crate) async fn broadcast(report: &Report) {
    if !report.wants("broadcast") {
        return;
    }
    for store in STORES {
        let server = start(store).await;
        let path = "/api/v1/notification_topics/all/subscribers";
        let (before, began) = (server.cpu(), Instant::now());
        for part in 0..EVERYBODY / LIST {
            call(&server, "POST", path, &json!({ "to": people(part * LIST, LIST) })).await;
        }
        let (wall, cpu) = (began.elapsed(), server.cpu().saturating_sub(before));
        let name = format!("contacts made and subscribed, {store}");
        report.figure(&name, EVERYBODY as u64, wall, cpu, None);
        for round in ["the first", "the second"] {
            let (before, busy) = (server.cpu(), postgres::cpu());
            let memory = server.memory();
            let began = Instant::now();
            let body =
                json!({ "type": "order", "to": { "topic": "all" }, "parameters": { "id": "7" } });
            let accepted = call(&server, "POST", "/api/v1/broadcasts", &body).await;
            let path = format!("/api/v1/broadcasts/{}", accepted["id"].as_str().unwrap());
            loop {
                tokio::time::sleep(Duration::from_millis(100)).await;
                let found = call(&server, "GET", &path, &Value::Null).await;
                if found["state"] != "running" {
                    assert_eq!(found["done"], json!(EVERYBODY));
                    break;
                }
            }
            let (wall, cpu) = (began.elapsed(), server.cpu().saturating_sub(before));
            let name = format!("{round} broadcast to {EVERYBODY}, {store}");
            report.figure(&name, EVERYBODY as u64, wall, cpu, None);
            let more = server.memory().saturating_sub(memory) as f64 / 1e6;
            report.note("  in", format!("{:.1} s, {more:.0} MB more", wall.as_secs_f64()));
            if store == "PostgreSQL" {
                let busy = postgres::cpu().saturating_sub(busy).as_secs_f64();
                report.note("  PostgreSQL's own processor time", format!("{busy:.1} s"));
            }
        }
    }
}

/// From the call to the frame in the recipient's socket, at a steady rate.
pub(crate) async fn push(report: &Report) {
    if !report.wants("push") {
        return;
    }
    for store in STORES {
        let server = start(store).await;
        let (arrived, mut arrivals) = mpsc::unbounded_channel();
        let before = server.memory();
        for first in (0..SOCKETS).step_by(50) {
            join_all((first..first + 50).map(|who| listen(&server, who, arrived.clone()))).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let each = server.memory().saturating_sub(before) / SOCKETS as u64;
        let (before, began) = (server.cpu(), Instant::now());
        let sent = steadily(&server).await;
        let mut took = Vec::with_capacity(sent.len());
        while took.len() < sent.len()
            && let Ok(Some((number, at))) = timeout(PATIENCE, arrivals.recv()).await
        {
            took.push(at.saturating_duration_since(sent[&number]).as_secs_f64() * 1e3);
        }
        let (wall, cpu) = (began.elapsed(), server.cpu().saturating_sub(before));
        took.sort_by(f64::total_cmp);
        let name = format!("pushed to {SOCKETS} sockets, {store}");
        report.figure(&name, took.len() as u64, wall, cpu, None);
        let (half, most) = (took[took.len() / 2], took[took.len() * 99 / 100]);
        let fsync = 1e3 / report.limit_of("fsync");
        let each_fsync = most / fsync;
        report.note("  p50; p99", format!("{half:.1} ms; {most:.1} ms, {each_fsync:.0} fsyncs"));
        report.note("  lost", sent.len() - took.len());
        report.note("  memory of a socket, its session and contact", format!("{each} bytes"));
    }
}

/// Sends at [`RATE`] to one contact after the other: when each was sent.
async fn steadily(server: &Server) -> HashMap<u64, Instant> {
    const WRITERS: u64 = 50;
    let head = format!("authorization: Bearer {}\r\n", server.text(&["secret_key"]));
    let began = Instant::now();
    let senders = (0..WRITERS).map(|writer| {
        let (head, address) = (head.clone(), server.address);
        tokio::spawn(async move {
            let mut connection = Connection::open(address).await;
            let mut sent = Vec::new();
            for number in (0..RATE * SECONDS).filter(|number| number % WRITERS == writer) {
                let due = began + Duration::from_micros(number * 1_000_000 / RATE);
                tokio::time::sleep_until(due.into()).await;
                let to = json!({ "id": format!("person-{}", number % SOCKETS as u64) });
                let body = json!({ "type": "order", "to": to, "parameters": { "id": number } });
                let call = request("POST", "/api/v1/notifications", &head, &body.to_string());
                sent.push((number, Instant::now()));
                assert_eq!(connection.send(&call).await.0, 201);
            }
            sent
        })
    });
    join_all(senders).await.into_iter().flat_map(Result::unwrap).collect()
}

/// Opens a contact's stream, and tells when each item arrives on it.
async fn listen(server: &Server, who: usize, arrived: mpsc::UnboundedSender<(u64, Instant)>) {
    let session = open(server, &format!("person-{who}")).await;
    let token = session["access_token"].as_str().unwrap();
    let mut socket =
        stream(server, token, WebSocketConfig::default().read_buffer_size(4_096)).await;
    tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            let now = Instant::now();
            let Message::Text(text) = message else { continue };
            let frame: Value = serde_json::from_str(&text).unwrap();
            let number = frame["data"]["notification"]["parameters"]["id"].as_u64();
            if let Some(number) = number {
                arrived.send((number, now)).unwrap();
            }
        }
    });
}

/// The first page of a feed, with few and with many items behind it.
pub(crate) async fn feed(report: &Report) {
    if !report.wants("feed") {
        return;
    }
    for store in STORES {
        let server = start(store).await;
        let to = json!([{ "id": "person-0" }]);
        let body = json!({ "type": "order", "to": to, "parameters": { "id": "7" } });
        call(&server, "POST", "/api/v1/notifications/many", &body).await;
        let session = open(&server, "person-0").await;
        let head =
            format!("authorization: Bearer {}\r\n", session["access_token"].as_str().unwrap());
        let mut before = 0;
        for behind in [1_000, 1_000_000] {
            server.execute(&items_behind(store, before + 1, behind)).await;
            before = behind;
            for (what, path) in
                [("page", "/widget/v1/notifications"), ("count", "/widget/v1/notifications/unread")]
            {
                let get = Arc::new(request("GET", path, &head, ""));
                let (many, wall, cpu) = load(&server, 4, move |_| Arc::clone(&get)).await;
                let name = format!("{what} of a feed of {behind} items, {store}");
                report.figure(&name, many, wall, cpu, None);
            }
        }
    }
}

/// Copies the one item into the past, each copy a second older; all but the first 900 were seen.
fn items_behind(store: &str, from: usize, to: usize) -> String {
    let (numbers, id) = if store == "PostgreSQL" {
        (
            format!("select n from generate_series({from}, {to}) as n"),
            "uuid_send(gen_random_uuid())",
        )
    } else {
        (
            format!(
                "with recursive s(n) as (select {from} union all select n + 1 from s where n < {to}) select n from s"
            ),
            "randomblob(16)",
        )
    };
    format!(
        "insert into notification (tenant, contact, at, id, type, sub, text, seen_at)
        select tenant, contact, at - 1000 * n, {id}, type, sub, text,
            case when n > 900 then at end
        from (select * from notification order by at desc limit 1) as newest,
            ({numbers}) as numbers"
    )
}
