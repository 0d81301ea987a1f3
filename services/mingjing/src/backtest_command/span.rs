//! The cases of a span of time, batch by batch, each with the alerts published of it.

use anyhow::Context as _;
use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_store::{Past, PastAlert, PastEvent, Store};

/// From an instant up to, not including, another.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// An instant, or the beginning of a date.
pub fn instant(name: &str, text: &str, zone: chrono_tz::Tz) -> anyhow::Result<Timestamp> {
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(Timestamp::start_of(date, zone));
    }
    Timestamp::parse(text)
        .with_context(|| format!("{name}: {text} is neither an instant nor a date"))
}

/// One case of the past.
pub struct CaseOfPast {
    /// In the order of arrival.
    pub events: Vec<PastEvent>,
    /// What was published of it, as it stands now.
    pub published: Vec<PastAlert>,
}

/// How much was read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub cases: u64,
    pub events: u64,
    /// Begun outside the span.
    pub cases_left_out: u64,
}

/// A batch holds so many events, and whole cases.
const BATCH_EVENTS: usize = 8_000;

/// The cases of a span.
pub struct CasesOfPast {
    span: Span,
    events: Past<PastEvent>,
    alerts: Past<PastAlert>,
    /// The first event of the next case.
    event: Option<PastEvent>,
    /// The first alert of the next case that has one.
    alert: Option<PastAlert>,
    begun: bool,
    counts: Counts,
}

impl CasesOfPast {
    pub fn open(store: &Store, span: Span) -> anyhow::Result<Self> {
        Ok(Self {
            span,
            events: store.past_events(span.to)?,
            alerts: store.past_alerts(span.to)?,
            event: None,
            alert: None,
            begun: false,
            counts: Counts::default(),
        })
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The next cases; none after the last.
    pub async fn next_batch(&mut self) -> anyhow::Result<Option<Vec<CaseOfPast>>> {
        if !std::mem::replace(&mut self.begun, true) {
            self.event = self.events.next().await?;
            self.alert = self.alerts.next().await?;
        }
        let (mut batch, mut events) = (Vec::new(), 0);
        while events < BATCH_EVENTS
            && let Some(case) = self.next_case().await?
        {
            events += case.events.len();
            batch.push(case);
        }
        Ok((!batch.is_empty()).then_some(batch))
    }

    /// The next case that began within the span.
    async fn next_case(&mut self) -> anyhow::Result<Option<CaseOfPast>> {
        while let Some(first) = self.event.take() {
            let mut events = vec![first];
            self.event = loop {
                match self.events.next().await? {
                    Some(next) if same_case(&next, &events[0]) => events.push(next),
                    other => break other,
                }
            };
            let published = self.published_of(&events[0]).await?;
            let began = events.iter().map(PastEvent::occurred_at).min();
            if began.is_none_or(|began| began < self.span.from) {
                self.counts.cases_left_out += 1;
                continue;
            }
            events.sort_by_key(|event| event.log_offset);
            self.counts.cases += 1;
            self.counts.events += events.len() as u64;
            return Ok(Some(CaseOfPast { events, published }));
        }
        Ok(None)
    }

    /// Both streams are in one order, so what lies before this case belongs to none that is still to come.
    async fn published_of(&mut self, event: &PastEvent) -> anyhow::Result<Vec<PastAlert>> {
        let case = (event.source.as_str(), event.case_no.as_str());
        let mut published = Vec::new();
        while let Some(alert) = self.alert.take() {
            let of = (alert.source.as_str(), alert.case_no.as_str());
            if of > case {
                self.alert = Some(alert);
                break;
            }
            if of == case {
                published.push(alert);
            }
            self.alert = self.alerts.next().await?;
        }
        Ok(published)
    }
}

fn same_case(a: &PastEvent, b: &PastEvent) -> bool {
    a.case_no == b.case_no && a.source == b.source
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_first_instant_in_the_zone() {
        let zone = chrono_tz::Asia::Shanghai;
        let date = instant("--from", "2026-03-02", zone).unwrap();
        assert_eq!(date, Timestamp::parse("2026-03-02T00:00:00+08:00").unwrap());
        assert!(instant("--from", "yesterday", zone).is_err());
    }
}
