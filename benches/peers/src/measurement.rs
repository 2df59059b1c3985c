//! The output of a measurement: a line of JSON, the same from Rust and Python.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One engine on one model in one round.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measurement {
    pub engine: String,
    pub model: String,
    /// The engine's version, if Cargo.lock does not have it.
    pub version: Option<String>,
    /// Customers, holds or calls simulated.
    pub units: u64,
    /// CPU time of the simulation alone.
    pub seconds: f64,
    /// The number of the round, which is also the seed.
    pub round: u64,
    /// Batch means, by quantity.
    pub measured: BTreeMap<String, Vec<f64>>,
}
