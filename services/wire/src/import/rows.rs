//! Logs that are no more than rows: CSV with a header, and JSON objects one a line.

use std::io::{BufRead, Read};

use serde_json::Value;

use crate::cloudevents::{inspect, json_text};
use crate::refusal::{Position, ReasonCode, Refusal, Words};

use super::apply::Entry;
use super::mapping::CsvFormat;
use super::problem::ImportProblem;
use super::row::{CellKind, Names};

/// Longest line of JSON read; a longer one is refused and read over.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// Reads the rows of a CSV file.
pub(super) struct CsvReader {
    csv: csv::Reader<Box<dyn BufRead + Send>>,
    record: csv::StringRecord,
    /// Column and slot of each name.
    columns: Vec<(usize, usize)>,
    width: usize,
}

/// A CSV file that cannot be imported at all.
pub(super) struct BadHeader {
    pub(super) what: String,
}

impl CsvReader {
    /// Reads the header; every name of the mapping must be a column of it, once.
    pub(super) fn new(
        text: Box<dyn BufRead + Send>,
        format: &CsvFormat,
        names: &Names,
    ) -> Result<Self, BadHeader> {
        let delimiter = format
            .delimiter
            .and_then(|c| u8::try_from(c).ok())
            .unwrap_or(b',');
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(text);
        let header = csv
            .headers()
            .map_err(|e| BadHeader {
                what: format!("the header: {e}"),
            })?
            .clone();
        let header: Vec<&str> = header.iter().map(str::trim).collect();
        let mut columns = Vec::with_capacity(names.all().len());
        let mut wrong = Vec::new();
        for (slot, name) in names.all().iter().enumerate() {
            let mut found = header
                .iter()
                .enumerate()
                .filter(|(_, column)| *column == name);
            match (found.next(), found.next()) {
                (Some((column, _)), None) => columns.push((column, slot)),
                (None, _) => wrong.push(format!("{name:?} is no column")),
                (Some(_), Some(_)) => wrong.push(format!("{name:?} is the name of two columns")),
            }
        }
        if wrong.is_empty() {
            return Ok(Self {
                csv,
                record: csv::StringRecord::new(),
                columns,
                width: header.len(),
            });
        }
        let shown: Vec<_> = header
            .iter()
            .take(60)
            .map(|name| format!("{name:?}"))
            .collect();
        Err(BadHeader {
            what: format!("{}; the columns are {}", wrong.join(", "), shown.join(", ")),
        })
    }

    /// The next row, put into `entry`; none after the last.
    pub(super) fn next(&mut self, entry: &mut Entry) -> Option<Result<(), ImportProblem>> {
        match self.csv.read_record(&mut self.record) {
            Ok(false) => return None,
            Ok(true) => {}
            Err(e) => return Some(Err(self.failure(&e))),
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        let width = self.record.len();
        if width != self.width {
            let detail = Words::new(
                format!("{width} fields; the header has {}", self.width),
                format!("{width} 个字段；表头有 {} 个", self.width),
            );
            let refusal = Refusal::new(ReasonCode::MalformedCsv, detail);
            return Some(Err(ImportProblem::at_line(line, refusal)));
        }
        entry.line = line;
        entry.row.clear();
        for (column, slot) in &self.columns {
            entry.row.set(*slot, CellKind::Text, &self.record[*column]);
        }
        Some(Ok(()))
    }

    fn failure(&self, e: &csv::Error) -> ImportProblem {
        let at = e.position().unwrap_or(self.csv.position());
        let refusal = match e.kind() {
            csv::ErrorKind::Utf8 { .. } => {
                let detail = Words::new("bytes that are not UTF-8", "不是 UTF-8 的字节");
                return ImportProblem::at_line(
                    at.line(),
                    Refusal::new(ReasonCode::InvalidUtf8, detail).help(
                        "name the encoding in the mapping: csv: {encoding: gb18030}",
                        "请在映射中写明编码：csv: {encoding: gb18030}",
                    ),
                );
            }
            _ => {
                let what = e.to_string();
                Refusal::new(ReasonCode::Unreadable, Words::new(what.clone(), what))
            }
        };
        ImportProblem::at_line(at.line(), refusal).fatal_at(Some(at.byte()))
    }
}

/// Reads lines, counted; blank ones are read over.
pub(super) struct Lines {
    text: Box<dyn BufRead + Send>,
    buffer: Vec<u8>,
    line: u64,
}

impl Lines {
    pub(super) fn new(text: Box<dyn BufRead + Send>) -> Self {
        Self {
            text,
            buffer: Vec::new(),
            line: 0,
        }
    }

    /// The next line with content and its number; none after the last.
    pub(super) fn next(&mut self) -> Option<Result<(u64, &[u8]), ImportProblem>> {
        loop {
            self.buffer.clear();
            let read = self
                .text
                .by_ref()
                .take(LINE_BYTES_MAX)
                .read_until(b'\n', &mut self.buffer);
            match read {
                Ok(0) => return None,
                Ok(_) => self.line += 1,
                Err(e) => {
                    let what = e.to_string();
                    let refusal =
                        Refusal::new(ReasonCode::Unreadable, Words::new(what.clone(), what));
                    return Some(Err(
                        ImportProblem::at_line(self.line + 1, refusal).fatal_at(None)
                    ));
                }
            }
            if self.buffer.len() as u64 >= LINE_BYTES_MAX && !self.buffer.ends_with(b"\n") {
                return Some(Err(self.overlong()));
            }
            let mark = if self.line == 1 {
                b"\xEF\xBB\xBF".as_slice()
            } else {
                b""
            };
            let from = if self.buffer.starts_with(mark) {
                mark.len()
            } else {
                0
            };
            if !self.buffer[from..].trim_ascii().is_empty() {
                return Some(Ok((self.line, self.buffer[from..].trim_ascii_end())));
            }
        }
    }

    fn overlong(&mut self) -> ImportProblem {
        loop {
            self.buffer.clear();
            let read = self
                .text
                .by_ref()
                .take(LINE_BYTES_MAX)
                .read_until(b'\n', &mut self.buffer);
            if !matches!(read, Ok(n) if n > 0) || self.buffer.ends_with(b"\n") {
                break;
            }
        }
        let detail = Words::new(
            format!("a line of more than {LINE_BYTES_MAX} bytes"),
            format!("超过 {LINE_BYTES_MAX} 字节的一行"),
        );
        ImportProblem::at_line(self.line, Refusal::new(ReasonCode::TooLarge, detail))
    }
}

/// Puts the values that the mapping names from one JSON object into `entry`.
pub(super) fn json_row(
    line: u64,
    bytes: &[u8],
    names: &Names,
    entry: &mut Entry,
) -> Result<(), ImportProblem> {
    let start = Position {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: 1,
    };
    let read = || -> Result<Value, Refusal> {
        let text = json_text(bytes)?;
        inspect(text)?;
        let value: Value = serde_json::from_str(text).map_err(|_| not_an_object())?;
        if value.is_object() {
            Ok(value)
        } else {
            Err(not_an_object())
        }
    };
    let value =
        read().map_err(|refusal| ImportProblem::at_line(line, refusal.counted_from(start)))?;
    entry.line = line;
    entry.row.clear();
    for (slot, name) in names.all().iter().enumerate() {
        match lookup(&value, name) {
            Some(Value::String(text)) => entry.row.set(slot, CellKind::Text, text),
            Some(Value::Bool(truth)) => {
                entry
                    .row
                    .set(slot, CellKind::Bool, if *truth { "true" } else { "false" })
            }
            Some(Value::Number(number)) => {
                let kind = if number.is_f64() {
                    CellKind::Float
                } else {
                    CellKind::Int
                };
                entry.row.set(slot, kind, &number.to_string());
            }
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => {}
        }
    }
    Ok(())
}

/// The member called `path`, else the one that its dots lead to.
fn lookup<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    path.match_indices('.')
        .find_map(|(dot, _)| lookup(value.get(&path[..dot])?, &path[dot + 1..]))
}

fn not_an_object() -> Refusal {
    let detail = Words::new("no JSON object", "不是 JSON 对象");
    Refusal::new(ReasonCode::WrongType, detail)
}
