//! Back ends as customers write them: keys, tokens and digests made without the code under test.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign_identity::{
    Key, Mode, Outcome, Presented, Profile, Proven, SignFault, new_secret_text, profile, sign,
    verify,
};
use serde_json::{Value, json};

/// 2026-01-01T00:00:00Z
pub(crate) const NOW: i64 = 1_767_225_600;

/// The public key of the widget in all tests.
pub(crate) const WIDGET: &str = "cs_pk_live_widget";

/// A customer with one secret for one profile and mode.
pub(crate) struct Customer {
    pub(crate) profile: &'static Profile,
    pub(crate) mode: Mode,
    pub(crate) secret: String,
    pub(crate) keys: Vec<Key>,
}

impl Customer {
    pub(crate) fn of(name: &str, mode: Mode) -> Self {
        let profile = profile(name).unwrap();
        if !profile.shares_secrets(mode) {
            let vector =
                vectors().into_iter().find(|vector| vector.profile.name() == name).unwrap();
            return Self { profile, mode, secret: String::new(), keys: vec![vector.key] };
        }
        let secret = new_secret_text(profile, mode, &[0x5a; 32]);
        let keys = vec![Key::shared(profile, mode, "key-1", &secret).unwrap()];
        Self { profile, mode, secret, keys }
    }

    /// The name of the field that carries the proof.
    pub(crate) fn field(&self) -> &str {
        self.profile.proof_field(self.mode).unwrap()
    }

    /// Claims that this profile accepts.
    pub(crate) fn claims(&self) -> Value {
        match self.profile.name() {
            "countersign" => json!({
                "sub": "user_123", "email": "ada@example.com", "aud": WIDGET,
                "iat": NOW, "exp": NOW + 600,
            }),
            "woes-jwt" => json!({
                "contact_external_id": "user_123", "email": "ada@example.com", "aud": WIDGET,
                "iat": NOW, "exp": NOW + 600,
            }),
            _ => json!({
                "userId": "user_123", "userEmail": "ada@example.com",
                "iat": NOW, "exp": NOW + 600,
            }),
        }
    }

    /// What the page presents for a token.
    pub(crate) fn presents(&self, token: &str) -> Presented {
        Presented::default().with(self.field(), token)
    }

    /// Verifies a token; the error is the reason's code.
    pub(crate) fn verify(&self, token: &str) -> Result<Proven, &'static str> {
        self.verify_all(&self.presents(token))
    }

    /// Verifies what a page presents.
    pub(crate) fn verify_all(&self, presented: &Presented) -> Result<Proven, &'static str> {
        match verify(self.profile, &self.keys, presented, WIDGET, NOW) {
            Ok(Outcome::Proven(proven)) => Ok(proven),
            Ok(Outcome::Missing(_)) => Err("missing"),
            Err(refused) => Err(refused.reason.code()),
        }
    }

    /// A token over `claims` with the usual header.
    pub(crate) fn token(&self, claims: &Value) -> String {
        hs256(&json!({"alg": "HS256", "typ": "JWT"}), claims, self.secret.as_bytes())
    }
}

/// What `sign` makes of everything that is known of one person: the claims that the profile has
/// names for, and its answer.
pub(crate) fn signed_by_us(customer: &Customer) -> (Presented, Vec<(String, String)>) {
    const IDS: [&str; 19] = [
        "sub",
        "id",
        "userId",
        "user_id",
        "identifier",
        "subscriberId",
        "distinct_id",
        "clientId",
        "userExternalId",
        "_id",
        "reference_id",
        "x-ably-clientId",
        "external_id",
        "externalId",
        "identity",
        "contact_external_id",
        "socket_id",
        "channel",
        "customerId",
    ];
    let mut claims =
        IDS.into_iter().fold(Presented::default(), |page, id| page.with(id, "user_123"));
    for (name, text) in
        [("email", "ada@example.com"), ("userEmail", "ada@example.com"), ("name", "Ada")]
    {
        claims = claims.with(name, text);
    }
    claims = claims.with_parts("company", &[("id", "company_7"), ("name", "Netflix")]);
    loop {
        match sign(customer.profile, &customer.keys[0], &claims, WIDGET, NOW) {
            Ok(minted) => return (claims, minted),
            Err(SignFault::Unknown(unknown)) => claims = without_name(&claims, &unknown),
            Err(fault) => panic!("{}: {fault}", customer.profile.name()),
        }
    }
}

fn without_name(page: &Presented, unknown: &str) -> Presented {
    let kept = page.names().filter(|name| *name != unknown);
    kept.fold(Presented::default(), |smaller, name| match page.text(name) {
        Some(text) => smaller.with(name, text),
        None => smaller.with_parts(name, &[("id", "company_7"), ("name", "Netflix")]),
    })
}

/// What a vendor's back end sends, made without our code: an entry of vectors/profiles.json.
pub(crate) struct Vector {
    pub(crate) profile: &'static Profile,
    pub(crate) mode: Mode,
    pub(crate) key: Key,
    pub(crate) identity: Presented,
    pub(crate) proven: Value,
    pub(crate) said: Value,
}

pub(crate) fn vectors() -> Vec<Vector> {
    let text = include_str!("../../vectors/profiles.json");
    let entries: Vec<Value> = serde_json::from_str(text).unwrap();
    entries.into_iter().map(Vector::read).collect()
}

impl Vector {
    fn read(mut entry: Value) -> Self {
        assert_eq!((&entry["audience"], &entry["now"]), (&json!(WIDGET), &json!(NOW)));
        let profile = profile(entry["profile"].as_str().unwrap()).unwrap();
        let mode = if entry["mode"] == "jwt" { Mode::Jwt } else { Mode::Hmac };
        let id = entry["kid"].as_str().unwrap();
        let mut key = match (entry["public_key"].as_str(), entry["secret"].as_str()) {
            (Some(text), _) => Key::public(profile, id, text).unwrap(),
            (_, secret) => Key::imported(profile, mode, id, secret.unwrap()).unwrap(),
        };
        if let Some(name) = entry["algorithm"].as_str() {
            let mut all = profile.algorithms(mode).into_iter();
            let algorithm = all.find(|algorithm| algorithm.answers_to(name)).unwrap();
            key = key.signing_with(algorithm).unwrap();
        }
        let identity = serde_json::from_value(entry["identity"].take()).unwrap();
        let (proven, said) = (entry["proven"].take(), entry["said"].take());
        Self { profile, mode, key, identity, proven, said }
    }
}

/// A token signed with HMAC-SHA256, whatever its header says.
pub(crate) fn hs256(header: &Value, claims: &Value, key: &[u8]) -> String {
    signed(&header.to_string(), claims.to_string().as_bytes(), key)
}

/// A token over texts as they are.
pub(crate) fn signed(header: &str, payload: &[u8], key: &[u8]) -> String {
    let message = format!("{}.{}", segment(header.as_bytes()), segment(payload));
    format!("{message}.{}", segment(&mac(hmac::HMAC_SHA256, key, message.as_bytes())))
}

pub(crate) fn mac(algorithm: hmac::Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, key), message).as_ref().to_vec()
}

pub(crate) fn sha256_mac(key: &[u8], message: &str) -> Vec<u8> {
    mac(hmac::HMAC_SHA256, key, message.as_bytes())
}

pub(crate) fn segment(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let pair = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(pair).collect()
}

/// The claims with `name` set to `value`.
pub(crate) fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

/// The claims without `name`.
pub(crate) fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name);
    claims
}
