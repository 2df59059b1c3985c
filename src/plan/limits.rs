//! Limits on the size of a workload, and a bound on its memory.

use std::collections::BTreeSet;

use super::application::Application;
use super::device::Device;
use super::model::Plan;
use super::rates::{self, RateCurve};
use super::source::{Arrivals, Source};
use crate::domain::{DeviceId, NodeId};
use crate::engine::Span;
use crate::rules::heartbeat::effective_interval;
use crate::workload::{At, Calls, DEVICES_MAX, Problem, Reports, TextRange, Traffic, Workload, units};

/// Why heartbeats have bounds.
const HEARTBEATS: &str = "R23: the service parameters Application Heartbeat Minimum and Maximum Interval bound it";

/// Row numbers are 16 bits wide.
const ROWS_MAX: usize = 65_535;

/// Any two of them are compared.
const QUEUES_MAX: usize = 1000;

/// A real cluster has some twenty nodes. Any source and any application may use all of them, so the product of the numbers
/// must stay small.
const NODES_MAX: usize = 1000;

/// The most changes of all rates together in a run.
const RATE_STEPS_MAX: u64 = 1_000_000;

/// At a higher rate, calls per second, arrivals are less than ten nanoseconds apart.
const RATE_MAX: f64 = 1e8;

/// The most heartbeats of all connections together in a run: each is an event, as a call is several.
const HEARTBEATS_MAX: f64 = 4_000_000_000.0;

/// A call's number is 32 bits wide; the actual number of calls may exceed the expected one.
const CALLS_MAX: f64 = 4_000_000_000.0;

/// Whether the tables are short enough for their row numbers, the devices few enough, and the changes of rates not too
/// many; reports what is not. Later code relies on it.
pub(super) fn check_tables(workload: &Workload, reports: &Reports) -> bool {
    let sound = std::cell::Cell::new(true);
    let report = |problem: Problem| {
        sound.set(false);
        reports.add(problem);
    };
    let within = |table: &str, places: &mut dyn Iterator<Item = &TextRange>, limit: usize| {
        let places: Vec<&TextRange> = places.collect();
        if let Some(place) = places.get(limit) {
            let what = format!("there are {} `[[{table}]]`; the limit is {limit}", places.len());
            report(Problem::new((*place).clone(), what, "one too many"));
        }
        places.len()
    };
    let rows = |table: &str, places: &mut dyn Iterator<Item = &TextRange>| within(table, places, ROWS_MAX);
    let nodes = within("node", &mut workload.nodes.iter().map(|it| &it.name.place), NODES_MAX);
    let applications = rows("application", &mut workload.applications.iter().map(|it| &it.name.place));
    let mut connections: usize = 0;
    for At { value, place } in workload.applications.iter().map(|it| &it.connections) {
        let before = connections;
        connections += usize::from(*value);
        if before <= ROWS_MAX && connections > ROWS_MAX {
            let what = format!("with these there are {connections} connections; the limit is {ROWS_MAX}");
            report(Problem::new(place.clone(), what, ""));
        }
    }
    let databases = rows("database", &mut workload.databases.iter().map(|it| &it.name.place));
    rows("user", &mut workload.users.iter().map(|it| &it.name.place));
    rows("route_point", &mut workload.route_points.iter().map(|it| &it.name.place));
    rows("cti_port", &mut workload.cti_ports.iter().map(|it| &it.name.place));
    rows("phone", &mut workload.phones.iter().map(|it| &it.name.place));
    rows("destination", &mut workload.destinations.iter().map(|it| &it.name.place));
    rows("conference_bridge", &mut workload.conference_bridges.iter().map(|it| &it.name.place));
    // A group of phones may have a queue of its own.
    within("queue", &mut workload.queues.iter().map(|it| &it.name.place), QUEUES_MAX);
    rows("speed_dial", &mut workload.speed_dials.iter().map(|it| &it.name.place));
    rows("traffic", &mut workload.traffic.iter().map(|it| &it.name.place));
    rows("fault", &mut workload.faults.iter().map(|it| &it.name.place));
    rows("parameter_change", &mut workload.parameter_changes.iter().map(|it| &it.at.place));
    rows("change", &mut workload.changes.iter().map(|it| &it.at.place));
    let stations = 2 * nodes + applications + databases;
    if stations > ROWS_MAX {
        let what = format!("there are {stations} stations (two per node, one per application and database)");
        report(Problem::new(0..0, what, format!("the limit is {ROWS_MAX}")));
    }
    let route_points = workload.route_points.iter().map(|it| &it.count);
    let ports = workload.cti_ports.iter().map(|it| &it.count);
    let counts = route_points.chain(ports).chain(workload.phones.iter().map(|it| &it.count));
    let mut devices: u64 = 0;
    for At { value, place } in counts {
        let before = devices;
        devices += u64::from(*value);
        if before <= u64::from(DEVICES_MAX) && devices > u64::from(DEVICES_MAX) {
            let what = format!("with these there are {devices} devices; the limit is {DEVICES_MAX}");
            report(Problem::new(place.clone(), what, ""));
        }
    }
    let mut lines = 0;
    for it in workload.route_points.iter().filter(|it| it.lines.len() > 1) {
        let before = lines;
        lines += it.lines.len();
        if before <= ROWS_MAX && lines > ROWS_MAX {
            let what =
                format!("with these there are {lines} lines on route points of several; the limit is {ROWS_MAX}");
            report(Problem::new(it.name.place.clone(), what, ""));
        }
    }
    let length = workload.run.length.value;
    let mut steps: u64 = 0;
    for arrivals in workload.traffic.iter().map(|it| &it.arrivals) {
        let before = steps;
        steps = steps.saturating_add(rates::steps(arrivals, length));
        if before <= RATE_STEPS_MAX && steps > RATE_STEPS_MAX {
            let what = format!("with this one, rates change {steps} times in the run; the limit is {RATE_STEPS_MAX}");
            report(Problem::new(arrivals.place.clone(), what, ""));
        }
    }
    sound.get()
}

/// Reports sources with too many calls for their numbers, or with too high a rate.
pub(super) fn check_calls(plan: &Plan, workload: &Workload, reports: &Reports) {
    let mut calls = 0.0;
    for traffic in &workload.traffic {
        check_list(traffic, workload, reports);
    }
    for (source, traffic) in plan.sources.iter().zip(&workload.traffic) {
        let report = |what: String| reports.add(Problem::new(traffic.arrivals.place.clone(), what, ""));
        let peak = source.peak_rate();
        if peak.is_nan() || peak > RATE_MAX {
            report(format!("this is up to {peak:.1e} calls per second; the limit is {RATE_MAX:.0e}"));
            continue;
        }
        let before: f64 = calls;
        calls += source.expected_calls(plan.length_of_run()) * source.busiest_day();
        if before <= CALLS_MAX && calls > CALLS_MAX {
            let on = if source.busiest_day() > 1.0 { " on the busiest day" } else { "" };
            report(format!("with these a replication has {calls:.0} calls{on}; the limit is {CALLS_MAX:.0}"));
        }
    }
}

/// Reports applications with too many heartbeats in a run.
pub(super) fn check_heartbeats(plan: &Plan, workload: &Workload, reports: &Reports) {
    let mut heartbeats = 0.0;
    for (application, read) in plan.applications.iter().zip(&workload.applications) {
        let before: f64 = heartbeats;
        heartbeats += plan.most_heartbeats(application);
        if before <= HEARTBEATS_MAX && heartbeats > HEARTBEATS_MAX {
            let interval = units::words(plan.shortest_heartbeat(application));
            let what = format!(
                "with a heartbeat every {interval} there are {heartbeats:.0} of them in a run; the limit is \
                 {HEARTBEATS_MAX:.0}"
            );
            let hint = "the interval is the one asked for within the bounds of `[cti]`: raise either";
            reports.add(Problem::new(read.heartbeat.place.clone(), what, "").hint(hint).rule(HEARTBEATS));
        }
    }
}

/// Reports a list of calls none of which is within the run.
fn check_list(traffic: &Traffic, workload: &Workload, reports: &Reports) {
    // Fifty weeks: as the time of a call in a run it is absurd, as a date it is before any call that somebody recorded.
    const DATE: u64 = 30_000_000;
    let Calls::Listed(list) = &traffic.arrivals.calls else { return };
    let length = workload.run.length.value;
    let Some(first) = list.calls.first().filter(|call| call.at.nanos() >= length.nanos()) else { return };
    let (file, count) = (&list.file.value, list.calls.len());
    let begins = units::words(Span::from_nanos(first.at.nanos()));
    let what = format!("no call of {file} is within the run: the first of {count} is at {begins}");
    let hint = match first.at.seconds() as u64 {
        DATE.. => "these look like seconds since 1970: subtract the time at which the run begins".to_owned(),
        _ => format!("times count from the start of the run, which lasts {}", units::words(length)),
    };
    reports.add(Problem::new(list.file.place.clone(), what, "").hint(hint));
}

impl RateCurve {
    /// The number of calls expected in a run.
    fn integral(&self, length: Span) -> f64 {
        let ends = self.steps.iter().skip(1).map(|(at, _)| at.seconds()).chain([length.seconds()]);
        self.steps.iter().zip(ends).map(|((at, rate), end)| rate * (end - at.seconds()).max(0.0)).sum()
    }

    fn peak(&self) -> f64 {
        // Unlike `f64::max`, this keeps NaN.
        self.steps.iter().map(|&(_, rate)| rate).fold(0.0, |most, rate| if rate <= most { most } else { rate })
    }
}

impl Source {
    /// The expected number of calls of this source in a run.
    fn expected_calls(&self, length: Span) -> f64 {
        match &self.arrivals {
            Arrivals::Poisson(curve) => curve.integral(length),
            Arrivals::Modulated(curve, modulation) => curve.integral(length) * modulation.mean(),
            Arrivals::Listed(calls) => calls.iter().filter(|call| call.at.nanos() < length.nanos()).count() as f64,
        }
    }

    /// The factor of the busiest day that its callers may have.
    fn busiest_day(&self) -> f64 {
        if let Arrivals::Modulated(_, modulation) = &self.arrivals { modulation.busiest_day() } else { 1.0 }
    }

    /// The factor of the quietest day that its callers may have.
    fn quietest_day(&self) -> f64 {
        if let Arrivals::Modulated(_, modulation) = &self.arrivals { modulation.quietest_day() } else { 1.0 }
    }

    /// The highest rate, in calls per second.
    fn peak_rate(&self) -> f64 {
        match &self.arrivals {
            Arrivals::Poisson(curve) => curve.peak(),
            Arrivals::Modulated(curve, it) => curve.peak() * it.busiest_state() * it.busiest_day(),
            Arrivals::Listed(_) => 0.0,
        }
    }

    /// More calls than a run has: six standard deviations above the mean, which even a million replications do not exceed.
    fn most_calls(&self, length: Span) -> f64 {
        let upper = |mean: f64| mean + 6.0 * mean.sqrt();
        match &self.arrivals {
            Arrivals::Poisson(curve) => upper(curve.integral(length)),
            // It may be in its busiest state all the time, on the busiest day.
            Arrivals::Modulated(curve, it) => upper(curve.integral(length) * it.busiest_state() * it.busiest_day()),
            Arrivals::Listed(_) => self.expected_calls(length),
        }
    }
}

impl Plan {
    /// The length of a run, as a span.
    fn length_of_run(&self) -> Span {
        Span::from_nanos(self.length.nanos())
    }

    /// The shortest interval of an application's heartbeats in a run: service parameters may change.
    fn shortest_heartbeat(&self, application: &Application) -> Span {
        let changes = &self.parameter_changes;
        let minima = changes.iter().filter_map(|change| change.heartbeat_minimum);
        let minimum = minima.fold(self.parameters.heartbeat_minimum, Span::min);
        let maxima = changes.iter().filter_map(|change| change.heartbeat_maximum);
        let maximum = maxima.fold(self.parameters.heartbeat_maximum, Span::min);
        effective_interval(application.requested_heartbeat, minimum.min(maximum), maximum)
    }

    /// The most heartbeats of an application's connections in a run.
    fn most_heartbeats(&self, application: &Application) -> f64 {
        let interval = self.shortest_heartbeat(application).seconds();
        f64::from(application.connections) * self.length.seconds() / interval
    }

    /// About how many events a replication has.
    pub fn expected_events(&self) -> f64 {
        // Set-up, offer, answer, patience and end, with the messages between a call and its application.
        const OF_A_CALL: f64 = 12.0;
        // It is due, it is heard, and it is checked.
        const OF_A_HEARTBEAT: f64 = 3.0;
        let heartbeats: f64 = self.applications.iter().map(|application| self.most_heartbeats(application)).sum();
        OF_A_CALL * self.expected_calls() + OF_A_HEARTBEAT * heartbeats
    }

    /// The expected number of calls per replication.
    pub fn expected_calls(&self) -> f64 {
        self.sources.iter().map(|source| source.expected_calls(self.length_of_run())).sum()
    }

    /// Fewer bytes than a run of this plan on this many workers takes: those of the calls that wait to be set up at its end. More
    /// come than the CallManagers can set up, and a message that waits is never withdrawn.
    pub fn memory_least(&self, workers: usize) -> u64 {
        /// A pending event.
        const EVENT: f64 = 16.0;
        if self.parameters.code_yellow.is_some() {
            // Then they are refused.
            return 0;
        }
        let ingress: BTreeSet<NodeId> = self.sources.iter().flat_map(|source| source.ingress.iter().copied()).collect();
        let set_up = ingress.iter().map(|node| {
            let setup = self.nodes[node.index()].callmanager.setup.mean().seconds();
            self.length_of_run().seconds() / setup
        });
        // Without work for a set-up there is no end of how many can be.
        let length = self.length_of_run();
        let calls: f64 = self.sources.iter().map(|it| it.expected_calls(length) * it.quietest_day()).sum();
        let waiting = (calls - set_up.sum::<f64>()).max(0.0);
        ((waiting * EVENT) as u64).saturating_mul(workers as u64)
    }

    /// More bytes than a run of this plan on this many workers takes, results not included: as if every call lasted to the
    /// end. Where there are so many, nothing has to be estimated; where there are not, a replication shows what it takes.
    pub fn memory_bound(&self, workers: usize) -> u64 {
        // Its row of 64 bytes and its place in the free list, what is done with it at phones, seven pending events, which outlive
        // it, and its timers, each with what a growing list has to spare.
        const CALL: f64 = 512.0;
        const DEVICE: u64 = 256;
        // Random number streams, and the last callers.
        const SOURCE: u64 = 40 << 10;
        const HISTOGRAMS: u64 = 800 << 10;
        // An integral and a step of each gauge in each bin of the timeline, and the calls and waits of a bin, with its bands.
        const GAUGE: u64 = 24;
        const BIN: u64 = 640;
        let length = self.length_of_run();
        let calls: f64 = self.sources.iter().map(|source| source.most_calls(length)).sum();
        let devices = self.devices.len() as u64;
        let scopes = 1 + self.nodes.len() + self.applications.len() + self.databases.len() + self.route_points.len();
        let sources = self.sources.len() as u64;
        let worker = (calls * CALL) as u64 + devices * DEVICE + sources * SOURCE + scopes as u64 * HISTOGRAMS;
        let groups = self.port_groups.len() + self.phone_groups.len() + self.destinations.len();
        let gauges = 3 + 2 * self.nodes.len() + self.route_points.len() + groups + self.conference_bridges.len();
        let gauges = (gauges + self.queues.len() + 2 * self.stations().len()) as u64;
        let bins = self.length.nanos().div_ceil(self.bin.nanos());
        let worker = worker.saturating_add(bins * (gauges * GAUGE + BIN));
        let listed: usize = self.sources.iter().map(|source| source.arrivals.bytes()).sum();
        // The plan itself is shared; a device has a row of its own, and one in its application.
        let device = size_of::<Device>() + size_of::<DeviceId>();
        let changes = size_of_val(self.changes.as_slice()) + size_of_val(self.parameter_changes.as_slice());
        let events = size_of_val(self.faults.as_slice()) + changes;
        let shared = (listed + events) as u64 + devices * device as u64;
        worker.saturating_mul(workers as u64).saturating_add(shared)
    }
}

impl Arrivals {
    fn bytes(&self) -> usize {
        match self {
            Arrivals::Poisson(curve) | Arrivals::Modulated(curve, _) => size_of_val(curve.steps.as_slice()),
            Arrivals::Listed(calls) => size_of_val(calls.as_slice()),
        }
    }
}
