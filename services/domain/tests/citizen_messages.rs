//! The Chinese calendar against 1,408 citizens' messages answered by a Chinese city: working days between
//! question and answer, the last day of 15 working days, and whether the answer came after it.
//!
//! The file is not part of the repository. `MINGJING_REAL_LOGS` names the folder that has it (default
//! `../shared/data` beside the repository); without it the test says that it was skipped.

use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveDateTime};
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{WorkCalendar, china};
use mingjing_domain::deadline::{Ledger, deadline, is_late};

#[test]
fn every_answered_message_has_the_working_days_and_the_verdict_of_the_real_log() {
    let file = real_logs().join("citizen-messages-cn/messages.csv");
    if !file.is_file() {
        // Written past the test harness, which hides what a passing test prints.
        writeln!(
            stderr(),
            "SKIPPED: no {}; set MINGJING_REAL_LOGS to the folder of real logs",
            file.display()
        )
        .expect("stderr is open");
        return;
    }
    let calendar = WorkCalendar::compile(china(), None).expect("the built-in calendar is sound");
    let mut reader = csv::Reader::from_path(&file).expect("the file can be read");
    let columns = reader.headers().expect("the file has a header").clone();
    let column = |name: &str| columns.iter().position(|c| c == name).expect(name);
    let names = [
        "asked_at",
        "answered_at",
        "calendar_days",
        "working_days_cn",
        "due_15_working_days",
        "late",
    ];
    let indices = names.map(column);
    let (mut rows, mut late) = (0, 0);
    for row in reader.records() {
        let row = row.expect("every row can be read");
        let [asked, answered, calendar_days, working_days, due, was_late] =
            indices.map(|i| &row[i]);
        let [asked, answered] = [asked, answered].map(|text| {
            NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a local date and time")
        });
        let between = answered
            .date()
            .signed_duration_since(asked.date())
            .num_days();
        assert_eq!(between.to_string(), calendar_days, "{row:?}");
        let worked = calendar.working_days_between(asked.date(), answered.date());
        assert_eq!(worked.to_string(), working_days, "{row:?}");
        let instant = |local| Timestamp::from_local(local, calendar.tz());
        let limit = "15wd".parse().expect("a limit");
        let end = deadline(&calendar, instant(asked), limit, &Ledger::default());
        assert_eq!(
            end.due_date,
            due.parse::<NaiveDate>().expect("a date"),
            "{row:?}"
        );
        assert_eq!(
            is_late(instant(answered), end.due_at),
            was_late == "1",
            "{row:?}"
        );
        assert!(!end.provisional, "{row:?}");
        rows += 1;
        late += usize::from(was_late == "1");
    }
    assert_eq!((rows, late), (1408, 356));
}

fn real_logs() -> PathBuf {
    let beside_the_repository =
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    std::env::var_os("MINGJING_REAL_LOGS").map_or_else(beside_the_repository, PathBuf::from)
}
