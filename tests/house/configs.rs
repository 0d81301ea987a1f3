//! Definition, configuration and lock files: they parse, and no lock file says where its packages were fetched.
//!
//! Whether a definition makes sense is asked by `mingjing definitions check`, not here.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::tree;

/// Cargo's own id for crates.io; not the address from which this machine fetched.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Where definitions and configuration live.
const FOLDERS: &[&str] = &["deploy", "schemas", "tests"];

/// Files under a folder of this name are broken on purpose: tests feed them to the platform.
const BROKEN: &str = "broken";

#[test]
fn every_definition_and_configuration_file_parses() -> Result<()> {
    let mut findings = Vec::new();
    let mut parsed = 0;
    for file in tree::files()? {
        let relevant = FOLDERS.iter().any(|folder| file.starts_with(folder))
            && !file.components().any(|part| part.as_os_str() == BROKEN);
        if !relevant {
            continue;
        }
        match parse(&file, &tree::read(&file)?) {
            Some(Ok(())) => parsed += 1,
            Some(Err(error)) => findings.push(format!("{}: {error:#}", file.display())),
            None => {}
        }
    }
    ensure!(parsed > 0, "no definition or configuration file was found");
    tree::expect_none("files that do not parse", &findings)
}

#[test]
fn a_file_that_does_not_parse_is_found_whatever_its_format() {
    for (name, good, bad) in [
        (
            "a.yaml",
            "steps: [accept, decide]",
            "steps: [accept, decide",
        ),
        ("a.yml", "limit: 10", "limit: 10\nlimit: 20"),
        ("a.toml", "listen = '127.0.0.1:0'", "listen = "),
        ("a.json", "{\"id\": 1}", "{\"id\": 1,}"),
    ] {
        assert!(
            matches!(parse(Path::new(name), good), Some(Ok(()))),
            "{name}"
        );
        assert!(
            matches!(parse(Path::new(name), bad), Some(Err(_))),
            "{name}"
        );
    }
    assert!(parse(Path::new("a.sh"), "{").is_none());
}

#[test]
fn cargo_lock_names_no_registry_but_cargos_own() -> Result<()> {
    tree::expect_none(
        "foreign sources in Cargo.lock",
        &foreign_sources(&tree::read(Path::new("Cargo.lock"))?)?,
    )
}

#[test]
fn npm_lock_files_carry_no_registry_address() -> Result<()> {
    let mut findings = Vec::new();
    for file in tree::files()?
        .iter()
        .filter(|file| file.ends_with("package-lock.json"))
    {
        let lock: Value = serde_json::from_str(&tree::read(file)?)
            .with_context(|| format!("read {}", file.display()))?;
        let addresses = resolved_addresses(&lock);
        findings.extend(
            addresses
                .iter()
                .map(|address| format!("{}: {address}", file.display())),
        );
    }
    tree::expect_none(
        "addresses in lock files (omit-lockfile-registry-resolved=true in .npmrc leaves them out)",
        &findings,
    )
}

#[test]
fn package_clients_are_not_pointed_at_a_registry() -> Result<()> {
    const SETTINGS: &[&str] = &[".npmrc", "pip.conf", "settings.xml"];
    let mut findings = Vec::new();
    for file in tree::files()? {
        let of_cargo = file.starts_with(".cargo");
        let named = SETTINGS.iter().any(|name| file.ends_with(name));
        if of_cargo || named {
            findings.extend(addresses_set(&file, &tree::read(&file)?));
        }
    }
    tree::expect_none("settings with an address", &findings)
}

#[test]
fn an_address_in_a_lock_file_is_found() -> Result<()> {
    let cargo = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://mirror.invalid/index\"\n";
    assert_eq!(
        foreign_sources(cargo)?,
        ["a: registry+https://mirror.invalid/index"]
    );
    let npm = serde_json::json!({"packages": {"node_modules/a": {"resolved": "https://mirror.invalid/a.tgz"}}});
    assert_eq!(resolved_addresses(&npm), ["https://mirror.invalid/a.tgz"]);
    let npmrc = "registry=https://mirror.invalid/\nfund=false\n";
    assert_eq!(
        addresses_set(Path::new(".npmrc"), npmrc),
        [".npmrc: registry=https://mirror.invalid/"]
    );
    Ok(())
}

/// Parses by extension; nothing when the format is none of ours.
fn parse(file: &Path, text: &str) -> Option<Result<()>> {
    match tree::extension(file) {
        "yaml" | "yml" => Some(parse_yaml(text)),
        "toml" => Some(
            toml::from_str::<toml::Table>(text)
                .map(drop)
                .map_err(Into::into),
        ),
        "json" => Some(
            serde_json::from_str::<Value>(text)
                .map(drop)
                .map_err(Into::into),
        ),
        _ => None,
    }
}

fn parse_yaml(text: &str) -> Result<()> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text)?;
    ensure!(!documents.is_empty(), "holds no document");
    Ok(())
}

fn foreign_sources(lock: &str) -> Result<Vec<String>> {
    let lock: toml::Table = toml::from_str(lock).context("read Cargo.lock")?;
    let packages = lock.get("package").and_then(|packages| packages.as_array());
    let packages = packages.context("Cargo.lock lists packages")?;
    let mut foreign = Vec::new();
    for package in packages {
        let text = |key: &str| package.get(key).and_then(|value| value.as_str());
        // Crates of the workspace have no source.
        if let Some(source) = text("source").filter(|source| *source != CRATES_IO) {
            foreign.push(format!("{}: {source}", text("name").unwrap_or("?")));
        }
    }
    Ok(foreign)
}

fn resolved_addresses(lock: &Value) -> Vec<String> {
    match lock {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match value {
                Value::String(address) if key == "resolved" && address.contains("://") => {
                    vec![address.clone()]
                }
                value => resolved_addresses(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(resolved_addresses).collect(),
        _ => Vec::new(),
    }
}

fn addresses_set(file: &Path, text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.contains("://"))
        .map(|line| format!("{}: {}", file.display(), line.trim()))
        .collect()
}
