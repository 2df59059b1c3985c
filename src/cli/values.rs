//! Parsers of the values of flags.

use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;

use crate::engine::Span;
use crate::record::{Measure, Statistic, Unit};
use crate::starter::{Failure, most};
use crate::studies::Precision;
use crate::workload::advised::DEVICES_OF_PROVIDER;
use crate::workload::{DEVICES_MAX, REPLICATIONS_MAX, enumeration, units};

/// A number of replications, `200`, or which ones, `200..400`.
pub(super) fn replications(text: &str) -> Result<Range<u64>, String> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { text.parse::<u64>().ok() } else { None };
        number.ok_or("expected a number, e.g. 200, or a range, e.g. 200..400")
    };
    let range = match text.split_once("..") {
        Some((first, end)) => number(first)?..number(end)?,
        None => 0..number(text)?,
    };
    match range.end.saturating_sub(range.start) {
        0 => Err("expected at least one replication; the end of a range is not included".into()),
        1..=REPLICATIONS_MAX => Ok(range),
        many => Err(format!("these are {many} replications; at most {REPLICATIONS_MAX} are possible")),
    }
}

/// A seed, decimal or hexadecimal.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    // `from_str_radix` would accept a sign.
    let plain = digits.chars().all(|digit| digit.is_digit(radix));
    let seed = if plain { u64::from_str_radix(digits, radix).ok() } else { None };
    seed.ok_or_else(|| format!("expected a whole number from 0 to {}, or 0x and up to 16 hexadecimal digits", u64::MAX))
}

/// A share of something, and how it was typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Share {
    /// As a fraction of one.
    pub(super) value: f64,
    /// As it was typed.
    pub(super) written: String,
}

impl Share {
    /// Reads a share such as `1%`.
    pub(super) fn parse(text: &str) -> Result<Share, String> {
        percent(text).map(|value| Share { value, written: text.to_owned() })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// A share such as `1%`.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    units::share(text).map_err(|_| "expected a percentage such as 1%".to_owned())
}

/// The precision required of a measure, `setup_delay.p99=2%`.
pub(super) fn precision(text: &str) -> Result<Precision, String> {
    let (measure, percent) = text.rsplit_once('=').ok_or("expected MEASURE=PERCENT, e.g. setup_delay.p99=2%")?;
    let measure = Measure::parse(measure.trim())?;
    let number = percent.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    // A histogram keeps three significant digits: an interval of no width need not have the percentile in it.
    const FINEST: f64 = 0.1;
    let is_rounded = matches!(measure.statistic(), Statistic::Quantile(_)) && measure.unit() == Unit::Millis;
    match number {
        Some(percent) if is_rounded && percent > 0.0 && percent < FINEST => {
            Err(format!("percentiles of durations are good to one part in a thousand: expected {FINEST}% or more"))
        }
        Some(percent) if percent > 0.0 && percent <= 100.0 => Ok(Precision { measure, percent }),
        _ => Err(format!("`{percent}` is not a precision: expected a percentage up to 100%, e.g. 2%")),
    }
}

/// A whole number within bounds, whose reason the error gives.
fn whole(text: &str, least: u32, most: u32, reason: &str) -> Result<u32, String> {
    let number = text.parse::<u32>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("expected a whole number from {least} to {most}: {reason}"))
}

/// The number of nodes of a site.
pub(super) fn nodes(text: &str) -> Result<u32, String> {
    whole(text, 1, most::NODES, "a cluster has at most eight nodes that process calls")
}

/// Calls in the busy hour, `3600`, `3600/h` or, as a rate of any interval, `1800/30m`: a whole number an hour.
pub(super) fn calls_per_hour(text: &str) -> Result<u32, String> {
    const REASON: &str = "calls in the busy hour; the largest designs handle about 100,000";
    if !text.contains('/') {
        return whole(text, 1, most::CALLS_AN_HOUR, REASON);
    }
    let an_hour = units::rate(text)? * 3_600.0;
    match an_hour.round() {
        // What a division left is no fraction of a call.
        calls if (calls - an_hour).abs() > 1e-6 => {
            Err(format!("{an_hour} calls an hour are no whole number: round them"))
        }
        calls => whole(&calls.to_string(), 1, most::CALLS_AN_HOUR, REASON),
    }
}

/// The number of applications of a site.
pub(super) fn applications(text: &str) -> Result<u32, String> {
    whole(text, 1, most::APPLICATIONS, "for more, copy a section of the file")
}

/// The number of CTI ports of a site.
pub(super) fn ports(text: &str) -> Result<u32, String> {
    let advised = DEVICES_OF_PROVIDER.most;
    let reason = format!("Cisco advises {advised} devices per provider; for more, change `count` in the file");
    whole(text, 1, most::PORTS, &reason)
}

/// The number of people who answer calls.
pub(super) fn agents(text: &str) -> Result<u32, String> {
    whole(text, 0, most::AGENTS, "the largest designs have 12,000")
}

/// An average talk time in whole seconds.
pub(super) fn talk(text: &str) -> Result<u32, String> {
    let span = units::duration(text).map_err(|why| format!("expected a time such as 3m or 200s: {why}"))?;
    let longest = Span::from_secs(u64::from(most::TALK_S));
    match span.nanos() / 1_000_000_000 {
        seconds @ 1.. if span <= longest => Ok(seconds as u32),
        _ => Err("expected 1s to 1h: a longer call would never end within the busy hour".into()),
    }
}

/// A share above zero, in hundredths of a percent.
pub(super) fn some(text: &str) -> Result<u32, String> {
    let hundredths = percent(text).ok().map(|share| (share * 1e4).round() as u32);
    hundredths.filter(|it| *it > 0).ok_or_else(|| "expected a percentage above 0, up to 100%, such as 35%".to_owned())
}

/// What fails at a site.
pub(super) fn failure(text: &str) -> Result<Failure, String> {
    let names = Failure::ALL.map(Failure::name);
    let known = Failure::ALL.into_iter().find(|failure| failure.name() == text);
    known.ok_or_else(|| format!("expected one of {}", enumeration(&names)))
}

/// How many devices fail; `None`: all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failed(pub(super) Option<u32>);

/// A number of devices, or `all`.
pub(super) fn failed(text: &str) -> Result<Failed, String> {
    match text {
        "all" => Ok(Failed(None)),
        _ => whole(text, 1, DEVICES_MAX, "so many devices of the group, or `all`").map(|count| Failed(Some(count))),
    }
}

/// The name of a site.
pub(super) fn site_name(text: &str) -> Result<String, String> {
    const LONGEST: usize = 60;
    match text.trim() {
        name if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) => {
            Err(format!("expected a name of 1 to {LONGEST} characters on one line"))
        }
        name => Ok(name.to_owned()),
    }
}

/// A number of threads.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a number of threads, at least 1".into())
}

/// `KEY=VALUE`, a value of the workload that is changed.
pub(super) fn setting(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.trim().is_empty() => Ok(text.to_owned()),
        _ => Err("expected KEY=VALUE, e.g. run.length=10m".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replications_are_a_number_or_a_range() {
        assert_eq!(replications("200"), Ok(0..200));
        assert_eq!(replications("200..400"), Ok(200..400));
        assert_eq!(replications("1000000"), Ok(0..1_000_000));
        assert_eq!(replications("5000000..6000000"), Ok(5_000_000..6_000_000));
        for many in ["1000001", "5..1000006", "18446744073709551615"] {
            assert!(replications(many).unwrap_err().contains("at most 1000000"), "{many}");
        }
        for wrong in ["", "0", "5..5", "6..5", "-1", "+1", "1..", "..5", "a", "1...5"] {
            assert!(replications(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seeds_are_decimal_or_hexadecimal() {
        assert_eq!(seed("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(seed("0xfF"), Ok(255));
        for wrong in ["", "0x", "-1", "+1", "1.5", "0x+1", "0xg", "0x10000000000000000", "18446744073709551616"] {
            assert!(seed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn precisions_are_percentages() {
        let read = precision("setup_delay.p99=2.5%").unwrap();
        assert_eq!((read.measure.to_string().as_str(), read.percent), ("setup_delay.p99", 2.5));
        for wrong in
            ["setup_delay.p99", "setup_delay.p99=2", "setup_delay.p99=0%", "setup_delay.p99=101%", "x=1%", "=2%"]
        {
            assert!(precision(wrong).is_err(), "{wrong}");
        }
        // A percentile of durations is known to three digits; a mean, and a percentile over replications, exactly.
        for finest in ["setup_delay.p99=0.1%", "setup_delay=0.001%", "abandoned.p99=0.001%", "abandoned.share=0.001%"] {
            assert!(precision(finest).is_ok(), "{finest}");
        }
        let error = precision("setup_delay.p99=0.09%").unwrap_err();
        assert!(error.contains("0.1% or more"), "{error}");
    }

    #[test]
    fn answers_have_bounds_with_a_reason() {
        assert_eq!((calls_per_hour("36000"), calls_per_hour("36000/h")), (Ok(36_000), Ok(36_000)));
        assert_eq!((calls_per_hour("10/s"), calls_per_hour("70/20m")), (Ok(36_000), Ok(210)));
        assert_eq!(calls_per_hour("36000/h"), Ok(36_000));
        assert_eq!((some("35%"), some("0.01%"), some("100%")), (Ok(3_500), Ok(1), Ok(10_000)));
        assert_eq!((agents("0"), talk("1m30s"), nodes("8")), (Ok(0), Ok(90), Ok(8)));
        for (wrong, word) in [
            (nodes("9"), "eight nodes"),
            (nodes("-1"), "1 to 8"),
            (ports("0"), "1 to 5000"),
            (calls_per_hour("1000000/s"), "busy hour"),
            (calls_per_hour("0/h"), "busy hour"),
            (calls_per_hour("1/7h"), "no whole number"),
            (calls_per_hour("100/0m"), "no time"),
            (applications("11"), "copy a section"),
            (agents("many"), "12,000"),
            (some("0%"), "above 0"),
            (some("101%"), "up to 100%"),
            (some("0.35"), "such as 35%"),
            (talk("0s"), "1s to 1h"),
            (talk("61m"), "1s to 1h"),
            (talk("180"), "no unit"),
            (failed("0").map(|_| 0), "`all`"),
        ] {
            let message = wrong.expect_err(word);
            assert!(message.contains(word), "{message}");
        }
        assert!(site_name(" \n").is_err() && site_name("a\tb").is_err());
    }
}
