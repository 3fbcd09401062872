//! The server as a process of its own, so that its processor time is its own.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_countersign");

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: std::net::SocketAddr,
    metrics: std::net::SocketAddr,
    pub(crate) made: Value,
    pub(crate) started_in: Duration,
    folder: tempfile::TempDir,
    database: Option<String>,
}

impl Server {
    pub(crate) async fn start(algorithm: &str, database: Option<&str>) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let made = bootstrap(folder.path(), algorithm, database);
        Self::on(folder, made, algorithm, database).await
    }

    async fn on(
        folder: tempfile::TempDir,
        made: Value,
        algorithm: &str,
        database: Option<&str>,
    ) -> Self {
        let (address, metrics) = (free_address(), free_address());
        let began = Instant::now();
        let mut command = Command::new(BINARY);
        command
            .args(["serve", "--requests-per-minute", "16000000", "--proofs-per-minute", "16000000"])
            .args(["--listen", &address.to_string(), "--token-algorithm", algorithm])
            .args(["--metrics-listen", &metrics.to_string()])
            .arg("--data")
            .arg(folder.path())
            .env("COUNTERSIGN_LOG", "warn")
            .stderr(Stdio::null());
        if let Some(url) = database {
            command.args(["--database", url]);
        }
        let child = command.spawn().unwrap();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "the server does not start");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Self {
            child,
            address,
            metrics,
            made,
            started_in: began.elapsed(),
            folder,
            database: database.map(Into::into),
        }
    }

    /// Processor time that the server has used so far.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }

    /// Commits that reached the disk so far, and the operations in them.
    pub(crate) async fn commits(&self) -> (f64, f64) {
        let mut connection = crate::client::Connection::open(self.metrics).await;
        let request = crate::client::request("GET", "/metrics", "", "");
        let (_, body) = connection.send(&request).await;
        let text = String::from_utf8_lossy(body).into_owned();
        let value = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            line.rsplit(' ').next().unwrap().parse().unwrap()
        };
        (value("countersign_store_commits "), value("countersign_store_operations "))
    }

    /// Runs a statement in the server's store, beside the server.
    pub(crate) async fn execute(&self, sql: &str) {
        if let Some(url) = &self.database {
            return crate::postgres::execute(url, sql).await;
        }
        let path = self.folder.path().join("countersign.db");
        let store = rusqlite::Connection::open(path).unwrap();
        store.busy_timeout(Duration::from_mins(1)).unwrap();
        store.execute_batch(sql).unwrap();
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1_024
    }

    pub(crate) fn text(&self, path: &[&str]) -> &str {
        path.iter().fold(&self.made, |value, name| &value[*name]).as_str().unwrap()
    }
}

fn free_address() -> std::net::SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn bootstrap(folder: &Path, algorithm: &str, database: Option<&str>) -> Value {
    let mut command = Command::new(BINARY);
    command
        .args(["bootstrap", "--organization", "bench", "--owner", "o@bench.example", "--json"])
        .args(["--profile", "notificationapi", "--anonymous", "--token-algorithm", algorithm])
        .arg("--data")
        .arg(folder);
    if let Some(url) = database {
        command.args(["--database", url]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn binary_size() -> u64 {
    std::fs::metadata(BINARY).unwrap().len()
}
