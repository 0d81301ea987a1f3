//! What a verification found, and how it is told.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use mingjing_log::Topic;
use mingjing_store::{RowDifference, RowFault};
use mingjing_wire::chain::Hash;
use mingjing_wire::facts::FactPosition;

use super::LISTED_MAX;

/// A place whose hash is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// A published head.
    Head {
        /// Its day.
        day: NaiveDate,
    },
    /// Where the archive has come since.
    Watermark,
}

impl Until {
    pub(super) fn day(self) -> Option<NaiveDate> {
        match self {
            Until::Head { day } => Some(day),
            Until::Watermark => None,
        }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Until::Head { day } => write!(f, "{day} 的校验头"),
            Until::Watermark => f.write_str("归档水位（尚未公布）"),
        }
    }
}

/// From where a partition was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// From where its chain began.
    Chain,
    /// From the head of this day, as asked.
    Asked(NaiveDate),
    /// From the head of this day, the first whose place the log still holds.
    Cut(NaiveDate),
}

/// What is not as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Between two places a record was changed, left out, added or exchanged.
    Chain {
        /// The topic.
        topic: Topic,
        /// The partition.
        partition: u16,
        /// The place before, as it should be; none: where the chain begins.
        after: Option<Until>,
        /// Its offset.
        from: u64,
        /// The place whose hash is another.
        until: Until,
        /// Its offset.
        to: u64,
    },
    /// The log ends before a place that was published.
    Lost {
        /// The topic.
        topic: Topic,
        /// The partition.
        partition: u16,
        /// Where it ends.
        end: u64,
        /// The last place published.
        until: Until,
        /// Its offset.
        to: u64,
    },
    /// A fact stands at a position that was reached before.
    Repeated {
        /// The partition.
        partition: u16,
        /// Its offset in `mj.facts`.
        offset: u64,
        /// Its position.
        position: FactPosition,
    },
    /// A day's heads are not those that its digest was made of.
    Heads {
        /// The day.
        day: NaiveDate,
    },
    /// A day's digest is not the one that was kept outside.
    Digest {
        /// The day.
        day: NaiveDate,
        /// The one kept.
        kept: Hash,
        /// The one in the platform; none: there is none.
        found: Option<Hash>,
    },
    /// A row of ClickHouse is not what the log says.
    Row {
        /// The partition.
        partition: u16,
        /// Which, and what is wrong with it.
        row: RowDifference,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Chain {
                topic,
                partition,
                after,
                from,
                until,
                to,
            } => {
                let after = match after {
                    Some(after) => after.to_string(),
                    None => "链的起点".to_owned(),
                };
                write!(
                    f,
                    "{topic} 分区 {partition}：{after}（位置 {from}）与{until}（位置 {to}）之间的记录被改动、删去、插入或者调换"
                )
            }
            Difference::Lost {
                topic,
                partition,
                end,
                until,
                to,
            } => write!(
                f,
                "{topic} 分区 {partition}：日志止于位置 {end}，而{until}在位置 {to}：其间的记录已丢失"
            ),
            Difference::Repeated {
                partition,
                offset,
                position,
            } => write!(
                f,
                "mj.facts 分区 {partition} 位置 {offset}：结论的序位（{}，{}）此前已有，这一条不是平台写入的",
                position.offset, position.n
            ),
            Difference::Heads { day } => {
                write!(
                    f,
                    "{day}：各分区的校验头与当日摘要不符，校验头被改动或者缺失"
                )
            }
            Difference::Digest { day, kept, found } => match found {
                Some(found) => write!(f, "{day}：外部留存的日摘要为 {kept}，平台中为 {found}"),
                None => write!(
                    f,
                    "{day}：外部留存的日摘要为 {kept}，平台中没有这一天的日摘要"
                ),
            },
            Difference::Row { partition, row } => {
                let what = match row.what {
                    RowFault::Missing => "日志中有记录，表中没有",
                    RowFault::Other => "表中内容与日志不同",
                    RowFault::Surplus => "表中有、日志中没有",
                };
                let topic = match row.table {
                    "events" | "commands" => Topic::Events,
                    _ => Topic::Facts,
                };
                write!(
                    f,
                    "ClickHouse 表 {} 与 {topic} 分区 {partition} 位置 {}：{what}（{}）",
                    row.table, row.offset, row.key
                )
            }
        }
    }
}

/// What was checked and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records read, of both topics.
    pub records: u64,
    /// How many published hashes were as they should be.
    pub heads: u64,
    /// The days of those.
    pub days: BTreeSet<NaiveDate>,
    /// Whether ClickHouse was compared.
    pub compared: bool,
    /// From which heads was read because retention has cut what lies before.
    pub cut: BTreeSet<NaiveDate>,
    /// Parts of the log of which nothing was published.
    pub unpublished: Vec<(Topic, u16)>,
    /// Parts whose chain was begun anew at an offset.
    pub begun_anew: Vec<(Topic, u16, u64)>,
    /// What differs, as many as are listed.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub more: u64,
}

impl Report {
    /// Whether everything is as it was published.
    pub fn is_intact(&self) -> bool {
        self.differences.is_empty()
    }

    pub(super) fn begins(&mut self, begins: Begins) {
        if let Begins::Cut(day) = begins {
            self.cut.insert(day);
        }
    }

    pub(super) fn agreed(&mut self, until: Until) {
        self.heads += 1;
        self.days.extend(until.day());
    }

    pub(super) fn differ(&mut self, difference: Difference) {
        match self.differences.len() < LISTED_MAX {
            true => self.differences.push(difference),
            false => self.more += 1,
        }
    }

    /// In words, a line each.
    pub fn lines_zh(&self, partitions: u16) -> Vec<String> {
        let mut lines = Vec::new();
        let span = match (self.days.first(), self.days.last()) {
            (Some(first), Some(last)) => {
                format!(
                    "{first} 至 {last}，{} 日，校验头 {} 处相符",
                    self.days.len(),
                    self.heads
                )
            }
            _ => format!("没有可比的日校验头；水位 {} 处相符", self.heads),
        };
        lines.push(format!(
            "已校验：{partitions} 个分区，事件与结论记录 {} 条；{span}",
            self.records
        ));
        lines.push(match self.compared {
            true => {
                "已与 ClickHouse 逐条比对：events、commands、alert_history、decisions".to_owned()
            }
            false => "未与 ClickHouse 比对（没有给出 --clickhouse，或者没有可比的记录）".to_owned(),
        });
        if !self.cut.is_empty() {
            let days: Vec<String> = self.cut.iter().map(ToString::to_string).collect();
            lines.push(format!(
                "日志较早的部分已按保留期清理：从 {} 的校验头起校验，此前的内容以当时公布的校验头为准",
                days.join("、")
            ));
        }
        if !self.unpublished.is_empty() {
            let parts: Vec<String> = self
                .unpublished
                .iter()
                .map(|(topic, partition)| format!("{topic}/{partition}"))
                .collect();
            lines.push(format!(
                "尚未公布过校验头、无从校验的：{}（平台每天零点之后公布前一日的）",
                parts.join("、")
            ));
        }
        for (topic, partition, since) in &self.begun_anew {
            lines.push(format!(
                "{topic} 分区 {partition} 的链曾从位置 {since} 重新开始，此前未入链的内容无从校验"
            ));
        }
        for difference in &self.differences {
            lines.push(format!("不符：{difference}"));
        }
        if self.more > 0 {
            lines.push(format!("另有 {} 处不符", self.more));
        }
        lines.push(match self.is_intact() {
            true if self.heads == 0 => "结论：还没有公布过校验头，无从比对".to_owned(),
            true => "结论：相符，日志自公布以来未被改动".to_owned(),
            false => format!(
                "结论：不符，共 {} 处。请保全现场，不要重启、不要清理，按 RUNBOOK 的“日志校验不符”处理",
                self.differences.len() as u64 + self.more
            ),
        });
        lines
    }
}
