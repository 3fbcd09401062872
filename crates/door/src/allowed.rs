//! Who comes in, and what they may do.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use countersign_base::{Caller, ContactId, Fault, Scope};
use countersign_infra::vault::TenantKeys;

use crate::app::{Admitted, App};
use crate::cx::Cx;
use crate::idempotency::Attempt;
use crate::permission::{Permission, Plane};
use crate::problem::Problem;

/// Proof that the caller holds permission `P`.
///
/// A handler that takes one states its privilege in its signature; a handler that takes
/// none cannot open a transaction. Tenant and caller come from the proof, never from the
/// request.
pub struct Allowed<P> {
    app: App,
    admitted: Admitted,
    keys: Arc<TenantKeys>,
    attempt: Option<Attempt>,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Allowed<P> {
    /// Runs `operation` in a transaction: kept when it succeeds, undone when it fails.
    pub async fn write<T, E, F>(&self, operation: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
    {
        let Some(attempt) = self.attempt.clone() else {
            return self.app.transact(self.admitted, Arc::clone(&self.keys), operation).await;
        };
        self.app
            .transact(self.admitted, Arc::clone(&self.keys), async move |cx: &mut Cx<'_>| {
                let value = operation(cx).await?;
                attempt.done(cx).await?;
                Ok::<_, E>(value)
            })
            .await
    }

    /// Runs `operation` on one unchanging view of the rows.
    pub async fn read<T, E, F>(&self, operation: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.app.look(self.admitted, Arc::clone(&self.keys), operation).await
    }

    /// The running server.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Who asks.
    pub fn caller(&self) -> Caller {
        self.admitted.caller
    }

    /// Whose rows are in reach.
    pub fn scope(&self) -> Scope {
        self.admitted.scope
    }

    /// The tenant's keys.
    pub fn keys(&self) -> &Arc<TenantKeys> {
        &self.keys
    }

    /// The visitor's contact; a member or a key has none.
    pub fn contact(&self) -> Option<ContactId> {
        self.admitted.caller.contact()
    }
}

impl<P: Permission> FromRequestParts<App> for Allowed<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let plane = parts.extensions.get::<Plane>().copied();
        let plane = plane.ok_or_else(|| Problem::bug("a route stands on no plane"))?;
        let admitted = app.doorkeeper.admit(app, plane, parts).await?;
        if !P::allows(&admitted.caller) {
            return Err(Problem::forbidden(P::NAME));
        }
        let keys = app.keys(admitted.scope.tenant).await?;
        let attempt = parts.extensions.get::<Attempt>().cloned();
        if let Some(attempt) = &attempt {
            attempt.claim(app, admitted, &keys).await?;
        }
        Ok(Self { app: app.clone(), admitted, keys, attempt, permission: PhantomData })
    }
}

/// Why a route needs no proof; it stands in the committed list that the sweep compares.
pub trait Reason: Send + Sync + 'static {
    /// The reason in words.
    const WHY: &'static str;
}

/// Says that a handler needs no proof, and why.
pub struct Public<R> {
    app: App,
    reason: PhantomData<fn() -> R>,
}

impl<R: Reason> Public<R> {
    /// The running server.
    pub fn app(&self) -> &App {
        &self.app
    }
}

impl<R: Reason> FromRequestParts<App> for Public<R> {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self { app: app.clone(), reason: PhantomData })
    }
}
