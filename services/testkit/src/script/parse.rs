//! Reading a script: one line, one input or one expectation.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{Level, Status};
use mingjing_domain::command::Command;
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::event::{Actor, Attachment, CaseData, CaseEvent, EventKind, Special};
use mingjing_domain::source::{Source, SourceClock};
use mingjing_domain::text::Text;

use super::commands::{command, disposal, raised};
use super::particulars::particular;
use super::show::Row;
use super::told::{Told, ToldWords};
use super::words::{Read, Words, attribute, level_of, name, named, right, state_of, status_of};

/// What a partition reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// An event arrives.
    Event(Box<CaseEvent<'static>>),
    /// The clock moves.
    Tick(Timestamp),
    /// A source is complete up to an instant.
    CompleteUntil(String, Timestamp),
    /// A source declares itself.
    Declared(Box<Source>),
    /// A command is given.
    Command(Box<Command>),
    /// A definitions file is added or replaced.
    Activate(DefinitionFile),
}

/// One line, or one run of `expect` lines.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// Something to read.
    Input(Input),
    /// All alerts there should be.
    Expect(Vec<Row>),
    /// What the last command of a person came to: `applied`, or the code of why it was refused.
    Answered(String),
    /// A periodic inspection runs: the rule, and the label of its window.
    Inspect(String, String),
    /// What the record of an alert tells people.
    Told(Told),
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

impl std::fmt::Display for BadLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// Reads a script. The number with each line is where it stands, from 1 (of a run of `expect` lines the last).
pub fn parse(script: &str) -> Result<(Tz, Vec<(usize, Line)>), BadLine> {
    let mut reader = Reader {
        zone: chrono_tz::Asia::Shanghai,
        ..Reader::default()
    };
    for (line, text) in (1..).zip(script.lines()) {
        let text = text.split(" #").next().unwrap_or_default().trim();
        if !text.is_empty() && !text.starts_with('#') {
            reader
                .line(line, text)
                .map_err(|problem| BadLine { line, problem })?;
        }
    }
    Ok((reader.zone, reader.lines))
}

#[derive(Default)]
struct Reader {
    zone: Tz,
    lines: Vec<(usize, Line)>,
    item: Option<String>,
    case: Option<String>,
    org: Option<String>,
    source: Option<String>,
    events: usize,
}

impl Reader {
    fn line(&mut self, line: usize, text: &str) -> Read<()> {
        let mut words = Words::of(text);
        let first = words.next("a word")?;
        let input = match first {
            "zone" => {
                self.zone = words
                    .next("a zone")?
                    .parse()
                    .map_err(|e| format!("no time zone: {e}"))?;
                return words.end();
            }
            "item" => return named(&mut self.item, &mut words),
            "case" => return named(&mut self.case, &mut words),
            "org" => return named(&mut self.org, &mut words),
            "expect" => return self.expect(line, &mut words),
            "says" => {
                let (alert, text) = self.told(&mut words)?;
                let words = ToldWords::Says(text);
                self.lines.push((line, Line::Told(Told { alert, words })));
                return Ok(());
            }
            "cites" => {
                let (alert, text) = self.told(&mut words)?;
                let words = ToldWords::Cites((text != "-").then_some(text));
                self.lines.push((line, Line::Told(Told { alert, words })));
                return Ok(());
            }
            "answered" => {
                let outcome = words.next("applied or a reason")?.to_owned();
                self.lines.push((line, Line::Answered(outcome)));
                return words.end();
            }
            "dispose" => {
                let alert = self.alert_of(words.next("an alert")?)?;
                let command = disposal(&alert, &mut words, |words| self.instant(words))?;
                Input::Command(Box::new(command))
            }
            "raise" => {
                let source = self.source_id();
                Input::Command(Box::new(raised(source, &mut words, |words| {
                    self.instant(words)
                })?))
            }
            "inspect" => {
                let rule = words.next("a rule")?.to_owned();
                let window = words.next("a window")?.to_owned();
                self.lines.push((line, Line::Inspect(rule, window)));
                return words.end();
            }
            piece if piece.starts_with('|') => {
                return self.more_yaml(text.strip_prefix("| ").unwrap_or(&text[1..]));
            }
            "source" => match self.source(&mut words)? {
                Some(source) => Input::Declared(Box::new(source)),
                None => return Ok(()),
            },
            "tick" => Input::Tick(self.instant(&mut words)?),
            "complete_until" => Input::CompleteUntil(self.source_id(), self.instant(&mut words)?),
            "command" => {
                let source = self.source_id();
                Input::Command(Box::new(command(source, &mut words, |words| {
                    self.instant(words)
                })?))
            }
            "activate" => {
                let name = words.next("a file name")?.to_owned();
                Input::Activate(DefinitionFile {
                    name,
                    text: String::new(),
                })
            }
            date => Input::Event(Box::new(self.event(line, date, &mut words)?)),
        };
        words.end()?;
        self.lines.push((line, Line::Input(input)));
        Ok(())
    }

    /// YAML under `activate`. Its indentation is that after the bar.
    fn more_yaml(&mut self, text: &str) -> Read<()> {
        match self.lines.last_mut() {
            Some((_, Line::Input(Input::Activate(file)))) => {
                file.text.push_str(text);
                file.text.push('\n');
                Ok(())
            }
            _ => Err("text behind a bar needs `activate NAME` before it".into()),
        }
    }

    fn source_id(&self) -> String {
        self.source.clone().unwrap_or_else(|| "s".into())
    }

    fn case_no(&self) -> String {
        self.case.clone().unwrap_or_else(|| "1".into())
    }

    fn source(&mut self, words: &mut Words<'_>) -> Read<Option<Source>> {
        let id = words.next("a source id")?.to_owned();
        self.source = Some(id.clone());
        if words.is_empty() {
            return Ok(None);
        }
        let mut source = Source::new(id, SourceClock::Live);
        while let Some(word) = words.more() {
            match word {
                "live" => source.clock = SourceClock::Live,
                "declared" => source.clock = SourceClock::Declared,
                "allowance" => {
                    let hours = words.next("hours like 24h")?;
                    let hours = hours.strip_suffix('h').and_then(|h| h.parse().ok());
                    source.delay_allowance_hours =
                        hours.ok_or("an allowance is written like 24h")?;
                }
                "rhythm" => {
                    let minutes = words.next("minutes")?.parse();
                    source.rhythm_minutes = Some(minutes.map_err(|_| "a rhythm is in minutes")?);
                }
                "supervised_from" => {
                    source.supervised_from = Some(self.day_or_instant(words, NaiveTime::MIN)?)
                }
                other => return Err(format!("a source has no {other:?}")),
            }
        }
        Ok(Some(source))
    }

    fn event(
        &mut self,
        line: usize,
        date: &str,
        words: &mut Words<'_>,
    ) -> Read<CaseEvent<'static>> {
        let occurred_at = self.at(date, words.next("a time")?)?;
        let what = words.next("an event kind")?;
        let (kind, step) = match what.split_once(':') {
            Some((kind, step)) => (kind, Some(step)),
            None => (what, None),
        };
        let kind = EventKind::from_code(kind).ok_or_else(|| format!("no event kind {kind:?}"))?;
        self.events += 1;
        let text = |text: &str| Text::from(text.to_owned());
        let mut event = CaseEvent {
            event_id: text(&format!("e{}", self.events)),
            source: text(&self.source_id()),
            source_seq: line as u64,
            data_version: 1,
            kind,
            occurred_at,
            entered_at: None,
            sent_at: None,
            received_at: occurred_at,
            case_no: text(&self.case_no()),
            data: CaseData {
                item_code: self.item.as_deref().map(text),
                org_code: self.org.as_deref().map(text),
                step_code: step.map(text),
                ..CaseData::default()
            },
        };
        while let Some(word) = words.more() {
            self.word(&mut event, word, words)?;
        }
        Ok(event)
    }

    fn word(&self, event: &mut CaseEvent<'static>, word: &str, words: &mut Words<'_>) -> Read<()> {
        match word {
            "received" => event.received_at = self.instant(words)?,
            "entered" => event.entered_at = Some(self.instant(words)?),
            "until" => special(event).planned_end = Some(self.instant(words)?),
            "acted" => event.data.act_at = Some(self.day_or_instant(words, NaiveTime::MIN)?),
            _ => {
                let value = words.next("a value")?;
                let text = Text::from(value.to_owned());
                match word {
                    "by" => {
                        event.data.actor = Some(Actor {
                            id: text,
                            ..Actor::default()
                        })
                    }
                    "id" => event.event_id = text,
                    "v" => {
                        event.data_version = value.parse().map_err(|_| "a version is a number")?
                    }
                    "seq" => {
                        event.source_seq = value.parse().map_err(|_| "a sequence is a number")?
                    }
                    "corrects" => event.data.corrects = Some(text),
                    "special" => special(event).kind = text,
                    "granted" => special(event).granted = Some(text),
                    "notice" => special(event).notice_no = Some(text),
                    "item" => event.data.item_code = Some(text),
                    "org" => event.data.org_code = Some(text),
                    "region" => event.data.region_code = Some(text),
                    "party" => event.data.party_ref = Some(text),
                    "party_kind" => event.data.party_kind = Some(text),
                    "result" => event.data.result_code = Some(text),
                    "reason" => event.data.reason = Some(text),
                    "basis" => event.data.legal_basis = Some(text),
                    "parent" => event.data.parent_case_no = Some(text),
                    "attach" => event.data.attachments.push(Attachment {
                        kind: text,
                        ..Attachment::default()
                    }),
                    "evidence" => event.data.attachments.push(Attachment {
                        kind: Text::from("evidence"),
                        sha256: Some(text),
                        uploaded_at: None,
                    }),
                    "case_kind" => event.data.case_kind = Some(text),
                    "channel" => event.data.channel = Some(text),
                    "set" => drop(event.data.attributes.insert(name(value)?, attribute(value))),
                    "amount" => {
                        let fen = right(value)
                            .parse()
                            .map_err(|_| "an amount is a number of fen")?;
                        event.data.amounts.insert(name(value)?, fen);
                    }
                    other => particular(event, other, value)?,
                }
            }
        }
        Ok(())
    }

    fn expect(&mut self, line: usize, words: &mut Words<'_>) -> Read<()> {
        let point = words.next("a control point or `nothing`")?;
        let row = match point {
            "nothing" => None,
            point => Some(self.row(point, words)?),
        };
        words.end()?;
        match self.lines.last_mut() {
            Some((at, Line::Expect(rows))) => {
                rows.extend(row);
                *at = line;
            }
            _ => self
                .lines
                .push((line, Line::Expect(row.into_iter().collect()))),
        }
        Ok(())
    }

    /// An alert, and the text that is the rest of the line.
    fn told(&self, words: &mut Words<'_>) -> Read<(Row, String)> {
        let alert = self.alert_of(words.next("an alert")?)?;
        let mut text = words.next("a text")?.to_owned();
        while let Some(word) = words.more() {
            text.push(' ');
            text.push_str(word);
        }
        Ok((alert, text))
    }

    /// The alert that `CASE/POINT@STEP#VISIT` names, with nothing said of it.
    fn alert_of(&self, point: &str) -> Read<Row> {
        let (case_no, point) = match point.split_once('/') {
            Some((case, point)) => (case.to_owned(), point),
            None => (self.case_no(), point),
        };
        let (point, visit) = point.split_once('#').unwrap_or((point, "1"));
        let (point, step) = point.split_once('@').unwrap_or((point, ""));
        let (source, case_no) = match case_no.strip_prefix(':') {
            Some(key) => (String::new(), key.replace('!', "/")),
            None if case_no == "-" => (self.source_id(), String::new()),
            None => (self.source_id(), case_no),
        };
        Ok(Row {
            source,
            case_no,
            control_point: point.to_owned(),
            step: step.to_owned(),
            visit: visit.parse().map_err(|_| format!("no visit: {visit:?}"))?,
            level: Level::Review,
            status: Status::Pending,
            due_at: None,
            breached_at: None,
            completed_at: None,
            disposition: None,
        })
    }

    fn row(&self, point: &str, words: &mut Words<'_>) -> Read<Row> {
        let mut row = self.alert_of(point)?;
        let level = words.next("a level")?;
        let status = words.next("a status")?;
        row.level = level_of(level).ok_or_else(|| format!("no level {level:?}"))?;
        row.status = status_of(status).ok_or_else(|| format!("no status {status:?}"))?;
        let end_of_day = NaiveTime::from_hms_opt(23, 59, 59).expect("a time of day");
        while let Some(word) = words.more() {
            match word {
                "due" => row.due_at = Some(self.day_or_instant(words, end_of_day)?),
                "breached" => row.breached_at = Some(self.day_or_instant(words, NaiveTime::MIN)?),
                "done" => row.completed_at = Some(self.day_or_instant(words, NaiveTime::MIN)?),
                "is" => {
                    let state = words.next("where it stands with people")?;
                    let known = state_of(state).ok_or_else(|| format!("no state {state:?}"))?;
                    row.disposition = Some(known);
                }
                other => return Err(format!("an alert has no {other:?}")),
            }
        }
        Ok(row)
    }

    fn instant(&self, words: &mut Words<'_>) -> Read<Timestamp> {
        let date = words.next("a date")?;
        self.at(date, words.next("a time")?)
    }

    fn day_or_instant(&self, words: &mut Words<'_>, otherwise: NaiveTime) -> Read<Timestamp> {
        let date = words.next("a date")?;
        match words.time() {
            Some(time) => self.at(date, time),
            None => {
                let date: NaiveDate = date.parse().map_err(|e| format!("{date:?}: {e}"))?;
                Ok(Timestamp::from_local(date.and_time(otherwise), self.zone))
            }
        }
    }

    fn at(&self, date: &str, time: &str) -> Read<Timestamp> {
        let seconds = if time.matches(':').count() == 1 {
            ":00"
        } else {
            ""
        };
        let text = format!("{date}T{time}{seconds}");
        let local: NaiveDateTime = text
            .parse()
            .map_err(|e| format!("no date and time: {text:?}: {e}"))?;
        Ok(Timestamp::from_local(local, self.zone))
    }
}

pub(super) fn special<'e>(event: &'e mut CaseEvent<'static>) -> &'e mut Special<'static> {
    event.data.special.get_or_insert_default()
}

#[cfg(test)]
mod tests {
    use mingjing_domain::event::Value;

    use super::*;

    fn inputs(script: &str) -> Vec<Input> {
        let (_, lines) = parse(script).unwrap();
        let input = |(_, line)| match line {
            Line::Input(input) => Some(input),
            Line::Expect(_) | Line::Answered(_) | Line::Inspect(..) | Line::Told(_) => None,
        };
        lines.into_iter().filter_map(input).collect()
    }

    #[test]
    fn an_event_line_says_who_what_when_and_in_which_case() {
        let read = inputs(
            "source zjj live allowance 3h\ncase A-1\nitem XK-1\n\
             2026-02-12 09:00  step_start:review  by li  received 2026-02-12 10:30:05  set ok=true amount fee=250  # why\n",
        );
        let [Input::Declared(source), Input::Event(event)] = &read[..] else {
            panic!("{read:?}")
        };
        assert_eq!(
            (source.id.as_str(), source.delay_allowance_hours),
            ("zjj", 3)
        );
        assert_eq!(
            (
                &*event.source,
                &*event.case_no,
                &*event.event_id,
                event.source_seq
            ),
            ("zjj", "A-1", "e1", 4)
        );
        assert_eq!(event.kind, EventKind::StepStart);
        assert_eq!(event.occurred_at.to_string(), "2026-02-12T01:00:00+00:00");
        assert_eq!(event.received_at.to_string(), "2026-02-12T02:30:05+00:00");
        let data = &event.data;
        assert_eq!(
            (data.item_code.as_deref(), data.step_code.as_deref()),
            (Some("XK-1"), Some("review"))
        );
        assert_eq!(data.actor.as_ref().map(|a| &*a.id), Some("li"));
        assert_eq!(data.attributes.get("ok"), Some(&Value::Bool(true)));
        assert_eq!(data.amounts.get("fee"), Some(&250));
    }

    #[test]
    fn definitions_stand_behind_bars_with_their_indentation() {
        let read = inputs("activate a.yaml\n| kind: calendar\n|\n| years:\n|   2026: {}\n");
        let [Input::Activate(file)] = &read[..] else {
            panic!("{read:?}")
        };
        assert_eq!(file.text, "kind: calendar\n\nyears:\n  2026: {}\n");
    }

    #[test]
    fn expectations_that_follow_each_other_are_one_list() {
        let script = "expect late@review#2 red issued due 2026-07-15 breached 2026-07-16 done 2026-07-16 09:00\n\
                      expect b/near notice ended\ntick 2026-07-17 00:00\nexpect nothing\n";
        let (_, lines) = parse(script).unwrap();
        let [(2, Line::Expect(rows)), _, (4, Line::Expect(none))] = &lines[..] else {
            panic!("{lines:?}")
        };
        assert_eq!(
            rows[0].text(chrono_tz::Asia::Shanghai),
            format!("expect 1/{}", &script[7..script.find("\n").unwrap()]) + ":00"
        );
        assert_eq!((rows[1].case_no.as_str(), rows[1].due_at), ("b", None));
        assert!(none.is_empty());
    }

    #[test]
    fn what_a_record_tells_is_the_rest_of_the_line() {
        let script = "says late@review 截至2026-07-16 09:00:00尚未办结\ncites late -\n";
        let (_, lines) = parse(script).unwrap();
        let [(1, Line::Told(says)), (2, Line::Told(cites))] = &lines[..] else {
            panic!("{lines:?}")
        };
        assert_eq!(says.alert.step, "review");
        assert_eq!(
            says.words,
            ToldWords::Says("截至2026-07-16 09:00:00尚未办结".into())
        );
        assert_eq!(cites.words, ToldWords::Cites(None));
        assert!(says.fails(&[]).is_some());
    }

    #[test]
    fn a_line_that_cannot_be_read_says_where_and_why() {
        for (script, problem) in [
            (
                "\n2026-02-12 09:00 accept",
                "line 2: no event kind \"accept\"",
            ),
            ("tick 2026-02-30 00:00", "line 1: no date and time"),
            ("expect late purple issued", "line 1: no level \"purple\""),
            (
                "expect late red issued till 2026-01-01",
                "line 1: an alert has no \"till\"",
            ),
            ("2026-02-12 09:00 note by", "line 1: a value is missing"),
            (
                "2026-02-12 09:00 note whom li",
                "line 1: an event has no \"whom\"",
            ),
            ("source a dead", "line 1: a source has no \"dead\""),
            ("| kind: body", "line 1: text behind a bar needs"),
        ] {
            let bad = parse(script).unwrap_err().to_string();
            assert!(bad.starts_with(problem), "{bad}");
        }
    }
}
