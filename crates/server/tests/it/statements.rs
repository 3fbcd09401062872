//! Every constant statement is prepared on both engines, as it stands in the sources.

use std::fs;
use std::path::Path;

use countersign_infra::db::{Db, Options};
use regex::Regex;

/// The statements of the sources: place, text for SQLite, text for PostgreSQL.
fn statements() -> Vec<(String, String, String)> {
    let one = Regex::new(r#"(?s)const (\w+): &str =\s*"([^"]*)";"#).unwrap();
    let two =
        Regex::new(r#"(?s)const (\w+): Sql = Sql \{\s*lite: "([^"]*)",\s*pg: "([^"]*)",?\s*\};"#)
            .unwrap();
    let is_sql = Regex::new(r"(?is)^\s*(select|insert into|update|delete from|with)\s").unwrap();
    let mut found = Vec::new();
    let mut folders = vec![Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_product = !["tests", "benches", "fuzz"].iter().any(|name| path.ends_with(name));
            if path.is_dir() && is_product {
                folders.push(path);
            } else if path.is_file() && path.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let place = |name: &str| format!("{} {name}", path.display());
                for it in one.captures_iter(&text).filter(|it| is_sql.is_match(&it[2])) {
                    found.push((place(&it[1]), it[2].to_owned(), it[2].to_owned()));
                }
                for it in two.captures_iter(&text) {
                    found.push((place(&it[1]), it[2].to_owned(), it[3].to_owned()));
                }
            }
        }
    }
    assert!(found.len() > 80, "{}", found.len());
    found
}

#[tokio::test]
async fn every_statement_is_good_on_both_engines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.db");
    drop(Db::open(&path, &Options::default()).unwrap());
    let lite = rusqlite::Connection::open(&path).unwrap();
    let (name, _db) = crate::app::postgres().await;
    let url = format!("{}/{name}", crate::app::postgres_server());
    let (pg, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    for (place, for_lite, for_pg) in statements() {
        if let Err(error) = lite.prepare(&for_lite) {
            panic!("{place} on SQLite: {error}");
        }
        if let Err(error) = pg.prepare(&for_pg).await {
            panic!("{place} on PostgreSQL: {error:?}");
        }
    }
}
