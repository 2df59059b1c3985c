//! Facts, and those who take note of them.

mod auditor;
mod catalogue;
mod devices;
mod fact;
mod histogram;
mod meter;
mod summary;
mod timeline;

pub use auditor::Auditor;
pub use catalogue::{CAUSES, Catalogue, Count, Gauge, KINDS, Metric, Scope, Series, cause_name, kind_name};
pub use fact::{Fact, Path, PoolId, Recorder, Share};
pub use histogram::{Histogram, MergedHistogram, Totals};
pub use meter::Meter;
pub use summary::{DurationSummary, FateSummary, GaugeSummary, Merged, QUANTILES, ReplicationSummary};
pub use timeline::Timeline;
