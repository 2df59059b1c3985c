//! The warm-up of a steady-state study.

use std::sync::atomic::AtomicBool;

use super::measured::{Audit, MeasuredCluster};
use super::replicate::{Failure, Outcome, replicate};
use crate::domain::{PhoneGroupId, StationId};
use crate::engine::{Distribution, Span, Time};
use crate::facts::PoolId;
use crate::plan::{Plan, Window};
use crate::record::{Catalogue, Count, CountRow, Gauge, Scope};
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

/// A queue is empty at the beginning and takes this many relaxation times to forget it.
const RELAXATIONS: f64 = 4.0;

/// Runs pilot replications and finds by MSER-5, over 1,000 bins, where the number of calls in progress, averaged over them,
/// has settled. Near saturation a queue goes on growing by less than that can show: so the warm-up lasts at least four
/// relaxation times of the slowest station or group that calls wait for. The result depends only on the plan and the seed.
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
    let forgotten = RELAXATIONS * slowest_relaxation(plan, &catalogue, &outcome);
    let settled = mser5(&means).map(|bins| bin.times(bins as u64).nanos());
    Ok(match settled {
        // Up to whole bins, as found by the rule.
        Some(settled) if forgotten <= length as f64 / 2.0 => {
            let forgotten = (forgotten as u64).div_ceil(bin.nanos()) * bin.nanos();
            WarmUp { length: Span::from_nanos(settled.max(forgotten)), settles: true }
        }
        _ => WarmUp { length: Span::from_nanos(length / 2), settles: false },
    })
}

/// The longest relaxation time of the stations, and of the groups of phones that calls wait for, in nanoseconds: that of an
/// M/M/c queue, `s / (c (1 - sqrt(load))^2)` (J. W. Cohen, *The Single Server Queue*, 1982, chapter II.2), with the load over the
/// second half of the runs; infinite for one that is overloaded.
fn slowest_relaxation(plan: &Plan, catalogue: &Catalogue, outcome: &Outcome) -> f64 {
    let replications = outcome.summaries.len() as f64;
    let timeline = &outcome.merged.timeline;
    let load = |row: usize, servers: u32| {
        let busy = timeline.row(row);
        let (from, _) = timeline.bounds(busy.len() / 2);
        let late = busy[busy.len() / 2..].iter().sum::<u128>() as f64;
        late / (plan.length.since(from).nanos() as f64 * f64::from(servers) * replications)
    };
    let relaxation = |load: f64, servers: u32, service: f64| {
        let room = 1.0 - load.sqrt();
        match load {
            ..LOADED => 0.0,
            1.0.. => f64::INFINITY,
            _ => service / (f64::from(servers) * room * room),
        }
    };
    let stations = plan.stations().into_iter().zip(longest_works(plan)).zip((0..).map(StationId));
    let stations = stations.map(|((station, work), id)| {
        relaxation(load(catalogue.utilisation(id), station.servers), station.servers, work)
    });
    let waited_for =
        plan.phone_groups.iter().zip((0..).map(PhoneGroupId)).filter(|(group, _)| !group.queues.is_empty());
    let groups = waited_for.map(|(group, id)| {
        let row = catalogue.calls_of(Scope::PhoneGroup, id.index()) as usize;
        let completed = CountRow { count: Count::Completed, of: Some(row) };
        let served: u64 = outcome.summaries.iter().map(|summary| summary.count_at(completed)).sum();
        let in_use = catalogue.in_use(PoolId::Phones(id));
        // By Little's law.
        let holding = timeline.row(in_use).iter().sum::<u128>() as f64 / served.max(1) as f64;
        relaxation(load(in_use, group.count), group.count, holding)
    });
    stations.chain(groups).fold(0.0, f64::max)
}

/// The longest work for a call at each station, in nanoseconds: half of the mean of its square over its mean, which is the mean for
/// an exponential one. The pieces of work that take no time keep nobody waiting.
fn longest_works(plan: &Plan) -> Vec<f64> {
    let length = |work: &Distribution| work.mean().nanos() as f64 * (1.0 + work.cv_squared()) / 2.0;
    let longest = |works: &[&Distribution]| works.iter().map(|work| length(work)).fold(0.0, f64::max);
    let lookup = |lookup: &Option<Distribution>| lookup.as_ref().map_or(0.0, length);
    let nodes = plan.nodes.iter().flat_map(|node| {
        let at = &node.callmanager;
        let of_ctimanager = node.ctimanager.as_ref().map_or(0.0, |at| longest(&[&at.event, &at.request]));
        [longest(&[&at.setup, &at.offer, &at.redirect, &at.answer, &at.release]), of_ctimanager]
    });
    let applications = plan.applications.iter().map(|it| length(&it.decide) + lookup(&it.lookup));
    let databases = (0..plan.databases.len()).map(|row| {
        let users = plan.applications.iter().filter(|it| it.database.is_some_and(|id| id.index() == row));
        users.map(|it| lookup(&it.lookup)).fold(0.0, f64::max)
    });
    nodes.chain(applications).chain(databases).collect()
}

/// Below this load a queue forgets its beginning in a few service times.
const LOADED: f64 = 0.7;

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

    /// M/M/1 at a load of 0.95 with 9.5 calls a second and works of 0.1 s: the relaxation time is 0.1 s / (1 - sqrt(0.95))^2 = 156 s,
    /// so four of them are 624 s. The load that the pilot runs find varies by less than a hundredth.
    #[test]
    fn a_queue_near_saturation_forgets_its_beginning() {
        let one_queue = |length: &str| {
            let text = format!(
                "format = 1\nquestion = \"When is it steady?\"\nrun = {{ length = \"{length}\", study = \"steady\" }}\n\
                 [work]\nsetup = {{ exponential = \"100ms\" }}\noffer = \"0s\"\nredirect = \"0s\"\nanswer = \"0s\"\nrelease = \"0s\"\n\
                 [[node]]\nname = \"sub1\"\n[[destination]]\nname = \"out\"\nanswer = \"0s\"\n\
                 [[traffic]]\nname = \"callers\"\nto = \"out\"\narrivals = {{ poisson = \"9.5/s\" }}\ntalk = \"1ms\"\n"
            );
            compile("steady", &text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"))
        };
        let hour = found(&one_queue("1h"), 1);
        assert!(hour.settles && (400.0..1000.0).contains(&hour.length.seconds()), "{hour:?}");
        let short = found(&one_queue("20m"), 1);
        assert!(!short.settles, "{short:?}");
    }

    #[test]
    fn a_run_that_fills_to_its_end_is_too_short() {
        let plan = plan("{ poisson = \"600/h\" }", "3h");
        assert_eq!(found(&plan, 1), WarmUp { length: Span::from_secs(3600), settles: false });
    }
}
