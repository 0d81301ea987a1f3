//! Foresight held against what became of the cases: at each of many days it is told what was known by then and no more, says how likely
//! each open case is to miss its limit, and is measured by what happened.
//!
//! Two measures, both with a bound that can fail. The Brier score, the mean square of what was said less what happened, must be better than
//! that of whoever says of every case the share that was late in the end, which nobody could know beforehand. And what was said must be near
//! what happened: of the cases of which about a third was said to be late, about a third was.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{WorkCalendar, china};
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::fact::{CaseRecord, StepVisit};
use mingjing_domain::foresight::{
    HISTORY_DAYS, History, LIKE_MIN, Likeness, Open, PastCase, PastVisit,
};
use mingjing_domain::measures::{CaseMeasures, LimitMeasure, MeasureUnit};
use mingjing_domain::time::DAY_MS;

use crate::log::{self, Trace, at, get};
use crate::{RealLog, data_of, definition_files, fines, messages, permits};

/// One log as foresight is tried on it.
struct Trial {
    log: &'static RealLog,
    zone: Tz,
    courses: fn(&Path) -> Result<Vec<Course>>,
    /// It is asked every so many days.
    every_days: i64,
    /// Fewer forecasts than these prove nothing.
    forecasts_min: usize,
    /// By how much it is better than the share of all, at least: 1 less the quotient of the two Brier scores.
    skill_min: f64,
    /// How far what was said may lie from what happened: the mean over the bins, each by its forecasts.
    miss_max: f64,
}

/// What became of a case, of which foresight is told as much as was known.
struct Course {
    started: Timestamp,
    /// When it was done, fell away or ended; none: never in the log.
    ended: Option<Timestamp>,
    due: Timestamp,
    visits: Vec<PastVisit>,
}

#[test]
fn whether_fines_are_sent_in_time_is_foreseen() -> Result<()> {
    hold(&Trial {
        log: &fines::LOG,
        zone: chrono_tz::Europe::Rome,
        courses: of_fines,
        every_days: 60,
        forecasts_min: 20_000,
        skill_min: 0.15,
        miss_max: 0.10,
    })
}

#[test]
fn whether_permits_are_decided_in_time_is_foreseen() -> Result<()> {
    hold(&Trial {
        log: &permits::LOG,
        zone: chrono_tz::Europe::Amsterdam,
        courses: of_permits,
        every_days: 7,
        forecasts_min: 2_000,
        skill_min: 0.02,
        miss_max: 0.10,
    })
}

#[test]
fn whether_messages_are_answered_in_time_is_foreseen() -> Result<()> {
    hold(&Trial {
        log: &messages::LOG,
        zone: chrono_tz::Asia::Shanghai,
        courses: of_messages,
        every_days: 1,
        forecasts_min: 5_000,
        skill_min: 0.08,
        miss_max: 0.08,
    })
}

fn hold(trial: &Trial) -> Result<()> {
    let Some(data) = data_of(trial.log)? else {
        return Ok(());
    };
    let courses = (trial.courses)(&data).context("read how the cases went")?;
    let calendar = calendar(trial.log)?;
    let forecasts = forecasts(trial, &courses, &calendar)?;
    let score = Score::of(&forecasts);
    write!(
        std::io::stderr(),
        "foresight {}: {}",
        trial.log.name,
        score.told(&forecasts)
    )?;
    let many = score.forecasts >= trial.forecasts_min;
    ensure!(many, "only {} forecasts", score.forecasts);
    let skilled = score.skill() >= trial.skill_min;
    ensure!(skilled, "skill {:.3}", score.skill());
    ensure!(score.miss <= trial.miss_max, "miss {:.3}", score.miss);
    Ok(())
}

/// The log's own calendar; where its definitions have none, the built-in one.
fn calendar(log: &RealLog) -> Result<WorkCalendar> {
    let (set, problems) = DefinitionSet::read(definition_files(log)?);
    ensure!(problems.is_empty(), "{problems:?}");
    let own = set.calendars.first().map(|document| &document.value);
    WorkCalendar::compile(own.unwrap_or_else(|| china()), None)
        .map_err(|problems| anyhow::anyhow!("{problems:?}"))
}

/// What was said of a case on some day, and whether it was late.
struct Forecast {
    said: f64,
    likeness: Likeness,
    late: bool,
}

/// From a year after the first case on, at noon, until what became of the cases is known.
fn forecasts(trial: &Trial, courses: &[Course], calendar: &WorkCalendar) -> Result<Vec<Forecast>> {
    let first = courses.iter().map(|course| course.started).min();
    let first = first.context("no cases")?;
    let ends = courses.iter().filter_map(|course| course.ended);
    let end = ends.max().context("no case was ever done")?;
    let noon = Timestamp::start_of(first.local_date(trial.zone), trial.zone);
    let mut now = noon.plus_millis((HISTORY_DAYS * 2 + 1) * DAY_MS / 2);
    let mut forecasts = Vec::new();
    while now < end {
        let since = now.plus_millis(-HISTORY_DAYS * DAY_MS);
        let begun = courses
            .iter()
            .filter(|c| since <= c.started && c.started <= now);
        let history = History::of(begun.map(Course::past), calendar, now);
        for course in courses.iter().filter(|course| course.is_open(now)) {
            let Some(late) = course.late(end) else {
                continue;
            };
            let case = course.as_known(now);
            let open = Open::of(&case, now).map_err(|why| anyhow::anyhow!("{why:?}"))?;
            if let Ok(foreseen) = history.foresee(&open, now, calendar, LIKE_MIN) {
                forecasts.push(Forecast {
                    said: foreseen.estimate.likelihood,
                    likeness: foreseen.likeness,
                    late,
                });
            }
        }
        now = now.plus_millis(trial.every_days * DAY_MS);
    }
    Ok(forecasts)
}

impl Course {
    /// With all that became of it: the history itself has to leave out what was not known.
    fn past(&self) -> PastCase {
        PastCase {
            org: "body".into(),
            started_at: self.started,
            ended_at: self.ended,
            visits: self.visits.clone(),
        }
    }

    fn is_open(&self, now: Timestamp) -> bool {
        self.started <= now && self.ended.is_none_or(|ended| ended > now) && self.due >= now
    }

    /// Whether it was late; none: the log ends before anybody could know.
    fn late(&self, end: Timestamp) -> Option<bool> {
        match self.ended {
            Some(ended) => Some(ended > self.due),
            None => (end > self.due).then_some(true),
        }
    }

    /// The case as the platform would have it.
    fn as_known(&self, now: Timestamp) -> CaseRecord {
        let begun = self.visits.iter().filter(|visit| visit.started_at <= now);
        let visits = begun.map(|visit| StepVisit {
            step: visit.step.clone(),
            visit: visit.visit,
            started_at: visit.started_at,
            ended_at: visit.ended_at.filter(|at| *at <= now),
            due_at: None,
            office: Some(visit.office.clone()),
            actor: None,
        });
        CaseRecord {
            source: "source".into(),
            case_no: "case".into(),
            item_code: Some("item".into()),
            org_code: Some("body".into()),
            region_code: None,
            flowchart: None,
            opened_at: Some(self.started),
            accepted_at: None,
            closed_at: None,
            due_at: Some(self.due),
            events: 1,
            step: None,
            visits: visits.collect(),
            measures: CaseMeasures {
                limit: Some(LimitMeasure {
                    unit: MeasureUnit::WorkingDays,
                    started_at: self.started,
                    statutory: None,
                    promised: None,
                    used: None,
                    statutory_due_at: Some(self.due),
                    promised_due_at: None,
                    done_at: None,
                    fell_at: None,
                }),
                ..CaseMeasures::default()
            },
        }
    }
}

const BINS: usize = 10;

/// How good forecasts were.
struct Score {
    forecasts: usize,
    /// The share that was late.
    late: f64,
    brier: f64,
    miss: f64,
    /// Of each bin: forecasts, the mean of what was said, the share that was late.
    bins: Vec<(usize, f64, f64)>,
}

impl Score {
    fn of(forecasts: &[Forecast]) -> Self {
        let happened = |forecast: &Forecast| f64::from(u8::from(forecast.late));
        let mean = |of: &[&Forecast], value: &dyn Fn(&Forecast) -> f64| {
            of.iter().map(|forecast| value(forecast)).sum::<f64>() / of.len().max(1) as f64
        };
        let all: Vec<&Forecast> = forecasts.iter().collect();
        let bin = |n: usize| -> Vec<&Forecast> {
            let in_bin = |said: f64| ((said * BINS as f64) as usize).min(BINS - 1) == n;
            let of = forecasts.iter().filter(|one| in_bin(one.said));
            of.collect()
        };
        let bins: Vec<_> = (0..BINS)
            .map(bin)
            .map(|of| (of.len(), mean(&of, &|one| one.said), mean(&of, &happened)))
            .collect();
        let missed = bins
            .iter()
            .map(|(count, said, late)| *count as f64 * (said - late).abs());
        Score {
            forecasts: forecasts.len(),
            late: mean(&all, &happened),
            brier: mean(&all, &|one| (one.said - happened(one)).powi(2)),
            miss: missed.sum::<f64>() / forecasts.len().max(1) as f64,
            bins,
        }
    }

    /// 1: it was always right; 0: no better than saying of each the share of all.
    fn skill(&self) -> f64 {
        1.0 - self.brier / (self.late * (1.0 - self.late))
    }

    fn told(&self, forecasts: &[Forecast]) -> String {
        let by = Likeness::ALL.map(|likeness| {
            let count = forecasts.iter().filter(|one| one.likeness == likeness);
            format!("{} by {}", count.count(), likeness.code())
        });
        let mut text = format!(
            "{} forecasts ({}), {:.3} late, Brier {:.4}, skill {:.3}, miss {:.3}\n",
            self.forecasts,
            by.join(", "),
            self.late,
            self.brier,
            self.skill(),
            self.miss
        );
        for (count, said, late) in self.bins.iter().filter(|bin| bin.0 > 0) {
            text += &format!("  {count:>6} said {said:.3}, late {late:.3}\n");
        }
        text
    }
}

/// The last second of so many days after a day.
fn due(day: NaiveDate, days: u64, zone: Tz) -> Result<Timestamp> {
    Ok(log::after(day + Days::new(days), zone)?.plus_millis(-1000))
}

fn stay(step: &str, from: Timestamp, to: Option<Timestamp>) -> PastVisit {
    PastVisit {
        step: step.into(),
        visit: 1,
        office: "office".into(),
        started_at: from,
        ended_at: to,
    }
}

/// A fine is to be sent within 90 days; it need not be any more when it was paid or dismissed before.
fn of_fines(data: &Path) -> Result<Vec<Course>> {
    let verdicts = log::rows_by(&data.join("verdicts.csv.gz"), "case")?;
    let mut courses = Vec::new();
    for (trace, _) in log::judged(&data.join(fines::LOG.file), &verdicts)? {
        let Some(created) = trace.first(fines::CREATE) else {
            continue;
        };
        let created = &trace.events[created];
        let day = log::date(get(created, "time:timestamp")?, chrono_tz::Europe::Rome)?;
        let started = at(created)?;
        let sent = trace.first(fines::SEND);
        let sent = sent.map(|place| at(&trace.events[place])).transpose()?;
        let fell = fines::duty_fell_away(&trace)?;
        let ended = [sent, fell].into_iter().flatten().min();
        courses.push(Course {
            started,
            ended,
            due: due(day, 90, chrono_tz::Europe::Rome)?,
            visits: vec![stay("create", started, ended)],
        });
    }
    Ok(courses)
}

/// A permit is to be decided within 56 days of being registered; one that never was is over with its last event. Its steps are the points
/// of the main line that it has come to.
fn of_permits(data: &Path) -> Result<Vec<Course>> {
    let verdicts = log::rows_by(&data.join("verdicts.csv.gz"), "case:concept:name")?;
    let mut courses = Vec::new();
    for (trace, _) in log::judged(&data.join(permits::LOG.file), &verdicts)? {
        courses.extend(of_permit(&trace)?);
    }
    Ok(courses)
}

fn of_permit(trace: &Trace) -> Result<Option<Course>> {
    let Some(registered) = trace.first(permits::REGISTERED) else {
        return Ok(None);
    };
    let registered = &trace.events[registered];
    let zone = chrono_tz::Europe::Amsterdam;
    let day = log::date(get(registered, "time:timestamp")?, zone)?;
    let started = at(registered)?;
    let mut points: Vec<(Timestamp, &str)> = Vec::new();
    let mut last = started;
    for event in &trace.events {
        let (point, when) = (get(event, "concept:name")?, at(event)?);
        last = last.max(when);
        if point.starts_with("01_HOOFD_") {
            points.push((when, point));
        }
    }
    points.sort_by_key(|(when, _)| *when);
    let decided = trace.first(permits::DECIDED);
    let decided = decided.map(|place| at(&trace.events[place])).transpose()?;
    let ends = points.iter().skip(1).map(|(when, _)| Some(*when));
    let ends: Vec<Option<Timestamp>> = ends.chain([None]).collect();
    let mut visits: Vec<PastVisit> = Vec::new();
    for ((from, point), to) in points.into_iter().zip(ends) {
        let before = visits.iter().filter(|visit| visit.step == point).count();
        visits.push(PastVisit {
            visit: u16::try_from(before + 1)?,
            ..stay(point, from, to)
        });
    }
    Ok(Some(Course {
        started,
        ended: Some(decided.unwrap_or(last)),
        due: due(day, 56, zone)?,
        visits,
    }))
}

/// A message is to be answered within 15 working days.
fn of_messages(data: &Path) -> Result<Vec<Course>> {
    let mut courses = Vec::new();
    for row in log::rows(&data.join(messages::LOG.file))? {
        let started = messages::local(get(&row, "asked_at")?)?;
        let ended = Some(messages::local(get(&row, "answered_at")?)?);
        let last_day: NaiveDate = get(&row, "due_15_working_days")?.parse()?;
        courses.push(Course {
            started,
            ended,
            due: due(last_day, 0, chrono_tz::Asia::Shanghai)?,
            visits: vec![stay("answer", started, ended)],
        });
    }
    Ok(courses)
}
