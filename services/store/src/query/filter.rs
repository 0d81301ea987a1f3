//! Which alerts are asked for.

use clickhouse::query::Query;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{Level, Status};
use mingjing_domain::disposition::{DispositionState, ORDER_POINT};

use super::among::{Among, STATEMENT_BYTES_MAX};
use super::brought::{self, Brought};
use super::{AlertSort, Sight, given, gravest};

/// How an order 督办 about an alert stands that is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Nobody has answered it.
    Unanswered,
    /// Nobody has answered it, and its term is over at this instant.
    Overdue(Timestamp),
    /// Nobody has answered it, and more time is asked for: whoever gave it grants or refuses that.
    ExtensionAsked,
    /// It was answered: whoever gave it closes it.
    Answered,
    /// It was answered, and something was put right: whoever gave it checks that.
    ToCheck,
}

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
    /// There is an order about it that stands so.
    pub order: Option<OrderState>,
    /// It is about an unanswered order that was brought before one of these (逐级升级).
    pub brought: Vec<Brought>,
    /// These, or all but these.
    pub among: Option<Among>,
    /// How far whoever asks sees.
    pub sight: Sight,
    /// 每件只列最重的一条: of each case only the gravest of the alerts that all other parts ask for. Those that are about no case are all
    /// asked for. Counts are of all alerts, whatever stands here.
    pub top_of_case: bool,
    /// In which order they come.
    pub sort: AlertSort,
}

/// What still stands.
const OPEN: [Status; 3] = [Status::Pending, Status::Issued, Status::Review];

impl AlertFilter {
    /// The conditions of what is listed as SQL, without values but for the ids of alerts, of which there may be more than an address holds.
    pub(super) fn conditions(&self) -> Vec<String> {
        let fitting = self.fitting();
        if !self.top_of_case {
            return fitting;
        }
        // What a row says may have changed between the two readings of the table: what is listed fits as it is listed. Ids are many and do
        // not change, so that they stand in the statement once.
        let fixed = self.fixed().into_iter().map(str::to_owned);
        fixed.chain([gravest::condition(&fitting)]).collect()
    }

    /// The conditions of what fits, whether it is the gravest of its case or not.
    pub(super) fn fitting(&self) -> Vec<String> {
        let fixed = self.fixed().into_iter().map(str::to_owned);
        fixed
            .chain(self.among.as_ref().map(Among::condition))
            .collect()
    }

    fn fixed(&self) -> Vec<&'static str> {
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
        let answered = matches!(self.order, Some(OrderState::Answered | OrderState::ToCheck));
        when(answered, "order_state = 'answered'");
        when(
            self.order.is_some() && !answered,
            "order_state = 'unanswered'",
        );
        when(
            matches!(self.order, Some(OrderState::Overdue(_))),
            "order_due_at < fromUnixTimestamp64Milli({order_now:Int64}, 'UTC')",
        );
        // What is not there is Null, too.
        when(
            self.order == Some(OrderState::ExtensionAsked),
            "JSONLength(handling, 'order', 'extensions_asked') > 0 \
             AND JSONType(handling, 'order', 'extensions_asked', -1, 'outcome') = 'Null'",
        );
        when(
            self.order == Some(OrderState::ToCheck),
            "JSONLength(handling, 'order', 'rectifications') > 0 \
             AND JSONType(handling, 'order', 'rectifications', -1, 'checked') = 'Null'",
        );
        when(!self.brought.is_empty(), brought::CONDITION);
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
        if self.among.is_some() {
            query = query.with_setting("max_query_size", STATEMENT_BYTES_MAX);
        }
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
        if let Some(OrderState::Overdue(now)) = self.order {
            query = query.param("order_now", now.millis());
        }
        if !self.brought.is_empty() {
            let codes = self.brought.iter().map(Brought::to_string);
            query = query
                .param("order_point", ORDER_POINT)
                .param("brought", codes.collect::<Vec<_>>());
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
        let instants = [
            ("raised_from", self.raised_from),
            ("raised_before", self.raised_before),
        ];
        given::bind(query, texts, instants)
    }
}

/// A text that is no cursor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a page cursor: {text:?}; use the one that came with the page before")]
pub struct InvalidCursor {
    text: String,
}

impl InvalidCursor {
    pub(crate) fn of(text: &str) -> Self {
        Self { text: text.into() }
    }
}
