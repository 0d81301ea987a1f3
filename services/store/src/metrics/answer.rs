//! Counted numbers as an answer: what is divided, hidden, compared and put in order. Nothing is counted here.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use clickhouse::Row as Wire;
use serde::Deserialize;

use super::cells::{self, Cells};
use super::measure::Measure;
use super::windows::{Of, Window, months, windows};
use super::{Answer, Asked, Dimension, Metric, Over, ROWS_MAX, Row, Unit, Value, Values, Was};
use super::{compose, windows as all};
use crate::{Error, Store};

/// One row of what was counted.
#[derive(Debug, Wire, Deserialize)]
pub(super) struct Counted {
    pub(super) w: u16,
    pub(super) key: String,
    pub(super) total: u8,
    pub(super) numerators: Vec<f64>,
    pub(super) denominators: Vec<f64>,
    pub(super) bases: Vec<f64>,
}

/// One metric counted in one window.
#[derive(Clone, Copy, Debug, Default)]
struct Number {
    numerator: f64,
    denominator: f64,
    base: f64,
}

/// By key and metric its numbers: of the period, of the one before, of last year.
#[derive(Default)]
struct Table {
    total: BTreeMap<&'static str, [Number; 3]>,
    rows: BTreeMap<String, BTreeMap<&'static str, [Number; 3]>>,
}

const fn place(of: Of) -> usize {
    match of {
        Of::Asked => 0,
        Of::Previous => 1,
        Of::LastYear => 2,
    }
}

impl Store {
    /// Counts what is asked: of cases out of cells and what changed since where those tell it, else, and of everything else, one statement a
    /// population. The answer is the same.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn statistics(&self, asked: &Asked) -> Result<Answer, Error> {
        let cells = match asked.metrics.iter().any(|metric| cells::tell(metric)) {
            true => self.cells(asked.zone).await?,
            false => None,
        };
        self.answered(asked, cells.as_ref()).await
    }

    /// The same, of rows alone.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn statistics_by_row(&self, asked: &Asked) -> Result<Answer, Error> {
        self.answered(asked, None).await
    }

    /// Whether cells answer a question as far as they tell its metrics. For tests and measurements: the answer does not show it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn cells_answer(&self, asked: &Asked) -> Result<bool, Error> {
        let Some(cells) = self.cells(asked.zone).await? else {
            return Ok(false);
        };
        let all = windows(asked);
        let mut metrics = asked.metrics.iter();
        let fit = metrics.all(|metric| cells::fit(metric.over, asked, &all, &cells.chain));
        Ok(fit && cells.fresh(self).await?.is_some())
    }

    async fn cells(&self, zone: Tz) -> Result<Option<Cells>, Error> {
        Ok(self.cell_chain(zone).await?.and_then(Cells::of))
    }

    async fn answered(&self, asked: &Asked, cells: Option<&Cells>) -> Result<Answer, Error> {
        let windows = windows(asked);
        let mut table = Table::default();
        for over in Over::ALL {
            let metrics = asked.metrics.iter().copied();
            let metrics: Vec<&'static Metric> =
                metrics.filter(|metric| metric.over == *over).collect();
            if metrics.is_empty() {
                continue;
            }
            let of_all;
            let asked = match asked.by.is_none_or(|by| over.dimensions().contains(&by)) {
                true => asked,
                false => {
                    of_all = Asked {
                        by: None,
                        ..asked.clone()
                    };
                    &of_all
                }
            };
            let cells = cells.filter(|cells| cells::fit(*over, asked, &windows, &cells.chain));
            let (in_cells, mut of_rows): (Vec<&'static Metric>, Vec<&'static Metric>) = metrics
                .into_iter()
                .partition(|metric| cells.is_some() && cells::tell(metric));
            let of_cells = async {
                match cells {
                    Some(cells) if !in_cells.is_empty() => {
                        let counted =
                            self.counted_by_cells(*over, &in_cells, asked, &windows, cells);
                        counted.await
                    }
                    _ => Ok(Some(Vec::new())),
                }
            };
            let beside = self.all_beside(&in_cells, asked, &windows);
            match tokio::try_join!(of_cells, beside)? {
                (Some(of_cells), beside) => {
                    for counted in of_cells {
                        table.take(&counted, &in_cells, asked, &windows);
                    }
                    for (metric, counted) in beside {
                        table.take_numerators(&counted, &[metric], asked, &windows);
                    }
                }
                (None, _) => of_rows.extend(in_cells),
            }
            if !of_rows.is_empty() {
                for counted in self.counted(*over, &of_rows, asked, &windows).await? {
                    table.take(&counted, &of_rows, asked, &windows);
                }
            }
        }
        Ok(table.answer(asked))
    }

    async fn counted(
        &self,
        over: Over,
        metrics: &[&'static Metric],
        asked: &Asked,
        windows: &[Window],
    ) -> Result<Vec<Counted>, Error> {
        let sql = compose::counting(over, metrics, asked, windows.len(), None);
        let query = compose::bind(self.client().query_raw(&sql), over, asked);
        self.fetch("counting statistics", all::bind(query, windows))
            .await
    }

    /// What counts of those metrics of which cells know of how many alone.
    async fn all_beside(
        &self,
        metrics: &[&'static Metric],
        asked: &Asked,
        windows: &[Window],
    ) -> Result<Vec<(&'static Metric, Counted)>, Error> {
        let mut all = Vec::new();
        for metric in metrics.iter().copied() {
            if let Some(column) = cells::beside(metric) {
                let counted = self.beside(metric, column, asked, windows).await?;
                all.extend(counted.into_iter().map(|counted| (metric, counted)));
            }
        }
        Ok(all)
    }

    /// What counts of a metric that is about cases of which something else says a thing, where cells know of how many: those cases alone are
    /// read, by their keys.
    async fn beside(
        &self,
        metric: &'static Metric,
        column: &str,
        asked: &Asked,
        windows: &[Window],
    ) -> Result<Vec<Counted>, Error> {
        let over = metric.over;
        let sql = compose::counting(over, &[metric], asked, windows.len(), Some(column));
        let query = compose::bind(self.by_key(&sql), over, asked);
        self.fetch(
            "counting statistics beside cells",
            all::bind(query, windows),
        )
        .await
    }
}

impl Table {
    fn take(
        &mut self,
        counted: &Counted,
        metrics: &[&'static Metric],
        asked: &Asked,
        windows: &[Window],
    ) {
        self.put(counted, metrics, asked, windows, |number, taken| {
            *number = taken;
        });
    }

    /// What counts alone; of how many is there already.
    fn take_numerators(
        &mut self,
        counted: &Counted,
        metrics: &[&'static Metric],
        asked: &Asked,
        windows: &[Window],
    ) {
        self.put(counted, metrics, asked, windows, |number, taken| {
            number.numerator = taken.numerator;
        });
    }

    fn put(
        &mut self,
        counted: &Counted,
        metrics: &[&'static Metric],
        asked: &Asked,
        windows: &[Window],
        set: fn(&mut Number, Number),
    ) {
        let Some(window) = windows.get(usize::from(counted.w)) else {
            return;
        };
        let row = match (window.month, counted.total) {
            (Some(month), _) => {
                let months = months(asked);
                let Some(key) = months.get(month).map(ToString::to_string) else {
                    return;
                };
                self.rows.entry(key).or_default()
            }
            (None, 0) => self.rows.entry(counted.key.clone()).or_default(),
            (None, _) => &mut self.total,
        };
        for (n, metric) in metrics.iter().enumerate() {
            let at = |of: &[f64]| of.get(n).copied().unwrap_or_default();
            let number = &mut row.entry(metric.id).or_default()[place(window.of)];
            let taken = Number {
                numerator: at(&counted.numerators),
                denominator: at(&counted.denominators),
                base: at(&counted.bases),
            };
            set(number, taken);
        }
    }

    fn answer(mut self, asked: &Asked) -> Answer {
        let whole = Window::whole(asked);
        let fits = |metric: &&'static Metric| {
            let by = asked.by;
            by.is_none_or(|by| metric.over.dimensions().contains(&by))
        };
        let in_rows: Vec<&'static Metric> = asked.metrics.iter().copied().filter(fits).collect();
        if asked.by == Some(Dimension::Month) {
            // A month without anything is a row, too.
            for month in months(asked) {
                self.rows.entry(month.to_string()).or_default();
            }
        }
        let total = values(&asked.metrics, &self.total, asked);
        let mut rows: Vec<Row> = self
            .rows
            .into_iter()
            .map(|(key, numbers)| Row {
                key,
                values: values(&in_rows, &numbers, asked),
            })
            .collect();
        if asked.by == Some(Dimension::Month) {
            rows.sort_by_key(|row| {
                row.key
                    .parse::<mingjing_domain::period::Period>()
                    .map(|p| p.first_day())
                    .ok()
            });
        } else if let Some(first) = in_rows.first() {
            // Those of many first, whatever their rate.
            let size = |row: &Row| {
                let value = row.values.get(first.id).copied().unwrap_or_default();
                value.base.or(value.value).unwrap_or_default()
            };
            rows.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.key.cmp(&b.key)));
        }
        let limit = asked.limit.clamp(1, ROWS_MAX);
        let left_off = rows.len().saturating_sub(limit);
        rows.truncate(limit);
        Answer {
            from: whole.from,
            until: whole.until,
            at: whole.at,
            running: whole.at < whole.until,
            rows,
            left_off,
            total,
        }
    }
}

fn values(
    metrics: &[&'static Metric],
    numbers: &BTreeMap<&'static str, [Number; 3]>,
    asked: &Asked,
) -> Values {
    let value = |metric: &&'static Metric| {
        let numbers = numbers.get(metric.id).copied().unwrap_or_default();
        (metric.id, value(metric, &numbers, asked))
    };
    metrics.iter().map(value).collect()
}

fn value(metric: &Metric, numbers: &[Number; 3], asked: &Asked) -> Value {
    let was = |of: Of| {
        let number = numbers[place(of)];
        let was = Was {
            value: shown(metric, number, asked.min_base),
            base: metric.measure.has_base().then_some(number.base),
        };
        asked.compare.then_some(was)
    };
    let number = numbers[place(Of::Asked)];
    let has_base = metric.measure.has_base();
    let divided = matches!(metric.measure, Measure::Sums { .. });
    Value {
        value: shown(metric, number, asked.min_base),
        numerator: match metric.measure {
            Measure::Quantile { .. } => None,
            _ => Some(number.numerator),
        },
        denominator: match metric.measure {
            Measure::Count { .. }
            | Measure::Stock { .. }
            | Measure::Total { .. }
            | Measure::Quantile { .. } => None,
            _ if divided => Some(number.denominator),
            _ => Some(number.base),
        },
        base: has_base.then_some(number.base),
        hidden: has_base && number.base > 0.0 && number.base < asked.min_base as f64,
        previous: was(Of::Previous),
        last_year: was(Of::LastYear),
    }
}

/// The number; none where there is nothing to count, or too little.
fn shown(metric: &Metric, number: Number, min_base: u64) -> Option<f64> {
    let Number {
        numerator,
        denominator,
        base,
    } = number;
    if metric.measure.has_base() && (base <= 0.0 || base < min_base as f64) {
        return None;
    }
    let value = match metric.measure {
        Measure::Count { .. }
        | Measure::Stock { .. }
        | Measure::Total { .. }
        | Measure::Quantile { .. } => numerator,
        _ if denominator <= 0.0 => return None,
        _ => numerator / denominator,
    };
    let rounded = match metric.unit {
        Unit::Days | Unit::Hours => (value * 10.0).round() / 10.0,
        _ => value,
    };
    rounded.is_finite().then_some(rounded)
}
