//! Parameter grids: values of keys, and all of their combinations.

/// A key of a workload, and the values it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The key, as [`workload::set`](crate::workload::set) takes it.
    pub key: String,
    /// The values, in order.
    pub values: Vec<String>,
}

impl Axis {
    /// The assignment of one of its values, as [`workload::set`](crate::workload::set) takes it.
    pub fn setting(&self, at: usize) -> String {
        format!("{}={}", self.key, self.values[at])
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
        self.0.iter().zip(self.at(point)).map(|(axis, at)| axis.setting(at)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_axis_varies_fastest() {
        let axis = |key: &str, values: &[&str]| Axis {
            key: key.to_owned(),
            values: values.iter().map(|it| (*it).to_owned()).collect(),
        };
        let axes = [axis("a", &["1", "2"]), axis("b", &["x", "y", "z"])];
        let grid = Grid(&axes);
        assert_eq!(grid.points(), Some(6));
        assert_eq!(grid.settings(0), ["a=1", "b=x"]);
        assert_eq!(grid.settings(4), ["a=2", "b=y"]);
        assert_eq!(grid.values(5), ["2", "z"]);
    }
}
