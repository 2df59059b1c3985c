//! Facts, and those who take note of them.

mod auditor;
mod catalogue;
mod fact;
mod histogram;
mod meter;
mod summary;
mod timeline;

pub use auditor::Auditor;
pub use catalogue::{Catalogue, Count, Gauge, Metric, Scope, Series};
pub use fact::{Fact, Path, PoolId, Recorder, Share};
pub use histogram::{Histogram, MergedHistogram, Totals};
pub use meter::Meter;
pub use summary::{DurationSummary, GaugeSummary, Merged, QUANTILES, ReplicationSummary};
pub use timeline::Timeline;
