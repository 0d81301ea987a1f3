//! Where a definition stands in a workbook, and which of its cells makes a problem.

use crate::datum::Datum;

use super::write::take;

/// A row of a sheet, and every cell that says something of its definition, on whatever sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The sheet.
    pub sheet: &'static str,
    /// Counted from 1.
    pub number: u32,
    pub(super) cells: Vec<Said>,
}

/// A cell and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) sheet: &'static str,
    pub(super) cell: String,
    /// Which item of each list on the way.
    pub(super) way: Vec<(&'static str, usize)>,
    pub(super) entry: &'static str,
}

impl Row {
    /// Sheet and cell, like `责任清单!F3`, that a problem of the definition lies in: without what it says the problem is gone. Where no cell
    /// alone makes it, the first cell of the row of a list without which it is gone; else that of the definition. `wrong` tells whether a
    /// definition has the problem.
    pub fn blames(&self, definition: &Datum, wrong: impl Fn(&Datum) -> bool) -> String {
        let cell = self
            .cells
            .iter()
            .find(|said| !wrong(&without_cell(definition, said)));
        let row = || {
            let mut inner = self.cells.iter().filter(|said| !said.way.is_empty());
            inner.find(|said| !wrong(&without_row(definition, &said.way)))
        };
        match cell.or_else(row) {
            Some(said) => format!("{}!{}", said.sheet, said.cell),
            None => format!("{}!A{}", self.sheet, self.number),
        }
    }
}

/// A definition without what one cell says.
fn without_cell(definition: &Datum, said: &Said) -> Datum {
    let mut rest = definition.clone();
    if let Some(here) = at(&mut rest, &said.way) {
        take(here, said.entry);
    }
    rest
}

/// A definition without an item of a list.
fn without_row(definition: &Datum, way: &[(&'static str, usize)]) -> Datum {
    let mut rest = definition.clone();
    if let Some(((list, place), outer)) = way.split_last()
        && let Some(owner) = at(&mut rest, outer)
        && let Some(Datum::List(mut items)) = owner.take(list)
    {
        if *place < items.len() {
            items.remove(*place);
        }
        owner.set(list, Datum::List(items));
    }
    rest
}

/// The item that a way leads to.
pub(super) fn at<'d>(value: &'d mut Datum, way: &[(&str, usize)]) -> Option<&'d mut Datum> {
    let mut here = value;
    for (list, place) in way {
        let Datum::Map(entries) = here else {
            return None;
        };
        let (_, items) = entries.iter_mut().find(|(name, _)| name == list)?;
        let Datum::List(items) = items else {
            return None;
        };
        here = items.get_mut(*place)?;
    }
    Some(here)
}
