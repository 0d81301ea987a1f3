//! Every route that is served stands in the OpenAPI document with its methods, and in the table of permissions, and nothing else does.
//!
//! A router cannot be asked for its routes, so they are read from the sources: a `.route("…", …)` of a crate that is the platform's
//! front. What departments run (`poll`) and what only the platform itself speaks to (ClickHouse) are no interface of it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::tree;

const FRONTS: [&str; 3] = [
    "services/api/src",
    "services/intake/src",
    "services/mingjing/src",
];
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

#[test]
fn every_route_is_in_the_openapi_document_and_the_other_way_round() -> Result<()> {
    let (served, documented) = (served()?, documented()?);
    ensure!(served.len() > 30, "the routes are not found: {served:?}");
    let missing: Vec<String> = served.difference(&documented).map(told).collect();
    tree::expect_none("routes that schemas/openapi.json leaves out", &missing)?;
    let invented: Vec<String> = documented.difference(&served).map(told).collect();
    tree::expect_none(
        "operations of schemas/openapi.json that nobody serves",
        &invented,
    )
}

/// Where the table of permissions begins; its areas are files of the folder `services/api/src/people/permissions`.
const PERMISSIONS: &str = "services/api/src/people/permissions";

#[test]
fn every_route_has_a_permission_and_the_other_way_round() -> Result<()> {
    let (served, permitted) = (served()?, all_permitted()?);
    let missing: Vec<String> = served.difference(&permitted).map(told).collect();
    tree::expect_none(
        &format!("routes that nobody said in {PERMISSIONS} who may ask"),
        &missing,
    )?;
    let left: Vec<String> = permitted.difference(&served).map(told).collect();
    tree::expect_none("permissions for what nobody serves", &left)
}

/// The rows of all areas of the table.
fn all_permitted() -> Result<BTreeSet<(String, String)>> {
    let mut found = BTreeSet::new();
    for path in tree::files()? {
        if path.starts_with(PERMISSIONS) || path == Path::new(PERMISSIONS).with_extension("rs") {
            found.extend(permitted(&tree::read(&path)?));
        }
    }
    Ok(found)
}

/// Method and path of each row: `row("get", "/…", …)`, `act("post", NAME, …)` with a `const NAME: &str`, `by_key("get", "/…")`.
fn permitted(source: &str) -> BTreeSet<(String, String)> {
    let named = |name: &str| {
        let (_, rest) = source.split_once(&format!("const {name}: &str = \""))?;
        rest.split('"').next()
    };
    let of_call = |call: &str| {
        let rest = call.trim_start().strip_prefix('"')?;
        let (method, rest) = rest.split_once('"')?;
        let second = rest.trim_start().strip_prefix(',')?.trim_start();
        let path = match second.strip_prefix('"') {
            Some(literal) => literal.split('"').next(),
            None => named(second.split([',', ')']).next()?.trim()),
        };
        Some((method.to_owned(), path?.to_owned()))
    };
    ["row(", "act(", "by_key("]
        .into_iter()
        .flat_map(|call| source.split(call).skip(1))
        .filter_map(of_call)
        .collect()
}

#[test]
fn permissions_are_found_in_each_of_their_forms() {
    let source = "const ACT: &str = \"/c/{act}\";\nfn row(method: &str) {}\nrow(\"get\", \"/a\", X),\nrow(\n  \"put\",\n  \"/b\",\n),\nact(\"post\", ACT, \"x\"),\nby_key(\"get\", \"/d\"),";
    let found = permitted(source);
    let told: Vec<String> = found.iter().map(told).collect();
    assert_eq!(told, ["get /a", "get /d", "post /c/{act}", "put /b"]);
}

fn told((method, path): &(String, String)) -> String {
    format!("{method} {path}")
}

fn served() -> Result<BTreeSet<(String, String)>> {
    let mut served = BTreeSet::new();
    for path in tree::files()? {
        let rust = path.extension().is_some_and(|e| e == "rs");
        if rust && FRONTS.iter().any(|front| path.starts_with(front)) {
            served.extend(routes(&tree::read(&path)?));
        }
    }
    Ok(served)
}

fn documented() -> Result<BTreeSet<(String, String)>> {
    let text = tree::read(Path::new("schemas/openapi.json"))?;
    let document: Value = serde_json::from_str(&text).context("schemas/openapi.json")?;
    let paths = document["paths"].as_object().context("it has paths")?;
    let operations = paths.iter().flat_map(|(path, operations)| {
        let methods = operations.as_object().into_iter().flatten();
        methods.map(move |(method, _)| (method.clone(), path.clone()))
    });
    Ok(operations.collect())
}

/// Method and path of each `.route(` in a source.
fn routes(source: &str) -> Vec<(String, String)> {
    let calls = source.split(".route(").skip(1);
    let found = calls.filter_map(|call| {
        let call = &call[..closing(call)?];
        let (_, rest) = call.split_once('"')?;
        let (path, handlers) = rest.split_once('"')?;
        let used = METHODS.iter().filter(|method| calls_to(handlers, method));
        Some(
            used.map(|method| ((*method).to_owned(), path.to_owned()))
                .collect(),
        )
    });
    found.collect::<Vec<Vec<_>>>().concat()
}

/// Where the bracket closes that was open before.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// Whether `get(` or `.get(` stands there as a word of its own.
fn calls_to(handlers: &str, method: &str) -> bool {
    let call = format!("{method}(");
    handlers.match_indices(&call).any(|(at, _)| {
        let before = handlers[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
    })
}

#[test]
fn routes_are_found_on_one_line_and_on_several() {
    let source = "Router::new().route(\"/a\", get(list).post(drafts::draft)).route(\n    \"/b/{id}\",\n    get(one).put(register::put),\n)";
    let found = routes(source);
    let told: Vec<String> = found.iter().map(told).collect();
    assert_eq!(told, ["get /a", "post /a", "get /b/{id}", "put /b/{id}"]);
}
