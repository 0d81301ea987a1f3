//! `mingjing log verify` on a platform: the running one asked to do it, the folder of one that stands still, and one whose archive was killed in
//! between.

use std::process::{Command, Output};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::platform::{PATIENCE, Platform, place};

const SET: &str = include_str!("definitions/licence.yaml");
const AHEAD: [(&str, &str); 1] = [("MINGJING_CLOCK_AHEAD", "26h")];

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_platform_is_verified_while_it_runs_and_when_it_stands_still() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    std::fs::create_dir(&data)?;
    let mut platform = Platform::start(&data, &[])?;
    platform.until_ready(true).await?;
    let definitions = folder.path().join("definitions");
    std::fs::create_dir(&definitions)?;
    std::fs::write(definitions.join("licence.yaml"), SET)?;
    platform.register("office", &definitions).await?;
    let none: Value = serde_json::from_str(&platform.get("/api/v1/log/heads").await?)?;
    ensure!(
        none["days"] == serde_json::json!([]),
        "no day is over: {none:#}"
    );
    // Where both topics of every partition are archived, the chains are kept.
    for topic in ["mj.log", "mj.facts"] {
        let archived = format!("mingjing_archive_records_total{{topic=\"{topic}\"}}");
        platform
            .until_metric(&archived, |records| records >= 4)
            .await?;
    }
    // Whatever it was at: the chain is where the watermark is.
    platform.kill()?;
    platform.ended().await?;

    let platform = Platform::start(&data, &AHEAD)?;
    platform.until_ready(true).await?;
    let began = Instant::now();
    let day = loop {
        let told: Value = serde_json::from_str(&platform.get("/api/v1/log/heads").await?)?;
        if told["days"][0]["digest"].is_string() {
            break told["days"][0].clone();
        }
        ensure!(began.elapsed() < PATIENCE, "{told:#}");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    let public: Value = serde_json::from_str(&platform.get("/api/public/v1/about").await?)?;
    ensure!(
        public["log_digest"]["digest"] == day["digest"]
            && public["log_digest"]
                .as_object()
                .is_some_and(|of| of.len() == 2),
        "{public:#}"
    );
    let url = platform.url().context("it is up")?.to_owned();
    let asked = mingjing(&["log", "verify", "--api", &url]).await?;
    ensure!(
        asked.status.success() && told(&asked).contains("结论：相符"),
        "{asked:?}"
    );
    // Held by the platform, the folder cannot be read by another; which says what to do.
    let folder_of = data.to_string_lossy().into_owned();
    let held = mingjing(&["log", "verify", "--data", &folder_of]).await?;
    ensure!(
        held.status.code() == Some(1)
            && String::from_utf8_lossy(&held.stderr).contains("请改用 --api"),
        "{held:?}"
    );
    platform.stop().await?;

    let (day, digest) = (
        day["day"].as_str().context("a day")?,
        day["digest"].as_str().context("a digest")?,
    );
    let kept = format!("{day}={digest}");
    let verify = ["log", "verify", "--data", &folder_of, "--digest", &kept];
    let still = mingjing(&verify).await?;
    ensure!(
        still.status.success()
            && told(&still).contains("已与 ClickHouse 逐条比对")
            && told(&still).contains(day),
        "{still:?}"
    );
    let other = format!("{day}={}", "0".repeat(64));
    let verify = ["log", "verify", "--data", &folder_of, "--digest", &other];
    let differs = mingjing(&verify).await?;
    ensure!(
        differs.status.code() == Some(1) && told(&differs).contains("外部留存的日摘要"),
        "{differs:?}"
    );
    Ok(())
}

fn told(of: &Output) -> String {
    String::from_utf8_lossy(&of.stdout).into_owned()
}

async fn mingjing(arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(place::program()?);
    command.args(arguments);
    Ok(tokio::task::spawn_blocking(move || command.output()).await??)
}
