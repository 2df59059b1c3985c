//! `ctisim oracle`: a calculator of closed forms, which needs no workload.

mod failures;
mod forms;
mod printed;
mod quantities;
mod queues;
mod rehome;

pub(super) use forms::{OracleArguments, after_help, oracle};
