//! Reading a workload file: text, checked key by key, with every problem reported at once. References between its
//! parts are still names here; the plan resolves them.

pub mod advised;
mod application;
mod change;
mod clock;
mod cluster;
mod device;
mod digest;
mod encoding;
mod fault;
mod files;
mod goal;
mod distribution;
mod meant;
mod names;
mod problem;
mod queue;
mod read;
mod rows;
mod run;
mod schema;
mod set;
mod sheet;
mod shown;
mod syntax;
mod term;
mod tied;
mod traffic;
mod tree;
mod typed;
pub mod units;
pub mod vocabulary;

pub use crate::domain::{HeartbeatReading, Standby, Topology};
pub use application::{Application, Associated, Database, Interface, User};
pub(crate) use change::BRIDGE;
pub use change::{BY_HAND, BlindTransfer, CallChanges, Conference, ConferenceBridge, Consult, Done, Hold};
pub use clock::Clock;
pub use cluster::{CallManagerGroup, Cti, DevicePool, Network, Node, Work};
pub use device::{Control, CtiPorts, Destination, ForwardNames, Line, Phones, RoutePoint, Treatment};
pub use digest::digest;
pub use distribution::distribution;
pub use fault::{Change, Fault, Occurs, ParameterChange, TargetName};
pub use files::{Contents, Files, NoFiles};
pub use goal::{GoalEntry, Side};
pub use problem::{
    Elsewhere, Ink, PROBLEMS_MAX, Problem, Problems, Reports, Severity, TEXT_BYTES_MAX, TextRange, enumeration,
    suggestion, text_of,
};
pub use queue::{QUEUES, Queue, Transfer, TransferTo};
pub use read::{At, Name};
pub use run::{Run, Study};
pub use schema::schema;
pub use set::{edit, set};
pub use shown::{shown, shown_json};
pub use tied::{Tie, Tied};
pub use traffic::{Arrivals, Burst, CallList, Calls, ListedCall, NamedDay, RatePoint, SpeedDial, Traffic, rates_of};
pub use tree::Workload;
pub use typed::{Located, Typed};
pub use vocabulary::{DEVICES_MAX, REPLICATIONS_MAX};
