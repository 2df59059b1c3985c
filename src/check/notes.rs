//! What is found about a workload, as those who look for it take note of it.

use super::advice::{Advice, Scope};
use super::checklist::Step;
use crate::plan::Plan;
use crate::workload::{Name, Problem, TextRange, Workload};

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is, and where.
    pub problem: Problem,
    /// The step of the checklist that it belongs to, if to any.
    pub step: Option<Step>,
}

/// A workload without errors, as its file says it and as it would be simulated: a row in one is the same row in the other.
pub(super) struct Known<'a> {
    pub(super) workload: &'a Workload,
    pub(super) plan: &'a Plan,
}

/// A warning, and how far from it an error makes it doubtful.
pub(super) struct Note {
    pub(super) finding: Finding,
    pub(super) scope: &'static Scope,
}

/// A step that is not done because of something.
pub(super) struct Undone {
    pub(super) step: Step,
    pub(super) name: Name,
    /// The place of what is missing there.
    pub(super) because: TextRange,
    pub(super) scope: &'static Scope,
}

/// What those who look have found.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) warnings: Vec<Note>,
    pub(super) undone: Vec<Undone>,
    /// Steps that could not be judged.
    pub(super) uncertain: Vec<Step>,
}

impl Notes {
    /// Takes note of a warning at a place.
    pub(super) fn warn(
        &mut self,
        advice: &'static Advice,
        place: &TextRange,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(advice, Problem::warning(advice.id, place.clone(), what).hint(hint));
    }

    /// Takes note of a warning with more to it.
    pub(super) fn add(&mut self, advice: &'static Advice, problem: Problem) {
        let finding = Finding { problem: problem.rule(advice.source), step: advice.step };
        self.warnings.push(Note { finding, scope: &advice.scope });
    }

    /// Takes note of a step that is not done for something, because of a warning of this kind at a place.
    pub(super) fn undone(&mut self, step: Step, name: &Name, advice: &'static Advice, because: &TextRange) {
        self.undone.push(Undone { step, name: name.clone(), because: because.clone(), scope: &advice.scope });
    }
}
