//! 七、投诉和评价情况: every rate with how many said something.

use super::{Whose, said, sentence};
use crate::document::Part;
use crate::figures::Figures;

pub(super) fn parts(figures: &Figures) -> Vec<Part> {
    let whole = Whose::whole(figures);
    said([
        sentence([
            whole.changing("complaints", whole.count("complaints", "共收到投诉")),
            whole.rate("complaints_answered_on_time", "按期答复率"),
        ]),
        sentence([
            whole.changing("ratings", whole.count("ratings", "收到评价")),
            whole.rate("rating_coverage", "评议率（参评办件占办结件）"),
            whole.changing("satisfied_rate", whole.rate("satisfied_rate", "满意率")),
            whole.some("bad_ratings", "差评"),
        ]),
    ])
}
