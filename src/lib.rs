//! What a Cisco CallManager cluster and its CTI applications do under load and failure.
//!
//! The layers, lowest first: a module uses only those above it in this list.

pub mod stats;
pub mod engine;
pub mod domain;
pub mod rules;
pub mod workload;
pub mod plan;
pub mod record;
#[cfg(test)]
mod fake;
pub mod cluster;
pub mod oracle;
pub mod experiment;
pub mod report;
pub mod cli;
