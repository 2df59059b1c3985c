//! Dependency records as a graph: one node per record, one arrow for all uses of a record by another, and marks.

use std::collections::{BTreeMap, BTreeSet};

use super::diagram::{Arrow, First, Graph, Group, Mark, Node};
use crate::dependencies::{Consequence, Dependencies, Effect, RecordId, RecordKind, Role, Subject};

/// Every record.
pub(super) fn whole(dependencies: &Dependencies<'_>) -> Graph {
    let title = dependencies.name().to_owned();
    of(dependencies, title, &dependencies.ids().collect(), &BTreeMap::new())
}

/// A record, what it uses, what uses it, and everything that would be affected if it failed.
pub(super) fn around(dependencies: &Dependencies<'_>, subject: Subject, effects: &[Effect]) -> Graph {
    let users = dependencies.users_of(subject.record).filter(|it| subject.loss.concerns(it.role));
    let used = dependencies.uses_of(subject.record).map(|it| it.used);
    let mut records: BTreeSet<RecordId> = users.map(|it| it.user).chain(used).collect();
    let mut marks = BTreeMap::new();
    for effect in effects {
        records.insert(effect.on);
        let mark = marks.entry(effect.on).or_insert(Mark::Changed);
        *mark = mark_of(effect.outcome).max(*mark);
    }
    records.insert(subject.record);
    // A directory number that connects two of these belongs in the picture.
    let links = dependencies.ids().filter(|&id| {
        let is_number = dependencies.record(id).kind == RecordKind::DirectoryNumber;
        is_number && dependencies.users_of(id).filter(|it| records.contains(&it.user)).nth(1).is_some()
    });
    let links: Vec<RecordId> = links.collect();
    records.extend(links);
    marks.insert(subject.record, Mark::Gone);
    let title = format!("{}: if {}", dependencies.name(), dependencies.loss(subject));
    of(dependencies, title, &records, &marks)
}

/// Every record but faults and changes, with what fails and what that affects; `strikes` are what fails, with words about it.
pub(super) fn struck(dependencies: &Dependencies<'_>, strikes: &[(Subject, String)]) -> Graph {
    let shown = |id: &RecordId| !matches!(dependencies.record(*id).kind, RecordKind::Fault | RecordKind::Change);
    let mut marks = BTreeMap::new();
    for (subject, _) in strikes {
        for effect in dependencies.affected(*subject) {
            let mark = marks.entry(effect.on).or_insert(Mark::Changed);
            *mark = mark_of(effect.outcome).max(*mark);
        }
    }
    marks.extend(strikes.iter().map(|(subject, _)| (subject.record, Mark::Gone)));
    let mut graph =
        of(dependencies, dependencies.name().to_owned(), &dependencies.ids().filter(shown).collect(), &marks);
    for (subject, words) in strikes {
        if let Some(node) = graph.nodes.get_mut(&subject.record.index()) {
            let note = node.note.take().map_or(String::new(), |before| format!("{before}; "));
            node.note = Some(note + words);
        }
    }
    graph
}

fn of(
    dependencies: &Dependencies<'_>,
    title: String,
    records: &BTreeSet<RecordId>,
    marks: &BTreeMap<RecordId, Mark>,
) -> Graph {
    let node = |&id: &RecordId| {
        let mark = marks.get(&id).copied();
        (id.index(), Node { id: dependencies.full_name(id), label: label(dependencies, id), mark, note: None })
    };
    let of_kind = |kind: RecordKind| {
        let nodes: Vec<usize> =
            records.iter().filter(|&&id| dependencies.record(id).kind == kind).map(|id| id.index()).collect();
        let title = kind.words()[usize::from(nodes.len() != 1)];
        (!nodes.is_empty()).then(|| Group { id: kind.name().into(), title: title.into(), nodes })
    };
    Graph {
        title,
        nodes: records.iter().map(node).collect(),
        groups: RecordKind::ALL.into_iter().filter_map(of_kind).collect(),
        arrows: arrows(dependencies, records),
    }
}

fn arrows(dependencies: &Dependencies<'_>, records: &BTreeSet<RecordId>) -> Vec<Arrow> {
    let mut uses: BTreeMap<(RecordId, RecordId), (Vec<String>, First)> = BTreeMap::new();
    for it in dependencies.uses().iter().filter(|it| records.contains(&it.user) && records.contains(&it.used)) {
        let (labels, first) = uses.entry((it.user, it.used)).or_insert((Vec::new(), First::User));
        labels.push(it.role.words());
        if matches!(it.role, Role::Line | Role::Associated) {
            *first = First::Used;
        }
    }
    let arrow = |((user, used), (labels, first)): ((RecordId, RecordId), (Vec<String>, First))| Arrow {
        user: user.index(),
        used: used.index(),
        label: labels.join(", "),
        first,
    };
    uses.into_iter().map(arrow).collect()
}

fn label(dependencies: &Dependencies<'_>, id: RecordId) -> String {
    let record = dependencies.record(id);
    match record.count {
        1 => record.label(),
        count => format!("{} × {count}", record.name),
    }
}

const fn mark_of(outcome: Consequence) -> Mark {
    match outcome {
        Consequence::Moves
        | Consequence::Reconnects
        | Consequence::Reopened
        | Consequence::FewerSpares
        | Consequence::Forwarded
        | Consequence::Waits
        | Consequence::Preserved
        | Consequence::Meets => Mark::Changed,
        Consequence::StaysOut
        | Consequence::Closed
        | Consequence::Uncontrolled
        | Consequence::Refused
        | Consequence::Lost
        | Consequence::Astray
        | Consequence::Unreached => Mark::Hurt,
    }
}
