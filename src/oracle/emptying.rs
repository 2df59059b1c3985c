//! R18: the distribution of the time until a route point is empty.
//!
//! It is computed in two independent ways that agree: the absorbing Markov chain of the number of calls, for exponential
//! residence, with or without a limit; and the renewal equation from which the means (`rehoming`) follow, for any distribution
//! of residence. Both allow traffic that changes by the hour.

use super::quadrature;
use super::rehoming::{Start, mean_time_to_empty};
use super::residence::Residence;

/// The arrival rate of calls, piecewise constant in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// Lengths and rates, at least one.
    pieces: Vec<(f64, f64)>,
    /// Whether the pieces repeat; otherwise the last one never ends.
    cycle: bool,
}

impl Traffic {
    /// Always this rate.
    pub fn constant(rate: f64) -> Traffic {
        Traffic { pieces: vec![(f64::INFINITY, rate)], cycle: false }
    }

    /// A rate for each length of time, and `rate_after` for ever after.
    pub fn steps(pieces: impl Into<Vec<(f64, f64)>>, rate_after: f64) -> Traffic {
        let mut pieces = pieces.into();
        pieces.retain(|&(length, _)| length > 0.0);
        pieces.push((f64::INFINITY, rate_after));
        Traffic { pieces, cycle: false }
    }

    /// A rate for each length of time, repeated, as for a day. Without any there is no traffic.
    pub fn cycle(pieces: impl Into<Vec<(f64, f64)>>) -> Traffic {
        let mut pieces = pieces.into();
        pieces.retain(|&(length, _)| length > 0.0);
        if pieces.is_empty() { Traffic::constant(0.0) } else { Traffic { pieces, cycle: true } }
    }

    /// The same at `times` the rate.
    pub fn times(&self, times: f64) -> Traffic {
        let pieces = self.pieces.iter().map(|&(length, rate)| (length, rate * times)).collect();
        Traffic { pieces, cycle: self.cycle }
    }

    fn first(&self) -> f64 {
        self.pieces[0].1
    }

    /// The highest rate.
    pub fn peak(&self) -> f64 {
        self.pieces.iter().map(|&(_, rate)| rate).fold(0.0, f64::max)
    }

    /// The length after which the traffic repeats; traffic that no longer changes repeats at once.
    fn period(&self) -> f64 {
        if self.cycle { self.pieces.iter().map(|&(length, _)| length).sum() } else { 0.0 }
    }

    /// When the rates have begun to repeat.
    fn settled_from(&self) -> f64 {
        self.pieces.iter().map(|&(length, _)| length).filter(|length| length.is_finite() && !self.cycle).sum()
    }

    /// The step nearest below `step` that whole hours are multiples of, if all pieces are whole hours, and so on.
    fn fitting(&self, step: f64) -> f64 {
        let shortest = self.pieces.iter().map(|&(length, _)| length).fold(f64::INFINITY, f64::min);
        if shortest.is_finite() && shortest >= step { shortest / (shortest / step - 1e-9).ceil() } else { step }
    }
}

/// Walks through the traffic.
struct Clock<'a> {
    traffic: &'a Traffic,
    piece: usize,
    left: f64,
}

impl<'a> Clock<'a> {
    fn new(traffic: &'a Traffic) -> Clock<'a> {
        Clock { traffic, piece: 0, left: traffic.pieces[0].0 }
    }

    /// Advances by `time`, through one stretch of constant rate after another.
    fn go(&mut self, time: f64, mut stretch: impl FnMut(f64, f64)) {
        let (mut time, all) = (time, time);
        // What rounding leaves of a piece is skipped.
        while self.left <= time + 1e-9 * all {
            stretch(self.left, self.traffic.pieces[self.piece].1);
            time = (time - self.left).max(0.0);
            self.piece = (self.piece + 1) % self.traffic.pieces.len();
            self.left = self.traffic.pieces[self.piece].0;
            if time <= 1e-9 * all {
                return;
            }
        }
        self.left -= time;
        stretch(time, self.traffic.pieces[self.piece].1);
    }
}

/// The distribution of the time until a route point is empty.
///
/// Solved on a grid as far as it matters: until all but 1e-6 of it is over, or until the hazard has settled, whichever comes
/// first, or until the grid is full. Beyond that it is exponential: exactly, once the hazard has settled; with the exact mean
/// of the rest, for constant traffic and any distribution of residence (the tail of a lognormal one never quite settles); and
/// with the last hazard otherwise.
#[derive(Clone, Debug)]
pub struct TimeToEmpty {
    step: f64,
    /// P(T > t) at the multiples of the step.
    survival: Vec<f64>,
    /// Its derivative at both ends of each cell between them, times the step: where it bends, the two sides differ.
    bends: Vec<[f64; 2]>,
    /// The hazard beyond.
    hazard: f64,
}

/// How much of a distribution may be left beyond the grid.
const ENOUGH: f64 = 1e-6;

impl TimeToEmpty {
    /// For exponential residence of mean `mean`, and with no more than `limit` calls at a time if there is a limit, as
    /// [`markov_moments`](super::markov_moments) reads it. [`Start::Steady`] is steady under the first rate.
    ///
    /// The chain of the number of calls, absorbed at zero, by uniformisation: the number of
    /// events, real and imagined, of a rate that no state exceeds is Poisson, and between two of them the chain makes a
    /// step (A. Jensen, "Markoff chains as an aid in the study of Markoff processes", Skand. Aktuarietidskr. 36 (1953) 87-91).
    /// There are no subtractions, so that probabilities and hazards however small keep their digits: 12 on the
    /// grid, eight or more between (cubic interpolation). One to five milliseconds up to 20 erlangs, 100 at 700 erlangs or
    /// for days of changing traffic.
    pub fn markov(traffic: &Traffic, mean: f64, limit: Option<u32>, start: &Start) -> TimeToEmpty {
        const GRID: usize = 1 << 17;
        let load = traffic.peak() * mean;
        if mean <= 0.0 {
            return TimeToEmpty::at_once();
        }
        let most = limit.unwrap_or_else(|| start.most(load));
        let mut chain = Chain::new(mean, start.numbers(traffic.first(), mean, most));
        // Fine enough for what happens at first, at the rate of the load; and for three days if traffic is of days.
        let step = mean / (32.0 * (1.0 + load.min(28.0) / 4.0));
        let step = traffic.fitting(step.max(3.0 * traffic.period() / GRID as f64));
        let span = ((traffic.period().max(mean) / step).round() as usize).max(1);
        let settled_from = ((traffic.settled_from() + 4.0 * mean) / step) as usize + 2 * span;

        let (mut survival, mut slope) = (vec![chain.busy()], vec![-chain.flux()]);
        let mut clock = Clock::new(traffic);
        while survival.len() < GRID && survival[survival.len() - 1] > ENOUGH {
            clock.go(step, |time, rate| chain.go(time, rate));
            survival.push(chain.busy());
            slope.push(-chain.flux());
            let at = survival.len() - 1;
            if at > settled_from && at.is_multiple_of(span) {
                let hazard = |at: usize| -slope[at] / survival[at];
                let (now, before) = (hazard(at), hazard(at - span));
                if now > 0.0 && (now - before).abs() <= 1e-11 * now {
                    break;
                }
            }
        }
        let last = survival.len() - 1;
        let hazard = |at: usize| if survival[at] > 0.0 { -slope[at] / survival[at] } else { 0.0 };
        // The average over a period; from the flow out, which keeps its digits, not from how little is gone.
        let some = span.min(last).max(1);
        let hazard = (last.saturating_sub(some)..last).map(|at| (hazard(at) + hazard(at + 1)) / 2.0).sum::<f64>();
        let hazard = hazard / some as f64;
        let bends = slope.windows(2).map(|ends| [ends[0] * step, ends[1] * step]).collect();
        TimeToEmpty { step, survival, bends, hazard }
    }

    /// For any distribution of residence, without a limit. [`Start::Steady`] is steady under the first rate.
    ///
    /// With `p(s, t) = exp(-int_s^t lambda(u) (1 - F(t - u)) du)`, the probability that no call that came since `s` is there
    /// at `t`, `P(T > t) = p(0, t) U(t) + int_0^t P(T > s) d_s p(s, t)`. That is solved forward: `P(T > s)` is
    /// taken for linear between points of the grid and `p` for what it is, once on a grid and once with half the step, and
    /// from the difference follows what no step at all would give (Richardson).
    ///
    /// Accuracy, of `P(T > t)`: 1e-7 for constant traffic, 1e-5 for traffic that changes (less at its worst where neither the
    /// residence nor the hours are a whole number of steps). Where the distribution itself jumps, as for calls of
    /// [`Start::Fresh`] that all take the same time, the jump is spread over a step of some 1/70 of the mean residence; a
    /// residence with an infinite density at zero costs [`Start::Fresh`] its fourth digit. Quantiles beyond
    /// [`TimeToEmpty::solved_until`] are as good as the exponential tail: for lognormal residence of squared variation 4, half
    /// a percent. Time: below a millisecond for fixed residence, some 10 ms for exponential, 130 ms for long tails, up to
    /// a second or so for long tails and changing traffic; the arithmetic is bounded, and what it does not reach is tail.
    pub fn of(traffic: &Traffic, residence: &Residence, start: &Start) -> TimeToEmpty {
        let mean = residence.mean();
        let load = traffic.peak() * mean;
        if mean <= 0.0 && !matches!(start, Start::Calls(_)) {
            return TimeToEmpty::at_once();
        }
        let unit = match start {
            Start::Calls(rests) if mean <= 0.0 => rests.iter().map(Residence::mean).fold(f64::MIN_POSITIVE, f64::max),
            _ => mean,
        };
        let constant = (traffic.pieces.len() == 1).then(|| traffic.first());
        // A whole number of steps to the mean: fixed residences end on the grid. A day is long, and takes longer steps.
        let (resolution, most) = if constant.is_some() { (50.0, POINTS) } else { (20.0, 4 * POINTS) };
        let step = traffic.fitting(unit / (resolution * (1.0 + load.min(28.0) / 8.0)).ceil());
        let renewal = |step: f64| Renewal { traffic, residence, start, step };
        let mut fine = renewal(step / 2.0).solve(2 * most, constant.map_or(Until::Over, |_| Until::Settled(unit)));
        // The coarse grid has every other point of the fine one, the last included.
        fine.truncate((fine.len() - 1) / 2 * 2 + 1);
        let coarse = renewal(step).solve(fine.len() / 2 + 1, Until::Full);
        let better = |at: usize| (fine[2 * at] - coarse[at]) / 3.0;
        let survival: Vec<f64> = (0..coarse.len()).map(|at| (fine[2 * at] + better(at)).clamp(0.0, 1.0)).collect();
        let cell = |at: usize| {
            let (left, right) = (survival[at], survival[at + 1]);
            let middle = fine[2 * at + 1] + (better(at) + better(at + 1)) / 2.0;
            [4.0 * middle - 3.0 * left - right, 3.0 * right - 4.0 * middle + left]
        };
        // The parabola through both ends and the middle: what bends at a point of the grid does not disturb its cells.
        let bends: Vec<[f64; 2]> = (0..survival.len() - 1).map(cell).collect();
        let (last, span) = (survival.len() - 1, ((traffic.period().max(unit) / step) as usize).max(1));
        let some = span.min(last).max(1);
        let gone = survival[last.saturating_sub(some)] / survival[last].max(f64::MIN_POSITIVE);
        let hazard = libm::log(gone.max(1.0)) / (some as f64 * step);
        let mut solved = TimeToEmpty { step, survival, bends, hazard };
        if let Some(rate) = constant {
            let left = mean_time_to_empty(rate, residence, start) - solved.mean_on_grid();
            // Where hardly anything is left, that difference has no digits.
            if solved.last() > 1e-3 {
                solved.hazard = solved.last() / left;
            }
        }
        solved
    }

    /// Always zero.
    fn at_once() -> TimeToEmpty {
        TimeToEmpty { step: 1.0, survival: vec![0.0], bends: vec![], hazard: f64::INFINITY }
    }

    fn last(&self) -> f64 {
        self.survival[self.survival.len() - 1]
    }

    /// The time up to which this was solved, and beyond which it is exponential.
    pub fn solved_until(&self) -> f64 {
        self.step * (self.survival.len() - 1) as f64
    }

    /// `P(T > t)`.
    pub fn exceeds(&self, t: f64) -> f64 {
        if t < 0.0 {
            return 1.0;
        }
        let end = self.solved_until();
        if t >= end {
            return if self.last() > 0.0 { self.last() * libm::exp(-self.hazard * (t - end)) } else { 0.0 };
        }
        let cell = ((t / self.step) as usize).min(self.survival.len() - 2);
        self.inside(cell, (t / self.step - cell as f64).clamp(0.0, 1.0))
    }

    /// Cubic Hermite interpolation in a cell of the grid.
    fn inside(&self, cell: usize, part: f64) -> f64 {
        let (left, right) = (self.survival[cell], self.survival[cell + 1]);
        let [bend_left, bend_right] = self.bends[cell];
        let (rest, fall) = (1.0 - part, right - left);
        let line = left * rest + right * part;
        let skew = (bend_left - fall) * rest - (bend_right - fall) * part;
        (line + part * rest * skew).clamp(right.min(left), left.max(right))
    }

    /// The `q` quantile; zero up to the share that need not wait at all, infinite from 1.
    pub fn quantile(&self, q: f64) -> f64 {
        let late = 1.0 - q;
        if late <= 0.0 {
            return f64::INFINITY;
        }
        let after = self.survival.partition_point(|&survival| survival > late);
        if after == 0 {
            return 0.0;
        }
        if after == self.survival.len() {
            return self.solved_until() + libm::log(self.last() / late) / self.hazard;
        }
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if self.inside(after - 1, middle) > late { low = middle } else { high = middle }
        }
        self.step * ((after - 1) as f64 + high)
    }

    /// The mean, from the distribution.
    pub fn mean(&self) -> f64 {
        self.mean_on_grid() + if self.last() > 0.0 { self.last() / self.hazard } else { 0.0 }
    }

    fn mean_on_grid(&self) -> f64 {
        self.over_grid(|_, survival| survival)
    }

    /// The standard deviation, from the distribution.
    pub fn deviation(&self) -> f64 {
        let (end, rest) = (self.solved_until(), 1.0 / self.hazard);
        let beyond = if self.last() > 0.0 { 2.0 * self.last() * rest * (end + rest) } else { 0.0 };
        let second = self.over_grid(|t, survival| 2.0 * t * survival) + beyond;
        (second - self.mean() * self.mean()).max(0.0).sqrt()
    }

    /// The integral of `of(t, P(T > t))` over the grid, by Simpson's rule in each cell.
    fn over_grid(&self, of: impl Fn(f64, f64) -> f64) -> f64 {
        let at = |cell: usize, part: f64| (cell as f64 + part) * self.step;
        let mut sum = 0.0;
        for cell in 0..self.survival.len() - 1 {
            let ends = of(at(cell, 0.0), self.survival[cell]) + of(at(cell, 1.0), self.survival[cell + 1]);
            sum += ends + 4.0 * of(at(cell, 0.5), self.inside(cell, 0.5));
        }
        sum * self.step / 6.0
    }
}

/// The time until the last of several independent route points is empty: of each kind, a number and its distribution.
#[derive(Clone, Copy, Debug)]
pub struct LastToEmpty<'a>(
    /// The number of each.
    pub &'a [(u32, &'a TimeToEmpty)],
);

impl LastToEmpty<'_> {
    /// `P(max T > t) = 1 - prod P(T <= t)`.
    pub fn exceeds(&self, t: f64) -> f64 {
        let some = self.0.iter().filter(|&&(count, _)| count > 0);
        -libm::expm1(some.map(|&(count, one)| f64::from(count) * libm::log1p(-one.exceeds(t))).sum())
    }

    /// The `q` quantile.
    pub fn quantile(&self, q: f64) -> f64 {
        let late = 1.0 - q;
        let fits = |t: f64| self.exceeds(t) <= late;
        if late <= 0.0 {
            return f64::INFINITY;
        }
        if fits(0.0) {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, self.0.iter().map(|(_, one)| one.step).fold(f64::MIN_POSITIVE, f64::max));
        while !fits(high) {
            (low, high) = (high, high * 2.0);
            if high == f64::INFINITY {
                return high;
            }
        }
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if fits(middle) { high = middle } else { low = middle }
        }
        high
    }

    /// The mean: Simpson's rule as far as any of them was solved, and the integral of their exponential ends.
    pub fn mean(&self) -> f64 {
        let end = self.0.iter().map(|(_, one)| one.solved_until()).fold(0.0, f64::max);
        let step = self.0.iter().map(|(_, one)| one.step).fold(f64::INFINITY, f64::min);
        let cells = if end > 0.0 { (end / step).ceil() as u32 } else { 0 };
        let width = end / f64::from(cells.max(1));
        let at = |cell: u32, part: f64| self.exceeds((f64::from(cell) + part) * width);
        let mut left = self.exceeds(0.0);
        let mut sum = 0.0;
        for cell in 0..cells {
            let right = at(cell, 1.0);
            sum += left + 4.0 * at(cell, 0.5) + right;
            left = right;
        }
        let slowest = self.0.iter().map(|(_, one)| one.hazard).fold(f64::INFINITY, f64::min);
        let beyond = if slowest > 0.0 && left > 0.0 {
            quadrature::integral(end, 1.0 / slowest, &[], |t| self.exceeds(t))
        } else {
            left / slowest
        };
        sum * width / 6.0 + if left > 0.0 { beyond } else { 0.0 }
    }
}

/// The number of calls on a route point with exponential residence, absorbed at zero.
struct Chain {
    mean: f64,
    /// The probability of each number of calls and of never having been at zero; the entry for zero is not used.
    numbers: Vec<f64>,
    /// The same after a number of steps, and the sum over all numbers of steps.
    stepped: Vec<f64>,
    sum: Vec<f64>,
}

impl Chain {
    fn new(mean: f64, mut numbers: Vec<f64>) -> Chain {
        numbers[0] = 0.0;
        Chain { mean, stepped: numbers.clone(), sum: numbers.clone(), numbers }
    }

    /// P(T > t), smallest terms first.
    fn busy(&self) -> f64 {
        self.numbers.iter().rev().sum()
    }

    /// The density of T.
    fn flux(&self) -> f64 {
        self.numbers.get(1).map_or(0.0, |one| one / self.mean)
    }

    /// Advances by `time`, with calls arriving at `rate`.
    fn go(&mut self, time: f64, rate: f64) {
        let most = self.numbers.len() - 1;
        let pace = rate + most as f64 / self.mean;
        // Few enough steps for exp(-steps) to be far from the smallest number.
        let parts = (pace * time / 20.0).ceil();
        for _ in 0..parts as u32 {
            self.go_some(pace * time / parts, rate / pace, 1.0 / (self.mean * pace));
        }
    }

    /// Advances by `steps` on average; in one step, a call arrives with probability `comes`, and each departs with probability
    /// `goes`.
    fn go_some(&mut self, steps: f64, comes: f64, goes: f64) {
        let most = self.numbers.len() - 1;
        self.stepped.copy_from_slice(&self.numbers);
        let mut weight = libm::exp(-steps);
        for (sum, stepped) in self.sum.iter_mut().zip(&self.stepped) {
            *sum = weight * stepped;
        }
        let mut count = 0.0;
        while count < steps || weight > 1e-18 {
            count += 1.0;
            weight *= steps / count;
            let mut below = 0.0;
            for at in 1..=most {
                let here = self.stepped[at];
                let (stays, above) = if at == most {
                    // A call that finds the route point full is blocked.
                    (1.0 - at as f64 * goes, 0.0)
                } else {
                    (1.0 - comes - at as f64 * goes, self.stepped[at + 1] * ((at + 1) as f64 * goes))
                };
                self.stepped[at] = here * stays.max(0.0) + below * comes + above;
                self.sum[at] += weight * self.stepped[at];
                below = here;
            }
        }
        std::mem::swap(&mut self.numbers, &mut self.sum);
    }
}

/// The longest coarse grid of a renewal equation.
const POINTS: usize = 1 << 13;
/// The most steps of arithmetic for one.
const WORK: usize = 1 << 27;

/// The equation of [`TimeToEmpty::of`] on a grid.
struct Renewal<'a> {
    traffic: &'a Traffic,
    residence: &'a Residence,
    start: &'a Start,
    step: f64,
}

/// When a grid need not grow further.
#[derive(Clone, Copy)]
enum Until {
    /// When it is full.
    Full,
    /// When all but a small part is over.
    Over,
    /// The same, or when the hazard no longer changes over twice this time.
    Settled(f64),
}

impl Renewal<'_> {
    /// P(T > t) at the multiples of the step: `most` of them, or fewer if that is enough.
    fn solve(&self, most: usize, until: Until) -> Vec<f64> {
        let first = self.traffic.first();
        let mut lags = Lags::new(self);
        let mut clock = Clock::new(self.traffic);
        let mut survival = Vec::with_capacity(most);
        // The average over each cell of the grid.
        let mut cells: Vec<f64> = Vec::with_capacity(most);
        survival.push(self.start.remains(0.0, first, self.residence));
        let mut work = 0;
        while survival.len() < most && work < WORK {
            let at = survival.len();
            let mut came = 0.0;
            clock.go(self.step, |time, rate| came += time * rate);
            let (weights, empty) = lags.weights(came / self.step);
            let t = at as f64 * self.step;
            // If the calls of the start all end at once, the middle of before and after.
            let hair = self.step * 1e-6;
            let remains = |t: f64| self.start.remains(t, first, self.residence);
            let started = empty * (remains(t - hair) + remains(t + hair)) / 2.0;
            work += weights.len();
            let past: f64 = dot(&weights[1..], &cells);
            let before = survival[at - 1];
            let half = weights[0] / 2.0;
            let now = ((started + past + half * before) / (1.0 - half)).min(before);
            cells.push((before + now) / 2.0);
            survival.push(now);
            if at >= 16 && self.is_enough(&survival, until, lags.band) {
                break;
            }
        }
        survival
    }

    /// Whether there is no need to go on.
    fn is_enough(&self, survival: &[f64], until: Until, band: usize) -> bool {
        let at = survival.len() - 1;
        let time = match until {
            Until::Full => return false,
            _ if survival[at] <= ENOUGH => return true,
            Until::Over => return false,
            Until::Settled(time) => time,
        };
        let span = 2 * (time / self.step).round().max(1.0) as usize;
        if !at.is_multiple_of(span) || at < band.max(3 * span) {
            return false;
        }
        let fall = |at: usize| libm::log(survival[at - span] / survival[at]);
        let (now, before) = (fall(at), fall(at - span));
        now > 0.0 && (now - before).abs() <= 1e-9 * now + 1e-15
    }
}

/// `p(s, t)` for the latest `t` of a grid and all `s`, by how long before it is.
struct Lags {
    /// The expected number of calls still there of those that arrive at rate 1 in the cell that ends this many cells before.
    stays: Vec<f64>,
    /// This many cells before, no call stays.
    band: usize,
    /// For each rate met so far, the share by which `p` falls from cell to cell before.
    falls: Vec<(f64, Vec<f64>)>,
    /// Which of them for how many cells, one run after the other.
    runs: Vec<(usize, usize)>,
    cells: usize,
    /// How much `p` falls in each cell, nearest first; and what is left of it at time zero.
    weights: Vec<f64>,
    empty: f64,
    /// The distribution, sampled as the grid grows.
    residence: Residence,
    step: f64,
    rest: f64,
    peak: f64,
}

impl Lags {
    fn new(of: &Renewal<'_>) -> Lags {
        Lags {
            stays: Vec::new(),
            band: usize::MAX,
            falls: Vec::new(),
            runs: Vec::new(),
            cells: 0,
            weights: Vec::new(),
            empty: 1.0,
            residence: of.residence.clone(),
            step: of.step,
            rest: 1.0,
            peak: of.traffic.peak() * of.residence.mean(),
        }
    }

    /// Adds a cell in which calls arrive at `rate`: the fall of `p` in each cell, nearest first, and `p(0, t)`.
    fn weights(&mut self, rate: f64) -> (&[f64], f64) {
        self.cells += 1;
        if self.cells <= self.band {
            let rest = self.residence.rest(self.cells as f64 * self.step);
            self.stays.push((self.rest - rest) * self.residence.mean());
            self.rest = rest;
            if rest * self.peak < 1e-14 {
                self.band = self.cells;
            }
        }
        // The same, but for the rounding of time.
        let known = self.falls.iter().position(|&(known, _)| (known - rate).abs() <= 1e-9 * known);
        let which = known.unwrap_or_else(|| {
            self.falls.push((rate, Vec::new()));
            self.falls.len() - 1
        });
        match self.runs.last_mut() {
            Some((last, cells)) if *last == which => *cells += 1,
            _ => self.runs.push((which, 1)),
        }
        for (rate, falls) in &mut self.falls {
            falls.extend(self.stays[falls.len()..].iter().map(|stays| -libm::expm1(-*rate * stays)));
        }
        let near = self.stays.len();
        if self.falls.len() == 1 {
            // The same as before, and one more.
            if self.weights.len() < near {
                let fall = self.empty * self.falls[0].1[near - 1];
                self.weights.push(fall);
                self.empty -= fall;
            }
            return (&self.weights, self.empty);
        }
        self.weights.clear();
        self.empty = 1.0;
        for &(which, cells) in self.runs.iter().rev() {
            let from = self.weights.len();
            for fall in &self.falls[which].1[from..near.min(from + cells)] {
                let fall = self.empty * fall;
                self.weights.push(fall);
                self.empty -= fall;
            }
        }
        (&self.weights, self.empty)
    }
}

/// The sum of products of `weights` with the `cells`, latest first. Four sums at a time, for speed; always the same four.
fn dot(weights: &[f64], cells: &[f64]) -> f64 {
    let near = weights.len().min(cells.len());
    let (weights, cells) = (&weights[..near], &cells[cells.len() - near..]);
    let mut sums = [0.0; 4];
    let mut chunks = weights.chunks_exact(4);
    let mut latest = cells.rchunks_exact(4);
    for (weights, cells) in chunks.by_ref().zip(latest.by_ref()) {
        sums[0] += weights[0] * cells[3];
        sums[1] += weights[1] * cells[2];
        sums[2] += weights[2] * cells[1];
        sums[3] += weights[3] * cells[0];
    }
    let rest = chunks.remainder().iter().zip(latest.remainder().iter().rev());
    sums.iter().sum::<f64>() + rest.map(|(weight, cell)| weight * cell).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::super::rehoming::{busy_period_mean, markov_moments};
    use super::*;

    /// Equal in all the digits that are given.
    #[track_caller]
    fn anchored(found: f64, digits: &str) {
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        assert_eq!(format!("{found:.decimals$}"), digits);
    }

    #[track_caller]
    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance * expected.abs(), "{found} is not {expected}");
    }

    fn exponential(load: f64) -> TimeToEmpty {
        TimeToEmpty::markov(&Traffic::constant(load), 1.0, None, &Start::Steady)
    }

    #[test]
    fn quantiles_of_exponential_residence() {
        for (load, quantiles) in [
            (0.5, ["0", "1.98016", "3.03704", "5.50601"]),
            (1.0, ["0.43225", "3.91164", "5.45021", "9.02449"]),
            (2.0, ["2.23007", "9.36863", "12.44702", "19.59482"]),
            (3.0, ["5.50073", "19.7772", "25.92582", "40.20248"]),
            (5.0, ["26.21882", "87.98353", "114.58414", "176.34885"]),
        ] {
            let chain = exponential(load);
            for (q, digits) in [0.5, 0.9, 0.95, 0.99].into_iter().zip(quantiles) {
                anchored(chain.quantile(q), digits);
            }
        }
    }

    /// The last digits of these are checked below: against a closed form, and against the integral for the mean.
    #[test]
    fn quantiles_of_other_distributions() {
        for (distribution, mean, quantiles) in [
            (Residence::fixed(1.0), "5.3618", ["3.63976", "12.65316", "16.53502", "25.5484"]),
            (Residence::lognormal(1.0, 4.0), "14.7347", ["8.37124", "36.9066", "50.6603", "86.0820"]),
        ] {
            let solved = TimeToEmpty::of(&Traffic::constant(3.0), &distribution, &Start::Steady);
            anchored(solved.mean(), mean);
            for (q, digits) in [0.5, 0.9, 0.95, 0.99].into_iter().zip(quantiles) {
                anchored(solved.quantile(q), digits);
            }
        }
    }

    /// For fixed residence `D`, the route point is empty as soon as nothing has come for `D`. With `y_j = lambda (t + D - j D)`,
    /// no gap in `t + D` is as long with probability `sum_(j D < t + D) (-1)^j e^(-j lambda D) (y_j^j / j! + y_j^(j-1) / (j-1)!)`:
    /// the spacings of uniform points (W. Feller, *An Introduction to Probability Theory* II, I.9), for a Poisson number.
    #[test]
    fn fixed_residence_is_a_gap_in_the_arrivals() {
        let no_gap = |load: f64, t: f64| {
            let mut sum = 1.0;
            for j in 1..=(t.ceil() as u32) {
                let count = f64::from(j);
                let y = load * (t + 1.0 - count);
                let power = (1..j).fold(1.0, |product, i| product * y / f64::from(i));
                let sign = if j % 2 == 0 { 1.0 } else { -1.0 };
                sum += sign * libm::exp(-count * load) * power * (1.0 + y / count);
            }
            sum
        };
        for load in [0.5, 3.0, 6.0] {
            let solved = TimeToEmpty::of(&Traffic::constant(load), &Residence::fixed(1.0), &Start::Steady);
            for t in [0.3, 0.99, 1.5, 2.0, 3.7, 9.2] {
                let expected = no_gap(load, t);
                assert!((solved.exceeds(t) - expected).abs() < 1e-7, "{load} {t}: {} {expected}", solved.exceeds(t));
            }
        }
    }

    /// The distribution is solved without the formula for the mean wherever it is solved to its end.
    #[test]
    fn the_mean_of_the_distribution_is_the_integral() {
        for distribution in [
            Residence::exponential(1.0),
            Residence::fixed(1.0),
            Residence::Uniform { low: 0.2, high: 1.8 },
            Residence::erlang(4, 1.0),
            Residence::lognormal(1.0, 0.5),
            Residence::Weibull { scale: 0.5, shape: 0.5 },
            Residence::empirical([0.4, 1.0, 1.6]),
        ] {
            let calls = Start::Calls(vec![Residence::erlang(3, 0.7), Residence::exponential(1.3)]);
            for start in [Start::Steady, calls] {
                let solved = TimeToEmpty::of(&Traffic::constant(1.5), &distribution, &start);
                close(solved.mean(), mean_time_to_empty(1.5, &distribution, &start), 1e-5);
            }
            // These all last as long as a new call at first: a jump, if residence is fixed, or nearly.
            let solved = TimeToEmpty::of(&Traffic::constant(1.5), &distribution, &Start::Fresh(1));
            close(solved.mean(), busy_period_mean(1.5, 1.0), 5e-4);
        }
    }

    #[test]
    fn the_chain_and_the_renewal_equation_agree() {
        for (load, tolerance) in [(0.5, 1e-7), (3.0, 1e-6), (10.0, 1e-6)] {
            for start in [Start::Steady, Start::Fresh(2), Start::Outage { length: 0.5 }] {
                let traffic = Traffic::constant(load);
                let chain = TimeToEmpty::markov(&traffic, 1.0, None, &start);
                let renewal = TimeToEmpty::of(&traffic, &Residence::exponential(1.0), &start);
                for q in [0.1, 0.4, 0.7, 0.9, 0.99, 0.999] {
                    let t = chain.quantile(q);
                    close(renewal.exceeds(t), chain.exceeds(t), tolerance);
                }
                let (mean, variance) = markov_moments(load, 1.0, None, &start);
                for solved in [chain, renewal] {
                    close(solved.mean(), mean, 1e-8);
                    close(solved.deviation(), variance.sqrt(), 2e-8);
                }
            }
        }
    }

    #[test]
    fn the_chain_has_the_moments_of_its_limit() {
        for (load, limit) in [(3.0, 5), (3.0, 10), (5.0, 10), (8.0, 10), (10.0, 15), (2.0, 1)] {
            for start in [Start::Steady, Start::Fresh(1), Start::Fresh(99)] {
                let solved = TimeToEmpty::markov(&Traffic::constant(load), 1.0, Some(limit), &start);
                let (mean, variance) = markov_moments(load, 1.0, Some(limit), &start);
                close(solved.mean(), mean, 1e-8);
                close(solved.deviation(), variance.sqrt(), 1e-8);
            }
        }
        // One line only: what remains of one call.
        let solved = TimeToEmpty::markov(&Traffic::constant(9.0), 2.0, Some(1), &Start::Fresh(1));
        close(solved.exceeds(3.0), libm::exp(-1.5), 1e-9);
        assert_eq!(TimeToEmpty::markov(&Traffic::constant(9.0), 2.0, Some(0), &Start::Fresh(1)).mean(), 0.0);
    }

    /// Quasi-stationary from the spectrum: by inverse iteration the slowest decay at 12 erlangs has mean 14956.5754078 h and
    /// a share of 0.9999929888 of a steady start.
    #[test]
    fn the_end_is_exponential() {
        let solved = exponential(12.0);
        close(1.0 / solved.hazard, 14956.57540778, 1e-10);
        close(solved.quantile(0.95), 44805.790787, 1e-9);
        assert!(solved.solved_until() < 60.0);
        // Far beyond what could be solved step by step, with all digits of the mean.
        for load in [20.0, 100.0, 600.0] {
            close(exponential(load).mean(), markov_moments(load, 1.0, None, &Start::Steady).0, 1e-9);
        }
    }

    #[test]
    fn traffic_by_the_hour() {
        let mean = 180.0;
        let hourly = [2.0, 6.0, 9.0, 5.0, 1.0].map(|load: f64| (3600.0, load / mean));
        for (traffic, start, tolerance) in [
            (Traffic::steps(vec![(900.0, 6.0 / mean), (700.0, 8.0 / mean)], 2.0 / mean), Start::Fresh(3), 1e-5),
            (Traffic::steps(hourly, 0.0), Start::Steady, 1e-6),
            (Traffic::cycle(hourly), Start::Steady, 1e-6),
        ] {
            let chain = TimeToEmpty::markov(&traffic, mean, None, &start);
            let renewal = TimeToEmpty::of(&traffic, &Residence::exponential(mean), &start);
            close(renewal.mean(), chain.mean(), tolerance);
            for q in [0.1, 0.5, 0.9, 0.99] {
                let t = chain.quantile(q);
                close(renewal.exceeds(t), chain.exceeds(t), tolerance);
            }
        }
        // A day whose quiet hours are too busy: night after night the same share of what is left.
        let (day, night) = ((12.0, 9.0), (12.0, 5.0));
        let days = TimeToEmpty::markov(&Traffic::cycle(vec![day, night]), 1.0, None, &Start::Steady);
        let share = |start: f64| days.exceeds(start + 24.0) / days.exceeds(start);
        close(share(48.0), share(24.0), 1e-8);
        assert!(days.solved_until() < 100.0 && days.exceeds(days.solved_until()) > 0.1, "{}", days.solved_until());
        close(days.exceeds(2400.0) / days.exceeds(240.0), libm::pow(share(24.0), 90.0), 1e-3);
    }

    /// Rates that do not change are the constant rate, however they are written.
    #[test]
    fn the_same_traffic_written_in_three_ways() {
        let constant = exponential(3.0);
        let pieces = vec![(0.7, 3.0), (1.9, 3.0)];
        for traffic in [Traffic::steps(pieces.clone(), 3.0), Traffic::cycle(pieces)] {
            let chain = TimeToEmpty::markov(&traffic, 1.0, None, &Start::Steady);
            let renewal = TimeToEmpty::of(&traffic, &Residence::exponential(1.0), &Start::Steady);
            for t in [0.0, 0.5, 2.0, 9.0, 40.0] {
                close(chain.exceeds(t), constant.exceeds(t), 1e-8);
                close(renewal.exceeds(t), constant.exceeds(t), 1e-6);
            }
        }
    }

    /// With fixed residence and no calls after a moment, all is over one residence later; and before that, as with
    /// traffic that does not end.
    #[test]
    fn when_traffic_ends_so_does_the_wait() {
        let distribution = Residence::fixed(1.0);
        let ends = TimeToEmpty::of(&Traffic::steps(vec![(4.0, 6.0)], 0.0), &distribution, &Start::Steady);
        let goes_on = TimeToEmpty::of(&Traffic::constant(6.0), &distribution, &Start::Steady);
        close(ends.exceeds(3.9), goes_on.exceeds(3.9), 1e-6);
        // Over 4.98 is who is busy up to 4 and has a call after 3.98; such a call makes being busy up to 4 likelier.
        let comes = -libm::expm1(-6.0 * 0.02);
        let bounds = goes_on.exceeds(4.0) * comes - 1e-4..goes_on.exceeds(3.98) * comes + 1e-4;
        assert!(bounds.contains(&ends.exceeds(4.98)), "{} {bounds:?}", ends.exceeds(4.98));
        assert!(ends.exceeds(5.001) < 1e-6);
    }

    #[test]
    fn the_last_of_several_route_points() {
        for (count, mean, late) in [
            (1, "14956.5", "44806"),
            (2, "125.6", "308"),
            (3, "32.8", "73.5"),
            (4, "17.8", "38.1"),
            (6, "10.0", "20.3"),
            (12, "5.69", "10.9"),
        ] {
            let one = exponential(12.0 / f64::from(count));
            let all = [(count, &one)];
            anchored(LastToEmpty(&all).mean(), mean);
            anchored(LastToEmpty(&all).quantile(0.95), late);
            // One of each is as many of one.
            let apart = vec![(1, &one); count as usize];
            close(LastToEmpty(&apart).mean(), LastToEmpty(&all).mean(), 1e-9);
        }
        let (slow, quick) = (exponential(5.0), exponential(0.5));
        let last = LastToEmpty(&[(1, &slow), (2, &quick), (0, &slow)]);
        assert!(last.mean() > slow.mean() && last.mean() < slow.mean() + 2.0 * quick.mean());
        close(last.exceeds(last.quantile(0.9)), 0.1, 1e-9);
        assert_eq!((LastToEmpty(&[]).mean(), LastToEmpty(&[]).quantile(0.5)), (0.0, 0.0));
    }

    #[test]
    fn nothing_to_wait_for() {
        for traffic in [Traffic::constant(0.0), Traffic::cycle(vec![]), Traffic::steps(vec![(0.0, 3.0)], 0.0)] {
            for start in [Start::Steady, Start::Fresh(0), Start::Calls(vec![])] {
                for solved in [
                    TimeToEmpty::markov(&traffic, 1.0, None, &start),
                    TimeToEmpty::of(&traffic, &Residence::exponential(1.0), &start),
                    TimeToEmpty::of(&traffic, &Residence::fixed(0.0), &start),
                    TimeToEmpty::markov(&traffic, 0.0, None, &start),
                ] {
                    assert_eq!((solved.exceeds(0.0), solved.quantile(0.99)), (0.0, 0.0));
                    assert_eq!((solved.mean(), solved.deviation()), (0.0, 0.0));
                }
            }
        }
        let rare = TimeToEmpty::of(&Traffic::constant(1e-8), &Residence::exponential(1.0), &Start::Steady);
        close(rare.mean(), 1e-8, 1e-6);
        assert_eq!(rare.quantile(1.0), f64::INFINITY);
    }
}
