//! Encryption at rest: a master key wraps a key per tenant, which wraps a key per contact.
//!
//! AES-256-GCM with the tenant, table, column and row as associated data, so that a
//! ciphertext moved to another row cannot be read; keyed marks for look-up by equality.
//! Deleting a contact's wrapped key makes everything sealed with it unreadable.

mod cache;
mod key;

use std::sync::Arc;

use countersign_base::{ContactId, Fault, TenantId};

use self::cache::Cache;
pub use self::key::{Key, Place};

/// Unwrapped keys of contacts that are kept at most; the oldest half goes first.
const CONTACTS: usize = 100_000;

/// The keys of an installation.
#[derive(Debug)]
pub struct Vault {
    installation: Arc<Key>,
    wrapping: Key,
    tenants: Cache<TenantId, TenantKeys>,
}

/// The keys of one tenant.
#[derive(Debug)]
pub struct TenantKeys {
    tenant: TenantId,
    installation: Arc<Key>,
    own: Key,
    contacts: Cache<ContactId, Key>,
}

impl Vault {
    /// The vault of this master key.
    pub fn new(master: &[u8; 32]) -> Self {
        let master = Key::new(master);
        Self {
            installation: Arc::new(master.derive("installation")),
            wrapping: master.derive("wrap tenants"),
            tenants: Cache::new(CONTACTS),
        }
    }

    /// The key for what belongs to no tenant: signing keys, members, tickets.
    pub fn installation(&self) -> &Arc<Key> {
        &self.installation
    }

    /// A new key for `tenant`, wrapped for its row.
    pub fn new_tenant(&self, tenant: TenantId) -> Vec<u8> {
        self.wrapping.seal(&tenant_place(tenant), &crate::chance::bytes::<32>())
    }

    /// The keys of `tenant` if they were opened before.
    pub fn opened(&self, tenant: TenantId) -> Option<Arc<TenantKeys>> {
        self.tenants.find(tenant)
    }

    /// Opens the keys of `tenant` from its row.
    pub fn open(&self, tenant: TenantId, wrapped: &[u8]) -> Result<Arc<TenantKeys>, Fault> {
        let own = unwrap(&self.wrapping, &tenant_place(tenant), wrapped)?;
        let keys = TenantKeys {
            tenant,
            installation: Arc::clone(&self.installation),
            own,
            contacts: Cache::new(CONTACTS),
        };
        Ok(self.tenants.keep(tenant, keys))
    }
}

impl TenantKeys {
    /// The key for what belongs to no tenant: members.
    pub fn installation(&self) -> &Key {
        &self.installation
    }

    /// The key for the tenant's own things.
    pub fn own(&self) -> &Key {
        &self.own
    }

    /// A new key for `contact`, wrapped for its row.
    pub fn new_contact(&self, contact: ContactId) -> Vec<u8> {
        self.own.seal(&self.contact_place(contact), &crate::chance::bytes::<32>())
    }

    /// The key of `contact` if it was opened before.
    pub fn opened(&self, contact: ContactId) -> Option<Arc<Key>> {
        self.contacts.find(contact)
    }

    /// Opens the key of `contact` from its row.
    pub fn open(&self, contact: ContactId, wrapped: &[u8]) -> Result<Arc<Key>, Fault> {
        let key = unwrap(&self.own, &self.contact_place(contact), wrapped)?;
        Ok(self.contacts.keep(contact, key))
    }

    /// Forgets the key of a contact that was erased.
    pub fn forget(&self, contact: ContactId) {
        self.contacts.remove(contact);
    }

    /// The keyed mark of `value` among the tenant's `what`: equal values, equal marks.
    pub fn mark(&self, what: &'static str, value: &[u8]) -> [u8; 32] {
        self.own.mark(what, value)
    }

    fn contact_place(&self, contact: ContactId) -> Place {
        Place::new(self.tenant, "contact_key", "wrapped", contact.bytes())
    }
}

fn tenant_place(tenant: TenantId) -> Place {
    Place::new(tenant, "tenant", "wrapped_key", tenant.bytes())
}

fn unwrap(with: &Key, place: &Place, wrapped: &[u8]) -> Result<Key, Fault> {
    let bytes = with.open(place, wrapped)?;
    let bytes: &[u8; 32] = bytes
        .as_slice()
        .try_into()
        .map_err(|_| Fault::Corrupt("a wrapped key has a wrong length"))?;
    Ok(Key::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_be_read_only_where_it_was_written() {
        let vault = Vault::new(&[1; 32]);
        let (here, there) = (TenantId::from_bytes([1; 16]), TenantId::from_bytes([2; 16]));
        let wrapped = vault.new_tenant(here);
        assert!(vault.open(there, &wrapped).is_err(), "a tenant's key in another tenant's row");
        let keys = vault.open(here, &wrapped).expect("the right row");
        let contact = ContactId::from_bytes([3; 16]);
        let key = keys.open(contact, &keys.new_contact(contact)).expect("the right row");
        let place = Place::new(here, "message", "sealed", [4; 16]);
        let sealed = key.seal(&place, b"hello");
        assert_eq!(key.open(&place, &sealed).expect("the same place").as_slice(), b"hello");
        for other in [
            Place::new(there, "message", "sealed", [4; 16]),
            Place::new(here, "contact", "sealed", [4; 16]),
            Place::new(here, "message", "other", [4; 16]),
            Place::new(here, "message", "sealed", [5; 16]),
        ] {
            assert!(key.open(&other, &sealed).is_err());
        }
    }

    #[test]
    fn another_master_key_opens_nothing() {
        let tenant = TenantId::from_bytes([1; 16]);
        let wrapped = Vault::new(&[1; 32]).new_tenant(tenant);
        assert!(Vault::new(&[2; 32]).open(tenant, &wrapped).is_err());
    }

    #[test]
    fn marks_differ_by_tenant_and_by_what_they_are_of() {
        let vault = Vault::new(&[1; 32]);
        let keys = |id| {
            let tenant = TenantId::from_bytes([id; 16]);
            vault.open(tenant, &vault.new_tenant(tenant)).expect("the right row")
        };
        let (here, there) = (keys(1), keys(2));
        assert_eq!(here.mark("email", b"a"), here.mark("email", b"a"));
        assert_ne!(here.mark("email", b"a"), here.mark("id", b"a"));
        assert_ne!(here.mark("email", b"a"), there.mark("email", b"a"));
    }
}
