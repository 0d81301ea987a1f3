//! What an inspection is asked, as parameters of its text.

use std::collections::BTreeMap;

use clickhouse::query::Query;
use mingjing_domain::Timestamp;
use mingjing_domain::event::{EventKind, OVERTURNED};
use mingjing_domain::source::CodeMapping;

/// Seconds in a calendar day; China has no summer time.
const DAY_S: i64 = 24 * 60 * 60;

/// What an inspection is asked: its window, what is known, and what it does not look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The window's label.
    pub label: String,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// What was received before this instant is known.
    pub known: Timestamp,
    /// The least measure that anybody sets: what is below is not answered.
    pub threshold: f64,
    /// Sources that are not looked at: declared back-fills and imports.
    pub exempt: Vec<String>,
    /// Sources of which nothing before an instant is looked at.
    pub supervised_from: Vec<(String, Timestamp)>,
    /// Q2: late is what had happened before this.
    pub late_before: Timestamp,
    /// Q2: a case was typed in quickly within so many seconds.
    pub within_s: i64,
    /// Q2: in which stretches what a source types in late is no back entry, as it had announced.
    pub announced_entry: Vec<(String, Timestamp, Timestamp)>,
    /// A9: the window is a day of rest.
    pub rest_day: bool,
    /// A9: by body when the night begins and ends, in minutes of the day; of the empty code everywhere else.
    pub nights: Vec<(String, i64, i64)>,
    /// A9: items that are lawfully done at night.
    pub off_items: Vec<String>,
    /// Q6: items that had ended when the window did.
    pub ended_items: Vec<String>,
    /// A10: items that are inspections.
    pub inspection_items: Vec<String>,
    /// P16: items whose number is limited.
    pub limited_items: Vec<String>,
    /// T17, C3: within so many days.
    pub span_days: i64,
    /// T17: by what the applicant's own withdrawal is known, kinds of files.
    pub documents: Vec<String>,
    /// T17: flowcharts (`id@version`) whose limit of the whole case is statutory.
    pub statutory_flowcharts: Vec<String>,
    /// F6: a share of fewer is none.
    pub least_base: i64,
    /// F7: the bodies of the platform: of others nobody knows what they took up.
    pub bodies: Vec<String>,
    /// F8: items that were cancelled, and by which they are to be supervised afterwards.
    pub supervised: Vec<Supervised>,
    /// 代码对照: by source its own codes and what the definitions call them.
    pub mapped: Vec<(String, CodeMapping)>,
    /// Items that are penalties: what is decided and paid there are fines.
    pub penalty_items: Vec<String>,
    /// Q14, Q15: by source, how many hours its events may still arrive after an instant; of others a day.
    pub delay_hours: Vec<(String, u32)>,
}

/// A cancelled item that is to be supervised afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervised {
    /// Its code.
    pub item: String,
    /// Whose it was.
    pub org: String,
    /// The first instant after its end.
    pub ended_at: Timestamp,
    /// The codes of the items whose cases show the supervision; without commas.
    pub by: Vec<String>,
}

impl Asked {
    /// The query with everything that any text asks for.
    pub(super) fn fill(&self, query: Query) -> Query {
        let kinds: (Vec<&str>, Vec<&str>) = EventKind::ALL
            .iter()
            .map(|kind| (kind.code(), kind.name_zh()))
            .unzip();
        let ways: (Vec<&str>, Vec<&str>) = EventKind::ENDED_OTHERWISE
            .iter()
            .map(|kind| (kind.code(), kind.name_zh()))
            .unzip();
        // `transform` takes no empty arrays; no source has an empty name.
        let delays: (Vec<String>, Vec<i64>) = std::iter::once((String::new(), 0))
            .chain(self.delay_hours.iter().cloned())
            .map(|(source, hours)| (source, i64::from(hours)))
            .unzip();
        let night = |of: &dyn Fn(&(String, i64, i64)) -> i64| -> Vec<i64> {
            std::iter::once(of(&self.everywhere()))
                .chain(self.nights.iter().map(of))
                .collect()
        };
        let night_orgs: Vec<String> = std::iter::once(String::new())
            .chain(self.nights.iter().map(|(org, ..)| org.clone()))
            .collect();
        let announced = |of: &dyn Fn(&(String, Timestamp, Timestamp)) -> i64| -> Vec<i64> {
            self.announced_entry.iter().map(of).collect()
        };
        let announcing: Vec<&str> = self
            .announced_entry
            .iter()
            .map(|(source, ..)| source.as_str())
            .collect();
        let after = |of: &dyn Fn(&Supervised) -> String| -> Vec<String> {
            self.supervised.iter().map(of).collect()
        };
        let ends: Vec<i64> = self
            .supervised
            .iter()
            .map(|one| one.ended_at.millis())
            .collect();
        let (items, orgs, results) = (
            self.codes(|mapping| &mapping.items),
            self.codes(|mapping| &mapping.orgs),
            self.codes(|mapping| &mapping.results),
        );
        let since = || {
            std::iter::once((String::new(), Timestamp::from_millis(0)))
                .chain(self.supervised_from.iter().cloned())
        };
        let sources: Vec<String> = since().map(|(source, _)| source).collect();
        let instants: Vec<i64> = since().map(|(_, from)| from.millis()).collect();
        query
            // It may take minutes: whoever asked and has gone need not be answered, which ClickHouse grants to what only reads.
            .with_setting("readonly", "2")
            .with_setting("cancel_http_readonly_queries_on_client_close", "1")
            // An output column may be called as what it is made from.
            .with_setting("prefer_column_name_to_alias", "1")
            .with_setting("max_bytes_before_external_group_by", "1000000000")
            .with_setting("max_bytes_before_external_sort", "1000000000")
            .param("label", &self.label)
            .param("from", self.from.millis())
            .param("until", self.until.millis())
            .param("known", self.known.millis())
            .param("threshold", self.threshold)
            .param("exempt", &self.exempt)
            .param("since_source", sources)
            .param("since_ms", instants)
            .param("late_before", self.late_before.millis())
            .param("within_s", self.within_s)
            .param("announced_source", announcing)
            .param("announced_from", announced(&|(_, from, _)| from.millis()))
            .param("announced_until", announced(&|(.., until)| until.millis()))
            .param("rest_day", u8::from(self.rest_day))
            .param("night_org", night_orgs)
            .param("night_from", night(&|(_, from, _)| *from))
            .param("night_until", night(&|(.., until)| *until))
            .param("night_from_else", self.everywhere().1)
            .param("night_until_else", self.everywhere().2)
            .param("off_items", &self.off_items)
            .param("ended_items", &self.ended_items)
            .param("inspection_items", &self.inspection_items)
            .param("limited_items", &self.limited_items)
            .param("span_days", self.span_days)
            .param("span_s", self.span_days.max(0) * DAY_S)
            .param("documents", &self.documents)
            .param("statutory_flowcharts", &self.statutory_flowcharts)
            .param("their_items", items.0)
            .param("our_items", items.1)
            .param("their_orgs", orgs.0)
            .param("our_orgs", orgs.1)
            .param("their_results", results.0)
            .param("our_results", results.1)
            .param("least_base", self.least_base)
            .param("bodies", &self.bodies)
            .param("after_item", after(&|one| one.item.clone()))
            .param("after_org", after(&|one| one.org.clone()))
            .param("after_by", after(&|one| one.by.join(",")))
            .param("after_end", ends)
            .param("penalty_items", &self.penalty_items)
            .param("overturned", OVERTURNED)
            .param("ways_to_end", ways.0.clone())
            .param("way_codes", ways.0)
            .param("way_names", ways.1)
            .param("delay_source", delays.0)
            .param("delay_hours", delays.1)
            .param("kind_codes", kinds.0)
            .param("kind_names", kinds.1)
    }

    /// The night of a body that the definitions do not know.
    fn everywhere(&self) -> (String, i64, i64) {
        let found = self.nights.iter().find(|(org, ..)| org.is_empty());
        found.cloned().unwrap_or_default()
    }

    /// Codes of sources, each with its source before it on a line of its own, and what they are called; never empty.
    fn codes(
        &self,
        of: impl Fn(&CodeMapping) -> &BTreeMap<String, String>,
    ) -> (Vec<String>, Vec<String>) {
        let mapped = self.mapped.iter().flat_map(|(source, mapping)| {
            let codes = of(mapping).iter();
            codes.map(move |(theirs, ours)| (format!("{source}\n{theirs}"), ours.clone()))
        });
        std::iter::once((String::new(), String::new()))
            .chain(mapped)
            .unzip()
    }
}
