//! 一、总体情况: volumes, limits kept, how long it takes, what stopped the clock.

use super::{Clause, Whose, said, sentence, words};
use crate::document::Part;
use crate::figures::Figures;

pub(super) fn parts(figures: &Figures) -> Vec<Part> {
    let whole = Whose::whole(figures);
    if whole.value("received").is_none() && whole.value("accepted").is_none() {
        return Vec::new();
    }
    let label = figures.period.label();
    let scope = &figures.scope.name;
    let volumes = sentence([
        whole.changing(
            "received",
            whole.count("received", &format!("{label}，{scope}共收件")),
        ),
        whole.changing("accepted", whole.count("accepted", "受理")),
        whole.changing("closed", whole.count("closed", "办结")),
        whole.count("open", "期末在办"),
        whole.some("ended_otherwise", "撤回、作废、退件、终止等非正常终结"),
    ]);
    let online = sentence([
        whole.rate("online_rate", "列入权力清单事项的上网运行率"),
        whole.some("items_never_run", "从未运行的事项"),
    ]);
    said([
        volumes,
        in_time(&whole),
        how_long(&whole),
        sentence([
            whole.changing("negative_rate", whole.rate("negative_rate", "结果否定率")),
            whole.rate("supplement_rate", "补正率"),
            whole.rate("extension_rate", "延期率"),
            whole.rate("voided_share", "作废退件率"),
        ]),
        online,
    ])
}

/// An on-time rate stands with the share that was entered afterwards, and with what is open past its day.
fn in_time(whole: &Whose<'_>) -> Clause {
    let Some(rate) = whole.changing("on_time_rate", whole.rate("on_time_rate", "按时办结率"))
    else {
        return Vec::new();
    };
    let late = whole.rate("late_case_share", "其中办结件含事后补录环节的占");
    let late = late.unwrap_or_else(|| words("其中事后补录的占比本期无数据"));
    let mut said = sentence([
        Some(rate),
        Some(late),
        whole.changing(
            "overdue_rate",
            whole.rate("overdue_rate", "超期率（含到期仍未办结的在办件）"),
        ),
    ]);
    said.extend(sentence([
        whole.rate("promise_kept_rate", "承诺时限兑现率"),
        whole.rate("early_rate", "提前办结率"),
        whole.rate("instant_share", "即办件占比"),
    ]));
    said
}

fn how_long(whole: &Whose<'_>) -> Clause {
    let median = whole.rate(
        "median_total_days",
        "从收件到送达（未送达的至办结）用时的中位数为",
    );
    let mut said = sentence([
        whole.changing("median_total_days", median),
        whole.rate("p90_total_days", "九成办件不超过"),
        whole.rate("median_acceptance_days", "受理前等待的中位数为"),
    ]);
    said.extend(sentence([
        whole.rate("suspended_share", "办理中经特别程序停止计时的办件占"),
        whole.rate("suspended_days", "平均停止计时"),
    ]));
    said
}
