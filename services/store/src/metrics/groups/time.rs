//! 时限.

use crate::metrics::measure::{Measure, within};
use crate::metrics::{Direction, Group, Metric, Over, Unit};

/// Closed in the window, under a limit that was kept or missed.
macro_rules! judged {
    () => {
        concat!(
            "closing AND ",
            within!("ended"),
            " AND due IS NOT NULL AND (stood OR finished > due)"
        )
    };
}

/// Open at the end of the window, past due, and not done in time.
macro_rules! past_due {
    () => {
        "started < wat AND (ended IS NULL OR ended >= wat) AND due + 1000 <= wat AND ifNull(finished > due, 1)"
    };
}

/// Limits and time used, in minutes, so that whole numbers are added up: a day of either kind has 1440 of them.
macro_rules! in_minutes {
    ($number:literal) => {
        concat!("toInt64(", $number, ") * if(limit_unit = 'min', 1, 1440)")
    };
}

const MINUTES_OF_DAY: u32 = 1440;
const MILLIS_OF_DAY: u32 = 86_400_000;
const HOURS_OF_DAY: u32 = 24;
const TENTHS_OF_HOUR: u32 = 10;

/// In whole hours, to the nearest: roll-ups keep how many cases there are of each.
const TOTAL_HOURS: &str = "intDiv(ifNull(delivered, ended) - started + 1800000, 3600000)";
const TOTAL_AMONG: &str = concat!(
    "closing AND ",
    within!("ended"),
    " AND ifNull(delivered, ended) >= started"
);
/// In tenths of hours, as it is shown, to the nearest: roll-ups keep how many stays there are of each.
const STEP_TENTHS: &str = "intDiv(over - started + 180000, 360000)";
const STEP_AMONG: &str = concat!(within!("over"), " AND over >= started");

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "on_time_rate",
        name: "按时办结率",
        name_en: "Closed on time",
        group: Group::Time,
        definition: "本期办结、有时限的办件中，在法定期限内（法律未定期限的，在承诺期限内）完成的占比。",
        definition_en: "Of the cases closed in the period under a limit, the share done within the law's limit or, where it sets none, the promised one.",
        formula: "期限内完成的办结数 ÷ 有时限的办结数",
        base: "本期办结且有时限的办件",
        unit: Unit::Share,
        direction: Direction::Higher,
        pitfalls: "只看办结的件，压着不办的不在其中，应与超期率一并看；并须与补录率一并公布：按时 99% 而其中 38% 为事后录入的，不能作准。按时与否以部门所报业务时间计。",
        pitfalls_en: "What is left open is not in it: see the overdue rate. It is told with the late-entry rate beside it: business times are the department's own.",
        over: Over::Cases,
        measure: Measure::Share {
            of: "NOT (finished > due)",
            among: judged!(),
        },
    },
    Metric {
        id: "overdue_rate",
        name: "超期率",
        name_en: "Overdue rate",
        group: Group::Time,
        definition: "本期超期办结的办件与期末超期未结的办件，占本期有时限的办结件与期末超期未结件之和的比例。",
        definition_en: "Cases closed late in the period and cases open past their due day at its end, of all closed under a limit and all open past due.",
        formula: "（超期办结数＋期末超期未结数）÷（有时限的办结数＋期末超期未结数）",
        base: "本期办结且有时限的办件，加期末超期未结的办件",
        unit: Unit::Share,
        direction: Direction::Lower,
        pitfalls: "压着不办不会使它变低。期末（本期未满的，截至现在）的超期未结件在结束之前，各期都计一次；挂起中的件时限不走，不在其中。超期后作废、退件的不在其中，另看作废退件率。",
        pitfalls_en: "Leaving a case open does not help. What is open past due counts in every period until it ends; while a special procedure stops the clock nothing is overdue.",
        over: Over::Cases,
        measure: Measure::Stocked {
            of: "finished > due",
            among: judged!(),
            stock: past_due!(),
        },
    },
    Metric {
        id: "promise_kept_rate",
        name: "承诺兑现率",
        name_en: "Promises kept",
        group: Group::Time,
        definition: "本期办结、有承诺期限的办件中，在承诺期限内完成的占比。",
        definition_en: "Of the cases closed in the period under a promised limit, the share done within it.",
        formula: "承诺期限内完成的办结数 ÷ 有承诺期限的办结数",
        base: "本期办结且有承诺期限的办件",
        unit: Unit::Share,
        direction: Direction::Higher,
        pitfalls: "承诺越宽越容易兑现，应与法定提速率一并看。",
        pitfalls_en: "The wider the promise, the easier it is kept.",
        over: Over::Cases,
        measure: Measure::Share {
            of: "NOT (finished > promised_due)",
            among: concat!(
                "closing AND ",
                within!("ended"),
                " AND promised_due IS NOT NULL AND (stood OR finished > promised_due)"
            ),
        },
    },
    Metric {
        id: "early_rate",
        name: "提前办结率",
        name_en: "Closed early",
        group: Group::Time,
        definition: "本期办结、有时限的办件中，用时少于承诺时限（没有承诺的，少于法定时限）的占比。",
        definition_en: "Of the cases closed in the period under a limit, the share that used less than was promised or, without a promise, than the law gives.",
        formula: "用时少于时限的办结数 ÷ 已完成且有时限的办结数",
        base: "本期办结、已完成且有时限的办件",
        unit: Unit::Share,
        direction: Direction::None,
        pitfalls: "快慢由事项和承诺的宽严决定，不计分；用时不含依法停止计时的时间。",
        pitfalls_en: "It follows from the items and how wide the promises are; it is not scored. Time that stood still by law is left out.",
        over: Over::Cases,
        measure: Measure::Share {
            of: "used < ifNull(promised_limit, statutory_limit)",
            among: concat!(
                "closing AND ",
                within!("ended"),
                " AND used IS NOT NULL AND ifNull(promised_limit, statutory_limit) IS NOT NULL"
            ),
        },
    },
    Metric {
        id: "statutory_speedup",
        name: "法定提速率",
        name_en: "Faster than the law asks",
        group: Group::Time,
        definition: "本期办结、有法定时限的办件，法定时限之和与用时之和相差的部分占法定时限之和的比例。",
        definition_en: "Of the cases closed in the period under the law's limit: what was left of all limits, to all limits added up.",
        formula: "（Σ法定时限－Σ用时）÷ Σ法定时限",
        base: "本期办结、已完成且有法定时限的办件",
        unit: Unit::Share,
        direction: Direction::None,
        pitfalls: "提速不计分：有地方因弄虚作假取消过提速排名。时限长的事项权重大；工作日与自然日各按其单位计，以分钟计的折为日。办得比期限慢时为负。",
        pitfalls_en: "Not scored. Long limits weigh more; working and calendar days count as they are, minutes as parts of a day. It is negative where cases were late.",
        over: Over::Cases,
        measure: Measure::Sums {
            of: in_minutes!("(toInt64(statutory_limit) - toInt64(used))"),
            to: in_minutes!("statutory_limit"),
            per: MINUTES_OF_DAY,
            among: concat!(
                "closing AND ",
                within!("ended"),
                " AND statutory_limit > 0 AND used IS NOT NULL"
            ),
        },
    },
    Metric {
        id: "promised_speedup",
        name: "承诺提速率",
        name_en: "Faster than promised",
        group: Group::Time,
        definition: "本期办结、有承诺时限的办件，承诺时限之和与用时之和相差的部分占承诺时限之和的比例；时限含已批准的延长。",
        definition_en: "Of the cases closed in the period under a promised limit: what was left of all promises, to all promises added up, with what was granted.",
        formula: "（Σ承诺时限－Σ用时）÷ Σ承诺时限",
        base: "本期办结、已完成且有承诺时限的办件",
        unit: Unit::Share,
        direction: Direction::None,
        pitfalls: "同法定提速率；承诺从宽的单位反而显得快。",
        pitfalls_en: "As of the statutory speed-up; wide promises look fast.",
        over: Over::Cases,
        measure: Measure::Sums {
            of: in_minutes!("(toInt64(promised_limit) - toInt64(used))"),
            to: in_minutes!("promised_limit"),
            per: MINUTES_OF_DAY,
            among: concat!(
                "closing AND ",
                within!("ended"),
                " AND promised_limit > 0 AND used IS NOT NULL"
            ),
        },
    },
    Metric {
        id: "median_total_days",
        name: "全程用时中位数",
        name_en: "Median days, receipt to delivery",
        group: Group::Time,
        definition: "本期办结的办件，从收件到送达（没有送达的，到办结）所经日历时间的中位数，即申请人所见的全部时间，含补正、挂起和受理前的等待；逐件取整到小时。",
        definition_en: "Of the cases closed in the period, the median calendar time from receipt to delivery, or to closing where nothing was delivered: all that the applicant sees; of each case to the nearest hour.",
        formula: "（送达或者办结时间－收件时间）的中位数",
        base: "本期办结的办件",
        unit: Unit::Days,
        direction: Direction::Lower,
        pitfalls: "与法定用时不同：休息日、补正和特别程序都在内。只含已办结的件；拖而未结的见超期率。送达早于收件等次序颠倒的不计，见时间倒序率。",
        pitfalls_en: "Other than time by the legal clock: rest days, supplements and special procedures are in it. Only closed cases; what drags on is in the overdue rate.",
        over: Over::Cases,
        measure: Measure::Quantile {
            level: 0.5,
            of: TOTAL_HOURS,
            per: HOURS_OF_DAY,
            among: TOTAL_AMONG,
        },
    },
    Metric {
        id: "p90_total_days",
        name: "全程用时九成线",
        name_en: "90th percentile of days, receipt to delivery",
        group: Group::Time,
        definition: "本期办结的办件中，九成不超过的全程用时（从收件到送达，没有送达的到办结；逐件取整到小时）。",
        definition_en: "The calendar time from receipt to delivery (else closing) that nine of ten cases closed in the period did not exceed, of each to the nearest hour.",
        formula: "（送达或者办结时间－收件时间）的 90% 分位数",
        base: "本期办结的办件",
        unit: Unit::Days,
        direction: Direction::Lower,
        pitfalls: "少数久拖的件在平均数里看不出来，在这里看得出来。其余同中位数。",
        pitfalls_en: "Shows the long tail that a mean hides. Otherwise as the median.",
        over: Over::Cases,
        measure: Measure::Quantile {
            level: 0.9,
            of: TOTAL_HOURS,
            per: HOURS_OF_DAY,
            among: TOTAL_AMONG,
        },
    },
    Metric {
        id: "median_acceptance_days",
        name: "受理前等待",
        name_en: "Median days before acceptance",
        group: Group::Time,
        definition: "本期受理的办件，从收件到受理所经日历时间的中位数，逐件取整到小时。",
        definition_en: "Of the cases accepted in the period, the median calendar time from the application to acceptance, of each to the nearest hour.",
        formula: "（受理时间－收件时间）的中位数",
        base: "本期受理且报有申请时间的办件",
        unit: Unit::Days,
        direction: Direction::Lower,
        pitfalls: "考核从受理起算时，活会移到受理之前；来源不报申请时间的无从统计。",
        pitfalls_en: "Where clocks begin at acceptance, work moves before it. Sources that do not tell applications have none.",
        over: Over::Cases,
        measure: Measure::Quantile {
            level: 0.5,
            of: "intDiv(accepted - applied + 1800000, 3600000)",
            per: HOURS_OF_DAY,
            among: concat!(within!("accepted"), " AND accepted >= applied"),
        },
    },
    Metric {
        id: "suspended_share",
        name: "挂起办件占比",
        name_en: "Cases with special procedures",
        group: Group::Time,
        definition: "本期办结的办件中，启动过停止计时的特别程序的占比。",
        definition_en: "Of the cases closed in the period, the share in which a special procedure stopped the clock.",
        formula: "启动过特别程序的办结数 ÷ 办结数",
        base: "本期办结的办件",
        unit: Unit::Share,
        direction: Direction::None,
        pitfalls: "听证、鉴定等法定程序本属正常；与同类事项相比明显偏高的，应查依据和计划时间。",
        pitfalls_en: "Hearings and expert opinions are lawful; where it stands out among like items, look at basis and plans.",
        over: Over::Cases,
        measure: Measure::Share {
            of: "suspensions > 0",
            among: concat!("closing AND ", within!("ended")),
        },
    },
    Metric {
        id: "suspended_days",
        name: "挂起天数",
        name_en: "Mean days suspended",
        group: Group::Time,
        definition: "本期办结且挂起过的办件，停止计时的日历时间的平均数；重叠的只计一次。",
        definition_en: "Of the cases closed in the period that had been suspended, the mean calendar time for which they were; what overlaps counts once.",
        formula: "Σ挂起时间 ÷ 挂起过的办结数",
        base: "本期办结且挂起过的办件",
        unit: Unit::Days,
        direction: Direction::Lower,
        pitfalls: "平均数受个别久挂的件影响；仍在挂起、尚未结束的不在其中。",
        pitfalls_en: "A mean: single long ones weigh. What is still suspended is not in it.",
        over: Over::Cases,
        measure: Measure::Mean {
            of: "toInt64(suspended_ms)",
            per: MILLIS_OF_DAY,
            among: concat!("closing AND ", within!("ended"), " AND suspended_ms > 0"),
        },
    },
    Metric {
        id: "median_step_hours",
        name: "环节用时中位数",
        name_en: "Median hours of a step",
        group: Group::Time,
        definition: "本期结束的环节停留，从进入到离开（办件先结束的，到办件结束）所经日历时间的中位数，逐次取整到 0.1 小时。",
        definition_en: "Of the stays in steps that were over in the period, the median calendar time from entry to end, or to the case's end, of each to the nearest tenth of an hour.",
        formula: "（离开时间－进入时间）的中位数",
        base: "本期结束的环节停留",
        unit: Unit::Hours,
        direction: Direction::Lower,
        pitfalls: "不同环节放在一起没有意义，应按环节看；夜间和休息日也在内。",
        pitfalls_en: "Means little over different steps: look at it by step. Nights and rest days are in it.",
        over: Over::Steps,
        measure: Measure::Quantile {
            level: 0.5,
            of: STEP_TENTHS,
            per: TENTHS_OF_HOUR,
            among: STEP_AMONG,
        },
    },
    Metric {
        id: "p90_step_hours",
        name: "环节用时九成线",
        name_en: "90th percentile of hours of a step",
        group: Group::Time,
        definition: "本期结束的环节停留中，九成不超过的用时（逐次取整到 0.1 小时）。",
        definition_en: "The calendar time that nine of ten stays that were over in the period did not exceed, of each to the nearest tenth of an hour.",
        formula: "（离开时间－进入时间）的 90% 分位数",
        base: "本期结束的环节停留",
        unit: Unit::Hours,
        direction: Direction::Lower,
        pitfalls: "同环节用时中位数。",
        pitfalls_en: "As the median of a step.",
        over: Over::Steps,
        measure: Measure::Quantile {
            level: 0.9,
            of: STEP_TENTHS,
            per: TENTHS_OF_HOUR,
            among: STEP_AMONG,
        },
    },
    Metric {
        id: "step_overdue_rate",
        name: "环节超时率",
        name_en: "Steps overdue",
        group: Group::Time,
        definition: "本期超时结束的环节停留与期末超时未结束的，占本期有时限而结束的与期末超时未结束的之和的比例。",
        definition_en: "Stays in steps that were over late in the period and those past due at its end, of all that were over under a limit and all past due.",
        formula: "（超时结束数＋期末超时未结束数）÷（有时限的结束数＋期末超时未结束数）",
        base: "本期结束且有时限的环节停留，加期末超时未结束的",
        unit: Unit::Share,
        direction: Direction::Lower,
        pitfalls: "环节时限多为内部规定，不等于整件超期。",
        pitfalls_en: "Limits of steps are mostly internal; a late step is no late case.",
        over: Over::Steps,
        measure: Measure::Stocked {
            of: "intDiv(over, 1000) * 1000 > due",
            among: concat!(within!("over"), " AND due IS NOT NULL"),
            stock: "started < wat AND (over IS NULL OR over >= wat) AND due + 1000 <= wat",
        },
    },
];
