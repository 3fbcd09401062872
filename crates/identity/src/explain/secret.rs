//! The key bytes that back ends make of secrets, right and wrong.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::explain::mistake::Mistake;
use crate::explain::slip::SecretSlip;
use crate::hmac::{hex, hex_of};
use crate::keys::{Key, Material};
use crate::profile::{KeyText, Mode, Profile};

/// Key bytes, and what is wrong about using them.
pub(super) struct Maker {
    pub(super) bytes: Vec<u8>,
    pub(super) mistakes: Vec<Mistake>,
}

/// The key bytes that may have been used for proofs of `mode`, each once and the right ones of
/// keys in use first.
pub(super) fn makers(profile: &'static Profile, keys: &[Key], mode: Mode) -> Vec<Maker> {
    let decoded = key_text(profile, mode) == KeyText::Hex;
    let mut all = Vec::new();
    for key in keys {
        let own = own_mistake(key, mode);
        let made = match &key.material {
            Material::Shared { text, .. } => spellings(text, decoded),
            Material::Public(public) => {
                let pem = public.pem();
                let cut = pem.trim_end().to_owned();
                all.extend([public.jwk(), pem, cut].map(String::into_bytes).map(attack));
                continue;
            }
        };
        for (slip, bytes) in made {
            let slip = slip.map(|slip| Mistake::Secret { slip, decoded });
            all.push(Maker { bytes, mistakes: own.clone().into_iter().chain(slip).collect() });
        }
    }
    let empty = Mistake::Secret { slip: SecretSlip::Empty, decoded };
    all.push(Maker { bytes: Vec::new(), mistakes: vec![empty] });
    all.sort_by_key(|maker| maker.mistakes.len());
    all
}

/// What is wrong with using `key` at all for proofs of `mode`.
pub(super) fn own_mistake(key: &Key, mode: Mode) -> Option<Mistake> {
    let id = key.id().to_owned();
    if let Some(whose) = key.whose() {
        return Some(Mistake::KeyOfElsewhere { id, whose: whose.to_owned() });
    }
    if key.is_retired() {
        return Some(Mistake::RetiredKey(id));
    }
    (key.mode() != mode).then_some(Mistake::OtherMode(id))
}

fn key_text(profile: &Profile, mode: Mode) -> KeyText {
    let text = match mode {
        Mode::Hmac => profile.hmac.as_ref().map(|recipe| recipe.key),
        Mode::Jwt => profile.jwt.as_ref().and_then(|recipe| recipe.key),
    };
    text.unwrap_or(KeyText::Text)
}

fn attack(bytes: Vec<u8>) -> Maker {
    Maker { bytes, mistakes: vec![Mistake::PublicKeyAsSecret] }
}

/// The bytes that back ends make of the text of a secret, the right ones first.
fn spellings(text: &str, decoded: bool) -> Vec<(Option<SecretSlip>, Vec<u8>)> {
    let raw = hex(text).map(|bytes| bytes.to_vec());
    let plain = text.as_bytes().to_vec();
    let mut all = match (decoded, raw) {
        (true, raw) => vec![(None, raw.unwrap_or_default()), (Some(SecretSlip::AsText), plain)],
        (false, Some(raw)) => vec![(None, plain), (Some(SecretSlip::FromHex), raw)],
        (false, None) => vec![(None, plain)],
    };
    for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        all.extend(engine.decode(text).map(|bytes| (Some(SecretSlip::FromBase64), bytes)));
    }
    if let Some((_, body)) = text.strip_prefix("cs_id").and_then(|rest| rest.split_once('_')) {
        all.push((Some(SecretSlip::WithoutPrefix), body.as_bytes().to_vec()));
        let bare = URL_SAFE_NO_PAD.decode(body);
        all.extend(bare.map(|it| (Some(SecretSlip::Bare), it[..it.len().min(32)].to_vec())));
    }
    for (slip, text) in [
        (SecretSlip::Newline, format!("{text}\n")),
        (SecretSlip::Newline, format!("{text}\r\n")),
        (SecretSlip::Quoted, format!("\"{text}\"")),
        (SecretSlip::Quoted, format!("'{text}'")),
        (SecretSlip::Spaced, format!(" {text}")),
        (SecretSlip::Spaced, format!("{text} ")),
        (SecretSlip::UpperCase, text.to_ascii_uppercase()),
        (SecretSlip::Hashed, hex_of(&Sha256::digest(text))),
    ] {
        all.push((Some(slip), text.into_bytes()));
    }
    all.push((Some(SecretSlip::Hashed), Sha256::digest(text).to_vec()));
    all
}
