//! What became of the devices: which were out of service, came back and rehomed.

use crate::analysis::{Fate, RehomingStatistics, Study, fates, point_rehomings, rehomings};
use crate::domain::{DeviceKind, OutageCause};
use crate::record::{cause_name, kind_name};

use super::page::Section;
use super::table::{Entry, Table};
use super::words::{human, percent, whole};

/// What became of the devices, if anything but an application's failure took them out of service.
pub(super) fn devices(study: &Study, section: &mut Section<'_>) {
    let fates = fates(study);
    if fates.iter().any(|fate| fate.out > 0 && fate.because != OutageCause::ApplicationClosed) {
        out_of_service(study, &fates, section);
        rehoming(study, &rehomings(study), section);
    }
}

/// A count over all replications, as the mean per replication.
fn mean(study: &Study, count: u64) -> Entry {
    Entry::number(study.per_replication(count), "count", human)
}

fn out_of_service(study: &Study, fates: &[Fate], section: &mut Section<'_>) {
    let head = ["devices", "out", "back", "given up", "still out", "out p50, ms", "out p95, ms", "out max, ms"];
    let mut table = Table::of_numbers(head);
    for fate in fates.iter().filter(|fate| fate.out > 0) {
        let name = Entry::from(format!("{}, {}", kind_name(fate.kind), cause_name(fate.because)));
        let counts = [fate.out, fate.reopened, fate.closed, fate.still_out].map(|count| mean(study, count));
        let times = fate.out_of_service.map(|time| Entry::number_if(time, "ms", human));
        table.row([name].into_iter().chain(counts).chain(times));
    }
    section.table(table);
    let (out, still_out) = fates.iter().fold((0, 0), |(out, still), fate| (out + fate.out, still + fate.still_out));
    let closed: u64 = fates.iter().map(|fate| fate.closed).sum();
    if still_out + closed > 0 {
        let given_up = if closed > 0 { format!(", {} of them given up", whole(closed)) } else { String::new() };
        section.note(format!(
            "{} of {} outages were not over at the end{given_up}; percentiles and maximum leave them out.",
            whole(still_out + closed),
            whole(out)
        ));
    }
}

fn rehoming(study: &Study, rehomings: &[RehomingStatistics], section: &mut Section<'_>) {
    let mut table = Table::of_numbers([
        "rehoming",
        "home restored",
        "rehomed",
        "cut short",
        "still waiting",
        "wait p50, ms",
        "wait p90, ms",
        "wait p95, ms",
        "rehome p50, ms",
        "rehome p90, ms",
        "rehome p95, ms",
    ]);
    for rehoming in rehomings.iter().filter(|rehoming| rehoming.waits > 0) {
        let counts =
            [rehoming.waits, rehoming.rehomed, rehoming.lost, rehoming.waiting].map(|count| mean(study, count));
        let times = [rehoming.wait, rehoming.delay].into_iter().flatten().map(reached);
        table.row([Entry::from(kind_name(rehoming.kind))].into_iter().chain(counts).chain(times));
        if rehoming.kind == DeviceKind::RoutePoint {
            each_route_point(study, &mut table);
        }
    }
    section.table(table);
    for rehoming in rehomings.iter().filter(|rehoming| rehoming.waiting > 0) {
        section.note(still_waiting(rehoming, study.outcome.summaries.len() as u64));
    }
    if rehomings.iter().any(|rehoming| rehoming.waiting + rehoming.lost > 0) {
        section.note("Rehoming percentiles are Kaplan-Meier estimates: a wait that was not seen to end is censored.");
    }
}

/// A percentile of a duration that may be censored.
fn reached(millis: Option<f64>) -> Entry {
    millis.map_or(Entry::missing("not reached"), |millis| Entry::number(millis, "ms", human))
}

/// One row per route point if there are only a few: in the total, one with long calls hides among the others.
fn each_route_point(study: &Study, table: &mut Table) {
    const FEW: usize = 8;
    let points = point_rehomings(study);
    if !(2..=FEW).contains(&points.len()) {
        return;
    }
    for point in points {
        let counts = [point.waits, point.rehomed].map(|count| mean(study, count));
        // Why a wait was censored is not kept for each route point.
        let unknown = [Entry::missing(""), Entry::missing("")];
        let times = [point.wait, point.delay].into_iter().flatten().map(reached);
        table.row([Entry::from(format!("  {}", point.name))].into_iter().chain(counts).chain(unknown).chain(times));
    }
}

/// The sentence about those that had not rehomed.
fn still_waiting(rehoming: &RehomingStatistics, replications: u64) -> String {
    let kind = match rehoming.kind {
        DeviceKind::RoutePoint => "route point",
        DeviceKind::CtiPort => "CTI port",
        DeviceKind::Phone => "phone",
    };
    format!(
        "In {} of {} replications a {kind} had not rehomed at the end: {} of {} waits were not over ({}).",
        whole(rehoming.replications_waiting as u64),
        whole(replications),
        whole(rehoming.waiting),
        whole(rehoming.waits),
        percent(rehoming.share_waiting())
    )
}
