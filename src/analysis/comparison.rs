//! Two systems beside each other, replication by replication: what differs, by how much, and what that is worth.

use crate::record::Measure;
use crate::stats::{Confidence, Paired, holm};

use super::measure::Values;
use super::study::Study;

/// A measure's value in every replication.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Of what.
    pub measure: Measure,
    /// One value a replication, in their order, where it has one.
    pub values: Values,
}

/// The values of these measures; those that are not one number a replication have none.
pub fn samples(study: &Study, measures: &[Measure]) -> Vec<Sample> {
    let none = || vec![None; study.outcome.summaries.len()];
    let sample =
        |measure: &Measure| Sample { measure: measure.clone(), values: measure.values(study).unwrap_or_else(none) };
    measures.iter().map(sample).collect()
}

/// What can be said of a difference. The words are those of files: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// No replication differs at all.
    Same,
    /// It is less than what is said to matter, with confidence.
    Alike,
    /// The second is higher.
    Higher,
    /// The second is lower.
    Lower,
    /// It may be nothing, and it may be something.
    Undecided,
    /// The first has it alone.
    OnlyFirst,
    /// The second has it alone.
    OnlySecond,
    /// Neither has it.
    Nothing,
}

impl Difference {
    /// The word in files.
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
    /// Its mean in the first, over the pairs; over all replications with a value where there are not two pairs.
    pub first: Option<f64>,
    /// The same of the second.
    pub second: Option<f64>,
    /// How many replications have a value in both.
    pub pairs: u64,
    /// The differences, of replications with a value in both; `None` with fewer than two.
    pub paired: Option<Paired>,
    /// Hodges and Lehmann's difference, and its interval where there are enough pairs for one.
    pub hodges_lehmann: Option<(f64, Option<(f64, f64)>)>,
    /// How sure the interval of this difference has to be, given how many there are (Holm).
    pub confidence: Confidence,
    /// A difference up to this is said not to matter, in the measure's unit.
    pub matters: f64,
    /// Whether every replication has the same value, or none, in both.
    pub same: bool,
}

/// Compares values of the same measures, in the same order, of replications with the same callers. All tests together
/// find something where nothing is with a probability of at most 5 % (Holm). A share of the first system's mean, `margin`,
/// is what a difference has to be to matter.
pub fn compare(first: &[Sample], second: &[Sample], margin: f64) -> Vec<Compared> {
    debug_assert_eq!(first.len(), second.len(), "the same measures");
    let mean = |some: &[f64]| (!some.is_empty()).then(|| some.iter().sum::<f64>() / some.len() as f64);
    let all = |values: &Values| mean(&values.iter().flatten().copied().collect::<Vec<f64>>());
    let compared = |(first, second): (&Sample, &Sample)| {
        let both = first.values.iter().zip(&second.values).filter_map(|(&first, &second)| first.zip(second));
        let (left, right): (Vec<f64>, Vec<f64>) = both.unzip();
        let paired = Paired::new(&left, &right);
        // What is shown beside a difference is what it is the difference of.
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
            matters: margin * a.map_or(0.0, f64::abs),
            same: first.values == second.values,
        }
    };
    let mut compared: Vec<Compared> = first.iter().zip(second).map(compared).collect();
    // What cannot be tested cannot be found where it is not.
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

    /// What can be said of it.
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
        let matters = self.matters;
        match () {
            () if self.same => Difference::Same,
            () if -matters < low && high < matters => Difference::Alike,
            () if low > 0.0 => Difference::Higher,
            () if high < 0.0 => Difference::Lower,
            () => Difference::Undecided,
        }
    }

    /// How many replications more would decide what is undecided, if the difference is about what it seems; `None` where
    /// that cannot be told.
    pub fn more(&self) -> Option<u64> {
        if self.difference() != Difference::Undecided {
            return None;
        }
        let paired = self.paired.as_ref()?;
        let (low, high) = paired.interval(self.confidence);
        let (half, seen) = ((high - low) / 2.0, paired.mean().abs());
        // Either far enough from nothing, or near enough to it.
        let wanted = seen.max(self.matters - seen);
        if wanted <= 0.0 || half <= 0.0 {
            return None;
        }
        let pairs = paired.pairs() as f64;
        let more = pairs * (half / wanted) * (half / wanted) - pairs;
        (more < 1e9).then(|| more.ceil().max(1.0) as u64)
    }
}

/// A number relative to the first's, in percent.
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
    fn what_can_be_said_of_a_difference() {
        let base = || sample("offered", noise(101).map(|noise| 100.0 + 10.0 * noise));
        let other = |shift: f64, scatter: f64| {
            let values = base().values.into_iter().flatten().zip(noise(101).map(|noise| noise * scatter));
            sample("offered", values.map(|(value, noise)| value + shift + noise).collect::<Vec<_>>())
        };
        let said = |shift: f64, scatter: f64| compare(&[base()], &[other(shift, scatter)], 0.01).remove(0);
        assert_eq!(said(0.0, 0.0).difference(), Difference::Same);
        assert_eq!(said(0.1, 0.5).difference(), Difference::Alike);
        assert_eq!(said(3.0, 5.0).difference(), Difference::Higher);
        assert_eq!(said(-3.0, 5.0).difference(), Difference::Lower);
        let undecided = said(0.8, 9.0);
        assert_eq!(undecided.difference(), Difference::Undecided);
        // So many more decide it, and not many fewer.
        let more = undecided.more().unwrap();
        let half = |pairs: f64| {
            let (low, high) = undecided.interval().unwrap();
            (high - low) / 2.0 * (101.0 / pairs).sqrt()
        };
        let seen = undecided.paired.as_ref().unwrap().mean().abs();
        assert!(half(101.0 + more as f64) <= seen * 1.0001 && half(100.0 + more as f64) > seen * 0.999);
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
        let said = |first: &Sample, second: &Sample| {
            compare(std::slice::from_ref(first), std::slice::from_ref(second), 0.01)[0].difference()
        };
        assert_eq!(said(&some, &none), Difference::OnlyFirst);
        assert_eq!(said(&none, &some), Difference::OnlySecond);
        assert_eq!(said(&none, &none), Difference::Nothing);
    }
}
