//! Verification of the program on this machine.
//!
//! It has five parts: the model against closed forms ([`Part::Theory`]), the auditor's identities ([`Part::Identities`]), the
//! same bytes however they are computed ([`Part::Sameness`]), the bytes of the released results ([`Part::Fingerprints`]), and
//! the coverage of the intervals in the reports ([`Part::Coverage`]).
//!
//! There is no second model here: workloads are texts, compiled and run like those of users.

mod changes;
mod check;
mod comparison;
mod coverage;
mod days;
mod memory;
mod people;
mod workers;
mod rare;
mod rehoming;
mod screen_pop;
mod service;
mod shipped;
mod show;
mod theory;
mod verification;

pub use check::{Check, CheckVerdict, Figure, Part};
pub use comparison::{Cell, Comparison, FREE, Reading, free};
pub use memory::DrawnStudy;
pub use shipped::{FINGERPRINTS, WORKLOADS};
pub use show::verify_page;
pub use verification::{FAMILIES, Family, Options, Outcome, Verification};
pub use workers::Workers;
