//! Findings that only running shows: items of the list that were never run (domain study 7, no. 16: the list is not what is run),
//! and cases whose codes no definition knows.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Anchor, DefinitionSet, Document, PowerItem, Problem};

/// What a set's cases showed on days from one to another, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Cases that were begun or open, by the code of their item.
    pub run: BTreeMap<String, u64>,
    /// What else those cases bear.
    pub borne: Vec<Borne>,
}

/// A code that cases of one item and source bear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Borne {
    /// The source.
    pub source: String,
    /// The cases' item.
    pub item: String,
    /// What the code stands for.
    pub what: CodeOf,
    /// The code.
    pub code: String,
    /// How many cases bear it.
    pub cases: u64,
}

/// What a code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeOf {
    /// 办理机关.
    Body,
    /// 环节.
    Step,
}

impl Usage {
    /// Items that were in the list on a day of the window.
    pub fn listed<'s>(
        &self,
        set: &'s DefinitionSet,
    ) -> impl Iterator<Item = &'s Document<PowerItem>> + use<'s> {
        let (from, to) = (self.from, self.to);
        set.items.iter().filter(move |document| {
            let item = &document.value;
            item.effective_from <= to && item.effective_to.is_none_or(|ended| ended >= from)
        })
    }

    /// Those of them without a case.
    pub fn never_run<'s>(&self, set: &'s DefinitionSet) -> Vec<&'s Document<PowerItem>> {
        self.listed(set)
            .filter(|document| !self.run.contains_key(&document.value.code.text))
            .collect()
    }

    /// Every finding, in file order. What cases bear of an item that is not in the list is told of their source, where the set declares it.
    pub fn findings(&self, set: &DefinitionSet) -> Vec<Problem> {
        let mut findings = Vec::new();
        for document in self.never_run(set) {
            let item = &document.value;
            let since = item.effective_from.max(self.from);
            let message = format!(
                "item {:?} ({}) was never run between {since} and {}: is it still exercised, and does its source send it under this code?",
                item.code.text, item.name, self.to
            );
            findings.push(document.problem(item.code.line, message));
        }
        let mut unlisted: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for borne in &self.borne {
            let item = set.items.iter().find(|i| *i.value.code == borne.item);
            match item {
                None => {
                    let cases = unlisted.entry((&borne.source, &borne.item)).or_default();
                    *cases = (*cases).max(borne.cases);
                }
                Some(document) => findings.extend(unknown(borne, document, set)),
            }
        }
        for ((source, item), cases) in unlisted {
            let message = format!(
                "{cases} cases of source {source:?} bear the item {item:?}, which is not in the list: list it, or map the source's code"
            );
            let declared = set.sources.iter().find(|s| s.value.id == source);
            findings.push(match declared {
                Some(document) => document.problem(0, message),
                None => Problem {
                    file: format!("source {source}"),
                    line: 0,
                    message,
                },
            });
        }
        findings.sort();
        findings.dedup();
        findings
    }
}

/// A code of a listed item's cases that no definition knows.
fn unknown(borne: &Borne, item: &Document<PowerItem>, set: &DefinitionSet) -> Option<Problem> {
    let Borne {
        source,
        code,
        cases,
        ..
    } = borne;
    let value = &item.value;
    let message = match borne.what {
        CodeOf::Body if set.bodies.iter().any(|body| *body.value.code == *code) => return None,
        CodeOf::Body => format!(
            "{cases} cases of item {:?} from source {source:?} bear the body {code:?}, which no definition knows",
            value.code.text
        ),
        CodeOf::Step => {
            let mut charts = set
                .flowcharts
                .iter()
                .map(|chart| &chart.value)
                .filter(|chart| chart.id == value.flowchart)
                .peekable();
            charts.peek()?;
            let known = |anchor: &Anchor| anchor.step.as_deref() == Some(code.as_str());
            if charts.any(|chart| {
                chart.steps.iter().any(|step| *step.code == *code)
                    || chart.limits.iter().any(|limit| limit.to.iter().any(known))
            }) {
                return None;
            }
            format!(
                "{cases} cases of item {:?} from source {source:?} were in the step {code:?}, which no version of flowchart {:?} has",
                value.code.text, value.flowchart.text
            )
        }
    };
    Some(item.problem(value.code.line, message))
}

#[cfg(test)]
mod tests {
    use super::super::DefinitionFile;
    use super::*;

    const SET: &str = "kind: body
code: b
name: b
region: '5105'
---
kind: item
code: used
name: 用
power_type: licence
level: city
region: '5105'
executing_body: b
legal_basis: [x]
effective_from: 2015-01-01
flowchart: c
---
kind: item
code: idle
name: 闲
power_type: licence
level: city
region: '5105'
executing_body: b
legal_basis: [x]
effective_from: 2026-03-01
flowchart: c
---
kind: flowchart
id: c
version: '1'
name: c
effective_from: 2015-01-01
steps: [{code: accept, name: a}]
---
kind: source
id: s
";

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn told(usage: &Usage) -> Vec<String> {
        let (set, problems) = DefinitionSet::read(vec![DefinitionFile {
            name: "a.yaml".into(),
            text: SET.into(),
        }]);
        assert_eq!(problems, []);
        usage.findings(&set).iter().map(|f| f.to_string()).collect()
    }

    fn borne(source: &str, item: &str, what: CodeOf, code: &str) -> Borne {
        Borne {
            source: source.into(),
            item: item.into(),
            what,
            code: code.into(),
            cases: 3,
        }
    }

    fn usage(borne: Vec<Borne>) -> Usage {
        Usage {
            from: date("2026-01-01"),
            to: date("2026-12-31"),
            run: [("used".to_owned(), 3), ("idle".to_owned(), 1)].into(),
            borne,
        }
    }

    #[test]
    fn what_is_run_with_known_codes_is_no_finding() {
        let known = vec![
            borne("s", "used", CodeOf::Body, "b"),
            borne("s", "used", CodeOf::Step, "accept"),
        ];
        assert_eq!(told(&usage(known)), [""; 0]);
    }

    #[test]
    fn an_item_without_a_case_is_told_where_it_stands_while_it_is_listed() {
        let mut idle = usage(Vec::new());
        idle.run.remove("idle");
        let found = told(&idle);
        assert!(
            found.len() == 1
                && found[0].starts_with(
                    "a.yaml:18: item \"idle\" (闲) was never run between 2026-03-01 and 2026-12-31"
                ),
            "{found:?}"
        );
        // Before it came into the list nobody could run it.
        idle.to = date("2026-02-28");
        assert_eq!(told(&idle), [""; 0]);
    }

    #[test]
    fn codes_that_no_definition_knows_are_told_at_the_item_or_the_source() {
        let unknown = vec![
            borne("s", "used", CodeOf::Body, "nobody"),
            borne("s", "used", CodeOf::Step, "survey"),
            borne("s", "other", CodeOf::Body, "b"),
            borne("t", "other", CodeOf::Step, "x"),
        ];
        let found = told(&usage(unknown));
        let starts = [
            "a.yaml:35: 3 cases of source \"s\" bear the item \"other\"",
            "a.yaml:7: 3 cases of item \"used\" from source \"s\" bear the body \"nobody\"",
            "a.yaml:7: 3 cases of item \"used\" from source \"s\" were in the step \"survey\"",
            "source t:0: 3 cases of source \"t\" bear the item \"other\"",
        ];
        assert_eq!(found.len(), starts.len(), "{found:#?}");
        for start in starts {
            assert!(
                found.iter().any(|f| f.starts_with(start)),
                "{start}: {found:#?}"
            );
        }
    }
}
