//! What is busy: stations, and groups of ports, phones and lines.

use crate::analysis::{Busy, Pool, Resource, ResourceKind, Study, all_pools, all_stations, resources};
use crate::engine::Time;
use crate::record::Gauge;
use crate::report::chart::{Axis, Chart, Row, RowMark, Rows, Shape};
use crate::report::table::Tone;
use crate::report::words::{counted, human, percent};

use crate::report::kept::{Chapter, Item};

/// So many rows are shown.
const SHOWN: usize = 20;
/// In use beyond this share of its size, on average over a bin, something is all but full.
const FULL: f64 = 0.95;

/// A station, or a group of a limited size.
pub(super) struct Full {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ResourceKind,
    /// The row of its gauge.
    pub row: usize,
    /// How many there are of a group; `None` of a station.
    pub size: Option<u32>,
    /// The share of it in use in the bin in which that is highest.
    pub busiest_bin: f64,
    /// When that bin begins.
    pub at: Time,
    /// The most of a group in use at once, in any replication.
    pub peak: f64,
}

impl Full {
    /// Whether it is all but full, on average over a bin.
    pub(super) fn is_full(&self) -> bool {
        self.busiest_bin >= FULL
    }
}

/// The stations and the groups of a limited size, the fullest in its busiest bin first.
pub(super) fn fullest(study: &Study) -> Vec<Full> {
    let gauges = study.catalogue.gauges.iter().enumerate();
    let stations = gauges.clone().filter(|(_, it)| it.metric == Gauge::Utilisation && it.exists).map(|(row, _)| row);
    let limited = gauges.filter(|(_, it)| it.metric == Gauge::InUse).map(|(row, _)| row);
    let groups = limited.zip(all_pools(study)).filter(|(_, pool)| pool.size.is_some()).map(|(row, _)| row);
    let full = |(it, row): (Resource, usize)| {
        let means = study.timeline_means(row);
        let most = means.iter().enumerate().fold(0, |most, (bin, mean)| if *mean > means[most] { bin } else { most });
        let at = study.outcome.merged.timeline.bounds(most).0;
        let Resource { kind, name, busiest_bin, size, peak, .. } = it;
        Full { name, kind, row, size, busiest_bin, at, peak }
    };
    let mut all: Vec<Full> = resources(study).into_iter().zip(stations.chain(groups)).map(full).collect();
    // Stable, so that those as full as each other stay in the order of the workload.
    all.sort_by(|one, other| other.busiest_bin.total_cmp(&one.busiest_bin));
    all
}

/// The stations and groups that are in use; nothing if none is.
pub(super) fn busy(study: &Study) -> Option<Chapter> {
    let charts = [stations(study), groups(study)];
    let items: Vec<Item> = charts.into_iter().flatten().map(Item::Chart).collect();
    let about = "The bar is the mean over the measured time.".to_owned();
    (!items.is_empty()).then(|| Chapter { heading: "What is busy".to_owned(), about, items })
}

fn stations(study: &Study) -> Option<Chart> {
    let row = |Busy { utilisation, busiest_bin, .. }: Busy| {
        let mean = utilisation.mean.filter(|mean| *mean > 0.0)?;
        Some(Row {
            name: utilisation.name,
            value: Some(mean),
            low: utilisation.mean_low,
            high: utilisation.mean_high,
            tick: Some(busiest_bin),
            words: format!("{}, busiest {}", percent(mean), percent(busiest_bin)),
            tone: tone(busiest_bin),
        })
    };
    let rows = all_stations(study).into_iter().filter_map(row).collect();
    let about = "How much of the time its servers are busy; the tick is the busiest bin.";
    chart("stations", "Stations", ["station", "stations"], about, rows)
}

fn groups(study: &Study) -> Option<Chart> {
    let row = |Pool { size, in_use, busiest_bin, peak }: Pool| {
        let size = f64::from(size.filter(|&size| size > 0)?);
        let mean = in_use.mean.filter(|mean| *mean > 0.0)?;
        Some(Row {
            name: in_use.name,
            value: Some(mean / size),
            low: in_use.mean_low.map(|low| low / size),
            high: in_use.mean_high.map(|high| high / size),
            tick: Some(peak / size),
            words: format!("{} of {}, peak {}", human(mean), human(size), human(peak)),
            tone: tone(busiest_bin / size),
        })
    };
    let rows = all_pools(study).into_iter().filter_map(row).collect();
    let about = "How many of a group are in use, of its size; the tick is the most at once in any replication.";
    chart("groups", "Groups of ports, phones and lines", ["group", "groups"], about, rows)
}

const fn tone(busiest: f64) -> Tone {
    if busiest >= FULL { Tone::Bad } else { Tone::Plain }
}

/// The fullest first.
fn chart(id: &str, title: &str, kind: [&str; 2], about: &str, mut rows: Vec<Row>) -> Option<Chart> {
    if rows.is_empty() {
        return None;
    }
    // Stable, so that those as full as each other stay in the order of the workload.
    rows.sort_by(|one, other| other.value.unwrap_or(0.0).total_cmp(&one.value.unwrap_or(0.0)));
    let more = rows.len().saturating_sub(SHOWN);
    rows.truncate(SHOWN);
    let about = match more {
        0 => about.to_owned(),
        _ => format!("{about} {}, which are less full, are in the tables.", counted(more, kind)),
    };
    let axis = Axis { to: Some(1.0), ..Axis::from_zero("share in use", "ratio") };
    let shape = Shape::Rows(Rows { axis, rows, mark: RowMark::Bar, levels: Vec::new() });
    Some(Chart { id: id.to_owned(), title: title.to_owned(), about, shape })
}
