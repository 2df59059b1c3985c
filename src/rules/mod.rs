//! The chapter's sentences, one file each. A rule is a pure function: it knows ids, phases and times, decides, and
//! schedules nothing. `docs/reference/rules.md` leads from a rule's number to its file and its test. The cluster asks every one of
//! them; dependency records, checks and expectations ask the same ones.

pub mod admission;
pub mod application_failure;
pub mod call_survival;
pub mod code_yellow;
pub mod device_recovery;
pub mod direct_topology;
pub mod egress;
pub mod rehoming;
pub mod forwarding;
pub mod heartbeat;
pub mod ingress;
pub mod manager_choice;
pub mod node_choice;
pub mod notice;
pub mod phones;
pub mod settings;
