//! Every rule of the catalogue that needs no archive, shown by scripts: one Markdown file a rule.
//!
//! `T8.md` says in plain words what T8 is about, gives definitions in a fenced `yaml` block, and under the headings of
//! [`file::HEADINGS`] scripts in fenced `script` blocks (see `services/testkit/src/script.rs`). Every script runs through the engine
//! and the slow evaluator; those of G1–G5 hold two sets of definitions against each other (see [`aligned`]).
//! `missing.txt` lists the rules that have no file yet; it has to be exact.

mod aligned;
mod complete;
mod file;
mod frame;
mod page;

use std::collections::BTreeSet;

use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::catalogue;
use mingjing_testkit::script::check;

use file::{Heading, RuleFile, Script};

#[test]
fn every_script_of_every_rule_holds() {
    let mut failed = Vec::new();
    let files = file::all();
    assert!(!files.is_empty(), "there is no file in tests/rules");
    for file in files.iter().filter(|f| is_of_events(f)) {
        for script in &file.scripts {
            let place = format!("{}.md:{}", file.id, script.line);
            match outcome(script) {
                Ok(alerts) => {
                    failed
                        .extend(unfit(file, script, &alerts).map(|why| format!("{place}: {why}")));
                    failed.extend(
                        alerts
                            .iter()
                            .filter(|alert| alert.rule == file.id)
                            .filter_map(|alert| unsaid(alert, &script.definitions))
                            .map(|why| format!("{place}: {why}")),
                    );
                }
                Err(why) => failed.push(format!("{place}: {why}")),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_script_of_every_comparison_holds() {
    let mut failed = Vec::new();
    let mut files = file::all();
    files.retain(file::compares_definitions);
    assert!(!files.is_empty(), "there is no file of a comparison");
    for file in &files {
        for script in &file.scripts {
            let place = format!("{}.md:{}", file.id, script.line);
            match aligned::run(script) {
                Ok(compared) => {
                    let why = aligned::unfit(file, script, &compared);
                    failed.extend(why.map(|why| format!("{place}: {why}")));
                }
                Err(why) => failed.push(format!("{place}: {why}")),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_file_raises_its_own_rule() {
    for file in file::all().into_iter().filter(is_of_events) {
        let raised: BTreeSet<String> = file
            .scripts
            .iter()
            .filter_map(|script| outcome(script).ok())
            .flatten()
            .map(|alert| alert.rule)
            .collect();
        assert!(
            raised.contains(&file.id),
            "{}.md: no script has an alert of {}, only of {raised:?}",
            file.id,
            file.id
        );
    }
}

fn is_of_events(file: &RuleFile) -> bool {
    !file::is_inspection(file) && !file::compares_definitions(file)
}

/// What a script leaves; what it fails with where it does not hold.
fn outcome(script: &Script) -> Result<Vec<AlertRecord>, String> {
    let run = || check(&script.definitions, &script.text);
    std::panic::catch_unwind(run).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned()))
            .unwrap_or_else(|| "it fails without a word".into())
    })
}

/// What a card's message keeps to itself: by which article, what to do, until when to answer.
fn unsaid(alert: &AlertRecord, definitions: &str) -> Option<String> {
    let says = |words: &str| alert.message.contains(words.trim_end_matches('。'));
    let article = alert.legal_basis.as_deref().unwrap_or_default();
    // An answer that is late already is asked for at once, in words of its own.
    let late = alert.rule == LATE_ANSWER;
    let rule = catalogue::rule(&alert.rule).filter(|_| !late && !definitions.contains("remedy:"));
    let lacks = if alert.level < Level::Yellow {
        return None;
    } else if !says(article) {
        "its article"
    } else if rule.is_some_and(|rule| !says(rule.remedy)) {
        "what is to be done"
    } else if !late && !says("内反馈办理情况") {
        "until when to answer"
    } else {
        return None;
    };
    Some(format!(
        "{} does not say {lacks}: {}",
        alert.rule, alert.message
    ))
}

/// 督办未按期反馈.
const LATE_ANSWER: &str = "T15";

/// Why a script does not fit its heading.
fn unfit(file: &RuleFile, script: &Script, alerts: &[AlertRecord]) -> Option<String> {
    let mut mine = alerts.iter().filter(|alert| alert.rule == file.id);
    let heading = script.heading?;
    let lines = |begins: &str| {
        script
            .text
            .lines()
            .filter(|l| l.trim().starts_with(begins))
            .count()
    };
    match heading {
        Heading::Raises => mine
            .all(|alert| alert.status == Status::Cancelled)
            .then(|| format!("raises no alert of {}", file.id)),
        Heading::MustNot | Heading::Lawful => mine
            .find(|alert| alert.status != Status::Cancelled)
            .map(|alert| format!("{} has gone out: {}", file.id, alert.message)),
        Heading::LateEvent => {
            let late = [" received ", " entered ", " corrects ", " v ", "activate "];
            let comes_late = late.iter().any(|word| script.text.contains(word));
            let changes = script
                .text
                .lines()
                .map(|l| l.trim().starts_with("expect "))
                .collect::<Vec<_>>()
                .windows(2)
                .filter(|w| w[1] && !w[0])
                .count();
            (lines("expect ") == 0 || !comes_late || changes < 2)
                .then(|| "needs a late event between two expectations".into())
        }
    }
}
