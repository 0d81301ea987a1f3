//! Calendars that extend others: each is given the versions of its base, so that readers of a set see whole calendars.

use std::collections::BTreeMap;

use super::{Document, Problem};
use crate::calendar::{CalendarDefinition, built_in};

/// Lays every calendar over the one it extends. Where that cannot be, the calendar stays as written and a problem is told.
pub(super) fn extend(calendars: &mut [Document<CalendarDefinition>], problems: &mut Vec<Problem>) {
    let written: BTreeMap<String, CalendarDefinition> = calendars
        .iter()
        .map(|document| (document.value.id.clone(), document.value.clone()))
        .collect();
    for document in calendars.iter_mut() {
        match whole(&document.value, &written, &mut Vec::new()) {
            Ok(calendar) => document.value = calendar,
            Err(message) => problems.push(document.problem(0, message)),
        }
    }
}

/// A calendar with all that it extends. `above` are the calendars on the way to it.
fn whole(
    calendar: &CalendarDefinition,
    written: &BTreeMap<String, CalendarDefinition>,
    above: &mut Vec<String>,
) -> Result<CalendarDefinition, String> {
    let Some(base) = &calendar.extends else {
        return Ok(calendar.clone());
    };
    if calendar.plain {
        return Err(format!(
            "calendar {}: a plain calendar extends nothing; drop one of the two",
            calendar.id
        ));
    }
    above.push(calendar.id.clone());
    // The built-in calendar of the same name, or of one that no file defines.
    let of_files = written.get(base).filter(|found| found.id != calendar.id);
    let found = match of_files {
        Some(found) if above.contains(&found.id) => {
            return Err(format!(
                "calendars extend each other in a circle: {} → {base}",
                above.join(" → ")
            ));
        }
        Some(found) => whole(found, written, above)?,
        None => built_in(base).cloned().ok_or_else(|| {
            format!(
                "calendar {} extends {base:?}, which is not there; write the id of a calendar of these definitions, or cn",
                calendar.id
            )
        })?,
    };
    if found.plain {
        return Err(format!(
            "calendar {} extends {base}, which knows weekends only; extend one with notices",
            calendar.id
        ));
    }
    if found.time_zone != calendar.time_zone || found.weekend != calendar.weekend {
        return Err(format!(
            "calendar {} has another time zone or weekend than {base}, which it extends",
            calendar.id
        ));
    }
    Ok(calendar.over(&found))
}
