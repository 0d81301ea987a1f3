//! The catalogue: every rule of the field, once, with what an alert of it says.
//!
//! Definitions name rules by id ([`crate::definitions::ControlPoint::rule`]); where a control point is silent, its rule
//! answers: how grave, which article, what to do. The catalogue is part of the program and not of a site's
//! definitions: what a place does otherwise it says in [`crate::definitions::RuleSettings`], or with a rule of its own
//! under [`LOCAL_PREFIX`].

mod alignment;
mod authority;
mod complaints;
mod discretion;
mod duties;
mod measure;
mod needs;
mod page;
mod procedure;
mod quality;
mod rule;
mod time;

pub use measure::{Measure, measure, words};
pub use needs::needs;
pub use page::page;
pub use rule::{Basis, BasisKind, Exception, FindingKind, Parameter, Rule, Tier};

/// What a site's own rules begin with (地方规则), like `L-白酒抽检`.
pub const LOCAL_PREFIX: &str = "L-";

/// The rule of a free condition that names none.
pub const UNNAMED: &str = "CEL";

struct Family {
    name: &'static str,
    name_en: &'static str,
    rules: &'static [Rule],
}

/// In the order of the domain study's section 3.2.
const FAMILIES: &[Family] = &[
    Family {
        name: "时限",
        name_en: "Time",
        rules: time::RULES,
    },
    Family {
        name: "程序",
        name_en: "Procedure",
        rules: procedure::RULES,
    },
    Family {
        name: "主体与人员",
        name_en: "Authority and persons",
        rules: authority::RULES,
    },
    Family {
        name: "裁量与钱款",
        name_en: "Discretion and money",
        rules: discretion::RULES,
    },
    Family {
        name: "数据质量",
        name_en: "Quality of data",
        rules: quality::RULES,
    },
    Family {
        name: "投诉与评价",
        name_en: "Complaints and ratings",
        rules: complaints::RULES,
    },
    Family {
        name: "履职",
        name_en: "Duties",
        rules: duties::RULES,
    },
    Family {
        name: "目录对应",
        name_en: "Alignment",
        rules: alignment::RULES,
    },
];

/// The families with their rules: name, English name, rules.
pub fn families() -> impl Iterator<Item = (&'static str, &'static str, &'static [Rule])> {
    let told = |family: &'static Family| (family.name, family.name_en, family.rules);
    FAMILIES.iter().map(told)
}

/// Every rule, family by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.rules)
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// Whether definitions may name this rule: one of the catalogue, or a site's own under [`LOCAL_PREFIX`].
pub fn is_known(id: &str) -> bool {
    let local = id
        .strip_prefix(LOCAL_PREFIX)
        .is_some_and(|own| !own.trim().is_empty());
    local || rule(id).is_some()
}

/// What a reminder asks for where the law knows no extension.
pub const IN_TIME: &str = "请在期限届满前办结。";

/// What the message of a reminder begins with, in place of its control point's name: that is named for the breach, and there is none
/// yet. Near: the due instant is still to come.
pub fn reminder_title(of: &str, near: bool) -> String {
    let noun = if near { NEAR } else { REMINDER };
    format!("{noun}（{of}）")
}

/// Whether the beginning of a message is that of a reminder.
pub fn is_reminder_title(title: &str) -> bool {
    let noun = title.split('（').next().unwrap_or_default();
    title.contains('（') && (noun == NEAR || noun == REMINDER)
}

const NEAR: &str = "临期提醒";
const REMINDER: &str = "提醒";

/// What stands in braces in a message and is no placeholder.
pub fn strange_placeholders(message: &str) -> Vec<&str> {
    let inside = message.split('{').skip(1);
    inside
        .map(|part| part.split('}').next().unwrap_or_default())
        .filter(|name| !["when", "what", "before"].contains(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::definitions::PowerType::{Coercion, Inspection, Licence, Other, Payment, Penalty};

    #[test]
    fn every_id_is_there_once() {
        let mut seen = BTreeSet::new();
        for id in rules().map(|r| r.id) {
            assert!(seen.insert(id), "{id} is there twice");
        }
    }

    #[test]
    fn every_rule_says_all_that_an_alert_needs() {
        for rule in rules() {
            let id = rule.id;
            let letter = id.trim_end_matches(|c: char| c.is_ascii_digit());
            assert!(
                letter.len() == 1 && id.len() > 1,
                "{id} is a letter and a number"
            );
            assert!(
                !id.starts_with(LOCAL_PREFIX),
                "{id} looks like a site's own"
            );
            for (what, text) in [
                ("name", rule.name),
                ("checks", rule.checks),
                ("remedy", rule.remedy),
            ] {
                assert!(is_chinese(text), "{id}: {what}: {text:?}");
            }
            assert!(rule.name_en.is_ascii() && rule.name_en.len() > 3, "{id}");
            assert!(!rule.evidence.is_empty(), "{id} carries no evidence");
            assert!(
                rule.checks.ends_with('。') && rule.remedy.ends_with('。'),
                "{id}: `checks` and `remedy` are sentences"
            );
            assert!(
                rule.message.is_empty() || rule.message.ends_with('。'),
                "{id}: `message` is a sentence"
            );
            let unknown = strange_placeholders(rule.message);
            assert!(unknown.is_empty(), "{id}: no placeholder {unknown:?}");
            let review = rule.level == crate::alert::Level::Review;
            assert!(
                rule.finding != FindingKind::Review || review,
                "{id}: what only asks for a look has the level review"
            );
        }
    }

    #[test]
    fn every_rule_shows_what_it_rests_on_and_cites_no_paper_that_binds_nobody() {
        for rule in rules() {
            assert!(!rule.legal_basis.is_empty(), "{} rests on nothing", rule.id);
            for power_type in [Licence, Penalty, Coercion, Payment, Inspection, Other] {
                let cited = rule.cited(Some(power_type)).unwrap_or_default();
                let papers = rule.legal_basis.iter().filter(|b| b.kind != BasisKind::Law);
                for paper in papers {
                    assert!(!cited.contains(paper.article), "{}: {cited}", rule.id);
                }
            }
        }
    }

    #[test]
    fn what_a_review_overturned_has_the_same_words_for_rules_and_inspections() {
        let f3 = rule("F3").expect("F3");
        let words: Vec<String> = crate::event::OVERTURNED
            .iter()
            .map(|word| format!("'{word}'"))
            .collect();
        let default = format!("event.result_code in [{}]", words.join(", "));
        assert_eq!(f3.parameters[0].default, default);
    }

    #[test]
    fn a_reminder_is_known_by_how_it_begins() {
        assert_eq!(reminder_title("许可决定", true), "临期提醒（许可决定）");
        assert!(is_reminder_title(&reminder_title("许可决定", true)));
        assert!(is_reminder_title(&reminder_title("特别程序", false)));
        assert!(!is_reminder_title("许可决定超期") && !is_reminder_title("提醒"));
    }

    #[test]
    fn a_sites_own_rule_needs_the_prefix() {
        assert!(is_known("T3") && is_known("L-白酒抽检"));
        assert!(!is_known("T99") && !is_known("L-") && !is_known("白酒抽检"));
    }

    fn is_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }
}
