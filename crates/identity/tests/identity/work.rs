//! The work that a wrong proof costs: the same wherever it is wrong, and bounded before any key.

use std::process::Command;

use countersign_identity::{Mode, Presented, profile, profiles, verify};

use crate::attacks::good_digest;
use crate::kit::{Customer, NOW, WIDGET};

/// Refusals that one run counts.
const MANY: usize = 20;

/// A proof as long as the request body allows, in each field that can carry one, is refused
/// before a key is looked for: there is none, and nobody says so.
#[test]
fn nothing_longer_than_8_kb_meets_a_key() {
    let long = "7".repeat(8 * 1024 + 1);
    for profile in profiles() {
        for mode in profile.modes() {
            let proof = profile.proof_field(*mode).unwrap();
            let page = match mode {
                Mode::Jwt => Presented::default().with(proof, format!("e30.{long}.AA")),
                Mode::Hmac => {
                    let page = profile.fields().filter(|name| *name != proof);
                    page.fold(Presented::default(), |page, name| page.with(name, long.as_str()))
                        .with(proof, "0".repeat(64))
                }
            };
            let refused = verify(profile, &[], &page, WIDGET, NOW).unwrap_err();
            assert_ne!(refused.reason.code(), "no_key", "{} {mode:?}", profile.name());
        }
    }
    let pusher = profile("pusher-presence").unwrap();
    let half = "7".repeat(5 * 1024);
    let page = Presented::default()
        .with("socket_id", half.as_str())
        .with("channel", "presence-a")
        .with("channel_data", half.as_str())
        .with("auth", format!("key:{}", "0".repeat(64)));
    let refused = verify(pusher, &[], &page, WIDGET, NOW).unwrap_err();
    assert_eq!(refused.reason.code(), "value");
}

/// The number of instructions does not tell where a wrong proof differs from the right one.
///
/// Time alone says little about that; Valgrind counts each instruction, and the counts of two
/// runs of the same program are the same.
#[test]
fn a_wrong_proof_costs_the_same_wherever_it_is_wrong() {
    for kind in ["hex", "base64", "token"] {
        let counts = [0, 1, 15, 30].map(|place| instructions(kind, place));
        assert!(counts[0] > 1_000, "{kind}: {counts:?}");
        assert!(counts.iter().all(|count| *count == counts[0]), "{kind}: {counts:?}");
    }
    let leaky = [0, 30].map(|place| instructions("leaky", place));
    assert!(leaky[0] < leaky[1], "an early exit is not seen: {leaky:?}");
}

/// The instructions of `judged` in a run of this test program that is for nothing else.
fn instructions(kind: &str, place: usize) -> u64 {
    let out = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--toggle-collect=*work::judged*",
        ])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "work::refused_many_times", "--ignored", "--test-threads=1"])
        .env("COUNTERSIGN_WRONG_PROOF", format!("{kind} {place}"))
        .output()
        .expect("valgrind is installed");
    let text = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{text}");
    let count = text.lines().find_map(|line| line.split_once("Collected : ")).unwrap().1;
    count.trim().parse().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the test above says which proof through it")]
#[test]
#[ignore = "run under Valgrind by the test above"]
fn refused_many_times() {
    let what = std::env::var("COUNTERSIGN_WRONG_PROOF").unwrap();
    let (kind, place) = what.split_once(' ').unwrap();
    let place = place.parse().unwrap();
    if kind == "leaky" {
        let (right, mut wrong) = ([7; 32], [7; 32]);
        wrong[place] = 8;
        assert!((0..MANY).all(|_| judged_leakily(&right, &wrong)));
        return;
    }
    let (customer, page) = wrong_at(kind, place);
    for _ in 0..MANY {
        assert!(judged(&customer, &page));
    }
}

#[inline(never)]
fn judged(customer: &Customer, page: &Presented) -> bool {
    verify(customer.profile, &customer.keys, page, WIDGET, NOW).is_err()
}

/// What must not be: a comparison that ends at the first difference. Named to be counted, too.
#[inline(never)]
fn judged_leakily(right: &[u8], wrong: &[u8]) -> bool {
    right.iter().zip(wrong).any(|(right, wrong)| right != wrong)
}

/// A page whose proof differs from the right one in the byte `place` of its 32.
fn wrong_at(kind: &str, place: usize) -> (Customer, Presented) {
    let (name, mode) = match kind {
        "hex" => ("fogbender", Mode::Hmac),
        "base64" => ("notificationapi", Mode::Hmac),
        _ => ("countersign", Mode::Jwt),
    };
    let customer = Customer::of(name, mode);
    let page = match mode {
        Mode::Hmac => good_digest(&customer),
        Mode::Jwt => customer.presents(&customer.token(&customer.claims())),
    };
    let proof = page.text(customer.field()).unwrap();
    let wrong = match kind {
        "hex" => swapped(proof, 2 * place),
        "base64" => swapped(proof, 4 * place / 3),
        _ => {
            let start = proof.rfind('.').unwrap() + 1;
            swapped(proof, start + 4 * place / 3)
        }
    };
    let page = page.clone().with(customer.field(), wrong);
    (customer, page)
}

/// The text with another digit of the same alphabet at `at`.
fn swapped(text: &str, at: usize) -> String {
    let other = if &text[at..=at] == "A" { "B" } else { "A" };
    [&text[..at], other, &text[at + 1..]].concat()
}
