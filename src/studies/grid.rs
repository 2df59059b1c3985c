//! Parameter grids: values of keys, and all of their combinations.

/// A key of a workload, or several that are [tied](crate::workload::Tied), and the values it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The key; of tied keys what they are called together.
    pub key: String,
    /// The values, in order.
    pub values: Vec<String>,
    /// What each value sets in the workload, as [`workload::set`](crate::workload::set) takes it.
    pub settings: Vec<Vec<String>>,
}

impl Axis {
    /// One key, as [`workload::set`](crate::workload::set) takes it, and its values.
    pub fn of_key(key: impl Into<String>, values: Vec<String>) -> Axis {
        let key = key.into();
        let settings = values.iter().map(|value| vec![format!("{key}={value}")]).collect();
        Axis { key, values, settings }
    }

    /// A value with its key, for remarks.
    pub fn title(&self, at: usize) -> String {
        format!("{}={}", self.key, self.values[at])
    }

    /// The keys that get a part of a value, and what each gets.
    fn parts(&self, at: usize) -> impl Iterator<Item = (String, String)> {
        let of = |setting: &String| setting.split_once('=').map(|(key, part)| (key.to_owned(), part.to_owned()));
        self.settings[at].iter().filter_map(of).filter(move |(_, part)| *part != self.values[at])
    }
}

/// All combinations of the values of some axes, of which the last varies fastest.
#[derive(Clone, Copy, Debug)]
pub struct Grid<'a>(pub &'a [Axis]);

impl Grid<'_> {
    /// The number of points; `None` on overflow.
    pub fn points(&self) -> Option<usize> {
        self.0.iter().try_fold(1_usize, |points, axis| points.checked_mul(axis.values.len()))
    }

    /// The index of each axis's value at a point.
    fn at(&self, point: usize) -> Vec<usize> {
        let mut rest = point;
        let mut chosen: Vec<usize> = Vec::new();
        for axis in self.0.iter().rev() {
            chosen.push(rest % axis.values.len());
            rest /= axis.values.len();
        }
        chosen.reverse();
        chosen
    }

    /// The values at a point, axis by axis.
    pub fn values(&self, point: usize) -> Vec<String> {
        self.0.iter().zip(self.at(point)).map(|(axis, at)| axis.values[at].clone()).collect()
    }

    /// The assignments at a point, axis by axis.
    pub fn settings(&self, point: usize) -> Vec<String> {
        self.0.iter().zip(self.at(point)).flat_map(|(axis, at)| axis.settings[at].clone()).collect()
    }

    /// The values at a point with their keys, for remarks.
    pub fn title(&self, point: usize) -> String {
        let titles: Vec<String> = self.0.iter().zip(self.at(point)).map(|(axis, at)| axis.title(at)).collect();
        titles.join(", ")
    }

    /// The keys over which a value is spread at a point, and what each gets.
    pub fn parts(&self, point: usize) -> Vec<(String, String)> {
        self.0.iter().zip(self.at(point)).flat_map(|(axis, at)| axis.parts(at)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_axis_varies_fastest() {
        let axis = |key: &str, values: &[&str]| Axis::of_key(key, values.iter().map(|it| (*it).to_owned()).collect());
        let axes = [axis("a", &["1", "2"]), axis("b", &["x", "y", "z"])];
        let grid = Grid(&axes);
        assert_eq!(grid.points(), Some(6));
        assert_eq!(grid.settings(0), ["a=1", "b=x"]);
        assert_eq!(grid.settings(4), ["a=2", "b=y"]);
        assert_eq!(grid.values(5), ["2", "z"]);
        assert!(grid.parts(5).is_empty());
    }

    #[test]
    fn a_total_has_parts_and_a_value_of_each_key_has_none() {
        let tied = |key: &str, value: &str, settings: &[&str]| Axis {
            key: key.to_owned(),
            values: vec![value.to_owned()],
            settings: vec![settings.iter().map(|it| (*it).to_owned()).collect()],
        };
        let axes = [tied("sum(x)", "5", &["a=3", "b=2"]), tied("each(y)", "2", &["c=2", "d=2"])];
        let grid = Grid(&axes);
        assert_eq!(grid.settings(0), ["a=3", "b=2", "c=2", "d=2"]);
        assert_eq!(grid.title(0), "sum(x)=5, each(y)=2");
        let part = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(grid.parts(0), [part("a", "3"), part("b", "2")]);
    }
}
