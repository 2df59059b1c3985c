//! All integration tests that can share a process, in one program: the library is linked once instead of once per file.
//!
//! `cargo test --test suite rules::` runs those of one file, `cargo test --test suite r18` those of a rule. Separate are
//! `allocation`, which has a counting allocator, and `swarm`, which uses the whole machine.

mod book;
mod capacity;
mod cells;
mod chapter;
mod check;
mod cli;
mod columns;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod dependencies;
mod expected;
mod explain;
mod gate;
mod imports;
mod numbers;
mod oracle;
mod pages;
mod pairing;
mod planner;
mod planted;
mod plot;
mod records;
mod rehoming;
mod rules;
mod same;
mod schema;
mod service_level;
mod sheets;
mod size;
mod starter;
mod story;
mod surface;
mod surroundings;
mod sweep;
mod theory;
mod tidy;
mod timeline;
mod trace;
mod verdicts;
mod words;
mod workloads;
mod writing;
