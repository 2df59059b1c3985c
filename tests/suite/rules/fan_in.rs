//! R11: many callers, one route point.

use crate::story::plan;
use ctisim::analysis::{Provenance, Study};
use ctisim::cluster::Cluster;
use ctisim::domain::{CallName, DeviceId};
use ctisim::engine::Time;
use ctisim::experiment::{Audit, MeasuredCluster, replicate};
use ctisim::facts::{Fact, Recorder};
use ctisim::record::Auditor;
use ctisim::report::{Format, Ink, draw, run_page};
use std::sync::atomic::AtomicBool;

/// The table of a study in which so many callers an hour fan in to one route point, whose CallManager can set up and
/// present a hundred a second.
fn table(calls_an_hour: u32) -> String {
    let text = format!(
        r#"
[run]
length = "3m"
[work]
setup = "0s"
offer = {{ exponential = "10ms" }}
redirect = "0s"
answer = "0s"
release = "0s"
event = "1ms"
request = "1ms"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
workers = 100
[[route_point]]
name = "welcome"
lines = [{{ dn = "7000" }}]
device_pool = "main"
application = "ivr"
redirect_to = "agent"
[[destination]]
name = "agent"
egress = "sub2"
[[node]]
name = "sub2"
work = {{ offer = "0s" }}
[[traffic]]
name = "callers"
to = "7000"
ingress = ["sub2"]
arrivals = {{ bhca = {calls_an_hour} }}
talk = "10s"
"#
    );
    let plan = plan(&text, "");
    let outcome =
        replicate(0..4, 2, || MeasuredCluster::new(&plan, plan.window(), 1, Audit::On), &(), &AtomicBool::new(false));
    let study = Study::new(&plan, plan.window(), 1, outcome.unwrap());
    let provenance = Provenance::new(&study, String::new(), String::new());
    String::from_utf8(draw(&run_page(&study, &[], &provenance, None), Format::Table, Ink::Plain).unwrap()).unwrap()
}

/// The mean of a row, in milliseconds.
fn mean(table: &str, metric: &str) -> f64 {
    let row = table.lines().find(|line| line.starts_with(metric)).unwrap();
    row.split_whitespace().nth(2).unwrap().replace(',', "").parse().unwrap()
}

#[test]
fn r11_delay_grows_with_the_load_and_the_bottleneck_is_named() {
    let tables = [72_000, 288_000, 396_000].map(table);
    let delays = tables.each_ref().map(|table| mean(table, "setup_delay"));
    // A fifth, four fifths and more than all of what the CallManager can do. A call waits there twice, to be presented
    // and to be redirected: about 15 + 4 and 90 ms in all, then ever more.
    assert!((15.0..25.0).contains(&delays[0]), "{delays:?}");
    assert!((80.0..110.0).contains(&delays[1]), "{delays:?}");
    assert!(delays[2] > 1000.0, "{delays:?}");
    for table in &tables {
        assert!(table.contains("is sub1.callmanager"), "{table}");
    }
}

/// How many calls were presented at each device, and when callers dialled.
#[derive(Default)]
struct Shares {
    at: std::collections::BTreeMap<DeviceId, u32>,
    dialled: Vec<(Time, CallName)>,
}

impl Recorder for Shares {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::Presented { device, .. } => *self.at.entry(device).or_default() += 1,
            Fact::Offered { call, .. } => self.dialled.push((now, call)),
            _ => {}
        }
    }
}

fn shared_by(count: u32) -> Shares {
    let text = format!(
        r#"
[run]
length = "20m"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
[[route_point]]
name = "welcome"
count = {count}
lines = [{{ dn = "7000" }}]
device_pool = "main"
application = "ivr"
redirect_to = [{{ to = "again", share = "50%" }}, {{ to = "agent", share = "50%" }}]
[[route_point]]
name = "again"
count = {count}
device_pool = "main"
application = "ivr"
redirect_to = "agent"
[[destination]]
name = "agent"
[[traffic]]
name = "callers"
to = "7000"
arrivals = {{ bhca = 36000 }}
talk = "10s"
"#
    );
    let plan = plan(&text, "");
    let mut cluster = Cluster::new(&plan, (Shares::default(), Auditor::new(&plan)));
    cluster.run(plan.seed, 0);
    let (shares, mut auditor) = cluster.recorder;
    auditor.finish(plan.length).expect("every identity holds");
    shares
}

/// Each of eight route points gets an eighth of the calls, the first time and, drawn anew, the second; and the callers are
/// the same however many there are.
#[test]
fn r11_several_route_points_of_one_name_share_its_calls_evenly() {
    const POINTS: u32 = 8;
    let (one, many) = (shared_by(1), shared_by(POINTS));
    assert_eq!(one.dialled, many.dialled);
    assert_eq!(one.at.len(), 2);
    for (first, set) in [(0, &one.at[&DeviceId(0)]), (POINTS, &one.at[&DeviceId(1)])] {
        let expected = f64::from(*set) / f64::from(POINTS);
        let shares: Vec<u32> = (first..first + POINTS).map(|device| many.at[&DeviceId(device)]).collect();
        // Seven degrees of freedom: 24.3 is exceeded once in a thousand times.
        let chi_squared: f64 = shares.iter().map(|&it| (f64::from(it) - expected) * (f64::from(it) - expected)).sum();
        assert!(chi_squared / expected < 24.3, "{shares:?}");
        assert!(shares.iter().sum::<u32>().abs_diff(*set) <= 20, "{shares:?}, {set}");
    }
}
