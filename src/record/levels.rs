//! Time-weighted averages: gauges that step up and down, the queues and servers of stations, and the timeline of all of
//! them.

use std::collections::VecDeque;

use crate::domain::{FaultTarget, StationId};
use crate::engine::Time;
use crate::plan::{Plan, Window};

use super::bins::{Bins, CurrentBin, InBin};
use super::catalogue::Catalogue;
use super::summary::GaugeSummary;
use super::timeline::Timeline;

/// The gauges of the current replication, by their rows in the catalogue.
#[derive(Debug)]
pub(super) struct Levels {
    length: u64,
    warm_up: Time,
    steps: Vec<StepGauge>,
    /// The gauges that are the sum of others, and those.
    sums: Vec<(usize, Vec<usize>)>,
    stations: Vec<StationAccount>,
    /// The work that each CallManager and CTIManager may not have finished; kept only if such a process can fail, because the
    /// work is lost with it.
    pending: Vec<VecDeque<Piece>>,
    /// When gauges were last read off, and when they will be next: the ends of bins and of the warm-up.
    last_reading: u64,
    next_reading: u64,
    /// The timeline of all replications.
    timeline: Timeline,
    /// What happens in the current bin of it.
    current: CurrentBin,
    /// What happened in each bin, of all replications.
    bins: Bins,
}

/// A gauge that steps up and down.
#[derive(Clone, Copy, Debug, Default)]
struct StepGauge {
    reading: u64,
    peak: u64,
    /// Since when it has had this reading.
    since: u64,
    integral: Integral,
}

impl StepGauge {
    #[inline]
    fn accrue(&mut self, now: u64) {
        self.integral.accrued += u128::from(self.reading) * u128::from(now - self.since);
        self.since = now;
    }
}

/// A gauge's reading times nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Integral {
    /// Since it was last read off.
    accrued: u128,
    /// From the end of the warm-up to the last reading.
    measured: u128,
}

impl Integral {
    /// Reads off what accrued, which lay wholly after the warm-up or wholly before it.
    fn read_off(&mut self, measured: bool) -> u128 {
        let accrued = std::mem::take(&mut self.accrued);
        if measured {
            self.measured += accrued;
        }
        accrued
    }
}

/// A piece of work scheduled at a station.
#[derive(Clone, Copy, Debug)]
struct Piece {
    arrived: Time,
    started: Time,
    finished: Time,
}

/// A station in the current replication. Work between two readings accrues like any gauge; work that extends beyond one is
/// known in advance, and is added at once to the bins it falls into.
#[derive(Clone, Copy, Debug, Default)]
struct StationAccount {
    /// Of waiting pieces of work.
    queue: Integral,
    /// Of busy servers.
    busy: Integral,
}

impl Levels {
    /// The levels of the gauges of a catalogue: those that step up and down, followed by the queues and then the servers of stations.
    pub(super) fn new(plan: &Plan, window: Window, catalogue: &Catalogue) -> Levels {
        let (steps, stations) = (catalogue.steps(), catalogue.stations());
        let timeline = Timeline::new(steps + 2 * stations, plan.length, window.bin);
        let bins = Bins::new(timeline.bins());
        let processes_fail = plan
            .faults
            .iter()
            .any(|fault| !matches!(fault.failing, FaultTarget::Application(..) | FaultTarget::Devices(..)));
        Levels {
            length: plan.length.nanos(),
            warm_up: window.warm_up,
            steps: vec![StepGauge::default(); steps],
            sums: catalogue.sums(plan),
            stations: vec![StationAccount::default(); stations],
            pending: if processes_fail { vec![VecDeque::new(); plan.nodes.len() * 2] } else { Vec::new() },
            last_reading: 0,
            next_reading: 0,
            current: CurrentBin::new(catalogue, &bins),
            bins,
            timeline,
        }
    }

    /// A replication begins: every gauge is at zero.
    pub(super) fn start(&mut self) {
        self.steps.fill(StepGauge::default());
        self.pending.iter_mut().for_each(VecDeque::clear);
        self.stations.fill(StationAccount::default());
        self.timeline.rewind();
        self.current.start();
        self.last_reading = 0;
        self.next_reading = self.reading_after(0);
    }

    /// A gauge is one higher when the replication begins.
    pub(super) fn starts_higher(&mut self, row: usize) {
        let gauge = &mut self.steps[row];
        gauge.reading += 1;
        gauge.peak += 1;
    }

    /// The replication is over: what was measured, row by row.
    pub(super) fn finish(&mut self) -> Box<[GaugeSummary]> {
        self.read_off(self.length);
        self.close_bin();
        self.current.finish(&mut self.bins);
        let steps = self.steps.iter().map(|gauge| GaugeSummary { integral: gauge.integral.measured, peak: gauge.peak });
        let level = |integral: Integral| GaugeSummary { integral: integral.measured, peak: 0 };
        let queues = self.stations.iter().map(|station| level(station.queue));
        let busy = self.stations.iter().map(|station| level(station.busy));
        steps.chain(queues).chain(busy).collect()
    }

    /// The timeline of all replications, and what happened in its bins.
    pub(super) fn into_timeline(mut self) -> (Timeline, Bins) {
        // Where the last replication stopped is not part of the result.
        self.timeline.rewind();
        (self.timeline, self.bins)
    }

    /// What has happened in the current bin. Time must have advanced to now.
    #[inline(always)]
    pub(super) fn bin(&mut self) -> &mut InBin {
        &mut self.current.so_far
    }

    /// The current bin is over.
    fn close_bin(&mut self) {
        let (bin, width) = self.timeline.current();
        self.current.close(bin, width, &mut self.bins);
    }

    /// The current reading of a gauge.
    pub(super) fn reading(&self, row: usize) -> u64 {
        self.steps[row].reading
    }

    /// Time has advanced to `now`.
    #[inline(always)]
    pub(super) fn advance(&mut self, now: Time) {
        if now.nanos() >= self.next_reading {
            self.read_off(now.nanos());
        }
    }

    /// The row of a station's queue.
    const fn queue(&self, station: StationId) -> usize {
        self.steps.len() + station.index()
    }

    /// The row of a station's servers.
    const fn busy(&self, station: StationId) -> usize {
        self.steps.len() + self.stations.len() + station.index()
    }

    /// A piece of work has been scheduled at a station.
    #[inline(always)]
    pub(super) fn served(&mut self, now: Time, station: StationId, arrived: Time, started: Time, finished: Time) {
        if self.between_readings(arrived, finished) {
            let account = &mut self.stations[station.index()];
            account.queue.accrued += u128::from((started - arrived).nanos());
            account.busy.accrued += u128::from((finished - started).nanos());
        } else {
            self.served_across_readings(station, arrived, started, finished);
        }
        if !self.pending.is_empty() {
            self.keep(now, station, Piece { arrived, started, finished });
        }
    }

    /// A piece of work left a station's queue unserved.
    pub(super) fn skipped(&mut self, station: StationId, arrived: Time, until: Time) {
        let queue = self.interval(self.queue(station), arrived, until);
        self.stations[station.index()].queue.measured += queue;
    }

    /// A process has failed, and its unfinished work with it: from now on that neither queues nor occupies a server.
    pub(super) fn process_failed(&mut self, now: Time, station: StationId) {
        if self.pending.is_empty() {
            return;
        }
        self.read_off_station(station.index());
        for piece in std::mem::take(&mut self.pending[station.index()]) {
            let Piece { arrived, started, finished } = piece;
            if finished <= now {
                continue;
            }
            let queue = self.queue(station);
            let busy = self.busy(station);
            let lost_queue = self.take_back(queue, arrived, started, now);
            let lost_busy = self.take_back(busy, started, finished, now);
            let account = &mut self.stations[station.index()];
            account.queue.measured -= lost_queue;
            account.busy.measured -= lost_busy;
        }
    }

    /// Takes back the part of an interval that lies after `now`; returns how much of it was measured.
    fn take_back(&mut self, row: usize, from: Time, to: Time, now: Time) -> u128 {
        let (from, to) = (from.nanos().min(self.length), to.nanos().min(self.length));
        let now = now.nanos().max(from);
        if now >= to {
            return 0;
        }
        self.timeline.take_back(row, from, to);
        self.timeline.add_interval(row, from, now);
        u128::from(to.saturating_sub(now.max(self.warm_up.nanos())))
    }

    /// The next end of a bin or of the warm-up after `now`.
    fn reading_after(&self, now: u64) -> u64 {
        let warm_up = self.warm_up.nanos();
        let bin_end = self.timeline.current_end();
        if now < warm_up { bin_end.min(warm_up) } else { bin_end }
    }

    /// Reads the gauges off at every end of a bin or of the warm-up up to `now`.
    #[cold]
    fn read_off(&mut self, now: u64) {
        while now >= self.next_reading {
            let at = self.next_reading;
            let measured = self.measuring();
            self.steps.iter_mut().for_each(|gauge| gauge.accrue(at));
            for (row, parts) in &self.sums {
                self.steps[*row].integral.accrued = parts.iter().map(|part| self.steps[*part].integral.accrued).sum();
            }
            for (row, gauge) in self.steps.iter_mut().enumerate() {
                let integral = gauge.integral.read_off(measured);
                self.timeline.add_integral(row, integral);
                self.current.level(row, integral);
                if !measured {
                    gauge.peak = gauge.reading;
                }
            }
            for station in 0..self.stations.len() {
                self.read_off_station(station);
            }
            // What happens at the very end still counts in the last bin.
            if at == self.timeline.current_end() && at < self.length {
                self.close_bin();
                self.timeline.advance();
            }
            self.last_reading = at;
            self.next_reading = if at >= self.length {
                // What happens at the very end, or after it, affects no gauge.
                u64::MAX
            } else {
                self.reading_after(at)
            };
        }
    }

    /// Reads off a station as if it were a gauge.
    fn read_off_station(&mut self, station: usize) {
        let measured = self.measuring();
        let id = StationId(station as u16);
        let (queue, busy) = (self.queue(id), self.busy(id));
        let account = &mut self.stations[station];
        self.timeline.add_integral(queue, account.queue.read_off(measured));
        self.timeline.add_integral(busy, account.busy.read_off(measured));
    }

    /// Whether what accrues now is measured. Gauges are read off at the end of the warm-up, so that what accrues
    /// between two readings lies wholly before it or wholly after.
    fn measuring(&self) -> bool {
        self.last_reading >= self.warm_up.nanos()
    }

    /// Whether gauges are not read off from `from` to `to`, but perhaps at these instants.
    #[inline]
    fn between_readings(&self, from: Time, to: Time) -> bool {
        self.last_reading <= from.nanos() && to.nanos() <= self.next_reading
    }

    /// A gauge is one higher from now on.
    #[inline]
    pub(super) fn step_up(&mut self, row: usize, now: Time) {
        let gauge = &mut self.steps[row];
        gauge.accrue(now.nanos());
        gauge.reading += 1;
        gauge.peak = gauge.peak.max(gauge.reading);
    }

    /// A gauge is one lower from now on.
    #[inline]
    pub(super) fn step_down(&mut self, row: usize, now: Time) {
        let gauge = &mut self.steps[row];
        gauge.accrue(now.nanos());
        gauge.reading = gauge.reading.checked_sub(1).expect("a gauge is not stepped down below zero");
    }

    /// Keeps a piece of work as long as its process could fail before it is done.
    #[inline(never)]
    fn keep(&mut self, now: Time, station: StationId, piece: Piece) {
        // Applications and databases lose no scheduled work here.
        let Some(pending) = self.pending.get_mut(station.index()) else { return };
        while pending.front().is_some_and(|piece| piece.finished <= now) {
            pending.pop_front();
        }
        pending.push_back(piece);
    }

    #[inline(never)]
    fn served_across_readings(&mut self, station: StationId, arrived: Time, started: Time, finished: Time) {
        let queue = self.interval(self.queue(station), arrived, started);
        let busy = self.interval(self.busy(station), started, finished);
        let account = &mut self.stations[station.index()];
        account.queue.measured += queue;
        account.busy.measured += busy;
    }

    /// The parts of an interval that a station's queue or servers are charged for: over the whole run, and after the
    /// warm-up. Work may start or finish after the run has ended.
    fn interval(&mut self, row: usize, from: Time, to: Time) -> u128 {
        let (from, to) = (from.nanos().min(self.length), to.nanos().min(self.length));
        if from >= to {
            return 0;
        }
        self.timeline.add_interval(row, from, to);
        u128::from(to.saturating_sub(from.max(self.warm_up.nanos())))
    }
}
