//! Who takes note of facts: what is measured, and what is audited.

mod auditor;
mod catalogue;
mod devices;
mod histogram;
mod goal;
mod measure;
mod meter;
mod summary;
mod timeline;

pub use auditor::Auditor;
pub use catalogue::{CAUSES, Catalogue, Count, Gauge, KINDS, Metric, Scope, Series, cause_name, kind_name};
pub use goal::{Goal, goals};
pub use histogram::{Histogram, MergedHistogram, Totals};
pub use measure::{Measure, Source, Statistic, has_peak};
pub use meter::Meter;
pub use summary::{DurationSummary, FateSummary, GaugeSummary, Merged, QUANTILES, ReplicationSummary};
pub use timeline::Timeline;
