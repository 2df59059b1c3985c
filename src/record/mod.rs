//! Facts, and those who take note of them.

mod fact;

pub use fact::{Fact, Path, PoolId, Recorder, Share};
