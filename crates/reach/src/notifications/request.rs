//! What a caller asks to be sent: which type, to whom, and what it says.

use countersign_base::{ContactId, Moment, Provenance};
use countersign_door::{App, Cx};
use countersign_people::contacts::{self, FieldName};
use countersign_people::merges;
use serde::{Deserialize, Serialize};

use super::kind::{Kind, Name};
use super::order::{Composed, Order, compose};
use super::outbox::Outbox;
use super::refusal::Refusal;
use super::store::kind as kinds;

/// What a caller asks for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The name of the type.
    pub kind: String,
    /// The sub-notification.
    pub sub: Option<Name>,
    /// To whom.
    pub to: To,
    /// What to say.
    pub order: Order,
    /// When; now without it, and now if it has passed (N12).
    pub at: Option<Moment>,
}

/// To whom.
#[derive(Clone, Debug)]
pub enum To {
    /// A contact that exists.
    Contact(ContactId),
    /// A person by the customer's own id; a contact is made if there is none (N1).
    Person(Person),
    /// Several, who are named when it is sent: see [`send_each`](super::send_each).
    Several,
}

impl To {
    /// The contact, where one is named.
    pub fn contact(&self) -> Option<ContactId> {
        if let Self::Contact(id) = self { Some(*id) } else { None }
    }

    /// The person, where one is named.
    pub fn person(&self) -> Option<&Person> {
        if let Self::Person(person) = self { Some(person) } else { None }
    }
}

/// A person by the customer's own id.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Your own id of the person, 1 to 128 characters.
    pub id: String,
    /// Their email address; kept as *set*.
    #[serde(default)]
    pub email: Option<String>,
    /// Their telephone number; kept as *set*.
    #[serde(default)]
    pub phone: Option<String>,
}

impl Person {
    /// Whether more than the id is told of the person.
    pub fn says_more(&self) -> bool {
        self.email.is_some() || self.phone.is_some()
    }
}

/// A request with its type found and its texts filled in, ready for one transaction.
pub struct Prepared {
    pub(super) kind: Kind,
    pub(super) request: Request,
    pub(super) composed: Composed,
    pub(super) outbox: Outbox,
}

impl Prepared {
    /// What whoever sends should know.
    pub fn notes(&self) -> Vec<String> {
        self.composed.remarks()
    }
}

/// Finds the type of a request (N6); [`prepared`] goes on outside of the transaction.
pub async fn kind_of(cx: &mut Cx<'_>, request: &Request) -> Result<Kind, Refusal> {
    let kind = kinds::find(cx, &request.kind).await?;
    kind.ok_or_else(|| Refusal::NoSuchType(request.kind.chars().take(128).collect()))
}

/// Checks a request and fills in the templates; slow enough to stay out of transactions.
pub fn prepared(app: &App, kind: Kind, request: Request) -> Result<Prepared, Refusal> {
    request.order.check()?;
    let composed = compose(&kind, &request.order);
    Ok(Prepared { kind, request, composed, outbox: Outbox::of(app) })
}

/// The contact to send to, and what the caller says about it.
pub(crate) async fn recipient(cx: &mut Cx<'_>, to: &To) -> Result<ContactId, Refusal> {
    let person = match to {
        To::Contact(id) if contacts::exists(cx, *id).await? => {
            return Ok(merges::survivor(cx, *id).await?);
        }
        To::Contact(_) | To::Several => return Err(Refusal::NoSuchContact),
        To::Person(person) => person,
    };
    let contact = contacts::ensure(cx, own_id(&person.id)?).await?;
    let told = [(FieldName::Email, &person.email), (FieldName::Phone, &person.phone)];
    let told: Vec<_> =
        told.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
    if !told.is_empty() {
        contacts::learn(cx, &person.id, Provenance::Set, &told).await?;
    }
    Ok(contact)
}

/// An id of a person as back ends write it: 1 to 128 characters that can be seen.
pub fn own_id(id: &str) -> Result<&str, Refusal> {
    let fits = (1..=128).contains(&id.chars().count());
    let good = fits && !id.trim().is_empty() && !id.chars().any(char::is_control);
    good.then_some(id).ok_or(Refusal::Name("to.id"))
}
