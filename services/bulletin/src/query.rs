//! Where a number comes from: what was asked for it. It stands with the number in the text, and the console opens it.

use std::collections::BTreeMap;
use std::fmt;

/// Which of a metric's numbers it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// The number itself.
    Value,
    /// What was counted.
    Numerator,
    /// Of how many.
    Base,
    /// 环比, and the period before.
    Previous,
    /// 同比, and the year before.
    LastYear,
}

impl Of {
    const ALL: [Of; 5] = [
        Of::Value,
        Of::Numerator,
        Of::Base,
        Of::Previous,
        Of::LastYear,
    ];

    const fn code(self) -> &'static str {
        match self {
            Of::Value => "value",
            Of::Numerator => "numerator",
            Of::Base => "base",
            Of::Previous => "previous",
            Of::LastYear => "last_year",
        }
    }
}

/// A question to the statistics: a metric and what it is narrowed to. Its text is its id, `on_time_rate?org=zjj&period=2026-10&region=510500#value`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Query {
    /// The metric.
    pub metric: String,
    /// Which of its numbers.
    pub of: Of,
    /// The filters by name; `period` and `region` are always there.
    pub filters: BTreeMap<String, String>,
}

impl Query {
    /// The query of an id; none of a text that is none.
    pub fn parse(id: &str) -> Option<Self> {
        let (question, of) = id.rsplit_once('#')?;
        let (metric, filters) = question.split_once('?')?;
        let of = Of::ALL.into_iter().find(|one| one.code() == of)?;
        let filters = filters.split('&').map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Some(Self {
            metric: metric.to_owned(),
            of,
            filters: filters.collect::<Option<_>>()?,
        })
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}?", self.metric)?;
        for (n, (name, value)) in self.filters.iter().enumerate() {
            let and = if n == 0 { "" } else { "&" };
            write!(f, "{and}{name}={value}")?;
        }
        write!(f, "#{}", self.of.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_back_from_its_id() {
        let id = "on_time_rate?org=zjj&period=2026-10&region=510500#base";
        let query = Query::parse(id).unwrap();
        assert_eq!(
            (query.metric.as_str(), query.of),
            ("on_time_rate", Of::Base)
        );
        assert_eq!(query.filters["org"], "zjj");
        assert_eq!(query.to_string(), id);
        for wrong in ["", "a", "a#value", "a?b#value", "a?b=c#of"] {
            assert_eq!(Query::parse(wrong), None, "{wrong}");
        }
    }
}
