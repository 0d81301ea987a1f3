//! 投诉与评价: complaints and ratings, read out of the events of the case that they lie in.
//!
//! What people do about one is an event of the case like any other, which is what the rules C1–C4 judge; nothing else is kept of it. One
//! about a case lies in that case, one about no case in a case of its own under the source [`SOURCE`]. The attribute [`ABOUT`] names what an
//! event is about; the platform's own have it, a source's may. What an event without it is about says [`about`], here and in judging.

pub mod about;
mod act;

use crate::Timestamp;
use crate::event::{CaseEvent, EventKind, Value};
use about::{FOLLOWING, Named, Said, Spoken};

pub use act::{Act, Outcome};

/// The source of what is about no case.
pub const SOURCE: &str = "complaints";
/// The ids of events that the platform writes into a department's case begin so; intake takes none of a source, and no control total
/// of one counts them.
pub const EVENT_PREFIX: &str = "mingjing-";
/// The attribute that names the complaint or rating that an event is about, by its event id.
pub const ABOUT: &str = "about";
/// The attribute that names the act.
pub const ACT: &str = "act";
/// The attribute that says what came out of it, an [`Outcome`].
pub const OUTCOME: &str = "outcome";
/// The attribute with the body that it was handed to.
pub const TRANSFER_TO: &str = "transfer_to";
/// The attribute with who did it: the person's number.
pub const BY: &str = "by";
/// The attribute with the body of who did it.
pub const BY_BODY: &str = "by_body";
/// The attribute with the receipt number.
pub const RECEIPT_NO: &str = "receipt_no";
/// The attribute by which C4 knows what a complaint is about.
pub const TOPIC: &str = "topic";
/// The attribute by which C3 knows what a complaint is about.
pub const COMPLAINT_KIND: &str = "complaint_kind";
/// The attribute with the grade of a rating, as a number.
pub const SATISFACTION: &str = "satisfaction";
/// The attribute of a rating that says that it changes one that was given before (C2).
pub const RATING_CHANGED: &str = "rating_changed";
/// The attribute that says that nobody is there to be answered (C1).
pub const ANONYMOUS: &str = "anonymous";
/// The attribute of a rating at the portal with what tells one device from others of the same day; of no use the day after.
pub const DEVICE: &str = "device";
/// The attribute of a rating at the portal that says that it is one of many of a device: the how manieth within an hour. Only the platform's
/// own count, or a body could mark what it does not like.
pub const BURST: &str = "burst";
/// So many ratings of one device within [`BURST_WITHIN_MS`] count without a look (a default of our own: the domain study, 11.13, has no number).
pub const BURST_MORE_THAN: u32 = 5;
/// An hour, in milliseconds.
pub const BURST_WITHIN_MS: i64 = 3_600_000;
/// The attribute that marks what changes nothing of the case's own record (P11).
pub const CLERICAL: &str = "clerical";

/// What complaints are about, with the words for it. `not_handled` is what C4 compares with the record.
pub const TOPICS: [(&str, &str); 7] = [
    ("not_handled", "未办理"),
    ("slow", "办理拖延"),
    ("shifted", "推诿、刁难"),
    ("attitude", "服务态度"),
    ("fee", "违规收费"),
    ("unlawful", "违法行使权力"),
    ("other", "其他"),
];

/// 满意度 (GB/T 39046-2020 A.8), from 1. The last two are bad ratings (差评).
pub const GRADES: [&str; 5] = ["非常满意", "满意", "基本满意", "不满意", "非常不满意"];
/// The mildest grade that is a bad one.
pub const BAD_FROM: u8 = 4;

/// Complaint or rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 投诉.
    Complaint,
    /// 评价.
    Rating,
}

impl Kind {
    /// The code used in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::Complaint => "complaint",
            Kind::Rating => "rating",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Kind::Complaint, Kind::Rating]
            .into_iter()
            .find(|kind| kind.code() == code)
    }

    /// The kind of the event that begins it.
    pub const fn begun_by(self) -> EventKind {
        match self {
            Kind::Complaint => EventKind::Complaint,
            Kind::Rating => EventKind::Rated,
        }
    }
}

/// How it stands.
///
/// ```text
/// complaint: received ─▶ accepted ─▶ answered        received, accepted ─▶ refused, withdrawn
/// rating:    recorded (not bad)                      to_rectify ─▶ rectified; to_rectify, rectified ─▶ set_aside
///            to_review (one of many of a device) ─▶ recorded, to_rectify, rectified, set_aside
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// 待受理.
    Received,
    /// 办理中.
    Accepted,
    /// 已答复.
    Answered,
    /// 不予受理, and its sender was told.
    Refused,
    /// 投诉人已撤回.
    Withdrawn,
    /// 已记录: a rating that is not bad.
    Recorded,
    /// 待复核: one of many of a device, which counts when somebody has found that it does.
    ToReview,
    /// 待整改.
    ToRectify,
    /// 已整改.
    Rectified,
    /// 复核不计: mistaken or malicious.
    SetAside,
}

impl State {
    /// All of them.
    pub const ALL: [State; 10] = [
        State::Received,
        State::Accepted,
        State::Answered,
        State::Refused,
        State::Withdrawn,
        State::Recorded,
        State::ToReview,
        State::ToRectify,
        State::Rectified,
        State::SetAside,
    ];

    /// The code used in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            State::Received => "received",
            State::Accepted => "accepted",
            State::Answered => "answered",
            State::Refused => "refused",
            State::Withdrawn => "withdrawn",
            State::Recorded => "recorded",
            State::ToReview => "to_review",
            State::ToRectify => "to_rectify",
            State::Rectified => "rectified",
            State::SetAside => "set_aside",
        }
    }

    /// The field's own word.
    pub const fn name_zh(self) -> &'static str {
        match self {
            State::Received => "待受理",
            State::Accepted => "办理中",
            State::Answered => "已答复",
            State::Refused => "不予受理",
            State::Withdrawn => "已撤回",
            State::Recorded => "已记录",
            State::ToReview => "待复核",
            State::ToRectify => "待整改",
            State::Rectified => "已整改",
            State::SetAside => "复核不计",
        }
    }

    /// The state with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether somebody still owes something.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            State::Received | State::Accepted | State::ToReview | State::ToRectify
        )
    }
}

/// A complaint or rating, with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Voice<'e> {
    /// The event that began it.
    pub opening: &'e CaseEvent<'static>,
    /// Complaint or rating.
    pub kind: Kind,
    /// The grade of a rating, from 1; none where it says none that there is.
    pub grade: Option<u8>,
    /// Of one of many ratings of a device: the how manieth within an hour, also where somebody has looked since.
    pub burst: Option<u32>,
    /// How it stands.
    pub state: State,
    /// When it was accepted, or its sender told that it is not.
    pub accepted_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When whoever spoke was called back first.
    pub called_back_at: Option<Timestamp>,
    /// When what was wrong was put right.
    pub rectified_at: Option<Timestamp>,
    /// The body that it was handed to last.
    pub handed_to: Option<String>,
    /// What was done about it, in order.
    pub thread: Vec<&'e CaseEvent<'static>>,
}

impl Voice<'_> {
    /// Whether it is a bad rating, also where it was set aside since.
    pub fn is_bad(&self) -> bool {
        self.grade.is_some_and(|grade| grade >= BAD_FROM)
    }

    /// The number that whoever spoke was given; of what a source sent, the source's own.
    pub fn receipt_no(&self) -> &str {
        text(self.opening, RECEIPT_NO).unwrap_or(&self.opening.event_id)
    }

    /// Whether nobody is there to be answered.
    pub fn is_anonymous(&self) -> bool {
        is_anonymous(self.opening)
    }
}

fn is_anonymous(event: &CaseEvent<'_>) -> bool {
    is_true(event, ANONYMOUS)
}

fn is_true(event: &CaseEvent<'_>, name: &str) -> bool {
    let told = event.data.attributes.get(name);
    matches!(told, Some(Value::Bool(true)))
}

/// A text attribute of an event.
pub fn text<'a>(event: &'a CaseEvent<'_>, name: &str) -> Option<&'a str> {
    match event.data.attributes.get(name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// The grade that a rating gives, where it is one of the five.
fn grade(event: &CaseEvent<'_>) -> Option<u8> {
    let attribute = match event.data.attributes.get(SATISFACTION) {
        Some(Value::Int(grade)) => Some(*grade),
        _ => None,
    };
    grade_of(event.data.result_code.as_deref(), attribute)
}

/// The grade that is told by a result, else by the attribute [`SATISFACTION`], where it is one of the five.
pub fn grade_of(result: Option<&str>, attribute: Option<i64>) -> Option<u8> {
    let told = result.and_then(|code| code.trim().parse().ok());
    let told = told.or_else(|| u8::try_from(attribute?).ok());
    told.filter(|grade| (1..=5).contains(grade))
}

/// The complaints and ratings of a case, in the order of its events, which are given in order. What is not surely about one of them is in
/// no thread.
pub fn voices<'e>(events: &'e [CaseEvent<'static>]) -> Vec<Voice<'e>> {
    let corrections = events.iter().filter(|e| e.kind == EventKind::Corrected);
    let taken_back: Vec<&str> = corrections
        .filter_map(|e| e.data.corrects.as_deref())
        .collect();
    let mut voices: Vec<Voice<'e>> = Vec::new();
    let mut spoken = Spoken::default();
    for event in events {
        let stands = !taken_back.contains(&&*event.event_id);
        let kind = [Kind::Complaint, Kind::Rating];
        if let Some(kind) = kind.into_iter().find(|kind| kind.begun_by() == event.kind) {
            voices.push(begun(event, kind));
            if stands {
                spoken.take(&said(event, &voices, voices.len() - 1));
            }
        } else if FOLLOWING.contains(&event.kind) {
            if stands {
                let meant = spoken.take(&said(event, &voices, voices.len()));
                for about in meant.surely {
                    go_on(&mut voices[about], event);
                }
            }
        } else {
            for voice in voices.iter_mut().filter(|voice| names(event, voice)) {
                go_on(voice, event);
            }
        }
    }
    voices
}

fn said(event: &CaseEvent<'_>, voices: &[Voice<'_>], at: usize) -> Said<usize> {
    let place = |id: &str| {
        voices
            .iter()
            .position(|voice| *voice.opening.event_id == *id)
    };
    Said {
        kind: event.kind,
        at,
        named: match text(event, ABOUT).filter(|id| !id.is_empty()) {
            Some(id) => place(id).map_or(Named::Unknown, Named::One),
            None => Named::Nothing,
        },
        bad: grade(event).is_some_and(|grade| grade >= BAD_FROM),
        changes: is_true(event, RATING_CHANGED),
        anonymous: is_anonymous(event),
        outcome: text(event, OUTCOME).and_then(Outcome::from_code),
    }
}

fn begun<'e>(event: &'e CaseEvent<'static>, kind: Kind) -> Voice<'e> {
    let grade = (kind == Kind::Rating).then(|| grade(event)).flatten();
    let burst = (kind == Kind::Rating).then(|| burst(event)).flatten();
    let state = match (kind, grade, burst) {
        (Kind::Complaint, ..) => State::Received,
        (Kind::Rating, _, Some(_)) => State::ToReview,
        (Kind::Rating, Some(BAD_FROM..), None) => State::ToRectify,
        (Kind::Rating, _, None) => State::Recorded,
    };
    Voice {
        opening: event,
        kind,
        grade,
        burst,
        state,
        accepted_at: None,
        answered_at: None,
        called_back_at: None,
        rectified_at: None,
        handed_to: None,
        thread: Vec::new(),
    }
}

fn burst(event: &CaseEvent<'_>) -> Option<u32> {
    match event.data.attributes.get(BURST) {
        Some(Value::Int(nth)) if is_own(event) => u32::try_from(*nth).ok().filter(|nth| *nth > 0),
        _ => None,
    }
}

/// Whether the platform wrote it.
fn is_own(event: &CaseEvent<'_>) -> bool {
    event.event_id.starts_with(EVENT_PREFIX)
}

/// Whether somebody reviewed what it is about and found that it stands.
fn finds_that_it_stands(event: &CaseEvent<'_>) -> bool {
    is_own(event)
        && event.kind == EventKind::Note
        && text(event, ACT) == Some(Act::Review.code())
        && text(event, OUTCOME) == Some(Outcome::Stands.code())
}

fn names(event: &CaseEvent<'_>, voice: &Voice<'_>) -> bool {
    let named = match event.kind {
        EventKind::Corrected => event.data.corrects.as_deref(),
        _ => text(event, ABOUT),
    };
    named == Some(&*voice.opening.event_id)
}

fn go_on<'e>(voice: &mut Voice<'e>, event: &'e CaseEvent<'static>) {
    voice.thread.push(event);
    let at = Some(event.occurred_at);
    match event.kind {
        EventKind::ComplaintAccepted => {
            voice.accepted_at = voice.accepted_at.or(at);
            if voice.state == State::Received {
                voice.state = State::Accepted;
            }
        }
        EventKind::ComplaintAnswered => {
            voice.accepted_at = voice.accepted_at.or(at);
            let outcome = text(event, OUTCOME).and_then(Outcome::from_code);
            // Whoever answers ends no review.
            if voice.state.is_open() && voice.state != State::ToReview {
                voice.state = match outcome {
                    Some(Outcome::Refused) => State::Refused,
                    Some(Outcome::Withdrawn) => State::Withdrawn,
                    _ => State::Answered,
                };
            }
            voice.answered_at = voice.answered_at.or(at);
        }
        EventKind::CalledBack => voice.called_back_at = voice.called_back_at.or(at),
        EventKind::Rectified => {
            voice.rectified_at = voice.rectified_at.or(at);
            if voice.state == State::ToRectify {
                voice.state = State::Rectified;
            }
        }
        EventKind::Corrected => {
            voice.state = match voice.kind {
                Kind::Complaint => State::Withdrawn,
                Kind::Rating => State::SetAside,
            };
        }
        _ => {
            if voice.state == State::ToReview && finds_that_it_stands(event) {
                voice.state = match (voice.is_bad(), voice.rectified_at) {
                    (false, _) => State::Recorded,
                    (true, None) => State::ToRectify,
                    (true, Some(_)) => State::Rectified,
                };
            }
            if let Some(to) = text(event, TRANSFER_TO) {
                voice.handed_to = Some(to.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests;
