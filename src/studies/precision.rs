//! The required precision of an estimate.

use crate::analysis::Study;
use crate::record::Measure;
use crate::stats::Confidence;

/// The required relative half-width of a confidence interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// The measure.
    pub measure: Measure,
    /// The half-width, in percent of the value.
    pub percent: f64,
}

impl Precision {
    /// The half-width in percent of the value; `None` while there is no interval.
    pub fn reached(&self, study: &Study) -> Option<f64> {
        let found = self.measure.of(study, Confidence::P95);
        let (value, low, high) = (found.value?, found.low?, found.high.filter(|high| high.is_finite())?);
        let half = (high - low) / 2.0;
        // A value that never varies is exact, and so is zero, of which no percentage would do.
        if half == 0.0 || value == 0.0 { Some(0.0) } else { Some(half / value.abs() * 100.0) }
    }

    /// Whether the required precision is reached.
    pub fn is_reached(&self, study: &Study) -> bool {
        self.reached(study).is_some_and(|percent| percent <= self.percent)
    }
}
