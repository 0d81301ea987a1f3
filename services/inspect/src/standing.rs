//! What an alert of an inspection says, as the finding that it was: for saying of it that it is over.

use mingjing_domain::alert::{AlertRecord, Evidence};
use mingjing_domain::command::{Finding, Subject, SubjectKind};

/// Whom or what it is about; none where its kind is not known here.
pub(crate) fn subject(alert: &AlertRecord) -> Option<Subject> {
    Some(Subject {
        kind: SubjectKind::from_code(&alert.subject_kind)?,
        source: alert.source.clone(),
        key: alert.case_no.clone(),
    })
}

/// What was found. The settings that decided then stand among the alert's earlier evidence and are not said again.
pub(crate) fn finding(alert: &AlertRecord) -> Option<Finding> {
    let (window, figures, parameters, total, rows) =
        alert.evidence.iter().find_map(|e| match e {
            Evidence::Inspection {
                window,
                figures,
                parameters,
                total,
                rows,
                ..
            } => Some((window, figures, parameters, total, rows)),
            _ => None,
        })?;
    Some(Finding {
        rule: alert.rule.clone(),
        window: window.clone(),
        level: alert.level,
        breached_at: alert.breached_at,
        item_code: alert.item_code.clone(),
        org_code: alert.org_code.clone(),
        region_code: alert.region_code.clone(),
        actor: alert.responsible_actor.clone(),
        legal_basis: alert.legal_basis.clone(),
        message: alert.message.clone(),
        figures: figures.clone(),
        parameters: parameters.clone(),
        settings: Vec::new(),
        total: *total,
        rows: rows.clone(),
    })
}
