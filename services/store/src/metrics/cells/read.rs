//! Questions that cells answer.

use std::collections::BTreeMap;

use clickhouse::Row as Wire;
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::super::answer::Counted;
use super::super::windows::{self, Window};
use super::super::{Asked, Dimension, Metric, Over, compose};
use super::chain::Chain;
use super::fresh::{self, Added as Fresher, Counting, Fresh, NotCounted};
use super::grain::{Grain, Span, name};
use super::pieces::{Adds, Bears, COUNTED, Kind, Made, Piece, PieceId, Plan};
use super::{intervals, reach};
use crate::{Error, Store};

/// What dashboards tell apart.
pub(super) const DIMENSIONS: [Dimension; 6] = [
    Dimension::Region,
    Dimension::Org,
    Dimension::PowerType,
    Dimension::CaseKind,
    Dimension::Month,
    Dimension::Step,
];

/// Cells of hours are added up in pages of so many hours: ClickHouse sums a page into an array, which took a third of the time that a group an
/// hour did (a year of medians by body over 2.4 million cells: 0.10 s, 0.28 s).
const PAGE: usize = 64;

/// What cells add up to of a piece, in a stretch of time: of hours by hour of a page, else one number.
#[derive(Debug, Wire, Deserialize)]
struct Added {
    key: String,
    piece: PieceId,
    since: i64,
    page: i64,
    counts: Vec<i64>,
}

/// How much of a piece: all of it, and of hours by page and hour.
#[derive(Clone, Debug, Default)]
struct Sums {
    all: i64,
    pages: BTreeMap<i64, Vec<i64>>,
}

impl Sums {
    /// As ClickHouse adds: a number that is out of all reason makes another such, and no error.
    fn add(&mut self, number: i64) {
        self.all = self.all.wrapping_add(number);
    }

    /// A page of hours.
    fn add_page(&mut self, page: i64, counts: &[i64]) {
        for count in counts {
            self.add(*count);
        }
        let sums = self.pages.entry(page).or_insert_with(|| vec![0; PAGE]);
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum = sum.wrapping_add(*count);
        }
    }

    fn add_hours(&mut self, hours: i64, count: i64) {
        let page = PAGE as i64;
        let sums = self.pages.entry(hours.div_euclid(page));
        let sums = sums.or_insert_with(|| vec![0; PAGE]);
        sums[hours.rem_euclid(page) as usize] += count;
        self.add(count);
    }

    /// By hours, how many, in their order.
    fn by_hours(&self) -> impl Iterator<Item = (i64, i64)> {
        self.pages.iter().flat_map(|(page, counts)| {
            let first = page * PAGE as i64;
            let counts = counts.iter().copied().enumerate();
            counts.map(move |(n, count)| (first + n as i64, count))
        })
    }
}

/// By piece how much.
type Pieces = BTreeMap<PieceId, Sums>;

/// What was added up, by window and key.
struct Together {
    /// At which cells are read.
    grain: Grain,
    apart: bool,
    bears: Bears,
    keys: BTreeMap<(u16, String), Pieces>,
    totals: BTreeMap<u16, Pieces>,
}

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

/// Whether cells know what a question about a population tells apart and is narrowed to, in all its windows.
pub(in super::super) fn fit(over: Over, asked: &Asked, all: &[Window], chain: &Chain) -> bool {
    // What things are not told apart by tells nothing apart, and narrows nothing: see `compose::conditions`.
    let known = |by: Dimension| DIMENSIONS.contains(&by) || !over.dimensions().contains(&by);
    let key = asked.filter.key.as_ref().map(|(by, _)| *by);
    // Of a period to come rows leave out what is over before it.
    let days = |window: &Window| {
        window.from <= window.at
            && windows::begins_a_day(window.from, asked.zone)
            && windows::begins_a_day(window.until, asked.zone)
            && (windows::begins_a_day(window.at, asked.zone) || window.at >= chain.exact_from())
    };
    COUNTED.contains(&over)
        && asked.by.is_none_or(known)
        && key.is_none_or(known)
        && asked.filter.item_code.is_none()
        && asked.filter.channel.is_none()
        && all.iter().all(days)
}

/// A chain of cells that answers questions, and what changed since its last pass: read when it is first asked for.
pub(in super::super) struct Cells {
    pub(in super::super) chain: Chain,
    counting: &'static Counting,
    /// None: too much to be counted here.
    fresh: OnceCell<Option<Fresh>>,
}

impl Cells {
    /// None: what would have to be added to it is not understood.
    pub(in super::super) fn of(chain: Chain) -> Option<Self> {
        Some(Self {
            chain,
            counting: fresh::counting()?,
            fresh: OnceCell::new(),
        })
    }

    /// What changed since its last pass; none: too much to be counted here.
    pub(in super::super) async fn fresh(&self, store: &Store) -> Result<Option<&Fresh>, Error> {
        let read = || store.changed_since(&self.chain, self.counting);
        Ok(self.fresh.get_or_try_init(read).await?.as_ref())
    }
}

impl Store {
    /// Counts metrics of a population that cells tell, out of the cells of a chain and what changed since; none: rows have to be asked.
    pub(in super::super) async fn counted_by_cells(
        &self,
        over: Over,
        metrics: &[&'static Metric],
        asked: &Asked,
        all: &[Window],
        cells: &Cells,
    ) -> Result<Option<Vec<Counted>>, Error> {
        let Cells {
            chain, counting, ..
        } = cells;
        let needed = Plan::get().needed(over, metrics, apart(asked));
        let (added, fresh) = tokio::try_join!(
            self.added(over, &needed, asked, all, chain),
            cells.fresh(self)
        )?;
        let Some(fresh) = fresh else {
            return Ok(None);
        };
        let mut together = Together::new(over, asked);
        for one in added {
            together.take_added(&one, all);
        }
        let add = |w: u16, key: &str, piece: PieceId, added: Fresher| {
            together.take_fresh(w, key, piece, added);
        };
        match fresh.add(counting, (over, asked, all), &key(asked), &needed, add) {
            Ok(()) => Ok(Some(together.counted(metrics))),
            Err(NotCounted::TooMuch) => Ok(None),
            Err(NotCounted::NotUnderstood(error)) => {
                tracing::error!(%error, "cells do not answer a question that is not understood; rows answer");
                Ok(None)
            }
        }
    }

    /// What the cells of a chain come to.
    async fn added(
        &self,
        over: Over,
        needed: &[(PieceId, &'static Piece)],
        asked: &Asked,
        all: &[Window],
        chain: &Chain,
    ) -> Result<Vec<Added>, Error> {
        let Some(sql) = statement(over, needed, asked, all, chain) else {
            return Ok(Vec::new());
        };
        let query = compose::bind(self.client().query_raw(&sql), over, asked);
        let query = query.param("bounds", intervals::bounds(all));
        self.fetch("adding up cells", query).await
    }
}

/// Cells of the chain, by key, piece, stretch of time and page of hours; none: no piece is needed. A statement for pieces that are sums and one
/// for those that are hours, each of which reads what the table's key leads to and no more; whole months by month, others by day, all of them at
/// the coarsest grain there is for it. A small question costs its planning: with a statement for stock and one around all of them it took a sixth
/// more of the processor's time.
fn statement(
    over: Over,
    needed: &[(PieceId, &'static Piece)],
    asked: &Asked,
    all: &[Window],
    chain: &Chain,
) -> Option<String> {
    let key = key(asked);
    let told = match apart(asked) {
        true => format!("{key}, "),
        false => String::new(),
    };
    let grain = Grain::of(over, asked);
    let conditions = compose::conditions(asked, over).join(" AND ");
    let of = |of_hours: bool, page: &str, counts: &str| {
        let reads = [Kind::Flow, Kind::Stock].into_iter().flat_map(|kind| {
            let ids = needed.iter().filter(|(_, piece)| {
                // From when on something bears, and since when no more, lies in time as stock does.
                let is_flow = piece.kind == Kind::Flow;
                matches!(piece.adds, Adds::OneOf(_)) == of_hours && is_flow == (kind == Kind::Flow)
            });
            let ids: Vec<PieceId> = ids.map(|(id, _)| *id).collect();
            let cut = intervals::cut_months(all, kind, asked.zone);
            reach::cells(&ids, grain, &reach::days(all, kind), &cut)
        });
        let reads: Vec<String> = reads.collect();
        let read = format!(
            "SELECT CAST({key}, 'String') AS key, piece, roundDown(at - 1, {{bounds:Array(Int64)}}) AS since, {page} AS page, {counts} AS counts \
             FROM case_cells WHERE base = {base} AND pass IN ({passes}) AND ({reads}) AND {conditions} \
             GROUP BY {told}piece, since, page",
            base = chain.base(),
            passes = chain.passes_as_sql(),
            reads = reads.join(" OR "),
        );
        (!reads.is_empty()).then_some(read)
    };
    let counts = format!("sumResample(0, {PAGE}, 1)(n, bitAnd(hours, {}))", PAGE - 1);
    let page = format!("bitShiftRight(hours, {})", PAGE.trailing_zeros());
    let sums = of(false, "toInt64(0)", "[sum(n)]");
    let read: Vec<String> = sums.into_iter().chain(of(true, &page, &counts)).collect();
    (!read.is_empty()).then(|| read.join(" UNION ALL "))
}

/// The column that tells rows apart.
fn key(asked: &Asked) -> String {
    match asked.by {
        Some(by) if apart(asked) => compose::key_of(by, asked),
        _ => "''".to_owned(),
    }
}

/// Whether rows are told apart by a key. Months are by their windows.
fn apart(asked: &Asked) -> bool {
    !matches!(asked.by, None | Some(Dimension::Month))
}

impl Together {
    fn new(over: Over, asked: &Asked) -> Self {
        Self {
            grain: Grain::of(over, asked),
            apart: apart(asked),
            bears: Bears::of(over),
            keys: BTreeMap::new(),
            totals: BTreeMap::new(),
        }
    }

    /// The sums of a piece, of a key and of all keys, in a window.
    fn add(&mut self, w: u16, key: &str, piece: PieceId, add: impl Fn(&mut Sums)) {
        add(self.totals.entry(w).or_default().entry(piece).or_default());
        if self.apart {
            let of_key = self.keys.entry((w, key.to_owned())).or_default();
            add(of_key.entry(piece).or_default());
        }
    }

    fn take_added(&mut self, added: &Added, all: &[Window]) {
        let mut ids = Span::ALL
            .map(|span| name(added.piece, self.grain, span))
            .into_iter();
        let found = ids.find_map(|id| Some((id, Plan::get().piece_of(id)?)));
        let Some((id, piece)) = found else {
            return;
        };
        for (window, w) in all.iter().zip(0..) {
            if intervals::is_in(window, piece.kind, added.since) {
                self.add(w, &added.key, id, |sums| match piece.adds {
                    Adds::OneOf(_) => sums.add_page(added.page, &added.counts),
                    Adds::One | Adds::Number(_) => {
                        for count in &added.counts {
                            sums.add(*count);
                        }
                    }
                });
            }
        }
    }

    fn take_fresh(&mut self, w: u16, key: &str, piece: PieceId, added: Fresher) {
        self.add(w, key, piece, |sums| match added {
            Fresher::Number(number) => sums.add(number),
            Fresher::Hours { hours, count } => sums.add_hours(hours, count),
        });
    }

    /// As rows are counted: a row a key that anything bears on in a window, and one for all of them.
    fn counted(self, metrics: &[&'static Metric]) -> Vec<Counted> {
        let bears = self.bears;
        let rows = self
            .keys
            .into_iter()
            .filter(|(_, pieces)| bear(pieces, bears))
            .map(|((w, key), pieces)| counted(w, key, false, metrics, &pieces));
        let totals = self
            .totals
            .into_iter()
            .map(|(w, pieces)| counted(w, String::new(), true, metrics, &pieces));
        rows.chain(totals).collect()
    }
}

fn sum_of(pieces: &Pieces, ids: &[PieceId]) -> i64 {
    let of = |id: &PieceId| pieces.get(id).map_or(0, |sums| sums.all);
    ids.iter().map(of).sum()
}

/// Whether anything bears on the window: more have begun by its end than were over before it.
fn bear(pieces: &Pieces, Bears { first, last }: Bears) -> bool {
    sum_of(pieces, &[first]) > sum_of(pieces, &[last])
}

fn counted(
    w: u16,
    key: String,
    total: bool,
    metrics: &[&'static Metric],
    pieces: &Pieces,
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
                let none = Sums::default();
                let sums = pieces.get(of).unwrap_or(&none);
                let value = quantile(sums, *level) / f64::from(*per);
                (value, 0.0, sums.all as f64)
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
    let size = of.all;
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
    let (mut passed, mut last) = (0, 0);
    for (hours, count) in of.by_hours().filter(|(_, count)| *count != 0) {
        (passed, last) = (passed + count, hours);
        if passed >= nth {
            break;
        }
    }
    last as f64
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
            let mut sums = Sums::default();
            for hours in hours {
                sums.add_hours(*hours, 1);
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
            // Over the edges of pages.
            (&[-3, -1], 0.5, -2.0),
            (&[63, 64, 1000], 0.5, 64.0),
        ] {
            let found = quantile(&of(hours), level);
            assert!((found - wanted).abs() < 1e-9, "{hours:?}: {found}");
        }
    }

    #[test]
    fn a_page_of_hours_is_added_as_its_hours_are() {
        let (mut pages, mut hours) = (Sums::default(), Sums::default());
        for (page, n, count) in [(0, 3, 2), (-1, 63, 1), (7, 0, 5), (0, 3, -2)] {
            let mut counts = vec![0; PAGE];
            counts[n] = count;
            pages.add_page(page, &counts);
            hours.add_hours(page * PAGE as i64 + n as i64, count);
        }
        assert!(pages.by_hours().eq(hours.by_hours()));
        assert_eq!((pages.all, hours.all), (6, 6));
        let counted: Vec<_> = pages.by_hours().filter(|(_, n)| *n != 0).collect();
        assert_eq!(counted, [(-1, 1), (448, 5)]);
    }

    #[test]
    fn a_key_that_no_case_bears_on_is_no_row() {
        let bears = Bears::of(Over::Cases);
        let added = |key: &str, piece: PieceId, count: i64| Added {
            key: key.into(),
            piece,
            since: -1,
            page: 0,
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
        let window = Window {
            month: None,
            of: windows::Of::Asked,
            from: Timestamp::from_millis(0),
            until: Timestamp::from_millis(9),
            at: Timestamp::from_millis(9),
        };
        let together = |asked: &Asked| {
            let mut together = Together::new(Over::Cases, asked);
            let grain = Grain::of(Over::Cases, asked);
            for (key, piece, count) in [
                ("o1", name(bears.first, grain, Span::Day), 3),
                ("o1", name(bears.last, grain, Span::Month), 3),
                ("o2", name(bears.first, grain, Span::Day), 2),
                ("o2", name(bears.last, grain, Span::Day), 1),
            ] {
                together.take_added(&added(key, piece, count), &[window]);
            }
            together.counted(&[received])
        };
        let counted = together(&asked(Some(Dimension::Org)));
        let keys: Vec<(&str, u8)> = counted.iter().map(|c| (&*c.key, c.total)).collect();
        assert_eq!(keys, [("o2", 0), ("", 1)]);
        let counted = together(&asked(None));
        assert_eq!(counted.len(), 1);
    }
}
