//! From names to queues, and to the people to whom applications transfer calls.

use super::directory::Directory;
use super::queue::{People, Queue, R10, Transfer, TransferTo, WISHES};
use crate::domain::{PhoneGroupId, QueueId, QueueOrder, Target};
use crate::rules::queue::by_priority;
use crate::workload::{self as source, Name, Problem, QUEUES, Workload, suggestion};

/// The queues of a workload: its own, then those of single groups. What is wrong in one does not matter: its plan is never
/// returned.
pub(super) fn queues(workload: &Workload, directory: &Directory<'_>) -> Vec<Queue> {
    let mut queues: Vec<Queue> = workload.queues.iter().map(|it| queue(it, workload, directory)).collect();
    let of_groups = workload.phones.iter().enumerate().filter(|(_, it)| it.queue);
    queues.extend(of_groups.map(|(row, it)| Queue {
        name: it.name.value.clone(),
        of_group: true,
        groups: vec![PhoneGroupId(row as u16)],
        order: QueueOrder::LongestIdle,
    }));
    queues
}

fn queue(it: &source::Queue, workload: &Workload, directory: &Directory<'_>) -> Queue {
    let report = |problem: Problem| directory.reports.add(problem.rule(QUEUES));
    directory.sets_apart(&it.name, "queue", QUEUES);
    let mut groups: Vec<PhoneGroupId> = Vec::new();
    for name in &it.phones {
        let Some(group) = directory.phones(name) else {
            // An unknown name is reported by the directory.
            if directory.target(name).is_some() {
                let what = format!("`{}` is not a group of phones, and takes no calls of a queue", name.value);
                report(Problem::new(name.place.clone(), what, "").hint("name the group that has these phones"));
            }
            continue;
        };
        if groups.contains(&group) {
            let what = format!("`{}` is listed twice", name.value);
            report(Problem::new(name.place.clone(), what, ""));
            continue;
        }
        groups.push(group);
        if workload.phones[group.index()].queue {
            let what = format!("`{}` has a queue of its own, and is in this one too", name.value);
            let hint = format!("leave out `queue = true` of `{}`, and transfer to `{}`", name.value, it.name.value);
            report(Problem::new(name.place.clone(), what, "").hint(hint));
        }
    }
    Queue { name: it.name.value.clone(), of_group: false, groups, order: it.order }
}

/// Reports groups that are in two queues of one priority: then it is not clear which caller is first.
pub(super) fn check_priorities(workload: &Workload, queues: &[Queue], directory: &Directory<'_>) {
    let written: Vec<(&source::Queue, &Queue)> = workload.queues.iter().zip(queues).collect();
    for (row, (one, here)) in written.iter().enumerate() {
        for (other, there) in &written[..row] {
            let both = here.groups.iter().find(|group| there.groups.contains(group));
            let Some(both) = both.filter(|_| one.priority.value == other.priority.value) else { continue };
            let (name, priority) = (&workload.phones[both.index()].name.value, one.priority.value);
            let what = format!(
                "the phones of `{name}` are in two queues of priority {priority}: `{}` and `{}`",
                other.name.value, one.name.value
            );
            let problem =
                Problem::new(one.name.place.clone(), what, "this one").also(other.name.place.clone(), "and this one");
            let hint = "set `priority`: a phone that becomes free takes the caller of the best, 1";
            directory.reports.add(problem.hint(hint).rule(QUEUES));
        }
    }
}

/// The queues of each group of phones, the best priority first.
pub(super) fn queues_of_groups(workload: &Workload, queues: &[Queue]) -> Vec<Vec<QueueId>> {
    let mut of_groups: Vec<Vec<(u32, QueueId)>> = vec![Vec::new(); workload.phones.len()];
    for (row, queue) in queues.iter().enumerate() {
        let priority = workload.queues.get(row).map_or(1, |it| it.priority.value);
        for group in &queue.groups {
            of_groups[group.index()].push((priority, QueueId(row as u16)));
        }
    }
    let ordered = of_groups.into_iter().map(|mut queues| {
        by_priority(&mut queues);
        queues.into_iter().map(|(_, queue)| queue).collect()
    });
    ordered.collect()
}

/// Where calls are transferred: to people.
pub(super) fn transfer(it: Option<&source::Transfer>, directory: &Directory<'_>) -> Option<Transfer> {
    let it = it?;
    let to = match &it.to {
        source::TransferTo::One(name) => TransferTo::One(people(name, directory)?),
        source::TransferTo::ByWish(wishes) => {
            let mut by_wish = vec![None; directory.wishes().len()];
            for (wish, name) in wishes {
                let to = people(name, directory);
                match directory.wish(&wish.value) {
                    Some(id) => by_wish[id.index()] = to,
                    None => unknown_wish(wish, directory),
                }
            }
            TransferTo::ByWish(by_wish)
        }
    };
    Some(Transfer { share: it.share, to })
}

fn unknown_wish(wish: &Name, directory: &Directory<'_>) {
    if directory.wishes_are_unknown() {
        return;
    }
    let what = format!("no caller has the wish `{}`", wish.value);
    let known = directory.wishes().iter().map(String::as_str);
    let hint = match directory.wishes().is_empty() {
        true => {
            Some(format!("set `wish = {{ {} = \"100%\" }}` in `[[traffic]]`, or name one place instead", wish.value))
        }
        false => suggestion(&wish.value, known),
    };
    let mut problem = Problem::new(wish.place.clone(), what, "").rule(WISHES);
    problem.hint = hint;
    directory.reports.add(problem);
}

fn people(name: &Name, directory: &Directory<'_>) -> Option<People> {
    if let Some(queue) = directory.queue(name) {
        return Some(People::Queue(queue));
    }
    let to = directory.target(name)?;
    if !matches!(directory.group_of(to), Target::Phones(_)) {
        let what = format!(
            "`{}` is not a group of phones, nor the number of one: calls are transferred to people",
            name.value
        );
        directory.reports.add(Problem::new(name.place.clone(), what, "").rule(R10));
    }
    Some(to).map(|to| match to {
        Target::Phones(group) => directory.queue_of(group).map_or(People::At(to), People::Queue),
        _ => People::At(to),
    })
}
