//! What a token claims, once its signature fits: audience, times, fields, the bound key.

use crate::json::{self, Json, Object};
use crate::jws::JwsFault;
use crate::profile::{
    AudienceRule, ClaimRule, EmailRule, Field, JwtRecipe, Path, Strength, TimesRule,
};
use crate::reason::Reason;
use crate::text;
use crate::verify::{Proven, is_absent};

/// Seconds that a customer's clock may be ahead of ours.
pub const CLOCK_SKEW: i64 = 60;

/// What the claims are held against.
pub(crate) struct Expected<'a> {
    pub(crate) recipe: &'static JwtRecipe,
    pub(crate) emails: EmailRule,
    pub(crate) audience: &'a str,
    pub(crate) now: i64,
}

impl Expected<'_> {
    /// What the payload proves; `key` is the index of the key that signed it.
    pub(crate) fn read(&self, payload: &[u8], key: usize) -> Result<Proven, Reason> {
        let claims =
            json::object(payload).map_err(|fault| Reason::Token(JwsFault::Claims(fault)))?;
        check_registered(&claims)?;
        self.check_audience(&claims)?;
        let (issued, expires) = self.times(&claims)?;
        let jti = single_use_id(&claims)?;
        let jkt = bound_key(&claims)?;
        let mut fields = Vec::with_capacity(self.recipe.claims.len());
        for rule in &self.recipe.claims {
            fields.extend(self.field(&claims, rule)?);
        }
        let proven = Proven::by(Strength::Jwt, key, fields);
        Ok(Proven { jti, expires, issued, jkt, ..proven })
    }

    /// Everything that a payload would be refused for, each fault on its own.
    pub(crate) fn faults(&self, payload: &[u8]) -> Vec<Reason> {
        let Ok(claims) = json::object(payload) else { return Vec::new() };
        let shape = [
            check_registered(&claims).err(),
            self.check_audience(&claims).err(),
            self.times(&claims).err(),
            single_use_id(&claims).err(),
            bound_key(&claims).err(),
        ];
        let fields = self.recipe.claims.iter().map(|rule| self.field(&claims, rule).err());
        shape.into_iter().chain(fields).flatten().collect()
    }

    fn check_audience(&self, claims: &Object<'_>) -> Result<(), Reason> {
        let rule = self.recipe.audience;
        let ours = |value: &Json<'_>| matches!(value, Json::Text(text) if text == self.audience);
        match claims.get("aud") {
            None if rule == AudienceRule::WhenPresent => Ok(()),
            None => Err(Reason::ClaimMissing("aud")),
            Some(Json::List(list)) if rule != AudienceRule::Text => match list.as_slice() {
                [one] if ours(one) => Ok(()),
                _ => Err(Reason::Audience),
            },
            Some(value) if ours(value) => Ok(()),
            Some(Json::Text(_)) => Err(Reason::Audience),
            Some(_) => Err(Reason::ClaimType("aud")),
        }
    }

    /// `iat` and `exp`, each where it is, after all rules about time.
    fn times(&self, claims: &Object<'_>) -> Result<(Option<i64>, Option<i64>), Reason> {
        let (issued, expires) = (seconds(claims, "iat")?, seconds(claims, "exp")?);
        if self.recipe.times == TimesRule::Required {
            expires.ok_or(Reason::ClaimMissing("exp"))?;
            issued.ok_or(Reason::ClaimMissing("iat"))?;
        }
        if let Some(expires) = expires.filter(|expires| *expires <= self.now) {
            return Err(Reason::Expired { by: self.now - expires });
        }
        let ahead = self.now + CLOCK_SKEW;
        if let Some(starts) = seconds(claims, "nbf")?.filter(|starts| *starts > ahead) {
            return Err(Reason::NotYetValid { by: starts - self.now });
        }
        if let Some(issued) = issued.filter(|issued| *issued > ahead) {
            return Err(Reason::IssuedAhead { by: issued - self.now });
        }
        if let (Some(issued), Some(expires)) = (issued, expires) {
            self.check_lifetime(expires - issued)?;
        }
        Ok((issued, expires))
    }

    fn check_lifetime(&self, seconds: i64) -> Result<(), Reason> {
        match self.recipe.lifetime {
            _ if seconds <= 0 => Err(Reason::Backwards),
            Some(most) if seconds > most => Err(Reason::Lifetime { seconds, most }),
            _ => Ok(()),
        }
    }

    fn field(
        &self,
        claims: &Object<'_>,
        rule: &'static ClaimRule,
    ) -> Result<Option<(Field, String)>, Reason> {
        let name = rule.claim.whole.as_str();
        let mut text = claim(claims, &rule.claim)?;
        if let Some(other) = &rule.or {
            let second = claim(claims, other)?;
            if text.is_some() && second.is_some() && text != second {
                return Err(Reason::Contradiction(&other.whole));
            }
            text = text.or(second);
        }
        match text {
            None if rule.required => Err(Reason::ClaimMissing(name)),
            None => Ok(None),
            Some(text) if is_absent(rule.field, text) => Ok(None),
            Some(text) => text::value(rule.field, text, self.emails)
                .map(|value| Some((rule.field, value.into_owned())))
                .map_err(|fault| Reason::Value(name, fault)),
        }
    }
}

/// `iss` and `sub` are strings wherever they stand, whether or not the profile reads them.
fn check_registered(claims: &Object<'_>) -> Result<(), Reason> {
    let odd = |name: &&str| !matches!(claims.get(name), None | Some(Json::Text(_)));
    match ["iss", "sub"].into_iter().find(odd) {
        Some(name) => Err(Reason::ClaimType(name)),
        None => Ok(()),
    }
}

/// The string at `path`, if it is there; any other type is refused.
fn claim<'a>(claims: &'a Object<'_>, path: &'static Path) -> Result<Option<&'a str>, Reason> {
    let mut value = claims.get(&path.head);
    if let (Some(part), Some(whole)) = (&path.part, value) {
        let Json::Object(object) = whole else { return Err(Reason::ClaimType(&path.head)) };
        value = object.get(part);
    }
    match value {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Reason::ClaimType(&path.whole)),
    }
}

/// A time in whole seconds, between 1970 and the year 9999.
fn seconds(claims: &Object<'_>, name: &'static str) -> Result<Option<i64>, Reason> {
    match claims.get(name) {
        None => Ok(None),
        Some(Json::Integer(seconds @ 0..=253_402_300_799)) => Ok(Some(*seconds)),
        Some(_) => Err(Reason::ClaimType(name)),
    }
}

fn single_use_id(claims: &Object<'_>) -> Result<Option<String>, Reason> {
    match claims.get("jti") {
        None => Ok(None),
        Some(Json::Text(jti)) => text::value(Field::Id, jti, EmailRule::Normalise)
            .map(|jti| Some(jti.into_owned()))
            .map_err(|fault| Reason::Value("jti", fault)),
        Some(_) => Err(Reason::ClaimType("jti")),
    }
}

/// `cnf.jkt`. A confirmation that we cannot honour is refused, not ignored.
fn bound_key(claims: &Object<'_>) -> Result<Option<String>, Reason> {
    let Some(confirmation) = claims.get("cnf") else { return Ok(None) };
    let Json::Object(confirmation) = confirmation else { return Err(Reason::Confirmation) };
    match confirmation.get("jkt") {
        Some(Json::Text(jkt)) if confirmation.members().count() == 1 && is_thumbprint(jkt) => {
            Ok(Some(jkt.clone().into_owned()))
        }
        _ => Err(Reason::Confirmation),
    }
}

/// Whether `text` is 32 bytes in base64url, as RFC 7638 writes a SHA-256.
pub(crate) fn is_thumbprint(text: &str) -> bool {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text);
    bytes.is_ok_and(|bytes| bytes.len() == 32)
}
