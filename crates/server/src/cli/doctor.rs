//! `countersign doctor`.

use clap::Args;
use url::Url;

use super::print;
use crate::boot::BootFault;
use crate::doctor::{Asked, Finding, Verdict, examine};

pub(super) const EXAMPLES: &str = "Examples:
  countersign doctor https://widget.example.com
  countersign doctor https://widget.example.com --page https://app.example.com/ \\
      --token-url https://app.example.com/countersign-token
  countersign doctor http://127.0.0.1:8080 --widget cs_pk_live_… --json

It needs no secret, and ends what it opens. It ends with 0 when nothing failed, and with 1 otherwise.";

/// What to look at.
#[derive(Args, Debug)]
pub(super) struct Doctor {
    /// Where the server answers to widgets: the origin in the install snippet.
    #[arg(value_name = "URL", value_parser = address)]
    server: Url,
    /// A page with the widget on it: its policy, its scripts, secrets in them.
    #[arg(long, value_name = "URL", value_parser = address)]
    page: Option<Url>,
    /// Where the page's back end hands out tokens: it must sign for nobody who is not signed in.
    #[arg(long, value_name = "URL", value_parser = address)]
    token_url: Option<Url>,
    /// The public key of the widget that is attacked, if the page does not name it.
    #[arg(long, value_name = "PUBLIC_KEY")]
    widget: Option<String>,
    /// Prints the findings as one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(asked: Doctor) -> Result<(), BootFault> {
    let in_words = |finding: &Finding| print(&words(finding));
    let told: &dyn Fn(&Finding) = if asked.json { &|_| {} } else { &in_words };
    let what = Asked {
        server: asked.server,
        page: asked.page,
        tokens: asked.token_url,
        widget: asked.widget,
    };
    let findings = examine(&what, told).await;
    if asked.json {
        print(&format!("{}\n", serde_json::json!({ "findings": findings })));
    }
    let many = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    match many(Verdict::Failed) {
        0 => Ok(()),
        failed => Err(BootFault::Refused(format!(
            "{failed} failed, {} to look at, {} good",
            many(Verdict::Warning),
            many(Verdict::Good)
        ))),
    }
}

fn address(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|fault| format!("{fault}; an address is https://…"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("an address begins with https:// (or http:// on this machine)".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address has no name and no password in it".to_owned());
    }
    Ok(url)
}

/// One line for what was seen, one for what to do.
fn words(finding: &Finding) -> String {
    let sign = match finding.verdict {
        Verdict::Good => "good   ",
        Verdict::Warning => "WARNING",
        Verdict::Failed => "FAILED ",
        Verdict::Skipped => "skipped",
    };
    let mend = finding.mend.iter().map(|mend| format!("         → {mend}\n"));
    format!("{sign}  {}: {}\n{}", finding.check, finding.seen, mend.collect::<String>())
}
