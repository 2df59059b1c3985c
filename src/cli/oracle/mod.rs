//! `ctisim oracle`: closed forms by themselves, a calculator that needs no workload.

mod failures;
mod forms;
mod printed;
mod quantities;
mod queues;
mod rehome;

pub(super) use forms::{AFTER_HELP, OracleArguments, oracle};
