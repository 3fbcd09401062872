//! Who the visitor turned out to be, and what is counted and recorded of it.

use countersign_base::Trust;
use countersign_door::{App, Cx, request_id};
use countersign_identity::{Field, Proven, said};

use super::model::Refusal;
use super::open::Opening;
use super::plan::Opened;
use crate::contacts::{self, Claim};
use crate::coverage::Came;
use crate::identity_secrets::{self, Signer};
use crate::refusals::{Found, Judgement, Refused, judge, trust};
use crate::widgets::{Install, Mode};

/// Who the visitor turned out to be.
pub(super) enum Who {
    /// A proof held, and is worth so much.
    Proven(Proven, Trust, Claim),
    /// None did; this is what the page says.
    Unproven(Vec<(Field, String)>),
}

impl Opening<'_> {
    /// What the proof amounts to under the widget's mode (S1, S9).
    pub(super) fn who(&self, thumbprint: Option<&str>) -> Result<Who, Refusal> {
        let install = self.install;
        let enforces = install.widget.mode == Mode::Enforce;
        let Some(presented) = &self.new.identity else {
            self.count(Came::Anonymous);
            if !enforces || install.widget.anonymous {
                return Ok(Who::Unproven(Vec::new()));
            }
            self.record(Found::missing());
            return Err(Refusal::Identity);
        };
        let profile = install.profile;
        profile.admit(presented).map_err(|error| Refusal::Fields(error.to_string()))?;
        let found = match judge(install, presented, self.now) {
            Judgement::Proven(proven) if is_for_key(&proven, thumbprint) => {
                return Ok(Who::proven_by(proven, enforces));
            }
            Judgement::Proven(_) => Found::other_key(),
            Judgement::Refused(found) => found,
        };
        self.count(found.came());
        if install.widget.mode != Mode::Off {
            self.record(found);
        }
        if enforces {
            return Err(Refusal::Identity);
        }
        Ok(Who::Unproven(said(profile, presented).fields))
    }

    /// Counts what became of a proof that held: its key was used, or it is refused after all.
    pub(super) fn count_proven(&self, key: String, result: &Result<Opened, Refusal>) {
        if let Some(found) = after_all(result) {
            self.count(found.came());
            self.record(found);
        } else if result.is_ok() && self.count(Came::Valid(key.clone())) {
            note_use(self.app, self.install, key);
        }
    }

    fn count(&self, came: Came) -> bool {
        let Self { app, people, install, .. } = *self;
        people.coverage.count(app, install.scope, install.widget.id, came)
    }

    fn record(&self, found: Found) {
        self.people.refusals.record(Refused {
            reference: request_id(),
            scope: self.install.scope,
            widget: self.install.widget.id,
            origin: self.header("origin").map(ToOwned::to_owned),
            found,
        });
    }
}

impl Who {
    fn proven_by(proven: Proven, enforces: bool) -> Self {
        let trust = trust(&proven);
        Self::Proven(proven, trust, if enforces { Claim::Enforced } else { Claim::Observed })
    }

    /// Whose key made the proof.
    pub(super) fn signer<'a>(&self, install: &'a Install) -> Option<&'a Signer> {
        match self {
            Self::Proven(proven, ..) => install.keys.signer(proven),
            Self::Unproven(_) => None,
        }
    }

    /// Who it is once the proof has turned out to be used up: refused, or what was only said.
    pub(super) fn without_its_proof(self, says: Vec<(Field, String)>) -> Result<Self, Refusal> {
        match self {
            Self::Proven(_, _, Claim::Enforced) => Err(Refusal::Spent),
            Self::Proven(_, _, Claim::Observed) => Ok(Self::Unproven(says)),
            Self::Unproven(said) => Ok(Self::Unproven(said)),
        }
    }
}

/// What a proof that held is refused for, once the store was asked.
fn after_all(result: &Result<Opened, Refusal>) -> Option<Found> {
    match result {
        Ok(opened) if opened.is_spent => Some(Found::spent()),
        Ok(opened) if !opened.contact.flags.is_empty() => Some(Found::weaker()),
        Err(Refusal::Contact(contacts::Refusal::Weaker)) => Some(Found::weaker()),
        Err(Refusal::Spent) => Some(Found::spent()),
        Ok(_) | Err(_) => None,
    }
}

/// A proof made for one browser's key is of no use to another.
fn is_for_key(proven: &Proven, thumbprint: Option<&str>) -> bool {
    proven.jkt.as_deref().is_none_or(|jkt| Some(jkt) == thumbprint)
}

/// Remembers when a key last proved someone; off the visitor's way.
fn note_use(app: &App, install: &Install, id: String) {
    let (app, scope) = (app.clone(), install.scope);
    tokio::spawn(async move {
        let system = app.system(scope).await?;
        system.write(async move |cx: &mut Cx<'_>| identity_secrets::used(cx, id).await).await
    });
}
