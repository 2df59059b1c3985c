//! One row per replication.

use crate::plan::Plan;
use crate::record::{self, Count, Metric, ReplicationSummary};

use super::sheet::Sheet;
use crate::analysis::{Cell, Study, millis};

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

/// `replications.csv`: every count, and three numbers of every duration of the cluster.
pub fn replications_sheet<'a>(study: &'a Study<'_>) -> Sheet<'a> {
    let mut head: Vec<String> = ["workload", "replication", "seed"].map(String::from).to_vec();
    head.extend(counts(study.plan).map(|count| count.name().to_owned()));
    for (metric, _) in durations(study) {
        head.extend(["p50", "p99", "max"].map(|statistic| format!("{}_{statistic}_ms", metric.name())));
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

fn cells(study: &Study, durations: &[usize], summary: &ReplicationSummary) -> Vec<Cell> {
    let mut cells: Vec<Cell> = vec![(&*study.plan.name).into(), summary.replication.into(), study.seed.into()];
    cells.extend(counts(study.plan).map(|count| Cell::Whole(summary.count(count))));
    for &row in durations {
        let duration = &summary.durations[row];
        let [p50, _, _, p99, _] = duration.quantiles;
        cells.extend([p50, p99, duration.max].map(|span| Cell::from((duration.count > 0).then(|| millis(span)))));
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
             closed_recovery_forbidden,closed_out_of_reach,rehomed,rehome_lost,rehome_waiting,post_dial_delay_p50_ms,\
             post_dial_delay_p99_ms,post_dial_delay_max_ms,setup_delay_p50_ms,setup_delay_p99_ms,setup_delay_max_ms,"
        ));
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
