//! What a widget makes of a proof: one answer for the visitor who offers it and for the
//! administrator who asks why it was refused.

use countersign_base::{Moment, Trust};
use countersign_identity::{Outcome, Presented, Proven, Strength, verify, verify_concatenated};

use super::Found;
use crate::widgets::Install;

/// What a widget makes of what a page presents, before its mode is asked.
pub enum Judgement {
    /// A proof was there and held.
    Proven(Proven),
    /// A proof was there and did not hold, or none was there.
    Refused(Found),
}

/// Holds what a page presents against the widget's profile and keys at `now`.
pub fn judge(install: &Install, presented: &Presented, now: Moment) -> Judgement {
    let audience = install.widget.expected_audience();
    match verify(install.profile, install.keys.keys(), presented, audience, now.seconds()) {
        Ok(Outcome::Proven(proven)) => sound(install, proven),
        Ok(Outcome::Missing(_)) => Judgement::Refused(Found::missing()),
        Err(refused) => Judgement::Refused(Found::explained(install, presented, &refused, now)),
    }
}

/// As [`judge`], for the calls in which `NotificationAPI`'s Python package sends a SHA-256 of
/// secret and id instead of an HMAC: it counts where the widget's owner allowed it (G3).
pub fn judge_python(install: &Install, presented: &Presented, now: Moment) -> Judgement {
    let judged = judge(install, presented, now);
    if !install.widget.allow_python_hash || matches!(judged, Judgement::Proven(_)) {
        return judged;
    }
    match verify_concatenated(install.profile, install.keys.keys(), presented) {
        Ok(proven) => sound(install, proven),
        Err(_) => judged,
    }
}

/// A proof that held, against the widget's rules of proofs.
fn sound(install: &Install, proven: Proven) -> Judgement {
    if install.is_void(&proven) {
        return Judgement::Refused(Found::void());
    }
    if install.is_reusable(&proven) {
        return Judgement::Refused(Found::reusable());
    }
    Judgement::Proven(proven)
}

/// What a proof of this strength is worth.
pub fn trust(proven: &Proven) -> Trust {
    match proven.strength {
        Strength::Hmac => Trust::Hmac,
        Strength::Jwt => Trust::Jwt,
    }
}
