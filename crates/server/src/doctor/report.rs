//! What was found.

use serde::Serialize;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It works, and something about it should change.
    Warning,
    /// Somebody can be pretended to be, or it does not work.
    Failed,
    /// It was not looked at.
    Skipped,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at; a stable name.
    pub check: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// What to do, where there is something to do.
    pub mend: Option<String>,
}

/// What was found so far, in the order of looking.
pub(super) struct Report<'a> {
    pub(super) findings: Vec<Finding>,
    told: &'a dyn Fn(&Finding),
}

impl<'a> Report<'a> {
    pub(super) fn new(told: &'a dyn Fn(&Finding)) -> Self {
        Self { findings: Vec::new(), told }
    }

    pub(super) fn good(&mut self, check: &'static str, seen: impl Into<String>) {
        self.add(check, Verdict::Good, seen.into(), None);
    }

    pub(super) fn warn(&mut self, check: &'static str, seen: impl Into<String>, mend: &str) {
        self.add(check, Verdict::Warning, seen.into(), Some(mend.to_owned()));
    }

    pub(super) fn failed(&mut self, check: &'static str, seen: impl Into<String>, mend: &str) {
        self.add(check, Verdict::Failed, seen.into(), Some(mend.to_owned()));
    }

    pub(super) fn skipped(&mut self, check: &'static str, seen: impl Into<String>, mend: &str) {
        self.add(check, Verdict::Skipped, seen.into(), Some(mend.to_owned()));
    }

    fn add(&mut self, check: &'static str, verdict: Verdict, seen: String, mend: Option<String>) {
        let finding = Finding { check, verdict, seen, mend };
        (self.told)(&finding);
        self.findings.push(finding);
    }
}
