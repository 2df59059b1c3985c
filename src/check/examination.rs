//! The examination of a workload, from its text to its findings.

use super::advice::Scope;
use super::checklist::{self, Line, Offender, Step};
use super::entries::Entries;
use super::notes::{Finding, Known, Note, Notes, Undone};
use super::{forwards, goals, length, load, managers, setup, timing, usage};
use crate::plan;
use crate::record;
use crate::workload::{Files, Problems, Reports, Severity, TextRange, Workload};

/// The result of `check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// The workload's name as the user gave it, usually a path.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The checklist: its nine steps, in order.
    pub checklist: Vec<Line>,
    /// The findings, in the order of the text.
    pub findings: Vec<Finding>,
    /// The number of further errors, which are not shown.
    pub more: usize,
    /// Whether every kind of warning was looked for: those that follow calls need a file without errors.
    pub complete: bool,
}

impl Examination {
    /// The number of findings of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let found = self.findings.iter().filter(|finding| finding.problem.severity == severity).count();
        if severity == Severity::Error { found + self.more } else { found }
    }
}

/// The treatment of one kind of warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lint {
    /// They are left out.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors.
    Deny,
}

impl Examination {
    /// Applies the levels that the user chose for warnings by name. The checklist does not change.
    pub fn lint(&mut self, level: impl Fn(&str) -> Lint) {
        self.findings.retain_mut(|finding| {
            let lint = finding.problem.id.map_or(Lint::Deny, &level);
            if lint == Lint::Deny {
                finding.problem.severity = Severity::Error;
            }
            lint != Lint::Allow
        });
    }
}

/// Examines a workload without running it. `name` is what the user calls it, usually a path.
pub fn examine(name: &str, text: &str, files: &dyn Files) -> Examination {
    let reports = Reports::default();
    let workload = Workload::read(text, files, &reports);
    // An entry that could not be read looks as if it were missing.
    let unread = reports.places();
    let mut plan = workload.as_ref().and_then(|workload| plan::build(name, workload, &reports));
    let required = workload.as_ref().map(|workload| record::goals(workload, plan.as_mut(), &reports));
    let Problems { list: errors, more, .. } = reports.into_problems(name, text);
    // What is not TOML has no entries, and may be long.
    let entries = if workload.is_some() { Entries::of(text) } else { Entries::none() };
    let mut notes = Notes::default();
    if let Some(workload) = &workload {
        let doubtful = |place: &TextRange| unread.iter().any(|error| entries.same(error, place));
        setup::examine(workload, doubtful, &mut notes);
        timing::examine(workload, &mut notes);
        if let Some(plan) = &plan {
            let known = Known { workload, plan };
            managers::examine(&known, &mut notes);
            forwards::examine(&known, &mut notes);
            usage::examine(&known, &mut notes);
            load::examine(&known, &mut notes);
            goals::examine(&known, required.as_deref().unwrap_or_default(), &mut notes);
            length::examine(&known, &mut notes);
        }
    }
    let certain = |place: &TextRange, scope: &Scope| !unread.iter().any(|error| entries.in_scope(error, place, scope));
    let (warnings, silenced): (Vec<Note>, Vec<Note>) =
        notes.warnings.into_iter().partition(|note| certain(&note.finding.problem.place, note.scope));
    let (undone, uncertain): (Vec<Undone>, Vec<Undone>) =
        notes.undone.into_iter().partition(|undone| certain(&undone.because, undone.scope));
    let uncertain = uncertain.iter().map(|undone| undone.step).chain(silenced.iter().filter_map(|it| it.finding.step));
    let uncertain: Vec<Step> = uncertain.chain(notes.uncertain).collect();

    let errors = errors.into_iter().map(|problem| {
        let step = entries.step_of(&problem, text);
        Finding { problem, step }
    });
    let mut findings: Vec<Finding> = errors.collect();
    let mut offenders: Vec<(Step, Offender)> = findings
        .iter()
        .filter_map(|it| Some((it.step?, entries.offender(&it.problem.place))))
        .chain(undone.into_iter().map(|undone| (undone.step, Offender::named(&undone.name))))
        .collect();
    offenders.sort_by_key(|(step, offender)| (*step, offender.place.start));
    offenders.dedup();
    findings.extend(warnings.into_iter().map(|note| note.finding));
    findings.sort_by_key(|finding| (finding.problem.place.start, finding.problem.place.end));
    let checklist = match workload {
        Some(_) => checklist::lines(&offenders, &uncertain),
        None => checklist::unknown(),
    };
    Examination { name: name.to_owned(), text: text.to_owned(), checklist, findings, more, complete: plan.is_some() }
}
