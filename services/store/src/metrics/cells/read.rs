//! Questions that cells answer.

use std::collections::BTreeMap;

use clickhouse::Row as Wire;
use serde::Deserialize;

use super::super::answer::Counted;
use super::super::windows::{self, Window};
use super::super::{Asked, Dimension, Metric, Over, compose};
use super::chain::Chain;
use super::pieces::{Kind, Made, PieceId, Plan};
use super::sql::{self, States};
use crate::{Error, Store};

/// What dashboards tell apart.
const DIMENSIONS: [Dimension; 5] = [
    Dimension::Region,
    Dimension::Org,
    Dimension::PowerType,
    Dimension::CaseKind,
    Dimension::Month,
];

/// So many windows are looked for one by one.
const WINDOWS_APART: usize = 6;

/// What was added up of a piece in a window, by hours where it has any.
#[derive(Debug, Wire, Deserialize)]
struct Added {
    w: u16,
    key: String,
    piece: PieceId,
    hours: Vec<i64>,
    counts: Vec<i64>,
}

/// By hours, how many.
type Sums = BTreeMap<i64, i64>;

/// Whether cells tell a metric, or at least of how many it is: see [`beside`].
pub(in super::super) fn tell(metric: &Metric) -> bool {
    Plan::get().metric(metric).is_some()
}

/// The column that has to hold of what counts of a metric of which cells know the base alone; none: cells know all of it.
pub(in super::super) fn beside(metric: &Metric) -> Option<&'static str> {
    match Plan::get().metric(metric) {
        Some(Made::Beside { column, .. }) => Some(*column),
        _ => None,
    }
}

/// Whether cells know what a question tells apart and is narrowed to, in all its windows.
pub(in super::super) fn fit(asked: &Asked, all: &[Window], chain: &Chain) -> bool {
    // What cases are not told apart by tells nothing apart, and narrows nothing: see `compose::conditions`.
    let known = |by: Dimension| DIMENSIONS.contains(&by) || !Over::Cases.dimensions().contains(&by);
    let key = asked.filter.key.as_ref().map(|(by, _)| *by);
    let days = |window: &Window| {
        windows::begins_a_day(window.from, asked.zone)
            && windows::begins_a_day(window.until, asked.zone)
            && (windows::begins_a_day(window.at, asked.zone) || window.at >= chain.exact_from())
    };
    asked.by.is_none_or(known)
        && key.is_none_or(known)
        && asked.filter.item_code.is_none()
        && all.iter().all(days)
}

impl Store {
    /// Counts metrics that cells tell, out of the cells of a chain and what changed since.
    pub(in super::super) async fn counted_by_cells(
        &self,
        metrics: &[&'static Metric],
        asked: &Asked,
        all: &[Window],
        chain: &Chain,
    ) -> Result<Vec<Counted>, Error> {
        let sql = statement(metrics, asked, all, chain);
        let query = compose::bind(self.client().query_raw(&sql), Over::Cases, asked);
        let query = chain.bind(windows::bind(query, all));
        let added: Vec<Added> = self.fetch("adding up cells", query).await?;
        Ok(together(added, metrics, asked))
    }
}

/// Cells of the chain and of what changed since, by window, key, piece and hours.
fn statement(metrics: &[&'static Metric], asked: &Asked, all: &[Window], chain: &Chain) -> String {
    let plan = Plan::get();
    let needed = plan.needed(metrics, apart(asked));
    let ids = |of: &dyn Fn(Kind) -> bool| {
        let ids = needed.iter().filter(|(_, piece)| of(piece.kind));
        let ids: Vec<String> = ids.map(|(id, _)| id.to_string()).collect();
        ids.join(", ")
    };
    // A window: number, first instant, first after it, instant of its stock. `place` is the first instant after the day of what happened, or
    // the instant from which a stock counts.
    let bears = format!(
        "multiIf(has(CAST([{flows}], 'Array(UInt64)'), piece), place > one.2 AND place <= one.3, \
         has(CAST([{stocks}], 'Array(UInt64)'), piece), place <= one.4, piece = {first}, place <= one.3, place <= one.2)",
        flows = ids(&|kind| kind == Kind::Flow),
        stocks = ids(&|kind| kind == Kind::Stock),
        first = plan.first(),
    );
    let seen = format!(
        "arrayJoin(arrayMap(one -> toUInt16(one.1), arrayFilter(one -> {bears}, windows))) AS w"
    );
    let key = match asked.by {
        Some(by) if apart(asked) => compose::key_of(by, asked),
        _ => "''".to_owned(),
    };
    let cells = format!(
        "SELECT CAST({key}, 'String') AS told, piece, place, of_hours, one_more FROM (\
         SELECT piece, at AS place, CAST(org, 'String') AS org, CAST(region, 'String') AS region, CAST(power_type, 'String') AS power_type, \
         CAST(case_kind, 'String') AS case_kind, hours AS of_hours, n AS one_more \
         FROM case_cells WHERE base = {base} AND pass IN ({passes}) AND ({reach}) \
         UNION ALL \
         SELECT piece, place, CAST(org, 'String'), CAST(region, 'String'), CAST(power_type, 'String'), CAST(case_kind, 'String'), of_hours, more \
         FROM ({fresh})) WHERE {conditions}",
        base = chain.base(),
        passes = chain.passes_as_sql(),
        reach = reach(
            &ids(&|kind| kind == Kind::Flow),
            &ids(&|kind| kind != Kind::Flow),
            all,
        ),
        fresh = sql::cells(States::Since, &needed),
        conditions = compose::conditions(asked, Over::Cases).join(" AND "),
    );
    // Many windows are laid over sums by day, few over the cells themselves: by key there are hardly less of the former.
    let by_day = match apart(asked) {
        true => cells,
        false => format!(
            "SELECT told, piece, place, of_hours, sum(one_more) AS of_day FROM ({cells}) GROUP BY told, piece, place, of_hours"
        ),
    };
    let amount = if apart(asked) { "one_more" } else { "of_day" };
    format!(
        "WITH {windows} AS windows SELECT w, told AS key, piece, groupArray(of_hours) AS hours, groupArray(much) AS counts FROM (\
         SELECT w, told, piece, of_hours, sum({amount}) AS much FROM (\
         SELECT told, piece, of_hours, {amount}, {seen} FROM ({by_day})\
         ) GROUP BY w, told, piece, of_hours HAVING much != 0\
         ) GROUP BY w, told, piece ORDER BY w, told, piece",
        windows = windows::AS_SQL,
    )
}

/// Whether rows are told apart by a key. Months are by their windows.
fn apart(asked: &Asked) -> bool {
    !matches!(asked.by, None | Some(Dimension::Month))
}

/// Which cells any window needs: of what happened those of its days, of stocks all before its end. Lists of pieces may be empty.
fn reach(flows: &str, others: &str, all: &[Window]) -> String {
    let ends = all.iter().map(|window| window.until.millis());
    let end = ends.max().unwrap_or(i64::MIN);
    let mut parts = Vec::new();
    if !flows.is_empty() {
        let mut days = vec!["0".to_owned()];
        match all.len() <= WINDOWS_APART {
            true => days.extend(all.iter().map(|window| {
                let (from, until) = (window.from.millis(), window.until.millis());
                format!("(at > {from} AND at <= {until})")
            })),
            false => {
                let begins = all.iter().map(|window| window.from.millis());
                let begin = begins.min().unwrap_or(i64::MAX);
                days.push(format!("(at > {begin} AND at <= {end})"));
            }
        }
        parts.push(format!("(piece IN ({flows}) AND ({}))", days.join(" OR ")));
    }
    if !others.is_empty() {
        parts.push(format!("(piece IN ({others}) AND at <= {end})"));
    }
    if parts.is_empty() {
        return "0".to_owned();
    }
    parts.join(" OR ")
}

/// What was added up, as rows are counted: a row a key that any case bears on in a window, and one for all of them.
fn together(added: Vec<Added>, metrics: &[&'static Metric], asked: &Asked) -> Vec<Counted> {
    let apart = apart(asked);
    let mut keys: BTreeMap<(u16, String), BTreeMap<PieceId, Sums>> = BTreeMap::new();
    let mut totals: BTreeMap<u16, BTreeMap<PieceId, Sums>> = BTreeMap::new();
    for one in added {
        let counts = one.hours.into_iter().zip(one.counts);
        let total = totals
            .entry(one.w)
            .or_default()
            .entry(one.piece)
            .or_default();
        let of_key = keys.entry((one.w, one.key)).or_default();
        let of_key = of_key.entry(one.piece).or_default();
        for (hours, count) in counts {
            *total.entry(hours).or_default() += count;
            *of_key.entry(hours).or_default() += count;
        }
    }
    let rows = keys
        .into_iter()
        .filter(|(_, pieces)| apart && bears(pieces))
        .map(|((w, key), pieces)| counted(w, key, false, metrics, &pieces));
    let totals = totals
        .into_iter()
        .map(|(w, pieces)| counted(w, String::new(), true, metrics, &pieces));
    rows.chain(totals).collect()
}

fn sum_of(pieces: &BTreeMap<PieceId, Sums>, ids: &[PieceId]) -> i64 {
    let of = |id: &PieceId| pieces.get(id).map_or(0, |sums| sums.values().sum::<i64>());
    ids.iter().map(of).sum()
}

/// Whether any case bears on the window: more have begun by its end than were over before it.
fn bears(pieces: &BTreeMap<PieceId, Sums>) -> bool {
    let plan = Plan::get();
    sum_of(pieces, &[plan.first()]) > sum_of(pieces, &[plan.last()])
}

fn counted(
    w: u16,
    key: String,
    total: bool,
    metrics: &[&'static Metric],
    pieces: &BTreeMap<PieceId, Sums>,
) -> Counted {
    let mut counted = Counted {
        w,
        key,
        total: u8::from(total),
        numerators: Vec::new(),
        denominators: Vec::new(),
        bases: Vec::new(),
    };
    let divided = |(ids, per): &(Vec<PieceId>, u32)| sum_of(pieces, ids) as f64 / f64::from(*per);
    for metric in metrics {
        let (numerator, denominator, base) = match Plan::get().metric(metric) {
            Some(Made::Sums {
                numerator,
                denominator,
                base,
            }) => (
                divided(numerator),
                divided(denominator),
                sum_of(pieces, base) as f64,
            ),
            Some(Made::Beside { base, .. }) => {
                let base = sum_of(pieces, &[*base]) as f64;
                (0.0, base, base)
            }
            Some(Made::Quantile { of, level, per }) => {
                let none = Sums::new();
                let sums = pieces.get(of).unwrap_or(&none);
                let value = quantile(sums, *level) / f64::from(*per);
                (value, 0.0, sums.values().sum::<i64>() as f64)
            }
            None => (0.0, 0.0, 0.0),
        };
        counted.numerators.push(numerator);
        counted.denominators.push(denominator);
        counted.bases.push(base);
    }
    counted
}

/// A quantile as ClickHouse's `quantileExactInclusive` has it, step by step, so that both come to the same last digit: type 7 of Hyndman and
/// Fan. 0 of nothing.
fn quantile(of: &Sums, level: f64) -> f64 {
    let size: i64 = of.values().sum();
    if size <= 0 {
        return 0.0;
    }
    let place = level * (size - 1) as f64 + 1.0;
    let nth = (place as i64).clamp(1, size);
    let low = at(of, nth);
    if nth == size {
        return low;
    }
    low + (place - nth as f64) * (at(of, nth + 1) - low)
}

/// The one of this number, from 1.
fn at(of: &Sums, nth: i64) -> f64 {
    let mut passed = 0;
    for (hours, count) in of {
        passed += count;
        if passed >= nth {
            return *hours as f64;
        }
    }
    of.last_key_value().map_or(0.0, |(hours, _)| *hours as f64)
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::*;
    use crate::Sight;
    use crate::metrics::{Filter, Known, metric};

    #[test]
    fn a_quantile_lies_between_two_where_it_lies_between_two() {
        let of = |hours: &[i64]| {
            let mut sums = Sums::new();
            for hours in hours {
                *sums.entry(*hours).or_default() += 1;
            }
            sums
        };
        for (hours, level, wanted) in [
            (&[][..], 0.5, 0.0),
            (&[7], 0.5, 7.0),
            (&[7], 0.9, 7.0),
            (&[1, 2], 0.5, 1.5),
            (&[1, 1, 1, 9], 0.5, 1.0),
            (&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 0.9, 10.0),
            (&[0, 10], 0.9, 9.0),
        ] {
            let found = quantile(&of(hours), level);
            assert!((found - wanted).abs() < 1e-9, "{hours:?}: {found}");
        }
    }

    #[test]
    fn a_window_reads_its_days_and_all_that_a_stock_hangs_on() {
        let window = |from: i64, until: i64| Window {
            month: None,
            of: windows::Of::Asked,
            from: Timestamp::from_millis(from),
            until: Timestamp::from_millis(until),
            at: Timestamp::from_millis(until),
        };
        assert_eq!(
            reach("1", "2, 3", &[window(10, 20), window(1, 5)]),
            "(piece IN (1) AND (0 OR (at > 10 AND at <= 20) OR (at > 1 AND at <= 5))) OR (piece IN (2, 3) AND at <= 20)"
        );
        let many: Vec<Window> = (0..9).map(|n| window(n, n + 1)).collect();
        assert_eq!(
            reach("1", "", &many),
            "(piece IN (1) AND (0 OR (at > 0 AND at <= 9)))"
        );
    }

    #[test]
    fn a_key_that_no_case_bears_on_is_no_row() {
        let plan = Plan::get();
        let added = |key: &str, piece: PieceId, count: i64| Added {
            w: 0,
            key: key.into(),
            piece,
            hours: vec![0],
            counts: vec![count],
        };
        let received = metric("received").unwrap();
        let asked = |by| Asked {
            period: "2026-10".parse().unwrap(),
            zone: chrono_tz::Asia::Shanghai,
            now: Timestamp::from_millis(0),
            by,
            metrics: vec![received],
            filter: Filter::default(),
            sight: Sight::default(),
            compare: false,
            min_base: 0,
            limit: 10,
            known: Known::default(),
        };
        let rows = || {
            vec![
                added("o1", plan.first(), 3),
                added("o1", plan.last(), 3),
                added("o2", plan.first(), 2),
                added("o2", plan.last(), 1),
            ]
        };
        let counted = together(rows(), &[received], &asked(Some(Dimension::Org)));
        let keys: Vec<(&str, u8)> = counted.iter().map(|c| (&*c.key, c.total)).collect();
        assert_eq!(keys, [("o2", 0), ("", 1)]);
        let counted = together(rows(), &[received], &asked(None));
        assert_eq!(counted.len(), 1);
    }
}
