//! Dependency records as pictures: text for Graphviz and for Mermaid.
//!
//! Both languages need little more here than quoting, which is why no library writes them.

use std::collections::{BTreeMap, BTreeSet};

use crate::dependencies::{Dependencies, Kind, Outcome, RecordId, Role, Subject};

/// What is drawn: records, one arrow for all uses of one by another, and what is marked.
pub struct Drawing<'d> {
    dependencies: &'d Dependencies<'d>,
    title: String,
    records: BTreeSet<RecordId>,
    arrows: Vec<Arrow>,
    marks: BTreeMap<RecordId, Mark>,
}

struct Arrow {
    user: RecordId,
    used: RecordId,
    label: String,
    /// Calls come from a number to the device that uses it, and an application through its user to devices: what is
    /// used is drawn first.
    backwards: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    /// It works, though not as before.
    Changed,
    /// It does not work, or calls are turned away or lost.
    Hurt,
    /// It is what goes.
    Subject,
}

impl Mark {
    const ALL: [Mark; 3] = [Mark::Changed, Mark::Hurt, Mark::Subject];

    const fn class(self) -> &'static str {
        match self {
            Mark::Changed => "changed",
            Mark::Hurt => "hurt",
            Mark::Subject => "gone",
        }
    }

    /// Fill, border and text.
    const fn colours(self) -> [&'static str; 3] {
        match self {
            Mark::Changed => ["#fff3c4", "#8d6e00", "#000000"],
            Mark::Hurt => ["#f9c9c4", "#a32015", "#000000"],
            Mark::Subject => ["#333333", "#000000", "#ffffff"],
        }
    }
}

impl<'d> Drawing<'d> {
    /// Every record.
    pub fn whole(dependencies: &'d Dependencies<'d>) -> Drawing<'d> {
        let title = dependencies.name().to_owned();
        Drawing::of(dependencies, title, dependencies.ids().collect(), BTreeMap::new())
    }

    /// A record, what it uses, who uses it, and all that would be affected if it went.
    pub fn around(dependencies: &'d Dependencies<'d>, subject: Subject) -> Drawing<'d> {
        let users = dependencies.users_of(subject.record).filter(|it| subject.loss.concerns(it.role));
        let used = dependencies.uses_of(subject.record).map(|it| it.used);
        let mut records: BTreeSet<RecordId> = users.map(|it| it.user).chain(used).collect();
        let mut marks = BTreeMap::new();
        for effect in dependencies.affected(subject) {
            records.insert(effect.on);
            let mark = marks.entry(effect.on).or_insert(Mark::Changed);
            *mark = mark_of(effect.outcome).max(*mark);
        }
        records.insert(subject.record);
        // A number that leads from one of these to another is part of the picture.
        let links = dependencies.ids().filter(|&id| {
            let is_number = dependencies.record(id).kind == Kind::DirectoryNumber;
            is_number && dependencies.users_of(id).filter(|it| records.contains(&it.user)).nth(1).is_some()
        });
        let links: Vec<RecordId> = links.collect();
        records.extend(links);
        marks.insert(subject.record, Mark::Subject);
        let title = format!("{}: if {}", dependencies.name(), dependencies.loss(subject));
        Drawing::of(dependencies, title, records, marks)
    }

    fn of(
        dependencies: &'d Dependencies<'d>,
        title: String,
        records: BTreeSet<RecordId>,
        marks: BTreeMap<RecordId, Mark>,
    ) -> Drawing<'d> {
        let mut labels: BTreeMap<(RecordId, RecordId), Vec<String>> = BTreeMap::new();
        let mut backwards = BTreeSet::new();
        for it in dependencies.uses().iter().filter(|it| records.contains(&it.user) && records.contains(&it.used)) {
            labels.entry((it.user, it.used)).or_default().push(it.role.words());
            if matches!(it.role, Role::Line | Role::Associated) {
                backwards.insert((it.user, it.used));
            }
        }
        let arrows = labels.into_iter().map(|((user, used), labels)| Arrow {
            user,
            used,
            label: labels.join(", "),
            backwards: backwards.contains(&(user, used)),
        });
        let arrows = arrows.collect();
        Drawing { dependencies, title, records, arrows, marks }
    }

    /// The records of each kind that has any.
    fn kinds(&self) -> impl Iterator<Item = (Kind, Vec<RecordId>)> {
        let of_kind =
            move |kind| self.records.iter().copied().filter(move |&id| self.dependencies.record(id).kind == kind);
        Kind::ALL
            .into_iter()
            .map(move |kind| (kind, of_kind(kind).collect::<Vec<_>>()))
            .filter(|(_, ids)| !ids.is_empty())
    }

    fn label(&self, id: RecordId) -> String {
        let record = self.dependencies.record(id);
        match record.count {
            1 => record.label(),
            count => format!("{} × {count}", record.name),
        }
    }
}

const fn mark_of(outcome: Outcome) -> Mark {
    match outcome {
        Outcome::Moves
        | Outcome::Reconnects
        | Outcome::Reopened
        | Outcome::FewerSpares
        | Outcome::Forwarded
        | Outcome::Waits
        | Outcome::Preserved
        | Outcome::Meets => Mark::Changed,
        Outcome::StaysOut
        | Outcome::Closed
        | Outcome::Uncontrolled
        | Outcome::Refused
        | Outcome::Lost
        | Outcome::Astray
        | Outcome::Unreached => Mark::Hurt,
    }
}

/// The drawing in the language of Graphviz.
pub fn dot(drawing: &Drawing<'_>) -> String {
    let mut text = format!(
        "digraph {} {{\n  graph [rankdir=LR, label={0}, labelloc=t, fontname=\"Helvetica\", fontsize=16, nodesep=0.25, \
         ranksep=0.9];\n  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", fontname=\"Helvetica\", \
         fontsize=12];\n  edge [fontname=\"Helvetica\", fontsize=9, color=\"#666666\"];\n",
        quoted(&drawing.title)
    );
    for (kind, ids) in drawing.kinds() {
        let title = kind.words()[usize::from(ids.len() != 1)];
        text += &format!("  subgraph {} {{\n", quoted(&format!("cluster_{}", kind.name())));
        text += &format!("    graph [label={}, style=rounded, color=\"#bbbbbb\", fontsize=11];\n", quoted(title));
        for id in ids {
            let marked = match drawing.marks.get(&id) {
                Some(mark) => {
                    let [fill, border, letters] = mark.colours();
                    format!(", fillcolor=\"{fill}\", color=\"{border}\", fontcolor=\"{letters}\", penwidth=2")
                }
                None => String::new(),
            };
            let name = quoted(&drawing.dependencies.full_name(id));
            text += &format!("    {name} [label={}{marked}];\n", quoted(&drawing.label(id)));
        }
        text += "  }\n";
    }
    for arrow in &drawing.arrows {
        let [user, used] = [arrow.user, arrow.used].map(|id| quoted(&drawing.dependencies.full_name(id)));
        let label = quoted(&arrow.label);
        text += &match arrow.backwards {
            true => format!("  {used} -> {user} [label={label}, dir=back];\n"),
            false => format!("  {user} -> {used} [label={label}];\n"),
        };
    }
    text + "}\n"
}

/// A string of Graphviz's language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The drawing as a Mermaid flow chart.
pub fn mermaid(drawing: &Drawing<'_>) -> String {
    let mut text = format!("---\ntitle: {}\n---\nflowchart LR\n", quoted(&drawing.title));
    for (kind, ids) in drawing.kinds() {
        let title = kind.words()[usize::from(ids.len() != 1)];
        text += &format!("  subgraph kind_{}[{}]\n", kind.name(), mermaid_quoted(title));
        for id in ids {
            let class = drawing.marks.get(&id).map_or(String::new(), |mark| format!(":::{}", mark.class()));
            text += &format!("    {}[{}]{class}\n", mermaid_id(id), mermaid_quoted(&drawing.label(id)));
        }
        text += "  end\n";
    }
    for arrow in &drawing.arrows {
        let (user, used, label) = (mermaid_id(arrow.user), mermaid_id(arrow.used), mermaid_quoted(&arrow.label));
        text += &format!("  {user} -->|{label}| {used}\n");
    }
    for mark in Mark::ALL.into_iter().filter(|mark| drawing.marks.values().any(|used| used == mark)) {
        let [fill, border, letters] = mark.colours();
        let class = mark.class();
        text += &format!("  classDef {class} fill:{fill},stroke:{border},color:{letters},stroke-width:2px\n");
    }
    text
}

/// An id without anything that means something to Mermaid.
fn mermaid_id(id: RecordId) -> String {
    format!("r{}", id.index())
}

/// A label of Mermaid's: `#` begins the code of a character there, and a quote ends the label.
fn mermaid_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('#', "#35;").replace('"', "#quot;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_break_out_of_their_quotes() {
        assert_eq!(quoted(r#"a"b\"#), r#""a\"b\\""#);
        assert_eq!(mermaid_quoted("*7#\""), "\"*7#35;#quot;\"");
    }
}
