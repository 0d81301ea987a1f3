//! The XES reader (IEEE 1849): one trace at a time, streaming.
//!
//! Takes what logs in the wild hold: any namespace or none, nested attributes, lists and containers,
//! globals, extensions and classifiers (read over), events outside traces (counted). Of a trace it keeps
//! only the attributes that the mapping names. Entities beyond XML's five are refused, so no document can
//! blow itself up. A malformed file ends the reading with its place; the traces before it are delivered.

use std::io::BufRead;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::refusal::{ReasonCode, Refusal, Words};

use super::apply::Entry;
use super::problem::ImportProblem;
use super::row::{CellKind, Names, Row};

/// One trace, its rows reused for the next.
pub(super) struct Trace {
    pub(super) case: Row,
    pub(super) line: u64,
    entries: Vec<Entry>,
    used: usize,
}

impl Trace {
    /// The trace's events, in document order.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries[..self.used]
    }
}

/// Where in the document the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the root.
    Start,
    Log,
    Trace,
    Event,
    /// An event directly under the log.
    StrayEvent,
    /// After the root.
    End,
}

pub(super) struct XesReader {
    xml: Reader<Box<dyn BufRead + Send>>,
    buffer: Vec<u8>,
    place: Place,
    /// Open elements inside an attribute or a global, extension, classifier: nothing of them is kept.
    nested: usize,
    line: u64,
    trace: Trace,
    /// Events outside traces, so far.
    pub(super) stray_events: u64,
}

impl XesReader {
    pub(super) fn new(text: Box<dyn BufRead + Send>, names: &Names) -> Self {
        let trace = Trace {
            case: names.row(),
            line: 0,
            entries: Vec::new(),
            used: 0,
        };
        Self {
            xml: Reader::from_reader(text),
            buffer: Vec::with_capacity(4096),
            place: Place::Start,
            nested: 0,
            line: 1,
            trace,
            stray_events: 0,
        }
    }

    /// The next trace; none after the last.
    ///
    /// # Errors
    /// A fatal problem: the document cannot be read further.
    pub(super) fn next_trace(&mut self, names: &Names) -> Result<Option<&Trace>, ImportProblem> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let outcome = self.read_on(names, &mut buffer);
        self.buffer = buffer;
        match outcome {
            Ok(true) => Ok(Some(&self.trace)),
            Ok(false) => Ok(None),
            Err(refusal) => {
                let byte = self.xml.error_position().max(self.xml.buffer_position());
                Err(ImportProblem::at_line(self.line, refusal).fatal_at(Some(byte)))
            }
        }
    }

    /// Reads up to the end of a trace (true) or of the document (false).
    fn read_on(&mut self, names: &Names, buffer: &mut Vec<u8>) -> Result<bool, Refusal> {
        loop {
            buffer.clear();
            let event = self
                .xml
                .read_event_into(buffer)
                .map_err(|e| unreadable(&e))?;
            let trace_ended = match &event {
                Event::Start(tag) => {
                    self.open(tag, names, false)?;
                    false
                }
                Event::Empty(tag) => self.open(tag, names, true)?,
                Event::End(_) => self.close(),
                Event::Eof if self.place == Place::End => return Ok(false),
                Event::Eof => return Err(self.cut_short()),
                _ => false,
            };
            self.line += lines(&event);
            if trace_ended {
                return Ok(true);
            }
        }
    }

    /// Takes an opening tag; true where an empty one ends a trace at once.
    fn open(&mut self, tag: &BytesStart<'_>, names: &Names, empty: bool) -> Result<bool, Refusal> {
        if self.nested > 0 {
            self.nested += usize::from(!empty);
            return Ok(false);
        }
        let name = tag.local_name();
        let name = name.as_ref();
        let next = match (self.place, name) {
            (Place::Start, "log") => Place::Log,
            (Place::Start, other) => return Err(not_xes(other)),
            (Place::Log, "trace") => {
                self.trace.case.clear();
                self.trace.used = 0;
                self.trace.line = self.line;
                Place::Trace
            }
            (Place::Trace, "event") => {
                self.next_entry(names);
                Place::Event
            }
            (Place::Log, "event") => {
                self.stray_events += 1;
                Place::StrayEvent
            }
            (place, _) => {
                self.attribute(place, name, tag, names)?;
                self.nested += usize::from(!empty);
                return Ok(false);
            }
        };
        self.place = next;
        Ok(empty && self.close())
    }

    /// Takes a closing tag; true where it ends a trace.
    fn close(&mut self) -> bool {
        if self.nested > 0 {
            self.nested -= 1;
            return false;
        }
        let was = self.place;
        self.place = match was {
            Place::Event => Place::Trace,
            Place::Trace | Place::StrayEvent => Place::Log,
            Place::Log | Place::Start | Place::End => Place::End,
        };
        was == Place::Trace
    }

    fn next_entry(&mut self, names: &Names) {
        let trace = &mut self.trace;
        if trace.used == trace.entries.len() {
            trace.entries.push(Entry {
                row: names.row(),
                line: 0,
            });
        }
        trace.entries[trace.used].row.clear();
        trace.entries[trace.used].line = self.line;
        trace.used += 1;
    }

    fn attribute(
        &mut self,
        place: Place,
        tag_name: &str,
        tag: &BytesStart<'_>,
        names: &Names,
    ) -> Result<(), Refusal> {
        let kind = match tag_name {
            "string" | "id" => CellKind::Text,
            "date" => CellKind::Instant,
            "int" => CellKind::Int,
            "float" => CellKind::Float,
            "boolean" => CellKind::Bool,
            _ => return Ok(()),
        };
        let row = match place {
            Place::Trace => &mut self.trace.case,
            Place::Event => &mut self.trace.entries[self.trace.used - 1].row,
            _ => return Ok(()),
        };
        let (mut slot, mut value) = (None, None);
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|e| malformed(e.to_string()))?;
            match attribute.key.as_ref() {
                "key" => {
                    let key = attribute.normalized_value(XmlVersion::Explicit1_0);
                    slot = names.slot(&key.map_err(|e| malformed(e.to_string()))?);
                    if slot.is_none() {
                        return Ok(());
                    }
                }
                "value" => value = Some(attribute),
                _ => {}
            }
        }
        if let (Some(slot), Some(value)) = (slot, value) {
            let text = value.normalized_value(XmlVersion::Explicit1_0);
            row.set(slot, kind, &text.map_err(|e| malformed(e.to_string()))?);
        }
        Ok(())
    }

    fn cut_short(&self) -> Refusal {
        let within = match self.place {
            Place::Start => ("no <log> at all", "没有 <log>"),
            Place::Log | Place::StrayEvent | Place::End => {
                ("the end of the file inside <log>", "文件在 <log> 内结束")
            }
            Place::Trace | Place::Event => (
                "the end of the file inside a <trace>",
                "文件在 <trace> 内结束",
            ),
        };
        Refusal::new(ReasonCode::MalformedXml, Words::new(within.0, within.1)).help(
            "the file is cut short: copy or export it again; the traces before this are kept",
            "文件不完整：请重新复制或导出；此前的案例已保留",
        )
    }
}

fn not_xes(root: &str) -> Refusal {
    let detail = Words::new(
        format!(
            "<{}> as the root",
            root.chars().take(64).collect::<String>()
        ),
        format!("根元素为 <{}>", root.chars().take(64).collect::<String>()),
    );
    Refusal::new(ReasonCode::MalformedXml, detail).help(
        "the root of an XES log is <log>",
        "XES 日志的根元素应为 <log>",
    )
}

fn malformed(what: String) -> Refusal {
    let what: String = what.chars().take(200).collect();
    Refusal::new(ReasonCode::MalformedXml, Words::new(what.clone(), what))
}

fn unreadable(e: &quick_xml::Error) -> Refusal {
    match e {
        quick_xml::Error::Io(e) => {
            let what = e.to_string();
            Refusal::new(ReasonCode::Unreadable, Words::new(what.clone(), what))
        }
        quick_xml::Error::Encoding(_) => {
            let detail = Words::new("bytes that are not UTF-8", "不是 UTF-8 的字节");
            Refusal::new(ReasonCode::InvalidUtf8, detail).help(
                "name the encoding in the XML declaration, or save the file as UTF-8",
                "请在 XML 声明中写明编码，或将文件存为 UTF-8",
            )
        }
        other => malformed(other.to_string()),
    }
}

/// Line breaks within one piece of the document.
fn lines(event: &Event<'_>) -> u64 {
    let text: &str = match event {
        Event::Start(tag) | Event::Empty(tag) => tag,
        Event::Text(text) | Event::Comment(text) | Event::DocType(text) => text,
        Event::CData(text) => text,
        Event::Decl(text) => text,
        Event::PI(text) => text,
        Event::End(_) | Event::GeneralRef(_) | Event::Eof => return 0,
    };
    text.bytes().filter(|b| *b == b'\n').count() as u64
}
