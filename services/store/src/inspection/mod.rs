//! Periodic inspections: checks over many cases, one SQL text each, all of one shape.
//!
//! Every text selects a subject, a measure that is held against a threshold, figures by name, how many records the finding rests on and
//! the records; [`Inspection`] says which one. All instants are parameters: nothing here reads a clock.
//!
//! A text that reads what was told begins with its `scope`: the cases that bear on its window, found by a few narrow columns. Only of
//! those all events are read, in the order of the table's key. The lines `-- told`, `-- kept` and `-- fines` stand for what several texts
//! share: `told.sql`, which leaves out what does not count, `kept.sql`, the cases as they were published, and `penalties.sql`.

mod alerts;
mod asked;
mod behind;
mod treasury;

use mingjing_domain::Timestamp;
use serde::Deserialize;

use crate::store::within;
use crate::{Error, Store};

pub use alerts::Standing;
pub use asked::{Asked, Supervised};
pub use treasury::TreasuryTotal;

/// How many records a finding carries; it says how many there are.
pub const ROWS_MAX: usize = 20;

macro_rules! inspections {
    ($($name:ident $rule:literal $file:literal $doc:literal;)*) => {
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
        }
    };
}

inspections! {
    BackEntry "Q2" "q2_back_entry.sql" "批量补录.";
    NoCases "Q6" "q6_no_cases.sql" "零办件.";
    SelectiveSpeed "Q11" "q11_selective_speed.sql" "选择性提速.";
    DueDay "Q12" "q12_due_day.sql" "到期日前集中办结.";
    NoDocument "Q12" "q12_no_document.sql" "办结时没有结果文书.";
    UnequalFines "D4" "d4_unequal_fines.sql" "同案不同罚.";
    FinedTwice "D5" "d5_fined_twice.sql" "一事不二罚.";
    Treasury "D8" "d8_treasury.sql" "罚款与国库对账.";
    GrowthOfFines "D9" "d9_growth_of_fines.sql" "罚没异常增长.";
    RepeatedComplaints "C3" "c3_repeated_complaints.sql" "重复投诉.";
    OutsideHours "A9" "a9_outside_hours.sql" "非工作时间集中办理.";
    InspectedOften "A10" "a10_inspected_often.sql" "检查过频.";
    OneHand "A12" "a12_one_hand.sql" "一人包办.";
    OutOfOrder "P16" "p16_out_of_order.sql" "未按受理先后.";
    InAndOut "T17" "t17_in_and_out.sql" "撤件重报规避期限.";
    FirstClock "T17" "t17_first_clock.sql" "撤件重报：首件期限已届满，新件未决定.";
    NoParty "T17" "t17_no_party.sql" "未报当事人，无从比对撤件重报.";
    SentLate "Q15" "q15_sent_late.sql" "传输迟延.";
    ControlTotals "Q14" "q14_control_totals.sql" "对账不符.";
    Overturned "F6" "f6_overturned.sql" "纠错率、败诉率.";
    NotTakenUp "F7" "f7_not_taken_up.sql" "移送线索未处理.";
    NotSupervised "F8" "f8_not_supervised.sql" "取消后监管缺位.";
}

const TOLD: &str = include_str!("told.sql");
const KEPT: &str = include_str!("kept.sql");
const FINES: &str = include_str!("penalties.sql");
const SILENCE: &str = include_str!("q7_silence.sql");
/// What keeps `kept.sql` to the scope; a text with the line `-- every case` has none.
const IN_SCOPE: &str = "      AND (source, case_no) IN (SELECT source, case_no FROM scope)\n";

impl Inspection {
    /// The text with what it shares with others in its place.
    fn whole_text(self) -> String {
        let every = KEPT.replace(IN_SCOPE, "");
        [
            ("-- told\n", TOLD),
            ("-- kept\n", KEPT),
            ("-- every case\n", &every),
            ("-- fines\n", FINES),
        ]
        .into_iter()
        .fold(self.text().to_owned(), |text, (line, shared)| {
            text.replace(line, shared)
        })
    }
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
    /// What the data decide of its level: `review`, or `statutory` where a statutory limit has passed; else the rule's is its level.
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
        let sql = format!(
            "SELECT CAST(subject_kind, 'String') AS subject_kind, CAST(source, 'String') AS source, CAST(key, 'String') AS key, \
             CAST(item, 'String') AS item, CAST(org, 'String') AS org, CAST(region, 'String') AS region, CAST(actor, 'String') AS actor, \
             CAST(measure, 'Float64') AS measure, CAST(true_ms, 'Int64') AS true_ms, CAST(level, 'String') AS level, \
             CAST(figures, 'Array(Tuple(String, String))') AS figures, CAST(total, 'UInt64') AS total, \
             CAST(arraySlice(arraySort(r -> (r.4, r.1, r.2, r.3, r.7), rows), 1, {ROWS_MAX}), \
             'Array(Tuple(String, String, String, Int64, UInt16, UInt64, String))') AS rows \
             FROM ({}) ORDER BY subject_kind, source, key",
            inspection.whole_text()
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
