//! A month's bulletin over the same data: drafted and written as `mingjing bulletin make` does it, by a platform of this program that serves
//! intake and the console's API in this process.
//!
//! The other side: the same bulletin drafted out of rows alone. Cells are made for the days of a zone, so a platform whose zone goes by another
//! name of the same has none that it may read, and counts the same days out of rows. All of them have to come to the same figures.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_store::Store;
use mingjing_supervise::HandMoved;
use serde::Serialize;

use super::super::measured::Measured;
use super::super::site::{Process, Site, until};
use super::bounds::BULLETIN_MAX_S;
use super::city;
use super::engine::{Engine, Side, Took};
use crate::bulletin_command::{MakeArgs, draft, write};
use crate::console::Console;
use crate::demo::client::Client;

const PERIOD: &str = "2026-10";
/// What the zone of cells is called, too.
const SAME_DAYS: Tz = chrono_tz::Asia::Chongqing;

/// What was measured of it.
#[derive(Serialize)]
pub struct Bulletin {
    pub period: &'static str,
    pub times: u32,
    /// Drafted and written as PDF, DOCX and XLSX with its data.
    pub whole_s: Measured,
    pub draft: Took,
    pub files_s: Measured,
    /// The same drafted out of rows.
    pub of_rows: Took,
    /// Medians of drafts out of cells to that.
    pub ratio: f64,
    /// Of all of them.
    pub figures_sha256: String,
}

impl Bulletin {
    /// Whether each of them was ready in time.
    pub fn in_time(&self) -> bool {
        self.whole_s.max < BULLETIN_MAX_S
    }
}

/// Drafts and writes it so often.
pub async fn bulletin(
    times: u32,
    site: &Site,
    store: &Store,
    engine: &Engine<'_>,
    zone: Tz,
    now: Timestamp,
) -> anyhow::Result<Bulletin> {
    let log = site.open_log().await?;
    let clock = Arc::new(HandMoved::new(now));
    let platform = site.serve_here(&log, store, clock.clone(), zone).await?;
    let by_rows = site.serve_here(&log, store, clock, SAME_DAYS).await?;
    let client = Client::new(&platform.url, None)?;
    client.publish(&[city::definitions()]).await?;
    let out = tempfile::tempdir_in(site.folder()).context("make a folder for bulletins")?;
    let (mut cells, mut rows) = (Side::default(), Side::default());
    let mut one_by_rows = Making::of(&by_rows, "rows", out.path()).await?;
    let sha256 = one_by_rows.drafted(&mut rows, engine).await?;
    eprintln!("the bulletin is drafted out of rows");
    let (mut whole_s, mut files_s) = (Vec::new(), Vec::new());
    for nth in 1..=times {
        let name = format!("cells-{nth}");
        let mut one = Making::of(&platform, &name, out.path()).await?;
        let figures = one.drafted(&mut cells, engine).await?;
        ensure!(
            figures == sha256,
            "the bulletin drafted for the {nth}th time has other figures than that of rows: {figures}, {sha256}"
        );
        let files = one.written().await?;
        let drafted = cells.ms.last().copied().unwrap_or(0.0) / 1e3;
        whole_s.push(drafted + files);
        files_s.push(files);
        eprintln!("bulletin {nth} of {times}");
    }
    let (draft, of_rows) = (cells.took(), rows.took());
    Ok(Bulletin {
        period: PERIOD,
        times,
        whole_s: Measured::of(whole_s),
        files_s: Measured::of(files_s),
        ratio: draft.p50_ms / of_rows.p50_ms,
        draft,
        of_rows,
        figures_sha256: sha256,
    })
}

/// One bulletin in the making.
struct Making {
    console: Console,
    args: MakeArgs,
    drafted: serde_json::Value,
}

impl Making {
    /// Of a platform that has taken up the names of the city.
    async fn of(platform: &Process, name: &str, out: &Path) -> anyhow::Result<Self> {
        let console = Console::new(&platform.url)?;
        until("names of the city", Duration::from_millis(50), || async {
            let told = console.get(&["api", "v1", "platform"], &[]).await?;
            Ok(told["names"]["orgs"]["org-0"].is_string())
        })
        .await?;
        let (city, _) = city::REGIONS[0];
        let args = MakeArgs {
            period: PERIOD.to_owned(),
            scope: city.to_owned(),
            out: out.join(name),
            kind: "bulletin".to_owned(),
            edition: "internal".to_owned(),
            to: String::new(),
            copies: String::new(),
            who: Some("bench".to_owned()),
            key: Some(name.to_owned()),
            api: platform.url.clone(),
            json: false,
        };
        Ok(Self {
            console,
            args,
            drafted: serde_json::Value::Null,
        })
    }

    /// Drafts it; answers the SHA-256 of its figures.
    async fn drafted(&mut self, side: &mut Side, engine: &Engine<'_>) -> anyhow::Result<String> {
        let asking = draft(&self.console, &self.args);
        self.drafted = side.ask(engine, asking).await?;
        let sha256 = self.drafted["figures_sha256"].as_str();
        Ok(sha256.context("a draft has figures")?.to_owned())
    }

    /// Writes its files; answers in how many seconds.
    async fn written(&self) -> anyhow::Result<f64> {
        let began = Instant::now();
        write(&self.console, &self.args, &self.drafted).await?;
        Ok(began.elapsed().as_secs_f64())
    }
}
