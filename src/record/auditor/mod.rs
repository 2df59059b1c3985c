//! Holds a run to its identities, knowing nothing but facts and the plan.

mod books;
mod calls;
mod devices;
mod note;
mod processes;
mod rest;
#[cfg(test)]
mod tests;

pub use books::Auditor;
