//! A graph in the language of Graphviz, which needs little more here than quoting: that is why no library writes it.

use super::colours;
use crate::report::diagram::{First, Graph};
use crate::workload::shown;

/// The graph, for `dot`.
pub(super) fn draw(graph: &Graph) -> String {
    let mut text = format!(
        "digraph {} {{\n  graph [rankdir=LR, label={0}, labelloc=t, fontname=\"Helvetica\", fontsize=16, nodesep=0.25, \
         ranksep=0.9];\n  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", fontname=\"Helvetica\", \
         fontsize=12];\n  edge [fontname=\"Helvetica\", fontsize=9, color=\"#666666\"];\n",
        quoted(&graph.title)
    );
    for group in &graph.groups {
        text += &format!("  subgraph {} {{\n", quoted(&format!("cluster_{}", group.id)));
        text +=
            &format!("    graph [label={}, style=rounded, color=\"#bbbbbb\", fontsize=11];\n", quoted(&group.title));
        for node in group.nodes.iter().map(|number| &graph.nodes[number]) {
            let marked = node.mark.map(|mark| {
                let [fill, border, letters] = colours::of(mark);
                format!(", fillcolor=\"{fill}\", color=\"{border}\", fontcolor=\"{letters}\", penwidth=2")
            });
            let (id, label) = (quoted(&node.id), quoted(&node.label));
            text += &format!("    {id} [label={label}{}];\n", marked.unwrap_or_default());
        }
        text += "  }\n";
    }
    for arrow in &graph.arrows {
        let [user, used] = [arrow.user, arrow.used].map(|number| quoted(&graph.nodes[&number].id));
        let label = quoted(&arrow.label);
        text += &match arrow.first {
            First::Used => format!("  {used} -> {user} [label={label}, dir=back];\n"),
            First::User => format!("  {user} -> {used} [label={label}];\n"),
        };
    }
    text + "}\n"
}

/// A string of Graphviz's language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", shown(text).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_break_out_of_their_quotes() {
        assert_eq!(quoted(r#"a"b\"#), r#""a\"b\\""#);
    }
}
