//! Histograms of durations: HdrHistogram's layout at three digits, without its bookkeeping.
//!
//! A run records tens of millions of durations in dozens of histograms and starts over a thousand times, so three
//! things must be cheap: recording, starting over, and adding up. Cells appear when they are needed, and only the
//! cells between the least and the greatest value so far are ever looked at again.

use crate::engine::Span;
use crate::stats::{Clustered, Confidence, effective_count, quantile_ranks, spread_high, spread_low};

/// Values below this many microseconds have a cell each: 2 * 10^3, rounded up to a power of two.
const EXACT: u64 = 2048;
/// Above that, this many cells an octave.
const CELLS_AN_OCTAVE: usize = 1024;
const NANOS_PER_MICRO: u64 = 1000;

/// How the replications differ is kept for blocks of this many cells: 32 per octave, so for every 3 %.
const BLOCK: usize = 32;

/// The cell of a value in microseconds: the index that HdrHistogram gives it.
pub(super) const fn cell_of(micros: u64) -> usize {
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
pub(super) const fn highest(cell: usize) -> u64 {
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
trait Bits: Copy + Into<u64> + std::ops::BitOr<Output = Self> {}
impl Bits for u32 {}
impl Bits for u64 {}

/// Whether a block has no values: needed for most of them, and faster than adding up.
#[inline]
fn is_empty<C: Bits>(cells: &[C; BLOCK]) -> bool {
    let any = cells.iter().copied().reduce(|any, cell| any | cell);
    any.is_none_or(|any| any.into() == 0)
}

/// Looks for quantiles (ascending) in one pass over the cells.
struct Search<const N: usize> {
    probabilities: [f64; N],
    ranks: [u64; N],
    /// The upper edges in microseconds of the cells in which they lie; 0 without values.
    found: [u64; N],
    /// How many are found.
    next: usize,
    so_far: u64,
}

impl<const N: usize> Search<N> {
    fn new(probabilities: [f64; N], count: u64) -> Search<N> {
        let next = if count == 0 { N } else { 0 };
        Search {
            probabilities,
            ranks: probabilities.map(|quantile| rank(quantile, count)),
            found: [0; N],
            next,
            so_far: 0,
        }
    }

    /// The next block that has `values`.
    #[inline]
    fn pass<C: Bits>(&mut self, block: usize, cells: &[C; BLOCK], values: u64) {
        // Most lie between two quantiles.
        if self.ranks.get(self.next).is_none_or(|&rank| self.so_far + values < rank) {
            self.so_far += values;
            return;
        }
        for (cell, &values) in (block * BLOCK..).zip(cells) {
            self.so_far += values.into();
            while self.ranks.get(self.next).is_some_and(|&rank| self.so_far >= rank) {
                self.found[self.next] = if self.probabilities[self.next] == 0.0 { lowest(cell) } else { highest(cell) };
                self.next += 1;
            }
        }
    }
}

fn values_in<C: Bits>(cells: &[C; BLOCK]) -> u64 {
    cells.iter().map(|&cell| cell.into()).sum()
}

/// The upper edges in microseconds of the cells in which the quantiles (ascending) lie.
fn quantiles<C: Bits, const N: usize>(cells: &[C], totals: &Totals, probabilities: [f64; N]) -> [u64; N] {
    let mut search = Search::new(probabilities, totals.count);
    for (block, cells) in cells.as_chunks::<BLOCK>().0.iter().enumerate().skip(totals.touched().start / BLOCK) {
        if search.next == N {
            break;
        }
        if !is_empty(cells) {
            search.pass(block, cells, values_in(cells));
        }
    }
    search.found
}

/// The cell of a duration, computed once to count it in several histograms.
#[derive(Clone, Copy, Debug)]
pub struct Cell(usize);

impl Cell {
    /// The cell in which this duration is counted.
    #[inline]
    pub const fn of(span: Span) -> Cell {
        Cell(cell_of(span.nanos() / NANOS_PER_MICRO))
    }
}

/// Whether a duration is at least as long as another, as far as a histogram tells them apart: percentiles are good to that.
pub fn at_least(span: Span, least: Span) -> bool {
    Cell::of(span).0 >= Cell::of(least).0
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
        self.record_in(Cell::of(span), span);
    }

    /// Counts one duration in its cell.
    #[inline]
    pub fn record_in(&mut self, Cell(cell): Cell, span: Span) {
        if cell >= self.cells.len() {
            self.grow(cell);
        }
        self.cells[cell] += 1;
        self.totals.count += 1;
        self.totals.sum_nanos += u128::from(span.nanos());
        self.totals.min = self.totals.min.min(span);
        self.totals.max = self.totals.max.max(span);
    }

    /// Grows to the end of the octave, so that a histogram grows a few times rather than at every maximum.
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

    /// The quantile at this probability, never below the least or above the greatest value; zero without values.
    pub fn quantile(&self, quantile: f64) -> Span {
        match self.totals.count {
            0 => Span::ZERO,
            _ => self.totals.clamp(self.quantile_micros(quantile)),
        }
    }

    /// Moves these values to those of other replications, and keeps the memory. Returns the quantiles at these probabilities
    /// (ascending), never below the least or above the greatest value; zero without values.
    pub fn move_to<const N: usize>(&mut self, merged: &mut MergedHistogram, probabilities: [f64; N]) -> [Span; N] {
        let touched = self.totals.touched();
        if touched.is_empty() {
            return [Span::ZERO; N];
        }
        if merged.cells.len() < touched.end {
            merged.cells.resize(self.cells.len(), 0);
        }
        merged.spread.reach((touched.end - 1) / BLOCK + 1);
        let mut search = Search::new(probabilities, self.totals.count);
        let mut below = 0;
        let ours = self.cells.as_chunks_mut::<BLOCK>().0.iter_mut();
        let theirs = merged.cells.as_chunks_mut::<BLOCK>().0.iter_mut();
        let blocks = ours.zip(theirs).zip(&mut merged.spread.blocks).enumerate();
        for (block, ((ours, theirs), spread)) in blocks.skip(touched.start / BLOCK) {
            // Most are.
            if is_empty(ours) {
                continue;
            }
            let cells = std::mem::replace(ours, [0; BLOCK]);
            let values = values_in(&cells);
            search.pass(block, &cells, values);
            spread.add(below, values, self.totals.count);
            below += values;
            theirs.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += u64::from(cell));
        }
        merged.spread.replications += 1;
        merged.spread.values_squared += u128::from(self.totals.count) * u128::from(self.totals.count);
        merged.totals.add(&self.totals);
        let found = search.found.map(|micros| self.totals.clamp(micros));
        self.totals = Totals::NONE;
        found
    }
}

/// The variation between replications of the number of values at or below a time, which determines the uncertainty of
/// quantiles. Whole numbers: they add up to the same in any order.
#[derive(Clone, Debug, Default)]
struct Spread {
    /// How many replications have a value.
    replications: u64,
    /// The sum of the squares of their numbers of values.
    values_squared: u128,
    /// For every block of cells up to the last with a value: by how much the sums at its end exceed those at its beginning.
    blocks: Vec<Sums>,
}

/// Sums over replications of what is below a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    /// Of the square of the number of values at or below it.
    below_squared: u128,
    /// Of that number times the number of all values.
    below_times_values: u128,
}

impl Sums {
    /// Adds a replication with `here` values in a block, `below` below it, and `all` in all.
    fn add(&mut self, below: u64, here: u64, all: u64) {
        // The square of the sum less the square of what is below: the factors are below 2^33, as cells have 32 bits.
        self.below_squared += u128::from(here) * u128::from(2 * below + here);
        self.below_times_values += u128::from(here) * u128::from(all);
    }
}

impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, other: Sums) {
        self.below_squared += other.below_squared;
        self.below_times_values += other.below_times_values;
    }
}

impl Spread {
    fn reach(&mut self, blocks: usize) {
        self.blocks.resize(self.blocks.len().max(blocks), Sums::default());
    }

    fn add(&mut self, other: &Spread) {
        self.reach(other.blocks.len());
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(sums, more)| *sums += *more);
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

/// Whether the values are the same, however much memory each has.
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
    pub fn quantiles<const N: usize>(&self, probabilities: [f64; N]) -> [Span; N] {
        quantiles(&self.cells, &self.totals, probabilities).map(|micros| self.totals.clamp(micros))
    }

    /// How many replications have a value.
    pub const fn replications(&self) -> u64 {
        self.spread.replications
    }

    /// The confidence interval of a quantile of all values. Values of one replication are correlated, and so count for fewer
    /// than independent ones. Each end is `None` with too few values for it.
    pub fn quantile_interval(&self, quantile: f64, confidence: Confidence) -> (Option<Span>, Option<Span>) {
        let values = self.totals.count;
        let Some(effect) = self.design_effect(quantile) else { return (None, None) };
        let effective = effective_count(values, self.spread.replications, effect, confidence);
        let (low, high) = quantile_ranks(effective, quantile, confidence);
        let at = |rank: u64| {
            let [value] = self.at_ranks([rank]);
            value
        };
        let low = low.map(|low| at(spread_low(low, effective, values)));
        (low, high.map(|high| at(spread_high(high, effective, values))))
    }

    /// The design effect: the factor by which a quantile's variance exceeds that of independent values.
    pub(crate) fn design_effect(&self, quantile: f64) -> Option<f64> {
        if self.totals.count == 0 || self.spread.replications < 2 {
            return None;
        }
        let least = rank(quantile, self.totals.count);
        let mut below = 0;
        let mut before = None;
        let mut sums = Sums::default();
        for (block, &here) in self.spread.blocks.iter().enumerate() {
            sums += here;
            let Sums { below_squared, below_times_values } = sums;
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
        assert_eq!(histogram.move_to(&mut MergedHistogram::default(), [0.5]), [Span::FOREVER]);
    }

    #[test]
    fn nothing_recorded() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile_micros(0.5), 0);
        let mut merged = MergedHistogram::default();
        histogram.move_to(&mut merged, []);
        assert_eq!(merged.to_hdr().len(), 0);
        assert_eq!(*merged.totals(), Totals::NONE);
    }

    #[test]
    fn steps_go_through_both_histograms() {
        let merged = |nanos: &[u64]| {
            let mut merged = MergedHistogram::default();
            histogram_of(nanos).move_to(&mut merged, []);
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

    fn both((low, high): (Option<Span>, Option<Span>)) -> (Span, Span) {
        (low.expect("a lower end"), high.expect("an upper end"))
    }

    /// Alike values in each of a hundred replications: the ranks of a hundred, not of seven hundred.
    #[test]
    fn an_interval_counts_replications_where_their_values_are_alike() {
        let mut merged = MergedHistogram::default();
        for replication in 1..=100_u64 {
            histogram_of(&[replication * 1_000_000_000; 7]).move_to(&mut merged, []);
        }
        let (low, high) = both(merged.quantile_interval(0.5, Confidence::P95));
        // The ranks of 100 independent values are 40 and 61; those of fewer degrees of freedom are a little farther out.
        assert_eq!((low.seconds().round(), high.seconds().round()), (39.0, 62.0));
        // An upper end takes 368; 95 to 100 of 100 lie below the 99 % quantile in all but 2.5 % of cases.
        let (low, high) = merged.quantile_interval(0.99, Confidence::P95);
        assert_eq!((low.map(|low| low.seconds().round()), high), (Some(96.0), None));
    }

    #[test]
    fn an_interval_counts_values_where_replications_are_alike() {
        let mut merged = MergedHistogram::default();
        let values: Vec<u64> = (1..=1000).map(|value| value * 1_000_000_000).collect();
        for _ in 0..100 {
            histogram_of(&values).move_to(&mut merged, []);
        }
        let (low, high) = both(merged.quantile_interval(0.99, Confidence::P95));
        assert!((low.seconds() - 989.0).abs() <= 2.0 && (high.seconds() - 991.0).abs() <= 2.0, "{low:?} {high:?}");
    }

    #[test]
    fn one_replication_has_no_interval() {
        let mut merged = MergedHistogram::default();
        histogram_of(&(1..5000).collect::<Vec<_>>()).move_to(&mut merged, []);
        assert_eq!(merged.quantile_interval(0.5, Confidence::P95), (None, None));
        assert_eq!(MergedHistogram::default().quantile_interval(0.5, Confidence::P95), (None, None));
    }

    #[test]
    fn no_quantile_exceeds_the_maximum() {
        let mut merged = MergedHistogram::default();
        let exactly = [Span::from_nanos(1_234_567_891); 2];
        assert_eq!(histogram_of(&[1_234_567_891]).move_to(&mut merged, [0.5, 0.999]), exactly);
        assert_eq!(merged.quantiles([0.5, 0.999]), exactly);
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
            let mut merged = MergedHistogram::default();
            let quantiles = histogram.move_to(&mut merged, [0.0, 0.5, 0.9, 1.0]);
            if !before.is_empty() {
                prop_assert_eq!(quantiles, merged.quantiles([0.0, 0.5, 0.9, 1.0]));
            }
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
                histogram_of(part).move_to(&mut forwards, []);
            }
            for part in parts.iter().rev() {
                let mut one = MergedHistogram::default();
                histogram_of(part).move_to(&mut one, []);
                backwards.add(&one);
            }
            prop_assert_eq!(&forwards, &backwards);
            for quantile in [0.5, 0.9] {
                let interval = forwards.quantile_interval(quantile, Confidence::P95);
                prop_assert_eq!(interval, backwards.quantile_interval(quantile, Confidence::P95));
                let [at] = forwards.quantiles([quantile]);
                prop_assert!(interval.0.is_none_or(|low| low <= at) && interval.1.is_none_or(|high| at <= high));
            }

            // At every block's end, from the values themselves.
            let mut sums = Sums::default();
            for (block, &here) in forwards.spread.blocks.iter().enumerate() {
                sums += here;
                let end = (block + 1) * BLOCK;
                let below = |part: &Vec<u64>| part.iter().filter(|&&nanos| cell_of(nanos / NANOS_PER_MICRO) < end).count() as u128;
                let below_squared = parts.iter().map(|part| below(part).pow(2)).sum();
                let below_times_values = parts.iter().map(|part| below(part) * part.len() as u128).sum();
                prop_assert_eq!(sums, Sums { below_squared, below_times_values });
            }

            let all = parts.concat();
            prop_assert_eq!(forwards.to_hdr(), hdr_of(&all));
            prop_assert_eq!(*forwards.totals(), *histogram_of(&all).totals());
        }
    }
}
