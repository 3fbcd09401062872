//! What a caller asks to be sent, and what comes of it when the templates are filled in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::channel::Channel;
use super::kind::{EmailText, InappText, Kind, PushText, Templates};
use super::refusal::Refusal;
use super::template::{Into, render};

/// Bytes of JSON that the parameters have at most.
pub const MOST_PARAMETERS: usize = 150_000;

/// What a caller asks to be sent; kept sealed while it waits for its moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Values for the merge tags.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Texts of this one call, in place of the type's templates.
    #[serde(default)]
    pub texts: Templates,
    /// The only channels to use; the type's own ones without it.
    #[serde(default)]
    pub only: Option<BTreeSet<Channel>>,
    /// Replaced in every text after the merge tags, in this order, case-sensitive.
    #[serde(default)]
    pub replace: Vec<(String, String)>,
}

/// The texts of a notification, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Composed {
    /// In the feed.
    pub inapp: Option<InappText>,
    /// In an email.
    pub email: Option<EmailText>,
    /// In a browser's notification.
    pub web_push: Option<PushText>,
    /// Merge tags that no parameter answered; they are empty in the texts.
    #[serde(skip)]
    pub missing: BTreeSet<String>,
    /// What else whoever sends should know: links left out, texts that are no templates.
    #[serde(skip)]
    pub notes: Vec<String>,
}

impl Order {
    /// Refuses what is too large to keep.
    pub fn check(&self) -> Result<(), Refusal> {
        let size = serde_json::to_vec(&self.parameters).map_or(usize::MAX, |json| json.len());
        if size > MOST_PARAMETERS { Err(Refusal::Parameters(MOST_PARAMETERS)) } else { Ok(()) }
    }
}

/// Fills in the templates: the call's own texts, or the type's (N7).
///
/// Pure and sometimes slow (Liquid), so it runs outside of transactions.
pub fn compose(kind: &Kind, order: &Order) -> Composed {
    fill_in(&kind.settings.title, &kind.settings.templates, order)
}

/// What texts would say, before they are saved and without anything being sent.
///
/// One that is no template is refused, as saving refuses it (N8).
pub fn preview(
    title: &str,
    texts: &Templates,
    parameters: Map<String, Value>,
) -> Result<Composed, Refusal> {
    texts.check()?;
    let order = Order { parameters, ..Order::default() };
    order.check()?;
    Ok(fill_in(title, texts, &order))
}

/// The call's own texts, or the usual ones; in the feed stands the title at least.
fn fill_in(title: &str, usual: &Templates, order: &Order) -> Composed {
    let mut filling = Filling { order, missing: BTreeSet::new(), notes: Vec::new() };
    let own = &order.texts;
    let title = InappText { title: super::template::escaped(title), ..InappText::default() };
    let inapp = own.inapp.as_ref().or(usual.inapp.as_ref()).unwrap_or(&title);
    let inapp = InappText {
        title: filling.fill("inapp.title", &inapp.title, Into::Html),
        url: filling.link("inapp.url", inapp.url.as_ref()),
        image: filling.link("inapp.image", inapp.image.as_ref()),
    };
    let email = own.email.as_ref().or(usual.email.as_ref()).map(|email| EmailText {
        subject: one_line(&filling.fill("email.subject", &email.subject, Into::Text)),
        html: filling.fill("email.html", &email.html, Into::Html),
    });
    let web_push = own.web_push.as_ref().or(usual.web_push.as_ref()).map(|push| PushText {
        title: filling.fill("web_push.title", &push.title, Into::Text),
        message: filling.fill("web_push.message", &push.message, Into::Text),
        icon: filling.link("web_push.icon", push.icon.as_ref()),
        url: filling.link("web_push.url", push.url.as_ref()),
    });
    let (missing, notes) = (filling.missing, filling.notes);
    Composed { inapp: Some(inapp), email, web_push, missing, notes }
}

impl Composed {
    /// All that whoever sends should know, in words.
    pub fn remarks(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|name| format!("the parameter `{name}` is missing"));
        self.notes.iter().cloned().chain(missing).collect()
    }
}

struct Filling<'a> {
    order: &'a Order,
    missing: BTreeSet<String>,
    notes: Vec<String>,
}

impl Filling<'_> {
    /// A text with its values; one that is no template stands as it is, and a note says why.
    fn fill(&mut self, what: &str, text: &str, into: Into) -> String {
        let mut filled = match render(text, &self.order.parameters, into) {
            Ok(rendered) => {
                self.missing.extend(rendered.missing);
                rendered.text
            }
            Err(why) => {
                self.notes.push(format!("`{what}` cannot be filled in and stands as it is: {why}"));
                text.to_owned()
            }
        };
        for (find, with) in self.order.replace.iter().filter(|(find, _)| !find.is_empty()) {
            let with =
                if into == Into::Html { super::template::escaped(with) } else { with.clone() };
            if filled.len().saturating_add(with.len() * filled.matches(find.as_str()).count())
                < LONGEST_FILLED
            {
                filled = filled.replace(find.as_str(), &with);
            }
        }
        filled
    }

    /// An address with its values; one that could run a script is left out (N7).
    fn link(&mut self, what: &str, text: Option<&String>) -> Option<String> {
        let filled = self.fill(what, text?, Into::Text);
        let filled = filled.trim();
        if filled.is_empty() {
            return None;
        }
        let safe = safe_link(filled);
        if safe.is_none() {
            let note = format!("`{what}` is left out: it is neither http, https nor a path");
            self.notes.push(note);
        }
        safe
    }
}

const LONGEST_FILLED: usize = 512 * 1024;

/// The address, if a page can follow it without running anything (N7).
///
/// Braces are written as `%7B` and `%7D`: the vendor's widget reads links as templates.
pub fn safe_link(text: &str) -> Option<String> {
    let plain = text.len() <= 2_000 && !text.chars().any(char::is_control);
    let relative =
        text.starts_with(['/', '?', '#']) && !text.starts_with("//") && !text.starts_with("/\\");
    let absolute = || {
        let url = Url::parse(text).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(())
    };
    (plain && (relative || absolute().is_some()))
        .then(|| text.replace('{', "%7B").replace('}', "%7D"))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n7_only_links_that_run_nothing_pass() {
        let cases = [
            ("https://x.io/1?a=b#c", Some("https://x.io/1?a=b#c")),
            ("http://x.io", Some("http://x.io")),
            ("HTTPS://x.io", Some("HTTPS://x.io")),
            ("/orders/1", Some("/orders/1")),
            ("?tab=2", Some("?tab=2")),
            ("#top", Some("#top")),
            ("/a{{ b }}", Some("/a%7B%7B b %7D%7D")),
            ("javascript:alert(1)", None),
            ("JaVaScRiPt:alert(1)", None),
            (" javascript:alert(1)", None),
            ("java\nscript:alert(1)", None),
            ("data:text/html,x", None),
            ("//evil.example", None),
            ("/\\evil.example", None),
            ("mailto:a@x.io", None),
            ("orders/1", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(safe_link(text).as_deref(), expected, "{text}");
        }
    }
}
