//! The pages of the commands that run replications: what each prints, and the report that its HTML page, slides and workbook are drawn
//! from.

use super::comparison::{Listed, Pair};
use super::overview::{capacity_report, comparison_report, gate_report, run_report, sweep_report, trace_report};
use super::page::Page;
use super::trace::Traced;
use super::{capacity, comparison, gate, run, sweep, trace};
use crate::analysis::{Capacity, Compared, GateReport, Judged, Provenance, Study, Sweep};
use crate::dependencies::Dependencies;

/// The page of a study, with the verdicts on its goals; and with its topology, if what depends on what is known.
pub fn run_page<'a>(
    study: &'a Study<'_>,
    judged: &'a [Judged],
    provenance: &'a Provenance,
    dependencies: Option<&'a Dependencies<'_>>,
) -> Page<'a> {
    let report = move || run_report(study, judged, provenance, dependencies);
    Page { report: Some(Box::new(report)), ..run::page(study, judged, provenance) }
}

/// The page of a sweep, which this command gives again.
pub fn sweep_page<'a>(sweep: &'a Sweep, command: &'a str) -> Page<'a> {
    Page { report: Some(Box::new(move || sweep_report(sweep, command))), ..sweep::page(sweep) }
}

/// The page of a comparison, which this command gives again: what differs first, then what is undecided.
pub fn comparison_page<'a>(pair: &'a Pair, compared: &'a [Compared], listed: Listed, command: &'a str) -> Page<'a> {
    let report = move || comparison_report(pair, compared, command);
    Page { report: Some(Box::new(report)), ..comparison::page(pair, compared, listed) }
}

/// The page of an answer.
pub fn capacity_page(capacity: &Capacity) -> Page<'_> {
    let report = move || capacity_report(capacity, &capacity.command);
    Page { report: Some(Box::new(report)), ..capacity::page(capacity) }
}

/// The page of a gate, which this command judges again.
pub fn gate_page<'a>(report: &'a GateReport, command: &'a str) -> Page<'a> {
    Page { report: Some(Box::new(move || gate_report(report, command))), ..gate::page(report) }
}

/// The page of a trace.
pub fn trace_page<'a>(traced: &'a Traced<'a>) -> Page<'a> {
    Page { report: Some(Box::new(move || trace_report(traced))), ..trace::page(traced) }
}
