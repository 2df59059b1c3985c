//! One row per bin of simulated time.

use super::sheet::Sheet;
use crate::analysis::{Cell, Study, end};
use crate::domain::{FaultTarget, LinkEnd};
use crate::engine::Time;
use crate::plan::{Fault, Occurs, Plan};
use crate::record::{Banded, DROPPED, Level, Tally};

/// The percentiles over replications that make a band.
pub(super) const BAND: [u64; 3] = [5, 50, 95];

/// A column after the gauges.
#[derive(Clone, Copy)]
enum Column {
    Mean(Banded),
    Part(Tally),
    Percentile(Banded, u64),
}

impl Column {
    /// All of them. The gauges have their means among the others.
    fn all(study: &Study) -> Vec<Column> {
        let mut columns = Vec::new();
        for banded in Banded::all_of(&study.catalogue) {
            if !matches!(banded, Banded::Level(Level::Calls | Level::InService | Level::Controlled)) {
                columns.push(Column::Mean(banded));
            }
            if study.outcome.merged.bins.has_bands() {
                columns.extend(BAND.map(|percent| Column::Percentile(banded, percent)));
            }
            if banded == Banded::Dropped {
                columns.extend(DROPPED.map(Column::Part));
            }
        }
        columns
    }

    fn name(self) -> String {
        match self {
            Column::Mean(banded) => name_of(banded, None),
            Column::Part(tally) => tally.name().to_owned(),
            Column::Percentile(banded, percent) => name_of(banded, Some(percent)),
        }
    }

    /// Its cells, one for each bin.
    fn cells<'a>(self, study: &'a Study<'_>) -> Box<dyn Iterator<Item = Cell> + 'a> {
        match self {
            Column::Mean(banded) => Box::new(study.bin_means(banded).into_iter().map(Cell::from)),
            Column::Part(tally) => Box::new(study.bin_means(Banded::Calls(tally)).into_iter().map(Cell::from)),
            Column::Percentile(banded, percent) => {
                let bands = study.outcome.merged.bins.bands(banded);
                Box::new(bands.map(move |band| end(band.percentile(banded, percent), band.values() > 0)))
            }
        }
    }
}

/// The column of a mean, or of a percentile over the replications.
pub(super) fn name_of(banded: Banded, percent: Option<u64>) -> String {
    let (name, percent) = (banded.name(), percent.map(|it| format!("_p{it}")).unwrap_or_default());
    match banded {
        Banded::Wait(_) => format!("{name}_mean{percent}_ms"),
        _ => format!("{name}{percent}"),
    }
}

/// `timeline.csv`: gauges, calls and waits in every bin, warm-up included: the means over all replications, and how these differ.
/// `clock` is what the clock shows at the start of the bin, if the workload says when a run starts.
pub fn timeline_sheet<'a>(study: &'a Study<'_>) -> Sheet<'a> {
    let gauges = || study.catalogue.gauges.iter().enumerate().filter(|(_, series)| series.exists);
    let mut head: Vec<String> = ["workload", "bin", "start_s", "end_s"].map(String::from).to_vec();
    head.extend(study.plan.clock.map(|_| "clock".to_owned()));
    head.extend(gauges().map(|(_, series)| match &*series.name {
        "" => series.metric.name().to_owned(),
        name => format!("{name}.{}", series.metric.name()),
    }));
    head.extend(Column::all(study).into_iter().map(Column::name));
    head.push("faults".to_owned());
    Sheet::new("timeline", head, move || {
        let gauges = study.catalogue.gauges.iter().enumerate().filter(|(_, series)| series.exists);
        let means: Vec<Vec<f64>> = gauges.map(|(row, _)| study.timeline_means(row)).collect();
        let mut rest: Vec<_> = Column::all(study).into_iter().map(|column| column.cells(study)).collect();
        let timeline = &study.outcome.merged.timeline;
        (0..timeline.bins()).map(move |bin| {
            let (start, end) = timeline.bounds(bin);
            let place = [(bin as u64).into(), start.seconds().into(), end.seconds().into()];
            let mut cells = vec![Cell::from(&*study.plan.name)];
            cells.extend(place);
            cells.extend(study.plan.clock(start).map(Cell::Clock));
            cells.extend(means.iter().map(|column| Cell::Number(column[bin])));
            cells.extend(rest.iter_mut().map(|column| column.next().expect("a cell for each bin")));
            let faults: Vec<String> = faults_during(study.plan, start, end).map(|it| words(study.plan, it)).collect();
            cells.push(Some(faults).filter(|it| !it.is_empty()).map(|it| Cell::Text(it.join("; "))).into());
            cells
        })
    })
}

/// The scheduled faults that have struck before the end of a bin and are not over at its start. Random ones occur at another time in
/// every replication.
pub(super) fn faults_during(plan: &Plan, start: Time, end: Time) -> impl Iterator<Item = &Fault> {
    plan.faults.iter().filter(move |fault| match fault.occurs {
        Occurs::Once { at, duration } => at < end && (at >= start || at + duration > start),
        Occurs::Random { .. } => false,
    })
}

/// What a fault strikes, by the keys and names of the workload.
pub(super) fn words(plan: &Plan, fault: &Fault) -> String {
    let node = |id: crate::domain::NodeId| &*plan.nodes[id.index()].name;
    let application = |id: crate::domain::ApplicationId| &*plan.applications[id.index()].name;
    match fault.failing {
        FaultTarget::Application(id, _) => format!("application {}", application(id)),
        FaultTarget::CallManager(id, _) => format!("callmanager {}", node(id)),
        FaultTarget::CtiManager(id, _) => format!("ctimanager {}", node(id)),
        FaultTarget::Node(id) => format!("node {}", node(id)),
        FaultTarget::Link(from, to, slow) => {
            let from = match from {
                LinkEnd::Node(id) => node(id),
                LinkEnd::Application(id) => application(id),
            };
            format!("{} {from} to {}", if slow.is_some() { "slow link" } else { "link" }, node(to))
        }
        FaultTarget::Devices(target, count) => format!("{count} of {}", plan.target_name(target)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study;
    use crate::fake;
    use crate::workload::Clock;

    /// Bins of two minutes around midnight.
    #[test]
    fn the_clock_stands_beside_the_seconds_where_there_is_one() {
        let mut plan = fake::plan();
        let without = timeline_sheet(&fake_study(&plan)).columns;
        plan.clock = Clock::parse("23:56").ok();
        let study = fake_study(&plan);
        let sheet = timeline_sheet(&study);
        assert_eq!(sheet.columns[..5], ["workload", "bin", "start_s", "end_s", "clock"]);
        assert_eq!(
            sheet.columns.iter().filter(|name| *name != "clock").collect::<Vec<_>>(),
            without.iter().collect::<Vec<_>>()
        );
        let shown: Vec<Cell> = sheet.rows().map(|row| row[4].clone()).collect();
        let expected = ["23:56:00", "23:58:00", "00:00:00 +1", "00:02:00 +1", "00:04:00 +1"];
        assert_eq!(shown, expected.map(|time| Cell::Clock(time.to_owned())));
    }
}
