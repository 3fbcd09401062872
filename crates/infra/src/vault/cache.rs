//! Keeps opened keys; when it is full, those not used lately go.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, RwLock};

/// A bounded map in two generations: a hit in the old one moves to the new one.
pub(super) struct Cache<K, V> {
    most: usize,
    generations: RwLock<[HashMap<K, Arc<V>>; 2]>,
}

impl<K: Copy + Eq + Hash, V> Cache<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { most: most / 2, generations: RwLock::new([HashMap::new(), HashMap::new()]) }
    }

    pub(super) fn find(&self, key: K) -> Option<Arc<V>> {
        let generations = self.generations.read().ok()?;
        if let Some(value) = generations[0].get(&key) {
            return Some(Arc::clone(value));
        }
        let value = Arc::clone(generations[1].get(&key)?);
        drop(generations);
        self.insert(key, &value);
        Some(value)
    }

    pub(super) fn keep(&self, key: K, value: V) -> Arc<V> {
        let value = Arc::new(value);
        self.insert(key, &value);
        value
    }

    pub(super) fn remove(&self, key: K) {
        if let Ok(mut generations) = self.generations.write() {
            generations[0].remove(&key);
            generations[1].remove(&key);
        }
    }

    fn insert(&self, key: K, value: &Arc<V>) {
        let Ok(mut generations) = self.generations.write() else { return };
        if generations[0].len() >= self.most {
            let young = std::mem::take(&mut generations[0]);
            generations[1] = young;
        }
        generations[0].insert(key, Arc::clone(value));
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache")
    }
}
