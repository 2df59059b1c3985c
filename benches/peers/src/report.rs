//! From measurements to tables, with a check of every engine against theory.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::{Command, ExitCode};

use ctisim::stats::{Confidence, estimate};

use crate::measurement::Measurement;
use crate::models::{Case, telephone};
use crate::plan;

/// The probability that a report names a correct engine.
const FALSE_ALARM: f64 = 0.01;

/// The engine that the others are compared with.
const BASE: &str = "ctisim";

/// Targets for M/M/1: the engine, and how many times as long as ctisim it is to take. `peers` is the fastest in Rust.
const TARGETS: [(&str, f64); 4] = [("peers", 1.3), ("nexosim", 15.0), ("SimPy, processes", 250.0), ("Ciw", 500.0)];
const RUST_PEERS: [&str; 4] = ["desque", "simulacra", "simcore", "nexosim"];
/// The target for M/M/1, in nanoseconds per event.
const MM1_NANOS: f64 = 19.0;

/// One quantity of one engine on one model, over all rounds, beside theory.
pub struct Check {
    pub engine: String,
    pub model: &'static str,
    pub quantity: &'static str,
    pub theory: f64,
    pub mean: f64,
    pub interval: (f64, f64),
    pub agrees: bool,
}

/// Compares every engine with theory. The confidence intervals are by Student's t over the batch means of all rounds, with a
/// simultaneous confidence of 99 %.
pub fn checks(measurements: &[Measurement]) -> Vec<Check> {
    let mut batches: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for measurement in measurements {
        for (quantity, means) in &measurement.measured {
            let key = (measurement.model.as_str(), quantity.as_str(), measurement.engine.as_str());
            batches.entry(key).or_default().extend(means);
        }
    }
    let confidence = 1.0 - FALSE_ALARM / batches.len() as f64;
    let mut checks = Vec::new();
    for (model, case) in Case::ALL {
        for (quantity, theory) in case.theory() {
            // The tolerance where theory is not exact.
            let exact = !(case == Case::Telephone && quantity != "set-up wait");
            let allowed = if exact { 0.0 } else { theory * telephone::ALLOWANCE };
            for ((_, _, engine), means) in batches.iter().filter(|(key, _)| (key.0, key.1) == (model, quantity)) {
                let estimate = estimate(means, Confidence::of(confidence)).expect("a measurement has batches");
                let (low, high) = estimate.interval.expect("a measurement has many batches");
                checks.push(Check {
                    engine: (*engine).to_owned(),
                    model,
                    quantity,
                    theory,
                    mean: estimate.mean,
                    interval: (low, high),
                    agrees: low - allowed <= theory && theory <= high + allowed,
                });
            }
        }
    }
    checks
}

/// Prints the report of the measurements in a file.
pub fn print(file: &str) -> ExitCode {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let measurements: Vec<Measurement> =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect();
    let has =
        |engine: &str, model: &str| measurements.iter().any(|other| other.engine == engine && other.model == model);
    let missing: Vec<_> = plan::all(1.0).into_iter().filter(|(engine, model, _)| !has(engine, model)).collect();
    if !missing.is_empty() {
        eprintln!("{file} lacks measurements: {missing:?}");
        return ExitCode::FAILURE;
    }
    let checks = checks(&measurements);
    print!("{}{}{}{}", speeds(&measurements), targets(&measurements), theory(&checks), versions(&measurements));
    let wrong: Vec<&Check> = checks.iter().filter(|check| !check.agrees).collect();
    for check in &wrong {
        let Check { engine, model, quantity, theory, mean, interval: (low, high), .. } = check;
        eprintln!(
            "{engine} disagrees with theory on {model}: {quantity} is {mean:.5} [{low:.5}, {high:.5}], not {theory:.5}"
        );
    }
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Nanoseconds per unit of an engine on a model, by round.
fn nanos(measurements: &[Measurement], engine: &str, model: &str) -> BTreeMap<u64, f64> {
    let of_both = measurements.iter().filter(|measurement| measurement.engine == engine && measurement.model == model);
    of_both.map(|measurement| (measurement.round, measurement.seconds * 1e9 / measurement.units as f64)).collect()
}

/// How many times as long as the base an engine takes, by round.
fn ratios(measurements: &[Measurement], engine: &str, model: &str) -> BTreeMap<u64, f64> {
    let base = nanos(measurements, BASE, model);
    let own = nanos(measurements, engine, model);
    own.iter().filter_map(|(round, nanos)| Some((*round, nanos / base.get(round)?))).collect()
}

fn median<'a>(values: impl IntoIterator<Item = &'a f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().copied().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { f64::midpoint(values[middle - 1], upper) })
}

/// Three digits, thousands separated.
fn figure(value: f64) -> String {
    match value {
        _ if value >= 1e3 => {
            let rounded =
                if value < 1e4 { (value / 10.0).round() * 10.0 } else { (value / 100.0).round() * 100.0 } as u64;
            format!("{},{:03}", rounded / 1000, rounded % 1000)
        }
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The engines in the order of the plan.
fn engines() -> Vec<&'static str> {
    let mut engines = Vec::new();
    for (engine, ..) in plan::all(1.0) {
        if !engines.contains(&engine) {
            engines.push(engine);
        }
    }
    engines
}

fn speeds(measurements: &[Measurement]) -> String {
    let mut text = String::new();
    let rounds = measurements.iter().map(|measurement| measurement.round).max().unwrap_or(0);
    writeln!(text, "CPU time in nanoseconds: median of {rounds} interleaved rounds (least), and how many times")
        .unwrap();
    writeln!(text, "as long as ctisim, the median of the ratios of the same rounds.\n").unwrap();
    for title in ["queues and calls", "hold, by pending events"] {
        let hold = title.starts_with("hold");
        let cases = || Case::ALL.into_iter().filter(|(_, case)| matches!(case, Case::Hold { .. }) == hold);
        write!(text, "| {title} |").unwrap();
        for (model, case) in cases() {
            match case {
                Case::Hold { pending } => write!(text, " {pending} | x |").unwrap(),
                _ => write!(text, " {model}, ns per {} | ns per event | x |", case.unit().0).unwrap(),
            }
        }
        let columns = cases().map(|(_, case)| if matches!(case, Case::Hold { .. }) { 2 } else { 3 }).sum();
        writeln!(text, "\n|---|{}", "---:|".repeat(columns)).unwrap();
        for engine in engines() {
            let mut row = String::new();
            let mut any = false;
            for (model, case) in cases() {
                let nanos = nanos(measurements, engine, model);
                let Some(middle) = median(nanos.values()) else {
                    row.push_str(if hold { " | |" } else { " | | |" });
                    continue;
                };
                any = true;
                let least = nanos.values().copied().fold(f64::INFINITY, f64::min);
                write!(row, " {} ({}) |", figure(middle), figure(least)).unwrap();
                if !hold {
                    write!(row, " {} |", figure(middle / case.unit().1)).unwrap();
                }
                let ratio = median(ratios(measurements, engine, model).values());
                write!(row, " {} |", ratio.map(figure).unwrap_or_default()).unwrap();
            }
            if any {
                writeln!(text, "| {engine} |{row}").unwrap();
            }
        }
        text.push('\n');
    }
    text
}

fn targets(measurements: &[Measurement]) -> String {
    let mut text = "| M/M/1 | target | measured | |\n|---|---:|---:|---|\n".to_owned();
    let mut row = |what: &str, target: String, measured: f64, met: bool| {
        writeln!(text, "| {what} | {target} | {} | {} |", figure(measured), if met { "met" } else { "**not met**" })
            .unwrap();
    };
    if let Some(nanos) = median(nanos(measurements, BASE, "mm1").values()) {
        let nanos = nanos / 2.0;
        row("ctisim, ns per event", format!("at most {MM1_NANOS}"), nanos, nanos <= MM1_NANOS);
    }
    for (name, least) in TARGETS {
        let ratio_of = |engine: &str| median(ratios(measurements, engine, "mm1").values());
        let (what, ratio) = match name {
            "peers" => {
                let of_all = RUST_PEERS.iter().filter_map(|engine| Some((*engine, ratio_of(engine)?)));
                let fastest = of_all.min_by(|a, b| a.1.total_cmp(&b.1));
                match fastest {
                    Some((engine, ratio)) => (format!("the fastest Rust peer ({engine})"), Some(ratio)),
                    None => continue,
                }
            }
            _ => (name.to_owned(), ratio_of(name)),
        };
        if let Some(ratio) = ratio {
            row(&format!("{what}, x ctisim"), format!("at least {least}"), ratio, ratio >= least);
        }
    }
    text + "\n"
}

fn theory(checks: &[Check]) -> String {
    let mut columns: Vec<(&str, &str, f64)> = Vec::new();
    for check in checks {
        let column = (check.model, check.quantity, check.theory);
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let mut text = "Means beside theory, with confidence intervals (simultaneous confidence 99 %).\n\n|".to_owned();
    for (model, quantity, _) in &columns {
        write!(text, " | {model}: {quantity}").unwrap();
    }
    write!(text, " |\n|---|{}\n| theory", "---:|".repeat(columns.len())).unwrap();
    // Small values are shown in thousandths or millionths.
    let scaled = |value: f64, theory: f64| match theory {
        _ if theory > 0.1 => format!("{value:.3}"),
        _ if theory > 1e-4 => format!("{:.3}e-3", value * 1e3),
        _ => format!("{:.3}e-6", value * 1e6),
    };
    for (_, _, theory) in &columns {
        write!(text, " | {}", scaled(*theory, *theory)).unwrap();
    }
    text.push_str(" |\n");
    for engine in engines() {
        let mut row = String::new();
        for (model, quantity, theory) in &columns {
            let found = checks
                .iter()
                .find(|check| (check.model, check.quantity) == (*model, *quantity) && check.engine == engine);
            row.push_str(" |");
            if let Some(check) = found {
                let half = (check.interval.1 - check.interval.0) / 2.0;
                let wrong = if check.agrees { "" } else { " **wrong**" };
                write!(row, " {} ± {:.1} %{wrong}", scaled(check.mean, *theory), half / theory * 100.0).unwrap();
            }
        }
        if row.contains('±') {
            writeln!(text, "| {engine}{row} |").unwrap();
        }
    }
    text + "\n"
}

/// The environment: versions from Cargo.lock and from the programs, the compiler, the machine.
fn versions(measurements: &[Measurement]) -> String {
    let mut versions = Vec::new();
    let lines: Vec<&str> = include_str!("../Cargo.lock").lines().collect();
    for package in ["ctisim", "desque", "nexosim", "simcore", "simulacra", "rand", "rand_distr", "rand_chacha"] {
        let of_all = lines.windows(2).filter(|pair| pair[0] == format!("name = \"{package}\""));
        let of_all: Vec<&str> = of_all.filter_map(|pair| pair[1].split('"').nth(1)).collect();
        // Older versions, dependencies of the peers, come first.
        versions.push(format!("{package} {}", of_all.last().expect("Cargo.lock has it")));
    }
    for measurement in measurements {
        if let Some(version) = &measurement.version
            && !versions.contains(version)
        {
            versions.push(version.clone());
        }
    }
    let compiler = Command::new("rustc").arg("--version").output().ok();
    let compiler = compiler.and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    let machine = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = machine.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    format!(
        "{}; {}; {} (family {}, model {}), {} {}\n",
        versions.join(", "),
        compiler.trim(),
        field("model name").unwrap_or("an unknown processor".to_owned()),
        field("cpu family").unwrap_or_default(),
        field("model\t").unwrap_or_default(),
        std::env::consts::OS,
        std::env::consts::ARCH,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines;
    use crate::models::{erlang_b, mmc_mean_wait};

    /// A tenth of the size that is timed.
    fn measured(models: &str) -> Vec<Measurement> {
        let ours = plan::all(0.1)
            .into_iter()
            .filter(|(engine, model, _)| engines::NAMES.contains(engine) && model.starts_with(models));
        ours.map(|(engine, model, units)| engines::measure(engine, Case::named(model).unwrap(), units, 1).unwrap())
            .collect()
    }

    #[test]
    fn every_engine_agrees_with_theory_and_those_with_the_same_generator_with_each_other() {
        let measurements = measured("");
        let wrong: Vec<String> = checks(&measurements)
            .iter()
            .filter(|check| !check.agrees)
            .map(|check| {
                format!("{} {} {}: {} {:?}", check.engine, check.model, check.quantity, check.mean, check.interval)
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");

        for (model, _) in Case::ALL {
            let of = |engine: &str| {
                let found = measurements.iter().find(|other| other.engine == engine && other.model == model);
                &found.expect("every engine has every model").measured
            };
            for engine in RUST_PEERS {
                assert_eq!(of(engine), of("ctisim, the peers' generator"), "{engine} on {model}");
            }
        }
    }

    #[test]
    fn an_engine_that_is_wrong_is_found_and_named() {
        let mut measurements = measured("mm1");
        for measurement in &mut measurements {
            if measurement.engine == "desque" {
                measurement.measured.values_mut().flatten().for_each(|mean| *mean *= 1.5);
            }
        }
        let wrong: Vec<Check> = checks(&measurements).into_iter().filter(|check| !check.agrees).collect();
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].engine, "desque");
    }

    /// Two independent implementations of the same formulas.
    #[test]
    fn the_formulas_agree_with_those_of_ctisim() {
        use ctisim::oracle as queueing;
        let close = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-12, "{a} {b}");
        close(erlang_b(200.0, 200), queueing::erlang_b(200.0, 200));
        close(mmc_mean_wait(0.8, 1.0, 1), queueing::mm1_mean_wait(0.8, 1.0));
        close(mmc_mean_wait(45.0, 1.0, 50), queueing::mmc_mean_wait(45.0, 1.0, 50));
        close(Case::Telephone.theory()[0].1, queueing::md1_mean_wait(10.0, 0.01));
    }
}
