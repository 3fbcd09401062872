//! The committed corpus and vectors: generated from the tables here, and checked to be current.

use std::path::Path;

use countersign_identity::{Mode, Presented, profile, profiles};
use serde_json::{Map, Value, json};

use crate::attacks::{attack, digest_rows, good_digest, rows};
use crate::kit::{Customer, NOW, WIDGET, base64, hex, sha256_mac, signed_by_us, unhex};

/// Every refused token and digest of the attack table, for other verifiers to run.
#[test]
fn the_refused_are_current() {
    let mut entries = Vec::new();
    for (name, profiles, wrong, code) in rows() {
        for profile in profiles {
            let customer = Customer::of(profile, Mode::Jwt);
            let presented = customer.presents(&attack(&customer, &wrong));
            entries.push(entry(&customer, name, &presented, "reason", json!(code)));
        }
    }
    for (name, profile, change, code) in digest_rows() {
        let customer = Customer::of(profile, Mode::Hmac);
        let presented = change(good_digest(&customer), &customer.secret);
        entries.push(entry(&customer, name, &presented, "reason", json!(code)));
    }
    entries.retain(|entry| entry.to_string().len() < 12_000);
    assert!(entries.len() > 200);
    is_current("corpus/refused.json", &entries);
}

/// What we sign for one person, by profile and mode, for the SDKs to reproduce; what is sealed
/// with a nonce is never the same twice.
#[test]
fn the_accepted_are_current() {
    let mut entries = Vec::new();
    for profile in profiles().filter(|profile| profile.name() != "fogbender-paseto") {
        for mode in profile.modes().iter().filter(|mode| profile.shares_secrets(**mode)) {
            let customer = Customer::of(profile.name(), *mode);
            let (claims, minted) = signed_by_us(&customer);
            let page = if *mode == Mode::Hmac { claims } else { Presented::default() };
            let presented =
                minted.iter().fold(page, |page, (field, proof)| page.with(field, proof.as_str()));
            let proven = customer.verify_all(&presented).unwrap();
            let fields: Map<_, _> = proven
                .fields
                .iter()
                .map(|(field, text)| (field.name().into(), json!(text)))
                .collect();
            entries.push(entry(&customer, "one person", &presented, "proven", fields.into()));
        }
    }
    assert!(entries.len() >= 45);
    is_current("corpus/accepted.json", &entries);
}

/// The recipes of the field, as computed elsewhere.
#[test]
fn the_recipes_give_the_digests_of_the_vectors() {
    let text = include_str!("../../vectors/recipes.json");
    let vectors: Vec<Value> = serde_json::from_str(text).unwrap();
    assert!(vectors.len() >= 12);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let key = match text("key") {
            "utf8" => text("secret").as_bytes().to_vec(),
            "hex" => unhex(text("secret")),
            _ => base64_decoded(text("secret")),
        };
        let digest = sha256_mac(&key, text("message"));
        let written = match text("digest_form") {
            "hex" => hex(&digest),
            "hex_first_8" => hex(&digest[..8]),
            "base64url" => crate::kit::segment(&digest),
            _ => base64(&digest),
        };
        assert_eq!(written, text("digest"), "{}", text("name"));
    }
}

fn entry(customer: &Customer, name: &str, presented: &Presented, key: &str, what: Value) -> Value {
    let identity: Map<_, _> = presented
        .names()
        .filter_map(|name| Some((name.to_owned(), presented.text(name)?.into())))
        .collect();
    let mut entry = json!({
        "name": name, "profile": customer.profile.name(), "key": "key-1", "secret": customer.secret,
        "audience": WIDGET, "now": NOW, "identity": identity,
    });
    entry[key] = what;
    entry
}

/// Compares a committed file, one entry a line; rewrites it and fails where it differs.
fn is_current(file: &str, entries: &[Value]) {
    let lines: Vec<_> = entries.iter().map(Value::to_string).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
        std::fs::write(&path, text).unwrap();
        panic!("{file} was not current and is rewritten: look at the difference and commit it");
    }
}

fn base64_decoded(text: &str) -> Vec<u8> {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[test]
fn every_entry_is_still_refused() {
    let text = include_str!("../../corpus/refused.json");
    let entries: Vec<Value> = serde_json::from_str(text).unwrap();
    for entry in entries {
        let presented: Presented = serde_json::from_value(entry["identity"].clone()).unwrap();
        let profile = profile(entry["profile"].as_str().unwrap()).unwrap();
        let mode = if entry["identity"].get(profile.proof_field(Mode::Jwt).unwrap_or("")).is_some()
        {
            Mode::Jwt
        } else {
            profile.modes()[0]
        };
        let customer = Customer::of(profile.name(), mode);
        assert!(customer.verify_all(&presented).is_err(), "{}", entry["name"]);
    }
}
