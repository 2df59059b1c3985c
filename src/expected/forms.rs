//! All closed forms, each applied to a plan.

use super::expectation::Expected;
use super::{calls, failures, queues, rehoming};
use crate::plan::{Plan, Window};

/// Every closed form that applies to a plan and a measured window, in the order of reports.
pub fn expected(plan: &Plan, window: Window) -> Vec<Expected> {
    let mut found = Vec::new();
    found.extend(calls::offered(plan, window));
    found.extend(calls::blocking(plan, window));
    found.extend(calls::blocking_of_phones(plan, window));
    found.extend(calls::occupancy(plan, window));
    found.extend(calls::workers(plan, window));
    found.extend(queues::waits(plan, window));
    found.extend(failures::detection(plan, window));
    found.extend(failures::callmanager_failures(plan, window));
    found.extend(failures::unreachable(plan, window));
    found.extend(rehoming::rehoming(plan, window));
    found
}
