//! What can be done with plans: run one, sweep a key, compare two, find what is enough, hold one against a baseline. Each is a
//! function: plans, or a loader of them, go in, and numbers come out. A [`Runner`] says with which seed, on how many threads,
//! who watches and what ends it before its time; finished work goes to a [`Store`] that is handed in.
//!
//! What happens to which plan, how doubt is divided among many looks, and that two plans are measured over the same time,
//! is decided here. Flags, files and words are other people's affair.

mod capacity;
mod case;
mod compare;
mod gate;
mod grid;
mod observer;
mod precision;
mod run;
mod runner;
mod sweep;
mod window;

pub use capacity::{Search, capacity};
pub use case::Case;
pub use compare::{Comparison, common_measures, compare};
pub use gate::{gate, record};
pub use grid::{Axis, Grid};
pub use observer::{Observer, Remark};
pub use precision::Precision;
pub use run::{Run, run};
pub use runner::Runner;
pub use sweep::{Planned, Store, sweep};
pub use window::{OpenWarmUp, given_warm_up, is_open, window};
