//! Numbers as text: coordinates, values with all their digits, values for people.

use crate::report::chart::{Axis, Scale};

/// A coordinate, with at most two decimals: the same text wherever it is computed.
pub(crate) fn coordinate(value: f64) -> String {
    let value = if value.is_finite() { value.clamp(-1e6, 1e6) } else { 0.0 };
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A share of the width or height, in percent.
pub(crate) fn percent(share: f64) -> String {
    coordinate(100.0 * share) + "%"
}

/// A whole coordinate.
pub(crate) fn whole(value: f64) -> i64 {
    // Saturates, and takes what is no number as zero.
    value.round() as i64
}

/// All digits of a number.
pub(crate) fn full(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if (1e-5..1e15).contains(&size) => value.to_string(),
        _ => format!("{value:e}"),
    }
}

/// The shortest text of at most six significant digits, and whether it is another number.
pub(crate) fn six(value: f64) -> (String, bool) {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    (full(rounded), rounded != value)
}

/// A number with thousands separated and this many decimals.
pub(crate) fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.*}", decimals, value.abs());
    let (digits, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let mut grouped = String::from(if value < 0.0 && !is_zero { "\u{2212}" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// A value for people: about four digits.
pub(crate) fn human(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if size != 0.0 && !(1e-3..1e9).contains(&size) => format!("{value:.3e}"),
        _ if value.fract() == 0.0 || size >= 1000.0 => grouped(value, 0),
        _ => {
            let decimals = if size >= 100.0 {
                1
            } else if size >= 10.0 {
                2
            } else {
                3
            };
            let text = grouped(value, decimals);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

/// A ten to the power of a number, correctly rounded.
pub(crate) fn ten_to(power: i32) -> f64 {
    format!("1e{power}").parse().unwrap_or(f64::MAX)
}

/// By what values of this size are multiplied to be shown, and what is written behind them.
pub(crate) fn shown_in(unit: &str, size: f64) -> (f64, &'static str) {
    let time = |ms: f64| match ms * size {
        size if size >= 7_200_000.0 => (ms / 3_600_000.0, " h"),
        size if size >= 120_000.0 => (ms / 60_000.0, " min"),
        size if size >= 2_000.0 => (ms / 1_000.0, " s"),
        _ => (ms, " ms"),
    };
    match unit {
        "ms" => time(1.0),
        "s" => time(1_000.0),
        "ratio" => (100.0, " %"),
        "percent" => (1.0, " %"),
        _ => (1.0, ""),
    }
}

/// A value on an axis, for people.
pub(crate) fn words(axis: &Axis, value: f64) -> String {
    match &axis.scale {
        Scale::Linear | Scale::Logarithmic if value == 0.0 && matches!(axis.unit.as_str(), "ms" | "s") => {
            "0 s".to_owned()
        }
        Scale::Linear | Scale::Logarithmic => {
            let (factor, suffix) = shown_in(&axis.unit, value.abs());
            let suffix = match axis.unit.as_str() {
                "" | "count" => String::new(),
                unit if suffix.is_empty() => format!(" {unit}"),
                _ => suffix.to_owned(),
            };
            human(factor * value) + &suffix
        }
        Scale::Tail => exact(100.0 * value) + " %",
        Scale::Elapsed => elapsed(value),
        Scale::Clock { starts } => clock(value + f64::from(*starts), value.fract() != 0.0 || value % 60.0 != 0.0),
        Scale::Names(names) => name(names, value).unwrap_or_else(|| human(value)),
    }
}

/// The name at a place.
fn name(names: &[String], place: f64) -> Option<String> {
    let index = (place >= 0.0 && place.fract() == 0.0).then_some(place as usize)?;
    names.get(index).cloned()
}

/// A share in percent, with up to seven decimals.
fn exact(percent: f64) -> String {
    let text = format!("{percent:.7}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Seconds since the start.
fn elapsed(seconds: f64) -> String {
    let (factor, unit) = match seconds.abs() {
        size if size >= 7_200.0 => (1.0 / 3_600.0, "h"),
        size if size >= 60.0 || size == 0.0 => (1.0 / 60.0, "min"),
        _ => (1.0, "s"),
    };
    format!("{} {unit}", human(factor * seconds))
}

/// What the clock says at a second of the first day; later days are counted.
pub(crate) fn clock(second: f64, with_seconds: bool) -> String {
    let second = second.clamp(-1e12, 1e12).round() as i64;
    if second == 86_400 {
        return "24:00".to_owned();
    }
    let (day, second) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    let mut text = format!("{:02}:{:02}", second / 3_600, second / 60 % 60);
    if with_seconds {
        text += &format!(":{:02}", second % 60);
    }
    if day != 0 {
        text += &format!(" {day:+}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_have_one_text() {
        let texts = [0.0, -0.001, 12.5, 1.0 / 3.0, f64::NAN, 1e308].map(coordinate);
        assert_eq!(texts, ["0", "0", "12.5", "0.33", "0", "1000000"]);
    }

    #[test]
    fn six_digits_and_whether_that_is_all() {
        let six = |value| six(value);
        assert_eq!(six(1_434.733_333), ("1434.73".to_owned(), true));
        assert_eq!(six(0.25), ("0.25".to_owned(), false));
        assert_eq!(six(-0.0), ("0".to_owned(), false));
        assert_eq!(six(123_456_789.0), ("123457000".to_owned(), true));
        assert_eq!(six(1e308), ("1e308".to_owned(), false));
        assert_eq!(six(5e-324), ("5e-324".to_owned(), false));
    }

    #[test]
    fn what_the_clock_says() {
        assert_eq!(clock(34_200.0, false), "09:30");
        assert_eq!(clock(87_000.0, false), "00:10 +1");
        assert_eq!(clock(34_205.0, true), "09:30:05");
    }
}
