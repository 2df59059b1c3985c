//! The parameters of the points of a sweep, as cells.

use crate::analysis::{Cell, Sweep};
use crate::workload::units;

/// The columns of the parameters, and their cells, point by point.
pub(super) struct ParameterColumns {
    pub(super) names: Vec<String>,
    pub(super) cells: Vec<Vec<Cell>>,
}

impl ParameterColumns {
    /// The parameter columns of a sweep.
    pub(super) fn of(sweep: &Sweep) -> ParameterColumns {
        let mut names = vec!["point".to_owned()];
        let mut cells: Vec<Vec<Cell>> = (1..=sweep.points.len() as u64).map(|point| vec![point.into()]).collect();
        for (at, key) in sweep.keys.iter().enumerate() {
            let values: Vec<&str> = sweep.points.iter().map(|point| &*point.values[at]).collect();
            names.push(key.clone());
            for (row, value) in cells.iter_mut().zip(&values) {
                row.push(typed(value));
            }
            if let Some((unit, numbers)) = quantities(&values) {
                names.push(format!("{key}_{unit}"));
                for (row, number) in cells.iter_mut().zip(numbers) {
                    row.push(number.into());
                }
            }
        }
        // What the keys get over which a value is spread.
        names.extend(sweep.points.iter().take(1).flat_map(|point| &point.parts).map(|(key, _)| key.clone()));
        for (row, point) in cells.iter_mut().zip(&sweep.points) {
            row.extend(point.parts.iter().map(|(_, part)| typed(part)));
        }
        ParameterColumns { names, cells }
    }
}

/// The value of a parameter: a plain number becomes a number.
pub(super) fn typed(value: &str) -> Cell {
    // A value that begins with a zero is a directory number rather than an amount.
    let plain = value.len() == 1 || !value.starts_with('0') || value.starts_with("0.");
    match (value.parse::<u64>(), units::number(value)) {
        (Ok(whole), _) if plain => whole.into(),
        (_, Ok(number)) if plain => number.into(),
        _ => value.into(),
    }
}

/// The values of a parameter as numbers for an axis, if all are numbers, or all are quantities with a unit: then they are those of
/// the column with this unit.
pub(super) fn numbers(values: &[&str]) -> Option<(&'static str, Vec<f64>)> {
    let number = |value: &&str| match typed(value) {
        Cell::Whole(number) => Some(number as f64),
        Cell::Number(number) => Some(number),
        Cell::Text(_) | Cell::Missing | Cell::Clock(_) => None,
    };
    let plain = values.iter().map(number).collect::<Option<Vec<f64>>>();
    plain.map(|numbers| ("", numbers)).or_else(|| quantities(values))
}

/// The values of a parameter as numbers for charts, if all are quantities with a unit: durations in seconds, rates per hour,
/// shares as a ratio.
fn quantities(values: &[&str]) -> Option<(&'static str, Vec<f64>)> {
    let all = |read: fn(&str) -> Option<f64>| values.iter().map(|value| read(value)).collect::<Option<Vec<f64>>>();
    let seconds = |value: &str| units::duration(value).ok().map(|span| span.seconds());
    let an_hour = |value: &str| {
        let (number, unit) = value.split_once('/')?;
        let number = units::number(number.trim()).ok()?;
        // Not by way of a rate per second: 20000/h has to stay a round number.
        match unit.trim() {
            "s" => Some(number * 3600.0),
            "m" => Some(number * 60.0),
            "h" => Some(number),
            "d" => Some(number / 24.0),
            _ => None,
        }
    };
    let share = |value: &str| units::share(value).ok();
    let seconds = all(seconds).map(|numbers| ("s", numbers));
    seconds.or_else(|| Some(("per_h", all(an_hour)?))).or_else(|| Some(("ratio", all(share)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_with_a_unit_can_be_charted() {
        assert_eq!(quantities(&["1h30m", "5ms"]), Some(("s", vec![5400.0, 0.005])));
        assert_eq!(quantities(&["20000/h", "10/s"]), Some(("per_h", vec![20_000.0, 36_000.0])));
        assert_eq!(quantities(&["0.1%"]), Some(("ratio", vec![0.001])));
        assert_eq!(quantities(&["5s", "10%"]), None);
        assert_eq!(quantities(&["10", "20"]), None);
        assert_eq!(
            [typed("10"), typed("0.5"), typed("0"), typed("3.0")],
            [10.into(), 0.5.into(), 0.into(), 3.0.into()]
        );
        assert_eq!([typed("007"), typed("5s"), typed("-1")], ["007".into(), "5s".into(), "-1".into()]);
    }
}
