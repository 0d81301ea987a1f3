//! 预警. All are counted by when they went out, so that what went out in a period is made up of what was withdrawn of it, what stands, what is
//! under appeal and what waits for a person; each may become another later.

use crate::metrics::measure::{Measure, within};
use crate::metrics::{Direction, Group, Metric, Over, Unit};

const fn counted(
    id: &'static str,
    (name, name_en): (&'static str, &'static str),
    (definition, definition_en): (&'static str, &'static str),
    formula: &'static str,
    direction: Direction,
    (pitfalls, pitfalls_en): (&'static str, &'static str),
    of: &'static str,
) -> Metric {
    Metric {
        id,
        name,
        name_en,
        group: Group::Alerts,
        definition,
        definition_en,
        formula,
        base: "",
        unit: Unit::Count,
        direction,
        pitfalls,
        pitfalls_en,
        over: Over::Alerts,
        measure: Measure::Count { of },
    }
}

const COHORT: (&str, &str) = (
    "以发出时间归期：以后撤销、结论变化的，改变的是发出那一期的数字。",
    "Counted in the period in which it went out: what is withdrawn or concluded later changes that period's number.",
);

pub(super) const METRICS: &[Metric] = &[
    counted(
        "alerts_issued",
        ("发出预警", "Alerts issued"),
        (
            "本期发出的提醒、黄牌和红牌，不论后来如何；待核级别的不是预警，不在其中。",
            "Notices, yellow and red cards that went out in the period, whatever became of them; what is for review only is none.",
        ),
        "发出时间在本期内的预警数",
        Direction::None,
        COHORT,
        within!("issued"),
    ),
    counted(
        "alerts_withdrawn",
        ("撤销预警", "Alerts withdrawn"),
        (
            "本期发出、后来撤销（含申诉撤销、不予认定和平台自行撤销）的预警。",
            "Alerts that went out in the period and were withdrawn since: on appeal, by not being confirmed, or by the platform itself.",
        ),
        "本期发出且已撤销的预警数",
        Direction::Lower,
        COHORT,
        concat!(within!("issued"), " AND status = 'withdrawn'"),
    ),
    counted(
        "alerts_in_appeal",
        ("申诉中预警", "Alerts under appeal"),
        (
            "本期发出、正在申诉、尚未决定的预警：单列，不计入净预警、评分和点名。",
            "Alerts that went out in the period and whose appeal is not decided: counted apart, outside net numbers, scores and lists of names.",
        ),
        "本期发出、未撤销且申诉未决的预警数",
        Direction::None,
        COHORT,
        concat!(within!("issued"), " AND in_appeal"),
    ),
    counted(
        "alerts_in_review",
        ("发出后待核预警", "Alerts put to review after issue"),
        (
            "本期发出、因事后录入等转为待核、等人决定的预警：单列，不计入净预警。",
            "Alerts that went out in the period and that a later entry put into doubt, so that a person decides: counted apart.",
        ),
        "本期发出、现为待核的预警数",
        Direction::None,
        COHORT,
        concat!(
            within!("issued"),
            " AND status NOT IN ('issued', 'ended', 'withdrawn')"
        ),
    ),
    counted(
        "alerts_net",
        ("净预警", "Net alerts"),
        (
            "本期发出、没有撤销，也不在申诉中、待核中的预警。",
            "Alerts that went out in the period and stand: not withdrawn, not under appeal, not in review.",
        ),
        "发出预警－撤销预警－申诉中预警－发出后待核预警",
        Direction::Lower,
        COHORT,
        concat!(within!("issued"), " AND net"),
    ),
    counted(
        "yellow",
        ("黄牌", "Yellow cards"),
        ("净预警中的黄牌。", "Net alerts that are yellow."),
        "净预警中等级为黄牌的数量",
        Direction::Lower,
        COHORT,
        concat!(within!("issued"), " AND net AND level = 'yellow'"),
    ),
    counted(
        "red",
        ("红牌", "Red cards"),
        ("净预警中的红牌。", "Net alerts that are red."),
        "净预警中等级为红牌的数量",
        Direction::Lower,
        COHORT,
        concat!(within!("issued"), " AND net AND level = 'red'"),
    ),
    Metric {
        id: "alert_rate",
        name: "预警率",
        name_en: "Alert rate",
        group: Group::Alerts,
        definition: "本期收件的办件中，有净预警（已发出、未撤销、不在申诉中）的占比。",
        definition_en: "Of the cases received in the period, the share that has a net alert: issued, not withdrawn, not under appeal.",
        formula: "有净预警的收件数 ÷ 收件数",
        base: "本期收件的办件",
        unit: Unit::Share,
        direction: Direction::Lower,
        pitfalls: "预警可能晚于收件所在的一期发出，最近一期偏低；对来源和单位的预警不在其中。",
        pitfalls_en: "An alert may come later than the case: the last period is low. Alerts about sources and bodies are not in it.",
        over: Over::Cases,
        measure: Measure::Share {
            of: "alerted",
            among: within!("started"),
        },
    },
    counted(
        "alerts_confirmed",
        ("认定预警", "Alerts confirmed"),
        (
            "净预警中，已由监督机关认定（含申诉维持）的。",
            "Net alerts that were confirmed, upheld on appeal or not.",
        ),
        "净预警中处置为认定或者申诉维持的数量",
        Direction::Lower,
        COHORT,
        concat!(
            within!("issued"),
            " AND net AND disposition IN ('confirmed', 'upheld')"
        ),
    ),
    counted(
        "confirmed_subjective",
        ("主观责任预警", "Subjective responsibility"),
        (
            "净预警中结论为主观责任的：只有它计入过错。",
            "Net alerts concluded to be subjective responsibility: only these count as fault.",
        ),
        "净预警中结论为主观责任的数量",
        Direction::Lower,
        COHORT,
        concat!(within!("issued"), " AND net AND conclusion = 'subjective'"),
    ),
    counted(
        "concluded_objective",
        ("客观原因预警", "Objective causes"),
        (
            "本期发出、结论为客观原因的预警。",
            "Alerts that went out in the period and were concluded to have an objective cause.",
        ),
        "本期发出、结论为客观原因的预警数",
        Direction::None,
        (
            "客观原因有封闭清单和证据要求；占比明显偏高的，看由谁认定。",
            "Objective causes come from a closed list with evidence; where their share stands out, look at who concluded them.",
        ),
        concat!(within!("issued"), " AND conclusion = 'objective'"),
    ),
    counted(
        "concluded_data",
        ("数据问题预警", "Data faults"),
        (
            "本期发出、结论为数据问题的预警。",
            "Alerts that went out in the period and were concluded to come from wrong data.",
        ),
        "本期发出、结论为数据问题的预警数",
        Direction::Lower,
        COHORT,
        concat!(within!("issued"), " AND conclusion = 'data'"),
    ),
    counted(
        "concluded_rule",
        ("规则问题预警", "Rule faults"),
        (
            "本期发出、结论为规则问题的预警：是平台和监察点的问题，不是单位的。",
            "Alerts that went out in the period and were concluded to come from a wrong rule: the platform's fault, not the body's.",
        ),
        "本期发出、结论为规则问题的预警数",
        Direction::Lower,
        COHORT,
        concat!(within!("issued"), " AND conclusion = 'rule'"),
    ),
    counted(
        "conclusions_open",
        ("未作结论预警", "Conclusions open"),
        (
            "净预警中尚未作出结论的：单列，不计入过错。",
            "Net alerts without a conclusion yet: counted apart, not as fault.",
        ),
        "净预警中没有结论的数量",
        Direction::Lower,
        (
            "反映监督机关自己的处置进度：久不作结论，分数就不完整。",
            "It tells how far the supervision office itself has come: scores are incomplete while it waits.",
        ),
        concat!(within!("issued"), " AND net AND conclusion = ''"),
    ),
    Metric {
        id: "alert_withdrawn_rate",
        name: "预警撤销率",
        name_en: "Alerts withdrawn, share",
        group: Group::Alerts,
        definition: "本期发出的预警中，后来撤销的占比。",
        definition_en: "Of the alerts that went out in the period, the share that was withdrawn since.",
        formula: "撤销预警 ÷ 发出预警",
        base: "本期发出的预警",
        unit: Unit::Share,
        direction: Direction::Lower,
        pitfalls: "衡量的是平台和规则准不准；按规则看最有用。近期发出的还可能撤销。",
        pitfalls_en: "It measures the platform and its rules; most useful by rule. What went out of late may still be withdrawn.",
        over: Over::Alerts,
        measure: Measure::Share {
            of: "status = 'withdrawn'",
            among: within!("issued"),
        },
    },
];
