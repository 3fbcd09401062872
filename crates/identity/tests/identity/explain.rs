//! What an administrator is told about a refused proof.

use countersign_identity::{Key, Mode, Presented, explain, new_secret_text};
use serde_json::{Value, json};

use crate::attacks::good_digest;
use crate::kit::{Customer, NOW, WIDGET, base64, hex, hs256, sha256_mac, unhex, with, without};

fn causes(customer: &Customer, presented: &Presented) -> Vec<String> {
    let findings = explain(customer.profile, &customer.keys, presented, WIDGET, NOW);
    assert!(findings.iter().all(|finding| !finding.mend.is_empty()));
    let text = format!("{findings:?}");
    assert!(!text.contains(&customer.secret), "a finding repeats the secret");
    findings.into_iter().map(|finding| finding.cause).collect()
}

#[test]
fn a_good_proof_needs_no_explanation() {
    for (profile, mode) in [("fogbender", Mode::Hmac), ("woes-hmac", Mode::Hmac)] {
        let customer = Customer::of(profile, mode);
        assert_eq!(causes(&customer, &good_digest(&customer)), [""; 0]);
    }
    let customer = Customer::of("countersign", Mode::Jwt);
    let presented = customer.presents(&customer.token(&customer.claims()));
    assert_eq!(causes(&customer, &presented), [""; 0]);
}

#[test]
fn the_wrong_recipe_of_a_woes_digest_is_named() {
    let customer = Customer::of("woes-hmac", Mode::Hmac);
    let (raw, text) = (unhex(&customer.secret), customer.secret.clone());
    let hash = |key: &[u8], message: &str| hex(&sha256_mac(key, message));
    let good = "ada@example.com";
    let cases = [
        (hash(text.as_bytes(), good), "the secret was used as text"),
        (hash(&raw, " Ada@Example.com "), "what was hashed was the text as typed"),
        (hash(&raw, "Ada@Example.com"), "what was hashed was trimmed, though not lower-cased"),
        (hash(&raw, &format!("{good}\n")), "what was hashed ends in a newline"),
        (hash(&raw, "Ada"), "what was hashed was `name` instead of `email`"),
        (hash(&raw, good).to_uppercase(), "the digest is in upper case"),
        (format!("{}\n", hash(&raw, good)), "the digest has space or line breaks around it"),
        (base64(&sha256_mac(&raw, good)), "the digest is in another base64"),
        (hash(b"", good), "the secret on your server is empty"),
        (hash(format!("{text}\n").as_bytes(), good), "the secret was used with a newline"),
        (hash(&[3; 32], good), "the signature fits no secret or key in use"),
        ("d41d8cd98f00b204e9800998ecf8427e".into(), "the proof has the length of an MD5 digest"),
    ];
    for (hash, cause) in cases {
        let presented = good_digest(&customer).with("email_hash", hash);
        let found = causes(&customer, &presented);
        assert!(found.first().is_some_and(|first| first.starts_with(cause)), "{cause}: {found:?}");
        assert!(customer.verify_all(&presented).is_err(), "{cause}");
    }
}

#[test]
fn two_mistakes_are_both_named() {
    let customer = Customer::of("notificationapi", Mode::Hmac);
    let body = customer.secret.strip_prefix("cs_idh_").unwrap();
    let hash = hex(&sha256_mac(body.as_bytes(), "user_123"));
    let presented = good_digest(&customer).with("userIdHash", hash);
    let found = causes(&customer, &presented);
    let expected =
        ["the digest is in hexadecimal digits", "the secret was used without its prefix"];
    assert_eq!(found, expected);
}

#[test]
fn a_plus_that_became_a_space_is_recognised() {
    let customer = Customer::of("notificationapi", Mode::Hmac);
    let with_plus = (0..200).map(|n| format!("user_{n}")).find_map(|id| {
        let hash = base64(&sha256_mac(customer.secret.as_bytes(), &id));
        hash.contains('+').then_some((id, hash))
    });
    let (id, hash) = with_plus.unwrap();
    let presented =
        Presented::default().with("userId", id).with("userIdHash", hash.replace('+', " "));
    let found = causes(&customer, &presented);
    assert!(found[0].contains("each `+` became a space"), "{found:?}");
}

#[test]
fn the_wrong_key_of_a_token_is_named() {
    let mut customer = Customer::of("woes-jwt", Mode::Jwt);
    let old = new_secret_text(customer.profile, Mode::Jwt, &[1; 32]);
    let retired = Key::shared(customer.profile, Mode::Jwt, "old", &old).unwrap().retired();
    customer.keys.push(retired);
    let token = |key: &[u8]| hs256(&json!({"alg": "HS256"}), &customer.claims(), key);
    let cases = [
        (token(&unhex(&customer.secret)), "the secret was decoded from hexadecimal"),
        (token(old.as_bytes()), "the proof is made with key `old`, which is retired"),
        (token(b""), "the secret on your server is empty"),
        (token(&[7; 32]), "the signature fits no secret or key in use"),
    ];
    for (token, cause) in cases {
        assert_eq!(causes(&customer, &customer.presents(&token)), [cause]);
    }
}

#[test]
fn every_wrong_claim_is_named_at_once() {
    let customer = Customer::of("countersign", Mode::Jwt);
    let claims = customer.claims();
    let found = |claims: &Value| causes(&customer, &customer.presents(&customer.token(claims)));
    let several = with(without(claims.clone(), "sub"), "aud", json!("cs_pk_test_widget"));
    let expected = [
        "the token's `aud` is not this widget's public key",
        "the claim `sub` is missing",
        "`aud` is \"cs_pk_test_widget\", and this widget's public key is \"cs_pk_live_widget\"",
    ];
    assert_eq!(found(&several), expected);
    let expired =
        found(&with(with(claims.clone(), "exp", json!(NOW - 30)), "iat", json!(NOW - 90)));
    assert_eq!(expired, ["the token expired 30 s ago"]);
    let ahead = with(with(claims.clone(), "iat", json!(NOW + 7_200)), "exp", json!(NOW + 7_800));
    assert!(found(&ahead)[1].contains("7200 s ahead"));
    let milliseconds =
        with(with(claims.clone(), "iat", json!(NOW * 1_000)), "exp", json!(NOW * 1_000 + 1));
    assert!(found(&milliseconds).contains(&"`iat` or `exp` is in milliseconds".to_owned()));
    let long = found(&with(claims, "exp", json!(NOW + 3_600)));
    assert_eq!(long, ["the token lives for 3600 s; at most 900 are accepted"]);
}

#[test]
fn wrong_fields_and_missing_proofs_are_named() {
    let customer = Customer::of("fogbender", Mode::Jwt);
    let presented = Presented::default().with("userjwt", "x");
    let expected =
        ["the widget's identity profile has no field `userjwt`", "the page sent no proof at all"];
    assert_eq!(causes(&customer, &presented), expected);
}
