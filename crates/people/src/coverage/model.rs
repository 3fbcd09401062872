//! What is counted, and what the counts say.

use std::borrow::Cow;
use std::collections::BTreeMap;

use countersign_base::Moment;
use serde::Serialize;

use crate::widgets::{Mode, Widget};

const HOUR: i64 = 3_600;
const HOURS_A_DAY: i64 = 24;
/// Days that the counts are shown for, today among them.
const DAYS: i64 = 7;

/// The hour since 1970 in which `at` lies.
pub(super) fn hour(at: Moment) -> i64 {
    at.seconds().div_euclid(HOUR)
}

/// What an attempt to open a session brought.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Came {
    /// A proof that held, by the key with this id.
    Valid(String),
    /// A proof that did not hold, for this reason.
    Invalid(Cow<'static, str>),
    /// A page that speaks of somebody and proves nothing.
    Missing,
    /// A page that speaks of nobody.
    Anonymous,
}

impl Came {
    pub(super) const fn outcome(&self) -> &'static str {
        match self {
            Self::Valid(_) => "valid",
            Self::Invalid(_) => "invalid",
            Self::Missing => "missing",
            Self::Anonymous => "anonymous",
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Valid(key) => key,
            Self::Invalid(reason) => reason,
            Self::Missing | Self::Anonymous => "",
        }
    }

    pub(super) fn stored(outcome: &str, name: String) -> Option<Self> {
        Some(match outcome {
            "valid" => Self::Valid(name),
            "invalid" => Self::Invalid(name.into()),
            "missing" => Self::Missing,
            "anonymous" => Self::Anonymous,
            _ => return None,
        })
    }
}

/// How many attempts of each outcome there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = CoverageTotals)]
pub struct Totals {
    /// With a proof that held.
    pub valid: u64,
    /// With a proof that did not hold.
    pub invalid: u64,
    /// With an identity and no proof of it.
    pub missing: u64,
    /// Without any identity.
    pub anonymous: u64,
}

impl Totals {
    fn add(&mut self, came: &Came, many: u64) {
        *match came {
            Came::Valid(_) => &mut self.valid,
            Came::Invalid(_) => &mut self.invalid,
            Came::Missing => &mut self.missing,
            Came::Anonymous => &mut self.anonymous,
        } += many;
    }

    fn all(&self) -> u64 {
        self.valid + self.invalid + self.missing + self.anonymous
    }
}

/// The counts of one day.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = CoverageDay)]
pub struct Day {
    /// The day in UTC, such as `2026-11-21`.
    pub date: String,
    /// Its counts.
    #[serde(flatten)]
    pub totals: Totals,
}

/// The valid proofs of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = CoverageByKey)]
pub struct ByKey {
    /// The key's id in the list of identity secrets, or `jwks:` and the `kid` of a key behind
    /// the widget's JWKS URL.
    pub key: String,
    /// How many proofs it signed.
    pub many: u64,
}

/// The invalid proofs of one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = CoverageByReason)]
pub struct ByReason {
    /// The stable name, as in the list of refusals.
    pub reason: String,
    /// How many proofs were invalid for it.
    pub many: u64,
}

/// Whether the widget can be enforced.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = CoverageVerdict)]
pub struct Verdict {
    /// Whether somebody was proven and nobody would have been refused.
    pub safe_to_enforce: bool,
    /// The same in one plain sentence.
    pub sentence: String,
    /// How many attempts `enforce` refuses, with the widget's present settings.
    pub would_be_refused: u64,
}

/// Seven days of a widget: who brings a good proof, who does not, and what follows.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Coverage {
    /// When the first of the seven days began.
    pub since: Moment,
    /// All seven days.
    pub totals: Totals,
    /// Valid proofs by key, the most used first.
    pub by_key: Vec<ByKey>,
    /// Invalid proofs by reason, the most frequent first.
    pub by_reason: Vec<ByReason>,
    /// Each day, the oldest first.
    pub days: Vec<Day>,
    /// What follows.
    pub verdict: Verdict,
}

/// The counts of seven days, as they are added up.
#[derive(Debug)]
pub struct Week {
    today: i64,
    totals: Totals,
    days: BTreeMap<i64, Totals>,
    keys: BTreeMap<String, u64>,
    reasons: BTreeMap<String, u64>,
}

impl Week {
    /// The seven days that end with that of `now`.
    pub(super) fn until(now: Moment) -> Self {
        let today = hour(now).div_euclid(HOURS_A_DAY);
        let days = (today - DAYS + 1..=today).map(|day| (day, Totals::default())).collect();
        let (keys, reasons) = (BTreeMap::new(), BTreeMap::new());
        Self { today, totals: Totals::default(), days, keys, reasons }
    }

    pub(super) fn first_hour(&self) -> i64 {
        (self.today - DAYS + 1) * HOURS_A_DAY
    }

    pub(super) fn add(&mut self, hour: i64, came: Came, many: u64) {
        let Some(day) = self.days.get_mut(&hour.div_euclid(HOURS_A_DAY)) else { return };
        day.add(&came, many);
        self.totals.add(&came, many);
        match came {
            Came::Valid(key) => *self.keys.entry(key).or_default() += many,
            Came::Invalid(reason) => *self.reasons.entry(reason.into_owned()).or_default() += many,
            Came::Missing | Came::Anonymous => {}
        }
    }

    /// What part of the valid proofs the key signed, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a share of more than 2^52 is still a share")]
    pub fn share(&self, key: &str) -> f64 {
        let many = self.keys.get(key).copied().unwrap_or_default();
        if self.totals.valid == 0 { 0.0 } else { many as f64 / self.totals.valid as f64 }
    }

    pub(super) fn judged(self, widget: &Widget) -> Coverage {
        let by_reason: Vec<_> =
            most_first(self.reasons).map(|(reason, many)| ByReason { reason, many }).collect();
        let by_key = most_first(self.keys).map(|(key, many)| ByKey { key, many }).collect();
        let day = |(day, totals): (i64, Totals)| Day { date: date(day), totals };
        Coverage {
            since: beginning(self.today - DAYS + 1),
            totals: self.totals,
            verdict: verdict(widget, self.totals, &by_reason),
            by_key,
            by_reason,
            days: self.days.into_iter().map(day).collect(),
        }
    }
}

fn most_first(counts: BTreeMap<String, u64>) -> impl Iterator<Item = (String, u64)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, many)| std::cmp::Reverse(*many));
    counts.into_iter()
}

fn beginning(day: i64) -> Moment {
    Moment::from_millis(day * HOURS_A_DAY * HOUR * 1_000)
}

fn date(day: i64) -> String {
    beginning(day).to_string().chars().take("2026-11-21".len()).collect()
}

/// Enforcing is safe when somebody was proven and nobody would have been refused (V3).
fn verdict(widget: &Widget, totals: Totals, by_reason: &[ByReason]) -> Verdict {
    let anonymous = if widget.anonymous { 0 } else { totals.anonymous };
    let refused = totals.invalid + totals.missing + anonymous;
    let all = totals.all();
    let proven = totals.valid;
    let most = most_refused(totals, anonymous, by_reason);
    let sentence = match (widget.mode, refused) {
        _ if all == 0 => {
            "Nobody has come in the last 7 days, so there is nothing to judge by.".to_owned()
        }
        (Mode::Enforce, 0) => {
            format!("Enforced: all {all} attempts of the last 7 days were let in.")
        }
        (Mode::Enforce, _) => {
            format!(
                "Enforced: {refused} of {all} attempts of the last 7 days do not pass, most of them because {most}."
            )
        }
        (_, 0) if proven == 0 => {
            "Not yet safe to enforce: in the last 7 days nobody has brought a proof.".to_owned()
        }
        (_, 0) => format!(
            "Safe to enforce: all {all} attempts of the last 7 days would have been let in."
        ),
        _ => format!(
            "Not yet safe to enforce: {refused} of {all} attempts of the last 7 days would have been refused, most of them because {most}."
        ),
    };
    Verdict { safe_to_enforce: refused == 0 && proven > 0, sentence, would_be_refused: refused }
}

/// Why the largest part would be refused, in words that end a sentence.
fn most_refused(totals: Totals, anonymous: u64, by_reason: &[ByReason]) -> String {
    let worst = by_reason.first();
    let most = worst.map_or(0, |worst| worst.many);
    match worst {
        Some(worst) if worst.many >= totals.missing && worst.many >= anonymous => {
            format!("the proof does not hold (`{}`)", worst.reason)
        }
        _ if totals.missing >= most && totals.missing >= anonymous => {
            "the page sends no proof".to_owned()
        }
        _ => "they come without any identity, which the widget does not allow".to_owned(),
    }
}
