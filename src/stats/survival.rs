//! Estimates of censored durations.

use super::confidence::Confidence;

/// The Kaplan-Meier estimate of a duration, from values that ended and values that were censored, of which only a lower
/// bound is known. A censored value counts as at risk up to its time and leaves the sample after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    curve: Vec<Step>,
}

/// A time at which some values ended.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    time: u64,
    /// The share of values that last longer.
    share: f64,
    /// Greenwood's sum up to here: the variance of the logarithm of the share.
    greenwood: f64,
}

impl Survival {
    /// From ascending times, each with the numbers of values that ended and that were censored. At equal times, ends come
    /// first.
    pub fn new(steps: impl IntoIterator<Item = (u64, u64, u64)>) -> Survival {
        let steps: Vec<(u64, u64, u64)> = steps.into_iter().collect();
        debug_assert!(steps.is_sorted_by_key(|&(time, ..)| time), "not in ascending order");
        let mut left: u64 = steps.iter().map(|&(_, ended, cut)| ended + cut).sum();
        // Without censoring the factors (n - d) / n cancel: the estimate is then a single quotient, and exact.
        let (mut share, mut of) = (1.0, left);
        let mut greenwood = 0.0;
        let mut curve = Vec::new();
        for (time, ended, cut) in steps {
            let at_risk = left;
            left -= ended;
            if ended > 0 {
                greenwood += ended as f64 / (at_risk as f64 * left as f64);
                curve.push(Step { time, share: share * (left as f64 / of as f64), greenwood });
            }
            if cut > 0 {
                share *= left as f64 / of as f64;
                left -= cut;
                of = left;
            }
        }
        Survival { curve }
    }

    /// The times at which some ended, ascending, each with the share of values that last longer.
    pub fn curve(&self) -> impl Iterator<Item = (u64, f64)> {
        self.curve.iter().map(|step| (step.time, step.share))
    }

    /// The share of values that last longer than `time`.
    pub fn beyond(&self, time: u64) -> f64 {
        let steps = self.curve.partition_point(|step| step.time <= time);
        if steps == 0 { 1.0 } else { self.curve[steps - 1].share }
    }

    /// The least time by which at least this share has ended; `None` if the curve never gets there because too many values
    /// are censored.
    pub fn quantile(&self, quantile: f64) -> Option<u64> {
        // Tolerance for the rounding error of a product of quotients.
        let least = 1.0 - quantile + 1e-12;
        self.curve.iter().find(|step| step.share <= least).map(|step| step.time)
    }

    /// The confidence interval of a quantile; without an upper end if too many values are censored, and `None` if not even
    /// the lower end was reached.
    ///
    /// It contains all times at which the survival function does not differ significantly from `1 - quantile` on the log-log
    /// scale (R. Brookmeyer, J. Crowley, *Biometrics* 38 (1982) 29-41). `alike` is how many values count as one: those of one
    /// replication are correlated, and are taken as if they were all equal.
    pub fn quantile_interval(&self, quantile: f64, alike: f64, confidence: Confidence) -> Option<(u64, Option<u64>)> {
        let z = confidence.z();
        let target = libm::log(-libm::log(1.0 - quantile));
        // The distance of a step's share from the target, in standard deviations.
        let beyond = |step: &Step| {
            // Once all have ended, the share is below any target.
            if step.share <= 0.0 {
                return f64::INFINITY;
            }
            let logarithm = libm::log(step.share);
            let deviation = (step.greenwood * alike).sqrt() / -logarithm;
            (libm::log(-logarithm) - target) / deviation
        };
        let low = self.curve.iter().find(|step| beyond(step) >= -z)?;
        let high = self.curve.iter().find(|step| beyond(step) > z);
        // At the last value the share drops to zero: that is not an upper end.
        Some((low.time, high.filter(|step| step.share > 0.0).map(|step| step.time)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn steps(ended: &[u64], cut: &[u64]) -> Vec<(u64, u64, u64)> {
        let mut times: Vec<u64> = ended.iter().chain(cut).copied().collect();
        times.sort_unstable();
        times.dedup();
        let count = |values: &[u64], time| values.iter().filter(|&&value| value == time).count() as u64;
        times.into_iter().map(|time| (time, count(ended, time), count(cut, time))).collect()
    }

    /// Weeks of remission of 21 patients under 6-mercaptopurine (Freireich et al. 1963), the example of most textbooks.
    #[test]
    fn remissions_as_in_the_textbooks() {
        let relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let still_well = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let survival = Survival::new(steps(&relapsed, &still_well));
        let table = [
            (5, 1.0),
            (6, 0.857_143),
            (7, 0.806_723),
            (10, 0.752_941),
            (13, 0.690_196),
            (16, 0.627_451),
            (22, 0.537_815),
            (23, 0.448_179),
            (99, 0.448_179),
        ];
        for (week, share) in table {
            assert!((survival.beyond(week) - share).abs() < 1e-6, "week {week}: {}", survival.beyond(week));
        }
        assert_eq!(survival.quantile(0.25), Some(13));
        assert_eq!(survival.quantile(0.5), Some(23));
        // No later relapse was observed: the upper quantiles are unknown.
        assert_eq!(survival.quantile(0.9), None);
    }

    /// As computed by the Python package lifelines 0.30 (`confidence_interval_survival_function_`).
    #[test]
    fn intervals_as_in_the_textbooks() {
        let relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let still_well = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let survival = Survival::new(steps(&relapsed, &still_well));
        assert_eq!(survival.quantile_interval(0.5, 1.0, Confidence::P95), Some((13, None)));
        assert_eq!(survival.quantile_interval(0.25, 1.0, Confidence::P95), Some((6, Some(22))));
        assert_eq!(survival.quantile_interval(0.1, 1.0, Confidence::P95), Some((6, Some(10))));
        // With a smaller effective sample size the interval has no upper end.
        assert_eq!(survival.quantile_interval(0.25, 9.0, Confidence::P95), Some((6, None)));
    }

    #[test]
    fn an_interval_without_censoring_is_about_that_of_the_ranks() {
        let values: Vec<u64> = (1..=1000).collect();
        let survival = Survival::new(steps(&values, &[]));
        for quantile in [0.5, 0.9, 0.95] {
            let (Some(low), Some(high)) = crate::stats::quantile_ranks(1000, quantile, Confidence::P95) else {
                panic!("enough values")
            };
            let (from, Some(to)) = survival.quantile_interval(quantile, 1.0, Confidence::P95).unwrap() else {
                panic!("no end")
            };
            assert!(from.abs_diff(low) <= 3 && to.abs_diff(high) <= 3, "{quantile}: {from} {to} for {low} {high}");
        }
    }

    #[test]
    fn without_values_nothing_is_known() {
        assert_eq!(Survival::new([]).quantile(0.5), None);
        let survival = Survival::new([(7, 0, 12)]);
        assert_eq!((survival.quantile(0.5), survival.beyond(9)), (None, 1.0));
    }

    #[test]
    fn all_censored_after_the_last_end() {
        let survival = Survival::new([(1, 1, 0), (2, 0, 1)]);
        assert_eq!(survival.quantile(0.5), Some(1));
        assert_eq!(survival.quantile(0.51), None);
    }

    proptest! {
        #[test]
        fn without_censoring_it_is_the_order_statistic(
            mut values in prop::collection::vec(0..50u64, 1..80),
            percent in 0..=100u32,
        ) {
            values.sort_unstable();
            let quantile = f64::from(percent) / 100.0;
            let floats: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            let survival = Survival::new(steps(&values, &[]));
            // At 0 every order statistic is the least value.
            prop_assert_eq!(survival.quantile(quantile).map(|time| time as f64), {
                let rank = (quantile * values.len() as f64 - 1e-9).ceil().max(1.0) as usize;
                Some(floats[rank - 1])
            });
        }

        #[test]
        fn it_falls_from_one_and_censoring_never_lowers_it(
            ended in prop::collection::vec(0..50u64, 1..40),
            cut in prop::collection::vec(0..50u64, 0..40),
        ) {
            let survival = Survival::new(steps(&ended, &cut));
            // As if the censored values had ended there.
            let pretended = Survival::new(steps(&[ended, cut].concat(), &[]));
            let mut before = 1.0;
            for time in 0..60 {
                let share = survival.beyond(time);
                prop_assert!(share <= before && share >= pretended.beyond(time) - 1e-12 && share >= 0.0);
                before = share;
            }
        }
    }
}
