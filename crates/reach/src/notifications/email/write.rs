//! Writes a letter: the composed HTML, the same as plain text, and how to do without it (NE2).

use url::Url;

use super::super::outbox::{Content, Parcel};
use super::super::template::escaped;
use super::plain::plain;

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
        Parcel::WebPush(_) => return None,
    };
    let mut text = plain(&html);
    if let Some(url) = unsubscribe {
        text = format!("{text}\n\n-- \nUnsubscribe: {url}\n");
    }
    Some(Written { subject, html: page(&html, unsubscribe), text })
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
