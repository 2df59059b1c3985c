//! Builds what `report.json` keeps: one file for each command, and those beside them for what a run says.

mod advice;
mod busy;
mod capacity;
mod comparison;
mod delays;
mod faults;
mod figures;
mod gate;
mod headline;
mod minutes;
mod parts;
mod recovery;
mod run;
mod sweep;
mod topology;

pub(super) use capacity::capacity_report;
pub(super) use comparison::comparison_report;
pub(super) use faults::{clock, started, words as fault_words};
pub(super) use gate::gate_report;
pub(super) use parts::report as empty_report;
pub(super) use run::run_report;
pub(super) use sweep::sweep_report;
