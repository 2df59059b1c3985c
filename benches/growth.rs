//! The cost of an event and the memory of a run as calls in progress grow from two thousand to a million: a table, and the
//! plot in `docs/`.
//!
//! `cargo bench --bench growth`, on Linux, which reports what a process has used. Whole replications of the built-in busy hour without its fault, measured as a study
//! measures them, on one core; the best of five times ten million events or more, after one that grows the memory that the
//! others reuse.
#![allow(missing_docs)]

use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::path::Path;

use ctisim::experiment::{Audit, MeasuredCluster, Replicator};
use ctisim::plan::{Plan, compile};
use ctisim::record::{Catalogue, Count};
use ctisim::workload::{NoFiles, set};

/// Multiples of the smallest, which has 2,000 calls in progress.
const FACTORS: [u64; 6] = [1, 5, 10, 50, 100, 500];
/// The most ports there are: with the route point, a hundred thousand devices. Calls beyond these are taken outside.
const PORTS_MAX: u64 = 99_998;

struct Point {
    calls: u64,
    devices: usize,
    nanos_per_event: f64,
    /// The most memory the process has had so far.
    peak_mib: u64,
}

/// More calls per hour, and everything faster and larger by the same factor, so that the utilisation of stations stays the same.
fn plan(factor: u64) -> Plan {
    let calls = 2_000 * factor;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads/busy_hour.toml");
    let text = fs::read_to_string(path).expect("it is shipped");
    let (text, _) = text.split_once("[[fault]]").expect("it has a fault");
    let work = [("setup", 15_000), ("offer", 8_000), ("redirect", 10_000), ("answer", 6_000), ("release", 6_000)];
    let manager = [("event", 1_000), ("request", 1_000)];
    let mut settings: Vec<String> =
        work.iter().chain(&manager).map(|(key, micros)| format!("work.{key}={}us", micros / factor)).collect();
    let ports = (2_200 * factor).min(PORTS_MAX);
    // Over a tenth more ports than calls that are sent there; shares in millionths, so that they sum to one.
    let each = 450_000 * ports / calls;
    settings.extend([
        "run.length=20m".to_owned(),
        // Calls take three minutes: twenty times their number arrive per hour.
        format!("traffic.callers.arrivals.poisson={}/h", calls * 20),
        "cti_port.ports-a.first_dn=\"100001\"".to_owned(),
        "cti_port.ports-b.first_dn=\"200001\"".to_owned(),
        format!("cti_port.ports-a.count={}", ports / 2),
        format!("cti_port.ports-b.count={}", ports / 2),
        format!("application.ivr.workers={}", 8 * factor),
        format!("database.customers.connections={}", 40 * factor),
    ]);
    let text = text.replace(
        r#"redirect_to = [{ to = "ports-a", share = 0.5 }, { to = "ports-b", share = 0.5 }]"#,
        &format!(
            r#"redirect_to = [{{ to = "ports-a", share = 0.{each:06} }}, {{ to = "ports-b", share = 0.{each:06} }}, {{ to = "operator", share = 0.{:06} }}]"#,
            1_000_000 - 2 * each,
        ),
    );
    let text = set(&text, &settings).unwrap_or_else(|problems| panic!("{problems}"));
    compile("busy_hour", &text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"))
}

fn measure(factor: u64) -> Point {
    let plan = plan(factor);
    let mut worker = MeasuredCluster::new(&plan, plan.window(), plan.seed, Audit::Off);
    let summary = worker.run(0).expect("it is not audited");
    let peak = summary.gauges[Catalogue::CALLS_IN_PROGRESS].peak;
    let calls = 2_000 * factor;
    assert!(peak.abs_diff(calls) < calls / 10, "{peak} calls in progress instead of {calls}");
    let events = summary.count(Count::Events);
    // The kernel counts a thread's time in steps of some milliseconds, so that a short replication alone cannot be timed.
    let replications = (10_000_000 / events).max(1);
    let nanos = (0..5).map(|_| {
        let start = cpu_nanos();
        for _ in 0..replications {
            black_box(worker.run(black_box(0)).expect("it is not audited"));
        }
        cpu_nanos() - start
    });
    let nanos_per_event = nanos.min().expect("five times") as f64 / (events * replications) as f64;
    Point { calls: peak, devices: plan.devices.len(), nanos_per_event, peak_mib: peak_mib() }
}

/// The CPU time of this thread, which excludes other load on the machine.
fn cpu_nanos() -> u64 {
    let used = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux reports it");
    used.split(' ').next().and_then(|nanos| nanos.parse().ok()).expect("the first number is that")
}

fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux reports it");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    peak.map_or(0, |kib: u64| kib / 1024)
}

/// Time per event over calls in progress; calls on a logarithmic axis.
fn plot(points: &[Point]) -> String {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 320.0;
    const LEFT: f64 = 60.0;
    const BOTTOM: f64 = 270.0;
    let most = points.iter().map(|point| point.nanos_per_event).fold(100.0, f64::max);
    let x = |calls: f64| LEFT + 20.0 + libm::log10(calls / 2000.0) / libm::log10(500.0) * 520.0;
    let y = |nanos: f64| BOTTOM - nanos / most * 230.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"20\">nanoseconds per event</text>\n\
         <text x=\"{WIDTH}\" y=\"{HEIGHT}\" dx=\"-20\" dy=\"-10\" text-anchor=\"end\">calls in progress</text>\n"
    );
    for nanos in (0..).step_by(20).take_while(|&nanos| f64::from(nanos) <= most) {
        let at = y(f64::from(nanos));
        let _ = writeln!(svg, "<path d=\"M{LEFT} {at:.1}H{WIDTH}\" stroke=\"#ddd\"/>");
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{nanos}</text>", LEFT - 8.0, at + 4.0);
    }
    let places = points.iter().map(|point| (x(point.calls as f64), y(point.nanos_per_event)));
    let line: Vec<String> = places.clone().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ =
        writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"2\"/>", line.join(" "));
    for ((x, y), point) in places.zip(points) {
        let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"#1f5fa8\"/>");
        let (nanos, calls) = (point.nanos_per_event, point.calls);
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{nanos:.0}</text>", y - 9.0);
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{calls}</text>", BOTTOM + 18.0);
    }
    svg + "</svg>\n"
}

fn main() {
    println!("calls in progress  devices  ns per event  peak MiB");
    let mut points = Vec::new();
    for factor in FACTORS {
        let point = measure(factor);
        let Point { calls, devices, nanos_per_event, peak_mib } = point;
        println!("{calls:>17}  {devices:>7}  {nanos_per_event:>12.1}  {peak_mib:>8}");
        points.push(point);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/calls-in-flight.svg");
    fs::write(&path, plot(&points)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    println!("plotted in {}", path.display());
}
