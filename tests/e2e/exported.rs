//! Exports for process-mining tools: what a running platform gives is, byte for byte, what the same events give from a file. And what only
//! its archive can tell of definitions.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::corpus;
use crate::platform::{self, Engine, Log, Platform, place};

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_the_platform_is_the_export_of_its_events_from_a_file() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let log = path("log.ndjson");
    corpus::write(&log)?;
    let definitions = corpus::definitions();
    let imported = Log {
        file: &log,
        definitions: &definitions,
        mapping: None,
    };
    let platform = Platform::up(folder.path())?;
    platform::import(imported, &platform).await?;
    let url = platform.url().context("it is up")?.to_owned();

    // The platform's events as a file: with the instants at which it received them, which no other file has.
    let events = platform
        .get(&format!("/api/v1/events/export?source={}", corpus::SOURCE))
        .await?;
    ensure!(events.lines().count() > 1_000 && events.ends_with('\n'));
    let file = path("events.ndjson");
    std::fs::write(&file, &events)?;
    let day = "2025-03-10";
    let exports: [(&str, &[&str]); 5] = [
        ("xes", &[]),
        ("ocel", &[]),
        ("csv", &[]),
        (
            "csv",
            &["--from", day, "--to", day, "--item", "e2e-licence"],
        ),
        ("csv", &["--item", "nothing"]),
    ];
    for (format, more) in exports {
        let (ours, theirs) = (path("a"), path("b"));
        let common = ["--format", format, "--source", corpus::SOURCE];
        let said = export(&[&["--api", &*url][..], &common[..], more].concat(), &ours)?;
        let file = file.to_str().context("a path of UTF-8")?;
        let expected = export(&[&[file][..], &common[..], more].concat(), &theirs)?;
        ensure!(
            count(&said)? == count(&expected)?,
            "{format} {more:?}: {said}, and from the file {expected}"
        );
        ensure!(
            std::fs::read(&ours)? == std::fs::read(&theirs)?,
            "{format} {more:?}: other bytes"
        );
        let cases = match more {
            [] => 300..301,
            ["--item", _] => 0..1,
            _ => 1..299,
        };
        ensure!(cases.contains(&count(&said)?), "{format} {more:?}: {said}");
    }
    let refused = platform
        .answer("/api/v1/events/export?from=yesterday")
        .await?;
    ensure!(refused.0 == 400, "{refused:?}");
    platform.stop().await?;
    what_running_shows_of_definitions(folder.path(), &definitions).await
}

/// The number of cases that the command says it has written.
fn count(said: &str) -> Result<u64> {
    let first = said.split_whitespace().next().context("it says a number")?;
    Ok(first.parse()?)
}

fn export(arguments: &[&str], out: &Path) -> Result<String> {
    let out = out.to_str().context("a path of UTF-8")?;
    run(&[&["export"][..], arguments, &["--out", out][..]].concat())
}

fn run(arguments: &[&str]) -> Result<String> {
    let output = Command::new(place::program()?)
        .args(arguments)
        .stdin(Stdio::null())
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{arguments:?}: {errors}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `definitions check --clickhouse`, with an item that nobody runs, and without a step and a body that cases bear.
async fn what_running_shows_of_definitions(data: &Path, definitions: &Path) -> Result<()> {
    let engine = Engine::start(data).await?;
    let folder = tempfile::tempdir()?;
    let set = std::fs::read_to_string(definitions.join("licence.yaml"))?;
    let file = folder.path().join("licence.yaml");
    let dir = folder
        .path()
        .to_str()
        .context("a path of UTF-8")?
        .to_owned();
    let check = |text: &str, more: &[&str]| -> Result<Vec<String>> {
        std::fs::write(&file, text)?;
        let window = ["--from", "2025-01-01", "--to", "2025-12-31"];
        let base = [
            "definitions",
            "check",
            &dir,
            "--clickhouse",
            engine.address(),
        ];
        let more = if more.is_empty() { &window[..] } else { more };
        let said = run(&[&base[..], more].concat())?;
        let findings = said
            .lines()
            .filter_map(|line| line.strip_prefix("finding: "));
        // What stands in the file is found without the archive, too.
        Ok(findings
            .filter(|finding| finding.contains(" cases of ") || finding.contains("never run"))
            .map(str::to_owned)
            .collect())
    };
    let found = check(&set, &[])?;
    ensure!(found.is_empty(), "all of it is known: {found:#?}");
    let idle = set.lines().count() + 3;
    let more = format!(
        "{set}---\n{}",
        set.split("---\n")
            .find(|text| text.starts_with("kind: item"))
            .context("an item")?
            .replace("code: e2e-licence", "code: e2e-idle")
    );
    let found = check(&more, &[])?;
    ensure!(
        found.len() == 1
            && found[0].starts_with(&format!(
                "licence.yaml:{idle}: item \"e2e-idle\" (试验许可) was never run"
            )),
        "{found:#?}"
    );
    let found = check(&more, &["--from", "2019-01-01", "--to", "2019-12-31"])?;
    ensure!(found.is_empty(), "neither was in the list then: {found:#?}");
    let other = set.replace("code: e2e-licence", "code: e2e-other");
    let found = check(&other, &[])?;
    ensure!(
        found
            .iter()
            .any(|f| f.contains("\"e2e-licence\", which is not in the list"))
            && found
                .iter()
                .any(|f| f.contains("\"e2e-other\" (试验许可) was never run")),
        "{found:#?}"
    );
    let renamed = set
        .replace("code: check,", "code: recheck,")
        .replace("step_end:check", "step_end:recheck");
    let found = check(&renamed, &[])?;
    ensure!(
        found
            .iter()
            .any(|f| f.starts_with("licence.yaml:8: ") && f.contains("were in the step \"check\"")),
        "{found:#?}"
    );
    Ok(())
}
