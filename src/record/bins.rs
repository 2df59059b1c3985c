//! Calls and waits in every bin of a run, by when they happen, and how they differ between replications.
//!
//! All of it is whole numbers that are added: parts of a study add up to it in any order.

use std::ops::Range;

use crate::engine::Span;
use crate::plan::Plan;

use super::catalogue::Catalogue;
use super::histogram::{cell_of, highest};
use super::metric::{Count, Gauge, Metric};

/// What is counted in every bin, warm-up included: by when it happens, not by when the call was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
    /// Calls offered.
    Offered,
    /// Calls answered for the first time, by whatever answers: a port, a phone, a number outside.
    Answered,
    /// Calls that were connected, and ended normally.
    Completed,
    /// Calls ended by the caller before being served.
    Abandoned,
    /// Forwards of any kind; a call that is forwarded twice counts twice.
    Forwarded,
    /// Calls refused, for any reason.
    Refused,
    /// Calls lost while being set up.
    DroppedInSetup,
    /// Calls lost while being transferred or redirected.
    DroppedInChange,
    /// Calls lost while connected.
    DroppedConnected,
}

impl Tally {
    /// All of them.
    pub const ALL: [Tally; 9] = [
        Tally::Offered,
        Tally::Answered,
        Tally::Completed,
        Tally::Abandoned,
        Tally::Forwarded,
        Tally::Refused,
        Tally::DroppedInSetup,
        Tally::DroppedInChange,
        Tally::DroppedConnected,
    ];

    /// The name used in files: that of the count of the same, where there is one.
    pub const fn name(self) -> &'static str {
        match self {
            Tally::Offered => Count::Offered.name(),
            Tally::Answered => "answered",
            Tally::Completed => Count::Completed.name(),
            Tally::Abandoned => Count::Abandoned.name(),
            Tally::Forwarded => "forwarded",
            Tally::Refused => Count::Refused.name(),
            Tally::DroppedInSetup => Count::DroppedInSetup.name(),
            Tally::DroppedInChange => Count::DroppedInChange.name(),
            Tally::DroppedConnected => Count::DroppedConnected.name(),
        }
    }
}

/// The ways in which a call is dropped.
pub const DROPPED: [Tally; 3] = [Tally::DroppedInSetup, Tally::DroppedInChange, Tally::DroppedConnected];

/// A wait that is added up by the bin in which it ends. Who gave up is in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// From offered to the first answer.
    Setup,
    /// In a queue that the workload names until a phone was found; zero if one was free.
    Queue,
}

/// A gauge of the whole cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Calls in progress.
    Calls,
    /// Devices in service.
    InService,
    /// Devices that an application controls.
    Controlled,
    /// Callers who wait in the queues that a workload names, in all of them together.
    Waiting,
}

impl Level {
    /// All of them.
    pub const ALL: [Level; 4] = [Level::Calls, Level::InService, Level::Controlled, Level::Waiting];

    /// The gauges that add up to it, in the catalogue of a plan.
    pub fn rows(self, catalogue: &Catalogue) -> Range<usize> {
        let one = |row: usize| row..row + 1;
        match self {
            Level::Calls => one(Catalogue::CALLS_IN_PROGRESS),
            Level::InService => one(Catalogue::DEVICES_IN_SERVICE),
            Level::Controlled => one(Catalogue::DEVICES_CONTROLLED),
            Level::Waiting => catalogue.all_waiting(),
        }
    }

    const fn gauge(self) -> Gauge {
        match self {
            Level::Calls => Gauge::CallsInProgress,
            Level::InService => Gauge::DevicesInService,
            Level::Controlled => Gauge::DevicesControlled,
            Level::Waiting => Gauge::Waiting,
        }
    }
}

/// What of the whole cluster has a band over replications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Banded {
    /// Calls of one kind.
    Calls(Tally),
    /// Calls dropped in any way.
    Dropped,
    /// The mean of the waits that ended in the bin, in replications where one did.
    Wait(Wait),
    /// The mean of a gauge over the bin.
    Level(Level),
}

impl Banded {
    /// All of them, in the order of `timeline.csv`.
    pub const ALL: [Banded; 13] = [
        Banded::Calls(Tally::Offered),
        Banded::Calls(Tally::Answered),
        Banded::Calls(Tally::Completed),
        Banded::Calls(Tally::Abandoned),
        Banded::Calls(Tally::Forwarded),
        Banded::Calls(Tally::Refused),
        Banded::Dropped,
        Banded::Wait(Wait::Setup),
        Banded::Wait(Wait::Queue),
        Banded::Level(Level::Calls),
        Banded::Level(Level::InService),
        Banded::Level(Level::Controlled),
        Banded::Level(Level::Waiting),
    ];

    /// Those that runs of a plan have: without a queue nobody waits in one.
    pub fn all_of(catalogue: &Catalogue) -> impl Iterator<Item = Banded> + use<> {
        let queues = !catalogue.all_waiting().is_empty();
        let of_queues = |it| matches!(it, Banded::Wait(Wait::Queue) | Banded::Level(Level::Waiting));
        Banded::ALL.into_iter().filter(move |it| queues || !of_queues(*it))
    }

    /// The name used in files: that of the count or gauge of the same, where there is one.
    pub const fn name(self) -> &'static str {
        match self {
            Banded::Calls(tally) => tally.name(),
            Banded::Dropped => "dropped",
            Banded::Wait(Wait::Setup) => Metric::SetupDelay.name(),
            Banded::Wait(Wait::Queue) => Metric::QueueWait.name(),
            Banded::Level(level) => level.gauge().name(),
        }
    }

    fn column(self) -> usize {
        Banded::ALL.iter().position(|it| *it == self).expect("one of all")
    }

    /// How many of the whole numbers in which it is kept are one of it: means are kept in thousandths, waits of a millisecond.
    const fn unit(self) -> f64 {
        match self {
            Banded::Calls(_) | Banded::Dropped => 1.0,
            Banded::Wait(_) | Banded::Level(_) => 1000.0,
        }
    }
}

/// The calls and waits of a bin: of one replication, or the sums over many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InBin {
    /// One each of [`Tally::ALL`].
    counts: [u64; Tally::ALL.len()],
    /// How many waits in queues ended; those of [`Wait::Setup`] are the calls answered.
    distributed: u64,
    /// The sums of each [`Wait`] in nanoseconds.
    waits: [u128; 2],
}

impl InBin {
    /// How many there were.
    pub const fn count(&self, tally: Tally) -> u64 {
        self.counts[tally as usize]
    }

    /// How many calls were dropped in any way.
    pub fn dropped(&self) -> u64 {
        DROPPED.into_iter().map(|tally| self.count(tally)).sum()
    }

    /// How many waits ended, and their sum in nanoseconds.
    pub const fn wait(&self, wait: Wait) -> (u64, u128) {
        let ended = match wait {
            Wait::Setup => self.count(Tally::Answered),
            Wait::Queue => self.distributed,
        };
        (ended, self.waits[wait as usize])
    }

    /// It has happened.
    #[inline(always)]
    pub(super) fn add(&mut self, tally: Tally) {
        self.counts[tally as usize] += 1;
    }

    /// A call was answered after this wait.
    #[inline(always)]
    pub(super) fn answered(&mut self, waited: Span) {
        self.add(Tally::Answered);
        self.waits[Wait::Setup as usize] += u128::from(waited.nanos());
    }

    /// A phone was found after this wait.
    pub(super) fn distributed(&mut self, waited: Span) {
        self.distributed += 1;
        self.waits[Wait::Queue as usize] += u128::from(waited.nanos());
    }

    fn merge(&mut self, other: &InBin) {
        self.counts.iter_mut().zip(other.counts).for_each(|(sum, count)| *sum += count);
        self.distributed += other.distributed;
        self.waits.iter_mut().zip(other.waits).for_each(|(sum, wait)| *sum += wait);
    }

    /// What it adds to a band, in whole numbers: see [`Banded::unit`]. Of a wait only if one has ended.
    fn value(&self, banded: Banded, levels: &[u128; Level::ALL.len()], width: u64) -> Option<u64> {
        /// Rounded to the nearest, in thousandths.
        fn mean(sum: u128, of: u128) -> u64 {
            ((sum * 1000 + of / 2) / of) as u64
        }
        match banded {
            Banded::Calls(tally) => Some(self.count(tally)),
            Banded::Dropped => Some(self.dropped()),
            Banded::Wait(wait) => {
                let (ended, nanos) = self.wait(wait);
                (ended > 0).then(|| mean(nanos, u128::from(ended) * 1_000_000))
            }
            Banded::Level(level) => Some(mean(levels[level as usize], u128::from(width))),
        }
    }
}

/// The bin that a replication is in.
#[derive(Debug)]
pub(super) struct CurrentBin {
    /// What has happened in it.
    pub(super) so_far: InBin,
    /// The integrals over it of each of [`Level::ALL`]: readings times nanoseconds.
    levels: [u128; Level::ALL.len()],
    /// The gauges that add up to each of them.
    rows: [Range<usize>; Level::ALL.len()],
    /// The bands that there are, with their columns.
    banded: Box<[(usize, Banded)]>,
    /// Bin after bin, the value of each of them. Bands grow only when a replication is over, so that a run allocates nothing.
    values: Vec<Option<u64>>,
}

impl CurrentBin {
    pub(super) fn new(catalogue: &Catalogue, bins: &Bins) -> CurrentBin {
        let banded: Box<[_]> = Banded::all_of(catalogue).map(|it| (it.column(), it)).collect();
        CurrentBin {
            so_far: InBin::default(),
            levels: Default::default(),
            rows: Level::ALL.map(|level| level.rows(catalogue)),
            values: Vec::with_capacity(bins.bands.len() * banded.len()),
            banded,
        }
    }

    /// A replication begins.
    pub(super) fn start(&mut self) {
        (self.so_far, self.levels) = Default::default();
        self.values.clear();
    }

    /// A gauge was read off.
    pub(super) fn level(&mut self, row: usize, integral: u128) {
        let levels = self.levels.iter_mut().zip(&self.rows);
        levels.filter(|(_, rows)| rows.contains(&row)).for_each(|(level, _)| *level += integral);
    }

    /// The bin is over; it lasted so many nanoseconds.
    pub(super) fn close(&mut self, bin: usize, width: u64, bins: &mut Bins) {
        let (over, levels) = (std::mem::take(&mut self.so_far), std::mem::take(&mut self.levels));
        bins.sums[bin].merge(&over);
        if bins.has_bands() {
            self.values.extend(self.banded.iter().map(|&(_, banded)| over.value(banded, &levels, width)));
        }
    }

    /// The replication is over.
    pub(super) fn finish(&mut self, bins: &mut Bins) {
        for (bands, values) in bins.bands.iter_mut().zip(self.values.chunks_exact(self.banded.len())) {
            for (&(column, _), value) in self.banded.iter().zip(values) {
                value.iter().for_each(|&value| bands[column].record(value));
            }
        }
    }
}

/// The calls and waits of every bin over many replications, and how the replications differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bins {
    sums: Vec<InBin>,
    /// One for each bin, or none at all.
    bands: Vec<[Band; Banded::ALL.len()]>,
}

impl Bins {
    /// A run with more bins keeps no bands: they would take more memory than all else.
    pub const MOST_BANDED: usize = 2_500;

    pub(super) fn new(bins: usize) -> Bins {
        let banded = if bins <= Bins::MOST_BANDED { bins } else { 0 };
        Bins { sums: vec![InBin::default(); bins], bands: vec![Default::default(); banded] }
    }

    /// Whether there are bands.
    pub fn has_bands(&self) -> bool {
        !self.bands.is_empty()
    }

    /// Each bin, the sum over all replications.
    pub fn sums(&self) -> &[InBin] {
        &self.sums
    }

    /// The values of the replications in each bin; none if a run has more than [`Bins::MOST_BANDED`].
    pub fn bands(&self, banded: Banded) -> impl Iterator<Item = &Band> {
        self.bands.iter().map(move |bin| &bin[banded.column()])
    }

    pub(super) fn add(&mut self, other: &Bins) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, more)| sum.merge(more));
        let (ours, theirs) = (self.bands.iter_mut().flatten(), other.bands.iter().flatten());
        ours.zip(theirs).for_each(|(sum, more)| sum.add(more));
    }

    /// The bytes that the bands of so many replications of a plan take on so many threads, at most, if a band has no more than 512
    /// different values on a thread.
    pub fn bytes(plan: &Plan, replications: u64, jobs: usize) -> u64 {
        /// A band of more replications has hardly more cells: the values of a bin lie close together.
        const CELLS: u64 = 512;
        /// Of a cell, with what a growing list has to spare.
        const CELL: u64 = 12;
        let (bins, jobs) = (plan.length.nanos().div_ceil(plan.window().bin.nanos()), jobs as u64);
        if bins > Bins::MOST_BANDED as u64 {
            return 0;
        }
        let cells = replications.min(CELLS.saturating_mul(jobs)).saturating_mul(CELL);
        bins.saturating_mul(Banded::ALL.len() as u64).saturating_mul(jobs * size_of::<Band>() as u64 + cells)
    }
}

/// The values that replications have in a bin: how many have which, in the cells of the histograms of durations. A value below
/// 2,048 has a cell of its own, and of the others every thousandth part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Band {
    /// In ascending order. Few are used, so the others are not kept. Nobody runs 2^32 replications.
    cells: Vec<(u32, u32)>,
    /// The least value and the greatest; both are zero if there is none.
    ends: (u64, u64),
}

impl Band {
    fn record(&mut self, value: u64) {
        self.reach((value, value));
        self.add_to(cell_of(value) as u32, 1);
    }

    /// Before the cells change: whether there are values shows in them.
    fn reach(&mut self, (least, most): (u64, u64)) {
        self.ends = match self.cells.is_empty() {
            true => (least, most),
            false => (self.ends.0.min(least), self.ends.1.max(most)),
        };
    }

    fn add_to(&mut self, cell: u32, values: u32) {
        match self.cells.binary_search_by_key(&cell, |(cell, _)| *cell) {
            Ok(at) => self.cells[at].1 += values,
            Err(at) => self.cells.insert(at, (cell, values)),
        }
    }

    fn add(&mut self, other: &Band) {
        if other.values() > 0 {
            self.reach(other.ends);
            other.cells.iter().for_each(|&(cell, values)| self.add_to(cell, values));
        }
    }

    /// How many replications have a value.
    pub fn values(&self) -> u64 {
        self.cells.iter().map(|(_, values)| u64::from(*values)).sum()
    }

    /// The value that this percentage of the replications do not exceed, to one part in a thousand and never beyond the least or
    /// the greatest; in the unit of what it is a band of. `None` if there are too few replications for one to be expected on
    /// either side: p5 and p95 take 20 of them, p50 takes two.
    pub fn percentile(&self, of: Banded, percent: u64) -> Option<f64> {
        let values = self.values();
        if values * percent.min(100 - percent) < 100 {
            return None;
        }
        let rank = (values * percent).div_ceil(100);
        let mut so_far = 0;
        let at = self.cells.iter().find(|(_, values)| {
            so_far += u64::from(*values);
            so_far >= rank
        });
        let value = highest(at?.0 as usize).clamp(self.ends.0, self.ends.1);
        Some(value as f64 / of.unit())
    }
}

#[cfg(test)]
mod tests;
