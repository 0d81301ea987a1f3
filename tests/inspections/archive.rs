//! What the archive would have written of a script: events as they came, cases and sources as the engine published them.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::Fact;
use mingjing_domain::source::Source;
use mingjing_store::{
    AlertRow, Backoff, Batch, CaseRow, Control, ControlRow, DayTotals, EventRow, Place,
    SourceHealth, SourceHealthRow, Store, TotalsRow, TreasuryTotal,
};

/// The log's name.
const LOG: &str = "00000000000000000000000000000000";

/// Rows on their way.
#[derive(Default)]
pub struct Archive {
    batch: Batch,
    offset: u64,
}

impl Archive {
    fn place(&mut self) -> Place {
        self.offset += 1;
        Place {
            log_id: LOG.into(),
            partition: 0,
            offset: self.offset,
            n: 0,
            fact_offset: self.offset,
        }
    }

    pub fn event(&mut self, event: &CaseEvent<'_>, clock: Timestamp) {
        let offset = self.place().offset;
        self.batch
            .event(EventRow::new(event, LOG, 0, offset, Some(clock)));
    }

    pub fn declared(&mut self, source: &Source, clock: Timestamp) {
        let offset = self.place().offset;
        let control = Control::Declared(Box::new(source.clone()));
        self.batch
            .control(ControlRow::new(&control, Some(clock), LOG, 0, offset));
    }

    pub fn fact(&mut self, fact: &Fact) {
        let place = self.place();
        match fact.clone() {
            Fact::Alert {
                at,
                revision,
                alert,
                ..
            } => self.alert(*alert, revision, at, &place),
            Fact::Case { at, case } => self.batch.case(CaseRow::new(*case, at, &place)),
            Fact::Source {
                at,
                source,
                complete_until,
                last_received_at,
                events,
            } => {
                let health = SourceHealth {
                    source,
                    partition: 0,
                    complete_until,
                    last_received_at,
                    events,
                    updated_at: at,
                };
                self.batch
                    .source_health(SourceHealthRow::new(health, &place));
            }
            Fact::Refused { .. } | Fact::Decision { .. } => {}
        }
    }

    fn alert(&mut self, alert: AlertRecord, revision: u32, at: Timestamp, place: &Place) {
        self.batch.alert(AlertRow::new(alert, revision, at, place));
    }

    /// Writes what there is.
    pub async fn write(&mut self, store: &Store) -> Result<(), String> {
        let batch = std::mem::take(&mut self.batch);
        let (_go_on, stop) = tokio::sync::watch::channel(false);
        let written = store.insert_batch(&batch, &[], Backoff::default(), &stop, &());
        written.await.map(drop).map_err(|e| format!("{e:?}"))
    }

    /// What a source says that it has made on a day: source, day, perhaps `v` and a version, `ITEM/TYPE=NUMBER` with `-` for no item.
    pub fn totals(&mut self, words: &[&str]) -> Result<(), String> {
        let wrong = || "totals SOURCE DAY [v VERSION] ITEM/TYPE=NUMBER …".to_owned();
        let [source, day, rest @ ..] = words else {
            return Err(wrong());
        };
        let (data_version, rest) = match rest {
            ["v", version, rest @ ..] => (version.parse().map_err(|_| wrong())?, rest),
            rest => (1, rest),
        };
        let line = |word: &&str| {
            let (what, number) = word.split_once('=')?;
            let (item, kind) = what.split_once('/')?;
            let item = item.strip_prefix('-').unwrap_or(item);
            Some((item.to_owned(), kind.to_owned(), number.parse().ok()?))
        };
        let lines: Option<Vec<(String, String, u64)>> = rest.iter().map(line).collect();
        let said = DayTotals {
            source: (*source).into(),
            day: (*day).into(),
            data_version,
            lines: lines.ok_or_else(wrong)?,
        };
        let offset = self.place().offset;
        self.batch.totals(TotalsRow::of(said, LOG, 0, offset));
        Ok(())
    }

    /// What the treasury says: body, month, yuan collected, yuan in transit.
    pub async fn treasury(store: &Store, words: &[&str], now: Timestamp) -> Result<(), String> {
        let [org, month, collected, in_transit] = words else {
            return Err("treasury ORG MONTH YUAN YUAN_IN_TRANSIT".into());
        };
        let fen = |text: &str| {
            text.parse::<i64>()
                .map(|yuan| yuan * 100)
                .map_err(|e| e.to_string())
        };
        let total = TreasuryTotal {
            org_code: (*org).into(),
            month: (*month).into(),
            collected: fen(collected)?,
            refunded: 0,
            in_transit: fen(in_transit)?,
            note: String::new(),
        };
        let put = store.put_treasury_totals(&[total], "", "script", now).await;
        put.map_err(|e| e.to_string())
    }
}
