//! Whether what a request presents is proven, and by which key.
//!
//! A proof that is present is always verified and must hold; one of the wrong form, a blank one
//! and a second one that does not fit are refusals, never silence.

use crate::keys::Key;
use crate::presented::{Presented, Value};
use crate::profile::{Beside, EmailRule, Field, Mode, Path, Profile, Strength};
use crate::reason::{Reason, Refused};
use crate::text;

/// What a request amounts to, if it is not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A proof was there and held.
    Proven(Proven),
    /// No field of a proof was there at all.
    Missing(Said),
}

/// Who a visitor is, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// What the proof is worth.
    pub strength: Strength,
    /// The index of the key that fits, in the slice that was given.
    pub key: usize,
    /// What the proof covers, ids before emails.
    pub fields: Vec<(Field, String)>,
    /// What the page said beside the proof, never about a field that is proven.
    pub said: Vec<(Field, String)>,
    /// The token's `jti`: single use, when the widget demands it.
    pub jti: Option<String>,
    /// `exp`, in Unix seconds.
    pub expires: Option<i64>,
    /// `iat`, in Unix seconds.
    pub issued: Option<i64>,
    /// `cnf.jkt`: the thumbprint of the only browser key that this proof opens a session for.
    pub jkt: Option<String>,
}

impl Proven {
    /// What the person can be found by, the strongest first; never empty.
    pub fn subject(&self) -> impl Iterator<Item = Identifier<'_>> {
        let id = self.field(Field::Id).map(Identifier::Id);
        id.into_iter().chain(self.field(Field::Email).map(Identifier::Email))
    }

    /// The proven value of `field`.
    pub fn field(&self, field: Field) -> Option<&str> {
        self.fields.iter().find(|(own, _)| *own == field).map(|(_, text)| text.as_str())
    }
}

/// A proven name of a person, with its kind, so that an id never equals an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identifier<'a> {
    /// The customer's own id.
    Id(&'a str),
    /// An email address, normalised.
    Email(&'a str),
}

/// What a page says about its visitor, without proof.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The fields that can be used at all.
    pub fields: Vec<(Field, String)>,
}

/// Verifies what a request presents to a widget.
///
/// `audience` is the widget's public key, or its [install id](Profile::install_id) at the vendor; `now` the time in Unix seconds. Call
/// [`Profile::admit`] first: it tells a wrong request (400) from a wrong proof (401).
pub fn verify(
    profile: &'static Profile,
    keys: &[Key],
    presented: &Presented,
    audience: &str,
    now: i64,
) -> Result<Outcome, Refused> {
    Case { profile, keys, presented, audience, now }.outcome()
}

/// What the page says, for a widget that does not demand proofs; values that nobody can have
/// are left out.
pub fn said(profile: &Profile, presented: &Presented) -> Said {
    let usable = |(path, field): &(Path, Field)| {
        let text = presented.at(path)?;
        let value = text::value(*field, text, EmailRule::Normalise).ok()?;
        Some((*field, value.into_owned()))
    };
    Said { fields: profile.said.iter().filter_map(usable).collect() }
}

/// All that an answer depends on.
pub(crate) struct Case<'a> {
    pub(crate) profile: &'static Profile,
    pub(crate) keys: &'a [Key],
    pub(crate) presented: &'a Presented,
    pub(crate) audience: &'a str,
    pub(crate) now: i64,
}

impl Case<'_> {
    fn outcome(&self) -> Result<Outcome, Refused> {
        self.refuse_foreign()?;
        let token = match &self.profile.jwt {
            Some(recipe) => self.token(recipe)?,
            None => None,
        };
        let digest = match &self.profile.hmac {
            Some(recipe) => self.digest(recipe)?,
            None => None,
        };
        let mut proven = match (token, digest) {
            (None, None) => return Ok(Outcome::Missing(said(self.profile, self.presented))),
            (Some(proven), None) | (None, Some(proven)) => proven,
            (Some(token), Some(digest)) => agreed(token, &digest, self.profile)?,
        };
        proven.said = self.said_beside(&proven)?;
        Ok(Outcome::Proven(proven))
    }

    fn refuse_foreign(&self) -> Result<(), Reason> {
        let foreign = &self.profile.foreign;
        match foreign.iter().find(|name| self.presented.value(name).is_some()) {
            Some(name) => Err(Reason::ForeignProof(name)),
            None => Ok(()),
        }
    }

    /// The proof under `name`, which must be a text that is not blank.
    pub(crate) fn proof(&self, name: &'static str) -> Result<Option<&str>, Reason> {
        match self.presented.value(name) {
            None => Ok(None),
            Some(Value::Parts(_)) => Err(Reason::FieldType(name)),
            Some(Value::Text(text)) if text::is_blank(text) => Err(Reason::BlankProof(name)),
            Some(Value::Text(text)) => Ok(Some(text)),
        }
    }

    pub(crate) fn in_use(&self, mode: Mode) -> impl Iterator<Item = (usize, &Key)> {
        let serves = move |(_, key): &(usize, &Key)| key.serves(self.profile, mode);
        self.keys.iter().enumerate().filter(serves)
    }

    /// What the page says about fields that are not proven; what it says about the others may
    /// have to agree.
    fn said_beside(&self, proven: &Proven) -> Result<Vec<(Field, String)>, Reason> {
        let mut beside = Vec::new();
        for (path, field) in &self.profile.said {
            let Some(text) = self.presented.at(path) else { continue };
            if is_absent(*field, text) {
                continue;
            }
            let name = path.whole.as_str();
            let value = text::value(*field, text, EmailRule::Normalise)
                .map_err(|fault| Reason::Value(name, fault))?;
            match proven.field(*field) {
                None => beside.push((*field, value.into_owned())),
                Some(signed) if self.profile.beside == Beside::Refused && signed != value => {
                    return Err(Reason::Contradiction(name));
                }
                Some(_) => {}
            }
        }
        Ok(beside)
    }
}

impl Proven {
    pub(crate) fn by(strength: Strength, key: usize, fields: Vec<(Field, String)>) -> Self {
        let said = Vec::new();
        Self { strength, key, fields, said, jti: None, expires: None, issued: None, jkt: None }
    }
}

/// Whether a blank `text` means that there is no value: true of what is only shown, not of what
/// a person is found by.
pub(crate) fn is_absent(field: Field, text: &str) -> bool {
    let identifies = matches!(field, Field::Id | Field::Email | Field::CompanyId);
    !identifies && text::is_blank(text)
}

/// The shape of the part of a token that is signed. Whoever hashes such an id with a secret
/// that also signs tokens has signed a token that its user wrote.
pub(crate) fn looks_like_token(id: &str) -> bool {
    id.strip_prefix("eyJ").is_some_and(|rest| rest.contains('.'))
}

/// The token, if the digest beside it proves nothing else.
fn agreed(token: Proven, digest: &Proven, profile: &'static Profile) -> Result<Proven, Reason> {
    let differs = |(field, text): &(Field, String)| token.field(*field) != Some(text);
    if digest.fields.iter().any(differs) {
        let name = profile.hmac.as_ref().map_or("", |recipe| &recipe.message.first().whole);
        return Err(Reason::Contradiction(name));
    }
    Ok(token)
}
