//! Secret keys: what a customer's back end proves itself with.
//!
//! - **K1** A key is shown once, when it is made; kept are its SHA-256 and its last four
//!   characters.
//! - **K2** A key belongs to one tenant in one environment, which its prefix names; it is of no
//!   use under the other prefix.
//! - **K3** A revoked key is refused on the next request.
//! - **K4** A call that a browser makes is refused even with a good key.
//! - **K5** When a key was last used is noted, at most once a minute.
//! - **K6** Admins and back ends make, see and revoke the keys of their own tenant only, at
//!   most 100 in use at a time.

pub mod api;
mod door;
mod model;
mod store;

use countersign_base::ApiKeyId;
use countersign_door::{Cx, Revocation, Target};
use countersign_infra::chance;

pub use self::door::admit;
pub use self::model::{ApiKey, Created, Refusal};
use self::model::{KeyText, Name};
use crate::audit;
use crate::remember::Remembered;

/// Keys that are remembered at most.
const MOST_REMEMBERED: usize = 10_000;
/// Keys of a tenant that are in use at a time, at most (K6).
const MOST: usize = 100;

/// Secret keys that were used lately.
pub struct ApiKeys(Remembered<ApiKeyId, door::Known>);

impl Default for ApiKeys {
    fn default() -> Self {
        Self(Remembered::new(MOST_REMEMBERED))
    }
}

impl ApiKeys {
    /// Forgets a key that was revoked (K3).
    pub fn forget(&self, revocation: &Revocation) {
        let Target::ApiKey(gone) = revocation.target else { return };
        self.0.forget(|id, _| id.bytes() == gone, door::Known::end);
    }
}

/// The keys of the tenant, newest first, at most the thousand newest.
pub async fn list(cx: &mut Cx<'_>) -> Result<Vec<ApiKey>, Refusal> {
    let mut keys = store::list(cx, None, 1_000).await?;
    keys.truncate(1_000);
    Ok(keys)
}

/// Makes a key and shows it, this once (K1, K2).
pub async fn create(cx: &mut Cx<'_>, name: String) -> Result<Created, Refusal> {
    let name = Name::try_from(name)?;
    if store::count(cx).await? >= MOST {
        return Err(Refusal::TooMany);
    }
    let id: ApiKeyId = cx.id();
    let text = KeyText::new(cx.scope(), id, &chance::bytes());
    let shown = ApiKey {
        id,
        name: name.into(),
        hint: text.hint().to_owned(),
        created_at: cx.now(),
        last_used_at: None,
        revoked_at: None,
    };
    store::insert(cx, &shown, &text.digest).await?;
    audit::note(cx, "api_key.created", id).await?;
    Ok(Created { shown, secret_key: text.text })
}

/// Ends a key (K3).
pub async fn revoke(cx: &mut Cx<'_>, id: ApiKeyId) -> Result<(), Refusal> {
    if store::revoke(cx, id).await? == 0 {
        return Err(Refusal::NoSuchKey);
    }
    audit::note(cx, "api_key.revoked", id).await?;
    cx.revoke(Target::ApiKey(id.bytes())).await?;
    Ok(())
}
