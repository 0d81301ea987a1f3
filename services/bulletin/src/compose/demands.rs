//! 十、下一步工作要求: what is to be done until which day. Each demand stands only where the figures give cause.

use mingjing_domain::bulletin::Kind;

use super::{Asked, Whose, words};
use crate::document::Part;
use crate::figures::Figures;
use crate::numbers::{day, ordinal};
use crate::period::next_zh;

pub(super) fn parts(figures: &Figures, asked: &Asked) -> Vec<Part> {
    let whole = Whose::whole(figures);
    let some = |metric: &str| whole.number(metric).is_some_and(|n| n > 0.0);
    let dates = asked.dates;
    let mut demands: Vec<(String, bool)> = Vec::new();
    if some("overdue_rate") {
        demands.push((
            format!(
                "清理超期办件。各单位对到期未办结的办件逐件核实，能办结的于{}前办结，依法不能办结的书面告知申请人并说明理由",
                day(dates.mend)
            ),
            false,
        ));
    }
    if !figures.owing.is_empty() {
        demands.push((
            format!(
                "按期反馈督办。逾期未反馈的单位于{}前反馈",
                day(dates.answer)
            ),
            true,
        ));
    }
    if !figures.problems.is_empty() {
        demands.push((
            format!(
                "整改典型问题。被点名单位于{}前完成整改并报送整改情况，举一反三防止同类问题",
                day(dates.mend)
            ),
            false,
        ));
    }
    if some("late_entry_rate") || some("late_case_share") || some("bulk_entry_findings") {
        demands.push((
            format!(
                "提高数据质量。补录占比较高的单位于{}前查明原因，做到随办随录、实时报送，不得事后集中补录",
                day(dates.data)
            ),
            false,
        ));
    }
    if !figures.zero_volume.is_empty() {
        demands.push((
            format!(
                "核对零办件情况。零办件单位于{}前核对是否有办件未上网运行",
                day(dates.data)
            ),
            false,
        ));
    }
    demands.push((
        format!(
            "依法按时办理。各单位{}继续按照法定时限和承诺时限办理，不得以作废、退件或者无依据的特别程序规避时限",
            next_zh(figures.period)
        ),
        false,
    ));
    // What is internal comes last, so that the public edition's are numbered without gaps.
    demands.sort_by_key(|(_, internal)| *internal);
    let numbered = demands
        .into_iter()
        .enumerate()
        .map(|(n, (text, internal))| {
            let text = match asked.kind {
                Kind::Report => text.replacen('。', "。督促", 1),
                _ => text,
            };
            let spans = words(format!("（{}）{text}。", ordinal(n)));
            match internal {
                true => Part::internal(spans),
                false => Part::paragraph(spans),
            }
        });
    numbered.collect()
}
