//! Collects the findings of a workload.

use super::advice::{Advice, Scope};
use super::checklist::Step;
use crate::plan::Plan;
use crate::workload::{Name, Problem, TextRange, Workload};

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The problem, with its place.
    pub problem: Problem,
    /// The step of the checklist that it belongs to, if any.
    pub step: Option<Step>,
}

/// A workload without errors and its plan: rows of both have the same numbers.
pub(super) struct Known<'a> {
    pub(super) workload: &'a Workload,
    pub(super) plan: &'a Plan,
}

/// A warning, and the scope in which an error makes it doubtful.
pub(super) struct Note {
    pub(super) finding: Finding,
    pub(super) scope: &'static Scope,
}

/// A step that is not done for an entry.
pub(super) struct Undone {
    pub(super) step: Step,
    pub(super) name: Name,
    /// The place of what is missing there.
    pub(super) because: TextRange,
    pub(super) scope: &'static Scope,
}

/// All warnings and undone steps.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) warnings: Vec<Note>,
    pub(super) undone: Vec<Undone>,
    /// Steps that could not be judged.
    pub(super) uncertain: Vec<Step>,
}

impl Notes {
    /// Adds a warning at a place.
    pub(super) fn warn(
        &mut self,
        advice: &'static Advice,
        place: &TextRange,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(advice, Problem::warning(advice.id, place.clone(), what).hint(hint));
    }

    /// Adds a warning.
    pub(super) fn add(&mut self, advice: &'static Advice, problem: Problem) {
        let finding = Finding { problem: problem.rule(advice.source), step: advice.step };
        self.warnings.push(Note { finding, scope: &advice.scope });
    }

    /// Adds a step that is not done for an entry, because of a warning of this kind at a place.
    pub(super) fn undone(&mut self, step: Step, name: &Name, advice: &'static Advice, because: &TextRange) {
        self.undone.push(Undone { step, name: name.clone(), because: because.clone(), scope: &advice.scope });
    }
}
