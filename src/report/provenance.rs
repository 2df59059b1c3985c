//! Provenance: everything needed to reproduce results.

use super::document::pretty;
use super::sheet::Sheet;
use crate::analysis::{Cell, Provenance};

/// The same as `run.json`, as a table.
pub(super) fn provenance_sheet(provenance: &Provenance) -> Sheet<'_> {
    Sheet::new("run", ["key", "value"], move || {
        let rows: [(&str, Cell); 10] = [
            ("program", provenance.program.into()),
            ("version", provenance.version.into()),
            ("workload", (&*provenance.workload).into()),
            ("digest", (&*provenance.digest).into()),
            ("seed", provenance.seed.into()),
            ("study", provenance.study.into()),
            ("warm_up_s", provenance.warm_up_s.into()),
            ("first_replication", provenance.first_replication.into()),
            ("replications", provenance.replications.into()),
            ("command", (&*provenance.command).into()),
        ];
        rows.into_iter().map(|(key, value)| vec![key.into(), value])
    })
}

/// `run.json`.
pub fn run_json(provenance: &Provenance) -> Vec<u8> {
    pretty(provenance)
}
