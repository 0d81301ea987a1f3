//! The power list's own consistency: bodies, flowcharts, ends, receivers.

use mingjing_domain::definitions::{DefinitionSet, Document, PowerItem, PowerStatus, Problem};

use super::duties::check_responsibilities;

/// Adds every problem of the power list.
pub(super) fn check_power_list(set: &DefinitionSet, problems: &mut Vec<Problem>) {
    let body = |code: &str| set.bodies.iter().any(|b| b.value.code.text == code);
    for document in &set.items {
        let item = &document.value;
        for code in std::iter::once(&item.executing_body).chain(&item.entrusted_bodies) {
            if !body(code) {
                problems.push(document.problem(code.line, format!("unknown body {:?}", code.text)));
            }
        }
        if !set
            .flowcharts
            .iter()
            .any(|f| f.value.id.text == item.flowchart.text)
        {
            let message = format!("unknown flowchart {:?}", item.flowchart.text);
            problems.push(document.problem(item.flowchart.line, message));
        }
        if item.status != PowerStatus::Active && item.effective_to.is_none() {
            let message = "a cancelled or transferred item needs `effective_to`";
            problems.push(document.problem(item.code.line, message));
        }
        if item.effective_to.is_some_and(|to| to < item.effective_from) {
            let message = "`effective_to` lies before `effective_from`";
            problems.push(document.problem(item.code.line, message));
        }
        check_receiver(set, document, problems);
        check_responsibilities(set, document, problems);
    }
}

/// The receiver's item must be live the day after the giver's ends (domain study 11.5).
fn check_receiver(
    set: &DefinitionSet,
    document: &Document<PowerItem>,
    problems: &mut Vec<Problem>,
) {
    let item = &document.value;
    let Some(to) = &item.transferred_to else {
        return;
    };
    let receiver = set.items.iter().find(|i| i.value.code.text == to.text);
    let message = match (receiver, item.effective_to) {
        (None, _) => format!("unknown item {:?}", to.text),
        (Some(receiver), Some(end))
            if receiver.value.effective_from > end.succ_opt().unwrap_or(end) =>
        {
            format!(
                "{:?} must be in the list the day after this item ends",
                to.text
            )
        }
        _ => return,
    };
    problems.push(document.problem(to.line, message));
}
