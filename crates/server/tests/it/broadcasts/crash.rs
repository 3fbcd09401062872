//! The real process, killed in the middle of a broadcast (NB3).

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use countersign_reach::broadcasts::CHUNK;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_countersign");
const SOON: Duration = Duration::from_mins(1);

/// A server on a data folder; it dies without any warning when it is dropped.
struct Process {
    child: Child,
    address: SocketAddr,
    key: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Process {
    fn start(data: &Path, database: Option<&str>, key: &str) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(BINARY);
        command.args(["serve", "--requests-per-minute", "100000", "--token-algorithm", "ES256"]);
        command.args(["--listen", &address.to_string()]).arg("--data").arg(data);
        command.args(database.iter().flat_map(|url| ["--database", url]));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let process = Self { child, address, key: key.to_owned() };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(began.elapsed() < SOON, "the server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        process
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            self.key,
            body.len(),
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 2"), "{answer}");
        serde_json::from_str(body).unwrap_or(Value::Null)
    }

    /// Asks for the broadcast until it is as the question wants it.
    fn wait(&self, path: &str, is_right: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let found = self.call("GET", path, &Value::Null);
            if is_right(&found) {
                return found;
            }
            assert!(began.elapsed() < SOON, "{found}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

fn bootstrap(data: &Path, database: Option<&str>) -> String {
    let mut command = Command::new(BINARY);
    command.args(["bootstrap", "--organization", "acme", "--owner", "o@acme.example", "--json"]);
    command.args(["--token-algorithm", "ES256"]).arg("--data").arg(data);
    command.args(database.iter().flat_map(|url| ["--database", url]));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    made["secret_key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nb3_a_killed_server_goes_on_and_nobody_is_told_twice() {
    let folder = tempfile::tempdir().unwrap();
    let database = match std::env::var("COUNTERSIGN_TEST_STORE").as_deref() {
        Ok("postgres") => {
            let (name, _) = crate::app::postgres().await;
            Some(format!("{}/{name}", crate::app::postgres_server()))
        }
        Ok(_) => return, // behind a pooler it is PostgreSQL again
        Err(_) => None,
    };
    let key = bootstrap(folder.path(), database.as_deref());
    let server = Process::start(folder.path(), database.as_deref(), &key);
    let many = 12 * CHUNK;
    server.call(
        "PUT",
        "/api/v1/notification_types/news",
        &json!({ "title": "News", "channels": ["inapp"] }),
    );
    let ids: Vec<_> = (0..many).map(|number| json!({ "id": format!("p{number}") })).collect();
    let topic = "/api/v1/notification_topics/all/subscribers";
    for part in ids.chunks(1_000) {
        server.call("POST", topic, &json!({ "to": part }));
    }
    let body = json!({ "type": "news", "to": { "topic": "all" } });
    let accepted = server.call("POST", "/api/v1/broadcasts", &body);
    let path = format!("/api/v1/broadcasts/{}", accepted["id"].as_str().unwrap());
    server.wait(&path, |found| found["done"].as_u64() > Some(0));
    drop(server);
    let server = Process::start(folder.path(), database.as_deref(), &key);
    let done = server.wait(&path, |found| found["state"] != json!("running"));
    assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(many)));
    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let page = server.call("GET", &format!("{topic}?limit=100{cursor}"), &Value::Null);
        for one in page["items"].as_array().unwrap().iter().step_by(50) {
            let contact = one["contact"].as_str().unwrap();
            let feed = format!("/api/v1/contacts/{contact}/notifications");
            let feed = server.call("GET", &feed, &Value::Null);
            assert_eq!(feed["items"].as_array().unwrap().len(), 1, "{contact}");
        }
        seen += page["items"].as_array().unwrap().len();
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, many);
}
