//! Codes for what models name only in words.

use std::collections::BTreeSet;

/// The name on one line.
pub(super) fn one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Codes given so far, so that each is given once.
#[derive(Debug, Default)]
pub(super) struct Codes {
    given: BTreeSet<String>,
}

impl Codes {
    /// Keeps a code that somebody has set; false where it is taken.
    pub(super) fn keep(&mut self, code: &str) -> bool {
        self.given.insert(code.to_owned())
    }

    /// A code for an element: its id where a person chose it, else its name, else what it is with a number.
    pub(super) fn code(&mut self, id: &str, name: Option<&str>, what: &str) -> String {
        let name = name.map(slug).filter(|slug| !slug.is_empty());
        let base = match name {
            _ if chosen(id) => id.to_owned(),
            Some(name) => name,
            None => what.to_owned(),
        };
        if base != what && self.keep(&base) {
            return base;
        }
        let mut number = if base == what { 1 } else { 2 };
        loop {
            let code = format!("{base}-{number}");
            if self.keep(&code) {
                return code;
            }
            number += 1;
        }
    }
}

/// Lower-case letters and digits of any script, joined by hyphens: what imports of logs make of an activity's name.
fn slug(name: &str) -> String {
    let words = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let joined = words.collect::<Vec<_>>().join("-").to_lowercase();
    joined.chars().take(60).collect()
}

/// Whether a person chose this id. Modelers make their own of digits, or of a kind and digits.
fn chosen(id: &str) -> bool {
    const MADE: &[&str] = &[
        "activity",
        "boundaryevent",
        "callactivity",
        "endevent",
        "event",
        "exclusivegateway",
        "gateway",
        "id",
        "intermediatecatchevent",
        "intermediatethrowevent",
        "lane",
        "parallelgateway",
        "participant",
        "process",
        "sid",
        "startevent",
        "subprocess",
        "task",
        "usertask",
        "wfp",
    ];
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.len() > 40 || !id.chars().all(plain) || !id.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        return false;
    }
    let kind = id
        .split(['-', '_'])
        .next()
        .unwrap_or(id)
        .to_ascii_lowercase();
    let kind = kind.trim_end_matches(|c: char| c.is_ascii_digit());
    if MADE.contains(&kind) {
        return false;
    }
    // Eight hexadecimal digits in a row are a random number.
    let mut run = 0;
    !id.chars().any(|c| {
        run = if c.is_ascii_hexdigit() { run + 1 } else { 0 };
        run >= 8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_people_chose_are_kept_and_others_are_not() {
        for id in [
            "approveInvoice",
            "review",
            "Approver",
            "bpmn-miwg-test-case-c.1.0",
            "step.2",
        ] {
            assert!(chosen(id), "{id}");
        }
        for id in [
            "_ec59e164-68b4-4f94-98de-ffb1c58a84af",
            "Activity_0abc12d",
            "sid-36EA43D1-0FE6-4197-AC57-7A43785B784B",
            "WFP-6-1",
            "Task_1",
            "StartEvent_1",
            "受理",
        ] {
            assert!(!chosen(id), "{id}");
        }
    }

    #[test]
    fn codes_are_given_once() {
        let mut codes = Codes::default();
        assert_eq!(
            codes.code("_1", Some("Assign\nApprover"), "step"),
            "assign-approver"
        );
        assert_eq!(
            codes.code("_2", Some("Assign approver"), "step"),
            "assign-approver-2"
        );
        assert_eq!(codes.code("_3", Some("受理 登记"), "step"), "受理-登记");
        assert_eq!(codes.code("_4", Some("…"), "step"), "step-1");
        assert_eq!(codes.code("_5", None, "step"), "step-2");
        assert_eq!(codes.code("review", Some("审查"), "step"), "review");
    }
}
