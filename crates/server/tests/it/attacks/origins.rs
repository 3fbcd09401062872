//! Which host is asked decides which paths answer: no spelling of a request moves it.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::middleware::from_fn_with_state;
use countersign_door::Origins;
use countersign_server::places::{Places, keep_apart};
use tower::ServiceExt as _;

const PUBLIC: &str = "support.example.com";
const WIDGET: &str = "widget.example.com";

async fn answers(uri: &str, host: &str) -> bool {
    let origin = |host: &str| format!("https://{host}").parse().unwrap();
    let places = Places::new(&Origins { public: origin(PUBLIC), widget: origin(WIDGET) });
    let router: Router =
        Router::new().fallback(async || "here").layer(from_fn_with_state(places, keep_apart));
    let request = Request::get(uri).header("host", host).body(Body::empty()).unwrap();
    router.oneshot(request).await.unwrap().status().is_success()
}

#[tokio::test]
async fn no_spelling_brings_the_dashboard_to_the_widgets_origin() {
    for (uri, host, answered) in [
        ("/dashboard/", PUBLIC, true),
        ("/dashboard/", "SUPPORT.example.com", true),
        ("/dashboard/", WIDGET, false),
        ("/dashboard/v1/me", "other.example.com", false),
        ("/dashboard/v1/me", "", false),
        ("/dashboard/v1/me", "support.example.com.", false),
        ("/dashboard/v1/me", "x@support.example.com", false),
        ("//dashboard/", WIDGET, false),
        ("/%64ashboard/", WIDGET, false),
        ("/api/v1/widgets", WIDGET, false),
        ("/openapi.json", WIDGET, false),
        ("/", WIDGET, false),
        ("/embed/x", PUBLIC, false),
        ("/sdk/countersign.js", PUBLIC, false),
        ("/embed/x", WIDGET, true),
        ("https://widget.example.com/dashboard/v1/me", PUBLIC, false),
        ("https://support.example.com/dashboard/v1/me", PUBLIC, true),
        ("https://widget.example.com/embed/x", PUBLIC, true),
    ] {
        assert_eq!(answers(uri, host).await, answered, "{uri} at {host:?}");
    }
}
