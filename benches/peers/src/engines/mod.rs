//! The engines. Each brings a model through in its own idiom, and is timed while the model runs, not while it is built.

mod ctisim;
mod desque;
mod full;
mod nexosim;
mod simcore;
mod simulacra;

use std::time::Duration;

use ::ctisim::experiment::Audit;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, Exp1};

use crate::measurement::Measurement;
use crate::models::{Case, Generator, Hold, Model, Queue, Telephone};

/// Batch means, by quantity.
type MeasuredCluster = Vec<(&'static str, Vec<f64>)>;

/// Runs a model on an engine until it ends, and returns the CPU time.
trait Runs<M: Model> {
    fn run(self, model: M) -> (MeasuredCluster, Duration);
}

/// The engines by the names they are reported under.
pub const NAMES: [&str; 8] = [
    "ctisim",
    "ctisim, the peers' generator",
    "ctisim, full model",
    "ctisim, full model, all recorders on",
    "desque",
    "simulacra",
    "simcore",
    "nexosim",
];

/// Measures an engine on `units` units of a case; `None` if it does not have the case, or there is no such engine.
pub fn measure(engine: &str, case: Case, units: u64, seed: u64) -> Option<Measurement> {
    let peers_generator = Ziggurat(SmallRng::seed_from_u64(seed));
    let (measured, took) = match engine {
        "ctisim" => run(ctisim::Bare(ctisim::Inverse::new(seed)), case, units),
        "ctisim, the peers' generator" => run(ctisim::Bare(peers_generator), case, units),
        "ctisim, full model" if case == Case::Telephone => full::run(units, seed, Audit::Off),
        "ctisim, full model, all recorders on" if case == Case::Telephone => full::run(units, seed, Audit::On),
        "desque" => run(desque::Desque(peers_generator), case, units),
        "simulacra" => run(simulacra::Simulacra(peers_generator), case, units),
        "simcore" => run(simcore::Simcore(peers_generator), case, units),
        "nexosim" => run(nexosim::Nexosim(peers_generator), case, units),
        _ => return None,
    };
    Some(Measurement {
        engine: engine.to_owned(),
        model: Case::ALL.iter().find(|(_, other)| *other == case)?.0.to_owned(),
        version: None,
        units,
        seconds: took.as_secs_f64(),
        round: seed,
        measured: measured.into_iter().map(|(name, values)| (name.to_owned(), values)).collect(),
    })
}

fn run(engine: impl Runs<Queue> + Runs<Hold> + Runs<Telephone>, case: Case, units: u64) -> (MeasuredCluster, Duration) {
    match case {
        Case::Queue { servers, load_percent } => engine.run(Queue::new(servers, load_percent, units)),
        Case::Hold { pending } => engine.run(Hold::new(pending, units)),
        Case::Telephone => engine.run(Telephone::new(units)),
    }
}

/// The generator of the Rust peers: xoshiro256++ and the ziggurat, the fast choice in their ecosystem.
struct Ziggurat(SmallRng);

impl Generator for Ziggurat {
    #[inline]
    fn exponential(&mut self, mean: u64) -> u64 {
        let unit: f64 = Exp1.sample(&mut self.0);
        (mean as f64 * unit) as u64
    }
}
