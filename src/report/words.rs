//! Numbers in the words of people.

use crate::analysis::{Measured, NOT_ESTIMABLE};
use crate::engine::Span;

/// A number for people, with its unit.
pub(super) fn shown(unit: &str, value: f64) -> String {
    match unit {
        _ if value == f64::INFINITY => "not reached".to_owned(),
        "ms" if value < 0.0 => format!("-{}", time(-value / 1e3)),
        "ms" => time(value / 1e3),
        "ratio" => format!("{} %", human(100.0 * value)),
        _ => human(value),
    }
}

/// An interval for people.
pub(super) fn interval(found: &Measured) -> String {
    match (found.low, found.high) {
        (Some(low), Some(high)) => format!("[{}, {}]", shown(found.unit, low), shown(found.unit, high)),
        (Some(low), None) => format!("[{}, not known]", shown(found.unit, low)),
        (None, _) => NOT_ESTIMABLE.to_owned(),
    }
}

/// A share, for people.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0 + 0.0)
}

/// A number for people: about four digits, thousands apart.
pub(super) fn human(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && size < 0.000_5 {
        // Little is not nothing.
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

/// A round length of time, for people.
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

/// Four digits or so, however small or large the number.
pub(super) fn digits(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (0.01..1e9).contains(&size) { human(value) } else { format!("{value:.3e}") }
}

/// A time, in seconds, in the unit that suits it.
pub fn time(seconds: f64) -> String {
    const YEAR: f64 = 365.25 * 86_400.0;
    let units = [(YEAR, "years"), (86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")];
    if seconds == f64::INFINITY {
        return "never".to_owned();
    }
    if seconds <= 0.0 {
        return "0 s".to_owned();
    }
    // Two of a unit at least, so that 90 min are not 1.5 h; or just one.
    let suits = |length: f64| seconds >= 2.0 * length || (seconds - length).abs() < 1e-9 * length;
    let (length, unit) = units.into_iter().find(|&(length, _)| suits(length)).unwrap_or((1e-3, "ms"));
    format!("{} {unit}", digits(seconds / length))
}

/// A difference for people. That of two shares is in points: in percent it would be mistaken for the relative one.
pub(super) fn change(unit: &str, value: f64) -> String {
    match unit {
        "ratio" => format!("{} points", human(100.0 * value)),
        _ => shown(unit, value),
    }
}

/// The same with its sign always there.
pub(super) fn signed(unit: &str, value: f64) -> String {
    format!("{}{}", if value > 0.0 { "+" } else { "" }, change(unit, value))
}

/// A change relative to something, in percent.
pub(super) fn relative_percent(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(value) if value.abs() >= 1000.0 => format!("x {}", human(1.0 + value / 100.0)),
        Some(value) if value.abs() >= 10.0 => format!("{value:+.1} %"),
        Some(value) => format!("{value:+.2} %"),
    }
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
}
