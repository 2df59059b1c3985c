//! The chapter's sentences, one file each. A rule is a pure function: it knows ids, phases and times, decides, and
//! schedules nothing. `docs/RULES.md` leads from a rule's number to its file and its test.

pub mod admission;
pub mod application_failure;
pub mod call_survival;
pub mod device_recovery;
pub mod failback;
pub mod forwarding;
pub mod heartbeat;
pub mod manager_choice;
pub mod node_choice;
