//! Something that happened, written in the transaction of the change that caused it.

use serde::{Serialize, de::DeserializeOwned};

use crate::{ContactId, TenantId};

/// Something that happened; each feature has types of its own.
///
/// An event holds ids and numbers, never texts or personal data: consumers read those
/// from the store, where they are encrypted.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its stable name, such as `message.created`.
    const KIND: &'static str;

    /// Whose streams carry it.
    fn topic(&self) -> Topic;
}

/// Whose streams carry an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// One contact's browsers, and the tenant's dashboards.
    Contact(ContactId),
    /// The tenant's dashboards only.
    Tenant,
}

impl Topic {
    /// The key under which live connections listen, for the contact or the whole tenant.
    pub const fn key(self, tenant: TenantId) -> [u8; 16] {
        match self {
            Self::Contact(contact) => contact.bytes(),
            Self::Tenant => tenant.bytes(),
        }
    }
}
