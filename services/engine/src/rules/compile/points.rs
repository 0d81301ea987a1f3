//! Control points: what each checks, resolved, and the events it looks at.

use mingjing_domain::alert::Level;
use mingjing_domain::catalogue::{self, LOCAL_PREFIX};
use mingjing_domain::definitions::{
    Anchor, AttributeType, ControlPoint, Limit, LimitKind, Name, Occurrence, Percent, PointKind,
};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::{Budget, Unit};
use mingjing_domain::time::TimeOfDay;

use super::{Builder, Home, Looks};
use crate::fold::APPROVED;
use crate::rules::ANSWER_WITHIN;
use crate::rules::plan::{
    Check, CodeKind, FILE_FIELD, Hours, MarkSet, Pairs, Point, Repeated, SpecialWatch, TimedKind,
};

/// An unmapped code is a data query for 2 working days before it is A1 (domain study 11.13).
const OFF_LIST_GRACE: Budget = Budget::new(2, Unit::WorkingDays);
/// Late entry: 1 working day (徐州 24 h, domain study S4; in working time, 11.8).
const LATE_ENTRY_OVER: Budget = Budget::new(1, Unit::WorkingDays);
/// The night in which nothing is executed: our own hours, for 行政强制法 art. 43 names none.
const NIGHT_FROM: TimeOfDay = TimeOfDay::at(22, 0);
const NIGHT_UNTIL: TimeOfDay = TimeOfDay::at(6, 0);
/// Six weeks in which nothing happens to a case that was decided (our own number).
const UNCLOSED_WITHIN: Budget = Budget::new(30, Unit::WorkingDays);
/// Suspensions in one case, the share of its limit and its last part (our own numbers: domain study Q8, after S34 and S35).
const SUSPENSIONS: u32 = 2;
const SUSPENDED_SHARE: u8 = 50;
const LAST_PART: u8 = 10;

impl Builder<'_> {
    pub(super) fn point(&mut self, point: &ControlPoint, limits: &[Limit], home: &Home<'_>) {
        if self.plan.points.iter().any(|p| p.id == point.id.text) {
            let message = format!("control point {:?} is defined twice", point.id.text);
            self.problems.push((home.problem)(point.id.line, message));
            return;
        }
        self.rule_exists(point, home);
        let settings = self.settings;
        let Some(adjusted) = self.adjust(point, limits, settings) else {
            return;
        };
        let (point, place) = (&adjusted.point, self.plan.points.len() as u16);
        let (limits, settings) = (&adjusted.limits[..], adjusted.by);
        self.parameters = point.parameters.clone();
        let Some((check, looks)) = self.check(place, point, limits, home) else {
            return;
        };
        let mut guard = |text: &Name| self.guard(point, text, &check, home);
        let only_when = point.only_when.as_ref().and_then(&mut guard);
        let unless = point.unless.iter().filter_map(guard).collect();
        let message = self.message(point, home);
        self.looks_at.push(looks);
        self.plan.points.push(Point {
            id: point.id.text.clone(),
            name: point.name.clone(),
            rule: point.rule.as_ref().map(|rule| rule.text.clone()),
            own_rule: point.check.own_rule(),
            level: point.level.unwrap_or_else(|| point.default_level()),
            confirm: point.confirm,
            legal_basis: point.legal_basis.clone(),
            message,
            remedy: point.remedy.clone(),
            answer_within: point.answer_within.unwrap_or(ANSWER_WITHIN),
            settings,
            only_when,
            unless,
            check,
        });
    }

    fn check(
        &mut self,
        place: u16,
        point: &ControlPoint,
        limits: &[Limit],
        home: &Home<'_>,
    ) -> Option<(Check, Looks)> {
        self.anchors_exist(point, home);
        Some(match &point.check {
            PointKind::Overdue { limit, levels } => {
                let limit = self.find_limit(limit, limits, home)?;
                if limit.at_least.is_some() {
                    self.refuse(
                        home,
                        point,
                        "an `at_least` limit is watched with `too_early`",
                    );
                }
                let ladder = self.ladder(limit, levels, point, home);
                (
                    self.timed(place, limit, TimedKind::Overdue(ladder), home),
                    Looks::Never,
                )
            }
            PointKind::TooEarly { limit } => {
                let limit = self.find_limit(limit, limits, home)?;
                let Some(at_least) = limit.at_least else {
                    self.refuse(home, point, "`too_early` needs a limit with `at_least`");
                    return None;
                };
                (
                    self.timed(
                        place,
                        limit,
                        TimedKind::TooEarly(at_least, limit.in_full),
                        home,
                    ),
                    Looks::Never,
                )
            }
            PointKind::SpecialOverdue {
                kinds,
                remind,
                review_after,
            } => {
                let kinds = self.special_bits(kinds, None, home);
                // A reminder that is no milder than the card says nothing.
                let level = point.level.unwrap_or_else(|| point.default_level());
                let watch = SpecialWatch {
                    kinds,
                    remind: remind.filter(|_| level > Level::Notice),
                    review_after: *review_after,
                };
                (self.timed_special(place, watch), Looks::Never)
            }
            PointKind::UnfoundedSuspension { notice } => {
                let check = Check::UnfoundedSuspension { notice: *notice };
                (check, Looks::Kinds(&APPROVED))
            }
            PointKind::FrequentSuspension {
                count,
                limit,
                share,
                last,
            } => {
                let limit = match limit {
                    Some(name) => Some(self.watched(place, point, name, *last, limits, home)?),
                    None => None,
                };
                let check = Check::FrequentSuspension {
                    count: count.unwrap_or(SUSPENSIONS),
                    limit: limit.map(|at| (at, share.map_or(SUSPENDED_SHARE, |s| s.0))),
                };
                (check, Looks::Kinds(&[EventKind::Suspend]))
            }
            PointKind::RequiresBefore {
                event,
                before,
                each,
                once,
                with_result,
            } => {
                let before_names = self.names_of(before);
                let (event, before) = (self.mark(event), self.mark(before));
                (
                    Check::RequiresBefore {
                        event,
                        before,
                        before_names,
                        each: *each,
                        once: self.mark(once),
                        with_result: with_result.clone(),
                    },
                    Looks::At(event),
                )
            }
            PointKind::WrongOrder { first, then } => {
                let (first, then) = (self.mark(first), self.mark(then));
                (Check::WrongOrder { first, then }, Looks::At(first))
            }
            PointKind::NotTogether { groups } => {
                let groups: Vec<_> = groups.iter().map(|g| self.mark(g)).collect();
                let any = groups.iter().fold(0, |all, g| all | g);
                (Check::NotTogether { groups }, Looks::At(any))
            }
            PointKind::NothingAfter {
                after,
                what,
                except,
                lifted_by,
                each,
            } => {
                let check = Check::NothingAfter {
                    after: self.mark(after),
                    what: if what.is_empty() {
                        MarkSet::MAX
                    } else {
                        self.mark(what)
                    },
                    except: if except.is_empty() {
                        0
                    } else {
                        self.mark(except)
                    },
                    lifted_by: self.mark(lifted_by),
                    each: *each,
                };
                (check, Looks::Always)
            }
            PointKind::ResentAfter { after, lifted_by } => {
                let check = Check::ResentAfter {
                    after: self.mark(after),
                    lifted_by: self.mark(lifted_by),
                };
                (check, Looks::Never)
            }
            PointKind::SavedByLateEntry => (Check::SavedByLateEntry, Looks::Never),
            PointKind::ItemChanged => (Check::ItemChanged, Looks::Never),
            PointKind::Unclosed { after, within } => {
                let check = Check::Unclosed {
                    after: self.marks_or(after, &[EventKind::Decided]),
                    within: within.unwrap_or(UNCLOSED_WITHIN),
                };
                (check, Looks::Never)
            }
            PointKind::StartMoved { on } => {
                use EventKind::{Accepted, Applied, Filed};
                let looks = match on.is_empty() {
                    true => Looks::Kinds(&[Applied, Accepted, Filed]),
                    false => Looks::At(self.mark(on)),
                };
                (Check::StartMoved, looks)
            }
            PointKind::NotInFlowchart => {
                self.plan.watches_transitions = true;
                (Check::NotInFlowchart, Looks::Never)
            }
            PointKind::StartedTooSoon => {
                self.plan.watches_transitions = true;
                (Check::StartedTooSoon, Looks::Never)
            }
            PointKind::RequiredStep { steps, at, unless } => {
                let closed = [Anchor {
                    kind: Some(EventKind::Closed),
                    step: None,
                    line: 0,
                }];
                let at = self.mark(if at.is_empty() { &closed } else { at });
                let unless = match unless {
                    Some(text) => Some(self.own_condition(text, false, home)?),
                    None => None,
                };
                let steps = self.required_steps(steps, home);
                let check = Check::RequiredStep {
                    steps,
                    at,
                    unless,
                    left_open: point.level.is_none(),
                };
                (check, Looks::At(at))
            }
            PointKind::SamePerson {
                one,
                other,
                not_for_instant,
                any,
                first,
            } => {
                let (one, other) = (self.mark(one), self.mark(other));
                let pairs = match (*any, *first) {
                    (true, true) => {
                        self.refuse(home, point, "`any` and `first` exclude each other");
                        Pairs::Crews
                    }
                    (true, false) => Pairs::Crews,
                    (false, true) => Pairs::First,
                    (false, false) => Pairs::Any,
                };
                let check = Check::SamePerson {
                    one,
                    other,
                    not_for_instant: *not_for_instant,
                    pairs,
                };
                (check, Looks::At(one | other))
            }
            PointKind::Repeated {
                event,
                until,
                more_than,
                new_in,
            } => {
                let new_in = match new_in {
                    Some(name) => Some(self.declared(name, AttributeType::Text, home)?),
                    None => None,
                };
                let event = self.mark(event);
                let repeated = Repeated {
                    event,
                    until: self.mark(until),
                    more_than: more_than.unwrap_or(1),
                    new_in,
                };
                (Check::Repeated(repeated), Looks::At(event))
            }
            PointKind::AmountsDiffer { .. } => {
                let amounts = self.amounts(&point.check, home)?;
                let looks = Looks::At(amounts.at);
                (Check::AmountsDiffer(amounts), looks)
            }
            PointKind::DutyNotDone => {
                let level = point.level.unwrap_or_else(|| point.default_level());
                let within = point.duties_within();
                (self.duties(place, level, within, home), Looks::Never)
            }
            PointKind::EndedBeforeDue { limit, on, within } => {
                let limit = self.find_limit(limit, limits, home)?;
                (
                    self.ended_before_due(place, point, limit, on, *within, home),
                    Looks::Never,
                )
            }
            PointKind::OffList { grace } => (
                Check::OffList {
                    grace: grace.unwrap_or(OFF_LIST_GRACE),
                },
                Looks::Always,
            ),
            PointKind::TooFewOfficers { .. }
            | PointKind::Certificate { .. }
            | PointKind::ApproverRank { .. }
            | PointKind::NotAssigned { .. }
            | PointKind::UnplannedInspection { .. }
            | PointKind::DiscretionAmount { .. }
            | PointKind::DiscretionTier { .. }
            | PointKind::DiscretionChanged
            | PointKind::Fee { .. }
            | PointKind::Collector { .. } => self.authority(point, home)?,
            PointKind::CancelledItem => (Check::CancelledItem, Looks::Always),
            PointKind::WrongBody => (Check::WrongBody, Looks::Always),
            PointKind::NightOrHoliday {
                on,
                night_from,
                night_until,
                emergency,
                each,
            } => {
                let file = |name: &Name| format!("{FILE_FIELD}{}", name.text);
                let on = self.mark(on);
                let hours = Hours {
                    on,
                    night_from: night_from.unwrap_or(NIGHT_FROM),
                    night_until: night_until.unwrap_or(NIGHT_UNTIL),
                    emergency: emergency.as_ref().map(file),
                    each: *each,
                };
                if hours.night_from == hours.night_until {
                    self.refuse(home, point, "a night ends at another time than it begins");
                }
                (Check::NightOrHoliday(hours), Looks::At(on))
            }
            PointKind::LateEntry { over } => (
                Check::LateEntry {
                    over: over.unwrap_or(LATE_ENTRY_OVER),
                },
                Looks::Always,
            ),
            PointKind::TimeReversed => {
                use EventKind::{Accepted, Applied, Decided, StepStart, Suspend};
                let kinds = &[Applied, Accepted, Decided, StepStart, Suspend];
                (Check::TimeReversed, Looks::Kinds(kinds))
            }
            PointKind::MissingField { on, fields } => {
                let looks = if on.is_empty() {
                    Looks::Always
                } else {
                    Looks::At(self.mark(on))
                };
                let fields = fields.iter().filter_map(|f| self.field(f, home)).collect();
                (Check::MissingField { fields }, looks)
            }
            PointKind::MalformedCode {
                on,
                credit_codes,
                region_codes,
            } => {
                let looks = if on.is_empty() {
                    Looks::Always
                } else {
                    Looks::At(self.mark(on))
                };
                let mut codes = self.codes(credit_codes, CodeKind::Credit, home);
                codes.extend(self.codes(region_codes, CodeKind::Region, home));
                (Check::MalformedCode { codes }, looks)
            }
            PointKind::Conflict => (Check::Conflict, Looks::Always),
            PointKind::Condition { on, when, each } => {
                let when = self.own_condition(when, true, home)?;
                (
                    Check::Condition { when, each: *each },
                    Looks::At(self.mark(on)),
                )
            }
        })
    }

    /// What anchors stand for, for people: the step's name, else the kind's.
    fn names_of(&self, anchors: &[Anchor]) -> String {
        let step = |anchor: &Anchor| {
            let code = anchor.step.as_deref()?;
            let place = self.plan.step_by_code.get(code)?;
            Some(self.plan.steps[usize::from(*place)].name.clone())
        };
        // A milestone that does a step has the step's name, as everywhere in messages.
        let milestone = |kind: EventKind| match self.plan.step_by_kind[kind as usize] {
            Some(place) => self.plan.steps[usize::from(place)].name.clone(),
            None => kind.name_zh().to_owned(),
        };
        let name = |anchor: &Anchor| {
            let name = step(anchor).or_else(|| anchor.kind.map(milestone))?;
            Some(format!("“{name}”"))
        };
        let mut names: Vec<String> = anchors.iter().filter_map(name).collect();
        names.dedup();
        names.join("或者")
    }

    /// A rule that is misspelt would leave its alerts without level, basis and remedy.
    fn rule_exists(&mut self, point: &ControlPoint, home: &Home<'_>) {
        if let Some(rule) = &point.rule
            && !catalogue::is_known(rule)
        {
            let message = format!(
                "unknown rule {:?}: name one of the catalogue (`mingjing rules`), or one of your own that begins with \
                 `{LOCAL_PREFIX}`",
                rule.text
            );
            self.problems.push((home.problem)(rule.line, message));
        }
    }

    /// What the point says happened: its own words, else those of its rule; none where the check has better ones.
    fn message(&mut self, point: &ControlPoint, home: &Home<'_>) -> Option<String> {
        if let Some(message) = &point.message {
            let strange = catalogue::strange_placeholders(message);
            if !strange.is_empty() {
                let message =
                    format!("`message` has {strange:?}; write {{when}}, {{what}} or {{before}}");
                self.refuse(home, point, &message);
            }
            return Some(message.clone());
        }
        let rule = point.rule.as_deref().or(point.check.own_rule());
        let message = catalogue::rule(rule?)?.message;
        (!message.is_empty()).then(|| message.to_owned())
    }

    pub(super) fn refuse(&mut self, home: &Home<'_>, point: &ControlPoint, message: &str) {
        let message = format!("control point {:?}: {message}", point.id.text);
        self.problems.push((home.problem)(point.id.line, message));
    }

    /// The limit whose last part a finding asks for.
    fn watched(
        &mut self,
        place: u16,
        point: &ControlPoint,
        name: &Name,
        last: Option<Percent>,
        limits: &[Limit],
        home: &Home<'_>,
    ) -> Option<u16> {
        let limit = self.find_limit(name, limits, home)?;
        let runs = matches!(limit.kind, LimitKind::Stage | LimitKind::Case);
        let counted = limit.statutory.is_some() || limit.promised.is_some();
        if !runs || !counted || limit.occurrence == Occurrence::Each {
            let message =
                "`limit` is one of the whole case or of a stage, with `statutory` or `promised`";
            self.refuse(home, point, message);
            return None;
        }
        let used = 100 - last.map_or(LAST_PART, |l| l.0);
        let timed = self.plan.timed.len() as u16;
        self.timed(place, limit, TimedKind::Watched(used), home);
        Some(timed)
    }

    fn find_limit<'l>(
        &mut self,
        name: &Name,
        limits: &'l [Limit],
        home: &Home<'_>,
    ) -> Option<&'l Limit> {
        let found = limits.iter().find(|l| l.id.text == name.text);
        if found.is_none() {
            self.problems.push((home.problem)(
                name.line,
                format!("unknown limit {:?}", name.text),
            ));
        }
        found
    }

    fn required_steps(&mut self, names: &[Name], home: &Home<'_>) -> Vec<u16> {
        names
            .iter()
            .filter_map(|name| {
                let place = self.plan.step_by_code.get(name.text.as_str()).copied();
                if place.is_none() {
                    let message = format!("unknown step {:?}", name.text);
                    self.problems.push((home.problem)(name.line, message));
                }
                place
            })
            .collect()
    }
}
