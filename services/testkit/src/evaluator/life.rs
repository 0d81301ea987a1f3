//! The slow life of alerts: evaluate everything anew after every input, and fold the answers.
//!
//! One [`SlowEngine`] is one partition. It owns the arrivals, the clock, what sources declared, and where every
//! alert stands; it prints no facts and keeps no dates of the alerts' own life, because two alert sets are equal
//! without them.

mod manual;
mod orders;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{Level, Status};
use mingjing_domain::command::{Act, Command, Finding, finding_id};
use mingjing_domain::disposition::{
    Disposal, DispositionState, MANUAL_POINT, ORDER_POINT, RefusedBecause,
};
use mingjing_domain::event::{CaseEvent, EventKind};
use mingjing_domain::source::{Source, SourceClock};

use super::dispositions::Deeds;
use super::history::content;
use super::{Definitions, Moment, SlowEvaluator, State, Wanted};

/// The clock before the first tick; far from the end of the range, so that it can be reckoned with.
const BEFORE_EVERY_TICK: Timestamp = Timestamp::from_millis(i64::MIN / 4);

/// What names an alert.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlertKey {
    /// The source.
    pub source: String,
    /// The case.
    pub case_no: String,
    /// The control point's id.
    pub control_point: String,
    /// The step, empty for the whole case.
    pub step: String,
    /// From 1.
    pub visit: u16,
}

/// Where an alert stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertStand {
    /// How grave.
    pub level: Level,
    /// Its place in its life.
    pub status: Status,
    /// The last second in time.
    pub due_at: Option<Timestamp>,
    /// The instant it became true.
    pub breached_at: Option<Timestamp>,
    /// When the late thing was done after all.
    pub completed_at: Option<Timestamp>,
    /// In review because it was not so after all, by a later entry (rather than because the point asks for a person).
    pub doubted: bool,
}

/// What changed, as far as it decides what becomes of an alert that is not so after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Nobody wrote anything late: calendar, definitions, a completion, an event within the allowance.
    InOrder,
    /// An event beyond the allowance.
    LateEntry,
}

/// A partition, the slow way.
#[derive(Clone)]
pub struct SlowEngine {
    definitions: Rc<Definitions>,
    clock: Timestamp,
    sources: BTreeMap<String, Source>,
    complete_until: BTreeMap<String, Timestamp>,
    cases: BTreeMap<(String, String), Vec<CaseEvent<'static>>>,
    /// Cases of declared sources with events since the source's last completion.
    waiting: BTreeSet<(String, String)>,
    alerts: BTreeMap<AlertKey, AlertStand>,
    /// Since when each that is out is out.
    out_at: BTreeMap<AlertKey, Timestamp>,
    /// The item that each names, as of when it last changed.
    items: BTreeMap<AlertKey, String>,
    /// Every command of an inspection that arrived.
    commands: Vec<Command>,
    /// What people did.
    deeds: BTreeMap<AlertKey, Deeds>,
    /// Why the last command of a person was refused; none where it was applied.
    answer: Option<Option<RefusedBecause>>,
}

impl SlowEngine {
    /// A partition that has read nothing.
    pub fn new(definitions: Rc<Definitions>) -> Self {
        Self {
            sources: defined(&definitions),
            definitions,
            clock: BEFORE_EVERY_TICK,
            complete_until: BTreeMap::new(),
            cases: BTreeMap::new(),
            waiting: BTreeSet::new(),
            alerts: BTreeMap::new(),
            out_at: BTreeMap::new(),
            items: BTreeMap::new(),
            commands: Vec::new(),
            deeds: BTreeMap::new(),
            answer: None,
        }
    }

    /// Every alert, in any state, as published: with what people did laid over it, and where it stands with them.
    pub fn alerts(&self) -> Vec<(AlertKey, AlertStand, Option<DispositionState>)> {
        let all = self.alerts.iter().map(|(key, alone)| {
            let deeds = self.deeds.get(key).cloned().unwrap_or_default();
            let shown = deeds.shown(alone, self.out_at.get(key).copied());
            let stand = AlertStand {
                status: shown.status,
                ..alone.clone()
            };
            (key.clone(), stand, shown.state)
        });
        all.collect()
    }

    /// What the last command of a person came to: `applied`, or the code of why it was refused.
    pub fn answer(&self) -> Option<&'static str> {
        self.answer
            .map(|refused| refused.map_or("applied", RefusedBecause::code))
    }

    /// What should be alleged of a case now; nothing where it is not judged yet.
    pub fn wanted(&self, source: &str, case_no: &str) -> Vec<Wanted> {
        let source = self.source(source);
        let arrivals = self.cases.get(&(source.id.clone(), case_no.to_owned()));
        let (Some(arrivals), Some(moment)) = (arrivals, self.moment(&source)) else {
            return Vec::new();
        };
        SlowEvaluator::new(&self.definitions).wanted(arrivals, moment)
    }

    /// An event arrived.
    pub fn event(&mut self, event: &CaseEvent<'static>) {
        let source = self.source(&event.source);
        let key = (source.id.clone(), event.case_no.to_string());
        let cause = self.cause(&source, event);
        let is_new = self.known(&key, &event.event_id).is_none_or(|kept| {
            let number = |e: &&CaseEvent<'static>| {
                e.data_version == kept.data_version && content(e) == content(kept)
            };
            let of_case = self.cases.get(&key).into_iter().flatten();
            let smallest = of_case.filter(number).map(|e| e.source_seq).min();
            // A version that came after a greater one is known from now on.
            let of_case = self.cases.get(&key).into_iter().flatten();
            let is_this = |e: &&CaseEvent<'static>| {
                (&e.event_id, e.data_version) == (&event.event_id, event.data_version)
            };
            let is_known = of_case.filter(is_this).count() > 0;
            event.data_version > kept.data_version
                || event.data_version < kept.data_version && !is_known
                || event.data_version == kept.data_version
                    && (content(event) != content(kept) || Some(event.source_seq) < smallest)
        });
        self.cases
            .entry(key.clone())
            .or_default()
            .push(event.clone());
        match source.clock {
            SourceClock::Live => {
                let put_off = self.put_off(&key, event);
                self.judge(&key, cause, &put_off);
            }
            SourceClock::Declared if is_new => drop(self.waiting.insert(key)),
            SourceClock::Declared => {}
        }
        self.judge_orders();
    }

    /// A source said that it is complete up to an instant.
    pub fn complete_until(&mut self, source: &str, until: Timestamp) {
        let known = self
            .complete_until
            .entry(source.to_owned())
            .or_insert(until);
        *known = until.max(*known);
        self.waiting.retain(|(of, _)| of != source);
        self.judge_all(|s| s.id == source);
    }

    /// A source declared itself. What the definitions declare, they alone do.
    pub fn declared(&mut self, source: &Source) {
        if self.definitions.source(&source.id).is_some() {
            return;
        }
        self.sources.insert(source.id.clone(), source.clone());
        self.judge_all(|s| s.id == source.id);
    }

    /// Time passed.
    pub fn tick(&mut self, clock: Timestamp) {
        self.clock = clock.max(self.clock);
        self.judge_all(|s| s.clock == SourceClock::Live);
    }

    /// Definitions or a calendar came into force.
    pub fn activated(&mut self, definitions: Rc<Definitions>) {
        self.sources.extend(defined(&definitions));
        self.definitions = definitions;
        self.judge_all(|_| true);
    }

    /// A command arrived: of all about the same subject, rule and window the one that was decided last counts.
    pub fn command(&mut self, command: &Command) {
        if let Act::Dispose { alert_id, disposal } = &command.what {
            return self.dispose(command, alert_id, disposal);
        }
        if let Act::Raise { alert } = &command.what {
            return self.raise(command, alert);
        }
        self.commands.push(command.clone());
        let about =
            |c: &&Command| c.subject == command.subject && c.what.about() == command.what.about();
        let all = self.commands.iter().filter(about);
        let Some(last) = all
            .max_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)))
            .cloned()
        else {
            return;
        };
        let Some((rule, window)) = last.what.about() else {
            return;
        };
        let before = self.alerts.clone();
        let key = AlertKey {
            source: last.subject.source.clone(),
            case_no: last.subject.key.clone(),
            control_point: format!("inspection/{rule}"),
            step: window.to_owned(),
            visit: 1,
        };
        let stand = |finding: &Finding, status| AlertStand {
            level: finding.level,
            status,
            due_at: None,
            breached_at: finding.breached_at,
            completed_at: None,
            doubted: false,
        };
        if let Act::Found { finding } | Act::Over { finding, .. } = &last.what {
            self.names_item(&key, finding.item_code.clone());
        }
        match &last.what {
            Act::Found { finding } if finding.level == Level::Review => {
                self.alerts.insert(key, stand(finding, Status::Review));
            }
            Act::Found { finding } => {
                self.alerts.insert(key, stand(finding, Status::Issued));
            }
            Act::Over { finding, .. } => {
                self.alerts.insert(key, stand(finding, Status::Ended));
            }
            Act::NotFound { .. } => {
                if let Some(stand) = self.alerts.get_mut(&key) {
                    stand.status = Status::Withdrawn;
                }
            }
            Act::Dispose { .. } | Act::Raise { .. } => {}
        }
        let now = match self.clock {
            BEFORE_EVERY_TICK => last.at,
            clock => clock,
        };
        self.note_what_went_out(&before, now, Goes::OutAgain);
        self.judge_orders();
    }

    /// Since when what is out is out. What was taken back and is so again goes out anew, but for an inspection's.
    fn note_what_went_out(
        &mut self,
        before: &BTreeMap<AlertKey, AlertStand>,
        now: Timestamp,
        goes: Goes,
    ) {
        for (key, stand) in &self.alerts {
            let was = before.get(key).map(|stand| stand.status);
            let taken_back = |status| matches!(status, Status::Withdrawn | Status::Cancelled);
            let again = was.is_some_and(taken_back) && !taken_back(stand.status);
            if again {
                self.out_at.remove(key);
            }
            let is_out = match goes {
                Goes::Out => stand.status == Status::Issued,
                // An inspection's alert, or one about an order, goes out with whatever it says but 待核.
                Goes::OutAgain => stand.level != Level::Review,
            };
            if is_out && before.get(key) != Some(stand) && !taken_back(stand.status) {
                self.out_at.entry(key.clone()).or_insert(now);
            }
        }
    }

    fn dispose(&mut self, command: &Command, alert_id: &str, disposal: &Disposal) {
        let named = |key: &&AlertKey| match key.control_point.strip_prefix("inspection/") {
            Some(rule) => {
                let subject = &command.subject;
                (&key.source, &key.case_no) == (&subject.source, &subject.key)
                    && finding_id(subject, rule, &key.step) == alert_id
            }
            None => {
                alert_id
                    == mingjing_domain::ids::alert_id(
                        &key.source,
                        &key.case_no,
                        &key.control_point,
                        &key.step,
                        key.visit,
                    )
            }
        };
        let Some(key) = self.alerts.keys().find(named).cloned() else {
            self.answer = Some(Some(RefusedBecause::NoSuchAlert));
            return;
        };
        let deeds = self.deeds.entry(key.clone()).or_default();
        deeds.about_order = key.control_point == ORDER_POINT;
        let refused = deeds.command(
            command,
            disposal,
            &self.alerts[&key],
            self.out_at.get(&key).copied(),
            &self.definitions,
            self.items.get(&key).map(String::as_str),
        );
        self.answer = Some(refused);
        self.judge_orders();
    }

    fn source(&self, id: &str) -> Source {
        self.sources
            .get(id)
            .cloned()
            .unwrap_or_else(|| Source::new(id, SourceClock::Live))
    }

    /// Live sources are judged by the clock, declared ones at their last completion.
    fn moment<'a>(&self, source: &'a Source) -> Option<Moment<'a>> {
        let complete_until = self.complete_until.get(&source.id).copied();
        let clock = match source.clock {
            SourceClock::Live => self.clock,
            SourceClock::Declared => complete_until?,
        };
        Some(Moment {
            clock,
            complete_until: complete_until.unwrap_or(Timestamp::MIN),
            source,
        })
    }

    /// Whether an event came within the declared delay of its business time: of a re-sent record the earlier
    /// one, of a correction that of the event it corrects.
    fn cause(&self, source: &Source, event: &CaseEvent<'static>) -> Cause {
        let key = (source.id.clone(), event.case_no.to_string());
        let known = |id: &str| self.known(&key, id);
        let own = event.occurred_at;
        let base = match (event.kind, event.data.corrects.as_deref()) {
            (EventKind::Corrected, Some(target)) => known(target).map_or(own, |e| e.occurred_at),
            _ => known(&event.event_id).map_or(own, |e| e.occurred_at.min(own)),
        };
        let allowed = base.plus_millis(source.delay_allowance_ms());
        match event.received_at <= allowed && event.entered_at.is_none_or(|at| at <= allowed) {
            true => Cause::InOrder,
            false => Cause::LateEntry,
        }
    }

    /// What is known of an event id of a case: the first arrival of the greatest version.
    fn known(&self, case: &(String, String), id: &str) -> Option<&CaseEvent<'static>> {
        let arrivals = self.cases.get(case).into_iter().flatten();
        let of_id = arrivals.filter(|e| *e.event_id == *id);
        // `max_by_key` would answer with the last one.
        of_id.reduce(|kept, e| {
            if e.data_version > kept.data_version {
                e
            } else {
                kept
            }
        })
    }

    fn judge_all(&mut self, of: impl Fn(&Source) -> bool) {
        let is_due =
            |key: &&(String, String)| of(&self.source(&key.0)) && !self.waiting.contains(key);
        let keys: Vec<_> = self.cases.keys().filter(is_due).cloned().collect();
        for key in keys {
            self.judge(&key, Cause::InOrder, &[]);
        }
        self.judge_orders();
    }

    /// The control points of limits whose own deadline an event puts off, later than that could be put right.
    fn put_off(&self, case: &(String, String), event: &CaseEvent<'static>) -> Vec<String> {
        let source = self.source(&case.0);
        let arrivals = self.cases.get(case);
        let (Some(arrivals), Some(moment)) = (arrivals, self.moment(&source)) else {
            return Vec::new();
        };
        let evaluator = SlowEvaluator::new(&self.definitions);
        evaluator.put_off(arrivals, moment, event.received_at)
    }

    /// Judges a case anew. A breach at one of the points that were put off is not taken back by what put it off.
    fn judge(&mut self, case: &(String, String), cause: Cause, put_off: &[String]) {
        if self.moment(&self.source(&case.0)).is_none() {
            return;
        }
        let before = self.alerts.clone();
        let item = self.item_of(case);
        let mut named: Vec<AlertKey> = Vec::new();
        let mut wanted: BTreeMap<AlertKey, Wanted> = self
            .wanted(&case.0, &case.1)
            .into_iter()
            .map(|w| (key(case, &w), w))
            .collect();
        for (key, stand) in &mut self.alerts {
            let of_people = [ORDER_POINT, MANUAL_POINT].contains(&key.control_point.as_str());
            let beside = key.control_point.starts_with("inspection/") || of_people;
            if (&key.source, &key.case_no) == (&case.0, &case.1) && !beside {
                let is_put_off = put_off.contains(&key.control_point);
                let cause = match is_put_off && stand.breached_at.is_some() {
                    true => Cause::LateEntry,
                    false => cause,
                };
                let follows = fold(stand, wanted.remove(key).as_ref(), cause);
                if follows && before.get(key) != Some(&*stand) {
                    named.push(key.clone());
                }
            }
        }
        for (key, wanted) in wanted {
            if let Some(stand) = raised(&wanted) {
                named.push(key.clone());
                self.alerts.insert(key, stand);
            }
        }
        for key in named {
            self.names_item(&key, item.clone());
        }
        let now = self.now(&case.0);
        self.note_what_went_out(&before, now, Goes::Out);
    }

    /// The first item that a case's records name, in our codes.
    fn item_of(&self, case: &(String, String)) -> Option<String> {
        let arrivals = self.cases.get(case)?;
        super::item_named(arrivals, &self.source(&case.0))
    }

    fn names_item(&mut self, key: &AlertKey, item: Option<String>) {
        match item {
            Some(item) => drop(self.items.insert(key.clone(), item)),
            None => drop(self.items.remove(key)),
        }
    }

    /// When something is concluded of a source's case: its clock, or before any tick its latest receipt.
    fn now(&self, source: &str) -> Timestamp {
        let source = self.source(source);
        let moment = self.moment(&source).map(|moment| moment.clock);
        match moment.filter(|clock| *clock != BEFORE_EVERY_TICK) {
            Some(clock) => clock,
            None => {
                let of_source = self.cases.iter().filter(|((of, _), _)| *of == source.id);
                let receipts = of_source
                    .flat_map(|(_, events)| events)
                    .map(|e| e.received_at);
                receipts.max().unwrap_or(BEFORE_EVERY_TICK)
            }
        }
    }
}

/// Which alerts go out with which status.
#[derive(Clone, Copy)]
enum Goes {
    Out,
    OutAgain,
}

/// The sources that definitions declare, by id.
fn defined(definitions: &Definitions) -> BTreeMap<String, Source> {
    let sources = definitions.set().sources.iter().map(|d| &d.value);
    sources.map(|s| (s.id.clone(), s.clone())).collect()
}

fn key(case: &(String, String), wanted: &Wanted) -> AlertKey {
    AlertKey {
        source: case.0.clone(),
        case_no: case.1.clone(),
        control_point: wanted.control_point.clone(),
        step: wanted.step.clone(),
        visit: wanted.visit,
    }
}

/// A new alert.
fn raised(wanted: &Wanted) -> Option<AlertStand> {
    let status = match wanted.state {
        State::Pending => Status::Pending,
        State::Issued => Status::Issued,
        State::Review => Status::Review,
        State::Ended => Status::Ended,
        State::EndedIfAlleged => return None,
    };
    Some(with_values(status, wanted))
}

fn with_values(status: Status, wanted: &Wanted) -> AlertStand {
    AlertStand {
        level: wanted.level,
        status,
        due_at: wanted.due_at,
        breached_at: wanted.breached_at,
        completed_at: wanted.completed_at,
        doubted: false,
    }
}

/// Brings an alert to what is wanted; answers whether it says that now.
fn fold(stand: &mut AlertStand, wanted: Option<&Wanted>, cause: Cause) -> bool {
    match wanted {
        Some(wanted) if wanted.state == State::EndedIfAlleged => end_where_alleged(stand),
        Some(wanted)
            if is_borne_out(stand, wanted) || cause == Cause::InOrder && !stand.doubted =>
        {
            follow(stand, wanted);
            return true;
        }
        _ => take_back(stand, cause),
    }
    false
}

/// Whether what is wanted is at least what the alert says: a card does not shrink by itself once it is out. A reminder is no card.
fn is_borne_out(stand: &AlertStand, wanted: &Wanted) -> bool {
    let is_out = matches!(stand.status, Status::Issued | Status::Ended) || stand.doubted;
    !is_out
        || stand.breached_at.is_none()
        || wanted.level >= stand.level && wanted.breached_at.is_some()
}

/// The alert says what is wanted. What is out never goes back to pending.
fn follow(stand: &mut AlertStand, wanted: &Wanted) {
    let status = match (stand.status, wanted.state) {
        (_, State::Ended) => Status::Ended,
        (Status::Ended, State::Review) => Status::Review,
        (Status::Issued | Status::Ended, _) => Status::Issued,
        (Status::Review, _) if !stand.doubted => Status::Review,
        (_, State::Pending) => Status::Pending,
        (_, State::Review) => Status::Review,
        (_, State::Issued | State::EndedIfAlleged) => Status::Issued,
    };
    *stand = with_values(status, wanted);
}

/// It was not so after all.
fn take_back(stand: &mut AlertStand, cause: Cause) {
    match (stand.status, cause) {
        (Status::Pending, _) => stand.status = Status::Cancelled,
        (Status::Issued | Status::Ended, Cause::InOrder) => stand.status = Status::Withdrawn,
        (Status::Review, Cause::InOrder) if !stand.doubted => stand.status = Status::Withdrawn,
        (Status::Issued | Status::Ended | Status::Review, _) => {
            stand.status = Status::Review;
            stand.doubted = true;
        }
        (Status::Withdrawn | Status::Cancelled, _) => {}
    }
}

/// The stay is over, and the limit speaks only of open ones.
fn end_where_alleged(stand: &mut AlertStand) {
    match stand.status {
        Status::Pending => stand.status = Status::Cancelled,
        Status::Issued => stand.status = Status::Ended,
        Status::Review if !stand.doubted => stand.status = Status::Ended,
        _ => {}
    }
}
