//! HS256 tokens verified a second on one core, by us and by others, in one run.

use std::hint::black_box;
use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use countersign_identity::{Key, Mode, Outcome, Presented, new_secret_text, profile, sign, verify};
use countersign_identity_rivals::{Josekit, Jsonwebtoken};

const WIDGET: &str = "cs_pk_live_0123456789abcdefghijklmnop";

fn main() {
    let native = profile("countersign").expect("the native profile");
    let secret = new_secret_text(native, Mode::Jwt, &[7; 32]);
    let keys = [Key::shared(native, Mode::Jwt, "key-1", &secret).expect("a secret of its form")];
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is past 1970").as_secs();
    let now = i64::try_from(now).expect("it is before the end of time");
    let claims = Presented::default()
        .with("id", "user_123")
        .with("email", "ada@example.com")
        .with("name", "Ada");
    let (_, token) =
        sign(native, &keys[0], &claims, WIDGET, now).expect("claims to sign").remove(0);
    let page = Presented::default().with("token", token.as_str());

    let ours =
        rate(|| matches!(verify(native, &keys, &page, WIDGET, now + 1), Ok(Outcome::Proven(_))));
    let (one, two) = (
        Jsonwebtoken::new(&secret, WIDGET, true),
        Josekit::new(&secret, WIDGET, SystemTime::now()),
    );
    print("countersign-identity", ours, ours);
    print("jsonwebtoken", rate(|| one.accepts(&token)), ours);
    print("josekit", rate(|| two.accepts(&token)), ours);
    for (program, script) in [("node", "rivals.mjs"), ("python3", "rivals.py")] {
        for (name, rate) in elsewhere(program, script, &token, &secret) {
            print(&name, rate, ours);
        }
    }
}

/// What a script in another language measures; nothing where it or its packages are not there.
fn elsewhere(program: &str, script: &str, token: &str, secret: &str) -> Vec<(String, f64)> {
    let out = Command::new(program)
        .arg(format!("{}/{script}", env!("CARGO_MANIFEST_DIR")))
        .envs([("TOKEN", token), ("SECRET", secret), ("AUDIENCE", WIDGET)])
        .output();
    let Some(out) = out.ok().filter(|out| out.status.success()) else {
        println!("{script}: not run, because {program} or its packages are not installed");
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let line = |line: &str| {
        let (name, rate) = line.split_once('\t')?;
        Some((name.to_owned(), rate.trim().parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}

/// Calls a second, the best of five tries.
fn rate(mut work: impl FnMut() -> bool) -> f64 {
    const MANY: u32 = 100_000;
    assert!(work(), "the token is good");
    let once = |_| {
        let start = Instant::now();
        for _ in 0..MANY {
            black_box(work());
        }
        f64::from(MANY) / start.elapsed().as_secs_f64()
    };
    (0..5).map(once).fold(0.0, f64::max)
}

fn print(name: &str, rate: f64, ours: f64) {
    println!("{name:24} {rate:12.0} a second {:8.1} % of ours", rate / ours * 100.0);
}
