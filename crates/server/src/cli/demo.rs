//! `countersign demo`.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_guard::Origin;
use countersign_infra::clock::Clock;
use countersign_infra::fetch::Private;
use serde_json::Value;

use super::bootstrap::Bootstrap;
use super::serve;
use crate::boot::{BootFault, Ground};
use crate::config::{Mail, Pooling, Serve, Store};
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
    /// Lets URLs of customers and browsers lead to this machine: for tests.
    #[arg(long, env = "COUNTERSIGN_ALLOW_PRIVATE_URLS", hide = true)]
    allow_private_urls: bool,
}

pub(super) async fn run(asked: Demo) -> Result<(), BootFault> {
    serve::start_log(tracing::Level::WARN);
    let places = Places::new(&asked);
    let listener = listen::bind(asked.listen, "--listen").await?;
    let site_listener = listen::bind(asked.site, "--site").await?;
    let mut ground = Ground::open(&store(&asked.data), Clock::System).await?;
    if asked.allow_private_urls {
        ground.private = Private::Allowed;
    }
    let made = make(&asked, &places, &ground).await?;
    let text = |a: &str, b: &str| made[a][b].as_str().unwrap_or_default().to_owned();
    let pages = site(Site {
        clock: ground.clock.clone(),
        public: places.public.clone(),
        widget: places.widget.clone(),
        public_key: text("widget", "public_key"),
        secret: text("identity_secret", "secret"),
    });
    tokio::spawn(listen::serve(site_listener, pages, std::future::pending()));
    eprint!("{}", words(&places, &made, std::io::stderr().is_terminal()));
    serve::on(config(&asked, &places)?, &ground, listener).await?;
    eprintln!("\n  Stopped. What was written is kept in {}.", asked.data.display());
    Ok(())
}

/// The demo's three origins, as a browser sees them.
///
/// Every `*.localhost` is loopback for a browser, so the dashboard and the widget have an origin
/// each on one port; `127.0.0.1` is another site than both.
struct Places {
    site: String,
    public: String,
    widget: String,
}

impl Places {
    fn new(asked: &Demo) -> Self {
        let port = asked.listen.port();
        Self {
            site: format!("http://{}", asked.site),
            public: format!("http://localhost:{port}"),
            widget: format!("http://widget.localhost:{port}"),
        }
    }
}

fn config(asked: &Demo, places: &Places) -> Result<Serve, BootFault> {
    Ok(Serve {
        store: store(&asked.data),
        listen: asked.listen,
        public_url: Some(origin(&places.public)?),
        widget_url: Some(origin(&places.widget)?),
        redis: None,
        mail: Mail::default(),
        files: None,
        metrics_listen: None,
        trusted_proxies: Vec::new(),
        allow_private_urls: asked.allow_private_urls,
        requests_per_minute: 6_000,
        proofs_per_minute: 300,
    })
}

fn origin(text: &str) -> Result<Origin, BootFault> {
    text.parse().map_err(|error| refused(&error))
}

fn refused(error: &impl std::fmt::Display) -> BootFault {
    BootFault::Refused(error.to_string())
}

fn store(data: &Path) -> Store {
    Store {
        data: data.to_owned(),
        database: None,
        database_file: None,
        database_pooling: Pooling::Session,
        master_key: None,
        master_key_file: None,
        token_algorithm: "RS256".to_owned(),
    }
}

/// The organization and its widget, with what is shown once: kept for the next start in a file
/// of the demo's own, which opens a demo and nothing else.
///
/// Without that file the secrets are gone, so that new ones are made.
async fn make(asked: &Demo, places: &Places, ground: &Ground) -> Result<Value, BootFault> {
    let path = asked.data.join("demo.json");
    let kept: Option<Value> =
        fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
    let demo = Bootstrap::demo(store(&asked.data), origin(&places.site)?, kept.is_none());
    let made = demo.on(ground).await?;
    match kept {
        Some(kept) => Ok(kept),
        None => keep(&path, &made)
            .map(|()| made)
            .map_err(|error| BootFault::System("the demo's own file cannot be written", error)),
    }
}

fn keep(path: &Path, made: &Value) -> std::io::Result<()> {
    let mut file =
        fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    file.write_all(made.to_string().as_bytes())?;
    file.sync_all()
}

/// What to open first; in colour where somebody looks.
fn words(places: &Places, made: &Value, colour: bool) -> String {
    let style = |code: &str, text: &str| {
        if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let owner = |what: &str| style("1", made["owner"][what].as_str().unwrap_or_default());
    let step = |number: &str, name: &str| format!("{}  {name:16}", style("1;32", number));
    let lines = [
        String::new(),
        format!("{} Its people and companies are invented.", style("1;32", "✓ The demo runs.")),
        String::new(),
        step("1", "The product") + &style("36", &places.site),
        step(" ", "") + "Sign in as Alice or as Bob, open the messages, write.",
        String::new(),
        step("2", "The dashboard") + &style("36", &format!("{}/dashboard/", places.public)),
        step(" ", "") + &format!("{}   {}", owner("email"), owner("password")),
        step(" ", "") + "See what is proven about Alice, and answer her.",
        String::new(),
        step("3", "The attack")
            + "On the product's page, below the invoices: as Alice, try to be Bob.",
        String::new(),
        style("2", "Ctrl-C stops all of it; the next start has everything that was written."),
        String::new(),
    ];
    lines.join("\n  ") + "\n"
}
