//! The `ctisim` program.
fn main() {}
