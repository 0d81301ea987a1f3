//! Every rule that is judged by periodic inspections, shown by scripts: one Markdown file a rule in `tests/rules`, as for those of the
//! stream (`../rules/main.rs`), with lines `inspect RULE WINDOW` between.
//!
//! Each script runs through the engine; what it publishes is archived in a real ClickHouse (one for all, a database each), the inspection runs over it,
//! and what it says goes back into the engine and the slow evaluator as commands. Only then expectations are held against both.

mod archive;
#[path = "../../services/store/tests/store/engine.rs"]
mod engine;
#[path = "../rules/file.rs"]
mod file;
#[path = "../rules/frame.rs"]
mod frame;
mod run;

use mingjing_domain::alert::Status;

use file::{Heading, RuleFile, Script};

#[tokio::test(flavor = "multi_thread")]
async fn every_script_of_every_inspection_holds() {
    let mut failed = Vec::new();
    let files: Vec<RuleFile> = file::all()
        .into_iter()
        .filter(file::is_inspection)
        .collect();
    assert!(files.len() > 1, "no file of an inspection in tests/rules");
    let only = std::env::var("RULE").ok();
    for file in files
        .iter()
        .filter(|f| only.as_ref().is_none_or(|o| *o == f.id))
    {
        for script in &file.scripts {
            let place = format!("{}.md:{}", file.id, script.line);
            match run::script(script).await {
                Ok(seen) => {
                    failed.extend(unfit(file, script, &seen).map(|why| format!("{place}: {why}")))
                }
                Err(why) => failed.push(format!("{place}: {why}")),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Why a script does not fit its heading.
fn unfit(file: &RuleFile, script: &Script, seen: &run::Seen) -> Option<String> {
    let mine = || seen.alerts.iter().filter(|alert| alert.rule == file.id);
    match script.heading? {
        Heading::Raises if mine().next().is_none() => {
            Some(format!("raises no alert of {}", file.id))
        }
        Heading::MustNot | Heading::Lawful if seen.inspections == 0 => {
            Some("inspects nothing".into())
        }
        Heading::MustNot | Heading::Lawful => mine()
            .next()
            .map(|alert| format!("{} has gone out: {}", file.id, alert.message)),
        Heading::LateEvent => {
            let changed = mine().any(|a| matches!(a.status, Status::Withdrawn | Status::Ended))
                || seen.changes > 1;
            (seen.inspections < 2 || !changed)
                .then(|| "needs a late event between two inspections that changes something".into())
        }
        Heading::Raises => mine()
            .find_map(|alert| incomplete(alert).map(|why| format!("{}: {why}", alert.case_no))),
    }
}

/// What an alert of an inspection lacks.
fn incomplete(alert: &mingjing_domain::alert::AlertRecord) -> Option<String> {
    use mingjing_domain::alert::Evidence;
    let found = alert.evidence.iter().find_map(|e| match e {
        Evidence::Inspection {
            window,
            total,
            rows,
            ..
        } => Some((window, *total, rows)),
        _ => None,
    });
    let Some((window, total, rows)) = found else {
        return Some("no evidence of an inspection".into());
    };
    if alert.message.contains(['{', '}']) {
        return Some(format!("a figure is missing in {:?}", alert.message));
    }
    if !alert.message.contains(&window.label) && alert.subject_kind != "source" {
        return Some(format!("does not name its window: {:?}", alert.message));
    }
    if rows.is_empty() || (rows.len() as u64) > total.max(1) {
        return Some(format!("{} rows of {total}", rows.len()));
    }
    None
}
