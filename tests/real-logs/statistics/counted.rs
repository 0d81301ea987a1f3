//! Numbers that follow from a log alone: counted from its rows and its verdicts, with no definitions, no engine and no database, and with
//! the arithmetic of dates written out.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;

use super::judged::taken;
use crate::log::{self, Trace, at, broken, get};
use crate::{fines, messages, permits, receipt};

/// Italy's days are the Netherlands'.
pub const AMSTERDAM: Tz = chrono_tz::Europe::Amsterdam;
pub const SHANGHAI: Tz = chrono_tz::Asia::Shanghai;

/// What the dictionary must answer.
#[derive(Clone, Copy)]
pub struct Number {
    pub metric: &'static str,
    pub item: &'static str,
    /// Of the stays in this step alone.
    pub step: Option<&'static str>,
    pub period: &'static str,
    pub zone: Tz,
    /// Asked at this instant; none: long afterwards.
    pub now: Option<&'static str>,
    pub value: f64,
    pub base: Option<f64>,
}

/// What is asked of one item in one period.
struct Of {
    item: &'static str,
    period: &'static str,
    zone: Tz,
    now: Option<&'static str>,
}

impl Of {
    fn count(&self, metric: &'static str, value: usize) -> Number {
        Number {
            metric,
            item: self.item,
            step: None,
            period: self.period,
            zone: self.zone,
            now: self.now,
            value: value as f64,
            base: None,
        }
    }

    /// So many of so many.
    fn share(&self, metric: &'static str, part: usize, of: usize) -> Number {
        Number {
            value: part as f64 / of as f64,
            base: Some(of as f64),
            ..self.count(metric, 0)
        }
    }

    /// The one in the middle, or half-way between the two that are.
    fn median(&self, metric: &'static str, mut of: Vec<f64>) -> Result<Number> {
        of.sort_by(f64::total_cmp);
        let (low, high) = (of.len().saturating_sub(1) / 2, of.len() / 2);
        let both = of.get(low).zip(of.get(high));
        let (low, high) = both.with_context(|| format!("nothing for {metric}"))?;
        Ok(Number {
            value: (low + high) / 2.0,
            base: Some(of.len() as f64),
            ..self.count(metric, 0)
        })
    }
}

/// A case by what the log and its verdicts say.
struct Case {
    begun: Timestamp,
    closed: Option<Timestamp>,
    /// Its limit's last day.
    last_day: NaiveDate,
    /// Whether the verdicts say that it was closed late.
    late: bool,
    /// When the duty fell away, where nothing was done.
    fell: Option<Timestamp>,
}

/// What a year's cases come to under a limit of so many calendar days.
struct Year {
    year: i32,
    zone: Tz,
    limit: i64,
}

impl Year {
    fn has(&self, at: Timestamp) -> bool {
        at.local_date(self.zone).year() == self.year
    }

    fn closed<'c>(&self, cases: &'c [Case]) -> Vec<(&'c Case, Timestamp)> {
        let closed = cases.iter().filter_map(|case| Some((case, case.closed?)));
        closed.filter(|(_, at)| self.has(*at)).collect()
    }

    /// Days used, from date to date.
    fn used(&self, case: &Case, closed: Timestamp) -> i64 {
        let [from, to] = [case.begun, closed].map(|at| at.local_date(self.zone));
        (to - from).num_days()
    }

    /// Received, closed, on time, faster than the law asks, and how long it took.
    fn numbers(&self, of: &Of, cases: &[Case]) -> Result<Vec<Number>> {
        let closed = self.closed(cases);
        let received = cases.iter().filter(|case| self.has(case.begun)).count();
        let late = closed.iter().filter(|(case, _)| case.late).count();
        ensure!(late > 0 && late < closed.len(), "{late} late: no test");
        let spared = closed
            .iter()
            .map(|(case, at)| self.limit - self.used(case, *at));
        let days = closed.iter().map(|(case, at)| days(case.begun, *at));
        let speedup = Number {
            value: spared.clone().sum::<i64>() as f64 / (self.limit * closed.len() as i64) as f64,
            base: Some(closed.len() as f64),
            ..of.count("statutory_speedup", 0)
        };
        let early = spared.filter(|days| *days > 0).count();
        Ok(vec![
            of.count("received", received),
            of.count("closed", closed.len()),
            of.share("on_time_rate", closed.len() - late, closed.len()),
            speedup,
            of.share("early_rate", early, closed.len()),
            of.median("median_total_days", days.collect())?,
        ])
    }

    /// Closed late in the year, or open past the last day at an instant, of all closed and all open past it.
    fn overdue(&self, of: &Of, cases: &[Case], stock_at: Timestamp) -> Result<Number> {
        let closed = self.closed(cases);
        let late = closed.iter().filter(|(case, _)| case.late).count();
        let mut past = 0;
        for case in cases {
            let over = log::after(case.last_day, self.zone)?;
            let in_time = case.fell.is_some_and(|fell| fell < over);
            let open = case.begun < stock_at && case.closed.is_none_or(|at| at >= stock_at);
            past += usize::from(open && over <= stock_at && !in_time);
        }
        ensure!(past > 0, "nothing past due: no test");
        Ok(of.share("overdue_rate", late + past, closed.len() + past))
    }
}

fn days(from: Timestamp, to: Timestamp) -> f64 {
    (to.millis() - from.millis()) as f64 / 86_400_000.0
}

fn local_day(event: &log::Attributes, zone: Tz) -> Result<NaiveDate> {
    log::date(get(event, "time:timestamp")?, zone)
}

fn first(trace: &Trace, activity: &str) -> Result<Option<Timestamp>> {
    let event = trace.first(activity).map(|place| &trace.events[place]);
    event.map(at).transpose()
}

/// A fine must be sent within 90 days, unless it was paid or dismissed before.
pub fn of_fines(data: &Path, one_in: u32) -> Result<Vec<Number>> {
    let verdicts = log::rows_by(&data.join("verdicts.csv.gz"), "case")?;
    let (mut cases, mut alerted, mut never_sent) = (Vec::new(), Vec::new(), 0);
    for (trace, verdict) in log::judged(&data.join(fines::LOG.file), &verdicts)? {
        if !taken(trace.case_no()?, one_in) {
            continue;
        }
        let created = trace.need(fines::CREATE)?;
        let late = broken(&verdict, "a_send_gt90")?;
        let unsent = broken(&verdict, "t1_overdue_never_sent")?;
        alerted.push(late || unsent);
        never_sent += usize::from(unsent);
        cases.push(Case {
            begun: at(created)?,
            closed: first(&trace, fines::SEND)?,
            last_day: local_day(created, AMSTERDAM)? + Days::new(90),
            late,
            fell: fines::duty_fell_away(&trace)?,
        });
    }
    let of = |period, now| Of {
        item: "it-traffic-fine",
        period,
        zone: AMSTERDAM,
        now,
    };
    let year = |year| Year {
        year,
        zone: AMSTERDAM,
        limit: 90,
    };
    let mut numbers = year(2006).numbers(&of("2006", None), &cases)?;
    // As of the log's last day, which the verdicts on what was never sent are about.
    let end = "2013-06-18T12:00:00+02:00";
    let running = of("2013", Some(end));
    numbers.push(year(2013).overdue(&running, &cases, Timestamp::parse(end)?)?);
    // By the verdicts, not by days: every alert was issued when the log had been judged to its end.
    let issued = alerted.iter().filter(|alerted| **alerted).count();
    ensure!(never_sent > 0, "every fine was sent: no test");
    let june = of("2013-06", None);
    numbers.extend([
        june.count("alerts_issued", issued),
        june.count("alerts_net", issued),
        june.count("red", issued),
        june.count("alerts_withdrawn", 0),
    ]);
    let of_2006 = (cases.iter().zip(&alerted))
        .filter(|(case, _)| year(2006).has(case.begun))
        .map(|(_, alerted)| *alerted);
    let alerted = of_2006.clone().filter(|alerted| *alerted).count();
    numbers.push(of("2006", None).share("alert_rate", alerted, of_2006.count()));
    Ok(numbers)
}

/// A permit is to be decided within 56 days of its registration.
pub fn of_permits(data: &Path, _: u32) -> Result<Vec<Number>> {
    let verdicts = log::rows_by(&data.join("verdicts.csv.gz"), "case:concept:name")?;
    let mut cases = Vec::new();
    for (trace, verdict) in log::judged(&data.join(permits::LOG.file), &verdicts)? {
        let registered = trace.need(permits::REGISTERED)?;
        let days = get(
            &verdict,
            "010_register_submission -> 495_phase_decision_taken",
        )?;
        cases.push(Case {
            begun: at(registered)?,
            closed: first(&trace, permits::DECIDED)?,
            last_day: local_day(registered, AMSTERDAM)? + Days::new(56),
            late: !days.is_empty() && days.parse::<f64>()? > 56.0,
            fell: None,
        });
    }
    let year = Year {
        year: 2012,
        zone: AMSTERDAM,
        limit: 56,
    };
    let of = Of {
        item: "nl-building-permit",
        period: "2012",
        zone: AMSTERDAM,
        now: None,
    };
    let mut numbers = year.numbers(&of, &cases)?;
    numbers.push(year.overdue(&of, &cases, new_year(2013)?)?);
    Ok(numbers)
}

/// When a year begins.
fn new_year(year: i32) -> Result<Timestamp> {
    let eve = NaiveDate::from_ymd_opt(year - 1, 12, 31).context("a year")?;
    log::after(eve, AMSTERDAM)
}

/// Each is to be closed by its own day, and its handling to take 56 days at most.
pub fn of_receipts(data: &Path, _: u32) -> Result<Vec<Number>> {
    let verdicts = log::rows_by(&data.join("verdicts.csv.gz"), "case:concept:name")?;
    let of = Of {
        item: "nl-environmental-permit-receipt",
        period: "2011",
        zone: AMSTERDAM,
        now: None,
    };
    let year = Year {
        year: 2011,
        zone: AMSTERDAM,
        limit: 56,
    };
    let (mut received, mut closed) = (0, 0);
    let (mut judged, mut hours, mut stays) = (Vec::new(), Vec::new(), Vec::new());
    for (trace, verdict) in log::judged(&data.join(receipt::LOG.file), &verdicts)? {
        let of_case = |key: &str| trace.attributes.get(key);
        let begun = exactly(of_case("startdate").context("every case begins")?)?;
        let ended = of_case("enddate").map(|text| exactly(text)).transpose()?;
        // Something was entered before two of them began.
        let mut opened = begun;
        for event in &trace.events {
            opened = opened.min(exactly(get(event, "time:timestamp")?)?);
        }
        received += usize::from(year.has(opened));
        closed += usize::from(ended.is_some_and(|at| year.has(at)));
        stays.push(Case {
            begun,
            closed: ended,
            last_day: begun.local_date(AMSTERDAM) + Days::new(56),
            late: ended.is_some_and(|at| {
                at.local_date(AMSTERDAM) > begun.local_date(AMSTERDAM) + Days::new(56)
            }),
            fell: None,
        });
        let deadline = log::date(get(&trace.attributes, "deadline")?, AMSTERDAM)?;
        // Two were closed before they began, within the day: their limit never ran.
        if ended.is_none_or(|ended| ended >= begun) {
            let of_year = ended.filter(|at| year.has(*at));
            hours.extend(of_year.map(|ended| days(begun, ended) * 24.0));
            judged.push(Case {
                begun: opened,
                closed: ended,
                last_day: deadline,
                late: broken(&verdict, "end_after_deadline_date")?,
                fell: None,
            });
        }
    }
    let end = new_year(2012)?;
    let kept = year.closed(&judged);
    let late = kept.iter().filter(|(case, _)| case.late).count();
    ensure!(late > 0, "all in time: no test");
    let handling = |number: Number| Number {
        step: Some("handling"),
        ..number
    };
    let overstayed = year.overdue(&of, &stays, end)?;
    Ok(vec![
        of.count("received", received),
        of.count("closed", closed),
        of.share("on_time_rate", kept.len() - late, kept.len()),
        year.overdue(&of, &judged, end)?,
        handling(of.median("median_step_hours", hours)?),
        handling(Number {
            metric: "step_overdue_rate",
            ..overstayed
        }),
    ])
}

/// An instant of the log with its milliseconds, which its own times on cases have.
fn exactly(text: &str) -> Result<Timestamp> {
    Timestamp::parse(text).with_context(|| format!("not an instant: {text}"))
}

/// A message is to be answered within 15 working days. In 2017 none was answered on a rest day, of which the file says that no working day
/// more has passed and the law's count that the last one is over.
pub fn of_messages(data: &Path, _: u32) -> Result<Vec<Number>> {
    const YEAR: i32 = 2017;
    let (mut received, mut late_ever) = (0, 0);
    let (mut late, mut spared, mut took) = (0, Vec::new(), Vec::new());
    for row in log::rows(&data.join(messages::LOG.file))? {
        let asked = messages::local(get(&row, "asked_at")?)?;
        let answered = messages::local(get(&row, "answered_at")?)?;
        let is_late = broken(&row, "late")?;
        late_ever += usize::from(is_late);
        received += usize::from(asked.local_date(SHANGHAI).year() == YEAR);
        if answered.local_date(SHANGHAI).year() == YEAR {
            late += usize::from(is_late);
            spared.push(15 - get(&row, "working_days_cn")?.parse::<i64>()?);
            took.push(days(asked, answered));
        }
    }
    let of = |period| Of {
        item: "cn-citizen-message",
        period,
        zone: SHANGHAI,
        now: None,
    };
    let (year, closed) = (of("2017"), spared.len());
    ensure!(late > 0 && late < closed, "{late} late: no test");
    let early = spared.iter().filter(|days| **days > 0).count();
    let speedup = Number {
        value: spared.iter().sum::<i64>() as f64 / (15 * closed) as f64,
        base: Some(closed as f64),
        ..year.count("promised_speedup", 0)
    };
    Ok(vec![
        year.count("received", received),
        year.count("closed", closed),
        year.share("on_time_rate", closed - late, closed),
        year.share("promise_kept_rate", closed - late, closed),
        year.share("early_rate", early, closed),
        speedup,
        year.median("median_total_days", took)?,
        // All when the log had been judged to its end.
        of("2020-01").count("yellow", late_ever),
    ])
}
