use std::collections::BTreeMap;

use super::*;
use crate::calendar::{WorkCalendar, china};
use crate::life::{Days, Touch, plan};

/// A Wednesday before the national holiday of 2026, whose make-up days the built-in calendar knows or takes as weekends.
const TODAY: (i32, u32, u32) = (2026, 7, 1);

fn date((y, m, d): (i32, u32, u32)) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).expect("a date")
}

fn actor(text: &str) -> Actor {
    let mut parts = text.split('/').map(str::to_owned);
    Actor {
        person: parts.next().unwrap_or_default(),
        body: parts.next().unwrap_or_default(),
        office: parts.next().unwrap_or_default(),
    }
}

fn subject(id: &str) -> Subject {
    Subject {
        kind: Kind::Flowchart,
        id: id.into(),
        version: Some("2".into()),
        name: "施工许可".into(),
        effective_from: None,
    }
}

/// A draft that is led through its life, a day an act.
struct Story {
    life: Life,
    today: NaiveDate,
    calendar: WorkCalendar,
}

impl Story {
    fn begun() -> Self {
        let drafted = Act::Drafted {
            subjects: vec![subject("c")],
            text: "t1".into(),
        };
        let today = date(TODAY);
        let life = Life::of("d", vec![record(today, "author/zjj/fg", drafted)]);
        Story {
            life: life.expect("it begins with a draft"),
            today,
            calendar: WorkCalendar::compile(china(), None).expect("the built-in calendar"),
        }
    }

    /// In this state, by the shortest way.
    fn at(state: &str) -> Self {
        let mut story = Self::begun();
        let way: &[&str] = match state {
            "drafting" => &[],
            "in_review" => &["submit"],
            "returned" => &["submit", "object"],
            "approved" => &["submit", "legal", "supervision"],
            "publishing" => &["submit", "legal", "supervision", "publish"],
            "published" => &["submit", "legal", "supervision", "publish", "confirm"],
            "retired" => &[
                "submit",
                "legal",
                "supervision",
                "publish",
                "confirm",
                "retire",
            ],
            "withdrawn" => &["withdraw"],
            other => panic!("no state {other}"),
        };
        for step in way {
            story.does(step).unwrap_or_else(|e| panic!("{step}: {e}"));
        }
        assert_eq!(story.life.state.code(), state);
        story
    }

    fn does(&mut self, step: &str) -> Result<(), Refusal> {
        let review = |role, verdict, opinion: &str| Command::Review {
            role,
            verdict,
            opinion: opinion.into(),
            answers: BTreeMap::new(),
        };
        let (who, command) = match step {
            "submit" => {
                let touch = Touch {
                    points: true,
                    ..Touch::default()
                };
                let submit = Command::Submit {
                    plan: plan(Kind::Flowchart, touch),
                    questions: vec![],
                    changes: vec![],
                };
                ("author/zjj/fg", submit)
            }
            "legal" => ("l/sfj/fz", review(Role::Legal, Verdict::Agree, "")),
            "supervision" => ("s/jw/xn", review(Role::Supervision, Verdict::Agree, "")),
            "object" => ("l/sfj/fz", review(Role::Legal, Verdict::Object, "依据不足")),
            "revise" => {
                let revise = Command::Revise {
                    subjects: vec![subject("c")],
                    text: format!("t{}", self.life.records.len() + 1),
                };
                ("author/zjj/fg", revise)
            }
            "publish" => {
                let effective_from = date((2026, 12, 1));
                ("op/xxzx/yw", Command::Publish { effective_from })
            }
            "confirm" => {
                let confirm = Command::Confirm {
                    set: "h".into(),
                    version: "h".into(),
                };
                ("mingjing", confirm)
            }
            "notice" => {
                let (place, on) = ("政府网站".into(), self.today);
                ("op/xxzx/yw", Command::Notice { place, on })
            }
            "retire" => {
                let from = date((2027, 6, 1));
                ("op/xxzx/yw", Command::Retire { from })
            }
            "withdraw" => ("author/zjj/fg", Command::Withdraw),
            "shadow" => {
                let since = Timestamp::from_millis(1);
                ("author/zjj/fg", Command::BeginShadow { since })
            }
            "unshadow" => ("author/zjj/fg", Command::EndShadow),
            other => panic!("no step {other}"),
        };
        self.try_it(who, command)
    }

    fn try_it(&mut self, who: &str, command: Command) -> Result<(), Refusal> {
        let days = Days::default();
        let act = self
            .life
            .decide(command, &actor(who), self.today, days, &self.calendar)?;
        self.life.apply(record(self.today, who, act));
        self.today = self.today.succ_opt().expect("a day");
        let again = Life::of("d", self.life.records.clone());
        assert_eq!(
            again.as_ref(),
            Some(&self.life),
            "the records are all there is"
        );
        Ok(())
    }
}

fn record(day: NaiveDate, who: &str, act: Act) -> Record {
    Record {
        at: Timestamp::from_millis(0),
        day,
        who: actor(who),
        why: "测试".into(),
        key: None,
        act,
    }
}

/// Every state with every act: the state it leads to, or `-` where it is refused and nothing changes.
#[test]
fn every_state_answers_every_act() {
    const TABLE: &str = "
               submit     legal      object    revise    publish     confirm    notice     retire    withdraw
    drafting   in_review  -          -         drafting  -           -          -          -         withdrawn
    in_review  -          in_review  returned  drafting  -           -          -          -         withdrawn
    returned   -          -          -         drafting  -           -          -          -         withdrawn
    approved   -          -          -         drafting  publishing  -          -          -         withdrawn
    publishing -          -          -         -         -           published  -          -         -
    published  -          -          -         -         -           -          published  retired   -
    retired    -          -          -         -         -           -          retired    -         -
    withdrawn  -          -          -         -         -           -          -          -         -
    ";
    let mut rows = TABLE.lines().map(str::trim).filter(|line| !line.is_empty());
    let steps: Vec<&str> = rows.next().expect("a head").split_whitespace().collect();
    let mut seen = 0;
    for row in rows {
        let mut cells = row.split_whitespace();
        let state = cells.next().expect("a state");
        for (step, wanted) in steps.iter().zip(cells) {
            let mut story = Story::at(state);
            let before = story.life.clone();
            let found = match story.does(step) {
                Ok(()) => story.life.state.code(),
                Err(refusal) => {
                    assert_eq!(story.life, before);
                    assert!(!refusal.message.is_empty() && !refusal.remedy.is_empty());
                    "-"
                }
            };
            assert_eq!(found, wanted, "{state}, {step}");
            seen += 1;
        }
    }
    assert_eq!(seen, 8 * 9);
}

#[test]
fn the_list_is_led_joined_and_then_approved_each_with_its_due_date() {
    let mut story = Story::begun();
    let submit = Command::Submit {
        plan: plan(Kind::Item, Touch::default()),
        questions: vec![],
        changes: vec![],
    };
    story.try_it("author/zjj/fg", submit).expect("submitted");
    // Ten working days after a Wednesday; the day itself does not count.
    assert_eq!(
        story.life.state,
        State::InReview {
            stage: 0,
            due: date((2026, 7, 15))
        }
    );
    let agree = |role| Command::Review {
        role,
        verdict: Verdict::Agree,
        opinion: String::new(),
        answers: BTreeMap::new(),
    };
    let early = story.try_it("g/zf/bgs", agree(Role::Government));
    assert_eq!(early.expect_err("not yet").reason, "not_your_turn");
    for (who, role) in [
        ("a/zwfw/spk", Role::Affairs),
        ("b/bb/tgk", Role::Staffing),
        ("l/sfj/fzk", Role::Legal),
    ] {
        story.try_it(who, agree(role)).expect("agreed");
    }
    assert_eq!(story.life.awaited(), [Role::Government]);
    assert_eq!(
        story.life.state,
        State::InReview {
            stage: 1,
            due: date((2026, 7, 10))
        },
        "five working days after Saturday 4 July's Friday"
    );
    assert!(!story.life.is_overdue(date((2026, 7, 10))));
    assert!(story.life.is_overdue(date((2026, 7, 11))));
    story.today = date((2026, 7, 13));
    story
        .try_it("g/zf/bgs", agree(Role::Government))
        .expect("approved");
    assert_eq!(story.life.state, State::Approved);
    assert!(story.life.given.last().expect("given").late);
}

#[test]
fn one_bureau_with_two_roles_needs_two_offices_and_two_persons() {
    let agree = |role| Command::Review {
        role,
        verdict: Verdict::Agree,
        opinion: String::new(),
        answers: BTreeMap::new(),
    };
    for (who, refused) in [
        ("l/sfj/fz", "same_person"),
        ("l/sfj/jd", "same_person"),
        ("other/sfj/fz", "same_office"),
        ("author/sfj/jd", "same_person"),
        ("other/sfj", "incomplete"),
    ] {
        let mut story = Story::at("in_review");
        story.does("legal").expect("the first agrees");
        let second = story.try_it(who, agree(Role::Supervision));
        assert_eq!(second.expect_err(who).reason, refused, "{who}");
    }
    let mut story = Story::at("in_review");
    story.does("legal").expect("the first agrees");
    let second = story.try_it("other/sfj/jd", agree(Role::Supervision));
    second.expect("another office, another person");
    assert_eq!(story.life.state, State::Approved);
}

#[test]
fn who_leads_answers_what_is_asked_and_nobody_else_must() {
    let mut story = Story::begun();
    let submit = Command::Submit {
        plan: plan(Kind::Item, Touch::default()),
        questions: vec![Question {
            id: "alike:1".into(),
            text: "是否变相设立？".into(),
        }],
        changes: vec![],
    };
    story.try_it("author/zjj/fg", submit).expect("submitted");
    let agree = |role, answer: Option<(&str, &str)>| Command::Review {
        role,
        verdict: Verdict::Agree,
        opinion: String::new(),
        answers: answer
            .into_iter()
            .map(|(id, text)| (id.to_owned(), text.to_owned()))
            .collect(),
    };
    let refused = |story: &mut Story, answer| {
        let done = story.try_it("a/zwfw/spk", agree(Role::Affairs, answer));
        done.expect_err("refused").reason
    };
    assert_eq!(refused(&mut story, None), "unanswered");
    assert_eq!(refused(&mut story, Some(("alike:1", " "))), "unanswered");
    story
        .try_it("l/sfj/fzk", agree(Role::Legal, None))
        .expect("whoever joins need not answer");
    let answer = Some(("alike:1", "依据不同，不是变相设立"));
    story
        .try_it("a/zwfw/spk", agree(Role::Affairs, answer))
        .expect("answered");
}

#[test]
fn a_revision_makes_every_review_anew() {
    let mut story = Story::at("approved");
    story.does("revise").expect("revised");
    assert_eq!(story.life.given, []);
    story.does("submit").expect("submitted again");
    assert_eq!(story.life.awaited(), [Role::Legal, Role::Supervision]);
    let same = Command::Revise {
        subjects: vec![subject("c")],
        text: story.life.text.clone(),
    };
    assert_eq!(
        story
            .try_it("author/zjj/fg", same)
            .expect_err("same")
            .reason,
        "unchanged"
    );
    let other = Command::Revise {
        subjects: vec![subject("other")],
        text: "t9".into(),
    };
    assert_eq!(
        story
            .try_it("author/zjj/fg", other)
            .expect_err("other")
            .reason,
        "other_subject"
    );
}

#[test]
fn a_draft_is_in_shadow_until_it_is_published_given_up_or_told_to_end() {
    for before in ["drafting", "in_review", "returned", "approved"] {
        let mut story = Story::at(before);
        let state = story.life.state.clone();
        assert_eq!(
            story.does("unshadow").expect_err("none").reason,
            "not_in_shadow"
        );
        story.does("shadow").expect(before);
        assert_eq!(story.life.state, state, "its life goes on as it was");
        let again = story.does("shadow");
        assert_eq!(again.expect_err("the same").reason, "unchanged");
        let earlier = Command::BeginShadow {
            since: Timestamp::from_millis(0),
        };
        story.try_it("op/xxzx/yw", earlier).expect("another since");
        let shadow = story.life.shadow.clone().expect("in shadow");
        assert_eq!(shadow.since, Timestamp::from_millis(0));
        story.does("revise").expect("revised");
        assert_eq!(story.life.shadow, Some(shadow), "of the new text");
        story.does("unshadow").expect("ended");
        assert_eq!(story.life.shadow, None);
    }
    for (before, end) in [("approved", "publish"), ("drafting", "withdraw")] {
        let mut story = Story::at(before);
        story.does("shadow").expect(before);
        story.does(end).expect(end);
        assert_eq!(story.life.shadow, None, "{end}");
    }
    for state in ["publishing", "published", "retired", "withdrawn"] {
        for act in ["shadow", "unshadow"] {
            let refused = Story::at(state).does(act).expect_err(state);
            assert_eq!(refused.reason, "wrong_state");
        }
    }
}

#[test]
fn retirement_works_forwards_only() {
    for from in [(2026, 7, 1), (2026, 11, 30), (2026, 12, 1)] {
        let mut story = Story::at("published");
        let retired = story.try_it("op/xxzx/yw", Command::Retire { from: date(from) });
        assert_eq!(
            retired.expect_err("too early").reason,
            "retroactive",
            "{from:?}"
        );
    }
}
