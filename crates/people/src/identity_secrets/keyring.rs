//! A widget's keys as proofs are held against them, and until when they are the right ones.

use countersign_base::{Fault, Moment};
use countersign_identity::{Key, Profile, Proven};

use super::model::Kept;

/// Retired keys that are still recognised, so that an administrator is told; the newest.
const RECOGNISED: usize = 16;

/// The keys of a widget at one moment.
pub struct Keyring {
    keys: Vec<Key>,
    signers: Vec<Signer>,
    until: Option<Moment>,
}

/// What a proof leaves behind where it is not kept itself: whose key made it, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The name of the [`Signer`].
    pub signer: String,
    /// When it was signed or, where it does not say so, when its key was made.
    pub signed_at: Option<Moment>,
}

/// Whose a key is.
#[derive(Clone, Debug)]
pub struct Signer {
    /// What the counts call it: the id of an identity secret, or `jwks:` and a published `kid`.
    pub name: String,
    /// When it was made or registered here.
    pub made_at: Option<Moment>,
}

impl Keyring {
    /// The keys that were made for this profile, newest first.
    pub(super) fn new(kept: Vec<Kept>, profile: &'static Profile) -> Result<Self, Fault> {
        let until = kept.iter().filter_map(|kept| kept.shown.retire_at).min();
        let (mut keys, mut signers, mut retired) = (Vec::new(), Vec::new(), 0);
        for kept in kept.into_iter().filter(|kept| kept.shown.profile == profile.name()) {
            let is_retired = !kept.shown.is_active();
            retired += usize::from(is_retired);
            if is_retired && retired > RECOGNISED {
                continue;
            }
            let key = kept.key(profile);
            let key = key.map_err(|_| Fault::Corrupt("an identity key cannot be read"))?;
            keys.push(if is_retired { key.retired() } else { key });
            let (name, made_at) = (kept.shown.id.to_string(), Some(kept.shown.created_at));
            signers.push(Signer { name, made_at });
        }
        Ok(Self { keys, signers, until })
    }

    /// The same and the keys that the customer publishes, but for names that are registered.
    #[must_use]
    pub fn with_published(mut self, published: Vec<Key>) -> Self {
        for key in published {
            if self.keys.iter().all(|known| known.id() != key.id()) {
                self.signers.push(Signer { name: format!("jwks:{}", key.id()), made_at: None });
                self.keys.push(key);
            }
        }
        self
    }

    /// Every key, as `verify` and `explain` take them; those out of use prove nothing.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The same with keys of [elsewhere](Key::elsewhere), which only an explanation recognises.
    pub fn and_elsewhere(mut self, elsewhere: Vec<Key>) -> Vec<Key> {
        self.keys.extend(elsewhere);
        self.keys
    }

    /// Whose key made this proof.
    pub fn signer(&self, proven: &Proven) -> Option<&Signer> {
        self.signers.get(proven.key)
    }

    /// Whether the key with this signer's name proves something now.
    pub fn is_in_use(&self, name: &str) -> bool {
        let named = self.signers.iter().zip(&self.keys).find(|(signer, _)| signer.name == name);
        named.is_some_and(|(_, key)| !key.is_retired())
    }

    /// What a proof leaves behind.
    pub fn trace(&self, proven: &Proven) -> Option<Trace> {
        let signer = self.signer(proven)?;
        let issued = proven.issued.map(|seconds| Moment::from_millis(seconds * 1_000));
        Some(Trace { signer: signer.name.clone(), signed_at: issued.or(signer.made_at) })
    }

    /// Whether a key has reached its date since these were read.
    pub fn is_outdated(&self, now: Moment) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}
