//! Records of our own log: what is written is what is read, and noise is refused, never a panic.

use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseEvent, EventKind};
use mingjing_wire::cloudevents::{CloudEvent, read_event, type_of};
use mingjing_wire::{LogRecord, ReasonCode, encode_event, parse_event};
use proptest::prelude::*;

use crate::scripts::{event, record};

const LATER: Timestamp = Timestamp::from_millis(4_000_000_000_000);

proptest! {
    #[test]
    fn an_event_is_read_as_it_was_written(event in event()) {
        let bytes = encode_event(&event);
        prop_assert_eq!(&parse_event(&bytes, LATER).unwrap(), &event);
        prop_assert_eq!(encode_event(&event), bytes);
    }

    #[test]
    fn every_record_is_read_as_it_was_written(record in record()) {
        let bytes = record.encode();
        prop_assert_eq!(&LogRecord::parse(&bytes, LATER).unwrap(), &record);
        prop_assert_eq!(LogRecord::parse(&bytes, LATER).unwrap().into_owned().encode(), bytes.clone());
        CloudEvent::from_json(&bytes).unwrap();
    }

    #[test]
    fn the_careful_reader_agrees_with_the_fast_one(mut event in event()) {
        event.source_seq &= i64::MAX as u64;
        let bytes = encode_event(&event);
        let careful = read_event(&bytes, LATER).unwrap();
        let mut fast = parse_event(&bytes, LATER).unwrap();
        fast.received_at = LATER;
        prop_assert_eq!(careful.event, fast);
    }

    #[test]
    fn random_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(parse_event(&bytes, LATER).is_err());
        prop_assert!(LogRecord::parse(&bytes, LATER).is_err());
        prop_assert!(read_event(&bytes, LATER).is_err());
    }

    #[test]
    fn a_damaged_event_is_read_or_refused_without_panic(
        event in event(),
        places in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0u8..4), 1..6),
    ) {
        let mut bytes = encode_event(&event);
        for (place, byte, how) in places {
            if bytes.is_empty() { break; }
            let place = place.index(bytes.len());
            match how {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                2 => { bytes.remove(place); }
                _ => bytes.truncate(place),
            }
        }
        for refusal in [parse_event(&bytes, LATER).err(), read_event(&bytes, LATER).err()].into_iter().flatten() {
            prop_assert!(refusal.message_en().len() < 1500, "{}", refusal.message_en());
            prop_assert!(!refusal.message_zh().is_empty());
        }
        let _ = LogRecord::parse(&bytes, LATER);
    }
}

#[test]
fn the_bytes_of_a_record_are_part_of_the_stored_format() {
    let event = CaseEvent {
        event_id: "e-1".into(),
        source: "zjj".into(),
        source_seq: 7,
        data_version: 2,
        kind: EventKind::StepEnd,
        occurred_at: Timestamp::parse("2026-11-23T09:30:00+08:00").unwrap(),
        entered_at: Some(Timestamp::parse("2026-11-23T09:31:00.5+08:00").unwrap()),
        sent_at: None,
        received_at: Timestamp::parse("2026-11-23T09:32:00+08:00").unwrap(),
        case_no: "510500-2026-0001".into(),
        data: mingjing_domain::event::CaseData {
            step_code: Some("审查".into()),
            ..Default::default()
        },
    };
    assert_eq!(
        String::from_utf8(encode_event(&event)).unwrap(),
        r#"{"specversion":"1.0","type":"cn.mingjing.case.step_end.v1","source":"zjj","id":"e-1","#
            .to_owned()
            + r#""subject":"510500-2026-0001","time":"2026-11-23T01:30:00+00:00","sequence":"7","#
            + r#""receivedat":"2026-11-23T01:32:00+00:00","data":{"data_version":2,"#
            + r#""entered_at":"2026-11-23T01:31:00.500+00:00","step_code":"审查"}}"#
    );
    let tick = LogRecord::Tick {
        at: Timestamp::from_millis(0),
        epoch: 3,
    };
    assert_eq!(
        String::from_utf8(tick.encode()).unwrap(),
        r#"{"specversion":"1.0","type":"cn.mingjing.tick.v1","source":"mingjing","#.to_owned()
            + r#""id":"3dbeb79e2d689024b0697b6005531b69","data":{"at":"1970-01-01T00:00:00+00:00","epoch":3}}"#
    );
}

#[test]
fn fields_filled_twice_by_a_caller_are_written_once() {
    let at = Timestamp::parse("2026-11-23T09:30:00+08:00").unwrap();
    let mut event = parse_event(
        br#"{"specversion":"1.0","type":"cn.mingjing.case.note.v1","source":"s","id":"1","subject":"c","time":"2026-01-01T00:00:00Z"}"#,
        at,
    )
    .unwrap();
    event.entered_at = Some(at);
    event.data.entered_at = Some(LATER);
    event.data.data_version = Some(9);
    let bytes = encode_event(&event);
    let read = parse_event(&bytes, at).unwrap();
    assert_eq!(
        (read.entered_at, read.data_version, read.received_at),
        (Some(at), 1, at)
    );
}

#[test]
fn every_kind_has_a_type_and_comes_back() {
    for kind in EventKind::ALL {
        assert_eq!(
            mingjing_wire::cloudevents::kind_of(&type_of(*kind)),
            Some(*kind)
        );
    }
}

#[test]
fn records_of_unknown_type_are_refused_by_name() {
    let refusal = LogRecord::parse(
        br#"{"specversion":"1.0","type":"cn.mingjing.other.v1","source":"s","id":"1","data":{}}"#,
        LATER,
    )
    .unwrap_err();
    assert_eq!(
        (refusal.reason, refusal.field.as_deref()),
        (ReasonCode::UnknownType, Some("type"))
    );
    let refusal = LogRecord::parse(
        br#"{"specversion":"1.0","type":"cn.mingjing.tick.v1","source":"s","id":"1","data":{"at":"x","epoch":1}}"#,
        LATER,
    )
    .unwrap_err();
    assert_eq!(refusal.reason, ReasonCode::ImpossibleDate);
}
