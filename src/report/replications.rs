//! One row per replication.

use crate::engine::Span;
use crate::plan::Plan;
use crate::record::{self, Count, Metric, OF_CALLS, ReplicationSummary, Scope, Service};
use crate::workload::units;

use super::sheet::Sheet;
use crate::analysis::{Cell, Study, among, mean_millis, millis};

/// The first columns, in the order of the first version. The rest follow in the order of reports.
const FIRST: [Count; 16] = [
    Count::Events,
    Count::Offered,
    Count::Completed,
    Count::Abandoned,
    Count::Refused,
    Count::DroppedInSetup,
    Count::DroppedInChange,
    Count::InProgress,
    Count::Preserved,
    Count::Cfof,
    Count::Cfna,
    Count::Cfb,
    Count::FalseFailures,
    Count::DroppedConnected,
    Count::Cfur,
    Count::RequestTimeouts,
];

/// The counts, in the order of their columns.
fn counts(plan: &Plan) -> impl Iterator<Item = Count> + use<> {
    FIRST.into_iter().chain(record::counts(plan).filter(|count| !FIRST.contains(count)))
}

/// `replications.csv`: every count, four numbers of every duration of the cluster, and every gauge. What is not of the whole
/// cluster is headed by the name of its measure, as in a goal.
pub fn replications_sheet<'a>(study: &'a Study<'_>) -> Sheet<'a> {
    let mut head: Vec<String> = ["workload", "replication", "seed"].map(String::from).to_vec();
    head.extend(counts(study.plan).map(|count| count.name().to_owned()));
    for (metric, _) in durations(study) {
        head.extend(["mean", "p50", "p99", "max"].map(|statistic| format!("{}_{statistic}_ms", metric.name())));
    }
    for of in &study.catalogue.calls {
        head.extend(OF_CALLS.map(|count| headed(of.scope, &of.name, count.name())));
    }
    for row in gauges(study) {
        let series = &study.catalogue.gauges[row];
        let peak = series.metric.row().peak.map(|peak| peak.name);
        head.extend(
            [Some(series.metric.name()), peak]
                .into_iter()
                .flatten()
                .map(|name| headed(series.scope, &series.name, name)),
        );
    }
    let waits = queues_of_calls(study);
    head.extend(waits.iter().map(|&of| headed(Scope::Queue, &study.catalogue.calls[of].name, Count::Waited.name())));
    for (_, service, time) in services(study) {
        head.push(format!("{}.{}", service.name(), units::words(time)));
    }
    Sheet::new("replications", head, move || {
        let rows: Vec<usize> = durations(study).map(|(_, row)| row).collect();
        study.outcome.summaries.iter().map(move |summary| cells(study, &rows, summary))
    })
}

/// The durations of the cluster, and their rows.
fn durations<'a>(study: &'a Study<'_>) -> impl Iterator<Item = (Metric, usize)> + 'a {
    let rows = Metric::ALL.into_iter().filter_map(|metric| Some((metric, study.catalogue.cluster(metric)?)));
    rows.filter(|&(_, row)| study.catalogue.durations[row].exists)
}

/// The gauges, by their rows.
fn gauges(study: &Study) -> impl Iterator<Item = usize> {
    (0..study.catalogue.gauges.len()).filter(|&row| study.catalogue.gauges[row].exists)
}

/// The queues that the workload names, by their rows among whose calls are counted.
fn queues_of_calls(study: &Study) -> Vec<usize> {
    let calls = study.catalogue.calls.iter().enumerate();
    calls.filter(|(_, of)| of.scope == Scope::Queue).map(|(row, _)| row).collect()
}

/// The shares of the cluster's callers answered in time: the places of their levels, which share, and the time.
fn services<'a>(study: &'a Study<'_>) -> impl Iterator<Item = (usize, Service, Span)> + 'a {
    // The cluster's row is the first.
    let some = study.catalogue.service.first().is_some_and(|series| series.exists);
    let times = study.catalogue.within.iter().enumerate().filter(move |_| some);
    times.flat_map(|(place, time)| Service::ALL.map(|service| (place, service, *time)))
}

/// The name of a measure of one thing.
fn headed(scope: Scope, name: &str, metric: &str) -> String {
    if scope == Scope::Cluster { metric.to_owned() } else { format!("{}:{name}/{metric}", scope.name()) }
}

fn cells(study: &Study, durations: &[usize], summary: &ReplicationSummary) -> Vec<Cell> {
    let mut cells: Vec<Cell> = vec![(&*study.plan.name).into(), summary.replication.into(), study.seed.into()];
    cells.extend(counts(study.plan).map(|count| Cell::Whole(summary.count(count))));
    for &row in durations {
        let duration = &summary.durations[row];
        let [p50, _, _, p99, _] = duration.quantiles;
        let some = duration.count > 0;
        cells.push(some.then(|| mean_millis(duration)).into());
        cells.extend([p50, p99, duration.max].map(|span| Cell::from(some.then(|| millis(span)))));
    }
    cells.extend(summary.calls.iter().map(|&count| Cell::Whole(count.into())));
    for row in gauges(study) {
        let gauge = &summary.gauges[row];
        cells.push(study.gauge_mean(row, gauge).into());
        if study.catalogue.gauges[row].metric.row().peak.is_some() {
            cells.push(gauge.peak.into());
        }
    }
    cells.extend(summary.waited.iter().skip(1).map(|&count| Cell::Whole(count.into())));
    for (place, service, _) in services(study) {
        let level = summary.service[place];
        let among = among(level, service);
        cells.push((among > 0).then(|| f64::from(level.in_time) / f64::from(among)).into());
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::fake;
    use crate::report::format::csv;

    #[test]
    fn columns_never_move() {
        let plan = fake::plan();
        let csv = String::from_utf8(csv(&replications_sheet(&study(&plan)))).unwrap();
        assert!(csv.starts_with(
            "workload,replication,seed,events,offered,completed,abandoned,refused,dropped_in_setup,dropped_in_change,\
             in_progress,preserved,cfof,cfna,cfb,false_failures,dropped_connected,cfur,request_timeouts,refused_busy,\
             refused_not_opened,refused_not_answered,refused_too_many_hops,refused_throttled,refused_no_callmanager,\
             callmanager_failures,ctimanager_failures,reopened,still_out,closed_cannot_open,\
             closed_recovery_forbidden,closed_out_of_reach,rehomed,rehome_lost,rehome_waiting,post_dial_delay_mean_ms,\
             post_dial_delay_p50_ms,post_dial_delay_p99_ms,post_dial_delay_max_ms,setup_delay_mean_ms,setup_delay_p50_ms,"
        ));
        let head = csv.lines().next().unwrap();
        for measure in
            ["traffic:town/offered", "route_point:welcome/refused", "calls_in_progress_peak", "node:sub1/devices"]
        {
            assert!(head.split(',').any(|column| column == measure), "{measure}");
        }
        assert_eq!(csv.lines().count(), 6);
    }

    #[test]
    fn every_count_has_a_column() {
        let mut plan = fake::plan();
        plan.forwards_all = true;
        for count in record::counts(&plan) {
            assert!(counts(&plan).any(|column| column == count), "{count:?}");
        }
    }
}
