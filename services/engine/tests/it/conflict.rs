//! One id, two contents.

use mingjing_domain::alert::Status;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::event::EventKind::{Accepted, Note};

use crate::world::{alerts, definitions, engine, event, say, tick, with_attribute};

fn watched() -> mingjing_engine::Engine {
    let point = "  - {id: twice, name: 矛盾, check: conflict}\n";
    engine(&definitions("{name: area, type: int}", "", point))
}

fn version(mut event: CaseEvent<'static>, version: u32) -> CaseEvent<'static> {
    event.data_version = version;
    event
}

#[test]
fn the_first_of_two_contents_stays_and_the_first_in_order_is_alleged() {
    let mut engine = watched();
    for (id, hour) in [("late", 9), ("early", 4)] {
        say(&mut engine, &event(id, Note, hour));
        say(
            &mut engine,
            &with_attribute(event(id, Note, hour), "area", 9),
        );
    }
    tick(&mut engine, 100);
    assert_eq!(engine.counts().conflicts, 2);
    assert_eq!(engine.case("zjj-permit", "1").map(|c| c.events), Some(2));
    assert_eq!(alerts(&engine), [("twice".into(), Status::Issued, 4)]);
}

#[test]
fn a_greater_version_settles_which_content_counts() {
    let mut engine = watched();
    say(&mut engine, &event("1", Accepted, 0));
    say(
        &mut engine,
        &with_attribute(event("1", Accepted, 0), "area", 9),
    );
    tick(&mut engine, 1);
    assert_eq!(alerts(&engine), [("twice".into(), Status::Pending, 0)]);
    // Versions are dates in many systems.
    say(
        &mut engine,
        &version(
            with_attribute(event("1", Accepted, 0), "area", 9),
            20_260_701,
        ),
    );
    assert_eq!(alerts(&engine), [("twice".into(), Status::Cancelled, 0)]);
    say(&mut engine, &version(event("1", Accepted, 0), 20_260_702));
    assert_eq!((engine.counts().conflicts, engine.counts().events), (1, 3));
    assert_eq!(alerts(&engine), [("twice".into(), Status::Cancelled, 0)]);
}

#[test]
fn the_same_record_received_again_is_no_conflict() {
    let mut engine = watched();
    say(&mut engine, &event("1", Accepted, 0));
    let mut again = event("1", Accepted, 0);
    again.received_at = again.received_at.plus_millis(60_000);
    again.sent_at = Some(again.received_at);
    assert_eq!(say(&mut engine, &again), []);
    assert_eq!(
        (engine.counts().duplicates, engine.counts().conflicts),
        (1, 0)
    );
}
