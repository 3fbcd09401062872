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
        self.check_fixed(&claims)?;
        let (issued, expires) = self.times(&claims)?;
        let jti = single_use_id(&claims)?;
        let jkt = bound_key(&claims)?;
        let fields = fields(&claims, &self.recipe.claims, self.emails)?;
        let proven = Proven::by(Strength::Jwt, key, fields);
        Ok(Proven { jti, expires, issued, jkt, ..proven })
    }

    /// Everything that a payload would be refused for, each fault on its own.
    pub(crate) fn faults(&self, payload: &[u8]) -> Vec<Reason> {
        let Ok(claims) = json::object(payload) else { return Vec::new() };
        let shape = [
            check_registered(&claims).err(),
            self.check_audience(&claims).err(),
            self.check_fixed(&claims).err(),
            self.times(&claims).err(),
            single_use_id(&claims).err(),
            bound_key(&claims).err(),
        ];
        let each = self.recipe.claims.iter().map(|rule| rule.field(&claims, self.emails).err());
        let mut faults: Vec<_> = shape.into_iter().chain(each).flatten().collect();
        if faults.is_empty() {
            faults.extend(fields(&claims, &self.recipe.claims, self.emails).err());
        }
        faults
    }

    fn check_audience(&self, claims: &Object<'_>) -> Result<(), Reason> {
        let rule = self.recipe.audience;
        let ours = |value: &Json<'_>| matches!(value, Json::Text(text) if self.recipe.audience_is.is(text, self.audience));
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

    fn check_fixed(&self, claims: &Object<'_>) -> Result<(), Reason> {
        for (path, text) in &self.recipe.fixed {
            match claim(claims, path)? {
                None => return Err(Reason::ClaimMissing(&path.whole)),
                Some(found) if text.is(found, self.audience) => {}
                Some(_) => return Err(Reason::ClaimUnfit(&path.whole)),
            }
        }
        for path in &self.recipe.present {
            claim(claims, path)?.ok_or(Reason::ClaimMissing(&path.whole))?;
        }
        Ok(())
    }

    /// `iat` and `exp`, each where it is, after all rules about time.
    fn times(&self, claims: &Object<'_>) -> Result<(Option<i64>, Option<i64>), Reason> {
        let (issued, mut expires) = (seconds(claims, "iat")?, seconds(claims, "exp")?);
        let rule = self.recipe.times;
        if matches!(rule, TimesRule::Required | TimesRule::Exp) {
            expires.ok_or(Reason::ClaimMissing("exp"))?;
        }
        if matches!(rule, TimesRule::Required | TimesRule::Iat) {
            issued.ok_or(Reason::ClaimMissing("iat"))?;
        }
        if let (TimesRule::Iat, Some(issued), Some(life)) = (rule, issued, self.recipe.lifetime) {
            expires = Some(expires.map_or(issued + life, |expires| expires.min(issued + life)));
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
        match (issued, expires) {
            (Some(issued), Some(expires)) => self.check_lifetime(expires - issued)?,
            (None, Some(expires)) => self.check_lifetime(expires - self.now)?,
            (_, None) => {}
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
}

/// What the claims say by these rules; somebody, or it is refused.
pub(crate) fn fields(
    claims: &Object<'_>,
    rules: &'static [ClaimRule],
    emails: EmailRule,
) -> Result<Vec<(Field, String)>, Reason> {
    let mut fields = Vec::with_capacity(rules.len());
    for rule in rules {
        fields.extend(rule.field(claims, emails)?);
    }
    if fields.iter().any(|(field, _)| field.identifies()) {
        return Ok(fields);
    }
    let naming = rules.iter().find(|rule| rule.field.identifies());
    Err(Reason::ClaimMissing(naming.map_or("sub", |rule| &rule.claim.whole)))
}

impl ClaimRule {
    fn field(
        &'static self,
        claims: &Object<'_>,
        emails: EmailRule,
    ) -> Result<Option<(Field, String)>, Reason> {
        let name = self.claim.whole.as_str();
        let mut text = claim(claims, &self.claim)?;
        if let Some(other) = &self.or {
            let second = claim(claims, other)?;
            if text.is_some() && second.is_some() && text != second {
                return Err(Reason::Contradiction(&other.whole));
            }
            text = text.or(second);
        }
        if !self.is_read(claims)? {
            return Ok(None);
        }
        match text {
            None if self.required => Err(Reason::ClaimMissing(name)),
            None => Ok(None),
            Some(text) if is_absent(self.field, text) => Ok(None),
            Some(text) => text::value(self.field, self.stripped(text)?, emails)
                .map(|value| Some((self.field, value.into_owned())))
                .map_err(|fault| Reason::Value(name, fault)),
        }
    }

    /// Whether the claims beside it let this one count.
    fn is_read(&'static self, claims: &Object<'_>) -> Result<bool, Reason> {
        let allowed = match self.when.as_deref().map(|name| (name, claims.get(name))) {
            None | Some((_, Some(Json::Bool(true)))) => true,
            Some((_, None | Some(Json::Bool(false)))) => false,
            Some((name, Some(_))) => return Err(Reason::ClaimType(name)),
        };
        let beaten = self.unless.as_ref().map_or(Ok(None), |path| claim(claims, path))?.is_some();
        Ok(allowed && !beaten)
    }

    fn stripped<'a>(&'static self, text: &'a str) -> Result<&'a str, Reason> {
        let unfit = Reason::ClaimUnfit(&self.claim.whole);
        let text = match &self.prefix {
            Some(prefix) => text.strip_prefix(prefix.as_str()).ok_or(unfit)?,
            None => text,
        };
        if self.never.as_deref() == Some(text) { Err(unfit) } else { Ok(text) }
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
