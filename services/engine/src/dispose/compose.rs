//! The last decision over what the platform alone says.

use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::disposition::{
    Automatic, Basis, Decision, Disposition, DispositionState, Verdict,
};
use mingjing_domain::fact::Change;

/// What a decision is worth now.
enum Carries {
    /// It carries.
    Yes,
    /// More is alleged than it was made on: that goes out, and is not decided.
    Graver,
    /// What was sent out before its time was not so after all.
    NotSo,
    /// It was made on something else; why.
    No(String),
}

/// The alert as it is published.
pub(super) fn compose(automatic: &AlertRecord, mut disposition: Disposition) -> AlertRecord {
    let mut said = automatic.clone();
    disposition.automatic = Automatic::of(automatic);
    disposition.recheck_reason = None;
    if let Some(decision) = &disposition.decision {
        match carries(decision, automatic) {
            Carries::Yes => lay(decision, automatic, &mut said),
            Carries::Graver => {
                said.issued_at = decision.issued_at;
                if said.status == Status::Pending {
                    said.status = Status::Issued;
                }
                disposition.recheck_reason =
                    Some("认定之后情形加重，按新的级别发出，须另行认定".into());
            }
            Carries::NotSo => {
                said.status = Status::Withdrawn;
                said.issued_at = decision.issued_at;
            }
            Carries::No(why) => {
                // What was dismissed and is alleged anew waits like anything else until its source is known complete.
                let waits =
                    decision.verdict == Verdict::Dismissed && automatic.status == Status::Pending;
                if !waits {
                    said.status = Status::Review;
                    said.issued_at = decision.issued_at.or(automatic.issued_at);
                    said.withdrawn_at = None;
                    said.withdrawn_reason = Some(why.clone());
                }
                disposition.recheck_reason = Some(why);
            }
        }
    }
    disposition.state = state(&disposition);
    said.disposition = Some(Box::new(disposition));
    said
}

fn carries(decision: &Decision, automatic: &AlertRecord) -> Carries {
    let (then, now) = (&decision.basis, Basis::of(automatic));
    let same =
        (then.level, then.due_at, then.breached_at) == (now.level, now.due_at, now.breached_at);
    let why = || {
        let automatic = automatic.withdrawn_reason.as_deref();
        match (now.alleged, now.doubted && !then.doubted) {
            (false, _) => format!(
                "处置之后情形不再成立：{}",
                automatic.unwrap_or("情形不存在")
            ),
            (true, true) => format!("处置之后：{}", automatic.unwrap_or("情形存疑")),
            (true, false) if then.level != now.level => format!(
                "处置之后级别由{}变为{}，须重新认定",
                then.level.name_zh(),
                now.level.name_zh()
            ),
            (true, false) => "处置之后期限或者事实发生变化，须重新认定".into(),
        }
    };
    match decision.verdict {
        Verdict::Held => Carries::Yes,
        Verdict::Issued | Verdict::Confirmed => {
            let doubt = now.doubted && !then.doubted;
            if same && !doubt && (now.alleged || !then.alleged) {
                Carries::Yes
            } else if now.alleged && !now.doubted && now.level > then.level {
                Carries::Graver
            } else if !now.alleged && decision.was_pending && decision.verdict == Verdict::Issued {
                Carries::NotSo
            } else {
                Carries::No(why())
            }
        }
        Verdict::Dismissed => {
            let less =
                now.level < then.level && (now.breached_at.is_none() || then.breached_at.is_some());
            let doubt_gone = then.doubted && !now.doubted;
            match !now.alleged || (then.alleged && !doubt_gone && (same || less)) {
                true => Carries::Yes,
                false => Carries::No(why()),
            }
        }
    }
}

/// A decision that carries.
fn lay(decision: &Decision, automatic: &AlertRecord, said: &mut AlertRecord) {
    match decision.verdict {
        Verdict::Held => {
            match automatic.status {
                Status::Issued => said.status = Status::Pending,
                Status::Withdrawn => said.status = Status::Cancelled,
                Status::Pending | Status::Ended | Status::Cancelled | Status::Review => {}
            }
            if said.status != Status::Review {
                (said.issued_at, said.answer_due_at) = (None, None);
            }
        }
        Verdict::Issued | Verdict::Confirmed => {
            if automatic.status != Status::Ended {
                said.status = Status::Issued;
            }
            (said.withdrawn_at, said.withdrawn_reason) = (None, None);
            said.issued_at = decision.issued_at;
            said.answer_due_at = decision.answer_due_at.or(automatic.answer_due_at);
        }
        Verdict::Dismissed => {
            said.status = match decision.was_pending {
                true => Status::Cancelled,
                false => Status::Withdrawn,
            };
            said.issued_at = decision.issued_at;
            said.withdrawn_at = Some(decision.by.at);
            let how = match decision.on_appeal {
                true => "申诉撤销",
                false => "不予认定",
            };
            let conclusion = decision.conclusion.map_or("", |c| c.name_zh());
            said.withdrawn_reason = Some(format!("{how}（{conclusion}）：{}", decision.by.reason));
        }
    }
}

fn state(disposition: &Disposition) -> DispositionState {
    if disposition.appeal_is_open() {
        return DispositionState::Appealed;
    }
    let Some(decision) = &disposition.decision else {
        return DispositionState::Open;
    };
    if disposition.recheck_reason.is_some() {
        return DispositionState::Recheck;
    }
    match (decision.verdict, decision.on_appeal) {
        (Verdict::Held, _) => DispositionState::Held,
        (Verdict::Issued, _) => DispositionState::Issued,
        (Verdict::Confirmed, false) => DispositionState::Confirmed,
        (Verdict::Confirmed, true) => DispositionState::Upheld,
        (Verdict::Dismissed, false) => DispositionState::Dismissed,
        (Verdict::Dismissed, true) => DispositionState::WithdrawnOnAppeal,
    }
}

/// What became of an alert whose status was another one.
pub(super) fn change_between(was: Status, is: &AlertRecord) -> Change {
    match (was, is.status) {
        (_, Status::Ended) => Change::Ended,
        (_, Status::Withdrawn) => Change::Withdrawn,
        (_, Status::Cancelled) => Change::Cancelled,
        (_, Status::Review) => Change::SentToReview,
        (Status::Withdrawn | Status::Cancelled, Status::Pending) => Change::Raised,
        (_, Status::Pending) => Change::Revised,
        (Status::Pending, Status::Issued) => Change::Issued,
        (Status::Review, Status::Issued) if is.issued_at == last_decided_at(is) => Change::Issued,
        (_, Status::Issued) => Change::Reopened,
    }
}

fn last_decided_at(alert: &AlertRecord) -> Option<mingjing_domain::Timestamp> {
    let decision = alert.disposition.as_ref()?.decision.as_ref()?;
    Some(decision.by.at)
}
