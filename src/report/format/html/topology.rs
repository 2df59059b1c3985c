//! What depends on what, on a page: a picture that scrolls in its own box, and behind it a table of all nodes.

use std::collections::BTreeMap;

use super::Page;
use crate::report::diagram::{Graph, Mark, Node};
use crate::report::format::colours;
use crate::report::format::drawing::labels::cut;
use crate::report::format::drawing::numbers::coordinate;
use crate::report::format::drawing::topology::{HIGH, Laid, Placed, Shows};

/// More rows are left to the files.
const MOST_ROWS: usize = 2_000;

impl Page {
    pub(super) fn topology(&mut self, graph: &Graph) {
        self.charts += 1;
        let number = self.charts;
        let laid = Laid::of(graph);
        self.markup.tag("figure").set("class", "f tp").open();
        self.markup.open("figcaption", "");
        self.markup.text(&graph.title);
        self.marks(graph);
        self.markup.end();
        self.scrolling(&graph.title);
        let tag = self
            .markup
            .tag("svg")
            .set("viewBox", format_args!("0 0 {} {}", coordinate(laid.width), coordinate(laid.height)));
        let tag = tag.set("width", coordinate(laid.width)).set("height", coordinate(laid.height));
        tag.set("role", "img").set("aria-labelledby", format_args!("t{number} d{number}")).open();
        self.markup.tag("title").set("id", format_args!("t{number}")).words(&graph.title);
        self.markup.tag("desc").set("id", format_args!("d{number}")).words(&description(graph));
        for (x, title) in &laid.titles {
            let words = cut(title, 12.0, laid.box_width + 40.0);
            self.markup.tag("text").set("class", "t").set("x", coordinate(*x)).set("y", 14).words(&words);
        }
        let path: String = laid
            .curves
            .iter()
            .map(|curve| {
                let [a, b, c, d] = curve.map(|[x, y]| format!("{} {}", coordinate(x), coordinate(y)));
                format!("M{a}C{b} {c} {d}")
            })
            .collect();
        if !path.is_empty() {
            self.markup.tag("path").set("class", "ar").set("d", path).empty();
        }
        let heads: String = laid
            .curves
            .iter()
            .map(|[_, _, from, to]| {
                let back = if from[0] <= to[0] { -6.0 } else { 6.0 };
                let [x, y] = *to;
                format!(
                    "M{} {}L{} {}L{} {}",
                    coordinate(x + back),
                    coordinate(y - 3.5),
                    coordinate(x),
                    coordinate(y),
                    coordinate(x + back),
                    coordinate(y + 3.5)
                )
            })
            .collect();
        if !heads.is_empty() {
            self.markup.tag("path").set("class", "ar").set("d", heads).empty();
        }
        for placed in &laid.boxes {
            self.node(placed, laid.box_width);
        }
        self.markup.end();
        self.markup.end();
        self.nodes(graph);
        self.markup.end();
    }

    /// What marks mean.
    fn marks(&mut self, graph: &Graph) {
        let is_there = |mark: &Mark| graph.nodes.values().any(|node| node.mark == Some(*mark));
        let marks: Vec<Mark> = Mark::ALL.into_iter().filter(is_there).collect();
        if marks.is_empty() {
            return;
        }
        self.markup.open("span", "legend");
        for mark in marks {
            let [fill, border, _] = colours::of(mark);
            self.markup.open("span", "key");
            let tag = self.markup.tag("svg").set("class", "k").set("width", 14).set("height", 12);
            tag.set("aria-hidden", "true").open();
            let rect = self.markup.tag("rect").set("x", 1).set("y", 1).set("width", 12).set("height", 10);
            rect.set("rx", 2).set("fill", fill).set("stroke", border).empty();
            self.markup.end();
            self.markup.text(words(mark));
            self.markup.end();
            self.markup.text(" ");
        }
        self.markup.end();
    }

    fn node(&mut self, placed: &Placed<'_>, wide: f64) {
        let (mark, label, second, whole) = match &placed.shows {
            Shows::Node(node) => {
                let second = node.note.clone().or(node.mark.map(|mark| words(mark).to_owned()));
                (node.mark, node.label.clone(), second, said(node))
            }
            Shows::More(count) => {
                (None, format!("and {count} more"), None, format!("{count} more; the table has them"))
            }
        };
        self.markup.open("g", "");
        self.markup.tag("title").words(&whole);
        let colours = mark.map(colours::of);
        let tag = self.markup.tag("rect").set("x", coordinate(placed.x)).set("y", coordinate(placed.y));
        let tag = tag.set("width", coordinate(wide)).set("height", coordinate(HIGH)).set("rx", 5);
        match colours {
            Some([fill, border, _]) => tag.set("fill", fill).set("stroke", border).set("stroke-width", 1.5).empty(),
            None => tag.set("class", "nb").empty(),
        }
        let middle = placed.y + HIGH / 2.0;
        let lines =
            [(Some(label), if second.is_some() { middle - 4.0 } else { middle + 4.0 }), (second, middle + 12.0)];
        for (index, (line, y)) in lines.into_iter().enumerate() {
            let Some(line) = line else { continue };
            let size = if index == 0 { 12.0 } else { 11.0 };
            let words = cut(&line, size, wide - 14.0);
            let tag = self.markup.tag("text").set("x", coordinate(placed.x + 7.0)).set("y", coordinate(y));
            let tag = tag.set("font-size", coordinate(size));
            // The letters on a coloured ground do not follow the page into the dark.
            match colours {
                Some([_, _, "#ffffff"]) => tag.set("class", "on").words(&words),
                Some(_) => tag.set("class", "of").words(&words),
                None => tag.words(&words),
            }
        }
        self.markup.end();
    }

    fn nodes(&mut self, graph: &Graph) {
        let mut uses: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for arrow in &graph.arrows {
            if let Some(used) = graph.nodes.get(&arrow.used) {
                uses.entry(arrow.user).or_default().push(format!("{} ({})", used.label, arrow.label));
            }
        }
        self.markup.open("details", "");
        self.markup.tag("summary").words("The list");
        self.scrolling("The list");
        self.markup.open("table", "");
        self.markup.open("thead", "");
        self.markup.open("tr", "");
        for name in ["name", "group", "uses", "state"] {
            self.markup.tag("th").set("scope", "col").set("class", "x").words(name);
        }
        self.markup.end();
        self.markup.end();
        self.markup.open("tbody", "");
        let of_groups = graph.groups.iter().flat_map(|group| group.nodes.iter().map(move |number| (group, number)));
        let rows = of_groups.filter_map(|(group, number)| Some((group, number, graph.nodes.get(number)?)));
        for (group, number, node) in rows.take(MOST_ROWS) {
            self.markup.open("tr", "");
            self.markup.tag("th").set("scope", "row").set("class", "x").words(&node.label);
            let uses = uses.get(number).map(|uses| uses.join("; ")).unwrap_or_default();
            for words in [group.title.as_ref(), &uses, &state(node)] {
                self.markup.tag("td").set("class", "x").words(words);
            }
            self.markup.end();
        }
        self.markup.end();
        self.markup.end();
        self.markup.end();
        if graph.nodes.len() > MOST_ROWS {
            self.note(&format!(
                "The first {MOST_ROWS} of {} stand here; `ctisim dependencies` lists all.",
                graph.nodes.len()
            ));
        }
        self.markup.end();
    }
}

/// What a mark means.
const fn words(mark: Mark) -> &'static str {
    match mark {
        Mark::Changed => "not as before",
        Mark::Hurt => "suffers",
        Mark::Gone => "fails",
    }
}

/// The mark and the note of a node.
fn state(node: &Node) -> String {
    let parts = [node.mark.map(|mark| words(mark).to_owned()), node.note.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn said(node: &Node) -> String {
    let state = state(node);
    if state.is_empty() { node.label.clone() } else { format!("{}: {state}", node.label) }
}

/// The graph in words: how many of what, and what is marked.
fn description(graph: &Graph) -> String {
    let groups = graph.groups.iter().filter(|group| !group.nodes.is_empty()).take(20);
    let groups: Vec<String> = groups.map(|group| format!("{}: {}", group.title, group.nodes.len())).collect();
    let marked = graph.nodes.values().filter(|node| node.mark.is_some()).take(20).map(said);
    [groups.join(", ")].into_iter().chain(marked).collect::<Vec<_>>().join(". ")
}
