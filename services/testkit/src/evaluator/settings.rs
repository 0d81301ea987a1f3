//! Rule settings, a second time: of every question the one answer that counts.

use mingjing_domain::alert::Level;
use mingjing_domain::definitions::{
    ControlPoint, Judged, Limit, LimitKind, Name, PointKind, PowerItem, RuleSettings, Rung, RungAt,
    Scalar, Setting,
};

use super::ladder::usual_ladder;
use super::{Definitions, history::Case, history::local_date};

/// What may be said of a control point, with how much each saying counts.
struct Sayings<'a> {
    all: Vec<(Weight, &'a Setting)>,
}

/// The control point before its rule; item, region, category; the later; the id; the place in the list.
type Weight = (bool, bool, usize, bool, chrono::NaiveDate, String, usize);

/// The settings that a case is under.
pub(super) fn in_force<'a>(definitions: &'a Definitions, case: &Case<'_>) -> Vec<&'a RuleSettings> {
    let accepted = case.first_of(mingjing_domain::event::EventKind::Accepted);
    let Some(decides) = case.events.get(accepted.unwrap_or(0)) else {
        return Vec::new();
    };
    let on = local_date(decides, definitions.zone_of(case));
    let all = || definitions.set.rule_settings.iter().map(|d| &d.value);
    let begun = |s: &&RuleSettings| s.effective_from <= on;
    all()
        .filter(begun)
        .filter(|s| {
            all()
                .filter(begun)
                .all(|other| other.id != s.id || other.effective_from <= s.effective_from)
        })
        .filter(|s| fits(s, case.item))
        .collect()
}

fn fits(settings: &RuleSettings, item: Option<&PowerItem>) -> bool {
    let place = &settings.place;
    match item {
        None => (&place.region, place.power_type, &place.item) == (&None, None, &None),
        Some(item) => {
            let within = |area: &String| item.region.starts_with(significant(area));
            place.region.as_ref().is_none_or(within)
                && place.power_type.is_none_or(|t| t == item.power_type)
                && place.item.as_ref().is_none_or(|code| **code == *item.code)
        }
    }
}

pub(super) fn significant(area: &str) -> &str {
    let mut pairs = area.len() / 2;
    while area.len().is_multiple_of(2) && pairs > 1 && &area[2 * pairs - 2..2 * pairs] == "00" {
        pairs -= 1;
    }
    match area.len() % 2 {
        0 => &area[..2 * pairs],
        _ => area,
    }
}

/// A control point under these settings, with the limit that it watches; none where it is off.
pub(super) fn adjusted(
    point: &ControlPoint,
    limit: Option<&Limit>,
    in_force: &[&RuleSettings],
) -> Option<(ControlPoint, Option<Limit>)> {
    let mut all = Vec::new();
    for settings in in_force {
        let region = settings
            .place
            .region
            .as_deref()
            .map_or(0, |r| significant(r).len());
        for (place, setting) in settings.set.iter().enumerate() {
            let of_point = setting.control_point.is_some();
            if setting
                .control_point
                .as_ref()
                .is_some_and(|id| *id != point.id)
            {
                continue;
            }
            let weight = (
                of_point,
                settings.place.item.is_some(),
                region,
                settings.place.power_type.is_some(),
                settings.effective_from,
                settings.id.text.clone(),
                place,
            );
            all.push((weight, setting));
        }
    }
    let sayings = Sayings { all };
    let rule = match &point.rule {
        Some(rule) => rule.text.clone(),
        None => point.check.own_rule().unwrap_or("CEL").to_owned(),
    };
    let meant = |s: &Setting| s.rule.as_ref().is_none_or(|named| **named == *rule);
    let (mut point, mut limit) = (point.clone(), limit.cloned());
    let names = sayings.all.iter().flat_map(|(_, s)| {
        let over = s.over.iter().map(|_| "over".to_owned());
        over.chain(s.parameters.keys().cloned())
    });
    let names: std::collections::BTreeSet<String> = names.collect();
    for name in &names {
        let saying = |s: &Setting| {
            let over = s.over.clone().filter(|_| name == "over");
            s.parameters.get(name).cloned().or(over)
        };
        if let Some(value) = sayings.heaviest(meant, saying) {
            set(&mut point, limit.as_mut(), name, &value.0);
        }
    }
    if let (PointKind::Overdue { levels, .. }, Some(limit)) = (&point.check, &limit) {
        let point = sayings.of_ladder(&point, levels, limit)?;
        return Some((point, Some(limit.clone())));
    }
    if sayings.heaviest(meant, |s| s.off) == Some(true) {
        return None;
    }
    point.level = sayings.heaviest(meant, |s| s.level).or(point.level);
    point.confirm = sayings
        .heaviest(meant, |s| s.confirm)
        .unwrap_or(point.confirm);
    Some((point, limit))
}

/// Sets a parameter where the point has it: the time of its limit, what its conditions see, or what its check has.
fn set(point: &mut ControlPoint, limit: Option<&mut Limit>, name: &str, value: &str) {
    let time = || value.parse().unwrap_or_else(|e| panic!("{name}: {e:?}"));
    let of_limit = |limit: &Limit| match &point.parameter {
        Some(named) => **named == *name,
        None => *limit.id == *name,
    };
    if point.parameters.contains_key(name) {
        point.parameters.insert(name.into(), Scalar(value.into()));
        return;
    }
    match (&mut point.check, limit) {
        (PointKind::TooEarly { .. }, Some(limit)) if point.rule.is_some() && of_limit(limit) => {
            limit.at_least = Some(time());
        }
        (PointKind::Overdue { .. }, Some(limit)) if point.rule.is_some() && of_limit(limit) => {
            match (limit.statutory, limit.promised) {
                (Some(_), _) => limit.statutory = Some(time()),
                (None, Some(_)) => limit.promised = Some(time()),
                (None, None) => {}
            }
        }
        (PointKind::DutyNotDone, _) if name == "within" => {
            point.parameters.insert(name.into(), Scalar(value.into()));
        }
        (PointKind::LateEntry { over }, _) if name == "over" => *over = Some(time()),
        (PointKind::OffList { grace }, _) if name == "grace" || name == "over" => {
            *grace = Some(time());
        }
        (PointKind::SpecialOverdue { remind, .. }, _) if name == "remind" => {
            *remind = Some(time());
        }
        (PointKind::SpecialOverdue { review_after, .. }, _) if name == "review_after" => {
            *review_after = Some(time());
        }
        (PointKind::EndedBeforeDue { within, .. }, _) if name == "within" => {
            *within = value.parse().expect("a rung");
        }
        (PointKind::Unclosed { within, .. }, _) if name == "within" => *within = Some(time()),
        (PointKind::TooFewOfficers { at_least, .. }, _) if name == "at_least" => {
            *at_least = value.parse().expect("a number");
        }
        (PointKind::NightOrHoliday { night_from, .. }, _) if name == "night_from" => {
            *night_from = value.parse().ok();
        }
        (PointKind::NightOrHoliday { night_until, .. }, _) if name == "night_until" => {
            *night_until = value.parse().ok();
        }
        (PointKind::Repeated { more_than, .. }, _) if name == "more_than" => {
            *more_than = value.parse().ok();
        }
        (
            PointKind::FrequentSuspension {
                count, share, last, ..
            },
            _,
        ) => match name {
            "count" => *count = value.parse().ok(),
            "share" => *share = value.parse().ok(),
            "last" => *last = value.parse().ok(),
            _ => {}
        },
        (PointKind::RequiresBefore { with_result, .. }, _) if name == "with_result" => {
            *with_result = parts(value);
        }
        (PointKind::RequiredStep { steps, .. }, _) if name == "steps" => {
            *steps = parts(value).into_iter().map(Name::new).collect();
        }
        (PointKind::MissingField { fields, .. }, _) if name == "fields" => {
            *fields = parts(value).into_iter().map(Name::new).collect();
        }
        (PointKind::Condition { when, .. }, _) if name == "when" => *when = Name::new(value),
        _ => {}
    }
}

fn parts(list: &str) -> Vec<String> {
    let parts = list.split(|c| ",，、".contains(c));
    let parts = parts.map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

impl Sayings<'_> {
    /// What the heaviest saying answers of those that are meant and answer.
    fn heaviest<T>(
        &self,
        meant: impl Fn(&Setting) -> bool,
        answer: impl Fn(&Setting) -> Option<T>,
    ) -> Option<T> {
        let answering = self
            .all
            .iter()
            .filter(|(_, s)| meant(s) && answer(s).is_some());
        let (_, heaviest) = answering.max_by(|(a, _), (b, _)| a.cmp(b))?;
        answer(heaviest)
    }

    fn of_ladder(
        &self,
        point: &ControlPoint,
        levels: &[Rung],
        limit: &Limit,
    ) -> Option<ControlPoint> {
        let rule_of = |at: RungAt| match (&point.rule, at, limit.kind) {
            (Some(rule), ..) => rule.text.as_str(),
            (None, RungAt::Before(_) | RungAt::Used(_), _) => "T1",
            (None, _, LimitKind::Step) => "T4",
            (None, _, LimitKind::Stage) => "T5",
            (None, RungAt::Promised, _) => "T2",
            (None, RungAt::Statutory, _) => "T3",
        };
        let means = |s: &Setting, at: RungAt| s.rule.as_ref().is_none_or(|r| **r == *rule_of(at));
        let is_breach = |at: RungAt| at == RungAt::Promised || at == RungAt::Statutory;
        let mut rungs = match levels.is_empty() {
            true => usual_ladder(limit, point),
            false => levels.to_vec(),
        };
        let in_time = |rung: &Rung| match rung.at {
            RungAt::Promised => (1, rung.level),
            RungAt::Statutory => (2, rung.level),
            _ => (0, rung.level),
        };
        rungs.sort_by_key(in_time);
        let reminder = rungs.iter().find(|r| !is_breach(r.at)).map(|r| r.level);
        let may = |s: &Setting, at: RungAt| {
            let gains = limit.kind == LimitKind::Case || point.rule.is_some() || s.rule.is_none();
            let shares = matches!(at, RungAt::Used(_)) && limit.own_deadline.is_some();
            means(s, at)
                && !shares
                && (reminder.is_some() || (gains && limit.judged != Judged::WhenDone))
        };
        let at = |s: &Setting| {
            let named = s.parameters.get("at");
            s.at.or(named.map(|at| at.0.parse().expect("a rung")))
        };
        if let Some(at) = self.heaviest(|s| at(s).is_some_and(|at| may(s, at)), at) {
            rungs.retain(|r| is_breach(r.at));
            let level = reminder.unwrap_or(Level::Notice);
            rungs.insert(0, Rung { level, at });
        }
        let whole: Vec<RungAt> = rungs.iter().map(|r| r.at).collect();
        let mut judged: Vec<Rung> = Vec::new();
        for (place, rung) in rungs.iter().enumerate() {
            if self.heaviest(|s| means(s, rung.at), |s| s.off) == Some(true) {
                continue;
            }
            let graded = |s: &Setting| {
                let breaches =
                    (0..whole.len()).filter(|p| is_breach(whole[*p]) && means(s, whole[*p]));
                match breaches.max() {
                    Some(last) => last == place,
                    None if s.rule.is_some() => means(s, rung.at),
                    None => place + 1 == whole.len(),
                }
            };
            let level = self.heaviest(graded, |s| s.level).unwrap_or(rung.level);
            judged.push(Rung { level, at: rung.at });
        }
        let about = |s: &Setting| whole.iter().any(|at| means(s, *at));
        let confirm = self.heaviest(about, |s| s.confirm);
        let mut kept: Vec<Rung> = Vec::new();
        for rung in judged {
            if kept.iter().all(|before| before.level < rung.level) {
                kept.push(rung);
            }
        }
        if kept.is_empty() {
            return None;
        }
        let mut point = point.clone();
        point.confirm = confirm.unwrap_or(point.confirm);
        if let PointKind::Overdue { levels, .. } = &mut point.check {
            *levels = kept;
        }
        Some(point)
    }
}
