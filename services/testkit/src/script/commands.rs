//! Commands in scripts: what an inspection found, and what people do about alerts, in as many words as judging needs.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::command::{
    Act, Author, Command, Finding, INSPECTION_POINT, Subject, SubjectKind, Window, finding_id,
};
use mingjing_domain::disposition::{Conclusion, Disposal, ManualAlert, ObjectiveCause};
use mingjing_domain::ids::alert_id;

use super::show::Row;
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

/// Reads what stands behind `dispose ALERT`.
pub(super) fn disposal(
    alert: &Row,
    words: &mut Words<'_>,
    instant: impl Fn(&mut Words<'_>) -> Read<Timestamp>,
) -> Read<Command> {
    let act = words.next("what is done")?.to_owned();
    let conclusion = match &*act {
        "dismiss" | "withdraw" => {
            let code = words.next("a conclusion")?;
            Conclusion::from_code(code).ok_or_else(|| format!("no conclusion {code:?}"))?
        }
        _ => Conclusion::Subjective,
    };
    let person = match (words.next("by")?, words.next("who")?) {
        ("by", person) => person.to_owned(),
        (other, _) => return Err(format!("write by WHO, not {other:?}")),
    };
    let at = instant(words)?;
    let (mut key, mut to, mut due_at, mut reason) =
        (None, "zjj".to_owned(), None, "处置".to_owned());
    let (mut evidence, mut rectify, mut cause) = (Vec::new(), false, None);
    while let Some(word) = words.more() {
        match word {
            "key" => key = Some(words.next("a key")?),
            "to" => to = words.next("a body")?.to_owned(),
            "until" => due_at = Some(instant(words)?),
            "cause" => {
                let code = words.next("an objective cause")?;
                let read = ObjectiveCause::from_code(code);
                cause = Some(read.ok_or_else(|| format!("no objective cause {code:?}"))?);
            }
            "proof" => evidence.push(words.next("a hash")?.to_owned()),
            "rectify" => rectify = true,
            "why" => reason = words.next("why")?.to_owned(),
            other => return Err(format!("nothing is done with {other:?}")),
        }
    }
    let disposal = match &*act {
        "hold" => Disposal::Hold,
        "issue" => Disposal::Issue,
        "confirm" => Disposal::Confirm,
        "dismiss" => Disposal::Dismiss {
            conclusion,
            cause,
            evidence,
        },
        "appeal" => Disposal::Appeal { evidence },
        "uphold" => Disposal::Uphold,
        "withdraw" => Disposal::Withdraw {
            conclusion,
            cause,
            evidence,
        },
        "pass_up" => Disposal::PassUp { to },
        "order" => Disposal::Order {
            to,
            due_at,
            rectify,
        },
        "answer" => Disposal::Answer { evidence },
        "pass_on" => Disposal::PassOn { to, due_at },
        "report" => Disposal::Report { evidence },
        "ask_extension" => Disposal::AskExtension {
            due_at: due_at.ok_or("more time is asked for until DATE TIME")?,
        },
        "extend" => Disposal::Extend {
            due_at: due_at.ok_or("an extension needs until DATE TIME")?,
        },
        "refuse_extension" => Disposal::RefuseExtension,
        "rectify" => Disposal::Rectify { evidence },
        "accept_rectification" => Disposal::AcceptRectification,
        "reject_rectification" => Disposal::RejectRectification,
        "close" => Disposal::Close,
        other => return Err(format!("nobody does {other:?}")),
    };
    let kind = match (alert.source.is_empty(), alert.case_no.is_empty()) {
        (true, _) => SubjectKind::Org,
        (false, true) => SubjectKind::Source,
        (false, false) => SubjectKind::Case,
    };
    let subject = Subject {
        kind,
        source: alert.source.clone(),
        key: alert.case_no.clone(),
    };
    let (point, step) = (&*alert.control_point, &*alert.step);
    let alert_id = match point.strip_prefix(INSPECTION_POINT) {
        Some(rule) => finding_id(&subject, rule, step),
        None => alert_id(&alert.source, &alert.case_no, point, step, alert.visit),
    };
    let by = supervisor(person);
    let what = Act::Dispose { alert_id, disposal };
    Ok(match key {
        Some(key) => Command::keyed(key, by, at, reason, subject, what),
        None => Command::new(by, at, reason, subject, what),
    })
}

/// Reads what stands behind `raise`.
pub(super) fn raised(
    source: String,
    words: &mut Words<'_>,
    instant: impl Fn(&mut Words<'_>) -> Read<Timestamp>,
) -> Read<Command> {
    let kind = words.next("case or org")?;
    let kind = SubjectKind::from_code(kind).ok_or_else(|| format!("no subject is a {kind:?}"))?;
    let of_source = matches!(kind, SubjectKind::Case | SubjectKind::Source);
    let subject = Subject {
        kind,
        source: if of_source { source } else { String::new() },
        key: words.next("the subject's key")?.to_owned(),
    };
    let label = words.next("a label")?.to_owned();
    let level = words.next("a level")?;
    let level = level_of(level).ok_or_else(|| format!("no level {level:?}"))?;
    let person = match (words.next("by")?, words.next("who")?) {
        ("by", person) => person.to_owned(),
        (other, _) => return Err(format!("write by WHO, not {other:?}")),
    };
    let at = instant(words)?;
    let (mut key, mut to, mut reason) = (None, None, "群众反映".to_owned());
    while let Some(word) = words.more() {
        match word {
            "key" => key = Some(words.next("a key")?),
            "to" => to = Some(words.next("a body")?.to_owned()),
            "why" => reason = words.next("why")?.to_owned(),
            other => return Err(format!("nothing is raised with {other:?}")),
        }
    }
    let alert = Box::new(ManualAlert {
        label,
        title: "人工发现的问题".into(),
        level,
        legal_basis: "本市规定".into(),
        to,
        evidence: Vec::new(),
    });
    let (by, what) = (supervisor(person), Act::Raise { alert });
    Ok(match key {
        Some(key) => Command::keyed(key, by, at, reason, subject, what),
        None => Command::new(by, at, reason, subject, what),
    })
}

fn supervisor(person: String) -> Author {
    Author::Person {
        id: person,
        body: "510500-sfj".into(),
        office: "执法监督科".into(),
    }
}
