//! Tells an administrator what a widget makes of a proof, cause by cause.

use std::collections::BTreeMap;

use countersign_base::{Fault, Moment, Provenance, TenantId, Trust};
use countersign_door::{App, Cx, Problem};
use countersign_guard::{Limits, Rule};
use countersign_identity::{self as identity, Key, Presented, Proven};
use countersign_infra::db::{Reach, Tx};
use serde::Serialize;

use super::Found;
use super::judge::{Judgement, judge, trust};
use crate::contacts::{self, FieldName};
use crate::widgets::{self, Install};
use crate::{identity_secrets, organizations, sessions};

/// Explanations that a tenant may ask for (R5): each tries some hundred wrong recipes.
const RULE: Rule = Rule { limit: 30, window_ms: 60_000 };
/// Tenants whose explanations are counted.
const TENANTS: usize = 10_000;

/// How often each tenant has asked (R5).
pub(super) struct Asked(Limits);

impl Default for Asked {
    fn default() -> Self {
        Self(Limits::new(TENANTS))
    }
}

impl Asked {
    pub(super) fn once_more(&self, tenant: TenantId, now: Moment) -> Result<(), Problem> {
        let verdict = self.0.check(tenant.bytes(), RULE, now.millis());
        verdict.retry_after.map_or(Ok(()), |wait| Err(Problem::too_many(wait.seconds().into())))
    }
}

/// What a widget makes of a proof.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// Whether the proof holds, whatever the widget's mode.
    pub outcome: Verdict,
    /// The stable name of what is wrong, as in the list of refusals.
    pub reason: Option<&'static str>,
    /// What the proof is worth.
    pub trust: Option<Trust>,
    /// What it proves, and what the page says beside it.
    #[schema(value_type = BTreeMap<String, Shown>)]
    pub fields: BTreeMap<FieldName, Shown>,
    /// What is wrong, the likeliest cause first; with an accepted proof, what to know of it.
    pub findings: Vec<Finding>,
}

/// Whether a proof holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It proves somebody.
    Accepted,
    /// It proves nobody.
    Refused,
}

/// A field that a proof leads to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ExplainedField)]
pub struct Shown {
    /// Its value, as it would be stored.
    pub value: String,
    /// `proven` or `said`.
    pub provenance: Provenance,
}

/// One thing that is wrong, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Finding {
    /// Its stable name, for programs.
    pub code: &'static str,
    /// What is wrong.
    pub cause: String,
    /// What to change.
    pub mend: String,
}

/// The keys of the widget's organization that a proof may be made with by mistake (R7).
pub async fn elsewhere(app: &App, install: &Install) -> Result<Vec<Key>, Fault> {
    let organization = install.scope.organization;
    let read = async move |tx: &mut Tx<'_>| organizations::tenants(tx, organization).await;
    let mut keys = Vec::new();
    for scope in app.db.read(Reach::All, read).await? {
        let widget = install.widget.clone();
        let read = async move |cx: &mut Cx<'_>| identity_secrets::elsewhere(cx, &widget).await;
        keys.extend(app.system(scope).await?.read(read).await?);
    }
    Ok(keys)
}

/// What the widget makes of `presented`, and whether somebody was proven more strongly (R4, R6).
///
/// A proof by one of the keys of [`elsewhere`] is recognised, and refused like any other.
pub async fn explain(
    cx: &mut Cx<'_>,
    install: &Install,
    presented: &Presented,
    elsewhere: Vec<Key>,
) -> Result<Explanation, Fault> {
    let found = match install.profile.admit(presented) {
        Err(unknown) => Found::unknown_field(&unknown),
        Ok(()) => match judge(install, presented, cx.now()) {
            Judgement::Proven(proven) => return held(cx, install, &proven).await,
            Judgement::Refused(found) => found,
        },
    };
    let (own, _) = widgets::keys(cx, install.widget.id, install.profile).await?;
    let keys = own.and_elsewhere(elsewhere);
    Ok(refused(found, causes(install, &keys, presented, cx.now())))
}

/// What is to be said of a proof that holds.
async fn held(cx: &mut Cx<'_>, install: &Install, proven: &Proven) -> Result<Explanation, Fault> {
    let once = install.widget.single_use_tokens;
    if once && sessions::is_spent(cx, install.widget.id, proven).await? {
        return Ok(refused(Found::spent(), Vec::new()));
    }
    if contacts::is_weaker(cx, proven, trust(proven)).await? {
        return Ok(refused(Found::weaker(), Vec::new()));
    }
    Ok(accepted(proven))
}

/// Every cause that the explainer knows, the likeliest first.
fn causes(install: &Install, keys: &[Key], presented: &Presented, now: Moment) -> Vec<Finding> {
    let audience = install.widget.expected_audience();
    let found = identity::explain(install.profile, keys, presented, audience, now.seconds());
    let shown = |one: identity::Finding| Finding {
        code: one.mistake.code(),
        cause: one.cause,
        mend: one.mend,
    };
    found.into_iter().map(shown).collect()
}

fn refused(found: Found, mut findings: Vec<Finding>) -> Explanation {
    if findings.is_empty() {
        findings.push(Finding { code: found.reason, cause: found.cause, mend: found.mend });
    }
    Explanation {
        outcome: Verdict::Refused,
        reason: Some(found.reason),
        trust: None,
        fields: BTreeMap::new(),
        findings,
    }
}

fn accepted(proven: &Proven) -> Explanation {
    let shown = |provenance| {
        move |(field, value): &(_, String)| {
            (FieldName::from(*field), Shown { value: value.clone(), provenance })
        }
    };
    let said = proven.said.iter().map(shown(Provenance::Said));
    let fields = said.chain(proven.fields.iter().map(shown(Provenance::Proven))).collect();
    let bound = proven.jkt.as_ref().map(|_| Finding {
        code: "bound",
        cause: "the token is made for one browser's key (`cnf.jkt`) and opens no session without \
                that key"
            .into(),
        mend: "nothing, if the `jkt` is the one that this browser's `identity` callback was given"
            .into(),
    });
    Explanation {
        outcome: Verdict::Accepted,
        reason: None,
        trust: Some(trust(proven)),
        fields,
        findings: bound.into_iter().collect(),
    }
}
