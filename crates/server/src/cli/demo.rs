//! `countersign demo`.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_guard::Origin;
use countersign_infra::clock::Clock;
use serde_json::Value;

use super::bootstrap::Bootstrap;
use super::serve;
use crate::boot::{BootFault, Ground};
use crate::config::{Serve, Store};
use crate::demo::{Site, site};
use crate::listen;

/// Where the demo runs.
#[derive(Args, Debug)]
pub(super) struct Demo {
    /// The demo's data folder; kept for the next time.
    #[arg(long, default_value = "demo-data", value_name = "DIR")]
    data: PathBuf,
    /// Where Countersign listens.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: SocketAddr,
    /// Where the invented product listens, on another site.
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDR")]
    site: SocketAddr,
}

pub(super) async fn run(asked: Demo) -> Result<(), BootFault> {
    serve::start_log(tracing::Level::WARN);
    let (port, page) = (asked.listen.port(), format!("http://{}", asked.site));
    let origin = |text: &str| text.parse::<Origin>().map_err(|error| refused(&error));
    let config = Serve {
        store: store(&asked.data),
        listen: asked.listen,
        public_url: Some(origin(&format!("http://localhost:{port}"))?),
        widget_url: Some(origin(&format!("http://widget.localhost:{port}"))?),
        redis: None,
        metrics_listen: None,
        trusted_proxies: Vec::new(),
        requests_per_minute: 6_000,
        proofs_per_minute: 300,
    };
    let listener = listen::bind(asked.listen, "--listen").await?;
    let site_listener = listen::bind(asked.site, "--site").await?;
    let ground = Ground::open(&config.store, Clock::System).await?;
    let made = Bootstrap::demo(store(&asked.data), origin(&page)?).on(&ground).await?;
    let made = remember(&asked.data, made)?;
    let text = |a: &str, b: &str| made[a][b].as_str().unwrap_or_default().to_owned();
    let pages = Site {
        clock: ground.clock.clone(),
        public: format!("http://localhost:{port}"),
        widget: format!("http://widget.localhost:{port}"),
        public_key: text("widget", "public_key"),
        secret: text("identity_secret", "secret"),
    };
    tokio::spawn(listen::serve(site_listener, site(pages), std::future::pending()));
    eprintln!("{}", words(&page, port, &made));
    serve::on(config, &ground, listener).await?;
    eprintln!("\nStopped. `make demo` again keeps everything that was written.");
    Ok(())
}

fn refused(error: &impl std::fmt::Display) -> BootFault {
    BootFault::Refused(error.to_string())
}

fn store(data: &Path) -> Store {
    Store {
        data: data.to_owned(),
        database: None,
        database_file: None,
        master_key: None,
        master_key_file: None,
        token_algorithm: "RS256".to_owned(),
    }
}

/// Keeps what was shown once, for the next start: it opens a demo, and nothing else.
fn remember(data: &Path, made: Value) -> Result<Value, BootFault> {
    let path = data.join("demo.json");
    let failed = |error| BootFault::System("the demo's own file cannot be used", error);
    if made["identity_secret"]["secret"].is_null() {
        let text = fs::read_to_string(&path).map_err(failed)?;
        return serde_json::from_str(&text).map_err(|error| refused(&error));
    }
    let file = fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(made.to_string().as_bytes())).map_err(failed)?;
    Ok(made)
}

fn words(page: &str, port: u16, made: &Value) -> String {
    format!(
        "\n  Countersign demo\n\n\
         \x20 1  The product    {page}\n\
         \x20                   sign in as Alice or Bob, open the messages, write\n\
         \x20 2  The dashboard  http://localhost:{port}/dashboard/\n\
         \x20                   {email}   {password}\n\
         \x20 3  The contract   http://localhost:{port}/docs\n\n\
         \x20 Then be the attacker: the panel on the product's page.\n\
         \x20 Ctrl-C stops all of it.\n",
        email = made["owner"]["email"].as_str().unwrap_or_default(),
        password = made["owner"]["password"].as_str().unwrap_or_default(),
    )
}
