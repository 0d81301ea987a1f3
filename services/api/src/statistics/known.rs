//! What statistics have from the definitions in force: the list of items, and the bodies.

use mingjing_domain::definitions::PowerItem;
use mingjing_domain::period::Period;
use mingjing_store::metrics::{Known, KnownBody, KnownItem};

use crate::definitions::InForce;

/// The items that lay in the list for any of a period, and the bodies of the register.
pub(crate) fn known(in_force: &InForce, period: &Period) -> Known {
    let listed = |item: &&PowerItem| {
        item.effective_from <= period.last_day()
            && item
                .effective_to
                .is_none_or(|last| last >= period.first_day())
    };
    let items = in_force.set.items.iter().map(|document| &document.value);
    let bodies = in_force.set.bodies.iter().map(|document| &document.value);
    Known {
        items: items
            .filter(listed)
            .map(|item| KnownItem {
                code: item.code.text.clone(),
                org_code: item.executing_body.text.clone(),
                region_code: item.region.clone(),
                power_type: item.power_type.code().to_owned(),
            })
            .collect(),
        bodies: bodies
            .map(|body| KnownBody {
                code: body.code.text.clone(),
                region_code: body.region.clone(),
            })
            .collect(),
    }
}
