//! Numbers, durations, shares and intervals as text for people.

use crate::engine::{Distribution, Span};

/// A number: about four digits, thousands separated.
pub(super) fn human(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && size < 0.000_5 {
        // A small value must not look like zero.
        return if value > 0.0 { "<0.001" } else { ">-0.001" }.into();
    }
    let decimals = match size {
        _ if value.fract() == 0.0 => 0,
        _ if size >= 1000.0 => 0,
        _ if size >= 100.0 => 1,
        _ if size >= 10.0 => 2,
        _ => 3,
    };
    let text = format!("{:.decimals$}", value + 0.0);
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let digits = whole.trim_start_matches('-');
    let mut grouped = String::from(if whole.len() > digits.len() { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// A whole number.
pub(super) fn whole(count: u64) -> String {
    human(count as f64)
}

/// A count with its noun, in singular or plural.
pub(super) fn counted(count: usize, [one, several]: [&str; 2]) -> String {
    format!("{} {}", whole(count as u64), if count == 1 { one } else { several })
}

/// The plural ending of a noun with this count.
pub(super) const fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Four digits or so, however small or large the number.
pub(super) fn digits(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (0.01..1e9).contains(&size) { human(value) } else { format!("{value:.3e}") }
}

/// Five digits, or all digits before the decimal point.
pub fn five_digits(number: f64) -> String {
    let before = if number.abs() < 1.0 { 0 } else { libm::log10(number.abs()) as usize + 1 };
    format!("{number:.*}", 5_usize.saturating_sub(before))
}

/// A share in percent, with all its decimals.
pub fn exact_percent(share: f64) -> String {
    let text = format!("{:.7}", 100.0 * share);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A share in percent, to one decimal.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0 + 0.0)
}

/// A share, in percent unless it is too small for that.
pub(super) fn share(share: f64) -> String {
    let (percent, left) = (100.0 * share, 100.0 * (1.0 - share));
    match percent {
        _ if share == 0.0 || share == 1.0 => format!("{percent:.0} %"),
        _ if percent < 0.001 => format!("{share:.3e}"),
        _ if percent < 1.0 || left < 0.1 => format!("{percent:.5} %"),
        _ => format!("{percent:.2} %"),
    }
}

/// A rate, per second if it is at least one, or else per hour.
pub(super) fn rate(rate: f64) -> String {
    if rate >= 1.0 { format!("{}/s", digits(rate)) } else { format!("{}/h", digits(3600.0 * rate)) }
}

/// A time given in seconds, in a suitable unit.
pub fn time(seconds: f64) -> String {
    time_beside(seconds, seconds)
}

/// A time in the unit of another one, so that a value and both ends of its interval share a unit.
pub(super) fn time_beside(seconds: f64, other: f64) -> String {
    const YEAR: f64 = 365.25 * 86_400.0;
    let units = [(YEAR, "years"), (86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")];
    if seconds == f64::INFINITY {
        return "never".to_owned();
    }
    if !other.is_finite() || other <= 0.0 {
        return if seconds > 0.0 { time_beside(seconds, seconds) } else { "0 s".to_owned() };
    }
    // At least two of a unit, so that 90 min do not become 1.5 h; or exactly one.
    let suits = |length: f64| other >= 2.0 * length || (other - length).abs() < 1e-9 * length;
    let (length, unit) = units.into_iter().find(|&(length, _)| suits(length)).unwrap_or((1e-3, "ms"));
    format!("{} {unit}", digits(seconds.max(0.0) / length))
}

/// Of values that are shown together, the one that selects their unit: the first that is finite and not zero.
pub(super) fn sized(values: impl IntoIterator<Item = Option<f64>>) -> f64 {
    let has_size = |value: &f64| value.is_finite() && *value != 0.0;
    values.into_iter().flatten().find(has_size).map_or(0.0, f64::abs)
}

/// A round duration.
pub fn span(length: Span) -> String {
    let nanos = length.nanos();
    let seconds = nanos / 1_000_000_000;
    if !nanos.is_multiple_of(1_000_000_000) {
        return format!("{} s", Span::from_nanos(nanos).seconds());
    }
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let parts: Vec<String> =
        parts.iter().filter(|(amount, _)| *amount > 0).map(|(amount, unit)| format!("{amount} {unit}")).collect();
    if parts.is_empty() { "0 s".into() } else { parts.join(" ") }
}

/// A distribution of times.
pub fn distribution(times: &Distribution) -> String {
    let mean = time(times.mean().seconds());
    match times {
        Distribution::Constant(_) => format!("always {mean}"),
        Distribution::Exponential { .. } => format!("exponential, mean {mean}"),
        Distribution::Uniform { low, high } => format!("uniform, {} to {}", time(low.seconds()), time(high.seconds())),
        Distribution::Erlang { phases, .. } => format!("Erlang with {phases} phases, mean {mean}"),
        Distribution::Lognormal { sigma, .. } => {
            format!("lognormal, mean {mean}, cv {:.3}", libm::expm1(sigma * sigma).sqrt())
        }
        Distribution::Weibull { shape, .. } => format!("Weibull, mean {mean}, shape {shape}"),
        Distribution::Empirical(values) => format!("{} measured values, mean {mean}", values.len()),
    }
}

/// The value of a measure, whose unit is `ms`, `ratio` or `count`; a time in the unit of another value.
pub(super) fn measured_beside(unit: &str, value: f64, other: f64) -> String {
    match unit {
        _ if value == f64::INFINITY => "not reached".to_owned(),
        "ms" if value < 0.0 => format!("-{}", time_beside(-value / 1e3, other / 1e3)),
        "ms" => time_beside(value / 1e3, other / 1e3),
        "ratio" => format!("{} %", human(100.0 * value)),
        _ => human(value),
    }
}

/// A difference of two values of a measure. The difference of two shares is in percentage points, so that it is not
/// mistaken for a relative one.
pub(super) fn change(unit: &str, value: f64) -> String {
    change_beside(unit, value, value.abs())
}

/// The same with a time in the unit of another value.
pub(super) fn change_beside(unit: &str, value: f64, other: f64) -> String {
    match unit {
        "ratio" => format!("{} points", human(100.0 * value)),
        _ => measured_beside(unit, value, other),
    }
}

/// The same, always with its sign.
pub(super) fn signed_change(unit: &str, value: f64, other: f64) -> String {
    format!("{}{}", if value > 0.0 { "+" } else { "" }, change_beside(unit, value, other))
}

/// A relative difference in percent; as a factor if it is large.
pub(super) fn relative_change(percent: f64) -> String {
    match percent {
        percent if percent.abs() >= 1000.0 => format!("x {}", human(1.0 + percent / 100.0)),
        percent if percent.abs() >= 10.0 => format!("{percent:+.1} %"),
        percent => format!("{percent:+.2} %"),
    }
}

/// An interval, with each end formatted by `words`.
pub(super) fn interval(low: f64, high: f64, words: impl Fn(f64) -> String) -> String {
    format!("[{}, {}]", words(low), words(high))
}

/// The name of a verdict as shown to people.
pub(super) fn verdict(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        let expected = [
            (0.0, "0"),
            (-0.0, "0"),
            (0.123_44, "0.123"),
            (0.000_4, "<0.001"),
            (12.3456, "12.35"),
            (999.96, "1,000.0"),
            (1234.5, "1,234"),
            (33_012.0, "33,012"),
            (-1_234_567.8, "-1,234,568"),
            (100.0, "100"),
        ];
        for (value, text) in expected {
            assert_eq!(human(value), text);
        }
    }

    #[test]
    fn lengths_for_people() {
        assert_eq!(span(Span::from_secs(3600)), "1 h");
        assert_eq!(span(Span::from_secs(3930)), "1 h 5 min 30 s");
        assert_eq!(span(Span::from_millis(1500)), "1.5 s");
        assert_eq!(span(Span::ZERO), "0 s");
    }

    #[test]
    fn times_and_shares_for_people() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (0.0045, "4.500 ms"),
            (59.0, "59 s"),
            (60.0, "1 min"),
            (119.0, "119 s"),
            (1486.4, "24.77 min"),
            (449_000.0, "5.197 d"),
            (4.6e9, "145.8 years"),
            (1e30, "3.169e22 years"),
        ] {
            assert_eq!(time(seconds), text);
        }
        for (part, text) in
            [(0.0, "0 %"), (1.0, "100 %"), (0.25, "25.00 %"), (0.999_999, "99.99990 %"), (1.996e-6, "1.996e-6")]
        {
            assert_eq!(share(part), text);
        }
    }

    #[test]
    fn values_that_are_shown_together_have_one_unit() {
        let interval = |low, high, value| super::interval(low, high, |end| measured_beside("ms", end, value));
        assert_eq!(interval(985.0, 1_020.0, 1_000.0), "[0.985 s, 1.020 s]");
        assert_eq!(interval(1_900.0, 2_100.0, 1_999.0), "[1,900 ms, 2,100 ms]");
        assert_eq!(interval(-40.0, 130_000.0, 2_500.0), "[-0.040 s, 130 s]");
        assert_eq!(interval(0.0, f64::INFINITY, 0.5), "[0 ms, not reached]");
        assert_eq!(interval(0.0, 0.0, 0.0), "[0 s, 0 s]");
        assert_eq!(sized([None, Some(0.0), Some(f64::INFINITY), Some(-3.0), Some(5.0)]), 3.0);
    }

    #[test]
    fn digits_that_matter() {
        assert_eq!(
            [five_digits(0.123_456_7), five_digits(12.345_67), five_digits(123_456.7)],
            ["0.12346", "12.346", "123457"]
        );
        assert_eq!([exact_percent(0.999), exact_percent(0.95)], ["99.9 %", "95 %"]);
    }

    #[test]
    fn differences_for_people() {
        assert_eq!(signed_change("ratio", 0.012, 0.012), "+1.200 points");
        assert_eq!(signed_change("ms", -1500.0, 1500.0), "-1,500 ms");
        assert_eq!(measured_beside("ms", f64::INFINITY, 1.0), "not reached");
        assert_eq!(
            [relative_change(-2.5), relative_change(12.34), relative_change(1900.0)],
            ["-2.50 %", "+12.3 %", "x 20"]
        );
    }
}
