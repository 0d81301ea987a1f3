//! Reading definition files. Refers to no folder: names and texts are arguments.

mod calendars;
mod score_models;

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{
    Body, Discretion, Fees, Flowchart, GeneralPoints, InspectionPlan, PowerItem, Regions,
    RuleSettings, ScoreModel,
};
use crate::calendar::CalendarDefinition;
use crate::source::Source;

/// One file of a definitions folder.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, Deserialize)]
pub struct DefinitionFile {
    /// Its path within the folder, with `/`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Something wrong in a definition, with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 where it concerns the whole file.
    pub line: u32,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// A definition and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Document<T> {
    /// The file.
    pub file: String,
    /// Lines of the file before this document.
    pub lines_before: u32,
    /// The definition.
    pub value: T,
}

impl<T> Document<T> {
    /// A problem at `line` of this document (0: at its first line).
    pub fn problem(&self, line: u32, message: impl Into<String>) -> Problem {
        Problem {
            file: self.file.clone(),
            line: self.lines_before + line.max(1),
            message: message.into(),
        }
    }
}

/// Everything a definitions folder says, as read; references are not yet resolved.
#[derive(Clone, Debug, Default)]
pub struct DefinitionSet {
    /// The files it was read from, by name.
    pub files: Vec<DefinitionFile>,
    /// Bodies.
    pub bodies: Vec<Document<Body>>,
    /// Power items.
    pub items: Vec<Document<PowerItem>>,
    /// Flowcharts, every version.
    pub flowcharts: Vec<Document<Flowchart>>,
    /// General control points.
    pub general_points: Vec<Document<GeneralPoints>>,
    /// Discretion standards, every version.
    pub discretions: Vec<Document<Discretion>>,
    /// Fee standards, every version.
    pub fees: Vec<Document<Fees>>,
    /// Inspection plans.
    pub inspection_plans: Vec<Document<InspectionPlan>>,
    /// What places set for themselves, every version.
    pub rule_settings: Vec<Document<RuleSettings>>,
    /// Score models, every version.
    pub score_models: Vec<Document<ScoreModel>>,
    /// Calendars, each with the versions of the one it extends; the built-in `cn` is there without being listed.
    pub calendars: Vec<Document<CalendarDefinition>>,
    /// Lists of regions.
    pub regions: Vec<Document<Regions>>,
    /// Sources.
    pub sources: Vec<Document<Source>>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

/// The kinds of documents, for messages.
const KINDS: &str = "body, item, flowchart, general_points, discretion, fees, inspection_plan, rule_settings, \
                     score_model, calendar, regions, source";

impl DefinitionSet {
    /// Reads files. Answers with what could be read and all problems, in file order.
    pub fn read(mut files: Vec<DefinitionFile>) -> (Self, Vec<Problem>) {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let mut set = DefinitionSet::default();
        let mut problems = Vec::new();
        for file in &files {
            for (lines_before, text) in documents(&file.text) {
                if let Err(problem) = set.read_document(&file.name, lines_before, text) {
                    problems.push(problem);
                }
            }
        }
        set.refuse_doubles(&mut problems);
        score_models::check(&set.score_models, &mut problems);
        calendars::extend(&mut set.calendars, &mut problems);
        set.files = files;
        (set, problems)
    }

    /// The set's content hash, 64 hexadecimal digits: SHA-256 over names and texts in name order.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for file in &self.files {
            for part in [&file.name, &file.text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part.as_bytes());
            }
        }
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The first twelve digits of [`Self::hash`]: the version that alerts carry.
    pub fn version(&self) -> String {
        self.hash()[..12].to_owned()
    }

    fn read_document(&mut self, file: &str, lines_before: u32, text: &str) -> Result<(), Problem> {
        let place = Place { file, lines_before };
        let kind: Kind = place.parse(text)?;
        let Some(kind) = kind.kind else {
            return Err(place.problem(0, format!("no `kind`; it must be one of: {KINDS}")));
        };
        let body = without_kind(text);
        match kind.as_str() {
            "body" => self.bodies.push(place.document(&body)?),
            "item" => self.items.push(place.document(&body)?),
            "flowchart" => self.flowcharts.push(place.document(&body)?),
            "general_points" => self.general_points.push(place.document(&body)?),
            "discretion" => self.discretions.push(place.document(&body)?),
            "fees" => self.fees.push(place.document(&body)?),
            "inspection_plan" => self.inspection_plans.push(place.document(&body)?),
            "rule_settings" => self.rule_settings.push(place.document(&body)?),
            "score_model" => self.score_models.push(place.document(&body)?),
            "calendar" => self.calendars.push(place.document(&body)?),
            "regions" => self.regions.push(place.document(&body)?),
            "source" => self.sources.push(place.document(&body)?),
            other => {
                let message = format!("unknown kind {other:?}; it must be one of: {KINDS}");
                return Err(place.problem(0, message));
            }
        }
        Ok(())
    }

    /// One definition may stand in two files, as folders that are published side by side share bodies and
    /// calendars; two different ones under one name may not.
    fn refuse_doubles(&mut self, problems: &mut Vec<Problem>) {
        doubles(
            &mut self.bodies,
            |b| (b.code.text.clone(), b.code.line),
            "body",
            problems,
        );
        doubles(
            &mut self.items,
            |i| (i.code.text.clone(), i.code.line),
            "item",
            problems,
        );
        doubles(
            &mut self.flowcharts,
            |f| (format!("{}@{}", f.id, f.version), f.id.line),
            "flowchart",
            problems,
        );
        doubles(
            &mut self.general_points,
            |g| (g.id.text.clone(), g.id.line),
            "general points",
            problems,
        );
        doubles(
            &mut self.discretions,
            |d| (format!("{}@{}", d.id, d.version), d.id.line),
            "discretion standard",
            problems,
        );
        doubles(
            &mut self.fees,
            |f| (format!("{}@{}", f.id, f.version), f.id.line),
            "fee standard",
            problems,
        );
        doubles(
            &mut self.inspection_plans,
            |p| (p.id.text.clone(), p.id.line),
            "inspection plan",
            problems,
        );
        doubles(
            &mut self.rule_settings,
            |s| (s.label(), s.id.line),
            "rule settings",
            problems,
        );
        doubles(
            &mut self.score_models,
            |m| (m.label(), m.id.line),
            "score model",
            problems,
        );
        doubles(
            &mut self.calendars,
            |c| (c.id.clone(), 0),
            "calendar",
            problems,
        );
        doubles(
            &mut self.regions,
            |r| (r.id.text.clone(), r.id.line),
            "list of regions",
            problems,
        );
        doubles(&mut self.sources, |s| (s.id.clone(), 0), "source", problems);
    }
}

struct Place<'a> {
    file: &'a str,
    lines_before: u32,
}

impl Place<'_> {
    fn problem(&self, line: u32, message: String) -> Problem {
        Problem {
            file: self.file.to_owned(),
            line: self.lines_before + line.max(1),
            message,
        }
    }

    fn parse<T: DeserializeOwned>(&self, text: &str) -> Result<T, Problem> {
        serde_saphyr::from_str(text).map_err(|e| {
            let line = e
                .location()
                .map_or(0, |l| u32::try_from(l.line()).unwrap_or(0));
            self.problem(line, first_sentence(&e))
        })
    }

    fn document<T: DeserializeOwned>(&self, text: &str) -> Result<Document<T>, Problem> {
        Ok(Document {
            file: self.file.to_owned(),
            lines_before: self.lines_before,
            value: self.parse(text)?,
        })
    }
}

/// The reader's message without its own rendering of the place, which we give as file and line.
fn first_sentence(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    text.lines().next().unwrap_or("cannot be read").to_owned()
}

/// The documents of a file as they are written, without the lines of `---` that part them.
pub fn split_documents(text: &str) -> Vec<&str> {
    documents(text).into_iter().map(|(_, text)| text).collect()
}

/// The documents of a file: (lines before it, its text). Parted by lines of `---`.
fn documents(text: &str) -> Vec<(u32, &str)> {
    let mut found = Vec::new();
    let (mut start, mut start_line, mut at) = (0, 0, 0);
    for (line, content) in (0u32..).zip(text.split_inclusive('\n')) {
        if content.trim_end() == "---" {
            found.push((start_line, &text[start..at]));
            start = at + content.len();
            start_line = line + 1;
        }
        at += content.len();
    }
    found.push((start_line, &text[start..]));
    found.retain(|(_, text)| {
        text.lines()
            .any(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#'))
    });
    found
}

/// The document with its top-level `kind` blanked, so that lines keep their numbers and unknown keys can
/// be refused.
fn without_kind(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| {
            if line.starts_with("kind:") {
                "\n"
            } else {
                line
            }
        })
        .collect()
}

/// Keeps the first of equal definitions, and tells of different ones under one name.
fn doubles<T: PartialEq>(
    documents: &mut Vec<Document<T>>,
    key: impl Fn(&T) -> (String, u32),
    what: &str,
    problems: &mut Vec<Problem>,
) {
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    let mut first: Vec<Document<T>> = Vec::new();
    for document in documents.drain(..) {
        let (name, line) = key(&document.value);
        match kept.get(&name).map(|place| &first[*place]) {
            None => {
                kept.insert(name, first.len());
                first.push(document);
            }
            Some(known) if known.value == document.value => {}
            Some(known) => {
                let there = known.problem(key(&known.value).1, "");
                let message = format!(
                    "{what} {name:?} is already defined otherwise at {}:{}",
                    there.file, there.line
                );
                problems.push(document.problem(line, message));
                first.push(document);
            }
        }
    }
    *documents = first;
}
