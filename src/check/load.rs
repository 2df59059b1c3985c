//! What the traffic asks for at its busiest, followed from device to device by shares and means. What forwards add while
//! something is busy or has failed is left out, and so is what patience takes away before a call is there.

use std::collections::BTreeMap;

use super::advice::{MANY_CALLS_AT_ROUTE_POINT, OVERLOADED, TOO_FEW_PEOPLE, TOO_FEW_PORTS};
use super::notes::{Known, Notes};
use crate::domain::{
    ApplicationId, DatabaseId, Forward, NodeId, PhoneGroupId, PortGroupId, RoutePointId, StationId, Target, Trouble,
};
use crate::engine::{Distribution, Span};
use crate::oracle::{erlang_b, erlang_b_servers};
use crate::plan::routing;
use crate::plan::{Arrivals, PhoneGroup, Plan, Source, Treatment};
use crate::workload::DEVICES_MAX;
use crate::workload::advised::CALLS_AT_ROUTE_POINT;

const CALLS_MAX: u32 = CALLS_AT_ROUTE_POINT.most;

/// The share of calls that may find all ports taken.
const BLOCKING_MAX: f64 = 0.01;

/// Looks whether ports, route points and servers are enough for the traffic.
pub(super) fn examine(known: &Known<'_>, notes: &mut Notes) {
    let plan = known.plan;
    let length = Span::from_nanos(plan.length.nanos());
    let streams: Vec<Stream> = plan.sources.iter().map(|source| Stream::new(source, plan, length)).collect();
    ports(known, &streams, notes);
    people(known, &streams, notes);
    route_points(known, &streams, notes);
    stations(known, &streams, notes);
}

/// The calls of a source, as a rate that changes, and where they go.
struct Stream<'a> {
    source: &'a Source,
    /// Seconds from the beginning, and calls a second from then on.
    rates: Vec<(f64, f64)>,
    /// How often a call comes to each place, on average.
    visits: BTreeMap<Target, f64>,
}

impl<'a> Stream<'a> {
    fn new(source: &'a Source, plan: &Plan, length: Span) -> Stream<'a> {
        Stream { source, rates: rates(&source.arrivals, length), visits: routing::visits(plan, source.to) }
    }

    fn visits(&self, target: Target) -> f64 {
        self.visits.get(&target).copied().unwrap_or_default()
    }

    /// How long callers talk: equally likely times.
    fn talk(&self) -> Vec<f64> {
        let talks = likely(&self.source.talk);
        match &self.source.arrivals {
            Arrivals::Listed(calls) if calls.iter().any(|call| call.talk.is_some()) => {
                let mean = talks.iter().sum::<f64>() / talks.len() as f64;
                // Every so manieth call of a long list.
                let step = 1 + calls.len() / talks.len();
                calls.iter().step_by(step).map(|call| call.talk.map_or(mean, Span::seconds)).collect()
            }
            _ => talks,
        }
    }
}

fn seconds(law: &Distribution) -> f64 {
    law.mean().seconds()
}

/// The rate of a source over a run. States that come and go at random count with their mean, and listed calls by the
/// minute.
fn rates(arrivals: &Arrivals, length: Span) -> Vec<(f64, f64)> {
    const MINUTE: f64 = 60.0;
    match arrivals {
        Arrivals::Poisson(curve) => curve.steps.iter().map(|&(at, rate)| (at.seconds(), rate)).collect(),
        Arrivals::Modulated(curve, states) => {
            let time: f64 = states.iter().map(|state| state.mean.seconds()).sum();
            let factor = states.iter().map(|state| state.factor * state.mean.seconds()).sum::<f64>() / time;
            curve.steps.iter().map(|&(at, rate)| (at.seconds(), rate * factor)).collect()
        }
        Arrivals::Listed(calls) => {
            let mut minutes: BTreeMap<u64, f64> = BTreeMap::new();
            for call in calls.iter().filter(|call| call.at.nanos() < length.nanos()) {
                let minute = (call.at.seconds() / MINUTE) as u64;
                minutes.entry(minute + 1).or_default();
                *minutes.entry(minute).or_default() += 1.0 / MINUTE;
            }
            minutes.into_iter().map(|(minute, rate)| (minute as f64 * MINUTE, rate)).collect()
        }
    }
}

/// Calls that come at some rates, and how long they stay: so many equally likely times.
struct Stay<'a> {
    rates: &'a [(f64, f64)],
    share: f64,
    seconds: Vec<f64>,
}

/// The calls of all sources at a place, each staying as long as `stay` says.
fn stays<'a>(streams: &'a [Stream<'a>], target: Target, stay: impl Fn(&Stream<'_>) -> Vec<f64>) -> Vec<Stay<'a>> {
    let there = streams.iter().filter(|stream| stream.visits(target) > 0.0);
    there.map(|stream| Stay { rates: &stream.rates, share: stream.visits(target), seconds: stay(stream) }).collect()
}

/// Equally likely times from a law, with its mean.
fn likely(law: &Distribution) -> Vec<f64> {
    const TIMES: u64 = 200;
    let step = u64::MAX / TIMES;
    let mut times: Vec<f64> = (0..TIMES).map(|row| law.sample(row * step + step / 2).seconds()).collect();
    let mean = times.iter().sum::<f64>() / TIMES as f64;
    if mean > 0.0 {
        // A long tail is not well met by so few.
        times.iter_mut().for_each(|time| *time *= seconds(law) / mean);
    }
    times
}

/// The calls of a stream up to each of its changes of rate.
struct Arrived<'a> {
    rates: &'a [(f64, f64)],
    sums: Vec<f64>,
}

impl<'a> Arrived<'a> {
    fn new(rates: &'a [(f64, f64)]) -> Arrived<'a> {
        let mut sum = 0.0;
        let lasting = rates.windows(2).map(|pair| pair[0].1 * (pair[1].0 - pair[0].0));
        let sums = std::iter::once(0.0).chain(lasting.map(|calls| {
            sum += calls;
            sum
        }));
        Arrived { rates, sums: sums.collect() }
    }

    fn until(&self, moment: f64) -> f64 {
        match self.rates.partition_point(|(at, _)| *at <= moment).checked_sub(1) {
            Some(row) => self.sums[row] + self.rates[row].1 * (moment - self.rates[row].0),
            None => 0.0,
        }
    }
}

/// The most calls to be expected at once: those that have come and whose stay is not over, as if there were room for all of
/// them. So a burst much shorter than a call does not count as if it lasted.
fn most_at_once(stays: &[Stay<'_>], length: f64) -> f64 {
    const MOMENTS_MAX: usize = 300;
    // Calls are most where a rate falls, or at the end.
    let falls = stays.iter().flat_map(|stay| stay.rates.windows(2).filter(|pair| pair[1].1 < pair[0].1));
    let mut moments: Vec<f64> = falls.map(|pair| pair[1].0).collect();
    moments.push(length);
    moments.sort_by(f64::total_cmp);
    moments.dedup();
    if moments.len() > MOMENTS_MAX {
        moments = (1..=MOMENTS_MAX).map(|part| length * part as f64 / MOMENTS_MAX as f64).collect();
    }
    let arrived: Vec<Arrived<'_>> = stays.iter().map(|stay| Arrived::new(stay.rates)).collect();
    let at = |moment: f64| {
        let here = |(stay, arrived): (&Stay<'_>, &Arrived<'_>)| {
            let until = arrived.until(moment);
            let sum: f64 = stay.seconds.iter().map(|seconds| until - arrived.until(moment - seconds)).sum();
            stay.share * sum / stay.seconds.len().max(1) as f64
        };
        stays.iter().zip(&arrived).map(here).sum::<f64>()
    };
    moments.into_iter().map(at).fold(0.0, f64::max)
}

fn ports(known: &Known<'_>, streams: &[Stream<'_>], notes: &mut Notes) {
    let Known { workload, plan } = known;
    for (row, (said, group)) in workload.cti_ports.iter().zip(&plan.port_groups).enumerate() {
        let target = Target::Ports(PortGroupId(row as u16));
        if routing::controller(plan, target).is_none() {
            continue;
        }
        let treated = group.treatment.as_ref().map(likely);
        // A call that waits for a person stays at its port until it is answered.
        let to = group.transfer.and_then(|(share, to)| match to {
            Target::Phones(id) => Some((share, to, &plan.phone_groups[id.index()])).filter(|(_, _, it)| it.queue),
            _ => None,
        });
        let crowded = to.is_some_and(|(_, to, people)| {
            at_phones(people, to, streams, plan.length.seconds()) >= f64::from(people.count)
        });
        let stays = stays(streams, target, |stream| {
            let rings = to.map_or(0.0, |(share, _, people)| {
                let (answered, rung, vain) = ringing(people, stream.source);
                share * (answered * rung + (1.0 - answered) * vain)
            });
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
        let all = if ports > group.count { ", those included that its calls overflow to" } else { "" };
        let what = format!(
            "`{}` has too few ports: with some {} erlangs at the busiest time on {ports}{all}, {} of calls find none free",
            group.name,
            tidy(erlangs),
            percent(blocking)
        );
        let hint = match erlang_b_servers(erlangs, BLOCKING_MAX, DEVICES_MAX) {
            Some(enough) if crowded => {
                format!(
                    "at least {enough}; no number is enough while the calls that wait for a person grow more and more"
                )
            }
            Some(enough) => format!("with {enough} it would be no more than 1 %"),
            None => "spread the calls over more groups".to_owned(),
        };
        notes.warn(&TOO_FEW_PORTS, &said.count.place, what, hint);
    }
}

/// How many ports there are for a group's calls: its own, and those that its CFB leads to, one after the other.
fn with_overflow(target: Target, plan: &Plan) -> u32 {
    let overflow = |place| match routing::forwarded(plan, Trouble::Busy, place) {
        Some((_, to @ Target::Ports(_))) => Some(to),
        _ => None,
    };
    routing::reached([target], overflow).into_iter().map(|ports| plan.pool_size(ports)).sum()
}

fn route_points(known: &Known<'_>, streams: &[Stream<'_>], notes: &mut Notes) {
    let Known { workload, plan } = known;
    for (row, (said, route_point)) in workload.route_points.iter().zip(&plan.route_points).enumerate() {
        let target = Target::RoutePoint(RoutePointId(row as u16));
        let Some(application) = routing::controller(plan, target) else { continue };
        // One that says how many it may hold has been told so, or has no more.
        if said.maximum_calls_place.is_some() || said.busy_trigger <= CALLS_MAX {
            continue;
        }
        let application = &plan.applications[application.index()];
        let stays = stays(streams, target, |stream| match &route_point.treatment {
            Treatment::Answer(Some(treatment)) => likely(treatment),
            Treatment::Answer(None) => stream.talk(),
            Treatment::Redirect(_) => {
                vec![seconds(&application.decide) + application.lookup.as_ref().map_or(0.0, seconds)]
            }
        });
        // Those of several are divided evenly.
        let calls = most_at_once(&stays, plan.length.seconds()) / f64::from(route_point.count);
        if calls > f64::from(CALLS_MAX) {
            let name = &route_point.name;
            let what = format!(
                "`{name}` is expected to hold {} calls at once at the busiest time; no more than {CALLS_MAX} are advised",
                tidy(calls)
            );
            notes.warn(&MANY_CALLS_AT_ROUTE_POINT, &said.name.place, what, "spread them over several route points");
        }
    }
}

/// The share of calls that a person answers before the phone forwards them or the caller hangs up, how long those have
/// rung, and how long the others ring.
fn ringing(group: &PhoneGroup, source: &Source) -> (f64, f64, f64) {
    let patience = source.patience.as_ref().map_or(f64::INFINITY, seconds);
    let most = if group.no_answer == Span::FOREVER { patience } else { patience.min(group.no_answer.seconds()) };
    let times = likely(&group.answer);
    let in_time: Vec<f64> = times.iter().copied().filter(|time| *time <= most).collect();
    let rung = in_time.iter().sum::<f64>() / in_time.len().max(1) as f64;
    let answered = group.answered * in_time.len() as f64 / times.len() as f64;
    // One that rings for ever counts for nothing: there is no number to count it with.
    (answered, rung, if most.is_finite() { most } else { 0.0 })
}

/// The calls to be expected at once at a group of phones, if there were people for all of them.
fn at_phones(group: &PhoneGroup, target: Target, streams: &[Stream<'_>], length: f64) -> f64 {
    let mut stays = Vec::new();
    for stream in streams.iter().filter(|stream| stream.visits(target) > 0.0) {
        let (answered, rung, vain) = ringing(group, stream.source);
        let share = stream.visits(target);
        let talks: Vec<f64> = stream.talk().iter().map(|talk| rung + talk).collect();
        stays.push(Stay { rates: &stream.rates, share: share * answered, seconds: talks });
        stays.push(Stay { rates: &stream.rates, share: share * (1.0 - answered), seconds: vec![vain] });
    }
    most_at_once(&stays, length)
}

fn people(known: &Known<'_>, streams: &[Stream<'_>], notes: &mut Notes) {
    let Known { workload, plan } = known;
    for (row, (said, group)) in workload.phones.iter().zip(&plan.phone_groups).enumerate() {
        let erlangs = at_phones(group, Target::Phones(PhoneGroupId(row as u16)), streams, plan.length.seconds());
        let (name, count) = (&group.name, group.count);
        let offered = format!("with some {} erlangs at the busiest time on {count}", tidy(erlangs));
        let (why, hint) = if group.queue {
            if erlangs < f64::from(count) {
                continue;
            }
            // One more than the load is the least that a queue does not grow with.
            let least = erlangs as u64 + 1;
            (
                "calls wait ever longer, or leave".to_owned(),
                format!("at least {least} are needed, and more for short waits"),
            )
        } else {
            let blocking = erlang_b(erlangs, count);
            if blocking <= BLOCKING_MAX || group.forwards.get(Forward::Cfb).is_some() {
                continue;
            }
            let hint = match erlang_b_servers(erlangs, BLOCKING_MAX, DEVICES_MAX) {
                Some(enough) => format!("with {enough} it would be no more than 1 %, or let `cfb` lead on"),
                None => "spread the calls over more groups, or let `cfb` lead on".to_owned(),
            };
            (format!("{} of calls find none free", percent(blocking)), hint)
        };
        notes.warn(&TOO_FEW_PEOPLE, &said.count.place, format!("`{name}` has too few people: {offered}, {why}"), hint);
    }
}

/// The work that a call of a stream is for each station, in seconds of one server.
fn work(stream: &Stream<'_>, plan: &Plan) -> BTreeMap<StationId, f64> {
    let mut work: BTreeMap<StationId, f64> = BTreeMap::new();
    let mut add = |station, seconds: f64| *work.entry(station).or_default() += seconds;
    let part = 1.0 / stream.source.ingress.len().max(1) as f64;
    for &node in &stream.source.ingress {
        let at = &plan.nodes[node.index()].callmanager;
        add(plan.callmanager(node), part * (seconds(&at.setup) + seconds(&at.release)));
    }
    for (&target, &visits) in &stream.visits {
        let Some(device) = routing::first_device(plan, target) else { continue };
        let device = &plan.devices[device.index()];
        let Some(&node) = device.group.first() else { continue };
        let at = &plan.nodes[node.index()].callmanager;
        add(plan.callmanager(node), visits * seconds(&at.offer));
        let Some(application) = device.application.filter(|_| !matches!(target, Target::Phones(_))) else { continue };
        // Requests: what each call asks of the CallManager there.
        let (redirects, answers) = match target {
            Target::RoutePoint(id) => match plan.route_points[id.index()].treatment {
                Treatment::Redirect(_) => (1.0, 0.0),
                Treatment::Answer(_) => (0.0, 1.0),
            },
            Target::Ports(id) => (plan.port_groups[id.index()].transfer.map_or(0.0, |(share, _)| share), 1.0),
            Target::Phones(_) | Target::Outside(_) => (0.0, 0.0),
        };
        add(plan.callmanager(node), visits * (redirects * seconds(&at.redirect) + answers * seconds(&at.answer)));
        let who = &plan.applications[application.index()];
        if let Some(&manager) = who.ctimanagers.first()
            && let Some(at) = &plan.nodes[manager.index()].ctimanager
        {
            let requests = (redirects + answers) * seconds(&at.request);
            add(plan.ctimanager(manager), visits * (seconds(&at.event) + requests));
        }
        add(plan.workers(application), visits * (redirects + answers) * seconds(&who.decide));
        if let (Target::RoutePoint(_), Some(lookup)) = (target, &who.lookup) {
            add(plan.workers(application), visits * seconds(lookup));
            if let Some(database) = who.database {
                add(plan.connections(database), visits * seconds(lookup));
            }
        }
    }
    work
}

/// A place where work queues: who has it, in words, how many servers it has, and where the file names it.
struct Station<'a> {
    whose: String,
    servers: u32,
    place: &'a crate::workload::Place,
}

fn stations_of<'a>(known: &Known<'a>) -> BTreeMap<StationId, Station<'a>> {
    let Known { workload, plan } = known;
    let mut stations = BTreeMap::new();
    for (row, node) in workload.nodes.iter().enumerate() {
        let (id, name, place) = (NodeId(row as u16), &node.name.value, &node.name.place);
        let whose = format!("the CallManager of `{name}`");
        stations.insert(plan.callmanager(id), Station { whose, servers: 1, place });
        let whose = format!("the CTIManager of `{name}`");
        stations.insert(plan.ctimanager(id), Station { whose, servers: 1, place });
    }
    for (row, it) in workload.applications.iter().enumerate() {
        let whose = format!("the application `{}`", it.name.value);
        let station = Station { whose, servers: it.workers, place: &it.name.place };
        stations.insert(plan.workers(ApplicationId(row as u16)), station);
    }
    for (row, it) in workload.databases.iter().enumerate() {
        let whose = format!("the database `{}`", it.name.value);
        let station = Station { whose, servers: it.connections, place: &it.name.place };
        stations.insert(plan.connections(DatabaseId(row as u16)), station);
    }
    stations
}

fn stations(known: &Known<'_>, streams: &[Stream<'_>], notes: &mut Notes) {
    let work: Vec<BTreeMap<StationId, f64>> = streams.iter().map(|stream| work(stream, known.plan)).collect();
    for (id, station) in stations_of(known) {
        let mut changes: Vec<(f64, f64)> = Vec::new();
        for (stream, work) in streams.iter().zip(&work) {
            let Some(seconds) = work.get(&id) else { continue };
            let mut before = 0.0;
            for &(at, rate) in &stream.rates {
                changes.push((at, (rate - before) * seconds));
                before = rate;
            }
        }
        let (busiest, since) = highest(changes);
        let utilisation = busiest / f64::from(station.servers);
        if utilisation >= 1.0 {
            let when = match since {
                0.0 => "from the beginning".to_owned(),
                since => format!("from {} min on", tidy(since / 60.0)),
            };
            let what = format!(
                "{} cannot keep up: {when} it is asked for {} of the work it can do",
                station.whose,
                percent(utilisation)
            );
            let hint = "fewer calls, faster work, or more to share it among; a run shows how the delay grows";
            notes.warn(&OVERLOADED, station.place, what, hint);
        }
    }
}

/// The highest sum of changes that come one after the other, and since when it is that high.
fn highest(mut changes: Vec<(f64, f64)>) -> (f64, f64) {
    changes.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut sum, mut most, mut since) = (0.0, 0.0, 0.0);
    for (row, &(at, change)) in changes.iter().enumerate() {
        sum += change;
        let last_of_its_time = changes.get(row + 1).is_none_or(|next| next.0 > at);
        if last_of_its_time && sum > most * (1.0 + 1e-9) {
            (most, since) = (sum, at);
        }
    }
    (most, since)
}

/// Three digits, no more than people read.
fn tidy(number: f64) -> String {
    match number {
        number if number >= 100.0 => format!("{number:.0}"),
        number if number >= 10.0 => format!("{number:.1}").trim_end_matches(".0").to_owned(),
        number => format!("{number:.2}").trim_end_matches(".00").to_owned(),
    }
}

fn percent(share: f64) -> String {
    format!("{} %", tidy(100.0 * share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_build_up_over_a_stay_and_a_short_burst_does_not_count_as_if_it_lasted() {
        let law = Distribution::Exponential { mean: Span::from_secs(100) };
        let most =
            |rates: &[(f64, f64)], length| most_at_once(&[Stay { rates, share: 0.5, seconds: likely(&law) }], length);
        let about =
            |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 0.01, "{found}, not {expected}");
        about(most(&[(0.0, 2.0)], 1e6), 100.0);
        about(most(&[(0.0, 2.0)], 100.0), 100.0 * (1.0 - libm::exp(-1.0)));
        let burst = [(0.0, 2.0), (5000.0, 20.0), (5010.0, 2.0)];
        about(most(&burst, 1e6), 1000.0 - 900.0 * libm::exp(-0.1));
        let two = [
            Stay { rates: &[(0.0, 1.0), (2000.0, 0.0)], share: 1.0, seconds: vec![10.0] },
            Stay { rates: &[(0.0, 0.0), (2000.0, 1.0)], share: 1.0, seconds: vec![10.0] },
        ];
        about(most_at_once(&two, 4000.0), 10.0);
    }

    #[test]
    fn the_highest_sum_counts_all_changes_of_an_instant_together() {
        assert_eq!(highest(vec![(0.0, 1.0), (5.0, 2.0), (5.0, -1.5), (9.0, -1.0)]), (1.5, 5.0));
        assert_eq!(highest(Vec::new()), (0.0, 0.0));
    }
}
