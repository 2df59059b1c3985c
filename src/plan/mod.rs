//! The plan of a simulation: checked, dense, immutable. A reference in a plan is a row number and always valid.

mod application;
mod compile;
mod control;
mod device;
mod directory;
mod faults;
mod forwards;
mod limits;
mod lines;
mod model;
mod node;
mod numbers;
mod parameters;
mod queue;
mod rates;
pub mod routing;
mod source;
mod speed_dial;
mod transfers;
mod window;
mod wishes;

pub use crate::workload::{HeartbeatReading, Standby, Study as StudyKind, Topology};
pub use application::{Application, Connection, Database};
pub use compile::{build, compile, compile_workload};
pub use device::{Destination, Device, Line, LineRows, Openers, PhoneGroup, PortGroup, RoutePoint, Treatment};
pub use faults::{Change, Fault, Occurs, ParameterChange, Setting};
pub use model::{Opener, Plan, Station};
pub use node::{CallManagerWork, CtiManagerWork, Node};
pub use numbers::{Number, Numbers};
pub use parameters::{Links, Parameters};
pub use queue::{People, Queue, Transfer, TransferTo, Wishes};
pub use rates::RateCurve;
pub use source::{Arrivals, ListedCall, ModulationState, Source};
pub use speed_dial::SpeedDial;
pub use window::Window;
