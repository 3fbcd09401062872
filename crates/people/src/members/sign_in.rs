//! Signing in and out.

use axum::http::HeaderValue;
use countersign_base::{Caller, MemberId, Moment, OrganizationId, Scope, Secret, SignInId};
use countersign_door::{App, Arrival, Cx, Target};
use countersign_guard::{Attempt, Network};
use countersign_infra::chance;
use countersign_infra::db::{Reach, Tx};
use countersign_infra::vault::TenantKeys;

use super::model::{Email, Member, Refusal};
use super::passwords::Found;
use super::store::{self, Account, NewSignIn};
use super::{Members, cookie};
use crate::audit::{self, Actor};

/// Seconds after which a sign-in is over, whatever happens in them (M5).
const LONGEST: i64 = 12 * 60 * 60;

/// Somebody has signed in.
pub(super) struct SignedIn {
    pub(super) cookie: HeaderValue,
    pub(super) member: Member,
    pub(super) scope: Scope,
}

/// Lets a member in who knows the password (M2, M3).
pub(super) async fn sign_in(
    app: &App,
    members: &Members,
    arrival: Arrival,
    email: &str,
    password: Secret,
) -> Result<SignedIn, Refusal> {
    let email = Email::try_from(email).ok();
    let attempt = begin(members, arrival, email.as_ref(), app.clock.now())?;
    let account = match looked_up(app, email).await {
        Ok(account) => account,
        Err(refusal) => return withdrawn(attempt, refusal),
    };
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let found = match members.passwords.check(password, hash).await {
        Ok(found) => found,
        Err(refusal) => return withdrawn(attempt, refusal),
    };
    let (Some(account), Found::Right { renewed }) = (account.clone(), found) else {
        attempt.failed(app.clock.now().millis());
        note_failure(app, members, arrival, account);
        return Err(Refusal::SignIn);
    };
    attempt.succeeded();
    enter(app, arrival, account, renewed).await
}

/// Takes a place for the attempt, before anybody knows whether the email is known.
fn begin(
    members: &Members,
    arrival: Arrival,
    email: Option<&Email>,
    now: Moment,
) -> Result<Attempt, Refusal> {
    let network = Network::from(arrival.address).bytes();
    let mut pair = network.to_vec();
    pair.extend(email.map_or("", Email::as_str).as_bytes());
    let pair = sixteen(members.marks.mark("pair", &pair));
    let network = sixteen(members.marks.mark("network", &network));
    let begun = members.lockout.begin(pair, network, now.millis());
    begun.map_err(|wait| Refusal::LockedOut(wait.seconds()))
}

fn sixteen(mark: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&mark[..16]);
    half
}

/// Nobody judged the password, so it is no failure.
fn withdrawn<T>(attempt: Attempt, refusal: Refusal) -> Result<T, Refusal> {
    attempt.withdrawn();
    Err(refusal)
}

/// The account of an email; a text that is no email costs the same look.
async fn looked_up(app: &App, email: Option<Email>) -> Result<Option<Account>, Refusal> {
    let mark = store::mark(app.vault.installation(), email.as_ref().map_or("", Email::as_str));
    let found = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| store::account(tx, &mark).await)
        .await?;
    Ok(found.filter(|account| !account.is_disabled))
}

/// Makes the sign-in, unless the password was changed or the member disabled meanwhile.
async fn enter(
    app: &App,
    arrival: Arrival,
    account: Account,
    renewed: Option<String>,
) -> Result<SignedIn, Refusal> {
    let scope = entrance(app, account.organization).await?;
    let detail = network(app.keys(scope.tenant).await?.as_ref(), arrival);
    let system = app.system(scope).await?;
    let member = account.member;
    let (cookie, member) = system
        .write(async move |cx: &mut Cx<'_>| {
            if let Some(renewed) = &renewed {
                store::renew_password(cx, &account, renewed).await?;
            }
            let hash = renewed.as_ref().unwrap_or(&account.password_hash);
            let (cookie, id) = start(cx, member, hash).await?;
            let actor = Actor::member(member);
            audit::note_as(cx, actor, "member.signed_in", id, Some(detail)).await?;
            let member = store::find(cx, member).await?.ok_or(Refusal::SignIn)?;
            Ok::<_, Refusal>((cookie, member))
        })
        .await?;
    Ok(SignedIn { cookie, member, scope })
}

async fn start(
    cx: &mut Cx<'_>,
    member: MemberId,
    password_hash: &str,
) -> Result<(HeaderValue, SignInId), Refusal> {
    let id: SignInId = cx.id();
    let (cookie, digest) = cookie::new(cx.scope().organization, id, &chance::bytes());
    let new =
        NewSignIn { id, member, digest, expires_at: cx.now().plus_seconds(LONGEST), password_hash };
    if store::insert_sign_in(cx, &new).await? == 0 {
        return Err(Refusal::SignIn);
    }
    Ok((cookie, id))
}

/// Where a member of the organization comes in: live, where there is such an environment.
async fn entrance(app: &App, organization: OrganizationId) -> Result<Scope, Refusal> {
    let found = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| store::entrance(tx, organization).await)
        .await?;
    found.ok_or(Refusal::NoEnvironment)
}

/// Notes a failure for the account's organization, after the answer and off its way: that
/// there is an account must not be measurable (M2, M11).
fn note_failure(app: &App, members: &Members, arrival: Arrival, account: Option<Account>) {
    metrics::counter!("countersign_sign_ins_refused_total").increment(1);
    let Some(account) = account else { return };
    let Ok(place) = std::sync::Arc::clone(&members.notes).try_acquire_owned() else { return };
    let app = app.clone();
    tokio::spawn(async move {
        let scope = entrance(&app, account.organization).await?;
        let detail = network(app.keys(scope.tenant).await?.as_ref(), arrival);
        let system = app.system(scope).await?;
        let noted = system
            .write(async move |cx: &mut Cx<'_>| {
                let actor = Actor::unknown();
                audit::note_as(cx, actor, "member.sign_in_refused", account.member, Some(detail))
                    .await
            })
            .await;
        drop(place);
        noted.map_err(Refusal::Store)
    });
}

/// The keyed mark of a network: equal networks, equal marks, and no address.
fn network(keys: &TenantKeys, arrival: Arrival) -> String {
    let mark = keys.mark("network", &Network::from(arrival.address).bytes());
    let mut short = [0; 8];
    short.copy_from_slice(&mark[..8]);
    format!("network {:016x}", u64::from_be_bytes(short))
}

/// Ends the caller's own sign-in (M6).
pub(super) async fn sign_out(cx: &mut Cx<'_>) -> Result<(), Refusal> {
    let Caller::Member { sign_in, .. } = cx.caller() else { return Err(Refusal::NoMember) };
    if store::end_sign_in(cx, sign_in).await? > 0 {
        audit::note(cx, "member.signed_out", sign_in).await?;
    }
    cx.revoke(Target::SignIn(sign_in.bytes())).await?;
    Ok(())
}
