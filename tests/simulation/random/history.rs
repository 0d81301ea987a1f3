//! Random histories, written as scripts: what fails here can be pasted into a test.

use chrono::{Duration, NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use proptest::sample::Index;

/// What an event may be, in the words of a script. `{+N}` is so many hours after it happened.
const EVENTS: &[&str] = &[
    "applied",
    "supplement_notice",
    "supplement_done",
    "accepted by zhang",
    "accepted by li case_kind instant",
    "not_accepted",
    "filed by li",
    "step_start:accept by zhang",
    "step_end:accept by zhang",
    "step_start:review by li",
    "step_start:review by zhang",
    "step_end:review by li set reply_by={+-20}",
    "step_end:review by li",
    "step_start:survey by li",
    "step_end:survey by zhang",
    "step_end:consult",
    "step_start:consult by li",
    "step_start:decide by li",
    "step_end:decide by li",
    "step_end:unknown",
    "note:review by li set grade=3",
    "suspend special hearing",
    "suspend special hearing until {+30}",
    "suspend special appraisal",
    "suspend special appraisal notice n1",
    "suspend special hearing until {+9} notice n2",
    "suspend special autopsy until {+9}",
    "suspend special appraisal until {+100}",
    "resume special hearing",
    "resume special appraisal",
    "resume",
    "extend special extension granted 2wd",
    "extend special extension granted 900min",
    "extend special grave granted 3cd",
    "extend special grave",
    "extend special extension notice n3",
    "extend special extension granted 2wd notice n4",
    "extend special appraisal granted 1wd notice n5",
    "extend special extension granted 2wd rank section_head",
    "suspend special hearing notice n6",
    "suspend special judicial",
    "suspend special hearing granted 1wd notice n9",
    "suspend special hearing until {+-9} notice n9",
    "extend special extension granted 2wd approver sun rank government_head",
    "extend special extension granted 2wd approver sun rank authority_head",
    "suspend special judicial notice n7",
    "suspend special judicial until {+90} notice n8",
    "withdrawn attach request",
    "terminated",
    "filed",
    "step_end:review",
    "notice",
    "decided by li result granted",
    "decided by zhang result denied amount fee=2000 amount paid=900",
    "decided",
    "delivered",
    "published",
    "unpublished",
    "paid amount paid=600",
    "paid amount paid=3000",
    "executed",
    "withdrawn",
    "voided",
    "transferred",
    "closed by li",
    "rated",
    "complaint",
    "complaint",
    "note",
    "note amount fee=500",
    "note amount fee=2000 set procedure=summary",
    "note set score=3.5 set waived=true",
    "note set score=2 set grade=2",
    "note set deadline={+30}",
    "note set reply_by={+2}",
    "note org jyq region 510502",
    "note org jyq region 510503",
    "note org gaj",
    "note org nobody",
    "note party p1",
    "note party p2",
    "review_result",
    "filed by zhang with li",
    "filed by li with li",
    "filed by zhang cert E-1 with li/E-2 with wang set waived=true",
    "filed by desk-9 with desk-1/S-7 plan P-1",
    "step_end:review by zhang cert E-9 with li/E-2",
    "step_end:review by wang with zhang with zhang",
    "step_end:review by sun with li/E-2 org jyq",
    "step_start:survey by sun cert S-7 plan P-1 region 510502",
    "step_start:survey by desk-1 cause complaint",
    "step_end:survey by zhang plan P-9 region 510503",
    "extend special extension granted 2wd approver zhang",
    "extend special extension granted 2wd approver li rank office_head",
    "extend special extension granted 2wd approver wang rank officer",
    "extend special grave granted 3cd rank officer",
    "suspend special hearing approver sun rank authority_head",
    "notice act A tier heavy",
    "notice act B tier light reason 复核",
    "collective_discussion",
    "decided by zhang act A tier light amount decided=850",
    "decided by li act A tier light amount decided=350 acted 2026-02-08",
    "decided by wang act A tier heavy amount decided=2000 amount goods=100",
    "decided by zhang with li act A tier ratio amount decided=1040 amount goods=99",
    "decided by zhang act A tier new amount decided=500 acted 2026-02-11",
    "decided by zhang act A tier old amount decided=1",
    "decided by wang act B tier light amount decided=101",
    "decided by li amount decided=70",
    "paid fee SF-1 amount paid=600 collector bank",
    "paid fee SF-1 amount receivable=650 amount paid=650",
    "paid fee SF-2 quantity 1.5 amount receivable=150 amount paid=151",
    "paid fee SF-2 quantity 1 amount receivable=40 amount relief=60 relief flood",
    "paid fee SF-3 amount paid=90 amount goods=80",
    "note fee SF-2 amount receivable=100 amount relief=100",
    "paid amount paid=9000 by zhang collector zhang",
    "paid amount paid=90 collector zjj on_the_spot small_fine",
    "paid amount paid=900 collector li on_the_spot remote_area",
    "note org gaj region 510503 jurisdiction designated",
    "note jurisdiction designated:D-1",
    "accepted by desk-1 org jyq region 510502",
    "decided by desk-1 org jyq",
    "review_result result changed amount fee=700",
    "supplement_notice set demands=a,b",
    "supplement_notice set demands=b、c",
    "supplement_notice set demands=a",
    "note set demands=d",
    "hearing_requested",
    "hearing by li",
    "hearing by zhang",
    "legal_review result passed",
    "legal_review result rejected",
    "legal_review",
    "decided by li result denied reason late basis law attach decision",
    "not_accepted result denied reason late",
    "closed attach decision reason agreed",
    "closed party_kind citizen",
    "note party_kind company amount relief=100",
    "paid amount paid=1400 amount surcharge=300",
    "merged parent 2",
    "split",
    "returned",
    "rectified",
    "rated amount fee=2000",
    "complaint_answered",
    "note:review by zhang attach decision",
    "note set licence_no=91350100M000100Y43",
    "note set licence_no=91350100M000100Y34",
    "complaint region 51050 set licence_no=X",
    "hearing by wang with li",
    "hearing by desk-1",
    "filed by sun with desk-1",
    "step_start:审查 by li",
    "step_end:审查 by zhang",
    "step_start:检验 by zhang",
    "step_end:决定 by li",
    "step_start:受理 by zhang",
    "step_end:立案 by li",
    "suspend special 鉴定 notice n3",
    "suspend special autopsy notice n4",
    "suspend special autopsy until {+100} notice n4",
    "resume special autopsy",
    "extend special autopsy granted 2wd notice n4",
    "resume special 听证",
    "extend special 延长审批 granted 2wd approver wang",
];

/// Alerts that people do something about, by case: such as random histories raise often, and what inspections find. The first ones are
/// drawn most, so that several people work the same one.
const ALERTS: &[&str] = &[
    "0/inspection/Q2@2026-02",
    "0/inspection/Q2@2026-02",
    "0/no-notice",
    "0/no-notice",
    "1/whole",
    "1/whole",
    "0/decision",
    "1/inspection/Q2@2026-02",
    "2/whole",
    "3/whole",
    "3/no-notice",
    "0/review@review",
    "1/review-near@review",
    "1/accept-hours@accept",
    "0/off-list",
    "2/wrong-body",
    "0/late-entry",
    "1/not-here",
    "0/negative",
    "2/one-person",
    "0/disposition/T15@no-notice",
    "0/disposition/T15@inspection/Q2@2026-02",
];

/// What people do, in the words of a script.
const DEEDS: &[&str] = &[
    "hold",
    "issue",
    "issue",
    "confirm",
    "confirm",
    "confirm",
    "dismiss objective",
    "dismiss data",
    "dismiss subjective",
    "appeal",
    "appeal",
    "appeal",
    "uphold",
    "withdraw rule",
    "withdraw subjective",
    "pass_up",
    "order",
    "answer",
    "extend",
    "close",
];

/// Alerts that something is ordered about, such as there mostly are.
const ORDERED: &[&str] = &["0/inspection/Q2@2026-02", "0/no-notice", "1/whole"];

/// What is done about orders, and until when, in hours from then: too soon for a reminder, long enough for one, for longer than most
/// histories last, sooner than before.
const ABOUT_ORDERS: &[(&str, Option<i64>)] = &[
    ("order", Some(20)),
    ("order", Some(70)),
    ("order", None),
    ("answer", None),
    ("extend", Some(10)),
    ("close", None),
];

/// Who they are.
const PEOPLE: &[&str] = &["li", "wang", "chen", "zjj-zhang"];

/// The items that cases name; the first ones are drawn most.
const ITEMS: &[&str] = &[
    "XK-1", "XK-1", "XK-1", "CF-1", "CF-1", "CF-1", "ZS-1", "XX-9",
];

/// One thing that happens to the partition.
#[derive(Clone, Debug)]
pub enum Action {
    /// An event arrives now: which, in which case, how long ago it happened in half hours (negative: later), how long ago it was entered.
    Event {
        what: Index,
        case: u8,
        lag: i16,
        entered: Option<i16>,
        seq: u8,
    },
    /// An earlier event is sent again: as it was, with other content under the same version, or as a newer version.
    Again { of: Index, how: Again, lag: i16 },
    /// An earlier event is taken back.
    Correct { of: Index, lag: i16 },
    /// Hours pass.
    Tick(u16),
    /// A source says that it is complete up to so many hours ago.
    Complete { source: u8, hours_ago: i16 },
    /// A source declares itself.
    Declare { source: u8, how: u8 },
    /// An inspection says what it found, or finds no more.
    Command {
        /// Whom it is about.
        subject: u8,
        /// What it says.
        act: u8,
        /// How grave.
        level: u8,
        /// As of when.
        hours_ago: i16,
    },
    /// Some people do something about an alert, one after the other.
    Dispose {
        /// Which.
        alert: Index,
        /// What, and who.
        deeds: Vec<(Index, Index)>,
        /// When.
        hours_ago: i16,
    },
    /// Something is ordered, answered, put off or closed.
    Order {
        /// About which alert.
        alert: Index,
        /// What.
        what: Index,
    },
    /// The last such command arrives again: as it was, or under the same key with another content.
    DisposeAgain {
        /// With another content.
        otherwise: bool,
    },
    /// Other definitions come into force.
    Activate(u8),
    /// The engine is stopped and goes on from its snapshot.
    Restart,
}

/// How an event is sent again.
#[derive(Clone, Copy, Debug)]
pub enum Again {
    /// The same bytes.
    Same,
    /// The same under another number.
    Renumbered,
    /// The same version, another content.
    Conflicting,
    /// A newer version that happened at another time.
    Moved,
    /// A newer version that happened at the same time.
    Newer,
    /// A newer version of the first event of its case, of another item.
    OtherItem,
    /// A newer version that something else happened, at the same time or at another.
    OtherKind,
    /// An older version.
    Older,
}

fn lag() -> impl Strategy<Value = i16> {
    prop_oneof![
        6 => Just(0i16),
        3 => 0..12i16,
        3 => 12..60i16,
        2 => 60..400i16,
        1 => -60..0i16,
    ]
}

/// One action.
pub fn action() -> impl Strategy<Value = Action> {
    let entered = prop_oneof![3 => Just(None), 1 => (0..70i16).prop_map(Some)];
    let event = (any::<Index>(), 0..4u8, lag(), entered, 0..3u8).prop_map(
        |(what, case, lag, entered, seq)| Action::Event {
            what,
            case,
            lag,
            entered,
            seq,
        },
    );
    let how = prop_oneof![
        2 => Just(Again::Same),
        1 => Just(Again::Renumbered),
        1 => Just(Again::Conflicting),
        2 => Just(Again::Moved),
        2 => Just(Again::Newer),
        1 => Just(Again::OtherItem),
        2 => Just(Again::OtherKind),
        1 => Just(Again::Older),
    ];
    prop_oneof![
        24 => event,
        2 => (any::<Index>(), how, lag()).prop_map(|(of, how, lag)| Action::Again { of, how, lag }),
        2 => (any::<Index>(), lag()).prop_map(|(of, lag)| Action::Correct { of, lag }),
        10 => prop_oneof![3 => 1..10u16, 3 => 10..40u16, 1 => 40..200u16].prop_map(Action::Tick),
        2 => (0..3u8, prop_oneof![2 => Just(0i16), 1 => -10..60i16])
            .prop_map(|(source, hours_ago)| Action::Complete { source, hours_ago }),
        1 => (0..3u8, 0..6u8).prop_map(|(source, how)| Action::Declare { source, how }),
        2 => (0..4u8, 0..5u8, 0..3u8, 0..30i16)
            .prop_map(|(subject, act, level, hours_ago)| Action::Command { subject, act, level, hours_ago }),
        6 => (any::<Index>(), proptest::collection::vec(any::<(Index, Index)>(), 1..6), prop_oneof![6 => Just(0i16), 1 => 0..30i16])
            .prop_map(|(alert, deeds, hours_ago)| Action::Dispose { alert, deeds, hours_ago }),
        4 => (any::<Index>(), any::<Index>()).prop_map(|(alert, what)| Action::Order { alert, what }),
        1 => any::<bool>().prop_map(|otherwise| Action::DisposeAgain { otherwise }),
        1 => (0..7u8).prop_map(Action::Activate),
        1 => Just(Action::Restart),
    ]
}

/// A random history: which item each case is of, and what happens.
pub fn history(actions: std::ops::Range<usize>) -> impl Strategy<Value = History> {
    let items = proptest::collection::vec(0..ITEMS.len(), 4);
    (items, proptest::collection::vec(action(), actions))
        .prop_map(|(items, actions)| History { items, actions })
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
                        "extend" => format!(" until {}", show(at + Duration::hours(300))),
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
                let (what, hours) = what.get(ABOUT_ORDERS);
                let until = hours.map(|hours| show(self.now + Duration::hours(hours)));
                let more = until.map_or(String::new(), |until| format!(" until {until}"));
                let (at, key) = (show(self.now), self.disposed.len());
                let source = source_of(case);
                let line = format!(
                    "source {source}\ndispose {alert} {what} by chen {at} key k{key}{more}"
                );
                self.disposed.push(line.clone());
                format!("{line}\n")
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
