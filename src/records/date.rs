//! The dates of call detail records: a run has none of its own.

use crate::engine::{Span, Time};
use crate::plan::Plan;

const DAY: u64 = 86_400;
const NANOS: u64 = 1_000_000_000;

/// Midnight at the beginning of Monday, 6 January 2025, UTC, in seconds since 1970.
const FIRST: u64 = 1_736_121_600;

/// So many days follow each other; then the first comes again. Later ones would not fit into the 31 bits that readers of such
/// records have for a time.
const DAYS: u64 = 4_000;

/// Which date and time of day it is, UTC: replication 0 begins on Monday, 6 January 2025, at the time that the workload's clock
/// shows, or at midnight; each other one on the first day that the one before does not reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// When replication 0 starts, in nanoseconds since its midnight.
    starts: Span,
    /// How many days a replication reaches into.
    days: u64,
}

impl Calendar {
    /// The calendar of a plan.
    pub fn new(plan: &Plan) -> Calendar {
        let starts = plan.clock.map_or(Span::ZERO, |clock| clock.starts());
        let until = u128::from(starts.nanos()) + u128::from(plan.length.nanos());
        // A run that ends at midnight may still have a row then.
        let days = (until / u128::from(DAY * NANOS)) as u64 + 1;
        Calendar { starts, days }
    }

    /// Seconds since 1970 at a time of a replication, begun ones not counted.
    pub fn seconds(&self, replication: u64, time: Time) -> u64 {
        let since_midnight = u128::from(self.starts.nanos()) + u128::from(time.nanos());
        let day = (u128::from(replication) * u128::from(self.days) % u128::from(DAYS)) as u64;
        FIRST + day * DAY + (since_midnight / u128::from(NANOS)) as u64
    }

    /// A time as the names of files have it: `202501060815`, up to the minute.
    pub fn minute(seconds: u64) -> String {
        let (year, month, day) = date(seconds / DAY);
        let (hour, minute) = (seconds % DAY / 3600, seconds % 3600 / 60);
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}")
    }
}

/// Year, month and day of a day since 1970 (Gregorian calendar; years counted from March, so that a leap day is the last).
const fn date(days: u64) -> (u64, u64, u64) {
    // Since 1 March of the year 0, in whole eras of 400 years.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, of_month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake;
    use crate::workload::Clock;

    /// Known days: 1 January 1970 is day 0, 29 February 2000 is day 11,016, 1 March 2000 follows, 31 December 2035 is day 24,105.
    #[test]
    fn days_have_their_dates() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(11_017), (2000, 3, 1));
        assert_eq!(date(24_105), (2035, 12, 31));
        assert_eq!(Calendar::minute(FIRST), "202501060000");
        // 1,744,993,930 s: the lab's call of 18 April 2025, 16:32:10 UTC.
        assert_eq!(Calendar::minute(1_744_993_930), "202504181632");
    }

    /// From 08:00 for ten minutes: one day each. From 23:55: two days each. After 4,000 days the first comes again.
    #[test]
    fn a_replication_begins_on_a_day_of_its_own() {
        let mut plan = fake::plan();
        assert_eq!(Calendar::new(&plan).seconds(0, Time::from_nanos(1_999_999_999)), FIRST + 1);
        plan.clock = Clock::parse("08:00").ok();
        let calendar = Calendar::new(&plan);
        assert_eq!(calendar.seconds(3, Time::ZERO), FIRST + 3 * DAY + 8 * 3600);
        plan.clock = Clock::parse("23:55").ok();
        let calendar = Calendar::new(&plan);
        assert_eq!(calendar.seconds(3, Time::from_nanos(600 * NANOS)), FIRST + 7 * DAY + 300);
        assert_eq!(calendar.seconds(2_001, Time::ZERO), calendar.seconds(1, Time::ZERO));
        assert_eq!(Calendar::minute(calendar.seconds(1_999, Time::ZERO)), "203512182355");
        assert!(calendar.seconds(u64::MAX, Time::ZERO) < 1 << 31);
    }
}
