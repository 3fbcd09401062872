//! Whatever we accept, the others accept, too: we only add refusals.

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

fn theirs(entry: &Value) -> [bool; 2] {
    let (secret, audience) =
        (entry["secret"].as_str().unwrap(), entry["audience"].as_str().unwrap());
    let token = entry["identity"]["token"].as_str().unwrap();
    [
        Jsonwebtoken::new(secret, audience, false).accepts(token),
        Josekit::new(secret, audience, false).accepts(token),
    ]
}

#[test]
fn what_we_accept_they_accept() {
    let accepted = entries(include_str!("../../corpus/accepted.json"));
    assert!(!accepted.is_empty());
    for entry in accepted {
        assert!(ours(&entry) && theirs(&entry) == [true, true], "{}", entry["name"]);
    }
}

/// Time stands still for them here, so what they accept wrongly is at most this much.
#[test]
fn of_the_refused_they_accept_some_and_we_none() {
    let refused = entries(include_str!("../../corpus/refused.json"));
    let mut wrongly = [0, 0];
    for entry in &refused {
        assert!(!ours(entry), "{}", entry["name"]);
        for (many, accepts) in wrongly.iter_mut().zip(theirs(entry)) {
            *many += usize::from(accepts);
        }
    }
    println!("of {}: jsonwebtoken {}, josekit {}", refused.len(), wrongly[0], wrongly[1]);
    assert!(refused.len() > 100 && wrongly[0] > 0 && wrongly[1] > 0);
}
