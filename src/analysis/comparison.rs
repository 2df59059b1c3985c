//! The paired comparison of two systems: what differs, by how much, and with which confidence.

use crate::record::Measure;
use crate::stats::{Confidence, Paired, holm, replications_to_settle};

use super::measure::Values;
use super::study::Study;

/// The value of a measure in each replication.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The measure.
    pub measure: Measure,
    /// One value per replication, in order; `None` if a replication has none.
    pub values: Values,
}

/// The values of these measures. A measure that has no value per replication has `None` in each.
pub fn samples(study: &Study, measures: &[Measure]) -> Vec<Sample> {
    let none = || vec![None; study.outcome.summaries.len()];
    let sample =
        |measure: &Measure| Sample { measure: measure.clone(), values: measure.values(study).unwrap_or_else(none) };
    measures.iter().map(sample).collect()
}

/// The verdict on a difference. Its names stand in files and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// All replications have the same values.
    Same,
    /// The whole interval lies within the margin.
    Alike,
    /// The second is higher.
    Higher,
    /// The second is lower.
    Lower,
    /// The interval contains zero and reaches beyond the margin.
    Undecided,
    /// Only the first has a value.
    OnlyFirst,
    /// Only the second has a value.
    OnlySecond,
    /// Neither has a value.
    Nothing,
}

impl Difference {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Difference::Same => "same",
            Difference::Alike => "alike",
            Difference::Higher => "higher",
            Difference::Lower => "lower",
            Difference::Undecided => "undecided",
            Difference::OnlyFirst => "only_first",
            Difference::OnlySecond => "only_second",
            Difference::Nothing => "nothing",
        }
    }
}

/// A measure in two systems.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The measure.
    pub measure: Measure,
    /// Its mean in the first, over the pairs; over all replications with a value if there are fewer than two pairs.
    pub first: Option<f64>,
    /// The same of the second.
    pub second: Option<f64>,
    /// How many replications have a value in both.
    pub pairs: u64,
    /// The differences, of replications with a value in both; `None` with fewer than two.
    pub paired: Option<Paired>,
    /// Hodges and Lehmann's difference, and its interval where there are enough pairs for one.
    pub hodges_lehmann: Option<(f64, Option<(f64, f64)>)>,
    /// The confidence of the interval of this difference, adjusted for multiple comparisons (Holm).
    pub confidence: Confidence,
    /// A difference up to this margin counts as alike, in the measure's unit.
    pub margin: f64,
    /// Whether every replication has the same value, or none, in both.
    pub same: bool,
}

/// Compares values of the same measures, in the same order, of replications under common random numbers. The probability of
/// any false difference is at most 5 % over all tests (Holm). `margin` is a share of the first system's mean.
pub fn compare(first: &[Sample], second: &[Sample], margin: f64) -> Vec<Compared> {
    debug_assert_eq!(first.len(), second.len(), "the same measures");
    let mean = |some: &[f64]| (!some.is_empty()).then(|| some.iter().sum::<f64>() / some.len() as f64);
    let all = |values: &Values| mean(&values.iter().flatten().copied().collect::<Vec<f64>>());
    let compared = |(first, second): (&Sample, &Sample)| {
        let both = first.values.iter().zip(&second.values).filter_map(|(&first, &second)| first.zip(second));
        let (left, right): (Vec<f64>, Vec<f64>) = both.unzip();
        let paired = Paired::new(&left, &right);
        // The means shown beside a difference are the ones it is the difference of.
        let (a, b) = match paired {
            Some(_) => (mean(&left), mean(&right)),
            None => (all(&first.values), all(&second.values)),
        };
        Compared {
            measure: first.measure.clone(),
            first: a,
            second: b,
            pairs: left.len() as u64,
            paired,
            hodges_lehmann: None,
            confidence: Confidence::P95,
            margin: margin * a.map_or(0.0, f64::abs),
            same: first.values == second.values,
        }
    };
    let mut compared: Vec<Compared> = first.iter().zip(second).map(compared).collect();
    // A measure without pairs is not tested, so it does not count as a test.
    let tested = || compared.iter().filter_map(|it| it.paired.as_ref());
    let levels = holm(&tested().map(Paired::p_value).collect::<Vec<f64>>(), 0.05);
    for (it, level) in compared.iter_mut().filter(|it| it.paired.is_some()).zip(levels) {
        it.confidence = Confidence::within(level);
        it.hodges_lehmann = it.paired.as_ref().map(|paired| paired.hodges_lehmann(it.confidence));
    }
    compared
}

impl Compared {
    /// The interval of the mean difference.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.paired.as_ref().map(|paired| paired.interval(self.confidence))
    }

    /// The relative difference in percent of the first's mean; `None` if that is zero.
    pub fn relative(&self) -> Option<f64> {
        relative(self.paired.as_ref()?.mean(), self.first)
    }

    /// The interval of the relative difference in percent, from that of the ratio of the means: it never passes -100 %. `None`
    /// unless both means are above zero.
    pub fn relative_interval(&self) -> Option<(f64, f64)> {
        let (low, high) = self.paired.as_ref()?.ratio_interval(self.confidence)?;
        Some((100.0 * (low - 1.0), 100.0 * (high - 1.0)))
    }

    /// The verdict.
    pub fn difference(&self) -> Difference {
        let Some(paired) = &self.paired else {
            return match (self.first, self.second) {
                (None, None) => Difference::Nothing,
                (Some(_), None) => Difference::OnlyFirst,
                (None, Some(_)) => Difference::OnlySecond,
                (Some(_), Some(_)) if self.same => Difference::Same,
                (Some(_), Some(_)) => Difference::Undecided,
            };
        };
        let (low, high) = paired.interval(self.confidence);
        let margin = self.margin;
        match () {
            () if self.same => Difference::Same,
            () if -margin < low && high < margin => Difference::Alike,
            () if low > 0.0 => Difference::Higher,
            () if high < 0.0 => Difference::Lower,
            () => Difference::Undecided,
        }
    }

    /// How many more replications decide an undecided difference in eight of ten cases, if its estimate is right; `None` if
    /// unknown.
    pub fn more(&self) -> Option<u64> {
        if self.difference() != Difference::Undecided {
            return None;
        }
        let paired = self.paired.as_ref()?;
        let (low, high) = paired.interval(self.confidence);
        let (half, seen) = ((high - low) / 2.0, paired.mean().abs());
        // The half-width that excludes zero, or the one that keeps within the margin, whichever is larger.
        let required = seen.max(self.margin - seen);
        let needed = replications_to_settle(paired.pairs(), half, required, self.confidence)?;
        Some(needed.saturating_sub(paired.pairs()).max(1))
    }
}

/// A value as a percentage of `of`.
pub fn relative(value: f64, of: Option<f64>) -> Option<f64> {
    of.filter(|of| *of != 0.0).map(|of| 100.0 * value / of.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(measure: &str, values: impl IntoIterator<Item = f64>) -> Sample {
        Sample { measure: Measure::parse(measure).unwrap(), values: values.into_iter().map(Some).collect() }
    }

    /// Numbers that scatter evenly around zero.
    fn noise(count: usize) -> impl Iterator<Item = f64> {
        (0..count).map(|at| (at * 7919 % 101) as f64 / 50.0 - 1.0)
    }

    #[test]
    fn every_verdict_on_a_difference() {
        let base = || sample("offered", noise(101).map(|noise| 100.0 + 10.0 * noise));
        let other = |shift: f64, scatter: f64| {
            let values = base().values.into_iter().flatten().zip(noise(101).map(|noise| noise * scatter));
            sample("offered", values.map(|(value, noise)| value + shift + noise).collect::<Vec<_>>())
        };
        let compared = |shift: f64, scatter: f64| compare(&[base()], &[other(shift, scatter)], 0.01).remove(0);
        assert_eq!(compared(0.0, 0.0).difference(), Difference::Same);
        assert_eq!(compared(0.1, 0.5).difference(), Difference::Alike);
        assert_eq!(compared(3.0, 5.0).difference(), Difference::Higher);
        assert_eq!(compared(-3.0, 5.0).difference(), Difference::Lower);
        let undecided = compared(0.8, 9.0);
        assert_eq!(undecided.difference(), Difference::Undecided);
        // With this many in all, the interval reaches 1 / (1 + 0.8416 / z) of the way to zero.
        let all = 101.0 + undecided.more().unwrap() as f64;
        let (low, high) = undecided.interval().unwrap();
        let reach = (high - low) / 2.0 * (101.0 / all).sqrt() * (1.0 + 0.841_621 / undecided.confidence.z());
        let seen = undecided.paired.as_ref().unwrap().mean().abs();
        assert!((reach / seen - 1.0).abs() < 0.01, "{reach} {seen}");
    }

    #[test]
    fn the_more_are_tested_the_wider_the_intervals() {
        let base: Vec<Sample> = (0..20).map(|_| sample("offered", noise(50))).collect();
        let mut other = base.clone();
        for (at, sample) in other.iter_mut().enumerate() {
            for (value, noise) in sample.values.iter_mut().flatten().zip(noise(100).skip(at)) {
                *value += noise;
            }
        }
        let width = |compared: &Compared| compared.interval().map(|(low, high)| high - low).unwrap();
        let alone = compare(&base[..1], &other[..1], 0.01);
        let together = compare(&base, &other, 0.01);
        assert!(width(&together[0]) > width(&alone[0]));
    }

    #[test]
    fn what_only_one_has_is_no_difference_of_numbers() {
        let some = sample("setup_delay", [1.0, 2.0, 3.0]);
        let none = Sample { values: vec![None; 3], ..some.clone() };
        let difference = |first: &Sample, second: &Sample| {
            compare(std::slice::from_ref(first), std::slice::from_ref(second), 0.01)[0].difference()
        };
        assert_eq!(difference(&some, &none), Difference::OnlyFirst);
        assert_eq!(difference(&none, &some), Difference::OnlySecond);
        assert_eq!(difference(&none, &none), Difference::Nothing);
    }
}
