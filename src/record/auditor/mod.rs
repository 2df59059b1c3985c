//! The auditor: checks the identities of a run, from the facts and the plan alone.

mod ledger;
mod calls;
mod changes;
mod control;
mod devices;
mod note;
mod people;
mod processes;
mod queues;
mod rest;
#[cfg(test)]
mod tests;

pub use ledger::Auditor;
