//! The cases of a span of time, batch by batch, each with the alerts published of it.

use mingjing_domain::Timestamp;
use mingjing_store::{Horizon, Past, PastAlert, PastAsked, PastEvent, Store};

use crate::Error;

/// From an instant up to, not including, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Cases that began at this instant or later …
    pub from: Timestamp,
    /// … and before this one, judged as of it.
    pub to: Timestamp,
}

/// Which cases of the past are judged, and by how much of what is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// When they began.
    pub span: Span,
    /// Where knowledge ends; none: all that is known now.
    pub horizon: Option<Horizon>,
    /// Only those of regions whose code begins so; none: all.
    pub region_prefix: Option<String>,
}

impl From<Span> for Window {
    fn from(span: Span) -> Self {
        Self {
            span,
            horizon: None,
            region_prefix: None,
        }
    }
}

impl Window {
    pub(crate) fn asked(&self) -> PastAsked {
        PastAsked {
            from: self.span.from,
            before: self.span.to,
            horizon: self.horizon.clone(),
            region_prefix: self.region_prefix.clone(),
        }
    }
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
    /// Cases that began in the span.
    pub cases: u64,
    /// Their events.
    pub events: u64,
    /// In which something happened in the span, and which had begun before it.
    pub cases_left_out: u64,
}

/// A batch holds so many events, and whole cases.
const BATCH_EVENTS: usize = 8_000;

/// The cases of a span.
pub struct CasesOfPast {
    span: Span,
    events: Past<PastEvent>,
    /// None where nobody asks what was published.
    alerts: Option<Past<PastAlert>>,
    /// The first event of the next case.
    event: Option<PastEvent>,
    /// The first alert of the next case that has one.
    alert: Option<PastAlert>,
    begun: bool,
    counts: Counts,
}

impl CasesOfPast {
    /// Opens them, with what was published of them where that is asked for.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn open(store: &Store, window: &Window, published: bool) -> Result<Self, Error> {
        let span = window.span;
        Ok(Self {
            span,
            events: store.past_events(&window.asked())?,
            alerts: match published {
                true => Some(store.past_alerts(span.to)?),
                false => None,
            },
            event: None,
            alert: None,
            begun: false,
            counts: Counts::default(),
        })
    }

    /// How much was read until now.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The next cases; none after the last.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn next_batch(&mut self) -> Result<Option<Vec<CaseOfPast>>, Error> {
        if !std::mem::replace(&mut self.begun, true) {
            self.event = self.events.next().await?;
            self.alert = self.next_alert().await?;
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

    async fn next_alert(&mut self) -> Result<Option<PastAlert>, Error> {
        match &mut self.alerts {
            Some(alerts) => Ok(alerts.next().await?),
            None => Ok(None),
        }
    }

    /// The next case that began within the span.
    async fn next_case(&mut self) -> Result<Option<CaseOfPast>, Error> {
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
    async fn published_of(&mut self, event: &PastEvent) -> Result<Vec<PastAlert>, Error> {
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
            self.alert = self.next_alert().await?;
        }
        Ok(published)
    }
}

fn same_case(a: &PastEvent, b: &PastEvent) -> bool {
    a.case_no == b.case_no && a.source == b.source
}
