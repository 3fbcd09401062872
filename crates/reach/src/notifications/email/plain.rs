//! Plain text from HTML, for those who read mail without it (NE2).

/// Elements that begin and end a line of their own.
const BLOCKS: [&str; 22] = [
    "address",
    "article",
    "blockquote",
    "div",
    "dl",
    "dt",
    "dd",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "li",
    "ol",
    "section",
    "table",
    "tr",
    "ul",
];
/// Elements whose contents nobody sees.
const UNSEEN: [&str; 5] = ["head", "script", "style", "title", "template"];

/// What a reader sees of HTML: its text, with the addresses of links behind them.
pub fn plain(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        page.text(&rest[..start]);
        let tag = &rest[start..];
        let end = if tag.starts_with("<!--") {
            tag.find("-->").map_or(tag.len(), |end| end + 3)
        } else if tag[1..].starts_with(|one: char| one.is_ascii_alphabetic() || "/!?".contains(one))
        {
            end_of_tag(tag)
        } else {
            page.text("<");
            1
        };
        if end > 1 && !tag.starts_with("<!") && !tag.starts_with("<?") {
            page.tag(&tag[1..end]);
        }
        rest = &tag[end..];
    }
    page.text(rest);
    page.written.trim().to_owned()
}

/// The length of a tag with its `>`, which does not end within quotes.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, one) in tag.char_indices() {
        match quote {
            Some(open) if one == open => quote = None,
            None if one == '"' || one == '\'' => quote = Some(one),
            None if one == '>' => return at + 1,
            Some(_) | None => {}
        }
    }
    tag.len()
}

#[derive(Default)]
struct Page {
    written: String,
    /// The unseen element that we are in.
    unseen: Option<&'static str>,
    /// The address of the link that we are in, and where its text begins.
    link: Option<(String, usize)>,
}

impl Page {
    fn text(&mut self, raw: &str) {
        if self.unseen.is_some() {
            return;
        }
        for one in decoded(raw).chars() {
            if one == '\u{a0}' || one.is_whitespace() || one.is_control() {
                if !self.written.ends_with([' ', '\n']) {
                    self.written.push(' ');
                }
            } else {
                self.written.push(one);
            }
        }
    }

    fn tag(&mut self, tag: &str) {
        let tag = tag.trim_end_matches('>');
        let (is_end, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
        let name = name.to_ascii_lowercase();
        if let Some(unseen) = self.unseen {
            if is_end && name == unseen {
                self.unseen = None;
            }
            return;
        }
        match name.as_str() {
            "br" => self.written.push('\n'),
            "p" | "hr" => self.lines(2),
            "li" if !is_end => {
                self.lines(1);
                self.written.push_str("- ");
            }
            "a" if is_end => self.end_link(),
            "a" => {
                self.link = href(tag).map(|href| (href, self.written.len()));
            }
            name if BLOCKS.contains(&name) => self.lines(1),
            name => self.unseen = UNSEEN.into_iter().find(|unseen| *unseen == name && !is_end),
        }
    }

    /// Ends the line, and leaves `many - 1` of them empty.
    fn lines(&mut self, many: usize) {
        let text = self.written.trim_end_matches([' ', '\n']).len();
        let there = self.written[text..].matches('\n').count();
        self.written.truncate(text);
        if text > 0 {
            self.written.push_str(&"\n".repeat(many.max(there.min(2))));
        }
    }

    fn end_link(&mut self) {
        let Some((href, start)) = self.link.take() else { return };
        let is_said = self.written.get(start..).is_some_and(|text| text.contains(&href));
        if !is_said {
            self.written.push_str(" (");
            self.written.push_str(&href);
            self.written.push(')');
        }
    }
}

/// Where a link leads, if that can be opened from a letter.
fn href(tag: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.find("href")? + 4;
    let value = tag.get(at..)?.trim_start().strip_prefix('=')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split(char::is_whitespace).next()?,
    };
    let value = decoded(value);
    let opens = ["https://", "http://", "mailto:"].iter().any(|scheme| value.starts_with(scheme));
    (opens && !value.contains(char::is_whitespace)).then_some(value)
}

/// The text with its character references read.
fn decoded(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let read = end.and_then(|end| Some((referred(&rest[1..end])?, end + 1)));
        let (one, length) = read.unwrap_or(('&', 1));
        text.push(one);
        rest = &rest[length..];
    }
    text.push_str(rest);
    text
}

fn referred(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "copy" => '©',
        "euro" => '€',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "middot" => '·',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ne2_plain_text_says_what_the_html_says() {
        for (html, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("<p>One</p>\n<p>Two <b>bold</b></p>", "One\n\nTwo bold"),
            ("a<br>b<BR/>c", "a\nb\nc"),
            ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\nc"),
            ("<h1>T</h1>text<div>x</div>", "T\ntext\nx"),
            (
                "See <a href=\"https://x.io/?a=1&amp;b=2\">here</a>.",
                "See here (https://x.io/?a=1&b=2).",
            ),
            ("<a href='https://x.io'>https://x.io</a>", "https://x.io"),
            ("<a href=\"javascript:alert(1)\">go</a>", "go"),
            ("<a href=https://x.io title='a>b'>go</a>", "go (https://x.io)"),
            ("a &lt;b&gt; &amp;amp; &#8364; &#x41; &nope; & b", "a <b> &amp; € A &nope; & b"),
            ("<style>p { color: red }</style><script>x</script>seen", "seen"),
            ("<head><title>t</title></head><body>b</body>", "b"),
            ("a<!-- <p>hidden</p> -->b", "ab"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("broken <a href=\"x", "broken"),
            ("  a \n\t b&nbsp;c ", "a b c"),
            ("&#0;&#27;a", "a"),
        ] {
            assert_eq!(plain(html), expected, "{html}");
        }
    }

    proptest! {
        #[test]
        fn ne2_any_text_is_read(html in "(?s)(<|>|/|a|p|br|li|href=|\"|'|&|;|#x|amp| |\n|-|!|é|.){0,60}") {
            let text = plain(&html);
            prop_assert!(text.chars().all(|one| one == '\n' || !one.is_control()));
            prop_assert!(text.len() <= html.len() * 4 + 16);
        }
    }
}
