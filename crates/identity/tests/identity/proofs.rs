//! What good proofs prove, and what stands beside them.

use countersign_identity::{
    Algorithm, Field, Identifier, Key, Mode, Outcome, Presented, SignFault, Signer, Strength,
    profile, profiles, said, sign, verify,
};
use serde_json::json;

use crate::attacks::good_digest;
use crate::kit::{
    Customer, NOW, WIDGET, base64, hex, hs256, segment, sha256_mac, signed, signed_by_us, with,
    without,
};

#[test]
fn what_we_sign_for_a_back_end_is_proven() {
    for profile in profiles() {
        for mode in profile.modes().iter().filter(|mode| profile.shares_secrets(**mode)) {
            let customer = Customer::of(profile.name(), *mode);
            let (claims, minted) = signed_by_us(&customer);
            let presented =
                minted.iter().fold(claims, |page, (field, proof)| page.with(field, proof.as_str()));
            let proven = customer.verify_all(&presented).unwrap();
            let strength = if *mode == Mode::Jwt { Strength::Jwt } else { Strength::Hmac };
            assert_eq!(proven.strength, strength, "{}", profile.name());
            let first = match proven.field(Field::Id) {
                Some(_) => Identifier::Id("user_123"),
                None => Identifier::Email("ada@example.com"),
            };
            assert_eq!(proven.subject().next(), Some(first), "{}", profile.name());
            let life = proven.expires.zip(proven.issued).map(|(end, start)| end - start);
            let expected = if *mode == Mode::Jwt { Some(600) } else { profile.lifetime(*mode) };
            assert_eq!(life, expected, "{}", profile.name());
        }
    }
}

#[test]
fn the_native_token_proves_everything_in_it() {
    let customer = Customer::of("countersign", Mode::Jwt);
    let jkt = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
    let claims = json!({
        "sub": "user_123", "email": " Ada@Example.com", "name": "Ada \u{2764}\u{fe0f}",
        "company": {"id": "c1", "name": "Netflix", "plan": "pro"}, "jti": "once", "cnf": {"jkt": jkt},
        "aud": [WIDGET], "iat": NOW + 60, "exp": NOW + 960, "nbf": NOW + 60, "role": ["admin", 7, null],
    });
    let page = customer
        .presents(&customer.token(&claims))
        .with("name", "Somebody")
        .with_parts("company", &[("id", "other")]);
    let proven = customer.verify_all(&page).unwrap();
    let field = |field, text: &str| (field, text.to_owned());
    let fields = [
        field(Field::Id, "user_123"),
        field(Field::Email, "ada@example.com"),
        field(Field::Name, "Ada \u{2764}\u{fe0f}"),
        field(Field::CompanyId, "c1"),
        field(Field::CompanyName, "Netflix"),
    ];
    assert_eq!(proven.fields, fields);
    assert_eq!(proven.said, []);
    assert_eq!((proven.jti.as_deref(), proven.jkt.as_deref()), (Some("once"), Some(jkt)));
    assert_eq!((proven.issued, proven.expires), (Some(NOW + 60), Some(NOW + 960)));
    let subject: Vec<_> = proven.subject().collect();
    assert_eq!(subject, [Identifier::Id("user_123"), Identifier::Email("ada@example.com")]);
}

#[test]
fn what_the_page_says_beside_a_proof_is_said() {
    let customer = Customer::of("countersign", Mode::Jwt);
    let claims = without(customer.claims(), "email");
    let page = customer
        .presents(&customer.token(&claims))
        .with("email", "Eve@Example.com")
        .with("id", "user_124")
        .with("name", " ");
    let proven = customer.verify_all(&page).unwrap();
    assert_eq!(proven.said, [(Field::Email, "eve@example.com".to_owned())]);
    assert_eq!(proven.field(Field::Id), Some("user_123"));
}

#[test]
fn woes_signs_the_email_and_nothing_else() {
    let customer = Customer::of("woes-hmac", Mode::Hmac);
    let page = good_digest(&customer).with("id", "user_124").with("company", "Netflix");
    let proven = customer.verify_all(&page).unwrap();
    assert_eq!(proven.fields, [(Field::Email, "ada@example.com".to_owned())]);
    let said = [
        (Field::Name, "Ada".to_owned()),
        (Field::CompanyName, "Netflix".to_owned()),
        (Field::Id, "user_124".to_owned()),
    ];
    assert_eq!(proven.said, said);
}

#[test]
fn fogbender_tokens_may_live_for_ever_and_must_agree_with_the_page() {
    let customer = Customer::of("fogbender", Mode::Jwt);
    let claims = customer.claims();
    let eternal = without(without(claims.clone(), "exp"), "iat");
    let long = with(claims.clone(), "exp", json!(NOW + 86_400));
    let by_sub = with(without(claims.clone(), "userId"), "sub", json!("user_123"));
    for claims in [&eternal, &long, &by_sub] {
        assert!(customer.verify(&customer.token(claims)).is_ok(), "{claims}");
    }
    let page = customer.presents(&customer.token(&claims));
    let cases = [
        (page.clone().with("userId", "user_123").with("userEmail", "Ada@example.com"), Ok(0)),
        (page.clone().with("customerId", "c1").with("widgetId", "w").with("widgetKey", "k"), Ok(1)),
        (page.clone().with("userId", "user_124"), Err("contradiction")),
        (page.clone().with("userEmail", "eve@example.com"), Err("contradiction")),
    ];
    for (page, expected) in cases {
        let found = customer.verify_all(&page).map(|proven| proven.said.len());
        assert_eq!(found, expected, "{page:?}");
    }
}

#[test]
fn two_proofs_must_both_hold_and_agree() {
    let mut customer = Customer::of("fogbender", Mode::Jwt);
    let secret = "0123456789abcdef0123456789abcdef";
    customer.keys.push(Key::imported(customer.profile, Mode::Hmac, "key-2", secret).unwrap());
    let token = customer.presents(&customer.token(&customer.claims()));
    let hash = |id| hex(&sha256_mac(secret.as_bytes(), id));
    let cases = [
        ("user_123", hash("user_123"), Ok(Strength::Jwt)),
        ("user_123", hash("user_124"), Err("signature")),
        ("user_124", hash("user_124"), Err("contradiction")),
        ("user_123", String::new(), Err("blank_proof")),
    ];
    for (id, hash, expected) in cases {
        let page = token.clone().with("userId", id).with("userHMAC", hash);
        assert_eq!(customer.verify_all(&page).map(|proven| proven.strength), expected);
    }
}

#[test]
fn no_proof_at_all_is_missing_and_says_what_can_be_used() {
    let page = Presented::default()
        .with("id", "user_123")
        .with("email", "Ada@Example.com")
        .with("name", "A\u{202e}")
        .with_parts("company", &[("name", "Netflix")]);
    let customer = Customer::of("countersign", Mode::Jwt);
    let Ok(Outcome::Missing(missing)) = verify(customer.profile, &[], &page, WIDGET, NOW) else {
        panic!("nothing was presented as a proof")
    };
    let fields = [
        (Field::Id, "user_123".to_owned()),
        (Field::Email, "ada@example.com".to_owned()),
        (Field::CompanyName, "Netflix".to_owned()),
    ];
    assert_eq!(missing.fields, fields);
    assert_eq!(said(customer.profile, &page), missing);
}

#[test]
fn a_registered_key_proves_under_both_its_names() {
    let native = profile("countersign").unwrap();
    let pkcs8 = Signer::generate(Algorithm::Ed25519).unwrap();
    let signer = Signer::from_pkcs8(Algorithm::Ed25519, &pkcs8).unwrap();
    let pair = aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(&pkcs8).unwrap();
    let mut customer = Customer::of("countersign", Mode::Jwt);
    customer.keys.push(Key::public(native, "key-2", &signer.jwk()).unwrap());
    for header in [r#"{"alg":"Ed25519"}"#, r#"{"alg":"EdDSA","kid":"key-2","typ":"jwt"}"#] {
        let claims = customer.claims().to_string();
        let message = format!("{}.{}", segment(header.as_bytes()), segment(claims.as_bytes()));
        let token = format!("{message}.{}", segment(pair.sign(message.as_bytes()).as_ref()));
        assert_eq!(customer.verify(&token).map(|proven| proven.key), Ok(1), "{header}");
    }
    let own = customer.token(&customer.claims());
    assert_eq!(customer.verify(&own).map(|proven| proven.key), Ok(0));
    let kid = |kid| json!({"alg": "HS256", "kid": kid});
    let named = |name| hs256(&kid(name), &customer.claims(), customer.secret.as_bytes());
    assert!(customer.verify(&named("key-1")).is_ok());
    assert_eq!(customer.verify(&named("key-2")).err(), Some("algorithm"));
    let refused = sign(native, &customer.keys[1], &Presented::default(), WIDGET, NOW);
    assert_eq!(refused, Err(SignFault::KeyIsPublic));
}

#[test]
fn each_secret_in_use_is_tried_and_the_one_that_fits_is_named() {
    let mut customer = Customer::of("notificationapi", Mode::Hmac);
    let imported = "0123456789abcdef".repeat(4);
    customer.keys.push(Key::imported(customer.profile, Mode::Hmac, "old", &imported).unwrap());
    let hash = "40TvLEf/NqRATfaMgeuxCwh5Q+SqBDmUkaMzdLtpZSE=";
    for hash in [hash.to_owned(), format!("{hash}\n")] {
        let page = Presented::default().with("userId", "user_123").with("userIdHash", hash);
        assert_eq!(customer.verify_all(&page).map(|proven| proven.key), Ok(1));
    }
}

#[test]
fn the_vendors_own_samples_are_reproduced() {
    let hash = base64(&sha256_mac(b"YOUR_CLIENT_SECRET", "ACTUAL_USER_ID"));
    assert_eq!(hash, "P6d85MQtqCJBlPRppOoXNKOq9F3QJATexGebe2OF/NI=");
    let woes = profile("woes-hmac").unwrap();
    let keys = [Key::shared(woes, Mode::Hmac, "k", &"0123456789abcdef".repeat(4)).unwrap()];
    let page = Presented::default()
        .with("email", " Ada@Example.com ")
        .with("email_hash", "72bc10417005110a45beaba6741ce0a6222f855a888cbbfc9b0682e03a1674cf");
    assert!(matches!(verify(woes, &keys, &page, WIDGET, NOW), Ok(Outcome::Proven(_))));
}

#[test]
fn a_back_end_cannot_make_us_sign_what_we_would_refuse() {
    let native = Customer::of("countersign", Mode::Jwt);
    let hashed = Customer::of("notificationapi", Mode::Hmac);
    let page = Presented::default;
    let token = format!("{}.{}", segment(br#"{"alg":"HS256"}"#), segment(b"{}"));
    let cases = [
        (&native, page(), SignFault::Missing("sub")),
        (&native, page().with("sub", "1").with("role", "admin"), SignFault::Unknown("role".into())),
        (
            &native,
            page().with("sub", "1").with("company", "x"),
            SignFault::Unknown("company".into()),
        ),
        (&native, page().with("sub", "1").with("jkt", "x"), SignFault::Thumbprint),
        (&hashed, page().with("userId", token), SignFault::MessageIsToken("userId")),
        (&hashed, page(), SignFault::Missing("userId")),
    ];
    for (customer, claims, fault) in cases {
        let refused = sign(customer.profile, &customer.keys[0], &claims, WIDGET, NOW);
        assert_eq!(refused, Err(fault), "{claims:?}");
    }
    let elsewhere = sign(native.profile, &hashed.keys[0], &page().with("sub", "1"), WIDGET, NOW);
    assert_eq!(elsewhere, Err(SignFault::KeyElsewhere));
}

#[test]
fn a_payload_in_any_spelling_of_json_means_the_same() {
    let customer = Customer::of("countersign", Mode::Jwt);
    let payload = format!(
        " {{ \"s\\u0075b\" : \"user\\u005f123\",\n\"aud\":\"{WIDGET}\", \"iat\":{NOW},\"exp\":{} }} ",
        NOW + 900
    );
    let token = signed(r#"{ "alg" : "HS256" }"#, payload.as_bytes(), customer.secret.as_bytes());
    let proven = customer.verify(&token).unwrap();
    assert_eq!(proven.field(Field::Id), Some("user_123"));
}
