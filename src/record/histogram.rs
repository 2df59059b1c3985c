//! Histograms of durations: HdrHistogram's layout at three digits, without its bookkeeping.
//!
//! A run records tens of millions of durations in dozens of histograms and starts over a thousand times, so three
//! things must be cheap: recording, starting over, and adding up. Cells appear when they are needed, and only the
//! cells between the least and the greatest value so far are ever looked at again.

use crate::engine::Span;
use crate::stats::{Clustered, Confidence, effective_count, quantile_ranks, spread_ranks};

/// Values below this many microseconds have a cell each: 2 * 10^3, rounded up to a power of two.
const EXACT: u64 = 2048;
/// Above that, this many cells an octave.
const CELLS_AN_OCTAVE: usize = 1024;
const NANOS_PER_MICRO: u64 = 1000;

/// How the replications differ is kept for every so many cells: 32 an octave, so for every 3 %.
const BLOCK: usize = 32;

/// The cell of a value in microseconds: the index that HdrHistogram gives it.
const fn cell_of(micros: u64) -> usize {
    let octave = (micros | (EXACT - 1)).ilog2() - (EXACT - 1).ilog2();
    octave as usize * CELLS_AN_OCTAVE + (micros >> octave) as usize
}

/// The octave of a cell, 0 for the exact ones.
const fn octave_of(cell: usize) -> u32 {
    (cell / CELLS_AN_OCTAVE).saturating_sub(1) as u32
}

/// The least value in microseconds that falls into a cell.
const fn lowest(cell: usize) -> u64 {
    let octave = octave_of(cell);
    ((cell - octave as usize * CELLS_AN_OCTAVE) as u64) << octave
}

/// The greatest value in microseconds that falls into a cell.
const fn highest(cell: usize) -> u64 {
    lowest(cell) + ((1 << octave_of(cell)) - 1)
}

/// The number of values that a quantile has at or below it, as HdrHistogram counts: rounded up, at least one.
fn rank(quantile: f64, count: u64) -> u64 {
    ((quantile.min(1.0) * count as f64).ceil() as u64).max(1)
}

/// What is known exactly, beside the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// How many values.
    pub count: u64,
    /// Their sum in nanoseconds. Ten million calls of an hour each overflow 64 bits.
    pub sum_nanos: u128,
    /// The least; [`Span::FOREVER`] without values.
    pub min: Span,
    /// The greatest; zero without values.
    pub max: Span,
}

impl Totals {
    /// No values.
    pub const NONE: Totals = Totals { count: 0, sum_nanos: 0, min: Span::FOREVER, max: Span::ZERO };

    fn add(&mut self, other: &Totals) {
        self.count += other.count;
        self.sum_nanos += other.sum_nanos;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// The cells in use: none, or from the least value's to the greatest's.
    const fn touched(&self) -> std::ops::Range<usize> {
        if self.count == 0 {
            return 0..0;
        }
        cell_of(self.min.nanos() / NANOS_PER_MICRO)..cell_of(self.max.nanos() / NANOS_PER_MICRO) + 1
    }

    /// Every value lies between the least and the greatest, and so does every quantile: without this, the upper edge
    /// of the last cell would exceed the maximum beside it in a table.
    fn clamp(&self, micros: u64) -> Span {
        Span::from_nanos(micros.saturating_mul(NANOS_PER_MICRO)).clamp(self.min, self.max)
    }
}

/// A type that counts the values of a cell.
trait Cell: Copy + Into<u64> + std::ops::BitOr<Output = Self> {}
impl Cell for u32 {}
impl Cell for u64 {}

/// Whether a block has no values: what is asked of most of them, and faster than adding up.
#[inline]
fn is_empty<C: Cell>(cells: &[C; BLOCK]) -> bool {
    let any = cells.iter().copied().reduce(|any, cell| any | cell);
    any.is_none_or(|any| any.into() == 0)
}

/// The upper edges in microseconds of the cells in which the quantiles (ascending) lie, in one pass.
fn quantiles<C: Cell, const N: usize>(cells: &[C], totals: &Totals, wanted: [f64; N]) -> [u64; N] {
    let mut found = [0; N];
    if totals.count == 0 {
        return found;
    }
    let ranks = wanted.map(|quantile| rank(quantile, totals.count));
    let mut next = 0;
    let mut so_far = 0;
    // Most blocks are empty or lie between two quantiles.
    for (block, cells) in cells.as_chunks::<BLOCK>().0.iter().enumerate().skip(totals.touched().start / BLOCK) {
        if is_empty(cells) {
            continue;
        }
        let values: u64 = cells.iter().map(|&cell| cell.into()).sum();
        if so_far + values < ranks[next] {
            so_far += values;
            continue;
        }
        for (cell, &values) in (block * BLOCK..).zip(cells) {
            so_far += values.into();
            while so_far >= ranks[next] {
                found[next] = if wanted[next] == 0.0 { lowest(cell) } else { highest(cell) };
                next += 1;
                if next == N {
                    return found;
                }
            }
        }
    }
    unreachable!("quantiles are in ascending order, and none is beyond the last value")
}

/// The durations of one replication.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// 32 bits are enough: a call's number has no more, and fewer bytes are fewer cache misses.
    cells: Vec<u32>,
    totals: Totals,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { cells: Vec::new(), totals: Totals::NONE }
    }
}

impl Histogram {
    /// Counts one duration.
    #[inline]
    pub fn record(&mut self, span: Span) {
        self.record_in(cell_of(span.nanos() / NANOS_PER_MICRO), span);
    }

    /// Counts one duration in the cell that is its own: several histograms may take note of one.
    #[inline]
    fn record_in(&mut self, cell: usize, span: Span) {
        if cell >= self.cells.len() {
            self.grow(cell);
        }
        self.cells[cell] += 1;
        self.totals.count += 1;
        self.totals.sum_nanos += u128::from(span.nanos());
        self.totals.min = self.totals.min.min(span);
        self.totals.max = self.totals.max.max(span);
    }

    /// To the end of the octave: a few growths in a histogram's life rather than one a maximum.
    #[cold]
    fn grow(&mut self, cell: usize) {
        self.cells.resize((cell / CELLS_AN_OCTAVE + 1) * CELLS_AN_OCTAVE, 0);
    }

    /// Count, sum, least and greatest, exactly.
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// What HdrHistogram's `value_at_quantile` gives: the greatest value in microseconds that shares a cell with the
    /// one at this quantile; 0 without values.
    pub fn quantile_micros(&self, quantile: f64) -> u64 {
        let [micros] = quantiles(&self.cells, &self.totals, [quantile]);
        micros
    }

    /// Several quantiles (ascending) in one pass, never below the least or above the greatest value.
    pub fn quantiles<const N: usize>(&self, wanted: [f64; N]) -> [Span; N] {
        quantiles(&self.cells, &self.totals, wanted).map(|micros| self.totals.clamp(micros))
    }

    /// Moves these values to those of other replications, and keeps the room.
    pub fn move_to(&mut self, merged: &mut MergedHistogram) {
        let touched = self.totals.touched();
        if touched.is_empty() {
            return;
        }
        if merged.cells.len() < touched.end {
            merged.cells.resize(self.cells.len(), 0);
        }
        let first = touched.start / BLOCK;
        let ours = self.cells.as_chunks_mut::<BLOCK>().0.iter_mut().skip(first);
        let theirs = merged.cells.as_chunks_mut::<BLOCK>().0.iter_mut().skip(first);
        let counts = ours.zip(theirs).map(|(ours, theirs)| {
            if is_empty(ours) {
                return 0;
            }
            let cells = std::mem::replace(ours, [0; BLOCK]);
            theirs.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += u64::from(cell));
            cells.into_iter().map(u64::from).sum()
        });
        merged.spread.add_replication(first, (touched.end - 1) / BLOCK + 1, counts, self.totals.count);
        merged.totals.add(&self.totals);
        self.totals = Totals::NONE;
    }
}

/// How many values at or below a time a replication has, over all replications: what the uncertainty of quantiles
/// comes from. Whole numbers: they add up to the same in any order.
#[derive(Clone, Debug, Default)]
struct Spread {
    /// How many replications have a value.
    replications: u64,
    /// The sum of the squares of their numbers of values.
    values_squared: u128,
    /// For every block of cells up to the last with a value, at the block's end: the sum of the squares of the number of
    /// values at or below it, and that of this number times the number of all values.
    blocks: Vec<(u128, u128)>,
}

impl Spread {
    fn reach(&mut self, blocks: usize) {
        // All values so far are at or below any later block.
        let all = (self.values_squared, self.values_squared);
        self.blocks.resize(self.blocks.len().max(blocks), all);
    }

    /// A replication with so many values, `counts` of them in each block from the `first` with a value on; `end` is where
    /// the blocks with values end.
    fn add_replication(&mut self, first: usize, end: usize, counts: impl Iterator<Item = u64>, values: u64) {
        self.reach(end);
        let values = u128::from(values);
        let mut below = 0;
        let mut added = (0, 0);
        for (sums, count) in self.blocks[first..].iter_mut().zip(counts.chain(std::iter::repeat(0))) {
            if count > 0 {
                below += u128::from(count);
                added = (below * below, below * values);
            }
            sums.0 += added.0;
            sums.1 += added.1;
        }
        self.replications += 1;
        self.values_squared += values * values;
    }

    fn add(&mut self, other: &Spread) {
        self.reach(other.blocks.len());
        let all = (other.values_squared, other.values_squared);
        let others = other.blocks.iter().chain(std::iter::repeat(&all));
        for (sums, more) in self.blocks.iter_mut().zip(others) {
            sums.0 += more.0;
            sums.1 += more.1;
        }
        self.replications += other.replications;
        self.values_squared += other.values_squared;
    }
}

/// The durations of many replications. The order in which they are added makes no difference.
#[derive(Clone, Debug)]
pub struct MergedHistogram {
    cells: Vec<u64>,
    totals: Totals,
    spread: Spread,
}

impl Default for MergedHistogram {
    fn default() -> Self {
        MergedHistogram { cells: Vec::new(), totals: Totals::NONE, spread: Spread::default() }
    }
}

/// Whether the values are the same: how much room each has grown is its own affair.
impl PartialEq for MergedHistogram {
    fn eq(&self, other: &MergedHistogram) -> bool {
        self.totals == other.totals
            && self.cells[self.totals.touched()] == other.cells[other.totals.touched()]
            && (self.spread.replications, self.spread.values_squared)
                == (other.spread.replications, other.spread.values_squared)
            && self.spread.blocks == other.spread.blocks
    }
}

impl Eq for MergedHistogram {}

impl MergedHistogram {
    /// Adds another's values.
    pub fn add(&mut self, other: &MergedHistogram) {
        let touched = other.totals.touched();
        if self.cells.len() < touched.end {
            self.cells.resize(other.cells.len(), 0);
        }
        for (sum, &cell) in self.cells[touched.clone()].iter_mut().zip(&other.cells[touched]) {
            *sum += cell;
        }
        self.spread.add(&other.spread);
        self.totals.add(&other.totals);
    }

    /// Count, sum, least and greatest, exactly.
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Several quantiles (ascending) in one pass, never below the least or above the greatest value.
    pub fn quantiles<const N: usize>(&self, wanted: [f64; N]) -> [Span; N] {
        quantiles(&self.cells, &self.totals, wanted).map(|micros| self.totals.clamp(micros))
    }

    /// How many replications have a value.
    pub const fn replications(&self) -> u64 {
        self.spread.replications
    }

    /// The confidence interval of a quantile of all values, which come in replications: those of one share its luck,
    /// and are worth fewer than they are. `None` with too few.
    pub fn quantile_interval(&self, quantile: f64, confidence: Confidence) -> Option<(Span, Span)> {
        let values = self.totals.count;
        let replications = self.spread.replications;
        let effect = self.design_effect(quantile)?;
        let effective = effective_count(values, replications, effect, confidence);
        let (low, high) = spread_ranks(quantile_ranks(effective, quantile, confidence)?, effective, values);
        let [low, high] = self.at_ranks([low, high]);
        Some((low, high))
    }

    /// How many times more uncertain a quantile is than if all values were independent.
    fn design_effect(&self, quantile: f64) -> Option<f64> {
        if self.totals.count == 0 || self.spread.replications < 2 {
            return None;
        }
        let least = rank(quantile, self.totals.count);
        let mut below = 0;
        let mut before = None;
        for (block, &(below_squared, below_times_values)) in self.spread.blocks.iter().enumerate() {
            let (from, to) = (block * BLOCK, ((block + 1) * BLOCK).min(self.totals.touched().end));
            let start = self.totals.touched().start.max(from);
            below += if start < to { self.cells[start..to].iter().sum::<u64>() } else { 0 };
            let clustered = Clustered {
                clusters: self.spread.replications,
                values: self.totals.count,
                below,
                below_squared,
                below_times_values,
                values_squared: self.spread.values_squared,
            };
            let here = clustered.design_effect();
            if below >= least {
                // The quantile lies between the ends of this block and the one before: the worse of the two.
                let worse = before
                    .into_iter()
                    .chain(here)
                    .fold(None, |worse: Option<f64>, effect| Some(worse.map_or(effect, |worse| worse.max(effect))));
                return Some(worse.unwrap_or_else(|| clustered.greatest_design_effect()));
            }
            before = here;
        }
        None
    }

    /// The values of these ranks, counted from one, ascending: to a cell's upper edge.
    fn at_ranks<const N: usize>(&self, ranks: [u64; N]) -> [Span; N] {
        let mut found = [self.totals.max; N];
        let (mut next, mut so_far) = (0, 0);
        for cell in self.totals.touched() {
            so_far += self.cells[cell];
            while next < N && so_far >= ranks[next] {
                found[next] = self.totals.clamp(highest(cell));
                next += 1;
            }
        }
        found
    }

    /// Cell by cell in ascending order: a time in nanoseconds, how many of these values are there, and how many of
    /// `censored`: what an estimate of survival needs. The time is the cell's upper edge, as for quantiles.
    pub fn steps<'a>(&'a self, censored: &'a MergedHistogram) -> impl Iterator<Item = (u64, u64, u64)> + 'a {
        let (ours, theirs) = (self.totals.touched(), censored.totals.touched());
        let from = match (self.totals.count, censored.totals.count) {
            (0, _) => theirs.start,
            (_, 0) => ours.start,
            _ => ours.start.min(theirs.start),
        };
        let at = |histogram: &MergedHistogram, range: &std::ops::Range<usize>, cell: usize| {
            if range.contains(&cell) { histogram.cells[cell] } else { 0 }
        };
        (from..ours.end.max(theirs.end)).filter_map(move |cell| {
            let (ended, cut) = (at(self, &ours, cell), at(censored, &theirs, cell));
            let time = if ended > 0 {
                self.totals.clamp(highest(cell)).nanos()
            } else {
                highest(cell).saturating_mul(NANOS_PER_MICRO)
            };
            (ended + cut > 0).then_some((time, ended, cut))
        })
    }

    /// The same counts in the same cells, in microseconds, for the tools that read HdrHistogram's format.
    pub fn to_hdr(&self) -> hdrhistogram::Histogram<u64> {
        let greatest = self.totals.max.nanos() / NANOS_PER_MICRO;
        let mut hdr = hdrhistogram::Histogram::new_with_max(greatest.max(2), 3)
            .expect("three digits and a maximum of at least two are within its bounds");
        for cell in self.totals.touched() {
            if self.cells[cell] > 0 {
                // The last cell's lower edge is at most the maximum the histogram was made for.
                hdr.record_n(lowest(cell), self.cells[cell]).expect("no value exceeds the maximum");
            }
        }
        hdr
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Durations of every order of magnitude: a number of bits first, then a number of that many bits.
    fn any_nanos() -> impl Strategy<Value = u64> {
        (0..58u32, any::<u64>()).prop_map(|(bits, value)| value & ((1 << bits) - 1))
    }

    fn histogram_of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for &nanos in values {
            histogram.record(Span::from_nanos(nanos));
        }
        histogram
    }

    fn hdr_of(values: &[u64]) -> hdrhistogram::Histogram<u64> {
        let mut hdr = hdrhistogram::Histogram::new_with_max(u64::MAX / 2, 3).unwrap();
        for nanos in values {
            hdr.record(nanos / NANOS_PER_MICRO).unwrap();
        }
        hdr
    }

    #[test]
    fn cells_tile_the_line() {
        for cell in 0..40 * CELLS_AN_OCTAVE {
            assert_eq!(cell_of(lowest(cell)), cell);
            assert_eq!(cell_of(highest(cell)), cell);
            assert_eq!(lowest(cell + 1), highest(cell) + 1);
        }
    }

    #[test]
    fn even_for_ever_has_a_cell() {
        let mut histogram = Histogram::default();
        histogram.record(Span::FOREVER);
        assert_eq!(histogram.quantiles([0.5]), [Span::FOREVER]);
    }

    #[test]
    fn nothing_recorded() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile_micros(0.5), 0);
        let mut merged = MergedHistogram::default();
        histogram.move_to(&mut merged);
        assert_eq!(merged.to_hdr().len(), 0);
        assert_eq!(*merged.totals(), Totals::NONE);
    }

    #[test]
    fn steps_go_through_both_histograms() {
        let merged = |nanos: &[u64]| {
            let mut merged = MergedHistogram::default();
            histogram_of(nanos).move_to(&mut merged);
            merged
        };
        let steps = |ended: &[u64], cut: &[u64]| merged(ended).steps(&merged(cut)).collect::<Vec<_>>();
        assert_eq!(steps(&[], &[]), []);
        assert_eq!(steps(&[5_000, 5_000], &[]), [(5_000, 2, 0)]);
        assert_eq!(steps(&[], &[3_000]), [(3_000, 0, 1)]);
        assert_eq!(
            steps(&[2_000, 7_000, 7_000], &[1_000, 7_000, 9_000]),
            [(1_000, 0, 1), (2_000, 1, 0), (7_000, 2, 1), (9_000, 0, 1)]
        );
        // A cell's upper edge lies beyond the greatest value: the value it is.
        assert_eq!(steps(&[1_234_567_891], &[]), [(1_234_567_891, 1, 0)]);
    }

    /// Alike values in each of a hundred replications: the ranks of a hundred, not of seven hundred.
    #[test]
    fn an_interval_counts_replications_where_their_values_are_alike() {
        let mut merged = MergedHistogram::default();
        for replication in 1..=100_u64 {
            histogram_of(&[replication * 1_000_000_000; 7]).move_to(&mut merged);
        }
        let (low, high) = merged.quantile_interval(0.5, Confidence::USUAL).unwrap();
        // The ranks of 100 independent values are 40 and 61; those of fewer degrees of freedom are a little farther out.
        assert_eq!((low.seconds().round(), high.seconds().round()), (39.0, 62.0));
        assert_eq!(merged.quantile_interval(0.99, Confidence::USUAL), None);
    }

    #[test]
    fn an_interval_counts_values_where_replications_are_alike() {
        let mut merged = MergedHistogram::default();
        let values: Vec<u64> = (1..=1000).map(|value| value * 1_000_000_000).collect();
        for _ in 0..100 {
            histogram_of(&values).move_to(&mut merged);
        }
        let (low, high) = merged.quantile_interval(0.99, Confidence::USUAL).unwrap();
        assert!((low.seconds() - 989.0).abs() <= 2.0 && (high.seconds() - 991.0).abs() <= 2.0, "{low:?} {high:?}");
    }

    #[test]
    fn one_replication_has_no_interval() {
        let mut merged = MergedHistogram::default();
        histogram_of(&(1..5000).collect::<Vec<_>>()).move_to(&mut merged);
        assert_eq!(merged.quantile_interval(0.5, Confidence::USUAL), None);
        assert_eq!(MergedHistogram::default().quantile_interval(0.5, Confidence::USUAL), None);
    }

    #[test]
    fn no_quantile_exceeds_the_maximum() {
        let histogram = histogram_of(&[1_234_567_891]);
        assert_eq!(histogram.quantiles([0.5, 0.999]), [Span::from_nanos(1_234_567_891); 2]);
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_hdrhistogram(
            values in prop::collection::vec(any_nanos(), 1..400),
            quantile in 0.0..=1.0f64,
        ) {
            let (histogram, hdr) = (histogram_of(&values), hdr_of(&values));
            for quantile in [0.0, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0, quantile] {
                prop_assert_eq!(histogram.quantile_micros(quantile), hdr.value_at_quantile(quantile));
            }
        }

        #[test]
        fn totals_are_exact(values in prop::collection::vec(any_nanos(), 1..100)) {
            let histogram = histogram_of(&values);
            prop_assert_eq!(histogram.totals(), &Totals {
                count: values.len() as u64,
                sum_nanos: values.iter().map(|&nanos| u128::from(nanos)).sum(),
                min: Span::from_nanos(*values.iter().min().unwrap()),
                max: Span::from_nanos(*values.iter().max().unwrap()),
            });
        }

        #[test]
        fn moving_leaves_nothing_behind(
            before in prop::collection::vec(any_nanos(), 0..100),
            after in prop::collection::vec(any_nanos(), 1..100),
        ) {
            let mut histogram = histogram_of(&before);
            histogram.move_to(&mut MergedHistogram::default());
            prop_assert!(histogram.cells.iter().all(|&cell| cell == 0));
            for &nanos in &after {
                histogram.record(Span::from_nanos(nanos));
            }
            prop_assert_eq!(histogram.quantile_micros(0.9), histogram_of(&after).quantile_micros(0.9));
        }

        #[test]
        fn merging_is_recording_all_of_them(
            parts in prop::collection::vec(prop::collection::vec(any_nanos(), 0..50), 1..8),
        ) {
            let (mut forwards, mut backwards) = (MergedHistogram::default(), MergedHistogram::default());
            for part in &parts {
                histogram_of(part).move_to(&mut forwards);
            }
            for part in parts.iter().rev() {
                let mut one = MergedHistogram::default();
                histogram_of(part).move_to(&mut one);
                backwards.add(&one);
            }
            prop_assert_eq!(&forwards, &backwards);
            for quantile in [0.5, 0.9] {
                let interval = forwards.quantile_interval(quantile, Confidence::USUAL);
                prop_assert_eq!(interval, backwards.quantile_interval(quantile, Confidence::USUAL));
                if let Some((low, high)) = interval {
                    let [at] = forwards.quantiles([quantile]);
                    prop_assert!(low <= at && at <= high);
                }
            }

            let all = parts.concat();
            prop_assert_eq!(forwards.to_hdr(), hdr_of(&all));
            prop_assert_eq!(*forwards.totals(), *histogram_of(&all).totals());
        }
    }
}
