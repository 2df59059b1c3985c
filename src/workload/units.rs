//! Quantities with their units: `"1h30m"`, `"36000/h"`, `"100/30m"`, `"5%"`.

use super::meant::{self, or_write};
use crate::engine::Span;

const SECOND: u64 = 1_000_000_000;

/// The units of time, longest first, with their length in nanoseconds.
const UNITS: [(&str, u64); 7] = [
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Reads `250ms`, `2.5s` or `1h30m`: numbers with units, the longer units first. Exact: no binary fraction is involved.
///
/// # Errors
/// Why it is not read, and what to write instead if that is known.
pub fn duration(text: &str) -> Result<Span, String> {
    plain_duration(text).map_err(|why| or_write(why, &meant::durations(text, is_duration)))
}

fn plain_duration(text: &str) -> Result<Span, String> {
    let mut rest = text;
    let mut nanos: u64 = 0;
    let mut next_unit = 0;
    if rest.is_empty() {
        return Err("it is empty".to_owned());
    }
    if rest.starts_with('-') {
        return Err("a duration must not be negative".to_owned());
    }
    if let Some(why) = foreign(text) {
        return Err(why.to_owned());
    }
    while !rest.is_empty() {
        let number = leading(rest, |character| character.is_ascii_digit() || character == '.');
        rest = &rest[number.len()..];
        let name = leading(rest, |character| character.is_alphabetic());
        rest = &rest[name.len()..];
        if number.is_empty() {
            return Err("it needs a number and a unit".to_owned());
        }
        if name.is_empty() && !rest.is_empty() {
            return Err(format!("`{rest}` is not a unit of time: use d, h, m, s, ms, us or ns"));
        }
        if name.is_empty() {
            return Err(format!("`{number}` has no unit"));
        }
        let Some(unit) = UNITS.iter().position(|&(unit, _)| unit == name) else {
            return Err(format!("`{name}` is not a unit of time: use d, h, m, s, ms, us or ns"));
        };
        if unit < next_unit {
            return Err("longer units must come first, each once".to_owned());
        }
        next_unit = unit + 1;
        nanos = scaled(number, UNITS[unit].1)
            .and_then(|part| nanos.checked_add(part).ok_or_else(|| TOO_LONG.to_owned()))?;
    }
    Ok(Span::from_nanos(nanos))
}

fn is_duration(text: &str) -> bool {
    plain_duration(text).is_ok()
}

fn is_rate(text: &str) -> bool {
    plain_rate(text).is_ok()
}

fn is_share(text: &str) -> bool {
    plain_share(text).is_ok()
}

/// What other tools and people write between digits and units, and is not read here.
fn foreign(text: &str) -> Option<&'static str> {
    [(',', "it has a comma"), (':', "a colon is not a unit"), ('_', "it has a `_`"), ('+', "it has a sign")]
        .into_iter()
        .find(|(mark, _)| text.contains(*mark))
        .map(|(_, why)| why)
        .or_else(|| text.contains(char::is_whitespace).then_some("it has a space"))
}

/// A decimal comma, or one between thousands: only the writer knows which.
const COMMA: &str = "it has a comma: write a point before decimals, and nothing between thousands";

/// A duration as text that [`duration`] reads back: `1h30m`.
pub fn words(span: Span) -> String {
    let mut nanos = span.nanos();
    let mut text = String::new();
    for (unit, size) in UNITS {
        if nanos >= size {
            text += &format!("{}{unit}", nanos / size);
            nanos %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

const TOO_LONG: &str = "it is longer than 584 years";

/// The number before the first character that does not fit.
fn leading(text: &str, fits: impl Fn(char) -> bool) -> &str {
    text.split_once(|character| !fits(character)).map_or(text, |(head, _)| head)
}

/// `number` times `unit` as a whole number, from its decimal digits.
fn scaled(number: &str, unit: u64) -> Result<u64, String> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.is_empty() || number.ends_with('.') {
        return Err(format!("`{number}` is not a decimal number"));
    }
    let fraction = fraction.trim_end_matches('0');
    let too_fine = || format!("`{number}` is finer than a nanosecond");
    // Eighteen digits are finer than any unit allows, and fit in 128 bits.
    let places = u32::try_from(fraction.len()).ok().filter(|&places| places <= 18).ok_or_else(too_fine)?;
    let part = fraction.parse::<u128>().unwrap_or(0) * u128::from(unit);
    if part % 10_u128.pow(places) != 0 {
        return Err(too_fine());
    }
    let whole = whole.parse::<u128>().ok().and_then(|whole| whole.checked_mul(u128::from(unit)));
    let total = whole.and_then(|whole| whole.checked_add(part / 10_u128.pow(places)));
    total.and_then(|total| u64::try_from(total).ok()).ok_or_else(|| TOO_LONG.to_owned())
}

/// A number of units, as programs write numbers into tables: `0.30000000000000004`, `1e2`, `.5`. Rounded to the nanosecond;
/// a negative one that is zero then is the noise of a subtraction.
pub(super) fn rounded(text: &str, unit: u64) -> Result<u64, String> {
    if text.contains(',') {
        return Err(COMMA.to_owned());
    }
    // What the first 28 digits leave is less than a nanosecond in 10^28 units.
    const DIGITS: u32 = 28;
    // Ten to a higher power than this does not fit, and nothing divided by it is a nanosecond.
    const POWER: i64 = 38;
    let not_a_number = || "it must be a decimal number".to_owned();
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        None => (digits, 0),
        Some((mantissa, exponent)) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(not_a_number());
            }
            (mantissa, exponent.parse::<i64>().map_err(|_| not_a_number())?)
        }
    };
    let (mut number, mut kept, mut scale, mut point, mut any) = (0_u128, 0, exponent, false, false);
    for byte in mantissa.bytes() {
        match byte {
            b'0'..=b'9' => {
                any = true;
                let digit = u128::from(byte - b'0');
                if kept < DIGITS {
                    number = number * 10 + digit;
                    kept += u32::from(number > 0);
                    scale -= i64::from(point);
                } else {
                    scale += i64::from(!point);
                }
            }
            b'.' if !point => point = true,
            _ => return Err(not_a_number()),
        }
    }
    if !any {
        return Err(not_a_number());
    }
    let units = number * u128::from(unit);
    let nanos = if units == 0 || scale < -POWER {
        0
    } else if scale < 0 {
        let divisor = 10_u128.pow(scale.unsigned_abs() as u32);
        (units + divisor / 2) / divisor
    } else if scale < POWER {
        units.checked_mul(10_u128.pow(scale as u32)).ok_or(TOO_LONG)?
    } else {
        return Err(TOO_LONG.to_owned());
    };
    match u64::try_from(nanos) {
        Ok(1..) if is_negative => Err("it must not be negative".to_owned()),
        Ok(nanos) => Ok(nanos),
        Err(_) => Err(TOO_LONG.to_owned()),
    }
}

/// Reads `36000/h`, `10/s` or `100/30m` as a rate per second: a number for each of a unit of time, or for an interval.
///
/// # Errors
/// Why it is not read, and what to write instead if that is known.
pub fn rate(text: &str) -> Result<f64, String> {
    plain_rate(text).map_err(|why| or_write(why, &meant::rates(text, is_rate)))
}

fn plain_rate(text: &str) -> Result<f64, String> {
    let Some((number, unit)) = text.split_once('/') else {
        let lacks = if number(text).is_ok() { "unit" } else { "`/`" };
        return Err(format!(
            "`{text}` has no {lacks}: use a number per s, m, h or d, or per interval, as 36000/h or 100/30m"
        ));
    };
    let seconds = interval(unit.trim())?;
    Ok(decimal(number.trim(), "a rate")? / seconds)
}

/// What stands behind the `/` of a rate, in seconds: a unit of time, or an interval of at least a nanosecond.
fn interval(unit: &str) -> Result<f64, String> {
    match unit {
        "s" => Ok(1.0),
        "m" => Ok(60.0),
        "h" => Ok(3_600.0),
        "d" => Ok(86_400.0),
        "" => Err("nothing stands behind the `/`: use s, m, h or d, or an interval, as 30m".to_owned()),
        unit if unit.starts_with(|it: char| it.is_ascii_digit()) => match plain_duration(unit) {
            Ok(Span::ZERO) => Err(format!("`{unit}` is no time: no rate is per nothing")),
            Ok(span) => Ok(span.seconds()),
            Err(why) => Err(format!("`{unit}` is not an interval, {why}: use a time, as 30m or 1h30m")),
        },
        unit => Err(format!("`{unit}` is not a unit of a rate: use s, m, h or d, or an interval, as 30m")),
    }
}

/// Reads `5%` as 0.05.
///
/// # Errors
/// Why it is not read, and what to write instead if that is known.
pub fn share(text: &str) -> Result<f64, String> {
    plain_share(text).map_err(|why| or_write(why, &meant::shares(text, is_share)))
}

fn plain_share(text: &str) -> Result<f64, String> {
    let Some(number) = text.strip_suffix('%') else {
        return Err(match decimal(text, "a share") {
            Ok(_) => format!("`{text}` has no unit: write \"{text}%\", or a number without quotes, as 0.05"),
            Err(_) => format!("`{text}` is not a share: use a percentage or a number, as \"5%\" or 0.05"),
        });
    };
    let share = decimal(number.trim(), "a share")? / 100.0;
    if share > 1.0 {
        return Err("a share must not be more than 100%".to_owned());
    }
    Ok(share)
}

/// Reads a decimal number that is not negative.
pub fn number(text: &str) -> Result<f64, String> {
    decimal(text, "a number")
}

/// A decimal number that is not negative.
fn decimal(number: &str, what: &str) -> Result<f64, String> {
    if number.contains(',') {
        return Err(format!("`{number}` has a comma: use a point before decimals, and nothing between thousands"));
    }
    if number.starts_with('-') {
        return Err(format!("{what} must not be negative"));
    }
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if number.is_empty() {
        return Err("there is no number".to_owned());
    }
    match number.parse::<f64>() {
        Ok(value) if plain && value.is_finite() => Ok(value),
        _ => Err(format!("`{number}` is not a decimal number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact() {
        let nanos = |text| duration(text).map(Span::nanos);
        assert_eq!(nanos("250ms"), Ok(250_000_000));
        assert_eq!(nanos("1h"), Ok(3_600 * SECOND));
        assert_eq!(nanos("1h30m"), Ok(5_400 * SECOND));
        assert_eq!(nanos("2.5s"), Ok(2_500_000_000));
        assert_eq!(nanos("0.1s"), Ok(100_000_000));
        assert_eq!(nanos("0.000000001s"), Ok(1));
        assert_eq!(nanos("0.25h"), Ok(900 * SECOND));
        assert_eq!(nanos("1.5d"), Ok(129_600 * SECOND));
        assert_eq!(nanos("0s"), Ok(0));
        assert_eq!(nanos("7ns"), Ok(7));
        assert_eq!(nanos("1s2ms3us4ns"), Ok(1_002_003_004));
    }

    #[test]
    fn a_text_that_is_not_a_duration_is_refused_with_the_reason() {
        for (text, word) in [
            ("", "empty"),
            ("250", "no unit"),
            ("-5s", "negative"),
            ("s", "number"),
            ("5 s", "it has a space: write \"5s\""),
            ("1,5h", "it has a comma: write \"1.5h\""),
            ("1 000s", "it has a space: write \"1000s\""),
            ("1 hour", "it has a space: write \"1h\""),
            ("1_000ms", "it has a `_`: write \"1000ms\""),
            ("2min", "`min` is not a unit of time: write \"2m\""),
            ("1h30", "`30` has no unit: write \"1h30m\""),
            ("PT5M", "it needs a number and a unit: write \"5m\""),
            ("1,5", "it has a comma"),
            ("3:00", "write \"3h\" or \"3m\""),
            ("08:05", "write \"8h5m\" or \"8m5s\""),
            ("08:00:00", "write \"8h\""),
            ("00:00", "write \"0s\""),
            ("5sec", "not a unit of time: write \"5s\""),
            ("5x", "use d, h, m, s, ms, us or ns"),
            ("30m1h", "longer units"),
            ("1s1s", "each once"),
            ("0.5ns", "finer"),
            ("1.2.3s", "decimal"),
            ("1.s", "decimal"),
            ("99999999999h", "584"),
            ("500d99999999999999999999s", "584"),
            ("1\u{e9}", "not a unit of time"),
        ] {
            let error = duration(text).expect_err(text);
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn numbers_of_programs_are_rounded_to_the_nanosecond() {
        let seconds = |text| rounded(text, SECOND);
        assert_eq!(seconds("0.30000000000000004"), Ok(300_000_000));
        assert_eq!(seconds("60.000000000000007"), Ok(60 * SECOND));
        assert_eq!(seconds("1e2"), Ok(100 * SECOND));
        assert_eq!(seconds("1.5E-3"), Ok(1_500_000));
        assert_eq!(seconds("1e+0"), Ok(SECOND));
        assert_eq!((seconds(".5"), seconds("5."), seconds("007")), (Ok(SECOND / 2), Ok(5 * SECOND), Ok(7 * SECOND)));
        assert_eq!((seconds("0.0000000004"), seconds("0.0000000005")), (Ok(0), Ok(1)));
        assert_eq!((seconds("-0.0"), seconds("-1e-17"), seconds("1e-9999")), (Ok(0), Ok(0), Ok(0)));
        assert_eq!(seconds("0.1234567894999999999999999999999999999999999"), Ok(123_456_789));
        assert_eq!(seconds("00000000000000000000000000000000000000000012"), Ok(12 * SECOND));
        assert_eq!(seconds("18446744073.709551615"), Ok(u64::MAX));
        assert_eq!(rounded("2.5", 1_000_000), Ok(2_500_000));
        for (text, word) in [
            ("", "decimal number"),
            (".", "decimal number"),
            ("-", "decimal number"),
            ("1.2.3", "decimal number"),
            ("e3", "decimal number"),
            ("1e", "decimal number"),
            ("1e9999999999", "decimal number"),
            ("+5", "decimal number"),
            ("NaN", "decimal number"),
            ("inf", "decimal number"),
            ("12:00", "decimal number"),
            ("1,5", "a comma"),
            ("-1", "negative"),
            ("18446744073.7095516155", "584"),
            ("1e300", "584"),
            ("123456789012345678901234567890123456789", "584"),
        ] {
            let error = seconds(text).expect_err(text);
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn rates_are_per_second() {
        assert_eq!(rate("36000/h"), Ok(10.0));
        assert_eq!(rate("10/s"), Ok(10.0));
        assert_eq!(rate("600/m"), Ok(10.0));
        assert_eq!(rate("0.5 / s"), Ok(0.5));
        // 100 in 1,800 s; 25 in 900 s; 4,200 in 3,600 s: an interval of one unit is the unit.
        assert_eq!((rate("100/30m"), rate("25/15m")), (Ok(100.0 / 1800.0), Ok(25.0 / 900.0)));
        assert_eq!((rate("4200/h"), rate("4200/1h"), rate("4200/60m")), (rate("70/m"), rate("4200/h"), rate("4200/h")));
        assert_eq!((rate("9/1h30m"), rate("3/250ms"), rate("0.5 / 2s")), (Ok(9.0 / 5400.0), Ok(12.0), Ok(0.25)));
        for (text, word) in [
            ("10", "no unit"),
            ("10/w", "not a unit of a rate"),
            ("-1/s", "negative"),
            ("inf/s", "decimal"),
            ("1e3/s", "decimal"),
            ("36,000/h", "`36,000` has a comma: write \"36000/h\" or \"36.000/h\""),
            ("10/hour", "`hour` is not a unit of a rate: write \"10/h\""),
            ("10 per hour", "`10 per hour` has no `/`: write \"10/h\""),
            ("1,2,3/h", "nothing between thousands"),
            ("/s", "there is no number"),
            ("100/0m", "`0m` is no time"),
            ("100/0s", "no rate is per nothing"),
            ("100/30", "`30` is not an interval, `30` has no unit"),
            ("100/30min", "`30min` is not an interval, `min` is not a unit of time: write \"100/30m\""),
            ("100/-5m", "not a unit of a rate"),
            ("100/30m/2", "not an interval"),
            ("100 per 30 minutes", "has no `/`: write \"100/30m\""),
            ("10/", "nothing stands behind the `/`: use"),
        ] {
            let error = rate(text).expect_err(text);
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn shares_are_parts_of_one() {
        assert_eq!(share("5%"), Ok(0.05));
        assert_eq!(share("100 %"), Ok(1.0));
        assert!(share("101%").is_err());
        assert!(share("5").is_err());
        assert!(share("-5%").is_err());
    }

    #[test]
    fn what_people_write_for_durations() {
        for (text, readings) in [
            ("1 hour", &["1h"][..]),
            ("5 sec", &["5s"]),
            ("2min", &["2m"]),
            ("1h30", &["1h30m"]),
            ("1h30min", &["1h30m"]),
            ("1:30h", &["1h30m"]),
            ("1:30min", &["1m30s"]),
            ("5m30", &["5m30s"]),
            ("1d12", &["1d12h"]),
            ("1_000ms", &["1000ms"]),
            ("1 000 s", &["1000s"]),
            ("1'000s", &["1000s"]),
            ("\u{bd}h", &["0.5h"]),
            ("1\u{bd} h", &["1.5h"]),
            (".5s", &["0.5s"]),
            ("5.s", &["5s"]),
            ("+5s", &["5s"]),
            ("5M", &["5m"]),
            ("10MS", &["10ms"]),
            ("1000\u{b5}s", &["1000us"]),
            ("PT5M", &["5m"]),
            ("PT1H30M", &["1h30m"]),
            ("P1DT2H", &["1d2h"]),
            ("3:00", &["3h", "3m"]),
            ("08:05", &["8h5m", "8m5s"]),
            ("08:00:00", &["8h"]),
            ("00:00", &["0s"]),
            ("1,5h", &["1.5h"]),
            ("1,500ms", &["1500ms", "1.500ms"]),
            ("1,500,000us", &["1500000us"]),
            ("90", &[]),
            ("1,5", &[]),
            ("abc", &[]),
            ("off", &[]),
            ("", &[]),
            ("5x", &[]),
            ("30m1h", &[]),
            ("1:2:3:4", &[]),
            ("-5s", &[]),
            ("5s", &[]),
            ("5s6", &[]),
        ] {
            assert_eq!(meant::durations(text, is_duration), readings, "{text}");
        }
    }

    #[test]
    fn what_people_write_for_rates_and_shares() {
        for (text, readings) in [
            ("10/hour", &["10/h"][..]),
            ("10 per min", &["10/m"]),
            ("10/Sec", &["10/s"]),
            ("10 cps", &["10/s"]),
            ("36,000/h", &["36000/h", "36.000/h"]),
            ("36 000/h", &["36000/h"]),
            ("36_000/h", &["36000/h"]),
            ("0,5/s", &["0.5/s"]),
            ("10/H", &["10/h"]),
            ("10", &[]),
            ("10h", &[]),
            ("10/w", &[]),
            ("/h", &[]),
            ("10/2h", &[]),
        ] {
            assert_eq!(meant::rates(text, is_rate), readings, "{text}");
        }
        for (text, readings) in [
            ("5 percent", &["5%"][..]),
            ("5 per cent", &["5%"]),
            ("5pct", &["5%"]),
            ("0,5%", &["0.5%"]),
            (".5 %", &["0.5%"]),
            ("0.5", &[]),
            ("101 percent", &[]),
            ("5%%", &[]),
            ("1/2", &[]),
        ] {
            assert_eq!(meant::shares(text, is_share), readings, "{text}");
        }
    }
}
