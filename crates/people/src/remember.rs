//! Keeps what was read from the store until it is revoked.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// What was read from the store, bounded, and never older than the last revocation.
///
/// A row that is read while it is being revoked must not be kept: `revocations` counts them,
/// and what was read across one is given out once but not remembered.
pub(crate) struct Remembered<K, V> {
    most: usize,
    revocations: AtomicU64,
    known: RwLock<HashMap<K, Arc<V>>>,
}

impl<K: Copy + Eq + Hash, V> Remembered<K, V> {
    /// A memory of at most `most` values; when it is full it begins anew.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, revocations: AtomicU64::new(0), known: RwLock::new(HashMap::new()) }
    }

    /// What is remembered under `key`.
    pub(crate) fn find(&self, key: &K) -> Option<Arc<V>> {
        self.known.read().ok()?.get(key).map(Arc::clone)
    }

    /// What is remembered under `key`, or what `read` finds.
    pub(crate) async fn find_or<E>(
        &self,
        key: K,
        read: impl Future<Output = Result<Option<V>, E>>,
    ) -> Result<Option<Arc<V>>, E> {
        if let Some(value) = self.find(&key) {
            return Ok(Some(value));
        }
        let before = self.revocations.load(Ordering::Acquire);
        let Some(value) = read.await?.map(Arc::new) else { return Ok(None) };
        if let Ok(mut known) = self.known.write()
            && self.revocations.load(Ordering::Acquire) == before
        {
            if known.len() >= self.most {
                known.clear();
            }
            return Ok(Some(Arc::clone(known.entry(key).or_insert(value))));
        }
        Ok(Some(value))
    }

    /// Forgets what `is_gone` picks, and tells `last` of each.
    pub(crate) fn forget(&self, is_gone: impl Fn(&K, &V) -> bool, last: impl Fn(&V)) {
        let Ok(mut known) = self.known.write() else { return };
        self.revocations.fetch_add(1, Ordering::AcqRel);
        known.retain(|key, value| {
            let gone = is_gone(key, value);
            if gone {
                last(value);
            }
            !gone
        });
    }
}
