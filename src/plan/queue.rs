//! Queues of callers, what callers want, and where applications transfer them (R10).

use super::device::R10;
use super::directory::Directory;
use super::model::Plan;
use super::routing;
use crate::domain::{PhoneGroupId, PortGroupId, QueueId, QueueOrder, RoutePointId, SourceId, Target, WishId};
use crate::rules::queue::by_priority;
use crate::workload::{self as source, Calls, Elsewhere, Name, Problem, QUEUES, Workload, suggestion};

/// A queue of callers for groups of phones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its name in the workload; that of its group if it is a group's own.
    pub name: String,
    /// Whether it is that of a single group, with `queue = true`.
    pub of_group: bool,
    /// The groups of phones that take its calls, in order.
    pub groups: Vec<PhoneGroupId>,
    /// Which free phone takes a call.
    pub order: QueueOrder,
}

/// People to whom calls are transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum People {
    /// A group of phones, or a number or range of numbers of one.
    At(Target),
    /// Whoever takes the calls of a queue.
    Queue(QueueId),
}

/// Where an application transfers calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The share of the calls at its device that it transfers; the others end.
    pub share: f64,
    /// Where to.
    pub to: TransferTo,
}

/// Where calls are transferred.
#[derive(Clone, Debug, PartialEq)]
pub enum TransferTo {
    /// All of them there.
    One(People),
    /// Those of each wish elsewhere, by [`WishId`]. No caller with another wish gets there.
    ByWish(Vec<Option<People>>),
}

/// What the callers of a source want.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// The wishes that are drawn, with cumulative shares, the last of which is 1; empty if none are.
    pub drawn: Vec<(f64, WishId)>,
    /// The wishes that a list of calls has, by position.
    pub listed: Vec<WishId>,
    /// The expected share of each wish among its calls, by [`WishId`]; they sum to 1 unless some have none.
    pub shares: Vec<f64>,
}

impl TransferTo {
    /// Everywhere that calls are transferred.
    pub fn all(&self) -> impl Iterator<Item = People> {
        let (one, several) = match self {
            TransferTo::One(people) => (Some(*people), None),
            TransferTo::ByWish(wishes) => (None, Some(wishes)),
        };
        one.into_iter().chain(several.into_iter().flatten().flatten().copied())
    }
}

impl Wishes {
    /// The wish that a random word draws; `None` if wishes are not drawn.
    #[inline]
    pub fn draw(&self, word: u64) -> Option<WishId> {
        let drawn = (word >> 11) as f64 / (1_u64 << 53) as f64;
        self.drawn.iter().find(|(upto, _)| drawn < *upto).or(self.drawn.last()).map(|(_, wish)| *wish)
    }

    pub(super) fn of(it: &source::Traffic, directory: &Directory<'_>) -> Wishes {
        let mut shares = vec![0.0; directory.wishes().len()];
        let mut sum = 0.0;
        let drawn = it.wishes.iter().filter_map(|(name, share)| {
            sum += share;
            Some((sum, directory.wish(&name.value)?))
        });
        let mut drawn: Vec<(f64, WishId)> = drawn.collect();
        if let Some((last, _)) = drawn.last_mut() {
            // A sum of decimal fractions may be slightly below 1.
            *last = 1.0;
        }
        let Calls::Listed(list) = &it.arrivals.calls else {
            let by_wish = it.wishes.iter().filter_map(|(name, share)| Some((directory.wish(&name.value)?, share)));
            by_wish.for_each(|(wish, share)| shares[wish.index()] = *share);
            return Wishes { drawn, listed: Vec::new(), shares };
        };
        let listed: Vec<WishId> = list.wishes.iter().filter_map(|(name, _)| directory.wish(name)).collect();
        let each = 1.0 / list.calls.len().max(1) as f64;
        let mut open = 0.0;
        for call in list.calls.iter() {
            match call.wish {
                Some(position) => shares[listed[usize::from(position)].index()] += each,
                None => open += each,
            }
        }
        for (name, share) in &it.wishes {
            if let Some(wish) = directory.wish(&name.value) {
                shares[wish.index()] += open * share;
            }
        }
        Wishes { drawn, listed, shares }
    }
}

/// Every wish that some caller may have, each once, in order of appearance.
pub(super) fn wishes(workload: &Workload) -> Vec<String> {
    let mut wishes: Vec<String> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for traffic in &workload.traffic {
        let drawn = traffic.wishes.iter().map(|(name, _)| &name.value);
        let listed = match &traffic.arrivals.calls {
            Calls::Listed(list) => list.wishes.as_slice(),
            _ => &[],
        };
        for wish in drawn.chain(listed.iter().map(|(name, _)| name)) {
            if known.insert(wish.as_str()) {
                wishes.push(wish.clone());
            }
        }
    }
    wishes
}

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
    if let Some(other) = directory.place_of(&it.name.value) {
        let what = format!("`{}` is also a device or number", it.name.value);
        let problem = Problem::new(it.name.place.clone(), what, "").also(other.clone(), "this one");
        report(problem.hint("give the queue a name of its own"));
    }
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
    let what = format!("no caller has the wish `{}`", wish.value);
    let known = directory.wishes().iter().map(String::as_str);
    let hint = match directory.wishes().is_empty() {
        true => {
            Some(format!("set `wish = {{ {} = \"100%\" }}` in `[[traffic]]`, or name one place instead", wish.value))
        }
        false => suggestion(&wish.value, known),
    };
    let mut problem = Problem::new(wish.place.clone(), what, "").rule(R10);
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

impl Plan {
    /// What an application does with the calls at its device after their treatment, if it transfers any.
    pub fn transfer_at(&self, place: Target) -> Option<&Transfer> {
        match self.group_of(place) {
            Target::Ports(id) => self.port_groups[id.index()].transfer.as_ref(),
            Target::RoutePoint(id) => self.route_points[id.index()].treatment.transfer(),
            Target::Phones(_) | Target::Outside(_) | Target::Numbers(_) => None,
        }
    }

    /// Whether callers choose one of several places by a wish anywhere.
    pub(super) fn some_ask_for_wishes(&self) -> bool {
        let ports = (0..self.port_groups.len()).map(|row| Target::Ports(PortGroupId(row as u16)));
        let route_points = (0..self.route_points.len()).map(|row| Target::RoutePoint(RoutePointId(row as u16)));
        let mut all = ports.chain(route_points).filter_map(|place| self.transfer_at(place));
        all.any(|it| matches!(it.to, TransferTo::ByWish(_)))
    }
}

/// Reports callers who reach a device that asks for their wish, and have none, or one for which it has no place.
pub(super) fn check_wishes(plan: &Plan, workload: &Workload, directory: &Directory<'_>) {
    if !plan.some_ask_for_wishes() {
        return;
    }
    for (row, traffic) in workload.traffic.iter().enumerate() {
        for place in routing::reached_by(plan, SourceId(row as u16)) {
            let Some(Transfer { to: TransferTo::ByWish(by_wish), .. }) = plan.transfer_at(place) else { continue };
            let Some(asks) = transfer_of(workload, plan.group_of(place)) else { continue };
            let (callers, device) = (&traffic.name.value, plan.target_name(plan.group_of(place)));
            let report = |problem: Problem, what: &str| {
                directory.reports.add(problem.also(asks.place.clone(), what).rule(R10));
            };
            let goes_nowhere = |name: &str| directory.wish(name).is_none_or(|wish| by_wish[wish.index()].is_none());
            for (wish, _) in traffic.wishes.iter().filter(|(wish, _)| goes_nowhere(&wish.value)) {
                let wish = (&wish.value, &wish.place);
                let what =
                    format!("callers of `{callers}` have the wish `{}`, and `{device}` has no place for it", wish.0);
                let hint = format!("add `{} = \"...\"` to its `transfer_to`", wish.0);
                report(Problem::new(wish.1.clone(), what, "").hint(hint), "of these, none is for it");
            }
            let Calls::Listed(list) = &traffic.arrivals.calls else {
                if traffic.wishes.is_empty() {
                    let what =
                        format!("callers of `{callers}` reach `{device}`, which asks for their wish, and have none");
                    let hint = "set their `wish`, or transfer all calls to one place";
                    report(Problem::new(traffic.name.place.clone(), what, "").hint(hint), "asked for here");
                }
                continue;
            };
            let in_line = |line: usize, what: String| {
                let (file, text) = (list.file.value.clone(), String::new());
                let there = Elsewhere { file, typed: false, line, text, place: 0..0 };
                Problem::new(list.file.place.clone(), what, "named here").elsewhere(there)
            };
            for (wish, line) in list.wishes.iter().filter(|(wish, _)| goes_nowhere(wish)) {
                let what = format!("a caller has the wish `{wish}`, and `{device}` has no place for it");
                let hint = format!("add `{wish} = \"...\"` to its `transfer_to`");
                report(in_line(*line, what).hint(hint), "of these, none is for it");
            }
            if let Some(line) = list.without_wish.filter(|_| traffic.wishes.is_empty()) {
                let what = format!("a caller reaches `{device}`, which asks for a wish, and has none");
                let hint = "fill in the column `wish` in every row, or set `wish` for those without one";
                report(in_line(line, what).hint(hint), "asked for here");
            }
        }
    }
}

/// The transfer of a device, as it is written.
fn transfer_of(workload: &Workload, place: Target) -> Option<&source::Transfer> {
    match place {
        Target::Ports(id) => workload.cti_ports[id.index()].transfer.as_ref(),
        Target::RoutePoint(id) => match &workload.route_points[id.index()].treatment {
            source::Treatment::Answer { transfer, .. } => transfer.as_ref(),
            source::Treatment::Redirect(_) => None,
        },
        Target::Phones(_) | Target::Outside(_) | Target::Numbers(_) => None,
    }
}
