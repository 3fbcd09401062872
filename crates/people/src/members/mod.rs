//! Members: the people at the dashboard, their passwords and their sign-ins.
//!
//! - **M1** Every refused sign-in is one constant answer, whoever it was for, and costs the
//!   same work.
//! - **M2** Failures lock out a pair of email and network, before anyone is looked up.
//! - **M3** A sign-in ends after 30 minutes without a request, and after 12 hours in any case.
//! - **M4** A request that changes something comes from the dashboard's own page.
//! - **M5** A sign-in that was ended is refused on the next request and its sockets close.
//! - **M6** A password has 12 to 1,024 characters, is hard to guess, and is kept as argon2id.

pub mod api;
mod door;
mod model;
mod password;
mod sign_in;
mod store;

use std::sync::Arc;

use countersign_base::{Caller, Fault, MemberId, Moment, OrganizationId, Role, Secret, SignInId};
use countersign_door::live::Code;
use countersign_door::{App, Cx, Revocation, Target};
use countersign_guard::Lockout;
use countersign_infra::db::{Db, Reach, Tx};
use countersign_infra::vault::{Key, Vault};

pub use self::door::{MemberPass, admit, still_holds, stream_pass};
pub use self::model::{Email, Named, Password, Refusal, Shown};
use self::password::Passwords;
use crate::audit;
use crate::remember::Remembered;

/// Sign-ins that are remembered at most.
const MOST: usize = 100_000;
/// Pairs of email and network whose failures are remembered at most.
const PAIRS: usize = 100_000;

/// Members' passwords and sign-ins, as far as a process remembers them.
pub struct Members {
    live: Remembered<[u8; 16], door::LiveSignIn>,
    passwords: Passwords,
    lockout: Lockout,
    marks: Arc<Key>,
}

impl Members {
    /// The members of an installation.
    pub fn new(vault: &Vault) -> Self {
        Self {
            live: Remembered::new(MOST),
            passwords: Passwords::default(),
            lockout: Lockout::new(PAIRS),
            marks: Arc::clone(vault.installation()),
        }
    }

    /// Forgets a sign-in that has ended, and closes its sockets (M5).
    pub fn forget(&self, app: &App, revocation: &Revocation) {
        let id = revocation.target.id();
        self.live.forget(|known, _| *known == id, |sign_in| sign_in.end());
        app.hub.close_session(&id, Code::SESSION_OVER, "the sign-in is over");
    }
}

/// What a member is called.
pub async fn named(cx: &mut Cx<'_>, id: MemberId) -> Result<Option<Named>, Fault> {
    let found = store::find(cx, id).await?;
    Ok(found.map(|member| Named { id: member.id, name: member.name }))
}

/// The members of the organization.
pub async fn list(cx: &mut Cx<'_>) -> Result<Vec<Shown>, Fault> {
    store::list(cx).await
}

/// Ends a sign-in (M5).
pub async fn sign_out(cx: &mut Cx<'_>, id: SignInId) -> Result<(), Refusal> {
    store::end(cx, id).await?;
    audit::note(cx, "member.signed_out", id).await?;
    cx.revoke(Target::SignIn(id.bytes())).await?;
    Ok(())
}

/// The member with this email, made with this password if it is missing (M6).
pub async fn ensure(
    db: &Db,
    vault: &Vault,
    organization: OrganizationId,
    email: &str,
    password: &str,
    role: Role,
    now: Moment,
) -> Result<MemberId, Refusal> {
    let email = Email::try_from(email)?;
    let password = Password::try_from(password.to_owned())?;
    let hash = password::hash(&password)?;
    let key = Arc::clone(vault.installation());
    db.write(Reach::All, async move |tx: &mut Tx<'_>| {
        store::ensure(tx, &key, organization, &email, &hash, role, now).await.map(|(id, _)| id)
    })
    .await
}

/// The owner with this email, made if missing; the password only where it is new.
pub async fn ensure_owner(
    db: &Db,
    vault: &Vault,
    organization: OrganizationId,
    email: &str,
    rotate: bool,
    now: Moment,
) -> Result<(MemberId, Option<Secret>), Refusal> {
    let email = Email::try_from(email)?;
    let password = Password::generate();
    let hash = password::hash(&password)?;
    let key = Arc::clone(vault.installation());
    let (id, is_new) = db
        .write(Reach::All, async move |tx: &mut Tx<'_>| {
            let made =
                store::ensure(tx, &key, organization, &email, &hash, Role::Owner, now).await?;
            if rotate && !made.1 {
                store::change_password(tx, organization, made.0, &hash, now).await?;
            }
            Ok::<_, Refusal>((made.0, made.1 || rotate))
        })
        .await?;
    Ok((id, is_new.then(|| password.reveal())))
}

/// Who is meant by the caller of an operation, if it is a member.
pub fn caller(cx: &Cx<'_>) -> Option<MemberId> {
    match cx.caller() {
        Caller::Member { id, .. } => Some(id),
        _ => None,
    }
}
