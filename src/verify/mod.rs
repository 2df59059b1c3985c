//! Whether the program is right on this machine.
//!
//! Five parts, from what theory says to what the bytes say: closed forms beside the model ([`Part::Theory`]), the identities of
//! the books ([`Part::Identities`]), the same bytes whichever way they are computed ([`Part::Sameness`]), the bytes of the
//! release ([`Part::Fingerprints`]), and how often the intervals in the reports hold the truth ([`Part::Coverage`]).
//!
//! Nothing here is a model of its own: workloads are texts, compiled and run as those of users are.

mod check;
mod comparison;
mod coverage;
mod workers;
mod rehoming;
mod shipped;
mod show;
mod theory;
mod verification;

pub use check::{Check, CheckVerdict, Figure, Part};
pub use comparison::{Cell, Comparison, FREE, Reading, free};
pub use shipped::{FINGERPRINTS, WORKLOADS};
pub use show::verify_page;
pub use verification::{FAMILIES, Family, Options, Outcome, Verification};
pub use workers::Workers;
