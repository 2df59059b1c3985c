//! An axis: from values to fractions of its length, and its ticks.

use super::labels::{cut, thinned};
use super::numbers::{clock, grouped, human, shown_in, ten_to};
use crate::report::chart::{Axis, Scale};

/// An axis of known extent.
#[derive(Clone, Debug)]
pub(crate) struct Scaled {
    scale: Scale,
    low: f64,
    high: f64,
    /// Its ticks, from the low end.
    pub(crate) ticks: Vec<Tick>,
}

/// A tick.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// Where, as a fraction.
    pub(crate) at: f64,
    /// Its label, empty where there is no room for it.
    pub(crate) words: String,
    /// Its label where there is little room.
    pub(crate) short: String,
}

/// How an axis fits its values.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fit {
    /// Whether it includes zero.
    pub(crate) zero: bool,
    /// Whether it ends at ticks.
    pub(crate) round: bool,
    /// What is left free at both ends, as a fraction.
    pub(crate) free: f64,
    /// Whether positive values have a sign if there are negative ones.
    pub(crate) signed: bool,
    /// About how many ticks there should be.
    pub(crate) ticks: f64,
    /// The room for labels beside each other, and where there is little; none if they stand one above the other.
    pub(crate) room: Option<[f64; 2]>,
}

/// The size of the letters of ticks.
pub(crate) const LETTERS: f64 = 12.0;
/// Beyond this, values are drawn as if they were this large.
const LARGEST: f64 = 1e150;
/// Seconds between ticks of time.
const TIMES: [f64; 19] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 10_800.0, 21_600.0,
    43_200.0, 86_400.0, 172_800.0,
];

impl Scaled {
    /// The axis that shows these values.
    pub(crate) fn of(axis: &Axis, values: impl Iterator<Item = f64>, fit: Fit) -> Scaled {
        let scale = axis.scale.clone();
        let [mut low, mut high] = extent(&scale, axis, values, fit);
        let time = matches!(scale, Scale::Elapsed | Scale::Clock { .. });
        if fit.free > 0.0 && !time && !matches!(scale, Scale::Names(_) | Scale::Tail) {
            let free = fit.free * (high - low);
            (low, high) = (if fixed(axis.from, low) { low } else { low - free }, high + free);
        }
        let mut scaled = Scaled { scale, low, high, ticks: Vec::new() };
        let mut ticks = match &scaled.scale {
            Scale::Linear => scaled.linear(axis, fit),
            Scale::Logarithmic => scaled.logarithmic(axis, fit),
            Scale::Tail => scaled.tail(),
            Scale::Elapsed => scaled.times(None, fit),
            Scale::Clock { starts } => scaled.times(Some(f64::from(*starts)), fit),
            Scale::Names(names) => named(names, fit),
        };
        if let Some(room) = fit.room {
            thin(&mut ticks, room);
        }
        scaled.ticks = ticks;
        scaled
    }

    /// Where a value stands: 0 at the low end, 1 at the high end. `None` if the scale has no place for it.
    pub(crate) fn at(&self, value: f64) -> Option<f64> {
        let value = transformed(&self.scale, value)?;
        Some((value - self.low) / (self.high - self.low))
    }

    /// The same within the axis.
    pub(crate) fn within(&self, value: f64) -> Option<f64> {
        self.at(value).map(|at| at.clamp(0.0, 1.0))
    }

    /// Its ends.
    pub(crate) fn ends(&self) -> [f64; 2] {
        [self.low, self.high]
    }

    fn fraction(&self, place: f64) -> f64 {
        (place - self.low) / (self.high - self.low)
    }

    /// Ticks at 1, 2 or 5 times a power of ten of the unit in which they are shown; the axis is extended to them if it should be.
    fn linear(&mut self, axis: &Axis, fit: Fit) -> Vec<Tick> {
        let (factor, suffix) = shown_in(&axis.unit, self.low.abs().max(self.high.abs()));
        let (step, decimals) = nice((self.high - self.low) * factor, fit.ticks);
        let step_of_values = step / factor;
        if fit.round {
            let rounded = |end: f64, up: bool| {
                let steps = end / step_of_values;
                let nearest = steps.round();
                let steps = match (steps - nearest).abs() < 1e-6 {
                    true => nearest,
                    false if up => steps.ceil(),
                    false => steps.floor(),
                };
                steps * step_of_values
            };
            self.low = if fixed(axis.from, self.low) { self.low } else { rounded(self.low, false) };
            self.high = if fixed(axis.to, self.high) { self.high } else { rounded(self.high, true) };
        }
        let signed = fit.signed && self.low < 0.0;
        let words = |value: f64| {
            let sign = if signed && value > 0.0 { "+" } else { "" };
            match value.abs() < 1e9 && step >= 1e-6 {
                true => format!("{sign}{}{suffix}", grouped(value, decimals)),
                false => format!("{sign}{}{suffix}", human(value)),
            }
        };
        let tick = |place: f64| Tick::new(self.fraction(place), words(place * factor));
        multiples(self.low, self.high, step_of_values).map(tick).collect()
    }

    /// Ticks at powers of ten, or at 1, 2 and 5 times them where there are few.
    fn logarithmic(&self, axis: &Axis, fit: Fit) -> Vec<Tick> {
        let words = |value: f64| {
            let (factor, suffix) = match (axis.unit.as_str(), value) {
                ("ms", value) if value >= 1_000.0 => (1e-3, " s"),
                ("ms", _) => (1.0, " ms"),
                ("s", value) if value < 1.0 => (1e3, " ms"),
                ("s", _) => (1.0, " s"),
                ("ratio" | "percent", _) => shown_in(&axis.unit, value),
                _ => (1.0, ""),
            };
            human(factor * value) + suffix
        };
        let (from, to) = (self.low.ceil() as i32, self.high.floor() as i32);
        if to - from >= 2 {
            let every = ((f64::from(to - from) / fit.ticks.max(1.0)).ceil() as i32).max(1);
            let decades = (from..=to).filter(|power| power.rem_euclid(every) == 0);
            return decades.map(|power| Tick::new(self.fraction(f64::from(power)), words(ten_to(power)))).collect();
        }
        let few = (from - 1..=to).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * ten_to(power)));
        let places = few.filter_map(|value| self.at(value).map(|at| (at, value)));
        places
            .filter(|(at, _)| (-1e-9..=1.0 + 1e-9).contains(at))
            .map(|(at, value)| Tick::new(at, words(value)))
            .collect()
    }

    /// Ticks at 50 %, 90 %, 99 % and so on.
    fn tail(&self) -> Vec<Tick> {
        let decade = |nines: i32| match nines {
            1 => "90 %".to_owned(),
            _ => {
                let after = usize::try_from(nines - 2).unwrap_or(0);
                let point = if after > 0 { "." } else { "" };
                format!("99{point}{} %", "9".repeat(after))
            }
        };
        let decades = (1..=16).map(|nines| (f64::from(nines), decade(nines)));
        let ticks = [(0.0, "0 %".to_owned()), (libm::log10(2.0), "50 %".to_owned())].into_iter().chain(decades);
        let seen = ticks.filter(|(place, _)| (self.low - 1e-9..=self.high + 1e-9).contains(place));
        seen.map(|(place, words)| Tick::new(self.fraction(place), words)).collect()
    }

    /// Ticks of time; of a clock at its round times. Since the start, the first has the unit of all.
    fn times(&self, starts: Option<f64>, fit: Fit) -> Vec<Tick> {
        let span = self.high - self.low;
        let suits = |step: &f64| span / step <= fit.ticks;
        let step =
            TIMES.into_iter().find(suits).unwrap_or_else(|| 86_400.0 * nice(span / 86_400.0, fit.ticks).0.max(1.0));
        let starts_at = starts.unwrap_or(0.0);
        let (length, unit) = elapsed_unit(span);
        let places = multiples(self.low + starts_at, self.high + starts_at, step);
        let words = |(index, place): (usize, f64)| match starts {
            Some(_) => clock(place, step < 60.0),
            None if index == 0 => format!("{} {unit}", human(place / length)),
            None => human(place / length),
        };
        let tick = |(index, place): (usize, f64)| Tick::new(self.fraction(place - starts_at), words((index, place)));
        places.enumerate().map(tick).collect()
    }
}

impl Tick {
    fn new(at: f64, words: String) -> Tick {
        Tick { at, short: words.clone(), words }
    }
}

/// The unit of time since the start: its length in seconds, and its sign.
pub(crate) fn elapsed_unit(span: f64) -> (f64, &'static str) {
    match span {
        _ if span < 120.0 => (1.0, "s"),
        _ if span <= 7_200.0 => (60.0, "min"),
        _ => (3_600.0, "h"),
    }
}

/// Whether an end of the axis was asked for, and is drawn there.
fn fixed(asked: Option<f64>, end: f64) -> bool {
    asked.is_some_and(|asked| asked == end)
}

/// A value on a scale that is linear then.
fn transformed(scale: &Scale, value: f64) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    match scale {
        Scale::Logarithmic => (value > 0.0).then(|| libm::log10(value)),
        Scale::Tail => (0.0..1.0).contains(&value).then(|| -libm::log10(1.0 - value)),
        _ => Some(value.clamp(-LARGEST, LARGEST)),
    }
}

/// The ends of an axis, the low one first and apart from the other.
fn extent(scale: &Scale, axis: &Axis, values: impl Iterator<Item = f64>, fit: Fit) -> [f64; 2] {
    if let Scale::Names(names) = scale {
        return [-0.5, (names.len().max(1) as f64) - 0.5];
    }
    let seen = values.filter_map(|value| transformed(scale, value));
    let zero = (fit.zero && matches!(scale, Scale::Linear)).then_some(0.0);
    let [least, most] = seen
        .chain(zero)
        .fold([f64::INFINITY, f64::NEG_INFINITY], |[least, most], value| [least.min(value), most.max(value)]);
    let asked = |end: Option<f64>| end.and_then(|end| transformed(scale, end));
    let is_empty = least > most;
    let low = asked(axis.from).unwrap_or(if is_empty { 0.0 } else { least });
    let high = asked(axis.to).unwrap_or(if is_empty { low + 1.0 } else { most });
    let low = if matches!(scale, Scale::Tail) && axis.from.is_none() { 0.0 } else { low };
    let (low, high) = if low <= high { (low, high) } else { (high, low) };
    let (low, high) = match scale {
        Scale::Logarithmic if fit.round => (whole_decade(low, false), whole_decade(high, true)),
        _ => (low, high),
    };
    // Values that are all the same, or as good as that, stand in the middle; zero at the bottom.
    let size = low.abs().max(high.abs());
    if high - low > 1e-9 * size && high - low > 1e-140 {
        return [low, high];
    }
    match size {
        _ if size < 1e-140 => [0.0, 1.0],
        _ if matches!(scale, Scale::Elapsed | Scale::Clock { .. }) => [low, low + (1e-6 * size).max(60.0)],
        _ if matches!(scale, Scale::Logarithmic | Scale::Tail) => [low - 0.5, low + 0.5],
        _ => [low - 0.1 * size, high + 0.1 * size],
    }
}

/// The logarithm of 1, 2 or 5 times a power of ten that is next.
fn whole_decade(logarithm: f64, up: bool) -> f64 {
    let decade = (logarithm + 1e-9).floor();
    let steps = [0.0, libm::log10(2.0), libm::log10(5.0), 1.0].map(|step| decade + step);
    let found = match up {
        true => steps.into_iter().find(|step| *step >= logarithm - 1e-9),
        false => steps.into_iter().rev().find(|step| *step <= logarithm + 1e-9),
    };
    found.unwrap_or(logarithm)
}

/// The multiples of a step from one end to the other, a bounded number of them.
fn multiples(low: f64, high: f64, step: f64) -> impl Iterator<Item = f64> {
    let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
    let count = if step > 0.0 { (last - first + 1.0).clamp(0.0, 100.0) as u32 } else { 0 };
    (0..count).map(move |index| (first + f64::from(index)) * step)
}

/// The step of 1, 2 or 5 times a power of ten that gives about so many ticks, and the decimals it needs.
fn nice(span: f64, ticks: f64) -> (f64, usize) {
    let raw = span / ticks.max(1.0);
    let power = libm::log10(raw).floor().clamp(-300.0, 300.0) as i32;
    let base = ten_to(power);
    let (digit, power) = match raw / base {
        times if times <= 1.0 + 1e-9 => (1.0, power),
        times if times <= 2.0 + 1e-9 => (2.0, power),
        times if times <= 5.0 + 1e-9 => (5.0, power),
        _ => (1.0, power + 1),
    };
    (digit * ten_to(power), usize::try_from(-power).unwrap_or(0).min(12))
}

/// Names, cut to the room that each has.
fn named(names: &[String], fit: Fit) -> Vec<Tick> {
    let [wide, narrow] = fit.room.unwrap_or([600.0, 300.0]);
    let count = names.len().max(1) as f64;
    let fitting = |name: &String, room: f64| cut(name, LETTERS, (room / count - 8.0).max(44.0));
    let tick = |(index, name): (usize, &String)| Tick {
        at: (index as f64 + 0.5) / count,
        words: fitting(name, wide),
        short: fitting(name, narrow),
    };
    names.iter().take(1_000).enumerate().map(tick).collect()
}

/// Takes away labels that would overlap others.
fn thin(ticks: &mut [Tick], [wide, narrow]: [f64; 2]) {
    let words: Vec<(f64, &str)> = ticks.iter().map(|tick| (tick.at, tick.words.as_str())).collect();
    let is_wide = thinned(&words, LETTERS, wide);
    let short: Vec<(f64, &str)> = ticks.iter().map(|tick| (tick.at, tick.short.as_str())).collect();
    let is_narrow = thinned(&short, LETTERS, narrow);
    for (tick, (wide, narrow)) in ticks.iter_mut().zip(is_wide.into_iter().zip(is_narrow)) {
        if !wide {
            tick.words.clear();
        }
        if !narrow {
            tick.short.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(unit: &str, scale: Scale) -> Axis {
        Axis { name: String::new(), unit: unit.into(), scale, from: None, to: None }
    }

    fn words(unit: &str, scale: Scale, values: &[f64], fit: Fit) -> Vec<String> {
        let scaled = Scaled::of(&axis(unit, scale), values.iter().copied(), fit);
        scaled.ticks.into_iter().map(|tick| tick.words).collect()
    }

    const UP: Fit = Fit { zero: true, round: true, free: 0.0, signed: false, ticks: 4.0, room: None };

    #[test]
    fn ticks_are_round_numbers_in_units_of_their_size() {
        assert_eq!(words("count", Scale::Linear, &[3.0, 1_798.0], UP), ["0", "500", "1,000", "1,500", "2,000"]);
        assert_eq!(words("ms", Scale::Linear, &[14_100.0], UP), ["0 s", "5 s", "10 s", "15 s"]);
        assert_eq!(words("ratio", Scale::Linear, &[0.43], UP), ["0 %", "20 %", "40 %", "60 %"]);
        let signed = Fit { signed: true, ..UP };
        assert_eq!(
            words("percent", Scale::Linear, &[-95.0, 40.0], signed),
            ["\u{2212}100 %", "\u{2212}50 %", "0 %", "+50 %"]
        );
        assert_eq!(words("ms", Scale::Logarithmic, &[12.0, 60_000.0], UP), ["10 ms", "100 ms", "1 s", "10 s", "100 s"]);
        assert_eq!(words("", Scale::Tail, &[0.9995], UP), ["0 %", "50 %", "90 %", "99 %", "99.9 %"]);
    }

    #[test]
    fn ticks_of_time_are_round_times_of_the_clock() {
        let fit = Fit { ticks: 6.0, ..Fit::default() };
        // From 09:20 for an hour; from 23:30 for an hour, over midnight.
        let from_twenty = words("s", Scale::Clock { starts: 33_600 }, &[0.0, 3_600.0], fit);
        assert_eq!(from_twenty, ["09:20", "09:30", "09:40", "09:50", "10:00", "10:10", "10:20"]);
        let over_midnight = words("s", Scale::Clock { starts: 84_600 }, &[0.0, 3_600.0], Fit { ticks: 2.0, ..fit });
        assert_eq!(over_midnight, ["23:30", "24:00", "00:30 +1"]);
        assert_eq!(words("s", Scale::Elapsed, &[0.0, 14_400.0], fit), ["0 h", "1", "2", "3", "4"]);
    }

    #[test]
    fn odd_values_have_a_bounded_axis() {
        for values in
            [&[][..], &[0.0], &[7.0, 7.0], &[1e308, -1e308], &[5e-324, 0.0], &[1e15, 1e15 + 0.125], &[f64::NAN]]
        {
            for scale in
                [Scale::Linear, Scale::Logarithmic, Scale::Tail, Scale::Elapsed, Scale::Clock { starts: u32::MAX }]
            {
                for fit in [UP, Fit { zero: false, ..UP }, Fit { round: false, free: 0.1, ticks: 6.0, ..UP }] {
                    let scaled = Scaled::of(&axis("count", scale.clone()), values.iter().copied(), fit);
                    assert!(scaled.low < scaled.high && scaled.ticks.len() <= 100, "{values:?} {scaled:?}");
                    assert!(scaled.ticks.iter().all(|tick| tick.at.is_finite()), "{values:?} {scaled:?}");
                }
            }
        }
    }
}
