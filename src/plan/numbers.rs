//! Ranges of directory numbers: `first_dn` and those after it.

use crate::workload::{Name, Problem, Reports, TextRange, Workload};

/// The numbers of a group of devices.
pub(super) struct NumberRange<'a> {
    group: &'a str,
    first: Number<'a>,
    last: u64,
    place: &'a TextRange,
    /// Once sorted: the row of the range up to here that reaches furthest.
    furthest: usize,
    /// How many consecutive numbers belong to one port or phone.
    of_each: u32,
}

/// A directory number that can be counted on from: prefix, number of digits, and their value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number<'a> {
    prefix: &'a str,
    digits: usize,
    value: u64,
}

impl<'a> Number<'a> {
    /// The number of a text; `None` if it cannot be counted on from.
    pub fn read(text: &'a str) -> Option<Number<'a>> {
        let digits = text.trim_start_matches('+');
        // More digits would not fit; no `first_dn` has as many.
        if digits.is_empty() || digits.len() > 18 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value = digits.parse().ok()?;
        Some(Number { prefix: &text[..text.len() - digits.len()], digits: digits.len(), value })
    }

    /// The distance to a later number; `None` if it is not one.
    pub fn distance(self, to: Number<'_>) -> Option<u64> {
        let alike = (to.prefix, to.digits) == (self.prefix, self.digits);
        to.value.checked_sub(self.value).filter(|_| alike)
    }

    /// The number `steps` later.
    pub fn after(self, steps: u64) -> String {
        self.text(self.value + steps)
    }

    fn text(self, value: u64) -> String {
        format!("{}{value:0width$}", self.prefix, width = self.digits)
    }
}

impl<'a> NumberRange<'a> {
    fn new(group: &'a Name, first: &'a Name, count: u64, of_each: u32, reports: &Reports) -> Option<NumberRange<'a>> {
        let number = Number::read(&first.value)?;
        let last = number.value + (count - 1);
        if last >= 10_u64.pow(number.digits as u32) {
            let what = format!("{count} numbers from {} need more digits", first.value);
            let hint = format!("the last would be {}{last}", number.prefix);
            reports.add(Problem::new(first.place.clone(), what, "").hint(hint));
            return None;
        }
        Some(NumberRange { group: &group.value, first: number, last, place: &first.place, furthest: 0, of_each })
    }

    /// Whether a number is one of these.
    fn holds(&self, text: &str) -> bool {
        Number::read(text).is_some_and(|number| {
            (number.prefix, number.digits) == (self.first.prefix, self.first.digits)
                && (self.first.value..=self.last).contains(&number.value)
        })
    }

    fn words(&self) -> String {
        let range = format!("{} to {}", self.first.text(self.first.value), self.first.text(self.last));
        // With several lines per port there are more numbers than ports, which is easily overlooked.
        if self.of_each > 1 { format!("{range}: a port has {} lines, each a number", self.of_each) } else { range }
    }
}

/// The ranges of numbers, in order; overlaps with each other or with one of `others` are reported.
pub(super) fn ranges<'a>(
    workload: &'a Workload,
    others: impl Iterator<Item = (&'a str, &'a TextRange)>,
    reports: &Reports,
) -> Vec<NumberRange<'a>> {
    let ports = workload.cti_ports.iter().filter_map(|it| {
        let count = u64::from(it.count.value) * u64::from(it.lines_per_port.value);
        Some((&it.name, it.first_number.as_ref()?, count, it.lines_per_port.value))
    });
    let phones = workload
        .phones
        .iter()
        .filter_map(|it| Some((&it.name, it.first_number.as_ref()?, u64::from(it.count.value), 1)));
    let mut ranges: Vec<NumberRange<'a>> = ports
        .chain(phones)
        .filter(|(_, _, count, _)| *count > 0)
        .filter_map(|(group, first, count, of_each)| NumberRange::new(group, first, count, of_each, reports))
        .collect();
    ranges.sort_by_key(|range| range.first);
    // The range that reaches furthest so far, which need not be the last.
    let mut furthest = 0;
    for row in 0..ranges.len() {
        let (range, before) = (&ranges[row], &ranges[furthest]);
        if row > 0 && before.holds(&range.first.text(range.first.value)) {
            let what = format!("the numbers of `{}` and `{}` overlap", before.group, range.group);
            let (here, there) = (range.words(), before.words());
            reports.add(Problem::new(range.place.clone(), what, here).also(before.place.clone(), there));
        }
        let same = (before.first.prefix, before.first.digits) == (range.first.prefix, range.first.digits);
        if !same || before.last < range.last {
            furthest = row;
        }
        ranges[row].furthest = furthest;
    }
    for (name, place) in others {
        if let Some(range) = find(&ranges, name) {
            let what = format!("`{name}` is also a number of `{}`", range.group);
            reports.add(Problem::new(place.clone(), what, "").also(range.place.clone(), range.words()));
        }
    }
    ranges
}

/// The range that holds a number, if any.
fn find<'r, 'a>(ranges: &'r [NumberRange<'a>], name: &str) -> Option<&'r NumberRange<'a>> {
    let number = Number::read(name)?;
    let before = ranges.partition_point(|range| range.first <= number).checked_sub(1)?;
    Some(&ranges[ranges[before].furthest]).filter(|range| range.holds(name))
}

/// The group that has a number in its range.
pub(super) fn owner<'a>(ranges: &[NumberRange<'a>], name: &str) -> Option<&'a str> {
    find(ranges, name).map(|range| range.group)
}
