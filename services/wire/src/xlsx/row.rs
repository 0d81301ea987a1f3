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

/// Which item of each list on the way, from the outermost.
type Way = [(&'static str, usize)];

impl Row {
    /// Sheet and cell, like `责任清单!F3`, that a problem of the definition lies in. It is looked for in as few rows as have the problem by
    /// themselves, since of several problems only the first is told; there it is the cell without which it is gone, else the row's first. A problem that
    /// takes several rows is that of the last without which it is gone. `wrong` tells whether a definition has the problem.
    pub fn blames(&self, definition: &Datum, wrong: impl Fn(&Datum) -> bool) -> String {
        let mut ways: Vec<&Way> = vec![&[]];
        for said in &self.cells {
            if !ways.contains(&&*said.way) {
                ways.push(&said.way);
            }
        }
        let place = |said: &Said| format!("{}!{}", said.sheet, said.cell);
        for way in ways {
            let mut alone = definition.clone();
            self.keep(&mut alone, &[], way);
            if !wrong(&alone) {
                continue;
            }
            let mut on_the_way = self.cells.iter().filter(|said| way.starts_with(&said.way));
            let cell = on_the_way.find(|said| !wrong(&without_cell(&alone, said)));
            let of_row = |said: &&Said| !way.is_empty() && said.way == way;
            let cell = cell.or_else(|| self.cells.iter().find(of_row));
            return cell.map_or_else(|| format!("{}!A{}", self.sheet, self.number), place);
        }
        let mut rows = self.cells.iter().rev().filter(|said| !said.way.is_empty());
        let row = rows.find(|said| !wrong(&without_row(definition, &said.way)));
        let first = row.and_then(|row| self.cells.iter().find(|said| said.way == row.way));
        first.map_or_else(|| format!("{}!A{}", self.sheet, self.number), place)
    }

    /// Leaves of the lists that have sheets of their own only the items on a way.
    fn keep(&self, here: &mut Datum, above: &Way, way: &Way) {
        let below = self.cells.iter().filter(|said| said.way.starts_with(above));
        let mut lists: Vec<&'static str> = below
            .filter_map(|said| said.way.get(above.len()))
            .map(|(list, _)| *list)
            .collect();
        lists.sort_unstable();
        lists.dedup();
        for list in lists {
            let Some(Datum::List(mut items)) = here.take(list) else {
                continue;
            };
            if let Some((kept, place)) = way.get(above.len())
                && *kept == list
                && *place < items.len()
            {
                let mut item = items.swap_remove(*place);
                self.keep(&mut item, &way[..=above.len()], way);
                here.set(list, Datum::List(vec![item]));
            }
        }
    }
}

/// What is left of a definition, of whose lists one item is left each, without what one cell says.
fn without_cell(alone: &Datum, said: &Said) -> Datum {
    let mut rest = alone.clone();
    let first: Vec<_> = said.way.iter().map(|(list, _)| (*list, 0)).collect();
    if let Some(here) = at(&mut rest, &first) {
        take(here, said.entry);
    }
    rest
}

/// A definition without an item of a list.
fn without_row(definition: &Datum, way: &Way) -> Datum {
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
