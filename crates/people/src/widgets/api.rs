//! Widgets over HTTP.

use axum::extract::Extension;
use axum::http::request::Parts;
use countersign_base::{Role, WidgetId};
use countersign_door::{
    Allowed, Answer, App, Json, Page, Path, Permission, Problem, Public, Query, Reason,
};
use countersign_identity::Profile;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::formats::Formats;
use super::{Appearance, Change, Mode, Widget};
use crate::People;

/// What a member or a back end may do with widgets.
pub fn staff_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_widgets))
        .routes(routes!(find_widget, change_widget))
        .routes(routes!(list_identity_formats))
}

/// What a browser may know before it has a session.
pub fn visitor_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(widget_config))
}

/// Sees widgets and their settings.
#[derive(Debug)]
pub enum ReadWidgets {}

impl Permission for ReadWidgets {
    const NAME: &'static str = "widgets.read";
    const ROLE: Option<Role> = Some(Role::Agent);
}

/// Changes widgets and their settings.
#[derive(Debug)]
pub enum ManageWidgets {}

impl Permission for ManageWidgets {
    const NAME: &'static str = "widgets.manage";
    const ROLE: Option<Role> = Some(Role::Admin);
}

/// A widget with what is pasted into the page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Shown {
    #[serde(flatten)]
    widget: Widget,
    /// The two lines for the page.
    snippet: String,
}

impl Shown {
    fn new(app: &App, widget: Widget) -> Self {
        let (host, key) = (&app.origins.widget, &widget.public_key);
        let snippet = format!(
            "<script async src=\"{host}/sdk/countersign.js\"></script>\n\
             <script>\n  \
             window.Countersign = window.Countersign || function () {{ (Countersign.q = Countersign.q || []).push(arguments) }};\n  \
             Countersign('boot', {{ widget: '{key}' }});\n\
             </script>\n"
        );
        Self { widget, snippet }
    }
}

/// The widgets of the tenant.
#[utoipa::path(get, path = "/widgets", tag = "widgets", responses((status = 200, body = Page<Shown>)))]
async fn list_widgets(who: Allowed<ReadWidgets>) -> Answer<Page<Shown>> {
    let widgets = who.read(async move |cx| super::list(cx).await).await?;
    let items = widgets.into_iter().map(|widget| Shown::new(who.app(), widget)).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

/// One widget.
#[utoipa::path(get, path = "/widgets/{id}", tag = "widgets", params(("id" = WidgetId, Path)),
    responses((status = 200, body = Shown), (status = 404, description = "`not_found`")))]
async fn find_widget(who: Allowed<ReadWidgets>, Path(id): Path<WidgetId>) -> Answer<Shown> {
    let widget = who.read(async move |cx| super::find(cx, id).await).await?;
    Ok(Json(Shown::new(who.app(), widget)))
}

/// Changes a widget; what is absent stays. A stricter rule ends the sessions of a weaker one.
#[utoipa::path(patch, path = "/widgets/{id}", tag = "widgets", params(("id" = WidgetId, Path)),
    request_body = Change,
    responses((status = 200, body = Shown), (status = 403, description = "`forbidden`, `owner_required`"),
        (status = 404, description = "`not_found`"),
        (status = 422, description = "`bad_origin`, `bad_text`, `bad_accent`, `bad_date`, `bad_audience`, `unknown_profile`")))]
async fn change_widget(
    who: Allowed<ManageWidgets>,
    Path(id): Path<WidgetId>,
    Json(change): Json<Change>,
) -> Answer<Shown> {
    let widget = who.write(async move |cx| super::change(cx, id, change).await).await?;
    Ok(Json(Shown::new(who.app(), widget)))
}

/// The formats that proofs can have, to choose a widget's `profile` from; and those that none can.
#[utoipa::path(get, path = "/identity/formats", tag = "identity",
    responses((status = 200, body = Formats)))]
async fn list_identity_formats(_who: Allowed<ReadWidgets>) -> Answer<Formats> {
    Ok(Json(Formats::all()))
}

struct BeforeAnySession;

impl Reason for BeforeAnySession {
    const WHY: &'static str = "a page asks it before there is a session; it holds nothing personal";
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhichWidget {
    /// The public key of the widget.
    widget: String,
}

/// What the frame needs to know before it has a session.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WidgetConfig {
    widget: WidgetName,
    profile: ProfileFacts,
    mode: Mode,
    anonymous: bool,
    allow_bearer: bool,
    appearance: Appearance,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WidgetName {
    name: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ProfileFacts {
    name: String,
    /// The fields that `identity` takes.
    fields: Vec<String>,
}

impl ProfileFacts {
    fn of(profile: &Profile) -> Self {
        let fields = profile.fields().map(ToString::to_string).collect();
        Self { name: profile.name().to_owned(), fields }
    }
}

/// What the frame needs before it has a session.
#[utoipa::path(get, path = "/config", tag = "sessions", params(WhichWidget), security(()),
    responses((status = 200, body = WidgetConfig), (status = 404, description = "`unknown_widget`"),
        (status = 403, description = "`origin_not_allowed`")))]
async fn widget_config(
    public: Public<BeforeAnySession>,
    Extension(people): Extension<People>,
    Query(which): Query<WhichWidget>,
    parts: Parts,
) -> Result<Json<WidgetConfig>, Problem> {
    let install = people.widgets.find(public.app(), &which.widget).await?;
    install.hears(public.app(), &parts)?;
    let widget = &install.widget;
    Ok(Json(WidgetConfig {
        widget: WidgetName { name: widget.name.clone() },
        profile: ProfileFacts::of(install.profile),
        mode: widget.mode,
        anonymous: widget.anonymous,
        allow_bearer: widget.allow_bearer,
        appearance: widget.appearance.clone(),
    }))
}
