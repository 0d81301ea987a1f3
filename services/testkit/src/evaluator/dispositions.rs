//! What people do about alerts, the slow way: every deed that was applied is kept with what was to be seen when it was done, and all
//! questions are answered by going through the list.

mod orders;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{Level, Status};
use mingjing_domain::command::{Author, Command};
use mingjing_domain::deadline::{Ledger, deadline};
use mingjing_domain::disposition::{
    Conclusion, Disposal, DispositionState, RefusedBecause as Because,
};

use super::Definitions;
use super::life::AlertStand;
use super::terms::Terms;

/// A deed that was applied, with what was to be seen when it was done.
#[derive(Clone, Debug)]
struct Deed {
    at: Timestamp,
    id: String,
    person: String,
    what: Disposal,
    /// As the platform alone had it.
    alone: AlertStand,
    /// As published before.
    shown: Status,
    /// When it had gone out, by this deed at the latest.
    out_at: Option<Timestamp>,
    /// When an order's answer is due from then on.
    due_at: Option<Timestamp>,
}

/// What is to be seen of the last order about an alert.
#[derive(Clone, Debug)]
pub(super) struct LastOrder {
    /// Which order it is.
    pub nth: u16,
    pub given_at: Timestamp,
    pub to: String,
    pub due_at: Timestamp,
    /// When it was answered first.
    pub answered_at: Option<Timestamp>,
    /// When the appeal was made that is still open.
    pub appealed_at: Option<Timestamp>,
    /// When the last appeal was made, and when it was decided.
    pub last_appeal: Option<(Timestamp, Option<Timestamp>)>,
    /// The same against the alert about this order.
    pub own_appeal: Option<(Timestamp, Option<Timestamp>)>,
    /// When somebody last did something.
    pub last_at: Timestamp,
}

/// What was said under a command's id.
#[derive(Clone, Debug)]
struct Answer {
    id: String,
    digest: String,
    refused: Option<Because>,
}

/// All that people did about one alert.
#[derive(Clone, Debug, Default)]
pub(super) struct Deeds {
    /// The alert is itself about an order, which is answered elsewhere.
    pub about_order: bool,
    applied: Vec<Deed>,
    answers: Vec<Answer>,
}

/// An alert with what is laid over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub status: Status,
    pub state: Option<DispositionState>,
    pub out_at: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Worth {
    Carries,
    Graver,
    WithdrawsItself,
    Nothing,
}

impl Deeds {
    /// What is published of an alert that the platform alone has so, out since then.
    pub fn shown(&self, alone: &AlertStand, alone_out_at: Option<Timestamp>) -> Shown {
        let plain = Shown {
            status: alone.status,
            state: None,
            out_at: alone_out_at,
        };
        if self.applied.is_empty() {
            return plain;
        }
        let Some(decision) = self.decision() else {
            let state = match self.appeal().is_some() {
                true => DispositionState::Appealed,
                false => DispositionState::Open,
            };
            return Shown {
                state: Some(state),
                ..plain
            };
        };
        let worth = worth(decision, alone);
        let (status, out_at) = match (worth, &decision.what) {
            (Worth::Graver, _) => match alone.status {
                Status::Pending => (Status::Issued, decision.out_at),
                status => (status, decision.out_at),
            },
            (Worth::WithdrawsItself, _) => (Status::Withdrawn, decision.out_at),
            (Worth::Nothing, Disposal::Dismiss { .. } | Disposal::Withdraw { .. })
                if alone.status == Status::Pending =>
            {
                (Status::Pending, alone_out_at)
            }
            (Worth::Nothing, _) => (Status::Review, decision.out_at.or(alone_out_at)),
            (Worth::Carries, Disposal::Hold) => match alone.status {
                Status::Issued | Status::Pending => (Status::Pending, None),
                Status::Withdrawn | Status::Cancelled => (Status::Cancelled, None),
                Status::Ended => (Status::Ended, None),
                Status::Review => (Status::Review, alone_out_at),
            },
            (Worth::Carries, Disposal::Dismiss { .. } | Disposal::Withdraw { .. }) => {
                match decision.shown {
                    Status::Pending => (Status::Cancelled, decision.out_at),
                    _ => (Status::Withdrawn, decision.out_at),
                }
            }
            (Worth::Carries, _) => match alone.status {
                Status::Ended => (Status::Ended, decision.out_at),
                _ => (Status::Issued, decision.out_at),
            },
        };
        use DispositionState as S;
        let state = match (self.appeal(), worth, &decision.what) {
            (Some(_), ..) => S::Appealed,
            (None, Worth::Graver | Worth::Nothing, _) => S::Recheck,
            (None, _, Disposal::Hold) => S::Held,
            (None, _, Disposal::Issue) => S::Issued,
            (None, _, Disposal::Confirm) => S::Confirmed,
            (None, _, Disposal::Uphold) => S::Upheld,
            (None, _, Disposal::Dismiss { .. }) => S::Dismissed,
            (None, ..) => S::WithdrawnOnAppeal,
        };
        Shown {
            status,
            state: Some(state),
            out_at,
        }
    }

    /// The alert is there because somebody raised it by this command.
    pub fn raised(&mut self, command: &Command) {
        self.answers.push(Answer {
            id: command.id.clone(),
            digest: command.digest(),
            refused: None,
        });
    }

    /// Somebody raises what is there already; answers why that is refused, where it is.
    pub fn raised_again(&self, command: &Command) -> Option<Because> {
        let known = self.answers.iter().find(|a| a.id == command.id);
        let same = known.is_some_and(|known| known.digest == command.digest());
        (!same).then_some(Because::KeyReused)
    }

    /// A command arrives about an alert, which names the item; answers why it is refused, where it is.
    pub fn command(
        &mut self,
        command: &Command,
        what: &Disposal,
        alone: &AlertStand,
        alone_out_at: Option<Timestamp>,
        definitions: &Definitions,
        item: Option<&str>,
    ) -> Option<Because> {
        if let Some(known) = self.answers.iter().find(|a| a.id == command.id) {
            return match known.digest == command.digest() {
                true => known.refused,
                false => Some(Because::KeyReused),
            };
        }
        let refused = self
            .objection(command, what, alone, alone_out_at, definitions, item)
            .err();
        self.answers.push(Answer {
            id: command.id.clone(),
            digest: command.digest(),
            refused,
        });
        if refused.is_none() {
            self.apply(command, what, alone, alone_out_at, definitions, item);
        }
        refused
    }

    fn apply(
        &mut self,
        command: &Command,
        what: &Disposal,
        alone: &AlertStand,
        alone_out_at: Option<Timestamp>,
        definitions: &Definitions,
        item: Option<&str>,
    ) {
        let shown = self.shown(alone, alone_out_at);
        let goes_out = matches!(what, Disposal::Issue | Disposal::Confirm | Disposal::Uphold);
        let due_at = match what {
            Disposal::Order {
                due_at: None, to, ..
            } => {
                let within = Terms::of(definitions, to, item, command.at).answer;
                let calendar = definitions.calendar_of_body(to);
                Some(deadline(calendar, command.at, within, &Ledger::default()).due_at)
            }
            Disposal::Order { due_at, .. } => *due_at,
            Disposal::Extend { due_at } => Some(*due_at),
            Disposal::Uphold => self.anew(command.at, definitions, item),
            _ => None,
        };
        self.applied.push(Deed {
            at: command.at,
            id: command.id.clone(),
            person: person(command).to_owned(),
            what: what.clone(),
            alone: alone.clone(),
            shown: shown.status,
            out_at: shown.out_at.or(goes_out.then_some(command.at)),
            due_at,
        });
    }

    fn objection(
        &self,
        command: &Command,
        what: &Disposal,
        alone: &AlertStand,
        alone_out_at: Option<Timestamp>,
        definitions: &Definitions,
        item: Option<&str>,
    ) -> Result<(), Because> {
        let against = |so: bool, because: Because| match so {
            true => Err(because),
            false => Ok(()),
        };
        if let Some(last) = self.applied.last() {
            against(
                (command.at, &command.id) < (last.at, &last.id),
                Because::Overtaken,
            )?;
        }
        let shown = self.shown(alone, alone_out_at);
        let carried = self
            .decision()
            .filter(|_| shown_carries(self, alone))
            .map(|d| &d.what);
        let confirmed = matches!(carried, Some(Disposal::Confirm | Disposal::Uphold));
        let dismissed = matches!(
            carried,
            Some(Disposal::Dismiss { .. } | Disposal::Withdraw { .. })
        );
        let gone = matches!(shown.status, Status::Withdrawn | Status::Cancelled);
        let appeal_open = against(self.appeal().is_some(), Because::AppealOpen);
        let is_out = match shown.status {
            Status::Issued | Status::Review => Ok(()),
            Status::Ended if shown.out_at.is_some() => Ok(()),
            Status::Ended | Status::Pending => Err(Because::NotOut),
            Status::Withdrawn | Status::Cancelled => Err(Because::NotStanding),
        };
        let order = self.order();
        match what {
            Disposal::Hold => {
                against(shown.status != Status::Pending, Because::NotPending)?;
                against(
                    matches!(carried, Some(Disposal::Hold)),
                    Because::AlreadyDecided,
                )
            }
            Disposal::Issue => {
                appeal_open?;
                against(gone, Because::NotStanding)?;
                against(
                    matches!(shown.status, Status::Issued | Status::Ended),
                    Because::AlreadyOut,
                )
            }
            Disposal::Confirm => {
                appeal_open?;
                against(alone.level == Level::Notice, Because::Reminder)?;
                is_out?;
                against(confirmed, Because::AlreadyDecided)
            }
            Disposal::Dismiss { conclusion, .. } => {
                appeal_open?;
                against(
                    *conclusion == Conclusion::Subjective,
                    Because::Contradiction,
                )?;
                against(dismissed, Because::AlreadyDecided)?;
                if shown.status != Status::Pending {
                    is_out?;
                }
                against(confirmed, Because::AlreadyDecided)
            }
            Disposal::Appeal { .. } => {
                appeal_open?;
                against(gone, Because::NotStanding)?;
                let went_out = matches!(shown.status, Status::Issued | Status::Ended);
                against(!went_out || shown.out_at.is_none(), Because::NotOut)?;
                let last = self.decision();
                let on_appeal =
                    matches!(carried, Some(Disposal::Uphold | Disposal::Withdraw { .. }));
                against(on_appeal, Because::AlreadyAppealed)?;
                against(
                    self.confirmers().any(|p| p == person(command)),
                    Because::OwnDecision,
                )?;
                let confirmed =
                    last.filter(|d| matches!(d.what, Disposal::Confirm | Disposal::Uphold));
                let from = shown.out_at.max(confirmed.map(|d| d.at));
                let body = body(command);
                let within = Terms::of(definitions, body, item, command.at).appeal;
                let calendar = definitions.calendar_of_body(body);
                let until = from.map(|from| deadline(calendar, from, within, &Ledger::default()));
                let late = until.is_some_and(|d| command.at.floor_second() > d.due_at);
                against(late, Because::TooLate)
            }
            Disposal::Uphold | Disposal::Withdraw { .. } | Disposal::PassUp { .. } => {
                let appeal = self.appeal().ok_or(Because::NoAppeal)?;
                let since = &self.applied[appeal..];
                let passed = since.iter().filter(|d| {
                    matches!(d.what, Disposal::Appeal { .. } | Disposal::PassUp { .. })
                });
                let mut involved = passed.map(|d| &*d.person).chain(self.confirmers());
                let own = involved.any(|p| p == person(command));
                against(own, Because::OwnDecision)?;
                match what {
                    Disposal::Uphold => against(gone, Because::NotStanding),
                    Disposal::Withdraw { conclusion, .. } => against(
                        *conclusion == Conclusion::Subjective,
                        Because::Contradiction,
                    ),
                    _ => Ok(()),
                }
            }
            Disposal::Order { due_at, .. } => {
                is_out?;
                against(order.is_some(), Because::OrderOpen)?;
                against(
                    due_at.is_some_and(|due| due <= command.at),
                    Because::NotLater,
                )
            }
            Disposal::Answer { .. } if order.is_none() => {
                let asks = alone.level >= Level::Yellow && is_out.is_ok() && !self.about_order;
                against(!asks, Because::NoOrder)
            }
            Disposal::Answer { .. }
            | Disposal::PassOn { .. }
            | Disposal::Report { .. }
            | Disposal::AskExtension { .. }
            | Disposal::Extend { .. }
            | Disposal::RefuseExtension
            | Disposal::Rectify { .. }
            | Disposal::AcceptRectification
            | Disposal::RejectRectification
            | Disposal::Close => {
                let order = order.ok_or(Because::NoOrder)?;
                match self.objection_about_order(order, command.at, person(command), what) {
                    None => Ok(()),
                    Some(because) => Err(because),
                }
            }
        }
    }

    /// The last deed that decides about the alert itself.
    fn decision(&self) -> Option<&Deed> {
        self.applied.iter().rev().find(|deed| {
            matches!(
                deed.what,
                Disposal::Hold
                    | Disposal::Issue
                    | Disposal::Confirm
                    | Disposal::Uphold
                    | Disposal::Dismiss { .. }
                    | Disposal::Withdraw { .. }
            )
        })
    }

    /// The place of the open appeal.
    fn appeal(&self) -> Option<usize> {
        let last = |is: fn(&Disposal) -> bool| self.applied.iter().rposition(|d| is(&d.what));
        let asked = last(|w| matches!(w, Disposal::Appeal { .. }))?;
        let decided = last(|w| matches!(w, Disposal::Uphold | Disposal::Withdraw { .. }));
        decided.is_none_or(|d| d < asked).then_some(asked)
    }

    /// The place of the open order.
    fn order(&self) -> Option<usize> {
        let last = |is: fn(&Disposal) -> bool| self.applied.iter().rposition(|d| is(&d.what));
        let given = last(|w| matches!(w, Disposal::Order { .. }))?;
        let closed = last(|w| matches!(w, Disposal::Close));
        closed.is_none_or(|c| c < given).then_some(given)
    }

    /// What is to be seen of the last order; nothing where there is none, or no day for its answer.
    pub fn last_order(&self) -> Option<LastOrder> {
        let orders = || {
            let all = self.applied.iter().enumerate();
            all.filter(|(_, d)| matches!(d.what, Disposal::Order { .. }))
        };
        let (place, _) = orders().next_back()?;
        let since = &self.applied[place..];
        let Disposal::Order { to, .. } = &since[0].what else {
            return None;
        };
        let answer = since
            .iter()
            .find(|d| matches!(d.what, Disposal::Answer { .. }));
        Some(LastOrder {
            nth: orders().count() as u16,
            given_at: since[0].at,
            to: to.clone(),
            due_at: since.iter().rev().find_map(|d| d.due_at)?.floor_second(),
            answered_at: answer.map(|d| d.at),
            appealed_at: self.appeal().map(|place| self.applied[place].at),
            last_appeal: self.last_appeal(),
            own_appeal: None,
            last_at: self.applied.last()?.at,
        })
    }

    /// When the last appeal was made, and when it was decided.
    pub(super) fn last_appeal(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        let is_appeal = |d: &Deed| matches!(d.what, Disposal::Appeal { .. });
        let place = self.applied.iter().rposition(is_appeal)?;
        let decides = |d: &&Deed| matches!(d.what, Disposal::Uphold | Disposal::Withdraw { .. });
        let decided = self.applied[place..].iter().find(decides);
        Some((self.applied[place].at, decided.map(|d| d.at)))
    }

    /// Until when an unanswered order is to be answered once the appeal that is open is turned down now; nothing where that changes
    /// nothing.
    fn anew(
        &self,
        now: Timestamp,
        definitions: &Definitions,
        item: Option<&str>,
    ) -> Option<Timestamp> {
        self.order()?;
        let order = self.last_order().filter(|o| o.answered_at.is_none())?;
        let in_time = order.appealed_at?.floor_second() <= order.due_at;
        let within = Terms::of(definitions, &order.to, item, order.given_at).answer;
        let calendar = definitions.calendar_of_body(&order.to);
        let due_at = deadline(calendar, now, within, &Ledger::default()).due_at;
        (in_time && due_at > order.due_at).then_some(due_at)
    }

    fn confirmers(&self) -> impl Iterator<Item = &str> {
        let confirms = |d: &&Deed| matches!(d.what, Disposal::Confirm | Disposal::Uphold);
        self.applied.iter().filter(confirms).map(|d| &*d.person)
    }
}

fn shown_carries(deeds: &Deeds, alone: &AlertStand) -> bool {
    let worth = deeds.decision().map(|d| worth(d, alone));
    matches!(worth, Some(Worth::Carries | Worth::WithdrawsItself))
}

/// What a decision is worth, now that the platform alone has the alert so.
fn worth(decision: &Deed, now: &AlertStand) -> Worth {
    let then = &decision.alone;
    let alleged = |s: &AlertStand| !matches!(s.status, Status::Withdrawn | Status::Cancelled);
    let doubted = |s: &AlertStand| s.status == Status::Review && s.doubted;
    let dates = |s: &AlertStand| (s.due_at, s.breached_at);
    let unchanged = then.level == now.level && dates(then) == dates(now);
    match &decision.what {
        Disposal::Hold => Worth::Carries,
        Disposal::Dismiss { .. } | Disposal::Withdraw { .. } => {
            if !alleged(now) {
                return Worth::Carries;
            }
            if !alleged(then) || doubted(then) && !doubted(now) {
                return Worth::Nothing;
            }
            let newly_breached = now.breached_at.is_some() && then.breached_at.is_none();
            match unchanged || now.level < then.level && !newly_breached {
                true => Worth::Carries,
                false => Worth::Nothing,
            }
        }
        what => {
            let newly_doubted = doubted(now) && !doubted(then);
            if unchanged && !newly_doubted && (alleged(now) || !alleged(then)) {
                return Worth::Carries;
            }
            if alleged(now) && !doubted(now) && now.level > then.level {
                return Worth::Graver;
            }
            let before_its_time =
                matches!(what, Disposal::Issue) && decision.shown == Status::Pending;
            match before_its_time && !alleged(now) {
                true => Worth::WithdrawsItself,
                false => Worth::Nothing,
            }
        }
    }
}

fn person(command: &Command) -> &str {
    match &command.by {
        Author::Person { id, .. } => id,
        Author::Inspection { run_by } => run_by,
    }
}

fn body(command: &Command) -> &str {
    match &command.by {
        Author::Person { body, .. } => body,
        Author::Inspection { .. } => "",
    }
}
