//! Each rule of the lockout, and threads that try to get around it.

use super::*;

const START: i64 = 1_795_000_000_000;

fn wrong(lockout: &Lockout, pair: u64, network: u64, now: i64) -> Result<Option<u32>, u32> {
    let attempt = lockout.begin(pair, network, now).map_err(RetryAfter::seconds)?;
    Ok(attempt.failed(now).map(RetryAfter::seconds))
}

#[test]
fn l1_five_are_free_then_the_wait_doubles_to_15_minutes() {
    let lockout = Lockout::new(100);
    let mut now = START;
    for _ in 0..4 {
        assert_eq!(wrong(&lockout, 1, 1, now), Ok(None));
    }
    for wait in [30, 60, 120, 240, 480, 900, 900, 900] {
        assert_eq!(wrong(&lockout, 1, 1, now), Ok(Some(wait)));
        assert_eq!(wrong(&lockout, 1, 1, now), Err(wait));
        now += i64::from(wait) * SECOND;
        assert_eq!(wrong(&lockout, 1, 1, now - 1), Err(1));
    }
}

#[test]
fn l2_a_network_has_20_failures_in_five_minutes() {
    let lockout = Lockout::new(1_000);
    for pair in 0..20 {
        assert_eq!(wrong(&lockout, pair, 1, START + 1), Ok(None), "{pair}");
    }
    assert_eq!(wrong(&lockout, 99, 1, START + 1), Err(900));
    assert_eq!(wrong(&lockout, 99, 2, START + 1), Ok(None));
    assert_eq!(wrong(&lockout, 98, 1, START + 1 + NETWORK_WAIT), Ok(None));
}

#[test]
fn l2_slow_failures_do_not_lock_a_network() {
    let lockout = Lockout::new(1_000);
    for pair in 0..200 {
        let now = START + i64::try_from(pair).unwrap() * NETWORK_WINDOW / 19;
        assert_eq!(wrong(&lockout, pair, 1, now), Ok(None), "{pair}");
    }
}

#[test]
fn l3_another_network_gets_in() {
    let lockout = Lockout::new(100);
    for _ in 0..5 {
        let _ = wrong(&lockout, 1, 1, START);
    }
    assert_eq!(wrong(&lockout, 1, 1, START), Err(30));
    assert!(lockout.begin(2, 2, START).is_ok());
}

#[test]
fn l4_places_are_taken_at_the_beginning() {
    let lockout = Lockout::new(100);
    let mut running: Vec<_> = (0..5).map(|_| lockout.begin(1, 1, START).unwrap()).collect();
    assert_eq!(lockout.begin(1, 1, START).unwrap_err().seconds(), 1);
    running.pop().unwrap().withdrawn();
    running.push(lockout.begin(1, 1, START).unwrap());
    for attempt in running {
        let _ = attempt.failed(START);
    }
    assert_eq!(wrong(&lockout, 1, 1, START), Err(30));
    let only = lockout.begin(1, 1, START + FIRST_WAIT).unwrap();
    assert_eq!(wrong(&lockout, 1, 1, START + FIRST_WAIT), Err(1));
    assert_eq!(only.failed(START + FIRST_WAIT).map(RetryAfter::seconds), Some(60));
}

#[test]
fn l4_threads_cannot_outnumber_the_free_places() {
    for _ in 0..50 {
        let lockout = Lockout::new(100);
        let tried: usize = std::thread::scope(|scope| {
            let try_often = || (0..50).filter(|_| wrong(&lockout, 1, 1, START).is_ok()).count();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(try_often)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(tried, 5);
    }
}

#[test]
fn l4_a_network_too_has_only_its_free_places_at_once() {
    let lockout = Lockout::new(1_000);
    let running: Vec<_> = (0..20).map(|pair| lockout.begin(pair, 1, START).unwrap()).collect();
    assert_eq!(lockout.begin(99, 1, START).unwrap_err().seconds(), 1);
    running.into_iter().for_each(Attempt::succeeded);
    assert!(lockout.begin(99, 1, START).is_ok());
}

#[test]
fn l5_success_forgets_the_pair_but_not_the_network() {
    let lockout = Lockout::new(1_000);
    for _ in 0..4 {
        for _ in 0..4 {
            assert_eq!(wrong(&lockout, 1, 1, START), Ok(None));
        }
        lockout.begin(1, 1, START).unwrap().succeeded();
    }
    for pair in 10..14 {
        assert_eq!(wrong(&lockout, pair, 1, START), Ok(None));
    }
    assert_eq!(wrong(&lockout, 20, 1, START), Err(900));
}

#[test]
fn l6_a_dropped_attempt_has_failed() {
    let lockout = Lockout::new(100);
    for _ in 0..5 {
        drop(lockout.begin(1, 1, START).unwrap());
    }
    assert_eq!(lockout.begin(1, 1, START).unwrap_err().seconds(), 30);
}

#[test]
fn l7_a_day_later_nothing_is_remembered() {
    let lockout = Lockout::new(100);
    for _ in 0..5 {
        let _ = wrong(&lockout, 1, 1, START);
    }
    let mut now = START + PAIR_FORGOTTEN_AFTER - 1;
    assert_eq!(wrong(&lockout, 1, 1, now), Ok(Some(60)));
    now += PAIR_FORGOTTEN_AFTER;
    assert_eq!(wrong(&lockout, 1, 1, now), Ok(None));
}

#[test]
fn l7_a_flood_of_names_does_not_free_who_is_locked() {
    let lockout = Lockout::new(100);
    for _ in 0..5 {
        let _ = wrong(&lockout, 1, 1, START);
    }
    for stranger in 10..10_000 {
        let _ = wrong(&lockout, stranger, stranger, START);
    }
    assert_eq!(wrong(&lockout, 1, 1, START), Err(30));
}

#[test]
fn a_clock_that_steps_back_locks_nobody_for_longer() {
    let lockout = Lockout::new(100);
    for _ in 0..5 {
        let _ = wrong(&lockout, 1, 1, START);
    }
    assert!(lockout.begin(1, 1, START - 60 * MINUTE).is_ok());
}
