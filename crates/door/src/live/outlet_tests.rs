//! The queue's promises, one by one and against a plain model.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn limits(frames: usize) -> Limits {
    Limits { queue_frames: frames, ..Limits::default() }
}

fn outlet() -> Outlet {
    Outlet::new([1; 16], 0, &Limits::default())
}

fn numbered(n: u64) -> Bytes {
    Bytes::copy_from_slice(&n.to_be_bytes())
}

fn push(outlet: &Outlet, positions: impl IntoIterator<Item = u64>) {
    push_within(outlet, positions, 1_000);
}

fn push_within(outlet: &Outlet, positions: impl IntoIterator<Item = u64>, frames: usize) {
    for n in positions {
        outlet.push(n, &numbered(n), &limits(frames));
    }
}

fn taken(outlet: &Outlet) -> (Vec<u64>, Due) {
    let mut into = VecDeque::new();
    let due = outlet.take(&Context::from_waker(Waker::noop()), Some(&mut into));
    let numbers =
        into.iter().map(|frame| u64::from_be_bytes(frame[..].try_into().unwrap())).collect();
    (numbers, due)
}

#[test]
fn l1_a_position_is_sent_once() {
    let outlet = outlet();
    outlet.release(0);
    push(&outlet, [1, 2, 2, 1, 3]);
    assert_eq!(taken(&outlet).0, [1, 2, 3]);
    push(&outlet, [3, 4]);
    assert_eq!(taken(&outlet).0, [4]);
}

#[test]
fn l2_held_frames_follow_the_replay_and_old_ones_do_not() {
    let outlet = outlet();
    push(&outlet, [3, 4, 5, 6]);
    outlet.push_fleeting(&numbered(99), &limits(10));
    assert_eq!(taken(&outlet).0, [] as [u64; 0], "nothing flows while the replay runs");
    outlet.release(4);
    push(&outlet, [6, 7]);
    assert_eq!(taken(&outlet).0, [5, 6, 7]);
}

#[test]
fn l2_a_bus_that_lags_behind_the_replay_repeats_nothing() {
    let outlet = outlet();
    outlet.release(5);
    push(&outlet, [3, 4, 5, 6]);
    assert_eq!(taken(&outlet).0, [6]);
}

#[test]
fn l3_too_much_becomes_one_resync_up_to_what_was_dropped() {
    let outlet = outlet();
    outlet.release(0);
    push_within(&outlet, 1..=20, 8);
    assert_eq!(outlet.waiting(), (0, 0));
    let (numbers, due) = taken(&outlet);
    assert_eq!((numbers, due.resync), (vec![], Some(20)));
    push(&outlet, [21]);
    let (numbers, due) = taken(&outlet);
    assert_eq!((numbers, due.resync), (vec![21], None));
}

#[test]
fn l3_bytes_are_bounded_too_even_for_a_single_frame() {
    let outlet = outlet();
    outlet.release(0);
    let small = Limits { queue_bytes: 10, ..Limits::default() };
    outlet.push(1, &Bytes::from_static(&[0; 11]), &small);
    assert_eq!(taken(&outlet).1.resync, Some(1));
}

#[test]
fn l3_too_much_while_holding_becomes_a_resync_after_the_release() {
    let outlet = outlet();
    push_within(&outlet, 1..=20, 8);
    assert_eq!(taken(&outlet).1.resync, None);
    outlet.release(7);
    push(&outlet, [21]);
    let (numbers, due) = taken(&outlet);
    assert_eq!((numbers, due.resync), (vec![], Some(21)));
}

#[test]
fn l3_what_nobody_misses_is_dropped_without_a_resync() {
    let outlet = outlet();
    outlet.release(0);
    push_within(&outlet, 1..=8, 8);
    outlet.push_fleeting(&numbered(99), &limits(8));
    let (numbers, due) = taken(&outlet);
    assert_eq!((numbers.len(), due.resync), (8, None));
}

#[test]
fn l4_closing_drops_what_waits_and_takes_nothing_new() {
    let outlet = outlet();
    outlet.release(0);
    push(&outlet, [1, 2]);
    outlet.close(Code::SESSION_OVER, "revoked");
    outlet.close(Code::NORMAL, "too late");
    push(&outlet, [3]);
    let (numbers, due) = taken(&outlet);
    assert_eq!(numbers, [] as [u64; 0]);
    assert_eq!(due.goodbye, Some(frame::close(Code::SESSION_OVER, "revoked")));
    assert_eq!(taken(&outlet).1.goodbye, None, "said once");
}

#[test]
fn l4_a_closed_socket_that_cannot_say_goodbye_is_dropped() {
    let (outlet, limits) = (outlet(), Limits::default());
    outlet.close(Code::SESSION_OVER, "");
    outlet.tick(0, &limits);
    outlet.tick(999, &limits);
    assert!(!taken(&outlet).1.dead);
    outlet.tick(1_000, &limits);
    assert!(taken(&outlet).1.dead);
}

#[test]
fn l5_silence_is_closed_but_not_after_a_first_message() {
    let (silent, spoke, limits) = (outlet(), outlet(), Limits::default());
    spoke.heard(true);
    silent.heard(false);
    for outlet in [&silent, &spoke] {
        outlet.tick(9_999, &limits);
        assert_eq!(taken(outlet).1.goodbye, None);
        outlet.tick(10_000, &limits);
    }
    assert_eq!(taken(&silent).1.goodbye, Some(frame::close(Code::SILENT, "no first message")));
    assert_eq!(taken(&spoke).1.goodbye, None);
}

#[test]
fn l6_two_unanswered_pings_are_the_end() {
    let limits = Limits { ping_every: Duration::from_millis(100), ..Limits::default() };
    let outlet = Outlet::new([1; 16], 0, &limits);
    let mut pings = vec![];
    for now in (0..=500).step_by(50) {
        outlet.tick(now, &limits);
        let due = taken(&outlet).1;
        if due.ping {
            pings.push(now);
        }
        if now == 100 {
            outlet.heard(false);
        }
        assert_eq!(due.dead, now >= 400, "at {now}");
    }
    assert_eq!(pings, [100, 200, 300]);
}

proptest! {
    /// Whatever the replay's end and however late the bus: each position once, in order.
    #[test]
    fn l2_replay_and_release_meet_without_a_gap(
        last in 1u64..60, joined in 0u64..60, cursor in 0u64..60, until in 0u64..60, pace in 1usize..9,
    ) {
        // The client has everything up to `cursor`; the replay sends up to `until`, and must reach
        // what the bus had published when the socket joined.
        let joined = joined.min(last);
        let until = until.clamp(joined, last);
        let cursor = cursor.min(until);
        let outlet = outlet();
        let mut seen: Vec<u64> = vec![];
        let middle = joined + (until - joined) / 2;
        push(&outlet, joined + 1..=middle);
        seen.extend(cursor + 1..=until);
        outlet.release(until);
        for (n, position) in (middle + 1..=last).enumerate() {
            push(&outlet, [position]);
            if n % pace == 0 {
                seen.extend(taken(&outlet).0);
            }
        }
        seen.extend(taken(&outlet).0);
        prop_assert_eq!(seen, (cursor + 1..=last).collect::<Vec<_>>());
    }

    /// With any limit and pace: what is not seen lies before a resync's position, all else in order.
    #[test]
    fn l3_a_resync_covers_exactly_what_is_missing(last in 1u64..200, most in 1usize..9, pace in 1u64..20) {
        let outlet = outlet();
        outlet.release(0);
        let mut have = 0;
        for position in 1..=last + 1 {
            push_within(&outlet, [position], most);
            if position % pace != 0 && position <= last { continue }
            let (numbers, due) = taken(&outlet);
            if let Some(resync) = due.resync {
                prop_assert!(resync > have && numbers.is_empty());
                have = resync;
            }
            for number in numbers {
                prop_assert_eq!(number, have + 1);
                have = number;
            }
        }
        prop_assert_eq!(have, last + 1);
    }
}
