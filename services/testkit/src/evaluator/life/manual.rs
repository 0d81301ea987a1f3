//! What people raise by hand, the slow way: there once, and never judged.

use mingjing_domain::alert::Status;
use mingjing_domain::command::{Command, SubjectKind};
use mingjing_domain::disposition::{MANUAL_POINT, ManualAlert, RefusedBecause};

use super::{AlertKey, AlertStand, BEFORE_EVERY_TICK, Goes, SlowEngine};

impl SlowEngine {
    pub(super) fn raise(&mut self, command: &Command, alert: &ManualAlert) {
        let subject = &command.subject;
        let key = AlertKey {
            source: subject.source.clone(),
            case_no: subject.key.clone(),
            control_point: MANUAL_POINT.to_owned(),
            step: alert.label.clone(),
            visit: 1,
        };
        if self.alerts.contains_key(&key) {
            self.answer = Some(self.deeds.entry(key).or_default().raised_again(command));
            return;
        }
        let case = (subject.source.clone(), subject.key.clone());
        let (is_known, item) = match subject.kind {
            SubjectKind::Case => (self.cases.contains_key(&case), self.item_of(&case)),
            SubjectKind::Org => (self.definitions.body_with(&subject.key).is_some(), None),
            _ => (false, None),
        };
        if !is_known {
            self.answer = Some(Some(RefusedBecause::NoSuchSubject));
            return;
        }
        let before = self.alerts.clone();
        self.names_item(&key, item);
        let stand = AlertStand {
            level: alert.level,
            status: Status::Issued,
            due_at: None,
            breached_at: None,
            completed_at: None,
            doubted: false,
        };
        self.alerts.insert(key.clone(), stand);
        let now = match self.clock {
            BEFORE_EVERY_TICK => command.at,
            clock => clock,
        };
        self.note_what_went_out(&before, now, Goes::OutAgain);
        self.deeds.entry(key).or_default().raised(command);
        self.answer = Some(None);
    }
}
