//! The recorder that measures.

use crate::domain::{
    ApplicationId, CallName, Contact, DeviceId, DeviceKind, Ending, Forward, GiveUpReason, NodeId, OutageCause,
    QueueId, Refusal, RoutePointId, StationId, ThirdParty, TransferredBy,
};
use std::ops::Range;

use crate::engine::{Span, Time};
use crate::plan::{Plan, Window};

use super::asks::Asks;
use super::bins::Tally;
use super::calls::Calls;
use super::catalogue::{CAUSES, Catalogue, KINDS};
use super::devices::{Cut, Devices, RehomeTimer, before};
use super::histogram::{Cell, Histogram, MergedHistogram};
use super::levels::Levels;
use super::measure::{Column, CountRow};
use super::metric::{Count, Metric};
use super::quantile::Quantile;
use super::queues::Queues;
use super::service::{Service, Wait};
use super::summary::{DurationSummary, FateSummary, Merged, ReplicationSummary};
use crate::facts::{Fact, Path, PoolId, Reached, Recorder, Share, UnnoticedFailure};

/// The recovery times, in the order of the shares.
const RECOVERIES: [Metric; 3] = [Metric::AppRecovery50, Metric::AppRecovery95, Metric::AppRecovery100];

/// Measures one replication after another.
///
/// It measures calls offered at or after the end of the warm-up, with their endings and their delays from offered; every
/// other duration that begins at or after it, and every other count that falls due; and gauges from then on. Only the timeline covers the warm-up too,
/// so that one can see whether it was long enough (the initial transient).
///
/// What has begun and is not over at the end (a caller's wait, a recovery, a device out of service or one that waits to
/// rehome), or was cut short, is kept apart as censored: its length by then is a lower bound, not a value.
///
/// A replication costs no memory beyond its summary, once the histograms have grown to the durations that occur.
#[derive(Debug)]
pub struct Meter {
    catalogue: Catalogue,
    length: u64,
    warm_up: Time,
    /// The applications of each device.
    controllers: Vec<Vec<ApplicationId>>,

    /// The current replication.
    replication: Option<u64>,
    counts: [u64; Count::ALL.len()],
    calls: Calls,
    service: Service,
    histograms: Vec<Histogram>,
    censored: Vec<Histogram>,
    devices: Devices,
    /// Since when each application recovers, and how many of the shares it has reached.
    recovering: Vec<Option<(Time, usize)>>,
    queues: Queues,
    /// Whether each node's CallManager refuses new calls.
    throttled: Vec<bool>,
    levels: Levels,
    /// The percentiles that are kept beyond the usual ones.
    percentiles: Vec<Quantile>,

    /// What all replications so far measured.
    replications: u64,
    merged_histograms: Vec<MergedHistogram>,
    merged_censored: Vec<MergedHistogram>,
}

/// What has been recorded of a measure so far in a replication. Gauges and shares of callers have no values of single facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// How often it was measured or counted.
    pub times: u64,
    /// The sum of the durations, in nanoseconds; zero of a count.
    pub nanos: u128,
    /// How often, in addition, it was censored.
    pub censored: u64,
}

impl Reading {
    const fn times(times: u64) -> Reading {
        Reading { times, nanos: 0, censored: 0 }
    }
}

impl Meter {
    /// A meter for the runs of `plan`, of which it measures this window.
    pub fn new(plan: &Plan, window: Window) -> Meter {
        let catalogue = Catalogue::new(plan);
        let durations = catalogue.durations.len();
        let devices = (0..plan.devices.len() as u32).map(DeviceId);
        Meter {
            length: plan.length.nanos(),
            warm_up: window.warm_up,
            controllers: devices.map(|device| plan.applications_of(device).collect()).collect(),
            replication: None,
            counts: [0; Count::ALL.len()],
            calls: Calls::new(plan, &catalogue),
            service: Service::new(plan, &catalogue),
            percentiles: plan.asked.percentiles().iter().filter_map(|it| Quantile::of_millionths(*it)).collect(),
            histograms: vec![Histogram::default(); durations],
            censored: vec![Histogram::default(); durations],
            devices: Devices::new(plan),
            recovering: vec![None; plan.applications.len()],
            queues: Queues::new(plan.named_queues()),
            throttled: vec![false; plan.nodes.len()],
            levels: Levels::new(plan, window, &catalogue),
            replications: 0,
            merged_histograms: vec![MergedHistogram::default(); durations],
            merged_censored: vec![MergedHistogram::default(); durations],
            catalogue,
        }
    }

    /// What has been recorded of a measure in the replication under way. Where a fact changes it, that fact has the value.
    pub fn reading(&self, column: Column) -> Reading {
        match column {
            Column::Duration(row, _) => {
                let (ended, censored) = (self.histograms[row].totals(), self.censored[row].totals());
                Reading { times: ended.count, nanos: ended.sum_nanos, censored: censored.count }
            }
            Column::Count(CountRow { count, of: None }, _) => Reading::times(self.counts[count as usize]),
            Column::Count(CountRow { count, of: Some(row) }, _) => Reading::times(self.calls.counted(row, count)),
            Column::Gauge(..) | Column::Peak(..) | Column::Service(..) => Reading::default(),
        }
    }

    /// Whether anything is measured by a fact.
    pub const fn is_measured(fact: &Fact) -> bool {
        !tells_only(fact)
    }

    /// A replication begins.
    pub fn start(&mut self, replication: u64) {
        // The timeline accumulates directly: what an unfinished replication left in it could not be taken back.
        assert_eq!(self.replication, None, "the replication before was not finished");
        self.replication = Some(replication);
        self.counts = [0; Count::ALL.len()];
        self.calls.start();
        self.service.start();
        self.levels.start();
        self.devices.start();
        self.recovering.fill(None);
        self.queues.start();
        for &node in self.devices.at_start() {
            for row in [Catalogue::DEVICES_IN_SERVICE, self.catalogue.devices(node)] {
                self.levels.starts_higher(row);
            }
        }
        for _ in 0..self.devices.controlled_at_start() {
            self.levels.starts_higher(Catalogue::DEVICES_CONTROLLED);
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

        let (calls, waited) = self.calls.finish();
        self.counts[Count::Waited as usize] = waited.first().copied().unwrap_or_default().into();
        let percentiles =
            self.histograms.iter().flat_map(|it| self.percentiles.iter().map(|at| it.quantile(at.share())));
        let percentiles = percentiles.collect();
        let ended = self.histograms.iter_mut().zip(&mut self.merged_histograms);
        let censored = self.censored.iter_mut().zip(&mut self.merged_censored);
        let durations = ended.zip(censored).map(|(ended, censored)| DurationSummary::take(ended, censored)).collect();
        self.replications += 1;
        ReplicationSummary {
            replication,
            counts: self.counts,
            calls,
            waited,
            service: self.service.finish(),
            durations,
            percentiles,
            gauges,
            fates,
            waiting,
        }
    }

    /// Records what is not over at the end as censored.
    fn censor(&mut self, end: Time) -> ([[FateSummary; CAUSES.len()]; KINDS.len()], [u32; KINDS.len()]) {
        let mut fates = [[FateSummary::default(); CAUSES.len()]; KINDS.len()];
        let mut waiting = [0; KINDS.len()];
        // Recording needs the whole meter.
        let mut devices = std::mem::replace(&mut self.devices, Devices::none());
        for (device, state) in devices.all() {
            if let Some(outage) = state.outage.filter(|outage| outage.since >= self.warm_up) {
                let fate = &mut fates[state.kind as usize][outage.because as usize];
                if outage.given_up {
                    fate.closed += 1;
                } else {
                    fate.still_out += 1;
                }
                let lasted = end - outage.since;
                for row in self.outage_rows(state.kind, outage.because).into_iter().flatten() {
                    self.censored[row].record(lasted);
                }
                for application in self.whose(device, outage.because) {
                    let row =
                        self.catalogue.application(Metric::OutOfService, self.controllers[device.index()][application]);
                    self.censored[row].record(lasted);
                }
            }
            let still_out = state.outage.is_some_and(|outage| !outage.given_up && !outage.because.is_planned());
            self.counts[Count::StillOut as usize] += u64::from(still_out);
            let cut = state.rehoming.cut(end);
            if let Some(Cut::Waiting(lasted)) = cut {
                waiting[state.kind as usize] += u32::from(self.measures(end, lasted));
                self.count(Count::RehomeWaiting);
            }
            self.cut(end, state.what(), cut);
        }
        self.devices = devices;
        for (queue, since) in self.queues.all().filter(|(_, since)| *since >= self.warm_up) {
            self.service.not_distributed(queue, Wait::NotOver(end - since));
            self.censored[self.catalogue.of_queue(Metric::QueueWait, queue)].record(end - since);
            for row in self.stay_rows(queue) {
                self.censored[row].record(end - since);
            }
        }
        for application in (0..self.recovering.len() as u16).map(ApplicationId) {
            self.recovery_cut(end, application);
        }
        (fates, waiting)
    }

    /// The rows of an outage. Those of the cluster and the kind are for faults only: the rest is planned.
    fn outage_rows(&self, kind: DeviceKind, because: OutageCause) -> [Option<usize>; 3] {
        let metric = Metric::OutOfService;
        let fate = Some(self.catalogue.device_fate(metric, kind, because));
        if because.is_planned() {
            return [fate, None, None];
        }
        [fate, self.catalogue.cluster(metric), Some(self.catalogue.device_kind(metric, kind))]
    }

    /// The places of the applications under which an outage of a device is recorded: of all that may have it open.
    fn whose(&self, device: DeviceId, because: OutageCause) -> Range<usize> {
        if because.is_planned() { 0..0 } else { 0..self.controllers[device.index()].len() }
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

    /// Whether something that has lasted so long is measured: it began at or after the end of the warm-up.
    #[inline]
    fn measures(&self, now: Time, lasted: Span) -> bool {
        now.nanos() >= self.warm_up.nanos() + lasted.nanos()
    }

    /// A recovery of an application is not over, and will not be: the run is, or a later fault struck.
    fn recovery_cut(&mut self, now: Time, application: ApplicationId) {
        if let Some((since, reached)) = self.recovering[application.index()].take()
            && since >= self.warm_up
        {
            for metric in &RECOVERIES[reached..] {
                self.censor_for_application(*metric, application, now - since);
            }
        }
    }

    /// A call has come so far, and will come no farther.
    #[cold]
    #[inline(never)]
    fn call_cut(&mut self, now: Time, offered: Time, reached: Reached) {
        let Reached { path, contact, waits_since } = reached;
        let metrics: &[Metric] = match contact {
            Contact::Nothing => &[Metric::PostDialDelay, Metric::SetupDelay],
            Contact::Alerted => &[Metric::SetupDelay],
            Contact::Connected => &[],
            Contact::AwaitsPerson if waits_since >= self.warm_up => {
                let rows = [
                    self.catalogue.cluster(Metric::TransferDelay),
                    path.application.map(|it| self.catalogue.application(Metric::TransferDelay, it)),
                ];
                for row in rows.into_iter().flatten() {
                    self.censored[row].record(now - waits_since);
                }
                &[]
            }
            Contact::AwaitsPerson => &[],
        };
        if offered >= self.warm_up {
            for &metric in metrics {
                for row in self.path_rows(metric, path).into_iter().flatten() {
                    self.censored[row].record(now - offered);
                }
            }
        }
    }

    /// The rows of a delay of a call.
    fn path_rows(&self, metric: Metric, path: Path) -> [Option<usize>; 4] {
        [
            self.catalogue.cluster(metric),
            Some(self.catalogue.node(metric, path.ingress)),
            path.application.map(|it| self.catalogue.application(metric, it)),
            path.route_point.map(|it| self.catalogue.route_point(metric, it)),
        ]
    }

    fn censor_for_application(&mut self, metric: Metric, application: ApplicationId, lasted: Span) {
        for row in [self.cluster_row(metric), self.catalogue.application(metric, application)] {
            self.censored[row].record(lasted);
        }
    }

    /// The run is over, and nobody has noticed a failure.
    fn unnoticed(&mut self, now: Time, failure: UnnoticedFailure, since: Time) {
        if since < self.warm_up {
            return;
        }
        let lasted = now - since;
        let (metric, application) = match failure {
            UnnoticedFailure::Application(application) => (Metric::ApplicationDetectionDelay, application),
            UnnoticedFailure::CtiManager(application) => (Metric::CtiManagerDetectionDelay, application),
            UnnoticedFailure::CallManager(node) => {
                let metric = Metric::CallManagerDetectionDelay;
                let rows = [Metric::DetectionDelay, metric].map(|metric| self.cluster_row(metric));
                for row in rows.into_iter().chain([self.catalogue.node(metric, node)]) {
                    self.censored[row].record(lasted);
                }
                return;
            }
        };
        self.censor_for_application(Metric::DetectionDelay, application, lasted);
        self.censor_for_application(metric, application, lasted);
    }

    /// A wait to rehome, or a rehoming, was cut short.
    fn cut(&mut self, now: Time, what: (DeviceKind, Option<RoutePointId>), cut: Option<Cut>) {
        let (metrics, lasted): (&[Metric], Span) = match cut {
            None => return,
            Some(Cut::Waiting(lasted)) => (&[Metric::RehomeWait, Metric::RehomeDelay], lasted),
            Some(Cut::Leaving(lasted)) => (&[Metric::RehomeDelay], lasted),
        };
        if !self.measures(now, lasted) {
            return;
        }
        for &metric in metrics {
            for row in self.rehome_rows(metric, what).into_iter().flatten() {
                self.censored[row].record(lasted);
            }
        }
    }

    fn record_rehoming(&mut self, now: Time, metric: Metric, device: DeviceId, delay: Span) {
        if !self.measures(now, delay) {
            return;
        }
        let what = self.devices.get(device).what();
        self.record_in_all(self.rehome_rows(metric, what).into_iter().flatten(), delay);
    }

    fn device_opened(&mut self, now: Time, device: DeviceId, node: NodeId, out_of_service: Span) {
        self.levels.step_up(Catalogue::DEVICES_IN_SERVICE, now);
        self.levels.step_up(self.catalogue.devices(node), now);
        if self.devices.controlled_in_service(device) {
            self.levels.step_up(Catalogue::DEVICES_CONTROLLED, now);
        }
        let state = self.devices.get(device);
        state.node = node;
        if let RehomeTimer::Leaving { opened_at, .. } = &mut state.rehoming {
            *opened_at = Some(now);
        }
        let kind = state.kind;
        // A device that its application did not reach at the beginning (R25) has no outage.
        let outage = state.outage.take();
        if let Some(outage) = outage.filter(|_| now >= self.warm_up) {
            if !outage.because.is_planned() {
                self.count(Count::Reopened);
            }
            if outage.since < self.warm_up {
                return;
            }
            let rows = self.outage_rows(kind, outage.because);
            self.record_in_all(rows.into_iter().flatten(), out_of_service);
            for application in self.whose(device, outage.because) {
                let application = self.controllers[device.index()][application];
                self.record(self.catalogue.application(Metric::OutOfService, application), out_of_service);
            }
        }
    }

    fn rehome_lost(&mut self, now: Time, device: DeviceId) {
        let state = self.devices.get(device);
        let (what, cut) = (state.what(), state.rehoming.cut(now));
        if now >= self.warm_up && cut.is_some() {
            // A failure ended it, independently of the calls at the device: up to then it is censored like any other wait.
            self.count(Count::RehomeLost);
            self.cut(now, what, cut);
        }
    }

    /// A call begins to wait in a queue.
    #[inline(never)]
    fn queued(&mut self, now: Time, queue: QueueId, call: CallName, place: u32) {
        if self.queues.measures(queue) {
            self.calls.waits(place, queue);
            self.queues.joined(queue, call, now);
            self.levels.step_up(self.catalogue.waiting(queue), now);
        }
    }

    /// A call of a queue has a phone, or has waited in vain. A wait of none has not begun.
    #[inline(never)]
    fn leaves_queue(&mut self, now: Time, queue: QueueId, call: CallName, waited: Option<Span>, served: bool) {
        if !self.queues.measures(queue) {
            return;
        }
        if waited.is_some() {
            self.queues.left(queue, call);
            self.levels.step_down(self.catalogue.waiting(queue), now);
        }
        let (had_to_wait, waited) = (waited.is_some(), waited.unwrap_or(Span::ZERO));
        if served {
            self.levels.bin().distributed(waited);
        }
        if self.measures(now, waited) {
            let row = self.catalogue.of_queue(Metric::QueueWait, queue);
            let of = if served { &mut self.histograms[row] } else { &mut self.censored[row] };
            of.record(waited);
            if had_to_wait {
                self.record_in_all(self.stay_rows(queue), waited);
            }
            if !served {
                self.service.not_distributed(queue, Wait::InVain);
            }
        }
        if served {
            self.service.distributed(call, queue, before(now, waited));
        }
    }

    /// The rows of the stays in a queue.
    fn stay_rows(&self, queue: QueueId) -> [usize; 2] {
        [self.cluster_row(Metric::QueueStay), self.catalogue.of_queue(Metric::QueueStay, queue)]
    }

    /// A caller who asked for a person has none: the call is over, is forwarded to a machine, or the run is over.
    #[cold]
    #[inline(never)]
    fn not_answered(&mut self, now: Time, call: CallName, offered: Time, reached: Reached, is_over: bool) {
        let Reached { path, contact, waits_since } = reached;
        let since = match (self.service.asks, contact) {
            (Some(Asks::ByTransfer), Contact::AwaitsPerson) => waits_since,
            (Some(Asks::ByCall), Contact::Nothing | Contact::Alerted) => offered,
            _ => return,
        };
        if since >= self.warm_up {
            self.service.ended(path, if is_over { Wait::InVain } else { Wait::NotOver(now - since) });
        }
        match is_over {
            true => self.service.rang_in_vain(call, self.warm_up),
            false => self.service.still_rings(call, now, self.warm_up),
        }
    }

    /// A call was answered for the first time, of those that ask for a person.
    fn first_answered(&mut self, path: Path, since_offered: Span, by_person: bool) {
        match by_person {
            true => self.service.answered(path, since_offered),
            false => self.service.ended(path, Wait::InVain),
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

    fn detected(&mut self, now: Time, metric: Metric, application: ApplicationId, delay: Span) {
        if !self.measures(now, delay) {
            return;
        }
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
        let (timeline, bins) = self.levels.into_timeline();
        Merged {
            replications: self.replications,
            histograms: self.merged_histograms,
            censored: self.merged_censored,
            timeline,
            bins,
        }
    }

    fn count(&mut self, count: Count) {
        self.counts[count as usize] += 1;
    }

    // A dozen times a call: as a function of its own it makes a busy hour 2 % dearer.
    #[inline(always)]
    fn record(&mut self, row: usize, delay: Span) {
        self.histograms[row].record(delay);
    }

    /// Finds the cell of a duration once for several histograms.
    #[inline(always)]
    fn record_in_all(&mut self, rows: impl IntoIterator<Item = usize>, delay: Span) {
        let cell = Cell::of(delay);
        for row in rows {
            self.histograms[row].record_in(cell, delay);
        }
    }

    #[inline]
    fn cluster_row(&self, metric: Metric) -> usize {
        self.catalogue.cluster(metric).expect("the duration is measured for the cluster")
    }

    fn record_for_cluster(&mut self, metric: Metric, delay: Span) {
        self.record(self.cluster_row(metric), delay);
    }

    // Twice a call. Inlined, its rows are found at constant offsets.
    #[inline(always)]
    fn record_for_application(&mut self, metric: Metric, application: ApplicationId, delay: Span) {
        self.record_in_all([self.cluster_row(metric), self.catalogue.application(metric, application)], delay);
    }

    fn record_for_path(&mut self, metric: Metric, path: Path, delay: Span) {
        self.record_in_all([self.cluster_row(metric), self.catalogue.node(metric, path.ingress)], delay);
        if let Some(application) = path.application {
            self.record(self.catalogue.application(metric, application), delay);
        }
        if let Some(route_point) = path.route_point {
            self.record(self.catalogue.route_point(metric, route_point), delay);
        }
    }

    fn transferred(&mut self, now: Time, call: CallName, by: TransferredBy, path: Path, delay: Span) {
        if self.service.asks == Some(Asks::ByTransfer) {
            if self.measures(now, delay) {
                self.service.answered(path, delay);
            }
            self.service.reached(call, now, self.warm_up);
        }
        match path.application {
            _ if !self.measures(now, delay) => {}
            Some(application) => self.record_for_application(Metric::TransferDelay, application, delay),
            None => self.record_for_cluster(Metric::TransferDelay, delay),
        }
        match by {
            _ if now < self.warm_up => {}
            TransferredBy::Application => {}
            TransferredBy::Person => self.count(Count::BlindTransfers),
            TransferredBy::Consultation => self.count(Count::ConsultTransfers),
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
        now: Time,
        forward: Forward,
        application: Option<ApplicationId>,
        waited: Span,
        since_failure: Option<Span>,
    ) {
        let since_failure = since_failure.filter(|delay| self.measures(now, *delay));
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
            Forward::Cfa => {
                self.record_for_cluster(Metric::CfaDelay, waited);
                Count::Cfa
            }
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

/// What an ending is in the bin in which it happens.
const fn tally_of(ending: Ending) -> Tally {
    match ending {
        Ending::Completed => Tally::Completed,
        Ending::Abandoned => Tally::Abandoned,
        Ending::Refused(_) => Tally::Refused,
        Ending::DroppedInSetup => Tally::DroppedInSetup,
        Ending::DroppedInChange => Tally::DroppedInChange,
        Ending::DroppedConnected => Tally::DroppedConnected,
    }
}

/// Whether nothing is measured by a fact, which says only how a call got on.
#[inline(always)]
const fn tells_only(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Sending { .. }
            | Fact::EventLost { .. }
            | Fact::HeldUp { .. }
            | Fact::Rings { .. }
            | Fact::PickedUp { .. }
            | Fact::TreatmentEnded { .. }
            | Fact::TurnedAway { .. }
            | Fact::Forwards { .. }
    )
}

impl Recorder for Meter {
    // The variant is known where a fact is noted: after inlining, only one arm of this match is left there.
    #[inline(always)]
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            // No gauge changes.
            Fact::Sent { place, to } => return self.calls.sent(place, to),
            _ if tells_only(&fact) => return,
            _ => {}
        }
        self.levels.advance(now);
        let measured = now >= self.warm_up;
        match fact {
            Fact::Offered { call, place, .. } => {
                self.levels.step_up(Catalogue::CALLS_IN_PROGRESS, now);
                self.levels.bin().add(Tally::Offered);
                if measured {
                    self.count(Count::Offered);
                    self.calls.offered(place, call.source);
                }
            }
            Fact::Ended { call, place, ending, offered, reached } => {
                if reached.contact != Contact::Connected {
                    self.not_answered(now, call, offered, reached, true);
                }
                self.levels.step_down(Catalogue::CALLS_IN_PROGRESS, now);
                self.levels.bin().add(tally_of(ending));
                if offered >= self.warm_up {
                    self.ended(ending);
                    self.calls.ended(place, ending);
                }
                // What was refused will not come: that is no wait cut short.
                if !matches!(ending, Ending::Completed | Ending::Refused(_)) {
                    self.call_cut(now, offered, reached);
                }
            }
            Fact::Unfinished { call, offered, reached } => {
                self.not_answered(now, call, offered, reached, false);
                self.call_cut(now, offered, reached);
            }
            Fact::ReachedMachine { call, path, delay } => {
                let reached = Reached { path, contact: Contact::AwaitsPerson, waits_since: before(now, delay) };
                self.not_answered(now, call, now, reached, true);
            }
            Fact::Unnoticed { failure, since } => self.unnoticed(now, failure, since),
            Fact::RecoveryBegan { application, since } => {
                self.recovery_cut(now, application);
                self.recovering[application.index()] = Some((since, 0));
            }
            Fact::Presented { route_point, .. } => self.levels.step_up(self.catalogue.calls(route_point), now),
            Fact::Left { route_point, stayed, .. } => {
                self.levels.step_down(self.catalogue.calls(route_point), now);
                if measured {
                    self.record(self.catalogue.route_point(Metric::RoutePointStay, route_point), stayed);
                }
            }
            // The phone is in use with or without calls that wait.
            Fact::CallWaits { .. } | Fact::CallWaited { .. } => {}
            Fact::Queued { call, place, queue } => self.queued(now, queue, call, place),
            Fact::Distributed { call, queue, waited } => self.leaves_queue(now, queue, call, waited, true),
            Fact::LeftQueue { call, queue, waited, hung_up } => {
                self.leaves_queue(now, queue, call, Some(waited), false);
                if measured && hung_up && self.queues.measures(queue) {
                    self.count(Count::QueueAbandoned);
                }
            }
            Fact::Seized { pool, .. } => self.levels.step_up(self.catalogue.in_use(pool), now),
            Fact::Freed { pool, .. } => self.levels.step_down(self.catalogue.in_use(pool), now),
            Fact::OffHook { pool, .. } => self.levels.step_up(self.catalogue.in_use(pool), now),
            Fact::OnHook { pool, .. } => self.levels.step_down(self.catalogue.in_use(pool), now),
            // The phone stays in use.
            Fact::PutAside { .. } | Fact::TakenBack { .. } => {}
            Fact::LetGo { phones, .. } => {
                self.levels.step_down(self.catalogue.in_use(PoolId::Phones(phones)), now);
            }
            // Without a gap: the phone was in use by the call until now.
            Fact::WrapUpBegan { phones, .. } => self.levels.step_up(self.catalogue.in_use(PoolId::Phones(phones)), now),
            Fact::WrapUpEnded { phones, .. } => {
                self.levels.step_down(self.catalogue.in_use(PoolId::Phones(phones)), now);
            }
            Fact::BridgeTaken { bridge, .. } => self.levels.step_up(self.catalogue.conferences(bridge), now),
            Fact::BridgeFreed { bridge, .. } => self.levels.step_down(self.catalogue.conferences(bridge), now),
            Fact::Served { station, arrived, started, finished, .. } => {
                self.served(now, station, arrived, started, finished);
            }
            Fact::Skipped { station, arrived, until, .. } => {
                self.levels.skipped(station, arrived, until);
            }
            Fact::Alerting { path, since_offered, .. } => {
                if now.nanos() - since_offered.nanos() >= self.warm_up.nanos() {
                    self.record_for_path(Metric::PostDialDelay, path, since_offered);
                }
            }
            Fact::Connected { path, since_offered, first_sign, by_person, .. } => {
                self.levels.bin().answered(since_offered);
                if now.nanos() - since_offered.nanos() >= self.warm_up.nanos() {
                    if self.service.asks == Some(Asks::ByCall) {
                        self.first_answered(path, since_offered, by_person);
                    }
                    self.record_for_path(Metric::SetupDelay, path, since_offered);
                    if first_sign {
                        self.record_for_path(Metric::PostDialDelay, path, since_offered);
                    }
                }
            }
            Fact::DeviceOpened { device, node, out_of_service, .. } => {
                self.device_opened(now, device, node, out_of_service);
            }
            Fact::DeviceClosed { device, because, since, .. } => {
                let node = self.devices.closed(device, because, since);
                self.levels.step_down(Catalogue::DEVICES_IN_SERVICE, now);
                self.levels.step_down(self.catalogue.devices(node), now);
                if self.devices.controlled_in_service(device) {
                    self.levels.step_down(Catalogue::DEVICES_CONTROLLED, now);
                }
            }
            Fact::Controlled { first: true, .. } => self.levels.step_up(Catalogue::DEVICES_CONTROLLED, now),
            Fact::ControlLost { last: true, .. } => self.levels.step_down(Catalogue::DEVICES_CONTROLLED, now),
            Fact::Controlled { first: false, .. } | Fact::ControlLost { last: false, .. } => {}
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
                    self.record_rehoming(now, Metric::RehomeWait, device, waited);
                }
            }
            Fact::Rehomed { device, delay } => {
                self.devices.get(device).rehoming = RehomeTimer::Settled;
                if measured {
                    self.count(Count::Rehomed);
                    self.record_rehoming(now, Metric::RehomeDelay, device, delay);
                }
            }
            Fact::CallManagerFailed { node } => {
                self.levels.process_failed(now, StationId(node.0 * 2));
                // A CallManager that comes back takes new calls.
                self.takes_calls(now, node);
                if measured {
                    self.count(Count::CallManagerFailures);
                }
            }
            Fact::CtiManagerFailed { node } => {
                self.levels.process_failed(now, StationId(node.0 * 2 + 1));
                if measured {
                    self.count(Count::CtiManagerFailures);
                }
            }
            Fact::ManagerChanged { .. } => {}
            Fact::Throttling { node, refuses: true } => self.refuses_calls(now, node),
            Fact::Throttling { node, refuses: false } => self.takes_calls(now, node),
            Fact::ApplicationClosed { application, delay, false_failure } => {
                if measured {
                    if let Some(delay) = delay {
                        self.detected(now, Metric::ApplicationDetectionDelay, application, delay);
                    }
                    if false_failure {
                        self.count(Count::FalseFailures);
                    }
                }
            }
            Fact::ManagerLossNoticed { application, delay } => {
                if measured {
                    self.detected(now, Metric::CtiManagerDetectionDelay, application, delay);
                }
            }
            Fact::LinkCutNoticed { ago, .. } => {
                // Each side has noticed by itself.
                (0..2 * u8::from(self.measures(now, ago)))
                    .for_each(|_| self.record_for_cluster(Metric::DetectionDelay, ago));
            }
            Fact::Forwarded { forward, application, waited, since_failure, .. } => {
                self.levels.bin().add(Tally::Forwarded);
                if measured {
                    self.forwarded(now, forward, application, waited, since_failure);
                }
            }
            Fact::Transferred { call, by, path, delay } => self.transferred(now, call, by, path, delay),
            // All that follows is measured only after the warm-up.
            _ if !measured => {}
            Fact::Taken { application, waited, .. } => {
                self.record_for_application(Metric::AppQueueDelay, application, waited);
            }
            Fact::LookedUp { application, delay, .. } => {
                self.record_for_application(Metric::LookupDelay, application, delay);
            }
            Fact::Acted { route_point, application, delay, .. } => {
                let metric = Metric::RoutePointDelay;
                self.record_in_all([self.cluster_row(metric), self.catalogue.route_point(metric, route_point)], delay);
                if let Some(application) = application {
                    self.record(self.catalogue.application(metric, application), delay);
                }
            }
            Fact::Talked { phones, lasted, cut: false, .. } => {
                let of_group = self.catalogue.phone_group(Metric::Talk, phones);
                self.record_in_all([self.cluster_row(Metric::Talk), of_group], lasted);
            }
            Fact::Talked { cut: true, .. } => {}
            Fact::Held { delay, .. } => {
                self.count(Count::Held);
                self.record_for_cluster(Metric::HoldDelay, delay);
            }
            Fact::Retrieved { delay, .. } => self.record_for_cluster(Metric::RetrieveDelay, delay),
            Fact::Consulted { delay, .. } => self.record_for_cluster(Metric::ConsultDelay, delay),
            Fact::ConsultFailed { third, .. } => self.count(match third {
                ThirdParty::TakesOver => Count::TransfersFailed,
                ThirdParty::Joins => Count::ConferencesFailed,
            }),
            Fact::Joined { delay, .. } => {
                self.count(Count::Conferences);
                self.record_for_cluster(Metric::ConferenceDelay, delay);
            }
            Fact::ConferenceBlocked { .. } => self.count(Count::ConferencesBlocked),
            Fact::FailureNoticed { node, delay, .. } if self.measures(now, delay) => {
                let metric = Metric::CallManagerDetectionDelay;
                self.record_for_cluster(Metric::DetectionDelay, delay);
                self.record_in_all([self.cluster_row(metric), self.catalogue.node(metric, node)], delay);
            }
            Fact::FailureNoticed { .. } => {}
            Fact::Recovered { application, share, delay } => {
                let reached = share as usize;
                if let Some((_, shares)) = &mut self.recovering[application.index()] {
                    *shares = reached + 1;
                }
                if share == Share::All {
                    self.recovering[application.index()] = None;
                }
                if self.measures(now, delay) {
                    self.record_for_application(RECOVERIES[reached], application, delay);
                }
            }
            Fact::RequestTimedOut { .. } => self.count(Count::RequestTimeouts),
            Fact::Preserved { .. } => self.count(Count::Preserved),
            Fact::LinkHealNoticed { .. } => {}
            Fact::ApplicationFailed { .. }
            | Fact::ApplicationLinkFailed { .. }
            | Fact::ApplicationReturned { .. }
            | Fact::CallManagerReturned { .. }
            | Fact::CtiManagerReturned { .. }
            | Fact::CallManagerHangs { .. }
            | Fact::HangNoticed { .. }
            | Fact::DeviceFailed { .. }
            | Fact::DeviceReturned { .. }
            | Fact::SettingChanged { .. } => {}
            Fact::SettingNotChanged { .. } => self.count(Count::SettingsNotChanged),
            Fact::NotDialled { in_use, .. } => {
                self.count(Count::NotDialled);
                if in_use {
                    self.count(Count::NotDialledInUse);
                }
            }
            Fact::ScreenPopShown { application, delay, .. } => {
                self.record_for_application(Metric::ScreenPopDelay, application, delay);
            }
            Fact::ScreenPopLost { .. } => self.count(Count::ScreenPopsLost),
            Fact::RequestFailed { .. } => self.count(Count::RequestsFailed),
            Fact::PhoneEventSent { .. }
            | Fact::ScreenPopDue { .. }
            | Fact::Asked { .. }
            | Fact::RequestGranted { .. } => {}
            Fact::Sent { .. }
            | Fact::Sending { .. }
            | Fact::EventLost { .. }
            | Fact::HeldUp { .. }
            | Fact::Rings { .. }
            | Fact::PickedUp { .. }
            | Fact::TreatmentEnded { .. }
            | Fact::TurnedAway { .. }
            | Fact::Forwards { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests;
