//! PostgreSQL's own processor time, and pgbench with the server's statements beside the server.

use std::process::Command;
use std::time::Duration;

use tokio_postgres::{Client, NoTls};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/server/post.sql");
const CONVERSATIONS: &str = include_str!("conversations.sql");

/// A new database on the test server.
pub(crate) async fn database() -> String {
    let server = std::env::var("COUNTERSIGN_TEST_POSTGRES")
        .unwrap_or_else(|_| "postgres://countersign@127.0.0.1:54329".to_owned());
    let name = format!("bench_{:x}", u64::from_be_bytes(countersign_infra::chance::bytes()));
    let client = connect(&format!("{server}/postgres")).await;
    client.batch_execute(&format!("create database {name}")).await.unwrap();
    format!("{server}/{name}")
}

/// Processor time of all of PostgreSQL's processes so far, those that ended included.
pub(crate) fn cpu() -> Duration {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let stats = processes.filter_map(|one| std::fs::read_to_string(one.path().join("stat")).ok());
    let ticks = stats.filter(|stat| stat.contains("(postgres)")).map(|stat| {
        let fields = stat.rsplit(')').next().unwrap().split_whitespace();
        fields.skip(11).take(4).map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>()
    });
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// Lets pgbench write for `seconds`, one conversation a client: how many messages it wrote.
pub(crate) async fn pgbench(url: &str, clients: usize, seconds: u64) -> u64 {
    let client = connect(url).await;
    client.batch_execute("set countersign.tenant = '*'").await.unwrap();
    client.batch_execute(CONVERSATIONS).await.unwrap();
    let count = "select count(*), min(encode(tenant, 'hex')) from message";
    let before = client.query_one(count, &[]).await.unwrap();
    let hex: String = before.get(1);
    let status = Command::new("pgbench")
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--file", SCRIPT])
        .args(["--time", &seconds.to_string(), "--client", &clients.to_string()])
        .args(["--define", &format!("hex={hex}"), url])
        .output()
        .expect("pgbench comes with PostgreSQL: .ci/services installs it");
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    let after = client.query_one(count, &[]).await.unwrap();
    u64::try_from(after.get::<_, i64>(0) - before.get::<_, i64>(0)).unwrap()
}

/// Runs a statement on the rows of every tenant.
pub(crate) async fn execute(url: &str, sql: &str) {
    let client = connect(url).await;
    client.batch_execute(&format!("set countersign.tenant = '*'; {sql}")).await.unwrap();
}

async fn connect(url: &str) -> Client {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.expect("PostgreSQL runs: start .ci/services");
    tokio::spawn(connection);
    client
}
