//! The console attack: what everyone can do who opens the browser's console on the page (H4).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_identity::{Field, Mode, Profile};
use serde_json::{Map, Value, json};
use url::Url;

use super::browser::{Browser, NoKey};
use super::installation::at;
use super::report::Report;
use super::stranger::{Said, Stranger};

/// Whom the doctor pretends to be: nobody has this name.
const VICTIM: &str = "countersign-doctor@victim.example";

/// Pretends to be somebody, in the ways that need no secret.
pub(super) async fn attempt(
    stranger: &Stranger,
    server: &Url,
    widget: &str,
    report: &mut Report<'_>,
) {
    let mut address = at(server, "/widget/v1/config");
    address.query_pairs_mut().append_pair("widget", widget);
    let config = match stranger.get(address).await {
        Ok(said) if said.status.is_success() => said.json(),
        Ok(said) => return not_there(&said, report),
        Err(error) => return report.failed("identity mode", error, "try again"),
    };
    mode(&config, report);
    let name = config["profile"]["name"].as_str().unwrap_or_default();
    let Some(profile) = countersign_identity::profile(name) else {
        let seen = format!("this binary does not know the profile `{name}`");
        return report.skipped("forgery", seen, "use the doctor of the server's version");
    };
    let Ok(browser) = Browser::new() else {
        return report.skipped("forgery", "no key can be made here", "try another machine");
    };
    // A bound session is asked for only where it must be: an address that is not the public one
    // can then be looked at, too.
    let browser = (config["allow_bearer"] != true).then_some(browser);
    let mut console = Console { stranger, server, browser, nonce: String::new() };
    for forgery in forgeries(profile, widget) {
        match console.open(widget, &forgery.identity).await {
            Ok(said) => {
                judge(&forgery, &said, report);
                console.end(&said).await;
            }
            Err(error) => report.failed(forgery.check, error, "try again"),
        }
    }
}

/// The browser's console: it has a key, as the widget has one.
struct Console<'a> {
    stranger: &'a Stranger,
    server: &'a Url,
    browser: Option<Browser>,
    nonce: String,
}

impl Console<'_> {
    async fn open(&mut self, widget: &str, identity: &Map<String, Value>) -> Result<Said, String> {
        let url = at(self.server, "/widget/v1/sessions");
        let mut body = json!({ "widget": widget, "identity": identity });
        if let Some(browser) = &self.browser {
            body["key"] = browser.key();
        }
        loop {
            let proof = self.proof("POST", &url, None)?;
            let said = self.stranger.post(url.clone(), &body, proof.as_slice()).await?;
            let nonce = said.header("dpop-nonce");
            if said.json()["code"] != "use_dpop_nonce" || nonce == self.nonce {
                return Ok(said);
            }
            nonce.clone_into(&mut self.nonce);
        }
    }

    /// What a forgery opened is ended again (H1).
    async fn end(&self, said: &Said) {
        let answer = said.json();
        let Some(token) = answer["access_token"].as_str() else { return };
        let url = at(self.server, "/widget/v1/sessions/current");
        let Ok(proof) = self.proof("DELETE", &url, Some(token)) else { return };
        let scheme = if proof.is_some() { "DPoP" } else { "Bearer" };
        let mut headers = vec![("authorization", format!("{scheme} {token}"))];
        headers.extend(proof);
        drop(self.stranger.delete(url, &headers).await);
    }

    /// The header that proves the browser's key, if there is one.
    fn proof(
        &self,
        method: &str,
        url: &Url,
        token: Option<&str>,
    ) -> Result<Option<(&'static str, String)>, String> {
        let Some(browser) = &self.browser else { return Ok(None) };
        let proof = browser.proof(method, url, &self.nonce, token);
        let proof = proof.map_err(|NoKey| "no proof can be signed here".to_owned())?;
        Ok(Some(("dpop", proof)))
    }
}

fn not_there(said: &Said, report: &mut Report<'_>) {
    let problem = said.json();
    let seen = problem["detail"].as_str().unwrap_or("the widget cannot be asked").to_owned();
    let mend = match problem["code"].as_str() {
        Some("origin_not_allowed") => "add the page's origin to the widget's allowed origins",
        _ => "copy the public key from the widget's settings",
    };
    report.failed("widget settings", seen, mend);
}

fn mode(config: &Value, report: &mut Report<'_>) {
    match config["mode"].as_str() {
        Some("enforce") => report.good("identity mode", "enforce: what is not proven is refused"),
        Some(mode) => report.warn(
            "identity mode",
            format!("{mode}: an identity without a proof is taken as said"),
            "when the dashboard says that it is safe, switch to enforce",
        ),
        None => report.failed("identity mode", "the server does not say it", "look at the proxy"),
    }
    if config["allow_bearer"] == true {
        report.warn(
            "session binding",
            "sessions without a browser key are allowed: a stolen token can be used elsewhere",
            "set `allow_bearer` to false in the widget's settings",
        );
    } else {
        report.good("session binding", "every session is bound to its browser's key");
    }
}

/// An identity that the page cannot have got from its back end.
struct Forgery {
    check: &'static str,
    how: &'static str,
    identity: Map<String, Value>,
}

fn forgeries(profile: &Profile, widget: &str) -> Vec<Forgery> {
    let forgery = |check, how, proof: Option<(&str, String)>| {
        let mut identity = said(profile);
        identity.extend(proof.map(|(field, proof)| (field.to_owned(), proof.into())));
        Forgery { check, how, identity }
    };
    let mut all = vec![forgery("forgery: no proof", "another's name without a proof", None)];
    if let Some(field) = profile.proof_field(Mode::Hmac) {
        let zeros = Some((field, "0".repeat(64)));
        all.push(forgery("forgery: blank proof", "a blank proof", Some((field, String::new()))));
        all.push(forgery("forgery: made-up digest", "a digest of zeros", zeros));
    }
    if let Some(field) = profile.proof_field(Mode::Jwt) {
        let blank = Some((field, String::new()));
        all.push(forgery("forgery: blank token", "a blank token", blank));
        let none = Some((field, token("none", widget, "")));
        all.push(forgery("forgery: unsigned token", "a token with `alg` none", none));
        let other = Some((field, token("HS256", widget, &"A".repeat(43))));
        all.push(forgery("forgery: made-up signature", "a token with a made-up signature", other));
    }
    all
}

/// The victim's name in every field that the page may send beside a proof.
fn said(profile: &Profile) -> Map<String, Value> {
    let names = profile.said_names(Field::Id).chain(profile.said_names(Field::Email));
    names.map(|name| (name.to_owned(), VICTIM.into())).collect()
}

fn token(algorithm: &str, widget: &str, signature: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let now = now();
    let claims = json!({ "sub": VICTIM, "user_id": VICTIM, "email": VICTIM, "aud": widget,
        "iat": now, "exp": now + 300 });
    format!("{}.{}.{signature}", part(&json!({ "alg": algorithm, "typ": "JWT" })), part(&claims))
}

#[expect(clippy::disallowed_methods, reason = "the attacker has this machine's clock")]
pub(super) fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

fn judge(forgery: &Forgery, said: &Said, report: &mut Report<'_>) {
    let (answer, how) = (said.json(), forgery.how);
    let reference = answer["request_id"].as_str().unwrap_or("no reference");
    match (said.status.as_u16(), answer["trust"].as_str()) {
        (401, _) if answer["code"] == "identity_refused" => {
            report.good(forgery.check, format!("{how} is refused ({reference})"));
        }
        (201, Some(trust @ ("hmac" | "jwt"))) => report.failed(
            forgery.check,
            format!("{how} opens a session as proven by {trust}"),
            "stop using this server and tell its authors: SECURITY.md",
        ),
        (201, _) => report.warn(
            forgery.check,
            format!("{how} opens a session in which the name is only said"),
            "agents see that nothing is proven; switch to enforce to refuse it",
        ),
        (401, _) if answer["code"] == "dpop_required" => report.skipped(
            forgery.check,
            "the server does not take the key's proof at this address",
            "give the address under which widgets reach the server: its --widget-url",
        ),
        (429, _) => report.skipped(forgery.check, "too many requests", "try again in a minute"),
        (status, _) => report.skipped(
            forgery.check,
            format!("{how} is answered {status} {}", answer["code"].as_str().unwrap_or_default()),
            "look up the answer in docs/errors.md",
        ),
    }
}
