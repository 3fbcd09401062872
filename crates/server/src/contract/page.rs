//! The contract as a page: plain HTML, made once at start, without a script.

use std::fmt::Write as _;

use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::{Content, OpenApi, RefOr, Required, Schema};

/// The style of the page.
pub(super) const STYLE: &str = include_str!("page.css");

/// The page for `document`.
pub(super) fn render(document: &OpenApi) -> String {
    let mut main = String::new();
    let mut menu = String::new();
    for (root, title, words) in [
        ("/widget/", "Widget plane", "Visitors' browsers, with the proof of a session."),
        ("/api/", "Server plane", "Your back end, with a secret key."),
        ("/dashboard/", "Dashboard plane", "Members, with the cookie of a sign-in."),
        ("/", "Open to all", "No proof is needed; nothing personal is told."),
    ] {
        let anchor = title.to_lowercase().replace(' ', "-");
        let _ = write!(menu, "<li><a href=\"#{anchor}\">{title}</a></li>");
        let _ = write!(main, "<section><h2 id=\"{anchor}\">{title}</h2><p>{words}</p>");
        for (path, item) in &document.paths.paths {
            let elsewhere = root == "/"
                && ["/widget/", "/api/", "/dashboard/"].iter().any(|root| path.starts_with(root));
            if !path.starts_with(root) || elsewhere {
                continue;
            }
            for (method, operation) in [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
            ] {
                if let Some(operation) = operation {
                    describe(&mut main, method, path, operation);
                }
            }
        }
        main.push_str("</section>");
    }
    main.push_str("<section><h2 id=\"types\">Types</h2>");
    for (name, schema) in document.components.iter().flat_map(|components| &components.schemas) {
        describe_type(&mut main, name, schema);
    }
    main.push_str("</section>");
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Countersign API</title><link rel=\"stylesheet\" href=\"/docs/style.css\"></head>\
         <body><a class=\"skip\" href=\"#main\">Skip to the routes</a>\
         <nav aria-label=\"Planes\"><h1>Countersign API</h1><ul>{menu}\
         <li><a href=\"#types\">Types</a></li></ul>\
         <p><a href=\"/openapi.json\">openapi.json</a></p></nav>\
         <main id=\"main\">{main}</main></body></html>"
    )
}

fn describe(out: &mut String, method: &str, path: &str, operation: &Operation) {
    let summary = operation.summary.as_deref().unwrap_or_default();
    let _ = write!(
        out,
        "<details><summary><b class=\"{lower}\">{method}</b> <code>{path}</code> \
         <span>{summary}</span></summary>",
        lower = method.to_lowercase(),
        path = escape(path),
        summary = escape(summary),
    );
    if let Some(words) = &operation.description {
        let _ = write!(out, "<p>{}</p>", escape(words));
    }
    parameters(out, operation.parameters.as_deref().unwrap_or_default());
    if let Some(RefOr::T(body)) = &operation.request_body {
        let schema = schema_of(body.content.values().next());
        let _ = write!(out, "<p>Body: {}</p>", schema.map(type_of).unwrap_or_default());
    }
    out.push_str("<table><thead><tr><th>Status</th><th>Answer</th></tr></thead><tbody>");
    for (status, response) in &operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let schema = schema_of(response.content.values().next());
        let answer = schema.map_or_else(|| code_words(&response.description), type_of);
        let _ = write!(out, "<tr><td>{status}</td><td>{answer}</td></tr>");
    }
    out.push_str("</tbody></table></details>");
}

fn schema_of(content: Option<&RefOr<Content>>) -> Option<&RefOr<Schema>> {
    match content {
        Some(RefOr::T(content)) => content.schema.as_ref(),
        _ => None,
    }
}

fn parameters(out: &mut String, parameters: &[RefOr<Parameter>]) {
    if parameters.is_empty() {
        return;
    }
    out.push_str("<table><thead><tr><th>Parameter</th><th>Meaning</th></tr></thead><tbody>");
    for parameter in parameters {
        let RefOr::T(parameter) = parameter else { continue };
        let required = matches!(parameter.required, Required::True);
        let _ = write!(
            out,
            "<tr><td><code>{}</code>{}</td><td>{}</td></tr>",
            escape(&parameter.name),
            if required { "" } else { " (optional)" },
            escape(parameter.description.as_deref().unwrap_or_default()),
        );
    }
    out.push_str("</tbody></table>");
}

fn describe_type(out: &mut String, name: &str, schema: &RefOr<Schema>) {
    let json = serde_json::to_string_pretty(schema).unwrap_or_default();
    let _ = write!(
        out,
        "<details id=\"type-{name}\"><summary><code>{name}</code></summary><pre>{json}</pre></details>",
        name = escape(name),
        json = escape(&json),
    );
}

fn type_of(schema: &RefOr<Schema>) -> String {
    if let RefOr::Ref(reference) = schema {
        let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
        return format!("<a href=\"#type-{0}\"><code>{0}</code></a>", escape(name));
    }
    let json = serde_json::to_string(schema).unwrap_or_default();
    format!("<code>{}</code>", escape(&json))
}

/// Words in which backticks mark code.
fn code_words(words: &str) -> String {
    let mut out = String::new();
    for (number, part) in escape(words).split('`').enumerate() {
        let _ = if number % 2 == 1 {
            write!(out, "<code>{part}</code>")
        } else {
            write!(out, "{part}")
        };
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
