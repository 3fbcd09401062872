//! A visitor who proves to be two contacts (X1).

use countersign_base::{Caller, Trust};
use countersign_door::{Allowed, AnyVisitor, Cx, Problem, request_id};
use countersign_identity::{Presented, Proven};

use super::{Because, Refusal};
use crate::audit::Actor;
use crate::refusals::{Found, Judgement, Refused, judge, trust};
use crate::widgets::Install;
use crate::{People, contacts, jwks, sessions};

/// What stands as the reason of such a merge.
const REASON: &str = "the visitor proved both in one call";

/// Merges the contact that `presented` proves into the one that the caller's session proves.
pub(super) async fn merge(
    who: &Allowed<AnyVisitor>,
    people: &People,
    origin: Option<&str>,
    presented: &Presented,
) -> Result<(), Problem> {
    let Caller::Visitor { session, contact, widget, trust } = who.caller() else {
        return Err(Problem::unauthorized());
    };
    if trust != Trust::Jwt {
        return Err(Refusal::Tokens.into());
    }
    let (app, scope) = (who.app(), who.scope());
    let install = people.widgets.by_id(app, scope.tenant, widget).await?;
    let install = install.ok_or_else(Problem::unauthorized)?;
    let install = jwks::fresh(app, people, &install, Some(presented)).await?;
    let key = sessions::thumbprint(app, people, session, scope.tenant).await?;
    let proven = match proven(&install, presented, key.as_deref(), app.clock.now()) {
        Ok(proven) => proven,
        Err(No::Refused(found)) => {
            people.refusals.record(refused(&install, origin, found));
            return Err(Refusal::Identity.into());
        }
        Err(No::Told(refusal)) => return Err(refusal.into()),
    };
    let is_single_use = install.widget.single_use_tokens;
    let because = Because { by: Actor::of(who.caller()), reason: REASON.to_owned() };
    let merged: Result<(), Refusal> = who
        .write(async move |cx: &mut Cx<'_>| {
            if is_single_use && !sessions::spend(cx, widget, &proven).await? {
                return Err(Refusal::Identity);
            }
            let other = contacts::recognise_alone(cx, &proven, Trust::Jwt).await?;
            super::merge(cx, contact, other.id, because).await
        })
        .await;
    Ok(merged?)
}

/// Why the second proof does not do.
enum No {
    /// The browser is told nothing, the administrator everything.
    Refused(Found),
    /// The page can mend it.
    Told(Refusal),
}

/// A signed token with an end, made for no other browser than `key`'s.
fn proven(
    install: &Install,
    presented: &Presented,
    key: Option<&str>,
    now: countersign_base::Moment,
) -> Result<Proven, No> {
    let admitted = install.profile.admit(presented);
    admitted.map_err(|error| No::Told(Refusal::Fields(error.to_string())))?;
    let proven = match judge(install, presented, now) {
        Judgement::Proven(proven) => proven,
        Judgement::Refused(found) => return Err(No::Refused(found)),
    };
    if proven.jkt.as_deref().is_some_and(|jkt| Some(jkt) != key) {
        return Err(No::Refused(Found::other_key()));
    }
    if trust(&proven) != Trust::Jwt || proven.expires.is_none() {
        return Err(No::Told(Refusal::Tokens));
    }
    Ok(proven)
}

fn refused(install: &Install, origin: Option<&str>, found: Found) -> Refused {
    Refused {
        reference: request_id(),
        scope: install.scope,
        widget: install.widget.id,
        origin: origin.map(ToOwned::to_owned),
        found,
    }
}
