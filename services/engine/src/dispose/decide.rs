//! Whether a command about an alert is applied, and what then stands of it.

mod orders;
mod rectify;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::command::{Author, Command};
use mingjing_domain::deadline::{self, Ledger};
use mingjing_domain::disposition::{
    Appeal, AppealOutcome, Automatic, Basis, Conclusion, Decision, Disposal, Disposition,
    DispositionState, ObjectiveCause, PassedUp, Refused, RefusedBecause, Signature, Verdict,
};
use mingjing_domain::limit::Budget;

use super::refused;
use crate::rules::{ANSWER_WITHIN, Rules, Terms};

/// One command against one alert.
struct Case<'a> {
    automatic: &'a AlertRecord,
    /// As published.
    said: &'a AlertRecord,
    by: Signature,
    rules: &'a Rules,
    before: Disposition,
}

/// What the alert's disposition becomes. Its status and its state follow from [`super::compose`].
pub(super) fn decide(
    automatic: &AlertRecord,
    said: &AlertRecord,
    command: &Command,
    disposal: &Disposal,
    rules: &Rules,
) -> Result<Disposition, Refused> {
    let last = (command.at, command.id.clone());
    let mut before = match &said.disposition {
        Some(disposition) if last < disposition.last => {
            return Err(refused(
                RefusedBecause::Overtaken,
                "该预警在此之后已有新的处置",
            ));
        }
        Some(disposition) => (**disposition).clone(),
        None => nothing_done(automatic),
    };
    before.last = last;
    let case = Case {
        automatic,
        said,
        by: signature(command),
        rules,
        before,
    };
    match disposal {
        Disposal::Hold => case.hold(),
        Disposal::Issue => case.issue(),
        Disposal::Confirm => case.confirm(),
        Disposal::Dismiss {
            conclusion,
            cause,
            evidence,
        } => case
            .dismiss(*conclusion)
            .map(|decided| proven(decided, *cause, evidence)),
        Disposal::Appeal { evidence } => case.appeal(evidence),
        Disposal::Uphold => case.uphold(),
        Disposal::Withdraw {
            conclusion,
            cause,
            evidence,
        } => case
            .withdraw(*conclusion)
            .map(|decided| proven(decided, *cause, evidence)),
        Disposal::PassUp { to } => case.pass_up(to),
        Disposal::Order {
            to,
            due_at,
            rectify,
        } => case.order(to, *due_at, *rectify),
        Disposal::Answer { evidence } => case.answer(evidence),
        Disposal::PassOn { to, due_at } => case.pass_on(to, *due_at),
        Disposal::Report { evidence } => case.report(evidence),
        Disposal::AskExtension { due_at } => case.ask_extension(*due_at),
        Disposal::Extend { due_at } => case.extend(*due_at),
        Disposal::RefuseExtension => case.refuse_extension(),
        Disposal::Rectify { evidence } => case.rectify(evidence),
        Disposal::AcceptRectification => case.check_rectification(true),
        Disposal::RejectRectification => case.check_rectification(false),
        Disposal::Close => case.close(),
    }
}

fn nothing_done(automatic: &AlertRecord) -> Disposition {
    Disposition {
        state: DispositionState::Open,
        decision: None,
        recheck_reason: None,
        appeal: None,
        order: None,
        answers: Vec::new(),
        confirmed_by: Vec::new(),
        automatic: Automatic::of(automatic),
        last: (Timestamp::MIN, String::new()),
    }
}

fn signature(command: &Command) -> Signature {
    let (person, body, office) = match &command.by {
        Author::Person { id, body, office } => (id.as_str(), body.as_str(), office.as_str()),
        Author::Inspection { run_by } => (run_by.as_str(), "", ""),
    };
    Signature {
        person: person.into(),
        body: body.into(),
        office: office.into(),
        at: command.at,
        reason: command.reason.clone(),
        command: command.id.clone(),
    }
}

type Decided = Result<Disposition, Refused>;

impl Case<'_> {
    fn hold(self) -> Decided {
        match (self.said.status, self.verdict()) {
            (Status::Pending, Some(Verdict::Held)) => Err(refused(
                RefusedBecause::AlreadyDecided,
                "该预警已经暂缓发出",
            )),
            (Status::Pending, _) => Ok(self.decided(Verdict::Held, None, false)),
            (status, _) => Err(refused(
                RefusedBecause::NotPending,
                format!("该预警{}，不能暂缓发出", status.name_zh()),
            )),
        }
    }

    fn issue(self) -> Decided {
        self.no_open_appeal()?;
        match self.said.status {
            Status::Pending | Status::Review => Ok(self.decided(Verdict::Issued, None, false)),
            Status::Issued | Status::Ended => Err(refused(
                RefusedBecause::AlreadyOut,
                "该预警已经发出，无须再发",
            )),
            Status::Withdrawn | Status::Cancelled => Err(self.not_standing()),
        }
    }

    fn confirm(self) -> Decided {
        self.no_open_appeal()?;
        if self.said.level == Level::Notice {
            return Err(refused(RefusedBecause::Reminder, "提醒不作认定"));
        }
        self.is_out()?;
        if self.verdict() == Some(Verdict::Confirmed) {
            return Err(refused(RefusedBecause::AlreadyDecided, "该预警已经认定"));
        }
        let person = self.by.person.clone();
        let mut decided = self.decided(Verdict::Confirmed, Some(Conclusion::Subjective), false);
        confirmed_by(&mut decided, person);
        Ok(decided)
    }

    fn dismiss(self, conclusion: Conclusion) -> Decided {
        self.no_open_appeal()?;
        not_subjective(conclusion)?;
        if self.verdict() == Some(Verdict::Dismissed) {
            return Err(refused(
                RefusedBecause::AlreadyDecided,
                "该预警已经不予认定",
            ));
        }
        if self.said.status != Status::Pending {
            self.is_out()?;
        }
        if self.verdict() == Some(Verdict::Confirmed) {
            return Err(refused(RefusedBecause::AlreadyDecided, "该预警已经认定"));
        }
        Ok(self.decided(Verdict::Dismissed, Some(conclusion), false))
    }

    fn appeal(self, evidence: &[String]) -> Decided {
        self.no_open_appeal()?;
        match self.said.status {
            Status::Issued | Status::Ended if self.said.issued_at.is_some() => {}
            Status::Withdrawn | Status::Cancelled => return Err(self.not_standing()),
            status => {
                return Err(refused(
                    RefusedBecause::NotOut,
                    format!("该预警{}，尚未发出，不能申诉", status.name_zh()),
                ));
            }
        }
        let decision = self.before.decision.as_ref();
        if decision.is_some_and(|d| d.on_appeal) && self.before.recheck_reason.is_none() {
            return Err(refused(
                RefusedBecause::AlreadyAppealed,
                "该预警经申诉已经作出决定",
            ));
        }
        if self.before.confirmed_by.contains(&self.by.person) {
            return Err(refused(
                RefusedBecause::OwnDecision,
                format!("{} 曾认定该预警，不能代为申诉", self.by.person),
            ));
        }
        let confirmed = decision.filter(|d| d.verdict == Verdict::Confirmed);
        let from = self.said.issued_at.max(confirmed.map(|d| d.by.at));
        let (body, terms) = (&self.by.body, self.terms(&self.by.body, self.by.at));
        let until = from.and_then(|from| self.due(from, terms.appeal, body));
        if until.is_some_and(|until| deadline::is_late(self.by.at, until)) {
            return Err(refused(
                RefusedBecause::TooLate,
                format!(
                    "申诉应自发出或者认定之日起 {} 内提出",
                    terms.appeal.text_zh()
                ),
            ));
        }
        let due_at = self.due(self.by.at, terms.decide, body);
        let mut decided = self.before;
        decided.appeal = Some(Appeal {
            by: self.by,
            evidence: evidence.to_vec(),
            due_at,
            passed_up: Vec::new(),
            outcome: None,
        });
        Ok(decided)
    }

    fn uphold(self) -> Decided {
        self.may_decide_appeal()?;
        if matches!(self.said.status, Status::Withdrawn | Status::Cancelled) {
            return Err(self.not_standing());
        }
        let by = self.by.clone();
        let put_off = self.put_off();
        let mut decided = self.decided(Verdict::Confirmed, Some(Conclusion::Subjective), true);
        confirmed_by(&mut decided, by.person.clone());
        if let (Some(due_at), Some(order)) = (put_off, &mut decided.order) {
            order.due_at = Some(due_at);
            order.extended.push(by.clone());
        }
        conclude(&mut decided, true, by);
        Ok(decided)
    }

    fn withdraw(self, conclusion: Conclusion) -> Decided {
        self.may_decide_appeal()?;
        not_subjective(conclusion)?;
        let by = self.by.clone();
        let mut decided = self.decided(Verdict::Dismissed, Some(conclusion), true);
        conclude(&mut decided, false, by);
        Ok(decided)
    }

    fn pass_up(self, to: &str) -> Decided {
        self.may_decide_appeal()?;
        let terms = self.terms(to, self.by.at);
        let due_at = self.due(self.by.at, terms.decide, to);
        let mut decided = self.before;
        if let Some(appeal) = &mut decided.appeal {
            appeal.passed_up.push(PassedUp {
                by: self.by,
                to: to.into(),
            });
            appeal.due_at = due_at;
        }
        Ok(decided)
    }

    /// The verdict of a decision that carries.
    fn verdict(&self) -> Option<Verdict> {
        let decision = self.before.decision.as_ref();
        decision
            .filter(|_| self.before.recheck_reason.is_none())
            .map(|d| d.verdict)
    }

    fn decided(
        self,
        verdict: Verdict,
        conclusion: Option<Conclusion>,
        on_appeal: bool,
    ) -> Disposition {
        let goes_out = matches!(verdict, Verdict::Issued | Verdict::Confirmed);
        let was_pending = self.said.status == Status::Pending;
        let issued_at = self.said.issued_at.or(goes_out.then_some(self.by.at));
        let answer_due_at = match self.said.answer_due_at {
            None if goes_out && self.said.level >= Level::Yellow => {
                let body = self.said.responsible_org.as_deref();
                self.due(self.by.at, ANSWER_WITHIN, body.unwrap_or_default())
            }
            due => due,
        };
        let mut disposition = self.before;
        disposition.decision = Some(Decision {
            verdict,
            conclusion,
            cause: None,
            evidence: Vec::new(),
            by: self.by,
            on_appeal,
            was_pending,
            basis: Basis::of(self.automatic),
            issued_at,
            answer_due_at,
        });
        disposition.recheck_reason = None;
        disposition
    }

    /// When something falls due that a body has to do, counted where it is.
    fn due(&self, from: Timestamp, within: Budget, body: &str) -> Option<Timestamp> {
        let calendar = self.rules.calendar_of_body(body)?;
        Some(deadline::deadline(calendar, from, within, &Ledger::default()).due_at)
    }

    fn terms(&self, body: &str, at: Timestamp) -> Terms {
        let item = self.automatic.item_code.as_deref();
        self.rules.terms(body, item, at)
    }

    fn is_out(&self) -> Result<(), Refused> {
        match self.said.status {
            Status::Issued | Status::Review => Ok(()),
            Status::Ended if self.said.issued_at.is_some() => Ok(()),
            Status::Pending | Status::Ended => Err(refused(
                RefusedBecause::NotOut,
                format!("该预警{}，未曾发出", self.said.status.name_zh()),
            )),
            Status::Withdrawn | Status::Cancelled => Err(self.not_standing()),
        }
    }

    /// A card that is out asks for an answer, whether or not anybody orders one.
    fn is_card(&self) -> bool {
        self.said.level >= Level::Yellow && self.is_out().is_ok()
    }

    fn not_standing(&self) -> Refused {
        let message = format!("该预警{}", self.said.status.name_zh());
        refused(RefusedBecause::NotStanding, message)
    }

    fn no_open_appeal(&self) -> Result<(), Refused> {
        match self.before.appeal_is_open() {
            true => Err(refused(RefusedBecause::AppealOpen, "该预警申诉中")),
            false => Ok(()),
        }
    }

    /// An appeal is never decided by who confirmed, who appealed or who passed it up.
    fn may_decide_appeal(&self) -> Result<(), Refused> {
        let Some(appeal) = self.before.appeal.as_ref().filter(|a| a.outcome.is_none()) else {
            return Err(refused(RefusedBecause::NoAppeal, "该预警没有待决的申诉"));
        };
        let person = &self.by.person;
        let part = if self.before.confirmed_by.contains(person) {
            "曾认定该预警"
        } else if appeal.by.person == *person {
            "是申诉人"
        } else if appeal.passed_up.iter().any(|p| p.by.person == *person) {
            "已将申诉报上级"
        } else {
            return Ok(());
        };
        Err(refused(
            RefusedBecause::OwnDecision,
            format!("{person} {part}，不能决定该申诉"),
        ))
    }
}

fn not_subjective(conclusion: Conclusion) -> Result<(), Refused> {
    match conclusion {
        Conclusion::Subjective => Err(refused(
            RefusedBecause::Contradiction,
            "主观责任不能作为不予认定或者撤销的理由",
        )),
        _ => Ok(()),
    }
}

/// What was decided with the objective cause it names and what proves that. Neither is asked for here: commands from before there was a
/// list of causes name none, and are decided as they were. The API asks for both.
fn proven(
    mut decided: Disposition,
    cause: Option<ObjectiveCause>,
    evidence: &[String],
) -> Disposition {
    if let Some(decision) = &mut decided.decision {
        decision.cause = cause;
        decision.evidence = evidence.to_vec();
    }
    decided
}

fn confirmed_by(disposition: &mut Disposition, person: String) {
    if !disposition.confirmed_by.contains(&person) {
        disposition.confirmed_by.push(person);
    }
}

fn conclude(disposition: &mut Disposition, upheld: bool, by: Signature) {
    if let Some(appeal) = &mut disposition.appeal {
        appeal.outcome = Some(AppealOutcome { upheld, by });
    }
}
