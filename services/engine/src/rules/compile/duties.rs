//! Duties of the responsibility list: each expectation is a limit of its item.

use mingjing_domain::alert::Level;
use mingjing_domain::definitions::{
    Anchor, DefinitionSet, Document, Expectation, Judged, Limit, LimitKind, Occurrence, PowerItem,
    Problem, Responsibility, RungAt,
};
use mingjing_domain::limit::Budget;

use super::accounts::of_kinds;
use super::{Builder, ENDED_OTHERWISE, Home};
use crate::rules::plan::{Check, Duty, Ladder, TimedKind};

impl Builder<'_> {
    /// The duties of every item whose cases run under this plan.
    pub(super) fn duties(
        &mut self,
        place: u16,
        level: Level,
        within: Option<Budget>,
        home: &Home<'_>,
    ) -> Check {
        for item in self.items {
            let item = &item.value;
            if self
                .flowchart_id
                .is_some_and(|id| id != item.flowchart.text)
            {
                continue;
            }
            for responsibility in &item.responsibilities {
                let Some(expectation) = &responsibility.expectation else {
                    continue;
                };
                let ladder = Ladder {
                    rungs: vec![(level, RungAt::Statutory)],
                };
                let mut limit = limit(responsibility, expectation);
                limit.statutory = within.or(limit.statutory);
                self.timed(place, &limit, TimedKind::Overdue(ladder), home);
                if let Some(timed) = self.plan.timed.last_mut() {
                    timed.falls_by_default = expectation.falls_away_on.is_none();
                    timed.duty = Some(Duty {
                        item: item.code.text.clone(),
                        id: expectation.id.text.clone(),
                        body: responsibility.body.as_ref().map(|b| b.text.clone()),
                        accountability: responsibility.accountability.clone(),
                    });
                }
            }
        }
        Check::Timed
    }
}

fn limit(responsibility: &Responsibility, expectation: &Expectation) -> Limit {
    let named = |kind| {
        let mut anchors = expectation.trigger.iter().chain(&expectation.owed);
        anchors.any(|a: &Anchor| a.kind == Some(kind) && a.step.is_none())
    };
    let falls_away_on = expectation.falls_away_on.clone().unwrap_or_else(|| {
        let kinds = ENDED_OTHERWISE.into_iter().filter(|kind| !named(*kind));
        of_kinds(&kinds.collect::<Vec<_>>())
    });
    Limit {
        id: expectation.id.clone(),
        name: responsibility.duty.clone(),
        kind: LimitKind::Stage,
        step: None,
        from: expectation.trigger.clone(),
        starts_when: None,
        deemed_from: None,
        to: expectation.owed.clone(),
        occurrence: Occurrence::Each,
        statutory: Some(expectation.within),
        promised: None,
        at_least: None,
        in_full: false,
        own_deadline: None,
        judged: Judged::Always,
        falls_away_when: None,
        falls_away_on: Some(falls_away_on),
        suspended_by: Some(Vec::new()),
        extended_by: Some(Vec::new()),
        supplement_rebases: false,
        legal_basis: responsibility.basis.clone(),
        office: None,
    }
}

/// What is wrong with an item's responsibility list.
pub(super) fn check_responsibilities(
    set: &DefinitionSet,
    document: &Document<PowerItem>,
    problems: &mut Vec<Problem>,
) {
    let item = &document.value;
    let versions = || {
        let all = set.flowcharts.iter().map(|f| &f.value);
        all.filter(|f| f.id.text == item.flowchart.text)
    };
    let mut ids: Vec<&str> = Vec::new();
    for responsibility in &item.responsibilities {
        if let Some(body) = &responsibility.body
            && !set.bodies.iter().any(|b| b.value.code.text == body.text)
        {
            let message = format!("unknown body {:?}", body.text);
            problems.push(document.problem(body.line, message));
        }
        let Some(expectation) = &responsibility.expectation else {
            continue;
        };
        let id = &expectation.id;
        if ids.contains(&id.text.as_str()) {
            let message = format!("expectation {:?} is defined twice", id.text);
            problems.push(document.problem(id.line, message));
        }
        ids.push(&id.text);
        if expectation.trigger.is_empty() || expectation.owed.is_empty() {
            let message = format!("expectation {:?} needs `trigger` and `owed`", id.text);
            problems.push(document.problem(id.line, message));
        }
        let falls_away_on = expectation.falls_away_on.iter().flatten();
        let anchors = expectation.trigger.iter().chain(&expectation.owed);
        for anchor in anchors.chain(falls_away_on) {
            let Some(step) = &anchor.step else { continue };
            let exists = |f: &mingjing_domain::definitions::Flowchart| {
                f.steps.iter().any(|s| s.code.text == *step)
            };
            if !versions().any(exists) {
                let message = format!("unknown step {step:?}");
                problems.push(document.problem(anchor.line, message));
            }
        }
    }
}
