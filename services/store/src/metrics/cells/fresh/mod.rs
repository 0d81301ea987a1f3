//! 新变: what changed since the last pass, counted by the program, in the windows and by the keys that a question tells apart.
//!
//! What a case became counts, and what cells know of it is taken off. Both are counted by the dictionary's own texts, which the program reads
//! (`reading`, `formula`, `population`): ClickHouse takes longer to plan a statement of all of them (80 to 150 ms) than a few hundred cases take to be
//! counted. What cannot be read so is never counted wrong: cells then answer nothing, and rows do.

mod formula;
mod population;
mod reading;
mod states;

use std::sync::Arc;

pub(super) use population::{Counting, counting};
pub(crate) use states::Kept;

use self::formula::{Formula, Value};
use self::population::{LOOKED_AT_WITH, Told};
use self::reading::NotUnderstood;
use super::super::windows::Window;
use super::super::{Asked, Over, compose};
use super::pieces::{Adds, Kind, Piece, PieceId};

/// What changed since the last pass.
#[derive(Debug, Default)]
pub(in super::super) struct Fresh {
    changes: Vec<Change>,
}

/// A case that changed, and whether an alert stood against it when cells were made, and stands now.
#[derive(Debug)]
struct Change {
    case: Arc<Case>,
    stood: bool,
    stands: bool,
}

/// What a case was and what it became; none: nothing is told of it.
#[derive(Debug, Default)]
struct Case {
    was: Option<Told>,
    now: Option<Told>,
    /// Stays of which there are so many more, or fewer.
    stays: Vec<(Told, i64)>,
}

/// So many times at most a thing is held against a piece for a question, a tenth of a second or two. Old cases that are sent anew by the thousand
/// bear on every window of years of months.
const COUNTED_MAX: usize = 500_000;

/// Why what changed is not counted here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotCounted {
    #[error("it is more than is counted in the program")]
    TooMuch,
    #[error(transparent)]
    NotUnderstood(#[from] NotUnderstood),
}

/// How a thing adds to a piece of a window and key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// So much.
    Number(i64),
    /// So many of so many hours.
    Hours { hours: i64, count: i64 },
}

impl Fresh {
    /// What it adds, by the number of the window, key and piece, to what cells come to. `key`: what tells rows apart, as SQL.
    ///
    /// # Errors
    /// It cannot be counted here, and what was added is of no use.
    pub(super) fn add(
        &self,
        counting: &Counting,
        (over, asked, windows): (Over, &Asked, &[Window]),
        key: &str,
        needed: &[(PieceId, &Piece)],
        mut add: impl FnMut(u16, &str, PieceId, Added),
    ) -> Result<(), NotCounted> {
        let population = counting.of(over);
        let parameters = compose::parameters(asked);
        let read = |sql: &str| population.asked(sql, &parameters);
        let key = read(key)?;
        let conditions = compose::conditions(asked, over);
        let conditions = conditions.iter().map(|one| read(one));
        let conditions: Vec<Formula> = conditions.collect::<Result<_, NotUnderstood>>()?;
        let mut counted = 0;
        let changes = self.changes.iter();
        for (told, alerted, more) in changes.flat_map(|change| change.of(over)) {
            let is_asked = conditions.iter().all(|one| one.over(told).holds());
            let Some((first, last)) = population.lasts(told).filter(|_| is_asked) else {
                continue;
            };
            let key = match key.over(told) {
                Value::Text(key) => key,
                Value::Null | Value::Number(_) => "".into(),
            };
            let mut told = told.clone();
            for (w, window) in (0..).zip(windows) {
                if first >= window.until.millis() || last < window.from.millis() {
                    continue;
                }
                counted += needed.len();
                if counted > COUNTED_MAX {
                    return Err(NotCounted::TooMuch);
                }
                look(&mut told, window, alerted);
                for (id, piece) in needed {
                    if let Some(added) = added(population, *id, piece, &told, more) {
                        add(w, &key, *id, added);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Change {
    /// The things of a population that there are more or fewer of, each with whether an alert stands against its case, and how many.
    fn of(&self, over: Over) -> Vec<(&Told, bool, i64)> {
        let Self {
            case,
            stood,
            stands,
        } = self;
        if over == Over::Steps {
            let stays = case.stays.iter();
            return stays.map(|(told, more)| (told, *stands, *more)).collect();
        }
        if case.was == case.now && stood == stands {
            return Vec::new();
        }
        let was = case.was.iter().map(|told| (told, *stood, -1));
        let now = case.now.iter().map(|told| (told, *stands, 1));
        was.chain(now).collect()
    }
}

/// Sets what a thing is looked at with in a window.
fn look(told: &mut Told, window: &Window, alerted: bool) {
    let with: [i64; LOOKED_AT_WITH.len()] = [
        window.from.millis(),
        window.until.millis(),
        window.at.millis(),
        i64::from(alerted),
    ];
    for (place, value) in told.iter_mut().zip(with) {
        *place = Value::Number(value);
    }
}

/// What a thing that bears on a window adds to a piece. Only such are looked at: so many have begun more than were over before it.
fn added(
    population: &population::Population,
    id: PieceId,
    piece: &Piece,
    told: &Told,
    more: i64,
) -> Option<Added> {
    match piece.kind {
        Kind::First => return Some(Added::Number(more)),
        Kind::Last => return None,
        Kind::Flow | Kind::Stock => {}
    }
    let counts = population.piece(id)?;
    if !counts.among.over(told).holds() {
        return None;
    }
    let amount = counts
        .amount
        .as_ref()
        .map(|amount| amount.over(told).number());
    match piece.adds {
        Adds::One => Some(Added::Number(more)),
        // What is not known adds nothing to a sum, and is nought among hours.
        Adds::Number(_) => Some(Added::Number(more.wrapping_mul(amount.flatten()?))),
        Adds::OneOf(_) => Some(Added::Hours {
            hours: amount.flatten().unwrap_or(0),
            count: more,
        }),
    }
}
