//! Limits on the size of a workload, and the memory it needs.

use super::device::{Device, Treatment};
use super::model::Plan;
use super::rates::{self, RateCurve};
use super::source::{Arrivals, ListedCall, Source};
use crate::domain::{DeviceId, Target};
use crate::engine::{Distribution, Span};
use crate::workload::{At, Calls, DEVICES_MAX, Problem, Reports, TextRange, Traffic, Workload, units};

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
        calls += source.expected_calls(plan.length_of_run());
        if before <= CALLS_MAX && calls > CALLS_MAX {
            report(format!("with these a replication has {calls:.0} calls; the limit is {CALLS_MAX:.0}"));
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
            Arrivals::Modulated(curve, states) => {
                let time: f64 = states.iter().map(|state| state.mean.seconds()).sum();
                let weighted: f64 = states.iter().map(|state| state.factor * state.mean.seconds()).sum();
                curve.integral(length) * weighted / time
            }
            Arrivals::Listed(calls) => calls.iter().filter(|call| call.at.nanos() < length.nanos()).count() as f64,
        }
    }

    /// The highest rate, in calls per second.
    fn peak_rate(&self) -> f64 {
        match &self.arrivals {
            Arrivals::Poisson(curve) => curve.peak(),
            Arrivals::Modulated(curve, states) => {
                curve.peak() * states.iter().map(|state| state.factor).fold(0.0, f64::max)
            }
            Arrivals::Listed(_) => 0.0,
        }
    }

    /// An upper estimate of its simultaneous calls, if each stays for `stay` seconds; `None`: to the end of the run.
    fn peak_calls(&self, length: Span, stay: Option<f64>) -> f64 {
        let all = self.expected_calls(length);
        let at_once = match (&self.arrivals, stay) {
            (_, None) => all,
            (Arrivals::Listed(calls), Some(stay)) => most_within(calls, stay),
            (_, Some(stay)) => self.peak_rate() * stay,
        };
        // Six standard deviations above the mean: practically never exceeded, even in a million replications.
        let upper = |mean: f64| mean + 6.0 * mean.sqrt();
        match self.arrivals {
            Arrivals::Listed(_) => at_once.min(all),
            _ => upper(at_once).min(upper(all)),
        }
    }
}

/// The most calls of a list that are dialled within twice `stay` seconds, since stays vary around their mean.
fn most_within(calls: &[ListedCall], stay: f64) -> f64 {
    let window = Span::from_seconds(2.0 * stay);
    let (mut first, mut most) = (0, 0);
    for (row, call) in calls.iter().enumerate() {
        while calls[first].at + window < call.at {
            first += 1;
        }
        most = most.max(row + 1 - first);
    }
    most as f64
}

impl Plan {
    /// The length of a run, as a span.
    fn length_of_run(&self) -> Span {
        Span::from_nanos(self.length.nanos())
    }

    /// The expected number of calls per replication.
    pub fn expected_calls(&self) -> f64 {
        self.sources.iter().map(|source| source.expected_calls(self.length_of_run())).sum()
    }

    /// A rough upper estimate of the number of simultaneous calls.
    pub fn peak_calls(&self) -> f64 {
        let treatments = self
            .route_points
            .iter()
            .filter_map(|it| match &it.treatment {
                Treatment::Answer { treatment, .. } => treatment.as_ref(),
                Treatment::Redirect(_) => None,
            })
            .chain(self.port_groups.iter().filter_map(|it| it.treatment.as_ref()));
        let treated = treatments.map(seconds).fold(0.0, f64::max);
        let ringing = self.phone_groups.iter().map(|it| seconds(&it.answer));
        let rings = ringing.chain(self.destinations.iter().map(|it| seconds(&it.answer))).fold(0.0, f64::max);
        let changed = self.phone_groups.iter().map(|it| it.changes.longest()).fold(0.0, f64::max);
        let stay = |source: &Source| {
            // A caller who never hangs up may wait for an application until the run ends. Only a number outside is
            // certain to answer.
            let waits = match (&source.patience, source.to) {
                // Once for the application, once more for a person.
                (Some(patience), _) => 2.0 * seconds(patience),
                (None, Target::Outside(_)) => rings,
                (None, _) => return None,
            };
            // Transferred, a caller talks once more.
            let talks = if self.changes_calls { 2.0 } else { 1.0 };
            Some(waits + treated + changed + talks * seconds(&source.talk))
        };
        let length = self.length_of_run();
        self.sources.iter().map(|source| source.peak_calls(length, stay(source))).sum()
    }

    /// An estimate of the bytes needed to run this plan on this many workers, so that a workload too large for a machine
    /// is refused with its size instead of being killed half way.
    pub fn memory_needed(&self, workers: usize) -> u64 {
        // Its row, and its slot in the free list.
        const CALL: f64 = 64.0 + 4.0;
        // What is kept beside it where people change calls.
        const PROGRESS: f64 = 40.0;
        const EVENT: f64 = 32.0;
        const DEVICE: u64 = 128;
        // Random number streams, and the last callers.
        const SOURCE: u64 = 4 << 10;
        const HISTOGRAMS: u64 = 400 << 10;
        let devices = self.devices.len() as u64;
        let scopes = 1 + self.nodes.len() + self.applications.len() + self.databases.len() + self.route_points.len();
        // A call has one event pending, or a few: message, patience, timer.
        let beside = if self.changes_calls { PROGRESS } else { 0.0 };
        let calls = self.peak_calls() * (CALL + beside + 3.0 * EVENT);
        let sources = self.sources.len() as u64;
        let worker = calls as u64 + devices * (DEVICE + EVENT as u64) + sources * SOURCE + scopes as u64 * HISTOGRAMS;
        let listed: usize = self.sources.iter().map(|source| source.arrivals.bytes()).sum();
        // The plan itself is shared; a device has a row of its own, and one in its application.
        let device = size_of::<Device>() + size_of::<DeviceId>();
        let changes = size_of_val(self.changes.as_slice()) + size_of_val(self.parameter_changes.as_slice());
        let events = size_of_val(self.faults.as_slice()) + changes;
        let shared = (listed + events) as u64 + devices * device as u64;
        worker.saturating_mul(workers as u64).saturating_add(shared)
    }
}

fn seconds(distribution: &Distribution) -> f64 {
    distribution.mean().seconds()
}

impl Arrivals {
    fn bytes(&self) -> usize {
        match self {
            Arrivals::Poisson(curve) | Arrivals::Modulated(curve, _) => size_of_val(curve.steps.as_slice()),
            Arrivals::Listed(calls) => size_of_val(calls.as_slice()),
        }
    }
}
