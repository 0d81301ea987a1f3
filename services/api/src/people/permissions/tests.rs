use std::collections::BTreeSet;

use serde_json::json;

use super::Reach::Public;
use super::alerts::{ALERT_ACT, INCIDENT_ALL};
use super::cases::VOICE_ACT;
use super::definitions::DRAFT_ACT;
use super::*;
use crate::people::account::Role::{Administrator, Auditor, DepartmentHandler, Leadership};

#[test]
fn no_two_rows_are_about_the_same() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        assert!(seen.insert((row.method, row.path, row.act)), "{row:?}");
    }
    for (method, path) in BY_KEY {
        assert!(seen.insert((*method, *path, "")), "{method} {path}");
    }
}

/// For those who review who may ask what, and for the tests that ask a running platform by each row (`tests/e2e/permitted.rs`).
#[test]
fn the_checked_in_table_is_this_one() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../schemas/permissions.json"
    );
    let rows = rows().map(|row| {
        let reach = match row.reach {
            Public => "public",
            Reach::Same => "same",
            Reach::Narrowed => "narrowed",
            Reach::Whole => "whole",
        };
        json!({
            "method": row.method, "path": row.path, "act": row.act, "roles": row.roles, "reach": reach, "key": row.key == Key::Opens,
        })
    });
    let by_key = BY_KEY.iter().map(|(method, path)| {
        json!({ "method": method, "path": path, "act": "", "roles": [], "reach": "by_key", "key": true })
    });
    // A row a line: a change of one is read as one.
    let lines: Vec<String> = rows.chain(by_key).map(|row| format!("  {row}")).collect();
    let made = format!("[\n{}\n]\n", lines.join(",\n"));
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == made,
        "schemas/permissions.json is out of date: run the tests once with UPDATE_SCHEMAS=1"
    );
}

#[test]
fn what_shows_persons_is_asked_of_routes_that_there_are() {
    for path in PERSONAL {
        let row = find("GET", path, "x");
        assert!(row.is_some_and(audited), "{path}");
    }
    let counts = find("GET", "/api/v1/counts", "counts");
    assert!(counts.is_some_and(|row| !audited(row)));
}

#[test]
fn what_is_public_asks_for_no_role_and_nothing_else_goes_without() {
    for row in rows() {
        assert_eq!(row.reach == Public, row.roles.is_empty(), "{row:?}");
    }
}

#[test]
fn every_act_about_an_alert_or_a_complaint_has_a_row_and_others_have_none() {
    use mingjing_domain::disposition::Disposal;
    for code in Disposal::CODES {
        let row = find("POST", ALERT_ACT, code);
        assert_eq!(row.map(|row| row.act), Some(code));
    }
    for code in mingjing_domain::incident::ACTS_UPON_ALL {
        let row = find("POST", INCIDENT_ALL, code);
        assert_eq!(row.map(|row| row.act), Some(code));
    }
    for act in mingjing_domain::voice::Act::ALL {
        let row = find("POST", VOICE_ACT, act.code());
        assert_eq!(row.map(|row| row.act), Some(act.code()));
    }
    assert!(find("POST", ALERT_ACT, "forgive").is_none());
    assert!(find("POST", DRAFT_ACT, "%61pprove").is_none());
    assert!(find("DELETE", "/api/v1/alerts", "alerts").is_none());
    let approve = find("POST", DRAFT_ACT, "approve").map(|row| row.roles);
    assert_eq!(approve, Some(&[Leadership][..]));
}

#[test]
fn who_gives_rights_and_who_audits_decides_nothing_and_departments_answer_only() {
    for row in rows().filter(|row| row.method != "get") {
        let upkeep = ["accounts", "sources", "dead-letters"].map(|of| format!("/api/v1/{of}"));
        let upkeep = upkeep.iter().any(|of| row.path.starts_with(of));
        let session = row.path.starts_with("/api/v1/session");
        // It changes nothing: whoever audits may have the log read again.
        let verifies = row.path == "/api/v1/log/verify";
        if !session && !verifies {
            assert_eq!(row.roles.contains(&Administrator), upkeep, "{row:?}");
            assert!(!row.roles.contains(&Auditor), "{row:?}");
        }
        if row.roles.contains(&DepartmentHandler) && !session {
            let answers = ["appeal", "answer", "report", "ask_extension", "rectify"];
            assert!(answers.contains(&row.act), "{row:?}");
        }
    }
}
