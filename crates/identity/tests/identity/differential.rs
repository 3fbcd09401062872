//! Against `jsonwebtoken`: whatever we accept, it accepts too.

use countersign_identity::Mode;
use jsonwebtoken::{DecodingKey, Validation};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::attacks::{attack, rows};
use crate::kit::{Customer, NOW, WIDGET, hs256, with};

/// Whether the library accepts the token for what both of us check; time stands still for it.
fn library_accepts(customer: &Customer, token: &str) -> bool {
    let mut rules = Validation::new(jsonwebtoken::Algorithm::HS256);
    rules.validate_exp = false;
    rules.required_spec_claims.clear();
    rules.set_audience(&[WIDGET]);
    let key = DecodingKey::from_secret(customer.secret.as_bytes());
    jsonwebtoken::decode::<Value>(token, &key, &rules).is_ok()
}

#[test]
fn the_library_accepts_what_we_accept() {
    for profile in ["countersign", "woes-jwt", "fogbender"] {
        let customer = Customer::of(profile, Mode::Jwt);
        let token = customer.token(&customer.claims());
        assert!(customer.verify(&token).is_ok() && library_accepts(&customer, &token), "{profile}");
        for (name, _, wrong, _) in rows().into_iter().filter(|row| row.1.contains(&profile)) {
            let token = attack(&customer, &wrong);
            let ours = customer.verify(&token).is_ok();
            assert!(!ours || library_accepts(&customer, &token), "{name} at {profile}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nor_does_chance_find_one(
        name in prop::sample::select(vec!["sub", "userId", "email", "aud", "iat", "exp", "nbf", "jti"]),
        value in prop_oneof![
            any::<i64>().prop_map(Value::from),
            (NOW - 100..NOW + 1_000).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a-z@.]{0,12}".prop_map(Value::from),
            Just(json!(null)),
            Just(json!([WIDGET])),
            Just(json!({})),
        ],
        alg in prop::sample::select(vec!["HS256", "HS384", "hs256", "none", "ES256"]),
    ) {
        for profile in ["countersign", "woes-jwt", "fogbender"] {
            let customer = Customer::of(profile, Mode::Jwt);
            let claims = with(customer.claims(), name, value.clone());
            let token = hs256(&json!({"alg": alg}), &claims, customer.secret.as_bytes());
            prop_assert!(customer.verify(&token).is_err() || library_accepts(&customer, &token));
        }
    }
}
