//! A case as a question is asked about it: what its walk reads, what was published, what is known.

use mingjing_domain::source::Source;

use super::Engine;
use crate::allege::Knowledge;
use crate::fold::Context;
use crate::life::Published;
use crate::rules::PlanIx;

/// A case with everything that a verdict on it rests on.
pub(crate) struct Question<'a> {
    /// For a walk that keeps what was done in time.
    pub(crate) context: Context<'a>,
    pub(crate) plan: PlanIx,
    pub(crate) knowledge: Knowledge,
    pub(crate) alerts: &'a [Published],
    pub(crate) source: &'a Source,
    /// False while it waits for its declared source's completion: what is published is of before.
    pub(crate) judged: bool,
}

impl Engine {
    /// Asks about a case; none where no event of it counts or ever did.
    pub(crate) fn ask<T>(
        &mut self,
        source: &str,
        case_no: &str,
        with: impl FnOnce(Question<'_>) -> T,
    ) -> Option<T> {
        let source = *self.source_ix.get(source)?;
        let ix = self.find_case(source, case_no)?;
        let judged = self.may_judge(ix) && !self.sources[usize::from(source)].waiting.contains(&ix);
        let plan = self.plan(ix);
        let knowledge = self.knowledge(ix);
        let (parts, context) = self.parts(ix, plan, true);
        Some(with(Question {
            context,
            plan,
            knowledge,
            alerts: parts.alerts,
            source: &parts.source.source,
            judged,
        }))
    }
}
