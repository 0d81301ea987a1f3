//! One case being told: who did what when, and when it was typed in and sent.
//!
//! A clerk types an act in two to twenty minutes after it, and the system sends it within seconds; a source that says "complete
//! until half an hour ago" therefore says the truth.

use chrono::{Datelike, NaiveDate};
use mingjing_domain::Timestamp;
use mingjing_domain::event::{
    Actor, Attachment, CaseData, CaseEvent, Collection, EventKind, Special, Value,
};
use mingjing_domain::ids::derived_id;
use mingjing_domain::text::Text;

use super::city::{Kind, Power, officer};
use super::days::{self, Days};
use super::dice::Dice;

/// An event and the instant at which its source sends it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatch {
    /// When it is sent.
    pub at: Timestamp,
    /// What is sent.
    pub event: CaseEvent<'static>,
}

impl Dispatch {
    /// Sends it at another instant.
    pub fn send_at(&mut self, at: Timestamp) {
        self.at = at;
        self.event.received_at = at;
    }
}

/// By what the city's people apply, as often as they do.
const CHANNELS: &[&str] = &[
    "window",
    "window",
    "window",
    "online",
    "online",
    "online",
    "mobile",
    "mobile",
    "self_service",
    "mail",
];

/// A case being told.
#[derive(Debug)]
pub struct Story<'d> {
    /// The city's days.
    pub days: &'d Days,
    /// The case's own dice.
    pub dice: Dice,
    /// What it is about.
    pub kind: Kind,
    /// 行政区划.
    pub region: &'static str,
    /// 承办机构, unless an act says otherwise.
    pub body: String,
    /// 事项编码.
    pub item: String,
    /// When the last act was.
    pub now: Timestamp,
    case_no: String,
    party: String,
    /// 办理渠道, by dice of its own: what else happens by chance does not hang on it.
    channel: &'static str,
    told: Vec<Dispatch>,
}

impl<'d> Story<'d> {
    /// The `number`-th case of its kind on `date`, beginning in its office hours; in any region where none is named.
    pub fn new(
        days: &'d Days,
        seed: u64,
        (kind, number): (Kind, usize),
        date: NaiveDate,
        region: Option<&'static str>,
    ) -> Self {
        let serial = format!("{}-{}-{number:02}", kind.letters(), date.format("%Y%m%d"));
        let mut dice = Dice::of(seed, &["case", &serial]);
        let any = *dice.pick(kind.powers());
        let wanted = |power: &&Power| region.is_none_or(|region| power.region == region);
        let power = if wanted(&&any) {
            any
        } else {
            kind.powers().iter().find(wanted).copied().unwrap_or(any)
        };
        let case_no = format!("{}-{serial}", power.region);
        Self {
            days,
            now: days.office_hour(date, &mut dice),
            dice,
            kind,
            region: power.region,
            body: power.body(),
            item: power.item(),
            party: derived_id(&["demo party", &case_no]),
            case_no,
            channel: *Dice::of(seed, &["channel", &serial]).pick(CHANNELS),
            told: Vec::new(),
        }
    }

    /// 办件编号.
    #[cfg(test)]
    pub fn case_no(&self) -> &str {
        &self.case_no
    }

    /// The last act's date.
    pub fn date(&self) -> NaiveDate {
        days::day(self.now)
    }

    /// Time passes: within the day where `n` is 0, else to the `n`-th working day after.
    pub fn wait(&mut self, n: i64) -> &mut Self {
        self.now = match n {
            0 => self.days.soon_after(self.now, &mut self.dice),
            _ => self
                .days
                .office_hour(self.days.after(self.date(), n), &mut self.dice),
        };
        self
    }

    /// Some minutes pass, on the same day.
    pub fn shortly(&mut self) -> &mut Self {
        self.now = self
            .now
            .plus_millis(self.dice.roll(4 * 60..=12 * 60) * 1000);
        self
    }

    /// Time passes: some working days of the range.
    pub fn wait_some(&mut self, range: std::ops::RangeInclusive<i64>) -> &mut Self {
        let n = self.dice.roll(range);
        self.wait(n)
    }

    /// Time passes until the office hours of `date`; nothing where that is over.
    pub fn wait_until(&mut self, date: NaiveDate) -> &mut Self {
        if date > self.date() {
            self.now = self.days.office_hour(date, &mut self.dice);
        }
        self
    }

    /// Time passes until a day on which something may be executed: the statutory holidays that every year has on the same date are none
    /// (全国年节及纪念日放假办法), also where the year's notice, and with it the calendar, is still to come.
    pub fn rest_on_holidays(&mut self) -> &mut Self {
        const BY_DATE: [(u32, u32); 6] = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)];
        while BY_DATE.contains(&(self.date().month(), self.date().day())) {
            self.wait(1);
        }
        self
    }

    /// Any officer of an office of the case's body.
    pub fn any_of(&mut self, office: &str, officers: i64) -> String {
        let number = self.dice.roll(1..=officers);
        officer(&self.body, office, number)
    }

    /// The next officer of the same office, of so many.
    pub fn colleague(&self, officer: &str, officers: i64) -> String {
        let (office, number) = officer.rsplit_once('-').unwrap_or((officer, "1"));
        let next = number.parse::<i64>().unwrap_or(1) % officers + 1;
        format!("{office}-{next}")
    }

    /// Tells the last act of a kind again, now, in a newer version.
    pub fn tell_again(&mut self, kind: EventKind, change: impl FnOnce(&mut CaseEvent<'static>)) {
        let Some(told) = self.told.iter().rev().find(|d| d.event.kind == kind) else {
            return;
        };
        let (mut event, at) = (told.event.clone(), self.now.plus_millis(60_000));
        event.data_version += 1;
        event.entered_at = Some(self.now);
        event.sent_at = Some(at);
        event.received_at = at;
        change(&mut event);
        self.told.push(Dispatch { at, event });
    }

    /// Tells an act that happens now; the answer may be added to.
    pub fn tell(&mut self, kind: EventKind, actor: &str) -> &mut CaseEvent<'static> {
        // What comes later in a case is typed in and sent later.
        let before = self
            .told
            .last()
            .map_or(self.now, |d| d.at.plus_millis(1000));
        let entered = self
            .now
            .plus_millis(self.dice.roll(120..=1200) * 1000)
            .max(before);
        let sent = entered.plus_millis(self.dice.roll(1..=10) * 1000);
        let number = self.told.len() + 1;
        let event = CaseEvent {
            event_id: format!("{}-{number:02}", self.case_no).into(),
            source: self.kind.source().into(),
            source_seq: number as u64,
            data_version: 1,
            kind,
            occurred_at: self.now,
            entered_at: Some(entered),
            sent_at: Some(sent),
            received_at: sent,
            case_no: self.case_no.clone().into(),
            data: CaseData {
                case_kind: Some("promise".into()),
                channel: (kind == EventKind::Applied).then(|| self.channel.into()),
                item_code: Some(self.item.clone().into()),
                org_code: Some(self.body.clone().into()),
                region_code: Some(self.region.into()),
                actor: Some(Actor {
                    id: actor.to_owned().into(),
                    ..Actor::default()
                }),
                party_ref: Some(self.party.clone().into()),
                ..CaseData::default()
            },
        };
        self.told.push(Dispatch { at: sent, event });
        &mut self.told.last_mut().expect("just told").event
    }

    /// Tells that a step began.
    pub fn begin(&mut self, step: &'static str, actor: &str) -> &mut CaseEvent<'static> {
        let event = self.tell(EventKind::StepStart, actor);
        event.data.step_code = Some(step.into());
        event
    }

    /// Tells that a step ended.
    pub fn end(&mut self, step: &'static str, actor: &str) -> &mut CaseEvent<'static> {
        let event = self.tell(EventKind::StepEnd, actor);
        event.data.step_code = Some(step.into());
        event
    }

    /// Tells of a special procedure: planned to end at the end of `planned`'s office hours.
    pub fn suspend(
        &mut self,
        kind: &'static str,
        basis: &'static str,
        planned: NaiveDate,
        actor: &str,
    ) {
        let notice_no = format!("告〔{}〕{}", self.date().format("%Y"), &self.party[..6]);
        let now = self.now;
        self.tell(EventKind::Suspend, actor).data.special = Some(Special {
            kind: kind.into(),
            basis: Some(basis.into()),
            planned_end: Some(days::at(planned, 17 * 60 + 30)),
            notice_no: Some(notice_no.into()),
            notice_at: Some(now),
            ..Special::default()
        });
    }

    /// Tells that a special procedure ended.
    pub fn resume(&mut self, kind: &'static str, actor: &str) {
        let special = Special {
            kind: kind.into(),
            ..Special::default()
        };
        self.tell(EventKind::Resume, actor).data.special = Some(special);
    }

    /// Tells that the head of the body granted more time.
    pub fn extend(&mut self, granted: &'static str, basis: &'static str, actor: &str) {
        let head = officer(&self.body, "approve", 1);
        self.extend_by((head, "authority_head"), granted, basis, actor);
    }

    /// Tells that somebody of this rank granted more time.
    pub fn extend_by(
        &mut self,
        (head, rank): (String, &'static str),
        granted: &'static str,
        basis: &'static str,
        actor: &str,
    ) {
        let now = self.now;
        self.tell(EventKind::Extend, actor).data.special = Some(Special {
            kind: "extension".into(),
            basis: Some(basis.into()),
            granted: Some(granted.into()),
            approver: Some(head.into()),
            approver_rank: Some(rank.into()),
            notice_at: Some(now),
            ..Special::default()
        });
    }

    /// Everything typed in at once, long after: what happened before `entered` is entered and sent from then on, one
    /// record every two minutes.
    pub fn enter_late(&mut self, entered: Timestamp) {
        let late = self
            .told
            .iter_mut()
            .filter(|d| d.event.occurred_at < entered);
        for (nth, dispatch) in (0i64..).zip(late) {
            let typed = entered.plus_millis(nth * 120_000);
            dispatch.event.entered_at = Some(typed);
            dispatch.event.sent_at = Some(typed.plus_millis(30_000));
            dispatch.send_at(typed.plus_millis(30_000));
        }
    }

    /// Everything told, in the order of telling.
    pub fn told(self) -> Vec<Dispatch> {
        self.told
    }
}

/// The act was another body's than the case's own.
pub fn by_body(event: &mut CaseEvent<'static>, body: &str) {
    event.data.org_code = Some(body.to_owned().into());
}

/// The act was done with a second officer.
pub fn together(event: &mut CaseEvent<'static>, other: String) {
    event.data.co_actors.push(Actor {
        id: other.into(),
        ..Actor::default()
    });
}

/// A document of this kind was made out and filed with the act.
pub fn document(event: &mut CaseEvent<'static>, kind: &'static str) {
    let half = |n| derived_id(&["demo document", &event.event_id, kind, n]);
    let sha256 = half("1") + &half("2");
    event.data.attachments.push(Attachment {
        kind: kind.into(),
        sha256: Some(sha256.into()),
        uploaded_at: event.entered_at,
    });
}

/// Who took the money, and on which ground where it was taken on the spot.
pub fn collected(event: &mut CaseEvent<'static>, by: String, ground: Option<&'static str>) {
    event.data.collection = Some(Box::new(Collection {
        collector: by.into(),
        ground: ground.map(Into::into),
    }));
}

/// The act uses a tier of the discretion standard.
pub fn by_tier(event: &mut CaseEvent<'static>, act: &'static str, tier: &'static str) {
    event.data.discretion_act = Some(act.into());
    event.data.discretion_tier = Some(tier.into());
}

/// Adds an amount, in fen.
pub fn amount(event: &mut CaseEvent<'static>, name: &'static str, fen: i64) {
    event.data.amounts.insert(name.into(), fen);
}

/// Adds an attribute.
pub fn attribute(event: &mut CaseEvent<'static>, name: &'static str, value: Value<'static>) {
    event.data.attributes.insert(name.into(), value);
}

/// Adds a result and its basis.
pub fn result(event: &mut CaseEvent<'static>, code: &'static str, basis: &'static str) {
    event.data.result_code = Some(code.into());
    event.data.legal_basis = Some(Text::from(basis));
}
