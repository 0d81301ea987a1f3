//! From facts to records of the facts topic, in pieces that one append takes.

use mingjing_domain::fact::Fact;
use mingjing_log::{MAX_APPEND_BYTES, MAX_APPEND_RECORDS, Record};
use mingjing_wire::facts::{FactRecord, key_of};

/// The most that goes into one append.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) records: usize,
    pub(crate) bytes: usize,
}

/// The appends that write these facts of an owner, in order.
pub(crate) fn encode(facts: &[FactRecord], epoch: u64, piece: Piece) -> Vec<Vec<Record>> {
    let records_max = piece.records.clamp(1, MAX_APPEND_RECORDS);
    let bytes_max = piece.bytes.min(MAX_APPEND_BYTES);
    let mut appends: Vec<Vec<Record>> = Vec::new();
    let mut bytes = 0;
    for fact in facts {
        let record = record(fact, epoch);
        let full = appends
            .last()
            .is_none_or(|a| a.len() >= records_max || bytes + record.size() > bytes_max);
        if full {
            appends.push(Vec::new());
            bytes = 0;
        }
        bytes += record.size();
        appends
            .last_mut()
            .expect("one was just pushed")
            .push(record);
    }
    appends
}

fn record(fact: &FactRecord, epoch: u64) -> Record {
    let record = Record {
        key: key_of(&fact.facts).into(),
        value: fact.encode_for(epoch).into(),
    };
    if record.size() <= MAX_APPEND_BYTES {
        return record;
    }
    // No log takes it. A case that someone filled with events must not stop its partition.
    tracing::error!(
        bytes = record.size(),
        "a fact is too large to be published: a refusal stands in its place"
    );
    let facts = too_large(&fact.facts, record.size());
    let instead = FactRecord { facts, ..*fact };
    Record {
        key: key_of(&instead.facts).into(),
        value: instead.encode_for(epoch).into(),
    }
}

/// The reason of what stands in the place of a fact that no log takes.
pub(crate) const TOO_LARGE: &str = "fact_too_large";

fn too_large(fact: &Fact, bytes: usize) -> Fact {
    let (at, source, case_no) = match fact {
        Fact::Alert { at, alert, .. } => (at, Some(&alert.source), Some(&alert.case_no)),
        Fact::Decision {
            at,
            source,
            case_no,
            ..
        } => (at, Some(source), Some(case_no)),
        Fact::Case { at, case } => (at, Some(&case.source), Some(&case.case_no)),
        Fact::Refused {
            at,
            source,
            case_no,
            ..
        } => (at, source.as_ref(), case_no.as_ref()),
        Fact::Source { at, source, .. } => (at, Some(source), None),
    };
    Fact::Refused {
        at: *at,
        reason: TOO_LARGE.to_owned(),
        detail: format!(
            "该办件的结论达 {bytes} 字节，超过一条记录的上限；请核查该办件是否被重复推送"
        ),
        source: source.cloned(),
        case_no: case_no.cloned(),
        event_id: None,
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;
    use mingjing_domain::fact::CaseRecord;
    use mingjing_wire::facts::FactPosition;

    use super::*;

    fn case(case_no: &str) -> FactRecord {
        let at = Timestamp::from_millis(0);
        let case = CaseRecord {
            source: "s".into(),
            case_no: case_no.into(),
            item_code: None,
            org_code: None,
            region_code: None,
            flowchart: None,
            opened_at: Some(at),
            accepted_at: None,
            closed_at: None,
            due_at: None,
            events: 0,
            step: None,
            visits: Vec::new(),
            measures: mingjing_domain::measures::CaseMeasures::default(),
        };
        let facts = Fact::Case {
            at,
            case: Box::new(case),
        };
        FactRecord {
            position: FactPosition { offset: 1, n: 0 },
            facts,
            epoch: 0,
            ends_batch: false,
        }
    }

    #[test]
    fn facts_are_cut_into_appends_that_the_log_takes_and_none_is_lost() {
        let facts: Vec<_> = (0..7).map(|n| case(&n.to_string())).collect();
        let by_count = encode(
            &facts,
            4,
            Piece {
                records: 3,
                bytes: usize::MAX,
            },
        );
        assert_eq!(by_count.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
        let size = by_count[0][0].size();
        let by_size = encode(
            &facts,
            4,
            Piece {
                records: 100,
                bytes: 2 * size,
            },
        );
        assert_eq!(
            by_size.iter().map(Vec::len).collect::<Vec<_>>(),
            [2, 2, 2, 1]
        );
        assert_eq!(by_size.concat(), by_count.concat());
    }

    #[test]
    fn a_fact_that_no_append_takes_becomes_a_refusal() {
        let huge = case(&"9".repeat(MAX_APPEND_BYTES));
        let mut small = huge.clone();
        if let Fact::Case { case, .. } = &mut small.facts {
            case.case_no = "9".into();
            case.item_code = Some("8".repeat(MAX_APPEND_BYTES));
        }
        let written = encode(
            &[small],
            4,
            Piece {
                records: 1,
                bytes: MAX_APPEND_BYTES,
            },
        )
        .concat();
        let read = FactRecord::parse(&written[0].value).unwrap();
        assert!(matches!(read.facts, Fact::Refused { reason, .. } if reason == "fact_too_large"));
    }
}
