//! Numbers as they stand in sentences, and the estimates they come from.

use crate::analysis::{Measured, Study};
use crate::engine::Span;
use crate::record::{Measure, Metric, OfDuration, Subject};
use crate::report::words::{human, percent, span};
use crate::stats::Confidence;

/// A share below this in a count of one in so many is shown as that; a greater one in percent.
const NUMBERS: [&str; 18] = [
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];
/// By how much the rounded "one in so many" may be wrong.
const ROUNDED: f64 = 0.05;

/// The estimate of a duration of the whole cluster; `None` if there is none or it is not reached.
pub(super) fn of_cluster(study: &Study, metric: Metric, statistic: OfDuration) -> Option<Measured> {
    of(study, Subject::CLUSTER, metric, statistic)
}

/// The estimate of a duration; `None` if there is none or it is not reached.
pub(super) fn of(study: &Study, subject: Subject, metric: Metric, statistic: OfDuration) -> Option<Measured> {
    let found = Measure::Duration(subject, metric, statistic).of(study, Confidence::P95);
    found.value.is_some_and(f64::is_finite).then_some(found)
}

/// "one in nineteen", or the share in percent if that is not nearly right; whether it is one of them.
pub(super) fn one_in(share: f64) -> (String, bool) {
    let many = 1.0 / share;
    let rounded = if many < 20.5 { libm::round(many) } else { two_digits(many) };
    let name = NUMBERS.get((rounded as usize).wrapping_sub(3)).filter(|_| many < 20.5);
    match name {
        _ if !many.is_finite() || (rounded / many - 1.0).abs() > ROUNDED || rounded < 3.0 => (percent(share), false),
        Some(name) => (format!("one in {name}"), true),
        None => (format!("one in {}", human(rounded)), true),
    }
}

/// Rounded to two digits.
fn two_digits(value: f64) -> f64 {
    let unit = libm::pow(10.0, libm::floor(libm::log10(value)) - 1.0);
    libm::round(value / unit) * unit
}

/// A count: whole unless it is small.
pub(super) fn count(value: f64) -> String {
    match value {
        _ if value >= 10.0 => human(libm::round(value)),
        _ if value > 0.0 && value < 0.05 => "less than 0.1".to_owned(),
        _ => without_zeros(format!("{value:.1}")),
    }
}

/// A time in milliseconds, to three digits; from two minutes on to the second, and from two hours on to the minute.
pub(super) fn lasting(millis: f64) -> String {
    let whole = |unit: f64| span(Span::from_secs((libm::round(millis / 1e3 / unit) * unit) as u64));
    match millis {
        _ if millis >= 7.2e6 => whole(60.0),
        _ if millis >= 1.2e5 => whole(1.0),
        _ if millis >= 1e3 => format!("{} s", three(millis / 1e3)),
        _ if millis > 0.0 && millis < 0.005 => "less than 0.01 ms".to_owned(),
        _ => format!("{} ms", three(millis)),
    }
}

/// Three digits, without zeros at the end.
fn three(value: f64) -> String {
    let decimals = match value {
        _ if value >= 100.0 => 0,
        _ if value >= 10.0 => 1,
        _ => 2,
    };
    without_zeros(format!("{value:.decimals$}"))
}

/// Without zeros at the end that say nothing.
fn without_zeros(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A value in words by its unit.
fn value(unit: &str, value: f64) -> String {
    match unit {
        _ if value == f64::INFINITY => "not reached".to_owned(),
        "ms" => lasting(value),
        "ratio" => percent(value),
        _ => count(value),
    }
}

/// The estimate.
pub(super) fn estimate(found: &Measured) -> String {
    found.value.map_or("no value".to_owned(), |it| value(found.unit, it))
}

/// Its interval, as it stands below a figure.
pub(super) fn interval(found: &Measured) -> String {
    let words = |it: f64| value(found.unit, it);
    match (found.low, found.high.filter(|high| high.is_finite())) {
        (Some(low), Some(high)) if words(low) == words(high) => format!("95 % interval: {}", words(low)),
        (Some(low), Some(high)) => format!("95 % interval {} to {}", words(low), words(high)),
        (Some(low), None) => format!("at least {}, with 95 % confidence", words(low)),
        (None, Some(high)) => format!("at most {}, with 95 % confidence", words(high)),
        (None, None) => "too few values for an interval".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_so_many_is_nearly_right() {
        // 1,744 of 32,950 is one in 18.9; 206 is one in 159.95; 1 of 3.4 would be 12 % off as one in three; 38,370 keeps two digits.
        for (some, all, expected) in [
            (1744.0, 32_950.0, "one in nineteen"),
            (206.0, 32_950.0, "one in 160"),
            (1.0, 3.4, "29.4 %"),
            (1.0, 3.0, "one in three"),
            (1.0, 2.0, "50.0 %"),
            (1.0, 20.4, "one in twenty"),
            (0.1, 3837.0, "one in 38,000"),
        ] {
            assert_eq!(one_in(some / all), (expected.to_owned(), expected.starts_with("one")), "{some} of {all}");
        }
        assert_eq!(one_in(0.0).0, "0.0 %");
    }

    #[test]
    fn counts_and_times_in_sentences() {
        let counts = [(1743.6, "1,744"), (7.5, "7.5"), (3.0, "3"), (0.04, "less than 0.1"), (0.0, "0")];
        counts.into_iter().for_each(|(value, words)| assert_eq!(count(value), words));
        for (millis, words) in [
            (0.0, "0 ms"),
            (0.001, "less than 0.01 ms"),
            (104.4, "104 ms"),
            (1000.0, "1 s"),
            (20_759.0, "20.8 s"),
            (119_900.0, "120 s"),
            (340_015.0, "5 min 40 s"),
            (7_289_000.0, "2 h 1 min"),
        ] {
            assert_eq!(lasting(millis), words);
        }
    }

    #[test]
    fn intervals_say_what_is_known() {
        let found = |low, high| Measured { value: Some(2000.0), low, high, unit: "ms", seldom: None };
        for (low, high, words) in [
            (Some(1900.0), Some(2100.0), "95 % interval 1.9 s to 2.1 s"),
            (Some(2000.0), Some(2000.0), "95 % interval: 2 s"),
            (Some(1900.0), Some(f64::INFINITY), "at least 1.9 s, with 95 % confidence"),
            (None, Some(2100.0), "at most 2.1 s, with 95 % confidence"),
            (None, None, "too few values for an interval"),
        ] {
            assert_eq!(interval(&found(low, high)), words);
        }
    }
}
