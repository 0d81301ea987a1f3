//! What is read day by day, gathered into a plan.

use chrono::NaiveDate;
use mingjing_domain::calendar::{OffBlock, YearPlan};

use super::DayProblem;

/// A plan that grows, and what was wrong on the way.
#[derive(Default)]
pub(super) struct Gathered {
    plan: YearPlan,
    problems: Vec<DayProblem>,
}

impl Gathered {
    pub(super) fn off(&mut self, name: &str, from: NaiveDate, to: NaiveDate) {
        // Days that follow each other under one name are one run.
        let run = self.plan.off.last_mut();
        match run.filter(|run| run.name == name && run.to.succ_opt() == Some(from)) {
            Some(run) => run.to = to,
            None => self.plan.off.push(OffBlock {
                from,
                to,
                name: name.to_owned(),
            }),
        }
    }

    pub(super) fn work(&mut self, day: NaiveDate) {
        self.plan.work.push(day);
    }

    pub(super) fn problem(&mut self, line: u32, message: impl Into<String>) {
        self.problems.push(DayProblem {
            line,
            message: message.into(),
        });
    }

    /// The plan in order of its days, or every problem.
    pub(super) fn done(mut self, nothing: &str) -> Result<YearPlan, Vec<DayProblem>> {
        if self.problems.is_empty() && self.plan.off.is_empty() && self.plan.work.is_empty() {
            self.problem(1, nothing);
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        self.plan.off.sort_by_key(|run| run.from);
        self.plan.work.sort();
        Ok(self.plan)
    }
}
