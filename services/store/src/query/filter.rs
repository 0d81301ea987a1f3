//! Which alerts are asked for, and where a page begins.

use std::fmt;
use std::str::FromStr;

use clickhouse::query::Query;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{Level, Status};
use mingjing_domain::disposition::DispositionState;

use super::Sight;

/// Which alerts are asked for. Every part narrows; an empty part asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// One of these statuses.
    pub status: Vec<Status>,
    /// One of these levels.
    pub level: Vec<Level>,
    /// This control point.
    pub control_point: Option<String>,
    /// This kind of rule, like `T3`.
    pub rule: Option<String>,
    /// This source.
    pub source: Option<String>,
    /// This body, as the events named it.
    pub org_code: Option<String>,
    /// A region whose code begins so: 5105 is Luzhou and all its districts.
    pub region_prefix: Option<String>,
    /// This power item.
    pub item_code: Option<String>,
    /// This case number, of whatever source.
    pub case_no: Option<String>,
    /// Raised at this instant or later.
    pub raised_from: Option<Timestamp>,
    /// Raised before this instant.
    pub raised_before: Option<Timestamp>,
    /// Only alerts that still stand: pending, issued, review.
    pub open_only: bool,
    /// Only alerts that a person has to decide: of those that still stand, all whose level or status is review.
    pub to_review: bool,
    /// With people it stands in one of these ways.
    pub disposition: Vec<DispositionState>,
    /// How far whoever asks sees.
    pub sight: Sight,
}

/// What still stands.
const OPEN: [Status; 3] = [Status::Pending, Status::Issued, Status::Review];

impl AlertFilter {
    /// The conditions as SQL, without values.
    pub(super) fn conditions(&self) -> Vec<&'static str> {
        let mut all = self.sight.on_alerts();
        let mut when = |asked: bool, condition| {
            if asked {
                all.push(condition);
            }
        };
        when(!self.status.is_empty(), "status IN {status:Array(String)}");
        when(self.open_only, "status IN {open:Array(String)}");
        when(
            self.to_review,
            "status IN {standing:Array(String)} AND (status = 'review' OR level = 'review')",
        );
        when(
            !self.disposition.is_empty(),
            "disposition IN {disposition:Array(String)}",
        );
        when(!self.level.is_empty(), "level IN {level:Array(String)}");
        when(
            self.control_point.is_some(),
            "control_point = {control_point:String}",
        );
        when(self.rule.is_some(), "rule = {rule:String}");
        when(self.source.is_some(), "source = {source:String}");
        when(self.org_code.is_some(), "org_code = {org_code:String}");
        when(
            self.region_prefix.is_some(),
            "startsWith(ifNull(region_code, ''), {region_prefix:String})",
        );
        when(self.item_code.is_some(), "item_code = {item_code:String}");
        when(
            self.case_no.is_some(),
            "alert_id IN (SELECT alert_id FROM alerts WHERE case_no = {case_no:String})",
        );
        when(
            self.raised_from.is_some(),
            "raised_at >= fromUnixTimestamp64Milli({raised_from:Int64}, 'UTC')",
        );
        when(
            self.raised_before.is_some(),
            "raised_at < fromUnixTimestamp64Milli({raised_before:Int64}, 'UTC')",
        );
        all
    }

    /// The values of those conditions.
    pub(super) fn bind(&self, query: Query) -> Query {
        let codes = |statuses: &[Status]| statuses.iter().map(|s| s.code()).collect::<Vec<_>>();
        let levels = self.level.iter().map(|l| l.code()).collect::<Vec<_>>();
        let mut query = self.sight.bind(query);
        if !self.status.is_empty() {
            query = query.param("status", codes(&self.status));
        }
        if self.open_only {
            query = query.param("open", codes(&OPEN));
        }
        if self.to_review {
            query = query.param("standing", codes(&OPEN));
        }
        if !self.disposition.is_empty() {
            let states = self.disposition.iter().map(|s| s.code());
            query = query.param("disposition", states.collect::<Vec<_>>());
        }
        if !levels.is_empty() {
            query = query.param("level", levels);
        }
        let texts = [
            ("control_point", &self.control_point),
            ("rule", &self.rule),
            ("source", &self.source),
            ("org_code", &self.org_code),
            ("region_prefix", &self.region_prefix),
            ("item_code", &self.item_code),
            ("case_no", &self.case_no),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                query = query.param(name, value.as_str());
            }
        }
        for (name, value) in [
            ("raised_from", self.raised_from),
            ("raised_before", self.raised_before),
        ] {
            if let Some(value) = value {
                query = query.param(name, value.millis());
            }
        }
        query
    }
}

/// The last alert of a page: the next one begins after it. Alerts come newest first, and in the order of their ids
/// within a millisecond, so alerts raised meanwhile do not shift a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertCursor {
    /// When it was raised.
    pub raised_at: Timestamp,
    /// Its id.
    pub alert_id: String,
}

impl AlertCursor {
    pub(super) const CONDITION: &'static str = "(raised_at < fromUnixTimestamp64Milli({cursor_at:Int64}, 'UTC') \
         OR (raised_at = fromUnixTimestamp64Milli({cursor_at:Int64}, 'UTC') AND alert_id > {cursor_id:String}))";

    pub(super) fn bind(&self, query: Query) -> Query {
        query
            .param("cursor_at", self.raised_at.millis())
            .param("cursor_id", self.alert_id.as_str())
    }
}

impl fmt::Display for AlertCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.raised_at.millis(), self.alert_id)
    }
}

/// A text that is no cursor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a page cursor: {text:?}; use the one that came with the page before")]
pub struct InvalidCursor {
    text: String,
}

impl InvalidCursor {
    pub(super) fn of(text: &str) -> Self {
        Self { text: text.into() }
    }
}

impl FromStr for AlertCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let invalid = || InvalidCursor::of(text);
        let (at, alert_id) = text.split_once('.').ok_or_else(invalid)?;
        let at: i64 = at.parse().map_err(|_| invalid())?;
        if alert_id.is_empty() || !alert_id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(invalid());
        }
        Ok(AlertCursor {
            raised_at: Timestamp::from_millis(at),
            alert_id: alert_id.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nonsense_does_not() {
        let cursor = AlertCursor {
            raised_at: Timestamp::from_millis(-5),
            alert_id: "00ff".into(),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in ["", "5", "5.", "x.00", "5.a'b"] {
            assert!(text.parse::<AlertCursor>().is_err(), "{text:?}");
        }
    }
}
