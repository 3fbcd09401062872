//! Nonces of `DPoP` (RFC 9449, section 8): each says how long a proof is good and who remembers
//! that it was used.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_base::Moment;
use countersign_infra::chance;
use countersign_infra::vault::Key;

/// Seconds in which a nonce is good, at most twice this.
pub(super) const NONCE: i64 = 150;
/// Bytes that name the keeper, before those that nobody can make up.
const TAG: usize = 6;
/// The tag of a nonce whose proofs the store remembers.
const SHARED: [u8; TAG] = [0; TAG];

/// Makes nonces and recognises them.
pub(super) struct Nonces {
    key: Key,
    boot: [u8; TAG],
}

/// Who remembers the proofs that carry a nonce (S11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeper {
    /// This process, from its start on: no other accepts the nonce.
    Process,
    /// The store, which every process asks.
    Store,
}

impl Nonces {
    /// The nonces of a process that has just started.
    pub(super) fn new(key: Key) -> Self {
        Self { key, boot: chance::bytes() }
    }

    /// A nonce of this moment.
    pub(super) fn new_nonce(&self, keeper: Keeper, now: Moment) -> String {
        self.text(self.tag(keeper), slot(now))
    }

    /// Who remembers the proofs of `nonce`; else the one to use instead.
    ///
    /// A nonce of another process, or of this one before a restart, is answered with one of the
    /// store: then the next call may arrive anywhere.
    pub(super) fn keeper(&self, nonce: Option<&str>, now: Moment) -> Result<Keeper, String> {
        let Some(nonce) = nonce else { return Err(self.new_nonce(Keeper::Process, now)) };
        let bytes = URL_SAFE_NO_PAD.decode(nonce).unwrap_or_default();
        let is_ours = bytes.starts_with(&self.boot);
        let keeper = if is_ours { Keeper::Process } else { Keeper::Store };
        let is_good = |slot| self.text(self.tag(keeper), slot) == nonce;
        if is_good(slot(now)) || is_good(slot(now) - 1) {
            Ok(keeper)
        } else {
            Err(self.new_nonce(keeper, now))
        }
    }

    fn tag(&self, keeper: Keeper) -> [u8; TAG] {
        match keeper {
            Keeper::Process => self.boot,
            Keeper::Store => SHARED,
        }
    }

    fn text(&self, tag: [u8; TAG], slot: i64) -> String {
        let input = [tag.as_slice(), &slot.to_be_bytes()].concat();
        let mark = self.key.mark("nonce", &input);
        URL_SAFE_NO_PAD.encode([tag.as_slice(), &mark[..16]].concat())
    }
}

fn slot(now: Moment) -> i64 {
    now.seconds().div_euclid(NONCE)
}
