//! A page of the customer: what it loads, and what it lets everyone read (H3).

use regex::Regex;
use std::sync::LazyLock;
use url::Url;

use super::installation::at;
use super::policy::Policy;
use super::report::Report;
use super::stranger::{Said, Stranger};

/// Scripts of a page that are read.
const SCRIPTS: usize = 30;

static ELEMENT: LazyLock<Regex> = LazyLock::new(|| regex(r"(?is)<script\b([^>]*)>"));
static SOURCE: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?i)\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#));
static META: LazyLock<Regex> = LazyLock::new(|| {
    regex(r#"(?is)<meta\b[^>]*http-equiv\s*=\s*["']?content-security-policy["']?[^>]*>"#)
});
static CONTENT: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?is)\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)')"#));
static WIDGET: LazyLock<Regex> =
    LazyLock::new(|| regex(r"\bcs_pk_(?:live|test)_[A-Za-z0-9_-]{20,}"));
/// Secret keys, identity secrets, refresh tokens, sign-ins, private keys.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"\b(cs_(?:sk_live_|sk_test_|id[a-z]_|rt_|si_))[A-Za-z0-9_-]{20,}|(-----BEGIN [A-Z ]*PRIVATE KEY-----)|(?:"(d)"\s*:\s*"[A-Za-z0-9_-]{40,}")"#,
    )
});

fn regex(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is tried by a test")
}

/// Looks at the page and its scripts; the public key of the widget on it, if there is one.
pub(super) async fn examine(
    stranger: &Stranger,
    page: &Url,
    server: &Url,
    report: &mut Report<'_>,
) -> Option<String> {
    let said = match stranger.get(page.clone()).await {
        Ok(said) if said.status.is_success() => said,
        Ok(said) => {
            let seen = format!("{page} answers {} to a stranger", said.status);
            let mend = "give a page that needs no sign-in, such as the sign-in page itself";
            report.skipped("page", seen, mend);
            return None;
        }
        Err(error) => {
            report.failed("page", format!("{page}: {error}"), "give a page that can be reached");
            return None;
        }
    };
    let scripts = scripts(stranger, page, &said.text).await;
    let texts: Vec<_> = std::iter::once((page.clone(), said.text.clone())).chain(scripts).collect();
    secrets(&texts, report);
    policy(page, &said, server, report);
    widget(&texts, report)
}

/// The page's own scripts; what other sites serve is theirs.
async fn scripts(stranger: &Stranger, page: &Url, html: &str) -> Vec<(Url, String)> {
    let mut found = Vec::new();
    let sources = ELEMENT.captures_iter(html).filter_map(|element| source(&element[1]));
    let addresses = sources.filter_map(|source| page.join(&source).ok());
    for url in addresses.filter(|url| url.origin() == page.origin()).take(SCRIPTS) {
        if let Ok(said) = stranger.get(url.clone()).await {
            found.push((url, said.text));
        }
    }
    found
}

fn source(attributes: &str) -> Option<String> {
    let found = SOURCE.captures(attributes)?;
    let text = found.iter().skip(1).flatten().next()?.as_str();
    Some(text.replace("&amp;", "&"))
}

/// A secret in a page is everybody's.
fn secrets(texts: &[(Url, String)], report: &mut Report<'_>) {
    let leaks = texts.iter().filter_map(|(url, text)| {
        let kind = SECRET.captures(text)?.iter().skip(1).flatten().next()?.as_str();
        let kind = if kind == "d" { "a private JWK" } else { kind };
        Some(format!("{url} serves {kind}…"))
    });
    let leaks: Vec<_> = leaks.collect();
    if leaks.is_empty() {
        let many = texts.len() - 1;
        report.good("secrets in the page", format!("none in it and {many} scripts of its own"));
    } else {
        let mend = "revoke it now, make a new one, and keep it in the back end only";
        report.failed("secrets in the page", leaks.join("; "), mend);
    }
}

fn policy(page: &Url, said: &Said, server: &Url, report: &mut Report<'_>) {
    let headers = said.headers.get_all("content-security-policy").iter();
    let headers = headers.filter_map(|value| value.to_str().ok()).map(ToOwned::to_owned);
    let metas = META.find_iter(&said.text).filter_map(|meta| {
        let content = CONTENT.captures(meta.as_str())?;
        Some(content.iter().skip(1).flatten().next()?.as_str().replace("&#39;", "'"))
    });
    let texts: Vec<String> = headers.chain(metas).collect();
    let policies: Vec<_> = texts.iter().flat_map(|text| Policy::all(text)).collect();
    if policies.is_empty() {
        let mend = "give the page a Content-Security-Policy with script-src and frame-src";
        return report.warn("page policy", "the page has none: any script may run in it", mend);
    }
    let (loader, frame) = (at(server, "/sdk/countersign.js"), at(server, "/embed/"));
    let mut wrong = Vec::new();
    for one in &policies {
        let scripts = ["script-src-elem", "script-src", "default-src"];
        if !one.allows(&scripts, &loader, page) && !one.wants_nonce() {
            wrong.push(format!("script-src {}", origin(server)));
        }
        if !one.allows(&["frame-src", "child-src", "default-src"], &frame, page) {
            wrong.push(format!("frame-src {}", origin(server)));
        }
    }
    wrong.dedup();
    if wrong.is_empty() {
        report.good("page policy", "lets the loader and the frame in");
    } else {
        let seen = "the page's Content-Security-Policy keeps the widget out";
        report.failed("page policy", seen, &format!("add: {}", wrong.join("; ")));
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn widget(texts: &[(Url, String)], report: &mut Report<'_>) -> Option<String> {
    let mut found: Vec<&str> =
        texts.iter().flat_map(|(_, text)| WIDGET.find_iter(text)).map(|it| it.as_str()).collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [one] => {
            report.good("widget", format!("the page loads {one}"));
            Some((*one).to_owned())
        }
        [] => {
            let mend = "copy the snippet from the widget's settings, or name the widget: --widget";
            report.warn("widget", "the page names no widget that a stranger can see", mend);
            None
        }
        [first, ..] => {
            let seen = format!("the page names {} widgets; {first} is attacked", found.len());
            report.warn("widget", seen, "say which one with --widget");
            Some((*first).to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_form() {
        for text in [
            "key = 'cs_sk_live_AaH9_tC1d1SEZbdQtnC_fAGh'",
            "cs_idj_SUHZdMsn85uP1JxzHqGg5KCaWa5TeYPYCEg0OTYFMkmO-zpI",
            "-----BEGIN EC PRIVATE KEY-----",
            r#"{"kty":"EC", "d": "AaH9tC1d1SEZbdQtnCfAGhfT7TY3ehN1hymB9VJWxCO"}"#,
        ] {
            assert!(SECRET.is_match(text), "{text}");
        }
        for text in ["cs_pk_live_AaH9_tC1d1SEZbdQtnC_fAGh", "cs_sk_live_…", r#"{"d":"short"}"#] {
            assert!(!SECRET.is_match(text), "{text}");
        }
    }

    #[test]
    fn sources_of_scripts_are_read_in_every_spelling() {
        for (attributes, expected) in [
            (r#" async src="/a.js?x=1&amp;y=2""#, Some("/a.js?x=1&y=2")),
            (" SRC = '/b.js'", Some("/b.js")),
            (" src=/c.js async", Some("/c.js")),
            (" async", None),
        ] {
            assert_eq!(source(attributes).as_deref(), expected);
        }
    }

    #[test]
    fn policies_in_the_page_are_found() {
        let page = r#"<meta http-equiv="Content-Security-Policy" content="default-src 'self'">"#;
        let meta = META.find(page).unwrap();
        assert_eq!(&CONTENT.captures(meta.as_str()).unwrap()[1], "default-src 'self'");
    }
}
