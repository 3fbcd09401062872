//! What each target does with its bytes, and what must hold whatever they are.
//!
//! The targets of cargo-fuzz call these, and so does a bounded run among the tests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_identity::json::{JsonFault, parse};
use countersign_identity::jws::Compact;
use countersign_identity::{
    Field, Key, KeySet, Mode, Outcome, Presented, Profile, Proven, PublicKey, dpop, explain,
    new_secret_text, profile, profiles, sign, verify,
};

const NOW: i64 = 1_767_225_600;
const WIDGET: &str = "cs_pk_live_widget";

/// The strict JSON reader takes nothing that `serde_json` refuses, and refuses by rules only.
pub fn json(data: &[u8]) {
    match (parse(data), serde_json::from_slice::<serde_json::Value>(data)) {
        (Ok(_), theirs) => drop(theirs.expect("only we take it")),
        (Err(JsonFault::Duplicate(_) | JsonFault::TooDeep | JsonFault::TooLong), _) => {}
        (Err(fault), theirs) => assert!(theirs.is_err(), "only serde takes it: {fault}"),
    }
}

/// What the JWS reader takes has one spelling; no text is a `DPoP` proof by chance.
pub fn jws(data: &[u8]) {
    let Ok(token) = std::str::from_utf8(data) else { return };
    let _ = dpop(token, "POST", "https://x.example/", None, NOW);
    let Ok(compact) = Compact::split(token) else { return };
    let _ = compact.header();
    if let (Ok(header), Ok(payload), Ok(signature)) =
        (compact.header_bytes(), compact.payload(), compact.signature())
    {
        let again =
            [header, payload, signature].map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).join(".");
        assert_eq!(again, token);
    }
}

/// A key that is read can be written, and is the same key then.
pub fn key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let native = profile("countersign").expect("the native profile");
    if let Ok(set) = KeySet::read(native, text) {
        assert!(!set.keys.is_empty() && set.keys.len() <= KeySet::MOST);
    }
    if let Ok(key) = PublicKey::read(text) {
        for text in [key.jwk(), key.pem()] {
            let again = PublicKey::read(&text).expect("what we write we can read");
            assert_eq!(again.thumbprint(), key.thumbprint());
        }
    }
}

/// The first byte chooses a profile; the others are a page's `identity` object, and the claims
/// of a token that is signed rightly.
pub fn proof(data: &[u8]) {
    let Some((first, data)) = data.split_first() else { return };
    let place = usize::from(*first) % profiles().count();
    let profile = profiles().nth(place).expect("a place among the profiles");
    forged(profile, data);
    if profile.shares_secrets(Mode::Jwt) {
        claimed(profile, data);
    }
}

/// Nobody without the secret is ever proven, and whoever is refused can be told why.
fn forged(profile: &'static Profile, data: &[u8]) {
    let Ok(presented) = serde_json::from_slice::<Presented>(data) else { return };
    let modes = profile.modes().iter().filter(|mode| profile.shares_secrets(**mode));
    let keys: Vec<_> = modes.map(|mode| key_of(profile, *mode)).collect();
    let outcome = verify(profile, &keys, &presented, WIDGET, NOW);
    assert!(!matches!(outcome, Ok(Outcome::Proven(_))), "a proof without the secret");
    assert!(!explain(profile, &keys, &presented, WIDGET, NOW).is_empty());
    for key in &keys {
        let _ = sign(profile, key, &presented, WIDGET, NOW);
    }
}

/// Whatever is claimed and signed, what is proven keeps the rules.
fn claimed(profile: &'static Profile, data: &[u8]) {
    use aws_lc_rs::hmac::{HMAC_SHA256, Key as Secret, sign};
    let Some(field) = profile.proof_field(Mode::Jwt) else { return };
    let message = format!("eyJhbGciOiJIUzI1NiJ9.{}", URL_SAFE_NO_PAD.encode(data));
    let secret = new_secret_text(profile, Mode::Jwt, &[0x33; 32]);
    let mac = sign(&Secret::new(HMAC_SHA256, secret.as_bytes()), message.as_bytes());
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.as_ref()));
    let presented = Presented::default().with(field, token);
    let keys = [key_of(profile, Mode::Jwt)];
    if let Ok(Outcome::Proven(proven)) = verify(profile, &keys, &presented, WIDGET, NOW) {
        keeps_the_rules(profile, &proven);
        serde_json::from_slice::<serde_json::Value>(data).expect("only JSON is proven");
    }
}

fn keeps_the_rules(profile: &Profile, proven: &Proven) {
    assert!(proven.subject().next().is_some());
    assert!(proven.expires.is_none_or(|expires| expires > NOW));
    assert!(proven.issued.is_none_or(|issued| issued <= NOW + 60));
    if let Some(most) = profile.lifetime(Mode::Jwt) {
        let start = proven.issued.unwrap_or(NOW);
        assert!(proven.expires.is_some_and(|expires| (1..=most).contains(&(expires - start))));
    }
    for (field, text) in &proven.fields {
        assert!(!text.trim().is_empty() && !text.chars().any(char::is_control));
        let most = if *field == Field::AvatarUrl { 2_000 } else { 254 };
        assert!(text.chars().count() <= most);
    }
}

fn key_of(profile: &'static Profile, mode: Mode) -> Key {
    let secret = new_secret_text(profile, mode, &[0x33; 32]);
    Key::shared(profile, mode, "key-1", &secret).expect("a secret of its own form")
}
