//! A discrete-event simulator of a Cisco CallManager cluster and its CTI applications under load and failure.
//!
//! Most people use the program. From Rust, a workload is text, a plan is what is simulated, and a [`facts::Recorder`]
//! observes a run:
//!
//! ```
//! use ctisim::cluster::Cluster;
//! use ctisim::record::Auditor;
//! use ctisim::{plan, workload};
//!
//! let text = r#"
//!     format = 1
//!     question = "Does a call get through?"
//!     run = { length = "1m" }
//!     [[node]]
//!     name = "sub1"
//!     [[destination]]
//!     name = "outside"
//!     [[traffic]]
//!     name = "callers"
//!     to = "outside"
//!     arrivals = { poisson = "10/m" }
//! "#;
//! let plan = plan::compile("example", text, &workload::NoFiles)?;
//! let mut cluster = Cluster::new(&plan, Auditor::new(&plan));
//! let events = cluster.run(plan.seed, 0);
//! assert!(events > 0);
//! cluster.recorder.finish(plan.length).expect("every identity holds");
//! # Ok::<(), workload::Problems>(())
//! ```
//!
//! The commands run, sweep, compare, capacity and gate are functions of [`studies`].
//!
//! The public interface is listed in `docs/public-api.txt`. Without features the crate is [`stats`] and [`engine`]; `model`
//! adds everything from a workload to results; `cli` adds reports and [`cli::main`], the program. Other modules of the
//! program are hidden here, because they may change at any time.
//!
//! The layers, lowest first: a module uses only those above it in this list.

pub mod stats;
pub mod engine;
#[cfg(feature = "model")]
pub mod domain;
#[cfg(feature = "model")]
pub mod rules;
#[cfg(feature = "model")]
pub mod workload;
#[cfg(feature = "model")]
pub mod plan;
#[cfg(feature = "model")]
pub mod dependencies;
#[cfg(feature = "model")]
pub mod facts;
#[cfg(feature = "model")]
pub mod cluster;
#[cfg(feature = "model")]
pub mod record;
#[cfg(feature = "model")]
pub mod trace;
#[cfg(feature = "model")]
pub mod records;
#[cfg(all(test, feature = "model"))]
mod fake;
#[cfg(feature = "model")]
pub mod oracle;
#[cfg(feature = "model")]
pub mod expected;
#[cfg(feature = "model")]
pub mod check;
#[cfg(feature = "model")]
pub mod experiment;
#[cfg(feature = "model")]
pub mod analysis;
#[cfg(feature = "model")]
pub mod studies;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod report;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod starter;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod verify;
#[cfg(feature = "cli")]
pub mod cli;
