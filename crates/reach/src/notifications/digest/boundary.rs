//! When what is held goes out, in UTC (ND1).

use countersign_base::Moment;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

use super::super::channel::Delivery;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// The hour of the day at which digests of a day and longer go out.
const MORNING: i64 = 8 * HOUR;
/// The first Monday: 1970 began on a Thursday.
const MONDAY: i64 = 4 * DAY;

/// The first boundary after a moment; none for what is not held.
pub fn next(delivery: Delivery, after: Moment) -> Option<Moment> {
    let after = after.millis();
    let every =
        |length: i64, offset: i64| ((after - offset).div_euclid(length) + 1) * length + offset;
    let next = match delivery {
        Delivery::Instant | Delivery::Off => return None,
        Delivery::Hourly => every(HOUR, 0),
        Delivery::Daily => every(DAY, MORNING),
        Delivery::Weekly => every(WEEK, MONDAY + MORNING),
        Delivery::Monthly => month(after)?,
    };
    Some(Moment::from_millis(next))
}

fn month(after: i64) -> Option<i64> {
    let day = Offset::UTC.to_datetime(Timestamp::from_millisecond(after).ok()?).date();
    let first = day.first_of_month();
    let millis = |at: DateTime| Some(Offset::UTC.to_timestamp(at).ok()?.as_millisecond());
    let this = millis(first.at(8, 0, 0, 0))?;
    if this > after {
        return Some(this);
    }
    millis(first.checked_add(1.month()).ok()?.at(8, 0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nd1_boundaries_are_in_utc_and_lie_ahead() {
        let at = |text: &str| {
            let at: Timestamp = text.parse().expect("a moment");
            Moment::from_millis(at.as_millisecond())
        };
        for (delivery, from, until) in [
            (Delivery::Hourly, "2026-11-18T11:06:40Z", "2026-11-18T12:00:00Z"),
            (Delivery::Hourly, "2026-11-18T12:00:00Z", "2026-11-18T13:00:00Z"),
            (Delivery::Daily, "2026-11-18T07:59:59Z", "2026-11-18T08:00:00Z"),
            (Delivery::Daily, "2026-11-18T08:00:00Z", "2026-11-19T08:00:00Z"),
            (Delivery::Weekly, "2026-11-18T11:06:40Z", "2026-11-23T08:00:00Z"),
            (Delivery::Weekly, "2026-11-23T07:59:59Z", "2026-11-23T08:00:00Z"),
            (Delivery::Weekly, "2026-11-23T08:00:00Z", "2026-11-30T08:00:00Z"),
            (Delivery::Monthly, "2026-11-01T07:00:00Z", "2026-11-01T08:00:00Z"),
            (Delivery::Monthly, "2026-11-01T08:00:00Z", "2026-12-01T08:00:00Z"),
            (Delivery::Monthly, "2026-12-31T23:59:59Z", "2027-01-01T08:00:00Z"),
            (Delivery::Monthly, "2028-01-31T12:00:00Z", "2028-02-01T08:00:00Z"),
        ] {
            assert_eq!(next(delivery, at(from)), Some(at(until)), "{delivery:?} {from}");
        }
        assert_eq!(next(Delivery::Instant, at("2026-11-18T11:06:40Z")), None);
        assert_eq!(next(Delivery::Off, at("2026-11-18T11:06:40Z")), None);
    }
}
