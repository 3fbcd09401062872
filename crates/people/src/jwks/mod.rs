//! The keys that a customer publishes: a widget's JWKS URL.
//!
//! - **J1** A URL is taken only if it answers a good key set now; the refusal names the fault.
//! - **J2** The keys are fetched again when they are 10 minutes old, and when a token names a
//!   `kid` that is not among them; every 30 s at most.
//! - **J3** When that fails the keys stay, and the administrator is told why and since when.
//! - **J4** Without its URL a widget takes none of the published keys, from the next request on.
//! - **J5** A key that is registered here is never replaced by a published one of its name.

pub mod api;
mod model;
mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_base::{Fault, WidgetId};
use countersign_door::{App, Cx, Problem, Target};
use countersign_identity::{KeySet, Presented, Profile};
use countersign_infra::fetch::Fetcher;

pub use self::model::{Checked, Refusal, Shown, Source};
use crate::widgets::{self, Install, Widget};
use crate::{People, audit};

/// Widgets whose fetches are known to run at once, at most.
const FLIGHTS: usize = 10_000;

/// Fetches published keys, one fetch at a time for each widget.
#[derive(Default)]
pub struct Jwks {
    fetcher: Fetcher,
    flights: Mutex<HashMap<WidgetId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Jwks {
    /// With the network that the operator allows.
    pub fn new(fetcher: Fetcher) -> Self {
        Self { fetcher, ..Self::default() }
    }

    fn flight(&self, widget: WidgetId) -> Arc<tokio::sync::Mutex<()>> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if flights.len() >= FLIGHTS {
            flights.retain(|_, flight| Arc::strong_count(flight) > 1);
        }
        Arc::clone(flights.entry(widget).or_default())
    }

    /// The text at `url`, if it is a key set for the profile (J1).
    async fn fetch(&self, url: &str, profile: &'static Profile) -> Result<String, Refusal> {
        let text = self.fetcher.text(url).await?;
        KeySet::read(profile, &text)?;
        Ok(text)
    }
}

/// Where a widget's published keys come from.
pub async fn find(cx: &mut Cx<'_>, widget: WidgetId) -> Result<Option<Source>, Fault> {
    store::find(cx, widget).await
}

/// What `url` answers now, if the widget can take it (J1).
async fn fetched(
    app: &App,
    people: &People,
    widget: &Widget,
    url: String,
) -> Result<Source, Refusal> {
    let profile = countersign_identity::profile(&widget.profile).ok_or(Refusal::Profile)?;
    if !profile.accepts_public_keys() {
        return Err(Refusal::NoPublicKeys);
    }
    let body = people.jwks.fetch(&url, profile).await?;
    Ok(Source::new(body, url, app.clock.now()))
}

/// Takes a URL, with what was found there (J1).
async fn set(cx: &mut Cx<'_>, widget: WidgetId, source: Source) -> Result<(), Refusal> {
    store::put(cx, widget, &source).await?;
    audit::note(cx, "jwks.set", widget).await?;
    Ok(cx.revoke(Target::Settings(widget.bytes())).await?)
}

/// Takes none of the published keys any more (J4).
pub async fn remove(cx: &mut Cx<'_>, widget: WidgetId) -> Result<(), Refusal> {
    widgets::find(cx, widget).await?;
    if store::delete(cx, widget).await? == 0 {
        return Err(Refusal::None);
    }
    audit::note(cx, "jwks.removed", widget).await?;
    Ok(cx.revoke(Target::Settings(widget.bytes())).await?)
}

/// The widget with keys that are fresh enough for what is presented (J2).
///
/// While fetching fails nobody waits for it: the keys that were there serve on (J3).
pub async fn fresh(
    app: &App,
    people: &People,
    install: &Arc<Install>,
    presented: Option<&Presented>,
) -> Result<Arc<Install>, Problem> {
    let now = app.clock.now();
    let (Some(checked), Some(presented)) = (install.published, presented) else {
        return Ok(Arc::clone(install));
    };
    let is_wanted = checked.is_old(now) || install.names_unknown_key(presented, now);
    if !is_wanted || !checked.may_be_asked(now) {
        return Ok(Arc::clone(install));
    }
    if checked.is_failing {
        tokio::spawn(refresh_logged(app.clone(), people.clone(), Arc::clone(install)));
        return Ok(Arc::clone(install));
    }
    refresh_logged(app.clone(), people.clone(), Arc::clone(install)).await;
    let anew = people.widgets.by_id(app, install.scope.tenant, install.widget.id).await?;
    Ok(anew.unwrap_or_else(|| Arc::clone(install)))
}

async fn refresh_logged(app: App, people: People, install: Arc<Install>) {
    if let Err(fault) = refresh(&app, &people, &install).await {
        tracing::error!(%fault, "published keys cannot be kept");
    }
}

/// Fetches the keys again, unless another request or node has just done so.
async fn refresh(app: &App, people: &People, install: &Install) -> Result<(), Fault> {
    let id = install.widget.id;
    let flight = people.jwks.flight(id);
    let _alone = flight.lock().await;
    let system = app.system(install.scope).await?;
    let source = system.read(async move |cx: &mut Cx<'_>| store::find(cx, id).await).await?;
    let Some(source) = source.filter(|it| it.checked().may_be_asked(app.clock.now())) else {
        return Ok(());
    };
    let fetched = people.jwks.fetch(&source.url, install.profile).await;
    let fetched = fetched.map_err(|refusal| refusal.to_string());
    system.write(async move |cx: &mut Cx<'_>| keep(cx, id, source, fetched).await).await
}

/// Keeps what a fetch led to (J3).
async fn keep(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    source: Source,
    fetched: Result<String, String>,
) -> Result<(), Fault> {
    let was_failing = source.failing_since.is_some();
    let turn = match &fetched {
        Ok(_) if was_failing => Some("jwks.recovered"),
        Err(_) if !was_failing => Some("jwks.failing"),
        _ => None,
    };
    if let Err(fault) = &fetched {
        tracing::warn!(%widget, fault, "published keys cannot be fetched; the old ones stay");
    }
    let source = source.checked_at(cx.now(), fetched);
    if store::update(cx, widget, &source).await? == 0 {
        // Another URL was set meanwhile.
        return Ok(());
    }
    if let Some(action) = turn {
        let actor = audit::Actor::of(cx.caller());
        audit::note_as(cx, actor, action, widget, source.fault).await?;
    }
    cx.revoke(Target::Settings(widget.bytes())).await
}
