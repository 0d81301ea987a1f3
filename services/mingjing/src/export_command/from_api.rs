//! A running platform's cases, as its API streams them: one case is held at a time.

use anyhow::Context as _;
use futures::StreamExt as _;
use mingjing_domain::Timestamp;
use mingjing_domain::event::CaseEvent;
use mingjing_wire::LogRecord;
use mingjing_wire::export::Selection;

use super::Counted;
use crate::console::Console;

pub(super) async fn write(
    api: &str,
    selection: &Selection,
    out: &mut Counted<'_>,
) -> anyhow::Result<()> {
    let console = Console::new(api)?;
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let (from, to) = (instant(selection.from), instant(selection.before));
    let query: Vec<(&str, &str)> = [
        ("source", selection.source.as_deref()),
        ("item", selection.item.as_deref()),
        ("from", from.as_deref()),
        ("to", to.as_deref()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    let path = ["api", "v1", "events", "export"];
    let mut chunks = console.stream(&path, &query).await?;
    let mut case = Case::default();
    let mut waiting: Vec<u8> = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.context("the export broke off; what was written is not whole")?;
        waiting.extend(&chunk);
        let mut begin = 0;
        while let Some(length) = waiting[begin..].iter().position(|byte| *byte == b'\n') {
            case.take(&waiting[begin..begin + length], out)?;
            begin += length + 1;
        }
        waiting.drain(..begin);
    }
    anyhow::ensure!(
        waiting.is_empty(),
        "the export broke off in the middle of a line; what was written is not whole"
    );
    case.end(out)
}

/// The events of the case that is being read.
#[derive(Default)]
struct Case(Vec<CaseEvent<'static>>);

impl Case {
    fn take(&mut self, line: &[u8], out: &mut Counted<'_>) -> anyhow::Result<()> {
        let record = LogRecord::parse(line, Timestamp::MIN).map(LogRecord::into_owned);
        let record = record.map_err(|refusal| {
            anyhow::anyhow!(
                "a line of the export cannot be read: {}",
                refusal.message_en()
            )
        })?;
        let LogRecord::Event(event) = record else {
            anyhow::bail!("a line of the export is no event");
        };
        let same =
            |last: &CaseEvent<'_>| (&last.source, &last.case_no) == (&event.source, &event.case_no);
        if !self.0.last().is_none_or(same) {
            self.end(out)?;
        }
        self.0.push(event);
        Ok(())
    }

    fn end(&mut self, out: &mut Counted<'_>) -> anyhow::Result<()> {
        if !self.0.is_empty() {
            out.case(&self.0)?;
            self.0.clear();
        }
        Ok(())
    }
}
