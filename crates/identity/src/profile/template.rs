//! Names and texts in a row: paths of claims, messages with fields in them, and texts with the
//! widget's public key in them.

use serde::Deserialize;

/// A name, or a name in the object of that name: `email`, `company.id`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Path {
    pub(crate) head: String,
    pub(crate) part: Option<String>,
    pub(crate) whole: String,
}

impl Path {
    /// The part that this path names in the object `head`.
    pub(super) fn part_of(&self, head: &str) -> Option<&str> {
        self.part.as_deref().filter(|_| self.head == head)
    }
}

impl From<String> for Path {
    fn from(whole: String) -> Self {
        match whole.split_once('.') {
            Some((head, part)) => {
                Self { head: head.to_owned(), part: Some(part.to_owned()), whole }
            }
            None => Self { head: whole.clone(), part: None, whole },
        }
    }
}

/// What is hashed: fields of the page in `{}`, each with the literal text that follows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Template(pub(crate) Vec<(Path, String)>);

impl Template {
    /// The name of the first field, which tells the message from others.
    pub(crate) fn first(&self) -> &Path {
        &self.0[0].0
    }
}

impl TryFrom<String> for Template {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const FORM: &str = "a message is {field}, text, {field}, text …";
        let rest = text.strip_prefix('{').ok_or(FORM)?;
        let field = |part: &str| {
            let (name, literal) = part.split_once('}').filter(|(name, _)| !name.is_empty())?;
            Some((Path::from(name.to_owned()), literal.to_owned()))
        };
        rest.split('{').map(field).collect::<Option<_>>().map(Self).ok_or(FORM)
    }
}

/// A text in which `{widget}`, at most once, is the widget's public key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) struct WidgetText {
    before: String,
    after: Option<String>,
}

impl WidgetText {
    /// Whether `text` is this text for that widget.
    pub(crate) fn is(&self, text: &str, widget: &str) -> bool {
        match (without(text, &self.before), &self.after) {
            (Some(rest), Some(after)) => without(rest, widget)
                .and_then(|rest| without(rest, after))
                .is_some_and(str::is_empty),
            (Some(rest), None) => rest.is_empty(),
            (None, _) => false,
        }
    }

    /// Whether it names a widget at all.
    pub(crate) fn names_a_widget(&self) -> bool {
        self.after.is_some()
    }

    /// The id that stands in `text` where the widget's should.
    pub(crate) fn named_in<'a>(&self, text: &'a str) -> Option<&'a str> {
        let rest = text.strip_prefix(self.before.as_str())?;
        rest.strip_suffix(self.after.as_deref()?)
    }

    /// The text for a widget.
    pub(crate) fn of(&self, widget: &str) -> String {
        match &self.after {
            Some(after) => [&self.before, widget, after].concat(),
            None => self.before.clone(),
        }
    }
}

/// The text without `prefix`. None is the usual one, and to compare with nothing is what costs
/// most of all on some processors: a masked load from where no memory is.
fn without<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    if prefix.is_empty() { Some(text) } else { text.strip_prefix(prefix) }
}

impl Default for WidgetText {
    fn default() -> Self {
        Self { before: String::new(), after: Some(String::new()) }
    }
}

impl From<String> for WidgetText {
    fn from(text: String) -> Self {
        match text.split_once("{widget}") {
            Some((before, after)) => {
                Self { before: before.to_owned(), after: Some(after.to_owned()) }
            }
            None => Self { before: text, after: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_fields_and_what_stands_between_them() {
        let template = |text: &str| Template::try_from(text.to_owned());
        let field = |name: &str, literal: &str| (Path::from(name.to_owned()), literal.to_owned());
        assert_eq!(template("{email}"), Ok(Template(vec![field("email", "")])));
        let joined = Template(vec![field("a", "::"), field("b.c", "")]);
        assert_eq!(template("{a}::{b.c}"), Ok(joined));
        for wrong in ["", "email", "x{email}", "{email", "{}", "{a}{}"] {
            assert!(template(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_text_names_one_widget() {
        let text = |text: &str| WidgetText::from(text.to_owned());
        let cases = [
            ("{widget}", "pk", true),
            ("{widget}", "pk2", false),
            ("https://{widget}.x", "https://pk.x", true),
            ("https://{widget}.x", "https://pk.x/", false),
            ("fixed", "fixed", true),
            ("fixed", "fixed2", false),
            ("fixed", "pk", false),
        ];
        for (rule, found, fits) in cases {
            assert_eq!(text(rule).is(found, "pk"), fits, "{rule} {found}");
            assert_eq!(text(rule).of("pk") == found, fits, "{rule} {found}");
            assert_eq!(text(rule).named_in(found) == Some("pk"), fits && rule != "fixed");
        }
        assert_eq!(WidgetText::default(), text("{widget}"));
    }
}
