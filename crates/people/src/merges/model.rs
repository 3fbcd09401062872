//! What a merge is.

use axum::http::StatusCode;
use countersign_base::{ContactId, Fault, Moment, Trust};
use countersign_door::Problem;
use countersign_identity::TextFault;
use serde::{Deserialize, Serialize};

use crate::audit::Actor;
use crate::contacts::{self, Brief, Contact, Flag};
use crate::widgets;

/// Why two contacts became one, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = MergedBecause)]
pub struct Because {
    /// Who merged them.
    pub by: Actor,
    /// Why, in their words.
    pub reason: String,
}

impl Because {
    /// A reason in somebody's words: 1 to 500 visible characters.
    pub(super) fn told(by: Actor, reason: &str) -> Result<Self, Refusal> {
        let reason = reason.trim().to_owned();
        countersign_identity::label(&reason, 500).map_err(Refusal::Reason)?;
        Ok(Self { by, reason })
    }
}

/// A contact that was merged into another.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = MergedContact)]
pub struct Merged {
    /// The contact, as it is on its own.
    pub contact: Brief,
    /// When it was merged.
    pub at: Moment,
    /// Who did it, and why.
    #[serde(flatten)]
    pub because: Because,
}

/// What merging would come to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = MergePreview)]
pub struct Preview {
    /// The contact that goes on.
    pub survivor: Brief,
    /// The contact that becomes a part of it.
    pub merged: Brief,
    /// Living sessions that end; at most 100 of each contact are counted.
    pub sessions: usize,
    /// The proof that both must come with from then on.
    pub demanded: Trust,
    /// What to think about first.
    pub warnings: Vec<Warning>,
}

/// What to think about before a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MergeWarning)]
pub enum Warning {
    /// Both were proven: whoever can prove one of them reads what belongs to the other.
    BothProven,
    /// One was proven by a token and the other by less, which does not suffice any more.
    WeakerProofStops,
    /// The merged one has said the id or email of somebody who was proven.
    ContradictsProvenId,
    /// The merged one has proven nothing: whoever sat there may be anybody.
    Unproven,
}

impl Warning {
    /// What there is to say about these two.
    pub(super) fn of(survivor: &Contact, merged: &Contact) -> Vec<Self> {
        let both_proven = survivor.trust.is_proven() && merged.trust.is_proven();
        let contradicts = merged.flags.contains(&Flag::ContradictsProvenId);
        let all = [
            (Self::BothProven, both_proven),
            (Self::WeakerProofStops, both_proven && survivor.trust != merged.trust),
            (Self::ContradictsProvenId, contradicts),
            (Self::Unproven, !merged.trust.is_proven()),
        ];
        all.into_iter().filter(|(_, holds)| *holds).map(|(warning, _)| warning).collect()
    }
}

/// Why a merge is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Both are the same contact.
    #[error("a contact cannot be merged into itself")]
    Itself,
    /// One of them is a part of somebody already.
    #[error("{contact} was merged into {into}: merge that one, or take this merge back first")]
    IsMerged {
        /// Which.
        contact: ContactId,
        /// Into whom.
        into: ContactId,
    },
    /// Others were merged into the one that would go.
    #[error(
        "others were merged into this contact: merge the other way round, or take those back first"
    )]
    HasMerged,
    /// The survivor has taken in as many as it can.
    #[error("at most {} contacts can be merged into one", super::MOST)]
    TooMany,
    /// There is no such merge.
    #[error("this contact was not merged into that one")]
    NotMerged,
    /// The reason is empty or too long.
    #[error("`reason` has 1 to 500 visible characters: {0}")]
    Reason(TextFault),
    /// One of the proofs is no signed token with an end.
    #[error("two visitors become one by signed tokens with `exp` only; an HMAC merges nobody")]
    Tokens,
    /// The second proof was refused; the reason is for the administrator only.
    #[error("this identity was refused")]
    Identity,
    /// The identity object does not fit the profile.
    #[error("{0}")]
    Fields(String),
    /// The contact says no.
    #[error(transparent)]
    Contact(#[from] contacts::Refusal),
    /// The widget says no.
    #[error(transparent)]
    Widget(#[from] widgets::Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let (status, code) = match refusal {
            Refusal::Store(fault) => return fault.into(),
            Refusal::Contact(refusal) => return refusal.into(),
            Refusal::Widget(refusal) => return refusal.into(),
            Refusal::Identity => return Self::identity_refused(),
            Refusal::Itself => (S::UNPROCESSABLE_ENTITY, "same_contact"),
            Refusal::Reason(_) => (S::UNPROCESSABLE_ENTITY, "bad_text"),
            Refusal::TooMany => (S::UNPROCESSABLE_ENTITY, "too_many"),
            Refusal::IsMerged { .. } => (S::CONFLICT, "contact_is_merged"),
            Refusal::HasMerged => (S::CONFLICT, "contact_has_merged"),
            Refusal::NotMerged => (S::CONFLICT, "not_merged"),
            Refusal::Tokens => (S::FORBIDDEN, "tokens_required"),
            Refusal::Fields(_) => (S::BAD_REQUEST, "unknown_field"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
