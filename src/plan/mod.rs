//! What is simulated: checked, dense, immutable. A reference in a plan is a row number and always valid.

mod compile;
mod control;
mod directory;
mod happenings;
mod limits;
mod model;
mod numbers;
mod rates;
pub mod routing;
mod window;

pub use crate::workload::Study as StudyKind;
pub use compile::{build, compile, compile_workload};
pub use model::*;
pub use numbers::Number;
pub use window::Window;
