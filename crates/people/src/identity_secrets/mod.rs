//! Identity secrets and public keys: what proofs are checked with.
//!
//! - **I1** A shared secret is made here, in the form of its profile, and shown once.
//! - **I2** Up to twenty keys of a mode are active at a time, so that a rotation overlaps; each
//!   is accepted from when it was made, before anything is signed with it.
//! - **I3** A retired key proves nothing from the next request on, one with a date from then on.
//! - **I4** `signatures` signs with the newest active secret of each mode; a widget whose
//!   signing key is the customer's own is refused.
//! - **I5** A key is checked when it is saved: what is no key is never stored.
//! - **I6** Each key shows its rotation: made, first used, last used, its share of the last 7
//!   days' proofs, next, in use, retiring or retired.
//! - **I7** A `kid` names one key of its widget, shared or public, and never another one again.
//! - **I8** A secret that a back end signs with already may be brought along. No key is
//!   registered twice, so none comes back that ever proved someone; and no secret of one mode
//!   serves another one at any widget of the tenant, in whatever spelling.
//! - **I9** A shared secret has one algorithm, of those of its profile, chosen with it; what a
//!   token's header says chooses nothing.

pub mod api;
mod keyring;
mod model;
mod new;
mod refusal;
mod store;

use countersign_base::{Fault, IdentitySecretId, Moment, Secret, WidgetId};
use countersign_door::{Cx, Target};
use countersign_identity::{Key, Mode, Presented, Profile, new_secret_text, profile, sign};
use countersign_infra::chance;

pub use self::keyring::{Keyring, Signer, Trace};
pub use self::model::{Created, IdentitySecret, Kind};
use self::model::{Kept, State};
pub use self::new::NewSecret;
use self::new::Source;
pub use self::refusal::Refusal;
use crate::widgets::Widget;
use crate::{audit, widgets};

/// Active keys of one mode at most (I2): a proof that names none is held against each.
const MOST: usize = 20;

/// Every secret of a widget, newest first.
pub async fn list(cx: &mut Cx<'_>, widget: WidgetId) -> Result<Vec<IdentitySecret>, Refusal> {
    widgets::find(cx, widget).await?;
    Ok(store::list(cx, widget).await?.into_iter().map(|kept| kept.shown).collect())
}

/// The keys of a widget; retired ones prove nothing, but are recognised.
pub async fn keyring(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    profile: &'static Profile,
) -> Result<Keyring, Fault> {
    Keyring::new(store::list(cx, widget).await?, profile)
}

/// Keys of the tenant that proofs for `widget` may be made with by mistake, the newest: those of
/// other widgets and of its own other profiles. None of them proves anything there.
pub async fn elsewhere(cx: &mut Cx<'_>, widget: &Widget) -> Result<Vec<Key>, Fault> {
    let is_here = cx.scope().environment == widget.environment;
    let mut keys = Vec::new();
    for (kept, of) in store::elsewhere(cx, widget).await? {
        let Some(profile) = profile(&kept.shown.profile) else { continue };
        let key = kept.key(profile);
        let key = key.map_err(|_| Fault::Corrupt("an identity key cannot be read"))?;
        let whose = if of.id == widget.id {
            format!("a key of this widget for the profile `{}`", profile.name())
        } else if is_here {
            format!("a key of the widget {:?}", of.name)
        } else {
            format!(
                "a key of the widget {:?} in the {} environment",
                of.name,
                cx.scope().environment
            )
        };
        let end = if kept.shown.is_active() { "" } else { ", and retired" };
        keys.push(key.elsewhere(&format!("{whose}{end}")));
    }
    Ok(keys)
}

/// Makes a shared secret, or takes one or a public key (I1, I2, I5, I7 to I9).
pub async fn create(cx: &mut Cx<'_>, widget: WidgetId, new: NewSecret) -> Result<Created, Refusal> {
    let widget = widgets::find(cx, widget).await?;
    let profile = profile(&widget.profile).ok_or(Refusal::Profile)?;
    let mode = new.mode(profile)?;
    let known = store::list(cx, widget.id).await?;
    let rivals = known
        .iter()
        .map(|kept| &kept.shown)
        .filter(|known| known.is_active() && known.mode == mode && known.profile == widget.profile);
    if rivals.count() >= MOST {
        return Err(Refusal::TooMany(MOST));
    }
    let (kept, is_made) = make(cx, profile, mode, new)?;
    if known.iter().any(|known| known.is_same_key(&kept)) {
        return Err(Refusal::SameKey);
    }
    let others = store::of_other_modes(cx, mode).await?;
    if let Some(other) = others.iter().find(|other| other.is_one_with(&kept)) {
        return Err(Refusal::OtherMode(model::name(other.shown.mode)));
    }
    if store::insert(cx, widget.id, &kept).await? == 0 {
        return Err(Refusal::KidTaken);
    }
    audit::note(cx, "identity_secret.created", kept.shown.id).await?;
    cx.revoke(Target::Settings(widget.id.bytes())).await?;
    Ok(Created { shown: kept.shown, secret: is_made.then_some(kept.text) })
}

/// The key, and whether its secret is ours to show.
fn make(
    cx: &Cx<'_>,
    profile: &'static Profile,
    mode: Mode,
    mut new: NewSecret,
) -> Result<(Kept, bool), Refusal> {
    let id: IdentitySecretId = cx.id();
    new.check_kid()?;
    let algorithm = new.algorithm(profile, mode)?;
    let (kind, text, is_made) = match new.source()? {
        Source::Made => {
            let text = new_secret_text(profile, mode, &chance::bytes());
            (Kind::Shared, Secret::from(text), true)
        }
        Source::Imported(text) => (Kind::Shared, text, false),
        Source::Public(text) => (Kind::Public, text, false),
    };
    let shown = IdentitySecret {
        id,
        profile: profile.name().to_owned(),
        mode,
        kind,
        algorithm,
        hint: model::hint(kind, text.expose()),
        kid: new.kid.unwrap_or_else(|| id.to_string()),
        state: State::Next,
        created_at: cx.now(),
        first_used_at: None,
        last_used_at: None,
        retire_at: None,
        retired_at: None,
    };
    let mut kept = Kept { shown, text };
    let key = kept.key(profile).map_err(Refusal::Key)?;
    if key.is_public() {
        kept.shown.algorithm = Some(key.algorithm());
    }
    Ok((kept, is_made))
}

/// Sets the moment from which a key proves nothing, or takes it back (I3).
pub async fn schedule(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    id: IdentitySecretId,
    retire_at: Option<Moment>,
) -> Result<IdentitySecret, Refusal> {
    if retire_at.is_some_and(|date| date <= cx.now()) {
        return Err(Refusal::Past);
    }
    if store::retire(cx, widget, id, retire_at).await? == 0 {
        return Err(Refusal::NoSuchSecret);
    }
    audit::note(cx, "identity_secret.scheduled", id).await?;
    cx.revoke(Target::Settings(widget.bytes())).await?;
    let listed = list(cx, widget).await?;
    listed.into_iter().find(|one| one.id == id).ok_or(Refusal::NoSuchSecret)
}

/// Ends a key: nothing that it signed proves anything any more (I3).
pub async fn retire(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    id: IdentitySecretId,
) -> Result<(), Refusal> {
    let now = Some(cx.now());
    if store::retire(cx, widget, id, now).await? == 0 {
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
    let keyring = keyring(cx, widget.id, profile).await?;
    let keys: Vec<_> = keyring.keys().iter().filter(|key| !key.is_retired()).collect();
    if !keys.is_empty() && keys.iter().all(|key| key.is_public()) {
        return Err(Refusal::YourKey);
    }
    let mut signed = Vec::new();
    for mode in profile.modes() {
        let key = keys.iter().find(|key| key.mode() == *mode && !key.is_public());
        let Some(key) = key else { continue };
        let made = sign(profile, key, claims, widget.expected_audience(), cx.now().seconds());
        for (name, value) in made.map_err(|error| Refusal::Claims(error.to_string()))? {
            if !signed.iter().any(|(known, _)| *known == name) {
                signed.push((name, value));
            }
        }
    }
    if signed.is_empty() { Err(Refusal::NoSecret) } else { Ok(signed) }
}

/// Marks that a key has just proved someone, at most once a minute.
pub async fn used(cx: &mut Cx<'_>, id: String) -> Result<(), Fault> {
    match id.parse() {
        Ok(id) => store::used(cx, id).await,
        Err(_) => Ok(()),
    }
}
