//! R11: many callers, one route point.

use crate::story::plan;
use ctisim::experiment::{Measured, replicate};
use ctisim::report::{self, Study};
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
    let outcome = replicate(0..4, 2, || Measured::new(&plan, 1, true), &(), &AtomicBool::new(false));
    report::table(&Study::new(&plan, 1, outcome.unwrap()))
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
