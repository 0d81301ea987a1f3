//! The statements of cells: states of cases with a sign, the marks in time that each makes, and their sums. What is counted comes from the
//! dictionary's pieces, over the same populations that the row-level answer reads (`sql/cases.sql`, `sql/steps.sql`).

use super::super::Over;
use super::super::compose::{CASES, STEPS};
use super::grain::{Grain, Span};
use super::pieces::{Adds, COUNTED, Piece, PieceId};

/// What marks the part of `sql/cases.sql` that a case's own state does not tell, and its end.
const BESIDE: [&str; 2] = [
    "-- What the case itself does not tell.\n",
    "-- What it tells.\n",
];
/// What ends the part of it that states of alerts tell.
const ALERTED: &str = " AS alerted,\n";
const OF_CASES: &str = "FROM cases FINAL";
const OF_ALERTS: &str = "alerts FINAL";
const BEGINS: &str = "SELECT\n    source,\n";
const BEGINS_SIGNED: &str = "SELECT\n    sign,\n    source,\n";
/// The same of the part of `sql/steps.sql` that reads cases.
const CASE_BEGINS: &str = "    SELECT\n        source,\n";
const CASE_BEGINS_SIGNED: &str = "    SELECT\n        sign,\n        source,\n";

/// Before which position of its partition a pass, or the one it comes after, knows a state.
pub(super) const BEFORE: &str =
    "transform(log_partition, {partitions:Array(UInt16)}, {offsets:Array(UInt64)}, toUInt64(0))";
const UNTIL: &str = "transform(log_partition, {partitions:Array(UInt16)}, {new_offsets:Array(UInt64)}, toUInt64(0))";

/// The last state first. Of one that was archived before states had their stays there are two rows until they are merged.
pub(super) const LAST: &str = "version DESC, length(visits) DESC";

/// Which states are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum States {
    /// Of every case the one that was known at the new position.
    All,
    /// Of every case that changed between both positions what it became, and what it was, taken off.
    Between,
}

impl States {
    /// Cases of which something was concluded between both positions, of them or of an alert about them.
    fn changed() -> String {
        let of = |table: &str| {
            format!(
                "SELECT source, case_no FROM {table} WHERE version < {UNTIL} AND version >= {{least:UInt64}} AND version >= {BEFORE}"
            )
        };
        format!("({} UNION ALL {})", of("case_states"), of("alert_states"))
    }

    /// One statement: a row a state before the new position, with its sign.
    fn sql(self) -> String {
        match self {
            // In the order of the key, so that nothing has to be sorted as a whole.
            States::All => format!(
                "SELECT *, toInt8(1) AS sign FROM (SELECT * FROM case_states WHERE version < {UNTIL} \
                 ORDER BY source, case_no, {LAST} LIMIT 1 BY source, case_no)"
            ),
            // Where only an alert changed, the case is what it was.
            States::Between => format!(
                "SELECT *, arrayJoin(multiIf(NOT known, [toInt8(1)], moved, [toInt8(-1)], [toInt8(-1), toInt8(1)])) AS sign FROM (\
                 SELECT *, max(NOT known) OVER (PARTITION BY source, case_no) AS moved FROM (\
                 SELECT *, version < {BEFORE} AS known FROM case_states WHERE version < {UNTIL} AND (source, case_no) IN {changed} \
                 ORDER BY source, case_no, known, {LAST} LIMIT 1 BY source, case_no, known))",
                changed = Self::changed(),
            ),
        }
    }

    /// Whether an alert about the case stood at the state's position: the dictionary's condition, on the last state of each alert before it.
    fn alerted(self, standing: &str) -> String {
        let by = |which: &str| {
            let states = format!(
                "(SELECT * FROM alert_states WHERE {which} \
                 ORDER BY source, case_no, alert_id, version DESC LIMIT 1 BY source, case_no, alert_id)"
            );
            standing.replacen(OF_ALERTS, &states, 1)
        };
        let bound = format!("version < {UNTIL}");
        match self {
            States::All => by(&bound),
            States::Between => {
                let of_changed = format!("(source, case_no) IN {}", Self::changed());
                format!(
                    "if(sign > 0, {}, {})",
                    by(&format!("{bound} AND {of_changed}")),
                    by(&format!("version < {BEFORE} AND {of_changed}")),
                )
            }
        }
    }
}

/// A population over states instead of over what is known now.
fn population(states: States, over: Over) -> String {
    let known = format!("FROM ({}\n)", states.sql());
    if over == Over::Steps {
        return STEPS
            .replacen(BEGINS, BEGINS_SIGNED, 1)
            .replacen(CASE_BEGINS, CASE_BEGINS_SIGNED, 1)
            .replacen(OF_CASES, &known, 1);
    }
    let (before, rest) = CASES
        .split_once(BESIDE[0])
        .expect("the population marks what a case does not tell");
    let (beside, after) = rest
        .split_once(BESIDE[1])
        .expect("the population marks where that ends");
    let (standing, _) = beside
        .split_once(ALERTED)
        .expect("what a case does not tell begins with its alerts");
    format!("{before}{}{ALERTED}{after}", states.alerted(standing))
        .replacen(BEGINS, BEGINS_SIGNED, 1)
        .replacen(OF_CASES, &known, 1)
}

/// The local day of an instant.
fn day_of(instant: &str) -> String {
    format!("toDate32(fromUnixTimestamp64Milli({instant}, {{zone:String}}))")
}

/// The first instant of a local day.
fn begins(day: &str) -> String {
    format!("toUnixTimestamp64Milli(toDateTime64({day}, 3, {{zone:String}}))")
}

/// The first instant after the local day of an instant.
pub(super) fn day_over(instant: &str) -> String {
    begins(&format!("addDays({}, 1)", day_of(instant)))
}

/// The first instant after the local month of an instant. What begins a month for ClickHouse is of a type that knows no year before 1970.
fn month_over(instant: &str) -> String {
    let day = day_of(instant);
    begins(&format!(
        "addMonths(addDays({day}, 1 - toDayOfMonth({day})), 1)"
    ))
}

/// The cells of a pass once more, at the coarser grains: added up of those that tell everything apart, by day, so that all are the same sums.
/// In them a column that the grain does not tell apart is empty, as it also is where a case does not say; by its name a cell is of one grain.
pub(super) fn coarser(base: u64, pass: u64) -> String {
    format!(
        "SELECT bitXor(fine, if(of_all, toUInt64({regions}), toUInt64({bodies}))) AS piece, place, org, region, \
         '' AS power_type, '' AS case_kind, step, of_hours, more FROM (\
         SELECT piece AS fine, at AS place, org, region, step, hours AS of_hours, sum(n) AS more, grouping(org) = 1 AS of_all FROM case_cells \
         WHERE base = {base} AND pass = {pass} \
         GROUP BY GROUPING SETS ((fine, place, org, region, step, of_hours), (fine, place, region, step, of_hours)) HAVING more != 0)",
        regions = Grain::Regions.mark(),
        bodies = Grain::Bodies.mark(),
    )
}

/// The cells of a pass once more, by month: added up of those by day, of every grain, so that both are the same sums.
pub(super) fn months(base: u64, pass: u64) -> String {
    format!(
        "SELECT bitXor(by_day, toUInt64({})) AS piece, place, org, region, power_type, case_kind, step, of_hours, more FROM (\
         SELECT piece AS by_day, {} AS place, org, region, power_type, case_kind, step, hours AS of_hours, sum(n) AS more FROM case_cells \
         WHERE base = {base} AND pass = {pass} \
         GROUP BY by_day, place, org, region, power_type, case_kind, step, of_hours HAVING more != 0)",
        Span::Month.mark(),
        month_over("at - 1"),
    )
}

/// What a state of a case, or a stay, marks in time: kind, place in time, and the window in which pieces look at it, with a weight. A day on
/// which a case was received, accepted or ended, or a stay was over, is a window of its own. A stock changes only after it was received, ended
/// or fell due: there it is looked at twice, after and, taken off, before. A stay without a limit is in no stock.
fn marks(over: Over) -> String {
    let (happens, ends, is_in_stock) = match over {
        Over::Steps => ("over", "over", "due IS NOT NULL"),
        _ => ("toNullable(started), accepted, ended", "ended", "1"),
    };
    let day = |day: &str| (begins(day), begins(&format!("addDays({day}, 1)")));
    let (day_begins, day_ends) = day("d");
    let none = "toInt64(0), toInt64(0)";
    let never = "toInt64(-9223372036854775808)";
    let place = format!(
        "if({} >= {{exact_from:Int64}}, x + 1, {})",
        begins(&day_of("x")),
        day_over("x"),
    );
    let present = |instants: &str| {
        format!(
            "arrayDistinct(arrayMap(i -> assumeNotNull(i), arrayFilter(i -> i IS NOT NULL, [{instants}])))"
        )
    };
    let days = format!(
        "arrayDistinct(arrayMap(i -> {}, {}))",
        day_of("i"),
        present(happens)
    );
    let turns = format!(
        "if({is_in_stock}, {}, CAST([], 'Array(Int64)'))",
        present(&format!("toNullable(started), {ends}, due + 999"))
    );
    let stock = |wat: &str, weight: &str| {
        format!("arrayMap(x -> (toUInt8(1), {place}, {none}, {wat}, toInt8({weight})), {turns})")
    };
    format!(
        "arrayConcat(\
         arrayMap(d -> (toUInt8(0), {day_ends}, {day_begins}, {day_ends}, {never}, toInt8(1)), {days}), \
         {}, {}, \
         [(toUInt8(2), {}, {none}, {never}, toInt8(1))], \
         arrayMap(i -> (toUInt8(3), {}, {none}, {never}, toInt8(1)), if({ends} IS NULL, CAST([], 'Array(Int64)'), [toInt64(last_ms)])))",
        stock("x + 1", "1"),
        stock("x", "-1"),
        day_over("first_ms"),
        day_over("i"),
    )
}

/// Cells: piece, place in time, what dashboards tell apart, hours, how much. Sums that come to nothing are left out; with hours there may be
/// several to be added up.
pub(super) fn cells(states: States, pieces: &[(PieceId, &Piece)]) -> String {
    let of = COUNTED.map(|over| {
        let pieces = pieces.iter().filter(|(_, piece)| piece.over == over);
        cells_of(states, over, &pieces.copied().collect::<Vec<_>>())
    });
    of.join(" UNION ALL ")
}

fn cells_of(states: States, over: Over, pieces: &[(PieceId, &Piece)]) -> String {
    let of_kind = |piece: &Piece| {
        format!(
            "kind = {} AND ifNull(({}), 0)",
            piece.kind.code(),
            piece.among
        )
    };
    let (mut ids, mut sums, mut hours, mut told) = (vec![], vec![], vec![], vec![]);
    for (id, piece) in pieces {
        let among = of_kind(piece);
        match piece.adds {
            Adds::One => {
                ids.push(id.to_string());
                sums.push(format!("sumIf(weight, {among})"));
            }
            Adds::Number(of) => {
                ids.push(id.to_string());
                sums.push(format!("ifNull(sumIf(weight * toInt64({of}), {among}), 0)"));
            }
            Adds::OneOf(of) => {
                let name = format!("hours_{}", hours.len());
                // Few cases of a day and body take the same hours: what would sum them up costs more than it saves.
                hours.push(format!(
                    "groupArrayIf((toInt64(ifNull({of}, 0)), weight), {among}) AS {name}"
                ));
                told.push(format!("arrayMap(h -> (toUInt64({id}), h.1, h.2), {name})"));
            }
        }
    }
    told.push(format!(
        "arrayMap((p, v) -> (p, toInt64(0), v), CAST([{}], 'Array(UInt64)'), sums)",
        ids.join(", ")
    ));
    hours.push(format!(
        "CAST([{}], 'Array(Int64)') AS sums",
        sums.join(", ")
    ));
    format!(
        "SELECT cell.1 AS piece, place, org, region, power_type, case_kind, step, cell.2 AS of_hours, cell.3 AS more FROM (\
         SELECT place, org, region, power_type, case_kind, step, arrayJoin(arrayFilter(c -> c.3 != 0, arrayConcat({}))) AS cell FROM (\
         SELECT place, org, region, power_type, case_kind, step, {} FROM (\
         SELECT *, mark.1 AS kind, mark.2 AS place, mark.3 AS wf, mark.4 AS wu, mark.5 AS wat, toInt64(sign * mark.6) AS weight FROM (\
         SELECT *, arrayJoin({}) AS mark FROM (\n{}\n))) \
         GROUP BY place, org, region, power_type, case_kind, step))",
        told.join(", "),
        hours.join(", "),
        marks(over),
        population(states, over),
    )
}

/// Everything that cells are made by, for their digest.
pub(super) fn said(pieces: &[(PieceId, &Piece)]) -> String {
    format!(
        "{}|{}|{}",
        cells(States::All, pieces),
        coarser(0, 0),
        months(0, 0)
    )
}

#[cfg(test)]
mod tests {
    use super::super::pieces::Plan;
    use super::*;

    #[test]
    fn the_population_of_cells_is_that_of_cases_without_what_others_say() {
        let text = population(States::All, Over::Cases);
        assert!(text.contains(BEGINS_SIGNED), "{text}");
        assert!(text.contains("case_states") && !text.contains(OF_CASES));
        assert!(text.contains("alert_states") && !text.contains(OF_ALERTS));
        assert!(text.contains(ALERTED) && !text.contains("was_rated"));
        assert!(text.contains("AS last_ms") && text.contains("opened_at IS NOT NULL"));
    }

    #[test]
    fn the_population_of_stays_is_that_of_rows_with_a_sign() {
        let text = population(States::All, Over::Steps);
        assert!(text.contains(BEGINS_SIGNED) && text.contains(CASE_BEGINS_SIGNED));
        assert!(text.contains("FROM case_states") && !text.contains(OF_CASES));
        assert!(text.contains("arrayJoin(visits)"));
    }

    #[test]
    fn every_piece_is_in_the_statement_once() {
        let pieces: Vec<_> = Plan::get().pieces().collect();
        let text = said(&pieces);
        for (id, _) in &pieces {
            assert_eq!(text.matches(&id.to_string()).count(), 1, "{id}");
        }
    }
}
