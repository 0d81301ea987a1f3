//! Commands in scripts: what an inspection found, in as many words as judging needs.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::command::{Act, Author, Command, Finding, Subject, SubjectKind, Window};

use super::words::{Read, Words, level_of};

/// Reads what stands behind `command`; `instant` reads a date and a time.
pub(super) fn command(
    source: String,
    words: &mut Words<'_>,
    instant: impl Fn(&mut Words<'_>) -> Read<Timestamp>,
) -> Read<Command> {
    let kind = words.next("a kind of subject")?;
    let kind = SubjectKind::from_code(kind).ok_or_else(|| format!("no subject is a {kind:?}"))?;
    let key = words.next("the subject's key")?;
    let key = key.strip_prefix('-').unwrap_or(key).to_owned();
    let act = words.next("found, over or not_found")?;
    let rule = words.next("a rule")?.to_owned();
    let label = words.next("a window")?.to_owned();
    let level = words.next("a level")?;
    let level = level_of(level).ok_or_else(|| format!("no level {level:?}"))?;
    let at = instant(words)?;
    let of_source = matches!(kind, SubjectKind::Case | SubjectKind::Source);
    let subject = Subject {
        kind,
        source: if of_source { source } else { String::new() },
        key,
    };
    let finding = Box::new(Finding {
        rule: rule.clone(),
        window: Window {
            label: label.clone(),
            from: at.plus_millis(-1),
            until: at,
        },
        level,
        breached_at: None,
        item_code: None,
        org_code: None,
        region_code: None,
        actor: None,
        legal_basis: None,
        message: "巡检发现".into(),
        figures: BTreeMap::new(),
        parameters: BTreeMap::new(),
        settings: Vec::new(),
        total: 0,
        rows: Vec::new(),
    });
    let what = match act {
        "found" => Act::Found { finding },
        "over" => Act::Over {
            finding,
            over_at: at,
        },
        "not_found" => Act::NotFound {
            rule,
            window: label,
        },
        other => return Err(format!("no inspection says {other:?}")),
    };
    let by = Author::Inspection {
        run_by: "script".into(),
    };
    Ok(Command::new(by, at, "复查".into(), subject, what))
}
