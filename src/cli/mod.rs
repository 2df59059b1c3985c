//! The program: the only place with access to files, clocks, terminals, the number of cores and exit codes.

mod arguments;
mod capacity;
mod check;
mod compare;
mod deps;
mod doubts;
mod explain;
mod flags;
mod formats;
mod gate;
mod heap;
mod help;
mod init;
mod input;
mod inputs;
mod instructions;
mod limits;
mod manual;
mod memory;
mod model;
mod oracle;
mod output;
mod pages;
mod peaks;
mod plot;
mod prelude;
mod program;
mod progress;
mod records;
#[doc(hidden)]
pub mod rehearsal;
mod repeat;
mod report;
mod run;
mod signals;
mod stop;
mod sweep;
mod terminal;
mod trace;
mod values;
mod vary;
mod verify;
mod workbook;

pub use heap::Heap;
pub use program::main;
