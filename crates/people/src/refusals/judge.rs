//! What a widget makes of a proof: one answer for the visitor who offers it and for the
//! administrator who asks why it was refused.

use countersign_base::{Moment, Trust};
use countersign_identity::{Outcome, Presented, Proven, Strength, verify};

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
        Ok(Outcome::Proven(proven)) if install.is_void(&proven) => {
            Judgement::Refused(Found::void())
        }
        Ok(Outcome::Proven(proven)) if install.is_reusable(&proven) => {
            Judgement::Refused(Found::reusable())
        }
        Ok(Outcome::Proven(proven)) => Judgement::Proven(proven),
        Ok(Outcome::Missing(_)) => Judgement::Refused(Found::missing()),
        Err(refused) => Judgement::Refused(Found::explained(install, presented, &refused, now)),
    }
}

/// What a proof of this strength is worth.
pub fn trust(proven: &Proven) -> Trust {
    match proven.strength {
        Strength::Hmac => Trust::Hmac,
        Strength::Jwt => Trust::Jwt,
    }
}
