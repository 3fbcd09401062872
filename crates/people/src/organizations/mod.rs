//! Organizations and their tenants.
//!
//! - **O1** An organization has at most one tenant an environment; the two share nothing.

use countersign_base::{Environment, Fault, Moment, OrganizationId, Scope, TenantId};
use countersign_infra::chance;
use countersign_infra::db::{Tx, Value};
use countersign_infra::vault::Vault;

const NAMED: &str = "select id from organization where name = $1";
const NAME: &str = "select name from organization where id = $1";
const INSERT: &str = "insert into organization (id, name, created_at) values ($1, $2, $3)";
const TENANT: &str = "select id from tenant where organization = $1 and environment = $2";
const TENANTS: &str = "select id, environment from tenant where organization = $1";
const INSERT_TENANT: &str = "
    insert into tenant (id, organization, environment, wrapped_key, created_at)
    values ($1, $2, $3, $4, $5)";

/// The organization with this name, made if it is missing.
pub async fn ensure(tx: &mut Tx<'_>, name: &str, now: Moment) -> Result<OrganizationId, Fault> {
    if let Some(id) = tx.row(NAMED, &[name.into()], |row| row.col(0)).await? {
        return Ok(id);
    }
    let id = OrganizationId::new(now.millis(), chance::bytes());
    tx.exec(INSERT, &[id.into(), name.into(), now.into()]).await?;
    Ok(id)
}

/// The organization's tenant in this environment, made if it is missing (O1).
pub async fn ensure_tenant(
    tx: &mut Tx<'_>,
    vault: &Vault,
    organization: OrganizationId,
    environment: Environment,
    now: Moment,
) -> Result<Scope, Fault> {
    let values = [organization.into(), environment.name().into()];
    let found: Option<TenantId> = tx.row(TENANT, &values, |row| row.col(0)).await?;
    if let Some(tenant) = found {
        return Ok(Scope { tenant, organization, environment });
    }
    let tenant = TenantId::new(now.millis(), chance::bytes());
    let wrapped = vault.new_tenant(tenant);
    let values: [Value<'_>; 5] = [
        tenant.into(),
        organization.into(),
        environment.name().into(),
        (&wrapped).into(),
        now.into(),
    ];
    tx.exec(INSERT_TENANT, &values).await?;
    Ok(Scope { tenant, organization, environment })
}

/// The organization's tenants, one for each environment that it has.
pub async fn tenants(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Vec<Scope>, Fault> {
    let found = tx
        .rows(TENANTS, &[organization.into()], |row| {
            Ok((row.col::<TenantId>(0)?, row.col::<String>(1)?))
        })
        .await?;
    let scope = |(tenant, environment): (TenantId, String)| {
        let environment = environment.parse();
        let environment =
            environment.map_err(|_| Fault::Corrupt("an environment has an unknown name"))?;
        Ok(Scope { tenant, organization, environment })
    };
    found.into_iter().map(scope).collect()
}

/// What the organization is called.
pub async fn name(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Option<String>, Fault> {
    tx.row(NAME, &[organization.into()], |row| row.col(0)).await
}
