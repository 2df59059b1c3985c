//! R18: when a route point goes home.

use std::path::Path;

use clap::Args;

use crate::analysis::Quantity;
use crate::engine::{Distribution, Span};
use crate::oracle::{
    LOAD_MAX, LastToEmpty, Residence, RoutePointCalls, Start, TimeToEmpty, Traffic, largest_load, markov_moments,
    mean_time_to_empty,
};
use crate::report::{Answer, Line, distribution};
use crate::workload::units;

use super::printed::{Printed, line, usage};
use super::quantities::{any_distribution, count, duration, positive, rate, share, time};
use crate::cli::model;
use crate::cli::stop::Stop;

pub(super) const HELP: &str = "A device goes back to its own CallManager at the first moment without a call on it. With enough calls that moment does not
come in a working day. Say the traffic with --offered, --arrivals or --profile. Without any, but with --within, the answer is how
much traffic a route point may carry.

How long calls stay on it: --mean for an exponential distribution, --stay for any other, as workload files write it. There as here
--stay 3m is always 3 minutes; the distribution matters (at 3 erlangs a factor of 2.7 between fixed and lognormal, cv 2).

Applies to route points that hold their calls (queues, announcements, those that redirect at once), and to groups of one port. Not to
one whose calls come from another queue, all at once after an outage, or again when they were lost.

Examples:
  ctisim oracle rehome --arrivals 60/h --mean 3m --within 1h
  ctisim oracle rehome --offered 12 --stay '{ lognormal = { mean = \"2m\", cv = 0.8 } }' --route-points 4
  ctisim oracle rehome --mean 3m --within 1h
  ctisim oracle rehome --profile 0h=20/h,8h=400/h,18h=60/h --at 17h --mean 3m";

/// The most route points in a workload.
const ROUTE_POINTS_MAX: u32 = 65_535;
/// More calls at first would take more than a moment to reckon.
const CALLS_MAX: u32 = 1_000;
const DAY: f64 = 86_400.0;

#[derive(Clone, Debug, Args)]
pub(super) struct RehomeArguments {
    /// The offered load of all route points together
    #[arg(long, value_name = "ERLANGS", value_parser = positive, conflicts_with = "arrivals", allow_hyphen_values = true)]
    offered: Option<f64>,

    /// How often calls come to all route points together, e.g. 60/h
    #[arg(long, value_name = "RATE", value_parser = rate, allow_hyphen_values = true)]
    arrivals: Option<f64>,

    /// The same for a day that repeats, e.g. 0h=20/h,8h=400/h,18h=60/h, or a CSV file with the columns at and rate
    #[arg(long, value_name = "PROFILE|FILE", conflicts_with_all = ["offered", "arrivals"])]
    profile: Option<String>,

    /// The time of day at which the CallManager is back
    #[arg(long, value_name = "TIME", value_parser = time, requires = "profile", default_value = "0", allow_hyphen_values = true)]
    at: f64,

    /// How long a call stays on average, by an exponential law, e.g. 3m
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "stay", required_unless_present = "stay", allow_hyphen_values = true)]
    mean: Option<f64>,

    /// How long a call stays, by any law, e.g. '{ lognormal = { mean = "3m", cv = 2 } }'; 3m is always 3 minutes
    #[arg(long, value_name = "DISTRIBUTION", value_parser = any_distribution)]
    stay: Option<Distribution>,

    /// No call at the failover: there are those that came in an outage of this length [default: as in steady traffic]
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with_all = ["calls", "limit"], allow_hyphen_values = true)]
    outage: Option<f64>,

    /// So many calls on each route point, met at a random moment [default: as in steady traffic]
    #[arg(long, value_name = "N", value_parser = count, allow_hyphen_values = true)]
    calls: Option<u32>,

    /// The most calls on a route point at a time; for exponential stays
    #[arg(long, value_name = "N", value_parser = count, conflicts_with = "stay", allow_hyphen_values = true)]
    limit: Option<u32>,

    /// Over how many route points the traffic is split: it counts when the last one goes home
    #[arg(long, value_name = "K", value_parser = count, default_value = "1", allow_hyphen_values = true)]
    route_points: u32,

    /// The time within which they are to be home, e.g. 1h
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    within: Option<f64>,

    /// How sure that is to be
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "95%", allow_hyphen_values = true)]
    share: f64,

    #[command(flatten)]
    pub(super) printed: Printed,
}

impl RehomeArguments {
    pub(super) fn answer(&self) -> Result<Answer, Stop> {
        let calls = self.route_point_calls()?;
        let mut inputs =
            vec![line("stay", Quantity::Text(self.stay_in_words()), "how long a call is on the route point")];
        inputs.push(line("start", Quantity::Text(self.start_in_words()), "the calls when the CallManager is back"));
        if let Some(limit) = self.limit {
            inputs.push(line("limit", Quantity::Whole(u64::from(limit)), "calls at most on each"));
        }
        if let Some(within) = self.within {
            inputs.push(line("within", Quantity::Seconds(within), "is in time"));
        }
        let results = match self.traffic(calls.residence.mean(), &mut inputs)? {
            Some(traffic) => self.waits(&calls, &traffic, &mut inputs)?,
            None => self.largest(&calls)?,
        };
        let steady = match (&self.profile, &calls.start) {
            (Some(_), Start::Steady) => " Steady is under the rate of the moment at which the CallManager is back.",
            _ => "",
        };
        let answer = Answer {
            form: "rehome",
            title: "a route point, until it holds no call and goes home",
            inputs,
            results,
            assumes: format!(
                "calls that come at random and stay independent times; route points that share the traffic evenly.{steady}"
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
                return Err(usage("how long a call stays is not said", "add --mean 3m, or --stay with a law"));
            }
        };
        if residence.mean() <= 0.0 {
            return Err(usage("calls that stay no time are never there", "a longer --stay"));
        }
        for (what, count, most) in
            [("calls", self.calls, CALLS_MAX), ("route points", Some(self.route_points), ROUTE_POINTS_MAX)]
        {
            if count.is_some_and(|count| count > most) {
                return Err(usage(format!("that are too many {what}"), format!("at most {most}")));
            }
        }
        if let (Some(calls), Some(limit)) = (self.calls, self.limit)
            && calls > limit
        {
            return Err(usage(
                format!("{calls} calls are more than the limit of {limit}"),
                "fewer --calls, or another --limit",
            ));
        }
        let start = match (self.outage, self.calls) {
            (Some(length), _) => Start::Outage { length },
            (None, Some(calls)) => Start::Aged(calls),
            (None, None) => Start::Steady,
        };
        // What is never reached is no limit.
        let reached = |limit: &u32| f64::from(*limit) < 3.0 * LOAD_MAX + f64::from(CALLS_MAX);
        Ok(RoutePointCalls { residence, limit: self.limit.filter(reached), start })
    }

    /// What is asked about, and its lines; nothing if the question is how much it may be.
    fn traffic(&self, mean: f64, inputs: &mut Vec<Line>) -> Result<Option<Traffic>, Stop> {
        let traffic = match (&self.profile, self.arrivals, self.offered) {
            (Some(profile), ..) => {
                let points = points(profile)?;
                let traffic = day(&points, self.at)?;
                inputs.push(line("at", Quantity::Seconds(self.at), "of the day the CallManager is back"));
                inputs.push(line(
                    "busiest",
                    Quantity::PerSecond(traffic.peak()),
                    "calls come at the busiest time of day",
                ));
                traffic
            }
            (None, Some(rate), _) => Traffic::constant(rate),
            (None, None, Some(offered)) => Traffic::constant(offered / mean),
            (None, None, None) if self.within.is_some() => return Ok(None),
            (None, None, None) => {
                return Err(usage(
                    "how much traffic there is, is not said",
                    "add --arrivals, --offered or --profile; or --within, to ask how much there may be",
                ));
            }
        };
        let (rate, each) = (traffic.peak(), traffic.peak() * mean / f64::from(self.route_points));
        if each > LOAD_MAX {
            return Err(usage(
                format!("with {each:.0} erlangs on it a route point is not empty in any time that has a name"),
                format!("at most {LOAD_MAX} erlangs each: more --route-points, or less traffic"),
            ));
        }
        if self.profile.is_none() {
            inputs.push(line("arrivals", Quantity::PerSecond(rate), "calls come to all route points together"));
        }
        inputs.push(line("route_points", Quantity::Whole(u64::from(self.route_points)), ""));
        let when = if self.profile.is_some() { "on each, at the busiest time of day" } else { "on each" };
        inputs.push(line("offered_each", Quantity::Erlangs(each), when));
        Ok(Some(traffic))
    }

    /// How long it takes.
    fn waits(&self, calls: &RoutePointCalls, traffic: &Traffic, inputs: &mut Vec<Line>) -> Result<Vec<Line>, Stop> {
        let each = traffic.times(1.0 / f64::from(self.route_points));
        let one = calls.time_to_empty(&each);
        let kinds = [(self.route_points, &one)];
        let last = LastToEmpty(&kinds);
        let who = if self.route_points == 1 { "" } else { ", the last of them" };
        let mut results =
            vec![line("mean", Quantity::Seconds(self.mean(calls, &each, &one)), format!("until home{who}"))];
        for (name, q, share) in
            [("p50", 0.5, "half"), ("p90", 0.9, "9 of 10"), ("p95", 0.95, "19 of 20"), ("p99", 0.99, "99 of 100")]
        {
            let quantile = if self.route_points == 1 { one.quantile(q) } else { last.quantile(q) };
            results.push(line(name, Quantity::Seconds(quantile), format!("{share} are home by then")));
        }
        let Some(within) = self.within else { return Ok(results) };
        inputs.push(line("share", Quantity::Share(self.share), "is sure enough"));
        let late = last.exceeds(within);
        results.push(line("not_home_within", Quantity::Share(late), "are not home in time"));
        let largest = calls.largest_load(within, self.share);
        results.push(line(
            "largest_load",
            Quantity::Erlangs(largest),
            "on one route point that is home in time, sure enough",
        ));
        // What becomes of given calls in a split is not said.
        if self.calls.is_some() {
            return Ok(results);
        }
        let enough = calls.fewest_route_points(traffic, within, self.share, ROUTE_POINTS_MAX);
        results.push(match enough {
            Some(enough) => line(
                "route_points_needed",
                Quantity::Whole(u64::from(enough)),
                "to split into for all to be home in time, sure enough",
            ),
            None => {
                let none = Quantity::Text("none".into());
                line("route_points_needed", none, "no split is enough: single calls stay too long")
            }
        });
        Ok(results)
    }

    /// The mean, by a formula of its own where there is one.
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

    /// How much traffic there may be.
    fn largest(&self, calls: &RoutePointCalls) -> Result<Vec<Line>, Stop> {
        let within = self.within.expect("asked for without traffic only with a time");
        let mean = calls.residence.mean();
        let load = calls.largest_load(within, self.share);
        let percent = 100.0 * self.share;
        let mut results = vec![
            line(
                "largest_load",
                Quantity::Erlangs(load),
                format!("on a route point that is home in time with {percent} %"),
            ),
            line("largest_arrivals", Quantity::PerSecond(load / mean), "the same as calls"),
        ];
        if calls.limit.is_none() {
            let load = largest_load(&calls.residence, &calls.start, within);
            results.push(line("largest_load_mean", Quantity::Erlangs(load), "on one that is home in time on average"));
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
            (None, None) => "as in steady traffic".to_owned(),
        }
    }
}

/// The times of day and rates of a profile: from the text itself, or from a CSV file.
fn points(profile: &str) -> Result<Vec<(f64, f64)>, Stop> {
    let wrong = |what: String| {
        usage(what, "write --profile 0h=20/h,8h=400/h,18h=60/h, or name a CSV file with the columns at and rate")
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
            None => Err(wrong(format!("`{entry}` is no time and rate"))),
        });
        return entries.collect();
    }
    const BYTES_MAX: usize = 1 << 20;
    let bytes = model::read(Path::new(profile), BYTES_MAX)
        .map_err(|error| Stop::Failed(format!("cannot read {profile}: {error}")))?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&bytes[..]);
    let unreadable = |error: csv::Error| wrong(format!("{profile}: {error}"));
    let head = reader.headers().map_err(unreadable)?.clone();
    let column = |name: &str| {
        head.iter().position(|it| it == name).ok_or_else(|| wrong(format!("{profile} has no column `{name}`")))
    };
    let (at, rate) = (column("at")?, column("rate")?);
    let mut points = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        points.push(point(&record[at], &record[rate])?);
    }
    Ok(points)
}

/// A day that begins at `from` o'clock and repeats.
fn day(points: &[(f64, f64)], from: f64) -> Result<Traffic, Stop> {
    let wrong =
        |what: &str| Err(usage(what, "a profile is of one day: 0h first, then in order of time, all before 24h"));
    if points.first().is_none_or(|&(at, _)| at != 0.0) {
        return wrong("the profile does not begin at 0h");
    }
    if points.windows(2).any(|pair| pair[1].0 <= pair[0].0) || points.iter().any(|&(at, _)| at >= DAY) || from >= DAY {
        return wrong("the times of the profile are out of order, or beyond 24h");
    }
    if points.len() > 1000 {
        return wrong("the profile has more than 1000 rates");
    }
    if points.iter().all(|&(_, rate)| rate <= 0.0) {
        return wrong("the profile has no traffic at all");
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
    fn what_is_no_day_is_told_so() {
        for profile in ["1h=20/h", "0h=20", "0h=20/h,8h", "0h=20/h,8h=1/h,7h=2/h", "0h=1/h,24h=2/h", "0h=0/h"] {
            let found = points(profile).and_then(|points| day(&points, 0.0));
            assert!(matches!(found, Err(Stop::Usage(_))), "{profile}: {found:?}");
        }
        assert!(matches!(points("no-such-file.csv"), Err(Stop::Failed(_))));
    }
}
