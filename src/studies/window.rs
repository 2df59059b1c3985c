//! The measured part of a study.

use std::fmt;

use crate::engine::Time;
use crate::experiment::{self, Failure, WarmUp};
use crate::plan::{Plan, StudyKind, Window};

use super::observer::{Observer, Remark};
use super::runner::Runner;

/// Whether the warm-up has to be found by pilot runs.
pub fn is_open(plan: &Plan) -> bool {
    plan.study == StudyKind::Steady && plan.warm_up.is_none()
}

/// A steady-state study without a given warm-up, where many plans have to be measured over the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenWarmUp;

impl fmt::Display for OpenWarmUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "values of a steady-state study are compared over the same time, and the workload does not give a warm-up",
        )
    }
}

impl std::error::Error for OpenWarmUp {}

/// Rejects a steady-state study of many values without a given warm-up: pilot runs would find a different one for each, and
/// counts would be of different lengths of time.
///
/// # Errors
/// That it is open.
pub fn given_warm_up(plan: &Plan) -> Result<(), OpenWarmUp> {
    if is_open(plan) { Err(OpenWarmUp) } else { Ok(()) }
}

/// The measured window of a plan: the given one or, for a steady-state study without a given warm-up, from where pilot runs
/// have settled. A given warm-up of a steady-state study is kept, but checked by the same rule.
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
