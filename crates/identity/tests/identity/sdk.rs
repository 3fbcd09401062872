//! The vectors of the libraries in `sdk/`: what they sign is proven here, what they refuse to sign
//! is refused here too, and access tokens mean the same to our own checker.

use countersign_identity::{
    Key, Mode, Outcome, Presented, Profile, Proven, PublicKey, Untrusted, Verifier, profile, sign,
    verify,
};
use serde_json::{Value, json};

/// What the libraries alone refuse: they read a configuration, where quotes and newlines are slips.
const FOR_LIBRARIES_ONLY: [&str; 7] = [
    "a name of spaces",
    "a life of 15 minutes and a second",
    "a life that is over",
    "no widget",
    "a secret key for a widget",
    "a secret with a newline",
    "a secret in quotes",
];

#[test]
fn digests_of_the_libraries_are_proofs() {
    for vector in list(&vectors()["digests"]) {
        let call = Call::of(vector);
        let page = Presented::default().with(call.message(), text(vector, "text"));
        let proven = call.proven(&call.key(vector).unwrap(), &page, text(vector, "answer"));
        assert_eq!(proven.fields.len(), 1, "{vector}");
    }
}

#[test]
fn tokens_of_the_libraries_are_proofs() {
    let all = vectors();
    for vector in list(&all["tokens"]) {
        let call = Call::of(vector);
        let key = match vector["private_key"].as_str() {
            Some(name) => {
                let kid = vector["kid"].as_str().unwrap_or("any");
                Key::public(call.profile, kid, text(&all["keys"][name], "public")).unwrap()
            }
            None => call.key(vector).unwrap(),
        };
        let proven = call.proven(&key, &Presented::default(), text(vector, "token"));
        let claims = &vector["claims"];
        assert_eq!(proven.jti.as_deref(), claims["jti"].as_str(), "{vector}");
        assert_eq!(proven.jkt.as_deref(), claims["cnf"]["jkt"].as_str(), "{vector}");
        assert_eq!(proven.expires, claims["exp"].as_i64(), "{vector}");
        let mut found: Vec<&str> = proven.fields.iter().map(|(_, text)| text.as_str()).collect();
        let mut claimed = claimed(claims);
        found.sort_unstable();
        claimed.sort_unstable();
        assert_eq!(found, claimed, "{vector}");
    }
}

#[test]
fn what_the_libraries_do_not_sign_is_not_signed_here() {
    for vector in list(&vectors()["unsigned"]) {
        if FOR_LIBRARIES_ONLY.contains(&text(vector, "name")) || vector["secret"].is_null() {
            continue;
        }
        let call = Call::of(vector);
        let Ok(key) = call.key(vector) else { continue };
        let claims: Presented = match vector["text"].as_str() {
            Some(text) => Presented::default().with(call.message(), text),
            None => serde_json::from_value(call.in_claims(&vector["arguments"])).unwrap(),
        };
        assert!(sign(call.profile, &key, &claims, "cs_pk_live_vectors", 0).is_err(), "{vector}");
    }
}

#[test]
fn access_tokens_mean_the_same_to_libraries_and_server() {
    let access = &vectors()["access"];
    let all = list(&access["jwks"]["keys"]).iter().map(Value::to_string);
    let ours: Vec<_> = all.filter(|key| PublicKey::read(key).is_ok()).collect();
    assert_eq!(ours.len(), 4, "three that sign access tokens, and one for PS256");
    let jwks = format!(r#"{{"keys":[{}]}}"#, ours.join(","));
    let verifier = Verifier::new(text(access, "server"), &jwks).unwrap();
    let now = vectors()["now"].as_i64().unwrap();
    let own_header = |vector: &&Value| text(vector, "name") != "the older name of Ed25519";
    for vector in list(&access["accepted"]).iter().filter(own_header) {
        let found = verifier.verify(text(vector, "token"), now).unwrap();
        let found = json!({
            "contact": found.contact, "session": found.session, "tenant": found.tenant, "id": found.id,
            "issued": found.issued, "expires": found.expires, "jkt": found.jkt,
        });
        assert_eq!(found, vector["claims"]);
    }
    for vector in list(&access["refused"]) {
        let code = match verifier.verify(text(vector, "token"), now).unwrap_err() {
            Untrusted::Signature(_) => "outer",
            Untrusted::Issuer => "issuer",
            Untrusted::Audience => "audience",
            Untrusted::Claim(_) => "claims",
            Untrusted::Expired(_) => "expired",
            Untrusted::IssuedAhead(_) => "issued_ahead",
        };
        let expected = match text(vector, "code") {
            "malformed" | "kind" | "algorithm" | "unknown_key" | "signature" => "outer",
            claim => claim,
        };
        assert_eq!(code, expected, "{vector}");
    }
}

/// A function of the libraries, as profile and mode.
struct Call {
    profile: &'static Profile,
    mode: Mode,
}

impl Call {
    fn of(vector: &Value) -> Self {
        let (name, mode) = match text(vector, "call") {
            "token" => ("countersign", Mode::Jwt),
            "woes_jwt" => ("woes-jwt", Mode::Jwt),
            "fogbender_jwt" => ("fogbender", Mode::Jwt),
            "woes_email_hash" => ("woes-hmac", Mode::Hmac),
            "notificationapi_hash" => ("notificationapi", Mode::Hmac),
            "fogbender_hmac" => ("fogbender", Mode::Hmac),
            other => panic!("no function is called {other}"),
        };
        Self { profile: profile(name).unwrap(), mode }
    }

    /// The secret as a key; that of the native format must be one that a server made.
    fn key(&self, vector: &Value) -> Result<Key, countersign_identity::KeyFault> {
        let make = if self.profile.name() == "countersign" { Key::shared } else { Key::imported };
        make(self.profile, self.mode, "key", text(vector, "secret"))
    }

    fn message(&self) -> &'static str {
        if self.profile.name() == "woes-hmac" { "email" } else { "userId" }
    }

    fn proven(&self, key: &Key, page: &Presented, proof: &str) -> Proven {
        let vectors = vectors();
        let (widget, now) = (text(&vectors, "widget"), vectors["now"].as_i64().unwrap());
        let field = self.profile.proof_field(self.mode).unwrap();
        let presented = page.clone().with(field, proof);
        match verify(self.profile, std::slice::from_ref(key), &presented, widget, now) {
            Ok(Outcome::Proven(proven)) => proven,
            other => panic!("{proof}: {other:?}"),
        }
    }

    /// A library's arguments under the names of the profile's claims.
    fn in_claims(&self, arguments: &Value) -> Value {
        let names: &[(&str, &str)] = match self.profile.name() {
            "countersign" => &[("id", "sub")],
            "woes-jwt" => &[("id", "contact_external_id"), ("account_id", "account_external_id")],
            _ => &[("id", "userId"), ("email", "userEmail"), ("avatar_url", "userAvatarUrl")],
        };
        let mut claims = json!({});
        for (name, value) in arguments.as_object().unwrap() {
            let own = names.iter().find(|(argument, _)| argument == name);
            claims[own.map_or(name.as_str(), |(_, claim)| claim)] = value.clone();
        }
        claims
    }
}

/// The texts of the claims that say who somebody is.
fn claimed(claims: &Value) -> Vec<&str> {
    let own = claims.as_object().unwrap().iter();
    let own = own.filter(|(name, _)| !["aud", "jti"].contains(&name.as_str()));
    let company = claims["company"].as_object().into_iter().flatten();
    own.chain(company).filter_map(|(_, value)| value.as_str()).collect()
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../sdk/vectors.json")).unwrap()
}

fn list(value: &Value) -> &[Value] {
    let list = value.as_array().unwrap();
    assert!(!list.is_empty());
    list
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no text called {name} in {value}"))
}
