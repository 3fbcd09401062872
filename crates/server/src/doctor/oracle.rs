//! The customer's token endpoint, asked by somebody who is not signed in (H5).

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regex::Regex;
use serde_json::json;
use url::Url;

use super::report::Report;
use super::stranger::{Said, Stranger};

/// Whom the stranger asks for.
const VICTIM: &str = "countersign-doctor@victim.example";
/// Under which names pages tell their own back end who they are.
const NAMES: [&str; 8] = ["id", "user", "userId", "user_id", "customerId", "uid", "sub", "email"];

static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\beyJ[A-Za-z0-9_-]+\.([A-Za-z0-9_-]{4,})\.[A-Za-z0-9_-]*")
        .expect("the pattern is tried by a test")
});
/// SHA-256 in hexadecimal or base64, standing alone.
static DIGEST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:^|[^A-Za-z0-9+/_=-])([0-9a-fA-F]{64}|[A-Za-z0-9+/_-]{43}=?)(?:$|[^A-Za-z0-9+/_=-])",
    )
    .expect("the pattern is tried by a test")
});

/// Asks without a cookie, naming nobody and then a victim.
pub(super) async fn examine(stranger: &Stranger, tokens: &Url, report: &mut Report<'_>) {
    let mut naming = tokens.clone();
    naming.query_pairs_mut().extend_pairs(NAMES.map(|name| (name, VICTIM)));
    let body = NAMES.map(|name| (name.to_owned(), json!(VICTIM)));
    let body = body.into_iter().collect();
    let asked = [
        stranger.get(tokens.clone()).await,
        stranger.get(naming).await,
        stranger.post(tokens.clone(), &body, &[]).await,
    ];
    let said: Vec<Said> = match asked.into_iter().collect() {
        Ok(said) => said,
        Err(error) => {
            let mend = "give the address that the page's `identity` callback asks";
            return report.skipped("token endpoint", format!("{tokens}: {error}"), mend);
        }
    };
    judge(tokens, &said, report);
}

fn judge(tokens: &Url, said: &[Said], report: &mut Report<'_>) {
    let mend = "take the user from your own session, never from the request, and answer 401 when \
        nobody is signed in";
    if said.iter().any(|said| names_victim(&said.text)) {
        let seen = format!("{tokens} signs for whoever the request names: anyone can be anyone");
        report.failed("token endpoint", seen, mend);
    } else if said.iter().any(|said| said.status.is_success() && holds_proof(&said.text)) {
        let seen = format!("{tokens} gives a proof to somebody who is not signed in");
        report.failed("token endpoint", seen, mend);
    } else if said.iter().all(|said| matches!(said.status.as_u16(), 404 | 405)) {
        let mend = "give the address that the page's `identity` callback asks";
        report.skipped("token endpoint", format!("{tokens} is not there"), mend);
    } else {
        let seen = format!("a stranger gets nothing ({})", said[0].status);
        report.good("token endpoint", seen);
    }
}

/// A token whose claims name the victim.
fn names_victim(text: &str) -> bool {
    TOKEN.captures_iter(text).any(|token| {
        let claims = URL_SAFE_NO_PAD.decode(&token[1]).unwrap_or_default();
        String::from_utf8_lossy(&claims).contains(VICTIM)
    })
}

fn holds_proof(text: &str) -> bool {
    TOKEN.is_match(text) || DIGEST.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_are_known_by_their_form() {
        let hex = "a".repeat(64);
        for text in [
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln".to_owned(),
            format!(r#"{{"hash":"{hex}"}}"#),
            hex,
            r#"{"signature":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}"#.to_owned(),
        ] {
            assert!(holds_proof(&text), "{text}");
        }
        for text in ["sign in first", r#"{"error":"unauthorized"}"#, &"a".repeat(65), ""] {
            assert!(!holds_proof(text), "{text}");
        }
    }
}
