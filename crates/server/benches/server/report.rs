//! One line a figure.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

/// Prints figures and remembers the machine's limits for the ratios.
pub(crate) struct Report {
    asked: Vec<String>,
    limits: RefCell<HashMap<&'static str, f64>>,
}

impl Report {
    pub(crate) fn new(asked: &[String]) -> Self {
        println!("{:<52} {:>12} {:>14} {:>22}", "", "per second", "per CPU second", "of the limit");
        Self { asked: asked.to_vec(), limits: RefCell::default() }
    }

    /// Whether this part was asked for; without words everything is.
    pub(crate) fn wants(&self, part: &str) -> bool {
        self.asked.is_empty() || self.asked.iter().any(|word| part.contains(word.as_str()))
    }

    /// What the machine can do at most.
    pub(crate) fn limit(&self, name: &'static str, per_second: f64) {
        self.limits.borrow_mut().insert(name, per_second);
        println!("{:<52} {:>12.0}", format!("limit: {name}"), per_second);
    }

    /// How often a second the machine can do that at most.
    pub(crate) fn limit_of(&self, name: &str) -> f64 {
        self.limits.borrow()[name]
    }

    /// What the server did: `many` in `wall` with `cpu` of its own processor time.
    pub(crate) fn figure(
        &self,
        name: &str,
        many: u64,
        wall: Duration,
        cpu: Duration,
        limit: Option<&'static str>,
    ) {
        let per_second = many as f64 / wall.as_secs_f64();
        let per_cpu = many as f64 / cpu.as_secs_f64();
        let limits = self.limits.borrow();
        let ratio = limit.and_then(|name| limits.get(name).map(|limit| (name, per_cpu / limit)));
        let ratio = ratio.map(|(name, ratio)| format!("{ratio:.2} of {name}")).unwrap_or_default();
        println!("{name:<52} {per_second:>12.0} {per_cpu:>14.0}  {ratio}");
    }

    /// Any other figure.
    #[expect(clippy::unused_self, reason = "figures come from one place")]
    pub(crate) fn note(&self, name: &str, value: impl std::fmt::Display) {
        println!("{name:<52} {value}");
    }
}
