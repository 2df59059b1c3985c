//! The recorder that measures.

use crate::domain::{
    ApplicationId, DeviceId, DeviceKind, Ending, Forward, GiveUpReason, NodeId, OutageCause, Refusal, RoutePointId,
    StationId,
};
use crate::engine::{Span, Time};
use crate::plan::{Plan, Window};

use super::catalogue::{CAUSES, Catalogue, KINDS};
use super::devices::{Cut, Devices, RehomeTimer, before};
use super::histogram::{Histogram, MergedHistogram};
use super::levels::Levels;
use super::metric::{Count, Metric};
use super::summary::{DurationSummary, FateSummary, Merged, ReplicationSummary};
use crate::facts::{Fact, Path, Recorder, Share};

/// Measures one replication after another.
///
/// It measures calls offered at or after the end of the warm-up, with their endings and their delays from offered; every
/// other duration and count that falls due at or after it; and gauges from then on. Only the timeline covers the warm-up too,
/// so that one can see whether it was long enough (the initial transient).
///
/// What has begun and is not over at the end (a device out of service, or one that waits to rehome) is kept apart as
/// censored: its length by then is a lower bound, not a value.
///
/// A replication costs no memory beyond its summary, once the histograms have grown to the durations that occur.
#[derive(Debug)]
pub struct Meter {
    catalogue: Catalogue,
    length: u64,
    warm_up: Time,
    /// The application of each device. A route point's row is that of its device.
    controllers: Vec<Option<ApplicationId>>,

    /// The current replication.
    replication: Option<u64>,
    counts: [u64; Count::ALL.len()],
    histograms: Vec<Histogram>,
    censored: Vec<Histogram>,
    devices: Devices,
    /// Whether each node's CallManager refuses new calls.
    throttled: Vec<bool>,
    levels: Levels,

    /// What all replications so far measured.
    replications: u64,
    merged_histograms: Vec<MergedHistogram>,
    merged_censored: Vec<MergedHistogram>,
}

impl Meter {
    /// A meter for the runs of `plan`, of which it measures this window.
    pub fn new(plan: &Plan, window: Window) -> Meter {
        let catalogue = Catalogue::new(plan);
        let durations = catalogue.durations.len();
        Meter {
            length: plan.length.nanos(),
            warm_up: window.warm_up,
            controllers: plan.devices.iter().map(|device| device.application).collect(),
            replication: None,
            counts: [0; Count::ALL.len()],
            histograms: vec![Histogram::default(); durations],
            censored: vec![Histogram::default(); durations],
            devices: Devices::new(plan),
            throttled: vec![false; plan.nodes.len()],
            levels: Levels::new(plan, window, catalogue.steps(), catalogue.stations()),
            replications: 0,
            merged_histograms: vec![MergedHistogram::default(); durations],
            merged_censored: vec![MergedHistogram::default(); durations],
            catalogue,
        }
    }

    /// A replication begins.
    pub fn start(&mut self, replication: u64) {
        // The timeline accumulates directly: what an unfinished replication left in it could not be taken back.
        assert_eq!(self.replication, None, "the replication before was not finished");
        self.replication = Some(replication);
        self.counts = [0; Count::ALL.len()];
        self.levels.start();
        self.devices.start();
        for &node in self.devices.at_start() {
            for row in [Catalogue::DEVICES_IN_SERVICE, self.catalogue.devices(node)] {
                self.levels.starts_higher(row);
            }
        }
        self.throttled.fill(false);
    }

    /// The replication is over, after `events` engine events. A run ends when its plan says so: work scheduled beyond that has
    /// already been cut off there.
    pub fn finish(&mut self, end: Time, events: u64) -> ReplicationSummary {
        let replication = self.replication.take().expect("a replication was started");
        assert_eq!(end.nanos(), self.length, "a run ends when its plan says so");
        let gauges = self.levels.finish();

        self.counts[Count::Events as usize] = events;
        self.balance_calls(replication);
        let (fates, waiting) = self.censor(end);

        let ended = self.histograms.iter_mut().zip(&mut self.merged_histograms);
        let censored = self.censored.iter_mut().zip(&mut self.merged_censored);
        let durations = ended.zip(censored).map(|(ended, censored)| DurationSummary::take(ended, censored)).collect();
        self.replications += 1;
        ReplicationSummary { replication, counts: self.counts, durations, gauges, fates, waiting }
    }

    /// Records what is not over at the end as censored.
    fn censor(&mut self, end: Time) -> ([[FateSummary; CAUSES.len()]; KINDS.len()], [u32; KINDS.len()]) {
        let mut fates = [[FateSummary::default(); CAUSES.len()]; KINDS.len()];
        let mut waiting = [0; KINDS.len()];
        // Recording needs the whole meter.
        let mut devices = std::mem::replace(&mut self.devices, Devices::none());
        for (device, state) in devices.all() {
            if let Some(outage) = state.outage {
                let fate = &mut fates[state.kind as usize][outage.because as usize];
                if outage.given_up {
                    fate.closed += 1;
                } else {
                    fate.still_out += 1;
                    self.counts[Count::StillOut as usize] += u64::from(outage.because != OutageCause::Rehoming);
                }
                let application = self.controllers[device.index()];
                for row in self.outage_rows(state.kind, application, outage.because).into_iter().flatten() {
                    self.censored[row].record(end - outage.since);
                }
            }
            let cut = state.rehoming.cut(end);
            if let Some(Cut::Waiting(_)) = cut {
                waiting[state.kind as usize] += 1;
                self.count(Count::RehomeWaiting);
            }
            self.cut(state.what(), cut);
        }
        self.devices = devices;
        (fates, waiting)
    }

    /// The rows of an outage. Those of the cluster, the application and the kind are for faults only: rehoming is planned.
    fn outage_rows(
        &self,
        kind: DeviceKind,
        application: Option<ApplicationId>,
        because: OutageCause,
    ) -> [Option<usize>; 4] {
        let metric = Metric::OutOfService;
        let fate = Some(self.catalogue.device_fate(metric, kind, because));
        if because == OutageCause::Rehoming {
            return [fate, None, None, None];
        }
        let application = application.map(|application| self.catalogue.application(metric, application));
        [fate, self.catalogue.cluster(metric), application, Some(self.catalogue.device_kind(metric, kind))]
    }

    /// The rows of a device's rehoming.
    fn rehome_rows(
        &self,
        metric: Metric,
        (kind, route_point): (DeviceKind, Option<RoutePointId>),
    ) -> [Option<usize>; 3] {
        let route_point = route_point.map(|route_point| self.catalogue.route_point(metric, route_point));
        [self.catalogue.cluster(metric), Some(self.catalogue.device_kind(metric, kind)), route_point]
    }

    /// A wait to rehome, or a rehoming, was cut short.
    fn cut(&mut self, what: (DeviceKind, Option<RoutePointId>), cut: Option<Cut>) {
        let (metrics, lasted): (&[Metric], Span) = match cut {
            None => return,
            Some(Cut::Waiting(lasted)) => (&[Metric::RehomeWait, Metric::RehomeDelay], lasted),
            Some(Cut::Leaving(lasted)) => (&[Metric::RehomeDelay], lasted),
        };
        for &metric in metrics {
            for row in self.rehome_rows(metric, what).into_iter().flatten() {
                self.censored[row].record(lasted);
            }
        }
    }

    fn record_rehoming(&mut self, metric: Metric, device: DeviceId, delay: Span) {
        let what = self.devices.get(device).what();
        for row in self.rehome_rows(metric, what).into_iter().flatten() {
            self.record(row, delay);
        }
    }

    fn device_opened(&mut self, now: Time, device: DeviceId, node: NodeId, out_of_service: Span) {
        self.levels.step_up(Catalogue::DEVICES_IN_SERVICE, now);
        self.levels.step_up(self.catalogue.devices(node), now);
        let application = self.controllers[device.index()];
        let state = self.devices.get(device);
        state.node = node;
        if let RehomeTimer::Leaving { opened_at, .. } = &mut state.rehoming {
            *opened_at = Some(now);
        }
        let kind = state.kind;
        // A device that its application did not reach at the beginning (R25) has no outage.
        let outage = state.outage.take();
        if let Some(outage) = outage.filter(|_| now >= self.warm_up) {
            if outage.because != OutageCause::Rehoming {
                self.count(Count::Reopened);
            }
            for row in self.outage_rows(kind, application, outage.because).into_iter().flatten() {
                self.record(row, out_of_service);
            }
        }
    }

    fn rehome_lost(&mut self, now: Time, device: DeviceId) {
        let state = self.devices.get(device);
        let (what, cut) = (state.what(), state.rehoming.cut(now));
        if now >= self.warm_up && cut.is_some() {
            // A failure ended it, independently of the calls at the device: up to then it is censored like any other wait.
            self.count(Count::RehomeLost);
            self.cut(what, cut);
        }
    }

    /// A node's CallManager refuses new calls from now on.
    fn refuses_calls(&mut self, now: Time, node: NodeId) {
        if !std::mem::replace(&mut self.throttled[node.index()], true) {
            self.levels.step_up(self.catalogue.throttled(node), now);
        }
    }

    /// A node's CallManager takes new calls from now on.
    fn takes_calls(&mut self, now: Time, node: NodeId) {
        if std::mem::replace(&mut self.throttled[node.index()], false) {
            self.levels.step_down(self.catalogue.throttled(node), now);
        }
    }

    fn detected(&mut self, metric: Metric, application: ApplicationId, delay: Span) {
        self.record_for_application(Metric::DetectionDelay, application, delay);
        self.record_for_application(metric, application, delay);
    }

    /// Every call offered has ended in exactly one way, or is in progress.
    fn balance_calls(&mut self, replication: u64) {
        let endings = [
            Count::Completed,
            Count::Abandoned,
            Count::Refused,
            Count::DroppedInSetup,
            Count::DroppedInChange,
            Count::DroppedConnected,
        ];
        let offered = self.counts[Count::Offered as usize];
        let ended: u64 = endings.iter().map(|&ending| self.counts[ending as usize]).sum();
        let all_in_progress = self.levels.reading(Catalogue::CALLS_IN_PROGRESS);
        // The gauge counts the calls of the warm-up too, so it may show more but never less.
        assert!(
            ended <= offered && offered - ended <= all_in_progress,
            "replication {replication}: {offered} calls offered, {ended} ended, {all_in_progress} in progress"
        );
        self.counts[Count::InProgress as usize] = offered - ended;
    }

    /// What was measured, with the replications so far added up.
    pub fn into_merged(self) -> Merged {
        Merged {
            replications: self.replications,
            histograms: self.merged_histograms,
            censored: self.merged_censored,
            timeline: self.levels.into_timeline(),
        }
    }

    fn count(&mut self, count: Count) {
        self.counts[count as usize] += 1;
    }

    fn record(&mut self, row: usize, delay: Span) {
        self.histograms[row].record(delay);
    }

    fn record_for_cluster(&mut self, metric: Metric, delay: Span) {
        let row = self.catalogue.cluster(metric).expect("the duration is measured for the cluster");
        self.record(row, delay);
    }

    fn record_for_application(&mut self, metric: Metric, application: ApplicationId, delay: Span) {
        self.record_for_cluster(metric, delay);
        self.record(self.catalogue.application(metric, application), delay);
    }

    fn record_for_path(&mut self, metric: Metric, path: Path, delay: Span) {
        self.record_for_cluster(metric, delay);
        self.record(self.catalogue.node(metric, path.ingress), delay);
        if let Some(application) = path.application {
            self.record(self.catalogue.application(metric, application), delay);
        }
        if let Some(route_point) = path.route_point {
            self.record(self.catalogue.route_point(metric, route_point), delay);
        }
    }

    fn ended(&mut self, ending: Ending) {
        match ending {
            Ending::Completed => self.count(Count::Completed),
            Ending::Abandoned => self.count(Count::Abandoned),
            Ending::Refused(reason) => {
                self.count(Count::Refused);
                self.count(match reason {
                    Refusal::Busy => Count::RefusedBusy,
                    Refusal::NotOpened => Count::RefusedNotOpened,
                    Refusal::NotAnswered => Count::RefusedNotAnswered,
                    Refusal::TooManyHops => Count::RefusedTooManyHops,
                    Refusal::Throttled => Count::RefusedThrottled,
                    Refusal::NoCallManager => Count::RefusedNoCallManager,
                });
            }
            Ending::DroppedInSetup => self.count(Count::DroppedInSetup),
            Ending::DroppedInChange => self.count(Count::DroppedInChange),
            Ending::DroppedConnected => self.count(Count::DroppedConnected),
        }
    }

    fn forwarded(
        &mut self,
        forward: Forward,
        application: Option<ApplicationId>,
        waited: Span,
        since_failure: Option<Span>,
    ) {
        let mut record = |metric, delay| match application {
            Some(application) => self.record_for_application(metric, application, delay),
            None => self.record_for_cluster(metric, delay),
        };
        let count = match forward {
            Forward::Cfof => {
                record(Metric::CfofWait, waited);
                if let Some(delay) = since_failure {
                    record(Metric::CfofDelay, delay);
                }
                Count::Cfof
            }
            Forward::Cfna => {
                record(Metric::CfnaDelay, waited);
                Count::Cfna
            }
            Forward::Cfb => {
                record(Metric::CfbDelay, waited);
                Count::Cfb
            }
            Forward::Cfur => Count::Cfur,
        };
        self.count(count);
    }

    /// A piece of work has been scheduled at a station.
    #[inline(always)]
    fn served(&mut self, now: Time, station: StationId, arrived: Time, started: Time, finished: Time) {
        if started >= self.warm_up && started.nanos() < self.length {
            self.record(self.catalogue.station(Metric::StationWait, station), started.since(arrived));
        }
        self.levels.served(now, station, arrived, started, finished);
    }
}

impl Recorder for Meter {
    // The variant is known where a fact is noted: after inlining, only one arm of this match is left there.
    #[inline(always)]
    fn note(&mut self, now: Time, fact: Fact) {
        self.levels.advance(now);
        let measured = now >= self.warm_up;
        match fact {
            Fact::Offered { .. } => {
                self.levels.step_up(Catalogue::CALLS_IN_PROGRESS, now);
                if measured {
                    self.count(Count::Offered);
                }
            }
            Fact::Ended { ending, offered, .. } => {
                self.levels.step_down(Catalogue::CALLS_IN_PROGRESS, now);
                if offered >= self.warm_up {
                    self.ended(ending);
                }
            }
            Fact::Presented { route_point, .. } => self.levels.step_up(self.catalogue.calls(route_point), now),
            Fact::Left { route_point, stayed, .. } => {
                self.levels.step_down(self.catalogue.calls(route_point), now);
                if measured {
                    self.record(self.catalogue.route_point(Metric::RoutePointStay, route_point), stayed);
                }
            }
            Fact::Seized { pool, .. } => self.levels.step_up(self.catalogue.in_use(pool), now),
            Fact::Freed { pool, .. } => self.levels.step_down(self.catalogue.in_use(pool), now),
            Fact::Served { station, arrived, started, finished } => {
                self.served(now, station, arrived, started, finished);
            }
            Fact::Skipped { station, arrived, until } => {
                self.levels.skipped(station, arrived, until);
            }
            Fact::Alerting { path, since_offered, .. } => {
                if now.nanos() - since_offered.nanos() >= self.warm_up.nanos() {
                    self.record_for_path(Metric::PostDialDelay, path, since_offered);
                }
            }
            Fact::Connected { path, since_offered, first_sign, .. } => {
                if now.nanos() - since_offered.nanos() >= self.warm_up.nanos() {
                    self.record_for_path(Metric::SetupDelay, path, since_offered);
                    if first_sign {
                        self.record_for_path(Metric::PostDialDelay, path, since_offered);
                    }
                }
            }
            Fact::DeviceOpened { device, node, out_of_service, .. } => {
                self.device_opened(now, device, node, out_of_service);
            }
            Fact::DeviceClosed { device, application, because } => {
                let node = self.devices.closed(device, application, because, now);
                self.levels.step_down(Catalogue::DEVICES_IN_SERVICE, now);
                self.levels.step_down(self.catalogue.devices(node), now);
            }
            Fact::DeviceGivenUp { device, because } => {
                // Its application may request it again, in vain.
                let outage = self.devices.get(device).outage.as_mut();
                let before = outage.is_some_and(|outage| std::mem::replace(&mut outage.given_up, true));
                if measured && !before {
                    self.count(match because {
                        GiveUpReason::CannotOpen => Count::ClosedCannotOpen,
                        GiveUpReason::RecoveryForbidden => Count::ClosedRecoveryForbidden,
                        GiveUpReason::OutOfReach => Count::ClosedOutOfReach,
                    });
                }
            }
            Fact::HomeReturned { device, ago } => {
                // A second time only if a rehoming ended elsewhere.
                self.rehome_lost(now, device);
                self.devices.get(device).rehoming = RehomeTimer::Waiting(before(now, ago));
            }
            Fact::RehomeLost { device } => self.rehome_lost(now, device),
            Fact::RehomeStarted { device, waited } => {
                self.devices.get(device).rehoming.leaves();
                if measured {
                    self.record_rehoming(Metric::RehomeWait, device, waited);
                }
            }
            Fact::Rehomed { device, delay } => {
                self.devices.get(device).rehoming = RehomeTimer::Settled;
                if measured {
                    self.count(Count::Rehomed);
                    self.record_rehoming(Metric::RehomeDelay, device, delay);
                }
            }
            Fact::CallManagerFailed { node } => {
                self.devices.callmanager_failed(node, now);
                self.levels.process_failed(now, StationId(node.0 * 2));
                // A CallManager that comes back takes new calls.
                self.takes_calls(now, node);
                if measured {
                    self.count(Count::CallManagerFailures);
                }
            }
            Fact::CtiManagerFailed { node } => {
                self.devices.ctimanager_failed(node, now);
                self.levels.process_failed(now, StationId(node.0 * 2 + 1));
                if measured {
                    self.count(Count::CtiManagerFailures);
                }
            }
            Fact::ManagerChanged { application, manager } => self.devices.manager_changed(application, manager),
            Fact::Throttling { node, refuses: true } => self.refuses_calls(now, node),
            Fact::Throttling { node, refuses: false } => self.takes_calls(now, node),
            Fact::ApplicationClosed { application, delay, false_failure } => {
                self.devices.application_closed(application, now, delay);
                if measured {
                    if let Some(delay) = delay {
                        self.detected(Metric::ApplicationDetectionDelay, application, delay);
                    }
                    if false_failure {
                        self.count(Count::FalseFailures);
                    }
                }
            }
            Fact::ManagerLossNoticed { application, delay } => {
                self.devices.application_closed(application, now, Some(delay));
                if measured {
                    self.detected(Metric::CtiManagerDetectionDelay, application, delay);
                }
            }
            Fact::LinkCutNoticed { ago, .. } => {
                self.devices.link_cut(Time::from_nanos(now.nanos() - ago.nanos()));
                // Each side has noticed by itself.
                (0..2 * u8::from(measured)).for_each(|_| self.record_for_cluster(Metric::DetectionDelay, ago));
            }
            // All that follows is measured only after the warm-up.
            _ if !measured => {}
            Fact::Taken { application, waited } => {
                self.record_for_application(Metric::AppQueueDelay, application, waited);
            }
            Fact::LookedUp { application, delay } => {
                self.record_for_application(Metric::LookupDelay, application, delay);
            }
            Fact::Acted { route_point, delay, .. } => {
                self.record_for_cluster(Metric::RoutePointDelay, delay);
                self.record(self.catalogue.route_point(Metric::RoutePointDelay, route_point), delay);
                if let Some(application) = self.controllers[route_point.index()] {
                    self.record(self.catalogue.application(Metric::RoutePointDelay, application), delay);
                }
            }
            Fact::Transferred { path, delay, .. } => match path.application {
                Some(application) => self.record_for_application(Metric::TransferDelay, application, delay),
                None => self.record_for_cluster(Metric::TransferDelay, delay),
            },
            Fact::Forwarded { forward, application, waited, since_failure, .. } => {
                self.forwarded(forward, application, waited, since_failure)
            }
            Fact::FailureNoticed { node, delay, .. } => {
                self.record_for_cluster(Metric::DetectionDelay, delay);
                self.record_for_cluster(Metric::CallManagerDetectionDelay, delay);
                self.record(self.catalogue.node(Metric::CallManagerDetectionDelay, node), delay);
            }
            Fact::Recovered { application, share, delay } => {
                let metric = match share {
                    Share::Half => Metric::AppRecovery50,
                    Share::NinetyFive => Metric::AppRecovery95,
                    Share::All => Metric::AppRecovery100,
                };
                self.record_for_application(metric, application, delay);
            }
            Fact::RequestTimedOut { .. } => self.count(Count::RequestTimeouts),
            Fact::Preserved { .. } => self.count(Count::Preserved),
            Fact::LinkHealNoticed { .. } => {}
            Fact::ApplicationFailed { .. }
            | Fact::ApplicationLinkFailed { .. }
            | Fact::ApplicationReturned { .. }
            | Fact::CallManagerReturned { .. }
            | Fact::CtiManagerReturned { .. }
            | Fact::SettingChanged { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::NodeId;
    use crate::fake;
    use crate::record::{Gauge, Scope, Series};

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
        let mut values: Vec<u64> =
            facts.into_iter().filter_map(|(at, fact)| value(at, fact)).map(Span::nanos).collect();
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
        meter.note(Time::ZERO, Fact::Offered { call, ingress });
        let (ending, offered) = (Ending::Completed, plan.window().warm_up);
        meter.note(offered, Fact::Ended { call, ending, offered });
        meter.finish(plan.length, 0);
    }

    /// The integral of a gauge from one instant to another, by going through all the facts.
    fn integral(plan: &Plan, replication: u64, gauge: &Series<Gauge>, from: u64, to: u64) -> u128 {
        let overlap = |a: Time, b: Time| u128::from(b.nanos().min(to).saturating_sub(a.nanos().max(from)));
        let mut reading: i64 = match gauge.metric {
            Gauge::DevicesInService => 6,
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

    fn closed(device: DeviceId, because: OutageCause) -> Fact {
        let application = (device.0 < 4).then_some(ApplicationId(0));
        Fact::DeviceClosed { device, application, because }
    }

    fn opened(device: DeviceId, node: NodeId, out: u64) -> Fact {
        let application = (device.0 < 4).then_some(ApplicationId(0));
        Fact::DeviceOpened { device, application, node, out_of_service: seconds(out) }
    }

    /// The route point has failed over, and its home is back at 200 s.
    fn failed_over() -> Vec<(u64, Fact)> {
        vec![
            (100, Fact::CallManagerFailed { node: SUB1 }),
            (100, closed(POINT, OutageCause::CallManagerFailed)),
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
        facts.push((310, closed(POINT, OutageCause::Rehoming)));
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
            (210, closed(POINT, OutageCause::Rehoming)),
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
            (100, closed(port, OutageCause::CallManagerFailed)),
            (101, given_up),
            // Its application requested it once more.
            (102, given_up),
            (300, Fact::ApplicationClosed { application: ApplicationId(0), delay, false_failure: false }),
            (300, closed(POINT, OutageCause::ApplicationClosed)),
            (500, Fact::CtiManagerFailed { node: SUB1 }),
            (520, closed(DeviceId(2), OutageCause::CtiManagerFailed)),
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
            [[still_out, none, none, none, none], [none, closed, still_out, none, none], [none; 5]]
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
            (100, closed(port, OutageCause::CallManagerFailed)),
            (101, Fact::DeviceGivenUp { device: port, because: GiveUpReason::RecoveryForbidden }),
            (200, opened(port, SUB2, 100)),
        ];
        let (summary, _) = measured(&plan, &facts);
        assert_eq!(summary.fates, [[FateSummary::default(); 5]; 3]);
        assert_eq!((summary.count(Count::ClosedRecoveryForbidden), summary.count(Count::Reopened)), (1, 1));
    }

    #[test]
    fn work_lost_in_a_failure_occupies_no_server() {
        let plan = fake::plan();
        let catalogue = Catalogue::new(&plan);
        let station = StationId(0);
        let served = |arrived, started, finished| Fact::Served {
            station,
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
}
