//! What a paper is made from: the alert, names for its codes, the hashes of what it rests on, the recommendation in the ledger.

use std::collections::BTreeSet;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence};
use mingjing_domain::catalogue;
use mingjing_domain::disposition::{Disposition, MANUAL_POINT, ORDER_POINT, Verdict};
use mingjing_domain::ledger::{Entry, Kind as LedgerKind, Record};
use mingjing_domain::life::Actor;
use mingjing_papers::say::{Facts, Hashed, Named, compose};
use mingjing_papers::{Occasion, Sheet};
use mingjing_wire::encode_event;
use mingjing_wire::evidence::sha256_hex;

use super::register::Paper;
use super::{Offer, refused};
use crate::definitions::hash_in_force;
use crate::names::NameTables;
use crate::people::gate::Caller;
use crate::{ApiError, State, ledger};

/// A recommendation about an alert.
#[derive(Clone, Debug)]
pub(super) struct Recommended {
    pub(super) id: String,
    record: Record,
    entry: Entry,
}

/// The recommendations in the ledger that name an alert, and that somebody sees; those entered in error left out.
pub(super) async fn recommended(
    state: &State,
    caller: &Caller,
    alert: &AlertRecord,
) -> Result<Vec<Recommended>, ApiError> {
    let entries = ledger::about(state, caller, &alert.alert_id, LedgerKind::Recommendation).await?;
    let found = entries
        .into_iter()
        .map(|(id, record, entry)| Recommended { id, record, entry });
    Ok(found.collect())
}

/// Composes what is offered, as it stands now.
pub(super) async fn composed(
    state: &State,
    alert: &AlertRecord,
    offer: &Offer<'_>,
    by: Actor,
) -> Result<(Paper, Sheet), ApiError> {
    let now = (state.now)();
    let to = addressee(alert, offer);
    let to = to.ok_or_else(|| {
        refused(
            "no_addressee",
            "该预警没有责任机构，文书没有主送单位".into(),
            "请先核对办件的承办机构与事项的行使主体",
        )
    })?;
    let names = state.names.current();
    let in_region = names
        .regions
        .get(&to)
        .cloned()
        .or_else(|| alert.region_code.clone());
    let issuer = state.papers.site.issuer(in_region.as_deref());
    let facts = Facts {
        kind: offer.kind,
        issuer,
        alert,
        names: named(&names, alert, &to),
        recommended: offer
            .recommended
            .as_ref()
            .map(|one| (&one.record, &one.entry)),
        appeal_until: appeal_until(state, alert, &to, now).await?,
        hashed: hashed(state, alert).await?,
        made_at: now,
        zone: state.zone,
        mark: state.watermark,
    };
    let sheet = compose(&facts).ok_or_else(|| {
        refused(
            "no_occasion",
            format!("该预警目前没有出具{}的情形", offer.kind.title),
            "请刷新后再试",
        )
    })?;
    let series = offer
        .kind
        .number
        .series(&issuer.mark, chrono::Datelike::year(&sheet.on));
    let bodies = [alert.org_code.clone(), alert.responsible_org.clone()];
    let paper = Paper {
        at: now,
        on: sheet.on,
        by,
        alert: alert.alert_id.clone(),
        source: alert.source.clone(),
        case_no: alert.case_no.clone(),
        region: alert.region_code.clone(),
        bodies: bodies
            .into_iter()
            .flatten()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        kind: offer.kind.code.clone(),
        title: offer.kind.title.clone(),
        occasion: offer.kind.serves.code().to_owned(),
        basis: offer.basis.clone(),
        series: series.text(),
        issuer: issuer.name.clone(),
        to_name: facts.names.to.clone(),
        to,
        sha256: String::new(),
    };
    Ok((paper, sheet))
}

/// To which body it goes: whom the order or the recommendation names, who appealed; else who answers for the alert.
fn addressee(alert: &AlertRecord, offer: &Offer<'_>) -> Option<String> {
    let done = alert.disposition.as_deref();
    let named = match offer.kind.serves {
        Occasion::Ordered | Occasion::Unmended => done
            .and_then(|done| done.order.as_ref())
            .map(|order| order.to.clone()),
        Occasion::AppealDecided => done
            .and_then(|done| done.appeal.as_ref())
            .map(|appeal| appeal.by.body.clone()),
        Occasion::Recommended => offer.recommended.as_ref().map(|one| one.entry.body.clone()),
        Occasion::Issued | Occasion::Confirmed | Occasion::Withdrawn => None,
    };
    let named = named.filter(|code| !code.is_empty());
    named
        .or_else(|| alert.responsible_org.clone())
        .or_else(|| alert.org_code.clone())
}

fn named(names: &NameTables, alert: &AlertRecord, to: &str) -> Named {
    let of = |code: &str| {
        names
            .orgs
            .get(code)
            .cloned()
            .unwrap_or_else(|| code.to_owned())
    };
    let body = |code: &Option<String>| code.as_deref().map(of).unwrap_or_default();
    let item = alert.item_code.as_deref();
    let chart = item.and_then(|item| names.item_flowcharts.get(item));
    let steps = chart.and_then(|chart| names.flowchart_steps.get(chart));
    let step = steps
        .and_then(|steps| steps.get(&alert.step))
        .or_else(|| names.steps.get(&alert.step));
    let office = alert
        .responsible_org
        .as_ref()
        .zip(alert.responsible_office.as_ref());
    let office = office.map(|(org, code)| {
        let known = names.offices.get(org).and_then(|offices| offices.get(code));
        known.cloned().unwrap_or_else(|| code.clone())
    });
    let point = match alert.control_point.as_str() {
        MANUAL_POINT => "人工预警".to_owned(),
        ORDER_POINT => "督办反馈".to_owned(),
        point => match (
            names.control_points.get(point),
            catalogue::rule(&alert.rule),
        ) {
            (Some(name), _) => name.clone(),
            (None, Some(rule)) => rule.name.to_owned(),
            (None, None) => point.to_owned(),
        },
    };
    Named {
        to: of(to),
        body: body(&alert.org_code),
        responsible: body(&alert.responsible_org),
        office: office.unwrap_or_default(),
        item: item
            .map(|code| {
                names
                    .items
                    .get(code)
                    .cloned()
                    .unwrap_or_else(|| code.to_owned())
            })
            .unwrap_or_default(),
        // The step of what a person raised, or of an order, is a label of ours.
        step: step.cloned().unwrap_or_default(),
        point,
        source: names
            .sources
            .get(&alert.source)
            .cloned()
            .unwrap_or_else(|| alert.source.clone()),
    }
}

/// Until when the body may appeal, as judging has it (`engine::dispose::decide`): from the day it went out, or was confirmed.
async fn appeal_until(
    state: &State,
    alert: &AlertRecord,
    body: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, ApiError> {
    let Some(hash) = hash_in_force(state.definitions.table()).await? else {
        return Ok(None);
    };
    let Some(rules) = state.definitions.rules(&hash).await? else {
        return Ok(None);
    };
    let decision = alert
        .disposition
        .as_deref()
        .and_then(|done| done.decision.as_ref());
    let confirmed = decision.filter(|decision| decision.verdict == Verdict::Confirmed);
    let from = alert
        .issued_at
        .max(confirmed.map(|decision| decision.by.at));
    let item = alert.item_code.as_deref();
    Ok(from.and_then(|from| rules.appeal_until(body, item, from, now)))
}

/// The records and files that the alert rests on, and those that were put forward since.
async fn hashed(state: &State, alert: &AlertRecord) -> Result<Vec<Hashed>, ApiError> {
    let named: BTreeSet<&str> = alert
        .evidence
        .iter()
        .filter_map(|one| match one {
            Evidence::Event { event_id, .. } => Some(event_id.as_str()),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    if alert.subject_kind == "case" && !named.is_empty() {
        let log = state.store.case_log(&alert.source, &alert.case_no).await?;
        let events = log.map(|log| log.events).unwrap_or_default();
        let told: Vec<_> = events
            .iter()
            .map(|placed| &placed.event)
            .filter(|event| named.contains(&*event.event_id))
            .collect();
        let there: BTreeSet<&str> = told.iter().map(|event| &*event.event_id).collect();
        if there.len() < named.len() {
            return Err(refused(
                "not_archived",
                "预警所依据的办件记录尚未全部归档，文书还不能附上证据的哈希".into(),
                "请过几秒再出具；一直如此的，请查看归档是否停顿",
            ));
        }
        for event in told {
            let on = event.occurred_at.local_date(state.zone);
            let kind = event.kind.name_zh();
            found.push(Hashed {
                what: format!("事件记录 {kind}（{on}）"),
                sha256: sha256_hex(&encode_event(event)),
            });
            let files = event.data.attachments.iter().filter_map(|file| {
                Some(Hashed {
                    what: format!("{kind}所附 {}", file.kind),
                    sha256: file.sha256.as_deref()?.to_owned(),
                })
            });
            found.extend(files);
        }
    }
    if let Some(done) = alert.disposition.as_deref() {
        put_forward(done, &mut found);
    }
    let mut seen = BTreeSet::new();
    found.retain(|one| seen.insert(one.sha256.clone()));
    Ok(found)
}

/// The files that people put forward.
fn put_forward(done: &Disposition, found: &mut Vec<Hashed>) {
    let mut add = |what: &str, files: &[String]| {
        let files = files.iter().map(|sha256| Hashed {
            what: what.to_owned(),
            sha256: sha256.clone(),
        });
        found.extend(files);
    };
    for answer in &done.answers {
        add("反馈材料", &answer.evidence);
    }
    if let Some(appeal) = &done.appeal {
        add("申诉材料", &appeal.evidence);
    }
    if let Some(order) = &done.order {
        for answer in &order.answers {
            add("督办反馈材料", &answer.evidence);
        }
        for mended in &order.rectifications {
            add("整改材料", &mended.evidence);
        }
    }
}
