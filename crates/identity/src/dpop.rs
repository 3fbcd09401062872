//! `DPoP` proofs (RFC 9449, section 4.3): that a call comes from the browser that holds a key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::algorithm::Algorithm;
use crate::json::{self, Json, JsonFault, Object};
use crate::jwk::{PublicKey, PublicKeyFault};
use crate::jws::{Compact, JwsFault};
use crate::profile::{EmailRule, Field};
use crate::text;

/// Seconds that a proof's `iat` may lie before or after now.
///
/// Browsers' clocks are wrong by minutes; freshness comes from the server's nonce and from the
/// replay memory, which must keep a `jti` for twice this long.
pub const WINDOW: i64 = 300;

/// What a valid proof shows. The caller still checks nonce, replay and whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DpopProof {
    /// The RFC 7638 thumbprint of the key.
    pub jkt: String,
    /// The proof's id, to be seen once.
    pub jti: String,
    /// When the browser says it was made, in Unix seconds.
    pub iat: i64,
    /// The server's nonce, if the proof has one.
    pub nonce: Option<String>,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DpopFault {
    /// Not a token under our rules.
    #[error("{0}")]
    Token(JwsFault),
    /// The header is not `typ`, `alg` and `jwk`.
    #[error("the header must have `typ`, `alg` and `jwk`, and nothing else")]
    Header,
    /// Another `typ`.
    #[error("`typ` must be `dpop+jwt`")]
    Kind,
    /// Another algorithm.
    #[error("`alg` must be `ES256`")]
    Algorithm,
    /// The key cannot be used.
    #[error("the key cannot be used: {0}")]
    Key(PublicKeyFault),
    /// The signature is not that key's.
    #[error("the signature does not fit")]
    Signature,
    /// A claim is missing or has the wrong type.
    #[error("the claim `{0}` is missing or has the wrong type")]
    Claim(&'static str),
    /// Made for another method.
    #[error("`htm` is not the method of this call")]
    Method,
    /// Made for another address.
    #[error("`htu` is not the address of this call")]
    Address,
    /// Made too long ago, or ahead.
    #[error("`iat` is {0} s away from now")]
    Stale(i64),
    /// Made for another access token, or for none.
    #[error("`ath` is not the hash of the access token")]
    AccessToken,
}

/// Checks the one `DPoP` header of a call.
///
/// `url` is the address that the client called, without query and fragment; `ath` the access
/// token that came with it, if any.
pub fn dpop(
    proof: &str,
    method: &str,
    url: &str,
    ath: Option<&str>,
    now: i64,
) -> Result<DpopProof, DpopFault> {
    let token = Compact::split(proof).map_err(DpopFault::Token)?;
    let key = key_of(&token)?;
    let signature = token.signature_of::<64>().map_err(DpopFault::Token)?;
    if !signature.is_some_and(|signature| key.verifies(token.signed, &signature)) {
        return Err(DpopFault::Signature);
    }
    let payload = token.payload().map_err(DpopFault::Token)?;
    let claims =
        json::object(&payload).map_err(|fault| DpopFault::Token(JwsFault::Claims(fault)))?;
    if required(&claims, "htm")? != method {
        return Err(DpopFault::Method);
    }
    if required(&claims, "htu")? != url {
        return Err(DpopFault::Address);
    }
    let iat = fresh(&claims, now)?;
    if let Some(access_token) = ath {
        check_hash(&claims, access_token)?;
    }
    let jti = required(&claims, "jti")?.to_owned();
    let nonce = optional(&claims, "nonce")?.map(str::to_owned);
    Ok(DpopProof { jkt: key.thumbprint().to_owned(), jti, iat, nonce })
}

/// The key in the header, after the header's own rules.
fn key_of(token: &Compact<'_>) -> Result<PublicKey, DpopFault> {
    let bytes = token.header_bytes().map_err(DpopFault::Token)?;
    let unreadable = |fault: JsonFault| DpopFault::Token(JwsFault::Header(fault));
    let header = json::object(&bytes).map_err(unreadable)?;
    if header.members().any(|(name, _)| !matches!(name, "typ" | "alg" | "jwk")) {
        return Err(DpopFault::Header);
    }
    let is = |name, text: &str| matches!(header.get(name), Some(Json::Text(own)) if own == text);
    if !is("typ", "dpop+jwt") {
        return Err(DpopFault::Kind);
    }
    if !is("alg", Algorithm::Es256.name()) {
        return Err(DpopFault::Algorithm);
    }
    let Some(Json::Object(jwk)) = header.get("jwk") else { return Err(DpopFault::Header) };
    let key = PublicKey::from_jwk(jwk).map_err(DpopFault::Key)?;
    if key.algorithm() == Algorithm::Es256 { Ok(key) } else { Err(DpopFault::Algorithm) }
}

fn fresh(claims: &Object<'_>, now: i64) -> Result<i64, DpopFault> {
    let Some(Json::Integer(iat @ 0..=253_402_300_799)) = claims.get("iat") else {
        return Err(DpopFault::Claim("iat"));
    };
    let away = (now - iat).abs();
    if away > WINDOW { Err(DpopFault::Stale(away)) } else { Ok(*iat) }
}

fn check_hash(claims: &Object<'_>, access_token: &str) -> Result<(), DpopFault> {
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(access_token));
    if required(claims, "ath")? == hash { Ok(()) } else { Err(DpopFault::AccessToken) }
}

fn required<'a>(claims: &'a Object<'_>, name: &'static str) -> Result<&'a str, DpopFault> {
    optional(claims, name)?.ok_or(DpopFault::Claim(name))
}

/// A text claim; ids and nonces may have 128 characters, addresses more.
fn optional<'a>(claims: &'a Object<'_>, name: &'static str) -> Result<Option<&'a str>, DpopFault> {
    let field = if name == "htu" { Field::AvatarUrl } else { Field::Id };
    match claims.get(name) {
        None => Ok(None),
        Some(Json::Text(text)) => match text::value(field, text, EmailRule::Normalise) {
            Ok(_) => Ok(Some(text)),
            Err(_) => Err(DpopFault::Claim(name)),
        },
        Some(_) => Err(DpopFault::Claim(name)),
    }
}
