//! 数据真实性: what stands beside every on-time rate, over the same cases.

use crate::metrics::measure::{Measure, within};
use crate::metrics::{Direction, Group, Metric, Over, Unit};

const CLOSED: &str = concat!("closing AND ", within!("ended"));

const fn of_events(
    id: &'static str,
    (name, name_en): (&'static str, &'static str),
    (definition, definition_en): (&'static str, &'static str),
    formula: &'static str,
    (pitfalls, pitfalls_en): (&'static str, &'static str),
    of: &'static str,
) -> Metric {
    Metric {
        id,
        name,
        name_en,
        group: Group::Truth,
        definition,
        definition_en,
        formula,
        base: "本期办结的办件的全部事件",
        unit: Unit::Share,
        direction: Direction::Lower,
        pitfalls,
        pitfalls_en,
        over: Over::Cases,
        measure: Measure::Parts {
            of,
            to: "events",
            among: CLOSED,
        },
    }
}

pub(super) const METRICS: &[Metric] = &[
    of_events(
        "late_entry_rate",
        ("补录率", "Late entry"),
        (
            "本期办结的办件的事件中，发生后超过一个工作日才录入（没有录入时间的，才收到）的占比；声明为历史导入的来源除外。",
            "Of the events of cases closed in the period, the share that was typed in, or received, later than one working day after it happened; declared back-fills have none.",
        ),
        "补录事件数 ÷ 事件总数",
        (
            "与按时办结率一并公布。录入时间由部门系统给出，不给的以收到时间代替，传输迟延也算在内。",
            "Told beside the on-time rate. Without a time of entry the time of receipt counts, slow transport with it.",
        ),
        "events_late",
    ),
    Metric {
        id: "late_case_share",
        name: "补录办件占比",
        name_en: "Cases with late entries",
        group: Group::Truth,
        definition: "本期办结的办件中，有补录事件的占比。",
        definition_en: "Of the cases closed in the period, the share with an event typed in late.",
        formula: "有补录事件的办结数 ÷ 办结数",
        base: "本期办结的办件",
        unit: Unit::Share,
        direction: Direction::Lower,
        pitfalls: "一个事件补录即计入；轻重看补录率。",
        pitfalls_en: "One late event is enough; how grave is told by the share of events.",
        over: Over::Cases,
        measure: Measure::Share {
            of: "events_late > 0",
            among: CLOSED,
        },
    },
    of_events(
        "resent_rate",
        ("重报率", "Sent anew"),
        (
            "本期办结的办件的事件中，以更高数据版本重报过的占比。",
            "Of the events of cases closed in the period, the share that was sent anew with a greater data version.",
        ),
        "重报事件数 ÷ 事件总数",
        (
            "更正差错是应当的；集中在期限附近的重报应抽查。",
            "To correct is right; where it crowds around due days it wants a look.",
        ),
        "events_resent",
    ),
    of_events(
        "reversed_rate",
        ("时间倒序率", "Impossible order"),
        (
            "本期办结的办件的事件中，时间次序不可能（受理早于申请、决定早于受理、录入早于发生等）的占比。",
            "Of the events of cases closed in the period, the share whose times cannot be: accepted before applied, decided before accepted, typed in before it happened.",
        ),
        "时间倒序事件数 ÷ 事件总数",
        (
            "多为接口或者手工填报差错；偏高的，其时限数字不能作准。",
            "Mostly faults of interfaces or typing; where it is high, its times are not to be relied on.",
        ),
        "events_reversed",
    ),
    Metric {
        id: "bulk_entry_findings",
        name: "批量补录",
        name_en: "Bulk entry",
        group: Group::Truth,
        definition: "本期由巡检规则 Q2（批量补录）发现、没有撤销或者取消的预警，含待核。",
        definition_en: "What rule Q2 (bulk entry) found in the period and nobody withdrew or cancelled, reviews included.",
        formula: "Q2 预警数",
        base: "",
        unit: Unit::Count,
        direction: Direction::Lower,
        pitfalls: "以发现时间归期；系统切换、故障后的补录已报备的不算。",
        pitfalls_en: "Counted when it was found; what was announced after a changeover or an outage is none.",
        over: Over::Alerts,
        measure: Measure::Count {
            of: concat!(
                "rule = 'Q2' AND status NOT IN ('withdrawn', 'cancelled') AND ",
                within!("raised")
            ),
        },
    },
];
