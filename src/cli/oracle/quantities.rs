//! Parsers of what planners type: loads, rates, times and shares.

use clap::Args;

use crate::analysis::Quantity;
use crate::engine::Distribution;
use crate::report::Line;
use crate::workload::{distribution, units};

use super::printed::{line, usage};
use crate::cli::input::Beside;
use crate::cli::stop::Stop;

/// A formula takes a step per server or place: more than this would take too long.
pub(super) const STEPS_MAX: u32 = 10_000_000;

/// An amount of traffic, given in one of two ways.
#[derive(Clone, Debug, Args)]
pub(super) struct Load {
    /// Offered load: calls per hour times hours per call
    #[arg(long, value_name = "ERLANGS", value_parser = positive, conflicts_with = "arrivals", allow_hyphen_values = true)]
    pub(super) offered: Option<f64>,

    /// Rate of calls, e.g. 300/h or 100/30m
    #[arg(long, value_name = "RATE", value_parser = rate, allow_hyphen_values = true)]
    pub(super) arrivals: Option<f64>,

    /// Mean duration of a call, e.g. 3m or 180s
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    pub(super) mean: Option<f64>,
}

/// A load as a rate and a mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traffic {
    /// Calls per second.
    pub(super) rate: f64,
    /// Seconds per call.
    pub(super) mean: f64,
}

impl Traffic {
    pub(super) fn offered(self) -> f64 {
        self.rate * self.mean
    }

    /// Whether it is little enough to compute.
    pub(super) fn bounded(self) -> Result<(), Stop> {
        bounded(self.offered()).map(|_| ())
    }

    pub(super) fn lines(self, mean: &str) -> Vec<Line> {
        vec![
            line("arrivals", Quantity::PerSecond(self.rate), "rate of calls"),
            line("mean", Quantity::Seconds(self.mean), mean),
            line("offered", Quantity::Erlangs(self.offered()), "arrivals times mean"),
        ]
    }
}

impl Load {
    /// The load in erlangs, if there is one.
    pub(super) fn erlangs(&self) -> Result<Option<f64>, Stop> {
        match (self.offered, self.arrivals, self.mean) {
            (Some(offered), _, _) => bounded(offered).map(Some),
            (None, Some(rate), Some(mean)) => bounded(rate * mean).map(Some),
            (None, None, None) => Ok(None),
            (None, None, Some(_)) => {
                Err(usage("`--mean` alone is not a load", "add --arrivals, e.g. --arrivals 300/h"))
            }
            (None, Some(_), None) => Err(usage("`--arrivals` alone is not a load", "add --mean, e.g. --mean 3m")),
        }
    }

    /// The rate and the mean, for forms that answer in times.
    pub(super) fn traffic(&self) -> Result<Traffic, Stop> {
        let Some(mean) = self.mean else {
            return Err(usage("the mean duration of a call is missing", "add --mean, e.g. --mean 3m"));
        };
        match self.erlangs()? {
            Some(offered) => Ok(Traffic { rate: self.arrivals.unwrap_or(offered / mean), mean }),
            None => Err(usage("the traffic is missing", "add --arrivals, e.g. --arrivals 300/h")),
        }
    }
}

fn bounded(offered: f64) -> Result<f64, Stop> {
    if offered <= f64::from(STEPS_MAX) {
        return Ok(offered);
    }
    Err(usage(format!("{offered:e} erlangs are too much to compute"), format!("at most {STEPS_MAX} erlangs")))
}

pub(super) fn positive(text: &str) -> Result<f64, String> {
    match units::number(text)? {
        value if value > 0.0 => Ok(value),
        _ => Err("must be greater than 0".to_owned()),
    }
}

pub(super) fn number(text: &str) -> Result<f64, String> {
    units::number(text)
}

pub(super) fn rate(text: &str) -> Result<f64, String> {
    match units::rate(text)? {
        rate if rate > 0.0 => Ok(rate),
        _ => Err("the rate must be greater than 0".to_owned()),
    }
}

/// Seconds.
pub(super) fn duration(text: &str) -> Result<f64, String> {
    match units::duration(text)?.seconds() {
        seconds if seconds > 0.0 => Ok(seconds),
        _ => Err("the time must be greater than 0".to_owned()),
    }
}

/// A time, which may be 0.
pub(super) fn time(text: &str) -> Result<f64, String> {
    if text == "0" { Ok(0.0) } else { Ok(units::duration(text)?.seconds()) }
}

/// A share between 0 and 1, both excluded.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let share = if text.ends_with('%') { units::share(text)? } else { units::number(text)? };
    if share > 0.0 && share < 1.0 { Ok(share) } else { Err("must be between 0% and 100%, e.g. 1% or 0.01".to_owned()) }
}

/// A number of servers, places or the like.
pub(super) fn count(text: &str) -> Result<u32, String> {
    match text.parse::<u32>() {
        Ok(count) if (1..=STEPS_MAX).contains(&count) => Ok(count),
        _ => Err(format!("must be a whole number from 1 to {STEPS_MAX}")),
    }
}

/// A distribution as in a workload file. Files with measured values are looked up in the current directory.
pub(super) fn any_distribution(text: &str) -> Result<Distribution, String> {
    distribution(text, &Beside::named())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_rejected() {
        assert_eq!((positive("12.5"), rate("3600/h"), duration("3m")), (Ok(12.5), Ok(1.0), Ok(180.0)));
        assert_eq!((share("1%"), share("0.01"), count("7"), time("0")), (Ok(0.01), Ok(0.01), Ok(7), Ok(0.0)));
        for wrong in ["0", "-1", "1e3", "inf", "NaN", "x", ""] {
            assert!(positive(wrong).is_err() && share(wrong).is_err() && rate(wrong).is_err(), "{wrong}");
            assert!(duration(wrong).is_err() && (count(wrong).is_err()), "{wrong}");
        }
        assert!(share("100%").is_err() && count("10000001").is_err() && duration("0s").is_err());
    }
}
