//! The installation's own signing keys, and the JWKS that lets anyone check their tokens.
//!
//! - **G1** A private key is made once, kept encrypted, and never leaves the process.
//! - **G2** Every key that may still have signed a living token is in the JWKS.

use std::sync::Arc;

use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use countersign_base::{Fault, Moment};
use countersign_door::{App, Public, Reason};
use countersign_identity::{Algorithm, Checker, Signer, SignerFault};
use countersign_infra::db::{Db, Reach, Tx};
use countersign_infra::vault::{Place, Vault};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const ACTIVE: &str =
    "select algorithm, sealed from signing_key where retired_at is null order by created_at desc";
const INSERT: &str =
    "insert into signing_key (kid, algorithm, sealed, created_at) values ($1, $2, $3, $4)";

/// The keys of this process.
pub struct SigningKeys {
    /// Signs every access token.
    pub signer: Arc<Signer>,
    /// Checks every access token.
    pub checker: Checker,
    jwks: String,
}

/// Opens the signing keys, making one of `algorithm` if there is none (G1).
pub async fn open(
    db: &Db,
    vault: &Vault,
    algorithm: Algorithm,
    now: Moment,
) -> Result<SigningKeys, Fault> {
    let mut kept = read(db).await?;
    if !kept.iter().any(|(name, _)| name == algorithm.name()) {
        make(db, vault, algorithm, now).await?;
        kept = read(db).await?;
    }
    let mut signers = Vec::new();
    for (name, sealed) in &kept {
        let algorithm = named(name);
        let algorithm =
            algorithm.ok_or(Fault::Corrupt("a signing key has an unknown algorithm"))?;
        let pkcs8 = vault.installation().open(&place(), sealed)?;
        let signer = Signer::from_pkcs8(algorithm, &pkcs8);
        signers.push((
            name,
            Arc::new(signer.map_err(|_| Fault::Corrupt("a signing key cannot be read"))?),
        ));
    }
    let signer = signers.iter().find(|(name, _)| *name == algorithm.name());
    let signer = signer.map(|(_, signer)| Arc::clone(signer));
    let signer = signer.ok_or(Fault::Corrupt("the signing key is gone"))?;
    let keys: Vec<_> = signers.iter().map(|(_, signer)| signer.jwk()).collect();
    let jwks = format!("{{\"keys\":[{}]}}", keys.join(","));
    let checker = Checker::from_jwks(&jwks);
    let checker = checker.map_err(|_| Fault::Corrupt("a signing key cannot be read"))?;
    Ok(SigningKeys { signer, checker, jwks })
}

/// The algorithm with this name, of those that sign access tokens.
pub fn named(name: &str) -> Option<Algorithm> {
    [Algorithm::Rs256, Algorithm::Es256, Algorithm::Ed25519]
        .into_iter()
        .find(|algorithm| algorithm.name() == name)
}

async fn read(db: &Db) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    db.read(Reach::All, async move |tx: &mut Tx<'_>| {
        tx.rows(ACTIVE, &[], |row| Ok((row.col(0)?, row.col(1)?))).await
    })
    .await
}

async fn make(db: &Db, vault: &Vault, algorithm: Algorithm, now: Moment) -> Result<(), Fault> {
    let generated = tokio::task::spawn_blocking(move || {
        let pkcs8 = Signer::generate(algorithm)?;
        let kid = Signer::from_pkcs8(algorithm, &pkcs8)?.key_id().to_owned();
        Ok::<_, SignerFault>((kid, pkcs8))
    });
    let (kid, pkcs8) = generated
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or(Fault::Store("a signing key cannot be made".into()))?;
    let sealed = vault.installation().seal(&place(), &pkcs8);
    db.write(Reach::All, async move |tx: &mut Tx<'_>| {
        let values = [(&kid).into(), algorithm.name().into(), (&sealed).into(), now.into()];
        tx.exec(INSERT, &values).await.map(drop)
    })
    .await
}

fn place() -> Place {
    Place::installation("signing_key.sealed")
}

/// The keys that check our tokens.
pub fn public_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(jwks))
}

struct PublicKeys;

impl Reason for PublicKeys {
    const WHY: &'static str = "public keys are public";
}

/// The public keys that check access tokens (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "sessions", security(()),
    responses((status = 200, content_type = "application/jwk-set+json")))]
async fn jwks(
    _: Public<PublicKeys>,
    axum::Extension(people): axum::Extension<crate::People>,
) -> Response {
    let headers =
        [("content-type", "application/jwk-set+json"), (CACHE_CONTROL.as_str(), "max-age=300")];
    (headers, people.sessions.jwks().to_owned()).into_response()
}

impl SigningKeys {
    /// The JWKS document (G2).
    pub fn jwks(&self) -> &str {
        &self.jwks
    }
}
