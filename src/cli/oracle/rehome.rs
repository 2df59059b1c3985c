//! R18: when a route point rehomes.

use clap::Args;
use clap::builder::StyledStr;

use crate::analysis::Quantity;
use crate::engine::{Distribution, Span};
use crate::oracle::{
    LOAD_MAX, LastToEmpty, Residence, RoutePointCalls, Start, TimeToEmpty, Traffic, largest_load, markov_moments,
    mean_time_to_empty,
};
use crate::report::{Answer, Line, distribution};
use crate::workload::{Files, rates_of, units};

use super::printed::{Printed, line, usage};
use super::quantities::{any_distribution, count, duration, positive, rate, share, time};
use crate::cli::help;
use crate::cli::input::Beside;
use crate::cli::stop::Stop;

pub(super) fn after_help() -> StyledStr {
    help::below(
        &[
            "A device rehomes to its own CallManager at the first moment without a call on it. With enough traffic that moment \
             does not come within a working day. Give the traffic with --offered, --arrivals or --profile. With --within and \
             no traffic, the answer is how much traffic a route point may carry.",
            "Give the time that calls stay on it with --mean for an exponential distribution, or with --stay for any other, \
             as in a workload file: --stay 3m is a constant of 3 minutes. The distribution matters: at 3 erlangs, fixed \
             and lognormal times (cv 2) differ by a factor of 2.7.",
            "Applies to route points that hold their calls (queues, announcements, those that redirect at once) and to groups \
             of one port. It does not apply where calls come from another queue, all at once after an outage, or again after \
             they were lost.",
        ],
        &[],
        &[
            ("ctisim oracle rehome --arrivals 60/h --mean 3m --within 1h", "How long one takes at 60 calls an hour"),
            ("ctisim oracle rehome --mean 3m --within 1h", "How much traffic one may have to rehome within an hour"),
            (
                "ctisim oracle rehome --profile 0h=20/h,8h=400/h,18h=60/h --at 17h --mean 3m",
                "At 17:00 of a working day",
            ),
            (
                "ctisim oracle rehome --offered 12 --route-points 4 \\\n      --stay '{ lognormal = { mean = \"2m\", cv = 0.8 } }'",
                "The last of four that share the traffic",
            ),
        ],
    )
}

/// The most route points in a workload.
const ROUTE_POINTS_MAX: u32 = 65_535;
/// More calls at the start would take too long to compute.
const CALLS_MAX: u32 = 1_000;
const DAY: f64 = 86_400.0;

#[derive(Clone, Debug, Args)]
pub(super) struct RehomeArguments {
    /// Offered load of all route points together
    #[arg(long, value_name = "ERLANGS", value_parser = positive, conflicts_with = "arrivals", allow_hyphen_values = true)]
    offered: Option<f64>,

    /// Rate of calls to all route points together, e.g. 60/h
    #[arg(long, value_name = "RATE", value_parser = rate, allow_hyphen_values = true)]
    arrivals: Option<f64>,

    /// Rates over a day that repeats, e.g. 0h=20/h,8h=400/h,18h=60/h, or a CSV file with the columns at and rate
    #[arg(long, value_name = "PROFILE|FILE", conflicts_with_all = ["offered", "arrivals"])]
    profile: Option<String>,

    /// Time of day at which the CallManager is back
    #[arg(long, value_name = "TIME", value_parser = time, requires = "profile", default_value = "0", allow_hyphen_values = true)]
    at: f64,

    /// Mean time a call stays, for an exponential distribution, e.g. 3m
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "stay", required_unless_present = "stay", allow_hyphen_values = true)]
    mean: Option<f64>,

    /// Distribution of the time a call stays, e.g. '{ lognormal = { mean = "3m", cv = 2 } }'; 3m for a constant
    #[arg(long, value_name = "DISTRIBUTION", value_parser = any_distribution)]
    stay: Option<Distribution>,

    /// Start with the calls that arrive during an outage of this length, and none before [default: steady state]
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with_all = ["calls", "limit"], allow_hyphen_values = true)]
    outage: Option<f64>,

    /// Start with this many calls on each route point, at a random time of their stay [default: steady state]
    #[arg(long, value_name = "N", value_parser = count, allow_hyphen_values = true)]
    calls: Option<u32>,

    /// Most calls on a route point at a time; for exponential stays only
    #[arg(long, value_name = "N", value_parser = count, conflicts_with = "stay", allow_hyphen_values = true)]
    limit: Option<u32>,

    /// Number of route points that share the traffic; the last one to rehome counts
    #[arg(long, value_name = "K", value_parser = count, default_value = "1", allow_hyphen_values = true)]
    route_points: u32,

    /// Time within which they should rehome, e.g. 1h
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    within: Option<f64>,

    /// Required probability of rehoming within --within
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "95%", allow_hyphen_values = true)]
    share: f64,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl RehomeArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        let calls = self.route_point_calls()?;
        let mut inputs =
            vec![line("stay", Quantity::Text(self.stay_in_words()), "time a call stays on the route point")];
        inputs.push(line("start", Quantity::Text(self.start_in_words()), "calls when the CallManager is back"));
        if let Some(limit) = self.limit {
            inputs.push(line("limit", Quantity::Whole(u64::from(limit)), "calls on each at most"));
        }
        if let Some(within) = self.within {
            inputs.push(line("within", Quantity::Seconds(within), "time allowed"));
        }
        let results = match self.traffic(calls.residence.mean(), &mut inputs)? {
            Some(traffic) => self.waits(&calls, &traffic, &mut inputs)?,
            None => self.largest(&calls)?,
        };
        let steady = match (&self.profile, &calls.start) {
            (Some(_), Start::Steady) => " The steady state is that of the rate at which the CallManager comes back.",
            _ => "",
        };
        let answer = Answer {
            form: "rehome",
            title: "a route point, until it has no call and rehomes",
            inputs,
            results,
            assumes: format!(
                "Poisson arrivals, independent stays, and route points that share the traffic evenly.{steady}"
            ),
            source: "S. Browne, J. M. Steele, J. Appl. Prob. 30 (1993) 589-602; F. Roijers, M. Mandjes, H. van den Berg, Perf. Eval. 64 (2007) 737-754",
        };
        Ok(answer)
    }

    fn route_point_calls(&self) -> Result<RoutePointCalls, Stop> {
        let residence = match (&self.stay, self.mean) {
            (Some(distribution), _) => Residence::from(distribution),
            (None, Some(mean)) => Residence::exponential(mean),
            (None, None) => {
                return Err(usage("the time a call stays is missing", "add --mean 3m, or --stay with a distribution"));
            }
        };
        if residence.mean() <= 0.0 {
            return Err(usage("the stay of calls must be longer than 0", "give a longer --stay"));
        }
        for (what, count, most) in
            [("calls", self.calls, CALLS_MAX), ("route points", Some(self.route_points), ROUTE_POINTS_MAX)]
        {
            if count.is_some_and(|count| count > most) {
                return Err(usage(format!("too many {what}"), format!("at most {most}")));
            }
        }
        if let (Some(calls), Some(limit)) = (self.calls, self.limit)
            && calls > limit
        {
            return Err(usage(
                format!("{calls} calls are more than the limit of {limit}"),
                "give fewer --calls, or a higher --limit",
            ));
        }
        let start = match (self.outage, self.calls) {
            (Some(length), _) => Start::Outage { length },
            (None, Some(calls)) => Start::Aged(calls),
            (None, None) => Start::Steady,
        };
        // A limit that is never reached has no effect.
        let reached = |limit: &u32| f64::from(*limit) < 3.0 * LOAD_MAX + f64::from(CALLS_MAX);
        Ok(RoutePointCalls { residence, limit: self.limit.filter(reached), start })
    }

    /// The traffic, and its lines; none if the question is how much it may be.
    fn traffic(&self, mean: f64, inputs: &mut Vec<Line>) -> Result<Option<Traffic>, Stop> {
        let traffic = match (&self.profile, self.arrivals, self.offered) {
            (Some(profile), ..) => {
                let points = points(profile)?;
                let traffic = day(&points, self.at)?;
                inputs.push(line("at", Quantity::Seconds(self.at), "of the day, the CallManager is back"));
                inputs.push(line("busiest", Quantity::PerSecond(traffic.peak()), "calls at the busiest time of day"));
                traffic
            }
            (None, Some(rate), _) => Traffic::constant(rate),
            (None, None, Some(offered)) => Traffic::constant(offered / mean),
            (None, None, None) if self.within.is_some() => return Ok(None),
            (None, None, None) => {
                return Err(usage(
                    "the traffic is missing",
                    "add --arrivals, --offered or --profile; or only --within, to ask how much there may be",
                ));
            }
        };
        let (rate, each) = (traffic.peak(), traffic.peak() * mean / f64::from(self.route_points));
        if each > LOAD_MAX {
            return Err(usage(
                format!("with {each:.0} erlangs on it, a route point is practically never without a call"),
                format!("give at most {LOAD_MAX} erlangs each: more --route-points, or less traffic"),
            ));
        }
        if self.profile.is_none() {
            inputs.push(line("arrivals", Quantity::PerSecond(rate), "calls to all route points together"));
        }
        inputs.push(line("route_points", Quantity::Whole(u64::from(self.route_points)), ""));
        let when = if self.profile.is_some() { "on each, at the busiest time of day" } else { "on each" };
        inputs.push(line("offered_each", Quantity::Erlangs(each), when));
        Ok(Some(traffic))
    }

    /// How long they take to rehome.
    fn waits(&self, calls: &RoutePointCalls, traffic: &Traffic, inputs: &mut Vec<Line>) -> Result<Vec<Line>, Stop> {
        let each = traffic.times(1.0 / f64::from(self.route_points));
        let one = calls.time_to_empty(&each);
        let kinds = [(self.route_points, &one)];
        let last = LastToEmpty(&kinds);
        let which = if self.route_points == 1 { "until it rehomes" } else { "until the last one rehomes" };
        let mut results = vec![line("mean", Quantity::Seconds(self.mean(calls, &each, &one)), which)];
        for (name, q, share) in
            [("p50", 0.5, "50 %"), ("p90", 0.9, "90 %"), ("p95", 0.95, "95 %"), ("p99", 0.99, "99 %")]
        {
            let quantile = if self.route_points == 1 { one.quantile(q) } else { last.quantile(q) };
            results.push(line(name, Quantity::Seconds(quantile), format!("{share} have rehomed by then")));
        }
        let Some(within) = self.within else { return Ok(results) };
        inputs.push(line("share", Quantity::Share(self.share), "required probability"));
        let late = last.exceeds(within);
        results.push(line("not_home_within", Quantity::Share(late), "have not rehomed in time"));
        let largest = calls.largest_load(within, self.share);
        results.push(line(
            "largest_load",
            Quantity::Erlangs(largest),
            "on one route point that rehomes in time with that probability",
        ));
        // How given calls would be split is not defined.
        if self.calls.is_some() {
            return Ok(results);
        }
        let enough = calls.fewest_route_points(traffic, within, self.share, ROUTE_POINTS_MAX);
        results.push(match enough {
            Some(enough) => line(
                "route_points_needed",
                Quantity::Whole(u64::from(enough)),
                "needed for all to rehome in time with that probability",
            ),
            None => {
                let none = Quantity::Text("none".into());
                line("route_points_needed", none, "no number is enough: single calls stay too long")
            }
        });
        Ok(results)
    }

    /// The mean, by a formula for it if there is one.
    fn mean(&self, calls: &RoutePointCalls, each: &Traffic, one: &TimeToEmpty) -> f64 {
        match &calls.residence {
            _ if self.route_points > 1 => LastToEmpty(&[(self.route_points, one)]).mean(),
            _ if self.profile.is_some() => one.mean(),
            Residence::Exponential { mean } if calls.limit.is_some() => {
                markov_moments(each.peak(), *mean, calls.limit, &calls.start).0
            }
            residence => mean_time_to_empty(each.peak(), residence, &calls.start),
        }
    }

    /// How much traffic a route point may carry.
    fn largest(&self, calls: &RoutePointCalls) -> Result<Vec<Line>, Stop> {
        let within = self.within.expect("without traffic there is a time");
        let mean = calls.residence.mean();
        let load = calls.largest_load(within, self.share);
        let percent = 100.0 * self.share;
        let mut results = vec![
            line(
                "largest_load",
                Quantity::Erlangs(load),
                format!("on a route point that rehomes in time with {percent} %"),
            ),
            line("largest_arrivals", Quantity::PerSecond(load / mean), "the same as a rate of calls"),
        ];
        if calls.limit.is_none() {
            let load = largest_load(&calls.residence, &calls.start, within);
            results.push(line("largest_load_mean", Quantity::Erlangs(load), "on one that rehomes in time on average"));
        }
        Ok(results)
    }

    fn stay_in_words(&self) -> String {
        let exponential = || Distribution::Exponential { mean: Span::from_seconds(self.mean.unwrap_or_default()) };
        distribution(&self.stay.clone().unwrap_or_else(exponential))
    }

    fn start_in_words(&self) -> String {
        match (self.outage, self.calls) {
            (Some(outage), _) => format!("those of an outage of {}", crate::report::time(outage)),
            (None, Some(1)) => "1 call".to_owned(),
            (None, Some(calls)) => format!("{calls} calls"),
            (None, None) => "steady state".to_owned(),
        }
    }
}

/// The times of day and rates of a profile: from the text itself, or from a CSV file.
fn points(profile: &str) -> Result<Vec<(f64, f64)>, Stop> {
    let wrong = |what: String| {
        usage(what, "give --profile 0h=20/h,8h=400/h,18h=60/h, or a CSV file with the columns at and rate")
    };
    let point = |at: &str, rate: &str| {
        let at =
            if at == "0" { Span::ZERO } else { units::duration(at).map_err(|why| wrong(format!("`{at}`: {why}")))? };
        let rate = units::rate(rate).map_err(|why| wrong(format!("`{rate}`: {why}")))?;
        Ok((at.seconds(), rate))
    };
    if profile.contains('=') {
        let entries = profile.split(',').map(|entry| match entry.trim().split_once('=') {
            Some((at, rate)) => point(at.trim(), rate.trim()),
            None => Err(wrong(format!("`{entry}` is not a time and a rate"))),
        });
        return entries.collect();
    }
    let files = Beside::named();
    files.read(profile).map_err(|why| Stop::Failed(format!("{profile} {why}")))?;
    let points = rates_of(profile, &files).map_err(wrong)?;
    Ok(points.into_iter().map(|(at, rate)| (at.seconds(), rate)).collect())
}

/// A day that begins at `from` o'clock and repeats.
fn day(points: &[(f64, f64)], from: f64) -> Result<Traffic, Stop> {
    let wrong =
        |what: &str| Err(usage(what, "a profile covers one day: 0h first, then in order of time, all before 24h"));
    if points.first().is_none_or(|&(at, _)| at != 0.0) {
        return wrong("the profile does not start at 0h");
    }
    if points.windows(2).any(|pair| pair[1].0 <= pair[0].0) || points.iter().any(|&(at, _)| at >= DAY) || from >= DAY {
        return wrong("the times of the profile are out of order, or beyond 24h");
    }
    if points.len() > 1000 {
        return wrong("the profile has more than 1000 rates");
    }
    if points.iter().all(|&(_, rate)| rate <= 0.0) {
        return wrong("the profile has no traffic");
    }
    let ends = points.iter().skip(1).map(|&(at, _)| at).chain([DAY]);
    let mut rest = Vec::new();
    let mut before = Vec::new();
    for (&(at, rate), end) in points.iter().zip(ends) {
        before.push(((end.min(from) - at).max(0.0), rate));
        rest.push(((end - at.max(from)).max(0.0), rate));
    }
    rest.extend(before);
    Ok(Traffic::cycle(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_may_begin_at_any_time() {
        let points = points("0h=20/h, 8h=400/h,18h=60/h").unwrap();
        let hours = |hours: f64, rate: f64| (3600.0 * hours, rate / 3600.0);
        let expected = [hours(1.0, 400.0), hours(6.0, 60.0), hours(8.0, 20.0), hours(9.0, 400.0)];
        assert_eq!(day(&points, 17.0 * 3600.0).unwrap(), Traffic::cycle(expected));
        let expected = [hours(8.0, 20.0), hours(10.0, 400.0), hours(6.0, 60.0)];
        assert_eq!(day(&points, 0.0).unwrap(), Traffic::cycle(expected));
    }

    #[test]
    fn profiles_that_are_not_a_day_are_rejected() {
        for profile in ["1h=20/h", "0h=20", "0h=20/h,8h", "0h=20/h,8h=1/h,7h=2/h", "0h=1/h,24h=2/h", "0h=0/h"] {
            let found = points(profile).and_then(|points| day(&points, 0.0));
            assert!(matches!(found, Err(Stop::Usage(_))), "{profile}: {found:?}");
        }
        assert!(matches!(points("no-such-file.csv"), Err(Stop::Failed(_))));
    }
}
