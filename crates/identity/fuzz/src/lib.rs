//! What each target does with its bytes, and what must hold whatever they are.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_identity::{
    Field, Key, Mode, Outcome, Presented, Proven, explain, new_secret_text, profile, verify,
};

const NOW: i64 = 1_767_225_600;
const WIDGET: &str = "cs_pk_live_widget";

/// The bytes as a page's `identity` object, and as the claims of a token that is signed rightly.
pub fn proof(name: &str, data: &[u8]) {
    forged(name, data);
    for mode in profile(name).expect("a known profile").modes() {
        if *mode == Mode::Jwt {
            claimed(name, data);
        }
    }
}

/// Nobody without the secret is ever proven.
fn forged(name: &str, data: &[u8]) {
    let profile = profile(name).expect("a known profile");
    let Ok(presented) = serde_json::from_slice::<Presented>(data) else { return };
    let keys: Vec<_> = profile.modes().iter().map(|mode| key(name, *mode).0).collect();
    let outcome = verify(profile, &keys, &presented, WIDGET, NOW);
    assert!(!matches!(outcome, Ok(Outcome::Proven(_))), "a proof without the secret");
    explain(profile, &keys, &presented, WIDGET, NOW);
}

/// Whatever is claimed and signed, what is proven keeps the rules.
fn claimed(name: &str, data: &[u8]) {
    let profile = profile(name).expect("a known profile");
    let (key, secret) = key(name, Mode::Jwt);
    let message = format!("eyJhbGciOiJIUzI1NiJ9.{}", URL_SAFE_NO_PAD.encode(data));
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.as_ref()));
    let field = profile.proof_field(Mode::Jwt).expect("a profile with tokens");
    let presented = Presented::default().with(field, token);
    if let Ok(Outcome::Proven(proven)) = verify(profile, &[key], &presented, WIDGET, NOW) {
        keeps_the_rules(name, &proven);
        serde_json::from_slice::<serde_json::Value>(data).expect("only JSON is proven");
    }
}

fn keeps_the_rules(name: &str, proven: &Proven) {
    assert!(proven.subject().next().is_some());
    assert!(proven.expires.is_none_or(|expires| expires > NOW));
    assert!(proven.issued.is_none_or(|issued| issued <= NOW + 60));
    if name != "fogbender" {
        let life = proven.expires.zip(proven.issued).map(|(expires, issued)| expires - issued);
        assert!(life.is_some_and(|life| (1..=900).contains(&life)));
    }
    for (field, text) in &proven.fields {
        assert!(!text.trim().is_empty() && !text.chars().any(char::is_control));
        let most = if *field == Field::AvatarUrl { 2_000 } else { 254 };
        assert!(text.chars().count() <= most);
    }
}

fn key(name: &str, mode: Mode) -> (Key, String) {
    let profile = profile(name).expect("a known profile");
    let secret = new_secret_text(profile, mode, &[0x5a; 32]);
    let key = Key::shared(profile, mode, "key-1", &secret).expect("a secret of its own form");
    (key, secret)
}
