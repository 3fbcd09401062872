//! What is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::client::{Connection, request};
use crate::postgres;
use crate::process::{Server, binary_size};
use crate::report::Report;

const FOR: Duration = Duration::from_secs(3);
/// Tokens that are each shown once.
const TOKENS: usize = 8_000;

pub(crate) async fn at_rest(report: &Report) {
    if !report.wants("rest") {
        return;
    }
    let server = Server::start("RS256", None).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    report
        .note("start on an existing data folder", format!("{} ms", server.started_in.as_millis()));
    report.note("resident memory at rest", format!("{:.1} MB", server.memory() as f64 / 1e6));
    report.note("binary", format!("{:.1} MB", binary_size() as f64 / 1e6));
}

pub(crate) async fn sessions(report: &Report) {
    if !report.wants("sessions") {
        return;
    }
    for (algorithm, limit) in [("RS256", Some("RSA-3072 signature")), ("ES256", None)] {
        let server = Server::start(algorithm, None).await;
        let body = Arc::new(opening(&server, "alice"));
        let request = Arc::new(request("POST", "/widget/v1/sessions", "", &body));
        let (many, wall, cpu) = load(&server, 32, move |_| Arc::clone(&request)).await;
        report.figure(
            &format!("sessions opened, {algorithm}, SQLite FULL"),
            many,
            wall,
            cpu,
            limit,
        );
    }
}

pub(crate) async fn checks(report: &Report) {
    if !report.wants("checks") {
        return;
    }
    let server = Server::start("RS256", None).await;
    let token = open(&server, "alice").await["access_token"].as_str().unwrap().to_owned();
    let headers = format!("authorization: Bearer {token}\r\n");
    let ticket = Arc::new(request("POST", "/widget/v1/stream/tickets", &headers, ""));
    let (many, wall, cpu) = load(&server, 64, move |_| Arc::clone(&ticket)).await;
    report.figure("requests with a checked access token", many, wall, cpu, Some("loopback echo"));
    let health = Arc::new(request("GET", "/healthz", "", ""));
    let (many, wall, cpu) = load(&server, 64, move |_| Arc::clone(&health)).await;
    report.figure("requests that need no proof", many, wall, cpu, Some("loopback echo"));
}

/// Every request brings another token, whose signature nobody has seen yet.
pub(crate) async fn cold_checks(report: &Report) {
    if !report.wants("cold") {
        return;
    }
    let server = Server::start("RS256", None).await;
    let body = opening(&server, "alice");
    let opening = Arc::new(request("POST", "/widget/v1/sessions", "", &body));
    let clients = (0..32).map(|_| {
        let (opening, address) = (Arc::clone(&opening), server.address);
        tokio::spawn(async move {
            let mut connection = Connection::open(address).await;
            let mut tokens = Vec::new();
            for _ in 0..TOKENS / 32 {
                let session = connection.json(&opening).await;
                tokens.push(session["access_token"].as_str().unwrap().to_owned());
            }
            tokens
        })
    });
    let mut tokens = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        tokens.extend(client.await.unwrap());
    }
    let tickets = tokens.iter().map(|token| {
        let headers = format!("authorization: Bearer {token}\r\n");
        Arc::new(request("POST", "/widget/v1/stream/tickets", &headers, ""))
    });
    let tickets: Vec<_> = tickets.collect();
    let (before, began) = (server.cpu(), Instant::now());
    let clients = tickets.chunks(TOKENS / 32).map(|tickets| {
        let (tickets, address) = (tickets.to_vec(), server.address);
        tokio::spawn(async move {
            let mut connection = Connection::open(address).await;
            for ticket in tickets {
                assert_eq!(connection.send(&ticket).await.0, 201);
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let (wall, cpu) = (began.elapsed(), server.cpu().saturating_sub(before));
    report.figure(
        "requests with a token never seen",
        TOKENS as u64,
        wall,
        cpu,
        Some("loopback echo"),
    );
}

/// Every request brings a fresh proof by the browser's key.
pub(crate) async fn bound_checks(report: &Report) {
    if !report.wants("bound") {
        return;
    }
    let server = Server::start("RS256", None).await;
    let key = Arc::new(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());
    let path = "/widget/v1/sessions";
    let mut connection = Connection::open(server.address).await;
    let mut body: Value = serde_json::from_str(&opening(&server, "alice")).unwrap();
    body["key"] = jwk(&key);
    let body = body.to_string();
    let proof = dpop(&key, &server, path, None, None);
    connection.send(&request("POST", path, &format!("dpop: {proof}\r\n"), &body)).await;
    let nonce = connection.header("dpop-nonce").unwrap().to_owned();
    let proof = dpop(&key, &server, path, None, Some(&nonce));
    let session =
        connection.json(&request("POST", path, &format!("dpop: {proof}\r\n"), &body)).await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    let path = "/widget/v1/stream/tickets";
    let address = server.address;
    let next = move |_| {
        let proof = dpop_at(&key, address, path, Some(&token), Some(&nonce));
        let headers = format!("authorization: DPoP {token}\r\ndpop: {proof}\r\n");
        Arc::new(request("POST", path, &headers, ""))
    };
    let (many, wall, cpu) = load(&server, 64, next).await;
    report.figure("requests with a DPoP proof", many, wall, cpu, Some("P-256 verification"));
}

fn jwk(key: &EcdsaKeyPair) -> Value {
    let point = key.public_key().as_ref();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({ "kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]) })
}

fn dpop(
    key: &EcdsaKeyPair,
    server: &Server,
    path: &str,
    token: Option<&str>,
    nonce: Option<&str>,
) -> String {
    dpop_at(key, server.address, path, token, nonce)
}

/// A proof for one call (RFC 9449, section 4.2).
fn dpop_at(
    key: &EcdsaKeyPair,
    address: std::net::SocketAddr,
    path: &str,
    token: Option<&str>,
    nonce: Option<&str>,
) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let id = u128::from_be_bytes(countersign_infra::chance::bytes());
    let mut claims = json!({ "htm": "POST", "htu": format!("http://{address}{path}"),
        "jti": format!("{id:x}"), "iat": now.as_secs() });
    if let Some(token) = token {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
        claims["ath"] = json!(URL_SAFE_NO_PAD.encode(hash));
    }
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk(key) });
    let text = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", text(&header), text(&claims));
    let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

pub(crate) async fn posts(report: &Report) {
    if !report.wants("post") {
        return;
    }
    for name in ["SQLite FULL", "PostgreSQL"] {
        for writers in [1, 64] {
            let database =
                if name == "PostgreSQL" { Some(postgres::database().await) } else { None };
            let server = Server::start("ES256", database.as_deref()).await;
            let mut posts = Vec::new();
            for writer in 0..writers {
                let session = open(&server, &format!("w{writer}")).await;
                let token = session["access_token"].as_str().unwrap().to_owned();
                let id = conversation(&server, &token).await;
                posts.push((token, id));
            }
            let number = AtomicU64::new(0);
            let next = move |writer: usize| {
                let (token, id) = &posts[writer];
                let number = number.fetch_add(1, Ordering::Relaxed);
                let body = json!({ "client_id": format!("c{number}"),
                    "text": "a message of quite usual length, neither short nor long" });
                let headers = format!("authorization: Bearer {token}\r\n");
                let path = format!("/widget/v1/conversations/{id}/messages");
                Arc::new(request("POST", &path, &headers, &body.to_string()))
            };
            let before = server.commits().await;
            let busy = postgres::cpu();
            let (many, wall, cpu) = load(&server, writers, next).await;
            let busy = postgres::cpu().saturating_sub(busy);
            let after = server.commits().await;
            let name = format!("messages posted, {name}, {writers} writers");
            report.figure(&name, many, wall, cpu, Some("fsync"));
            if after.0 > before.0 {
                let each = (after.1 - before.1) / (after.0 - before.0);
                report.note("  messages a commit", format!("{each:.1}"));
            }
            if let Some(url) = database {
                drop(server);
                beside_pgbench(report, &url, writers, many, busy).await;
            }
        }
    }
}

/// Messages per second of PostgreSQL's processor time, the server's and pgbench's.
async fn beside_pgbench(report: &Report, url: &str, writers: usize, many: u64, busy: Duration) {
    let ours = many as f64 / busy.as_secs_f64();
    let before = postgres::cpu();
    let written = postgres::pgbench(url, writers, FOR.as_secs()).await;
    let theirs = written as f64 / postgres::cpu().saturating_sub(before).as_secs_f64();
    let value = format!("{ours:.0}; pgbench {theirs:.0}; {:.2} of it", ours / theirs);
    report.note("  messages per second of PostgreSQL's time", value);
}

pub(crate) async fn fan_out(report: &Report) {
    if !report.wants("fan") {
        return;
    }
    for sockets in [1, 100, 1_000] {
        let server = Server::start("ES256", None).await;
        let session = open(&server, "alice").await;
        let token = session["access_token"].as_str().unwrap().to_owned();
        let id = conversation(&server, &token).await;
        let received = Arc::new(AtomicU64::new(0));
        for _ in 0..sockets {
            listen(&server, &token, Arc::clone(&received)).await;
        }
        let headers = format!("authorization: Bearer {token}\r\n");
        let path = format!("/widget/v1/conversations/{id}/messages");
        let number = AtomicU64::new(0);
        let next = move |_| {
            let number = number.fetch_add(1, Ordering::Relaxed);
            let body = json!({ "client_id": format!("c{number}"), "text": "x".repeat(100) });
            Arc::new(request("POST", &path, &headers, &body.to_string()))
        };
        received.store(0, Ordering::SeqCst);
        let (posted, wall, _) = load(&server, 8, next).await;
        let deadline = Instant::now() + Duration::from_secs(20);
        while received.load(Ordering::SeqCst) < posted * sockets && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let delivered = received.load(Ordering::SeqCst);
        let cpu = server.cpu();
        report.figure(&format!("posts delivered to {sockets} sockets"), delivered, wall, cpu, None);
        report.note("  lost", posted * sockets - delivered);
    }
}

pub(crate) async fn idle_sockets(report: &Report) {
    if !report.wants("idle") {
        return;
    }
    let server = Server::start("ES256", None).await;
    let session = open(&server, "alice").await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    let received = Arc::new(AtomicU64::new(0));
    for _ in 0..500 {
        listen(&server, &token, Arc::clone(&received)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = server.memory();
    for _ in 0..4_000 {
        listen(&server, &token, Arc::clone(&received)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let each = server.memory().saturating_sub(before) / 4_000;
    report.note("memory of an idle socket", format!("{each} bytes"));
}

/// Sends requests on `connections` for a while: how many, how long, and the server's own time.
pub(crate) async fn load(
    server: &Server,
    connections: usize,
    next: impl Fn(usize) -> Arc<Vec<u8>> + Send + Sync + 'static,
) -> (u64, Duration, Duration) {
    let next = Arc::new(next);
    let (before, began) = (server.cpu(), Instant::now());
    let clients = (0..connections).map(|number| {
        let (next, address) = (Arc::clone(&next), server.address);
        tokio::spawn(async move {
            let mut connection = Connection::open(address).await;
            let mut many = 0_u64;
            while began.elapsed() < FOR {
                let (status, body) = connection.send(&next(number)).await;
                assert!(status < 300, "{status} {}", String::from_utf8_lossy(body));
                many += 1;
            }
            many
        })
    });
    let mut many = 0;
    for client in clients.collect::<Vec<_>>() {
        many += client.await.unwrap();
    }
    (many, began.elapsed(), server.cpu().checked_sub(before).unwrap())
}

fn opening(server: &Server, id: &str) -> String {
    let secret = server.text(&["identity_secret", "secret"]);
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let hash = STANDARD.encode(aws_lc_rs::hmac::sign(&key, id.as_bytes()));
    json!({ "widget": server.text(&["widget", "public_key"]),
        "identity": { "userId": id, "userIdHash": hash } })
    .to_string()
}

pub(crate) async fn open(server: &Server, id: &str) -> Value {
    let mut connection = Connection::open(server.address).await;
    connection.json(&request("POST", "/widget/v1/sessions", "", &opening(server, id))).await
}

async fn conversation(server: &Server, token: &str) -> String {
    let mut connection = Connection::open(server.address).await;
    let headers = format!("authorization: Bearer {token}\r\n");
    let made = request("POST", "/widget/v1/conversations", &headers, "{}");
    connection.json(&made).await["id"].as_str().unwrap().to_owned()
}

/// Opens a stream and counts what arrives on it.
async fn listen(server: &Server, token: &str, received: Arc<AtomicU64>) {
    let mut socket = stream(server, token, WebSocketConfig::default()).await;
    tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            if message.is_text() {
                received.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
}

/// A stream that hears what happens from now on.
pub(crate) async fn stream(
    server: &Server,
    token: &str,
    config: WebSocketConfig,
) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
    let mut connection = Connection::open(server.address).await;
    let headers = format!("authorization: Bearer {token}\r\n");
    let ticket = connection.json(&request("POST", "/widget/v1/stream/tickets", &headers, "")).await;
    let ticket = ticket["ticket"].as_str().unwrap().to_owned();
    let url = format!("ws://{}/widget/v1/stream", server.address);
    let mut handshake = url.into_client_request().unwrap();
    let protocols = format!("countersign.v1, {ticket}");
    handshake.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
    let opened = tokio_tungstenite::connect_async_with_config(handshake, Some(config), true).await;
    let (mut socket, _) = opened.unwrap();
    let resume = Message::text(r#"{"type":"resume","cursor":null}"#);
    socket.send(resume).await.unwrap();
    let ready = socket.next().await.unwrap().unwrap();
    assert!(ready.to_text().unwrap().contains("ready"));
    socket
}
