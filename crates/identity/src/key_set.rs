//! A customer's published keys: a JWK Set, checked when it is saved or fetched.

use std::collections::BTreeSet;

use crate::json::{self, Json, JsonFault, Object};
use crate::jwk::{PublicKey, PublicKeyFault};
use crate::keys::{Key, KeyFault};
use crate::profile::Profile;

/// The usable keys of a JWK Set, and what stands beside them.
#[derive(Debug)]
pub struct KeySet {
    /// The keys that check signatures for the profile, each under its `kid`.
    pub keys: Vec<Key>,
    /// The keys that are for something else, each by its `kid` or its place, and why.
    pub skipped: Vec<(String, KeyFault)>,
}

/// Why a text is no set of keys for a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetFault {
    /// Not JSON under our rules.
    #[error("the key set cannot be read: {0}")]
    Unreadable(#[from] JsonFault),
    /// A single key, where a set is wanted.
    #[error(
        "it is one key and no set of keys; register it as a public key, or put it into \
             {{\"keys\": […]}}"
    )]
    SingleKey,
    /// No list of keys.
    #[error("it is no key set: `keys` is missing or no list of objects")]
    NoKeys,
    /// More keys than anybody uses.
    #[error("it has {0} keys; at most {most} are taken", most = KeySet::MOST)]
    TooMany(usize),
    /// A key that could be anybody's.
    #[error("key {0} has no `kid`, and the set has several keys")]
    Unnamed(usize),
    /// A name that cannot stand in a token's header as it is.
    #[error("the `kid` of key {0} is not 1 to 128 visible ASCII characters")]
    Name(usize),
    /// Two keys of one name.
    #[error("two keys have the `kid` {0:?}")]
    Duplicate(String),
    /// A private key or a secret among public keys, or a public key that is unsound.
    #[error("key {0}: {1}")]
    Unsound(String, PublicKeyFault),
    /// Every key is for something else.
    #[error("none of its keys can be used; key {0}: {1}")]
    NoneUsable(String, KeyFault),
}

impl KeySet {
    /// Keys that a set may have.
    pub const MOST: usize = 32;

    /// Bytes that the text of a set may have: some carry whole certificates.
    pub const LONGEST: usize = 128 * 1024;

    /// Reads a JWK Set for a profile that takes public keys.
    ///
    /// Whatever is for encryption, or of a kind that the profile does not know, is skipped, as
    /// RFC 7517 asks. A secret, a private key, a weak or a broken one refuses the whole set:
    /// nobody publishes those on purpose.
    pub fn read(profile: &'static Profile, text: &str) -> Result<Self, KeySetFault> {
        let Json::Object(set) = json::parse_within(text.trim().as_bytes(), Self::LONGEST)? else {
            return Err(KeySetFault::NoKeys);
        };
        let keys = match (set.get("keys"), set.get("kty")) {
            (Some(Json::List(keys)), _) if !keys.is_empty() => keys,
            (None, Some(_)) => return Err(KeySetFault::SingleKey),
            _ => return Err(KeySetFault::NoKeys),
        };
        if keys.len() > Self::MOST {
            return Err(KeySetFault::TooMany(keys.len()));
        }
        let names = names(keys)?;
        let mut read = Self { keys: Vec::new(), skipped: Vec::new() };
        for (key, name) in keys.iter().zip(names) {
            let Json::Object(jwk) = key else { return Err(KeySetFault::NoKeys) };
            read.add(profile, name, jwk)?;
        }
        match read.skipped.first() {
            Some((name, fault)) if read.keys.is_empty() => {
                Err(KeySetFault::NoneUsable(name.clone(), *fault))
            }
            _ => Ok(read),
        }
    }

    fn add(
        &mut self,
        profile: &'static Profile,
        name: String,
        jwk: &Object<'_>,
    ) -> Result<(), KeySetFault> {
        let key = match PublicKey::from_jwk(jwk) {
            Ok(key) => Key::registered(profile, &name, key),
            Err(fault @ (PublicKeyFault::Kind | PublicKeyFault::Purpose(_))) => Err(fault.into()),
            Err(fault) => return Err(KeySetFault::Unsound(name, fault)),
        };
        match key {
            Ok(key) => self.keys.push(key),
            Err(fault) => self.skipped.push((name, fault)),
        }
        Ok(())
    }
}

/// The `kid` of each key; a key that is alone may have none.
fn names(keys: &[Json<'_>]) -> Result<Vec<String>, KeySetFault> {
    let mut seen = BTreeSet::new();
    let mut names = Vec::with_capacity(keys.len());
    for (place, key) in (1..).zip(keys) {
        let Json::Object(jwk) = key else { return Err(KeySetFault::NoKeys) };
        let name = match jwk.get("kid") {
            None if keys.len() == 1 => "1",
            None => return Err(KeySetFault::Unnamed(place)),
            Some(Json::Text(name)) if is_plain(name) => name,
            Some(_) => return Err(KeySetFault::Name(place)),
        };
        if !seen.insert(name) {
            return Err(KeySetFault::Duplicate(name.to_owned()));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

fn is_plain(name: &str) -> bool {
    (1..=128).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::profile::profile;

    const ED: &str =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    const EC: &str = r#"{"kty":"EC","crv":"P-256",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    fn rsa(bytes: usize) -> String {
        let n = URL_SAFE_NO_PAD.encode(vec![0xff; bytes]);
        format!(r#"{{"kty":"RSA","e":"AQAB","n":"{n}"}}"#)
    }

    fn named(jwk: &str, kid: &str) -> String {
        jwk.replacen('{', &format!("{{\"kid\":\"{kid}\","), 1)
    }

    fn set(keys: &[String]) -> String {
        format!("{{\"keys\":[{}]}}", keys.join(","))
    }

    #[test]
    fn a_set_gives_its_usable_keys() {
        let native = profile("countersign").unwrap();
        let p384 = named(&EC.replace("P-256", "P-384"), "c");
        let enc = named(EC, "d").replacen('{', r#"{"use":"enc","#, 1);
        let odd = r#"{"kid":"e","kty":"AKP"}"#.to_owned();
        let read = KeySet::read(
            native,
            &set(&[named(ED, "a"), named(EC, "b"), p384, enc, odd, named(&rsa(256), "f")]),
        );
        let read = read.unwrap();
        let ids: Vec<_> = read.keys.iter().map(Key::id).collect();
        assert_eq!(ids, ["a", "b"]);
        let skipped: Vec<_> =
            read.skipped.iter().map(|(name, fault)| (name.as_str(), *fault)).collect();
        let unusable = |fault| KeyFault::Unusable(fault);
        let expected = [
            ("c", unusable(PublicKeyFault::Kind)),
            ("d", unusable(PublicKeyFault::Purpose("use"))),
            ("e", unusable(PublicKeyFault::Kind)),
            ("f", KeyFault::Public),
        ];
        assert_eq!(skipped, expected);
        assert_eq!(KeySet::read(native, &set(&[ED.into()])).unwrap().keys[0].id(), "1");
    }

    #[test]
    fn a_fault_is_named() {
        let native = profile("countersign").unwrap();
        let unsound = |name: &str, fault| KeySetFault::Unsound(name.into(), fault);
        let private = named(ED, "b").replacen('{', r#"{"d":"AA","#, 1);
        let many: Vec<_> = (0..33).map(|n| named(ED, &n.to_string())).collect();
        let cases = [
            ("<html>".into(), KeySetFault::Unreadable(JsonFault::Syntax(0))),
            ("[]".into(), KeySetFault::NoKeys),
            ("{}".into(), KeySetFault::NoKeys),
            (set(&[]), KeySetFault::NoKeys),
            (set(&["1".into()]), KeySetFault::NoKeys),
            (ED.into(), KeySetFault::SingleKey),
            (set(&many), KeySetFault::TooMany(33)),
            (set(&[ED.into(), EC.into()]), KeySetFault::Unnamed(1)),
            (set(&[named(ED, "a b")]), KeySetFault::Name(1)),
            (set(&[named(ED, "a"), named(EC, "a")]), KeySetFault::Duplicate("a".into())),
            (set(&[named(ED, "a"), private]), unsound("b", PublicKeyFault::Private)),
            (
                set(&[named(ED, "a"), r#"{"kid":"b","kty":"oct","k":"AA"}"#.into()]),
                unsound("b", PublicKeyFault::Secret),
            ),
            (set(&[rsa(128)]), unsound("1", PublicKeyFault::ShortRsa(1024))),
            (set(&[EC.replace("x_FE", "x_FF")]), unsound("1", PublicKeyFault::OffCurve)),
            (
                set(&[EC.replace("P-256", "P-384")]),
                KeySetFault::NoneUsable("1".into(), KeyFault::Unusable(PublicKeyFault::Kind)),
            ),
        ];
        for (text, fault) in cases {
            assert_eq!(KeySet::read(native, &text).unwrap_err(), fault, "{text}");
        }
        let huge = format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(KeySet::LONGEST));
        let fault = KeySet::read(native, &huge).unwrap_err();
        assert_eq!(fault, KeySetFault::Unreadable(JsonFault::TooLong));
        let woes = profile("woes-jwt").unwrap();
        let fault = KeySet::read(woes, &set(&[ED.into()])).unwrap_err();
        assert_eq!(fault, KeySetFault::NoneUsable("1".into(), KeyFault::Public));
    }
}
