//! `countersign bootstrap`: what a script needs to drive a server.

use clap::Args;
use countersign_base::{Environment, MemberId, Scope, Secret, WidgetId};
use countersign_door::{App, Cx, Origins};
use countersign_guard::Origin;
use countersign_identity::{Profile, profile, profiles};
use countersign_infra::clock::Clock;
use countersign_infra::db::{Reach, Tx};
use countersign_people::identity_secrets::{self, IdentitySecret, NewSecret};
use countersign_people::widgets::{self, Appearance, Change, Mode, New, Widget};
use countersign_people::{api_keys, members, organizations};
use serde_json::{Value, json};

use crate::boot::{BootFault, Ground};
use crate::config::Store;

pub(super) const EXAMPLES: &str = "Examples:
  countersign bootstrap --data ./data --organization Acme --owner ann@acme.example
  countersign bootstrap --data ./data --organization Acme --owner ann@acme.example \\
      --profile woes-jwt --mode enforce --origin https://app.acme.example --json

A second run shows the ids again and no secret, and allows an --origin that is new;
--rotate makes new secrets.";

/// What to make.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch on the command line")]
pub(super) struct Bootstrap {
    #[command(flatten)]
    store: Store,
    /// The organization's name.
    #[arg(long, value_name = "NAME")]
    organization: String,
    /// The owner's email address, to sign in at the dashboard.
    #[arg(long, value_name = "EMAIL")]
    owner: String,
    /// Whose identity format the widget takes: countersign, woes-jwt, woes-hmac,
    /// notificationapi or fogbender.
    #[arg(long, default_value = "countersign", value_name = "NAME")]
    profile: String,
    /// What a missing or refused proof leads to: off, observe or enforce.
    #[arg(long, default_value = "enforce", value_name = "MODE")]
    mode: String,
    /// Lets visitors without any identity in, in mode enforce.
    #[arg(long)]
    anonymous: bool,
    /// A page that may embed the widget, such as `https://app.example.com`; may be repeated.
    #[arg(long = "origin", value_name = "URL")]
    origins: Vec<Origin>,
    /// live or test.
    #[arg(long, default_value = "live", value_name = "NAME")]
    environment: Environment,
    /// Demands a key of the browser for every session; scripts without one are refused.
    #[arg(long)]
    forbid_bearer: bool,
    /// Makes a new password, identity secret and secret key; the old ones end.
    #[arg(long)]
    rotate: bool,
    /// Prints one JSON object instead of words.
    #[arg(long)]
    json: bool,
    /// How the widget looks as long as nobody has changed it.
    #[arg(skip)]
    look: Option<Appearance>,
}

impl Bootstrap {
    /// What the demo begins with: the native profile, enforced, for browsers with keys only.
    pub(super) fn demo(store: Store, site: Origin, rotate: bool) -> Self {
        Self {
            store,
            organization: "Tally (demo)".to_owned(),
            owner: "sam@tally.example".to_owned(),
            profile: "countersign".to_owned(),
            mode: "enforce".to_owned(),
            anonymous: true,
            origins: vec![site],
            environment: Environment::Test,
            forbid_bearer: true,
            rotate,
            json: true,
            look: Some(Appearance {
                accent: "#0b6e5d".to_owned(),
                title: "Tally support".to_owned(),
                greeting: "Hello! Ask us anything about your invoices.".to_owned(),
            }),
        }
    }

    /// Makes what is missing on this ground.
    pub(super) async fn on(&self, ground: &Ground) -> Result<Value, BootFault> {
        let profile = profile(&self.profile).ok_or_else(|| refused("an unknown profile"))?;
        let mode = Mode::named(&self.mode).ok_or_else(|| refused("an unknown mode"))?;
        make(ground, self, profile, mode).await
    }
}

pub(super) async fn run(asked: Bootstrap) -> Result<(), BootFault> {
    let profile = profile(&asked.profile).ok_or_else(|| {
        let names: Vec<_> = profiles().map(Profile::name).collect();
        BootFault::Refused(format!(
            "--profile: there is no `{}`; there are {}",
            asked.profile,
            names.join(", ")
        ))
    })?;
    let mode = Mode::named(&asked.mode)
        .ok_or_else(|| BootFault::Refused("--mode is off, observe or enforce".into()))?;
    let ground = Ground::open(&asked.store, Clock::System).await?;
    let made = make(&ground, &asked, profile, mode).await?;
    super::print(&if asked.json { format!("{made}\n") } else { words(&made, &asked) });
    Ok(())
}

async fn make(
    ground: &Ground,
    asked: &Bootstrap,
    profile: &'static Profile,
    mode: Mode,
) -> Result<Value, BootFault> {
    let scope = tenant(ground, asked).await?;
    let (owner, password) = owner(ground, asked, scope).await?;
    let local: Origin = "http://localhost".parse().map_err(|_| refused("no origin"))?;
    let origins = Origins { public: local.clone(), widget: local };
    let server = ground.start(origins, countersign_door::live::Limits::default()).await?;
    let widget = widget(&server.app, scope, asked, profile, mode).await?;
    let secret = identity_secret(&server.app, scope, &widget, profile, asked.rotate).await?;
    let key = secret_key(&server.app, scope, asked.rotate).await?;
    let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
    Ok(json!({
        "organization": { "id": scope.organization },
        "owner": { "id": owner, "email": asked.owner, "password": text(&password) },
        "widget": { "id": widget.id, "public_key": widget.public_key },
        "identity_secret": { "id": secret.0, "profile": profile.name(), "secret": text(&secret.1) },
        "secret_key": text(&key),
    }))
}

fn refused(words: impl std::fmt::Display) -> BootFault {
    BootFault::Refused(words.to_string())
}

async fn tenant(ground: &Ground, asked: &Bootstrap) -> Result<Scope, BootFault> {
    let (name, environment) = (asked.organization.clone(), asked.environment);
    let (vault, now) = (std::sync::Arc::clone(&ground.vault), ground.now());
    let scope = ground
        .db
        .write(Reach::All, async move |tx: &mut Tx<'_>| {
            let organization = organizations::ensure(tx, &name, now).await?;
            organizations::ensure_tenant(tx, &vault, organization, environment, now).await
        })
        .await?;
    Ok(scope)
}

async fn owner(
    ground: &Ground,
    asked: &Bootstrap,
    scope: Scope,
) -> Result<(MemberId, Option<Secret>), BootFault> {
    members::ensure_owner(
        &ground.db,
        &ground.vault,
        scope.organization,
        &asked.owner,
        asked.rotate,
        ground.now(),
    )
    .await
    .map_err(refused)
}

async fn widget(
    app: &App,
    scope: Scope,
    asked: &Bootstrap,
    profile: &'static Profile,
    mode: Mode,
) -> Result<Widget, BootFault> {
    let new = New {
        name: asked.organization.clone(),
        profile,
        mode,
        anonymous: asked.anonymous,
        allow_bearer: !asked.forbid_bearer,
        origins: asked.origins.clone(),
    };
    let look = asked.look.clone();
    let system = app.system(scope).await?;
    let made = system.write(async move |cx: &mut Cx<'_>| {
        let known = widgets::list(cx).await?;
        let known = known.into_iter().find(|widget| widget.profile == new.profile.name());
        let widget = match known {
            Some(widget) => widget,
            None => widgets::create(cx, &new).await?,
        };
        match lacking(&widget, &new.origins, look) {
            Some(change) => widgets::change(cx, widget.id, change).await,
            None => Ok(widget),
        }
    });
    made.await.map_err(|refusal: widgets::Refusal| refused(refusal))
}

/// What the widget does not have yet: a page that may embed it, a look of its own.
fn lacking(widget: &Widget, wanted: &[Origin], look: Option<Appearance>) -> Option<Change> {
    let mut origins = widget.origins.clone();
    origins.extend(wanted.iter().map(ToString::to_string));
    origins.sort();
    origins.dedup();
    let look = look.filter(|_| widget.appearance == Appearance::default());
    let lacks = look.is_some() || origins.len() > widget.origins.len();
    let change = json!({ "origins": origins, "appearance": look });
    lacks.then(|| serde_json::from_value(change).ok()).flatten()
}

async fn identity_secret(
    app: &App,
    scope: Scope,
    widget: &Widget,
    profile: &'static Profile,
    rotate: bool,
) -> Result<(countersign_base::IdentitySecretId, Option<Secret>), BootFault> {
    let system = app.system(scope).await?;
    let id: WidgetId = widget.id;
    let made = system.write(async move |cx: &mut Cx<'_>| {
        let known = identity_secrets::list(cx, id).await?;
        let active: Vec<_> = known.into_iter().filter(IdentitySecret::is_active).collect();
        if let (false, Some(first)) = (rotate, active.first()) {
            return Ok((first.id, None));
        }
        for old in &active {
            identity_secrets::retire(cx, id, old.id).await?;
        }
        let strongest = profile.modes().last().ok_or(identity_secrets::Refusal::NoSuchMode)?;
        let primary = identity_secrets::create(cx, id, NewSecret::shared(*strongest)).await?;
        Ok((primary.shown.id, primary.secret))
    });
    made.await.map_err(|refusal: identity_secrets::Refusal| refused(refusal))
}

async fn secret_key(app: &App, scope: Scope, rotate: bool) -> Result<Option<Secret>, BootFault> {
    let system = app.system(scope).await?;
    let made = system.write(async move |cx: &mut Cx<'_>| {
        let known = api_keys::list(cx).await?;
        let active: Vec<_> = known.into_iter().filter(|key| key.revoked_at.is_none()).collect();
        if !rotate && !active.is_empty() {
            return Ok(None);
        }
        for key in active.iter().filter(|key| key.name == "bootstrap") {
            api_keys::revoke(cx, key.id).await?;
        }
        api_keys::create(cx, "bootstrap".to_owned()).await.map(|made| Some(made.secret_key))
    });
    made.await.map_err(|refusal: api_keys::Refusal| refused(refusal))
}

fn words(made: &Value, asked: &Bootstrap) -> String {
    let once = |value: &Value| {
        value.as_str().map_or("(shown before; --rotate makes a new one)".to_owned(), str::to_owned)
    };
    format!(
        "Organization     {} ({})\n\
         Owner            {}  password: {}\n\
         Widget           {}\n\
         Public key       {}\n\
         Identity secret  {}\n\
         Secret key       {}\n\n\
         Store the secrets now: they are not shown again.\n\
         The widget allows sessions without a browser key (bearer), so that scripts can drive it;\n\
         switch that off in its settings when only browsers use it.\n\n\
         Next: countersign serve --data {}\n",
        asked.organization,
        made["organization"]["id"].as_str().unwrap_or_default(),
        asked.owner,
        once(&made["owner"]["password"]),
        made["widget"]["id"].as_str().unwrap_or_default(),
        made["widget"]["public_key"].as_str().unwrap_or_default(),
        once(&made["identity_secret"]["secret"]),
        once(&made["secret_key"]),
        asked.store.data.display(),
    )
}
