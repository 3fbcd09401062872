//! The ways in which back ends sign wrongly, to name the one that was used.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::explain::Finding;
use crate::hmac::{DigestForm, Mac, hex, hex_of};
use crate::jws::Compact;
use crate::keys::{Key, Material};
use crate::presented::Presented;
use crate::profile::{EmailRule, HmacRecipe, KeyText, Mode, Profile};
use crate::text;

/// How a digest that does not fit was made, if it was made in a known wrong way.
pub(crate) fn digest(
    profile: &'static Profile,
    keys: &[Key],
    presented: &Presented,
) -> Vec<Finding> {
    let Some(recipe) = &profile.hmac else { return Vec::new() };
    let (Some(proof), Some(message)) =
        (presented.text(&recipe.proof), presented.at(&recipe.message))
    else {
        return Vec::new();
    };
    if let Some(finding) = other_hash(proof) {
        return vec![finding];
    }
    let mut best: Option<Vec<Finding>> = None;
    for (written, bytes) in readings(recipe.digest, proof) {
        for (said, message) in messages(profile, recipe, presented, message) {
            for (made, key) in makers(keys, Some(recipe)) {
                if Mac::new(&key).fits(message.as_bytes(), &bytes) {
                    let all: Vec<_> =
                        [&written, &said, &made].into_iter().flatten().cloned().collect();
                    if best.as_ref().is_none_or(|best| all.len() < best.len()) {
                        best = Some(all);
                    }
                }
            }
        }
    }
    best.unwrap_or_default()
}

/// Which wrong key signed a token, if it is a known one.
pub(crate) fn token(keys: &[Key], token: &str) -> Vec<Finding> {
    let Ok(token) = Compact::split(token) else { return Vec::new() };
    if let Some(key) = keys.iter().filter(|key| key.is_public()).find(|key| signed(key, &token)) {
        return retired(key).into_iter().collect();
    }
    let Ok(Some(digest)) = token.signature_of::<32>() else { return Vec::new() };
    let fits = |(_, key): &(Option<Finding>, Vec<u8>)| Mac::new(key).fits(token.signed, &digest);
    makers(keys, None).into_iter().find(fits).and_then(|(finding, _)| finding).into_iter().collect()
}

fn signed(key: &Key, token: &Compact<'_>) -> bool {
    matches!(crate::verify::fits(key, token), Ok(true))
}

/// Digests of another length than SHA-256.
fn other_hash(proof: &str) -> Option<Finding> {
    let hexadecimal = proof.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = match (hexadecimal, proof.len()) {
        (true, 32) => "MD5",
        (true, 40) => "SHA-1",
        (true, 96) => "SHA-384",
        (true, 128) => "SHA-512",
        _ => return None,
    };
    let cause = format!("the proof has the length of an {name} digest");
    Some(finding(&cause, "use HMAC with SHA-256"))
}

/// The 32 bytes that a proof may stand for, with what is wrong about its spelling.
fn readings(form: DigestForm, proof: &str) -> Vec<(Option<Finding>, [u8; 32])> {
    let trimmed = proof.trim();
    let plus = trimmed.replace(' ', "+");
    let dashes: String = trimmed.chars().filter(|character| *character != '-').collect();
    let base64 = |text: &str| {
        let decoded = STANDARD
            .decode(text)
            .or_else(|_| STANDARD_NO_PAD.decode(text))
            .or_else(|_| URL_SAFE.decode(text))
            .or_else(|_| URL_SAFE_NO_PAD.decode(text));
        decoded.ok().and_then(|bytes| bytes.try_into().ok())
    };
    let tries = [
        (form.read(proof), None),
        (form.read(trimmed), Some("has space or line breaks around it")),
        (form.read(&plus), Some("was not URL-encoded on its way: each `+` became a space")),
        (form.read(&trimmed.to_ascii_lowercase()), Some("is in upper case")),
        (hex(trimmed), Some("is in hexadecimal digits")),
        (hex(&dashes), Some("has dashes between its bytes")),
        (base64(trimmed), Some("is in another base64 than the profile's")),
    ];
    let mend = format!("send it as {}", form.words());
    let spelled = |what: &str| finding(&format!("the digest {what}"), &mend);
    let found = |(bytes, what): ([u8; 32], Option<&str>)| (what.map(spelled), bytes);
    tries.into_iter().filter_map(|(bytes, what)| Some(found((bytes?, what)))).collect()
}

/// The texts that may have been hashed, the right one first.
fn messages(
    profile: &'static Profile,
    recipe: &HmacRecipe,
    presented: &Presented,
    message: &str,
) -> Vec<(Option<Finding>, String)> {
    let name = recipe.message.whole.as_str();
    let right = text::value(recipe.field, message, profile.emails)
        .map_or_else(|_| message.to_owned(), std::borrow::Cow::into_owned);
    let wrong = |what: &str| {
        let mend = if name == "email" {
            "hash the email trimmed and lower-cased, and nothing else".to_owned()
        } else {
            format!("hash `{name}` exactly as the page sends it, and nothing else")
        };
        Some(finding(&format!("what was hashed {what}"), &mend))
    };
    let mut all = vec![
        (None, right.clone()),
        (wrong("was the text as typed, with its capitals and spaces"), message.to_owned()),
        (wrong("was trimmed, though not lower-cased"), message.trim().to_owned()),
        (wrong("was lower-cased, though not trimmed"), message.to_lowercase()),
        (wrong("was lower-cased beyond ASCII"), message.trim().to_lowercase()),
        (wrong("was in upper case"), right.to_uppercase()),
        (wrong("ends in a newline"), format!("{right}\n")),
        (wrong("was the text in quotes, as JSON writes it"), format!("\"{right}\"")),
        (wrong("was empty"), String::new()),
    ];
    for (path, field) in profile.said.iter().filter(|(_, field)| *field != recipe.field) {
        if let Some(text) = presented.at(path) {
            let what = format!("was `{}` instead of `{name}`", path.whole);
            all.push((wrong(&what), text.to_owned()));
            if let Ok(value) = text::value(*field, text, EmailRule::Normalise) {
                all.push((wrong(&what), value.into_owned()));
            }
        }
    }
    all
}

/// The key bytes that may have been used, the right ones of keys in use first.
fn makers(keys: &[Key], recipe: Option<&HmacRecipe>) -> Vec<(Option<Finding>, Vec<u8>)> {
    let mode = if recipe.is_some() { Mode::Hmac } else { Mode::Jwt };
    let decoded = recipe.is_some_and(|recipe| recipe.key == KeyText::Hex);
    let mut all = Vec::new();
    for key in keys {
        let Material::Shared { text, .. } = &key.material else { continue };
        let own = own_fault(key, mode);
        for (what, bytes) in spellings(text, decoded) {
            all.push((what.or_else(|| own.clone()), bytes));
        }
    }
    for key in keys.iter().filter(|key| key.is_public()) {
        let cause = "the token is signed with HS256 and the public key as its secret: an attack";
        let mend = "nothing to mend here; find out who sent it";
        if let Material::Public(public) = &key.material {
            all.push((Some(finding(cause, mend)), public.jwk().into_bytes()));
        }
    }
    let empty = finding("the secret on your server is empty", "set the secret where you sign");
    all.push((Some(empty), Vec::new()));
    all.sort_by_key(|(finding, _)| finding.is_some());
    all
}

/// What is wrong with using `key` at all.
fn own_fault(key: &Key, mode: Mode) -> Option<Finding> {
    if key.mode() != mode {
        let cause =
            format!("the proof is made with key `{}`, a secret of the other mode", key.id());
        return Some(finding(&cause, "use the secret that was made for this kind of proof"));
    }
    retired(key)
}

fn retired(key: &Key) -> Option<Finding> {
    let cause = format!("the proof is made with key `{}`, which is retired", key.id());
    key.is_retired().then(|| finding(&cause, "use the newest secret of the widget"))
}

/// The bytes that back ends make of the text of a secret, the right ones first.
fn spellings(text: &str, decoded: bool) -> Vec<(Option<Finding>, Vec<u8>)> {
    let raw = hex(text).map(|bytes| bytes.to_vec());
    let as_text = finding(
        "the secret was used as text",
        "decode its hexadecimal digits to 32 bytes first, as in Buffer.from(secret, \"hex\")",
    );
    let as_bytes = |how: &str| {
        finding(&format!("the secret was {how}"), "use the text of the secret as it is shown")
    };
    let plain = text.as_bytes().to_vec();
    let mut all = if decoded {
        vec![(None, raw.unwrap_or_default()), (Some(as_text), plain)]
    } else {
        let hexadecimal = raw.map(|raw| (Some(as_bytes("decoded from hexadecimal")), raw));
        std::iter::once((None, plain)).chain(hexadecimal).collect()
    };
    for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        all.extend(engine.decode(text).ok().map(|it| (Some(as_bytes("decoded from base64")), it)));
    }
    if let Some(rest) = text.strip_prefix("cs_id").and_then(|rest| rest.split_once('_')) {
        all.push((Some(as_bytes("used without its prefix")), rest.1.as_bytes().to_vec()));
        let body = URL_SAFE_NO_PAD.decode(rest.1).ok().map(|it| it[..it.len().min(32)].to_vec());
        all.extend(body.map(|it| (Some(as_bytes("decoded, without prefix and checksum")), it)));
    }
    for (how, text) in [
        ("used with a newline at its end", format!("{text}\n")),
        ("used in quotes", format!("\"{text}\"")),
        ("used with a space before it", format!(" {text}")),
        ("used in upper case", text.to_ascii_uppercase()),
        ("hashed first", hex_of(&Sha256::digest(text))),
    ] {
        all.push((Some(as_bytes(how)), text.into_bytes()));
    }
    all
}

fn finding(cause: &str, mend: &str) -> Finding {
    Finding { cause: cause.to_owned(), mend: mend.to_owned() }
}
