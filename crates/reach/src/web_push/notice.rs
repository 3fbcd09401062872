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

    /// As JSON; what does not fit is cut off the text, then the picture, the title, and at last
    /// the address (NP1).
    pub(super) fn bytes(mut self) -> Vec<u8> {
        loop {
            let json = serde_json::to_vec(&self).expect("texts become JSON");
            let Some(over) = json.len().checked_sub(MOST).filter(|over| *over > 0) else {
                return json;
            };
            if !self.message.is_empty() {
                cut(&mut self.message, over);
            } else if self.icon.is_some() {
                self.icon = None;
            } else if !self.title.is_empty() {
                cut(&mut self.title, over);
            } else {
                self.url = None;
            }
        }
    }
}

/// Takes at least `over` bytes of JSON off the end, and shows that something is missing.
fn cut(text: &mut String, over: usize) {
    const MORE: char = '…';
    let mut left = over + MORE.len_utf8();
    while left > 0
        && let Some(last) = text.pop()
    {
        left = left.saturating_sub(in_json(last));
    }
    if !text.is_empty() {
        text.push(MORE);
    }
}

/// Bytes of a character within a string of JSON.
const fn in_json(sign: char) -> usize {
    match sign {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        sign => sign.len_utf8(),
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

    #[test]
    fn np1_an_address_that_does_not_fit_is_left_out_at_last() {
        let address = format!("/{}", "\"".repeat(1_999));
        let bytes = message(&"\n".repeat(3_000), "It left", Some("/i.png"), Some(&address));
        let json: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((&json["title"], &json["url"]), (&Value::from(""), &Value::Null));
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
