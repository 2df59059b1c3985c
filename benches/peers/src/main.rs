//! Measures discrete-event engines on the same models and prints tables. `run` calls this; see README.md.
//!
//! - `peers plan SHARE` prints what to measure: engine, model and units, tab-separated, one line each. `SHARE` scales the
//!   length of the runs.
//! - `peers measure ENGINE MODEL UNITS ROUND` measures one and prints a line of JSON.
//! - `peers report FILE` reads such lines, checks every engine against theory and prints the tables. It exits with 1, and
//!   names the engine, if one disagrees with theory.

mod engines;
mod measurement;
mod models;
mod plan;
mod report;

use std::process::ExitCode;

use models::Case;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["plan", share] => plan::print(share.parse().expect("a number above 0")),
        ["measure", engine, model, units, round] => {
            let case = Case::named(model).expect("a model of `peers plan`");
            let units = units.parse().expect("a number of units");
            let seed = round.parse().expect("a number of a round");
            let measurement = engines::measure(engine, case, units, seed).expect("an engine that has this model");
            println!("{}", serde_json::to_string(&measurement).expect("numbers and text"));
        }
        ["report", file] => return report::print(file),
        _ => {
            eprintln!("usage: peers plan SHARE | measure ENGINE MODEL UNITS ROUND | report FILE");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
