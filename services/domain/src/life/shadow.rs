//! The definitions in force with a draft among them, as if it had been in force from a day on.
//!
//! A draft begins to work in the future, and a case keeps the version of its day: judged by the set as it will be published, no case of
//! today would show any difference.

use chrono::NaiveDate;

use super::{Kind, Life, Subject, compose};
use crate::definitions::{DefinitionFile, DefinitionSet, Document, Problem};

/// The set that cases since `from` would be judged by. Of a kind with versions, the draft's counts for them instead of those that came
/// into force since then; what began earlier keeps the version it had.
pub fn as_if_in_force(
    files: &[DefinitionFile],
    life: &Life,
    text: &str,
    from: NaiveDate,
) -> (DefinitionSet, Vec<Problem>) {
    let (mut set, problems) = DefinitionSet::read(compose(files, life, text));
    let drafted = &life.subjects;
    forward(
        &mut set.flowcharts,
        of(drafted, Kind::Flowchart),
        |f| (&*f.id, &*f.version),
        |f| &mut f.effective_from,
        from,
    );
    forward(
        &mut set.discretions,
        of(drafted, Kind::Discretion),
        |d| (&*d.id, &*d.version),
        |d| &mut d.effective_from,
        from,
    );
    forward(
        &mut set.fees,
        of(drafted, Kind::Fees),
        |f| (&*f.id, &*f.version),
        |f| &mut f.effective_from,
        from,
    );
    forward(
        &mut set.rule_settings,
        of(drafted, Kind::RuleSettings),
        |s| (&*s.id, &*s.version),
        |s| &mut s.effective_from,
        from,
    );
    for item in set.items.iter_mut().map(|document| &mut document.value) {
        if of(drafted, Kind::Item).any(|subject| subject.id == *item.code) {
            item.effective_from = item.effective_from.min(from);
        }
    }
    (set, problems)
}

fn of(drafted: &[Subject], kind: Kind) -> impl Iterator<Item = &Subject> + Clone {
    drafted.iter().filter(move |subject| subject.kind == kind)
}

/// Lets the drafted versions begin on this day, and takes out those of the same ids that would take their place.
fn forward<'s, T>(
    documents: &mut Vec<Document<T>>,
    drafted: impl Iterator<Item = &'s Subject> + Clone,
    named: impl Fn(&T) -> (&str, &str),
    begins: impl Fn(&mut T) -> &mut NaiveDate,
    from: NaiveDate,
) {
    documents.retain_mut(|document| {
        let (of_draft, is_draft) = {
            let (id, version) = named(&document.value);
            let of_id = drafted.clone().filter(|subject| subject.id == id);
            let versions: Vec<Option<&str>> = of_id.map(|s| s.version.as_deref()).collect();
            (!versions.is_empty(), versions.contains(&Some(version)))
        };
        let begins = begins(&mut document.value);
        if is_draft {
            *begins = from.min(*begins);
        }
        is_draft || !of_draft || *begins < from
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::life::{Act, Actor, Content, Record};

    fn chart(version: &str, from: &str) -> String {
        format!(
            "kind: flowchart\nid: relief\nversion: '{version}'\nname: 救助流程\neffective_from: {from}\nsteps:\n  - {{code: review, name: 审核, no_limit: 由办结时限约束}}\n"
        )
    }

    fn draft(text: &str) -> Life {
        let content = Content::read("text", text).expect("a draft");
        let record = Record {
            at: Timestamp::from_millis(0),
            day: "2026-07-01".parse().expect("a date"),
            who: Actor::default(),
            why: "测试".into(),
            key: None,
            act: Act::Drafted {
                subjects: content.subjects,
                text: "t".into(),
            },
        };
        Life::of("d", vec![record]).expect("it begins with a draft")
    }

    #[test]
    fn the_draft_counts_from_the_day_on_and_what_was_in_force_before_stays() {
        let in_force = [
            ("1", "2020-01-01"),
            ("2", "2026-05-01"),
            ("3", "2026-07-01"),
        ];
        let texts = in_force.map(|(version, from)| chart(version, from));
        let files = [DefinitionFile {
            name: "city/relief.yaml".into(),
            text: texts.join("---\n"),
        }];
        let text = chart("4", "2026-09-01");
        let from = "2026-06-15".parse().expect("a date");
        let (set, problems) = as_if_in_force(&files, &draft(&text), &text, from);
        assert_eq!(problems, []);
        let mut versions: Vec<_> = set
            .flowcharts
            .iter()
            .map(|d| (d.value.version.as_str(), d.value.effective_from.to_string()))
            .collect();
        versions.sort();
        let wanted = [
            ("1", "2020-01-01".to_owned()),
            ("2", "2026-05-01".to_owned()),
            ("4", "2026-06-15".to_owned()),
        ];
        assert_eq!(versions, wanted);
    }
}
