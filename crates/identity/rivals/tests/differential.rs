//! Whatever we accept, the others accept, too: we only add refusals.

use std::panic::catch_unwind;
use std::time::{Duration, UNIX_EPOCH};

use countersign_identity::{Key, Mode, Outcome, Presented, profile, verify};
use countersign_identity_rivals::{Josekit, Jsonwebtoken};
use serde_json::Value;

/// The tokens of a corpus file that stand in the one proof field of a JWT profile.
fn entries(text: &str) -> Vec<Value> {
    let all: Vec<Value> = serde_json::from_str(text).unwrap();
    let native = |entry: &Value| entry["profile"] == "countersign";
    all.into_iter().filter(native).collect()
}

fn ours(entry: &Value) -> bool {
    let native = profile("countersign").unwrap();
    let key = Key::shared(native, Mode::Jwt, "key-1", entry["secret"].as_str().unwrap()).unwrap();
    let page: Presented = serde_json::from_value(entry["identity"].clone()).unwrap();
    let (audience, now) = (entry["audience"].as_str().unwrap(), entry["now"].as_i64().unwrap());
    matches!(verify(native, &[key], &page, audience, now), Ok(Outcome::Proven(_)))
}

/// What each of the two does; a panic is no acceptance.
fn theirs(entry: &Value) -> [Option<bool>; 2] {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (secret, audience) = (text(&entry["secret"]), text(&entry["audience"]));
    let token = text(&entry["identity"]["token"]);
    let now = UNIX_EPOCH + Duration::from_secs(entry["now"].as_u64().unwrap());
    let (one, two) =
        (Jsonwebtoken::new(&secret, &audience, false), Josekit::new(&secret, &audience, now));
    [catch_unwind(|| one.accepts(&token)).ok(), catch_unwind(|| two.accepts(&token)).ok()]
}

#[test]
fn what_we_accept_they_accept() {
    let accepted = entries(include_str!("../../corpus/accepted.json"));
    assert!(!accepted.is_empty());
    for entry in accepted {
        assert!(ours(&entry), "{}", entry["name"]);
        assert_eq!(theirs(&entry), [Some(true), Some(true)], "{}", entry["name"]);
    }
}

/// Only josekit looks at the times here: `jsonwebtoken` knows no time but the machine's own.
#[test]
fn of_the_refused_they_accept_some_and_we_none() {
    let refused = entries(include_str!("../../corpus/refused.json"));
    let (mut wrongly, mut panics) = ([0, 0], 0);
    for entry in &refused {
        assert!(!ours(entry), "{}", entry["name"]);
        for (many, verdict) in wrongly.iter_mut().zip(theirs(entry)) {
            *many += usize::from(verdict == Some(true));
            panics += usize::from(verdict.is_none());
        }
    }
    let all = refused.len();
    println!("of {all}: jsonwebtoken {}, josekit {}, panics {panics}", wrongly[0], wrongly[1]);
    assert!(all > 100 && wrongly.iter().all(|many| *many > 0));
}
