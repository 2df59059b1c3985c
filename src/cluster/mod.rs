//! The simulation of one cluster, its callers and its applications through one replication.
//!
//! [`Cluster`] is in `machine`, its rows of state are in `rows`; `dispatch` passes each event to its handler. A handler
//! looks up state, applies the rule, changes state, notes the fact and schedules what follows. Handlers are grouped by what
//! they concern: callers in `caller`, calls in `call` (R10) and `survival`, devices in `device`, `opening`, `recovery` and
//! `phone`, people in `people`, nodes in `node` and `link`, applications in `worker`, `application` and `provider`, devices with
//! several applications in `turn`, messages about single devices in `notification`, controlled phones in `request`. Calls that fan in to one
//! CallManager or CTIManager wait for each other (R11) because all their messages pass through its station.

mod application;
mod call;
mod caller;
mod change;
mod device;
mod device_fault;
mod dispatch;
mod event;
mod hang;
mod inside;
mod link;
mod lookout;
mod machine;
mod node;
mod opening;
mod people;
mod phone;
mod queue;
mod provider;
mod recovery;
mod request;
mod rows;
mod survival;
mod notification;
mod turn;
mod unfinished;
mod worker;

pub use machine::Cluster;
