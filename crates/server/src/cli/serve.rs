//! `countersign serve`.

use countersign_door::App;
use countersign_door::live::{Code, Limits as LiveLimits};
use countersign_door::protect::{Gate, Rules};
use countersign_guard::{Limits, Proxies, Rule, Trail};
use countersign_infra::clock::Clock;
use countersign_infra::fetch::Private;
use countersign_infra::mail::Mailer;
use tokio::signal::unix::{SignalKind, signal};

use crate::boot::{BootFault, Ground, Server};
use crate::config::Serve;
use crate::{listen, router};

pub(super) const EXAMPLES: &str = "Examples:
  countersign serve --data ./data
  countersign serve --data /var/lib/countersign --listen 127.0.0.1:8080 \\
      --public-url https://support.example.com --widget-url https://widget.example.com";

/// Networks whose windows are remembered.
const NETWORKS: usize = 100_000;

pub(super) async fn run(config: Serve) -> Result<(), BootFault> {
    start_log(tracing::Level::INFO);
    let (origins, mail) = (config.origins()?, config.mail.mailer()?);
    let listener = listen::bind(config.listen, "--listen").await?;
    let mut ground = Ground::open(&config.store, Clock::System).await?;
    if config.allow_private_urls {
        ground.private = Private::Allowed;
    }
    ground.mail = mail;
    eprintln!("countersign serves {} (widget: {})", origins.public, origins.widget);
    on(config, &ground, listener).await
}

/// Serves on this ground until the process is asked to stop.
pub(super) async fn on(
    config: Serve,
    ground: &Ground,
    listener: tokio::net::TcpListener,
) -> Result<(), BootFault> {
    let (origins, clock) = (config.origins()?, ground.clock.clone());
    let server = ground.start(origins.clone(), LiveLimits::default()).await?;
    if let Some(url) = &config.redis {
        countersign_infra::bus::link(url, server.app.bell.clone()).await?;
    }
    let router = router::router(&server.app, server.people.clone(), gate(&config, clock));
    if let Some(address) = config.metrics_listen {
        let listener = listen::bind(address, "--metrics-listen").await?;
        tokio::spawn(listen::serve(listener, metrics(&server.app)?, std::future::pending()));
    }
    if let Some(mail) = ground.mail.clone() {
        tokio::spawn(try_mail(mail));
    }
    tracing::info!(public = %origins.public, widget = %origins.widget, "serving");
    listen::serve(listener, router, asked_to_stop(&server)).await;
    server.settle().await;
    tracing::info!("stopped");
    Ok(())
}

/// Says whether the mail server answers; emails wait until it does.
async fn try_mail(mail: Mailer) {
    match mail.check().await {
        Ok(()) => tracing::info!("the mail server answers"),
        Err(fault) => tracing::warn!(%fault, "emails wait: they are tried for 24 hours"),
    }
}

fn gate(config: &Serve, clock: Clock) -> Gate {
    let a_minute = |limit| Rule { limit, window_ms: 60_000 };
    let trail = Trail::default();
    Gate::new(Rules {
        clock,
        trail: axum::http::HeaderName::from_static(trail.header()),
        proxies: Proxies { blocks: config.trusted_proxies.clone(), trail },
        limits: Limits::new(NETWORKS),
        requests: a_minute(config.requests_per_minute),
        proofs: a_minute(config.proofs_per_minute),
    })
}

/// Resolves on Ctrl-C or SIGTERM, once the sockets have been told.
async fn asked_to_stop(server: &Server) {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::error!(%error, "SIGTERM cannot be heard");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping: no new requests, running ones may finish");
    server.app.hub.close_all(Code::RESTART, "the server restarts");
}

/// Logs go to standard error, one JSON object a line; `COUNTERSIGN_LOG` says how much.
pub(super) fn start_log(usual: tracing::Level) {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(usual.into())
        .with_env_var("COUNTERSIGN_LOG")
        .from_env_lossy();
    let log = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    drop(log.try_init());
}

/// `/metrics`, without labels of organizations.
fn metrics(app: &App) -> Result<axum::Router, BootFault> {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder();
    let handle = recorder
        .map_err(|error| BootFault::Refused(format!("metrics cannot be recorded: {error}")))?;
    let app = app.clone();
    let answer = async move || {
        gauges(&app);
        handle.render()
    };
    Ok(axum::Router::new().route("/metrics", axum::routing::get(answer)))
}

#[expect(clippy::cast_precision_loss, reason = "a gauge that is off by one in 2^52 is still right")]
fn gauges(app: &App) {
    let (commits, operations) = app.db.commits();
    let live = app.hub.counters();
    metrics::gauge!("countersign_store_commits").set(commits as f64);
    metrics::gauge!("countersign_store_operations").set(operations as f64);
    metrics::gauge!("countersign_sockets_open").set(live.open as f64);
    metrics::gauge!("countersign_frames_queued").set(live.queued_frames as f64);
    metrics::gauge!("countersign_resyncs").set(live.resyncs as f64);
}
