//! How a digest that does not fit was made, if it was made in a known wrong way.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::concatenated::concatenated;
use crate::digest::{fields, messages};
use crate::explain::mistake::Mistake;
use crate::explain::secret::makers;
use crate::explain::slip::{DigestSlip, MessageSlip};
use crate::hmac::{DigestForm, Mac, hex};
use crate::profile::{EmailRule, Field, HmacRecipe, Mode};
use crate::text;
use crate::verify::Case;

/// The fewest mistakes that together make the digest; nothing if there is none.
pub(super) fn made(case: &Case<'_>) -> Option<Vec<Mistake>> {
    let recipe = case.profile.hmac.as_ref()?;
    let proof = case.presented.text(&recipe.proof)?;
    if let Some(name) = other_hash(proof) {
        return Some(vec![Mistake::OtherHash(name)]);
    }
    let written = readings(recipe.digest, proof);
    let texts = hashed(case, recipe);
    let mut best: Option<Vec<Mistake>> = None;
    for maker in makers(case.profile, case.keys, Mode::Hmac) {
        let mac = Mac::new(&maker.bytes);
        for (message, text) in &texts {
            let plain = concatenated(&maker.bytes, text).to_vec();
            let digests =
                [(None, mac.digest(text.as_bytes())), (Some(Mistake::Concatenated), plain)];
            let found = digests.into_iter().find_map(|(hash, digest)| {
                let (slip, _) = written.iter().find(|(_, bytes)| *bytes == *digest)?;
                Some((hash, *slip))
            });
            let Some((hash, slip)) = found else { continue };
            let slip = slip.map(|slip| Mistake::Digest { slip, form: recipe.digest.words() });
            let makers = maker.mistakes.iter().cloned();
            let all: Vec<_> =
                hash.into_iter().chain(slip).chain(message.clone()).chain(makers).collect();
            if best.as_ref().is_none_or(|best| all.len() < best.len()) {
                best = Some(all);
            }
        }
    }
    best.filter(|mistakes| !mistakes.is_empty())
}

/// Digests of another length than SHA-256.
fn other_hash(proof: &str) -> Option<&'static str> {
    let hexadecimal = proof.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (hexadecimal, proof.len()) {
        (true, 32) => Some("MD5"),
        (true, 40) => Some("SHA-1"),
        (true, 96) => Some("SHA-384"),
        (true, 128) => Some("SHA-512"),
        _ => None,
    }
}

/// The 32 bytes that a proof may stand for, with what is wrong about its spelling.
fn readings(form: DigestForm, proof: &str) -> Vec<(Option<DigestSlip>, [u8; 32])> {
    let trimmed = proof.trim();
    let plus = trimmed.replace(' ', "+");
    let dashes: String = trimmed.chars().filter(|character| *character != '-').collect();
    let bare = trimmed.strip_prefix("sha256=").unwrap_or("");
    let wants_base64 = matches!(form, DigestForm::Base64 | DigestForm::Base64url);
    let in_base64 = if wants_base64 { DigestSlip::OtherBase64 } else { DigestSlip::Base64 };
    let unwrapped = base64(trimmed).and_then(|it| String::from_utf8(it).ok());
    let tries = [
        (None, form.read(proof)),
        (Some(DigestSlip::Surrounded), form.read(trimmed)),
        (Some(DigestSlip::PlusLost), form.read(&plus)),
        (Some(DigestSlip::UpperCase), form.read(&trimmed.to_ascii_lowercase())),
        (Some(DigestSlip::Hexadecimal), hex(trimmed)),
        (Some(DigestSlip::Dashes), hex(&dashes)),
        (Some(DigestSlip::Prefixed), hex(bare)),
        (Some(in_base64), base64(trimmed).and_then(|it| it.try_into().ok())),
        (Some(DigestSlip::Base64OfHex), unwrapped.and_then(|digits| hex(&digits))),
    ];
    tries.into_iter().filter_map(|(slip, bytes)| Some((slip, bytes?))).collect()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|engine| engine.decode(text).ok())
}

/// The texts that may have been hashed, the right ones first.
fn hashed(case: &Case<'_>, recipe: &'static HmacRecipe) -> Vec<(Option<Mistake>, String)> {
    let Ok(parts) = fields(case.profile, recipe, case.presented) else { return Vec::new() };
    let Ok(right) = messages(recipe, &parts) else { return Vec::new() };
    let mut all: Vec<_> =
        right.into_iter().flatten().map(|text| (None, text.into_owned())).collect();
    let words = right_words(case, recipe);
    let mut add = |slip, text: String| {
        all.push((Some(Mistake::Message { slip, right: words.clone() }), text));
    };
    let sent: String = joined(case, recipe, true);
    let lowered = sent.trim().to_ascii_lowercase();
    for (slip, text) in [
        (MessageSlip::AsTyped, sent.clone()),
        (MessageSlip::NotLowered, sent.trim().to_owned()),
        (MessageSlip::NotTrimmed, sent.to_ascii_lowercase()),
        (MessageSlip::Lowered, lowered.clone()),
        (MessageSlip::LoweredBeyondAscii, sent.trim().to_lowercase()),
        (MessageSlip::UpperCase, sent.to_uppercase()),
        (MessageSlip::Newline, format!("{sent}\n")),
        (MessageSlip::Newline, format!("{lowered}\n")),
        (MessageSlip::Quoted, format!("\"{sent}\"")),
        (MessageSlip::Quoted, format!("\"{lowered}\"")),
        (MessageSlip::Empty, String::new()),
        (MessageSlip::Unjoined, joined(case, recipe, false)),
    ] {
        add(slip, text);
    }
    for (name, text) in others(case, recipe) {
        add(MessageSlip::OtherField(name), text);
    }
    all
}

/// The fields of the message as they were sent, with or without what stands between them.
fn joined(case: &Case<'_>, recipe: &HmacRecipe, literally: bool) -> String {
    let part = |(path, literal): &(crate::profile::Path, String)| {
        let literal = if literally { literal.as_str() } else { "" };
        case.presented.at(path).unwrap_or("").to_owned() + literal
    };
    recipe.message.0.iter().map(part).collect()
}

/// Every single field that is not the whole message, as sent and in its one form.
fn others(case: &Case<'_>, recipe: &'static HmacRecipe) -> Vec<(&'static str, String)> {
    let alone = |name: &str| matches!(&recipe.message.0[..], [(path, _)] if path.whole == name);
    let said = case.profile.said.iter().map(|(path, field)| (path, Some(*field)));
    let parts = recipe.message.0.iter().map(|(path, _)| (path, None::<Field>));
    let mut all = Vec::new();
    for (path, field) in said.chain(parts).filter(|(path, _)| !alone(&path.whole)) {
        let Some(text) = case.presented.at(path) else { continue };
        all.push((path.whole.as_str(), text.to_owned()));
        let form = field.map(|field| text::value(field, text, EmailRule::Normalise));
        if let Some(Ok(value)) = form {
            all.push((path.whole.as_str(), value.into_owned()));
        }
    }
    all
}

/// What should be hashed, in words.
fn right_words(case: &Case<'_>, recipe: &HmacRecipe) -> String {
    use crate::profile::Hashed;
    let [(path, _)] = &recipe.message.0[..] else {
        let name = |(path, literal): &(crate::profile::Path, String)| {
            format!("{{{}}}{literal}", path.whole)
        };
        let message: String = recipe.message.0.iter().map(name).collect();
        return format!("hash `{message}` with what the page sends, and nothing else");
    };
    let is_email = case.profile.said_as(path) == Some(Field::Email);
    if is_email && recipe.hashed != Hashed::AsSent {
        return format!("hash `{}` trimmed and lower-cased, and nothing else", path.whole);
    }
    format!("hash `{}` exactly as the page sends it, and nothing else", path.whole)
}
