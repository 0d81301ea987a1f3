//! Periodic inspections: checks over many cases, one SQL text each, all of one shape.
//!
//! Every text selects a subject, a measure that is held against a threshold, figures by name, how many records the finding rests on and
//! the records; [`Inspection`] says which one. Each stands behind `told.sql`, which leaves out what does not count, and where it is about fines
//! behind `penalties.sql`. All instants are parameters: nothing here reads a clock.

mod alerts;
mod behind;
mod treasury;

use clickhouse::query::Query;
use mingjing_domain::Timestamp;
use serde::Deserialize;

use crate::store::within;
use crate::{Error, Store};

pub use alerts::Standing;
pub use treasury::TreasuryTotal;

/// How many records a finding carries; it says how many there are.
pub const ROWS_MAX: usize = 20;

macro_rules! inspections {
    ($($name:ident $rule:literal $file:literal $fines:literal $doc:literal;)*) => {
        /// One text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Inspection { $(#[doc = $doc] $name,)* }

        impl Inspection {
            /// Every one.
            pub const ALL: &'static [Inspection] = &[$(Inspection::$name,)*];

            /// The rule it is of.
            pub const fn rule(self) -> &'static str {
                match self { $(Inspection::$name => $rule,)* }
            }

            const fn text(self) -> &'static str {
                match self { $(Inspection::$name => include_str!($file),)* }
            }

            const fn about_fines(self) -> bool {
                match self { $(Inspection::$name => $fines,)* }
            }
        }
    };
}

inspections! {
    BackEntry "Q2" "q2_back_entry.sql" false "批量补录.";
    NoCases "Q6" "q6_no_cases.sql" false "零办件.";
    SelectiveSpeed "Q11" "q11_selective_speed.sql" false "选择性提速.";
    DueDay "Q12" "q12_due_day.sql" false "到期日前集中办结.";
    NoDocument "Q12" "q12_no_document.sql" false "办结时没有结果文书.";
    UnequalFines "D4" "d4_unequal_fines.sql" true "同案不同罚.";
    FinedTwice "D5" "d5_fined_twice.sql" true "一事不二罚.";
    Treasury "D8" "d8_treasury.sql" true "罚款与国库对账.";
    GrowthOfFines "D9" "d9_growth_of_fines.sql" true "罚没异常增长.";
    RepeatedComplaints "C3" "c3_repeated_complaints.sql" false "重复投诉.";
    OutsideHours "A9" "a9_outside_hours.sql" false "非工作时间集中办理.";
    InspectedOften "A10" "a10_inspected_often.sql" false "检查过频.";
    OneHand "A12" "a12_one_hand.sql" false "一人包办.";
    OutOfOrder "P16" "p16_out_of_order.sql" false "未按受理先后.";
    InAndOut "T17" "t17_in_and_out.sql" false "撤件重报规避期限.";
}

const TOLD: &str = include_str!("told.sql");
const FINES: &str = include_str!("penalties.sql");
const SILENCE: &str = include_str!("q7_silence.sql");

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
    /// A9: the window is a day of rest.
    pub rest_day: bool,
    /// A9: items that are lawfully done at night.
    pub off_items: Vec<String>,
    /// Q6: items that had ended when the window did.
    pub ended_items: Vec<String>,
    /// A10: items that are inspections.
    pub inspection_items: Vec<String>,
    /// P16: items whose number is limited.
    pub limited_items: Vec<String>,
    /// T17: within so many days.
    pub span_days: i64,
}

/// A record that a finding rests on: source, case, event, instant, partition, offset, note.
pub type FoundRecord = (String, String, String, i64, u16, u64, String);

/// What was found of one subject.
#[derive(Clone, Debug, PartialEq, Deserialize, clickhouse::Row)]
pub struct Found {
    /// The code of its kind.
    pub subject_kind: String,
    /// Its source.
    pub source: String,
    /// Its key.
    pub key: String,
    /// 事项编码, or nothing.
    pub item: String,
    /// 承办机构, or nothing.
    pub org: String,
    /// 行政区划, or nothing.
    pub region: String,
    /// The officer, or nothing.
    pub actor: String,
    /// What is held against the threshold.
    pub measure: f64,
    /// The instant it became true, in milliseconds; 0: none.
    pub true_ms: i64,
    /// The code of a level that the data decide; empty: they do not.
    pub level: String,
    /// Figures by name.
    pub figures: Vec<(String, String)>,
    /// How many records it rests on.
    pub total: u64,
    /// The first [`ROWS_MAX`] of them, in order of time.
    pub rows: Vec<FoundRecord>,
}

/// When a source last said anything.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, clickhouse::Row)]
pub struct LastSaid {
    /// The source.
    pub source: String,
    last_ms: i64,
    /// How many events it has sent.
    pub events: u64,
}

impl LastSaid {
    /// When.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.last_ms)
    }
}

impl Store {
    /// Asks one inspection; findings in the order of their subjects.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn inspect(
        &self,
        inspection: Inspection,
        asked: &Asked,
    ) -> Result<Vec<Found>, Error> {
        let fines = if inspection.about_fines() { FINES } else { "" };
        let sql = format!(
            "SELECT CAST(subject_kind, 'String') AS subject_kind, CAST(source, 'String') AS source, CAST(key, 'String') AS key, \
             CAST(item, 'String') AS item, CAST(org, 'String') AS org, CAST(region, 'String') AS region, CAST(actor, 'String') AS actor, \
             CAST(measure, 'Float64') AS measure, CAST(true_ms, 'Int64') AS true_ms, CAST(level, 'String') AS level, \
             CAST(figures, 'Array(Tuple(String, String))') AS figures, CAST(total, 'UInt64') AS total, \
             CAST(arraySlice(arraySort(r -> (r.4, r.1, r.2, r.3), rows), 1, {ROWS_MAX}), \
             'Array(Tuple(String, String, String, Int64, UInt16, UInt64, String))') AS rows \
             FROM ({TOLD}{fines}{}) ORDER BY subject_kind, source, key",
            inspection.text()
        );
        let query = asked.fill(self.client().query_raw(&sql));
        within(
            self.timeouts().inspection,
            "running a periodic inspection",
            query.fetch_all::<Found>(),
        )
        .await
    }

    /// When each source last said anything.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn last_said(&self) -> Result<Vec<LastSaid>, Error> {
        self.fetch(
            "asking when sources last spoke",
            self.client().query_raw(SILENCE),
        )
        .await
    }
}

impl Asked {
    fn fill(&self, query: Query) -> Query {
        // `transform` takes no empty arrays; no source has an empty name.
        let since = || {
            std::iter::once((String::new(), Timestamp::from_millis(0)))
                .chain(self.supervised_from.iter().cloned())
        };
        let sources: Vec<String> = since().map(|(source, _)| source).collect();
        let instants: Vec<i64> = since().map(|(_, from)| from.millis()).collect();
        query
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
            .param("rest_day", u8::from(self.rest_day))
            .param("off_items", &self.off_items)
            .param("ended_items", &self.ended_items)
            .param("inspection_items", &self.inspection_items)
            .param("limited_items", &self.limited_items)
            .param("span_days", self.span_days)
    }
}
