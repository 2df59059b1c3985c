//! Ranges of directory numbers: `first_dn` and those after it.

use crate::domain::{DeviceId, PhoneGroupId, PortGroupId, Target};
use crate::workload::{Line, Name, Problem, Reports, TextRange, Workload};

/// One line of some devices of a route point or group, as something refers to it: by a number, or by a range of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// As it is written.
    pub name: String,
    /// The route point or group.
    pub group: Target,
    /// The first of the devices.
    pub first: DeviceId,
    /// How many: a call goes to one of them at random.
    pub count: u32,
    /// Which of their lines.
    pub line: u8,
}

/// The numbers of a group of devices, or of one of its lines.
pub(super) struct NumberRange<'a> {
    group: &'a str,
    target: Target,
    /// The line of the first number.
    line: u8,
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
    fn new(of: Numbered<'a>, reports: &Reports) -> Option<NumberRange<'a>> {
        let Numbered { group, target, line, first, devices, of_each } = of;
        let count = u64::from(devices) * u64::from(of_each);
        if count == 0 {
            return None;
        }
        let number = Number::read(&first.value)?;
        let last = number.value + (count - 1);
        if last >= 10_u64.pow(number.digits as u32) {
            let what = format!("{count} numbers from {} need more digits", first.value);
            let hint = format!("the last would be {}{last}", number.prefix);
            reports.add(Problem::new(first.place.clone(), what, "").hint(hint));
            return None;
        }
        let place = &first.place;
        Some(NumberRange { group: &group.value, target, line, first: number, last, place, furthest: 0, of_each })
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

/// The numbers that begin with a `first_dn`.
struct Numbered<'a> {
    group: &'a Name,
    target: Target,
    line: u8,
    first: &'a Name,
    devices: u32,
    /// How many consecutive numbers belong to one device.
    of_each: u32,
}

fn numbered(workload: &Workload) -> impl Iterator<Item = Numbered<'_>> {
    fn of_lines<'a>(lines: &'a [Line], whole: impl Fn(&'a Name) -> Numbered<'a>) -> impl Iterator<Item = Numbered<'a>> {
        let numbers = lines.iter().enumerate().filter_map(|(line, it)| Some((line as u8, it.number.as_ref()?)));
        numbers.map(move |(line, first)| Numbered { line, ..whole(first) })
    }
    let ports = workload.cti_ports.iter().enumerate().flat_map(|(row, it)| {
        let (target, devices, of_each) =
            (Target::Ports(PortGroupId(row as u16)), it.count.value, it.lines_per_port.value);
        of_lines(&it.lines, move |first| Numbered { group: &it.name, target, line: 0, first, devices, of_each })
    });
    let phones = workload.phones.iter().enumerate().flat_map(|(row, it)| {
        let (target, devices) = (Target::Phones(PhoneGroupId(row as u16)), it.count.value);
        of_lines(&it.lines, move |first| Numbered { group: &it.name, target, line: 0, first, devices, of_each: 1 })
    });
    ports.chain(phones)
}

/// The ranges of numbers, in order; overlaps with each other or with one of `others` are reported.
pub(super) fn ranges<'a>(
    workload: &'a Workload,
    others: impl Iterator<Item = (&'a str, &'a TextRange)>,
    reports: &Reports,
) -> Vec<NumberRange<'a>> {
    let mut ranges: Vec<NumberRange<'a>> =
        numbered(workload).filter_map(|numbered| NumberRange::new(numbered, reports)).collect();
    ranges.sort_by_key(|range| range.first);
    // The range that reaches furthest so far, which need not be the last.
    let mut furthest = 0;
    for row in 0..ranges.len() {
        let (range, before) = (&ranges[row], &ranges[furthest]);
        if row > 0 && before.holds(&range.first.text(range.first.value)) {
            let what = match before.group == range.group {
                true => format!("the numbers of two lines of `{}` overlap", range.group),
                false => format!("the numbers of `{}` and `{}` overlap", before.group, range.group),
            };
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

/// Where the range that holds a number is defined.
pub(super) fn place_of<'a>(ranges: &[NumberRange<'a>], name: &str) -> Option<&'a TextRange> {
    find(ranges, name).map(|range| range.place)
}

/// What a text refers to that is a number of a range, or a range of numbers.
pub(super) struct Found {
    pub(super) target: Target,
    /// The first of the devices, counted from the first of its group.
    pub(super) device: u32,
    pub(super) count: u32,
    pub(super) line: u8,
}

/// Why a text refers to no numbers.
pub(super) enum NotFound<'a> {
    /// It is no number that anything has.
    Unknown,
    /// It is no range: it has no second number of the same form that is not before the first.
    NoRange,
    /// These are the groups of its first and its last number, or of the first that none has.
    NotOneLine(&'a str, Option<&'a str>),
}

/// Finds a number, `"2001"`, or a range of numbers of one line, `"2001-2500"`.
pub(super) fn refer<'a>(ranges: &[NumberRange<'a>], text: &str) -> Result<Found, NotFound<'a>> {
    let (from, to) = text.split_once('-').map_or((text, None), |(from, to)| (from, Some(to)));
    let range = find(ranges, from).ok_or(NotFound::Unknown)?;
    let first = Number::read(from).ok_or(NotFound::Unknown)?;
    let steps = match to {
        None => 0,
        Some(to) => Number::read(to).and_then(|to| first.distance(to)).ok_or(NotFound::NoRange)?,
    };
    if first.value + steps > range.last || (steps > 0 && range.of_each > 1) {
        let beyond = find(ranges, to.unwrap_or(from)).map(|other| other.group);
        return Err(NotFound::NotOneLine(range.group, beyond));
    }
    let offset = first.value - range.first.value;
    let (device, line) = (offset / u64::from(range.of_each), offset % u64::from(range.of_each));
    Ok(Found { target: range.target, device: device as u32, count: steps as u32 + 1, line: range.line + line as u8 })
}
