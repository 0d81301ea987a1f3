//! 五、督办、反馈和申诉情况.

use super::{Whose, said, sentence, words};
use crate::document::Part;
use crate::figures::Figures;

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
        let owing = figures.owing.iter().take(NAMED_MAX);
        let owing: Vec<String> = owing.map(|(name, n)| format!("{name}{n}件")).collect();
        let more = match figures.owing.len() > NAMED_MAX {
            true => format!("等{}个单位", figures.owing.len()),
            false => String::new(),
        };
        let text = format!("逾期未反馈的督办：{}{more}", owing.join("、"));
        parts.push(Part::internal(sentence([Some(words(text))])));
    }
    if parts.is_empty() {
        return parts;
    }
    parts.extend(said([words(
        "督办件数反映监察工作，不作为对单位的评价依据。",
    )]));
    parts
}
