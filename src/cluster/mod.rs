//! The machine that moves: one cluster, its callers and its applications, through one replication.
//!
//! [`Cluster`] is in `machine`, its rows of state are in `rows`; `dispatch` leads from an event to its handler. A handler
//! looks up, asks the rule, changes state, notes the fact and schedules what follows. Handlers are grouped by whose life
//! they are part of: a caller's in `caller`, a call's in `call` (R10) and `survival`, a device's in `device`, `opening`,
//! `recovery` and `phone`, a node's in `node` and `link`, an application's in `worker`, `application` and `provider`. That
//! calls which fan in to one place wait for each other (R11) follows from the stations all their messages pass.

mod application;
mod call;
mod caller;
mod device;
mod dispatch;
mod event;
mod link;
mod machine;
mod node;
mod opening;
mod phone;
mod provider;
mod recovery;
mod rows;
mod survival;
mod worker;

pub use machine::Cluster;
