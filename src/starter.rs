//! A first workload: text made from a few answers, for people to read and change.
//!
//! Answers that are left open follow from the others, so that the site can carry its busy hour.

mod failure;
mod site;
mod text;

pub use failure::Failure;
pub use site::{Answers, Site, most};
pub use text::workload;
