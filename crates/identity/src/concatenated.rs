//! SHA-256 over secret and message in a row, as one vendor's Python package makes it: no HMAC.
//!
//! Whoever knows such a digest can continue it, though never into another name: what SHA-256 adds
//! before the continuation begins with a byte that stands in no UTF-8 text.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use sha2::{Digest as _, Sha256};

use crate::digest::{fields, messages, proven};
use crate::keys::Key;
use crate::presented::Presented;
use crate::profile::{Mode, Profile, Strength};
use crate::reason::{Reason, Refused};
use crate::verify::{Case, Proven};

/// Who is proven by a digest that is SHA-256(secret ‖ message) instead of an HMAC.
///
/// [`verify`](crate::verify()) never takes it. Call this only where a customer has asked for it,
/// and after `verify` has refused.
pub fn verify_concatenated(
    profile: &'static Profile,
    keys: &[Key],
    presented: &Presented,
) -> Result<Proven, Refused> {
    let case = Case { profile, keys, presented, audience: "", now: 0 };
    Ok(case.concatenated()?)
}

impl Case<'_> {
    fn concatenated(&self) -> Result<Proven, Reason> {
        let recipe = self.profile.hmac.as_ref().ok_or(Reason::NoKey(Mode::Hmac))?;
        let proof = self.proof(&recipe.proof)?.ok_or(Reason::Signature)?;
        let digest = recipe.digest.read(proof).ok_or(Reason::Signature)?;
        let parts = fields(self.profile, recipe, self.presented)?;
        let texts = messages(recipe, &parts)?;
        let mut texts = texts.iter().flatten();
        let signer = texts.find_map(|text| {
            let made = |(_, key): &(usize, &Key)| {
                key.secret_bytes().is_some_and(|secret| fits(secret, text, &digest))
            };
            self.in_use(Mode::Hmac).find(made)
        });
        let (index, _) = signer.ok_or(Reason::Signature)?;
        Ok(Proven::by(Strength::Hmac, index, proven(parts)))
    }
}

fn fits(secret: &[u8], message: &str, digest: &[u8]) -> bool {
    verify_slices_are_equal(&concatenated(secret, message), digest).is_ok()
}

/// SHA-256(secret ‖ message).
pub(crate) fn concatenated(secret: &[u8], message: &str) -> [u8; 32] {
    Sha256::new().chain_update(secret).chain_update(message).finalize().into()
}
