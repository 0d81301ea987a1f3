//! 五、督办、反馈和申诉情况.

use super::{Whose, joined, said, sentence, words};
use crate::document::{Part, Span};
use crate::figures::{Figures, UNANSWERED};
use crate::query::Of;

/// So many bodies that owe an answer are named.
const NAMED_MAX: usize = 10;

pub(super) fn parts(figures: &Figures) -> Vec<Part> {
    let whole = Whose::whole(figures);
    let orders = sentence([
        whole.changing("orders", whole.count("orders", "共发出督办")),
        whole.rate("order_rate", "督办率"),
        whole.changing(
            "answered_on_time_rate",
            whole.rate("answered_on_time_rate", "按期反馈率"),
        ),
    ]);
    let appeals = sentence([
        whole.count("appeals", "收到部门申诉"),
        whole.count("appeals_upheld", "申诉成立"),
        whole.rate("appeals_won_rate", "申诉成立率"),
    ]);
    let mut parts = said([orders, appeals]);
    if !figures.owing.is_empty() {
        let owing = figures.owing.iter().take(NAMED_MAX).map(|one| {
            let whose = Whose::one(figures, "org", &one.body, &figures.total);
            let number = whose.figure(UNANSWERED, Of::Value, format!("{}件", one.orders));
            vec![Span::words(&one.name), number]
        });
        let mut told = words("逾期未反馈的督办：");
        told.extend(joined(owing, "、"));
        if figures.owing.len() > NAMED_MAX {
            told.extend(words(format!("等{}个单位", figures.owing.len())));
        }
        parts.push(Part::internal(sentence([Some(told)])));
    }
    if parts.is_empty() {
        return parts;
    }
    parts.extend(said([words(
        "督办件数反映监察工作，不作为对单位的评价依据。",
    )]));
    parts
}
