//! The axes of charts in a spreadsheet: which numbers stand for what on them, where they begin and end, and how they are named.

use crate::report::chart::{Axis, Scale};

/// The number that stands for a value on this scale, if there is one.
pub(super) fn number(scale: &Scale, value: f64) -> Option<f64> {
    let number = match scale {
        Scale::Linear | Scale::Logarithmic | Scale::Names(_) => value,
        Scale::Tail => 1.0 / (1.0 - value),
        Scale::Elapsed => value / 60.0,
        Scale::Clock { starts } => (f64::from(*starts) + value) / 86_400.0,
    };
    (number.is_finite() && (number > 0.0 || !is_logarithmic(scale))).then_some(number + 0.0)
}

/// Whether equal steps are equal factors.
pub(super) fn is_logarithmic(scale: &Scale) -> bool {
    matches!(scale, Scale::Logarithmic | Scale::Tail)
}

/// Its title.
pub(super) fn title(axis: &Axis) -> String {
    let unit = match (&axis.scale, &*axis.unit) {
        (Scale::Elapsed, _) => "minutes",
        (Scale::Clock { .. } | Scale::Tail | Scale::Names(_), _) | (_, "count" | "ratio") => "",
        (_, "percent") => "%",
        (_, unit) => unit,
    };
    match (&*axis.name, unit) {
        (name, "") => name.to_owned(),
        ("", unit) => unit.to_owned(),
        (name, unit) => format!("{name}, {unit}"),
    }
}

/// How its numbers are shown.
pub(super) fn format(axis: &Axis, bounds: Option<&Bounds>) -> &'static str {
    let step = bounds.map_or(1.0, |bounds| bounds.step);
    match (&axis.scale, &*axis.unit) {
        (Scale::Tail, _) => "\"1 in \"#,##0",
        (Scale::Clock { .. }, _) => "hh:mm",
        (Scale::Logarithmic, "ratio") => "[<0.0001]0.0000%;[<0.01]0.00%;0%",
        (_, "ratio") if step >= 0.01 => "0%",
        (_, "ratio") if step >= 0.001 => "0.0%",
        (_, "ratio") => "0.00%",
        _ => "General",
    }
}

/// Where an axis begins and ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bounds {
    /// Where it begins.
    pub(super) low: f64,
    /// Where it ends.
    pub(super) high: f64,
    /// From one label to the next; a factor if it is logarithmic.
    pub(super) step: f64,
}

impl Bounds {
    /// Those of an axis for these numbers, at which labels are round; none if there is nothing to show.
    pub(super) fn of(axis: &Axis, numbers: impl Iterator<Item = f64>) -> Option<Bounds> {
        let (least, greatest) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), number| {
            (least.min(number), greatest.max(number))
        });
        let given = |end: Option<f64>| end.and_then(|end| number(&axis.scale, end));
        let (low, high) = (given(axis.from).unwrap_or(least), given(axis.to).unwrap_or(greatest));
        let is_sound = low.is_finite() && high.is_finite() && low <= high && (high - low).is_finite();
        let bounds = match &axis.scale {
            _ if !is_sound => return None,
            Scale::Logarithmic | Scale::Tail => {
                let low = decade(low);
                let end = decade(high);
                let high = if end < high || end <= low { end * 10.0 } else { end };
                Bounds { low, high, step: 10.0 }
            }
            // Time begins and ends where the run does, not at a round number.
            Scale::Elapsed => Bounds { low, high, step: minutes(high - low) },
            Scale::Clock { .. } => Bounds { low, high, step: minutes(1440.0 * (high - low)) / 1440.0 },
            Scale::Linear | Scale::Names(_) => {
                let step = round((high - low) / 6.0).unwrap_or_else(|| round(high.abs() / 6.0).unwrap_or(1.0));
                let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
                Bounds { low: low + 0.0, high: if high > low { high } else { low + step }, step }
            }
        };
        (bounds.high > bounds.low && bounds.high.is_finite() && bounds.step > 0.0).then_some(bounds)
    }
}

/// The power of ten at or below a positive number.
fn decade(number: f64) -> f64 {
    let exponent = format!("{number:e}").split_once('e').and_then(|(_, exponent)| exponent.parse().ok());
    let exponent: i32 = exponent.unwrap_or(0);
    format!("1e{exponent}").parse().unwrap_or(1.0)
}

/// The least round number not below a positive one.
fn round(number: f64) -> Option<f64> {
    let decade = (number.is_normal() && number > 0.0).then(|| decade(number))?;
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * decade).find(|&round| round >= number)
}

/// From one label to the next, in minutes, for a time of so many.
fn minutes(length: f64) -> f64 {
    const STEPS: [f64; 11] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 240.0, 480.0];
    STEPS.into_iter().find(|step| step * 12.0 >= length).unwrap_or_else(|| 1440.0 * (length / 12.0 / 1440.0).ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale) -> Axis {
        Axis { name: "wait".into(), unit: "ms".into(), scale, from: None, to: None }
    }

    fn bounds(scale: Scale, numbers: [f64; 2]) -> Option<[f64; 3]> {
        Bounds::of(&axis(scale), numbers.into_iter()).map(|it| [it.low, it.high, it.step])
    }

    /// 8:00 is a third of a day; half of 30 minutes later is 8:15.
    #[test]
    fn numbers_stand_for_values() {
        assert_eq!(number(&Scale::Clock { starts: 28_800 }, 900.0), Some(29_700.0 / 86_400.0));
        assert_eq!(number(&Scale::Elapsed, 90.0), Some(1.5));
        assert_eq!(number(&Scale::Tail, 0.75), Some(4.0));
        assert_eq!(number(&Scale::Tail, 1.0), None);
        assert_eq!(number(&Scale::Logarithmic, 0.0), None);
        assert_eq!(number(&Scale::Linear, -1.0), Some(-1.0));
    }

    /// A sixth of 0 to 29 is 4.8, so labels are 5 apart, up to 30. A time of 61 minutes has labels every 10, since 12 of 5 are 60.
    #[test]
    fn axes_end_at_round_numbers_and_time_where_it_ends() {
        assert_eq!(bounds(Scale::Linear, [0.0, 29.0]), Some([0.0, 30.0, 5.0]));
        assert_eq!(bounds(Scale::Linear, [-7.0, 13.0]), Some([-10.0, 15.0, 5.0]));
        assert_eq!(bounds(Scale::Linear, [0.0, 0.0]), Some([0.0, 1.0, 1.0]));
        assert_eq!(bounds(Scale::Logarithmic, [3.0, 4_000.0]), Some([1.0, 10_000.0, 10.0]));
        assert_eq!(bounds(Scale::Logarithmic, [0.002, 0.1]), Some([0.001, 0.1, 10.0]));
        assert_eq!(bounds(Scale::Tail, [1.0, 1.0]), Some([1.0, 10.0, 10.0]));
        assert_eq!(bounds(Scale::Elapsed, [0.0, 61.0]), Some([0.0, 61.0, 10.0]));
        assert_eq!(bounds(Scale::Elapsed, [0.0, 7.0 * 1440.0]), Some([0.0, 10_080.0, 1440.0]));
    }

    /// Files may have any numbers.
    #[test]
    fn odd_numbers_have_no_bounds_or_sound_ones() {
        for numbers in [[f64::MAX, f64::MIN], [1.0, -1.0], [f64::MIN, f64::MAX], [f64::MIN_POSITIVE, f64::MAX]] {
            for scale in [Scale::Linear, Scale::Logarithmic, Scale::Tail, Scale::Elapsed] {
                let numbers = if scale == Scale::Linear { numbers } else { numbers.map(f64::abs) };
                if let Some([low, high, step]) = bounds(scale, numbers) {
                    assert!(low < high && step > 0.0 && high.is_finite(), "{low} {high} {step}");
                }
            }
        }
        assert_eq!(Bounds::of(&axis(Scale::Linear), std::iter::empty()), None);
        let reversed = Axis { from: Some(2.0), to: Some(1.0), ..axis(Scale::Linear) };
        assert_eq!(Bounds::of(&reversed, std::iter::empty()), None);
    }

    #[test]
    fn titles_have_units_that_numbers_do_not_show() {
        assert_eq!(title(&axis(Scale::Linear)), "wait, ms");
        assert_eq!(title(&axis(Scale::Elapsed)), "wait, minutes");
        assert_eq!(title(&axis(Scale::Tail)), "wait");
        let share = Axis { unit: "ratio".into(), ..axis(Scale::Linear) };
        assert_eq!(title(&share), "wait");
        let narrow = Bounds { low: 0.99, high: 1.0, step: 0.002 };
        assert_eq!((format(&share, None), format(&share, Some(&narrow))), ("0%", "0.0%"));
    }
}
