//! A log through the reader and the engine, by the definitions and the mapping that statistics have of it.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::ids::derived_id;
use mingjing_domain::source::{Source, SourceClock};
use mingjing_engine::{Engine, Input, Rules};
use mingjing_wire::import::{self, Mapping};

use super::lived;
use super::world::World;
use crate::{RealLog, place};

/// Whether a case is among the one in so many that are taken; the same ones always.
pub fn taken(case_no: &str, one_in: u32) -> bool {
    let digest = derived_id(&[case_no]);
    let number = u32::from_str_radix(&digest[..8], 16).expect("a digest is hexadecimal");
    number.is_multiple_of(one_in)
}

/// What the archive holds of the log when the engine has judged it to its end. No log has complaints or ratings, which statistics count
/// from the events themselves: so none are kept.
pub fn world(log: &RealLog, data: &Path, one_in: u32) -> Result<World> {
    let here = place::here().join(log.name);
    let read = |file: &str| {
        let path = here.join(file);
        std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))
    };
    let mut files = Vec::new();
    for name in ["definitions/power.yaml", "statistics/flowchart.yaml"] {
        files.push(DefinitionFile {
            name: name.into(),
            text: read(name)?,
        });
    }
    let (set, problems) = DefinitionSet::read(files);
    ensure!(problems.is_empty(), "{problems:?}");
    let rules =
        Rules::compile(&set).map_err(|problems| anyhow::anyhow!("compile: {problems:?}"))?;
    let mapping = Mapping::from_yaml(&read("statistics/mapping.yaml")?)
        .map_err(|problem| anyhow::anyhow!("mapping: {problem}"))?;
    let reader = import::open(&data.join(log.file), Some(&mapping)).context("open the log")?;

    let mut engine = Engine::new(Arc::new(rules));
    let mut facts = Vec::new();
    let source = Source::new(log.name, SourceClock::Declared);
    engine.handle(Input::Declared(&source), &mut facts);
    let mut last = None;
    for next in reader {
        let event = next.map_err(|problem| anyhow::anyhow!("{problem}"))?;
        last = last.max(Some(event.occurred_at));
        if taken(&event.case_no, one_in) {
            engine.handle(Input::Event(&event), &mut facts);
        }
    }
    let until = last.context("the log has no event")?;
    let complete = Input::CompleteUntil {
        source: log.name,
        until,
    };
    engine.handle(complete, &mut facts);
    engine.flush_cases(&mut facts);
    Ok(lived::world(facts, Vec::new(), &set))
}
