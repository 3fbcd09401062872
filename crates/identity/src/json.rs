//! JSON read strictly: one text has one meaning, or it is refused.
//!
//! Beyond the grammar: at most [`LONGEST`] bytes, valid UTF-8, no byte order mark, nothing
//! after the value, at most [`DEEPEST`] levels, and no name twice in an object, however it is
//! spelled. Integers stay exact; every other number keeps its text.

use std::borrow::Cow;
use std::collections::HashSet;

/// Bytes that a text may have; read nothing longer.
pub const LONGEST: usize = 8 * 1024;

/// Levels that lists and objects may be nested.
pub const DEEPEST: usize = 16;

/// One JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number without fraction or exponent that fits into 64 bits with sign.
    Integer(i64),
    /// Any other number, as it was written.
    Number(&'a str),
    /// A string, escapes resolved.
    Text(Cow<'a, str>),
    /// `[…]`
    List(Vec<Json<'a>>),
    /// `{…}`
    Object(Object<'a>),
}

/// An object: its members in the order of the text, no name twice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    /// The value under `name`.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.0.iter().find(|(own, _)| same(own, name)).map(|(_, value)| value)
    }

    /// The members in order.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

/// Why a text is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// More than [`LONGEST`] bytes.
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    /// Some bytes are no UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// A byte order mark stands in front.
    #[error("it begins with a byte order mark")]
    ByteOrderMark,
    /// Not JSON from this byte on.
    #[error("it is not JSON at byte {0}")]
    Syntax(usize),
    /// Something follows the value.
    #[error("something follows the JSON value at byte {0}")]
    Trailing(usize),
    /// More than [`DEEPEST`] levels.
    #[error("it is nested deeper than {DEEPEST} levels")]
    TooDeep,
    /// An object names a member twice; the repetition ends before this byte.
    #[error("an object has a name twice, again before byte {0}")]
    Duplicate(usize),
    /// The value is no object.
    #[error("it is not a JSON object")]
    NotAnObject,
}

/// Reads one value.
pub fn parse(bytes: &[u8]) -> Result<Json<'_>, JsonFault> {
    parse_within(bytes, LONGEST)
}

/// Reads one value of at most `longest` bytes, for texts that administrators send.
pub(crate) fn parse_within(bytes: &[u8], longest: usize) -> Result<Json<'_>, JsonFault> {
    if bytes.len() > longest {
        return Err(JsonFault::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| JsonFault::NotUtf8)?;
    if text.starts_with('\u{feff}') {
        return Err(JsonFault::ByteOrderMark);
    }
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.at < text.len() { Err(JsonFault::Trailing(reader.at)) } else { Ok(value) }
}

/// Reads one object.
pub fn object(bytes: &[u8]) -> Result<Object<'_>, JsonFault> {
    match parse(bytes)? {
        Json::Object(object) => Ok(object),
        _ => Err(JsonFault::NotAnObject),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Json<'a>, JsonFault> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.string().map(Json::Text),
            Some(b'{') => self.members(depth + 1).map(Json::Object),
            Some(b'[') => self.items(depth + 1).map(Json::List),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => self.wrong(),
        }
    }

    fn members(&mut self, depth: usize) -> Result<Object<'a>, JsonFault> {
        self.open(depth)?;
        let mut names = Names::default();
        let mut members = Vec::new();
        if self.takes(b'}') {
            return Ok(Object(members));
        }
        members.reserve(10);
        loop {
            self.skip_space();
            let name = self.string()?;
            if names.repeat(&members, &name) {
                return Err(JsonFault::Duplicate(self.at));
            }
            if !self.takes(b':') {
                return self.wrong();
            }
            let value = self.value(depth)?;
            members.push((name, value));
            if self.takes(b'}') {
                return Ok(Object(members));
            }
            if !self.takes(b',') {
                return self.wrong();
            }
        }
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Json<'a>>, JsonFault> {
        self.open(depth)?;
        let mut items = Vec::new();
        if self.takes(b']') {
            return Ok(items);
        }
        loop {
            items.push(self.value(depth)?);
            if self.takes(b']') {
                return Ok(items);
            }
            if !self.takes(b',') {
                return self.wrong();
            }
        }
    }

    /// Steps over the bracket that opens level `depth`.
    fn open(&mut self, depth: usize) -> Result<(), JsonFault> {
        self.at += 1;
        if depth > DEEPEST { Err(JsonFault::TooDeep) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonFault> {
        if self.peek() != Some(b'"') {
            return self.wrong();
        }
        self.at += 1;
        let plain = self.plain();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut whole = plain.to_owned();
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => whole.push(self.escape()?),
                _ => return self.wrong(),
            }
            whole.push_str(self.plain());
        }
        self.at += 1;
        Ok(Cow::Owned(whole))
    }

    /// The characters up to the next quote, backslash or control character.
    fn plain(&mut self) -> &'a str {
        let rest = &self.text.as_bytes()[self.at..];
        let stop = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        let length = rest.iter().position(stop).unwrap_or(rest.len());
        let start = self.at;
        self.at += length;
        &self.text[start..self.at]
    }

    fn escape(&mut self) -> Result<char, JsonFault> {
        self.at += 1;
        let Some(byte) = self.peek() else { return self.wrong() };
        let meant = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return self.wrong(),
        };
        self.at += 1;
        Ok(meant)
    }

    /// `u` and four digits, with the second half if the first is half of a pair.
    fn unicode(&mut self) -> Result<char, JsonFault> {
        let start = self.at;
        let first = self.four_digits()?;
        let code = if (0xD800..0xDC00).contains(&first) {
            if self.peek() != Some(b'\\') || self.text.as_bytes().get(self.at + 1) != Some(&b'u') {
                return Err(JsonFault::Syntax(start));
            }
            self.at += 1;
            let second = self.four_digits()?;
            if !(0xDC00..0xE000).contains(&second) {
                return Err(JsonFault::Syntax(start));
            }
            0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        } else {
            first
        };
        char::from_u32(code).ok_or(JsonFault::Syntax(start))
    }

    fn four_digits(&mut self) -> Result<u32, JsonFault> {
        self.at += 1;
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let Some(digits) = digits.filter(|four| four.iter().all(u8::is_ascii_hexdigit)) else {
            return self.wrong();
        };
        self.at += 4;
        let value = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or(0);
        Ok(digits.iter().fold(0, |sum, byte| sum * 16 + value(byte)))
    }

    fn number(&mut self) -> Result<Json<'a>, JsonFault> {
        let start = self.at;
        self.takes_byte(b'-');
        if !self.takes_byte(b'0') {
            self.digits()?;
        }
        let mut whole = true;
        if self.takes_byte(b'.') {
            whole = false;
            self.digits()?;
        }
        if self.takes_byte(b'e') || self.takes_byte(b'E') {
            whole = false;
            let _ = self.takes_byte(b'+') || self.takes_byte(b'-');
            self.digits()?;
        }
        let raw = &self.text[start..self.at];
        if whole && let Ok(integer) = raw.parse() {
            return Ok(Json::Integer(integer));
        }
        let finite = raw.parse::<f64>().is_ok_and(f64::is_finite);
        if finite { Ok(Json::Number(raw)) } else { Err(JsonFault::Syntax(start)) }
    }

    /// At least one digit.
    fn digits(&mut self) -> Result<(), JsonFault> {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { self.wrong() } else { Ok(()) }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, JsonFault> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return self.wrong();
        }
        self.at += word.len();
        Ok(value)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Steps over `byte` and the space before it, if it comes next.
    fn takes(&mut self, byte: u8) -> bool {
        self.skip_space();
        self.takes_byte(byte)
    }

    fn takes_byte(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn wrong<T>(&self) -> Result<T, JsonFault> {
        Err(JsonFault::Syntax(self.at))
    }
}

/// Whether two names are equal, byte by byte: they are too short to be worth a call.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().eq(other.bytes())
}

/// The names of an object so far: compared one by one while they are few, hashed after that,
/// so that a hostile object costs no more than its length.
#[derive(Default)]
struct Names<'a>(HashSet<Cow<'a, str>>);

impl<'a> Names<'a> {
    const FEW: usize = 16;

    fn repeat(&mut self, members: &[(Cow<'a, str>, Json<'a>)], name: &str) -> bool {
        if members.len() < Self::FEW {
            return members.iter().any(|(own, _)| same(own, name));
        }
        if self.0.is_empty() {
            self.0.extend(members.iter().map(|(own, _)| own.clone()));
        }
        !self.0.insert(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_written() {
        let text = r#" {"a":[1,-0,1.5,1e3,9223372036854775808,true,false,null],"\u0062":"x\ud83d\ude00\n"} "#;
        let object = object(text.as_bytes()).unwrap();
        let numbers = vec![
            Json::Integer(1),
            Json::Integer(0),
            Json::Number("1.5"),
            Json::Number("1e3"),
            Json::Number("9223372036854775808"),
            Json::Bool(true),
            Json::Bool(false),
            Json::Null,
        ];
        assert_eq!(object.get("a"), Some(&Json::List(numbers)));
        assert_eq!(object.get("b"), Some(&Json::Text("x\u{1f600}\n".into())));
        assert_eq!(object.members().count(), 2);
    }

    #[test]
    fn what_is_not_one_text_with_one_meaning_is_refused() {
        let deep = "[".repeat(5_000);
        let long = format!("\"{}\"", "a".repeat(LONGEST));
        let cases: &[(&[u8], JsonFault)] = &[
            (b"", JsonFault::Syntax(0)),
            (b"\xef\xbb\xbf{}", JsonFault::ByteOrderMark),
            (b"\"\xff\"", JsonFault::NotUtf8),
            (b"{} {}", JsonFault::Trailing(3)),
            (b"{}\0", JsonFault::Trailing(2)),
            (deep.as_bytes(), JsonFault::TooDeep),
            (long.as_bytes(), JsonFault::TooLong),
            (br#"{"a":1,"a":2}"#, JsonFault::Duplicate(10)),
            (br#"{"exp":1,"\u0065xp":2}"#, JsonFault::Duplicate(19)),
            (br#"{"x":[{"y":{"a":1,"a":1}}]}"#, JsonFault::Duplicate(21)),
            (b"{\"a\":1,}", JsonFault::Syntax(7)),
            (b"[1,]", JsonFault::Syntax(3)),
            (b"01", JsonFault::Trailing(1)),
            (b"1.", JsonFault::Syntax(2)),
            (b"-", JsonFault::Syntax(1)),
            (b"+1", JsonFault::Syntax(0)),
            (b"1e999", JsonFault::Syntax(0)),
            (b"NaN", JsonFault::Syntax(0)),
            (b"tru", JsonFault::Syntax(0)),
            (b"\"a\nb\"", JsonFault::Syntax(2)),
            (br#""\ud83d""#, JsonFault::Syntax(2)),
            (br#""\ude00""#, JsonFault::Syntax(2)),
            (br#""\u00e""#, JsonFault::Syntax(3)),
            (br#""\x""#, JsonFault::Syntax(2)),
            (b"\"a", JsonFault::Syntax(2)),
            (b"{'a':1}", JsonFault::Syntax(1)),
        ];
        for (bytes, fault) in cases {
            assert_eq!(parse(bytes), Err(*fault), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn many_names_are_still_told_apart() {
        let names: Vec<_> = (0..40).map(|n| format!("\"n{n}\":1")).collect();
        let names = names.join(",");
        let twice = format!("{{{names},\"n20\":1}}");
        let once = format!("{{{names},\"n40\":1}}");
        assert!(matches!(object(twice.as_bytes()), Err(JsonFault::Duplicate(_))));
        assert_eq!(object(once.as_bytes()).unwrap().members().count(), 41);
    }

    #[test]
    fn sixteen_levels_and_no_more() {
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(nested(DEEPEST).as_bytes()).is_ok());
        assert_eq!(parse(nested(DEEPEST + 1).as_bytes()), Err(JsonFault::TooDeep));
    }
}
