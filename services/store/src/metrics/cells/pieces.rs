//! What cells add up: the pieces of SQL of every metric of cases and of their stays in steps that follows from a case's own state, told apart
//! by how they lie in time.
//! Nothing here says what a metric is; the dictionary's [`Measure`] does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use xxhash_rust::xxh3::xxh3_64;

use super::super::measure::Measure;
use super::super::{METRICS, Metric, Over};

/// Columns of the population that the states of cases and alerts do not tell: whether somebody rated it. Few cases are.
const BESIDE_THE_CASE: [&str; 1] = ["was_rated"];

/// How what is added up lies in time. The codes are those of marks (`sql::marks`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// It happened on a day, and counts in stretches with that day in them.
    Flow,
    /// It counts from an instant on, or no longer; a stock is all of that up to its own instant.
    Stock,
    /// From when on a case bears on anything.
    First,
    /// Since when it does no more.
    Last,
}

impl Kind {
    pub(super) const fn code(self) -> u8 {
        match self {
            Kind::Flow => 0,
            Kind::Stock => 1,
            Kind::First => 2,
            Kind::Last => 3,
        }
    }
}

/// What each case adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Adds {
    One,
    /// So many.
    Number(&'static str),
    /// One of so many hours, or of stays tenths of hours.
    OneOf(&'static str),
}

/// Something that is added up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece {
    /// Of cases, or of stays in steps.
    pub(super) over: Over,
    pub(super) kind: Kind,
    pub(super) adds: Adds,
    /// Of which of them.
    pub(super) among: String,
}

/// Its name in cells: what it is, so that what is counted otherwise is another piece.
pub(super) type PieceId = u64;

impl Piece {
    fn new(over: Over, kind: Kind, adds: Adds, among: impl Into<String>) -> Self {
        Self {
            over,
            kind,
            adds,
            among: among.into(),
        }
    }

    pub(super) fn id(&self) -> PieceId {
        let Self {
            over,
            kind,
            adds,
            among,
        } = self;
        xxh3_64(format!("{over:?}|{kind:?}|{adds:?}|{among}").as_bytes())
    }
}

/// How a metric is put together of what was added up.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Made {
    /// Sums, each divided by so much; of the base nothing is.
    Sums {
        numerator: (Vec<PieceId>, u32),
        denominator: (Vec<PieceId>, u32),
        base: Vec<PieceId>,
    },
    /// A share of which cells know the base; what counts are cases of which this column holds, and is asked of rows.
    Beside { column: &'static str, base: PieceId },
    /// A quantile of hours.
    Quantile { of: PieceId, level: f64, per: u32 },
}

/// All pieces, and how each metric is made of them.
pub(super) struct Plan {
    pieces: BTreeMap<PieceId, Piece>,
    metrics: BTreeMap<&'static str, Made>,
}

/// What cells are made of.
pub(super) const COUNTED: [Over; 2] = [Over::Cases, Over::Steps];

/// The pieces that tell whether anything bears on a stretch: from when on it does, and since when no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bears {
    pub(super) first: PieceId,
    pub(super) last: PieceId,
}

impl Bears {
    fn pieces(over: Over) -> [Piece; 2] {
        [Kind::First, Kind::Last].map(|kind| Piece::new(over, kind, Adds::One, "1"))
    }

    pub(super) fn of(over: Over) -> Self {
        let [first, last] = Self::pieces(over).map(|piece| piece.id());
        Self { first, last }
    }
}

impl Plan {
    /// The plan of the whole dictionary.
    pub(super) fn get() -> &'static Self {
        static PLAN: LazyLock<Plan> = LazyLock::new(Plan::of_dictionary);
        &PLAN
    }

    fn of_dictionary() -> Self {
        let bears = COUNTED.into_iter().flat_map(Bears::pieces);
        let mut plan = Self {
            pieces: bears.map(|piece| (piece.id(), piece)).collect(),
            metrics: BTreeMap::new(),
        };
        for metric in METRICS.iter().filter(|one| COUNTED.contains(&one.over)) {
            let beside = beside(&metric.measure);
            let over = metric.over;
            let made = match (metric.measure, beside) {
                (measure, None) => plan.made(over, &measure),
                (Measure::Share { of, among }, Some(column)) if of == column => Made::Beside {
                    column,
                    base: plan.piece(over, Kind::Flow, Adds::One, among),
                },
                (_, Some(_)) => continue,
            };
            plan.metrics.insert(metric.id, made);
        }
        plan
    }

    fn piece(&mut self, over: Over, kind: Kind, adds: Adds, among: impl Into<String>) -> PieceId {
        let piece = Piece::new(over, kind, adds, among);
        let id = piece.id();
        self.pieces.insert(id, piece);
        id
    }

    fn made(&mut self, over: Over, measure: &Measure) -> Made {
        let sums =
            |numerator: Vec<PieceId>, denominator: Vec<PieceId>, base: Vec<PieceId>| Made::Sums {
                numerator: (numerator, 1),
                denominator: (denominator, 1),
                base,
            };
        let mut flow = |adds: Adds, among: String| self.piece(over, Kind::Flow, adds, among);
        match *measure {
            Measure::Count { of } => sums(vec![flow(Adds::One, of.into())], vec![], vec![]),
            Measure::Stock { of } => {
                let stock = self.piece(over, Kind::Stock, Adds::One, of);
                sums(vec![stock], vec![], vec![])
            }
            Measure::Share { of, among } => {
                let counts = flow(Adds::One, format!("({among}) AND ({of})"));
                let base = vec![flow(Adds::One, among.into())];
                sums(vec![counts], base.clone(), base)
            }
            Measure::Stocked { of, among, stock } => {
                let counts = flow(Adds::One, format!("({among}) AND ({of})"));
                let base = flow(Adds::One, among.into());
                let stock = self.piece(over, Kind::Stock, Adds::One, stock);
                let base = vec![base, stock];
                sums(vec![counts, stock], base.clone(), base)
            }
            Measure::Ratio { of, among } => {
                let counts = vec![flow(Adds::One, of.into())];
                let base = vec![flow(Adds::One, among.into())];
                sums(counts, base.clone(), base)
            }
            Measure::Sums { of, to, per, among } => Made::Sums {
                numerator: (vec![flow(Adds::Number(of), among.into())], per),
                denominator: (vec![flow(Adds::Number(to), among.into())], per),
                base: vec![flow(Adds::One, among.into())],
            },
            Measure::Parts { of, to, among } => {
                let counts = vec![flow(Adds::Number(of), among.into())];
                let base = vec![flow(Adds::Number(to), among.into())];
                sums(counts, base.clone(), base)
            }
            Measure::Total { of, among } => {
                sums(vec![flow(Adds::Number(of), among.into())], vec![], vec![])
            }
            Measure::Mean { of, per, among } => {
                let base = vec![flow(Adds::One, among.into())];
                Made::Sums {
                    numerator: (vec![flow(Adds::Number(of), among.into())], per),
                    denominator: (base.clone(), 1),
                    base,
                }
            }
            Measure::Quantile {
                level,
                of,
                per,
                among,
            } => Made::Quantile {
                of: flow(Adds::OneOf(of), among.into()),
                level,
                per,
            },
        }
    }

    /// How a metric is made; none: cells do not tell it.
    pub(super) fn metric(&self, metric: &Metric) -> Option<&Made> {
        self.metrics.get(metric.id)
    }

    /// All pieces.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (PieceId, &Piece)> {
        self.pieces.iter().map(|(id, piece)| (*id, piece))
    }

    /// Those that some metrics need, and where keys are told apart those that tell whether anything of one bears on a stretch at all.
    pub(super) fn needed(
        &self,
        over: Over,
        metrics: &[&'static Metric],
        apart: bool,
    ) -> Vec<(PieceId, &Piece)> {
        let mut ids = match apart {
            true => Bears::pieces(over).iter().map(Piece::id).collect(),
            false => BTreeSet::new(),
        };
        for made in metrics.iter().filter_map(|metric| self.metric(metric)) {
            ids.extend(made.pieces());
        }
        self.pieces().filter(|(id, _)| ids.contains(id)).collect()
    }

    /// The piece of this name.
    pub(super) fn piece_of(&self, id: PieceId) -> Option<&Piece> {
        self.pieces.get(&id)
    }
}

impl Made {
    fn pieces(&self) -> Vec<PieceId> {
        match self {
            Made::Sums {
                numerator,
                denominator,
                base,
            } => [&numerator.0, &denominator.0, base]
                .into_iter()
                .flatten()
                .copied()
                .collect(),
            Made::Beside { base, .. } => vec![*base],
            Made::Quantile { of, .. } => vec![*of],
        }
    }
}

/// Which column of those that the states of cases do not tell a measure is about; none: it follows from them.
fn beside(measure: &Measure) -> Option<&'static str> {
    let said = format!("{measure:?}");
    BESIDE_THE_CASE
        .into_iter()
        .find(|column| said.contains(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_of_cases_and_of_stays_is_in_cells_and_no_other() {
        let plan = Plan::get();
        for metric in METRICS.iter() {
            let told = plan.metric(metric).is_some();
            assert_eq!(told, COUNTED.contains(&metric.over), "{}", metric.id);
        }
        let beside: Vec<&str> = plan
            .metrics
            .iter()
            .filter(|(_, made)| matches!(made, Made::Beside { .. }))
            .map(|(id, _)| *id)
            .collect();
        assert_eq!(beside, ["rating_coverage"]);
        let known = |piece: &Piece| beside_is_not_in(&piece.among);
        assert!(plan.pieces().all(|(_, piece)| known(piece)));
    }

    fn beside_is_not_in(text: &str) -> bool {
        BESIDE_THE_CASE.iter().all(|column| !text.contains(column))
    }

    /// Marks are made at these instants alone (`sql::marks`): a piece that asks for another would count nothing.
    #[test]
    fn what_falls_into_a_stretch_does_so_by_an_instant_that_has_marks() {
        for (_, piece) in Plan::get().pieces() {
            let stretches = piece.among.match_indices(" >= wf").count();
            let instants: &[&str] = match piece.over {
                Over::Steps => &["over"],
                _ => &["started", "accepted", "ended"],
            };
            let known = instants.iter().map(|instant| {
                let within = format!("({instant} >= wf AND {instant} < wu)");
                piece.among.matches(&within).count()
            });
            assert_eq!(known.sum::<usize>(), stretches, "{piece:?}");
            let of_stock = piece.among.contains("wat");
            // Of stays nothing but what has a limit marks its stock (`sql::marks`).
            if piece.over == Over::Steps && piece.kind == Kind::Stock {
                assert!(piece.among.contains(" AND due + 1000 <= wat"), "{piece:?}");
            }
            match piece.kind {
                Kind::Flow => assert!(stretches > 0 && !of_stock, "{piece:?}"),
                Kind::Stock => assert!(stretches == 0 && of_stock, "{piece:?}"),
                Kind::First | Kind::Last => assert!(stretches == 0 && !of_stock),
            }
        }
    }

    /// A stock changes only where marks are: one that compares its instant with anything else would be missed.
    #[test]
    fn a_stock_changes_by_what_has_marks() {
        let stocks = Plan::get().pieces().filter(|(_, p)| p.kind == Kind::Stock);
        for (_, piece) in stocks {
            let compared = piece.among.matches("wat").count();
            let ends = match piece.over {
                Over::Steps => "over >= wat",
                _ => "ended >= wat",
            };
            let known = ["started < wat", ends, "due + 1000 <= wat"]
                .map(|text| piece.among.matches(text).count());
            assert_eq!(known.iter().sum::<usize>(), compared, "{piece:?}");
        }
    }
}
