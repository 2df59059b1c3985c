//! What would be affected if a record went, to the end of the chain. The rules that decide are those of a run.

mod aftermath;
mod calls;
mod effect;
mod losses;

pub use effect::{Consequence, Effect, Loss, Subject};
