//! Our own access tokens: what one signer writes, a checker with its key reads, and no other.

use countersign_identity::{Algorithm, Bad, Checker, PublicKey, Signer, SignerFault};

use crate::kit::{Customer, NOW, hs256, segment};

fn signer(algorithm: Algorithm) -> Signer {
    Signer::from_pkcs8(algorithm, &Signer::generate(algorithm).unwrap()).unwrap()
}

fn checker(signers: &[&Signer]) -> Checker {
    let keys: Vec<_> = signers.iter().map(|signer| signer.jwk()).collect();
    Checker::from_jwks(&format!(r#"{{"keys":[{}]}}"#, keys.join(","))).unwrap()
}

#[test]
fn each_algorithm_signs_and_is_checked() {
    let claims = br#"{"sub":"con_1","sid":"ses_1"}"#;
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Ed25519] {
        let (one, other) = (signer(algorithm), signer(Algorithm::Es256));
        let token = one.sign(claims);
        let both = checker(&[&other, &one]);
        assert_eq!(both.check(&token).as_deref(), Ok(&claims[..]), "{algorithm:?}");
        assert_eq!(checker(&[&other]).check(&token), Err(Bad::Header));
        let changed = token.replacen(&segment(claims), &segment(br#"{"sub":"con_2"}"#), 1);
        assert_eq!(both.check(&changed), Err(Bad::Signature));
        let header = token.split_once('.').unwrap().0;
        assert_eq!(
            String::from_utf8(base64_url(header)).unwrap(),
            format!(r#"{{"alg":"{}","kid":"{}","typ":"at+jwt"}}"#, algorithm.name(), one.key_id())
        );
    }
}

#[test]
fn nothing_else_passes_for_an_access_token() {
    let one = signer(Algorithm::Es256);
    let checker = checker(&[&one]);
    let good = one.sign(b"{}");
    let (rest, _) = good.rsplit_once('.').unwrap();
    let identity = Customer::of("countersign", countersign_identity::Mode::Jwt);
    let header = serde_json::json!({"alg": "HS256", "kid": one.key_id(), "typ": "at+jwt"});
    let cases = [
        identity.token(&identity.claims()),
        hs256(&header, &serde_json::json!({"exp": NOW}), one.jwk().as_bytes()),
        format!("{rest}."),
        format!("{rest}.{}", segment(&[0; 64])),
        format!("{good}="),
        format!("{good}.e30"),
        String::new(),
    ];
    assert!(checker.check(&good).is_ok());
    for token in cases {
        assert!(checker.check(&token).is_err(), "{token}");
    }
}

#[test]
fn a_key_pair_is_read_back_as_the_same_key() {
    let pkcs8 = Signer::generate(Algorithm::Rs256).unwrap();
    let first = Signer::from_pkcs8(Algorithm::Rs256, &pkcs8).unwrap();
    let second = Signer::from_pkcs8(Algorithm::Rs256, &pkcs8).unwrap();
    assert_eq!(first.key_id(), second.key_id());
    let public = PublicKey::read(&first.jwk()).unwrap();
    assert_eq!((public.thumbprint(), public.algorithm()), (first.key_id(), Algorithm::Rs256));
    assert_eq!(format!("{first:?}"), format!("Signer(RS256 {})", first.key_id()));
    assert_eq!(Signer::generate(Algorithm::Hs256).unwrap_err(), SignerFault::Algorithm);
    let wrong = Signer::from_pkcs8(Algorithm::Ed25519, &pkcs8);
    assert_eq!(wrong.unwrap_err(), SignerFault::Unusable);
}

fn base64_url(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}
