//! When a parcel that could not be brought is tried again, and when it is given up (NO3).

use std::time::Duration;

use countersign_base::Moment;

/// For how long a parcel is tried, in milliseconds.
pub(super) const LONGEST: i64 = 24 * 3_600_000;
/// The first pause, in milliseconds; each next one is twice as long.
const FIRST: i64 = 5_000;
/// The longest pause, in milliseconds.
const MOST: i64 = 3_600_000;

/// When to try again after `attempt` attempts; `None` when it has been tried for long enough.
///
/// The pause is between a half and the whole of its length, by `chance`, so that what failed
/// together does not come again together; never shorter than the other side has asked for.
pub(super) fn next(
    queued_at: Moment,
    now: Moment,
    attempt: i64,
    after: Option<Duration>,
    chance: u16,
) -> Option<Moment> {
    let doublings = u32::try_from((attempt - 1).clamp(0, 20)).unwrap_or(20);
    let whole = (FIRST << doublings).min(MOST);
    let pause = whole / 2 + whole / 2 * i64::from(chance) / i64::from(u16::MAX);
    let asked = after.map_or(0, |after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
    let next = now.millis().saturating_add(pause.max(asked));
    let last = queued_at.millis() + LONGEST;
    (next <= last).then(|| Moment::from_millis(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no3_pauses_double_up_to_an_hour_and_end_after_a_day() {
        let start = Moment::from_millis(0);
        let next = |now, attempt, after: Option<u64>, chance| {
            let after = after.map(Duration::from_secs);
            next(start, Moment::from_millis(now), attempt, after, chance).map(Moment::millis)
        };
        let hour = 3_600_000;
        for (now, attempt, after, chance, expected) in [
            (0, 1, None, 0, Some(2_500)),
            (0, 1, None, u16::MAX, Some(5_000)),
            (0, 2, None, u16::MAX, Some(10_000)),
            (0, 3, None, 0, Some(10_000)),
            (0, 10, None, u16::MAX, Some(2_560_000)),
            (0, 11, None, u16::MAX, Some(hour)),
            (0, i64::MAX, None, u16::MAX, Some(hour)),
            (0, 1, Some(60), 0, Some(60_000)),
            (0, 1, Some(1), 0, Some(2_500)),
            (0, 1, Some(25 * 3_600), 0, None),
            (0, 1, Some(u64::MAX), 0, None),
            (23 * hour, 30, None, u16::MAX, Some(24 * hour)),
            (23 * hour + 1, 30, None, u16::MAX, None),
            (24 * hour, 1, None, 0, None),
        ] {
            assert_eq!(next(now, attempt, after, chance), expected, "{now} {attempt} {after:?}");
        }
    }
}
