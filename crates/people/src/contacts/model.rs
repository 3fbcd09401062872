//! What a contact is.

use std::collections::BTreeMap;
use std::fmt;

use axum::http::StatusCode;
use countersign_base::{CompanyId, ContactId, Event, Fault, Moment, Provenance, Topic, Trust};
use countersign_door::Problem;
use countersign_identity::{Field, TextFault};
use serde::{Deserialize, Serialize};

countersign_base::named! {
    /// What can be known of a contact.
    pub enum FieldName {
        /// The customer's own id of the person.
        Id = "id",
        /// The email address.
        Email = "email",
        /// The name.
        Name = "name",
        /// The telephone number.
        Phone = "phone",
        /// Where a picture is.
        AvatarUrl = "avatar_url",
        /// The customer's own id of the person's company.
        CompanyId = "company_id",
        /// The company's name.
        CompanyName = "company_name",
    }
}

impl From<Field> for FieldName {
    fn from(field: Field) -> Self {
        match field {
            Field::Id => Self::Id,
            Field::Email => Self::Email,
            Field::Name => Self::Name,
            Field::Phone => Self::Phone,
            Field::AvatarUrl => Self::AvatarUrl,
            Field::CompanyId => Self::CompanyId,
            Field::CompanyName => Self::CompanyName,
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value and where it comes from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Known {
    /// The value.
    pub value: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Since when.
    pub at: Moment,
}

impl fmt::Debug for Known {
    /// Personal data stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({:?})", self.provenance)
    }
}

/// What is known of a contact, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = BTreeMap<String, Known>)]
pub struct Fields(BTreeMap<FieldName, Known>);

impl Fields {
    /// Writes a value unless something better is known (P1); says whether it did.
    pub fn put(
        &mut self,
        name: FieldName,
        value: String,
        provenance: Provenance,
        at: Moment,
    ) -> bool {
        match self.0.get(&name) {
            Some(known) if known.provenance > provenance => return false,
            Some(known) if known.provenance == provenance && known.value == value => return true,
            _ => {}
        }
        self.0.insert(name, Known { value, provenance, at });
        true
    }

    /// The value of a field.
    pub fn value(&self, name: FieldName) -> Option<&str> {
        self.0.get(&name).map(|known| known.value.as_str())
    }

    /// What is known of a field.
    pub fn known(&self, name: FieldName) -> Option<&Known> {
        self.0.get(&name)
    }

    /// The value of a field, if it was proven.
    pub fn proven(&self, name: FieldName) -> Option<&str> {
        let known = self.0.get(&name).filter(|known| known.provenance == Provenance::Proven);
        known.map(|known| known.value.as_str())
    }
}

/// A stored person.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The most that was ever proven.
    pub trust: Trust,
    /// What a member should know: `contradicts_proven_id`.
    pub flags: Vec<Flag>,
    /// What is known, and where it comes from.
    pub fields: Fields,
    /// The company that the contact was proven to belong to.
    pub company: Option<Company>,
    /// When it was first seen.
    pub created_at: Moment,
    /// When a session was last opened.
    pub last_seen_at: Moment,
    /// The contact that it is a part of; such a one stands for itself in no list.
    pub merged_into: Option<ContactId>,
}

/// What a member should know about a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The page said an id or email that belongs to somebody who was proven.
    ContradictsProvenId,
}

/// A contact's employer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// The customer's own id of it.
    pub external_id: String,
    /// Its name.
    pub name: Option<String>,
}

/// What a list shows of a contact.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Brief {
    /// The contact.
    pub id: ContactId,
    /// Its name.
    pub name: Option<String>,
    /// Its email address.
    pub email: Option<String>,
    /// What its company is called.
    pub company: Option<String>,
    /// The most that was ever proven.
    pub trust: Trust,
    /// What a member should know.
    pub flags: Vec<Flag>,
}

impl Contact {
    /// What a list shows of it.
    pub fn brief(&self) -> Brief {
        let text = |name| self.fields.value(name).map(ToOwned::to_owned);
        let company = self.company.as_ref().and_then(|company| company.name.clone());
        Brief {
            id: self.id,
            name: text(FieldName::Name),
            email: text(FieldName::Email),
            company: company.or_else(|| text(FieldName::CompanyName)),
            trust: self.trust,
            flags: self.flags.clone(),
        }
    }
}

/// A contact's fields or flags have changed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Changed {
    /// Which.
    pub contact: ContactId,
}

impl Event for Changed {
    const KIND: &'static str = "contact.changed";

    fn topic(&self) -> Topic {
        Topic::Tenant
    }
}

/// What a member writes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    #[schema(value_type = BTreeMap<String, String>)]
    fields: BTreeMap<FieldName, String>,
}

impl Change {
    pub(super) fn fields(self) -> Result<Vec<(FieldName, String)>, Refusal> {
        let check = |(name, value): (FieldName, String)| {
            let value = value.trim().to_owned();
            match countersign_identity::label(&value, 254) {
                Ok(()) => Ok((name, value)),
                Err(fault) => Err(Refusal::Text(name, fault)),
            }
        };
        self.fields.into_iter().map(check).collect()
    }
}

/// Why a contact says no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No contact has this id.
    #[error("there is no such contact")]
    NoSuchContact,
    /// The field was proven.
    #[error("`{0}` was proven and can only be changed by another proof")]
    Proven(FieldName),
    /// The value is empty or too long.
    #[error("`{0}` has 1 to 254 visible characters: {1}")]
    Text(FieldName, TextFault),
    /// It is a part of another contact.
    #[error("this contact was merged into {0}: change that one, or take the merge back")]
    IsMerged(ContactId),
    /// Nothing was ever proven.
    #[error("nobody has proven who this contact is, so there is nothing to take back")]
    NotProven,
    /// A token had proved what an HMAC now proves.
    #[error(
        "this identifier was proven by a signed token before; an HMAC does not suffice any more"
    )]
    Weaker,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let (status, code) = match refusal {
            Refusal::Store(fault) => return fault.into(),
            Refusal::NoSuchContact => return Self::not_found(),
            Refusal::Weaker => return Self::identity_refused(),
            Refusal::Proven(_) => (S::CONFLICT, "field_is_proven"),
            Refusal::NotProven => (S::CONFLICT, "not_proven"),
            Refusal::IsMerged(_) => (S::CONFLICT, "contact_is_merged"),
            Refusal::Text(..) => (S::UNPROCESSABLE_ENTITY, "bad_text"),
        };
        Self::new(status, code, refusal.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p1_proven_beats_set_and_set_beats_said() {
        use Provenance::{Proven, Said, Set};
        let now = Moment::from_millis(1);
        for (first, then, taken) in [
            (Said, Said, true),
            (Said, Set, true),
            (Said, Proven, true),
            (Set, Said, false),
            (Set, Set, true),
            (Set, Proven, true),
            (Proven, Said, false),
            (Proven, Set, false),
            (Proven, Proven, true),
        ] {
            let mut fields = Fields::default();
            assert!(fields.put(FieldName::Name, "first".into(), first, now));
            assert_eq!(fields.put(FieldName::Name, "then".into(), then, now), taken);
            let expected = if taken { "then" } else { "first" };
            assert_eq!(fields.value(FieldName::Name), Some(expected), "{first:?} {then:?}");
        }
    }
}
