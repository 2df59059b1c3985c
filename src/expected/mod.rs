//! Theoretical values for a workload: closed forms to compare with a run, if the workload meets their assumptions.
//!
//! Whether a form applies is decided on the plan alone, and conservatively: anything that could make it wrong excludes it. The
//! closed forms ignore message delays, so an expectation is a range: its low end assumes that messages take no time and that
//! as many callers as possible give up meanwhile, its high end that each call takes [`messages`] longer.

mod calls;
mod conditions;
mod expectation;
mod failures;
mod forms;
mod queues;
mod rehoming;
mod words;

pub use expectation::{Expected, Predicted};
pub use forms::expected;
