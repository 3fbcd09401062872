//! What a value may look like: lengths, characters, and the one form of an email.

use std::borrow::Cow;

use crate::profile::{EmailRule, Field};

/// Why a text cannot be the value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Nothing, or nothing but space.
    #[error("it is blank")]
    Blank,
    /// More characters than the field takes.
    #[error("it is longer than {0} characters")]
    TooLong(usize),
    /// A character that cannot be seen or changes how others are shown.
    #[error("it contains a control or an invisible character")]
    Unseen,
    /// Not one local part, one `@` and one domain.
    #[error("it is not an email address")]
    NotAnEmail,
    /// A domain in letters beyond ASCII, which can look like another one.
    #[error("its domain is not in ASCII; write it in its xn-- form")]
    Domain,
    /// The profile wants the back end to normalise emails, and this one is not.
    #[error("it is not trimmed and lower-cased, as the signing back end must do before signing")]
    NotNormalised,
}

/// The value of `field`, in the form that is stored and compared.
pub(crate) fn value(
    field: Field,
    text: &str,
    emails: EmailRule,
) -> Result<Cow<'_, str>, TextFault> {
    if is_blank(text) {
        return Err(TextFault::Blank);
    }
    if field == Field::Email {
        return email(text, emails);
    }
    let (most, joiners) = match field {
        Field::Name | Field::CompanyName => (200, Joiners::BetweenLetters),
        Field::AvatarUrl => (2_000, Joiners::Never),
        _ => (128, Joiners::Never),
    };
    check(text, most, joiners)?;
    Ok(Cow::Borrowed(text))
}

/// Checks a text that people read, such as a name: 1 to `most` characters, none of which is
/// unseen or changes how the others are shown.
pub fn label(text: &str, most: usize) -> Result<(), TextFault> {
    if is_blank(text) {
        return Err(TextFault::Blank);
    }
    check(text, most, Joiners::BetweenLetters)
}

/// Whether nothing but space stands there.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// Trimmed and lower-cased in ASCII: what vendors sign for an email.
///
/// Only ASCII, because full lower-casing makes two addresses one: the Kelvin sign becomes `k`.
pub(crate) fn normalised(email: &str) -> Cow<'_, str> {
    let email = email.trim();
    if email.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(email.to_ascii_lowercase())
    } else {
        Cow::Borrowed(email)
    }
}

fn email(text: &str, rule: EmailRule) -> Result<Cow<'_, str>, TextFault> {
    let email = normalised(text);
    if rule == EmailRule::Refuse && email != text {
        return Err(TextFault::NotNormalised);
    }
    check(&email, 254, Joiners::Never)?;
    let Some((local, domain)) = email.split_once('@') else { return Err(TextFault::NotAnEmail) };
    if local.is_empty() || domain.is_empty() || domain.contains('@') {
        return Err(TextFault::NotAnEmail);
    }
    if email.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(email);
    }
    if email.chars().any(char::is_whitespace) {
        return Err(TextFault::NotAnEmail);
    }
    if domain.is_ascii() { Ok(email) } else { Err(TextFault::Domain) }
}

/// Whether zero-width joiners are allowed: Persian, Indic scripts and emoji need them in names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joiners {
    Never,
    BetweenLetters,
}

fn check(text: &str, most: usize, joiners: Joiners) -> Result<(), TextFault> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return if text.len() > most { Err(TextFault::TooLong(most)) } else { Ok(()) };
    }
    if text.chars().count() > most {
        return Err(TextFault::TooLong(most));
    }
    let mut before = None;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let joins = joiners == Joiners::BetweenLetters
            && is_joiner(character)
            && beyond_ascii(before)
            && beyond_ascii(rest.clone().next());
        if !joins && is_unseen(character, joiners) {
            return Err(TextFault::Unseen);
        }
        before = Some(character);
    }
    Ok(())
}

fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

fn beyond_ascii(neighbour: Option<char>) -> bool {
    neighbour.is_some_and(|character| !character.is_ascii() && !is_joiner(character))
}

/// Controls, marks of direction, fillers and everything else that shows nothing.
///
/// Variation selectors choose the look of an emoji: names may have them, ids may not.
fn is_unseen(character: char, joiners: Joiners) -> bool {
    let selector = matches!(character, '\u{fe00}'..='\u{fe0f}');
    character.is_control()
        || (selector && joiners == Joiners::Never)
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_lengths_and_can_be_seen() {
        let long = "a".repeat(129);
        let wide = "é".repeat(128);
        let cases = [
            (Field::Id, "user_123", Ok("user_123")),
            (Field::Id, "__proto__", Ok("__proto__")),
            (Field::Id, wide.as_str(), Ok(wide.as_str())),
            (Field::Id, "", Err(TextFault::Blank)),
            (Field::Id, " \t", Err(TextFault::Blank)),
            (Field::Id, long.as_str(), Err(TextFault::TooLong(128))),
            (Field::Id, "a\0b", Err(TextFault::Unseen)),
            (Field::Id, "a\u{85}b", Err(TextFault::Unseen)),
            (Field::Id, "a\u{202e}b", Err(TextFault::Unseen)),
            (Field::Id, "a\u{200b}b", Err(TextFault::Unseen)),
            (Field::Id, "\u{645}\u{6cc}\u{200c}\u{62e}", Err(TextFault::Unseen)),
            (Field::Name, "\u{645}\u{6cc}\u{200c}\u{62e}", Ok("\u{645}\u{6cc}\u{200c}\u{62e}")),
            (Field::Name, "Ad\u{200d}min", Err(TextFault::Unseen)),
            (Field::Name, "Ada \u{2764}\u{fe0f}", Ok("Ada \u{2764}\u{fe0f}")),
            (Field::AvatarUrl, "https://x/y.png", Ok("https://x/y.png")),
            (Field::Email, " Ada@Example.COM ", Ok("ada@example.com")),
            (Field::Email, "jos\u{e9}@example.com", Ok("jos\u{e9}@example.com")),
            (Field::Email, "ada@ex\u{430}mple.com", Err(TextFault::Domain)),
            (Field::Email, "ada@b@c", Err(TextFault::NotAnEmail)),
            (Field::Email, "ada", Err(TextFault::NotAnEmail)),
            (Field::Email, "@b", Err(TextFault::NotAnEmail)),
            (Field::Email, "a b@c", Err(TextFault::NotAnEmail)),
            (Field::Email, "a\nb@c", Err(TextFault::Unseen)),
        ];
        for (field, text, expected) in cases {
            let found = value(field, text, EmailRule::Normalise);
            assert_eq!(found.as_deref(), expected.as_ref().map(|text| &**text), "{text:?}");
        }
    }

    #[test]
    fn a_strict_profile_takes_only_normalised_emails() {
        for text in ["Ada@example.com", " ada@example.com", "ada@example.com\n"] {
            let found = value(Field::Email, text, EmailRule::Refuse);
            assert_eq!(found, Err(TextFault::NotNormalised), "{text:?}");
        }
        assert!(value(Field::Email, "ada@example.com", EmailRule::Refuse).is_ok());
        assert_eq!(normalised("\u{212a}ate@x"), "\u{212a}ate@x");
    }
}
