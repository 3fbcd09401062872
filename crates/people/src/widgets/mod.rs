//! Widget installs: who may embed them, and how much proof they ask for.
//!
//! - **W1** A widget is found by its public key only; an unknown one is a 404 that says so.
//! - **W2** A browser is heard from the widget's own origin or an allowed one, never from `null`.
//! - **W3** A change takes effect on the next request; a stricter mode or rule ends the
//!   sessions that were opened under the weaker one. A switch of the mode is audited by name.
//! - **W4** An origin is exact: scheme, host and port, no path, no wildcard.
//! - **W5** Lowering the protection needs an owner, who has signed in: a secret key that leaked
//!   switches nothing off.
//! - **W6** Names and texts hold nothing that cannot be seen or turns the others around.
//! - **W7** What was signed before `proofs_valid_from` proves nothing, and the sessions that it
//!   may have opened end.
//! - **W8** Every format that a widget can have is listed with what it proves, and no other is
//!   taken; those that nobody can have are listed with the reason.
//! - **W9** A proof names the widget by its public key, or by the id that the vendor gave the
//!   install, where the vendor's tokens have one: by one of them, never by either.

pub mod api;
mod formats;
mod model;
mod store;

use std::sync::Arc;

use axum::http::request::Parts;
use countersign_base::{Fault, Moment, Role, Scope, TenantId, WidgetId};
use countersign_door::{App, Cx, Problem, Target};
use countersign_guard::{Origin, origin_verdict};
use countersign_identity::{Presented, Profile, Proven, Reason, profile, verify};

pub use self::model::{Appearance, Change, Mode, New, PublicKey, Refusal, Widget};
use crate::identity_secrets::{Keyring, Trace};
use crate::jwks::Checked;
use crate::remember::Remembered;
use crate::{audit, identity_secrets, jwks};

/// Installs that are remembered at most.
const MOST: usize = 10_000;

/// Installs that were used lately.
pub struct Widgets(Remembered<[u8; 16], Install>);

/// What opening a session needs to know of a widget.
pub struct Install {
    /// The tenant that the widget belongs to.
    pub scope: Scope,
    /// Its settings.
    pub widget: Widget,
    /// The identity profile.
    pub profile: &'static Profile,
    /// The identity keys.
    pub keys: Keyring,
    /// How fresh the published ones among them are.
    pub published: Option<Checked>,
    /// Pages that may embed it.
    pub origins: Vec<Origin>,
}

impl Default for Widgets {
    fn default() -> Self {
        Self(Remembered::new(MOST))
    }
}

impl Widgets {
    /// Forgets a widget whose settings or keys have changed.
    pub fn forget(&self, widget: [u8; 16]) {
        self.0.forget(|id, _| *id == widget, |_| {});
    }

    /// The widget with this public key (W1).
    pub async fn find(&self, app: &App, public_key: &str) -> Result<Arc<Install>, Problem> {
        let unknown = Problem::from(Refusal::Unknown);
        let Ok(key) = PublicKey::read(public_key) else { return Err(unknown) };
        let found = self.current(app, key.tenant, key.widget).await?;
        let install = found.filter(|install| {
            install.scope.tenant == key.tenant && install.scope.environment == key.environment
        });
        install.ok_or(unknown)
    }

    /// The widget with this id within a tenant.
    pub async fn by_id(
        &self,
        app: &App,
        tenant: TenantId,
        id: WidgetId,
    ) -> Result<Option<Arc<Install>>, Problem> {
        let found = self.current(app, tenant, id).await?;
        Ok(found.filter(|install| install.scope.tenant == tenant))
    }

    /// The remembered widget, read anew when one of its keys has reached its date.
    async fn current(
        &self,
        app: &App,
        tenant: TenantId,
        id: WidgetId,
    ) -> Result<Option<Arc<Install>>, Problem> {
        let found = self.0.find_or(id.bytes(), read(app, tenant, id)).await?;
        if !found.as_ref().is_some_and(|found| found.keys.is_outdated(app.clock.now())) {
            return Ok(found);
        }
        self.forget(id.bytes());
        self.0.find_or(id.bytes(), read(app, tenant, id)).await
    }
}

async fn read(app: &App, tenant: TenantId, id: WidgetId) -> Result<Option<Install>, Problem> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(None) };
    let installed = async move |cx: &mut Cx<'_>| installed(cx, id).await;
    Ok(app.system(scope).await?.read(installed).await?)
}

/// A widget with its keys, as the transaction sees them.
pub async fn installed(cx: &mut Cx<'_>, id: WidgetId) -> Result<Option<Install>, Fault> {
    let Some(widget) = store::find(cx, id).await? else { return Ok(None) };
    let profile =
        profile(&widget.profile).ok_or(Fault::Corrupt("a widget has an unknown profile"))?;
    let (keys, published) = keys(cx, id, profile).await?;
    let origins = widget.origins.iter().filter_map(|text| text.parse().ok()).collect();
    Ok(Some(Install { scope: cx.scope(), widget, profile, keys, published, origins }))
}

/// The keys that a widget's proofs are held against, and how fresh the published ones are.
pub async fn keys(
    cx: &mut Cx<'_>,
    id: WidgetId,
    profile: &'static Profile,
) -> Result<(Keyring, Option<Checked>), Fault> {
    let keys = identity_secrets::keyring(cx, id, profile).await?;
    let source = jwks::find(cx, id).await?;
    let published = source.as_ref().and_then(|source| source.keys(profile));
    let keys = keys.with_published(published.map_or_else(Vec::new, |set| set.keys));
    Ok((keys, source.map(|source| source.checked())))
}

impl Install {
    /// Whether a proof was signed before the moment from which they count (W7).
    ///
    /// A proof without a date was signed, for all we know, when its key was made.
    pub fn is_void(&self, proven: &Proven) -> bool {
        self.is_too_old(self.keys.trace(proven).and_then(|trace| trace.signed_at))
    }

    fn is_too_old(&self, signed_at: Option<Moment>) -> bool {
        let Some(from) = self.widget.proofs_valid_from else { return false };
        signed_at.is_none_or(|signed| signed.seconds() < from.seconds())
    }

    /// Whether a proof that has left this trace would still count; without one, what a page says.
    pub fn still_takes(&self, trace: Option<&Trace>) -> bool {
        match trace {
            Some(trace) => self.keys.is_in_use(&trace.signer) && !self.is_too_old(trace.signed_at),
            None => self.widget.mode != Mode::Enforce,
        }
    }

    /// Whether a proof could be used again, where that is not allowed.
    pub fn is_reusable(&self, proven: &Proven) -> bool {
        let is_single_use = proven.jti.is_some() && proven.expires.is_some();
        self.widget.single_use_tokens && !is_single_use
    }

    /// Whether a token names a key that the widget does not have.
    pub fn names_unknown_key(&self, presented: &Presented, now: Moment) -> bool {
        let (audience, now) = (self.widget.expected_audience(), now.seconds());
        let verified = verify(self.profile, self.keys.keys(), presented, audience, now);
        verified.is_err_and(|refused| refused.reason == Reason::UnknownKey)
    }

    /// Whether a browser at the request's `Origin` may speak to the widget (W2).
    pub fn hears(&self, app: &App, parts: &Parts) -> Result<(), Problem> {
        let header = parts.headers.get("origin").map(|origin| origin.to_str().unwrap_or("null"));
        origin_verdict(header, &self.origins, &app.origins.widget)
            .map_err(|_| Refusal::Origin(header.unwrap_or_default().to_owned()).into())
    }
}

/// Every widget of the tenant.
pub async fn list(cx: &mut Cx<'_>) -> Result<Vec<Widget>, Refusal> {
    Ok(store::list(cx).await?)
}

/// One widget.
pub async fn find(cx: &mut Cx<'_>, id: WidgetId) -> Result<Widget, Refusal> {
    store::find(cx, id).await?.ok_or(Refusal::NoSuchWidget)
}

/// The widget that is meant: the one named, or the only one.
pub async fn chosen(cx: &mut Cx<'_>, named: Option<WidgetId>) -> Result<Widget, Refusal> {
    match (named, list(cx).await?.as_slice()) {
        (Some(id), _) => find(cx, id).await,
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(Refusal::NoWidget),
        (None, _) => Err(Refusal::WhichWidget),
    }
}

/// Makes a widget.
pub async fn create(cx: &mut Cx<'_>, new: &New) -> Result<Widget, Refusal> {
    let id = cx.id();
    let scope = cx.scope();
    let public_key = PublicKey { tenant: scope.tenant, widget: id, environment: scope.environment };
    let widget = Widget {
        id,
        name: new.name.clone(),
        public_key: public_key.text(),
        environment: scope.environment,
        profile: new.profile.name().to_owned(),
        audience: None,
        mode: new.mode,
        anonymous: new.anonymous,
        allow_bearer: new.allow_bearer,
        origins: new.origins.iter().map(ToString::to_string).collect(),
        proofs_valid_from: None,
        single_use_tokens: false,
        allow_python_hash: false,
        appearance: Appearance::default(),
        created_at: cx.now(),
    };
    store::insert(cx, &widget).await?;
    audit::note(cx, "widget.created", id).await?;
    Ok(widget)
}

/// Changes a widget's settings (W3, W5).
pub async fn change(cx: &mut Cx<'_>, id: WidgetId, change: Change) -> Result<Widget, Refusal> {
    let before = find(cx, id).await?;
    let after = change.apply(&before, cx.now())?;
    if after.is_weaker_than(&before) && !is_owner(cx) {
        return Err(Refusal::NeedsOwner);
    }
    store::update(cx, &after).await?;
    audit::note(cx, "widget.changed", id).await?;
    if after.mode != before.mode {
        audit::note(cx, switched_to(after.mode), id).await?;
    }
    if after.is_stricter_than(&before) {
        cx.revoke(Target::Widget(id.bytes())).await?;
        crate::sessions::end_of_widget(cx, id).await?;
    } else {
        cx.revoke(Target::Settings(id.bytes())).await?;
    }
    Ok(after)
}

/// What the audit log calls a switch to this mode.
const fn switched_to(mode: Mode) -> &'static str {
    match mode {
        Mode::Off => "widget.identity_off",
        Mode::Observe => "widget.identity_observed",
        Mode::Enforce => "widget.identity_enforced",
    }
}

/// The server itself acts for the owner; a secret key does not.
fn is_owner(cx: &Cx<'_>) -> bool {
    match cx.caller() {
        countersign_base::Caller::Member { role, .. } => role == Role::Owner,
        countersign_base::Caller::Visitor { .. } | countersign_base::Caller::Key(_) => false,
        countersign_base::Caller::System => true,
    }
}
