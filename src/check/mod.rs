//! Checks of a workload without a run: the nine steps of the configuration checklist (R9), every error that keeps it from
//! being run, and warnings about problems in operation.

mod advice;
mod checklist;
mod compiled;
mod entries;
mod examination;
mod filling;
mod forwards;
mod goals;
mod length;
mod load;
mod managers;
mod notes;
mod position;
mod setup;
mod stations;
mod stream;
mod timing;
mod usage;
mod words;

pub use advice::{ADVICE, Advice};
pub use checklist::{Line, Offender, State, Step};
pub use compiled::{Compiled, compile};
pub use examination::{Examination, Lint, examine};
pub use filling::{EmptyStart, empty_start};
pub use goals::{Doubt, Doubtful, doubts};
pub use notes::Finding;
pub use position::{Position, Positions};
