//! Whether a source is complete; the rules stand above in [`sort`](super).

use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::{COMPLETE_UNTIL, CloudEvent, Completion};
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};

use super::{Completing, Decided, Declined, Sorter, Step};
use crate::answer::{Item, Outcome};

impl Sorter<'_> {
    /// "Complete until", if this item is one.
    pub(super) fn completion(&mut self, raw: &[u8]) -> Option<Decided> {
        let envelope = match self.binary {
            true => self.binary(raw)?,
            false => CloudEvent::from_json(raw).ok()?,
        };
        if envelope.kind != COMPLETE_UNTIL {
            return None;
        }
        let until = self.until(&envelope).map_err(|mut refusal| {
            // A place in our own rendering of it would only mislead.
            refusal.at = None;
            refusal.event_id = Some(envelope.id.as_str().into());
            refusal.source = Some(envelope.source.as_str().into());
            Box::new(Declined {
                refusal,
                case_no: None,
            })
        });
        Some(until.map(|until| {
            self.sorted.not_taken = 0;
            self.sorted.steps.push(Step::Complete(until));
            Item {
                id: Some(envelope.id),
                outcome: Outcome::Accepted,
            }
        }))
    }

    fn until(&self, envelope: &CloudEvent) -> Result<Timestamp, Refusal> {
        self.context.speaks_for(&envelope.source)?;
        let Completion { until, not_taken } = Completion::of(envelope)?;
        self.context.completion(until)?;
        let missing = self.sorted.not_taken;
        match &self.incoming.completing {
            Completing::Elsewhere(topic) => {
                let detail = Words::new(
                    format!("a request, while events come through the topic {topic}"),
                    format!("通过请求声明，而事件经主题 {topic} 送达"),
                );
                Err(Refusal::new(ReasonCode::SaidElsewhere, detail))
            }
            Completing::Unordered(partitions) => {
                let detail = Words::new(
                    format!("{partitions} partitions"),
                    format!("{partitions} 个分区"),
                );
                Err(Refusal::new(ReasonCode::SeveralPartitions, detail))
            }
            Completing::After { .. } if missing == 0 || missing == not_taken => Ok(until),
            Completing::After { .. } => {
                let detail = Words::new(
                    format!("{missing} items before it that were not taken"),
                    format!("此前有 {missing} 项未被收下"),
                );
                let refusal = Refusal::new(ReasonCode::EarlierRefused, detail);
                Err(refusal.help(
                    format!("correct and send them again; then say it once more, with data.not_taken = {missing}"),
                    format!("请改正并重新发送；然后再次声明，并填写 data.not_taken = {missing}"),
                ))
            }
        }
    }
}
