//! What depends on what: a column for each group, boxes below each other, curves between them.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::diagram::{Graph, Node};

/// A graph whose places are known, in pixels.
pub(crate) struct Laid<'a> {
    /// Its width.
    pub(crate) width: f64,
    /// Its height.
    pub(crate) height: f64,
    /// The width of a box.
    pub(crate) box_width: f64,
    /// The titles of columns, with their left edge.
    pub(crate) titles: Vec<(f64, &'a str)>,
    /// The boxes.
    pub(crate) boxes: Vec<Placed<'a>>,
    /// The curves: from, to, and the handles between them.
    pub(crate) curves: Vec<[[f64; 2]; 4]>,
}

/// A box.
pub(crate) struct Placed<'a> {
    /// Its left edge.
    pub(crate) x: f64,
    /// Its upper edge.
    pub(crate) y: f64,
    /// What it shows.
    pub(crate) shows: Shows<'a>,
}

/// What a box shows.
pub(crate) enum Shows<'a> {
    /// A node.
    Node(&'a Node),
    /// So many further nodes of the column.
    More(usize),
}

/// The width of a page for which the columns are meant.
const PAGE: f64 = 1080.0;
/// The height of a box, and from one to the next.
pub(crate) const HIGH: f64 = 40.0;
const EACH: f64 = 52.0;
/// The room for the titles of columns.
const TITLES: f64 = 24.0;
/// In a graph of more nodes, so many of a column are shown.
const LARGE: usize = 60;
const SHOWN: usize = 12;

impl<'a> Laid<'a> {
    /// Places everything. Of a large graph the marked nodes come first, and the others of a column are one box.
    pub(crate) fn of(graph: &'a Graph) -> Laid<'a> {
        let (columns, hidden) = columns(graph);
        let between = if columns.len() > 6 { 38.0 } else { 64.0 };
        let count = columns.len().max(1) as f64;
        let box_width = ((PAGE - between * (count - 1.0)) / count).clamp(104.0, 190.0);
        let x = |column: usize| column as f64 * (box_width + between);
        let y = |row: usize| TITLES + row as f64 * EACH;
        let mut place: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        let mut boxes = Vec::new();
        let mut titles = Vec::new();
        let mut rows = 0;
        for (index, column) in columns.iter().enumerate() {
            titles.push((x(index), column.title));
            for (row, number) in column.nodes.iter().enumerate() {
                place.insert(*number, (index, row));
                boxes.extend(graph.nodes.get(number).map(|node| Placed {
                    x: x(index),
                    y: y(row),
                    shows: Shows::Node(node),
                }));
            }
            if column.more > 0 {
                boxes.push(Placed { x: x(index), y: y(column.nodes.len()), shows: Shows::More(column.more) });
            }
            rows = rows.max(column.nodes.len() + usize::from(column.more > 0));
        }
        for (number, column) in hidden {
            place.insert(number, (column, columns[column].nodes.len()));
        }
        let ends: BTreeSet<[(usize, usize); 2]> = graph
            .arrows
            .iter()
            .filter_map(|arrow| Some([*place.get(&arrow.user)?, *place.get(&arrow.used)?]))
            .filter(|[from, to]| from != to)
            .collect();
        let middle = HIGH / 2.0;
        let curve = |[from, to]: [(usize, usize); 2]| {
            let [a, b] = [from, to].map(|(_, row)| y(row) + middle);
            let [left, right] = [from, to].map(|(column, _)| x(column));
            let half = between / 2.0;
            match from.0.cmp(&to.0) {
                std::cmp::Ordering::Less => {
                    let start = left + box_width;
                    [[start, a], [start + half, a], [right - half, b], [right, b]]
                }
                std::cmp::Ordering::Greater => {
                    let end = right + box_width;
                    [[left, a], [left - half, a], [end + half, b], [end, b]]
                }
                // A bow beside the column.
                std::cmp::Ordering::Equal => {
                    let [start, end] = [left + box_width, right + box_width];
                    [[start, a], [start + 0.8 * half, a], [end + 0.8 * half, b], [end, b]]
                }
            }
        };
        Laid {
            width: x(columns.len().max(1)) - between + 40.0,
            box_width,
            height: y(rows.max(1)),
            titles,
            boxes,
            curves: ends.into_iter().map(curve).collect(),
        }
    }
}

/// A column.
struct Column<'a> {
    title: &'a str,
    nodes: Vec<usize>,
    /// The number of nodes that are not shown.
    more: usize,
}

/// The columns, and the column of each node that is not shown.
fn columns(graph: &Graph) -> (Vec<Column<'_>>, Vec<(usize, usize)>) {
    let mut seen = BTreeSet::new();
    let mut columns: Vec<Column<'_>> = Vec::new();
    let mut hidden = Vec::new();
    for group in &graph.groups {
        let is_new = |number: &usize| graph.nodes.contains_key(number) && seen.insert(*number);
        let mut nodes: Vec<usize> = group.nodes.iter().copied().filter(is_new).collect();
        let mark = |number: &usize| graph.nodes.get(number).and_then(|node| node.mark);
        let mut more = 0;
        if graph.nodes.len() > LARGE && nodes.len() > SHOWN {
            nodes.sort_by_key(|number| std::cmp::Reverse(mark(number)));
            more = nodes.len() - SHOWN;
            hidden.extend(nodes.split_off(SHOWN).into_iter().map(|number| (number, columns.len())));
        }
        if !nodes.is_empty() {
            columns.push(Column { title: &group.title, nodes, more });
        }
    }
    untangle(graph, &mut columns);
    (columns, hidden)
}

/// Puts nodes near those they are joined to, so that fewer curves cross: the mean place of the others, column by column.
fn untangle(graph: &Graph, columns: &mut [Column<'_>]) {
    let mut joined: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for arrow in &graph.arrows {
        joined.entry(arrow.user).or_default().push(arrow.used);
        joined.entry(arrow.used).or_default().push(arrow.user);
    }
    let mut height: BTreeMap<usize, f64> = BTreeMap::new();
    let keep = |column: &Column<'_>, height: &mut BTreeMap<usize, f64>| {
        let rows = column.nodes.len() as f64;
        height.extend(column.nodes.iter().enumerate().map(|(row, number)| (*number, (row as f64 + 0.5) / rows)));
    };
    columns.iter().for_each(|column| keep(column, &mut height));
    for _ in 0..4 {
        for column in columns.iter_mut() {
            let own = column.nodes.clone();
            let mean = |number: &usize| {
                let others = joined.get(number).into_iter().flatten().filter(|other| !own.contains(other));
                let heights: Vec<f64> = others.filter_map(|other| height.get(other).copied()).collect();
                match heights.len() {
                    0 => height.get(number).copied().unwrap_or(0.5),
                    count => heights.iter().sum::<f64>() / count as f64,
                }
            };
            let means: BTreeMap<usize, f64> = own.iter().map(|number| (*number, mean(number))).collect();
            let of = |number: &usize| means.get(number).copied().unwrap_or(0.5);
            column.nodes.sort_by(|a, b| of(a).total_cmp(&of(b)));
            keep(column, &mut height);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::format::drawing::examples::graph;

    #[test]
    fn boxes_do_not_overlap_and_large_columns_are_short() {
        let small = graph(10);
        let laid = Laid::of(&small);
        assert_eq!(laid.boxes.len(), small.nodes.len());
        let large = graph(500);
        let laid = Laid::of(&large);
        let more: Vec<usize> = laid
            .boxes
            .iter()
            .filter_map(|it| if let Shows::More(more) = it.shows { Some(more) } else { None })
            .collect();
        assert_eq!(more, [488]);
        assert!(laid.height < 800.0 && laid.curves.len() < 200, "{} {}", laid.height, laid.curves.len());
        for (index, a) in laid.boxes.iter().enumerate() {
            for b in &laid.boxes[..index] {
                assert!(a.x != b.x || (a.y - b.y).abs() >= HIGH, "{} {}", a.x, a.y);
            }
        }
    }
}
