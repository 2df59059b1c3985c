//! The examination of a workload, from its text to everything found in it.

use super::advice::Scope;
use super::checklist::{self, Line, Offender, Step};
use super::entries::Entries;
use super::notes::{Finding, Known, Note, Notes, Undone};
use super::{forwards, load, managers, setup, usage};
use crate::plan;
use crate::record;
use crate::workload::{Files, Problems, Reports, Severity, TextRange, Workload};

/// All that `check` has to say about a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// The workload's name as the user knows it: mostly a path.
    pub name: String,
    /// What it says.
    pub text: String,
    /// The checklist: its nine steps, in order.
    pub checklist: Vec<Line>,
    /// What was found, in the order of the text.
    pub findings: Vec<Finding>,
    /// How many more errors there are, which nobody mends at a time.
    pub more: usize,
    /// Whether every kind of warning was looked for: those that follow calls need a file without errors.
    pub complete: bool,
}

impl Examination {
    /// How many findings are as bad as that.
    pub fn count(&self, severity: Severity) -> usize {
        let found = self.findings.iter().filter(|finding| finding.problem.severity == severity).count();
        if severity == Severity::Error { found + self.more } else { found }
    }
}

/// What becomes of the warnings of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lint {
    /// They are left out.
    Allow,
    /// They are warnings.
    Warn,
    /// They are as bad as errors.
    Deny,
}

impl Examination {
    /// Does with the warnings as a user wishes, who knows them by their names. The checklist says what it said before.
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

/// Examines a workload without running it. `name` is how the user knows it, mostly a path.
pub fn examine(name: &str, text: &str, files: &dyn Files) -> Examination {
    let reports = Reports::default();
    let workload = Workload::read(text, files, &reports);
    // What could not be read is as if it were not there, and may look as if it had been forgotten.
    let unread = reports.places();
    let plan = workload.as_ref().and_then(|workload| plan::build(name, workload, &reports));
    if let Some(workload) = &workload {
        record::goals(workload, plan.as_ref(), &reports);
    }
    let Problems { list: errors, more, .. } = reports.into_problems(name, text);
    let entries = Entries::of(text);
    let mut notes = Notes::default();
    if let Some(workload) = &workload {
        let doubtful = |place: &TextRange| unread.iter().any(|error| entries.same(error, place));
        setup::examine(workload, doubtful, &mut notes);
        if let Some(plan) = &plan {
            let known = Known { workload, plan };
            managers::examine(&known, &mut notes);
            forwards::examine(&known, &mut notes);
            usage::examine(&known, &mut notes);
            load::examine(&known, &mut notes);
        }
    }
    let told = |place: &TextRange, scope: &Scope| !unread.iter().any(|error| entries.in_scope(error, place, scope));
    let (warnings, silenced): (Vec<Note>, Vec<Note>) =
        notes.warnings.into_iter().partition(|note| told(&note.finding.problem.place, note.scope));
    let (undone, uncertain): (Vec<Undone>, Vec<Undone>) =
        notes.undone.into_iter().partition(|undone| told(&undone.because, undone.scope));
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
