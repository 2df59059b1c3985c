//! What a program that measures says: a line of JSON, the same from Rust and Python.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One engine on one model in one round.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measurement {
    pub engine: String,
    pub model: String,
    /// The engine's, if Cargo.lock does not have it.
    pub version: Option<String>,
    /// Customers, holds or calls simulated.
    pub units: u64,
    /// CPU time of the simulation alone.
    pub seconds: f64,
    /// Which round; the seed, too.
    pub round: u64,
    /// Means of batches, by what they are of.
    pub measured: BTreeMap<String, Vec<f64>>,
}
