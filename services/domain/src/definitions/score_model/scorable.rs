//! What may be scored, and what may not and why (domain study 7, 11.10, 11.13).

/// The metric by which a base is small: 受理.
pub const BASE: &str = "accepted";

/// Counts of the dictionary that rows may be held against, with their names. They are never scored themselves.
pub const BASES: &[(&str, &str)] = &[
    ("received", "收件"),
    ("accepted", "受理"),
    ("closed", "办结"),
    ("complaints", "投诉"),
];

/// Metrics that a formula may use, with their names.
pub const METRICS: &[(&str, &str)] = &[
    ("satisfied_rate", "满意率"),
    ("rating_coverage", "评议率"),
    ("complaints_answered_on_time", "投诉按期答复率"),
    ("answered_on_time_rate", "督办按期反馈率"),
    ("late_entry_rate", "补录率"),
    ("late_case_share", "补录办件占比"),
    ("resent_rate", "重报率"),
    ("reversed_rate", "时间倒序率"),
];

/// What is told of whole bodies alone: an order goes to a body, and complaints and ratings are about one.
pub const OF_BODIES: &[&str] = &[
    "unanswered_orders",
    "answered_on_time_rate",
    "satisfied_rate",
    "complaints_answered_on_time",
    "complaints",
];

/// Why a metric is not scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It rewards speed.
    SpeedUp,
    /// It rewards volume as such.
    Volume,
    /// It makes zero cases a fault.
    ZeroCases,
    /// It makes orders a target.
    OrderQuota,
    /// It counts what is late or alerted whatever it came down to.
    AnyConclusion,
    /// It counts alerts that are nobody's fault, or of which nobody knows yet whose.
    NoFault,
    /// It counts what the law allows.
    Lawful,
    /// It counts what was drawn, and how deep was looked.
    Sampled,
    /// It measures those who supervise.
    Supervision,
}

impl Unfit {
    /// Why, and what to do.
    pub const fn why(self) -> &'static str {
        match self {
            Unfit::SpeedUp => {
                "提速、提前办结和办理快慢不计分：计分会诱使挑件、压件、先办后录；请删去本项，快慢以收件至送达的中位数和P90在统计中公布"
            }
            Unfit::Volume => {
                "业务量不计分：计量会诱使拆件、虚报；请删去本项，或者在 count 的 per 中把它用作基数"
            }
            Unfit::ZeroCases => "零办件只作提醒，不计分：计分会诱使编造办件；请删去本项",
            Unfit::OrderQuota => {
                "督办数量不得作为指标：请删去本项；可计督办按期反馈率（answered_on_time_rate）或者按件计未反馈的督办（count: {of: unanswered_orders}）"
            }
            Unfit::AnyConclusion => {
                "它不分认定结论，客观原因、数据问题和尚未认定的也在其中，而只有主观责任计分：请改用按件计分，如 count: {of: alerts}、count: {of: overdue_cases}"
            }
            Unfit::NoFault => {
                "它计的是待核、申诉中或者认定为客观原因、数据问题、规则问题的预警，不是单位的过错：请删去本项；只有认定为主观责任的按件计分，如 count: {of: alerts}"
            }
            Unfit::Sampled => {
                "抽查的结果不计分：抽到谁、抽多少、查得多细各不相同，分层和因故抽取的又不代表全部办件；请删去本项，查实的问题另行立为预警，认定为主观责任的按件计分，如 count: {of: alerts}"
            }
            Unfit::Supervision => {
                "它衡量监督机关自己的办理时效，不是被监督单位的：请删去本项；申诉是否按期决定在统计中公布"
            }
            Unfit::Lawful => "它是依法办理的结果、程序或者权利，不是过错，不计分：请删去本项",
        }
    }
}

/// Why this metric is not scored; none: it may be, or nobody knows it.
pub fn unfit(metric: &str) -> Option<Unfit> {
    let unfit = match metric {
        "early_rate"
        | "instant_share"
        | "statutory_speedup"
        | "promised_speedup"
        | "median_total_days"
        | "p90_total_days"
        | "median_acceptance_days"
        | "median_step_hours"
        | "p90_step_hours" => Unfit::SpeedUp,
        "received" | "accepted" | "closed" | "open" | "ended_otherwise" | "completion_rate"
        | "items_listed" | "complaints" | "ratings" | "ratings_in_burst" | "bad_ratings" => {
            Unfit::Volume
        }
        "online_rate" | "items_never_run" | "zero_volume_bodies" | "zero_cases" => Unfit::ZeroCases,
        "orders" | "order_rate" => Unfit::OrderQuota,
        "on_time_rate"
        | "overdue_rate"
        | "promise_kept_rate"
        | "step_overdue_rate"
        | "alerts_issued"
        | "alerts_withdrawn"
        | "alerts_net"
        | "alert_rate"
        | "yellow"
        | "red"
        | "alerts_confirmed"
        | "confirmed_subjective"
        | "conclusions_open"
        | "alert_withdrawn_rate"
        | "bulk_entry_findings"
        | "orders_unanswered" => Unfit::AnyConclusion,
        "alerts_in_review"
        | "alerts_in_appeal"
        | "concluded_objective"
        | "concluded_data"
        | "concluded_rule" => Unfit::NoFault,
        "voided_share" | "suspended_share" | "suspended_days" | "negative_rate"
        | "supplement_rate" | "extension_rate" | "appeals" | "appeals_upheld"
        | "appeals_won_rate" => Unfit::Lawful,
        "appeals_decided_on_time_rate" | "appeals_overdue" => Unfit::Supervision,
        "samples_checked" | "samples_failed_share" | "samples_findings" | "samples_unchecked" => {
            Unfit::Sampled
        }
        _ => return None,
    };
    Some(unfit)
}

/// Words by which an item marked by hand shows that it scores what may not be scored. Talk of what is untrue (虚、假、真实) is not meant.
const WORDS: &[(&str, Unfit)] = &[
    ("提速", Unfit::SpeedUp),
    ("提前办结", Unfit::SpeedUp),
    ("提前完成", Unfit::SpeedUp),
    ("压缩时限", Unfit::SpeedUp),
    ("办件量", Unfit::Volume),
    ("业务量", Unfit::Volume),
    ("收件量", Unfit::Volume),
    ("办件数", Unfit::Volume),
    ("零办件", Unfit::ZeroCases),
    ("零业务", Unfit::ZeroCases),
    ("督办率", Unfit::OrderQuota),
    ("督办数", Unfit::OrderQuota),
    ("督办量", Unfit::OrderQuota),
    ("督办指标", Unfit::OrderQuota),
    ("督办任务", Unfit::OrderQuota),
];

/// Why an item of this name is not scored by hand, as far as its name tells.
pub fn unfit_by_name(name: &str) -> Option<Unfit> {
    if ['虚', '假'].iter().any(|mark| name.contains(*mark)) || name.contains("真实") {
        return None;
    }
    let found = WORDS.iter().find(|(word, _)| name.contains(word));
    found.map(|(_, unfit)| *unfit)
}

/// The rules whose alerts say what an overdue case comes down to: past the promise, past the law's limit.
pub const OVERDUE_RULES: [&str; 2] = ["T2", "T3"];

/// The rule whose alert says what an unanswered order comes down to.
pub const ORDER_RULE: &str = "T15";

/// Whether a rule belongs to the family of this letter: `T` has `T1` to `T18`, and no rule of a site's own.
pub fn in_family(rule: &str, letter: &str) -> bool {
    let number = rule.strip_prefix(letter);
    number.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// What can be counted row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// 预警: yellow and red ones.
    Alerts,
    /// 超期办件: what an overdue case comes down to is what its alerts about time come down to.
    OverdueCases,
    /// 未反馈的督办: what one comes down to is what its T15 alert comes down to.
    UnansweredOrders,
}

impl Counted {
    /// All of them.
    pub const ALL: [Counted; 3] = [
        Counted::Alerts,
        Counted::OverdueCases,
        Counted::UnansweredOrders,
    ];

    /// The code used in definitions and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Counted::Alerts => "alerts",
            Counted::OverdueCases => "overdue_cases",
            Counted::UnansweredOrders => "unanswered_orders",
        }
    }

    /// 名称.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Counted::Alerts => "预警",
            Counted::OverdueCases => "超期办件",
            Counted::UnansweredOrders => "逾期未反馈的督办",
        }
    }

    /// With this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// The name of a metric that may be scored or be a base.
pub fn name_zh(metric: &str) -> Option<&'static str> {
    let mut known = METRICS.iter().chain(BASES);
    known.find(|(id, _)| *id == metric).map(|(_, name)| *name)
}
