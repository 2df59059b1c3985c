//! All integration tests that can share a process, in one program: the library is linked once, and not once a file.
//!
//! `cargo test --test suite rules::` runs those of one file, `cargo test --test suite r18` those of a rule. Beside it are
//! `allocation`, whose allocator counts, and `swarm`, which has the machine to itself.

mod book;
mod capacity;
mod cells;
mod check;
mod cli;
mod columns;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod dependencies;
mod expected;
mod gate;
mod imports;
mod oracle;
mod pairing;
mod rehoming;
mod rules;
mod same;
mod schema;
mod starter;
mod story;
mod surface;
mod sweep;
mod theory;
mod tidy;
mod workloads;
