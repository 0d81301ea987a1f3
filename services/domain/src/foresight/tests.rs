use proptest::prelude::*;

use super::*;
use crate::calendar::china;
use crate::fact::StepVisit;
use crate::measures::{CaseMeasures, LimitMeasure};

fn calendar() -> WorkCalendar {
    WorkCalendar::compile(china(), None).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{text}+08:00")).unwrap()
}

fn days(n: u32) -> Span {
    Span::of_working_days(n)
}

/// One that was done so many working days after it entered the step, in which it was until then.
fn done(n: u32) -> Stay {
    left(n, n)
}

/// One that left the step after so many, and was done after so many.
fn left(stayed: u32, whole: u32) -> Stay {
    Stay {
        stayed: days(stayed),
        whole: days(whole),
        ended: true,
    }
}

/// One that is open, and has been for so many.
fn open(n: u32) -> Stay {
    Stay {
        ended: false,
        ..done(n)
    }
}

/// Likelihood, base, undecided.
fn told(stays: &[Stay], elapsed: u32, due: u32, least: usize) -> Option<(f64, usize, usize)> {
    let found = estimate(stays.iter().copied(), days(elapsed), days(due), least)?;
    Some((found.likelihood, found.base, found.undecided))
}

fn near(found: Option<(f64, usize, usize)>, wanted: (f64, usize, usize)) {
    let (likelihood, base, undecided) = found.expect("something is said");
    assert!(
        (likelihood - wanted.0).abs() < 1e-12,
        "{found:?} {wanted:?}"
    );
    assert_eq!((base, undecided), (wanted.1, wanted.2));
}

#[test]
fn without_open_cases_it_is_the_plain_fraction() {
    let stays: Vec<Stay> = (1..=10).map(done).collect();
    near(told(&stays, 0, 7, 1), (0.3, 10, 0));
    // On the third day it is known of those alone that were done on it or later.
    near(told(&stays, 3, 7, 1), (3.0 / 8.0, 8, 0));
    near(told(&stays, 7, 7, 1), (3.0 / 4.0, 4, 0));
    near(told(&stays, 0, 10, 1), (0.0, 10, 0));
    near(told(&stays, 0, 0, 1), (1.0, 10, 0));
    assert_eq!(told(&stays, 8, 7, 1), None);
}

#[test]
fn an_open_case_counts_for_as_long_as_it_was_followed() {
    // Of four one is done on day 2; of the three left one was followed to day 3 alone; of two one is done on day 4.
    let stays = [done(2), open(3), done(4), done(9)];
    near(told(&stays, 0, 5, 1), (3.0 / 4.0 * 1.0 / 2.0, 4, 1));
    // On its last day it is not over: of those that were done on day 3 it says nothing.
    let stays = [open(3), done(3), done(9)];
    near(told(&stays, 0, 5, 1), (1.0 / 2.0, 3, 1));
    // One that is open beyond the day is late, whatever becomes of it.
    near(told(&[open(6), done(2)], 0, 5, 1), (0.5, 2, 0));
}

#[test]
fn where_nobody_was_followed_as_far_nothing_is_said() {
    let all_open = [open(1), open(2), open(3)];
    assert_eq!(told(&all_open, 0, 5, 1), None);
    // One was done, and of the other two nobody knows.
    assert_eq!(told(&[done(1), open(2), open(2)], 0, 5, 1), None);
    // All that were left were done: nobody is unknown.
    near(told(&[open(1), done(2), done(3)], 0, 5, 1), (0.0, 3, 1));
    assert_eq!(told(&[], 0, 5, 1), None);
    assert_eq!(told(&[], 0, 5, 0), None);
}

#[test]
fn fewer_than_the_least_say_nothing_and_open_ones_do_not_make_them_more() {
    let mut stays = vec![done(9); 19];
    assert_eq!(told(&stays, 0, 5, 20), None);
    stays.push(open(2));
    assert_eq!(told(&stays, 0, 5, 20), None);
    stays.push(done(1));
    near(told(&stays, 0, 5, 20), (20.0 / 21.0, 21, 1));
}

#[test]
fn those_that_went_on_earlier_are_not_like_one_that_is_still_there() {
    // Whoever goes on by day 2 is quick; whoever is still there on day 3 is late.
    let quick = vec![left(1, 4); 30];
    let slow = vec![left(6, 12); 10];
    let stays = [quick, slow].concat();
    near(told(&stays, 0, 8, 1), (0.25, 40, 0));
    near(told(&stays, 3, 8, 1), (1.0, 10, 0));
}

#[test]
fn where_every_day_is_like_the_other_it_grows_with_every_day_that_passes() {
    // Half of those that are open are done on each day.
    let mut stays = Vec::new();
    for day in 0..=10 {
        stays.extend(vec![done(day); 1 << (10 - day)]);
    }
    stays.push(done(11));
    let mut last = 0.0;
    for elapsed in 0..=8 {
        let (likelihood, ..) = told(&stays, elapsed, 8, 1).unwrap();
        let wanted = 0.5_f64.powi(9 - elapsed as i32);
        assert!(
            (likelihood - wanted).abs() < 1e-12,
            "{elapsed}: {likelihood}"
        );
        assert!(likelihood > last);
        last = likelihood;
    }
}

/// Day by day, over all of them every time.
fn slow(stays: &[Stay], elapsed: Span, due: Span, least: usize) -> Option<f64> {
    let like: Vec<&Stay> = stays
        .iter()
        .filter(|s| s.stayed >= elapsed && (s.whole > elapsed || (s.ended && s.whole == elapsed)))
        .collect();
    let settled = like.iter().filter(|s| s.ended || s.whole > due).count();
    if settled < least.max(1) || elapsed > due {
        return None;
    }
    let mut likelihood = 1.0;
    for half_day in elapsed.0..=due.0 {
        let day = Span(half_day);
        let done = like.iter().filter(|s| s.ended && s.whole == day).count();
        let beyond = like.iter().filter(|s| s.whole > day).count();
        if done + beyond > 0 {
            likelihood *= beyond as f64 / (done + beyond) as f64;
        }
    }
    let followed = like.iter().any(|s| s.whole > due);
    (followed || likelihood == 0.0).then_some(likelihood)
}

fn any_stay() -> impl Strategy<Value = Stay> {
    (0_u32..24, 0_u32..24, any::<bool>()).prop_map(|(stayed, more, ended)| Stay {
        stayed: Span(stayed),
        whole: Span(stayed + more),
        ended,
    })
}

proptest! {
    #[test]
    fn it_is_what_the_slow_and_obvious_computation_finds(
        stays in prop::collection::vec(any_stay(), 0..40),
        elapsed in 0_u32..30,
        due in 0_u32..40,
        least in 0_usize..6,
    ) {
        let (elapsed, due) = (Span(elapsed), Span(due));
        let found = estimate(stays.iter().copied(), elapsed, due, least);
        let wanted = slow(&stays, elapsed, due, least);
        prop_assert_eq!(found.is_some(), wanted.is_some());
        if let (Some(found), Some(wanted)) = (found, wanted) {
            prop_assert!((found.likelihood - wanted).abs() < 1e-9, "{:?} {}", found, wanted);
            prop_assert!((0.0..=1.0).contains(&found.likelihood));
            prop_assert!(found.undecided <= found.base && found.base <= stays.len());
        }
    }

    #[test]
    fn a_later_due_day_is_never_more_likely_missed(
        stays in prop::collection::vec(any_stay(), 1..40),
        elapsed in 0_u32..10,
        due in 10_u32..30,
        more in 0_u32..10,
    ) {
        let of = |due| estimate(stays.iter().copied(), Span(elapsed), Span(due), 1);
        if let (Some(sooner), Some(later)) = (of(due), of(due + more)) {
            prop_assert!(later.likelihood <= sooner.likelihood + 1e-12);
        }
    }
}

#[test]
fn nights_and_days_of_rest_are_no_time() {
    let calendar = calendar();
    let between = |from, to| Span::between(&calendar, at(from), at(to));
    let friday = "2025-11-21T16:30:00";
    assert_eq!(between(friday, "2025-11-21T23:59:59"), days(0));
    assert_eq!(between(friday, "2025-11-24T00:00:00"), days(1));
    assert_eq!(between(friday, "2025-11-24T17:00:00"), days(1));
    // 国庆、中秋 2025: from 1 to 8 October nobody works.
    assert_eq!(
        between("2025-09-30T09:00:00", "2025-10-09T09:00:00"),
        days(1)
    );
    assert_eq!(
        between("2025-10-09T09:00:00", "2025-09-30T09:00:00"),
        days(0)
    );
    // What is done on a Sunday is later than what fell due on the Friday before, and sooner than Monday.
    let sunday = between(friday, "2025-11-23T10:00:00");
    assert!(days(0) < sunday && sunday < days(1));
    assert_eq!(sunday.working_days(), 0);
}

/// Open since Monday 3 November 2025, in the step since Wednesday, due at the end of Friday 14.
fn case() -> CaseRecord {
    CaseRecord {
        source: "s".into(),
        case_no: "c-1".into(),
        item_code: Some("item".into()),
        org_code: Some("org".into()),
        region_code: None,
        flowchart: None,
        opened_at: Some(at("2025-11-03T09:00:00")),
        accepted_at: None,
        closed_at: None,
        due_at: None,
        events: 3,
        step: Some("review".into()),
        visits: vec![
            visit(
                "intake",
                1,
                "2025-11-03T09:00:00",
                Some("2025-11-05T10:00:00"),
            ),
            visit("review", 1, "2025-11-05T10:00:00", None),
        ],
        measures: CaseMeasures {
            limit: Some(LimitMeasure {
                unit: MeasureUnit::WorkingDays,
                started_at: at("2025-11-03T09:00:00"),
                statutory: Some(20),
                promised: Some(9),
                used: None,
                statutory_due_at: Some(at("2025-12-01T23:59:59")),
                promised_due_at: Some(at("2025-11-14T23:59:59")),
                done_at: None,
                fell_at: None,
            }),
            ..CaseMeasures::default()
        },
    }
}

fn visit(step: &str, visit: u16, from: &str, to: Option<&str>) -> StepVisit {
    StepVisit {
        step: step.into(),
        visit,
        started_at: at(from),
        ended_at: to.map(at),
        due_at: None,
        office: Some("window".into()),
        actor: Some("officer".into()),
    }
}

const NOW: &str = "2025-11-10T15:00:00";

#[test]
fn it_is_held_against_the_limit_that_ends_next() {
    let mut case = case();
    let next = |case: &CaseRecord, now: &str| {
        Open::of(case, at(now)).map(|open| (open.due().code(), open.due_at()))
    };
    assert_eq!(
        next(&case, NOW),
        Ok(("promised", at("2025-11-14T23:59:59")))
    );
    let later = "2025-11-17T08:00:00";
    assert_eq!(
        next(&case, later),
        Ok(("statutory", at("2025-12-01T23:59:59")))
    );
    assert_eq!(next(&case, "2025-12-02T08:00:00"), Err(Unsaid::Past));
    let entered = Open::of(&case, at(NOW)).unwrap().entered_at();
    assert_eq!(entered, Some(at("2025-11-05T10:00:00")));
    case.visits[1].ended_at = Some(at("2025-11-06T10:00:00"));
    assert_eq!(Open::of(&case, at(NOW)).unwrap().entered_at(), None);
}

#[test]
fn of_what_is_over_stopped_or_too_short_nothing_is_said() {
    let unsaid = |change: &dyn Fn(&mut CaseRecord)| {
        let mut case = case();
        change(&mut case);
        Open::of(&case, at(NOW)).err()
    };
    let limit = |change: fn(&mut LimitMeasure)| {
        unsaid(&|case| {
            if let Some(limit) = &mut case.measures.limit {
                change(limit);
            }
        })
    };
    assert_eq!(unsaid(&|_| {}), None);
    assert_eq!(
        unsaid(&|case| case.measures.limit = None),
        Some(Unsaid::NoLimit)
    );
    assert_eq!(limit(|l| l.done_at = Some(at(NOW))), Some(Unsaid::Over));
    assert_eq!(limit(|l| l.fell_at = Some(at(NOW))), Some(Unsaid::Over));
    let ended = unsaid(&|case| case.measures.ended_at = Some(at(NOW)));
    assert_eq!(ended, Some(Unsaid::Over));
    assert_eq!(
        limit(|l| l.unit = MeasureUnit::Minutes),
        Some(Unsaid::Short)
    );
    let stopped = limit(|l| {
        l.statutory_due_at = None;
        l.promised_due_at = None;
    });
    assert_eq!(stopped, Some(Unsaid::Stopped));
    assert_eq!(
        unsaid(&|case| case.measures.suspensions = 1),
        Some(Unsaid::WasStopped)
    );
    assert_eq!(
        unsaid(&|case| case.measures.suspended_ms = 1),
        Some(Unsaid::WasStopped)
    );
}

/// One that began on a Monday of 2025 and went from intake (two working days) to review, where it was done so many working days later.
fn past(org: &str, office: &str, calendar: &WorkCalendar, review_days: i64) -> PastCase {
    let on = |working_days: i64| {
        let first = chrono::NaiveDate::from_ymd_opt(2025, 3, 3).unwrap();
        let day = calendar.add_working_days(first, working_days);
        at(&format!("{day}T10:00:00"))
    };
    let visit = |step: &str, from, to| PastVisit {
        step: step.into(),
        visit: 1,
        office: office.into(),
        started_at: from,
        ended_at: Some(to),
    };
    let end = on(2 + review_days);
    PastCase {
        org: org.into(),
        started_at: on(0),
        ended_at: Some(end),
        visits: vec![visit("intake", on(0), on(2)), visit("review", on(2), end)],
    }
}

#[test]
fn the_nearest_likeness_that_has_enough_cases_is_told() {
    let calendar = calendar();
    let now = at(NOW);
    // In the step for three working days of seven; the whole of it for five of nine.
    let foreseen = |cases: Vec<PastCase>, case: &CaseRecord| {
        let history = History::of(cases, &calendar, now);
        let open = Open::of(case, now).unwrap();
        let told = history.foresee(&open, now, &calendar, LIKE_MIN);
        told.map(|told| (told.likeness, told.estimate.base, told.estimate.likelihood))
    };
    let many = |n: usize, org: &str, office: &str, days: i64| -> Vec<PastCase> {
        vec![past(org, office, &calendar, days); n]
    };
    let own = many(LIKE_MIN, "org", "window", 9);
    let others = many(60, "other", "window", 5);
    let both = [own.clone(), others.clone()].concat();
    assert_eq!(
        foreseen(both.clone(), &case()),
        Ok((Likeness::Office, 20, 1.0))
    );
    // Another office of the same name is another body's.
    let few = [own[1..].to_vec(), others].concat();
    assert_eq!(
        foreseen(few, &case()),
        Ok((Likeness::Step, 79, 19.0 / 79.0))
    );
    // Whoever gets a case back is not like one who has it for the first time.
    let mut again = case();
    again.visits[1].visit = 2;
    let (likeness, base, likelihood) = foreseen(both.clone(), &again).unwrap();
    assert_eq!((likeness, base), (Likeness::Item, 80));
    assert!((likelihood - 0.25).abs() < 1e-12);
    let mut between = case();
    between.visits[1].ended_at = Some(at("2025-11-06T10:00:00"));
    assert_eq!(foreseen(both, &between).unwrap().0, Likeness::Item);
    let too_few = many(LIKE_MIN - 1, "org", "window", 9);
    assert_eq!(foreseen(too_few, &case()), Err(Unsaid::TooFew));
}

#[test]
fn what_happened_later_is_not_known() {
    let calendar = calendar();
    let cases = vec![past("org", "window", &calendar, 9); 30];
    // Five working days after it began: nobody knows yet that all of them will be late.
    let history = History::of(cases.clone(), &calendar, at("2025-03-10T12:00:00"));
    assert_eq!(history.cases(), 30);
    let open = case();
    let open = Open::of(&open, at(NOW)).unwrap();
    let told = history.foresee(&open, at(NOW), &calendar, LIKE_MIN);
    assert_eq!(told, Err(Unsaid::TooFew));
    let before = History::of(cases, &calendar, at("2025-03-01T12:00:00"));
    assert_eq!(before.cases(), 0);
}

#[test]
fn codes_are_told_apart() {
    let mut codes: Vec<&str> = Unsaid::ALL.iter().map(|one| one.code()).collect();
    codes.extend(Likeness::ALL.iter().map(|one| one.code()));
    let told = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), told);
}
