//! A digest of all results, to see whether behaviour changed at all.

use sha2::{Digest, Sha256};

use super::devices::devices_sheet;
use super::format::csv;
use super::log::histograms_hlog;
use super::replications::replications_sheet;
use super::summary::summary_sheet;
use super::timeline::timeline_sheet;
use crate::analysis::{Study, hex};

/// The SHA-256 of all result files together: it differs if anything in the results does.
pub fn fingerprint(study: &Study) -> String {
    let files = [
        csv(&summary_sheet(study)),
        csv(&replications_sheet(study)),
        csv(&devices_sheet(study)),
        csv(&timeline_sheet(study)),
        histograms_hlog(study),
    ];
    let mut hash = Sha256::new();
    for file in files {
        hash.update((file.len() as u64).to_le_bytes());
        hash.update(file);
    }
    hex(&hash.finalize())
}
