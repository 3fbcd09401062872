//! Identity secrets and public keys: what proofs are checked with.
//!
//! - **I1** A shared secret is made here, in the form of its profile, and shown once.
//! - **I2** Up to four keys of a mode are active at a time, so that a rotation overlaps.
//! - **I3** A retired key proves nothing from the next request on.
//! - **I4** `signatures` signs with the newest active secret of each mode; a widget whose
//!   signing key is the customer's own is refused.
//! - **I5** A key is checked when it is saved: what is no key is never stored.

pub mod api;
mod model;
mod store;

use countersign_base::{IdentitySecretId, Secret, WidgetId};
use countersign_door::{Cx, Target};
use countersign_identity::{Key, Mode, Presented, Profile, new_secret_text, profile, sign};
use countersign_infra::chance;

pub use self::model::{Created, IdentitySecret, Kind, NewSecret, Refusal};
use crate::{audit, widgets};

/// Active keys of one mode at most (I2).
const MOST: usize = 4;

/// Every secret of a widget, newest first.
pub async fn list(cx: &mut Cx<'_>, widget: WidgetId) -> Result<Vec<IdentitySecret>, Refusal> {
    widgets::find(cx, widget).await?;
    Ok(store::list(cx, widget).await?.into_iter().map(|kept| kept.shown).collect())
}

/// The keys of a widget, newest first; retired ones prove nothing, but are recognised.
pub async fn keys(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    profile_name: &str,
) -> Result<Vec<Key>, countersign_base::Fault> {
    let unreadable = countersign_base::Fault::Corrupt("an identity key cannot be read");
    let profile = profile(profile_name).ok_or_else(|| unreadable.clone())?;
    let kept = store::list(cx, widget).await?;
    let of_profile = kept.iter().filter(|kept| kept.shown.profile == profile_name);
    let read = |kept: &model::Kept| {
        let key = kept.key(profile).map_err(|_| unreadable.clone())?;
        Ok(if kept.shown.retired_at.is_some() { key.retired() } else { key })
    };
    of_profile.take(4 * MOST).map(read).collect()
}

/// Makes a shared secret, or takes a public key (I1, I2, I5).
pub async fn create(cx: &mut Cx<'_>, widget: WidgetId, new: NewSecret) -> Result<Created, Refusal> {
    let widget = widgets::find(cx, widget).await?;
    let profile = profile(&widget.profile).ok_or(Refusal::Profile)?;
    let mode = new.mode(profile)?;
    let active = store::list(cx, widget.id).await?;
    let active = active.iter().filter(|kept| {
        kept.shown.retired_at.is_none()
            && kept.shown.mode == mode
            && kept.shown.profile == widget.profile
    });
    if active.count() >= MOST {
        return Err(Refusal::TooMany(MOST));
    }
    let created = make(cx, profile, mode, new)?;
    store::insert(cx, widget.id, &created).await?;
    audit::note(cx, "identity_secret.created", created.shown.id).await?;
    cx.revoke(Target::Settings(widget.id.bytes())).await?;
    Ok(created)
}

fn make(
    cx: &Cx<'_>,
    profile: &'static Profile,
    mode: Mode,
    new: NewSecret,
) -> Result<Created, Refusal> {
    let id: IdentitySecretId = cx.id();
    new.check_kid()?;
    let (kind, text) = match new.public_key {
        Some(text) => (Kind::Public, text),
        None => (Kind::Shared, new_secret_text(profile, mode, &chance::bytes())),
    };
    let kid = new.kid.unwrap_or_else(|| id.to_string());
    let kept = model::Kept {
        shown: IdentitySecret {
            id,
            profile: profile.name().to_owned(),
            mode,
            kind,
            hint: model::hint(kind, &text),
            kid,
            created_at: cx.now(),
            last_used_at: None,
            retired_at: None,
        },
        text: Secret::from(text),
    };
    kept.key(profile).map_err(Refusal::Key)?;
    let secret = (kind == Kind::Shared).then(|| kept.text.clone());
    Ok(Created { shown: kept.shown, secret, text: kept.text })
}

/// Ends a key: nothing that it signed proves anything any more (I3).
pub async fn retire(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    id: IdentitySecretId,
) -> Result<(), Refusal> {
    if store::retire(cx, widget, id).await? == 0 {
        return Err(Refusal::NoSuchSecret);
    }
    audit::note(cx, "identity_secret.retired", id).await?;
    cx.revoke(Target::Settings(widget.bytes())).await?;
    Ok(())
}

/// Every signature that a widget's active secrets can make of `claims` (I4).
pub async fn signatures(
    cx: &mut Cx<'_>,
    widget: Option<WidgetId>,
    claims: &Presented,
) -> Result<Vec<(String, String)>, Refusal> {
    let widget = widgets::chosen(cx, widget).await?;
    let profile = profile(&widget.profile).ok_or(Refusal::Profile)?;
    let mut keys = keys(cx, widget.id, &widget.profile).await?;
    keys.retain(|key| !key.is_retired());
    if !keys.is_empty() && keys.iter().all(Key::is_public) {
        return Err(Refusal::YourKey);
    }
    let mut signed = Vec::new();
    for mode in profile.modes() {
        let key = keys.iter().find(|key| key.mode() == *mode && !key.is_public());
        let Some(key) = key else { continue };
        let made = sign(profile, key, claims, &widget.public_key, cx.now().seconds());
        for (name, value) in made.map_err(|error| Refusal::Claims(error.to_string()))? {
            if !signed.iter().any(|(known, _)| *known == name) {
                signed.push((name, value));
            }
        }
    }
    if signed.is_empty() { Err(Refusal::NoSecret) } else { Ok(signed) }
}

/// Marks that a key has just proved someone, at most once a minute.
pub async fn used(cx: &mut Cx<'_>, id: String) -> Result<(), countersign_base::Fault> {
    match id.parse() {
        Ok(id) => store::used(cx, id).await,
        Err(_) => Ok(()),
    }
}
