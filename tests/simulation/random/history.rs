//! Random histories, written as scripts: what fails here can be pasted into a test.

mod action;
mod words;

use chrono::{Duration, NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use proptest::sample::Index;

pub use action::{Action, Again};
use action::{action, voice};
use words::{ABOUT_ORDERS, ALERTS, DEEDS, EVENTS, ITEMS, ORDERED, PEOPLE, VOICES};

/// A random history: which item each case is of, and what happens.
pub fn history(actions: std::ops::Range<usize>) -> impl Strategy<Value = History> {
    let items = proptest::collection::vec(0..ITEMS.len(), 4);
    (items, proptest::collection::vec(action(), actions))
        .prop_map(|(items, actions)| History { items, actions })
}

/// As [`history`]; in one of ten a thread of complaints and ratings lies among the rest. Words of their own: among those of all events
/// they would crowd out what other control points need.
pub fn with_voices(actions: std::ops::Range<usize>) -> impl Strategy<Value = History> {
    prop_oneof![
        9 => history(actions.clone()),
        1 => voiced(actions),
    ]
}

/// As [`history`], with such a thread in every one.
pub fn voiced(actions: std::ops::Range<usize>) -> impl Strategy<Value = History> {
    let thread = proptest::collection::vec((any::<Index>(), voice()), 4..20);
    (history(actions), thread).prop_map(|(mut history, thread)| {
        for (place, voice) in thread {
            let place = place.index(history.actions.len() + 1);
            history.actions.insert(place, voice);
        }
        history
    })
}

/// A random history.
#[derive(Clone, Debug)]
pub struct History {
    items: Vec<usize>,
    /// What happens, in order.
    pub actions: Vec<Action>,
}

/// An event that was written, to be sent again or taken back.
#[derive(Clone, Debug)]
struct Written {
    case: u8,
    id: String,
    version: u32,
    happened: NaiveDateTime,
    seq: u64,
    words: String,
}

/// A step of a run: a line of the script, or something that is done to the engine alone.
#[derive(Clone, Debug)]
pub enum Step {
    /// Lines of a script that are read.
    Lines(String),
    /// The engine goes on from its snapshot.
    Restart,
    /// These definitions come into force, by number.
    Activate(u8),
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Step::Lines(lines) => f.write_str(lines.trim_end()),
            Step::Restart => f.write_str("# restart"),
            Step::Activate(number) => write!(f, "# definitions {number} come into force"),
        }
    }
}

/// The source of a case. Source `c` is an import.
fn source_of(case: u8) -> char {
    ['a', 'a', 'b', 'c'][usize::from(case)]
}

impl History {
    /// The script's lines, action by action.
    pub fn steps(&self) -> Vec<Step> {
        let mut writer = Writer {
            items: &self.items,
            now: "2026-02-09T09:00:00".parse().expect("an instant"),
            written: Vec::new(),
            disposed: Vec::new(),
        };
        let first = Step::Lines("source a live allowance 6h\nsource c declared\n".into());
        std::iter::once(first)
            .chain(self.actions.iter().filter_map(|a| writer.step(a)))
            .collect()
    }
}

struct Writer<'a> {
    items: &'a [usize],
    now: NaiveDateTime,
    written: Vec<Written>,
    /// The lines of commands of people.
    disposed: Vec<String>,
}

impl Writer<'_> {
    fn step(&mut self, action: &Action) -> Option<Step> {
        let lines = match action {
            Action::Event {
                what,
                case,
                lag,
                entered,
                seq,
            } => {
                let happened = self.now - Duration::minutes(30 * i64::from(*lag));
                let words = with_hours(EVENTS[what.index(EVENTS.len())], happened);
                let entered = entered.map_or(String::new(), |half_hours| {
                    format!(
                        " entered {}",
                        show(happened + Duration::minutes(30 * i64::from(half_hours)))
                    )
                });
                let written = Written {
                    case: *case,
                    id: format!("e{}", self.written.len() + 1),
                    version: 1,
                    happened,
                    seq: u64::from(*seq),
                    words: words + &entered,
                };
                self.write(written)
            }
            Action::Voice {
                what,
                case,
                lag,
                seq,
                about,
            } => {
                let words = what.get(VOICES);
                let written = Written {
                    case: *case,
                    id: format!("e{}", self.written.len() + 1),
                    version: 1,
                    happened: self.now - Duration::minutes(30 * i64::from(*lag)),
                    seq: u64::from(*seq),
                    words: words.replace("{about}", self.opening(*case, about)),
                };
                self.write(written)
            }
            Action::Again { of, how, lag } => {
                if self.written.is_empty() {
                    return None;
                }
                let mut again = of.get(&self.written).clone();
                if let Again::OtherItem = how {
                    again = self.first_of(again.case);
                }
                let of_record = self.written.iter().filter(|w| w.id == again.id);
                let newer = of_record.map(|w| w.version).max().unwrap_or(0) + 1;
                match how {
                    Again::Same => {}
                    Again::Renumbered => again.seq = (again.seq + 3) % 5,
                    Again::Conflicting => again.words += " party other",
                    Again::Moved => {
                        again.version = newer;
                        again.happened = self.now - Duration::minutes(30 * i64::from(*lag));
                    }
                    Again::Newer => {
                        again.version = newer;
                        again.words = told_otherwise(&again.words, newer as usize);
                    }
                    Again::OtherItem => {
                        again.version = newer;
                        let item = ITEMS[self.written.len() % ITEMS.len()];
                        let words = again.words.split(" item ").next().unwrap_or_default();
                        again.words = format!("{words} item {item}");
                    }
                    Again::OtherKind => {
                        again.version = newer;
                        if newer.is_multiple_of(2) {
                            again.happened = self.now - Duration::minutes(30 * i64::from(*lag));
                        }
                        let what = EVENTS[(self.written.len() * 7) % EVENTS.len()];
                        again.words = with_hours(what, again.happened);
                    }
                    Again::Older => again.version = 0,
                }
                self.write(again)
            }
            Action::Correct { of, lag } => {
                if self.written.is_empty() {
                    return None;
                }
                let target = of.get(&self.written).clone();
                let happened = self.now - Duration::minutes(30 * i64::from(*lag));
                let id = format!("e{}", self.written.len() + 1);
                let words = format!("corrected corrects {}", target.id);
                self.write(Written {
                    case: target.case,
                    id,
                    version: 1,
                    happened,
                    seq: 1,
                    words,
                })
            }
            Action::Tick(hours) => {
                self.now += Duration::hours(i64::from(*hours));
                format!("tick {}\n", show(self.now))
            }
            Action::Complete { source, hours_ago } => {
                let until = self.now - Duration::hours(i64::from(*hours_ago));
                format!(
                    "source {}\ncomplete_until {}\n",
                    ['a', 'b', 'c'][usize::from(*source)],
                    show(until)
                )
            }
            Action::Declare { source, how } => {
                let source = ['a', 'b', 'c'][usize::from(*source)];
                let clock = if source == 'c' { "declared" } else { "live" };
                let how = [
                    "allowance 0h",
                    "allowance 24h",
                    "allowance 3h",
                    "supervised_from 2026-02-11",
                    "allowance 6h supervised_from 2026-02-10 12:00",
                    "allowance 12h",
                ][usize::from(*how)];
                format!("source {source} {clock} {how}\n")
            }
            Action::Command {
                subject,
                act,
                level,
                hours_ago,
            } => {
                let subject = ["case 0", "case 1", "org zjj", "source -"][usize::from(*subject)];
                let act = ["found", "found", "found", "not_found", "over"][usize::from(*act)];
                let level = ["review", "yellow", "red"][usize::from(*level)];
                let at = show(self.now - Duration::hours(i64::from(*hours_ago)));
                format!("source a\ncommand {subject} {act} Q2 2026-02 {level} {at}\n")
            }
            Action::Dispose {
                alert,
                deeds,
                hours_ago,
            } => {
                let alert = alert.get(ALERTS);
                let case = alert[..1].parse().expect("an alert begins with its case");
                let mut lines = format!("source {}\n", source_of(case));
                for (nth, (what, who)) in (0..).zip(deeds) {
                    let (what, who) = (*what.get(DEEDS), who.get(PEOPLE));
                    let at =
                        self.now - Duration::hours(i64::from(*hours_ago)) + Duration::minutes(nth);
                    let more = match what {
                        "extend" | "ask_extension" => {
                            format!(" until {}", show(at + Duration::hours(300)))
                        }
                        "rectify" => " proof 0f".to_owned(),
                        "pass_on" => format!(" to wang until {}", show(at + Duration::hours(30))),
                        _ => String::new(),
                    };
                    let key = self.disposed.len();
                    let line = format!(
                        "dispose {alert} {what} by {who} {} key k{key}{more}",
                        show(at)
                    );
                    lines += &format!("{line}\n");
                    self.disposed
                        .push(format!("source {}\n{line}", source_of(case)));
                }
                lines
            }
            Action::Order { alert, what } => {
                let alert = alert.get(ORDERED);
                let case = alert[..1].parse().expect("an alert begins with its case");
                let source = source_of(case);
                let mut lines = String::new();
                for (nth, (what, who, with, hours)) in (0..).zip(*what.get(ABOUT_ORDERS)) {
                    let now = self.now + Duration::minutes(nth);
                    let until = hours.map(|hours| show(now + Duration::hours(hours)));
                    let more = until.map_or(String::new(), |until| format!(" until {until}"));
                    let (at, key) = (show(now), self.disposed.len());
                    let line = format!(
                        "source {source}\ndispose {alert} {what} by {who} {at} key k{key}{with}{more}"
                    );
                    lines += &format!("{line}\n");
                    self.disposed.push(line);
                }
                lines
            }
            Action::Raise {
                subject,
                level,
                label,
                key,
            } => {
                let subject = ["case 0", "case 1", "org zjj", "case 99"][usize::from(*subject)];
                let level = ["notice", "yellow", "red"][usize::from(*level)];
                let (at, source) = (show(self.now), source_of(0));
                format!("source {source}\nraise {subject} m{label} {level} by li {at} key r{key}\n")
            }
            Action::DisposeAgain { otherwise } => {
                let line = self.disposed.last()?;
                match otherwise {
                    true => format!("{line} why otherwise\n"),
                    false => format!("{line}\n"),
                }
            }
            Action::Activate(number) => return Some(Step::Activate(*number)),
            Action::Restart => return Some(Step::Restart),
        };
        Some(Step::Lines(lines))
    }

    /// The id of one of the complaints and ratings of a case; of none where it has none yet.
    fn opening(&self, case: u8, which: &Index) -> &str {
        let opens = |w: &&Written| {
            let kind = w.words.split(' ').next();
            w.case == case && matches!(kind, Some("complaint" | "rated"))
        };
        let openings: Vec<&Written> = self.written.iter().filter(opens).collect();
        match openings.as_slice() {
            [] => "none",
            openings => &which.get(openings).id,
        }
    }

    /// The first event of a case that names an item, as written last.
    fn first_of(&self, case: u8) -> Written {
        let names = |w: &&Written| w.case == case && !w.words.starts_with("note");
        let first = self.written.iter().filter(names).min_by_key(|w| w.happened);
        let same = |w: &&Written| first.is_some_and(|first| w.id == first.id);
        let last = self.written.iter().rfind(same);
        last.or(self.written.last())
            .cloned()
            .expect("something was written")
    }

    fn write(&mut self, event: Written) -> String {
        let item = ITEMS[self.items[usize::from(event.case)]];
        let names_another = event.words.contains(" item ");
        let named = if event.words.starts_with("note") || names_another {
            String::new()
        } else {
            format!(" item {item}")
        };
        let line = format!(
            "source {}\ncase {}\n{} {}{named} id {} v {} seq {} received {}\n",
            source_of(event.case),
            event.case,
            show(event.happened),
            event.words,
            event.id,
            event.version,
            event.seq,
            show(self.now),
        );
        self.written.push(event);
        line
    }
}

/// A record in another version: with another value, or with a longer plan.
fn told_otherwise(words: &str, version: usize) -> String {
    let others = ["", " region 510500", " result denied", " by wang"];
    let other = others[version % others.len()];
    if words.starts_with("suspend") || words.starts_with("extend") {
        let planned = words.split(" until ").next().unwrap_or(words);
        let more = [" granted 4wd", " granted 1wd", ""][version % 3];
        return format!("{planned}{more}{other}");
    }
    if let Some(moved) = with_other_day(words, version) {
        return format!("{moved}{other}");
    }
    format!("{words}{other}")
}

/// The words with another day for the deadline that they tell; none where they tell none.
fn with_other_day(words: &str, version: usize) -> Option<String> {
    let name = ["deadline=", "reply_by="]
        .into_iter()
        .find(|name| words.contains(name))?;
    let (before, after) = words.split_once(name)?;
    let (day, time) = after.split_once('T')?;
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    let day = day + Duration::days([-1, 2, 9][version % 3]);
    Some(format!("{before}{name}{day}T{time}"))
}

fn with_hours(words: &str, happened: NaiveDateTime) -> String {
    let Some((before, rest)) = words.split_once("{+") else {
        return words.to_owned();
    };
    let (hours, after) = rest.split_once('}').expect("a closed brace");
    let at = happened + Duration::hours(hours.parse().expect("hours"));
    let text = match before.ends_with('=') {
        true => format!("{}+08:00", at.format("%Y-%m-%dT%H:%M:%S")),
        false => show(at),
    };
    format!("{before}{text}{after}")
}

/// An instant in the words of a script.
pub fn show(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}
