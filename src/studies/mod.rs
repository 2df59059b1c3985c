//! Studies of plans: run one, sweep a key, compare two, search a capacity, compare one with a baseline. Each is a function
//! that takes plans, or a loader of them, and returns numbers. A [`Runner`] has the seed, the number of threads, the observer
//! and the stop flag; finished points of a sweep go to a [`Store`].
//!
//! This module decides what is run, how the error probability is divided among repeated looks, and that two plans are
//! measured over the same time. It knows no flags, files or report texts.

mod capacity;
mod case;
mod compare;
mod explain;
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
pub use explain::{Unexplained, explain};
pub use gate::{gate, record};
pub use grid::{Axis, Grid};
pub use observer::{Observer, Remark};
pub use precision::{Known, Precision};
pub use run::{Run, run};
pub use runner::Runner;
pub use sweep::{Planned, Store, sweep};
pub use window::{OpenWarmUp, given_warm_up, is_open, window};
