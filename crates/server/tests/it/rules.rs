//! Rules that the sources keep, read as text: who imports what, where SQL stands, and that
//! every numbered rule has a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

fn sources(root: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(root);
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

fn dependencies(krate: &str) -> BTreeSet<String> {
    let path = format!("{}/../{krate}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).unwrap();
    let product = text.split("[dev-dependencies]").next().unwrap();
    let name = Regex::new(r"(?m)^countersign-(\w+)").unwrap();
    name.captures_iter(product).map(|found| found[1].to_owned()).collect()
}

#[test]
fn each_crate_uses_only_what_the_house_allows() {
    for (krate, allowed) in [
        ("identity", ""),
        ("guard", ""),
        ("base", ""),
        ("infra", "base guard"),
        ("door", "base guard infra"),
        ("people", "base guard infra door identity"),
        ("reach", "base guard infra door people"),
        ("talk", "base guard infra door identity people reach"),
        ("compat", "base guard infra door identity people reach"),
    ] {
        let allowed: BTreeSet<String> = allowed.split_whitespace().map(str::to_owned).collect();
        let used = dependencies(krate);
        assert!(used.is_subset(&allowed), "{krate} uses {used:?}");
    }
}

#[test]
fn only_api_speaks_http_and_only_store_speaks_sql() {
    let sql = Regex::new(r#""\s*(?i:select|insert into|update|delete from)\s"#).unwrap();
    for krate in ["people", "reach", "talk", "compat"] {
        for (path, text) in sources(&format!("crates/{krate}/src")) {
            let name = path.display().to_string();
            let is_store = name.contains("store")
                || name.ends_with("organizations/mod.rs")
                || name.ends_with("signing/mod.rs");
            assert!(is_store || !sql.is_match(&text), "{name} writes SQL outside of a store");
        }
    }
}

/// Tables that are found before a tenant is known, and what finds them.
const WITHOUT_TENANT: [&str; 8] = [
    "setting",
    "signing_key",
    "organization",
    "tenant",
    "member",
    "sign_in",
    "consumer",
    "migration",
];

#[test]
fn every_statement_on_a_tenants_table_names_the_tenant_first() {
    let constant = Regex::new(r#"(?s)const (\w+): &str =\s*"([^"]*)""#).unwrap();
    let table = Regex::new(r"(?i)\b(?:from|into|update)\s+(\w+)").unwrap();
    let insert = Regex::new(r"(?s)insert into \w+ \(tenant,.*\$1").unwrap();
    let mut seen = 0;
    for krate in ["people", "reach", "talk", "door"] {
        for (path, text) in sources(&format!("crates/{krate}/src")) {
            for found in constant.captures_iter(&text) {
                let sql = &found[2];
                // Timers belong to no tenant.
                if found[1].starts_with("OLD_") || &found[1] == "DUE" {
                    continue;
                }
                let Some(table) = table.captures(sql) else { continue };
                if WITHOUT_TENANT.contains(&&table[1])
                    || path.ends_with("work/consume.rs")
                    || path.ends_with("work/watch.rs")
                    || path.ends_with("work/tidy.rs")
                    || !sql.contains("$1")
                {
                    continue;
                }
                let named = sql.contains("tenant = $1") || insert.is_match(sql);
                assert!(named, "{}: {sql}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn every_numbered_rule_has_a_test() {
    let rule = Regex::new(r"(?m)^//! - \*\*([A-Z]+\d+)\*\*").unwrap();
    let everything: String =
        sources("crates").into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
    let mut missing = Vec::new();
    for (path, text) in sources("crates") {
        for found in rule.captures_iter(&text) {
            let test = format!("fn {}_", found[1].to_lowercase());
            if !everything.contains(&test) {
                missing.push(format!("{} ({})", &found[1], path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "rules without a test: {missing:#?}");
}

#[test]
fn every_error_code_is_documented_with_its_status() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
    let page = fs::read_to_string(page).unwrap();
    let made = Regex::new(r#"\b(?:StatusCode|S)::([A-Z_]+),\s*"([a-z_]+)""#).unwrap();
    let bad = Regex::new(r#"\bbad_request\(\s*"([a-z_]+)""#).unwrap();
    let mut codes = BTreeSet::new();
    for (path, text) in sources("crates") {
        if path.components().any(|part| part.as_os_str() == "src") {
            codes.extend(made.captures_iter(&text).map(|it| (status(&it[1]), it[2].to_owned())));
            codes.extend(bad.captures_iter(&text).map(|it| (400, it[1].to_owned())));
        }
    }
    assert!(codes.len() > 50, "{}", codes.len());
    let is_missing = |(status, code): &&(u16, String)| {
        let row = format!("| {status} | ");
        !page.lines().any(|line| line.starts_with(&row) && line.contains(&format!("`{code}`")))
    };
    let missing: Vec<_> = codes.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "not in docs/errors.md: {missing:?}");
}

fn status(name: &str) -> u16 {
    let all = (100..600).filter_map(|code| axum::http::StatusCode::from_u16(code).ok());
    let words = name.replace('_', " ");
    let found = all.into_iter().find(|status| {
        status.canonical_reason().is_some_and(|it| it.replace('-', " ").to_uppercase() == words)
    });
    found.map_or(0, |status| status.as_u16())
}
