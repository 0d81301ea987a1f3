//! Judging a case: walk what is new, allege, write the difference, set its timers.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::event::{CaseEvent, EventKind};
use mingjing_domain::fact::{CaseRecord, Cause, Fact};
use mingjing_domain::source::SourceClock;

use super::timers::move_timer;
use super::{CaseIx, Engine, SourceState};
use crate::allege::{Knowledge, allege};
use crate::fold::{Context, Fold};
use crate::life::{Occasion, Published, reconcile};
use crate::record::Surroundings;
use crate::rules::PlanIx;
use crate::show;

/// What a case is judged upon.
#[derive(Clone, Copy, Debug)]
pub(super) enum Upon {
    /// Time, a completion, other definitions: what turns out not to be so goes by itself.
    NothingTold,
    /// An event that reached the platform then, within the source's allowance or not.
    Event { came_at: Timestamp, in_time: bool },
}

/// The parts of a case that judging writes, and its source.
pub(super) struct Parts<'a> {
    fold: &'a mut Fold,
    pub(super) alerts: &'a mut Vec<Published>,
    stale: &'a mut bool,
    case_no: &'a str,
    pub(super) source: &'a SourceState,
}

impl Engine {
    /// Applies the last event of a case that was walked up to it.
    pub(super) fn append(&mut self, ix: CaseIx, place: u32) {
        let several_items = self.cases[ix].several_items;
        let plan = self.cases[ix].fold.plan;
        let (case, context) = self.parts(ix, plan, false);
        let event = context.history.event(place);
        // Another correction of what is taken back already may have been told before the first.
        let take_back = several_items
            || event.kind == EventKind::Corrected
            || case.fold.may_take_back(&event, &context)
            || case.fold.names_another_item(&event, &context);
        if !take_back && !case.fold.may_change_plan(&event, &context) {
            case.fold.apply(event, &context);
            return;
        }
        if take_back || self.plan_anew(ix) != plan {
            self.cases[ix].stale = true;
            return;
        }
        let (case, context) = self.parts(ix, plan, false);
        case.fold.apply(context.history.event(place), &context);
    }

    pub(super) fn judge_event(
        &mut self,
        ix: CaseIx,
        event: &CaseEvent<'_>,
        in_time: bool,
        facts: &mut Vec<Fact>,
    ) {
        // The id is copied only where something is alleged: most events allege nothing.
        let before = facts.len();
        let cause = Cause::Event {
            event_id: String::new(),
        };
        let came_at = event.received_at.floor_second();
        self.judge(ix, cause, Upon::Event { came_at, in_time }, facts);
        for fact in &mut facts[before..] {
            if let Fact::Alert {
                cause: Cause::Event { event_id },
                alert,
                ..
            } = fact
            {
                event_id.push_str(&event.event_id);
                fill_event_id(alert, &event.event_id);
            }
        }
        if facts.len() > before {
            for published in &mut self.cases[ix].alerts {
                fill_event_id(&mut published.record, &event.event_id);
                if let Some(said) = published.handled.as_mut().and_then(|h| h.said.as_mut()) {
                    fill_event_id(said, &event.event_id);
                }
            }
        }
    }

    pub(super) fn judge(&mut self, ix: CaseIx, cause: Cause, upon: Upon, facts: &mut Vec<Fact>) {
        self.counts.judged += 1;
        self.look_for_items(ix);
        let plan = self.plan(ix);
        let knowledge = self.knowledge(ix);
        let now = self.now_for(ix);
        let mut allegations = std::mem::take(&mut self.scratch);
        let (case, context) = self.parts(ix, plan, false);
        if std::mem::take(case.stale) {
            *case.fold = Fold::walk(plan, &context);
        }
        let (next, unsettled) = allege(case.fold, &context, &knowledge, &mut allegations);
        let before = facts.len();
        let mut because = None;
        if !allegations.is_empty() || !case.alerts.is_empty() {
            let began = context.history.first().map(|e| e.occurred_at);
            let supervised_from = case.source.source.supervised_from;
            let (withdraws, put_off) = match upon {
                Upon::Event { came_at, in_time } if !case.alerts.is_empty() => {
                    let points = case.fold.put_off(&context, came_at).into_iter();
                    let id = |point: u16| context.plan.points[usize::from(point)].id.clone();
                    (in_time, points.map(id).collect())
                }
                Upon::Event { in_time, .. } => (in_time, Vec::new()),
                Upon::NothingTold => (true, Vec::new()),
            };
            let occasion = Occasion {
                cause,
                withdraws,
                put_off,
                now,
                never_issue: supervised_from.is_some_and(|from| began.is_some_and(|b| b < from)),
            };
            let around = Surroundings {
                fold: case.fold,
                context: &context,
                source: &case.source.source.id,
                case_no: case.case_no,
            };
            reconcile(case.alerts, &allegations, &occasion, &around, facts);
            because = Some(occasion.cause);
        }
        allegations.clear();
        self.scratch = allegations;
        self.arm(ix, next, unsettled);
        if facts.len() > before {
            self.touch(ix);
            if let Some(cause) = because {
                self.follow_orders_of(ix, &cause, facts);
            }
        }
    }

    /// Computes a case's timers without judging it, after a restore.
    pub(crate) fn rearm(&mut self, ix: CaseIx) {
        if !self.may_judge(ix) {
            return;
        }
        self.look_for_items(ix);
        let plan = self.plan(ix);
        let knowledge = self.knowledge(ix);
        let mut allegations = std::mem::take(&mut self.scratch);
        let (case, context) = self.parts(ix, plan, false);
        *case.stale = false;
        *case.fold = Fold::walk(plan, &context);
        let (next, unsettled) = allege(case.fold, &context, &knowledge, &mut allegations);
        allegations.clear();
        self.scratch = allegations;
        self.arm(ix, next, unsettled);
    }

    /// Which items a case names is looked at when it is walked anew: what only goes on with it names no other.
    fn look_for_items(&mut self, ix: CaseIx) {
        if self.cases[ix].stale {
            self.cases[ix].several_items = self.names_several_items(ix);
        }
    }

    fn arm(&mut self, ix: CaseIx, next: Timestamp, unsettled: Timestamp) {
        let case = &mut self.cases[ix];
        let state = &mut self.sources[usize::from(case.source)];
        let timers = match state.source.clock {
            SourceClock::Declared => &mut state.timers,
            SourceClock::Live => &mut self.timers,
        };
        move_timer(timers, ix, case.next, next);
        move_timer(&mut state.unsettled, ix, case.unsettled, unsettled);
        (case.next, case.unsettled) = (next, unsettled);
    }

    pub(super) fn knowledge(&self, ix: CaseIx) -> Knowledge {
        let state = &self.sources[usize::from(self.cases[ix].source)];
        Knowledge {
            clock: self.clock_of(state),
            complete_until: state.complete_until,
            allowance_ms: state.source.delay_allowance_ms(),
        }
    }

    /// When something is concluded of a case: its clock, or before any tick its source's latest receipt.
    pub(super) fn now_for(&self, ix: CaseIx) -> Timestamp {
        let state = &self.sources[usize::from(self.cases[ix].source)];
        let clock = self.clock_of(state);
        if clock == Timestamp::MIN {
            state.last_received_at
        } else {
            clock
        }
    }

    fn clock_of(&self, state: &SourceState) -> Timestamp {
        match state.source.clock {
            SourceClock::Live => self.clock,
            SourceClock::Declared => state.complete_until,
        }
    }

    /// A declared source's case is judged only once the source has been complete.
    pub(super) fn may_judge(&self, ix: CaseIx) -> bool {
        let state = &self.sources[usize::from(self.cases[ix].source)];
        state.source.clock == SourceClock::Live || state.complete_until != Timestamp::MIN
    }

    /// A case's parts to write, and what a walk reads, borrowed apart.
    pub(super) fn parts(
        &mut self,
        ix: CaseIx,
        plan: PlanIx,
        keep_all: bool,
    ) -> (Parts<'_>, Context<'_>) {
        let looks = self.cases[ix].stale || self.cases[ix].several_items;
        let former = looks.then(|| self.former(ix)).flatten();
        let case = &mut self.cases[ix];
        let source = &self.sources[usize::from(case.source)];
        let context = Context {
            rules: &self.rules,
            plan: self.rules.plan(plan),
            history: case
                .history
                .read(source.acts(self.acts.all()))
                .with_names(&self.named_steps[plan as usize]),
            codes: &self.codes,
            texts: &self.texts,
            kept: self.kept,
            profiles: source.profiles(self.profiles.all()),
            step_of: &self.step_of[plan as usize],
            attribute_of: &self.attribute_of[plan as usize],
            step_symbol: &self.step_symbols[plan as usize],
            declared: source.source.clock == SourceClock::Declared,
            allowance_ms: source.source.delay_allowance_ms(),
            mapped_bodies: &source.source.mapping.orgs,
            mapped_specials: &source.source.mapping.specials,
            supposed: None,
            lacks: &source.source.lacks,
            former,
            keep_all,
        };
        let parts = Parts {
            fold: &mut case.fold,
            alerts: &mut case.alerts,
            stale: &mut case.stale,
            case_no: &case.case_no,
            source,
        };
        (parts, context)
    }

    /// The present state of a case, for those who read.
    pub(super) fn case_record(&mut self, ix: CaseIx) -> CaseRecord {
        let plan = self.plan(ix);
        let (case, context) = self.parts(ix, plan, true);
        show::case_record(&case.source.source.id, case.case_no, plan, &context)
    }
}

fn fill_event_id(record: &mut AlertRecord, id: &str) {
    let AlertRecord {
        withdrawn_reason,
        disposition,
        ..
    } = record;
    let told = disposition
        .iter_mut()
        .flat_map(|d| [&mut d.recheck_reason, &mut d.automatic.withdrawn_reason]);
    for reason in std::iter::once(withdrawn_reason).chain(told).flatten() {
        if reason.contains("（）") {
            *reason = reason.replacen("（）", &format!("（{id}）"), 1);
        }
    }
}
