//! A workload without errors.

use crate::plan::{self, Plan};
use crate::record::{self, Goal};
use crate::workload::{Files, Problems, Reports, Workload};

/// A workload that can be run.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The workload as it is written.
    pub workload: Workload,
    /// The plan to simulate.
    pub plan: Plan,
    /// Required results.
    pub goals: Vec<Goal>,
}

/// Reads and checks a workload with its goals. `name` is what the user calls it, usually a path.
///
/// # Errors
/// All problems of the workload.
pub fn compile(name: &str, text: &str, files: &dyn Files) -> Result<Compiled, Problems> {
    let reports = Reports::default();
    let compiled = Workload::read(text, files, &reports).and_then(|workload| {
        let mut plan = plan::build(name, &workload, &reports);
        let goals = record::goals(&workload, plan.as_mut(), &reports);
        Some(Compiled { workload, plan: plan?, goals })
    });
    match compiled {
        Some(compiled) if reports.is_empty() => Ok(compiled),
        _ => Err(reports.into_problems(name, text)),
    }
}
