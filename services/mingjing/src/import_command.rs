//! `mingjing import`: a log through intake of a running platform, as a declared source.
//!
//! What it sends is what `replay` judges: the same events in the same order, then "complete until" the same instant. It ends
//! when the platform has judged and archived them.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::source::{Lacks, Source, SourceClock};
use mingjing_wire::cloudevents::{encode_complete_until, encode_event};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::exchange_folder::FolderArgs;
use crate::{definitions_command, progress, replay_command};

/// Sends a log to a running platform.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The log: XES, CSV or NDJSON of CloudEvents, plain or gzip; with --preset a folder of tables.
    log: PathBuf,
    /// The folder of definitions to judge by; published first. Where definitions were published by review it may only hold
    /// what is in force already.
    #[arg(long, value_name = "DIR")]
    definitions: PathBuf,
    /// How the log's attributes become events (XES, CSV).
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    #[command(flatten)]
    folder: FolderArgs,
    /// Judge as of this instant, RFC 3339; the log's last event where nothing is said.
    #[arg(long, value_name = "INSTANT")]
    until: Option<String>,
    /// The platform, like http://127.0.0.1:8080.
    #[arg(long, value_name = "URL")]
    to: String,
    /// Where its API is, if not there: in a cluster, intake and the API are processes apart.
    #[arg(long, value_name = "URL")]
    api: Option<String>,
}

/// Events of one request.
const BATCH: usize = 2_000;
/// How long the platform may take to judge and archive all.
const PATIENCE: Duration = Duration::from_secs(600);

/// Runs the command.
pub async fn run(args: ImportArgs) -> anyhow::Result<()> {
    let until = args
        .until
        .as_deref()
        .map(|text| Timestamp::parse(text).context("--until"))
        .transpose()?;
    let (set, _) = definitions_command::load(&args.definitions)?;
    let files = definitions_command::read_folder(&args.definitions)?;
    let mut reader = replay_command::open_log(&args.log, args.mapping.as_deref(), &args.folder)?;
    let lacks = args.folder.lacks()?;
    let mut platform = Platform::new(&args.to, args.api.as_deref())?;

    let bar = progress::bytes(reader.bytes_total(), "sending");
    let (mut last, mut batch, mut sent, mut problems) = (None, Vec::new(), 0u64, 0u64);
    while let Some(next) = reader.next() {
        bar.set_position(reader.bytes_read());
        let event = match next {
            Ok(event) => event,
            Err(problem) => {
                problems += 1;
                bar.suspend(|| eprintln!("{}: {problem}", args.log.display()));
                continue;
            }
        };
        if until.is_some_and(|until| event.occurred_at > until) {
            continue;
        }
        last = last.max(Some(event.occurred_at));
        if platform.source.is_none() {
            let declared = declaration(&set, &event.source, &lacks)?;
            platform.begin(&declared, &files).await?;
        }
        platform.speaks_for(&event.source)?;
        batch.push(encode_event(&event));
        if batch.len() == BATCH {
            sent += platform.send(&batch).await?;
            batch.clear();
        }
    }
    if !batch.is_empty() {
        sent += platform.send(&batch).await?;
    }
    bar.finish_and_clear();
    let until = until
        .or(last)
        .context("the log holds no event that could be read")?;
    platform.complete(until).await?;
    println!(
        "{sent} events of {} sent, judged as of {until}; {problems} entries could not be read",
        platform.source.as_deref().unwrap_or_default()
    );
    Ok(())
}

/// What the definitions declare of the log's source; where they do not name it, a back-fill that lacks what its tables lack.
fn declaration(set: &DefinitionSet, source: &str, lacks: &Lacks) -> anyhow::Result<Source> {
    let defined = set.sources.iter().find(|s| s.value.id == source);
    let Some(defined) = defined.map(|document| document.value.clone()) else {
        return Ok(Source {
            lacks: lacks.clone(),
            ..Source::new(source, SourceClock::Declared)
        });
    };
    anyhow::ensure!(
        defined.clock == SourceClock::Declared,
        "the definitions declare {source:?} as a live source: its events come from its own system; import under another source"
    );
    Ok(defined)
}

/// A running platform, and the one source that the log speaks for.
struct Platform {
    client: Client,
    /// Of intake.
    url: String,
    api: String,
    admin_key: Option<String>,
    source: Option<String>,
    key: String,
}

impl Platform {
    fn new(url: &str, api: Option<&str>) -> anyhow::Result<Self> {
        let base = |url: &str| url.trim_end_matches('/').to_owned();
        Ok(Self {
            client: Client::builder()
                .timeout(Duration::from_secs(120))
                .build()?,
            url: base(url),
            api: base(api.unwrap_or(url)),
            admin_key: std::env::var("MINGJING_ADMIN_KEY").ok(),
            source: None,
            key: String::new(),
        })
    }

    fn speaks_for(&self, source: &str) -> anyhow::Result<()> {
        match &self.source {
            Some(known) if known != source => {
                anyhow::bail!("one import speaks for one source: {known:?}, then {source:?}")
            }
            _ => Ok(()),
        }
    }

    /// At the first event: definitions, then the source.
    async fn begin(&mut self, declared: &Source, files: &[DefinitionFile]) -> anyhow::Result<()> {
        let source = declared.id.as_str();
        // A folder of its own keeps this set apart from the platform's others.
        let files: Vec<DefinitionFile> = files
            .iter()
            .map(|f| DefinitionFile {
                name: format!("{source}/{}", f.name),
                text: f.text.clone(),
            })
            .collect();
        self.ask(
            "publish the definitions",
            "/v1/definitions",
            &json!({
                "files": files,
                "who": { "person": "mingjing-import" },
                "why": format!("导入来源 {source} 的历史数据所用的定义"),
            }),
        )
        .await?;
        let answer = self
            .ask(
                "register the source",
                "/v1/sources",
                &serde_json::to_value(declared)?,
            )
            .await?;
        self.key = match answer["key"].as_str() {
            Some(key) => key.to_owned(),
            None => {
                let path = format!("/v1/sources/{source}/keys");
                let answer = self
                    .ask("get a key for the source", &path, &json!({}))
                    .await?;
                answer["key"]
                    .as_str()
                    .context("the platform gave no key")?
                    .to_owned()
            }
        };
        self.source = Some(source.to_owned());
        Ok(())
    }

    async fn ask(&self, what: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let mut request = self.client.post(format!("{}{path}", self.url)).json(body);
        if let Some(key) = &self.admin_key {
            request = request.bearer_auth(key);
        }
        let answer = request
            .send()
            .await
            .with_context(|| format!("cannot {what}: is {} up?", self.url))?;
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        anyhow::ensure!(status.is_success(), "cannot {what}: {status}: {text}");
        serde_json::from_str(&text)
            .with_context(|| format!("cannot {what}: not a JSON answer: {text}"))
    }

    /// Sends items; answers how many were taken. Refused ones are told.
    async fn send(&self, items: &[Vec<u8>]) -> anyhow::Result<u64> {
        let body = items.join(&b'\n');
        loop {
            let answer = self
                .client
                .post(format!("{}/v1/events", self.url))
                .bearer_auth(&self.key)
                .header("content-type", "application/x-ndjson")
                .body(body.clone())
                .send()
                .await
                .context("cannot send events")?;
            if matches!(
                answer.status(),
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
            ) {
                tokio::time::sleep(retry_after(&answer)).await;
                continue;
            }
            let status = answer.status();
            let text = answer.text().await.unwrap_or_default();
            anyhow::ensure!(
                status.is_success() || status == StatusCode::MULTI_STATUS,
                "the platform took no event: {status}: {text}"
            );
            let answer: Value = serde_json::from_str(&text).context("not a JSON answer")?;
            let refused = answer["items"].as_array().into_iter().flatten();
            for item in refused.filter(|item| item["status"] == "refused") {
                eprintln!("refused: {} {}", item["id"], item["message_en"]);
            }
            return answer["accepted"]
                .as_u64()
                .context("the answer does not say how many were taken");
        }
    }

    /// As of when all partitions have judged a source, and that is archived.
    async fn judged_until(&self, source: &str) -> anyhow::Result<Option<Timestamp>> {
        let url = format!("{}/api/v1/sources/{source}?brief=true", self.api);
        let mut request = self.client.get(&url);
        if let Some(key) = &self.admin_key {
            request = request.bearer_auth(key);
        }
        let answer = request.send().await?;
        let answer: Value = answer.error_for_status()?.json().await?;
        let until = answer["complete_until"].as_str();
        Ok(until.map(Timestamp::parse).transpose()?)
    }

    /// Says that all is sent, and waits until it is judged and archived.
    async fn complete(&self, until: Timestamp) -> anyhow::Result<()> {
        let source = self.source.as_deref().context("nothing was sent")?;
        self.send(&[encode_complete_until(source, until)]).await?;
        let began = std::time::Instant::now();
        loop {
            let said = match self.judged_until(source).await {
                Ok(Some(at)) if at >= until => return Ok(()),
                Ok(Some(at)) => format!("it is judged as of {at}"),
                Ok(None) => "some partitions have not judged it".to_owned(),
                Err(error) => format!("{error:#}"),
            };
            anyhow::ensure!(
                began.elapsed() < PATIENCE,
                "the events are taken, but not all judged and archived within {} s: {said}; see {}/readyz, and name \
                 the API with --api if it is served elsewhere",
                PATIENCE.as_secs(),
                self.api
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

fn retry_after(answer: &Response) -> Duration {
    let seconds = answer
        .headers()
        .get("retry-after")
        .and_then(|v| v.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1).clamp(1, 30))
}
