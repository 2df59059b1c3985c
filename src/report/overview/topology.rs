//! What depends on what, and what the scheduled faults strike.

use crate::dependencies::{Dependencies, Loss, RecordKind, Role, Subject};
use crate::domain::FaultTarget;
use crate::plan::{Fault, Occurs, Plan};
use crate::report::diagram::Graph;
use crate::report::graph;

use super::faults::{clock, words};

/// The graph of a plan's dependencies.
pub(super) fn topology(dependencies: &Dependencies<'_>, plan: &Plan) -> Graph {
    // The records of faults are in the order of the file, as the faults of the plan are.
    let records = dependencies.ids().filter(|&id| dependencies.record(id).kind == RecordKind::Fault);
    let strikes = records.zip(&plan.faults).filter_map(|(record, fault)| {
        let loss = loss(fault)?;
        let words = down(plan, fault)?;
        let struck = dependencies.uses_of(record).find(|it| it.role == Role::Strikes)?.used;
        Some((Subject { record: struck, loss }, words))
    });
    graph::struck(dependencies, &strikes.collect::<Vec<_>>())
}

/// What is lost; `None` of a link, which is no record.
const fn loss(fault: &Fault) -> Option<Loss> {
    match fault.failing {
        FaultTarget::Application(..) | FaultTarget::Node(_) => Some(Loss::Whole),
        FaultTarget::CallManager(_, fault) => Some(Loss::CallManager(fault)),
        FaultTarget::CtiManager(_, fault) => Some(Loss::CtiManager(fault)),
        FaultTarget::Devices(_, count) => Some(Loss::Devices(count)),
        FaultTarget::Link(..) => None,
    }
}

/// What happens from when to when; `None` of a fault that strikes at random.
fn down(plan: &Plan, fault: &Fault) -> Option<String> {
    let Occurs::Once { at, duration } = fault.occurs else { return None };
    let until = Some(at + duration).filter(|over| *over < plan.length);
    let until = until.map_or("the end of the run".to_owned(), |over| clock(plan, over));
    Some(format!("{} from {} to {until}", words(plan, fault), clock(plan, at)))
}
