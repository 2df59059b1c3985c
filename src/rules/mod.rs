//! The rules of the vendor's chapter, one file each. A rule is a pure function: it takes ids, phases and times, decides, and
//! schedules nothing. `docs/reference/rules.md` maps a rule's number to its file and its test. The cluster applies every one
//! of them; dependency records, checks and expectations apply the same ones.

pub mod admission;
pub mod application_failure;
pub mod call_survival;
pub mod change;
pub mod code_yellow;
pub mod device_failure;
pub mod device_recovery;
pub mod direct_topology;
pub mod egress;
pub mod rehoming;
pub mod forwarding;
pub mod hang;
pub mod heartbeat;
pub mod ingress;
pub mod manager_choice;
pub mod no_answer;
pub mod node_choice;
pub mod notice;
pub mod openers;
pub mod phones;
pub mod queue;
pub mod request;
pub mod settings;
pub mod wrap_up;
