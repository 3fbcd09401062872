//! Web push messages a second on one core: `cargo bench -p countersign-reach`.
//!
//! Encrypting for one browser is two operations on P-256 with a key of its own; signing who sends
//! is a third. The last line is what a push costs us in all, but for the network.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_base::Moment;
use countersign_reach::web_push::{BrowserKeys, MOST, VapidKey, encrypt};
use url::Url;

fn main() {
    let private = PrivateKey::generate(&ECDH_P256).unwrap();
    let point = URL_SAFE_NO_PAD.encode(private.compute_public_key().unwrap());
    let browser = BrowserKeys::read(&point, &URL_SAFE_NO_PAD.encode([7; 16])).unwrap();
    let (short, long) = ([b'x'; 200], [b'x'; MOST]);
    print("encrypt, 200 bytes", || encrypt(&browser, &short).is_ok());
    print("encrypt, 3,993 bytes", || encrypt(&browser, &long).is_ok());

    let key = VapidKey::open(&VapidKey::generate()).unwrap();
    let endpoint = Url::parse("https://fcm.googleapis.com/fcm/send/abc").unwrap();
    let now = Moment::from_millis(1_795_000_000_000);
    let sign = || !key.authorization(&endpoint, "https://cs.example", now).is_empty();
    print("say who sends", sign);
    print("both, 200 bytes", || sign() && encrypt(&browser, &short).is_ok());
}

/// Calls a second, the best of some hundred tries of some milliseconds: short ones, so that some
/// are undisturbed on a machine that has other work, too.
fn print(name: &str, mut work: impl FnMut() -> bool) {
    assert!(work(), "the work itself must succeed");
    let best = (0..200).map(|_| once(64, &mut work)).min().unwrap();
    println!("{name:24} {:8.0} a second", 64.0 / best.as_secs_f64());
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn once(many: u32, work: &mut impl FnMut() -> bool) -> Duration {
    let start = std::time::Instant::now();
    for _ in 0..many {
        black_box(work());
    }
    start.elapsed()
}
