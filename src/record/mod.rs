//! Facts, and those who take note of them.

mod fact;
mod histogram;

pub use fact::{Fact, Path, PoolId, Recorder, Share};
pub use histogram::{Histogram, MergedHistogram, Totals};
