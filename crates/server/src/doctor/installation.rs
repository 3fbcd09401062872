//! The installation itself (H2).

use std::time::SystemTime;

use axum::http::StatusCode;
use url::Url;

use super::report::Report;
use super::stranger::{Said, Stranger};

/// Seconds that the two clocks may differ; profiles forgive a little more.
const CLOCK: u64 = 30;

/// Looks at the server; says whether it answers at all.
pub(super) async fn examine(stranger: &Stranger, server: &Url, report: &mut Report<'_>) -> bool {
    transport(server, report);
    let health = match stranger.get(at(server, "/healthz")).await {
        Ok(said) if said.json()["status"] == "ok" => said,
        Ok(said) => {
            let seen = format!("{server} answers {} and is no Countersign", said.status);
            report.failed("server", seen, "give the address under which widgets reach the server");
            return false;
        }
        Err(error) => {
            let seen = format!("{server} does not answer: {error}");
            report.failed("server", seen, "start it, or look at the proxy before it");
            return false;
        }
    };
    report.good("server", format!("{server} answers"));
    ready(stranger, server, report).await;
    clock(&health, report);
    signing_keys(stranger, server, report).await;
    headers(&health, server, report);
    metrics(stranger, server, report).await;
    true
}

pub(super) fn at(server: &Url, path: &str) -> Url {
    let mut url = server.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// A loopback address needs no TLS.
pub(super) fn is_safe(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    url.scheme() == "https" || is_loopback || host == "localhost" || host.ends_with(".localhost")
}

fn transport(server: &Url, report: &mut Report<'_>) {
    if url_is_https(server) {
        report.good("transport", "TLS with a certificate that this machine trusts is demanded");
    } else if is_safe(server) {
        report.warn(
            "transport",
            "plain HTTP on this machine",
            "fine for trying out; give the public https address to look at what visitors use",
        );
    } else {
        report.failed(
            "transport",
            "plain HTTP: whoever is on the way reads tokens and messages",
            "put a reverse proxy with TLS before it: docs/operating.md",
        );
    }
}

fn url_is_https(url: &Url) -> bool {
    url.scheme() == "https"
}

async fn ready(stranger: &Stranger, server: &Url, report: &mut Report<'_>) {
    match stranger.get(at(server, "/readyz")).await {
        Ok(said) if said.status.is_success() => report.good("readiness", "the store is reachable"),
        Ok(said) => report.failed(
            "readiness",
            format!("/readyz answers {}: {}", said.status, said.json()["status"]),
            "look at the log: the store cannot be used now",
        ),
        Err(error) => report.failed("readiness", error, "look at the log"),
    }
}

#[expect(clippy::disallowed_methods, reason = "this machine's clock is what is compared")]
fn clock(said: &Said, report: &mut Report<'_>) {
    let Ok(theirs) = httpdate::parse_http_date(said.header("date")) else {
        let mend = "let the proxy keep the `Date` header";
        return report.skipped("clock", "the answer has no `Date`", mend);
    };
    let ours = SystemTime::now();
    let apart = ours.duration_since(theirs).unwrap_or_else(|ahead| ahead.duration()).as_secs();
    if apart <= CLOCK {
        report.good("clock", format!("within {} s of this machine's", apart.max(1)));
    } else {
        report.failed(
            "clock",
            format!(
                "{apart} s apart from this machine's: tokens will be refused as too old or too new"
            ),
            "keep both machines on NTP",
        );
    }
}

async fn signing_keys(stranger: &Stranger, server: &Url, report: &mut Report<'_>) {
    let said = match stranger.get(at(server, "/.well-known/jwks.json")).await {
        Ok(said) => said.json(),
        Err(error) => {
            return report.failed(
                "signing keys",
                error,
                "let the proxy pass /.well-known/jwks.json",
            );
        }
    };
    let keys = said["keys"].as_array().cloned().unwrap_or_default();
    let is_private =
        |key: &serde_json::Value| ["d", "k", "p"].iter().any(|name| !key[name].is_null());
    if keys.is_empty() {
        let mend = "let the proxy pass /.well-known/jwks.json";
        report.failed("signing keys", "none are published", mend);
    } else if keys.iter().any(is_private) {
        let mend = "stop serving this file at once, and make new keys";
        report.failed("signing keys", "a private key is published", mend);
    } else {
        let names = keys.iter().filter_map(|key| key["alg"].as_str());
        report.good("signing keys", format!("published: {}", names.collect::<Vec<_>>().join(", ")));
    }
}

fn headers(said: &Said, server: &Url, report: &mut Report<'_>) {
    let has_hsts = !said.header("strict-transport-security").is_empty();
    let has_both = said.header("x-content-type-options") == "nosniff"
        && said.header("content-security-policy").contains("frame-ancestors");
    if !has_both {
        report.failed(
            "headers",
            "the server's security headers do not arrive",
            "let the proxy pass Content-Security-Policy and X-Content-Type-Options unchanged",
        );
    } else if url_is_https(server) && !has_hsts {
        report.warn(
            "headers",
            "no Strict-Transport-Security: a first visit can be made in plain HTTP",
            "let the proxy add: Strict-Transport-Security: max-age=31536000",
        );
    } else {
        report.good("headers", "policy, type and transport headers arrive");
    }
}

async fn metrics(stranger: &Stranger, server: &Url, report: &mut Report<'_>) {
    match stranger.get(at(server, "/metrics")).await {
        Ok(said) if said.status == StatusCode::OK && said.text.contains("countersign_") => report
            .failed("metrics", "everyone can read /metrics", "let the proxy not forward /metrics"),
        _ => report.good("metrics", "not public"),
    }
}
