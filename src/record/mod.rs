//! Facts, and those who take note of them.

mod auditor;
mod fact;

pub use auditor::Auditor;
pub use fact::{Fact, Path, PoolId, Recorder, Share};
