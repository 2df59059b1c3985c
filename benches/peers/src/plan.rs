//! What is measured, and how much of it: at least a tenth of a second per engine, and enough to detect an error.

use crate::engines;
use crate::models::Case;

/// The engines in Python, measured by `engines.py`.
const PYTHON: [&str; 3] = ["SimPy, callbacks", "SimPy, processes", "Ciw"];

/// How many units of a case an engine simulates; `None` if it cannot, or not in reasonable time.
fn units(engine: &str, case: Case) -> Option<u64> {
    let python = PYTHON.contains(&engine);
    match case {
        Case::Queue { .. } if engine == "Ciw" => Some(30_000),
        Case::Queue { .. } if python => Some(100_000),
        Case::Queue { .. } => Some(1_000_000),
        // Ciw has customers who go through nodes, and no hold model.
        Case::Hold { .. } if engine == "Ciw" => None,
        Case::Hold { pending: 1_000_000 } if python => None,
        Case::Hold { .. } if python => Some(200_000),
        Case::Hold { pending: 1_000_000 } => Some(2_000_000),
        Case::Hold { .. } => Some(3_000_000),
        Case::Telephone if engine == "Ciw" => Some(20_000),
        Case::Telephone if python => Some(50_000),
        Case::Telephone => Some(500_000),
    }
}

/// Everything to be measured in a round: engine, model, units. Engines take turns, model by model.
pub fn all(share: f64) -> Vec<(&'static str, &'static str, u64)> {
    let mut all = Vec::new();
    for (model, case) in Case::ALL {
        for engine in engines::NAMES.into_iter().chain(PYTHON) {
            let full = engine.contains("full model");
            if let Some(units) = units(engine, case).filter(|_| !full || case == Case::Telephone) {
                all.push((engine, model, (units as f64 * share) as u64));
            }
        }
    }
    all
}

pub fn print(share: f64) {
    for (engine, model, units) in all(share) {
        println!("{engine}\t{model}\t{units}");
    }
}
