//! Any bytes at all, read as a workload. What is done with them is in `../anything.rs`, which `cargo test` compiles too.

#![no_main]

#[path = "../anything.rs"]
mod anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| anything::read(bytes));
