//! One pass over one shadow: from what is in the archive to the rows that say what differs.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::ids::alert_id;
use mingjing_engine::ENGINE_VERSION;
use mingjing_store::{
    Horizon, Millis, ShadowDifferenceRow, ShadowId, ShadowPassRow, ShadowTallyRow, Store,
};

use super::runner::{Config, Sets, Shadow};
use crate::{Comparison, Error, Example, Report, Span, Window, compare};

/// What a pass found, as it is written.
pub(super) struct Found {
    pub(super) pass: ShadowPassRow,
    pub(super) tallies: Vec<ShadowTallyRow>,
    pub(super) differences: Vec<ShadowDifferenceRow>,
}

/// Judges a shadow as of `now`, by what lies before the horizon.
///
/// # Errors
/// [`Error`]; [`Error::TooLarge`] where the window holds more than may be judged.
pub(super) async fn judged(
    store: &Store,
    shadow: &Shadow,
    sets: &Sets,
    horizon: Horizon,
    now: Timestamp,
    config: &Config,
) -> Result<Found, Error> {
    let span = Span {
        from: shadow.since,
        to: now,
    };
    let comparison = Comparison {
        window: Window {
            span,
            horizon: Some(horizon.clone()),
            region_prefix: None,
        },
        in_force: sets.in_force.clone(),
        with_draft: sets.with_draft.clone(),
        events_max: config.events_max,
        examples: config.listed_max,
        records: true,
        threads: config.threads,
    };
    let report = compare(store, &comparison, &|_, _| {}).await?;
    Ok(rows(shadow, sets, &horizon, &report))
}

/// The row of a pass that judged nothing, with why.
pub(super) fn not_judged(
    shadow: &Shadow,
    sets: &Sets,
    now: Timestamp,
    problem: String,
) -> ShadowPassRow {
    ShadowPassRow {
        problem,
        ..pass_row(shadow, sets, &Horizon::default(), now)
    }
}

fn pass_row(shadow: &Shadow, sets: &Sets, horizon: &Horizon, now: Timestamp) -> ShadowPassRow {
    let (log_partitions, log_offsets) = horizon.positions.iter().copied().unzip();
    ShadowPassRow {
        draft: shadow.draft.clone(),
        text: shadow.text.clone(),
        since: shadow.since.into(),
        judged_at: now.into(),
        in_force_from: sets.in_force_from.to_string(),
        compared_with: sets.in_force.hash(),
        definitions: sets.with_draft.version(),
        engine: ENGINE_VERSION.into(),
        log_id: horizon.log_id.clone(),
        log_partitions,
        log_offsets,
        cases: 0,
        events: 0,
        cases_left_out: 0,
        unjudged: 0,
        raised: 0,
        withdrawn: 0,
        changed: 0,
        same: 0,
        listed: 0,
        problem: String::new(),
        took_ms: 0,
        version: u64::try_from(now.millis()).unwrap_or(0),
    }
}

fn rows(shadow: &Shadow, sets: &Sets, horizon: &Horizon, report: &Report) -> Found {
    let mut pass = pass_row(shadow, sets, horizon, report.to);
    let of_pass = Place::of(&pass);
    let tallies = report.by_control_point_and_org.iter().map(|cell| {
        let of_point = report.by_control_point.get(&cell.control_point);
        ShadowTallyRow {
            draft: of_pass.id.draft.clone(),
            text: of_pass.id.text.clone(),
            since: of_pass.id.since.into(),
            judged_at: of_pass.judged_at,
            control_point: cell.control_point.clone(),
            name: of_point.map(|of| of.name.clone()).unwrap_or_default(),
            org: cell.org.clone(),
            raised: cell.tally.raised,
            withdrawn: cell.tally.withdrawn,
            changed: cell.tally.changed,
            same: cell.tally.same,
            version: of_pass.version,
        }
    });
    let differences = report.by_control_point.iter().flat_map(|(point, of)| {
        let examples = of.examples.iter();
        examples.map(|example| of_pass.difference(point, example))
    });
    let (tallies, differences): (Vec<_>, Vec<_>) = (tallies.collect(), differences.collect());
    pass.cases = report.cases;
    pass.events = report.events;
    pass.cases_left_out = report.cases_left_out;
    pass.unjudged = report.unjudged_conditions;
    pass.raised = report.total.raised;
    pass.withdrawn = report.total.withdrawn;
    pass.changed = report.total.changed;
    pass.same = report.total.same;
    pass.listed = differences.len() as u64;
    Found {
        pass,
        tallies,
        differences,
    }
}

/// What names a pass in its rows.
struct Place {
    id: ShadowId,
    judged_at: Millis,
    version: u64,
}

impl Place {
    fn of(pass: &ShadowPassRow) -> Self {
        Self {
            id: pass.shadow(),
            judged_at: pass.judged_at,
            version: pass.version,
        }
    }

    fn difference(&self, point: &str, example: &Example) -> ShadowDifferenceRow {
        ShadowDifferenceRow {
            draft: self.id.draft.clone(),
            text: self.id.text.clone(),
            since: self.id.since.into(),
            judged_at: self.judged_at,
            control_point: point.to_owned(),
            difference: example.difference.code().into(),
            org: example.org.clone(),
            source: example.source.clone(),
            case_no: example.case_no.clone(),
            step: example.step.clone(),
            visit: example.visit,
            alert_id: alert_id(
                &example.source,
                &example.case_no,
                point,
                &example.step,
                example.visit,
            ),
            was: json(example.was_record.as_deref()),
            would: json(example.would_record.as_deref()),
            version: self.version,
        }
    }
}

fn json(record: Option<&AlertRecord>) -> String {
    let text = record.map(|record| serde_json::to_string(record).expect("records have text keys"));
    text.unwrap_or_default()
}
