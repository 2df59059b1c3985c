//! A parameter sweep, and the results kept of each point.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::record::{Goal, Measure};
use crate::stats::{Confidence, Seen};

use super::cell::{Cell, number};
use super::goals::{Judged, judge_found};
use super::measure::Measured;
use super::study::Study;
use super::summary::{COLUMNS, Row, rows};

/// The results kept of a point: the rows of its `summary.csv`, and every measure that a goal or table may refer to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointResult {
    /// Rows of cells, in the order of [`COLUMNS`].
    pub rows: Vec<Vec<Cell>>,
    /// The value, and the ends of its 95 % interval, of every measure that has a value.
    measures: BTreeMap<String, Kept>,
}

/// An estimate that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// The value, and the ends of its interval.
    found: [Cell; 3],
    /// In how many of how many replications it was seen, if that is too seldom for an interval.
    seldom: Option<[u64; 2]>,
}

impl PointResult {
    /// The results of a study.
    pub fn of(study: &Study) -> PointResult {
        let stored = |measure: Measure| {
            let found = measure.of(study, Confidence::P95);
            let kept = Kept {
                found: [found.value, found.low, found.high].map(number),
                seldom: found.seldom.map(|it| [it.times, it.replications]),
            };
            found.value.map(|_| (measure.to_string(), kept))
        };
        PointResult {
            rows: rows(study).iter().map(Row::cells).collect(),
            measures: Measure::all(study.plan).into_iter().filter_map(stored).collect(),
        }
    }

    /// Whether it has the shape that [`PointResult::of`] makes.
    pub fn is_whole(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.len() == COLUMNS.len())
    }

    /// The estimate of a measure, which its plan has.
    pub fn found(&self, measure: &Measure) -> Measured {
        let read = |cell: &Cell| match cell {
            Cell::Whole(number) => Some(*number as f64),
            Cell::Number(number) => Some(*number),
            Cell::Text(_) => Some(f64::INFINITY),
            Cell::Missing | Cell::Clock(_) => None,
        };
        let kept = self.measures.get(&measure.to_string());
        let [value, low, high] = kept.map_or([None; 3], |kept| kept.found.each_ref().map(read));
        Measured {
            value,
            low,
            high,
            unit: measure.unit().name(),
            seldom: kept.and_then(|kept| kept.seldom).map(|[times, replications]| Seen { times, replications }),
        }
    }
}

/// A workload with some of its values changed, and the results.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The values of the parameters, in order.
    pub values: Vec<String>,
    /// The keys over which values are spread, and what each gets: the same keys at every point.
    pub parts: Vec<(String, String)>,
    /// The seed.
    pub seed: u64,
    /// Which replications.
    pub replications: Range<u64>,
    /// The goals.
    pub goals: Vec<Goal>,
    /// The results.
    pub result: PointResult,
}

/// A workload at many points.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// The workload's name.
    pub workload: String,
    /// Its question.
    pub question: String,
    /// The keys that are varied.
    pub keys: Vec<String>,
    /// The points, of which there is at least one, in their order.
    pub points: Vec<Point>,
    /// The measures in the table.
    pub measures: Vec<Measure>,
}

impl Sweep {
    /// Every goal of any point: they differ where a parameter is the bound of a goal.
    pub fn goals(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let goals = self.points.iter().flat_map(|point| &point.goals).map(Goal::to_string);
        goals.filter(|goal| seen.insert(goal.clone())).collect()
    }
}

impl Point {
    /// The verdicts on its goals.
    pub fn judged(&self) -> Vec<Judged> {
        self.goals.iter().map(|goal| judge_found(goal, self.result.found(&goal.measure))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::fake;

    #[test]
    fn a_point_has_the_estimate_of_its_study_for_every_measure() {
        let plan = fake::plan();
        let study = study(&plan);
        let result = PointResult::of(&study);
        let stored = serde_json::to_vec(&result).unwrap();
        let read: PointResult = serde_json::from_slice(&stored).unwrap();
        assert!(read == result && read.is_whole());
        let measures = Measure::all(&plan);
        assert!(measures.len() > 300, "{}", measures.len());
        for measure in measures {
            measure.check(&plan).unwrap();
            assert_eq!(Measure::parse(&measure.to_string()).as_ref(), Ok(&measure));
            let (of_study, found) = (measure.of(&study, Confidence::P95), read.found(&measure));
            assert!(
                of_study == found || of_study.value.is_none() && found.value.is_none(),
                "{measure}: {of_study:?} {found:?}"
            );
        }
    }
}
