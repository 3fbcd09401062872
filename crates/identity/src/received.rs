//! Access tokens for a back end that receives them: signature, `iss`, `aud`, `iat` and `exp`.

use crate::access::{Bad, Checker};
use crate::claims::CLOCK_SKEW;
use crate::json::{self, Json, Object};
use crate::jwk::PublicKeyFault;

/// Verifies the access tokens of one server, with its published keys.
///
/// It does not learn of revocation: a session that was ended stays believable until its token
/// expires, at most ten minutes.
#[derive(Debug)]
pub struct Verifier {
    checker: Checker,
    issuer: String,
    audience: String,
}

/// What a verified access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// `sub`: the visitor's contact.
    pub contact: String,
    /// `sid`.
    pub session: String,
    /// `ws`: the environment that both belong to.
    pub tenant: String,
    /// `jti`.
    pub id: String,
    /// `iat`, in Unix seconds.
    pub issued: i64,
    /// `exp`, in Unix seconds.
    pub expires: i64,
    /// The thumbprint of the browser key that the session is bound to: who presents the token must
    /// also present a `DPoP` proof by that key.
    pub jkt: Option<String>,
}

/// Why a text is no access token for you: answer 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// Not signed by one of the server's keys.
    #[error(transparent)]
    Signature(#[from] Bad),
    /// Another server's.
    #[error("`iss` is not this server")]
    Issuer,
    /// Made for another use.
    #[error("`aud` is not the widget's API of this server")]
    Audience,
    /// A claim is missing or of another type.
    #[error("`{0}` is missing or of another type")]
    Claim(&'static str),
    /// Expired, so many seconds ago.
    #[error("it expired {0} s ago")]
    Expired(i64),
    /// Issued in the future, so many seconds ahead.
    #[error("`iat` lies {0} s ahead; is this machine's clock right?")]
    IssuedAhead(i64),
}

impl Verifier {
    /// For the server with this public URL (scheme, host and port) and the text of its
    /// `/.well-known/jwks.json`. Fetch that again every five minutes.
    pub fn new(server: &str, jwks: &str) -> Result<Self, PublicKeyFault> {
        let issuer = server.trim_end_matches('/').to_owned();
        let audience = format!("{issuer}/widget/v1");
        Ok(Self { checker: Checker::from_jwks(jwks)?, issuer, audience })
    }

    /// The claims of a token, at `now` in Unix seconds.
    pub fn verify(&self, token: &str, now: i64) -> Result<AccessClaims, Untrusted> {
        let payload = self.checker.check(token)?;
        let claims = json::object(&payload).map_err(|_| Untrusted::Claim("the whole"))?;
        if text(&claims, "iss") != Ok(&self.issuer) {
            return Err(Untrusted::Issuer);
        }
        if text(&claims, "aud") != Ok(&self.audience) {
            return Err(Untrusted::Audience);
        }
        let read = read(&claims)?;
        if read.expires <= now {
            return Err(Untrusted::Expired(now.saturating_sub(read.expires)));
        }
        if read.issued > now.saturating_add(CLOCK_SKEW) {
            return Err(Untrusted::IssuedAhead(read.issued.saturating_sub(now)));
        }
        Ok(read)
    }
}

fn read(claims: &Object<'_>) -> Result<AccessClaims, Untrusted> {
    let owned = |name| text(claims, name).map(str::to_owned);
    let jkt = match claims.get("cnf") {
        None => None,
        Some(Json::Object(confirmation)) => Some(text(confirmation, "jkt")?.to_owned()),
        Some(_) => return Err(Untrusted::Claim("cnf")),
    };
    Ok(AccessClaims {
        contact: owned("sub")?,
        session: owned("sid")?,
        tenant: owned("ws")?,
        id: owned("jti")?,
        issued: seconds(claims, "iat")?,
        expires: seconds(claims, "exp")?,
        jkt,
    })
}

fn text<'a>(claims: &'a Object<'_>, name: &'static str) -> Result<&'a str, Untrusted> {
    match claims.get(name) {
        Some(Json::Text(text)) if !text.is_empty() => Ok(text),
        _ => Err(Untrusted::Claim(name)),
    }
}

fn seconds(claims: &Object<'_>, name: &'static str) -> Result<i64, Untrusted> {
    match claims.get(name) {
        Some(Json::Integer(seconds)) if *seconds > 0 => Ok(*seconds),
        _ => Err(Untrusted::Claim(name)),
    }
}
