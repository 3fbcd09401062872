//! Hostile input: no text makes a parser panic, and no bit of a proof is idle.

use std::sync::LazyLock;

use countersign_identity::json::{self, JsonFault};
use countersign_identity::jws::Compact;
use countersign_identity::{Mode, Presented, Profile, dpop, explain, profiles, verify};
use proptest::prelude::*;
use serde_json::Value;

use crate::attacks::good_digest;
use crate::kit::{Customer, NOW, WIDGET, segment};

/// JSON, more or less: the pieces of the grammar and of what goes wrong with it.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"b\"",
        "\"\\u0061\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"",
        "\\",
        "0",
        "-1",
        "01",
        "1.5",
        "1e9",
        "1e999",
        "true",
        "null",
        " ",
        "\n",
        "\u{feff}",
        "é",
        "\"a\":1",
        "{\"a\":1}",
        "[1]",
        "\u{0}",
        "\"\u{1}\"",
        "9223372036854775808",
    ]);
    let near = prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![near, prop::collection::vec(any::<u8>(), 0..64), valid_json()]
}

fn valid_json() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(5, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    value.prop_map(|value| value.to_string().into_bytes())
}

/// Whether our value and serde's mean the same.
fn same(ours: &json::Json<'_>, theirs: &Value) -> bool {
    match (ours, theirs) {
        (json::Json::Null, Value::Null) => true,
        (json::Json::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (json::Json::Integer(ours), Value::Number(theirs)) => {
            theirs.as_i64() == Some(*ours) || (*ours == 0 && theirs.as_f64() == Some(0.0))
        }
        (json::Json::Number(_), Value::Number(theirs)) => theirs.as_i64().is_none(),
        (json::Json::Text(ours), Value::String(theirs)) => ours == theirs,
        (json::Json::List(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (json::Json::Object(ours), Value::Object(theirs)) => {
            ours.members().count() == theirs.len()
                && ours
                    .members()
                    .all(|(name, value)| theirs.get(name).is_some_and(|it| same(value, it)))
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_is_what_serde_takes_less_our_rules(bytes in nearly_json()) {
        let theirs = serde_json::from_slice::<Value>(&bytes);
        match (json::parse(&bytes), theirs) {
            (Ok(ours), Ok(theirs)) => prop_assert!(same(&ours, &theirs)),
            (Ok(_), Err(fault)) => prop_assert!(false, "only we take it: {fault}"),
            (Err(JsonFault::Duplicate(_) | JsonFault::TooDeep), Ok(_)) | (Err(_), Err(_)) => {}
            (Err(fault), Ok(_)) => prop_assert!(false, "only serde takes it: {fault}"),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}", bytes in nearly_json()) {
        let token = format!("{}.{}.{}", segment(&bytes), segment(&bytes), segment(text.as_bytes()));
        for token in [&text, &token] {
            if let Ok(compact) = Compact::split(token) {
                let _ = (compact.header(), compact.payload(), compact.signature());
            }
            prop_assert!(dpop(token, "POST", "https://x/", None, NOW).is_err());
        }
    }

    #[test]
    fn no_made_up_proof_is_accepted(text in ".{0,80}", name in 0_usize..8, bytes in nearly_json()) {
        for customer in CUSTOMERS.iter() {
            let fields: Vec<_> = customer.profile.fields().collect();
            let token = format!("{}.{}.{}", segment(&bytes), segment(&bytes), segment(&[7; 32]));
            let page = filled(customer.profile, fields[name % fields.len()], &text, &token);
            prop_assert!(customer.verify_all(&page).is_err());
            prop_assert!(!explain(customer.profile, &customer.keys, &page, WIDGET, NOW).is_empty());
        }
    }

    #[test]
    fn any_changed_bit_of_a_token_is_refused(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        for profile in ["countersign", "woes-jwt", "fogbender"] {
            let customer = Customer::of(profile, Mode::Jwt);
            let mut token = customer.token(&customer.claims()).into_bytes();
            let place = place.index(token.len());
            token[place] ^= 1 << bit;
            if let Ok(token) = String::from_utf8(token) {
                prop_assert!(customer.verify(&token).is_err(), "{token}");
            }
        }
    }

    #[test]
    fn any_changed_bit_of_a_digest_is_refused(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        for profile in ["woes-hmac", "notificationapi", "fogbender"] {
            let customer = Customer::of(profile, Mode::Hmac);
            let good = good_digest(&customer);
            let text = good.text(customer.field()).unwrap();
            let mut changed = text.as_bytes().to_vec();
            changed[place.index(text.len())] ^= 1 << bit;
            let only_case = profile == "fogbender" && changed.eq_ignore_ascii_case(text.as_bytes());
            if let Ok(changed) = String::from_utf8(changed) && !only_case {
                let page = good.clone().with(customer.field(), changed);
                prop_assert!(customer.verify_all(&page).is_err());
            }
        }
    }

    #[test]
    fn only_the_signed_id_is_proven(id in "[ -~]{1,40}", other in "[ -~]{1,40}") {
        prop_assume!(!id.trim().is_empty() && id != other);
        let customer = Customer::of("notificationapi", Mode::Hmac);
        let hash = crate::kit::base64(&crate::kit::sha256_mac(customer.secret.as_bytes(), &id));
        let page = Presented::default().with("userId", id).with("userIdHash", hash);
        prop_assert!(customer.verify_all(&page).is_ok());
        prop_assert!(customer.verify_all(&page.with("userId", other)).is_err());
    }
}

/// One customer for each mode of each profile.
static CUSTOMERS: LazyLock<Vec<Customer>> = LazyLock::new(|| {
    let modes =
        profiles().flat_map(|profile| profile.modes().iter().map(move |mode| (profile, mode)));
    modes.map(|(profile, mode)| Customer::of(profile.name(), *mode)).collect()
});

fn filled(profile: &'static Profile, field: &str, text: &str, token: &str) -> Presented {
    let page = profile.modes().iter().filter_map(|mode| profile.proof_field(*mode));
    page.fold(Presented::default(), |page, proof| page.with(proof, token)).with(field, text)
}

#[test]
fn an_empty_page_is_missing_everywhere() {
    for profile in profiles() {
        let outcome = verify(profile, &[], &Presented::default(), WIDGET, NOW).unwrap();
        assert!(
            matches!(outcome, countersign_identity::Outcome::Missing(said) if said.fields.is_empty())
        );
    }
}
