//! Writes a letter: the composed HTML, the same as plain text, and how to do without it (NE2).

use std::fmt::Write as _;

use url::Url;

use super::super::digest::{Digest, Entry};
use super::super::outbox::{Content, Parcel};
use super::super::template::escaped;
use super::plain::plain;

/// Types that the heading of a digest names.
const TYPES_IN_HEADING: usize = 3;

/// A letter's texts.
pub(super) struct Written {
    pub(super) subject: String,
    pub(super) html: String,
    pub(super) text: String,
}

/// The texts of what a parcel says; nothing where it is no email.
pub(super) fn write(content: &Content, unsubscribe: Option<&Url>) -> Option<Written> {
    let (subject, html) = match &content.parcel {
        Parcel::Email(email) => (email.subject.clone(), email.html.clone()),
        Parcel::Digest(digest) => (heading(digest), listed(digest)),
        Parcel::WebPush(_) | Parcel::MobilePush(_) | Parcel::Message(_) => return None,
    };
    let mut text = plain(&html);
    if let Some(url) = unsubscribe {
        text = format!("{text}\n\n-- \nUnsubscribe: {url}\n");
    }
    Some(Written { subject, html: page(&html, unsubscribe), text })
}

/// How many there are, and of which types: `3 notifications: 2 Orders, 1 Invoices`.
fn heading(digest: &Digest) -> String {
    let many: usize = digest.counts.values().sum();
    let of_each = digest.counts.iter().map(|(title, many)| format!("{many} {title}"));
    let of_each: Vec<_> = of_each.take(TYPES_IN_HEADING).collect();
    let more = if digest.counts.len() > TYPES_IN_HEADING { ", …" } else { "" };
    let word = if many == 1 { "notification" } else { "notifications" };
    format!("{many} {word}: {}{more}", of_each.join(", "))
}

/// Every notification of a digest, oldest first.
fn listed(digest: &Digest) -> String {
    let mut html = format!("<h1>{}</h1><ul>", escaped(&heading(digest)));
    for Entry { title, subject, excerpt } in &digest.entries {
        let (title, subject) = (escaped(title), escaped(subject));
        let excerpt = escaped(excerpt).replace('\n', "<br>");
        let _ = write!(html, "<li><b>{subject}</b> ({title})<br>{excerpt}</li>");
    }
    let more = digest.counts.values().sum::<usize>() - digest.entries.len();
    html.push_str("</ul>");
    if more > 0 {
        let _ = write!(html, "<p>And {more} more.</p>");
    }
    html
}

/// A whole document: what was composed, and a foot where the reader can unsubscribe.
fn page(html: &str, unsubscribe: Option<&Url>) -> String {
    let foot = unsubscribe.map_or(String::new(), |url| {
        let url = escaped(url.as_str());
        format!("<p style=\"font-size:small\"><a href=\"{url}\">Unsubscribe</a></p>")
    });
    let is_whole = {
        let start: String = html.trim_start().chars().take(9).collect();
        let start = start.to_ascii_lowercase();
        start == "<!doctype" || start.starts_with("<html")
    };
    if !is_whole {
        return format!(
            "<!doctype html><html><head><meta charset=\"utf-8\"></head><body>{html}{foot}</body></html>"
        );
    }
    match html.to_ascii_lowercase().rfind("</body>") {
        Some(end) => format!("{}{foot}{}", &html[..end], &html[end..]),
        None => format!("{html}{foot}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ne2_the_foot_stands_within_the_document() {
        let url = Url::parse("https://w.example/u?a=1&b=2").expect("a URL");
        let foot = "<p style=\"font-size:small\">\
            <a href=\"https://w.example/u?a=1&amp;b=2\">Unsubscribe</a></p>";
        let whole = "<!DOCTYPE html><html><body>x</BODY></html>";
        for (html, expected) in [
            (whole, format!("<!DOCTYPE html><html><body>x{foot}</BODY></html>")),
            (" <HTML>x", format!(" <HTML>x{foot}")),
            (
                "<p>x</p>",
                format!(
                    "<!doctype html><html><head><meta charset=\"utf-8\"></head>\
                     <body><p>x</p>{foot}</body></html>"
                ),
            ),
        ] {
            assert_eq!(page(html, Some(&url)), expected);
        }
        assert_eq!(page(whole, None), whole);
    }
}
