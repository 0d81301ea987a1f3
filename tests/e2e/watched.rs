//! The alarms and dashboards against a real platform, by a real Prometheus: every rule is evaluated, every panel shows something, and
//! every series that they name is there.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_testkit::kafka::Broker;
use mingjing_tests::expressions::{self, RULES, selectors};
use mingjing_tests::prometheus;
use serde_json::Value;

use crate::clickhouse_away::free_address;
use crate::cluster::Start;
use crate::platform::{PATIENCE, Platform, place};
use crate::sender::Sender;

/// Prometheus's own, which is there only while an alarm rings.
const OF_PROMETHEUS: &str = "ALERTS";

#[tokio::test(flavor = "multi_thread")]
async fn every_series_of_the_alarms_and_dashboards_is_there_and_every_panel_shows_something()
-> Result<()> {
    // On a broker, where departments have topics of their own; with a snapshot soon, so that its metrics are there.
    let broker = tokio::task::spawn_blocking(Broker::start).await??;
    let folder = tempfile::tempdir()?;
    let site = Start::new(folder.path(), &broker, "")?;
    // Somebody is to be told, so that there is a channel to look at.
    let notify = folder.path().join("notify.toml");
    let channel = "[[channel]]\nid = 'oa'\nkind = 'webhook'\nurl = 'http://127.0.0.1:9/'\nsecret = 'env:E2E_NOTIFY_KEY'\n";
    std::fs::write(&notify, channel)?;
    let notify = notify.to_str().context("a path in UTF-8")?;
    let mut environment = site.environment();
    environment.push(("MINGJING__NOTIFY__CONFIG", notify));
    environment.push(("E2E_NOTIFY_KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    let platform = Platform::start(folder.path(), &environment)?;
    let url = platform.url().context("it is up")?.to_owned();
    // A department's poll whose database is away has its metrics, too.
    let poll = Poll::start(folder.path(), &url)?;
    let prometheus = Prometheus::start(folder.path(), &[&url, &poll.url]).await?;
    let mut sender = Sender::register(&platform).await?;
    let read = "mingjing_intake_topic_partitions";
    platform.until_metric(read, |n| n == 1).await?;
    // On a busy machine the whole corpus takes longer than a look has patience.
    sender.send_all(&url).await?;
    // Rates show what happens while they are asked for.
    let traffic = async {
        loop {
            platform.get("/api/v1/counts").await?;
            sender.send_nonsense(&url).await?;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    let looked = async {
        let mut findings = Vec::new();
        let (alarms, panels) = (expressions::of_alarms()?, expressions::of_dashboards()?);
        for expression in alarms.iter().chain(&panels) {
            for selector in selectors(&expression.text) {
                if !selector.starts_with(OF_PROMETHEUS) && !prometheus.shows(&selector).await? {
                    findings.push(format!("{}: {selector} is not there", expression.place));
                }
            }
        }
        for panel in &panels {
            if !prometheus.shows(&panel.text).await? {
                findings.push(format!("{}: shows nothing: {}", panel.place, panel.text));
            }
        }
        for alarm in &alarms {
            prometheus.ask(&alarm.text).await?;
        }
        findings.extend(prometheus.ill_rules(alarms.len()).await?);
        Ok(findings)
    };
    let looked: Result<Vec<String>> = tokio::select! {
        findings = looked => findings,
        sent = traffic => sent,
    };
    let findings = looked.with_context(|| format!("the platform says:\n{}", platform.errors()))?;
    ensure!(findings.is_empty(), "{}", findings.join("\n"));
    platform.stop().await
}

/// A poll of a database that is not there. Killed on drop.
struct Poll {
    process: Child,
    url: String,
}

impl Poll {
    fn start(folder: &Path, intake: &str) -> Result<Self> {
        let settings = folder.join("poll.toml");
        let state = folder.join("poll.json");
        let text = format!(
            "source = 'front'\npreset = 'national'\nintake = '{intake}'\nstate = '{}'\n[database]\n",
            state.display()
        );
        std::fs::write(&settings, text)?;
        let mut process = Command::new(place::program()?)
            .args(["poll", "--listen", "127.0.0.1:0", "--config"])
            .arg(&settings)
            .env(
                "MINGJING_POLL_DATABASE",
                "postgres://reader@%2Fnowhere/front",
            )
            .env("MINGJING_POLL_KEY", "none")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("start mingjing poll")?;
        let output = process.stdout.take().context("stdout is piped")?;
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)?;
        let url = line.trim().strip_prefix("listening on ").map(str::to_owned);
        let url = url.with_context(|| format!("the poll says {line:?}"))?;
        Ok(Self { process, url })
    }
}

impl Drop for Poll {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A Prometheus that looks at some processes every second. Killed on drop.
struct Prometheus {
    process: Child,
    url: String,
}

impl Prometheus {
    async fn start(folder: &Path, watched: &[&str]) -> Result<Self> {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(RULES)
            .canonicalize()?;
        let targets = watched.iter().map(|url| url.trim_start_matches("http://"));
        let targets: Vec<String> = targets.map(|target| format!("'{target}'")).collect();
        let targets = targets.join(", ");
        let config = folder.join("prometheus.yml");
        std::fs::write(
            &config,
            format!(
                "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\nrule_files: ['{}']\nscrape_configs:\n  \
                 - job_name: mingjing\n    static_configs: [{{ targets: [{targets}] }}]\n",
                rules.display()
            ),
        )?;
        let address = free_address()?;
        let errors = folder.join("prometheus.txt");
        let process = Command::new(prometheus::program("prometheus")?)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.join("tsdb").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&errors)?)
            .spawn()
            .context("start prometheus")?;
        let started = Self {
            process,
            url: format!("http://{address}"),
        };
        let began = Instant::now();
        while !started.is_ready().await {
            ensure!(
                began.elapsed() < PATIENCE,
                "prometheus does not start:\n{}",
                std::fs::read_to_string(&errors)?
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(started)
    }

    async fn is_ready(&self) -> bool {
        let answer = reqwest::get(format!("{}/-/ready", self.url)).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    async fn get(&self, path: &str, asked: &[(&str, &str)]) -> Result<Value> {
        let url = reqwest::Url::parse_with_params(&format!("{}{path}", self.url), asked)?;
        let text = reqwest::get(url).await?.text().await?;
        let answer: Value = serde_json::from_str(&text).with_context(|| text.clone())?;
        ensure!(answer["status"] == "success", "{path} {asked:?}: {text}");
        Ok(answer["data"].clone())
    }

    /// The series that an expression answers now.
    async fn ask(&self, expression: &str) -> Result<usize> {
        let data = self.get("/api/v1/query", &[("query", expression)]).await?;
        Ok(data["result"].as_array().map_or(0, Vec::len))
    }

    /// Whether it answers anything, given some time.
    async fn shows(&self, expression: &str) -> Result<bool> {
        let began = Instant::now();
        while self.ask(expression).await? == 0 {
            if began.elapsed() > PATIENCE {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Ok(true)
    }

    /// Rules that Prometheus could not evaluate, once it has tried all.
    async fn ill_rules(&self, count: usize) -> Result<Vec<String>> {
        let began = Instant::now();
        loop {
            let data = self.get("/api/v1/rules", &[]).await?;
            let groups = data["groups"].as_array().context("groups are listed")?;
            let rules: Vec<&Value> = groups
                .iter()
                .flat_map(|group| group["rules"].as_array().into_iter().flatten())
                .collect();
            ensure!(rules.len() == count, "{} rules of {count}", rules.len());
            if rules.iter().all(|rule| rule["health"] != "unknown") {
                let ill = rules.iter().filter(|rule| rule["health"] != "ok");
                return Ok(ill.map(ToString::to_string).collect());
            }
            ensure!(
                began.elapsed() < PATIENCE,
                "rules are not evaluated: {data}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
