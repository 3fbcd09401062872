//! `DPoP` proofs: one that holds, and each check of RFC 9449 failing alone.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use countersign_identity::{DPOP_WINDOW, DpopFault, PublicKeyFault, dpop};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::kit::{NOW, segment, with, without};

const URL: &str = "https://widget.example/widget/v1/sessions";

struct Browser(EcdsaKeyPair);

impl Browser {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        json!({"kty": "EC", "crv": "P-256", "x": segment(&point[1..33]), "y": segment(&point[33..]),
            "ext": true, "key_ops": ["verify"]})
    }

    fn header(&self) -> Value {
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()})
    }

    fn proof(&self, header: &Value, claims: &Value) -> String {
        let texts = [header.to_string(), claims.to_string()];
        let message = texts.map(|text| segment(text.as_bytes())).join(".");
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", segment(signature.as_ref()))
    }
}

fn claims() -> Value {
    let ath = segment(&Sha256::digest("access"));
    json!({"jti": "1", "htm": "POST", "htu": URL, "iat": NOW, "ath": ath, "nonce": "n"})
}

#[test]
fn a_proof_shows_the_key_and_what_to_remember() {
    let browser = Browser::new();
    let proof = browser.proof(&browser.header(), &claims());
    let shown = dpop(&proof, "POST", URL, Some("access"), NOW + DPOP_WINDOW).unwrap();
    let jwk = browser.jwk();
    let thumbprint = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
    assert_eq!(shown.jkt, segment(&Sha256::digest(thumbprint)));
    assert_eq!((shown.jti.as_str(), shown.iat, shown.nonce.as_deref()), ("1", NOW, Some("n")));
    let bare = browser.proof(&browser.header(), &without(without(claims(), "ath"), "nonce"));
    assert_eq!(dpop(&bare, "POST", URL, None, NOW).unwrap().nonce, None);
}

#[test]
fn each_claim_is_checked() {
    let browser = Browser::new();
    let cases = [
        (with(claims(), "htm", json!("GET")), DpopFault::Method),
        (with(claims(), "htm", json!("post")), DpopFault::Method),
        (with(claims(), "htu", json!(format!("{URL}?x=1"))), DpopFault::Address),
        (with(claims(), "htu", json!("https://evil.example/")), DpopFault::Address),
        (without(claims(), "htu"), DpopFault::Claim("htu")),
        (without(claims(), "jti"), DpopFault::Claim("jti")),
        (with(claims(), "jti", json!("")), DpopFault::Claim("jti")),
        (with(claims(), "jti", json!("j".repeat(129))), DpopFault::Claim("jti")),
        (with(claims(), "iat", json!(NOW - DPOP_WINDOW - 1)), DpopFault::Stale(DPOP_WINDOW + 1)),
        (with(claims(), "iat", json!(NOW + DPOP_WINDOW + 1)), DpopFault::Stale(DPOP_WINDOW + 1)),
        (with(claims(), "iat", json!(1.5)), DpopFault::Claim("iat")),
        (without(claims(), "iat"), DpopFault::Claim("iat")),
        (without(claims(), "ath"), DpopFault::Claim("ath")),
        (with(claims(), "ath", json!("other")), DpopFault::AccessToken),
        (with(claims(), "nonce", json!(1)), DpopFault::Claim("nonce")),
    ];
    for (claims, fault) in cases {
        let proof = browser.proof(&browser.header(), &claims);
        assert_eq!(dpop(&proof, "POST", URL, Some("access"), NOW), Err(fault), "{claims}");
    }
}

#[test]
fn the_header_has_a_public_key_that_signed() {
    let (browser, other) = (Browser::new(), Browser::new());
    let jwk = |name, value| with(browser.header(), "jwk", with(browser.jwk(), name, value));
    let header = |name, value| with(browser.header(), name, value);
    let cases = [
        (header("typ", json!("JWT")), DpopFault::Kind),
        (without(browser.header(), "typ"), DpopFault::Kind),
        (header("alg", json!("none")), DpopFault::Algorithm),
        (header("alg", json!("HS256")), DpopFault::Algorithm),
        (header("kid", json!("1")), DpopFault::Header),
        (without(browser.header(), "jwk"), DpopFault::Header),
        (header("jwk", json!("x")), DpopFault::Header),
        (jwk("d", json!("AA")), DpopFault::Key(PublicKeyFault::Private)),
        (jwk("crv", json!("P-384")), DpopFault::Key(PublicKeyFault::Kind)),
        (jwk("x", json!(segment(&[1; 32]))), DpopFault::Key(PublicKeyFault::OffCurve)),
        (header("jwk", other.jwk()), DpopFault::Signature),
    ];
    for (header, fault) in cases {
        let proof = browser.proof(&header, &claims());
        assert_eq!(dpop(&proof, "POST", URL, Some("access"), NOW), Err(fault), "{header}");
    }
    for junk in ["", "a.b.c", "e30.e30.AA"] {
        assert!(dpop(junk, "POST", URL, None, NOW).is_err(), "{junk}");
    }
}
