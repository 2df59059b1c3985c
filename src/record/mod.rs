//! Recorders of facts: what is measured, and what is audited.

mod asks;
mod auditor;
mod bins;
mod calls;
mod catalogue;
mod devices;
mod histogram;
mod goal;
mod levels;
mod measure;
mod metric;
mod named;
mod possible;
mod quantile;
mod service;
mod queues;
mod meter;
mod summary;
mod timeline;

pub use auditor::Auditor;
pub use bins::{Band, Banded, Bins, DROPPED, InBin, Level, Tally, Wait};
pub use catalogue::{CAUSES, CallsOf, Catalogue, KINDS, OF_CALLS, Series, cause_name, counts, kind_name};
pub use goal::{Goal, goals};
pub use histogram::{Histogram, MergedHistogram, Totals, at_least};
pub use measure::{Column, CountRow, Longest, Measure, OfCount, OfDuration, OfGauge, Statistic, Subject, cannot_occur};
pub use meter::{Meter, Reading};
pub use metric::{Better, Censoring, Count, Gauge, Metric, Peak, Row, Scope, Section, Service, Unit};
pub use quantile::Quantile;
pub use service::ServiceLevel;
pub use summary::{DurationSummary, FateSummary, GaugeSummary, Merged, QUANTILES, ReplicationSummary};
pub use timeline::Timeline;
