//! One inspection of one window: what is asked, what is found, and which commands follow. Pure but for the two questions to the store.

use std::collections::BTreeMap;

use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level};
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::catalogue::{self, Rule};
use mingjing_domain::command::{
    Act, Author, Command, Finding, InspectedRow, Subject, SubjectKind, Window, inspection_point,
};
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::source::Source;
use mingjing_store::{Found, Inspection, Store};

use crate::error::Error;
use crate::list::Plan;
use crate::question::asked;
use crate::settings::in_force;
use crate::standing;
use crate::words;

/// Parameters that a text is asked with once, for all places alike.
const ALIKE: [&str; 4] = ["within", "over", "base", "documents"];

/// What an inspection knows beside the archive.
pub struct Known<'a> {
    /// The definitions in force.
    pub set: &'a DefinitionSet,
    /// The work calendar.
    pub calendar: &'a WorkCalendar,
    /// What sources declared.
    pub sources: &'a [Source],
    /// As of when: what came later is not known.
    pub at: Timestamp,
    /// Who runs it.
    pub run_by: &'a str,
}

/// One thing an inspection says.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The command for the log.
    pub command: Command,
}

/// What came of inspecting a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The rule.
    pub rule: &'static str,
    /// The window.
    pub window: Window,
    /// Everything that is found, what stood before included.
    pub findings: Vec<(Subject, Finding)>,
    /// What has to be said: what is new or otherwise, and what is found no more.
    pub commands: Vec<Said>,
}

/// Inspects a window that is over, and whose records are all archived.
///
/// # Errors
/// [`Error::Store`], [`Error::UnknownRule`].
pub async fn inspect(
    plan: &Plan,
    window: &Window,
    known: &Known<'_>,
    store: &Store,
) -> Result<Outcome, Error> {
    let rule = catalogue::rule(plan.inspection.rule()).ok_or(Error::UnknownRule {
        rule: plan.inspection.rule().into(),
    })?;
    let asked = asked(plan, window, rule, known);
    let found = store.inspect(plan.inspection, &asked).await?;
    let findings: Vec<(Subject, Finding)> = found
        .iter()
        .filter_map(|found| finding(plan, window, rule, found, known))
        .collect();
    let standing = store
        .standing_findings(&inspection_point(rule.id), Some(&window.label))
        .await?;
    // Two texts may be of one rule; each answers for its own subjects.
    let standing: Vec<AlertRecord> = standing
        .into_iter()
        .map(|standing| standing.0)
        .filter(|alert| is_of(plan.inspection, alert))
        .collect();
    // What is found still, though nobody wants to know it any more, is not cured.
    let cured = |alert: &AlertRecord| {
        let seen = |found: &Found| found.source == alert.source && found.key == alert.case_no;
        plan.curable && !asked.exempt.contains(&alert.source) && !found.iter().any(seen)
    };
    let commands = difference(rule, window, &findings, &standing, &cured, known);
    Ok(Outcome {
        rule: rule.id,
        window: window.clone(),
        findings,
        commands,
    })
}

fn is_of(inspection: Inspection, alert: &AlertRecord) -> bool {
    let about = |what: &str| alert.case_no.ends_with(what);
    let (bare, nobody) = (about("/无结果文书"), about("/未报当事人"));
    match inspection {
        Inspection::DueDay => !bare,
        Inspection::NoDocument => bare,
        Inspection::InAndOut => !nobody && !is_first_clock(alert),
        Inspection::FirstClock => !nobody && is_first_clock(alert),
        Inspection::NoParty => nobody,
        _ => true,
    }
}

/// Of one case the same rule says that it was begun again, and that the clock of the first has run out.
fn is_first_clock(alert: &AlertRecord) -> bool {
    let says = |e: &Evidence| match e {
        Evidence::Inspection { figures, .. } => figures.contains_key("first_due"),
        _ => false,
    };
    alert.evidence.iter().any(says)
}

/// What is to be said for the alerts to stand as they are found.
pub(crate) fn difference(
    rule: &Rule,
    window: &Window,
    findings: &[(Subject, Finding)],
    standing: &[AlertRecord],
    cured: &dyn Fn(&AlertRecord) -> bool,
    known: &Known<'_>,
) -> Vec<Said> {
    let by = || Author::Inspection {
        run_by: known.run_by.to_owned(),
    };
    let mut said = Vec::new();
    let mut seen = Vec::new();
    for (subject, finding) in findings {
        let what = Act::Found {
            finding: Box::new(finding.clone()),
        };
        let reason = format!(
            "定期巡检（{} {}，时段 {}）",
            rule.id, rule.name, window.label
        );
        let command = Command::new(by(), known.at, reason, subject.clone(), what);
        let alert_id = command.alert_id();
        let stands = standing.iter().find(|alert| alert.alert_id == alert_id);
        if !stands.is_some_and(|alert| says(alert, finding)) {
            said.push(Said { command });
        }
        seen.push(alert_id);
    }
    for alert in standing
        .iter()
        .filter(|alert| !seen.contains(&alert.alert_id))
    {
        let Some(subject) = standing::subject(alert) else {
            continue;
        };
        let ended = match cured(alert) {
            true => standing::finding(alert),
            false => None,
        };
        let (reason, what) = match ended {
            Some(finding) => {
                let what = Act::Over {
                    finding: Box::new(finding),
                    over_at: known.at,
                };
                (format!("同一时段（{}）复查，已经相符", window.label), what)
            }
            None => {
                let reason = format!(
                    "同一时段（{}）复查，按现有数据和规则设置不再符合“{}”，予以撤销",
                    window.label, rule.name
                );
                let what = Act::NotFound {
                    rule: rule.id.to_owned(),
                    window: window.label.clone(),
                };
                (reason, what)
            }
        };
        said.push(Said {
            command: Command::new(by(), known.at, reason, subject, what),
        });
    }
    said
}

/// Whether an alert says already what is found.
pub(crate) fn says(alert: &AlertRecord, finding: &Finding) -> bool {
    let same = |e: &Evidence| match e {
        Evidence::Inspection {
            figures,
            parameters,
            total,
            rows,
            ..
        } => {
            (figures, parameters, total) == (&finding.figures, &finding.parameters, &finding.total)
                && *rows == finding.rows
        }
        _ => false,
    };
    alert.level == finding.level
        && alert.message == finding.message
        && alert.evidence.iter().any(same)
}

fn finding(
    plan: &Plan,
    window: &Window,
    rule: &Rule,
    found: &Found,
    known: &Known<'_>,
) -> Option<(Subject, Finding)> {
    let kind = SubjectKind::from_code(&found.subject_kind)?;
    let last_day = window.until.plus_millis(-1).local_date(Shanghai);
    let items = || known.set.items.iter().map(|d| &d.value);
    let item = items().find(|i| *i.code == *found.item);
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    // A source answers to the body that owns it.
    let source = known.sources.iter().find(|s| s.id == found.source);
    let owner = source.filter(|_| kind == SubjectKind::Source);
    let org = named(&found.org).or_else(|| owner?.org_code.clone());
    let body = known
        .set
        .bodies
        .iter()
        .map(|d| &d.value)
        .find(|b| Some(&*b.code) == org.as_deref());
    let region = named(&found.region).or_else(|| body.map(|b| b.region.clone()));
    let mut set = in_force(known.set, rule, last_day, item, region.as_deref());
    let threshold = match plan.parameter {
        Some(name) => set.number(rule, name)?,
        None => plan.least,
    };
    if set.off == Some(true) || found.measure < threshold {
        return None;
    }
    // What is asked of all places alike is shown as it was asked.
    let everywhere = in_force(known.set, rule, last_day, None, None);
    for (name, value) in everywhere.parameters {
        if Some(name.as_str()) != plan.parameter && ALIKE.contains(&name.as_str()) {
            set.parameters.insert(name, value);
        }
    }
    // What the data say only a person can tell is a person's, whatever the rule's level.
    let level = match found.level.as_str() {
        "review" => Level::Review,
        // The statutory limit that has passed is as grave as it is of a case that was never taken out.
        "statutory" => Level::Red,
        _ => set.level,
    };
    let rows = found
        .rows
        .iter()
        .map(|(source, case_no, event_id, at, partition, offset, note)| {
            // A whole case lies in no one place; an event does, and so does a source's record that is no case's.
            let one = !event_id.is_empty() || case_no.is_empty() && !source.is_empty();
            let position = one.then_some((*partition, *offset));
            InspectedRow {
                source: source.clone(),
                case_no: case_no.clone(),
                event_id: event_id.clone(),
                at: (*at > 0).then(|| Timestamp::from_millis(*at)),
                position,
                note: note.clone(),
            }
        });
    let finding = Finding {
        rule: rule.id.into(),
        window: window.clone(),
        level,
        breached_at: (found.true_ms > 0 && level > Level::Notice)
            .then(|| Timestamp::from_millis(found.true_ms)),
        item_code: named(&found.item),
        org_code: org,
        region_code: region,
        actor: named(&found.actor),
        legal_basis: set
            .legal_basis
            .or_else(|| rule.cited(item.map(|i| i.power_type))),
        message: words::message(plan.words, found, window, rule, level, known),
        figures: found.figures.iter().cloned().collect::<BTreeMap<_, _>>(),
        parameters: set.parameters,
        settings: set.by,
        total: found.total,
        rows: rows.collect(),
    };
    let subject = Subject {
        kind,
        source: found.source.clone(),
        key: found.key.clone(),
    };
    Some((subject, finding))
}
