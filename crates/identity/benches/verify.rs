//! Proofs a second on one core: `cargo bench -p countersign-identity`.
//!
//! Prints the rate of each profile and, for those with HMAC, its share of the bare digest over
//! the same bytes. A word after `--` runs only what has it in its name.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_identity::{
    Algorithm, Checker, Key, Mode, Outcome, Presented, Profile, Signer, explain, new_secret_text,
    profile, sign, verify,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const NOW: i64 = 1_767_225_600;
const WIDGET: &str = "cs_pk_live_0123456789abcdefghijklmnop";

fn main() {
    let raw = digest_rate(b"ada@example.com");
    print("HMAC-SHA256, bare, 15 bytes", raw, None);
    for (name, mode) in [
        ("woes-hmac", Mode::Hmac),
        ("notificationapi", Mode::Hmac),
        ("fogbender", Mode::Hmac),
        ("countersign", Mode::Jwt),
        ("woes-jwt", Mode::Jwt),
        ("fogbender", Mode::Jwt),
    ] {
        if is_wanted(&format!("{name} {mode:?}")) {
            shared(profile(name).unwrap(), mode, raw);
        }
    }
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519] {
        if is_wanted(&format!("countersign {}", algorithm.name())) {
            registered(algorithm);
        }
    }
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Ed25519] {
        if is_wanted(&format!("access token {}", algorithm.name())) {
            access(algorithm);
        }
    }
}

fn is_wanted(name: &str) -> bool {
    std::env::args().skip(1).filter(|word| !word.starts_with('-')).all(|word| name.contains(&word))
}

fn shared(profile: &'static Profile, mode: Mode, raw: f64) {
    let secret = new_secret_text(profile, mode, &[7; 32]);
    let keys = [Key::shared(profile, mode, "key-1", &secret).unwrap()];
    let page = Presented::default();
    let claims = match profile.name() {
        "countersign" | "woes-hmac" | "woes-jwt" => {
            page.with("id", "user_123").with("email", "ada@example.com").with("name", "Ada")
        }
        "fogbender" if mode == Mode::Jwt => {
            page.with("userId", "user_123").with("userEmail", "ada@example.com")
        }
        _ => page.with("userId", "user_123"),
    };
    let (field, proof) = sign(profile, &keys[0], &claims, WIDGET, NOW).unwrap().remove(0);
    let beside = match mode {
        Mode::Hmac if profile.name() == "woes-hmac" => {
            Presented::default().with("email", "ada@example.com")
        }
        Mode::Hmac => claims,
        Mode::Jwt => Presented::default(),
    };
    let bare = match mode {
        Mode::Hmac => raw,
        Mode::Jwt => digest_rate(proof.rsplit_once('.').unwrap().0.as_bytes()),
    };
    let presented = beside.with(&field, proof);
    let name = format!("{} {mode:?}", profile.name());
    print(&name, verified(profile, &keys, &presented), Some(bare));
    let others = [Key::shared(profile, mode, "key-1", &new_secret_text(profile, mode, &[8; 32]))]
        .map(Result::unwrap);
    let explained = rate(|| !explain(profile, &others, &presented, WIDGET, NOW + 1).is_empty());
    print(&format!("{name}, wrong, explained"), explained, None);
}

fn registered(algorithm: Algorithm) {
    let native = profile("countersign").unwrap();
    let pkcs8 = Signer::generate(algorithm).unwrap();
    let signer = Signer::from_pkcs8(algorithm, &pkcs8).unwrap();
    let keys = [Key::public(native, "key-1", &signer.jwk()).unwrap()];
    let claims = format!(
        r#"{{"sub":"user_123","email":"ada@example.com","aud":"{WIDGET}","iat":{NOW},"exp":{}}}"#,
        NOW + 600
    );
    let header = format!(r#"{{"alg":"{}","kid":"key-1"}}"#, algorithm.name());
    let message = [header, claims].map(|text| URL_SAFE_NO_PAD.encode(text)).join(".");
    let signature = customer_signature(algorithm, &pkcs8, message.as_bytes());
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
    let rate = verified(native, &keys, &Presented::default().with("token", token));
    print(&format!("countersign {}", algorithm.name()), rate, None);
}

/// What a customer signs: our own `Signer` writes access tokens only.
fn customer_signature(algorithm: Algorithm, pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    if algorithm == Algorithm::Ed25519 {
        return Ed25519KeyPair::from_pkcs8(pkcs8).unwrap().sign(message).as_ref().to_vec();
    }
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).unwrap();
    pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
}

fn access(algorithm: Algorithm) {
    let signer = Signer::from_pkcs8(algorithm, &Signer::generate(algorithm).unwrap()).unwrap();
    let checker = Checker::from_jwks(&format!(r#"{{"keys":[{}]}}"#, signer.jwk())).unwrap();
    let claims = br#"{"iss":"https://cs.example","aud":"https://cs.example","sub":"con_0123456789abcdef","sid":"ses_0123456789abcdef","iat":1767225600,"exp":1767226200,"jti":"0123456789abcdef"}"#;
    let token = signer.sign(claims);
    let name = algorithm.name();
    print(&format!("access token {name}, check"), rate(|| checker.check(&token).is_ok()), None);
    print(&format!("access token {name}, sign"), rate(|| !signer.sign(claims).is_empty()), None);
}

fn verified(profile: &'static Profile, keys: &[Key], presented: &Presented) -> f64 {
    rate(|| {
        let outcome = verify(profile, keys, presented, WIDGET, NOW + 1);
        matches!(outcome, Ok(Outcome::Proven(_)))
    })
}

fn digest_rate(message: &[u8]) -> f64 {
    let mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
    rate(|| {
        let mut mac = mac.clone();
        mac.update(black_box(message));
        black_box(mac.finalize().into_bytes());
        true
    })
}

/// Calls a second, the best of three hundred tries of some milliseconds: short ones, so that some
/// are undisturbed on a machine that has other work, too.
fn rate(mut work: impl FnMut() -> bool) -> f64 {
    assert!(work(), "the work itself must succeed");
    let mut batch = 1_u32;
    while once(batch, &mut work) < Duration::from_millis(3) {
        batch *= 2;
    }
    let best = (0..300).map(|_| once(batch, &mut work)).min().unwrap();
    f64::from(batch) / best.as_secs_f64()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn once(batch: u32, work: &mut impl FnMut() -> bool) -> Duration {
    let start = std::time::Instant::now();
    for _ in 0..batch {
        black_box(work());
    }
    start.elapsed()
}

fn print(name: &str, rate: f64, bare: Option<f64>) {
    let share = bare.map_or(String::new(), |bare| format!("{:6.0} % of bare", rate / bare * 100.0));
    println!("{name:40} {rate:12.0} a second {share}");
}
