//! Resources: the fullest groups of ports, phones and lines, the busiest stations, and the bottleneck.

use super::page::Section;
use super::summary::{interval, mean};
use super::table::{Entry, Table};
use super::words::{human, percent};
use crate::analysis::{Busy, Pool, Row, Study, all_pools, all_stations};

/// How many stations are shown.
const BUSIEST: usize = 6;
/// How many groups of ports, phones and lines are shown.
const FULLEST: usize = 8;

/// How full the groups of ports, phones and lines are.
pub(super) fn pools(study: &Study, section: &mut Section<'_>) {
    let mut pools = all_pools(study);
    // Stable, so that groups as full as each other stay in the order of the workload; those without a limit come last.
    pools.sort_by(|a, b| {
        let share = |pool: &Pool| pool.size.map_or(-1.0, |size| pool.busiest_bin / f64::from(size));
        share(b).total_cmp(&share(a))
    });
    pools.truncate(FULLEST);

    let head = ["fullest groups", "size", "in use", "95 % interval", "busiest bin", "of size", "peak"];
    let mut table = Table::of_numbers(head);
    for pool in &pools {
        table.row([
            pool.in_use.name.clone().into(),
            pool.size.map_or("no limit".into(), |size| Entry::number(f64::from(size), "count", human)),
            mean(&pool.in_use),
            interval(&pool.in_use, human),
            Entry::number(pool.busiest_bin, "count", human),
            Entry::number_if(pool.size.map(|size| pool.busiest_bin / f64::from(size)), "ratio", percent),
            Entry::number(pool.peak, "count", human),
        ]);
    }
    section.table(table);
}

/// The busiest stations, and which of them is the bottleneck.
pub(super) fn stations(study: &Study, section: &mut Section<'_>) {
    let mut busy = all_stations(study);
    let total = busy.len();
    // Stable, so that stations with the same load stay in the order of the workload.
    busy.sort_by(|a, b| {
        let load = |station: &Busy| station.utilisation.mean.unwrap_or(0.0);
        load(b).total_cmp(&load(a))
    });
    busy.truncate(BUSIEST);

    let mut table = Table::of_numbers([
        "busiest stations",
        "servers",
        "utilisation",
        "95 % interval",
        "busiest bin",
        "queue",
        "wait mean, ms",
        "wait p99, ms",
        "wait max, ms",
    ]);
    table.spare(&["wait max, ms", "wait p99, ms", "servers"]);
    for station in &busy {
        let wait =
            |value: fn(&Row) -> Option<f64>| Entry::number_if(station.wait.as_ref().and_then(value), "ms", human);
        table.row([
            station.utilisation.name.clone().into(),
            Entry::number(f64::from(station.servers), "count", |_| station.servers.to_string()),
            Entry::number_if(station.utilisation.mean, "ratio", percent),
            interval(&station.utilisation, percent),
            Entry::number(station.busiest_bin, "ratio", percent),
            mean(&station.queue),
            wait(|row| row.mean),
            wait(|row| row.p99),
            wait(|row| row.max),
        ]);
    }
    section.table(table);
    section.paragraph(bottleneck(&busy, total));
}

/// The sentence that names the bottleneck.
fn bottleneck(busy: &[Busy], total: usize) -> String {
    let Some((station, load)) =
        busy.first().and_then(|station| Some((station, station.utilisation.mean?))).filter(|&(_, load)| load > 0.0)
    else {
        return "All stations were idle.".into();
    };
    let servers = match station.servers {
        1 => "it is".to_owned(),
        servers => format!("its {servers} servers are"),
    };
    let wait = match &station.wait {
        Some(Row { mean: Some(mean), p99: Some(p99), .. }) => {
            format!(" The mean wait there is {} ms, the 99th percentile {} ms.", human(*mean), human(*p99))
        }
        _ => String::new(),
    };
    format!(
        "The busiest of {total} stations is {}: {servers} busy {} of the time, {} in the busiest bin.{wait}",
        station.utilisation.name,
        percent(load),
        percent(station.busiest_bin)
    )
}
