//! What planners type: loads, rates, times and shares.

use clap::Args;

use crate::analysis::Quantity;
use crate::engine::Distribution;
use crate::report::Line;
use crate::workload::{distribution, units};

use super::printed::{line, usage};
use crate::cli::model::Beside;
use crate::cli::stop::Stop;

/// A formula takes a step for each server or place: with more than this it would take more than a moment.
pub(super) const STEPS_MAX: u32 = 10_000_000;

/// How much traffic, said in one of two ways.
#[derive(Clone, Debug, Args)]
pub(super) struct Load {
    /// The offered load: calls an hour times hours a call
    #[arg(long, value_name = "ERLANGS", value_parser = positive, conflicts_with = "arrivals", allow_hyphen_values = true)]
    pub(super) offered: Option<f64>,

    /// How often calls come, e.g. 300/h or 10/s
    #[arg(long, value_name = "RATE", value_parser = rate, allow_hyphen_values = true)]
    pub(super) arrivals: Option<f64>,

    /// How long a call takes on average, e.g. 3m or 180s
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    pub(super) mean: Option<f64>,
}

/// A load with all that is known of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traffic {
    /// Calls a second.
    pub(super) rate: f64,
    /// Seconds a call.
    pub(super) mean: f64,
}

impl Traffic {
    pub(super) fn offered(self) -> f64 {
        self.rate * self.mean
    }

    pub(super) fn lines(self, mean: &str) -> Vec<Line> {
        vec![
            line("arrivals", Quantity::PerSecond(self.rate), "calls come"),
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
            (None, None, Some(_)) => Err(usage("`--mean` alone is no load", "add --arrivals, e.g. --arrivals 300/h")),
            (None, Some(_), None) => Err(usage("`--arrivals` alone is no load", "add --mean, e.g. --mean 3m")),
        }
    }

    /// The rate and the mean, for forms that answer in times.
    pub(super) fn traffic(&self) -> Result<Traffic, Stop> {
        let Some(mean) = self.mean else {
            return Err(usage("how long a call takes is not said", "add --mean, e.g. --mean 3m"));
        };
        match self.erlangs()? {
            Some(offered) => Ok(Traffic { rate: self.arrivals.unwrap_or(offered / mean), mean }),
            None => Err(usage("how much traffic there is, is not said", "add --arrivals, e.g. --arrivals 300/h")),
        }
    }
}

fn bounded(offered: f64) -> Result<f64, Stop> {
    if offered <= f64::from(STEPS_MAX) {
        return Ok(offered);
    }
    Err(usage(
        format!("{offered:e} erlangs are more than this can reckon with"),
        format!("at most {STEPS_MAX} erlangs"),
    ))
}

pub(super) fn positive(text: &str) -> Result<f64, String> {
    match units::number(text)? {
        value if value > 0.0 => Ok(value),
        _ => Err("more than 0 is wanted".to_owned()),
    }
}

pub(super) fn number(text: &str) -> Result<f64, String> {
    units::number(text)
}

pub(super) fn rate(text: &str) -> Result<f64, String> {
    match units::rate(text)? {
        rate if rate > 0.0 => Ok(rate),
        _ => Err("a rate of more than 0 is wanted".to_owned()),
    }
}

/// Seconds.
pub(super) fn duration(text: &str) -> Result<f64, String> {
    match units::duration(text)?.seconds() {
        seconds if seconds > 0.0 => Ok(seconds),
        _ => Err("a time of more than 0 is wanted".to_owned()),
    }
}

/// A time that may be none at all.
pub(super) fn time(text: &str) -> Result<f64, String> {
    if text == "0" { Ok(0.0) } else { Ok(units::duration(text)?.seconds()) }
}

/// A part of one, neither nothing nor all.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let share = if text.ends_with('%') { units::share(text)? } else { units::number(text)? };
    if share > 0.0 && share < 1.0 {
        Ok(share)
    } else {
        Err("between 0% and 100% is wanted, e.g. 1% or 0.01".to_owned())
    }
}

/// How many, at least one and no more than a formula can step through.
pub(super) fn count(text: &str) -> Result<u32, String> {
    match text.parse::<u32>() {
        Ok(count) if (1..=STEPS_MAX).contains(&count) => Ok(count),
        _ => Err(format!("a whole number from 1 to {STEPS_MAX} is wanted")),
    }
}

/// A law as workload files have it. Files with measured values are sought from here.
pub(super) fn any_distribution(text: &str) -> Result<Distribution, String> {
    distribution(text, &Beside(std::path::Path::new("")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_told_so() {
        assert_eq!((positive("12.5"), rate("3600/h"), duration("3m")), (Ok(12.5), Ok(1.0), Ok(180.0)));
        assert_eq!((share("1%"), share("0.01"), count("7"), time("0")), (Ok(0.01), Ok(0.01), Ok(7), Ok(0.0)));
        for wrong in ["0", "-1", "1e3", "inf", "NaN", "x", ""] {
            assert!(positive(wrong).is_err() && share(wrong).is_err() && rate(wrong).is_err(), "{wrong}");
            assert!(duration(wrong).is_err() && (count(wrong).is_err()), "{wrong}");
        }
        assert!(share("100%").is_err() && count("10000001").is_err() && duration("0s").is_err());
    }
}
