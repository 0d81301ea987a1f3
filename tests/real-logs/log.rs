//! A reader of logs and verdicts of the tests' own, so that a mistake of the platform's readers shows here.
//!
//! It reads what these files hold and no more: flat attributes of traces and events, in document order.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use flate2::read::MultiGzDecoder;
use mingjing_domain::Timestamp;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event as Xml};

/// Attributes by key.
pub type Attributes = BTreeMap<String, String>;

/// One case of a log.
#[derive(Debug, Default)]
pub struct Trace {
    pub attributes: Attributes,
    /// In document order.
    pub events: Vec<Attributes>,
}

impl Trace {
    /// The case number.
    pub fn case_no(&self) -> Result<&str> {
        get(&self.attributes, "concept:name")
    }

    /// The place of the first event with this activity.
    pub fn first(&self, activity: &str) -> Option<usize> {
        self.events.iter().position(|event| {
            event
                .get("concept:name")
                .is_some_and(|name| name == activity)
        })
    }

    /// The first event with this activity, which the verdict says is there.
    pub fn need(&self, activity: &str) -> Result<&Attributes> {
        let place = self
            .first(activity)
            .with_context(|| format!("no {activity} in {:?}", self.case_no()))?;
        Ok(&self.events[place])
    }
}

/// An attribute that must be there.
pub fn get<'a>(attributes: &'a Attributes, key: &str) -> Result<&'a str> {
    attributes
        .get(key)
        .map(String::as_str)
        .with_context(|| format!("no {key} in {attributes:?}"))
}

/// When an event happened, to the second.
pub fn at(event: &Attributes) -> Result<Timestamp> {
    instant(get(event, "time:timestamp")?)
}

/// An instant of a log, to the second.
pub fn instant(text: &str) -> Result<Timestamp> {
    let read =
        DateTime::parse_from_rfc3339(text).with_context(|| format!("not an instant: {text}"))?;
    Ok(Timestamp::from_millis(read.timestamp() * 1000))
}

/// The local date of an instant of a log.
pub fn date(text: &str, zone: Tz) -> Result<NaiveDate> {
    let read =
        DateTime::parse_from_rfc3339(text).with_context(|| format!("not an instant: {text}"))?;
    Ok(read.with_timezone(&zone).date_naive())
}

/// The first instant after a local day.
pub fn after(day: NaiveDate, zone: Tz) -> Result<Timestamp> {
    let next = day + Days::new(1);
    let midnight = next
        .and_time(NaiveTime::MIN)
        .and_local_timezone(zone)
        .single();
    Ok(Timestamp::from_millis(
        midnight
            .with_context(|| format!("no midnight of {next}"))?
            .timestamp_millis(),
    ))
}

/// The rows of a comma-separated file, gzipped or not, by column name.
pub fn rows(file: &Path) -> Result<Vec<Attributes>> {
    let mut reader = csv::Reader::from_reader(open(file)?);
    reader
        .deserialize()
        .collect::<Result<_, _>>()
        .with_context(|| format!("read {}", file.display()))
}

/// The rows by the value of a column that no two rows share.
pub fn rows_by(file: &Path, column: &str) -> Result<BTreeMap<String, Attributes>> {
    let mut found = BTreeMap::new();
    for row in rows(file)? {
        let key = get(&row, column)?.to_owned();
        ensure!(
            found.insert(key.clone(), row).is_none(),
            "{key} stands twice in {}",
            file.display()
        );
    }
    Ok(found)
}

/// Whether a verdict column says that the rule was broken. An empty one has nothing to judge.
pub fn broken(row: &Attributes, column: &str) -> Result<bool> {
    match get(row, column)? {
        "1" | "True" => Ok(true),
        "0" | "False" | "" => Ok(false),
        other => bail!("{column} is neither true nor false: {other}"),
    }
}

/// The traces of an XES log, each with its row of `verdicts`; every case has exactly one.
pub fn judged(
    log: &Path,
    verdicts: &BTreeMap<String, Attributes>,
) -> Result<Vec<(Trace, Attributes)>> {
    let traces = traces(open(log)?).with_context(|| format!("read {}", log.display()))?;
    ensure!(
        traces.len() == verdicts.len(),
        "{} cases, {} verdicts",
        traces.len(),
        verdicts.len()
    );
    let judged = traces.into_iter().map(|trace| {
        let row = verdicts
            .get(trace.case_no()?)
            .with_context(|| format!("no verdict on {:?}", trace.case_no()))?;
        let row = row.clone();
        Ok((trace, row))
    });
    judged.collect()
}

fn open(file: &Path) -> Result<BufReader<Box<dyn Read>>> {
    let bytes = File::open(file).with_context(|| format!("open {}", file.display()))?;
    let gzipped = file.extension().is_some_and(|extension| extension == "gz");
    Ok(BufReader::new(if gzipped {
        Box::new(MultiGzDecoder::new(bytes))
    } else {
        Box::new(bytes)
    }))
}

fn traces(input: impl BufRead) -> Result<Vec<Trace>> {
    let mut reader = quick_xml::Reader::from_reader(input);
    let mut path: Vec<String> = Vec::new();
    let mut traces: Vec<Trace> = Vec::new();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Xml::Start(element) => {
                take(&path, &element, &mut traces)?;
                path.push(element.name().as_ref().to_owned());
            }
            Xml::Empty(element) => take(&path, &element, &mut traces)?,
            Xml::End(_) => drop(path.pop()),
            Xml::Eof => return Ok(traces),
            _ => {}
        }
    }
}

fn take(path: &[String], element: &BytesStart<'_>, traces: &mut Vec<Trace>) -> Result<()> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (path.as_slice(), element.name().as_ref()) {
        (["log"], "trace") => traces.push(Trace::default()),
        (["log", "trace"], "event") => {
            traces
                .last_mut()
                .context("inside a trace")?
                .events
                .push(Attributes::new());
        }
        (["log", "trace"], _) => put(
            element,
            &mut traces.last_mut().context("inside a trace")?.attributes,
        )?,
        (["log", "trace", "event"], _) => {
            let trace = traces.last_mut().context("inside a trace")?;
            put(element, trace.events.last_mut().context("inside an event")?)?;
        }
        _ => {}
    }
    Ok(())
}

fn put(element: &BytesStart<'_>, attributes: &mut Attributes) -> Result<()> {
    let text = |name: &str| -> Result<String> {
        let attribute = element
            .try_get_attribute(name)?
            .with_context(|| format!("no {name} in {element:?}"))?;
        Ok(attribute
            .normalized_value(XmlVersion::Implicit1_0)?
            .into_owned())
    };
    attributes.insert(text("key")?, text("value")?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_traces_and_events_are_told_from_nested_ones() -> Result<()> {
        let text = r#"<?xml version="1.0"?><log><string key="a" value="0"/><trace><string key="concept:name" value="A &amp; B"/>
            <event><string key="concept:name" value="x"><string key="inner" value="1"/></string></event>
            <event><string key="concept:name" value="y"/></event></trace><trace/></log>"#;
        let traces = traces(text.as_bytes())?;
        assert_eq!(traces.len(), 2);
        assert_eq!(traces[0].case_no()?, "A & B");
        assert_eq!(traces[0].events.len(), 2);
        assert_eq!(traces[0].events[0].len(), 1);
        assert_eq!(traces[0].first("y"), Some(1));
        Ok(())
    }

    #[test]
    fn the_day_ends_at_local_midnight_in_summer_and_winter() -> Result<()> {
        let rome = chrono_tz::Europe::Rome;
        let day = date("2007-06-30T22:30:00Z", rome)?;
        assert_eq!(day.to_string(), "2007-07-01");
        assert_eq!(after(day, rome)?.to_string(), "2007-07-01T22:00:00+00:00");
        assert_eq!(
            after(date("2007-01-01T00:00:00+01:00", rome)?, rome)?.to_string(),
            "2007-01-01T23:00:00+00:00"
        );
        Ok(())
    }
}
