//! A digest over what the page sends: one field, fields joined, or a time and a payload.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::claims::{self, CLOCK_SKEW};
use crate::json;
use crate::jws::LONGEST;
use crate::keys::Material;
use crate::presented::Presented;
use crate::profile::{Field, Hashed, HmacRecipe, Mode, PayloadForm, Profile, Strength};
use crate::reason::Reason;
use crate::text::{self, TextFault};
use crate::verify::{Case, Proven, looks_like_token};

impl Case<'_> {
    /// What the digest proves, if one is there.
    pub(crate) fn digest(&self, recipe: &'static HmacRecipe) -> Result<Option<Proven>, Reason> {
        let Some(proof) = self.proof(&recipe.proof)? else { return Ok(None) };
        let fields = fields(self.profile, recipe, self.presented)?;
        let messages = messages(recipe, &fields)?;
        let form = Reason::DigestForm(&recipe.proof, recipe.digest);
        let digest = recipe.digest.read(proof).ok_or(form)?;
        let mut fault = Reason::NoKey(Mode::Hmac);
        for (index, key) in self.in_use(Mode::Hmac) {
            if recipe.digest.key_id(proof).is_some_and(|id| id != key.id()) {
                continue;
            }
            let Material::Shared { mac, .. } = &key.material else { continue };
            if messages.iter().flatten().any(|text| mac.fits(text.as_bytes(), &digest)) {
                return self.proven(recipe, fields, index);
            }
            fault = Reason::Signature;
        }
        Err(fault)
    }

    fn proven(
        &self,
        recipe: &'static HmacRecipe,
        fields: Vec<Part<'_>>,
        key: usize,
    ) -> Result<Option<Proven>, Reason> {
        let issued = recipe.time.as_deref().map(|name| time(&fields, name)).transpose()?;
        let expires = issued.map(|issued| issued + recipe.lifetime);
        match (issued, expires) {
            (_, Some(expires)) if expires <= self.now => {
                return Err(Reason::Expired { by: self.now - expires });
            }
            (Some(issued), _) if issued > self.now + CLOCK_SKEW => {
                return Err(Reason::IssuedAhead { by: issued - self.now });
            }
            _ => {}
        }
        let proven = match &recipe.payload {
            Some(payload) => claimed(self.profile, recipe, &fields, payload.form)?,
            None => proven(fields),
        };
        Ok(Some(Proven { expires, issued, ..Proven::by(Strength::Hmac, key, proven) }))
    }
}

/// A field of the message: as sent, and as the fact that it is.
pub(crate) struct Part<'a> {
    name: &'static str,
    sent: &'a str,
    literal: &'static str,
    value: Option<(Field, Cow<'a, str>)>,
}

impl Part<'_> {
    fn normalised(&self) -> &str {
        self.value.as_ref().map_or(self.sent, |(_, text)| text)
    }
}

/// What the fields of the message prove. Not collected: that would shrink an allocation of parts.
pub(crate) fn proven(parts: Vec<Part<'_>>) -> Vec<(Field, String)> {
    let mut proven = Vec::with_capacity(parts.len());
    for (field, text) in parts.into_iter().filter_map(|part| part.value) {
        proven.push((field, text.into_owned()));
    }
    proven
}

/// The fields that the message consists of, each a value that somebody can have, and together
/// no longer than a token.
pub(crate) fn fields<'a>(
    profile: &'static Profile,
    recipe: &'static HmacRecipe,
    presented: &'a Presented,
) -> Result<Vec<Part<'a>>, Reason> {
    let mut parts = Vec::with_capacity(recipe.message.0.len());
    let mut room = LONGEST;
    for (path, literal) in &recipe.message.0 {
        let name = path.whole.as_str();
        let sent = presented.at(path).ok_or(Reason::MessageMissing(name))?;
        if looks_like_token(sent) {
            return Err(Reason::MessageIsToken(name));
        }
        let refused = |fault| Reason::Value(name, fault);
        let value = match profile.said_as(path) {
            Some(field) => {
                Some((field, text::value(field, sent, profile.emails).map_err(refused)?))
            }
            None => None,
        };
        if sent.is_empty() {
            return Err(refused(TextFault::Blank));
        }
        let Some(rest) = room.checked_sub(sent.len()) else {
            return Err(refused(TextFault::TooLong(LONGEST)));
        };
        room = rest;
        parts.push(Part { name, sent, literal, value });
    }
    Ok(parts)
}

/// The texts that a back end may have hashed: as sent, normalised, or either.
pub(crate) fn messages<'a>(
    recipe: &HmacRecipe,
    parts: &'a [Part<'a>],
) -> Result<[Option<Cow<'a, str>>; 2], Reason> {
    let sent = || joined(parts, |part| part.sent).map(Some);
    let normalised = || joined(parts, Part::normalised).map(Some);
    match recipe.hashed {
        Hashed::AsSent => Ok([sent()?, None]),
        Hashed::Normalised => Ok([normalised()?, None]),
        Hashed::Either => Ok([sent()?, normalised()?]),
    }
}

/// The parts with what stands between them, if it can be cut into them in one way only.
fn joined<'a>(
    parts: &'a [Part<'a>],
    text: impl Fn(&'a Part<'a>) -> &'a str,
) -> Result<Cow<'a, str>, Reason> {
    if let [only] = parts
        && only.literal.is_empty()
    {
        return Ok(Cow::Borrowed(text(only)));
    }
    let mut whole = String::new();
    let mut starts = Vec::with_capacity(parts.len());
    for part in parts {
        starts.push(whole.len());
        whole.push_str(text(part));
        whole.push_str(part.literal);
    }
    for (part, start) in parts.iter().zip(starts) {
        let cut = whole[start..].find(part.literal);
        if !part.literal.is_empty() && cut != Some(text(part).len()) {
            return Err(Reason::AmbiguousJoin(part.name));
        }
    }
    if looks_like_token(&whole) {
        return Err(Reason::MessageIsToken(parts[0].name));
    }
    Ok(Cow::Owned(whole))
}

/// The time in milliseconds under `name`, in seconds: thirteen digits, as from 2001 to 2286.
fn time(parts: &[Part<'_>], name: &'static str) -> Result<i64, Reason> {
    let sent = parts.iter().find(|part| part.name == name).map_or("", |part| part.sent);
    let digits = sent.len() == 13 && sent.bytes().all(|byte| byte.is_ascii_digit());
    let milliseconds = sent.parse::<i64>().ok().filter(|_| digits);
    milliseconds.map(|it| it / 1_000).ok_or(Reason::Time(name))
}

/// What the claims in the message say.
fn claimed(
    profile: &'static Profile,
    recipe: &'static HmacRecipe,
    parts: &[Part<'_>],
    form: PayloadForm,
) -> Result<Vec<(Field, String)>, Reason> {
    let payload = recipe.payload.as_ref().map_or("", |payload| payload.field.as_str());
    let sent = parts.iter().find(|part| part.name == payload).map_or("", |part| part.sent);
    let bytes = match form {
        PayloadForm::Json => sent.as_bytes().to_vec(),
        PayloadForm::Base64 => STANDARD.decode(sent).map_err(|_| Reason::Payload(payload))?,
    };
    let claims = json::object(&bytes).map_err(|_| Reason::Payload(payload))?;
    claims::fields(&claims, &recipe.claims, profile.emails)
}
