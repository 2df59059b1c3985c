//! What would be affected by the loss of a record, followed to the end of the chain by the same rules as in a run.

mod aftermath;
mod bridges;
mod calls;
mod effect;
mod losses;

pub use effect::{Consequence, Effect, Loss, Subject};
