//! The load at the busiest time, followed from device to device by shares and means. Calls that forwards add while
//! something is busy or has failed are left out, and callers who give up on the way are counted.

use std::collections::BTreeSet;

use super::advice::{MANY_CALLS_AT_ROUTE_POINT, TOO_FEW_CONFERENCES, TOO_FEW_PEOPLE, TOO_FEW_PORTS};
use super::notes::{Known, Notes};
use super::stations::stations;
use super::stream::{Stay, Stream, likely, most_at_once, seconds, stays};
use super::words::{percent, tidy};
use crate::domain::{Forward, PhoneGroupId, PortGroupId, QueueId, Rejection, RoutePointId, Target};
use crate::engine::Span;
use crate::oracle::{erlang_b, erlang_b_servers};
use crate::plan::{Conference, People, PhoneGroup, Plan, Source, Treatment, routing};
use crate::workload::DEVICES_MAX;
use crate::workload::advised::CALLS_AT_ROUTE_POINT;

const CALLS_MAX: u32 = CALLS_AT_ROUTE_POINT.most;

/// The share of calls that may find all ports busy.
const BLOCKING_MAX: f64 = 0.01;

/// Checks whether ports, people, route points and servers are enough for the traffic.
pub(super) fn examine(known: &Known<'_>, notes: &mut Notes) {
    let plan = known.plan;
    let length = Span::from_nanos(plan.length.nanos());
    let streams: Vec<Stream> = plan.sources.iter().map(|source| Stream::new(source, plan, length)).collect();
    ports(known, &streams, notes);
    queues(known, &streams, notes);
    people(known, &streams, notes);
    bridges(known, &streams, notes);
    route_points(known, &streams, notes);
    stations(known, &streams, notes);
}

fn ports(known: &Known<'_>, streams: &[Stream<'_>], notes: &mut Notes) {
    let Known { workload, plan } = known;
    for (row, (source, group)) in workload.cti_ports.iter().zip(&plan.port_groups).enumerate() {
        let target = Target::Ports(PortGroupId(row as u16));
        if routing::controller(plan, target).is_none() {
            continue;
        }
        let treated = group.treatment.as_ref().map(likely);
        let crowded = queues_at(plan, target, None).any(|(queue, _)| crowded_queue(queue, streams, plan).is_some());
        let stays = stays(streams, target, |stream| {
            // A call that waits for a person stays at its port until it is answered.
            let rings = queues_at(plan, target, Some(stream.source)).map(|(queue, share)| {
                let people = &plan.phone_groups[plan.queues[queue.index()].groups[0].index()];
                let (answered, rung, vain) = ringing(people, stream.source, plan.parameters.t301);
                share * (answered * rung + (1.0 - answered) * vain)
            });
            let rings: f64 = rings.sum();
            let mut times = treated.clone().unwrap_or_else(|| stream.talk());
            times.iter_mut().for_each(|time| *time += rings);
            times
        });
        let erlangs = most_at_once(&stays, plan.length.seconds());
        let ports = with_overflow(target, plan);
        let blocking = erlang_b(erlangs, ports);
        if blocking <= BLOCKING_MAX {
            continue;
        }
        let all = if ports > group.count { " including those its calls overflow to" } else { "" };
        let what = format!(
            "`{}` has too few ports: with about {} erlangs at the busiest time on {ports} ports{all}, {} of calls find all busy",
            group.name,
            tidy(erlangs),
            percent(blocking)
        );
        let hint = match erlang_b_servers(erlangs, BLOCKING_MAX, DEVICES_MAX) {
            Some(enough) if crowded => {
                format!("at least {enough}; but no number is enough while the queue for a person grows")
            }
            Some(enough) => format!("with {enough} ports it would be at most 1 %"),
            None => "spread the calls over more groups".to_owned(),
        };
        notes.warn(&TOO_FEW_PORTS, &source.count.place, what, hint);
    }
}

/// The number of ports for the calls of a group: its own, and those that its CFB leads to.
fn with_overflow(target: Target, plan: &Plan) -> u32 {
    let overflow = |place| match routing::forwarded(plan, Rejection::Busy, place) {
        Some((_, to @ Target::Ports(_))) => Some(to),
        _ => None,
    };
    routing::reached([target], overflow).into_iter().map(|ports| plan.pool_size(ports)).sum()
}

fn route_points(known: &Known<'_>, streams: &[Stream<'_>], notes: &mut Notes) {
    let Known { workload, plan } = known;
    for (row, (source, route_point)) in workload.route_points.iter().zip(&plan.route_points).enumerate() {
        let target = Target::RoutePoint(RoutePointId(row as u16));
        let Some(application) = routing::controller(plan, target) else { continue };
        // A route point with `maximum_calls` has been checked already; one with a low `busy_trigger` cannot exceed the limit.
        let busy = source.lines.iter().map(|line| u64::from(line.busy_trigger)).sum::<u64>();
        if source.maximum_calls_place.is_some() || busy <= u64::from(CALLS_MAX) {
            continue;
        }
        let application = &plan.applications[application.index()];
        let stays = stays(streams, target, |stream| match &route_point.treatment {
            Treatment::Answer { treatment: Some(treatment), .. } => likely(treatment),
            Treatment::Answer { treatment: None, .. } => stream.talk(),
            Treatment::Redirect(_) => {
                vec![seconds(&application.decide) + application.lookup.as_ref().map_or(0.0, seconds)]
            }
        });
        // Several route points share the calls evenly.
        let calls = most_at_once(&stays, plan.length.seconds()) / f64::from(route_point.count);
        if calls > f64::from(CALLS_MAX) {
            let name = &route_point.name;
            let what = format!(
                "`{name}` is expected to hold {} calls at once at the busiest time; Cisco advises at most {CALLS_MAX}",
                tidy(calls)
            );
            notes.warn(&MANY_CALLS_AT_ROUTE_POINT, &source.name.place, what, "spread them over several route points");
        }
    }
}

/// The share of calls that a person answers before the phone forwards them or the caller hangs up, how long those have
/// rung, and how long the others ring.
fn ringing(group: &PhoneGroup, source: &Source, t301: Span) -> (f64, f64, f64) {
    let patience = source.patience.as_ref().map_or(f64::INFINITY, seconds);
    let timer = group.lines[0].no_answer.min(t301);
    let most = if timer == Span::FOREVER { patience } else { patience.min(timer.seconds()) };
    let times = likely(&group.answer);
    let in_time: Vec<f64> = times.iter().copied().filter(|time| *time <= most).collect();
    let rung = in_time.iter().sum::<f64>() / in_time.len().max(1) as f64;
    let answered = group.answered * in_time.len() as f64 / times.len() as f64;
    // A phone that rings forever counts as zero.
    (answered, rung, if most.is_finite() { most } else { 0.0 })
}

/// The expected number of simultaneous calls at a group of phones, if there were people for all of them.
fn at_phones(group: &PhoneGroup, target: Target, streams: &[Stream<'_>], plan: &Plan) -> f64 {
    let length = plan.length.seconds();
    let mut stays: Vec<Stay<'_>> = Vec::new();
    for stream in streams.iter().filter(|stream| stream.visits(target) > 0.0) {
        stays.extend(at_people(group, stream, stream.visits(target), plan));
    }
    changed(group, target, streams, plan, &mut stays);
    most_at_once(&stays, length)
}

/// The time that people at a group of phones are busy with calls beside talking to callers: on hold, while they consult or are
/// consulted, in conference.
fn changed<'a>(group: &PhoneGroup, target: Target, streams: &'a [Stream<'a>], plan: &Plan, stays: &mut Vec<Stay<'a>>) {
    let third = |to: Target| match plan.group_of(to) {
        Target::Phones(id) => seconds(&plan.phone_groups[id.index()].answer),
        Target::Outside(id) => seconds(&plan.destinations[id.index()].answer),
        _ => 0.0,
    };
    let mut add = |from: Target, share: f64, seconds: f64| {
        for stream in streams.iter().filter(|stream| stream.visits(from) > 0.0) {
            let share = share * stream.visits(from);
            stays.push(Stay { rates: &stream.rates, share, seconds: vec![seconds] });
        }
    };
    let own = &group.changes;
    if let Some(it) = &own.hold {
        add(target, group.answered * it.done.share, seconds(&it.lasts));
    }
    if let Some(it) = &own.consult {
        add(target, group.answered * it.done.share, third(it.to) + seconds(&it.talk));
    }
    if let Some(it) = &own.conference {
        add(target, group.answered * it.done.share, third(it.with) + seconds(&it.talk) + seconds(&it.lasts));
    }
    for (row, other) in plan.phone_groups.iter().enumerate() {
        let from = Target::Phones(PhoneGroupId(row as u16));
        let answered = other.answered * group.answered;
        if let Some(it) = other.changes.consult.as_ref().filter(|it| plan.group_of(it.to) == target) {
            add(from, answered * it.done.share, seconds(&it.talk));
        }
        if let Some(it) = other.changes.conference.as_ref().filter(|it| plan.group_of(it.with) == target) {
            let talks = seconds(&group.answer) + seconds(&it.talk) + seconds(&it.lasts);
            add(from, answered * it.done.share, talks + after_call(group));
        }
    }
}

/// Checks whether conference bridges are enough.
fn bridges(known: &Known<'_>, streams: &[Stream<'_>], notes: &mut Notes) {
    let Known { workload, plan } = known;
    for (row, (source, bridge)) in workload.conference_bridges.iter().zip(&plan.conference_bridges).enumerate() {
        let mut stays: Vec<Stay<'_>> = Vec::new();
        for (group, phones) in plan.phone_groups.iter().enumerate() {
            let from = Target::Phones(PhoneGroupId(group as u16));
            let here = |it: &&Conference| it.bridge.index() == row;
            let Some(it) = phones.changes.conference.as_ref().filter(here) else { continue };
            let third = match plan.group_of(it.with) {
                Target::Phones(id) => seconds(&plan.phone_groups[id.index()].answer),
                Target::Outside(id) => seconds(&plan.destinations[id.index()].answer),
                _ => 0.0,
            };
            for stream in streams.iter().filter(|stream| stream.visits(from) > 0.0) {
                let share = phones.answered * it.done.share * stream.visits(from);
                let lasts = third + seconds(&it.talk) + seconds(&it.lasts);
                stays.push(Stay { rates: &stream.rates, share, seconds: vec![lasts] });
            }
        }
        let erlangs = most_at_once(&stays, plan.length.seconds());
        let blocking = erlang_b(erlangs, bridge.conferences);
        if blocking <= BLOCKING_MAX {
            continue;
        }
        let what = format!(
            "`{}` has too little room: with about {} erlangs of conferences at the busiest time and room for {}, {} find none",
            bridge.name,
            tidy(erlangs),
            bridge.conferences,
            percent(blocking)
        );
        let hint = match erlang_b_servers(erlangs, BLOCKING_MAX, DEVICES_MAX) {
            Some(enough) => format!("with room for {enough} it would be at most 1 %"),
            None => "spread the conferences over more bridges".to_owned(),
        };
        notes.warn(&TOO_FEW_CONFERENCES, &source.name.place, what, hint);
    }
}

/// The mean time that a person is busy after a call.
fn after_call(group: &PhoneGroup) -> f64 {
    group.wrap_up.as_ref().map_or(0.0, seconds)
}

/// A share of the calls of a stream at phones like those of a group: those that are answered, and the others.
fn at_people<'a>(group: &PhoneGroup, stream: &'a Stream<'_>, share: f64, plan: &Plan) -> [Stay<'a>; 2] {
    let (answered, rung, vain) = ringing(group, stream.source, plan.parameters.t301);
    let beside = rung + after_call(group);
    let talks: Vec<f64> = stream.talk().iter().map(|talk| beside + talk).collect();
    [
        Stay { rates: &stream.rates, share: share * answered, seconds: talks },
        Stay { rates: &stream.rates, share: share * (1.0 - answered), seconds: vec![vain] },
    ]
}

/// The queues to which the calls at a place are transferred, and the shares of them.
fn queues_at(plan: &Plan, place: Target, source: Option<&Source>) -> impl Iterator<Item = (QueueId, f64)> + use<> {
    let people = routing::transferred(plan, place, source).into_iter();
    people.filter_map(|(people, share)| match people {
        People::Queue(queue) => Some((queue, share)),
        People::At(_) => None,
    })
}

/// The groups of a queue, and those of all others that share some with it, however far.
fn sharing(plan: &Plan, queue: QueueId) -> BTreeSet<PhoneGroupId> {
    let groups = &plan.queues[queue.index()].groups;
    routing::reached(groups.iter().copied(), |group| {
        let queues = plan.phone_groups[group.index()].queues.iter();
        queues.flat_map(|queue| plan.queues[queue.index()].groups.iter().copied())
    })
}

/// The expected number of simultaneous calls of a queue, if there were people for all of them, and those people, if they are
/// too few: all that share groups with it for all of their calls, or those of its groups for its own.
fn crowded_queue(queue: QueueId, streams: &[Stream<'_>], plan: &Plan) -> Option<(f64, u32)> {
    let of = |group: &PhoneGroupId| &plan.phone_groups[group.index()];
    let too_few = |(calls, people)| (calls >= f64::from(people)).then_some((calls, people));
    let sharing = sharing(plan, queue);
    let all: f64 = sharing.iter().map(|group| at_phones(of(group), Target::Phones(*group), streams, plan)).sum();
    let crowded = too_few((all, sharing.iter().map(|group| of(group).count).sum()));
    crowded.or_else(|| {
        let groups = &plan.queues[queue.index()].groups;
        let own = streams.iter().flat_map(|stream| {
            let to_queue = |(place, visits): (&Target, &f64)| {
                let here = queues_at(plan, *place, Some(stream.source)).filter(|(other, _)| *other == queue);
                visits * here.map(|(_, share)| share).sum::<f64>()
            };
            at_people(of(&groups[0]), stream, stream.visits.iter().map(to_queue).sum(), plan)
        });
        let own = most_at_once(&own.collect::<Vec<_>>(), plan.length.seconds());
        too_few((own, groups.iter().map(|group| of(group).count).sum()))
    })
}

/// Queues whose calls are more than their people can take.
fn queues(known: &Known<'_>, streams: &[Stream<'_>], notes: &mut Notes) {
    let Known { workload, plan } = known;
    for (row, queue) in plan.queues.iter().enumerate() {
        let Some((erlangs, people)) = crowded_queue(QueueId(row as u16), streams, plan) else { continue };
        let (name, place) = match workload.queues.get(row) {
            Some(it) => (format!("the queue `{}`", queue.name), &it.name.place),
            None => (format!("`{}`", queue.name), &workload.phones[queue.groups[0].index()].count.place),
        };
        // With one more than the load, the queue does not grow.
        let least = erlangs as u64 + 1;
        let what = format!(
            "{name} has too few people: with about {} erlangs at the busiest time on {people}, the queue grows",
            tidy(erlangs)
        );
        notes.warn(&TOO_FEW_PEOPLE, place, what, format!("at least {least} are needed, more for short waits"));
    }
}

fn people(known: &Known<'_>, streams: &[Stream<'_>], notes: &mut Notes) {
    let Known { workload, plan } = known;
    for (row, (source, group)) in workload.phones.iter().zip(&plan.phone_groups).enumerate() {
        let erlangs = at_phones(group, Target::Phones(PhoneGroupId(row as u16)), streams, plan);
        let (name, count) = (&group.name, group.count);
        let offered = format!("with about {} erlangs at the busiest time on {count}", tidy(erlangs));
        if !group.queues.is_empty() {
            continue;
        }
        let blocking = erlang_b(erlangs, count);
        if blocking <= BLOCKING_MAX || group.lines[0].forwards.get(Forward::Cfb).is_some() {
            continue;
        }
        let hint = match erlang_b_servers(erlangs, BLOCKING_MAX, DEVICES_MAX) {
            Some(enough) => format!("with {enough} people it would be at most 1 %; or set `cfb`"),
            None => "spread the calls over more groups, or set `cfb`".to_owned(),
        };
        let why = format!("{} of calls find all busy", percent(blocking));
        notes.warn(
            &TOO_FEW_PEOPLE,
            &source.count.place,
            format!("`{name}` has too few people: {offered}, {why}"),
            hint,
        );
    }
}
