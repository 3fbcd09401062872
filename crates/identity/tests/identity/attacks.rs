//! The table of attacks on tokens and digests: every row is refused, for its own reason.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use countersign_identity::{Key, KeyFault, Mode, Presented, Signer, new_secret_text, profile};
use serde_json::{Value, json};

use crate::kit::{
    Customer, NOW, WIDGET, base64, hex, hs256, mac, segment, sha256_mac, signed, unhex, with,
    without,
};

const NATIVE: &[&str] = &["countersign"];
const STRICT: &[&str] = &["countersign", "woes-jwt"];
const ALL: &[&str] = &["countersign", "woes-jwt", "fogbender"];

/// What is wrong with a token that is otherwise good.
pub(crate) enum Wrong {
    /// The header, signed as it is.
    Header(Value),
    /// One claim.
    Claim(&'static str, Value),
    /// A claim that is not there.
    Without(&'static str),
    /// The text of the payload, made from the good one.
    Payload(fn(&str) -> Vec<u8>),
    /// The whole token, made from the good one and the secret.
    Token(fn(&str, &[u8]) -> String),
}

use Wrong::{Claim, Header, Payload, Token, Without};

#[test]
fn tokens() {
    for (name, profiles, wrong, code) in rows() {
        for profile in profiles {
            let customer = Customer::of(profile, Mode::Jwt);
            assert!(customer.verify(&customer.token(&customer.claims())).is_ok(), "{profile}");
            let token = attack(&customer, &wrong);
            assert_eq!(customer.verify(&token).err(), Some(code), "{name} at {profile}");
        }
    }
}

pub(crate) fn attack(customer: &Customer, wrong: &Wrong) -> String {
    let (claims, secret) = (customer.claims(), customer.secret.as_bytes());
    match wrong {
        Header(header) => hs256(header, &claims, secret),
        Claim(name, value) => customer.token(&with(claims, name, value.clone())),
        Without(name) => customer.token(&without(claims, name)),
        Payload(change) => {
            signed(r#"{"alg":"HS256","typ":"JWT"}"#, &change(&claims.to_string()), secret)
        }
        Token(change) => change(&customer.token(&claims), secret),
    }
}

pub(crate) type Row = (&'static str, &'static [&'static str], Wrong, &'static str);

pub(crate) fn rows() -> Vec<Row> {
    [algorithms(), headers(), payloads(), times(), audiences(), spellings(), values()].concat()
}

impl Clone for Wrong {
    fn clone(&self) -> Self {
        match self {
            Header(value) => Header(value.clone()),
            Claim(name, value) => Claim(name, value.clone()),
            Without(name) => Without(name),
            Payload(change) => Payload(*change),
            Token(change) => Token(*change),
        }
    }
}

fn algorithms() -> Vec<Row> {
    let alg = |name: &str| Header(json!({"alg": name, "typ": "JWT"}));
    vec![
        ("alg none", ALL, alg("none"), "algorithm"),
        ("alg NoNe", ALL, alg("NoNe"), "algorithm"),
        ("alg none, unsigned", ALL, Token(|_, _| unsigned()), "token_unsigned"),
        ("alg in lower case", ALL, alg("hs256"), "algorithm"),
        ("alg of a public key", ALL, alg("RS256"), "algorithm"),
        ("alg ES256 with a shared secret", ALL, alg("ES256"), "algorithm"),
        ("alg EdDSA with a shared secret", ALL, alg("EdDSA"), "algorithm"),
        ("alg HS384 in name", ALL, alg("HS384"), "algorithm"),
        ("alg HS512 in deed", ALL, Token(hs512), "algorithm"),
        ("alg missing", ALL, Header(json!({"typ": "JWT"})), "token_header_type"),
        ("alg null", ALL, Header(json!({"alg": null})), "token_header_type"),
        ("alg list", ALL, Header(json!({"alg": ["HS256"]})), "token_header_type"),
        ("empty signature", ALL, Token(|good, _| cut(good, 43)), "token_unsigned"),
        ("MACed with an empty key", ALL, Token(|good, _| resigned(good, b"")), "signature"),
        ("cut MAC", ALL, Token(|good, _| cut(good, 3)), "signature"),
        ("MAC cut to 16 bytes", ALL, Token(shorter), "signature"),
        ("another secret", ALL, Token(|good, _| resigned(good, &[1; 32])), "signature"),
        (
            "the hex-decoded secret",
            &["woes-jwt"],
            Token(|good, key| resigned(good, &unhex(std::str::from_utf8(key).unwrap()))),
            "signature",
        ),
    ]
}

fn headers() -> Vec<Row> {
    let and =
        |name: &str, value: Value| Header(with(json!({"alg": "HS256", "typ": "JWT"}), name, value));
    let kid = |kid: &str| and("kid", json!(kid));
    vec![
        ("kid a path", ALL, kid("../../dev/null"), "unknown_key"),
        ("kid an injection", ALL, kid("' or 1=1 --"), "unknown_key"),
        ("kid with NUL", ALL, kid("key-1\0"), "unknown_key"),
        ("kid empty", ALL, kid(""), "unknown_key"),
        ("kid of 6 kB", ALL, kid(&"k".repeat(6_000)), "token_too_long"),
        ("kid of 3 kB", ALL, kid(&"k".repeat(3_000)), "unknown_key"),
        ("kid unknown", ALL, kid("key-2"), "unknown_key"),
        ("kid a number", ALL, and("kid", json!(1)), "token_header_type"),
        ("jku", ALL, and("jku", json!("https://evil.example/jwks")), "token_header_name"),
        ("x5u", ALL, and("x5u", json!("https://evil.example/x")), "token_header_name"),
        ("x5c", ALL, and("x5c", json!(["AA"])), "token_header_name"),
        ("jwk embedded", ALL, and("jwk", json!({"kty": "oct", "k": "AA"})), "token_header_name"),
        ("crit unknown", ALL, and("crit", json!(["exp"])), "token_header_name"),
        ("crit empty", ALL, and("crit", json!([])), "token_header_name"),
        ("b64 false", ALL, and("b64", json!(false)), "token_header_name"),
        ("zip", ALL, and("zip", json!("DEF")), "token_header_name"),
        ("cty JWT, nested", ALL, and("cty", json!("JWT")), "token_header_name"),
        ("p2c huge", ALL, and("p2c", json!(2_000_000_000)), "token_header_name"),
        ("typ of an access token", ALL, and("typ", json!("at+jwt")), "token_kind"),
        ("typ of a DPoP proof", ALL, and("typ", json!("dpop+jwt")), "token_kind"),
        ("typ of a logout token", ALL, and("typ", json!("logout+jwt")), "token_kind"),
        ("typ a list", ALL, and("typ", json!(["JWT"])), "token_header_type"),
        (
            "alg twice",
            ALL,
            Token(|good, key| reheaded(good, r#"{"alg":"HS256","alg":"HS256"}"#, key)),
            "token_header",
        ),
        (
            "alg twice by an escape",
            ALL,
            Token(|good, key| reheaded(good, r#"{"alg":"HS256","\u0061lg":"none"}"#, key)),
            "token_header",
        ),
        ("header no object", ALL, Token(|good, key| reheaded(good, "[]", key)), "token_header"),
    ]
}

fn payloads() -> Vec<Row> {
    vec![
        ("claim twice", ALL, Payload(|good| again(good, "email")), "token_claims"),
        (
            "claim twice by an escape",
            ALL,
            Payload(|good| again(good, "\\u0065mail")),
            "token_claims",
        ),
        ("exp twice", ALL, Payload(|good| again(good, "exp")), "token_claims"),
        (
            "userId twice, as Fogbender's signer",
            &["fogbender"],
            Payload(|good| again(good, "userId")),
            "token_claims",
        ),
        (
            "a name twice deep inside",
            ALL,
            Payload(|good| good.replacen('{', r#"{"x":[{"y":{"a":1,"a":1}}],"#, 1).into_bytes()),
            "token_claims",
        ),
        (
            "byte order mark",
            ALL,
            Payload(|good| format!("\u{feff}{good}").into_bytes()),
            "token_claims",
        ),
        ("trailing bytes", ALL, Payload(|good| format!("{good}{{}}").into_bytes()), "token_claims"),
        ("trailing NUL", ALL, Payload(|good| format!("{good}\0").into_bytes()), "token_claims"),
        ("array payload", ALL, Payload(|good| format!("[{good}]").into_bytes()), "token_claims"),
        ("string payload", ALL, Payload(|_| b"\"user_123\"".to_vec()), "token_claims"),
        ("empty payload", ALL, Payload(|_| Vec::new()), "token_claims"),
        (
            "not UTF-8",
            ALL,
            Payload(|good| [&good.as_bytes()[..9], b"\xff"].concat()),
            "token_claims",
        ),
        ("5,000 deep", ALL, Payload(|_| "[".repeat(5_000).into_bytes()), "token_claims"),
        (
            "300 kB",
            ALL,
            Payload(|good| format!("{good}{}", " ".repeat(300_000)).into_bytes()),
            "token_too_long",
        ),
        ("jti a number", ALL, Claim("jti", json!(1)), "claim_type"),
        ("jti of 10 kB", ALL, Claim("jti", json!("j".repeat(3_000))), "value"),
        ("cnf without jkt", ALL, Claim("cnf", json!({"x5t#S256": "AA"})), "confirmation"),
        ("cnf jkt short", ALL, Claim("cnf", json!({"jkt": "AA"})), "confirmation"),
        ("cnf null", ALL, Claim("cnf", json!(null)), "confirmation"),
    ]
}

fn times() -> Vec<Row> {
    let exp = |value| Claim("exp", value);
    vec![
        ("exp missing", STRICT, Without("exp"), "claim_missing"),
        ("exp a string", ALL, exp(json!((NOW + 600).to_string())), "claim_type"),
        ("exp null", ALL, exp(json!(null)), "claim_type"),
        ("exp negative", ALL, exp(json!(-1)), "claim_type"),
        ("exp a fraction", ALL, exp(json!(1_767_226_200.5)), "claim_type"),
        ("exp 2^63", ALL, exp(json!(1_u64 << 63)), "claim_type"),
        ("exp 1e300", ALL, exp(json!(1e300)), "claim_type"),
        ("exp in milliseconds", ALL, exp(json!((NOW + 600) * 1_000)), "claim_type"),
        ("exp in the year 9000", STRICT, exp(json!(221_845_392_000_i64)), "lifetime"),
        ("expired 30 s ago", ALL, exp(json!(NOW - 30)), "expired"),
        ("expired this second", ALL, exp(json!(NOW)), "expired"),
        ("life of 901 s", STRICT, exp(json!(NOW + 901)), "lifetime"),
        ("iat missing", STRICT, Without("iat"), "claim_missing"),
        ("iat 1 h ahead", ALL, Claim("iat", json!(NOW + 3_600)), "issued_ahead"),
        ("iat 61 s ahead", ALL, Claim("iat", json!(NOW + 61)), "issued_ahead"),
        ("iat a string", ALL, Claim("iat", json!("now")), "claim_type"),
        (
            "iat after exp",
            ALL,
            Payload(|good| {
                good.replace(&(NOW + 600).to_string(), &(NOW + 10).to_string())
                    .replace(&format!("\"iat\":{NOW}"), &format!("\"iat\":{}", NOW + 20))
                    .into_bytes()
            }),
            "backwards",
        ),
        ("nbf ahead", ALL, Claim("nbf", json!(NOW + 61)), "not_yet_valid"),
        ("nbf a string", ALL, Claim("nbf", json!("0")), "claim_type"),
    ]
}

fn audiences() -> Vec<Row> {
    let aud = |value| Claim("aud", value);
    vec![
        ("iss a list", ALL, Claim("iss", json!(["https://issuer.example"])), "claim_type"),
        ("iss null", ALL, Claim("iss", json!(null)), "claim_type"),
        ("sub a list", ALL, Claim("sub", json!(["user_123"])), "claim_type"),
        ("aud missing", STRICT, Without("aud"), "claim_missing"),
        ("aud a number", ALL, aud(json!(1)), "claim_type"),
        ("aud null", ALL, aud(json!(null)), "claim_type"),
        ("aud empty list", NATIVE, aud(json!([])), "audience"),
        ("aud list that contains ours", NATIVE, aud(json!([WIDGET, "other"])), "audience"),
        ("aud list of one", &["woes-jwt"], aud(json!([WIDGET])), "claim_type"),
        ("aud of another workspace", ALL, aud(json!("cs_pk_live_other")), "audience"),
        ("aud of the test environment", ALL, aud(json!("cs_pk_test_widget")), "audience"),
        ("aud in another case", ALL, aud(json!(WIDGET.to_uppercase())), "audience"),
    ]
}

fn spellings() -> Vec<Row> {
    vec![
        ("padding", ALL, Token(|good, _| format!("{good}=")), "token_spelling"),
        ("space after", ALL, Token(|good, _| format!("{good} ")), "token_spelling"),
        ("space before", ALL, Token(|good, _| format!(" {good}")), "token_spelling"),
        ("newline after", ALL, Token(|good, _| format!("{good}\n")), "token_spelling"),
        ("spare bits", ALL, Token(|good, _| spare_bits(good)), "token_spelling"),
        ("the other alphabet", ALL, Token(|good, _| good.replace('e', "+")), "token_spelling"),
        (
            "two segments",
            ALL,
            Token(|good, _| good.rsplit_once('.').unwrap().0.to_owned()),
            "token_segments",
        ),
        ("four segments", ALL, Token(|good, _| format!("{good}.e30")), "token_segments"),
        (
            "five segments, as JWE",
            ALL,
            Token(|good, _| format!("{good}.e30.e30")),
            "token_segments",
        ),
        (
            "JSON serialization",
            ALL,
            Token(|_, _| r#"{"payload":"e30","signatures":[]}"#.into()),
            "token_segments",
        ),
        ("Bearer in front", ALL, Token(|good, _| format!("Bearer {good}")), "token_spelling"),
        ("blank", ALL, Token(|_, _| " \n".into()), "blank_proof"),
        ("empty", ALL, Token(|_, _| String::new()), "blank_proof"),
    ]
}

fn values() -> Vec<Row> {
    let sub = |value| Claim("sub", value);
    let user = |value| Claim("userId", value);
    let email = |value| Claim("email", value);
    let woes: &[&str] = &["woes-jwt"];
    vec![
        ("sub missing", NATIVE, Without("sub"), "claim_missing"),
        ("sub a number", NATIVE, sub(json!(123)), "claim_type"),
        ("sub beyond 2^53", NATIVE, sub(json!(9_007_199_254_740_993_i64)), "claim_type"),
        ("sub an object", NATIVE, sub(json!({"id": "user_123"})), "claim_type"),
        ("sub huge", NATIVE, sub(json!("u".repeat(129))), "value"),
        ("sub empty", NATIVE, sub(json!("")), "value"),
        ("sub blank", NATIVE, sub(json!(" ")), "value"),
        ("sub with NUL", NATIVE, sub(json!("user\0")), "value"),
        ("sub turned around", NATIVE, sub(json!("user\u{202e}321")), "value"),
        ("sub with zero width", NATIVE, sub(json!("user\u{200b}")), "value"),
        ("userId missing", &["fogbender"], Without("userId"), "claim_missing"),
        ("userId a number", &["fogbender"], user(json!(123)), "claim_type"),
        ("userId and another sub", &["fogbender"], sub(json!("other")), "contradiction"),
        ("email missing", woes, Without("email"), "claim_missing"),
        ("email empty", woes, email(json!("")), "value"),
        ("email null", STRICT, email(json!(null)), "claim_type"),
        ("email a list", STRICT, email(json!(["ada@example.com"])), "claim_type"),
        ("email with NUL", STRICT, email(json!("ada@example.com\0")), "value"),
        ("email with a newline", STRICT, email(json!("ada@example.com\nx")), "value"),
        ("two addresses in one", STRICT, email(json!("ada@example.com,eve@example.com")), "value"),
        ("email in mixed case", woes, email(json!("Ada@example.com")), "value"),
        ("email with a space after", woes, email(json!("ada@example.com ")), "value"),
        ("email of a look-alike domain", STRICT, email(json!("ada@ex\u{430}mple.com")), "value"),
        ("company a string", NATIVE, Claim("company", json!("Netflix")), "claim_type"),
        ("company id a number", NATIVE, Claim("company", json!({"id": 1})), "claim_type"),
        ("company id blank", NATIVE, Claim("company", json!({"id": ""})), "value"),
    ]
}

#[test]
fn public_keys_are_not_secrets() {
    let native = profile("countersign").unwrap();
    let pkcs8 = Signer::generate(countersign_identity::Algorithm::Es256).unwrap();
    let signer = Signer::from_pkcs8(countersign_identity::Algorithm::Es256, &pkcs8).unwrap();
    let mut customer = Customer::of("countersign", Mode::Jwt);
    customer.keys = vec![Key::public(native, "key-1", &signer.jwk()).unwrap()];
    let claims = customer.claims();
    let with_alg = |alg: &str| hs256(&json!({"alg": alg}), &claims, signer.jwk().as_bytes());
    assert_eq!(customer.verify(&with_alg("HS256")).err(), Some("algorithm"));
    assert_eq!(customer.verify(&with_alg("ES256")).err(), Some("signature"));

    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).unwrap();
    let message =
        format!("{}.{}", segment(br#"{"alg":"ES256"}"#), segment(claims.to_string().as_bytes()));
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    let good = format!("{message}.{}", segment(signature.as_ref()));
    assert!(customer.verify(&good).is_ok());
    let zero = format!("{message}.{}", segment(&[0; 64]));
    assert_eq!(customer.verify(&zero).err(), Some("signature"));
}

#[test]
fn a_weak_secret_cannot_be_configured() {
    let hashed = profile("notificationapi").unwrap();
    for secret in ["", "12345", "0123456789abcdef0123456789abcde"] {
        let refused = Key::imported(hashed, Mode::Hmac, "key-1", secret).unwrap_err();
        assert_eq!(refused, KeyFault::Short(32), "{secret:?}");
    }
}

#[test]
fn a_kid_that_is_there_twice_names_no_key() {
    let mut customer = Customer::of("countersign", Mode::Jwt);
    let again = Key::shared(customer.profile, Mode::Jwt, "key-1", &customer.secret).unwrap();
    customer.keys.push(again);
    let header = json!({"alg": "HS256", "kid": "key-1"});
    let token = hs256(&header, &customer.claims(), customer.secret.as_bytes());
    assert_eq!(customer.verify(&token).err(), Some("ambiguous_key"));
}

#[test]
fn retired_keys_and_those_of_other_profiles_and_modes_do_not_count() {
    let customer = Customer::of("fogbender", Mode::Jwt);
    let token = customer.token(&customer.claims());
    let secret = customer.secret.clone();
    let other = new_secret_text(customer.profile, Mode::Jwt, &[9; 32]);
    let key = |mode, secret: &str| Key::shared(customer.profile, mode, "k", secret).unwrap();
    let foreign = Key::imported(profile("countersign").unwrap(), Mode::Jwt, "k", &secret).unwrap();
    let cases = [
        (vec![], "no_key"),
        (vec![key(Mode::Jwt, &secret).retired()], "no_key"),
        (vec![key(Mode::Hmac, &secret)], "no_key"),
        (vec![foreign], "no_key"),
        (vec![key(Mode::Jwt, &other), key(Mode::Jwt, &secret).retired()], "signature"),
    ];
    for (keys, code) in cases {
        let customer =
            Customer { keys, secret: secret.clone(), ..Customer::of("fogbender", Mode::Jwt) };
        assert_eq!(customer.verify(&token).err(), Some(code));
    }
}

#[test]
fn digests() {
    for (name, profile, change, code) in digest_rows() {
        let customer = Customer::of(profile, Mode::Hmac);
        let presented = change(good_digest(&customer), &customer.secret);
        assert!(customer.verify_all(&good_digest(&customer)).is_ok(), "{profile}");
        assert_eq!(customer.verify_all(&presented).err(), Some(code), "{name} at {profile}");
    }
}

pub(crate) fn good_digest(customer: &Customer) -> Presented {
    let key = customer.secret.as_bytes();
    let page = Presented::default();
    match customer.profile.name() {
        "woes-hmac" => page
            .with("email", " Ada@Example.com ")
            .with("email_hash", hex(&sha256_mac(&unhex(&customer.secret), "ada@example.com")))
            .with("name", "Ada"),
        "notificationapi" => {
            page.with("userId", "user_123").with("userIdHash", base64(&sha256_mac(key, "user_123")))
        }
        _ => page
            .with("userId", "user_123")
            .with("userHMAC", hex(&sha256_mac(key, "user_123")).to_uppercase()),
    }
}

pub(crate) type Change = fn(Presented, &str) -> Presented;

#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn digest_rows() -> Vec<(&'static str, &'static str, Change, &'static str)> {
    vec![
        (
            "somebody else",
            "notificationapi",
            |good, _| good.with("userId", "user_124"),
            "signature",
        ),
        (
            "id missing",
            "notificationapi",
            |good, _| Presented::default().with("userIdHash", good.text("userIdHash").unwrap()),
            "message_missing",
        ),
        ("id blank", "notificationapi", |good, _| good.with("userId", " "), "value"),
        ("hash empty", "notificationapi", |good, _| good.with("userIdHash", ""), "blank_proof"),
        ("hash blank", "fogbender", |good, _| good.with("userHMAC", " \t"), "blank_proof"),
        (
            "two newlines",
            "notificationapi",
            |good, _| {
                let hash = format!("{}\n\n", good.text("userIdHash").unwrap());
                good.with("userIdHash", hash)
            },
            "digest_form",
        ),
        (
            "no padding",
            "notificationapi",
            |good, _| {
                let hash = good.text("userIdHash").unwrap().trim_end_matches('=').to_owned();
                good.with("userIdHash", hash)
            },
            "digest_form",
        ),
        (
            "hex for base64",
            "notificationapi",
            |good, key| good.with("userIdHash", hex(&sha256_mac(key.as_bytes(), "user_123"))),
            "digest_form",
        ),
        (
            "cut to 16 bytes",
            "fogbender",
            |good, _| {
                let hash = good.text("userHMAC").unwrap()[..32].to_owned();
                good.with("userHMAC", hash)
            },
            "digest_form",
        ),
        (
            "upper case",
            "woes-hmac",
            |good, _| {
                let hash = good.text("email_hash").unwrap().to_uppercase();
                good.with("email_hash", hash)
            },
            "digest_form",
        ),
        (
            "64 characters beyond ASCII",
            "woes-hmac",
            |good, _| good.with("email_hash", "é".repeat(32)),
            "digest_form",
        ),
        (
            "email not normalised before signing",
            "woes-hmac",
            |good, key| good.with("email_hash", hex(&sha256_mac(&unhex(key), " Ada@Example.com "))),
            "signature",
        ),
        (
            "secret as text",
            "woes-hmac",
            |good, key| {
                good.with("email_hash", hex(&sha256_mac(key.as_bytes(), "ada@example.com")))
            },
            "signature",
        ),
        (
            "the Kelvin sign for k",
            "woes-hmac",
            |good, key| {
                let hash = hex(&sha256_mac(&unhex(key), "kate@example.com"));
                good.with("email", "\u{212a}ate@example.com").with("email_hash", hash)
            },
            "signature",
        ),
        (
            "a token as the id",
            "notificationapi",
            |good, key| {
                let id =
                    format!("{}.{}", segment(br#"{"alg":"HS256"}"#), segment(br#"{"sub":"bob"}"#));
                let hash = base64(&sha256_mac(key.as_bytes(), &id));
                good.with("userId", id).with("userIdHash", hash)
            },
            "message_is_token",
        ),
        (
            "a token as the id",
            "fogbender",
            |good, key| {
                let id =
                    format!("{}.{}", segment(br#"{"alg":"HS256"}"#), segment(br#"{"sub":"bob"}"#));
                let hash = hex(&sha256_mac(key.as_bytes(), &id));
                good.with("userId", id).with("userHMAC", hash)
            },
            "message_is_token",
        ),
        ("a JWT beside", "woes-hmac", |good, _| good.with("jwt", "e30.e30.AA"), "foreign_proof"),
        (
            "a PASETO beside",
            "fogbender",
            |good, _| good.with("userPaseto", "v2.local.AA"),
            "foreign_proof",
        ),
        (
            "a hash offered as a JWT",
            "fogbender",
            |good, _| {
                let hash = good.text("userHMAC").unwrap().to_owned();
                good.with("userJWT", hash)
            },
            "token_segments",
        ),
        (
            "a said name that cannot be seen",
            "woes-hmac",
            |good, _| good.with("name", "A\u{202e}"),
            "value",
        ),
        (
            "a said name of 10 kB",
            "woes-hmac",
            |good, _| good.with("name", "A".repeat(10_000)),
            "value",
        ),
    ]
}

#[test]
fn a_digest_is_no_token_and_a_token_no_digest() {
    let jwt = Customer::of("woes-jwt", Mode::Jwt);
    let hash = Presented::default()
        .with("email", "ada@example.com")
        .with("email_hash", hex(&sha256_mac(&unhex(&jwt.secret), "ada@example.com")));
    assert_eq!(jwt.verify_all(&hash).err(), Some("foreign_proof"));
    let forged = Customer::of("fogbender", Mode::Hmac);
    let token = forged.token(&forged.claims());
    let presented = Presented::default().with("userJWT", token);
    assert_eq!(forged.verify_all(&presented).err(), Some("no_key"));
}

fn unsigned() -> String {
    format!("{}.{}.", segment(br#"{"alg":"none"}"#), segment(br#"{"sub":"user_123"}"#))
}

fn cut(token: &str, characters: usize) -> String {
    token[..token.len() - characters].to_owned()
}

fn resigned(token: &str, key: &[u8]) -> String {
    let message = token.rsplit_once('.').unwrap().0;
    format!("{message}.{}", segment(&sha256_mac(key, message)))
}

fn shorter(token: &str, key: &[u8]) -> String {
    let message = token.rsplit_once('.').unwrap().0;
    format!("{message}.{}", segment(&sha256_mac(key, message)[..16]))
}

fn reheaded(token: &str, header: &str, key: &[u8]) -> String {
    let (_, payload) = token.rsplit_once('.').unwrap().0.split_once('.').unwrap();
    resigned(&format!("{}.{payload}.", segment(header.as_bytes())), key)
}

fn hs512(token: &str, key: &[u8]) -> String {
    let (_, payload) = token.rsplit_once('.').unwrap().0.split_once('.').unwrap();
    let message = format!("{}.{payload}", segment(br#"{"alg":"HS512","typ":"JWT"}"#));
    format!("{message}.{}", segment(&mac(hmac::HMAC_SHA512, key, message.as_bytes())))
}

/// The same signature with its last two bits, which mean nothing, set.
fn spare_bits(token: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let place = ALPHABET.find(last).unwrap() | 1;
    format!("{rest}{}", &ALPHABET[place..=place])
}

/// The payload with the claim `name` once more at its end.
fn again(payload: &str, name: &str) -> Vec<u8> {
    let value = payload.find("\"email\"").map_or("1", |_| "\"eve@example.com\"");
    let payload = payload.replacen("\"userEmail\"", "\"email\"", 1);
    format!("{},\"{name}\":{value}}}", payload.strip_suffix('}').unwrap()).into_bytes()
}
