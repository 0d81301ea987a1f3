//! Every bench runs, at a size that says nothing about speed: what it prints has its keys, and what it counted adds up.

#[path = "../real-logs/place.rs"]
#[expect(dead_code, reason = "only the program's place is asked for")]
mod place;

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use mingjing_testkit::kafka::Broker;
use serde_json::Value;

#[test]
fn the_engine_is_measured_against_parsing() -> Result<()> {
    let report = bench(&["engine", "--open-cases", "2000"])?;
    positive(
        &report,
        &[
            "parse_only_per_s",
            "engine_per_s",
            "ratio",
            "bytes_per_open_case",
        ],
    )?;
    positive(
        &report["cities"],
        &[
            "events",
            "ratio",
            "control_points",
            "rules",
            "cases_with_alerts",
        ],
    )
}

#[test]
fn an_embedded_backlog_is_drained_by_one_process() -> Result<()> {
    let report = bench(&["drain", "--cases", "300", "--runs", "1"])?;
    ensure!(report["log"] == "embedded", "{report}");
    drained(&report, &[(1, 2)])?;
    ensure!(report["factor_of_processes"].is_null(), "{report}");
    Ok(())
}

#[test]
fn a_backlog_in_kafka_is_drained_by_one_process_and_by_two() -> Result<()> {
    let broker = Broker::start()?;
    let report = bench(&[
        "drain",
        "--cases",
        "300",
        "--runs",
        "1",
        "--processes",
        "1,2",
        "--brokers",
        &broker.address(),
    ])?;
    ensure!(report["log"] == "kafka", "{report}");
    drained(&report, &[(1, 1), (1, 2), (2, 2)])?;
    for factor in ["factor_of_processes", "factor_of_scale"] {
        positive(&report[factor], &["median", "min", "max"])?;
    }
    Ok(())
}

#[test]
fn several_processes_want_a_log_that_they_can_share() -> Result<()> {
    let output = run(&["drain", "--processes", "2"])?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(
        !output.status.success() && said.contains("--brokers"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_platform_is_measured_from_the_request_to_clickhouse() -> Result<()> {
    let report = bench(&["end-to-end", "--seconds", "1"])?;
    travelled(&report, "embedded")
}

#[test]
fn a_platform_of_several_processes_is_measured_from_the_request_to_clickhouse() -> Result<()> {
    let broker = Broker::start()?;
    let report = bench(&[
        "end-to-end",
        "--seconds",
        "1",
        "--brokers",
        &broker.address(),
    ])?;
    travelled(&report, "kafka")
}

#[test]
fn limits_that_fall_due_together_fire_once_each() -> Result<()> {
    let report = bench(&["timers", "--cases", "500", "--runs", "1"])?;
    ensure!(
        report["cases"] == 500 && report["alerts"].as_u64() >= Some(500),
        "{report}"
    );
    for side in ["fire_s", "fire_and_publish_s", "publish_only_s", "ratio"] {
        positive(&report[side], &["median", "min", "max"])?;
    }
    Ok(())
}

#[test]
fn a_log_is_archived_row_by_row() -> Result<()> {
    let report = bench(&["archive", "--cases", "100", "--runs", "1"])?;
    ensure!(report["rows"] == 800, "{report}");
    for side in ["archive_rows_per_s", "server_rows_per_s", "ratio"] {
        positive(&report[side], &["median", "min", "max"])?;
    }
    Ok(())
}

#[test]
fn the_past_is_backtested_event_by_event() -> Result<()> {
    let report = bench(&["backtest", "--cases", "300", "--runs", "1"])?;
    ensure!(
        report["events"] == 2400 && report["would_raise"].as_u64() >= Some(12),
        "{report}"
    );
    for side in ["backtest_events_per_s", "read_only_events_per_s", "ratio"] {
        positive(&report[side], &["median", "min", "max"])?;
    }
    Ok(())
}

#[test]
fn lists_are_measured_against_their_rows_by_key() -> Result<()> {
    let report = bench(&["alerts", "--alerts", "3000", "--times", "2"])?;
    positive(&report, &["slowest_p95_ms"])?;
    positive(&report["ratio"], &["median", "min", "max"])?;
    let questions = report["questions"]
        .as_array()
        .context("questions is a list")?;
    ensure!(questions.len() > 20, "{report}");
    for question in questions {
        positive(question, &["p50_ms", "p95_ms", "most_ms"])?;
        let ms = |key: &str| question[key].as_f64().unwrap_or_default();
        ensure!(
            ms("p50_ms") <= ms("p95_ms") && ms("p95_ms") <= ms("most_ms"),
            "{question}"
        );
    }
    let pages = questions.iter().filter(|q| q["by_key_p50_ms"].is_f64());
    ensure!(pages.count() == questions.len() - 4, "{report}");
    Ok(())
}

#[test]
fn statistics_and_a_bulletin_are_measured_against_rows() -> Result<()> {
    let report = bench(&[
        "statistics",
        "--cases",
        "3000",
        "--changed",
        "30",
        "--times",
        "2",
        "--of-rows",
        "1",
        "--bulletins",
        "2",
    ])?;
    ensure!(report["stays"] == 3000 * 8, "{report}");
    positive(&report, &["cells", "slowest_p95_ms"])?;
    positive(&report["ratio"], &["median", "min", "max"])?;
    let together = report["together"].as_array().context("a list")?;
    ensure!(together.len() == 4, "{report}");
    let questions = report["questions"]
        .as_array()
        .context("questions is a list")?;
    ensure!(questions.len() == 12, "{report}");
    for question in questions {
        for side in ["cells", "rows"] {
            positive(&question[side], &["p50_ms", "p95_ms"])?;
            positive(&question[side]["work"], &["rows", "bytes"])?;
        }
    }
    // Every case with its stays was read at least once for each question of rows.
    let of_rows = questions.iter().map(|q| q["rows"]["work"]["rows"].as_f64());
    let least = of_rows.map(Option::unwrap_or_default);
    ensure!(least.fold(f64::MAX, f64::min) >= 3000.0, "{report}");
    let bulletin = &report["bulletin"];
    ensure!(
        bulletin["times"] == 2
            && bulletin["figures_sha256"]
                .as_str()
                .is_some_and(|s| s.len() == 64),
        "{report}"
    );
    for part in ["whole_s", "files_s"] {
        positive(&bulletin[part], &["median", "min", "max"])?;
    }
    positive(&bulletin["draft"]["work"], &["rows", "bytes"])?;
    positive(bulletin, &["ratio"])
}

fn drained(report: &Value, shapes: &[(u64, u64)]) -> Result<()> {
    ensure!(report["events"] == 300 * 8, "{report}");
    positive(report, &["records", "bytes", "runs", "cores"])?;
    for side in ["raw_events_per_s", "engine_events_per_s", "ratio"] {
        positive(&report[side], &["median", "min", "max"])?;
    }
    let drains = report["drains"].as_array().context("drains is a list")?;
    let found: Vec<_> = drains
        .iter()
        .map(|d| (d["processes"].as_u64(), d["partitions"].as_u64()))
        .collect();
    let wanted: Vec<_> = shapes.iter().map(|(p, n)| (Some(*p), Some(*n))).collect();
    ensure!(found == wanted, "{report}");
    for drain in drains {
        for side in [
            "events_per_s",
            "ratio",
            "cpu_s_per_million_events",
            "machine_busy_cores",
        ] {
            positive(&drain[side], &["median", "min", "max"])?;
        }
    }
    Ok(())
}

fn travelled(report: &Value, log: &str) -> Result<()> {
    ensure!(report["log"] == log, "{report}");
    ensure!(
        report["events_sent"] == report["events_archived"],
        "{report}"
    );
    positive(
        report,
        &[
            "events_sent",
            "throughput_events_per_s",
            "accepted_events_per_s",
            "platform_cpu_s_per_million_events",
            "batch_interval_ms",
            "insert_p50_ms",
            "ratio",
        ],
    )?;
    for phase in ["half", "full"] {
        let phase = &report[phase];
        positive(phase, &["offered_events_per_s", "events"])?;
        for way in ["answer", "live", "archive"] {
            let way = &phase[way];
            positive(way, &["count", "p50_ms", "p99_ms", "max_ms"])?;
            let ms = |key: &str| way[key].as_f64().unwrap_or_default();
            ensure!(
                ms("p50_ms") <= ms("p99_ms") && ms("p99_ms") <= ms("max_ms"),
                "{way}"
            );
        }
        // Of a hundred cases four raise an alert, and all that did came to ClickHouse.
        let seen = phase["archive"]["count"].as_u64();
        let shown = phase["live"]["count"]
            .as_u64()
            .zip(phase["live_missed"].as_u64());
        ensure!(seen == shown.map(|(live, missed)| live + missed), "{phase}");
    }
    Ok(())
}

/// Runs a bench of the built program and reads what it prints.
fn bench(arguments: &[&str]) -> Result<Value> {
    let mut all = arguments.to_vec();
    all.push("--json");
    let output = run(&all)?;
    ensure!(
        output.status.success(),
        "bench {}: {}\n{}",
        arguments.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    serde_json::from_str(&text).with_context(|| text.clone())
}

fn run(arguments: &[&str]) -> Result<std::process::Output> {
    let output = Command::new(place::program()?)
        .arg("bench")
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    output.context("start mingjing")
}

fn positive(value: &Value, keys: &[&str]) -> Result<()> {
    for key in keys {
        let number = value[key].as_f64();
        ensure!(
            number.is_some_and(|n| n > 0.0),
            "{key} is not positive: {value}"
        );
    }
    Ok(())
}
