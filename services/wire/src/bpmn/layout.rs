//! A plain layout: from left to right by distance from the start, one band a lane.

/// What is placed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) width: i32,
    pub(super) height: i32,
    /// Its lane, from 0.
    pub(super) lane: usize,
}

/// Where something stands, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// Where everything stands.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) items: Vec<Bounds>,
    pub(super) lanes: Vec<Bounds>,
    pub(super) pool: Bounds,
    /// The bends of each edge.
    pub(super) edges: Vec<Vec<(i32, i32)>>,
}

/// From one column to the next.
const COLUMN: i32 = 150;
/// From one row to the next within a lane.
const ROW: i32 = 110;
/// The title strip of a pool and of a lane.
const TITLE: i32 = 30;

/// Places items, the first of which is where edges begin, below `top`.
pub(super) fn place(items: &[Item], edges: &[(usize, usize)], lanes: usize, top: i32) -> Layout {
    let columns = columns(items.len(), edges);
    let lanes = lanes.max(1);
    // Rows are given within a lane and column in order.
    let mut used = vec![std::collections::BTreeMap::<usize, i32>::new(); lanes];
    let mut rows = vec![0; items.len()];
    for (at, item) in items.iter().enumerate() {
        let row = used[item.lane].entry(columns[at]).or_insert(0);
        rows[at] = *row;
        *row += 1;
    }
    let last = columns.iter().copied().max().unwrap_or(0) as i32;
    let left = 160;
    let width = TITLE * 2 + 40 + (last + 1) * COLUMN;
    let mut bands = Vec::new();
    let mut y = top;
    for columns in &used {
        let height = columns.values().copied().max().unwrap_or(1).max(1) * ROW + 20;
        bands.push(Bounds {
            x: left + TITLE,
            y,
            width: width - TITLE,
            height,
        });
        y += height;
    }
    let placed: Vec<Bounds> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let middle_x = left + TITLE * 2 + 20 + columns[at] as i32 * COLUMN + COLUMN / 2;
            let middle_y = bands[item.lane].y + 10 + rows[at] * ROW + ROW / 2;
            Bounds {
                x: middle_x - item.width / 2,
                y: middle_y - item.height / 2,
                width: item.width,
                height: item.height,
            }
        })
        .collect();
    let edges = edges
        .iter()
        .map(|(from, to)| bends(placed[*from], placed[*to]))
        .collect();
    let pool = Bounds {
        x: left,
        y: top,
        width,
        height: y - top,
    };
    Layout {
        items: placed,
        lanes: bands,
        pool,
        edges,
    }
}

/// The column of each item: the longest way to it, edges back to where one came from left out.
fn columns(items: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut out = vec![Vec::new(); items];
    for (from, to) in edges {
        out[*from].push(*to);
    }
    // Depth first, without recursion; what is still open when met again lies behind.
    let (mut state, mut order) = (vec![0u8; items], Vec::new());
    let mut forward = vec![Vec::new(); items];
    for root in 0..items {
        let mut open = vec![(root, 0)];
        while let Some((at, next)) = open.pop() {
            if next == 0 {
                if state[at] != 0 {
                    continue;
                }
                state[at] = 1;
            }
            match out[at].get(next) {
                Some(to) => {
                    open.push((at, next + 1));
                    if state[*to] != 1 {
                        forward[at].push(*to);
                        if state[*to] == 0 {
                            open.push((*to, 0));
                        }
                    }
                }
                None => {
                    state[at] = 2;
                    order.push(at);
                }
            }
        }
    }
    let mut columns = vec![0; items];
    for at in order.iter().rev() {
        for to in &forward[*at] {
            columns[*to] = columns[*to].max(columns[*at] + 1);
        }
    }
    columns
}

fn bends(from: Bounds, to: Bounds) -> Vec<(i32, i32)> {
    let middle = |b: Bounds| (b.x + b.width / 2, b.y + b.height / 2);
    let ((_, from_y), (to_x, to_y)) = (middle(from), middle(to));
    let start = (from.x + from.width, from_y);
    if to.x > start.0 {
        let between = to.x - 25;
        if from_y == to_y {
            return vec![start, (to.x, to_y)];
        }
        return vec![start, (between, from_y), (between, to_y), (to.x, to_y)];
    }
    // Back: over the top of both.
    let above = from.y.min(to.y) - 12;
    vec![
        start,
        (start.0 + 15, from_y),
        (start.0 + 15, above),
        (to_x, above),
        (to_x, to.y),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_stands_to_the_right_and_nothing_overlaps() {
        let item = |lane| Item {
            width: 100,
            height: 80,
            lane,
        };
        let items = [item(0), item(0), item(1), item(0), item(0)];
        let edges = [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (4, 1)];
        let layout = place(&items, &edges, 2, 80);
        for (from, to) in [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4)] {
            assert!(layout.items[from].x < layout.items[to].x);
        }
        for (at, a) in layout.items.iter().enumerate() {
            for b in &layout.items[at + 1..] {
                let apart = a.x + a.width <= b.x
                    || b.x + b.width <= a.x
                    || a.y + a.height <= b.y
                    || b.y + b.height <= a.y;
                assert!(apart, "{a:?} {b:?}");
            }
            let lane = layout.lanes[items[at].lane];
            assert!(a.y >= lane.y && a.y + a.height <= lane.y + lane.height);
        }
        assert_eq!(layout.edges.len(), edges.len());
    }
}
