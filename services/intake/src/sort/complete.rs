//! What a source says beside events: that it is complete (the rules stand above in [`sort`](super)), and how many events it
//! has made on a day.

use mingjing_domain::Timestamp;
use mingjing_domain::ids::Slot;
use mingjing_log::Record;
use mingjing_wire::cloudevents::{
    COMPLETE_UNTIL, CloudEvent, Completion, SOURCE_TOTALS, Totals, encode_totals,
};
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};

use super::{Completing, Decided, Sorter, Step, declined};
use crate::answer::{Item, Outcome};

impl Sorter<'_> {
    /// What a source says beside events, if this item is that.
    pub(super) fn control(&mut self, raw: &[u8]) -> Option<Decided> {
        let envelope = match self.binary {
            true => self.binary(raw)?,
            false => CloudEvent::from_json(raw).ok()?,
        };
        let taken = match envelope.kind.as_str() {
            COMPLETE_UNTIL => self.until(&envelope).map(|until| {
                self.sorted.not_taken = 0;
                self.sorted.steps.push(Step::Complete(until));
            }),
            SOURCE_TOTALS => self.totals(&envelope),
            _ => return None,
        };
        let id = envelope.id.clone();
        Some(match taken {
            Ok(()) => Ok(Item {
                id: Some(id),
                outcome: Outcome::Accepted,
            }),
            Err(mut refusal) => {
                // A place in our own rendering of it would only mislead.
                refusal.at = None;
                refusal.event_id = Some(id.into());
                refusal.source = Some(envelope.source.as_str().into());
                declined(refusal, None)
            }
        })
    }

    /// How many events the source has made on a day: one record in the source's own partition.
    fn totals(&mut self, envelope: &CloudEvent) -> Result<(), Refusal> {
        self.context.speaks_for(&envelope.source)?;
        let totals = Totals::of(envelope)?;
        let source = &self.context.speaker.id;
        let record = Record {
            key: source.clone().into(),
            value: encode_totals(source, &totals).into(),
        };
        let partition = Slot::of(source, "").partition(self.partitions);
        self.append(partition, record);
        Ok(())
    }

    /// A gap in the source's numbers is a record that may still be on its way.
    fn no_number_is_missing(&self) -> Result<(), Refusal> {
        let (Some(taken), Some(first)) = (&self.numbers, self.context.speaker.numbered_from) else {
            return Ok(());
        };
        let told = taken.told(first);
        if told.is_empty() {
            return Ok(());
        }
        let detail = Words::new(format!("missing: {told}"), format!("缺号：{told}"));
        Err(Refusal::new(ReasonCode::NumbersMissing, detail))
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
            Completing::After { .. } if missing == 0 || missing == not_taken => {
                self.no_number_is_missing()?;
                Ok(until)
            }
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
