//! Members: the people at the dashboard, their passwords and their sign-ins.
//!
//! - **M1** A password has 12 to 1,024 characters and is hard to guess, or was made here.
//! - **M2** An unknown email is answered, and costs, what a wrong password does.
//! - **M3** After five wrong passwords for an email, its network waits; this is asked before
//!   the account is looked up, and other networks are not held up.
//! - **M4** The cookie is `__Host-cs_s`: `Secure`, `HttpOnly`, `SameSite=Lax`, without a domain.
//!   Of its secret only the SHA-256 is kept. A request that names it twice is refused.
//! - **M5** A sign-in that is idle for 30 minutes or 12 hours old is over.
//! - **M6** A sign-in that was ended is refused on the next request, and its sockets close.
//! - **M7** An unsafe call passes only from the dashboard's own origin, as JSON, with the header
//!   `X-Countersign-Request`. Signing in is one.
//! - **M8** Where the cost of a password's hash has risen, the next sign-in renews the hash.
//! - **M9** No more passwords are hashed at once than there are cores; who finds the queue full
//!   is told so, and it counts as no failure.
//! - **M10** An email names one member of the installation, whatever its case.
//! - **M11** Signing in, failing to, and signing out stand in the audit log.
//! - **M12** A member sees exactly the permissions of their role.

pub mod api;
mod cookie;
mod door;
mod live;
mod model;
mod owner;
mod passwords;
mod permissions;
mod sign_in;
mod store;

use std::sync::Arc;

use countersign_base::{Caller, Fault, MemberId, Moment};
use countersign_door::{App, Cx, Revocation};
use countersign_guard::Lockout;
use countersign_infra::vault::{Key, Vault};
use tokio::sync::Semaphore;

pub use self::door::{MemberPass, admit, stream_pass};
pub use self::model::{BadEmail, BadPassword, Member, Named, Refusal};
pub use self::owner::{ensure, ensure_owner};

/// Emails and networks whose failures are remembered, each.
const REMEMBERED_FAILURES: usize = 20_000;
/// Failed sign-ins that may wait to be noted; past that they are counted only.
const NOTES_WAITING: usize = 64;

/// What signing in needs while the process runs.
pub struct Members {
    live: live::Live,
    passwords: passwords::Passwords,
    lockout: Lockout,
    marks: Key,
    notes: Arc<Semaphore>,
}

impl Members {
    /// The sign-ins of a process.
    pub fn new(vault: &Vault) -> Self {
        Self {
            live: live::Live::default(),
            passwords: passwords::Passwords::default(),
            lockout: Lockout::new(REMEMBERED_FAILURES),
            marks: vault.installation().derive("sign-in failures"),
            notes: Arc::new(Semaphore::new(NOTES_WAITING)),
        }
    }

    /// Forgets a sign-in that was ended and closes its sockets (M6).
    pub fn forget(&self, app: &App, revocation: &Revocation) {
        self.live.end(app, revocation);
    }
}

/// A member's name, for what they wrote and what is assigned to them.
pub async fn named(cx: &mut Cx<'_>, id: MemberId) -> Result<Option<Named>, Fault> {
    Ok(store::find(cx, id).await?.map(|member| Named { id, name: member.name }))
}

/// Members of the organization, in the order they came, after a position.
async fn list(
    cx: &mut Cx<'_>,
    after: Option<(i64, [u8; 16])>,
    limit: usize,
) -> Result<Vec<(Member, Moment)>, Fault> {
    store::list(cx, after, limit).await
}

/// The member who asks.
async fn myself(cx: &mut Cx<'_>) -> Result<Member, Refusal> {
    let Caller::Member { id, .. } = cx.caller() else { return Err(Refusal::NoMember) };
    store::find(cx, id).await?.ok_or(Refusal::NoMember)
}
