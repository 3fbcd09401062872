//! What an administrator is told about a refused proof.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use countersign_identity::{
    Algorithm, Key, Mode, Presented, PublicKey, Signer, explain, new_secret_text, profile,
};
use serde_json::{Value, json};

use crate::attacks::good_digest;
use crate::kit::{
    Customer, NOW, WIDGET, base64, hex, hs256, segment, sha256_mac, signed, unhex, vectors, with,
    without,
};

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
        (hash(&raw, "Ada"), "what was hashed was `name`"),
        (hash(&raw, good).to_uppercase(), "the digest is in upper case"),
        (format!("{}\n", hash(&raw, good)), "the digest has space or line breaks around it"),
        (base64(&sha256_mac(&raw, good)), "the digest is in base64"),
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
        "`aud` is \"cs_pk_test_widget\", and for this widget it is \"cs_pk_live_widget\"",
        "the claim `sub` is missing",
    ];
    assert_eq!(found(&several), expected);
    let expired =
        found(&with(with(claims.clone(), "exp", json!(NOW - 30)), "iat", json!(NOW - 90)));
    assert_eq!(expired, ["the token expired 30 s ago, and says that it is 90 s old"]);
    let ahead = with(with(claims.clone(), "iat", json!(NOW + 7_200)), "exp", json!(NOW + 7_800));
    assert_eq!(found(&ahead), ["the token was issued 7200 s in the future: a clock is wrong"]);
    let milliseconds =
        with(with(claims.clone(), "iat", json!(NOW * 1_000)), "exp", json!(NOW * 1_000 + 1));
    assert_eq!(found(&milliseconds), ["`iat` is in milliseconds"]);
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

#[test]
fn a_key_of_elsewhere_is_recognised_and_proves_nothing() {
    for (name, mode) in [("notificationapi", Mode::Hmac), ("countersign", Mode::Jwt)] {
        let mut customer = Customer::of(name, mode);
        let presented = match mode {
            Mode::Hmac => good_digest(&customer),
            Mode::Jwt => customer.presents(&customer.token(&customer.claims())),
        };
        assert!(customer.verify_all(&presented).is_ok());
        let live = new_secret_text(customer.profile, mode, &[1; 32]);
        let test = customer.keys.remove(0).elsewhere("the test widget's");
        customer.keys.push(Key::shared(customer.profile, mode, "live", &live).unwrap());
        customer.keys.push(test);
        assert_eq!(customer.verify_all(&presented).err(), Some("signature"));
        let expected = ["the proof is made with key `key-1`, which is the test widget's"];
        assert_eq!(causes(&customer, &presented), expected);
    }
}

#[test]
fn what_a_back_end_signs_instead_of_an_id_or_an_email_is_named() {
    let customer = Customer::of("fogbender", Mode::Hmac);
    let page = good_digest(&customer).with("userEmail", "Ada@Example.com");
    let hash = |text: &str| hex(&sha256_mac(customer.secret.as_bytes(), text));
    let cases = [
        (hash("Ada@Example.com"), "what was hashed was `userEmail`"),
        (hash("ada@example.com"), "what was hashed was `userEmail`"),
        (hash("user_123\n"), "what was hashed ends in a newline"),
        (hash("USER_123"), "what was hashed was in upper case"),
        (hash("\"user_123\""), "what was hashed was the text in quotes, as JSON writes it"),
        (hash(""), "what was hashed was empty"),
        (
            format!("sha256={}", hash("user_123")),
            "the digest has the name of the algorithm in front",
        ),
        (base64(hash("user_123").as_bytes()), "the digest is base64 of its hexadecimal digits"),
    ];
    for (hash, cause) in cases {
        let presented = page.clone().with("userHMAC", hash);
        assert_eq!(causes(&customer, &presented), [cause]);
        assert!(customer.verify_all(&presented).is_err());
    }
}

#[test]
fn what_stands_around_a_token_or_in_its_header_is_named() {
    let customer = Customer::of("countersign", Mode::Jwt);
    let good = customer.token(&customer.claims());
    let alg =
        |alg: &str| hs256(&json!({"alg": alg}), &customer.claims(), customer.secret.as_bytes());
    let cases = [
        (format!("{good}\n"), "the token has space or line breaks around it"),
        (format!("\"{good}\""), "the token has quotes around it"),
        (format!("Bearer {good}"), "the token has the word `Bearer` before it"),
        (alg("HS512"), "the token is signed with HS512, and no key of the widget is for that"),
        (alg("hs256"), "the token is signed with HS256, and no key of the widget is for that"),
        (alg("none"), "the token is signed with none, and no key of the widget is for that"),
    ];
    for (token, cause) in cases {
        assert_eq!(causes(&customer, &customer.presents(&token)), [cause]);
    }
    let claims = without(with(customer.claims(), "user_id", json!("1")), "sub");
    let found = causes(&customer, &customer.presents(&customer.token(&claims)));
    assert_eq!(found, ["the claim `sub` is missing, and there is `user_id`"]);
    let claims = with(customer.claims(), "sub", json!(7));
    let found = causes(&customer, &customer.presents(&customer.token(&claims)));
    assert_eq!(found, ["the claim `sub` is a number"]);
    let claims = customer.claims().to_string().replacen('{', "{\"sub\":\"x\",", 1);
    let twice = signed(r#"{"alg":"HS256"}"#, claims.as_bytes(), customer.secret.as_bytes());
    let found = explain(customer.profile, &customer.keys, &customer.presents(&twice), WIDGET, NOW);
    assert!(found[0].cause.contains("a name twice"), "{found:?}");
    assert_eq!(found[0].mistake.code(), "token_claims");
}

#[test]
fn a_signature_in_der_and_a_public_key_as_a_secret_are_named() {
    let native = profile("countersign").unwrap();
    let pkcs8 = Signer::generate(Algorithm::Es256).unwrap();
    let signer = Signer::from_pkcs8(Algorithm::Es256, &pkcs8).unwrap();
    let public = PublicKey::read(&signer.jwk()).unwrap();
    let keys = vec![Key::public(native, "key-1", &signer.jwk()).unwrap()];
    let customer = Customer { keys, ..Customer::of("countersign", Mode::Jwt) };
    let message = format!(
        "{}.{}",
        segment(br#"{"alg":"ES256"}"#),
        segment(customer.claims().to_string().as_bytes())
    );
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).unwrap();
    let der = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    let token = format!("{message}.{}", segment(der.as_ref()));
    let found = causes(&customer, &customer.presents(&token));
    assert_eq!(found, ["the signature is written in DER, as OpenSSL does"]);
    for secret in [public.pem(), public.pem().trim_end().to_owned(), public.jwk()] {
        let token = hs256(&json!({"alg": "HS256"}), &customer.claims(), secret.as_bytes());
        let expected =
            ["the token is signed with the public key as if it were a secret: an attack"];
        assert_eq!(causes(&customer, &customer.presents(&token)), expected);
    }
}

#[test]
fn a_proof_of_another_profile_is_named() {
    let customer = Customer::of("countersign", Mode::Jwt);
    let page = Presented::default().with("userId", "user_123").with("userIdHash", "x");
    let found = causes(&customer, &page);
    assert!(found.contains(&"this is a proof of the profile `notificationapi`".to_owned()));
    let customer = Customer::of("woes-hmac", Mode::Hmac);
    let page = Presented::default().with("jwt", "e30.e30.AA");
    assert_eq!(causes(&customer, &page), ["this is a proof of the profile `woes-jwt`"]);
}

/// A sealed token cannot be looked into; the key that sealed it can be found.
#[test]
fn the_key_that_sealed_a_token_is_named() {
    let vector = vectors().into_iter().find(|it| it.profile.name() == "fogbender-paseto").unwrap();
    let keys = [vector.key.retired()];
    let found = explain(vector.profile, &keys, &vector.identity, WIDGET, NOW);
    assert_eq!(found[0].mistake.code(), "retired_key");
}
