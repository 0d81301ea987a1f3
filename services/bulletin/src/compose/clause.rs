//! Clauses: numbers with the words that they need. A number that the dictionary does not have, or that was not taken, is not spoken of.

use std::collections::BTreeMap;

use mingjing_domain::period::PeriodKind;

use crate::document::Span;
use crate::figures::{Figures, Metric, Unit, Value, Values};
use crate::numbers::{change, classifier, count, of_unit};
use crate::query::{Of, Query};

/// A part of a sentence.
pub(crate) type Clause = Vec<Span>;

/// Of whom numbers are said: the whole, or one body, county, class, rule.
#[derive(Clone, Copy)]
pub(crate) struct Whose<'f> {
    pub(crate) figures: &'f Figures,
    values: &'f Values,
    filter: Option<(&'static str, &'f str)>,
}

impl<'f> Whose<'f> {
    pub(crate) fn whole(figures: &'f Figures) -> Self {
        Self {
            figures,
            values: &figures.total,
            filter: None,
        }
    }

    pub(crate) fn one(
        figures: &'f Figures,
        by: &'static str,
        key: &'f str,
        values: &'f Values,
    ) -> Self {
        Self {
            figures,
            values,
            filter: Some((by, key)),
        }
    }

    pub(crate) fn value(&self, metric: &str) -> Option<&'f Value> {
        self.values.get(metric)
    }

    /// The number itself, where it is there and shown.
    pub(crate) fn number(&self, metric: &str) -> Option<f64> {
        let (known, value) = self.known(metric)?;
        value.value.filter(|_| !self.is_hidden(known, value))
    }

    fn known(&self, metric: &str) -> Option<(&'f Metric, &'f Value)> {
        Some((self.figures.metric(metric)?, self.value(metric)?))
    }

    /// Whether a base is too small for the number, whoever counted it.
    fn is_hidden(&self, known: &Metric, value: &Value) -> bool {
        let few = |base: f64| base < self.figures.min_base as f64;
        value.hidden || (known.unit != Unit::Count && value.base.is_some_and(few))
    }

    /// The id of the query behind a number.
    pub(crate) fn query(&self, metric: &str, of: Of) -> String {
        let mut filters: BTreeMap<String, String> = BTreeMap::new();
        filters.insert("period".into(), self.figures.period.to_string());
        filters.insert("region".into(), self.figures.scope.region.clone());
        if let Some((by, key)) = self.filter {
            filters.insert(by.into(), key.to_owned());
        }
        Query {
            metric: metric.to_owned(),
            of,
            filters,
        }
        .to_string()
    }

    pub(crate) fn figure(&self, metric: &str, of: Of, text: String) -> Span {
        Span::figure(text, self.query(metric, of))
    }

    /// `收件1204件`.
    pub(crate) fn count(&self, metric: &str, before: &str) -> Option<Clause> {
        let (known, value) = self.known(metric)?;
        let text = format!("{}{}", count(value.value?), classifier(&known.over));
        Some(vec![
            Span::words(before),
            self.figure(metric, Of::Value, text),
        ])
    }

    /// A count that is not zero.
    pub(crate) fn some(&self, metric: &str, before: &str) -> Option<Clause> {
        self.number(metric).filter(|number| *number > 0.0)?;
        self.count(metric, before)
    }

    /// `按时办结率97.4%（2922件/3000件）`; of a small base that it is not reckoned.
    pub(crate) fn rate(&self, metric: &str, name: &str) -> Option<Clause> {
        let (known, value) = self.known(metric)?;
        let of = classifier(&known.over);
        if value.base == Some(0.0) {
            return None;
        }
        if self.is_hidden(known, value) {
            let base = value.base.unwrap_or(0.0);
            let base = self.figure(metric, Of::Base, format!("{}{of}", count(base)));
            return Some(vec![
                Span::words(format!("{name}因基数过小（仅")),
                base,
                Span::words("）不计算"),
            ]);
        }
        let text = of_unit(known.unit, value.value?);
        let mut clause = vec![Span::words(name), self.figure(metric, Of::Value, text)];
        if let (Unit::Share, Some(part), Some(base)) = (known.unit, value.numerator, value.base) {
            clause.push(Span::words("（"));
            let part = format!("{}{of}", count(part));
            clause.push(self.figure(metric, Of::Numerator, part));
            clause.push(Span::words("/"));
            let base = format!("{}{of}", count(base));
            clause.push(self.figure(metric, Of::Base, base));
            clause.push(Span::words("）"));
        }
        Some(clause)
    }

    /// How it stands against the period before and the year before, `环比上升3.2%`; none where there is nothing to compare.
    fn changes(&self, metric: &str) -> Vec<Clause> {
        let Some((known, value)) = self.known(metric) else {
            return Vec::new();
        };
        let Some(now) = value.value.filter(|_| !self.is_hidden(known, value)) else {
            return Vec::new();
        };
        let min = self.figures.min_base as f64;
        let earlier = [
            (Of::Previous, "环比", "上期为", value.previous),
            (Of::LastYear, "同比", "上年同期为", value.last_year),
        ];
        // The period before a year is the year before.
        let yearly = self.figures.period.kind() == PeriodKind::Year;
        let received = self.figures.total.get("received");
        // Where nothing at all was received, the platform did not run yet: there is nothing to compare with.
        let ran = |of: Of| {
            let then = received.and_then(|value| match of {
                Of::Previous => value.previous,
                _ => value.last_year,
            });
            then.and_then(|then| then.value) != Some(0.0)
        };
        let said = earlier.into_iter().filter_map(|(of, word, was, then)| {
            let then = then.filter(|_| !(yearly && of == Of::Previous) && ran(of))?;
            // A rate is compared only where the earlier one was not of too few either.
            if known.unit == Unit::Share && then.base.is_some_and(|base| base < min) {
                return None;
            }
            let number = then.value?;
            Some(match change(known.unit, now, number, min) {
                Some(text) => vec![Span::words(word), self.figure(metric, of, text)],
                None => {
                    let text = format!("{}{}", count(number), classifier(&known.over));
                    vec![Span::words(was), self.figure(metric, of, text)]
                }
            })
        });
        said.collect()
    }

    /// A clause with its changes in brackets behind it.
    pub(crate) fn changing(&self, metric: &str, clause: Option<Clause>) -> Option<Clause> {
        let mut clause = clause?;
        let changes = self.changes(metric);
        if !changes.is_empty() {
            clause.push(Span::words("，"));
            clause.extend(joined(changes, "、"));
        }
        Some(clause)
    }

    /// What a cell of a table says.
    pub(crate) fn cell(&self, metric: &str) -> Span {
        let Some((known, value)) = self.known(metric) else {
            return Span::words("—");
        };
        match value.value {
            _ if self.is_hidden(known, value) => {
                Span::figure("基数小", self.query(metric, Of::Base))
            }
            None => Span::words("—"),
            Some(number) => {
                let text = match known.unit {
                    // The head says that they are days.
                    Unit::Days | Unit::Hours => format!("{number:.1}"),
                    unit => of_unit(unit, number),
                };
                self.figure(metric, Of::Value, text)
            }
        }
    }
}

/// Clauses with something between them.
pub(crate) fn joined(clauses: impl IntoIterator<Item = Clause>, with: &str) -> Clause {
    let mut all: Clause = Vec::new();
    for clause in clauses {
        if !all.is_empty() {
            all.push(Span::words(with));
        }
        all.extend(clause);
    }
    all
}

/// A sentence of those clauses that there are; none where there is none.
pub(crate) fn sentence<const N: usize>(clauses: [Option<Clause>; N]) -> Clause {
    let mut all = joined(clauses.into_iter().flatten(), "，");
    if !all.is_empty() {
        all.push(Span::words("。"));
    }
    all
}

/// Words as a clause.
pub(crate) fn words(text: impl Into<String>) -> Clause {
    vec![Span::words(text)]
}

/// Neighbouring words made one, so that a text is as short as it reads.
pub(crate) fn tidy(spans: Clause) -> Clause {
    let mut tidy: Clause = Vec::with_capacity(spans.len());
    for span in spans {
        match tidy.last_mut() {
            Some(last)
                if last.query.is_none()
                    && span.query.is_none()
                    && last.internal == span.internal =>
            {
                last.text.push_str(&span.text);
            }
            _ => tidy.push(span),
        }
    }
    tidy
}
