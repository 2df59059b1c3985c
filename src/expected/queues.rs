//! Callers who wait for people in queues, where nothing fails: Erlang C, and with priorities Cobham.

use super::conditions::{MESSAGES_MAX, constant_rate, controls, dialled, is_calm, messages, seconds};
use super::expectation::{Expected, Predicted};
use super::words::{per_hour, time};
use crate::domain::{Forward, PhoneGroupId, QueueId, Target};
use crate::engine::{Distribution, Span};
use crate::oracle::{erlang_c, poisson_at_most, priority_mean_waits};
use crate::plan::{People, Plan, Treatment, Window, routing};

/// A probability below this counts as zero.
const NEVER: f64 = 1e-9;
/// The highest load of people.
const LOAD_MAX: f64 = 0.9;

/// Queues whose groups serve them alone, all the same ones: one pool of people, with priorities.
pub(super) fn waits(plan: &Plan, window: Window) -> Vec<Expected> {
    if !plan.faults.is_empty() || plan.parameters.code_yellow.is_some() || !plan.changes.is_empty() || !is_calm(plan) {
        return Vec::new();
    }
    let named = plan.named_queues() as u16;
    let firsts = (0..named).map(QueueId).filter(|queue| {
        let groups = &plan.queues[queue.index()].groups;
        plan.phone_groups[groups[0].index()].queues.first() == Some(queue)
    });
    firsts.filter_map(|first| waits_of(plan, window, first)).flatten().collect()
}

/// The calls that come to some queues.
struct Calls {
    /// Per second, for each queue.
    rates: Vec<f64>,
    /// The mean talk time, the same for all.
    talk: f64,
}

/// The queues of the people of one, the best priority first.
fn waits_of(plan: &Plan, window: Window, first: QueueId) -> Option<Vec<Expected>> {
    let groups = &plan.queues[first.index()].groups;
    let group = |id: &PhoneGroupId| &plan.phone_groups[id.index()];
    let queues = &group(&groups[0]).queues;
    let same = |id: &QueueId| {
        let others = &plan.queues[id.index()].groups;
        others.len() == groups.len() && others.iter().all(|other| groups.contains(other))
    };
    let alike = queues.iter().all(same) && groups.iter().all(|it| group(it).queues == *queues);
    if !alike || !groups.iter().all(|it| takes_only_queued(plan, *it)) {
        return None;
    }
    let answer = seconds(&group(&groups[0]).answer);
    // A talk and the work after it are not exponential together: only if there is hardly any does the form apply.
    let wraps_up = groups.iter().filter_map(|it| group(it).wrap_up.as_ref()).map(seconds).fold(0.0, f64::max);
    let all_answer = groups.iter().all(|it| {
        let line = &group(it).lines[0];
        seconds(&group(it).answer) == answer && group(it).answered >= 1.0 && line.no_answer == Span::FOREVER
    });
    let people: u32 = groups.iter().map(|it| group(it).count).sum();
    let Calls { rates, talk } = calls(plan, queues, people)?;
    let (all, extra) = (rates.iter().sum::<f64>(), answer + wraps_up + messages(plan));
    let load = all * (talk + extra) / f64::from(people);
    let rings_out = plan.parameters.t301 != Span::FOREVER && answer * 20.0 > plan.parameters.t301.seconds();
    if !all_answer || rings_out || extra > MESSAGES_MAX * talk || load > LOAD_MAX || rates.contains(&0.0) {
        return None;
    }
    let relaxation = (talk / (f64::from(people) * (1.0 - load.sqrt()) * (1.0 - load.sqrt()))).max(talk);
    let lasts = plan.length.seconds() - window.warm_up.seconds();
    if window.warm_up.seconds() < 10.0 * relaxation || lasts < 100.0 * relaxation {
        return None;
    }
    let low = priority_mean_waits(&rates, talk, people, 1.0);
    let high = priority_mean_waits(&rates, talk + extra, people, 1.0);
    let form = if queues.len() == 1 { "Erlang C" } else { "Cobham" };
    let each = queues.iter().zip(&rates).zip(low.into_iter().zip(high)).map(|((queue, rate), (low, high))| Expected {
        measure: Predicted::QueueWait(*queue),
        low,
        high,
        form,
        why: format!(
            "`{}` has {} of {} on average, with {} in all for {people} people",
            plan.queues[queue.index()].name,
            per_hour(*rate),
            time(talk),
            per_hour(all)
        ),
    });
    Some(each.collect())
}

/// Whether a group of phones has only the calls of its queues, answered by hand: nobody dials or forwards to it, or calls from it.
fn takes_only_queued(plan: &Plan, group: PhoneGroupId) -> bool {
    let here = |to: Target| plan.group_of(to) == Target::Phones(group);
    let by_another_way = routing::places(plan).any(|place| {
        let forwards = routing::forwards(plan, place);
        let redirects = match plan.group_of(place) {
            Target::RoutePoint(id) => match &plan.route_points[id.index()].treatment {
                Treatment::Redirect(targets) => targets.iter().any(|(_, to)| here(*to)),
                Treatment::Answer { .. } => false,
            },
            _ => false,
        };
        let people = routing::transferred(plan, place, None);
        redirects
            || Forward::ALL.into_iter().filter_map(|forward| forwards.get(forward)).any(here)
            || people.iter().any(|(people, _)| matches!(people, People::At(to) if here(*to)))
    });
    let dials = plan.sources.iter().any(|source| here(source.to) || source.from.is_some_and(|it| here(it.group)));
    // Who answers through an application may wait for it.
    let by_hand = plan.phone_groups[group.index()].answer_by.is_none();
    !by_another_way && !dials && by_hand
}

/// The calls that come to these queues, if each stream of them is a Poisson process and every call lasts alike: the devices that
/// transfer them are dialled by constant sources of patient callers, and have room for all who wait.
fn calls(plan: &Plan, queues: &[QueueId], people: u32) -> Option<Calls> {
    let mut rates = vec![0.0; queues.len()];
    let mut talk = None;
    for place in routing::places(plan).filter(|place| plan.group_of(*place) == *place) {
        let comes = |people: &People| matches!(people, People::Queue(queue) if queues.contains(queue));
        if !routing::transferred(plan, place, None).iter().any(|(people, _)| comes(people)) {
            continue;
        }
        let device = &plan.devices[routing::first_device(plan, place)?.index()];
        if !controls(plan, device.application?) || !plan.starts_open(device) {
            return None;
        }
        let mut offered = 0.0;
        for source in dialled(plan, place)? {
            let rate = constant_rate(source)?;
            let Distribution::Exponential { mean } = source.talk else { return None };
            if source.patience.is_some() || talk.is_some_and(|talk| talk != mean) {
                return None;
            }
            talk = Some(mean);
            offered += rate;
            for (to, share) in routing::transferred(plan, place, Some(source)) {
                if let People::Queue(queue) = to
                    && let Some(row) = queues.iter().position(|other| *other == queue)
                {
                    rates[row] += rate * share;
                }
            }
        }
        // Callers in treatment beyond what ever occurs leave this room for those who wait.
        let (room, treatment) = room_and_treatment(plan, place, talk?)?;
        let treated = offered * (treatment + messages(plan));
        let most = (treated + 8.0 * treated.sqrt() + 10.0) as u32;
        if room <= most
            || 1.0 - poisson_at_most(treated, most) > NEVER
            || waits_beyond(&rates, talk?, people, room - most)
        {
            return None;
        }
    }
    Some(Calls { rates, talk: talk?.seconds() })
}

/// Whether more than so many callers ever wait: in M/M/c their number is geometric, whatever the priorities.
fn waits_beyond(rates: &[f64], talk: Span, people: u32, room: u32) -> bool {
    let offered = rates.iter().sum::<f64>() * talk.seconds();
    let load = offered / f64::from(people);
    load >= 1.0 || erlang_c(offered, people) * libm::pow(load, f64::from(room)) > 1e-6
}

/// How many calls a device that answers holds, and how long it treats one, in seconds.
fn room_and_treatment(plan: &Plan, place: Target, talk: Span) -> Option<(u32, f64)> {
    let (room, treatment) = match place {
        Target::Ports(id) => {
            let it = &plan.port_groups[id.index()];
            (it.count, it.treatment.as_ref())
        }
        Target::RoutePoint(id) => {
            let it = &plan.route_points[id.index()];
            let Treatment::Answer { treatment, .. } = &it.treatment else { return None };
            let each = it.lines[0].busy_trigger.min(it.lines[0].maximum_calls);
            (if it.count == 1 { each } else { return None }, treatment.as_ref())
        }
        Target::Phones(_) | Target::Outside(_) | Target::Numbers(_) => return None,
    };
    Some((room, treatment.map_or(talk.seconds(), seconds)))
}
