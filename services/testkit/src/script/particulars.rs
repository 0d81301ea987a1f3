//! Words of an event about persons, plans and money.

use mingjing_domain::event::{Actor, CaseEvent, Quantity};
use mingjing_domain::text::Text;

use super::parse::special;
use super::words::Read;

/// Puts what a word says into an event.
pub(super) fn particular(event: &mut CaseEvent<'static>, word: &str, value: &str) -> Read<()> {
    let text = |value: &str| Text::from(value.to_owned());
    let data = &mut event.data;
    match word {
        "cert" => {
            let actor = data.actor.as_mut().ok_or("`cert` comes after `by`")?;
            actor.cert_no = Some(text(value));
        }
        "with" => {
            let (id, certificate) = match value.split_once('/') {
                Some((id, certificate)) => (id, Some(text(certificate))),
                None => (value, None),
            };
            data.co_actors.push(Actor {
                id: text(id),
                role: None,
                cert_no: certificate,
            });
        }
        "act" => data.discretion_act = Some(text(value)),
        "tier" => data.discretion_tier = Some(text(value)),
        "fee" => data.fee.get_or_insert_default().code = text(value),
        "quantity" => {
            let number: f64 = value.parse().map_err(|_| "a quantity is a number")?;
            let thousandths = (number * 1000.0).round() as i64;
            data.fee.get_or_insert_default().quantity = Some(Quantity { thousandths });
        }
        "relief" => data.fee.get_or_insert_default().relief_ground = Some(text(value)),
        "collector" => data.collection.get_or_insert_default().collector = text(value),
        "on_the_spot" => data.collection.get_or_insert_default().ground = Some(text(value)),
        "jurisdiction" => {
            let jurisdiction = data.jurisdiction.get_or_insert_default();
            let (ground, document) = match value.split_once(':') {
                Some((ground, document)) => (ground, Some(text(document))),
                None => (value, None),
            };
            (jurisdiction.ground, jurisdiction.document) = (text(ground), document);
        }
        "plan" => data.inspection.get_or_insert_default().plan_no = Some(text(value)),
        "cause" => data.inspection.get_or_insert_default().cause = Some(text(value)),
        "approver" => special(event).approver = Some(text(value)),
        "rank" => special(event).approver_rank = Some(text(value)),
        other => return Err(format!("an event has no {other:?}")),
    }
    Ok(())
}
