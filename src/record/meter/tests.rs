//! What the meter measures of facts that are known one by one.

use super::*;
use crate::domain::NodeId;
use crate::facts::Task;
use crate::fake;
use crate::record::{Gauge, Scope, Series, Wait};

const SECOND: u64 = 1_000_000_000;

fn measure(plan: &Plan, replications: impl IntoIterator<Item = u64>) -> (Vec<ReplicationSummary>, Merged) {
    let mut meter = Meter::new(plan, plan.window());
    let summaries = replications.into_iter().map(|replication| {
        meter.start(replication);
        let events = fake::simulate(plan, plan.seed, replication, &mut meter);
        meter.finish(plan.length, events)
    });
    (summaries.collect(), meter.into_merged())
}

/// Values of one kind that a replication measured, by going through all its facts.
fn values(plan: &Plan, replication: u64, mut value: impl FnMut(Time, Fact) -> Option<Span>) -> Vec<u64> {
    let facts = fake::facts(plan, plan.seed, replication);
    let mut values: Vec<u64> = facts.into_iter().filter_map(|(at, fact)| value(at, fact)).map(Span::nanos).collect();
    values.sort_unstable();
    values
}

fn assert_duration(summary: &DurationSummary, values: &[u64]) {
    assert!(!values.is_empty());
    assert_eq!(summary.count, values.len() as u64);
    assert_eq!(summary.sum_nanos, values.iter().map(|&nanos| u128::from(nanos)).sum::<u128>());
    assert_eq!(summary.min.nanos(), values[0]);
    assert_eq!(summary.max.nanos(), values[values.len() - 1]);
    let median = values[values.len().div_ceil(2) - 1] as f64;
    assert!((summary.quantiles[0].nanos() as f64 / median - 1.0).abs() < 1e-3);
}

#[test]
fn calls_of_the_warm_up_are_not_measured() {
    let plan = fake::plan();
    let catalogue = Catalogue::new(&plan);
    let (summaries, _) = measure(&plan, [3]);
    let setup = catalogue.cluster(Metric::SetupDelay).unwrap();
    assert_duration(
        &summaries[0].durations[setup],
        &values(&plan, 3, |at, fact| match fact {
            Fact::Connected { since_offered, .. } => {
                (at.nanos() - since_offered.nanos() >= 60 * SECOND).then_some(since_offered)
            }
            _ => None,
        }),
    );
    let offered = values(&plan, 3, |at, fact| {
        (matches!(fact, Fact::Offered { .. }) && at >= plan.window().warm_up).then_some(Span::ZERO)
    });
    assert_eq!(summaries[0].count(Count::Offered), offered.len() as u64);
}

#[test]
fn delays_are_counted_under_every_scope_of_their_path() {
    let plan = fake::plan();
    let catalogue = Catalogue::new(&plan);
    let (summaries, _) = measure(&plan, [0]);
    for node in [NodeId(0), NodeId(1)] {
        assert_duration(
            &summaries[0].durations[catalogue.node(Metric::PostDialDelay, node)],
            &values(&plan, 0, |at, fact| {
                let (path, since_offered) = match fact {
                    Fact::Connected { path, since_offered, first_sign: true, .. }
                    | Fact::Alerting { path, since_offered, .. } => (path, since_offered),
                    _ => return None,
                };
                let offered = at.nanos() - since_offered.nanos();
                (path.ingress == node && offered >= 60 * SECOND).then_some(since_offered)
            }),
        );
    }
    let by = |series: &Series<Metric>| (series.metric, series.scope);
    let count = |key| -> u64 {
        let rows = catalogue.durations.iter().zip(&summaries[0].durations);
        rows.filter(|(series, _)| by(series) == key).map(|(_, summary)| summary.count).sum()
    };
    for metric in [Metric::PostDialDelay, Metric::SetupDelay, Metric::RoutePointDelay] {
        assert!(count((metric, Scope::Cluster)) > 0);
        for scope in [Scope::Application, Scope::RoutePoint] {
            assert_eq!(count((metric, scope)), count((metric, Scope::Cluster)), "{metric:?}");
        }
    }
    // Four by the application's failure, five by the CallManager's, the first port and perhaps the second by the
    // CTIManager's.
    let reopened = count((Metric::OutOfService, Scope::DeviceKind));
    assert!((10..=11).contains(&reopened), "{reopened}");
    assert_eq!(count((Metric::OutOfService, Scope::Cluster)), reopened);
    assert_eq!(summaries[0].count(Count::Reopened), reopened);
    assert_eq!(count((Metric::OutOfService, Scope::Application)), reopened - 2, "phones have no application");
    assert_eq!(count((Metric::DetectionDelay, Scope::Cluster)), 3);
    for metric in
        [Metric::ApplicationDetectionDelay, Metric::CallManagerDetectionDelay, Metric::CtiManagerDetectionDelay]
    {
        assert_eq!(count((metric, Scope::Cluster)), 1, "{metric:?}");
        assert_eq!(count((metric, Scope::Application)) + count((metric, Scope::Node)), 1, "{metric:?}");
    }
}

#[test]
fn the_accounts_balance() {
    let plan = fake::plan();
    for summary in measure(&plan, 0..50).0 {
        let count = |count| summary.count(count);
        assert_eq!(
            count(Count::Offered),
            count(Count::Completed)
                + count(Count::Abandoned)
                + count(Count::Refused)
                + count(Count::DroppedInSetup)
                + count(Count::DroppedInChange)
                + count(Count::DroppedConnected)
                + count(Count::InProgress)
        );
        let reasons = [
            Count::RefusedBusy,
            Count::RefusedNotOpened,
            Count::RefusedNotAnswered,
            Count::RefusedTooManyHops,
            Count::RefusedThrottled,
            Count::RefusedNoCallManager,
        ];
        assert_eq!(count(Count::Refused), reasons.into_iter().map(count).sum::<u64>());
    }
}

#[test]
#[should_panic(expected = "replication 0: 0 calls offered, 1 ended")]
fn accounts_that_do_not_balance_are_a_bug() {
    let plan = fake::plan();
    let call = crate::domain::CallName { source: crate::domain::SourceId(0), number: 0 };
    let mut meter = Meter::new(&plan, plan.window());
    meter.start(0);
    // Ends as if offered after the warm-up, but was offered before.
    let ingress = NodeId(0);
    meter.note(Time::ZERO, Fact::Offered { call, place: 0, ingress });
    let (ending, offered) = (Ending::Completed, plan.window().warm_up);
    let path = Path { ingress, route_point: None, application: None };
    let reached = Reached { path, contact: Contact::Nothing, waits_since: Time::ZERO };
    meter.note(offered, Fact::Ended { call, place: 0, ending, offered, reached });
    meter.finish(plan.length, 0);
}

/// The integral of a gauge from one instant to another, by going through all the facts.
fn integral(plan: &Plan, replication: u64, gauge: &Series<Gauge>, from: u64, to: u64) -> u128 {
    let overlap = |a: Time, b: Time| u128::from(b.nanos().min(to).saturating_sub(a.nanos().max(from)));
    let mut reading: i64 = match gauge.metric {
        Gauge::DevicesInService => 6,
        // No application controls the two phones.
        Gauge::DevicesControlled => 4,
        Gauge::Devices if gauge.name == "sub1" => 6,
        _ => 0,
    };
    let mut nodes = [NodeId(0); 6];
    let is_it = |node: NodeId| plan.nodes[node.index()].name == gauge.name;
    let (mut since, mut sum) = (Time::ZERO, 0);
    for (at, fact) in fake::facts(plan, plan.seed, replication) {
        let step = match (gauge.metric, fact) {
            (Gauge::CallsInProgress, Fact::Offered { .. })
            | (Gauge::DevicesInService, Fact::DeviceOpened { .. })
            | (Gauge::Calls, Fact::Presented { .. }) => 1,
            (Gauge::DevicesControlled, Fact::DeviceOpened { device, .. }) => i64::from(device.0 < 4),
            (Gauge::DevicesControlled, Fact::DeviceClosed { device, .. }) => -i64::from(device.0 < 4),
            (Gauge::Devices, Fact::DeviceOpened { device, node, .. }) => {
                nodes[device.index()] = node;
                i64::from(is_it(node))
            }
            (Gauge::Devices, Fact::DeviceClosed { device, .. }) => -i64::from(is_it(nodes[device.index()])),
            (Gauge::Throttled, Fact::Throttling { node, refuses }) if is_it(node) => {
                if refuses {
                    1
                } else {
                    -1
                }
            }
            (Gauge::InUse, Fact::Seized { .. }) if gauge.name == "ivr-ports" => 1,
            (Gauge::InUse, Fact::Freed { .. }) if gauge.name == "ivr-ports" => -1,
            (Gauge::CallsInProgress, Fact::Ended { .. })
            | (Gauge::DevicesInService, Fact::DeviceClosed { .. })
            | (Gauge::Calls, Fact::Left { .. }) => -1,
            (_, Fact::Served { station, .. } | Fact::Skipped { station, .. })
                if plan.stations()[station.index()].name != gauge.name =>
            {
                0
            }
            (Gauge::Queue, Fact::Served { arrived, started, .. }) => {
                sum += overlap(arrived, started);
                0
            }
            (Gauge::Queue, Fact::Skipped { arrived, until, .. }) => {
                sum += overlap(arrived, until);
                0
            }
            (Gauge::Utilisation, Fact::Served { started, finished, .. }) => {
                sum += overlap(started, finished);
                0
            }
            _ => 0,
        };
        if step != 0 {
            sum += reading as u128 * overlap(since, at);
            (since, reading) = (at, reading + step);
        }
    }
    sum + reading as u128 * overlap(since, plan.length)
}

#[test]
fn gauges_are_integrated_after_the_warm_up() {
    let plan = fake::plan();
    let catalogue = Catalogue::new(&plan);
    let (summaries, _) = measure(&plan, [0, 1]);
    for (replication, summary) in summaries.iter().enumerate() {
        for (gauge, summary) in catalogue.gauges.iter().zip(&summary.gauges) {
            let expected =
                integral(&plan, replication as u64, gauge, plan.window().warm_up.nanos(), plan.length.nanos());
            assert_eq!(summary.integral, expected, "{gauge:?}");
        }
    }
}

#[test]
fn the_timeline_covers_the_warm_up_and_a_short_last_bin() {
    let plan = Plan { bin: Span::from_nanos(77 * SECOND + 5), ..fake::plan() };
    let catalogue = Catalogue::new(&plan);
    let (_, merged) = measure(&plan, [0, 1]);
    for (row, gauge) in catalogue.gauges.iter().enumerate() {
        for (bin, total) in merged.timeline.row(row).into_iter().enumerate() {
            let (start, end) = merged.timeline.bounds(bin);
            let expected = |replication| integral(&plan, replication, gauge, start.nanos(), end.nanos());
            assert_eq!(total, expected(0) + expected(1), "{gauge:?}, bin {bin}");
        }
    }
}

/// One replication of these facts, after the warm-up of a plan whose only fault is a CallManager's.
fn measured(plan: &Plan, facts: &[(u64, Fact)]) -> (ReplicationSummary, Merged) {
    let mut meter = Meter::new(plan, plan.window());
    meter.start(0);
    for &(second, fact) in facts {
        meter.note(Time::from_nanos(second * SECOND), fact);
    }
    let summary = meter.finish(plan.length, 0);
    (summary, meter.into_merged())
}

fn seconds(span: u64) -> Span {
    Span::from_secs(span)
}

fn at(second: u64) -> Time {
    Time::from_nanos(second * SECOND)
}

const POINT: DeviceId = DeviceId(0);
const IVR: Option<ApplicationId> = Some(ApplicationId(0));
const SUB1: NodeId = NodeId(0);
const SUB2: NodeId = NodeId(1);

fn closed(device: DeviceId, because: OutageCause, since: u64) -> Fact {
    let application = (device.0 < 4).then_some(ApplicationId(0));
    Fact::DeviceClosed { device, application, because, since: at(since) }
}

fn opened(device: DeviceId, node: NodeId, out: u64) -> Fact {
    let application = (device.0 < 4).then_some(ApplicationId(0));
    Fact::DeviceOpened { device, application, node, out_of_service: seconds(out) }
}

/// The route point has failed over, and its home is back at 200 s.
fn failed_over() -> Vec<(u64, Fact)> {
    vec![
        (100, Fact::CallManagerFailed { node: SUB1 }),
        (100, closed(POINT, OutageCause::CallManagerFailed, 100)),
        (103, opened(POINT, SUB2, 3)),
        (200, Fact::CallManagerReturned { node: SUB1 }),
        (201, Fact::HomeReturned { device: POINT, ago: seconds(1) }),
    ]
}

#[test]
fn a_wait_that_is_not_over_is_censored_under_all_its_scopes() {
    let plan = fake::plan();
    let catalogue = Catalogue::new(&plan);
    let (summary, merged) = measured(&plan, &failed_over());
    for metric in [Metric::RehomeWait, Metric::RehomeDelay] {
        let rows = [
            catalogue.cluster(metric).unwrap(),
            catalogue.device_kind(metric, DeviceKind::RoutePoint),
            catalogue.route_point(metric, RoutePointId(0)),
        ];
        for row in rows {
            assert_eq!((summary.durations[row].count, summary.durations[row].censored), (0, 1));
            // It had lasted from the return of its home to the end.
            assert_eq!(merged.censored[row].totals().max, seconds(400));
        }
        assert_eq!(summary.durations[catalogue.device_kind(metric, DeviceKind::Phone)].censored, 0);
    }
    assert_eq!((summary.waiting, summary.count(Count::RehomeWaiting)), ([1, 0, 0], 1));
    assert_eq!((summary.count(Count::Rehomed), summary.count(Count::RehomeLost)), (0, 0));
}

#[test]
fn a_wait_cut_short_by_a_failure_is_censored_there() {
    let plan = fake::plan();
    let catalogue = Catalogue::new(&plan);
    let mut facts = failed_over();
    facts.push((250, Fact::RehomeLost { device: POINT }));
    let (summary, merged) = measured(&plan, &facts);
    let wait = catalogue.cluster(Metric::RehomeWait).unwrap();
    assert_eq!(merged.censored[wait].totals().max, seconds(50));
    assert_eq!((summary.count(Count::RehomeLost), summary.count(Count::RehomeWaiting)), (1, 0));
    // The next return begins another wait.
    facts.push((301, Fact::HomeReturned { device: POINT, ago: seconds(1) }));
    facts.push((310, Fact::RehomeStarted { device: POINT, waited: seconds(10) }));
    facts.push((310, closed(POINT, OutageCause::Rehoming, 310)));
    facts.push((312, opened(POINT, SUB1, 2)));
    facts.push((312, Fact::Rehomed { device: POINT, delay: seconds(12) }));
    let (summary, merged) = measured(&plan, &facts);
    assert_eq!((summary.durations[wait].count, summary.durations[wait].censored), (1, 1));
    assert_eq!(merged.histograms[wait].totals().max, seconds(10));
    assert_eq!(summary.count(Count::Rehomed), 1);
    // Rehoming is not a fault: the outage is recorded under its own fate alone.
    let fate = catalogue.device_fate(Metric::OutOfService, DeviceKind::RoutePoint, OutageCause::Rehoming);
    assert_eq!(merged.histograms[fate].totals().max, seconds(2));
    let out = catalogue.cluster(Metric::OutOfService).unwrap();
    assert_eq!((summary.durations[out].count, summary.count(Count::Reopened)), (1, 1));
}

#[test]
fn a_rehoming_that_ends_elsewhere_ends_there() {
    let plan = fake::plan();
    let catalogue = Catalogue::new(&plan);
    let mut facts = failed_over();
    facts.extend([
        (210, Fact::RehomeStarted { device: POINT, waited: seconds(10) }),
        (210, closed(POINT, OutageCause::Rehoming, 210)),
        (211, Fact::CallManagerFailed { node: SUB1 }),
        (214, opened(POINT, SUB2, 4)),
    ]);
    let delay = catalogue.cluster(Metric::RehomeDelay).unwrap();
    let wait = catalogue.cluster(Metric::RehomeWait).unwrap();
    for later in [None, Some((214, Fact::RehomeLost { device: POINT }))] {
        facts.extend(later);
        let (summary, merged) = measured(&plan, &facts);
        assert_eq!(merged.censored[delay].totals().max, seconds(14));
        assert_eq!((summary.durations[wait].count, summary.durations[wait].censored), (1, 0));
    }
}

#[test]
fn an_outage_that_is_not_over_is_censored_since_its_fault() {
    let plan = fake::plan();
    let catalogue = Catalogue::new(&plan);
    let port = DeviceId(1);
    let given_up = Fact::DeviceGivenUp { device: port, because: GiveUpReason::CannotOpen };
    let delay = Some(seconds(40));
    let facts = [
        (100, Fact::CallManagerFailed { node: SUB1 }),
        (100, closed(port, OutageCause::CallManagerFailed, 100)),
        (101, given_up),
        // Its application requested it once more.
        (102, given_up),
        (300, Fact::ApplicationClosed { application: ApplicationId(0), delay, false_failure: false }),
        (300, closed(POINT, OutageCause::ApplicationClosed, 260)),
        (500, Fact::CtiManagerFailed { node: SUB1 }),
        (520, closed(DeviceId(2), OutageCause::CtiManagerFailed, 500)),
    ];
    let (summary, merged) = measured(&plan, &facts);
    let lasted = |kind, because| {
        let row = catalogue.device_fate(Metric::OutOfService, kind, because);
        merged.censored[row].totals().max
    };
    assert_eq!(lasted(DeviceKind::CtiPort, OutageCause::CallManagerFailed), seconds(500));
    assert_eq!(lasted(DeviceKind::RoutePoint, OutageCause::ApplicationClosed), seconds(340));
    assert_eq!(lasted(DeviceKind::CtiPort, OutageCause::CtiManagerFailed), seconds(100));
    let closed = FateSummary { closed: 1, still_out: 0 };
    let still_out = FateSummary { closed: 0, still_out: 1 };
    let none = FateSummary::default();
    assert_eq!(
        summary.fates,
        [[still_out, none, none, none, none, none, none], [none, closed, still_out, none, none, none, none], [none; 7]]
    );
    assert_eq!((summary.count(Count::ClosedCannotOpen), summary.count(Count::StillOut)), (1, 2));
    let of_application = catalogue.application(Metric::OutOfService, IVR.unwrap());
    assert_eq!((summary.durations[of_application].count, summary.durations[of_application].censored), (0, 3));
}

#[test]
fn what_was_given_up_may_still_come_back() {
    let plan = fake::plan();
    let port = DeviceId(1);
    let facts = [
        (100, closed(port, OutageCause::CallManagerFailed, 100)),
        (101, Fact::DeviceGivenUp { device: port, because: GiveUpReason::RecoveryForbidden }),
        (200, opened(port, SUB2, 100)),
    ];
    let (summary, _) = measured(&plan, &facts);
    assert_eq!(summary.fates, [[FateSummary::default(); 7]; 3]);
    assert_eq!((summary.count(Count::ClosedRecoveryForbidden), summary.count(Count::Reopened)), (1, 1));
}

#[test]
fn work_lost_in_a_failure_occupies_no_server() {
    let plan = fake::plan();
    let catalogue = Catalogue::new(&plan);
    let station = StationId(0);
    let served = |arrived, started, finished| Fact::Served {
        station,
        task: Task::SetUp,
        call: None,
        arrived: at(arrived),
        started: at(started),
        finished: at(finished),
    };
    let facts = [
        (90, served(90, 90, 95)),
        (100, served(100, 100, 400)),
        (110, served(110, 400, 590)),
        (130, Fact::CallManagerFailed { node: SUB1 }),
        (200, Fact::CallManagerReturned { node: SUB1 }),
        (210, served(210, 210, 220)),
    ];
    let (summary, merged) = measured(&plan, &facts);
    let busy = |row: usize| summary.gauges[row].integral / u128::from(SECOND);
    // 5 s, then 30 s until the failure, then 10 s; the second one waited for 20 s.
    assert_eq!((busy(catalogue.utilisation(station)), busy(catalogue.queue(station))), (45, 20));
    let line = |row| merged.timeline.row(row).into_iter().map(|integral| integral / u128::from(SECOND));
    assert_eq!(line(catalogue.utilisation(station)).collect::<Vec<_>>(), [25, 20, 0, 0, 0]);
    assert_eq!(line(catalogue.queue(station)).collect::<Vec<_>>(), [10, 10, 0, 0, 0]);
}

#[test]
fn a_node_that_refuses_calls_and_fails_refuses_no_more() {
    let plan = fake::plan();
    let catalogue = Catalogue::new(&plan);
    let refuses = |refuses| Fact::Throttling { node: SUB1, refuses };
    let failed = Fact::CallManagerFailed { node: SUB1 };
    for facts in [
        vec![(100, refuses(true)), (130, failed)],
        vec![(100, refuses(true)), (130, failed), (130, refuses(false))],
        vec![(100, refuses(true)), (110, refuses(false)), (130, refuses(true)), (150, refuses(false))],
    ] {
        let (summary, _) = measured(&plan, &facts);
        assert_eq!(summary.gauges[catalogue.throttled(SUB1)].integral / u128::from(SECOND), 30);
    }
}

#[test]
fn replications_leave_no_trace_in_each_other() {
    let plan = fake::plan();
    let (together, merged) = measure(&plan, [5, 6, 7]);
    let (alone, first) = measure(&plan, [7]);
    assert_eq!(together[2], alone[0]);
    let (_, rest) = measure(&plan, [6, 5]);
    let mut sum = first;
    sum.add(&rest);
    assert_eq!(sum, merged);
}

#[test]
fn a_run_without_warm_up_is_measured_from_the_start() {
    let plan = Plan { warm_up: Some(Time::ZERO), ..fake::plan() };
    let (summaries, _) = measure(&plan, [0]);
    let in_service = summaries[0].gauges[Catalogue::DEVICES_IN_SERVICE];
    assert_eq!(in_service.peak, 6);
    let expected = Catalogue::new(&plan).gauges[Catalogue::DEVICES_IN_SERVICE].clone();
    assert_eq!(in_service.integral, integral(&plan, 0, &expected, 0, plan.length.nanos()));
}

#[test]
fn a_phone_in_service_counts_as_controlled_only_while_its_application_controls_it() {
    let mut plan = fake::plan();
    let (phone, application) = (DeviceId(4), ApplicationId(0));
    plan.devices[phone.index()].application = Some(application);
    // Four route points and ports, and the phone: five, of six devices in service.
    let facts = [
        (100, Fact::ControlLost { device: phone, application, last: true }),
        (130, Fact::Controlled { device: phone, application, first: true }),
        (200, closed(POINT, OutageCause::ApplicationClosed, 200)),
        (210, opened(POINT, SUB1, 10)),
    ];
    let (summary, _) = measured(&plan, &facts);
    let measured_for = u128::from(plan.length.nanos() - plan.window().warm_up.nanos());
    let missing = |row: usize, all: u128| (all * measured_for - summary.gauges[row].integral) / u128::from(SECOND);
    assert_eq!(missing(Catalogue::DEVICES_CONTROLLED, 5), 30 + 10);
    assert_eq!(missing(Catalogue::DEVICES_IN_SERVICE, 6), 10);
}

#[test]
fn a_wait_in_a_queue_that_is_not_over_is_censored() {
    let mut plan = fake::plan();
    let groups = vec![crate::domain::PhoneGroupId(0)];
    let order = crate::domain::QueueOrder::LongestIdle;
    let queue =
        |name: &str, of_group| crate::plan::Queue { name: name.to_owned(), of_group, groups: groups.clone(), order };
    plan.queues = vec![queue("sales", false), queue("agents", true)];
    let (sales, of_group) = (QueueId(0), QueueId(1));
    let call = |number| CallName { source: crate::domain::SourceId(0), number };
    let distributed = |number, queue, waited: Option<u64>| Fact::Distributed {
        call: call(number),
        queue,
        waited: waited.map(Span::from_secs),
    };
    let left = |number, waited, hung_up| Fact::LeftQueue {
        call: call(number),
        queue: sales,
        waited: Span::from_secs(waited),
        hung_up,
    };
    let queued = |number| Fact::Queued { call: call(number), place: number, queue: sales };
    let mut meter = Meter::new(&plan, plan.window());
    meter.start(0);
    // The first minute is warm-up: a wait from 30 to 70 began in it and is not measured. One finds a phone free; one hangs up after 10 s, one is lost after 5 s, and
    // one waits for the last 100 s. What waits in the queue of a group is not measured.
    for (second, fact) in [
        (30, queued(1)),
        (70, distributed(1, sales, Some(40))),
        (80, distributed(2, sales, None)),
        (85, Fact::Queued { call: call(9), place: 9, queue: of_group }),
        (90, queued(3)),
        (95, distributed(9, of_group, Some(10))),
        (100, left(3, 10, true)),
        (110, queued(4)),
        (115, left(4, 5, false)),
        (500, queued(5)),
    ] {
        meter.note(Time::ZERO + Span::from_secs(second), fact);
    }
    let summary = meter.finish(plan.length, 0);
    let catalogue = Catalogue::new(&plan);
    let waits = &summary.durations[catalogue.of_queue(Metric::QueueWait, sales)];
    assert_eq!((waits.count, waits.sum_nanos, waits.censored), (1, 0, 3));
    assert_eq!(waits.longest_censored, Span::from_secs(100));
    assert_eq!(summary.count(Count::QueueAbandoned), 1);
    let gauge = &summary.gauges[catalogue.waiting(sales)];
    assert_eq!((gauge.integral, gauge.peak), (u128::from((10 + 10 + 5 + 100) * SECOND), 1));
}

/// Every bin against all the facts of two replications, the last bin being shorter; whatever is counted after the warm-up alone is counted
/// by the meter, whatever is counted in bins here.
#[test]
fn bins_have_what_happens_in_them_warm_up_included() {
    let plan = Plan { bin: Span::from_nanos(77 * SECOND + 5), ..fake::plan() };
    let (_, merged) = measure(&plan, [0, 1]);
    let facts: Vec<(Time, Fact)> = [0, 1].into_iter().flat_map(|it| fake::facts(&plan, plan.seed, it)).collect();
    let tally = |fact: &Fact| match fact {
        Fact::Offered { .. } => Some(Tally::Offered),
        Fact::Connected { .. } => Some(Tally::Answered),
        Fact::Forwarded { .. } => Some(Tally::Forwarded),
        Fact::Ended { ending, .. } => Some(match ending {
            Ending::Completed => Tally::Completed,
            Ending::Abandoned => Tally::Abandoned,
            Ending::Refused(_) => Tally::Refused,
            Ending::DroppedInSetup => Tally::DroppedInSetup,
            Ending::DroppedInChange => Tally::DroppedInChange,
            Ending::DroppedConnected => Tally::DroppedConnected,
        }),
        _ => None,
    };
    let mut seen = [0; Tally::ALL.len()];
    for (bin, sums) in merged.bins.sums().iter().enumerate() {
        let (start, end) = merged.timeline.bounds(bin);
        let within = || facts.iter().filter(|(at, _)| (start..end).contains(at));
        for it in Tally::ALL {
            let expected = within().filter(|(_, fact)| tally(fact) == Some(it)).count() as u64;
            assert_eq!(sums.count(it), expected, "{it:?}, bin {bin}");
            seen[it as usize] += expected;
        }
        let waits = within().filter_map(|(_, fact)| match fact {
            Fact::Connected { since_offered, .. } => Some(u128::from(since_offered.nanos())),
            _ => None,
        });
        assert_eq!(sums.wait(Wait::Setup), (sums.count(Tally::Answered), waits.sum()));
    }
    assert!(seen.iter().all(|&count| count > 0), "{seen:?}");
}

/// A bin that begins with the warm-up's end: from there on the bins have what the meter counts. One that ends at the same instant as
/// something happens does not have it, but the last one does.
#[test]
fn bins_after_the_warm_up_add_up_to_the_counts() {
    let plan = Plan { bin: Span::from_secs(60), ..fake::plan() };
    assert_eq!(plan.window().warm_up, at(60));
    let (summaries, merged) = measure(&plan, 0..20);
    let all = |count: Count| summaries.iter().map(|summary| summary.count(count)).sum::<u64>();
    let bins = |from: usize, tally| merged.bins.sums()[from..].iter().map(|bin| bin.count(tally)).sum::<u64>();
    assert_eq!(bins(1, Tally::Offered), all(Count::Offered));
    let forwards = [Count::Cfof, Count::Cfna, Count::Cfb, Count::Cfur, Count::Cfa].map(all).iter().sum::<u64>();
    assert_eq!(bins(1, Tally::Forwarded), forwards);
    // Of the calls that end after the warm-up some were offered before: they are in bins, and are not counted.
    assert!(bins(0, Tally::Offered) > bins(1, Tally::Offered));
    assert!(bins(1, Tally::Completed) > all(Count::Completed));

    let call = |number| CallName { source: crate::domain::SourceId(0), number };
    let offered = |second, place| (second, Fact::Offered { call: call(place), place, ingress: SUB1 });
    let (_, merged) = measured(&plan, &[offered(119, 0), offered(120, 1), offered(600, 2)]);
    let counts: Vec<u64> = merged.bins.sums().iter().map(|bin| bin.count(Tally::Offered)).collect();
    assert_eq!(counts, [0, 1, 1, 0, 0, 0, 0, 0, 0, 1]);
}

/// Of ten callers whom an application transfers to a queue. Warm-up ends at 60 s, the run at 600 s.
#[test]
fn who_asked_for_a_person_and_was_answered_in_time() {
    let mut plan = fake::plan();
    let groups = vec![crate::domain::PhoneGroupId(0)];
    let order = crate::domain::QueueOrder::LongestIdle;
    plan.queues = vec![crate::plan::Queue { name: "sales".to_owned(), of_group: false, groups, order }];
    let to = crate::plan::TransferTo::One(crate::plan::People::Queue(QueueId(0)));
    plan.port_groups[0].transfer = Some(crate::plan::Transfer { share: 1.0, to });
    plan.asked = crate::plan::Asked::new(&[Span::from_secs(20), Span::from_secs(10)]);
    let queue = QueueId(0);
    let call = |number| CallName { source: crate::domain::SourceId(0), number };
    let at = |second| Time::ZERO + Span::from_secs(second);
    let span = Span::from_secs;
    let path = Path { ingress: NodeId(0), route_point: None, application: Some(ApplicationId(0)) };
    let offered = |number| Fact::Offered { call: call(number), place: number, ingress: NodeId(0) };
    let queued = |number| Fact::Queued { call: call(number), place: number, queue };
    let distributed =
        |number, waited: Option<u64>| Fact::Distributed { call: call(number), queue, waited: waited.map(span) };
    let answered = |number, delay| Fact::Transferred {
        call: call(number),
        by: crate::domain::TransferredBy::Application,
        path,
        delay: span(delay),
    };
    let reached = |since| Reached { path, contact: Contact::AwaitsPerson, waits_since: at(since) };
    let ended = |number, ending, since| Fact::Ended {
        call: call(number),
        place: number,
        ending,
        offered: at(61),
        reached: reached(since),
    };
    let unfinished = |number, since| Fact::Unfinished { call: call(number), offered: at(61), reached: reached(since) };
    let mut meter = Meter::new(&plan, plan.window());
    meter.start(0);
    let facts = [
        // Asked at 40, in the warm-up: not measured.
        (30, offered(7)),
        (50, distributed(7, None)),
        (61, offered(1)),
        (61, offered(2)),
        (61, offered(3)),
        (61, offered(4)),
        (61, offered(5)),
        (61, offered(6)),
        (65, answered(7, 25)),
        // Asked at 68 and answered at 80; in the queue from 70 on, 5 s until a phone rang: exactly 10 s there.
        (70, queued(1)),
        (75, distributed(1, Some(5))),
        (80, answered(1, 12)),
        // Asked at 99, and hung up after 30 s in the queue.
        (100, queued(2)),
        (130, Fact::LeftQueue { call: call(2), queue, waited: span(30), hung_up: true }),
        (130, ended(2, Ending::Abandoned, 99)),
        // A phone was free, and nobody answered.
        (200, distributed(3, None)),
        (215, ended(3, Ending::Refused(crate::domain::Refusal::NotAnswered), 199)),
        // A phone was free, and forwarded it to a machine.
        (300, distributed(4, None)),
        (312, Fact::ReachedMachine { call: call(4), path, delay: span(13) }),
        // Asked at 584, in the queue from 585 on: late for 10 s, and not known for 20 s.
        (585, queued(5)),
        // Asked at 594, a phone rings from 595 on: not known.
        (595, distributed(6, None)),
        (600, unfinished(5, 584)),
        (600, unfinished(6, 594)),
    ];
    for (second, fact) in facts {
        meter.note(at(second), fact);
    }
    let summary = meter.finish(plan.length, 0);
    let catalogue = Catalogue::new(&plan);
    let level = |in_time, answered, asked| crate::record::ServiceLevel { in_time, answered, asked };
    assert_eq!(catalogue.within, [span(10), span(20)]);
    let rows: Vec<&[crate::record::ServiceLevel]> = summary.service.chunks(2).collect();
    let scopes: Vec<Scope> = catalogue.service.iter().map(|it| it.scope).collect();
    assert_eq!(scopes, [Scope::Cluster, Scope::Application, Scope::Queue]);
    // Within 10 s from asking: none of 1 to 5. Within 20 s: the first, of 1 to 4.
    assert_eq!(rows[0], [level(0, 1, 5), level(1, 1, 4)]);
    assert_eq!(rows[1], rows[0]);
    assert_eq!(rows[2], [level(1, 1, 5), level(1, 1, 4)]);
    // Three had to wait: 5 s, 30 s, and 15 s so far.
    assert_eq!((&*summary.waited, summary.count(Count::Waited)), (&[3, 3][..], 3));
    for row in [catalogue.cluster(Metric::QueueStay).unwrap(), catalogue.of_queue(Metric::QueueStay, queue)] {
        let stay = &summary.durations[row];
        assert_eq!((stay.count, stay.sum_nanos, stay.censored), (2, u128::from(35 * SECOND), 1));
        assert_eq!(stay.longest_censored, span(15));
    }
}

/// Where no application transfers callers, they ask by calling: from offered to a person's answer.
#[test]
fn without_transfers_the_call_asks() {
    let text = r#"
        format = 1
        question = "Who is answered?"
        run = { length = "10m", warm_up = "1m", answered_within = ["10s"] }
        [[node]]
        name = "sub1"
        [[callmanager_group]]
        name = "main"
        members = ["sub1"]
        [[phone]]
        name = "people"
        count = 3
        device_pool = "main"
        [[traffic]]
        name = "callers"
        to = "people"
        arrivals = { poisson = "10/m" }
    "#;
    let plan = crate::plan::compile("direct", text, &crate::workload::NoFiles).unwrap();
    let call = |number| CallName { source: crate::domain::SourceId(0), number };
    let at = |second| Time::ZERO + Span::from_secs(second);
    let path = Path { ingress: NodeId(0), route_point: None, application: None };
    let connected = |number, since, by_person| Fact::Connected {
        call: call(number),
        path,
        since_offered: Span::from_secs(since),
        first_sign: true,
        by_person,
    };
    let reached = |contact| Reached { path, contact, waits_since: Time::ZERO };
    let mut meter = Meter::new(&plan, plan.window());
    meter.start(0);
    for number in 0..6 {
        meter.note(at(61), Fact::Offered { call: call(number), place: number, ingress: NodeId(0) });
    }
    let refused = Ending::Refused(crate::domain::Refusal::Busy);
    for (second, fact) in [
        // One in the warm-up, one after 10 s, one after 11 s, one by a machine, one refused; of two that still ring at the end one is late.
        (65, connected(0, 6, true)),
        (71, connected(1, 10, true)),
        (72, connected(2, 11, true)),
        (73, connected(3, 12, false)),
        (
            74,
            Fact::Ended {
                call: call(4),
                place: 4,
                ending: refused,
                offered: at(61),
                reached: reached(Contact::Nothing),
            },
        ),
        (600, Fact::Unfinished { call: call(5), offered: at(590), reached: reached(Contact::Alerted) }),
        (600, Fact::Unfinished { call: call(6), offered: at(591), reached: reached(Contact::Alerted) }),
    ] {
        meter.note(at(second), fact);
    }
    let summary = meter.finish(plan.length, 0);
    assert_eq!(*summary.service, [crate::record::ServiceLevel { in_time: 1, answered: 2, asked: 5 }]);
    assert!(summary.waited.is_empty());
}

/// A percentile that is asked for is kept beside the usual ones: of 1 to 10 ms, the 80 % quantile is 8 ms.
#[test]
fn a_percentile_is_kept_where_it_is_asked_for() {
    let mut plan = fake::plan();
    let measure = crate::record::Measure::parse("lookup_delay.p80").unwrap();
    measure.ask(&mut plan);
    crate::record::Measure::parse("lookup_delay.p90").unwrap().ask(&mut plan);
    assert_eq!(plan.asked.percentiles(), [800_000]);
    let mut meter = Meter::new(&plan, plan.window());
    meter.start(0);
    for millis in 1..=10 {
        let delay = Span::from_millis(millis);
        meter.note(plan.window().warm_up, Fact::LookedUp { application: ApplicationId(0), call: None, delay });
    }
    let summary = meter.finish(plan.length, 0);
    let row = Catalogue::new(&plan).cluster(Metric::LookupDelay).unwrap();
    assert_eq!(summary.percentiles.len(), summary.durations.len());
    // To three digits.
    assert_eq!(summary.percentiles[row].nanos() / 10_000, 800);
    assert_eq!(summary.percentiles.iter().filter(|it| **it > Span::ZERO).count(), 2);
}
