//! From results to estimates, confidence intervals, differences, verdicts and baselines. Pure: the same results give the
//! same numbers. This module makes no text for people and runs nothing.
//!
//! Floating point begins here: all earlier sums are of whole numbers, and every loop over replications goes in the order of
//! their numbers.

mod baseline;
mod capacity;
mod cell;
mod comparison;
mod devices;
mod expected;
mod explanation;
mod gate;
mod goals;
mod mean;
mod measure;
mod resources;
mod provenance;
mod quantity;
mod reason;
mod study;
mod summary;
mod sweep;

pub use baseline::{Baseline, Gated, Kept, Speed, hex};
pub use capacity::{Capacity, Evaluated};
pub use cell::{Cell, NOT_ESTIMABLE, NOT_REACHED, UNKNOWN, end, full, number};
pub use comparison::{Compared, Difference, Sample, compare, relative, samples};
pub use devices::{Fate, PointRehoming, Reached, RehomingStatistics, fates, point_rehomings, rehomings};
pub use expected::{Beside, beside, simulated};
pub use explanation::{Asked, Example, Explanation, Group, Kind, NANO, Number, Share, Spent, causes_of};
pub use gate::{Gate, GateReport, GateRow, SpeedResult, Uncounted};
pub use goals::{Judged, Verdict, judge, judge_found};
pub use measure::{Measured, Values};
pub use provenance::Provenance;
pub use quantity::Quantity;
pub use reason::{Reason, Unsound, Workloads};
pub use resources::{Busy, Pool, Resource, ResourceKind, Waiting, all_pools, all_queues, all_stations, resources};
#[cfg(test)]
pub(crate) use study::tests::study as fake_study;
pub use study::{NANOS_PER_MILLI, Study, among, mean_millis, millis};
pub use summary::{COLUMNS, Row, calls_row, count_row, duration_row, gauge_row, rows, service_row, share_of_offered};
pub use sweep::{Point, PointResult, Sweep};
