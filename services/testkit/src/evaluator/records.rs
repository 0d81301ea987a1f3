//! Findings about who acted, under which item, and about the records themselves.

use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::deadline::{self, Ledger};
use mingjing_domain::definitions::{
    Anchor, Name, PointKind, PowerItem, PowerStatus, RunningCases, regions,
};
use mingjing_domain::event::{CaseEvent, EventKind, Value};
use mingjing_domain::limit::{Budget, Unit};
use mingjing_domain::source::SourceClock;

use super::authority::query_ends;
use super::codes::lacks_field;
use super::findings::{Finding, case_wide};
use super::history::{Case, Visit, local_date};
use super::hours::Hours;
use super::stays::begun_on;
use super::values::carried;
use super::{Moment, SlowEvaluator, Watch};

impl SlowEvaluator<'_> {
    /// Findings about authority and records.
    pub(super) fn of_records(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Finding> {
        let indices = 0..case.events.len();
        match &watch.point.check {
            PointKind::SamePerson {
                one,
                other,
                not_for_instant,
                any,
                first,
            } => {
                let pairs = match first {
                    true => Pairs::First,
                    false => Pairs::Every(*any),
                };
                same_person(case, one, other, *not_for_instant, pairs)
            }
            PointKind::OffList { grace } => self.off_list(case, watch, *grace),
            PointKind::CancelledItem => self.cancelled_item(case),
            PointKind::WrongBody => {
                let mut found =
                    case_wide(indices.filter(|i| self.is_wrong_body(case, *i)).collect());
                for finding in &mut found {
                    if self.is_unmapped_body(case, finding.index, moment) {
                        let at = case.events[finding.index].occurred_at;
                        finding.grace_ends = Some(query_ends(watch, at));
                    }
                }
                found
            }
            PointKind::NightOrHoliday {
                on,
                night_from,
                night_until,
                emergency,
                each,
            } => {
                let night = [*night_from, *night_until];
                let hours = Hours::new(on, night, emergency.as_ref(), watch.calendar);
                let mut found = hours.found(case);
                if !each {
                    for finding in &mut found {
                        let level = finding.level;
                        *finding = Finding::of_case(finding.index);
                        finding.level = level;
                    }
                }
                found
            }
            PointKind::LateEntry { over } => {
                let over = over.unwrap_or(Budget::new(1, Unit::WorkingDays));
                let is_live = moment.source.clock == SourceClock::Live;
                case_wide(
                    indices
                        .filter(|i| is_live && is_late_entry(case, *i, over, watch.calendar))
                        .collect(),
                )
            }
            PointKind::MissingField { on, fields } => {
                let asked = |i: &usize| on.is_empty() || case.matches_any(*i, on);
                let excused =
                    |i: usize, field: &str| lacks_field(case.lacks, case.events[i].kind, field);
                let lacks = |i: &usize| {
                    fields
                        .iter()
                        .any(|field| !has(case, *i, field) && !excused(*i, field))
                };
                case_wide(indices.filter(asked).filter(lacks).collect())
            }
            PointKind::MalformedCode {
                on,
                credit_codes,
                region_codes,
            } => {
                let asked = |i: &usize| on.is_empty() || case.matches_any(*i, on);
                let is_bad = |i: &usize| {
                    let said = |field: &&Name| code(case, *i, field);
                    let mut credit = credit_codes.iter().filter_map(|f| said(&f));
                    let mut regions = region_codes.iter().filter_map(|f| said(&f));
                    credit.any(|c| !is_credit_code(c)) || regions.any(|c| !self.is_region(c))
                };
                case_wide(indices.filter(asked).filter(is_bad).collect())
            }
            PointKind::Conflict => case_wide(indices.filter(|i| is_conflict(case, *i)).collect()),
            _ => self.of_authority(case, watch, moment),
        }
    }

    /// Whether a code is a region's: of its form, and where its area is listed whole one of the list.
    fn is_region(&self, code: &str) -> bool {
        let digits = code.chars().all(|c| c.is_ascii_digit());
        let provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82";
        if !digits || ![6, 9, 12].contains(&code.len()) || !provinces.contains(&code[..2]) {
            return false;
        }
        let lists = self.definitions.set.regions.iter().map(|d| &d.value);
        lists
            .filter(|list| regions::covers(&list.within, code))
            .all(|list| list.regions.iter().any(|r| *r.code == code[..6]))
    }

    /// The zone in which a case's days begin.
    pub(super) fn zone_of(&self, case: &Case<'_>) -> chrono_tz::Tz {
        let definitions = self.definitions;
        let general = definitions
            .set
            .general_points
            .first()
            .and_then(|g| g.value.calendar.as_deref());
        let calendar = case
            .flowchart
            .map(|f| &*f.calendar)
            .or(general)
            .unwrap_or("cn");
        definitions.zone(calendar)
    }

    fn off_list(&self, case: &Case<'_>, watch: &Watch<'_>, grace: Option<Budget>) -> Vec<Finding> {
        use EventKind::{Accepted, Decided, Filed};
        let named = case.events.iter().position(|e| e.data.item_code.is_some());
        let exercises = |e: &CaseEvent<'static>| {
            matches!(e.kind, Accepted | Filed | Decided)
                && !lacks_field(case.lacks, e.kind, "item_code")
        };
        let Some(index) = named.or_else(|| case.events.iter().position(|e| exercises(e))) else {
            return Vec::new();
        };
        let on = local_date(case.events[index], self.definitions.zone_of(case));
        let is_listed = |item: &PowerItem| {
            let is_over =
                item.status == PowerStatus::Active && item.effective_to.is_some_and(|end| on > end);
            on >= item.effective_from && !is_over
        };
        if named.is_some() && case.item.is_some_and(is_listed) {
            return Vec::new();
        }
        let grace = grace.unwrap_or(Budget::new(2, Unit::WorkingDays));
        let due = deadline::deadline(
            watch.calendar,
            case.events[index].occurred_at,
            grace,
            &Ledger::default(),
        );
        vec![Finding {
            grace_ends: Some(due.due_at),
            ..Finding::of_case(index)
        }]
    }

    fn cancelled_item(&self, case: &Case<'_>) -> Vec<Finding> {
        let Some(item) = case.item.filter(|item| item.status != PowerStatus::Active) else {
            return Vec::new();
        };
        let Some(end) = item.effective_to else {
            return Vec::new();
        };
        let named = case.events.iter().position(|e| e.data.item_code.is_some());
        let zone = self.definitions.zone_of(case);
        let begun_after = begun_on(case, zone).is_some_and(|date| date > end);
        if !begun_after && item.running_cases == RunningCases::Finish {
            return Vec::new();
        }
        let decided_in_time = |i: usize| {
            (0..i).any(|e| {
                case.events[e].kind == EventKind::Decided && local_date(case.events[e], zone) <= end
            })
        };
        let carries_out = |i: usize| {
            use EventKind::{Executed, Paid, ReviewResult, Unpublished};
            let kind = case.events[i].kind;
            matches!(kind, Paid | Executed | ReviewResult | Unpublished) && decided_in_time(i)
        };
        let is_breach = |i: &usize| {
            let event = case.events[*i];
            named.is_some_and(|named| named <= *i)
                && local_date(event, zone) > end
                && (begun_after || !is_lawful_after_the_end(event.kind))
                && (begun_after || !carries_out(*i))
        };
        case_wide((0..case.events.len()).filter(is_breach).collect())
    }
}

/// What may still happen in a running case of an item that ended, where such cases are not finished under it.
fn is_lawful_after_the_end(kind: EventKind) -> bool {
    use EventKind::*;
    matches!(
        kind,
        Terminated
            | Transferred
            | Delivered
            | Published
            | Closed
            | Withdrawn
            | Voided
            | Returned
            | Corrected
            | Rated
            | Complaint
            | ComplaintAccepted
            | ComplaintAnswered
            | CalledBack
            | Rectified
    )
}

/// Who is compared with whom: the first of each, or each with each, those who took part in the one as well.
enum Pairs {
    First,
    Every(bool),
}

fn same_person(
    case: &Case<'_>,
    one: &[Anchor],
    other: &[Anchor],
    not_for_instant: bool,
    pairs: Pairs,
) -> Vec<Finding> {
    if not_for_instant && is_instant(case) {
        return Vec::new();
    }
    let actor = |i: usize| {
        let actor = case.events[i].data.actor.as_ref().map(|a| &*a.id);
        actor.filter(|id| !id.is_empty())
    };
    if let Pairs::Every(crews) = pairs {
        let took_part = |i: usize, who: &str| {
            let mut others = case.events[i].data.co_actors.iter().map(|a| &*a.id);
            actor(i) == Some(who) || crews && others.any(|id| id == who)
        };
        let both = |part: usize, doing: usize| {
            case.matches_any(part, one)
                && case.matches_any(doing, other)
                && actor(doing).is_some_and(|who| took_part(part, who))
        };
        let again = |later: &usize| (0..*later).any(|i| both(i, *later) || both(*later, i));
        return case_wide((0..case.events.len()).filter(again).collect());
    }
    let (Some(one), Some(other)) = (case.first(one), case.first(other)) else {
        return Vec::new();
    };
    match (actor(one), actor(other)) {
        (Some(a), Some(b)) if a == b && one != other => vec![Finding::of_case(one.max(other))],
        _ => Vec::new(),
    }
}

/// Whether it is an instant case by what was said until it was accepted or filed, else in its first event.
fn is_instant(case: &Case<'_>) -> bool {
    let accepted = case.first_of(EventKind::Accepted);
    let begun = accepted
        .into_iter()
        .chain(case.first_of(EventKind::Filed))
        .min();
    let mut told = case.events.iter().take(begun.unwrap_or(0) + 1);
    let kind = told.find_map(|e| e.data.case_kind.as_deref().filter(|k| !k.is_empty()));
    kind == Some("instant")
}

/// A re-sent version with the same business time keeps the earliest times known for it.
fn is_late_entry(case: &Case<'_>, index: usize, over: Budget, calendar: &WorkCalendar) -> bool {
    let event = case.events[index];
    let (entered, received) = case.earliest_times(index);
    let due = deadline::deadline(calendar, event.occurred_at, over, &Ledger::default());
    let known = entered.into_iter().chain([received]).min();
    known.is_some_and(|at| deadline::is_late(at, due.due_at))
}

fn is_conflict(case: &Case<'_>, index: usize) -> bool {
    let event = case.events[index];
    let differs = |of: fn(&CaseEvent<'static>) -> Option<String>| {
        let first = case.events.iter().find_map(|e| of(e));
        of(event).is_some_and(|named| Some(named) != first)
    };
    differs(|e| e.data.item_code.as_deref().map(str::to_owned))
        || differs(|e| e.data.party_ref.as_deref().map(str::to_owned))
        || case.conflicting.contains(&*event.event_id)
        || case.starts_again(index)
}

/// The code that an event carries in a field; empty text is none.
fn code<'c>(case: &'c Case<'_>, index: usize, field: &str) -> Option<&'c str> {
    let data = &case.events[index].data;
    let text = match field {
        "org_code" => data.org_code.as_deref(),
        "region_code" => data.region_code.as_deref(),
        other => match data.attributes.get(other.strip_prefix("attributes.")?)? {
            Value::Text(text) => Some(&**text),
            _ => None,
        },
    };
    text.filter(|text| !text.is_empty())
}

/// GB 32100-2015: the weighted sum of all 18 values is a multiple of 31 where the last weighs 1.
fn is_credit_code(code: &str) -> bool {
    const WEIGHTS: [usize; 18] = [
        1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1,
    ];
    let values: Option<Vec<usize>> = code
        .chars()
        .map(|c| "0123456789ABCDEFGHJKLMNPQRTUWXY".find(c))
        .collect();
    let weighed = |values: Vec<usize>| -> usize {
        values
            .iter()
            .zip(WEIGHTS)
            .map(|(value, weight)| value * weight)
            .sum()
    };
    values.is_some_and(|values| values.len() == 18 && weighed(values) % 31 == 0)
}

/// Whether an event carries a field; empty text is none.
fn has(case: &Case<'_>, index: usize, field: &Name) -> bool {
    let event = case.events[index];
    let data = &event.data;
    let text = |text: Option<&str>| text.is_some_and(|t| !t.is_empty());
    match &**field {
        "actor" | "actor.id" => text(data.actor.as_ref().map(|a| &*a.id)),
        "actor.cert_no" => text(data.actor.as_ref().and_then(|a| a.cert_no.as_deref())),
        "result_code" => text(data.result_code.as_deref()),
        "reason" => text(data.reason.as_deref()),
        "legal_basis" => text(data.legal_basis.as_deref()),
        "party_ref" => text(data.party_ref.as_deref()),
        "item_code" => text(data.item_code.as_deref()),
        "org_code" => text(data.org_code.as_deref()),
        "region_code" => text(data.region_code.as_deref()),
        "step_code" => text(data.step_code.as_deref()),
        "case_kind" => text(data.case_kind.as_deref()),
        "discretion_tier" => text(data.discretion_tier.as_deref()),
        "attachments" => !data.attachments.is_empty(),
        "parent_case_no" => text(data.parent_case_no.as_deref()),
        "step_start" => {
            let alone = |v: &Visit<'_>| v.entered == index && v.ended == Some(index);
            case.lacks.events.contains(&EventKind::StepStart) || !case.visits.iter().any(alone)
        }
        other if other.starts_with("attachments.") => {
            let kind = &other["attachments.".len()..];
            let came_with = |i: usize| {
                case.events[i]
                    .data
                    .attachments
                    .iter()
                    .any(|a| &*a.kind == kind)
            };
            (0..=index).any(came_with)
        }
        other => {
            let name = other
                .strip_prefix("attributes.")
                .or(other.strip_prefix("amounts."));
            let name = name.unwrap_or_else(|| panic!("no field {other}"));
            case.chart
                .attributes
                .iter()
                .any(|a| *a.name == *name && carried(event, a).is_some())
        }
    }
}
