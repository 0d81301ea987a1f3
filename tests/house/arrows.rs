//! The arrows between the crates, as drawn in ARCHITECTURE.md: the table here is the drawing, `cargo metadata` the
//! reality.
//!
//! Only what our own manifests say is judged; what a third-party crate brings along is not looked into.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::tree;

/// Who may use whom, without the `mingjing-` of the package names. A crate without a row is a finding.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("engine", &["domain"]),
    ("wire", &["domain"]),
    ("store", &["domain"]),
    ("log", &["domain"]),
    ("clickhouse-embedded", &[]),
    ("intake", &["domain", "wire", "log", "store"]),
    ("supervise", &["domain", "engine", "wire", "log", "store"]),
    ("archive", &["domain", "wire", "log", "store"]),
    ("inspect", &["domain", "wire", "log", "store"]),
    ("backtest", &["domain", "engine", "log", "store"]),
    ("papers", &["domain"]),
    ("bulletin", &["domain", "wire", "papers"]),
    (
        "api",
        &[
            "domain", "engine", "wire", "log", "store", "papers", "bulletin",
        ],
    ),
    ("poll", &["domain", "wire"]),
    ("notify", &["domain", "wire", "log", "store"]),
    ("report", &["domain", "wire", "log", "store"]),
    (
        "testkit",
        &[
            "domain",
            "engine",
            "wire",
            "log",
            "store",
            "clickhouse-embedded",
        ],
    ),
];

/// The binary and the whole-platform tests put everything together.
const COMPOSERS: &[&str] = &["mingjing", "tests"];

/// What tests inside a crate may use besides the crate's row: the kit, and the real ClickHouse engine.
const FOR_TESTS: &[&str] = &["testkit", "clickhouse-embedded"];

/// Crates that judge or speak formats and do no IO.
const PURE: &[&str] = &["domain", "engine", "wire", "papers", "bulletin"];

/// Runtimes, brokers, databases, servers and clients that no pure crate may reach through our own crates.
const IO_CRATES: &[&str] = &[
    "async-std",
    "axum",
    "clickhouse",
    "fjall",
    "hyper",
    "libloading",
    "mysql_async",
    "object_store",
    "rdkafka",
    "reqwest",
    "smol",
    "tokio",
    "tokio-postgres",
    "tower-http",
];

#[test]
fn crates_use_only_what_the_drawing_allows() -> Result<()> {
    let packages = packages()?;
    ensure!(
        packages.len() > 5,
        "cargo metadata lists only {} packages",
        packages.len()
    );
    tree::expect_none(
        "arrows that the drawing does not have",
        &forbidden_arrows(&packages),
    )
}

#[test]
fn pure_crates_reach_no_io_crate_through_ours() -> Result<()> {
    tree::expect_none("pure crates that do IO", &io_reached(&packages()?))
}

#[test]
fn a_service_using_a_service_is_named() {
    let packages = [
        package("intake", &[("archive", None)]),
        package("archive", &[]),
    ];
    assert_eq!(
        forbidden_arrows(&packages),
        ["mingjing-intake → mingjing-archive"]
    );
}

#[test]
fn the_kit_is_for_tests_only() {
    let packages = [
        package("api", &[("testkit", Some("dev"))]),
        package("archive", &[("testkit", None)]),
        package("tests", &[("testkit", None)]),
        package("mingjing", &[("testkit", None)]),
        package("testkit", &[]),
    ];
    assert_eq!(
        forbidden_arrows(&packages),
        [
            "mingjing-archive → mingjing-testkit",
            "mingjing-mingjing → mingjing-testkit"
        ]
    );
}

#[test]
fn a_crate_without_a_row_is_named() {
    assert_eq!(
        forbidden_arrows(&[package("gossip", &[])]),
        ["mingjing-gossip has no row in the table of allowed arrows"]
    );
}

#[test]
fn an_io_crate_behind_another_crate_of_ours_is_named_with_its_way() {
    let mut domain = package("domain", &[]);
    domain.dependencies.push(Dependency {
        name: "tokio".into(),
        kind: None,
        path: None,
    });
    domain.dependencies.push(Dependency {
        name: "axum".into(),
        kind: Some("dev".into()),
        path: None,
    });
    let packages = [package("engine", &[("domain", None)]), domain];
    assert_eq!(
        io_reached(&packages),
        [
            "mingjing-domain → tokio",
            "mingjing-engine → mingjing-domain → tokio"
        ]
    );
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// Nothing for a normal dependency, else `dev` or `build`.
    kind: Option<String>,
    /// Set for the crates of this workspace.
    path: Option<String>,
}

impl Package {
    fn short(&self) -> &str {
        short(&self.name)
    }
}

impl Dependency {
    fn ours(&self) -> bool {
        self.path.is_some()
    }

    fn only_for_tests(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

fn short(name: &str) -> &str {
    name.strip_prefix("mingjing-").unwrap_or(name)
}

fn packages() -> Result<Vec<Package>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(tree::root())
        .output()
        .context("start cargo metadata")?;
    ensure!(
        output.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).context("read cargo metadata")?;
    Ok(metadata.packages)
}

fn forbidden_arrows(packages: &[Package]) -> Vec<String> {
    let mut findings = Vec::new();
    for package in packages {
        let user = package.short();
        let row = ALLOWED
            .iter()
            .find(|(name, _)| *name == user)
            .map(|(_, row)| *row);
        if row.is_none() && !COMPOSERS.contains(&user) {
            findings.push(format!(
                "{} has no row in the table of allowed arrows",
                package.name
            ));
            continue;
        }
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| dependency.ours())
        {
            let used = short(&dependency.name);
            // A crate's tests may take the crate itself with a feature switched on.
            let itself = used == user;
            let allowed = match row {
                _ if itself => dependency.only_for_tests(),
                Some(row) => {
                    row.contains(&used)
                        || (dependency.only_for_tests() && FOR_TESTS.contains(&used))
                }
                None => used != "testkit" || user == "tests" || dependency.only_for_tests(),
            };
            if !allowed {
                findings.push(format!("{} → {}", package.name, dependency.name));
            }
        }
    }
    findings
}

fn io_reached(packages: &[Package]) -> Vec<String> {
    let by_name: BTreeMap<&str, &Package> = packages
        .iter()
        .map(|package| (package.name.as_str(), package))
        .collect();
    let mut findings = BTreeSet::new();
    for package in packages
        .iter()
        .filter(|package| PURE.contains(&package.short()))
    {
        walk(
            package,
            package.name.clone(),
            &by_name,
            &mut BTreeSet::new(),
            &mut findings,
        );
    }
    findings.into_iter().collect()
}

fn walk<'a>(
    package: &'a Package,
    way: String,
    by_name: &BTreeMap<&str, &'a Package>,
    seen: &mut BTreeSet<&'a str>,
    findings: &mut BTreeSet<String>,
) {
    if !seen.insert(&package.name) {
        return;
    }
    for dependency in package
        .dependencies
        .iter()
        .filter(|dependency| !dependency.only_for_tests())
    {
        let way = format!("{way} → {}", dependency.name);
        if IO_CRATES.contains(&dependency.name.as_str()) {
            findings.insert(way);
        } else if let Some(next) = by_name.get(dependency.name.as_str()) {
            walk(next, way, by_name, seen, findings);
        }
    }
}

fn package(short: &str, uses: &[(&str, Option<&str>)]) -> Package {
    let dependencies = uses
        .iter()
        .map(|(used, kind)| Dependency {
            name: format!("mingjing-{used}"),
            kind: kind.map(Into::into),
            path: Some(format!("services/{used}")),
        })
        .collect();
    Package {
        name: format!("mingjing-{short}"),
        dependencies,
    }
}
