//! R8: dependency records. What each part of a workload uses, what uses it, and what would be affected by its loss.
//!
//! Everything here follows from the workload file: nothing is simulated.

mod graph;
mod collect;
mod effects;
mod names;
mod record;

pub use effects::{Consequence, Effect, Loss, Subject};
pub use graph::Dependencies;
pub use record::{Position, Record, RecordId, RecordKind, Role, Use};
