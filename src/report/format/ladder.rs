//! Calls, message by message: as text, for Mermaid, as a trace file, as JSON lines and as rows. The picture is in `drawing`.

pub(super) mod lines;
pub(super) mod mermaid;
pub(super) mod text;
pub(super) mod trace;

#[cfg(test)]
mod tests;
