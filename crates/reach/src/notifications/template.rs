//! Liquid, so much of it as cannot hurt: no tag that keeps or repeats without end, no filter that
//! makes a short text long.
//!
//! A template is written by an organization that shares this server with others. So loops stand
//! at most two deep, over lists from the parameters only, and what comes out is bounded.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::LazyLock;

use liquid_core::model::{KString, KStringCow, KStringRef, ScalarCow, Value, ValueCow};
use liquid_core::parser::{Language, ParseBlock, ParseFilter, ParseTag, parse};
use liquid_core::partials::{EagerCompiler, InMemorySource, PartialCompiler as _};
use liquid_core::runtime::{PartialStore, Registers, Renderable as _, Template as Parsed};
use liquid_core::{Object, Runtime, ValueView as _};
use liquid_lib::stdlib;
use serde_json::{Map, Value as Json};

/// Characters of a template at most.
pub const LONGEST: usize = 64 * 1024;
/// Bytes that come out of one template at most.
const MOST_OUT: usize = 256 * 1024;
/// Items of one list that are looked at.
const MOST_ITEMS: usize = 1_000;

/// Why a text is no template, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct BadTemplate {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What was wrong there.
    pub what: String,
}

/// What the text becomes part of, and so how values are written into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Into {
    /// Markup: values are escaped.
    Html,
    /// Plain text: values stand as they are.
    Text,
}

/// A rendered text, and what it asked for in vain.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Merge tags that no parameter answered; they are empty in the text.
    pub missing: BTreeSet<String>,
}

/// Refuses a text that is no template.
pub fn check(text: &str) -> Result<(), BadTemplate> {
    read(text).map(drop)
}

/// Renders a template with these parameters.
pub fn render(text: &str, values: &Map<String, Json>, into: Into) -> Result<Rendered, BadTemplate> {
    if !text.contains("{{") && !text.contains("{%") {
        return Ok(Rendered { text: text.to_owned(), missing: BTreeSet::new() });
    }
    let template = read(text)?;
    let values = object(values, into);
    let world = World::new(&values);
    let mut out = Bounded(Vec::new());
    template.render_to(&mut out, &world).map_err(|error| located(text, &error.to_string()))?;
    let rendered = String::from_utf8_lossy(&out.0).into_owned();
    Ok(Rendered { text: rendered, missing: world.missing.into_inner() })
}

fn read(text: &str) -> Result<Parsed, BadTemplate> {
    if text.len() > LONGEST {
        return Err(located(text, &format!("a template has at most {LONGEST} bytes")));
    }
    refuse_costly(text)?;
    let elements = parse(text, &LANGUAGE).map_err(|error| located(text, &error.to_string()))?;
    Ok(Parsed::new(elements))
}

/// Liquid's own message says `--> line:column` where it knows the place, and of a filter only
/// its name.
fn located(text: &str, message: &str) -> BadTemplate {
    let said = message.split_once("--> ").and_then(|(_, rest)| {
        let (line, rest) = rest.split_once(':')?;
        let digits = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
        Some((line.parse().ok()?, rest[..digits].parse().ok()?))
    });
    let filter = || {
        let (_, rest) = message.split_once("requested filter=")?;
        let pipe = text.find('|')?;
        let at = text[pipe..].find(rest.split_whitespace().next()?)?;
        Some(place(text, pipe + at))
    };
    let (line, column) = said.or_else(filter).unwrap_or((1, 1));
    let what =
        message.rsplit_once("= ").filter(|_| said.is_some()).map_or(message, |(_, what)| what);
    let what = what.trim_start_matches("liquid: ").split_whitespace().collect::<Vec<_>>().join(" ");
    BadTemplate { line, column, what: what.chars().take(300).collect() }
}

/// Line and column of a byte, both from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let column = before.chars().rev().take_while(|sign| *sign != '\n').count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// Ranges and loops within loops within loops run longer than anybody waits.
fn refuse_costly(text: &str) -> Result<(), BadTemplate> {
    let mut depth = 0_usize;
    let mut from = 0;
    while let Some(at) = text[from..].find("{%").map(|at| at + from) {
        let end = text[at..].find("%}").map_or(text.len(), |end| at + end);
        let tag = text[at + 2..end].trim_start_matches('-').trim();
        let refuse = |what: &str| {
            let (line, column) = place(text, at);
            Err(BadTemplate { line, column, what: what.to_owned() })
        };
        match tag.split_whitespace().next() {
            Some("for") => depth += 1,
            Some("endfor") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 2 {
            return refuse("loops stand at most two deep");
        }
        if tag.starts_with("for") && tag.contains("..") {
            return refuse("a loop runs over a list of the parameters, not over a range");
        }
        from = end;
    }
    Ok(())
}

static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
    let mut language = Language::empty();
    let blocks: [Box<dyn ParseBlock>; 6] = [
        Box::new(stdlib::RawBlock),
        Box::new(stdlib::IfBlock),
        Box::new(stdlib::UnlessBlock),
        Box::new(stdlib::ForBlock),
        Box::new(stdlib::CommentBlock),
        Box::new(stdlib::CaseBlock),
    ];
    for block in blocks {
        let name = block.reflection().start_tag().to_owned();
        language.blocks.register(name, block);
    }
    let tags: [Box<dyn ParseTag>; 2] = [Box::new(stdlib::BreakTag), Box::new(stdlib::ContinueTag)];
    for tag in tags {
        let name = tag.reflection().tag().to_owned();
        language.tags.register(name, tag);
    }
    for filter in filters() {
        let name = filter.reflection().name().to_owned();
        language.filters.register(name, filter);
    }
    language
});

fn filters() -> Vec<Box<dyn ParseFilter>> {
    vec![
        Box::new(stdlib::Abs),
        Box::new(stdlib::AtLeast),
        Box::new(stdlib::AtMost),
        Box::new(stdlib::Capitalize),
        Box::new(stdlib::Ceil),
        Box::new(stdlib::Date),
        Box::new(stdlib::Default),
        Box::new(stdlib::DividedBy),
        Box::new(stdlib::Downcase),
        Box::new(stdlib::EscapeOnce),
        Box::new(stdlib::First),
        Box::new(stdlib::Floor),
        Box::new(stdlib::Last),
        Box::new(stdlib::Lstrip),
        Box::new(stdlib::Minus),
        Box::new(stdlib::Modulo),
        Box::new(stdlib::Plus),
        Box::new(stdlib::Round),
        Box::new(stdlib::Rstrip),
        Box::new(stdlib::Size),
        Box::new(stdlib::Strip),
        Box::new(stdlib::StripNewlines),
        Box::new(stdlib::Times),
        Box::new(stdlib::Truncate),
        Box::new(stdlib::TruncateWords),
        Box::new(stdlib::Upcase),
        Box::new(stdlib::UrlEncode),
    ]
}

fn object(values: &Map<String, Json>, into: Into) -> Object {
    values.iter().map(|(name, value)| (KString::from_ref(name), liquid(value, into))).collect()
}

fn liquid(value: &Json, into: Into) -> Value {
    match value {
        Json::Null => Value::Nil,
        Json::Bool(truth) => Value::scalar(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::scalar(whole),
            None => Value::scalar(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) if into == Into::Html => Value::scalar(escaped(text)),
        Json::String(text) => Value::scalar(text.clone()),
        Json::Array(items) => {
            Value::Array(items.iter().take(MOST_ITEMS).map(|item| liquid(item, into)).collect())
        }
        Json::Object(values) => Value::Object(object(values, into)),
    }
}

/// `text` where markup is expected.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            sign => safe.push(sign),
        }
    }
    safe
}

/// What a template can see: the parameters, and emptiness for everything else.
struct World<'a> {
    values: &'a Object,
    partials: Box<dyn PartialStore + Send + Sync>,
    registers: Registers,
    missing: RefCell<BTreeSet<String>>,
}

impl<'a> World<'a> {
    fn new(values: &'a Object) -> Self {
        let none = EagerCompiler::new(InMemorySource::new());
        let partials = none.compile(std::sync::Arc::new(Language::empty()));
        Self {
            values,
            partials: partials.expect("no partial template fails to compile"),
            registers: Registers::default(),
            missing: RefCell::default(),
        }
    }
}

impl Runtime for World<'_> {
    fn partials(&self) -> &dyn PartialStore {
        &*self.partials
    }

    fn name(&self) -> Option<KStringRef<'_>> {
        None
    }

    fn roots(&self) -> BTreeSet<KStringCow<'_>> {
        BTreeSet::new()
    }

    fn try_get(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        liquid_core::model::try_find(self.values.as_object()?.as_value(), path)
    }

    /// What is missing is nothing, as a text and as a list: one forgotten parameter must not keep
    /// a whole message back.
    fn get(&self, path: &[ScalarCow<'_>]) -> liquid_core::Result<ValueCow<'_>> {
        if let Some(found) = self.try_get(path) {
            return Ok(found);
        }
        let name: Vec<_> = path.iter().map(|part| part.to_kstr().into_owned()).collect();
        self.missing.borrow_mut().insert(name.join("."));
        Ok(ValueCow::Owned(Value::Nil))
    }

    fn set_global(&self, _: KString, _: Value) -> Option<Value> {
        None
    }

    fn set_index(&self, _: KString, _: Value) -> Option<Value> {
        None
    }

    fn get_index<'a>(&'a self, _: &str) -> Option<ValueCow<'a>> {
        None
    }

    fn registers(&self) -> &Registers {
        &self.registers
    }
}

/// Takes so much and no more.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_OUT {
            return Err(io::Error::other("what comes out is too long"));
        }
        self.0.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(values: &Json) -> Map<String, Json> {
        values.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn n7_values_are_escaped_where_markup_is_expected() {
        let values = with(&json!({ "name": "<img src=x onerror=alert(1)>'\"&" }));
        let html = render("Hi <b>{{ name }}</b>", &values, Into::Html).unwrap();
        let expected = "Hi <b>&lt;img src=x onerror=alert(1)&gt;&#39;&quot;&amp;</b>";
        assert_eq!(html.text, expected);
        let text = render("Hi {{ name }}", &values, Into::Text).unwrap();
        assert_eq!(text.text, "Hi <img src=x onerror=alert(1)>'\"&");
    }

    #[test]
    fn what_templates_can_say() {
        let values = with(&json!({
            "name": "ann", "n": 3, "price": 2.5, "paid": true, "nothing": null,
            "order": { "id": "A-1", "items": [{ "name": "cup" }, { "name": "pot" }] },
        }));
        let cases = [
            ("no tags at all, 50% {off", "no tags at all, 50% {off"),
            ("{{ name | capitalize }} {{ n | plus: 1 }} {{ price }}", "Ann 4 2.5"),
            ("{% if paid %}yes{% else %}no{% endif %}", "yes"),
            ("{% if absent %}yes{% else %}no{% endif %}", "no"),
            ("{% for item in order.items %}{{ item.name }};{% endfor %}", "cup;pot;"),
            ("{{ order.id }}{{ nothing }}", "A-1"),
            ("{{ absent | default: 'you' }}", "you"),
            ("{% raw %}{{ name }}{% endraw %}", "{{ name }}"),
            ("{{ '2026-11-21 10:00:00 +0000' | date: '%d.%m.%Y' }}", "21.11.2026"),
        ];
        for (template, expected) in cases {
            let rendered = render(template, &values, Into::Html).unwrap();
            assert_eq!(rendered.text, expected, "{template}");
        }
    }

    #[test]
    fn a_missing_parameter_is_empty_and_named() {
        let rendered = |template| {
            let Rendered { text, missing } = render(template, &Map::new(), Into::Text).unwrap();
            (text, missing.into_iter().collect::<Vec<_>>().join(" "))
        };
        let cases = [
            ("a{{ x }}b{{ y.z }}", "ab", "x y.z"),
            ("a{% for x in xs %}{{ x }}{% endfor %}b", "ab", "xs"),
            ("{{ x | upcase }}{{ x | truncate: 3 }}{{ x | size }}", "0", "x"),
            ("{% unless x %}a{% endunless %}{% if y == 'a' %}b{% else %}c{% endif %}", "ac", "y"),
            ("{{ x | default: 'you' | capitalize }}", "You", "x"),
        ];
        for (template, text, missing) in cases {
            assert_eq!(rendered(template), (text.to_owned(), missing.to_owned()), "{template}");
        }
    }

    #[test]
    fn n8_a_bad_template_is_refused_with_its_place() {
        let cases = [
            ("50{% off", 1, 9),
            ("a\nb {{ x", 2, 6),
            ("{% for i in (1..1000000000) %}{% endfor %}", 1, 1),
            ("x\n  {% assign a = b %}", 2, 6),
            ("{{ a | replace: 'a', b }}", 1, 8),
            ("{% for a in b %}{% for c in d %}\n{% for e in f %}", 2, 1),
            ("{% include 'x' %}", 1, 4),
            ("{% if a %}", 1, 11),
        ];
        for (template, line, column) in cases {
            let bad = check(template).expect_err(template);
            assert_eq!((bad.line, bad.column), (line, column), "{template}: {bad}");
            assert!(!bad.what.is_empty() && !bad.what.contains('\n'), "{bad}");
        }
    }

    #[test]
    fn what_comes_out_is_bounded() {
        let items: Vec<_> = (0..2_000).map(|n| json!({ "n": n })).collect();
        let values = with(&json!({ "items": items, "big": "x".repeat(2_000) }));
        let counted = render("{% for i in items %}.{% endfor %}", &values, Into::Text).unwrap();
        assert_eq!(counted.text.len(), MOST_ITEMS);
        let endless = "{% for i in items %}{% for j in items %}{{ big }}{% endfor %}{% endfor %}";
        assert!(render(endless, &values, Into::Text).is_err());
    }
}
