//! A map that stays small: when it is full, it forgets what nobody came back for.

use std::hash::{BuildHasher as _, Hash, RandomState};

use hashbrown::HashTable;

/// What a [`Keep`] may ask of its values before it forgets one.
pub(crate) trait Forgettable {
    /// Whether it says nothing any more, so that forgetting it changes no answer.
    fn is_spent(&self, now: i64) -> bool;

    /// Whether somebody still holds on to it.
    fn is_held(&self) -> bool {
        false
    }
}

/// At most `most` values by name; a clock hand chooses which one leaves.
///
/// A name that came once leaves before one that came back, so that a flood of new names
/// pushes out its own kind first.
pub(crate) struct Keep<K, V> {
    slots: Vec<Slot<K, V>>,
    index: HashTable<u32>,
    hand: usize,
    most: usize,
    seed: RandomState,
}

struct Slot<K, V> {
    name: K,
    came_back: bool,
    value: V,
}

impl<K: Copy + Eq + Hash, V: Forgettable> Keep<K, V> {
    /// What one value costs, apart from 5 to 12 bytes of the index.
    #[cfg(test)]
    pub(crate) const BYTES: usize = size_of::<Slot<K, V>>();

    /// Room for `most` values; the memory is asked for at once and touched when used.
    pub(crate) fn new(most: usize, seed: RandomState) -> Self {
        let most = most.clamp(1, 1 << 24);
        Self {
            slots: Vec::with_capacity(most),
            index: HashTable::with_capacity(most),
            hand: 0,
            most,
            seed,
        }
    }

    /// The value under `name`, whose hash by the seed is `hash`; `new` when there is none.
    pub(crate) fn entry(&mut self, name: K, hash: u64, now: i64, new: fn() -> V) -> &mut V {
        if let Some(at) = self.position(&name, hash) {
            self.slots[at].came_back = true;
            return &mut self.slots[at].value;
        }
        let slot = Slot { name, came_back: false, value: new() };
        let at = if self.slots.len() < self.most {
            self.slots.push(slot);
            self.slots.len() - 1
        } else {
            let at = self.forget_one(now);
            self.slots[at] = slot;
            at
        };
        let (slots, seed) = (&self.slots, &self.seed);
        let short = u32::try_from(at).expect("there are at most 2^24 slots");
        self.index.insert_unique(hash, short, |at| seed.hash_one(slots[*at as usize].name));
        &mut self.slots[at].value
    }

    /// The value under `name`, if it is still kept.
    pub(crate) fn find(&mut self, name: &K) -> Option<&mut V> {
        let at = self.position(name, self.seed.hash_one(name))?;
        Some(&mut self.slots[at].value)
    }

    /// The hash of `name` by the seed.
    pub(crate) fn hash(&self, name: &K) -> u64 {
        self.seed.hash_one(name)
    }

    fn position(&self, name: &K, hash: u64) -> Option<usize> {
        let found = self.index.find(hash, |at| self.slots[*at as usize].name == *name);
        found.map(|at| *at as usize)
    }

    fn forget_one(&mut self, now: i64) -> usize {
        let at = self.victim(now);
        let hash = self.seed.hash_one(self.slots[at].name);
        if let Ok(entry) = self.index.find_entry(hash, |found| *found as usize == at) {
            entry.remove();
        }
        at
    }

    /// Two rounds at most: the first takes away everyone's second chance.
    fn victim(&mut self, now: i64) -> usize {
        for _ in 0..2 * self.slots.len() {
            let at = self.hand;
            self.hand = (self.hand + 1) % self.slots.len();
            let slot = &mut self.slots[at];
            if slot.value.is_spent(now) || !(slot.came_back || slot.value.is_held()) {
                return at;
            }
            slot.came_back = false;
        }
        self.hand
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Value {
        Fresh,
        Spent,
        Held,
    }

    impl Forgettable for Value {
        fn is_spent(&self, _: i64) -> bool {
            *self == Self::Spent
        }
        fn is_held(&self) -> bool {
            *self == Self::Held
        }
    }

    fn touch(keep: &mut Keep<u32, Value>, name: u32) -> &mut Value {
        let hash = keep.hash(&name);
        keep.entry(name, hash, 0, || Value::Fresh)
    }

    #[test]
    fn it_never_holds_more_than_its_most() {
        let mut keep = Keep::new(10, RandomState::new());
        for name in 0..1_000 {
            touch(&mut keep, name);
        }
        assert_eq!((keep.slots.len(), keep.index.len()), (10, 10));
        assert!(keep.find(&999).is_some() && keep.find(&0).is_none());
    }

    #[test]
    fn who_comes_back_outlives_a_flood_of_strangers() {
        let mut keep = Keep::new(8, RandomState::new());
        for stranger in 100..1_000 {
            *touch(&mut keep, 1) = Value::Fresh;
            touch(&mut keep, stranger);
        }
        assert!(keep.find(&1).is_some());
    }

    #[test]
    fn the_spent_leave_first_and_the_held_last() {
        let mut keep = Keep::new(3, RandomState::new());
        for (name, value) in [(1, Value::Held), (2, Value::Fresh), (3, Value::Spent)] {
            *touch(&mut keep, name) = value;
            touch(&mut keep, name);
        }
        touch(&mut keep, 4);
        assert!(keep.find(&3).is_none() && keep.find(&2).is_some());
        for stranger in 5..50 {
            touch(&mut keep, stranger);
        }
        assert!(keep.find(&1).is_some() && keep.find(&2).is_none());
    }

    #[test]
    fn even_the_held_leave_when_there_is_nobody_else() {
        let mut keep = Keep::new(2, RandomState::new());
        for name in 0..20 {
            *touch(&mut keep, name) = Value::Held;
        }
        assert_eq!((keep.slots.len(), keep.index.len()), (2, 2));
    }
}
