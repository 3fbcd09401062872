//! What a browser's worker reads: the words of the vendor's one, which ours reads as well.

use countersign_base::NotificationId;
use serde::Serialize;

use super::encrypt::MOST;
use crate::notifications::kind::PushText;

/// A notification as a worker shows it.
#[derive(Debug, Serialize)]
pub(super) struct Notice {
    title: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    /// A second one with the same tag takes the place of the first: a repetition shows nothing new.
    tag: NotificationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl Notice {
    pub(super) fn of(id: NotificationId, text: &PushText) -> Self {
        let PushText { title, message, icon, url } = text.clone();
        Self { title, message, icon, tag: id, url }
    }

    /// As JSON; what does not fit is cut off the text, then the picture, then the title (NP1).
    pub(super) fn bytes(mut self) -> Vec<u8> {
        loop {
            let json = serde_json::to_vec(&self).expect("texts become JSON");
            let Some(over) = json.len().checked_sub(MOST).filter(|over| *over > 0) else {
                return json;
            };
            if !self.message.is_empty() {
                cut(&mut self.message, over);
            } else if self.icon.take().is_none() {
                cut(&mut self.title, over);
            }
        }
    }
}

/// Takes at least `over` bytes off the end, and shows that something is missing.
fn cut(text: &mut String, over: usize) {
    const MORE: &str = "…";
    let keep = text.len().saturating_sub(over + MORE.len());
    text.truncate(text.floor_char_boundary(keep));
    if !text.is_empty() {
        text.push_str(MORE);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn message(title: &str, message: &str, icon: Option<&str>, url: Option<&str>) -> Vec<u8> {
        let (title, message) = (title.to_owned(), message.to_owned());
        let (icon, url) = (icon.map(ToOwned::to_owned), url.map(ToOwned::to_owned));
        let text = PushText { title, message, icon, url };
        Notice::of(NotificationId::from_bytes([1; 16]), &text).bytes()
    }

    #[test]
    fn np1_what_does_not_fit_is_cut_off_the_text_first() {
        let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
        let short = json(&message("Order 1", "It left", None, Some("/orders/1")));
        assert_eq!((&short["message"], &short["icon"]), (&Value::from("It left"), &Value::Null));
        let bytes = message("Order 1", &"\u{e4}\"".repeat(3_000), Some("/i.png"), Some("/1"));
        let long = json(&bytes);
        let text = long["message"].as_str().unwrap();
        assert!(bytes.len() <= MOST && bytes.len() > MOST - 8, "{}", bytes.len());
        assert!(text.starts_with("\u{e4}\"\u{e4}") && text.ends_with('\u{2026}'), "{text}");
        assert_eq!((&long["title"], &long["url"]), (&Value::from("Order 1"), &Value::from("/1")));
    }

    proptest! {
        #[test]
        fn np1_every_text_fits_and_keeps_its_address(
            title in "\\PC{0,3000}",
            text in "\\PC{0,3000}",
            icon in proptest::option::of("https://x[a-z]{0,1980}"),
            url in proptest::option::of("https://x[a-z]{0,1980}"),
        ) {
            let bytes = message(&title, &text, icon.as_deref(), url.as_deref());
            prop_assert!(bytes.len() <= MOST);
            let json: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(json["url"].as_str(), url.as_deref());
        }
    }
}
