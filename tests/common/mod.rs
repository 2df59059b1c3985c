//! What the statistical tests share: plans from text, free of whatever a test does not mean to cost.

// Each test binary uses its own part of this.
#![allow(dead_code)]

use ctisim::plan::{self, Plan};
use ctisim::workload::NoFiles;

/// The head of a workload in which no message costs or takes any time unless a node or an application says so. Then one
/// station is all that makes a caller wait, and the closed form for that station holds for the whole model.
pub(crate) const FREE: &str = r#"
format = 1
question = "Does the model agree with the closed form?"
network = { between_nodes = "0s", to_application = "0s", from_caller = "0s" }
work.setup = "0s"
work.offer = "0s"
work.redirect = "0s"
work.answer = "0s"
work.release = "0s"
work.device_open = "0s"
work.event = "0s"
work.request = "0s"
work.heartbeat = "0s"
work.cti_device_open = "0s"
"#;

/// A group for devices to be in.
const GROUP: &str = r#"
[[callmanager_group]]
name = "main"
members = ["sub1"]
"#;

/// The plan of a workload; what is wrong with it is a mistake in the test.
#[track_caller]
pub(crate) fn compile(name: &str, text: &str) -> Plan {
    match plan::compile(name, text, &NoFiles) {
        Ok(plan) => plan,
        Err(problems) => panic!("{}\n{text}", problems.render(false)),
    }
}

/// A plan with the [`FREE`] head and a group `main` of the node `sub1`. `rest` begins with keys of the top level.
#[track_caller]
pub(crate) fn free(rest: &str) -> Plan {
    compile("free", &format!("{FREE}{rest}{GROUP}"))
}
