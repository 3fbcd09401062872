//! What a request presents: the `identity` object, before anything is believed.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::profile::Path;

/// The `identity` object of a request: strings, and objects of strings.
///
/// Reading it refuses a name that comes twice and every other type of value (400). Whether the
/// names are known is for [`Profile::admit`](crate::Profile::admit). `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Presented(Vec<(String, Value)>);

/// The value of one name.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Parts(Vec<(String, String)>),
}

impl Presented {
    /// Names that one object may have.
    pub const MOST: usize = 32;

    /// The same with the text `value` under `name`, in place of what stood there.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.put(name, Value::Text(value.into()));
        self
    }

    /// The same with an object of texts under `name`, in place of what stood there.
    #[must_use]
    pub fn with_parts(mut self, name: &str, parts: &[(&str, &str)]) -> Self {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        self.put(name, Value::Parts(parts.iter().map(owned).collect()));
        self
    }

    /// Whether it has no names.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, in the order of the request.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The text under `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            Value::Parts(_) => None,
        }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The text at `path`; nothing where the type is another, which `admit` has refused.
    pub(crate) fn at(&self, path: &Path) -> Option<&str> {
        match (self.value(&path.head)?, &path.part) {
            (Value::Text(text), None) => Some(text),
            (Value::Parts(parts), Some(part)) => {
                parts.iter().find(|(own, _)| own == part).map(|(_, text)| text.as_str())
            }
            _ => None,
        }
    }

    fn put(&mut self, name: &str, value: Value) {
        self.0.retain(|(own, _)| own != name);
        self.0.push((name.to_owned(), value));
    }
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Presented").field(&self.names().collect::<Vec<_>>()).finish()
    }
}

impl<'de> Deserialize<'de> for Presented {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrParts)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Presented;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of identity fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Presented, A::Error> {
        distinct(map).map(Presented)
    }
}

struct TextOrParts;

impl<'de> Visitor<'de> for TextOrParts {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, or an object of strings")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        distinct(map).map(Value::Parts)
    }
}

fn distinct<'de, A, V>(mut map: A) -> Result<Vec<(String, V)>, A::Error>
where
    A: MapAccess<'de>,
    V: Deserialize<'de>,
{
    let mut members: Vec<(String, V)> = Vec::new();
    while let Some(name) = map.next_key::<String>()? {
        if members.iter().any(|(own, _)| *own == name) {
            return Err(A::Error::custom("a name comes twice in one object"));
        }
        if members.len() == Presented::MOST {
            return Err(A::Error::custom("an object has too many names"));
        }
        members.push((name, map.next_value()?));
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strings_and_objects_of_strings_are_read() {
        let many: Vec<_> = (0..40).map(|n| format!("\"n{n}\":\"\"")).collect();
        let many = format!("{{{}}}", many.join(","));
        let cases = [
            (r#"{"id":"1","company":{"id":"c"}}"#, true),
            ("{}", true),
            (r#"{"id":""}"#, true),
            (r#"{"id":1}"#, false),
            (r#"{"id":null}"#, false),
            (r#"{"id":true}"#, false),
            (r#"{"id":["1"]}"#, false),
            (r#"{"company":{"id":1}}"#, false),
            (r#"{"company":{"id":{"x":"y"}}}"#, false),
            (r#"{"id":"1","id":"2"}"#, false),
            (r#"{"id":"1","\u0069d":"2"}"#, false),
            (r#"{"company":{"id":"1","id":"2"}}"#, false),
            ("[]", false),
            ("null", false),
            (&many, false),
        ];
        for (json, good) in cases {
            assert_eq!(serde_json::from_str::<Presented>(json).is_ok(), good, "{json}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let presented = Presented::default().with("token", "secret").with("token", "other");
        assert_eq!(format!("{presented:?}"), r#"Presented(["token"])"#);
        assert_eq!(presented.text("token"), Some("other"));
    }
}
