//! What a planner reads first.

use comfy_table::Table;

use crate::domain::{DeviceKind, Failing, OutBecause, RoutePointId};
use crate::engine::{Span, Time};
use crate::plan::StudyKind;
use crate::record::{Count, Metric, cause_name, kind_name};
use crate::stats::Survival;

use super::columns::{block, new_table};
use super::expected::closed_forms;
use super::words::{human, percent, span};
use crate::analysis::{
    Busy, Fate, Homing, NANOS_PER_MILLI, Pool, Row, Study, all_pools, all_stations, count_row, duration_row, fates,
    homings, millis,
};

/// How many stations are shown.
const BUSIEST: usize = 6;
/// How many groups of ports, phones and lines are shown.
const FULLEST: usize = 8;

/// The report for a terminal: calls, delays, failures, devices, stations. Its names are those of the files.
pub fn table(study: &Study) -> String {
    let mut text = title(study);
    text.push_str(&calls(study));
    text.push_str(&delays(study));
    if has_failures(study) {
        text.push_str(&failures(study));
    }
    text.push_str(&devices(study));
    text.push_str(&pools(study));
    text.push_str(&stations(study));
    text.push_str(&closed_forms(study));
    text
}

fn title(study: &Study) -> String {
    let plan = study.plan;
    let first = study.outcome.summaries[0].replication;
    let number = study.outcome.summaries.len() as u64;
    let range = match (first, number) {
        (0, _) => String::new(),
        (_, 1) => format!(" (number {first})"),
        _ => format!(" (numbers {first} to {})", first + number - 1),
    };
    let plural = if number == 1 { "" } else { "s" };
    let warm_up = match plan.warm_up.nanos() {
        0 => String::new(),
        nanos => format!(", the first {} of it warm-up", span(Span::from_nanos(nanos))),
    };
    format!(
        "{}: {number} {}replication{plural}{range} of {}{warm_up}, seed {}\n{}\n\
         (Means are of the replications' means, with their 95 % intervals; percentiles are of all values together.)\n",
        plan.name,
        if plan.study == StudyKind::Steady { "steady " } else { "" },
        span(plan.length.since(Time::ZERO)),
        study.seed,
        plan.question
    )
}

/// What became of the calls.
fn calls(study: &Study) -> String {
    let offered: f64 = study.counts(Count::Offered).iter().sum();
    let mut table = new_table(["calls", "mean a replication", "95 % interval", "of offered"]);
    let mut add = |count: Count, indent: &str| {
        let row = count_row(study, count);
        let total: f64 = study.counts(count).iter().sum();
        let share = if offered > 0.0 { percent(total / offered) } else { String::new() };
        table.add_row([format!("{indent}{}", count.name()), mean(&row), interval(&row, human), share]);
    };
    add(Count::Offered, "");
    add(Count::Completed, "");
    add(Count::Abandoned, "");
    add(Count::Refused, "");
    for reason in [
        Count::RefusedBusy,
        Count::RefusedNotOpened,
        Count::RefusedNotAnswered,
        Count::RefusedTooManyHops,
        Count::RefusedThrottled,
        Count::RefusedNoCallManager,
    ] {
        if occurred(study, reason) {
            add(reason, "  ");
        }
    }
    add(Count::DroppedInSetup, "");
    add(Count::DroppedInChange, "");
    add(Count::DroppedConnected, "");
    add(Count::InProgress, "");
    block(table)
}

/// How long callers and applications waited.
fn delays(study: &Study) -> String {
    let metrics = [
        Metric::PostDialDelay,
        Metric::SetupDelay,
        Metric::RoutePointDelay,
        Metric::LookupDelay,
        Metric::AppQueueDelay,
        Metric::TransferDelay,
        Metric::CfnaDelay,
        Metric::CfbDelay,
    ];
    durations(study, "delay, ms", &metrics)
}

/// A table of those of the metrics that were measured; nothing if none was.
fn durations(study: &Study, title: &str, metrics: &[Metric]) -> String {
    let head =
        [title, "count", "mean", "95 % interval", "p50", "p90", "p95", "p99", "its 95 % interval", "p99.9", "max"];
    let mut table = new_table(head);
    let rows = metrics.iter().filter_map(|&metric| {
        let row = study.catalogue.cluster(metric)?;
        duration_row(study, row)
    });
    let mut censored = String::new();
    for row in rows.filter(|row| row.count > 0) {
        let mut name = row.metric.clone();
        if let Some(cut) = row.censored.filter(|&cut| cut > 0) {
            name.push('*');
            let all = row.count + cut;
            censored +=
                &format!("* {} of {} were not over at the end and are not in this row.\n", whole(cut), whole(all));
        }
        let mut cells = vec![name, human(row.count as f64), mean(&row), interval(&row, human)];
        let shown = |number: Option<f64>| number.map(human).unwrap_or_default();
        cells.extend([row.p50, row.p90, row.p95, row.p99].map(shown));
        cells.push(match (row.p99_low, row.p99_high) {
            (Some(low), Some(high)) => format!("[{}, {}]", human(low), human(high)),
            _ => "not estimable".to_owned(),
        });
        cells.extend([row.p999, row.max].map(shown));
        table.add_row(cells);
    }
    block(table) + &censored
}

/// Whether something was counted in any replication.
fn occurred(study: &Study, count: Count) -> bool {
    study.counts(count).iter().any(|&value| value > 0.0)
}

fn has_failures(study: &Study) -> bool {
    let counts = [Count::Preserved, Count::Cfof, Count::FalseFailures, Count::DroppedConnected];
    !study.plan.faults.is_empty() || counts.iter().any(|&count| occurred(study, count))
}

/// What failures did to calls and applications.
fn failures(study: &Study) -> String {
    let plan = study.plan;
    let of_application = plan.faults.iter().any(|fault| matches!(fault.failing, Failing::Application(..)));
    let only_of_applications = plan.faults.iter().all(|fault| matches!(fault.failing, Failing::Application(..)));
    let title = if only_of_applications { "application failure" } else { "failures" };

    let kinds =
        [Metric::ApplicationDetectionDelay, Metric::CallManagerDetectionDelay, Metric::CtiManagerDetectionDelay];
    let merged = &study.outcome.merged;
    let measured = |metric: &&Metric| {
        study.catalogue.cluster(**metric).is_some_and(|row| merged.histograms[row].totals().count > 0)
    };
    let mut metrics = vec![Metric::DetectionDelay];
    // Of one kind alone they are the same.
    if kinds.iter().filter(measured).count() > 1 {
        metrics.extend(kinds);
    }
    metrics.extend([
        Metric::OutOfService,
        Metric::AppRecovery50,
        Metric::AppRecovery95,
        Metric::AppRecovery100,
        Metric::CfofDelay,
        Metric::CfofWait,
    ]);

    let mut table = new_table(["forwards and losses", "mean a replication", "95 % interval", "highest"]);
    for count in [
        Count::CallManagerFailures,
        Count::CtiManagerFailures,
        Count::Cfof,
        Count::Cfna,
        Count::Cfb,
        Count::Cfur,
        Count::Preserved,
        Count::DroppedConnected,
        Count::FalseFailures,
        Count::RequestTimeouts,
        Count::ClosedCannotOpen,
        Count::ClosedRecoveryForbidden,
        Count::ClosedOutOfReach,
    ] {
        // That none was preserved or forwarded says something where an application failed, and nothing elsewhere.
        let asked = matches!(count, Count::Cfof | Count::Preserved | Count::DroppedConnected | Count::FalseFailures);
        if occurred(study, count) || asked && of_application {
            let row = count_row(study, count);
            let most = row.max.map(human).unwrap_or_default();
            table.add_row([row.metric.clone(), mean(&row), interval(&row, human), most]);
        }
    }
    durations(study, &format!("{title}, ms"), &metrics) + &block(table)
}

/// What became of the devices, where anything but an application's failure took them out of service.
fn devices(study: &Study) -> String {
    let (fates, homings) = (fates(study), homings(study));
    if !fates.iter().any(|fate| fate.out > 0 && fate.because != OutBecause::ApplicationClosed) {
        return String::new();
    }
    out_of_service(study, &fates) + &going_home(study, &homings)
}

fn out_of_service(study: &Study, fates: &[Fate]) -> String {
    let replications = study.outcome.summaries.len() as f64;
    let mean = |count: u64| human(count as f64 / replications);
    let head = ["devices", "out", "back", "given up", "still out", "out p50, ms", "out p95, ms", "out max, ms"];
    let mut table = new_table(head);
    for fate in fates.iter().filter(|fate| fate.out > 0) {
        let name = format!("{}, {}", kind_name(fate.kind), cause_name(fate.because));
        let mut cells = vec![name];
        cells.extend([fate.out, fate.reopened, fate.closed, fate.still_out].map(mean));
        cells.extend(spread(study, fate.out_of_service));
        table.add_row(cells);
    }
    let mut text = block(table);
    let (out, still_out) = fates.iter().fold((0, 0), |(out, still), fate| (out + fate.out, still + fate.still_out));
    let closed: u64 = fates.iter().map(|fate| fate.closed).sum();
    if still_out + closed > 0 {
        let given_up = if closed > 0 { format!(", {} of them given up", whole(closed)) } else { String::new() };
        text += &format!(
            "{} of {} outages were not over at the end{given_up}: they last longer than any number here says.\n",
            whole(still_out + closed),
            whole(out)
        );
    }
    text
}

fn going_home(study: &Study, homings: &[Homing]) -> String {
    let replications = study.outcome.summaries.len();
    let mean = |count: u64| human(count as f64 / replications as f64);
    let mut table = new_table([
        "going home",
        "home was back",
        "rehomed",
        "cut short",
        "still waiting",
        "wait p50, ms",
        "wait p90, ms",
        "wait p95, ms",
        "home p50, ms",
        "home p90, ms",
        "home p95, ms",
    ]);
    let mut text = String::new();
    for homing in homings.iter().filter(|homing| homing.waits > 0) {
        let mut cells = vec![kind_name(homing.kind).to_owned()];
        cells.extend([homing.waits, homing.rehomed, homing.lost, homing.waiting].map(mean));
        cells.extend([&homing.wait, &homing.delay].into_iter().flat_map(percentiles));
        table.add_row(cells);
        if homing.kind == DeviceKind::RoutePoint {
            each_route_point(study, &mut table);
        }
        text += &still_waiting(homing, replications);
    }
    if homings.iter().any(|homing| homing.waiting + homing.lost > 0) {
        text += "Percentiles of going home are Kaplan and Meier's: a wait that was not seen to end counts as lasting longer.\n";
    }
    block(table) + &text
}

/// A row for each of a few route points: one that holds its calls long hides among those that do not.
fn each_route_point(study: &Study, table: &mut Table) {
    const FEW: usize = 8;
    let replications = study.outcome.summaries.len() as f64;
    let rows = |id| [Metric::RehomeWait, Metric::RehomeDelay].map(|metric| study.catalogue.route_point(metric, id));
    let ended = |row: usize| study.outcome.merged.histograms[row].totals().count;
    let waits = |row: usize| ended(row) + study.censored(row);
    let points: Vec<(&str, [usize; 2])> = (0..study.plan.route_points.len() as u16)
        .map(|id| (&*study.plan.route_points[id as usize].name, rows(RoutePointId(id))))
        .filter(|&(_, [wait, _])| waits(wait) > 0)
        .collect();
    if !(2..=FEW).contains(&points.len()) {
        return;
    }
    for (name, [wait, delay]) in points {
        let mut cells = vec![format!("  {name}")];
        cells.extend([waits(wait), ended(delay)].map(|count| human(count as f64 / replications)));
        // Why a wait was not over is not kept for each route point.
        cells.extend([String::new(), String::new()]);
        cells.extend([wait, delay].iter().flat_map(|&row| percentiles(&study.survival(row))));
        table.add_row(cells);
    }
}

/// Three percentiles of how long something lasts that was not always seen to end, in milliseconds.
fn percentiles(survival: &Survival) -> [String; 3] {
    let millis = |quantile| survival.quantile(quantile).map(|nanos| human(nanos as f64 / NANOS_PER_MILLI));
    [0.5, 0.9, 0.95].map(|quantile| millis(quantile).unwrap_or_else(|| "not reached".into()))
}

/// The sentence about those that had not gone home.
fn still_waiting(homing: &Homing, replications: usize) -> String {
    if homing.waiting == 0 {
        return String::new();
    }
    let kind = match homing.kind {
        DeviceKind::RoutePoint => "route point",
        DeviceKind::CtiPort => "CTI port",
        DeviceKind::Phone => "phone",
    };
    format!(
        "In {} of {} replications a {kind} had not rehomed at the end: {} of {} waits were not over ({}).\n",
        whole(homing.replications_waiting as u64),
        whole(replications as u64),
        whole(homing.waiting),
        whole(homing.waits),
        percent(homing.waiting as f64 / homing.waits as f64)
    )
}

/// Median, 95 % quantile and maximum of a duration, for people; nothing where there is none.
fn spread(study: &Study, row: usize) -> [String; 3] {
    let histogram = &study.outcome.merged.histograms[row];
    if histogram.totals().count == 0 {
        return Default::default();
    }
    let [p50, p95] = histogram.quantiles([0.5, 0.95]);
    [p50, p95, histogram.totals().max].map(|span| human(millis(span)))
}

/// A whole number, for people.
fn whole(count: u64) -> String {
    human(count as f64)
}

/// How full the ports, phones and lines are: what callers find taken.
fn pools(study: &Study) -> String {
    let mut pools = all_pools(study);
    // Stable, so that groups as full as each other stay in the order of the workload; those without a limit come last.
    pools.sort_by(|a, b| {
        let share = |pool: &Pool| pool.size.map_or(-1.0, |size| pool.busiest_bin / f64::from(size));
        share(b).total_cmp(&share(a))
    });
    pools.truncate(FULLEST);

    let mut table = new_table(["fullest groups", "size", "in use", "95 % interval", "busiest bin", "of size", "peak"]);
    for pool in &pools {
        table.add_row([
            pool.in_use.name.clone(),
            pool.size.map_or("no limit".to_owned(), |size| human(f64::from(size))),
            mean(&pool.in_use),
            interval(&pool.in_use, human),
            human(pool.busiest_bin),
            pool.size.map(|size| percent(pool.busiest_bin / f64::from(size))).unwrap_or_default(),
            human(pool.peak),
        ]);
    }
    block(table)
}

/// The stations with the most to do, and which of them is the bottleneck.
fn stations(study: &Study) -> String {
    let mut busy = all_stations(study);
    let total = busy.len();
    // Stable, so that stations with the same load stay in the order of the workload.
    busy.sort_by(|a, b| {
        let load = |station: &Busy| station.utilisation.mean.unwrap_or(0.0);
        load(b).total_cmp(&load(a))
    });
    busy.truncate(BUSIEST);

    let mut table = new_table([
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
    for station in &busy {
        let wait =
            |value: fn(&Row) -> Option<f64>| station.wait.as_ref().and_then(value).map(human).unwrap_or_default();
        table.add_row([
            station.utilisation.name.clone(),
            station.servers.to_string(),
            station.utilisation.mean.map(percent).unwrap_or_default(),
            interval(&station.utilisation, percent),
            percent(station.busiest_bin),
            mean(&station.queue),
            wait(|row| row.mean),
            wait(|row| row.p99),
            wait(|row| row.max),
        ]);
    }
    block(table) + &bottleneck(&busy, total)
}

/// The sentence that names the bottleneck.
fn bottleneck(busy: &[Busy], total: usize) -> String {
    let Some((station, load)) =
        busy.first().and_then(|station| Some((station, station.utilisation.mean?))).filter(|&(_, load)| load > 0.0)
    else {
        return "\nNo station had anything to do.\n".into();
    };
    let servers = match station.servers {
        1 => "it is".to_owned(),
        servers => format!("its {servers} servers are"),
    };
    let wait = match &station.wait {
        Some(Row { mean: Some(mean), p99: Some(p99), .. }) => {
            format!(" Work waits {} ms there on average, {} ms at the 99th percentile.", human(*mean), human(*p99))
        }
        _ => String::new(),
    };
    format!(
        "\nThe busiest of {total} stations is {}: {servers} at work {} of the time, {} in the busiest bin.{wait}\n",
        station.utilisation.name,
        percent(load),
        percent(station.busiest_bin)
    )
}

fn mean(row: &Row) -> String {
    row.mean.map(human).unwrap_or_default()
}

/// Nothing here can be negative, so an interval that would reach below zero ends there.
fn interval(row: &Row, number: impl Fn(f64) -> String) -> String {
    match (row.mean_low, row.mean_high) {
        (Some(low), Some(high)) => format!("[{}, {}]", number(low.max(0.0)), number(high)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::fake;

    #[test]
    fn who_had_not_gone_home_is_said_plainly() {
        let plan = crate::plan::Plan { replications: 40, ..fake::plan() };
        let study = study(&plan);
        let text = table(&study);
        let waiting = homings(&study)[0].waiting;
        let sentence = format!(
            "In {waiting} of 40 replications a route point had not rehomed at the end: {waiting} of 40 waits were not over"
        );
        assert!(text.contains(&sentence), "{text}");
        assert!(text.contains("not reached") && text.contains("\nout_of_service*"), "{text}");
        assert!(!text.contains("a phone had not") && !text.contains("a CTI port had not"), "{text}");
    }

    #[test]
    fn without_such_failures_nothing_is_said_of_devices() {
        let plan = fake::plan();
        let mut study = study(&plan);
        for because in [OutBecause::CallManagerFailed, OutBecause::CtiManagerFailed, OutBecause::Rehoming] {
            for kind in crate::record::KINDS {
                let row = study.catalogue.device_fate(Metric::OutOfService, kind, because);
                study.outcome.merged.histograms[row] = Default::default();
                for summary in &mut study.outcome.summaries {
                    summary.fates[kind as usize][because as usize] = Default::default();
                }
            }
        }
        let text = table(&study);
        assert!(!text.contains("going home") && !text.contains("\ndevices "), "{text}");
        assert!(text.contains("app_recovery_100"));
    }
}
