//! SHA-256(secret ‖ id), which one vendor's Python package sends where an HMAC belongs.

use countersign_identity::{Mode, Presented, explain, verify_concatenated};
use sha2::{Digest as _, Sha256};

use crate::kit::{Customer, NOW, WIDGET, base64, sha256_mac};

fn customer() -> Customer {
    Customer::of("notificationapi", Mode::Hmac)
}

fn presented(user: &str, digest: &[u8]) -> Presented {
    Presented::default().with("userId", user).with("userIdHash", base64(digest))
}

fn concatenated(secret: &str, message: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(secret).chain_update(message).finalize().to_vec()
}

#[test]
fn only_who_asks_for_it_gets_it_and_it_proves_no_more_than_an_hmac() {
    let customer = customer();
    let python = presented("jos\u{e9}", &concatenated(&customer.secret, "jos\u{e9}".as_bytes()));
    assert_eq!(customer.verify_all(&python), Err("signature"));
    let proven = verify_concatenated(customer.profile, &customer.keys, &python).unwrap();
    assert_eq!(proven.strength, countersign_identity::Strength::Hmac);
    assert_eq!(proven.subject().count(), 1);
    let (good, mac) = ("jos\u{e9}", sha256_mac(customer.secret.as_bytes(), "jos\u{e9}"));
    let others = [
        presented("alice", &concatenated(&customer.secret, "jos\u{e9}".as_bytes())),
        presented(good, &concatenated("", good.as_bytes())),
        presented(good, &mac),
        presented(good, b"short"),
        presented(
            "eyJhbGciOiJIUzI1NiJ9.x",
            &concatenated(&customer.secret, b"eyJhbGciOiJIUzI1NiJ9.x"),
        ),
        Presented::default().with("userId", good),
    ];
    for other in others {
        let refused = verify_concatenated(customer.profile, &customer.keys, &other);
        assert!(refused.is_err(), "{refused:?}");
    }
    let retired = [customer.keys.into_iter().next().unwrap().retired()];
    assert!(verify_concatenated(customer.profile, &retired, &python).is_err());
}

/// Whoever has `alice`'s digest can compute that of `alice`, SHA-256's padding and any suffix.
#[test]
fn a_digest_that_is_continued_names_nobody() {
    let customer = customer();
    let hashed = customer.secret.len() + "alice".len();
    let mut name = b"alice\x80".to_vec();
    name.resize(name.len() + (119 - hashed % 64) % 64, 0);
    name.extend(u64::try_from(hashed * 8).unwrap().to_be_bytes());
    assert_eq!((customer.secret.len() + name.len()) % 64, 0, "the padding of SHA-256");
    name.extend(b"admin");
    let continued = concatenated(&customer.secret, &name);
    assert!(std::str::from_utf8(&name).is_err(), "no text of a name has these bytes");
    let latin: String = name.iter().map(|byte| char::from(*byte)).collect();
    for read in [latin, String::from_utf8_lossy(&name).into_owned()] {
        let continued = presented(&read, &continued);
        assert!(verify_concatenated(customer.profile, &customer.keys, &continued).is_err());
    }
}

#[test]
fn the_explainer_names_it_and_the_setting() {
    let customer = customer();
    let python = presented("alice", &concatenated(&customer.secret, b"alice"));
    let found = explain(customer.profile, &customer.keys, &python, WIDGET, NOW);
    assert_eq!((found.len(), found[0].mistake.code()), (1, "concatenated"));
    assert!(found[0].cause.contains("plain SHA-256"), "{found:?}");
    assert!(found[0].mend.contains("allow_python_hash"), "{found:?}");
}
