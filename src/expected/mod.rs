//! What theory expects of a workload: closed forms that a run can be set beside, where the workload meets their assumptions.
//!
//! A form is recognised on the plan alone, and rather not than wrongly: whatever could make it false excludes it. The closed
//! forms know of no time that messages take, so that an expectation is a range: its low end is what holds if messages took no time
//! and as many callers gave up meanwhile as can, its high end what holds if each call took [`messages`] longer.

mod calls;
mod conditions;
mod expectation;
mod failures;
mod forms;
mod rehoming;
mod words;

pub use expectation::{Expected, Predicted};
pub use forms::expected;
