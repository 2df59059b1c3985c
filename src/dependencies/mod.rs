//! R8: dependency records. What each part of a workload uses, who uses it, and what would be affected if it went.
//!
//! Everything here follows from the workload file: nothing is simulated.

mod book;
mod collect;
mod effects;
mod names;
mod record;

pub use book::Dependencies;
pub use effects::{Consequence, Effect, Loss, Subject};
pub use record::{Position, Record, RecordId, RecordKind, Role, Use};
