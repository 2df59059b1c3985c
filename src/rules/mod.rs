//! The chapter's sentences, one file each: pure functions that decide, and schedule nothing.

mod heartbeat;
mod node_choice;

pub use heartbeat::effective_interval;
pub use node_choice::first_live;
