//! Failures: how long they go unnoticed, and the availability of what fails and is repaired.

use clap::Args;
use clap::builder::StyledStr;

use crate::analysis::Quantity;
use crate::oracle::{Detection, Pair, Repairable};
use crate::plan::HeartbeatReading;
use crate::report::Answer;
use crate::rules::heartbeat;

use super::printed::{Printed, line, usage};
use super::quantities::{duration, rate};
use crate::cli::help;
use crate::cli::stop::Stop;

pub(super) fn heartbeat_help() -> StyledStr {
    help::below(
        &[
            "Applies to an application that hangs, or whose host or link fails: its connection does not close, and only its \
             heartbeats stop. The end of its process is noticed at once.",
            "\"No message in two consecutive intervals\" can be read in two ways, and both are answered: a timer of two \
             intervals that each message restarts, and a checker that looks once per interval.",
        ],
        &[],
        &[(
            "ctisim oracle heartbeat --interval 30s --arrivals 1000/h",
            "How long a hang goes unnoticed, and how many calls it affects",
        )],
    )
}

pub(super) fn availability_help() -> StyledStr {
    help::below(
        &[
            "Applies to anything that fails at random and is repaired. The availability of one holds for any distributions of \
           both times; that of two, one of which is enough, for exponential ones. Two that share a cause of failure (a power \
           supply, a change) fail together more often.",
        ],
        &[],
        &[(
            "ctisim oracle availability --mtbf 2160h --mttr 4h",
            "The availability of a server that fails every 90 days and is repaired in 4 hours",
        )],
    )
}

#[derive(Clone, Debug, Args)]
pub(super) struct HeartbeatArguments {
    /// Heartbeat interval that the application requests
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30s", allow_hyphen_values = true)]
    interval: f64,

    /// Shortest interval that the cluster allows
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5s", allow_hyphen_values = true)]
    minimum: f64,

    /// Longest interval that the cluster allows
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "3600s", allow_hyphen_values = true)]
    maximum: f64,

    /// Rate of calls to its route points, e.g. 1000/h
    #[arg(long, value_name = "RATE", value_parser = rate, allow_hyphen_values = true)]
    arrivals: Option<f64>,

    #[command(flatten)]
    pub(super) printed: Printed,
}

/// The names of a reading's lines: mean, median, p95, longest, calls and their standard deviation.
const TIMER: [&str; 6] =
    ["timer_mean", "timer_p50", "timer_p95", "timer_longest", "timer_calls", "timer_calls_deviation"];
const GRID: [&str; 6] = ["grid_mean", "grid_p50", "grid_p95", "grid_longest", "grid_calls", "grid_calls_deviation"];

impl HeartbeatArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        if self.minimum > self.maximum {
            return Err(usage("--minimum is longer than --maximum", "give a --minimum of at most --maximum"));
        }
        let interval = heartbeat::effective_interval(self.interval, self.minimum, self.maximum);
        let clamped = if interval == self.interval { "" } else { "as limited by the bounds" };
        let mut inputs = vec![line("interval", Quantity::Seconds(interval), clamped)];
        if let Some(rate) = self.arrivals {
            inputs.push(line(
                "arrivals",
                Quantity::PerSecond(rate),
                "calls to its route points, each with a message of the application",
            ));
        }
        let mut results = Vec::new();
        for (names, reading, what) in [
            (TIMER, HeartbeatReading::Timer, "a timer of two intervals, restarted by each message"),
            (GRID, HeartbeatReading::Grid, "a checker, after two of its intervals in a row without a message"),
        ] {
            // Each call makes the application send one message at least.
            let detection = Detection { reading, interval, messages: self.arrivals.unwrap_or(0.0) };
            results.push(line(names[0], Quantity::Seconds(detection.mean()), format!("until noticed by {what}")));
            results.push(line(names[1], Quantity::Seconds(detection.quantile(0.5)), "half are noticed by then"));
            results.push(line(names[2], Quantity::Seconds(detection.quantile(0.95)), "95 % are noticed by then"));
            results.push(line(names[3], Quantity::Seconds(detection.longest()), "all are noticed by then"));
            if let Some(rate) = self.arrivals {
                let deviation = detection.calls_before_deviation(rate);
                results.push(line(
                    names[4],
                    Quantity::Mean(detection.calls_before(rate)),
                    "calls arrive before the failure is noticed",
                ));
                results.push(line(names[5], Quantity::Mean(deviation), "their standard deviation"));
            }
        }
        Ok(Answer {
            form: "heartbeat",
            title: "a silent failure, until it is noticed",
            inputs,
            results,
            assumes: "a failure at a time independent of the heartbeats, messages without delay and, for the calls, Poisson arrivals at a constant rate.".into(),
            source: "elementary: the rest of the interval is uniformly distributed, the time since the last call exponentially; for the two readings of R23, docs/explanation/interpretation.md",
        })
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct AvailabilityArguments {
    /// Mean time between failures (mean time to failure), e.g. 2160h or 90d
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    mtbf: f64,

    /// Mean time to repair, e.g. 4h
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    mttr: f64,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl AvailabilityArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        const YEAR: f64 = 365.25 * 86_400.0;
        let unit = Repairable { mtbf: self.mtbf, mttr: self.mttr };
        let one = Pair { unit, two_repairers: false };
        let two = Pair { two_repairers: true, ..one };
        Ok(Answer {
            form: "availability",
            title: "a repairable part, and a redundant pair",
            inputs: vec![
                line("mtbf", Quantity::Seconds(self.mtbf), "mean time to failure"),
                line("mttr", Quantity::Seconds(self.mttr), "mean time to repair"),
            ],
            results: vec![
                line("availability", Quantity::Share(unit.availability()), "of the time one is up"),
                line("down_a_year", Quantity::Seconds(YEAR * unit.unavailability()), "downtime of one in a year"),
                line("failures_a_year", Quantity::Mean(YEAR * unit.failures()), "of one in a year"),
                line(
                    "two_crews_both_down",
                    Quantity::Share(two.shares()[2]),
                    "of the time, if both can be repaired at once",
                ),
                line(
                    "two_crews_down_a_year",
                    Quantity::Seconds(YEAR * two.shares()[2]),
                    "downtime of both in a year then",
                ),
                line(
                    "one_crew_both_down",
                    Quantity::Share(one.shares()[2]),
                    "of the time, if one is repaired after the other",
                ),
                line(
                    "one_crew_down_a_year",
                    Quantity::Seconds(YEAR * one.shares()[2]),
                    "downtime of both in a year then",
                ),
                line(
                    "first_both_down",
                    Quantity::Seconds(two.first_outage()),
                    "until both are down for the first time, on average",
                ),
            ],
            assumes: "random, independent failures; for two, exponential times, and that one of them is enough.".into(),
            source: "R. E. Barlow, F. Proschan, Mathematical Theory of Reliability (1965); K. S. Trivedi, Probability and Statistics (2002), section 8",
        })
    }
}
