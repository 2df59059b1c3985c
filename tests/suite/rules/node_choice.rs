//! R7: where a device is.

use crate::story::plan;
use ctisim::cluster::Cluster;
use ctisim::domain::StationId;
use ctisim::engine::Time;
use ctisim::facts::{Fact, Recorder};

/// How much each station had to do.
#[derive(Default)]
struct Visits([u32; 8]);

impl Recorder for Visits {
    fn note(&mut self, _: Time, fact: Fact) {
        if let Fact::Served { station: StationId(station), .. } = fact {
            self.0[station as usize] += 1;
        }
    }
}

#[test]
fn r7_a_device_starts_on_the_first_member_of_its_group() {
    let plan = plan(
        r#"
[run]
length = "10s"
[[node]]
name = "pub"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "second-first"
members = ["sub2", "sub1"]
[[device_pool]]
name = "ports"
callmanager_group = "second-first"
[[application]]
name = "ivr"
ctimanagers = ["sub1"]
[[cti_port]]
name = "port"
count = 1
device_pool = "ports"
application = "ivr"
[[traffic]]
name = "callers"
to = "port"
ingress = ["pub"]
arrivals = { file = "calls.csv" }
"#,
        "at_s,talk_s\n1,4\n",
    );
    let mut cluster = Cluster::new(&plan, Visits::default());
    cluster.run(1, 0);
    // Stations come in pairs, a CallManager and its CTIManager. The publisher sets the call up and releases it; the
    // port is on the first member of its group, sub2, which offers, answers and releases; sub1 passes the events.
    let [publisher, _, sub1, sub1_cti, sub2, ..] = cluster.recorder.0;
    assert_eq!((publisher, sub1, sub2), (2, 0, 3));
    // The new call, the request to answer, and the heartbeat of the application, if one falls into these ten seconds.
    assert!((2..=3).contains(&sub1_cti), "{sub1_cti}");
}
