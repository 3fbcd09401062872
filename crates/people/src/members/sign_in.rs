//! Signing in: the lockout first, then the same work for everyone.

use countersign_base::{Digest, Fault, MemberId, Scope, Secret, SignInId};
use countersign_door::{App, Arrival, Cx};
use countersign_guard::Network;
use countersign_infra::chance;
use countersign_infra::db::{Reach, Tx};

use super::model::{Email, Refusal, SignInToken};
use super::{Members, store};
use crate::audit;

/// Seconds after which a sign-in is over in any case (M3).
pub(super) const ABSOLUTE: i64 = 12 * 3_600;

/// A sign-in that has just been made.
pub(super) struct SignedIn {
    pub(super) member: MemberId,
    pub(super) scope: Scope,
    pub(super) token: String,
}

/// Signs a member in (M1, M2).
pub(super) async fn sign_in(
    app: &App,
    members: &Members,
    arrival: Option<&Arrival>,
    email: &str,
    password: Secret,
) -> Result<SignedIn, Refusal> {
    let now = app.clock.now();
    let email = Email::try_from(email).map_err(|_| Refusal::SignIn)?;
    let mark = store::mark(&members.marks, &email);
    let network = arrival.map(|arrival| Network::from(arrival.address).bytes()).unwrap_or_default();
    let (pair, network) = lockout_keys(members, &mark, &network);
    let attempt = members
        .lockout
        .begin(pair, network, now.millis())
        .map_err(|wait| Refusal::LockedOut(wait.seconds()))?;
    let account = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| store::by_mark(tx, &mark).await)
        .await?;
    let kept = account.as_ref().map(|account| account.password_hash.clone());
    let is_right = match members.passwords.check(password, kept).await {
        Ok(is_right) => is_right,
        Err(refusal) => {
            attempt.withdrawn();
            return Err(refusal);
        }
    };
    let (true, Some(account)) = (is_right, account) else {
        attempt.failed(app.clock.now().millis());
        return Err(Refusal::SignIn);
    };
    attempt.succeeded();
    let scope = scope(app, account.organization).await?;
    let token = begin(app, scope, account.id).await?;
    Ok(SignedIn { member: account.id, scope, token })
}

fn lockout_keys(members: &Members, mark: &[u8; 32], network: &[u8; 9]) -> ([u8; 16], [u8; 16]) {
    let mut both = mark.to_vec();
    both.extend(network);
    let half = |full: [u8; 32]| {
        let mut half = [0; 16];
        half.copy_from_slice(&full[..16]);
        half
    };
    (half(members.marks.mark("pair", &both)), half(members.marks.mark("network", network)))
}

async fn scope(app: &App, organization: countersign_base::OrganizationId) -> Result<Scope, Refusal> {
    let tenant = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| store::tenant(tx, organization).await)
        .await?;
    let tenant = tenant.ok_or(Fault::Corrupt("an organization has no tenant"))?;
    Ok(app.scope(tenant).await?.ok_or(Fault::Corrupt("a tenant is gone"))?)
}

async fn begin(app: &App, scope: Scope, member: MemberId) -> Result<String, Refusal> {
    app.system(scope)
        .await?
        .write(async move |cx: &mut Cx<'_>| {
            let id: SignInId = cx.id();
            let mut bytes = [0; 64];
            bytes[..16].copy_from_slice(&scope.organization.bytes());
            bytes[16..32].copy_from_slice(&id.bytes());
            bytes[32..].copy_from_slice(&chance::bytes::<32>());
            let digest = Digest::of(&bytes[32..]);
            let ends = cx.now().plus_seconds(ABSOLUTE);
            store::insert_sign_in(cx, id, member, &digest, ends).await?;
            audit::note(cx, "member.signed_in", member).await?;
            Ok(SignInToken::from_bytes(bytes).reveal())
        })
        .await
}
