//! The course of a case: what must come before, what may not follow, what came too often, what does not add up.

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{Anchor, AttributeType, Name, PointKind};
use mingjing_domain::event::{CaseEvent, EventKind, Value};

use super::codes::cannot_come;
use super::history::Case;

/// Events that came though what they need had not come, or had not passed.
pub(super) fn requires_before(case: &Case<'_>, check: &PointKind) -> Vec<usize> {
    let PointKind::RequiresBefore {
        event,
        before,
        once,
        with_result,
        ..
    } = check
    else {
        return Vec::new();
    };
    if cannot_come(case.lacks, before) {
        return Vec::new();
    }
    let came = |i: usize, anchors: &[Anchor]| (0..i).rev().find(|e| case.matches_any(*e, anchors));
    let failed = |earlier: usize| {
        let result = case.events[earlier].data.result_code.as_deref();
        let result = result.filter(|r| !r.is_empty());
        !with_result.is_empty() && result.is_some_and(|r| !with_result.iter().any(|w| w == r))
    };
    case.all(event)
        .into_iter()
        .filter(|i| once.is_empty() || came(*i, once).is_some())
        .filter(|i| came(*i, before).is_none_or(failed))
        .collect()
}

/// Events that came after the course of the case had ended and was not opened again.
pub(super) fn nothing_after(case: &Case<'_>, check: &PointKind) -> Vec<usize> {
    let PointKind::NothingAfter {
        after,
        what,
        except,
        lifted_by,
        ..
    } = check
    else {
        return Vec::new();
    };
    let meant = |i: &usize| {
        (what.is_empty() || case.matches_any(*i, what))
            && !case.matches_any(*i, except)
            && !case.matches_any(*i, lifted_by)
    };
    let ended = |i: &usize| {
        let is_end = |e: &usize| case.matches_any(*e, after);
        let turning = |e: &usize| is_end(e) || case.matches_any(*e, lifted_by);
        (0..*i).any(|e| is_end(&e))
            && (0..*i)
                .rev()
                .find(turning)
                .is_some_and(|last| !case.matches_any(last, lifted_by))
    };
    (0..case.events.len()).filter(meant).filter(ended).collect()
}

/// Events that came once too often.
pub(super) fn repeated(case: &Case<'_>, check: &PointKind) -> Vec<usize> {
    let PointKind::Repeated {
        event,
        until,
        more_than,
        new_in,
    } = check
    else {
        return Vec::new();
    };
    let over = case.first(until).unwrap_or(case.events.len());
    let times: Vec<usize> = case.all(event).into_iter().filter(|i| *i <= over).collect();
    let counts = |at: usize| match new_in {
        None => true,
        Some(name) => at == 0 || demands_more(case, &times, at, name),
    };
    (0..times.len())
        .filter(|at| counts(*at))
        .filter(|at| {
            let counted = (0..=*at).filter(|earlier| counts(*earlier)).count();
            counted > usize::from(more_than.unwrap_or(1))
        })
        .map(|at| times[at])
        .collect()
}

/// Whether the notice demands what none before it did, as far as all of them say what they demand.
fn demands_more(case: &Case<'_>, times: &[usize], at: usize, name: &Name) -> bool {
    let list = |at: usize| -> Option<Vec<&str>> {
        let text = match case.events[times[at]].data.attributes.get(&**name)? {
            mingjing_domain::event::Value::Text(text) => text,
            _ => return None,
        };
        let mark = |c: char| ",，、;；".contains(c);
        Some(
            text.split(mark)
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .collect(),
        )
    };
    let Some(mine) = list(at) else { return false };
    let Some(before) = (0..at).map(list).collect::<Option<Vec<_>>>() else {
        return false;
    };
    mine.iter()
        .any(|demand| !before.iter().flatten().any(|b| b == demand))
}

/// The closing event, where what was paid by then is not what was owed.
pub(super) fn amounts_differ(case: &Case<'_>, check: &PointKind) -> Vec<usize> {
    let PointKind::AmountsDiffer { at, .. } = check else {
        return Vec::new();
    };
    let closes = |i: &usize| of_kind(case, *i, at, &[EventKind::Closed]);
    let closing = (0..case.events.len()).find(closes);
    let open = closing.filter(|closing| !case.stands_ended(*closing));
    open.filter(|closing| differs_at(case, check, *closing))
        .into_iter()
        .collect()
}

/// Whether what was paid up to an event and with it is not what was owed.
pub(super) fn differs_at(case: &Case<'_>, check: &PointKind, closing: usize) -> bool {
    let PointKind::AmountsDiffer {
        owed,
        owed_on,
        paid,
        paid_on,
        less,
        more,
        ..
    } = check
    else {
        return false;
    };
    let amount = |i: usize, name: &Name| {
        let data = &case.events[i].data;
        match data.attributes.get(&**name) {
            Some(mingjing_domain::event::Value::Int(fen)) => Some(*fen),
            Some(_) => None,
            None => data.amounts.get(&**name).copied(),
        }
    };
    let says_owed = |i: &usize| {
        let kinds = [EventKind::Decided, EventKind::ReviewResult];
        of_kind(case, *i, owed_on, &kinds)
    };
    let last = (0..=closing).rev().find(says_owed);
    let Some(owed) = last.and_then(|i| amount(i, owed)) else {
        return false;
    };
    let paid: i64 = (0..=closing)
        .filter(|i| of_kind(case, *i, paid_on, &[EventKind::Paid]))
        .filter_map(|i| amount(i, paid))
        .sum();
    let latest = |name: &Name| (0..=closing).rev().find_map(|i| amount(i, name));
    let sum = |names: &[Name]| -> i64 { names.iter().filter_map(latest).sum() };
    let least = owed - sum(less);
    !(least..=least + sum(more)).contains(&paid)
}

/// Whether an event matches one of the anchors, or where there are none is of one of the kinds.
fn of_kind(case: &Case<'_>, index: usize, anchors: &[Anchor], kinds: &[EventKind]) -> bool {
    match anchors {
        [] => kinds.contains(&case.events[index].kind),
        anchors => case.matches_any(index, anchors),
    }
}

/// A record that was told anew.
pub(super) struct ToldAnew {
    /// The event that counts.
    pub index: usize,
    pub told_at: Timestamp,
    /// It changed what no exception excuses.
    pub weighs: bool,
}

/// Records that were told anew, with other key values, when the course had ended and was not opened again: the event that counts,
/// and when it was told.
pub(super) fn resent(case: &Case<'_>, after: &[Anchor], lifted_by: &[Anchor]) -> Vec<ToldAnew> {
    let over = |at: Timestamp| {
        let turning = |i: &usize| case.matches_any(*i, after) || case.matches_any(*i, lifted_by);
        let mut earlier = (0..case.events.len())
            .rev()
            .filter(|i| case.second(*i) < at);
        let last = earlier.find(turning);
        last.is_some_and(|last| !case.matches_any(last, lifted_by))
    };
    let mut found = Vec::new();
    for (index, counts) in case.events.iter().enumerate() {
        let mut versions: Vec<&CaseEvent<'static>> = Vec::new();
        for version in case
            .arrivals
            .iter()
            .filter(|e| e.event_id == counts.event_id)
        {
            if versions
                .iter()
                .all(|v| v.data_version != version.data_version)
            {
                versions.push(version);
            }
        }
        versions.sort_by_key(|version| version.data_version);
        for pair in versions.windows(2) {
            let told_at = pair[1]
                .entered_at
                .unwrap_or(pair[1].received_at)
                .floor_second();
            if over(told_at) && says_otherwise(case, pair[0], pair[1]) {
                found.push(ToldAnew {
                    index,
                    told_at,
                    weighs: weighs(case, pair[0], pair[1]),
                });
            }
        }
    }
    found.sort_by_key(|found| (found.told_at, found.index));
    found
}

/// Whether the time, the result, a sum, the tier or the party that the one has is another in the other, or gone.
fn weighs(case: &Case<'_>, before: &CaseEvent<'static>, now: &CaseEvent<'static>) -> bool {
    let texts = |e: &CaseEvent<'static>| {
        let data = &e.data;
        let all = [&data.result_code, &data.party_ref, &data.discretion_tier];
        all.map(|text| {
            text.as_ref()
                .map(|t| t.to_string())
                .filter(|t| !t.is_empty())
        })
    };
    let text_differs = texts(before)
        .into_iter()
        .zip(texts(now))
        .any(|(before, now)| before.is_some() && before != now);
    let sum = |e: &CaseEvent<'static>, name: &str| {
        let said = e.data.attributes.get(name).cloned();
        let value = said.or_else(|| e.data.amounts.get(name).map(|fen| Value::Int(*fen)));
        value.filter(|v| !matches!(v, Value::Text(text) if text.is_empty()))
    };
    let sums = case.chart.attributes.iter();
    let mut sums = sums.filter(|a| a.value_type == AttributeType::Amount);
    before.occurred_at != now.occurred_at
        || text_differs
        || sums.any(|a| {
            let was = sum(before, &a.name);
            was.is_some() && was != sum(now, &a.name)
        })
}

/// Whether a key value that the one has is another in the other, or gone.
fn says_otherwise(case: &Case<'_>, before: &CaseEvent<'static>, now: &CaseEvent<'static>) -> bool {
    let texts = |e: &CaseEvent<'static>| {
        let data = &e.data;
        [
            data.step_code.clone(),
            data.result_code.clone(),
            data.item_code.clone(),
            data.org_code.clone(),
            data.region_code.clone(),
            data.party_ref.clone(),
            data.actor.as_ref().map(|a| a.id.clone()),
            data.discretion_act.clone(),
            data.discretion_tier.clone(),
        ]
        .map(|text| text.map(|t| t.to_string()).filter(|t| !t.is_empty()))
    };
    let text_differs = texts(before)
        .into_iter()
        .zip(texts(now))
        .any(|(before, now)| before.is_some() && before != now);
    let value = |e: &CaseEvent<'static>, name: &str| {
        let data = &e.data;
        let amount = || data.amounts.get(name).map(|fen| Value::Int(*fen));
        let party = || {
            let kind = data.party_kind.as_ref().filter(|_| name == "party_kind");
            kind.map(|kind| Value::Text(kind.to_string().into()))
        };
        let said = data.attributes.get(name).cloned();
        let value = said.or_else(amount).or_else(party);
        value.filter(|v| !matches!(v, Value::Text(text) if text.is_empty()))
    };
    let mut names = case.chart.attributes.iter().map(|a| &*a.name);
    let value_differs =
        names.any(|name| value(before, name).is_some() && value(before, name) != value(now, name));
    before.kind != now.kind
        || before.occurred_at != now.occurred_at
        || text_differs
        || value_differs
}
