//! The clock of a run: the time of day at which it starts, and what the clock shows later.

use crate::engine::{Span, Time};

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;

/// A clock that shows a known time of day when a run starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The time since midnight at the start of the run, less than a day.
    starts: Span,
}

impl Clock {
    /// Reads `08:00` or `08:00:30`, of 24 hours.
    ///
    /// # Errors
    /// Why it is not read, and what to write instead if that is known.
    pub fn parse(text: &str) -> Result<Clock, String> {
        let parts: Vec<Option<u64>> = text.split(':').map(two_digits).collect();
        let (hours, minutes, seconds) = match parts[..] {
            [Some(hours), Some(minutes)] => (hours, minutes, 0),
            [Some(hours), Some(minutes), Some(seconds)] => (hours, minutes, seconds),
            _ => return Err(meant(text)),
        };
        match (hours, minutes, seconds) {
            (24, 0, 0) => Err("a day begins at \"00:00\"".to_owned()),
            (24.., ..) => Err("hours go from 00 to 23".to_owned()),
            (_, 60.., _) => Err("minutes go from 00 to 59".to_owned()),
            (_, _, 60..) => Err("seconds go from 00 to 59".to_owned()),
            _ => Ok(Clock { starts: Span::from_secs((hours * 60 + minutes) * 60 + seconds) }),
        }
    }

    /// The time since midnight at the start of the run, less than a day.
    pub const fn starts(self) -> Span {
        self.starts
    }

    /// What the clock shows at a time of the run: `08:05:00`, with decimals if it is between two seconds; on a later day also
    /// how many midnights lie between: `00:10:00 +1`.
    pub fn at(self, time: Time) -> String {
        let since_midnight = u128::from(self.starts.nanos()) + u128::from(time.nanos());
        let (days, nanos) = (since_midnight / u128::from(DAY), (since_midnight % u128::from(DAY)) as u64);
        let (seconds, fraction) = (nanos / SECOND, nanos % SECOND);
        let mut shown = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if fraction > 0 {
            shown += format!(".{fraction:09}").trim_end_matches('0');
        }
        if days > 0 {
            shown += &format!(" +{days}");
        }
        shown
    }
}

fn two_digits(text: &str) -> Option<u64> {
    let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// What a time of day that is not read was probably meant to be: `8:00`, `8`, `08.00`, `8h`, `8:00 am`, `1pm`.
fn meant(text: &str) -> String {
    const FORM: &str = "use hours and minutes of 24 hours, as \"08:00\"";
    let plain = text.trim().to_ascii_lowercase();
    let (plain, half) = match (plain.strip_suffix("am"), plain.strip_suffix("pm")) {
        (Some(plain), _) => (plain.trim_end(), Some(0)),
        (_, Some(plain)) => (plain.trim_end(), Some(12)),
        _ => (plain.as_str(), None),
    };
    let parts: Option<Vec<u64>> = plain.trim_end_matches('h').split([':', '.', 'h']).map(number).collect();
    let (hours, minutes) = match parts.as_deref() {
        Some(&[hours]) => (hours, 0),
        Some(&[hours, minutes]) => (hours, minutes),
        _ => return FORM.to_owned(),
    };
    let hours = match half {
        None => hours,
        Some(half) if (1..=12).contains(&hours) => hours % 12 + half,
        Some(_) => return FORM.to_owned(),
    };
    let written = format!("{hours:02}:{minutes:02}");
    if Clock::parse(&written).is_ok() { format!("write \"{written}\"") } else { FORM.to_owned() }
}

fn number(text: &str) -> Option<u64> {
    let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(starts: &str, nanos: u64) -> String {
        Clock::parse(starts).expect(starts).at(Time::from_nanos(nanos))
    }

    #[test]
    fn a_clock_shows_the_time_of_day() {
        assert_eq!(shown("08:00", 0), "08:00:00");
        assert_eq!(shown("08:00", 90 * 60 * SECOND), "09:30:00");
        assert_eq!(shown("08:00:30", 45 * SECOND), "08:01:15");
        assert_eq!(shown("00:00", SECOND / 2), "00:00:00.5");
        assert_eq!(shown("09:59:59", SECOND + 1), "10:00:00.000000001");
    }

    #[test]
    fn after_midnight_the_days_are_counted() {
        assert_eq!(shown("23:50", 10 * 60 * SECOND - 1), "23:59:59.999999999");
        assert_eq!(shown("23:50", 20 * 60 * SECOND), "00:10:00 +1");
        assert_eq!(shown("00:00", DAY), "00:00:00 +1");
        assert_eq!(shown("12:00", 7 * DAY), "12:00:00 +7");
        // 2^64 ns are 213,503 days and 23 h 34 min 33.709551616 s.
        assert_eq!(shown("23:59:59", u64::MAX), "23:34:32.709551615 +213504");
    }

    #[test]
    fn a_text_that_is_not_a_time_of_day_is_refused_with_the_reason() {
        for (text, word) in [
            ("8:00", "write \"08:00\""),
            ("8", "write \"08:00\""),
            ("08.30", "write \"08:30\""),
            ("8h30", "write \"08:30\""),
            ("8h", "write \"08:00\""),
            ("8:00 am", "write \"08:00\""),
            ("12am", "write \"00:00\""),
            ("1:15 PM", "write \"13:15\""),
            ("13pm", "use hours and minutes"),
            ("24:00", "a day begins at \"00:00\""),
            ("24:01", "00 to 23"),
            ("08:60", "minutes"),
            ("08:00:60", "seconds"),
            ("+8:00", "use hours and minutes"),
            ("08:00:00:00", "use hours and minutes"),
            ("", "use hours and minutes"),
            ("noon", "use hours and minutes"),
            ("2026-11-02", "use hours and minutes"),
        ] {
            let error = Clock::parse(text).expect_err(text);
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
