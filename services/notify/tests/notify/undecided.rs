//! Appeals that nobody has decided by their day: who is told, once, and of nothing that was decided.

use serde_json::Value;

use crate::receivers::{Receiver, Taken};
use crate::world::World;

const DAY: i64 = 86_400;

/// What a message says: of which case, and what.
fn said(taken: &Taken) -> [Value; 2] {
    let said = &taken.body["data"]["said"];
    [said["case_no"].clone(), said["change"].clone()]
}

#[tokio::test]
async fn an_undecided_appeal_is_told_once_when_its_day_has_passed_and_to_the_leader_a_working_day_later()
 {
    let (receiver, folder) = (Receiver::start().await, tempfile::tempdir().unwrap());
    let config = format!(
        "[[channel]]\nid = \"oa\"\nkind = \"webhook\"\nurl = \"http://{}/oa\"\nsecret = \"env:KEY\"\n\
         [[route]]\nid = \"deciders\"\nchannel = \"oa\"\nregions = [\"510502\"]\nchanges = [\"appeal_overdue\"]\n\
         [[route]]\nid = \"leader\"\nchannel = \"oa\"\nregions = [\"510502\"]\nchanges = [\"appeal_overdue_leader\"]\n\
         [[route]]\nid = \"city\"\nchannel = \"oa\"\nregions = [\"510500\"]\nchanges = [\"appeal_overdue\", \"appeal_overdue_leader\"]\n",
        receiver.address
    );
    // Tuesday; the appeals have until the end of Thursday.
    let mut world = World::begin(folder.path(), &config, "2026-11-24T10:00:00+08:00").await;
    let due = "2026-11-26T23:59:59+08:00";
    for alert in ["a1", "a2", "a3"] {
        world.appeal(alert, due, None).await;
    }
    world
        .appeal("a2", due, Some("2026-11-26T18:00:00+08:00"))
        .await;
    // A message after them shows that they were read.
    world.appeal("a0", "2026-11-24T09:00:00+08:00", None).await;
    let taken = receiver.until(1).await;
    assert_eq!(said(&taken[0]), ["a0", "appeal_overdue"]);
    world.end().await;

    // Decided while nobody notifies, and read only after its day has passed: nobody is reminded of it.
    world
        .appeal("a3", due, Some("2026-11-26T20:00:00+08:00"))
        .await;
    world.move_clock(2 * DAY + 14 * 3_600);
    world.again(&config).await;
    // Friday. Of a0 the leader hears, its working day being over, and of a1 those who decide.
    let taken = receiver.until(3).await;
    let mut heard = [said(&taken[1]), said(&taken[2])];
    heard.sort_by_key(|[case_no, _]| case_no.to_string());
    assert_eq!(
        heard,
        [["a0", "appeal_overdue_leader"], ["a1", "appeal_overdue"]]
    );
    world.move_clock(DAY - 1);
    world.again(&config).await;
    // Saturday: the working day after a1's is over, too. Nothing comes twice.
    world.move_clock(1);
    let taken = receiver.until(4).await;
    assert_eq!(said(&taken[3]), ["a1", "appeal_overdue_leader"]);
    world.end().await;
    assert_eq!(receiver.taken().len(), 4);
}
