//! What of a study is measured.

use std::fmt;

use crate::engine::Time;
use crate::experiment::{self, Failure, WarmUp};
use crate::plan::{Plan, StudyKind, Window};

use super::observer::{Observer, Remark};
use super::runner::Runner;

/// Whether it is for pilot runs to say how much of the beginning is left out.
pub fn is_open(plan: &Plan) -> bool {
    plan.study == StudyKind::Steady && plan.warm_up.is_none()
}

/// A steady study leaves its warm-up open, where many plans are to be measured over the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenWarmUp;

impl fmt::Display for OpenWarmUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "values of a steady study are compared over one stretch of time, and the workload leaves its beginning open",
        )
    }
}

impl std::error::Error for OpenWarmUp {}

/// Refuses a steady study of many values whose warm-up is open: pilot runs would find another one at each, and counts would
/// be of other stretches of time.
///
/// # Errors
/// That it is open.
pub fn given_warm_up(plan: &Plan) -> Result<(), OpenWarmUp> {
    if is_open(plan) { Err(OpenWarmUp) } else { Ok(()) }
}

/// The window of a plan that is measured: the one that it asks for, or, of a steady study that leaves its warm-up open, from
/// where pilot runs have settled. A warm-up that a steady study gives stays as it is, but is held against the same rule.
///
/// # Errors
/// Why there was no outcome of the pilot runs.
pub fn window<O: Observer>(plan: &Plan, runner: &Runner<'_, O>) -> Result<Window, Failure> {
    let asked = plan.window();
    if plan.study != StudyKind::Steady {
        return Ok(asked);
    }
    let WarmUp { length, settles } = experiment::warm_up(plan, runner.seed, runner.jobs, runner.stop)?;
    let settled = Time::ZERO + length;
    let remark = match plan.warm_up {
        _ if !settles => Some(Remark::NotSteady { workload: plan.name.clone(), length: plan.length.since(Time::ZERO) }),
        Some(given) if settled > given => Some(Remark::ShortWarmUp { given: given.since(Time::ZERO), settles: length }),
        Some(_) => None,
        None => Some(Remark::SteadyAfter(length)),
    };
    if let Some(remark) = remark {
        runner.observer.remark(remark);
    }
    Ok(Window { warm_up: plan.warm_up.unwrap_or(settled), ..asked })
}
