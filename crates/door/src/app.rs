//! The parts that live as long as the process.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::Extensions;
use axum::http::request::Parts;
use countersign_base::{Caller, Environment, Fault, OrganizationId, Scope, TenantId};
use countersign_guard::Origin;
use countersign_infra::bus::Bell;
use countersign_infra::clock::Clock;
use countersign_infra::db::{Db, Reach, Tx};
use countersign_infra::fetch::Fetcher;
use countersign_infra::mail::Mailer;
use countersign_infra::vault::{TenantKeys, Vault};

use crate::cx::{Committed, Cx, Revocation};
use crate::live::Hub;
use crate::permission::Plane;
use crate::problem::Problem;
use crate::work::Watch;

/// The running server, shared by everything that comes in.
#[derive(Clone)]
pub struct App(Arc<Opening>);

/// What a server is opened with.
pub struct Opening {
    /// The database.
    pub db: Db,
    /// The keys for what is stored.
    pub vault: Arc<Vault>,
    /// Where the present moment comes from.
    pub clock: Clock,
    /// Rung after each commit that had events.
    pub bell: Bell,
    /// Rung after each commit that left something to be carried out of the house.
    pub outgoing: Bell,
    /// Live connections.
    pub hub: Hub,
    /// Where the server answers.
    pub origins: Origins,
    /// Whether every revocation is known here.
    pub watch: Watch,
    /// Asks addresses that others name.
    pub fetcher: Fetcher,
    /// How letters go out; `None` where the operator has named no mail server.
    pub mail: Option<Mailer>,
    /// Who knows proofs.
    pub doorkeeper: Arc<dyn Doorkeeper>,
    /// What features above keep while the process runs, each found by its type.
    pub parts: Extensions,
}

/// Where the server answers: the dashboard's origin and the widget's may differ.
#[derive(Clone, Debug)]
pub struct Origins {
    /// Of the dashboard and the documentation.
    pub public: Origin,
    /// Of the widget.
    pub widget: Origin,
}

/// A future on the heap, where a trait object needs one.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Knows every kind of proof; the features that own sessions, keys and sign-ins implement it.
pub trait Doorkeeper: Send + Sync {
    /// Who the proof in `parts` belongs to, on this plane.
    fn admit<'a>(
        &'a self,
        app: &'a App,
        plane: Plane,
        parts: &'a Parts,
    ) -> Pending<'a, Result<Admitted, Problem>>;

    /// Something was revoked: what was remembered of it is not true any more.
    fn revoked(&self, app: &App, revocation: &Revocation);
}

/// Whom a proof belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Admitted {
    /// Who asks.
    pub caller: Caller,
    /// Whose rows they may reach.
    pub scope: Scope,
}

impl std::ops::Deref for App {
    type Target = Opening;

    fn deref(&self) -> &Opening {
        &self.0
    }
}

impl App {
    /// Opens the door.
    pub fn new(opening: Opening) -> Self {
        Self(Arc::new(opening))
    }

    /// What a feature put among the parts at the start.
    pub fn part<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.parts.get()
    }

    /// The keys of `tenant`, opened once.
    pub async fn keys(&self, tenant: TenantId) -> Result<Arc<TenantKeys>, Fault> {
        keys(&self.db, &self.vault, tenant).await
    }

    /// The scope of `tenant`, if there is such a tenant.
    pub async fn scope(&self, tenant: TenantId) -> Result<Option<Scope>, Fault> {
        scope(&self.db, tenant).await
    }

    /// Acts as the server itself on a tenant's rows: consumers, timers, the command line.
    pub async fn system(&self, scope: Scope) -> Result<System, Fault> {
        let keys = self.keys(scope.tenant).await?;
        Ok(System { app: self.clone(), scope, keys })
    }

    pub(crate) async fn transact<T, E, F>(
        &self,
        admitted: Admitted,
        keys: Arc<TenantKeys>,
        operation: F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
    {
        let now = self.clock.now();
        let reach = Reach::Tenant(admitted.scope.tenant);
        let (value, committed) = self
            .db
            .write(reach, async move |tx: &mut Tx<'_>| {
                let mut cx = Cx::new(*tx, admitted, keys, now);
                let value = operation(&mut cx).await?;
                Ok::<_, E>((value, cx.committed()))
            })
            .await?;
        self.tell(&committed);
        Ok(value)
    }

    pub(crate) async fn look<T, E, F>(
        &self,
        admitted: Admitted,
        keys: Arc<TenantKeys>,
        operation: F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
    {
        let now = self.clock.now();
        let reach = Reach::Tenant(admitted.scope.tenant);
        self.db
            .read(reach, async move |tx: &mut Tx<'_>| {
                operation(&mut Cx::new(*tx, admitted, keys, now)).await
            })
            .await
    }

    /// Makes a commit felt on this node before its caller gets an answer.
    fn tell(&self, committed: &Committed) {
        for revocation in &committed.revocations {
            self.doorkeeper.revoked(self, revocation);
        }
        if committed.has_news {
            self.bell.ring();
        }
        if committed.has_outgoing {
            self.outgoing.ring();
        }
    }
}

/// The server itself, acting on one tenant's rows.
#[derive(Clone)]
pub struct System {
    app: App,
    scope: Scope,
    keys: Arc<TenantKeys>,
}

impl System {
    /// Runs `operation` in a transaction: kept when it succeeds, undone when it fails.
    pub async fn write<T, E, F>(&self, operation: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.app.transact(self.admitted(), Arc::clone(&self.keys), operation).await
    }

    /// Runs `operation` on one unchanging view of the rows.
    pub async fn read<T, E, F>(&self, operation: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.app.look(self.admitted(), Arc::clone(&self.keys), operation).await
    }

    /// The tenant's keys.
    pub fn keys(&self) -> &Arc<TenantKeys> {
        &self.keys
    }

    fn admitted(&self) -> Admitted {
        Admitted { caller: Caller::System, scope: self.scope }
    }
}

const WRAPPED_KEY: &str = "select wrapped_key from tenant where id = $1";
const SCOPE: &str = "select organization, environment from tenant where id = $1";

async fn keys(db: &Db, vault: &Vault, tenant: TenantId) -> Result<Arc<TenantKeys>, Fault> {
    if let Some(keys) = vault.opened(tenant) {
        return Ok(keys);
    }
    let wrapped: Option<Vec<u8>> = db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.row(WRAPPED_KEY, &[tenant.into()], |row| row.col(0)).await
        })
        .await?;
    vault.open(tenant, &wrapped.ok_or(Fault::Corrupt("a tenant has no key"))?)
}

async fn scope(db: &Db, tenant: TenantId) -> Result<Option<Scope>, Fault> {
    let found: Option<(OrganizationId, String)> = db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.row(SCOPE, &[tenant.into()], |row| Ok((row.col(0)?, row.col(1)?))).await
        })
        .await?;
    let Some((organization, environment)) = found else { return Ok(None) };
    let environment: Environment =
        environment.parse().map_err(|_| Fault::Corrupt("an environment has an unknown name"))?;
    Ok(Some(Scope { tenant, organization, environment }))
}
