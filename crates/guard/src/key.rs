//! Whom a limit counts, and how long they wait.

/// What a limit counts by: a keyed hash, an id, or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 16]);

impl From<[u8; 16]> for Key {
    fn from(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl From<u64> for Key {
    fn from(number: u64) -> Self {
        Self(u128::from(number).to_le_bytes())
    }
}

/// Whole seconds to wait before asking again, for the header of that name; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("ask again in {0} s")]
pub struct RetryAfter(u32);

impl RetryAfter {
    /// The number for the header.
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// Rounds up, so that who waits this long is not told to wait again.
    pub(crate) fn from_millis(millis: i64) -> Self {
        let seconds = millis.max(1).saturating_add(999) / 1_000;
        Self(u32::try_from(seconds).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up() {
        for (millis, seconds) in
            [(-5, 1), (0, 1), (1, 1), (1_000, 1), (1_001, 2), (i64::MAX, u32::MAX)]
        {
            assert_eq!(RetryAfter::from_millis(millis).seconds(), seconds, "{millis}");
        }
    }
}
