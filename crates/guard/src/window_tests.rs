//! The window against a naive model that keeps every instant.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

const START: i64 = 1_795_000_000_000;

/// Every instant that passed and is younger than the window.
struct Model {
    rule: Rule,
    passed: VecDeque<i64>,
}

impl Model {
    fn new(rule: Rule) -> Self {
        Self { rule, passed: VecDeque::new() }
    }

    fn within(&mut self, now: i64) -> u32 {
        while self.passed.front().is_some_and(|at| now - at >= i64::from(self.rule.window_ms)) {
            self.passed.pop_front();
        }
        u32::try_from(self.passed.len()).unwrap()
    }

    fn check(&mut self, now: i64) -> Verdict {
        let count = self.within(now);
        let limit = self.rule.limit;
        if count < limit {
            self.passed.push_back(now);
            return Verdict { limit, remaining: limit - count - 1, retry_after: None };
        }
        let oldest = self.passed.front().copied().unwrap_or(now);
        let wait = i64::from(self.rule.window_ms) - (now - oldest);
        Verdict { limit, remaining: 0, retry_after: Some(RetryAfter::from_millis(wait)) }
    }
}

/// How a test moves on: seldom by chance to where it matters, so half of the moves aim there.
#[derive(Clone, Copy, Debug)]
enum Move {
    /// By this many milliseconds.
    Millis(i64),
    /// By this many millionths of the window.
    Share(i64),
    /// To when the oldest leaves the window, and this many milliseconds on.
    Edge(i64),
}

impl Move {
    fn from(self, now: i64, model: &Model) -> i64 {
        let window = i64::from(model.rule.window_ms);
        match self {
            Self::Millis(millis) => now + millis,
            Self::Share(share) => now + share * window / 1_000_000,
            Self::Edge(off) => model.passed.front().map_or(now, |at| now.max(at + window + off)),
        }
    }
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        (0..3_i64).prop_map(Move::Millis),
        (0..30_000_i64).prop_map(Move::Share),
        (0..1_100_000_i64).prop_map(Move::Share),
        (-1..=1_i64).prop_map(Move::Edge),
        (-700..0_i64).prop_map(Move::Edge),
    ];
    prop::collection::vec(one, 1..400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn w3_small_limits_are_exact(
        limit in prop_oneof![0..=4_u32, 0..=60_u32],
        window_ms in prop_oneof![1..100_u32, 1..8_000_000_u32],
        moves in moves(),
    ) {
        let rule = Rule { limit, window_ms };
        let (limits, mut model, mut now) = (Limits::new(64), Model::new(rule), START);
        for step in moves {
            now = step.from(now, &model);
            prop_assert_eq!(limits.check(7, rule, now), model.check(now));
        }
    }

    #[test]
    fn w1_never_more_than_the_limit_in_any_window(
        limit in prop_oneof![1..=4_u32, 1..400_u32],
        window_ms in prop_oneof![60..10_000_u32, 8_000_000..40_000_000_u32, 60..u32::MAX],
        moves in moves(),
        burst in 1..20_usize,
    ) {
        let rule = Rule { limit, window_ms };
        let (limits, mut model, mut now) = (Limits::new(64), Model::new(rule), START);
        for step in moves {
            now = step.from(now, &model);
            for _ in 0..burst {
                let count = model.within(now);
                if limits.check(7, rule, now).passes() {
                    prop_assert!(count < limit);
                    model.passed.push_back(now);
                }
            }
        }
    }

    #[test]
    fn w2_who_waits_as_told_passes_and_not_much_too_late(
        limit in 1..400_u32,
        window_ms in 60..u32::MAX,
        steps in prop::collection::vec(0..1_000_000_i64, 1..600),
    ) {
        let rule = Rule { limit, window_ms };
        let (limits, mut now) = (Limits::new(64), START);
        let mut passed = VecDeque::new();
        for step in steps {
            now += step * i64::from(window_ms) / i64::from(limit) / 2_000_000;
            let verdict = limits.check(7, rule, now);
            if let Some(wait) = verdict.retry_after {
                let oldest: i64 = passed[passed.len() - limit as usize];
                let part = i64::from(window_ms) / if limit > 60 { 59 } else { 2_000_000 };
                let latest = oldest + i64::from(window_ms) + part + 1_004;
                prop_assert!(now + i64::from(wait.seconds()) * 1_000 <= latest + 60);
                now += i64::from(wait.seconds()) * 1_000;
                prop_assert!(limits.check(7, rule, now).passes());
            }
            passed.push_back(now);
        }
    }
}

#[test]
fn w2_a_refused_one_does_not_count() {
    let (limits, rule) = (Limits::new(64), Rule { limit: 2, window_ms: 1_000 });
    let passes = [0, 100, 200, 900, 999, 1_000, 1_050, 1_100, 2_000];
    let answers = passes.map(|at| limits.check(1, rule, START + at).passes());
    assert_eq!(answers, [true, true, false, false, false, true, false, true, true]);
}

#[test]
fn keys_and_rules_are_apart() {
    let (limits, rule) = (Limits::new(1_000), Rule { limit: 1, window_ms: 1_000 });
    let other = Rule { limit: 1, window_ms: 2_000 };
    assert!(limits.check(1, rule, START).passes());
    assert!(limits.check(2, rule, START).passes());
    assert!(limits.check([1; 16], rule, START).passes());
    assert!(limits.check(1, other, START).passes());
    assert!(!limits.check(1, rule, START).passes());
}

#[test]
fn a_limit_of_nothing_lets_nothing_pass() {
    let verdict = Limits::new(1).check(1, Rule { limit: 0, window_ms: 5_000 }, START);
    assert_eq!((verdict.remaining, verdict.retry_after), (0, Some(RetryAfter::from_millis(5_000))));
}

#[test]
fn a_clock_that_steps_back_gives_nothing_away_and_locks_nobody_out() {
    for limit in [3, 300] {
        let (limits, rule) = (Limits::new(1), Rule { limit, window_ms: 60_000 });
        for _ in 0..limit {
            assert!(limits.check(1, rule, START).passes());
        }
        assert!(!limits.check(1, rule, START - 30_000).passes());
        assert!(limits.check(1, rule, START - 3_600_000).passes());
    }
}

#[test]
fn w4_a_key_costs_at_most_256_bytes() {
    let slot = Keep::<Name, Window>::BYTES;
    assert!(slot <= 256 - 12, "{slot} and up to 12 for the index");
}

#[test]
fn threads_together_pass_no_more_than_the_limit() {
    let (limits, rule) = (Limits::new(64), Rule { limit: 60, window_ms: 1_000 });
    let passed: usize = std::thread::scope(|scope| {
        let check = || (0..100).filter(|_| limits.check(1, rule, START).passes()).count();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(check)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(passed, 60);
}

#[test]
fn w2_looking_counts_nothing_and_says_what_a_check_would() {
    let (limits, rule) = (Limits::new(100), Rule { limit: 2, window_ms: 1_000 });
    for passed in 0..3 {
        for _ in 0..5 {
            assert_eq!(limits.look([1; 16], rule, START).passes(), passed < 2);
        }
        assert_eq!(limits.check([1; 16], rule, START).passes(), passed < 2);
    }
    assert!(limits.look([1; 16], rule, START + 1_000).passes());
}
