//! The doctor: looks at an installation and at a customer's page as a stranger would, and says
//! what is wrong and how to mend it.
//!
//! - **H1** It has no secret and no cookie, follows no redirect, and ends every session that it was
//!   given. Where identities are not enforced, an unproven contact of its name stays.
//! - **H2** An installation is looked at: TLS, health, signing keys, clock, headers, what is public.
//! - **H3** A page is looked at: the widget it loads, its policy, secrets in what it serves.
//! - **H4** The console attack is made: another's name without a proof, with a blank one, with one
//!   that anybody could sign. Whatever opens as proven is a failure.
//! - **H5** The customer's token endpoint is asked by a stranger: whatever it signs is a failure.
//! - **H6** What cannot be looked at is said, and never counted as good.

mod browser;
mod forgery;
mod installation;
mod oracle;
mod page;
mod policy;
mod report;
mod stranger;

use url::Url;

use self::report::Report;
pub use self::report::{Finding, Verdict};
use self::stranger::Stranger;

/// What to look at.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Where the server answers to widgets.
    pub server: Url,
    /// A page of the customer with the widget on it.
    pub page: Option<Url>,
    /// Where the page's own back end hands out tokens.
    pub tokens: Option<Url>,
    /// The widget, when no page names it.
    pub widget: Option<String>,
}

/// Looks at everything that was asked for; `told` hears of each finding as soon as it is made.
pub async fn examine(asked: &Asked, told: &dyn Fn(&Finding)) -> Vec<Finding> {
    let mut report = Report::new(told);
    let stranger = Stranger::new(asked.page.as_ref());
    if !installation::examine(&stranger, &asked.server, &mut report).await {
        return report.findings;
    }
    let found = match &asked.page {
        Some(page) => page::examine(&stranger, page, &asked.server, &mut report).await,
        None => None,
    };
    match asked.widget.clone().or(found) {
        Some(widget) => forgery::attempt(&stranger, &asked.server, &widget, &mut report).await,
        None => report.skipped(
            "forgery",
            "no widget to attack",
            "name one with --widget cs_pk_…, or a page that loads it with --page",
        ),
    }
    match &asked.tokens {
        Some(tokens) => oracle::examine(&stranger, tokens, &mut report).await,
        None => report.skipped(
            "token endpoint",
            "not looked at",
            "name it with --token-url, to see that it signs for nobody who is not signed in",
        ),
    }
    report.findings
}
