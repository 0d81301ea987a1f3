//! `LogReader`: a log file of any known format as case events in document order.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mingjing_domain::Timestamp;
use mingjing_domain::event::CaseEvent;

use crate::cloudevents::{LogRecord, parse_event, read_event};
use crate::refusal::{Position, ReasonCode};

use super::apply::{Entry, Item, Work};
use super::input::{Input, Looks};
use super::mapping::{Mapping, MappingError};
use super::plan::{Plan, Shape};
use super::problem::{Counts, ImportProblem};
use super::rows::{CsvReader, Lines, json_row};
use super::xes::XesReader;

/// Why a log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The mapping does not fit this kind of log.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// A log that is not in our own event format needs a mapping.
    #[error("{path} is {format}: give a mapping file that says what its entries become")]
    NoMapping {
        /// The file.
        path: String,
        /// XES or CSV.
        format: &'static str,
    },
    /// The columns and the mapping do not fit together.
    #[error("{path}: {what}")]
    Header {
        /// The file.
        path: String,
        /// Which columns.
        what: String,
    },
    /// Nothing we read.
    #[error("{path} {what}")]
    Format {
        /// The file.
        path: String,
        /// What it is, and what to do.
        what: &'static str,
    },
}

/// Opens a log: XES, CSV or NDJSON by its content, gzip or plain. NDJSON needs no mapping where each line is
/// a CloudEvent.
///
/// # Errors
/// When nothing of the file can be read with this mapping. Problems within come from the reader.
pub fn open(path: &Path, mapping: Option<&Mapping>) -> Result<LogReader, OpenError> {
    let name = || path.display().to_string();
    let encoding = mapping.and_then(|m| m.csv.encoding.as_deref());
    let input = Input::open(path, encoding).map_err(|source| OpenError::Io {
        path: name(),
        source,
    })?;
    let Input {
        text,
        looks,
        progress,
        bytes_total,
    } = input;
    let no_mapping = |format| OpenError::NoMapping {
        path: name(),
        format,
    };
    let (log, work) = match (looks, mapping) {
        (Looks::Empty, _) => {
            return Err(OpenError::Format {
                path: name(),
                what: "is empty",
            });
        }
        (Looks::Zip, _) => {
            let what = "is a zip archive or a spreadsheet: unpack it, or save the sheet as CSV";
            return Err(OpenError::Format { path: name(), what });
        }
        (Looks::Xml, Some(mapping)) => {
            let work = Work::new(Plan::new(mapping, Shape::Traces)?);
            (
                Log::Xes(Box::new(XesReader::new(text, &work.plan.names))),
                Some(work),
            )
        }
        (Looks::Xml, None) => return Err(no_mapping("XES")),
        (Looks::Csv, Some(mapping)) => {
            let work = Work::new(Plan::new(mapping, Shape::Rows)?);
            let csv = CsvReader::new(text, &mapping.csv, &work.plan.names).map_err(|bad| {
                OpenError::Header {
                    path: name(),
                    what: bad.what,
                }
            })?;
            (Log::Csv(Box::new(csv)), Some(work))
        }
        (Looks::Csv, None) => return Err(no_mapping("CSV")),
        (Looks::Json, Some(mapping)) => (
            Log::Json(Lines::new(text)),
            Some(Work::new(Plan::new(mapping, Shape::Rows)?)),
        ),
        (Looks::Json, None) => (Log::Events(Lines::new(text)), None),
    };
    let work = work.unwrap_or_else(|| Work::new(Plan::none()));
    let entry = Entry {
        row: work.plan.names.row(),
        line: 0,
    };
    Ok(LogReader {
        log,
        work,
        entry,
        ended: false,
        progress,
        bytes_total,
    })
}

enum Log {
    Xes(Box<XesReader>),
    Csv(Box<CsvReader>),
    /// JSON objects with a mapping.
    Json(Lines),
    /// CloudEvents.
    Events(Lines),
}

/// A log being read: an iterator of events and problems, in document order.
pub struct LogReader {
    log: Log,
    work: Work,
    entry: Entry,
    ended: bool,
    progress: Arc<AtomicU64>,
    bytes_total: u64,
}

impl LogReader {
    /// Bytes of the file taken so far, packed ones where it is packed.
    pub fn bytes_read(&self) -> u64 {
        self.progress.load(Ordering::Relaxed)
    }

    /// Bytes of the file.
    pub fn bytes_total(&self) -> u64 {
        self.bytes_total
    }

    /// What was met so far and what became of it.
    pub fn counts(&self) -> &Counts {
        &self.work.counts
    }

    /// Reads until there is something to deliver, or the end.
    fn fill(&mut self) {
        while self.work.out.is_empty() && !self.ended {
            let more = match &mut self.log {
                Log::Xes(xes) => fill_xes(xes, &mut self.work),
                Log::Csv(csv) => match csv.next(&mut self.entry) {
                    None => false,
                    Some(Ok(())) => {
                        self.work.row(&self.entry);
                        true
                    }
                    Some(Err(problem)) => self.work.unreadable(problem),
                },
                Log::Json(lines) => match lines.next() {
                    None => false,
                    Some(Ok((line, bytes))) => {
                        match json_row(line, bytes, &self.work.plan.names, &mut self.entry) {
                            Ok(()) => self.work.row(&self.entry),
                            Err(problem) => {
                                self.work.unreadable(problem);
                            }
                        }
                        true
                    }
                    Some(Err(problem)) => self.work.unreadable(problem),
                },
                Log::Events(lines) => match lines.next() {
                    None => false,
                    Some(Ok((line, bytes))) => {
                        let item = cloud_event(line, bytes);
                        self.work.taken(item);
                        true
                    }
                    Some(Err(problem)) => self.work.unreadable(problem),
                },
            };
            if !more {
                self.ended = true;
                self.work.finish();
            }
        }
    }
}

impl Iterator for LogReader {
    type Item = Result<CaseEvent<'static>, ImportProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.fill();
        self.work.out.pop_front()
    }
}

fn fill_xes(xes: &mut XesReader, work: &mut Work) -> bool {
    let more = match xes.next_trace(&work.plan.names) {
        // The trace borrows the reader, its plan is in the work: both are needed at once.
        Ok(Some(trace)) => {
            work.case(&trace.case, trace.entries(), trace.line);
            true
        }
        Ok(None) => false,
        Err(problem) => work.unreadable(problem),
    };
    let stray = std::mem::take(&mut xes.stray_events);
    work.counts.entries += stray;
    work.counts.skip("outside_case", stray);
    more
}

/// One line of a log in our own format; none for a control record. Where the line has no `receivedat`, the
/// event was received at the latest of its own times; where it has no `sequence`, its line is its place.
fn cloud_event(line: u64, bytes: &[u8]) -> Option<Item> {
    let start = Position {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: 1,
    };
    let checked =
        read_event(bytes, Timestamp::MIN).and_then(|_| parse_event(bytes, Timestamp::MIN));
    match checked {
        Ok(event) => {
            let mut event = event.into_owned();
            if event.received_at == Timestamp::MIN {
                let times = [Some(event.occurred_at), event.entered_at, event.sent_at];
                event.received_at = times
                    .into_iter()
                    .flatten()
                    .max()
                    .unwrap_or(event.occurred_at);
            }
            if event.source_seq == 0 {
                event.source_seq = line;
            }
            Some(Ok(event))
        }
        Err(refusal) if refusal.reason == ReasonCode::UnknownType => {
            let control = LogRecord::parse(bytes, Timestamp::MIN).is_ok();
            (!control).then(|| Err(ImportProblem::at_line(line, refusal.counted_from(start))))
        }
        Err(refusal) => Some(Err(ImportProblem::at_line(
            line,
            refusal.counted_from(start),
        ))),
    }
}
