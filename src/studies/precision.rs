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
    /// Reads `setup_delay.p99=2%`.
    ///
    /// # Errors
    /// What is wrong, and what to write.
    pub fn parse(text: &str) -> Result<Precision, String> {
        let (measure, percent) = text.rsplit_once('=').ok_or("expected MEASURE=PERCENT, e.g. setup_delay.p99=2%")?;
        let measure = Measure::parse(measure.trim())?;
        let number = percent.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        match number {
            Some(percent) if percent > 0.0 && percent <= 100.0 => Ok(Precision { measure, percent }),
            _ => Err(format!("`{percent}` is no precision: expected a percentage up to 100%, e.g. 2%")),
        }
    }

    /// Half the interval in percent of the value; `None` while there is no interval.
    pub fn reached(&self, study: &Study) -> Option<f64> {
        let found = self.measure.of(study, Confidence::USUAL);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precisions_are_percentages() {
        let precision = Precision::parse("setup_delay.p99=2.5%").unwrap();
        assert_eq!((precision.measure.to_string().as_str(), precision.percent), ("setup_delay.p99", 2.5));
        for wrong in
            ["setup_delay.p99", "setup_delay.p99=2", "setup_delay.p99=0%", "setup_delay.p99=101%", "x=1%", "=2%"]
        {
            assert!(Precision::parse(wrong).is_err(), "{wrong}");
        }
    }
}
