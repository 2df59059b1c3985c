//! A graph as a flow chart of Mermaid, which needs little more here than quoting: that is why no library writes it.

use super::colours;
use crate::report::diagram::{Graph, Mark};
use crate::workload::shown;

/// The graph, for Mermaid.
pub(super) fn draw(graph: &Graph) -> String {
    let mut text = format!(
        "---\ntitle: \"{}\"\n---\nflowchart LR\n",
        shown(&graph.title).replace('\\', "\\\\").replace('"', "\\\"")
    );
    for group in &graph.groups {
        text += &format!("  subgraph kind_{}[{}]\n", group.id, quoted(&group.title));
        for number in &group.nodes {
            let node = &graph.nodes[number];
            let class = node.mark.map_or(String::new(), |mark| format!(":::{}", mark.name()));
            text += &format!("    {}[{}]{class}\n", id(*number), quoted(&node.label));
        }
        text += "  end\n";
    }
    for arrow in &graph.arrows {
        text += &format!("  {} -->|{}| {}\n", id(arrow.user), quoted(&arrow.label), id(arrow.used));
    }
    let marked = |mark: &Mark| graph.nodes.values().any(|node| node.mark == Some(*mark));
    for mark in Mark::ALL.into_iter().filter(marked) {
        let ([fill, border, letters], class) = (colours::of(mark), mark.name());
        text += &format!("  classDef {class} fill:{fill},stroke:{border},color:{letters},stroke-width:2px\n");
    }
    text
}

/// An id without anything that means something to Mermaid.
fn id(number: usize) -> String {
    format!("r{number}")
}

/// A label: `#` begins the code of a character there, and a quote ends the label.
fn quoted(text: &str) -> String {
    format!("\"{}\"", shown(text).replace('#', "#35;").replace('"', "#quot;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_break_out_of_their_quotes() {
        assert_eq!(quoted("*7#\""), "\"*7#35;#quot;\"");
    }
}
