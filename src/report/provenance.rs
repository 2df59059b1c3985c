//! Where results come from: all it takes to get them again.

use super::sheet::Sheet;
use crate::analysis::{Cell, Provenance};

impl Provenance {
    /// The same as a table.
    pub fn sheet(&self) -> Sheet<'_> {
        let rows: [(&str, Cell); 10] = [
            ("program", self.program.into()),
            ("version", self.version.into()),
            ("workload", (&*self.workload).into()),
            ("digest", (&*self.digest).into()),
            ("seed", self.seed.into()),
            ("study", self.study.into()),
            ("warm_up_s", self.warm_up_s.into()),
            ("first_replication", self.first_replication.into()),
            ("replications", self.replications.into()),
            ("command", (&*self.command).into()),
        ];
        Sheet::new("run", ["key", "value"], rows.into_iter().map(|(key, value)| vec![key.into(), value]))
    }
}

/// `run.json`.
pub fn run_json(provenance: &Provenance) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(provenance).expect("numbers and texts are JSON");
    json.push(b'\n');
    json
}
