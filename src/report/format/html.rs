//! A report as one HTML file that needs nothing else.

use crate::report::overview::Report;

/// The page.
pub(super) fn draw(report: &Report) -> Vec<u8> {
    format!("<!doctype html><title>{}</title>\n", report.workload.len()).into_bytes()
}
