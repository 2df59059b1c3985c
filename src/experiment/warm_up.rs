//! The warm-up of a steady-state study.

use std::sync::atomic::AtomicBool;

use super::measured::{Audit, MeasuredCluster};
use super::replicate::{Failure, replicate};
use crate::engine::{Span, Time};
use crate::plan::{Plan, Window};
use crate::record::{Catalogue, Gauge};
use crate::stats::mser5;

/// The warm-up found by pilot runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarmUp {
    /// The length of the initial transient; half of the run if it has not settled by then.
    pub length: Span,
    /// Whether the run settles early enough to be measured.
    pub settles: bool,
}

/// The numbers of the pilot runs, which no study reaches: the warm-up must not depend on the random numbers of the study.
const PILOTS: std::ops::Range<u64> = u64::MAX - 40..u64::MAX;

/// Runs pilot replications and finds by MSER-5, over 1,000 bins, where the number of calls in progress, averaged over them,
/// has settled. The result depends only on the plan and the seed.
///
/// # Errors
/// As for any replications.
pub fn warm_up(plan: &Plan, seed: u64, jobs: usize, stop: &AtomicBool) -> Result<WarmUp, Failure> {
    const BINS: u64 = 1000;
    let length = plan.length.nanos();
    let bin = Span::from_nanos(length.div_ceil(BINS).max(1));
    let window = Window { warm_up: Time::ZERO, bin };
    let outcome = replicate(PILOTS, jobs, || MeasuredCluster::new(plan, window, seed, Audit::Off), &(), stop)?;
    let catalogue = Catalogue::new(plan);
    let row = catalogue.gauges.iter().position(|series| series.metric == Gauge::CallsInProgress);
    let row = row.expect("calls in progress are followed in every plan");
    let timeline = &outcome.merged.timeline;
    let means: Vec<f64> = timeline
        .row(row)
        .into_iter()
        .enumerate()
        .map(|(at, integral)| {
            let (start, end) = timeline.bounds(at);
            integral as f64 / end.since(start).nanos() as f64
        })
        .collect();
    Ok(match mser5(&means) {
        Some(bins) => WarmUp { length: bin.times(bins as u64), settles: true },
        None => WarmUp { length: Span::from_nanos(length / 2), settles: false },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::compile;
    use crate::workload::NoFiles;

    fn plan(arrivals: &str, talk: &str) -> Plan {
        let text = format!(
            "format = 1\nquestion = \"When is it steady?\"\nrun = {{ length = \"2h\", study = \"steady\" }}\n\
             [[node]]\nname = \"sub1\"\n[[destination]]\nname = \"out\"\n\
             [[traffic]]\nname = \"callers\"\nto = \"out\"\narrivals = {arrivals}\ntalk = \"{talk}\"\n"
        );
        compile("steady", &text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn found(plan: &Plan, seed: u64) -> WarmUp {
        warm_up(plan, seed, 2, &AtomicBool::new(false)).unwrap()
    }

    #[test]
    fn a_cluster_that_fills_for_ten_minutes_loses_at_least_those() {
        // Calls of a fixed ten minutes: their number rises in a straight line for as long and then stays.
        let plan = plan("{ poisson = \"600/h\" }", "10m");
        let found: Vec<WarmUp> = (0..9).map(|seed| found(&plan, seed)).collect();
        assert!(found.iter().all(|it| it.settles && it.length.seconds() >= 540.0), "{found:?}");
        // It may be more by chance, but mostly is not.
        let most = found.iter().filter(|it| it.length.seconds() <= 1200.0).count();
        assert!(most >= 6, "{found:?}");
        assert_eq!(found[1], warm_up(&plan, 1, 1, &AtomicBool::new(false)).unwrap());
    }

    #[test]
    fn a_run_that_fills_to_its_end_is_too_short() {
        let plan = plan("{ poisson = \"600/h\" }", "3h");
        assert_eq!(found(&plan, 1), WarmUp { length: Span::from_secs(3600), settles: false });
    }
}
