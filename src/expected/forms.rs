//! All closed forms, each tried on a plan.

use super::expectation::Expected;
use super::{calls, failures, rehoming};
use crate::plan::Plan;

/// Every closed form that applies to a plan, in the order of reports.
pub fn expected(plan: &Plan) -> Vec<Expected> {
    let mut found = Vec::new();
    found.extend(calls::offered(plan));
    found.extend(calls::blocking(plan));
    found.extend(calls::occupancy(plan));
    found.extend(calls::workers(plan));
    found.extend(failures::detection(plan));
    found.extend(failures::callmanager_failures(plan));
    found.extend(failures::unreachable(plan));
    found.extend(rehoming::rehoming(plan));
    found
}
