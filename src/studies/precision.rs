//! How precise a number is to be.

use crate::analysis::Study;
use crate::record::Measure;
use crate::stats::Confidence;

/// How narrow the interval of a measure is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// Of which measure.
    pub measure: Measure,
    /// Half the interval, in the value's hundredths.
    pub percent: f64,
}

impl Precision {
    /// Half the interval in percent of the value; `None` while there is no interval.
    pub fn reached(&self, study: &Study) -> Option<f64> {
        let found = self.measure.of(study, Confidence::P95);
        let (value, low, high) = (found.value?, found.low?, found.high.filter(|high| high.is_finite())?);
        let half = (high - low) / 2.0;
        // What never varies is known, even if it is nothing: no part of that would be less.
        if half == 0.0 || value == 0.0 { Some(0.0) } else { Some(half / value.abs() * 100.0) }
    }

    /// Whether the interval is as narrow as that.
    pub fn is_reached(&self, study: &Study) -> bool {
        self.reached(study).is_some_and(|percent| percent <= self.percent)
    }
}
