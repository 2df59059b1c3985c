//! Everything that is done with the bytes of a workload before a simulation: nothing may panic, hang or ask for memory
//! without bound, whatever the bytes are.

use ctisim::plan::compile;
use ctisim::workload::{Contents, Files, digest, set, text_of};
use std::sync::Arc;

/// A line that starts so is a comment to TOML; what follows is an assignment, as after `--set`.
const SETTING: &str = "#set ";

/// A line that says this ends the workload; what follows is the file that it names, under any name.
const BESIDE: &str = "\n#beside\n";

/// The file beside the workload.
struct Beside<'a>(&'a str);

impl Files for Beside<'_> {
    fn read(&self, _: &str) -> Result<Arc<Contents>, String> {
        Ok(Contents::quotable(self.0.as_bytes().to_vec()))
    }
}

/// Reads bytes as a workload, as the program would.
pub(crate) fn read(bytes: &[u8]) {
    let Ok(text) = text_of(bytes) else { return };
    let (text, beside) = text.split_once(BESIDE).unwrap_or((text, ""));
    let beside = Beside(beside);
    let settings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(SETTING)).collect();
    if let Ok(text) = set(text, &settings) {
        outcome(&text, &beside);
    }
    outcome(text, &beside);
}

fn outcome(text: &str, beside: &Beside<'_>) {
    assert_eq!(digest(text, beside).len(), 64);
    match compile("any/where.toml", text, beside) {
        Ok(plan) => assert!(plan.memory_needed(1) > 0),
        Err(problems) => {
            assert!(!problems.list.is_empty());
            assert!(
                problems.render(ctisim::workload::Ink::Plain).len()
                    <= problems.render(ctisim::workload::Ink::Coloured).len()
            );
        }
    }
}
